package registry

import (
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// Namespaces of the extensions that profiles name.
const (
	nsRGP    = "urn:ietf:params:xml:ns:rgp-1.0"
	nsSecDNS = "urn:ietf:params:xml:ns:secDNS-1.1"
	nsFee    = "urn:ietf:params:xml:ns:epp:fee-1.0"
)

// ordinary are the extensions that every registry of the world has besides its
// own.
var ordinary = []string{epp.NSChangePoll, epp.NSLoginSec, epp.NSMaintenance, epp.NSVerificationCode, epp.NSLaunch, epp.NSAllocationToken,
	epp.NSLowBalance, epp.NSUnhandled}

// Types of code that zones want.
var (
	realName = []string{"real-name"}
	nameToo  = []string{"domain", "real-name"}
)

// chinese is the verification that registries of zones open to registrants in
// China ask for: a code for the name, one for the person.
var chinese = Verification{Profile: "china", Types: []string{"domain", "real-name"}, Grace: 5 * day}

// auditWords are words that the naming audit objects to, as people write them
// and in pinyin.
var auditWords = map[string]string{
	"赌场": "gambling", "duchang": "gambling", "bocai": "gambling", "博彩": "gambling",
	"枪支": "weapons", "qiangzhi": "weapons", "假证": "forged documents", "jiazheng": "forged documents",
}

// Profiles lists the registries of the world, in the order of their ports.
func Profiles() []Profile { return []Profile{Verisim(), Cnsim(), Newsim()} }

// Verisim is the registry of com and net: thin, without contacts, with host
// objects.
func Verisim() Profile {
	return Profile{
		ID: "verisim", Name: "Verisim Registry Services", ServerID: "Verisim EPP", ROID: "VSIM", Currency: "CNY",
		Zones: []Zone{
			{Name: "com", Verify: VerifyAfter, Codes: realName, Price: Price{Create: 6800, Renew: 6800, Transfer: 6800, Restore: 56000}},
			{Name: "net", Verify: VerifyAfter, Codes: nameToo, Price: Price{Create: 7500, Renew: 7500, Transfer: 7500, Restore: 56000}},
		},
		Thin: true, IDN: true,
		Extensions: append([]string{nsRGP, nsSecDNS}, ordinary...),
		Reserved: map[string]string{
			"nic": "reserved", "whois": "reserved", "iana": "reserved", "rdds": "reserved", "localhost": "reserved",
		},
		Verification: chinese, PasswordWarn: 30 * day, CertWarn: 30 * day,
		SessionCap: 8,
		AddGrace:   5 * day, RenewGrace: 5 * day, AutoRenewGrace: 45 * day, TransferGrace: 5 * day,
		Redemption: 30 * day, PendingRestore: 7 * day, PendingDelete: 5 * day, TransferWait: 5 * day, DeletePending: true,
		MaxYears: 10, MaxNameServers: 13, MinAuthInfo: 8, CheckLimit: 20,
		LowBalance: 100_000, InitialDeposit: 500_000_000, SeedNamesByZone: 300,
	}
}

// Cnsim is the registry of cn, com.cn and 中国: contacts in every role, host
// objects, Chinese labels whose simplified and traditional forms block each
// other.
func Cnsim() Profile {
	cn := Price{Create: 2200, Renew: 2900, Transfer: 2900, Restore: 20000}
	return Profile{
		ID: "cnsim", Name: "Cnsim Network Information Center", ServerID: "Cnsim EPP", ROID: "CNSIM", Currency: "CNY",
		Zones: []Zone{
			{Name: "cn", Price: cn, Verify: VerifyContact, Audit: "delete", Bundle: true},
			{Name: "com.cn", Price: cn, Verify: VerifyContact, Audit: "delete", Bundle: true},
			{Name: "xn--fiqs8s", Verify: VerifyContact, Audit: "delete", Bundle: true, Price: Price{Create: 15000, Renew: 19000, Transfer: 19000, Restore: 40000}},
		},
		Contacts: true, Roles: []string{"admin", "tech", "billing"},
		CNNIC: true, IDN: true, Variants: simplified,
		Extensions: append([]string{nsRGP, nsSecDNS, epp.NSCNNICContact, epp.NSCNNICDomain, epp.NSCDN}, ordinary...),
		Reserved: map[string]string{
			"com": "reserved", "net": "reserved", "org": "reserved", "gov": "reserved", "edu": "reserved",
			"mil": "reserved", "ac": "reserved", "nic": "reserved", "whois": "reserved", "www": "reserved",
			"zhengfu": "restricted word", "guowuyuan": "restricted word", "renda": "restricted word",
			"xn--mxtq1m":     "restricted word", // 政府
			"xn--zfr54hdx6e": "restricted word", // 国务院
		},
		Verification: chinese, AuditWords: auditWords, AuditDelay: day, PasswordWarn: 30 * day, CertWarn: 30 * day,
		SessionCap: 8,
		AddGrace:   5 * day, RenewGrace: 5 * day, AutoRenewGrace: 30 * day, TransferGrace: 5 * day,
		Redemption: 30 * day, PendingRestore: 7 * day, TransferWait: 5 * day, TransferLock: 60 * day, DeletePending: true,
		MaxYears: 10, MaxNameServers: 13, MinAuthInfo: 8, CheckLimit: 50,
		LowBalance: 100_000, InitialDeposit: 500_000_000, SeedNamesByZone: 200,
	}
}

// Newsim is the registry of top, xyz and club: contacts, host attributes,
// premium names whose fees must be agreed to.
func Newsim() Profile {
	return Profile{
		ID: "newsim", Name: "Newsim Domains", ServerID: "Newsim EPP", ROID: "NSIM", Currency: "CNY",
		Zones: []Zone{
			{Name: "top", Verify: VerifyAfter, Codes: realName, Audit: "hold", Price: Price{Create: 900, Renew: 2400, Transfer: 2400, Restore: 48000}},
			{Name: "xyz", Verify: VerifyAfter, Codes: realName, Audit: "hold", TTL: true, Price: Price{Create: 1200, Renew: 7800, Transfer: 7800, Restore: 52000}},
			{Name: "club", Verify: VerifyAfter, Codes: realName, Audit: "hold", Launch: "claims", Tokens: map[string]string{"founders": "CLUB-FOUNDER-2026"}, Price: Price{Create: 1900, Renew: 8800, Transfer: 8800, Restore: 52000}},
		},
		Contacts: true, Roles: []string{"admin", "tech"}, HostAttr: true, IDN: true,
		Extensions: append([]string{nsRGP, nsSecDNS, nsFee, epp.NSTTL}, ordinary...),
		Reserved: map[string]string{
			"nic": "reserved", "whois": "reserved", "www": "reserved", "rdds": "reserved", "rdap": "reserved",
			"police": "restricted word", "redcross": "restricted word",
		},
		Premium: map[string]string{
			"ai": "premium-1", "vip": "premium-1", "gold": "premium-1",
			"shop": "premium-2", "love": "premium-2", "game": "premium-2", "88888": "premium-2",
			"tea": "premium-3", "run": "premium-3", "city": "premium-3", "moon": "premium-3", "2026": "premium-3",
		},
		Classes: map[string]Price{
			"premium-1": {Create: 12_800_00, Renew: 12_800_00, Transfer: 12_800_00, Restore: 12_800_00},
			"premium-2": {Create: 2_680_00, Renew: 2_680_00, Transfer: 2_680_00, Restore: 2_680_00},
			"premium-3": {Create: 588_00, Renew: 88_00, Transfer: 88_00, Restore: 520_00},
		},
		Verification: chinese, AuditWords: auditWords, AuditDelay: day, PasswordWarn: 30 * day, CertWarn: 30 * day,
		MinTTL: 5 * time.Minute, MaxTTL: 2 * day,
		SessionCap: 10,
		AddGrace:   5 * day, RenewGrace: 5 * day, AutoRenewGrace: 45 * day, TransferGrace: 5 * day,
		Redemption: 30 * day, PendingDelete: 5 * day, TransferWait: 5 * day, DeletePending: true,
		MaxYears: 10, MaxNameServers: 13, MinAuthInfo: 8, CheckLimit: 100,
		LowBalance: 100_000, InitialDeposit: 500_000_000, SeedNamesByZone: 200,
	}
}

// variantPairs are traditional characters each followed by its simplified
// form: enough for the words that people register, not a full table (RFC 3743
// and 4713 leave the tables to registries).
const variantPairs = "龍龙國国東东車车馬马鳥鸟魚鱼門门開开關关問问間间聞闻長长張张書书學学會会" +
	"電电話话說说語语詞词誠诚請请課课調调識识讀读變变貝贝財财貨货購购買买賣卖費费貿贸賓宾質质" +
	"貴贵賞赏賽赛錢钱銀银鐵铁鋼钢錄录鎮镇鏡镜鐘钟針针釣钓銷销機机構构業业樂乐樓楼樹树橋桥歡欢" +
	"歲岁歷历氣气決决沒没淺浅淨净減减湯汤滿满漢汉潔洁濟济灣湾無无煙烟熱热燈灯爐炉爺爷牆墙獨独" +
	"獎奖環环產产畫画當当療疗發发盤盘監监蓋盖視视覺觉覽览觀观訂订計计記记設设許许論论證证評评" +
	"藝艺藥药蘭兰蘇苏蓮莲華华萬万葉叶處处號号術术衛卫補补製制複复見见規规親亲豐丰遠远還还進进運运" +
	"過过達达選选遊游郵邮鄉乡鄭郑醫医釋释裡里險险隊队陽阳陰阴際际陸陆難难雞鸡雲云霧雾靜静頁页" +
	"項项順顺預预頭头題题願愿類类風风飛飞飯饭飲饮館馆養养駕驾驗验體体髮发鬥斗魯鲁鮮鲜麗丽麥麦" +
	"黃黄點点齊齐齒齿龜龟個个們们優优傳传債债價价儀仪億亿兒儿內内兩两軍军農农冊册凍冻劃划劇剧" +
	"動动務务勞劳勝胜區区協协單单縣县參参雙双啟启員员喬乔團团園园圖图圓圆壓压報报場场塊块聖圣" +
	"墳坟壯壮聲声壽寿夢梦夠够奧奥婦妇媽妈孫孙寶宝實实寧宁寫写導导專专將将對对層层屬属島岛嶺岭" +
	"幣币師师帶带幫帮廣广莊庄應应廟庙廠厂彈弹強强後后從从徵征愛爱態态慶庆憶忆戰战戲戏戶户執执" +
	"擔担據据擇择擊击擴扩攝摄攜携敵敌數数於于時时晉晋曉晓暫暂術术條条來来楊杨極极權权紅红約约級级" +
	"紙纸純纯紗纱紡纺細细終终組组結结給给絡络統统絲丝經经綠绿維维綱纲網网緊紧線线緣缘編编練练縫缝" +
	"總总績绩織织繩绳繪绘續续羅罗義义習习聯联職职聽听肅肃腦脑臉脸與与興兴舉举舊旧艦舰節节範范薦荐"

var toSimplified = func() map[rune]rune {
	m := map[rune]rune{}
	rs := []rune(variantPairs)
	for i := 0; i+1 < len(rs); i += 2 {
		m[rs[i]] = rs[i+1]
	}
	return m
}()

// simplified folds traditional characters.
func simplified(label string) string {
	rs := []rune(label)
	for i, r := range rs {
		if s, ok := toSimplified[r]; ok {
			rs[i] = s
		}
	}
	return string(rs)
}
