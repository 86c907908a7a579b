package papers

import (
	"image/color"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

const specimen = "虚构样张 SPECIMEN FICTIONAL"

var (
	black    = rgb(0x1c1c1e)
	cardBlue = rgb(0x2f6fa5)
	gold     = rgb(0xe8c14b)
	red      = rgb(0xcf2a27)
)

// idFront is an identity card's side with portrait and number, and of a residence permit, which looks like it.
func (d Document) idFront(scale float64, f Fonts, rng *rand.Rand) *canvas {
	c := newCanvas(85.6, 54, scale, rgb(0xe9eef0), f)
	c.waves(1.5, 1.1, 17+4*rng.Float64(), 0.12, tint(0x7fb2cf, 0.55))
	c.waves(2.3, 1.6, 29, 0.12, tint(0xd9a9b4, 0.5))
	name, sex, nation, number, address, birth := d.Person.Name, d.Person.Sex, d.Person.Nation, d.Person.Number, d.Person.Address(), d.Person.Birth
	if d.Type != "SFZ" {
		v := d.Visitor
		name, sex, nation, number, address, birth = v.Name, v.Sex, "", v.Number, v.Address, v.Birth
	}
	label := ink{size: 3, color: cardBlue}
	value := ink{size: 3.5, color: black}
	x, left := 15.2, 5.2
	c.text(left, 6.6, "姓名", label)
	c.field("name", x, 6, name, ink{size: 4, color: black, spacing: 0.25})
	c.text(left, 13.3, "性别", label)
	c.text(x, 12.9, sex, value)
	if nation != "" {
		c.text(25.4, 13.3, "民族", label)
		c.text(33.6, 12.9, nation, value)
	}
	c.text(left, 19.9, "出生", label)
	k := value
	dx := x + c.text(x, 19.5, strconv.Itoa(birth.Year()), k) + 0.7
	dx += c.text(dx, 19.9, "年", label) + 1
	dx += c.text(dx, 19.5, strconv.Itoa(int(birth.Month())), k) + 1
	dx += c.text(dx, 19.9, "月", label) + 1
	dx += c.text(dx, 19.5, strconv.Itoa(birth.Day()), k) + 1
	c.text(dx, 19.9, "日", label)
	c.text(left, 26.7, "住址", label)
	c.lines("address", x, 26.4, 38, 4.7, address, value)
	c.text(left, 45.3, "公民身份号码", label)
	c.field("number", 28.6, 44.7, number, ink{size: 4, color: black, spacing: 0.42, bold: 0.06})
	c.portrait(55.5, 6.5, 26, 34, sex, rng)
	c.text(left, 51.2, specimen, ink{size: 1.2, color: tint(0x2f6fa5, 0.8)})
	return c
}

// idBack is the side with the emblem.
func (d Document) idBack(scale float64, f Fonts, rng *rand.Rand) *canvas {
	c := newCanvas(85.6, 54, scale, rgb(0xeceff0), f)
	c.waves(1.5, 1.1, 17+4*rng.Float64(), 0.12, tint(0x7fb2cf, 0.5))
	c.waves(2.1, 1.7, 31, 0.12, tint(0xd9a9b4, 0.5))
	title, from, to, issuer := "居民身份证", d.Person.ValidFrom, d.Person.ValidUntil, d.Person.Issuer
	switch d.Type {
	case "GAJZZ":
		title, from, to, issuer = "港澳居民居住证", d.Visitor.ValidFrom, d.Visitor.ValidUntil, "深圳市公安局"
	case "TWJZZ":
		title, from, to, issuer = "台湾居民居住证", d.Visitor.ValidFrom, d.Visitor.ValidUntil, "厦门市公安局"
	}
	c.emblem(13.5, 13.5, 8.2, red, gold)
	c.text(28, 6.2, "中华人民共和国", ink{size: 5.6, color: black, spacing: 1.4})
	k := ink{size: 8, color: black, spacing: 2, bold: 0.1}
	c.text(27+max(0, 52-c.width(title, k))/2, 15.6, title, k)
	label, value := ink{size: 3, color: black, bold: 0.1}, ink{size: 3.3, color: black}
	c.text(18.5, 38.9, "签发机关", label)
	c.text(34.5, 38.7, issuer, value)
	c.text(18.5, 46.1, "有效期限", label)
	c.field("valid", 34.5, 45.9, from.Format("2006.01.02")+"-"+until(to), value)
	c.text(5.2, 51.2, specimen, ink{size: 1.2, color: tint(0x2f6fa5, 0.8)})
	return c
}

// permit is a travel permit of Hong Kong, Macao or Taiwan residents, or a foreigner's permanent residence card.
func (d Document) permit(scale float64, f Fonts, rng *rand.Rand) *canvas {
	v := d.Visitor
	c := newCanvas(85.6, 54, scale, rgb(0xe8edf2), f)
	c.waves(1.7, 1.3, 21+3*rng.Float64(), 0.12, tint(0x8fc0a9, 0.55))
	c.waves(2.4, 1.5, 27, 0.12, tint(0xc7a0c4, 0.5))
	title, english, label1 := "港澳居民来往内地通行证", "Mainland Travel Permit for Hong Kong and Macao Residents", "证件号码 Document No."
	switch d.Type {
	case "TWSFZ":
		title, english = "台湾居民来往大陆通行证", "Mainland Travel Permit for Taiwan Residents"
	case "GWSFZ":
		title, english = "外国人永久居留身份证", "FOREIGN PERMANENT RESIDENT ID CARD"
	}
	c.emblem(7.2, 7.2, 4.4, red, gold)
	c.text(13.5, 3, title, ink{size: 4.4, color: rgb(0x254a7d), spacing: 0.35, bold: 0.08})
	c.text(13.5, 8.4, english, ink{size: 2.1, color: rgb(0x254a7d)})
	label, value := ink{size: 1.9, color: cardBlue}, ink{size: 3.3, color: black}
	x := 32.5
	c.portrait(4.5, 13.5, 23.5, 30, v.Sex, rng)
	c.text(x, 13, "姓名 Name", label)
	y := 15.2
	if v.Name != v.Latin {
		c.field("name", x, y, v.Name, ink{size: 3.8, color: black})
		y += 4.6
	}
	c.field("latin", x, y, v.Latin, ink{size: 3, color: black})
	c.text(x, 25, "出生日期 Date of Birth", label)
	c.text(x, 27, v.Birth.Format("2006.01.02"), value)
	c.text(62, 25, "性别 Sex", label)
	c.text(62, 27, v.Sex, value)
	c.text(x, 31.4, "有效期限 Period of Validity", label)
	c.field("valid", x, 33.4, v.ValidFrom.Format("2006.01.02")+"-"+until(v.ValidUntil), value)
	c.text(x, 37.8, "签发机关 Issuing Authority", label)
	c.text(x, 39.8, "中华人民共和国出入境管理局", ink{size: 2.9, color: black})
	c.text(x, 44.2, label1, label)
	c.field("number", x, 46.2, v.Number, ink{size: 4.1, color: black, spacing: 0.4, bold: 0.06})
	c.text(4.5, 51.4, specimen, ink{size: 1.2, color: tint(0x2f6fa5, 0.8)})
	return c
}

// passport is a data page.
func (d Document) passport(scale float64, f Fonts, rng *rand.Rand) *canvas {
	c := newCanvas(125, 88, scale, rgb(0xf0ebe2), f)
	c.waves(2, 1.8, 33, 0.14, tint(0x9fb7d8, 0.55))
	c.waves(2.7, 2.3, 41+5*rng.Float64(), 0.14, tint(0xd8b08f, 0.5))
	p, v := d.Person, d.Visitor
	country, state, number, name, latin, sex, nation := "中华人民共和国", "PEOPLE'S REPUBLIC OF CHINA", p.Passport, p.Name, strings.ToUpper(strings.Replace(p.Latin, " ", ", ", 1)), p.Sex, "中国/CHINESE"
	birth, from, to, place, code := p.Birth, p.ValidFrom, p.ValidFrom.AddDate(10, 0, 0), p.Place.ProvinceCN+"/"+strings.ToUpper(p.Place.Province), "CHN"
	if v.Number != "" {
		country, number, name, latin, sex, birth, from, to = "", v.Number, "", v.Latin, v.Sex, v.Birth, v.ValidFrom, v.ValidUntil
		state, nation, code, place = foreign[v.Region].state, foreign[v.Region].nation, foreign[v.Region].code, foreign[v.Region].city
	}
	en := map[string]string{"男": "M", "女": "F"}[sex]
	title := ink{size: 3.4, color: rgb(0x27446b), spacing: 0.5, bold: 0.08}
	x := 6 + c.text(6, 4.2, "护照", title)
	c.text(x+2, 4.2, "PASSPORT", title)
	c.text(44, 3.2, country, title)
	c.text(44, 8.2, state, ink{size: 3, color: rgb(0x27446b)})
	c.portrait(7, 18, 31, 40, sex, rng)
	label, value := ink{size: 1.9, color: cardBlue}, ink{size: 3.4, color: black}
	c.text(44, 14.5, "类型/Type", label)
	c.text(44, 16.8, "P", value)
	c.text(62, 14.5, "国家码/Country Code", label)
	c.text(62, 16.8, code, value)
	c.text(91, 14.5, "护照号/Passport No.", label)
	c.field("number", 91, 16.5, number, ink{size: 3.9, color: black, spacing: 0.2})
	c.text(44, 22.4, "姓名/Name", label)
	y := 24.6
	if name != "" {
		c.field("name", 44, y, name, ink{size: 4, color: black})
		y += 4.6
	}
	c.field("latin", 44, y, latin, value)
	sexes := sex + "/" + en
	if name == "" {
		sexes = en
	}
	c.text(44, 34.4, "性别/Sex", label)
	c.text(44, 36.6, sexes, value)
	c.text(62, 34.4, "国籍/Nationality", label)
	c.text(62, 36.6, nation, value)
	c.text(91, 34.4, "出生日期/Date of birth", label)
	c.text(91, 36.6, strings.ToUpper(birth.Format("02 Jan 2006")), value)
	c.text(44, 42.4, "出生地点/Place of birth", label)
	c.text(44, 44.6, place, value)
	c.text(91, 42.4, "签发日期/Date of issue", label)
	c.text(91, 44.6, strings.ToUpper(from.Format("02 Jan 2006")), value)
	c.text(44, 50.4, "签发机关/Authority", label)
	c.text(44, 52.6, "出入境管理局", value)
	c.text(91, 50.4, "有效期至/Date of expiry", label)
	c.field("valid", 91, 52.6, strings.ToUpper(to.Format("02 Jan 2006")), value)
	mrz := ink{size: 3.6, color: black, spacing: 0.62}
	first := (strings.ReplaceAll("P<"+code+strings.NewReplacer(", ", "<<", " ", "<", "'", "", ",", "").Replace(latin), "-", "<") + strings.Repeat("<", 44))[:44]
	second := (number + "<<<<<<<<<")[:9] + "0" + code + birth.Format("060102") + "0" + en + to.Format("060102") + "0<<<<<<<<<<<<<<00"
	c.mono(6, 70.5, 113, first, mrz)
	c.mono(6, 78, 113, (second + strings.Repeat("<", 44))[:44], mrz)
	c.text(6, 64.8, specimen, ink{size: 1.4, color: tint(0x2f6fa5, 0.8)})
	return c
}

// mono sets a line with equal steps.
func (c *canvas) mono(x, y, width float64, s string, k ink) {
	step := width / float64(len(s))
	for i, r := range s {
		c.text(x+step*float64(i), y, string(r), k)
	}
}

var foreign = map[string]struct{ state, nation, code, city string }{
	"IT": {"REPUBBLICA DI VALDORA", "VALDORANA", "VDA", "PORTO LUNA"},
	"IE": {"COMMONWEALTH OF INISMOR", "INISMORIAN", "IMR", "BALLYROAN"},
	"JP": {"STATE OF AKITSUMA", "AKITSUMAN", "AKT", "HAMAZAKI"},
}

// portrait is a head that is nobody's: a soft oval with hair and shoulders.
func (c *canvas) portrait(x, y, w, h float64, sex string, rng *rand.Rand) {
	skin := []uint32{0xe8bf9f, 0xdcae8c, 0xf0cdb2, 0xcf9e7b}[rng.IntN(4)]
	hair := []uint32{0x1d1a19, 0x2b211c, 0x35302d, 0x4b3a2d}[rng.IntN(4)]
	coat := []uint32{0x2f3b52, 0x5a2f36, 0x33473b, 0xf2f2f0, 0x6d7178}[rng.IntN(5)]
	c.rect(x, y, w, h, rgb([]uint32{0xf4f6f8, 0xe6edf5, 0xdfe7f0}[rng.IntN(3)]))
	cx, cy := x+w/2, y+h*0.43
	c.clipped(x, y, w, h, rgb(coat), ellipse(cx, y+h*1.06, w*0.5, h*0.3))
	if sex == "女" && rng.IntN(3) > 0 { // long hair, behind the neck
		c.patch(rgb(hair), ellipse(cx, cy+h*.12, w*.26, h*.27)...)
	}
	c.patch(rgb(skin), [2]float64{cx - w*.1, cy + h*.15}, [2]float64{cx + w*.1, cy + h*.15}, [2]float64{cx + w*.13, cy + h*.36}, [2]float64{cx - w*.13, cy + h*.36})
	c.patch(rgb(hair), ellipse(cx, cy-h*.08, w*.24, h*(.2+0.04*rng.Float64()))...)
	for _, side := range []float64{-1, 1} {
		c.patch(rgb(skin), ellipse(cx+side*w*.215, cy+h*.02, w*.03, h*.04)...)
	}
	c.patch(rgb(skin), ellipse(cx, cy+h*.02, w*.21, h*.21)...)
	for k := range 6 { // the light comes from one side
		c.patch(tint(0x000000, 0.018), ellipse(cx+w*.05+float64(k)*w*.008, cy+h*.02, w*(.17-.012*float64(k)), h*.2)...)
	}
	for _, s := range []float64{-1, 1} {
		c.patch(rgb(0xfafafa), ellipse(cx+s*w*.085, cy-h*.01, w*.04, h*.014)...)
		c.patch(rgb(hair), ellipse(cx+s*w*.085, cy-h*.01, w*.02, h*.015)...)
		c.patch(rgb(hair), ellipse(cx+s*w*.085, cy-h*.055, w*.055, h*.009)...)
	}
	c.patch(tint(0x7a4a35, 0.5), ellipse(cx, cy+h*.07, w*.03, h*.012)...)
	c.patch(rgb(0xb4615a), ellipse(cx, cy+h*.125, w*.065, h*.015)...)
}

// clipped is patch within a rectangle.
func (c *canvas) clipped(x, y, w, h float64, col color.Color, points [][2]float64) {
	for i := range points {
		points[i][0] = math.Max(x, math.Min(x+w, points[i][0]))
		points[i][1] = math.Max(y, math.Min(y+h, points[i][1]))
	}
	c.patch(col, points...)
}
