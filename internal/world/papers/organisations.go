package papers

import (
	"fmt"
	"time"
)

var organisationRows = []struct {
	name, latin, kind, docType, register string
	org                                  string // eight characters of the organisation code
	rep, place                           int
	street, streetEN                     string
	capital, founded                     string
	until                                string // empty: long-term
	scope                                string
}{
	{"杭州云栖科技有限公司", "Hangzhou Yunqi Technology Co., Ltd.", "有限责任公司", "YYZZ", "91", "MA2A0K7C", 0, 0, "竹径路66号5幢801室", "Room 801, Building 5, 66 Zhujing Road", "壹佰万元整", "2016-03-18", "", "软件开发；信息技术咨询服务；网络技术服务。"},
	{"北京青槐文化传播有限公司", "Beijing Qinghuai Culture Communication Co., Ltd.", "有限责任公司(自然人投资或控股)", "YYZZ", "91", "MA0B19RT", 2, 1, "青槐大街18号院2号楼", "Building 2, 18 Qinghuai Street", "伍佰万元整", "2017-07-26", "2047-07-25", "组织文化艺术交流活动；设计、制作、发布广告。"},
	{"上海鹤渡国际贸易有限公司", "Shanghai Hedu International Trade Co., Ltd.", "有限责任公司(法人独资)", "YYZZ", "91", "MA1K8N42", 3, 2, "鹤渡桥路200号12层", "12F, 200 Heduqiao Road", "贰佰万元整", "2018-11-05", "2038-11-04", "从事货物及技术的进出口业务；仓储服务。"},
	{"深圳市海棠智能设备有限公司", "Shenzhen Haitang Intelligent Equipment Co., Ltd.", "有限责任公司", "YYZZ", "91", "MA5D7X3L", 4, 3, "海棠北路99号A座1506", "1506 Block A, 99 Haitang North Road", "壹仟万元整", "2015-05-20", "", "智能设备的研发与销售；国内贸易。"},
	{"苏州桂桥丝绸(集团)股份有限公司", "Suzhou Guiqiao Silk (Group) Co., Ltd.", "股份有限公司(非上市)", "YYZZ", "91", "72815033", 5, 4, "桂桥巷100号", "100 Guiqiao Lane", "捌仟万元整", "2001-09-12", "", "丝绸面料生产、加工、销售；服装设计。"},
	{"成都芙蓉餐饮管理有限公司", "Chengdu Furong Catering Management Co., Ltd.", "有限责任公司", "YYZZ", "91", "MA61U5QP", 6, 5, "芙蓉东路58号", "58 Furong East Road", "伍拾万元整", "2019-02-14", "2049-02-13", "餐饮管理；餐饮服务；食品销售。"},
	{"武汉听涛软件有限公司", "Wuhan Tingtao Software Co., Ltd.", "有限责任公司", "YYZZ", "91", "MA4KL2B8", 7, 6, "听涛大道1号软件园3栋", "Building 3, Software Park, 1 Tingtao Avenue", "叁佰万元整", "2014-08-08", "", "计算机软硬件技术开发；系统集成。"},
	{"西安曲水建筑设计事务所", "Xi'an Qushui Architects", "普通合伙企业", "YYZZ", "91", "MA6TWE91", 11, 7, "雁字街60号", "60 Yanzi Street", "陆拾万元整", "2013-04-22", "2043-04-21", "建筑设计；室内装饰设计。"},
	{"青岛望潮海洋食品有限公司", "Qingdao Wangchao Seafood Co., Ltd.", "有限责任公司(外商投资)", "YYZZ", "91", "MA3C60GJ", 9, 8, "潮声路168号", "168 Chaosheng Road", "叁仟万元整", "2012-12-06", "2042-12-05", "水产品加工、冷藏、销售。"},
	{"厦门鹭屿网络科技有限公司", "Xiamen Luyu Network Technology Co., Ltd.", "有限责任公司", "YYZZ", "91", "MA2Y4HDF", 16, 9, "鹭屿环路15号", "15 Luyu Ring Road", "壹佰伍拾万元整", "2020-06-18", "", "互联网信息服务；数据处理和存储服务。"},
	{"大连星石港口物流有限公司", "Dalian Xingshi Port Logistics Co., Ltd.", "有限责任公司", "YYZZ", "91", "58209164", 10, 15, "星石路1号", "1 Xingshi Road", "贰仟万元整", "2011-10-17", "", "货物装卸、仓储；国际货运代理。"},
	{"云栖区竹里茶馆", "Zhuli Tea House, Yunqi", "个体工商户", "YYZZ", "92", "MA2CQ8T6", 36, 0, "九溪路40号", "40 Jiuxi Road", "", "2018-04-09", "", "茶水服务；茶叶零售。"},
	{"鹤渡区半山书店", "Banshan Bookshop, Hedu", "个体工商户", "YYZZ", "92", "MA1HR5W9", 32, 2, "长乐里53号", "53 Changle Li", "", "2021-09-23", "", "图书、文具零售。"},
	{"南宁翠湖农业专业合作社", "Nanning Cuihu Farmers' Cooperative", "农民专业合作社", "YYZZ", "93", "MA5NEY37", 14, 10, "翠湖路77号", "77 Cuihu Road", "贰拾万元整", "2016-01-19", "", "水果、蔬菜种植与销售。"},
	{"昆明花溪谷植物研究所", "Kunming Huaxigu Botanical Institute", "事业单位", "SYZS", "12", "43120857", 26, 14, "花溪谷路8号", "8 Huaxigu Road", "叁佰贰拾万元", "2009-03-12", "2029-03-11", "开展植物资源研究，服务生态保护。"},
	{"西安曲水区第一图书馆", "Qushui District First Library, Xi'an", "事业单位", "SYZS", "12", "29440617", 40, 7, "古城路2号", "2 Gucheng Road", "壹佰陆拾万元", "2010-05-31", "2030-05-30", "文献收藏、借阅与阅读推广。"},
	{"苏州桂桥评弹爱好者协会", "Suzhou Guiqiao Pingtan Society", "社会团体", "STDJZ", "51", "50187236", 29, 4, "平江里30号", "30 Pingjiang Li", "叁万元整", "2013-11-02", "2028-11-01", "评弹艺术交流、演出与培训。"},
	{"成都芙蓉社区养老服务中心", "Chengdu Furong Community Care Centre", "民办非企业单位", "MBDJZ", "52", "MJQ13560", 34, 5, "琴台路102号", "102 Qintai Road", "拾万元整", "2017-10-28", "2027-10-27", "养老服务、健康咨询、助餐。"},
	{"厦门鹭屿海洋公益基金会", "Xiamen Luyu Ocean Foundation", "基金会", "JJDJZ", "53", "MJB50428", 41, 9, "筼筜路1号", "1 Yundang Road", "贰佰万元整", "2019-08-01", "2029-07-31", "资助海洋保护、科普公益项目。"},
	{"北京青槐律师事务所", "Beijing Qinghuai Law Firm", "普通合伙律师事务所", "LSXKZ", "31", "MD017253", 13, 1, "青槐大街300号", "300 Qinghuai Street", "叁拾万元", "2012-06-15", "", "法律服务。"},
	{"武汉听涛科学技术馆", "Wuhan Tingtao Science Museum", "事业单位", "TYDMZ", "12", "30028465", 33, 6, "江月街100号", "100 Jiangyue Street", "伍佰万元", "2008-01-08", "", "科学普及展览与教育。"},
	{"云栖区档案馆", "Yunqi District Archives, Hangzhou", "机关", "TYDMZ", "11", "00251893", 28, 0, "梅家坞路1号", "1 Meijiawu Road", "", "2005-02-20", "", "档案管理。"},
}

