package papers

import "time"

var visitorRows = []struct {
	kind, name, latin, sex, region, birth, number, from, until, address string
}{
	{"TXZ", "陳小明", "CHAN, SIU MING", "男", "HK", "1985-04-12", "H01234567", "2021-06-01", "2031-05-31", ""},
	{"TXZ", "黃詠詩", "WONG, WING SZE", "女", "HK", "1993-10-30", "H07654321", "2022-03-15", "2032-03-14", ""},
	{"TXZ", "何嘉欣", "HO, KA IAN", "女", "MO", "1990-02-18", "M01122334", "2020-09-09", "2030-09-08", ""},
	{"TWSFZ", "林志豪", "LIN, CHIH-HAO", "男", "TW", "1982-08-24", "01234568", "2023-01-10", "2028-01-09", ""},
	{"TWSFZ", "張雅婷", "CHANG, YA-TING", "女", "TW", "1996-12-05", "08765431", "2024-05-20", "2029-05-19", ""},
	{"GAJZZ", "李家俊", "LEE, KA CHUN", "男", "HK", "1988-07-01", "810000", "2023-07-01", "2028-07-01", "广东省深圳市海棠区棠影街88号"},
	{"GAJZZ", "梁美琪", "LEONG, MEI KEI", "女", "MO", "1994-03-22", "820000", "2024-02-02", "2029-02-02", "广东省深圳市海棠区海棠北路12号"},
	{"TWJZZ", "吳建宏", "WU, CHIEN-HUNG", "男", "TW", "1979-11-11", "830000", "2022-12-12", "2027-12-12", "福建省厦门市鹭屿区筼筜路33号"},
	{"GWSFZ", "ANDERSSON, ERIK LARS", "ANDERSSON, ERIK LARS", "男", "SE", "1976-05-16", "SWE330076051601", "2019-04-08", "2029-04-07", ""},
	{"HZ", "MARIA ELENA ROSSI", "MARIA ELENA ROSSI", "女", "IT", "1991-09-03", "YB4471926", "2022-10-10", "2032-10-09", ""},
	{"HZ", "THOMAS O'NEILL", "THOMAS O'NEILL", "男", "IE", "1984-01-20", "PT6620581", "2021-02-01", "2031-01-31", ""},
	{"HZ", "AIKO TANABE", "AIKO TANABE", "女", "JP", "1997-06-25", "TZ1290447", "2023-08-17", "2033-08-16", ""},
}

// Visitors are the persons from elsewhere, each with one document.
func Visitors() []Visitor {
	out := make([]Visitor, len(visitorRows))
	for i, r := range visitorRows {
		v := Visitor{Type: r.kind, Name: r.name, Latin: r.latin, Sex: r.sex, Region: r.region, Birth: day(r.birth), Number: r.number,
			ValidFrom: day(r.from), ValidUntil: day(r.until), Address: r.address, Issuer: "出入境管理局"}
		if len(r.number) == 6 { // residence permits have numbers of the identity card's form
			serial := 120 + 10*i
			if r.sex == "男" {
				serial++
			}
			v.Number = IDNumber(r.number, v.Birth, serial)
		}
		out[i] = v
	}
	return out
}

// until is how a card prints the end of its validity.
func until(t time.Time) string {
	if t.IsZero() {
		return "长期"
	}
	return t.Format("2006.01.02")
}
