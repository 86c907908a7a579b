package papers

import (
	"fmt"
	"time"
)

// places are where the population lives.
var places = []Place{
	{"330197", "浙江省", "Zhejiang", "杭州市", "Hangzhou", "云栖区", "Yunqi", "310097"},
	{"110197", "北京市", "Beijing", "北京市", "Beijing", "青槐区", "Qinghuai", "100097"},
	{"310197", "上海市", "Shanghai", "上海市", "Shanghai", "鹤渡区", "Hedu", "200097"},
	{"440397", "广东省", "Guangdong", "深圳市", "Shenzhen", "海棠区", "Haitang", "518097"},
	{"320597", "江苏省", "Jiangsu", "苏州市", "Suzhou", "桂桥区", "Guiqiao", "215097"},
	{"510196", "四川省", "Sichuan", "成都市", "Chengdu", "芙蓉区", "Furong", "610096"},
	{"420198", "湖北省", "Hubei", "武汉市", "Wuhan", "听涛区", "Tingtao", "430098"},
	{"610197", "陕西省", "Shaanxi", "西安市", "Xi'an", "曲水区", "Qushui", "710097"},
	{"370297", "山东省", "Shandong", "青岛市", "Qingdao", "望潮区", "Wangchao", "266097"},
	{"350296", "福建省", "Fujian", "厦门市", "Xiamen", "鹭屿区", "Luyu", "361096"},
	{"450197", "广西壮族自治区", "Guangxi", "南宁市", "Nanning", "翠湖区", "Cuihu", "530097"},
	{"650197", "新疆维吾尔自治区", "Xinjiang", "乌鲁木齐市", "Urumqi", "雪岭区", "Xueling", "830097"},
	{"540196", "西藏自治区", "Xizang", "拉萨市", "Lhasa", "云海区", "Yunhai", "850096"},
	{"150196", "内蒙古自治区", "Inner Mongolia", "呼和浩特市", "Hohhot", "青草区", "Qingcao", "010096"},
	{"530197", "云南省", "Yunnan", "昆明市", "Kunming", "花溪谷区", "Huaxigu", "650097"},
	{"210297", "辽宁省", "Liaoning", "大连市", "Dalian", "星石区", "Xingshi", "116097"},
}

// row is a person in short; serial's last digit tells the sex.
type row struct {
	name, latin, nation, birth string
	place                      int
	serial                     int
	street, streetEN           string
}