// Organisations are the organisations, the same ones in the same order at every call. The first is the demo's.
func Organisations() []Organisation {
	out := make([]Organisation, len(organisationRows))
	for i, r := range organisationRows {
		place := places[r.place]
		o := Organisation{Name: r.name, Latin: r.latin, Kind: r.kind, Type: r.docType, OrgCode: OrgCode(r.org), Representative: r.rep, Place: place,
			Street: r.street, StreetEN: r.streetEN, Capital: r.capital, Scope: r.scope, Founded: day(r.founded),
			Registration: RegistrationNumber(place.Digits, 1_002_037+i*91_711), Registrar: trimCounty(place.CountyCN) + "区市场监督管理局",
			Serial: fmt.Sprintf("%s%08d", place.Digits, 20_190_313+i*7_919)}
		if r.docType != "YYZZ" {
			o.Registrar = trimCounty(place.CountyCN) + "区登记管理局"
		}
		o.Code = CreditCode(r.register, place.Digits, o.OrgCode)
		if r.until != "" {
			o.ValidUntil = day(r.until)
		}
		out[i] = o
	}
	return out
}

// Expired gives a person whose card ran out before a day, and Expiring one whose card will a few days after it, for those
// who need such a card; everything else stays.
func Expired(p Person, now time.Time) Person { return ending(p, now.AddDate(0, -2, 0)) }

// Expiring is described with Expired.
func Expiring(p Person, now time.Time, days int) Person { return ending(p, now.AddDate(0, 0, days)) }

func ending(p Person, on time.Time) Person {
	p.ValidUntil = time.Date(on.Year(), on.Month(), on.Day(), 0, 0, 0, 0, time.UTC)
	p.ValidFrom = p.ValidUntil.AddDate(-20, 0, 0)
	return p
}