var peopleRows = []row{
	{"苏禾", "Su He", "汉", "1990-01-01", 0, 128, "竹径路18号3幢502室", "Room 502, Building 3, 18 Zhujing Road"},
	{"白露", "Bai Lu", "汉", "1992-09-07", 0, 226, "云栖路8号2单元1101室", "Room 1101, Unit 2, 8 Yunqi Road"},
	{"林溪", "Lin Xi", "汉", "1988-03-15", 1, 341, "槐荫胡同21号", "21 Huaiyin Hutong"},
	{"单雨桐", "Shan Yutong", "汉", "1995-11-23", 2, 462, "渡口路106弄7号301室", "Room 301, 7 Lane 106, Dukou Road"},
	{"仇远山", "Qiu Yuanshan", "汉", "1979-06-30", 3, 513, "棠影街66号", "66 Tangying Street"},
	{"解明澈", "Xie Mingche", "汉", "1984-12-02", 4, 637, "桂桥巷12号", "12 Guiqiao Lane"},
	{"查若兰", "Zha Ruolan", "汉", "1991-05-19", 5, 144, "芙蓉东路233号5栋1单元", "Unit 1, Building 5, 233 Furong East Road"},
	{"曾书凡", "Zeng Shufan", "汉", "1998-08-08", 6, 256, "听涛大道9号", "9 Tingtao Avenue"},
	{"区文浩", "Ou Wenhao", "汉", "1986-02-11", 3, 379, "海棠北路45号", "45 Haitang North Road"},
	{"盖长歌", "Ge Changge", "汉", "1975-10-26", 8, 417, "潮声路3号", "3 Chaosheng Road"},
	{"朴松柏", "Piao Songbai", "朝鲜", "1982-07-14", 15, 535, "星石路77号", "77 Xingshi Road"},
	{"尉迟安", "Yuchi An", "汉", "1993-04-04", 7, 612, "曲水南路150号", "150 Qushui South Road"},
	{"长孙静", "Zhangsun Jing", "汉", "1989-09-29", 7, 188, "雁字街28号", "28 Yanzi Street"},
	{"万俟朗", "Moqi Lang", "汉", "1970-01-31", 1, 273, "青槐大街301号", "301 Qinghuai Street"},
	{"覃小满", "Qin Xiaoman", "壮", "1996-05-21", 10, 324, "翠湖路5号", "5 Cuihu Road"},
	{"缪可心", "Miao Kexin", "汉", "1994-02-28", 4, 446, "荷风里19号", "19 Hefeng Li"},
	{"乐安宁", "Yue Anning", "汉", "1987-12-12", 9, 568, "鹭屿环路82号", "82 Luyu Ring Road"},
	{"种一鸣", "Chong Yiming", "汉", "1981-03-03", 7, 671, "书院巷6号", "6 Shuyuan Lane"},
	{"华彦", "Hua Yan", "汉", "1999-06-16", 2, 155, "鹤渡桥路39号", "39 Heduqiao Road"},
	{"任行之", "Ren Xingzhi", "汉", "1983-10-10", 6, 293, "江月街11号", "11 Jiangyue Street"},
	{"吕绿波", "Lyu Lyubo", "汉", "1977-04-18", 8, 339, "望潮路64号", "64 Wangchao Road"},
	{"阿依古丽·买买提", "Ayiguli Maimaiti", "维吾尔", "1992-03-21", 11, 482, "雪岭路23号", "23 Xueling Road"},
	{"艾尔肯·吐尔逊", "Aierken Tuerxun", "维吾尔", "1985-08-19", 11, 517, "石榴街7号", "7 Shiliu Street"},
	{"叶尔兰·别克", "Yeerlan Bieke", "哈萨克", "1990-11-11", 11, 631, "松涛路90号", "90 Songtao Road"},
	{"次仁卓玛", "Ciren Zhuoma", "藏", "1994-07-07", 12, 166, "云海路2号", "2 Yunhai Road"},
	{"乌云其其格", "Wuyunqiqige", "蒙古", "1988-01-25", 13, 248, "青草大街55号", "55 Qingcao Street"},
	{"杨朵朵", "Yang Duoduo", "白", "2000-02-29", 14, 384, "花溪谷路31号", "31 Huaxigu Road"},
	{"欧阳雪", "Ouyang Xue", "汉", "1997-12-21", 5, 426, "锦里西巷4号", "4 Jinli West Lane"},
	{"诸葛青云", "Zhuge Qingyun", "汉", "1968-09-09", 0, 519, "梅家坞路73号", "73 Meijiawu Road"},
	{"司马言", "Sima Yan", "汉", "1991-01-17", 4, 677, "平江里26号", "26 Pingjiang Li"},
	{"陈思远", "Chen Siyuan", "汉", "1986-06-06", 3, 131, "深海路128号2101室", "Room 2101, 128 Shenhai Road"},
	{"王晓彤", "Wang Xiaotong", "汉", "1993-10-01", 1, 262, "青槐南里8号楼602室", "Room 602, Building 8, Qinghuai Nanli"},
	{"李知秋", "Li Zhiqiu", "汉", "1980-08-23", 2, 375, "长乐里51号", "51 Changle Li"},
	{"张百川", "Zhang Baichuan", "汉", "1974-05-05", 6, 413, "汉水路17号", "17 Hanshui Road"},
	{"刘弦歌", "Liu Xiange", "汉", "1995-03-30", 5, 544, "琴台路88号", "88 Qintai Road"},
	{"赵北辰", "Zhao Beichen", "满", "1989-02-14", 15, 615, "北斗街20号", "20 Beidou Street"},
	{"周慕青", "Zhou Muqing", "汉", "1990-07-22", 0, 184, "九溪路36号", "36 Jiuxi Road"},
	{"孙一诺", "Sun Yinuo", "汉", "2001-04-27", 8, 228, "海岸路101号", "101 Haian Road"},
	{"徐清和", "Xu Qinghe", "汉", "1978-11-08", 4, 357, "枫桥路13号", "13 Fengqiao Road"},
	{"韦家乐", "Wei Jiale", "壮", "1987-09-13", 10, 491, "邕水街40号", "40 Yongshui Street"},
	{"高山流", "Gao Shanliu", "汉", "1965-12-30", 7, 533, "古城路61号", "61 Gucheng Road"},
	{"方圆", "Fang Yuan", "汉", "1996-01-08", 9, 642, "筼筜路9号", "9 Yundang Road"},
	{"何沁", "He Qin", "汉", "1998-05-14", 14, 186, "茶马街15号", "15 Chama Street"},
	{"冼志强", "Xian Zhiqiang", "汉", "1972-03-12", 3, 279, "渔火路70号", "70 Yuhuo Road"},
}

// People are the persons, the same ones in the same order at every call. The first is the demo's.
func People() []Person {
	out := make([]Person, len(peopleRows))
	for i, r := range peopleRows {
		birth := day(r.birth)
		p := Person{Name: r.name, Latin: r.latin, Sex: "女", Nation: r.nation, Birth: birth, Place: places[r.place],
			Number: IDNumber(places[r.place].Digits, birth, r.serial), Street: r.street, StreetEN: r.streetEN,
			Issuer: places[r.place].CityCN + "公安局" + trimCounty(places[r.place].CountyCN) + "分局",
			// Cards of grown-ups run for twenty years, from 46 on for good.
			ValidFrom: time.Date(2019+i%6, time.Month(1+i%12), 1+i%28, 0, 0, 0, 0, time.UTC),
			Passport:  fmt.Sprintf("E%c%07d", 'A'+rune(i%8), 1_207_411+i*70_507)}
		if r.serial%2 == 1 {
			p.Sex = "男"
		}
		if p.ValidFrom.Year()-birth.Year() < 46 {
			p.ValidUntil = p.ValidFrom.AddDate(20, 0, 0)
		}
		out[i] = p
	}
	return out
}

func trimCounty(c string) string { return c[:len(c)-len("区")] }

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err) // of a table in this package
	}
	return t
}
