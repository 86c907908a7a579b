package papers

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/skip2/go-qrcode"
)

const sealRed = 0xd1343a

func chineseDate(t time.Time) string {
	if t.IsZero() {
		return "长期"
	}
	return fmt.Sprintf("%d年%02d月%02d日", t.Year(), int(t.Month()), t.Day())
}

// term is how a licence prints its validity.
func term(o Organisation) string {
	if o.ValidUntil.IsZero() {
		return "长期"
	}
	return chineseDate(o.Founded) + "至" + chineseDate(o.ValidUntil)
}

// border is an ornament around a page.
func (c *canvas) border(margin float64, col, inner uint32) {
	c.frame(margin, margin, c.w-2*margin, c.h-2*margin, 1.2, rgb(col))
	c.frame(margin+7, margin+7, c.w-2*margin-14, c.h-2*margin-14, 0.5, rgb(col))
	step := 7.0
	knot := func(x, y float64) {
		c.ring(x, y, 2.6, 0.5, tint(inner, 0.9))
		c.ring(x, y, 1.4, 0.4, tint(col, 0.9))
	}
	m := margin + 4.1
	for x := m; x <= c.w-m+0.1; x += (c.w - 2*m) / math.Round((c.w-2*m)/step) {
		knot(x, m)
		knot(x, c.h-m)
	}
	for y := m + step; y <= c.h-m-step/2; y += (c.h - 2*m) / math.Round((c.h-2*m)/step) {
		knot(m, y)
		knot(c.w-m, y)
	}
}

// licence is a merged business licence.
func (d Document) licence(scale float64, f Fonts, rng *rand.Rand) *canvas {
	o := d.Organisation
	c := newCanvas(297, 210, scale, rgb([]uint32{0xf8f4e8, 0xfbf8f0, 0xf5f1e4}[rng.IntN(3)]), f)
	c.waves(3.4, 1.6, 40+10*rng.Float64(), 0.16, tint(0xd8c9a0, 0.45))
	c.border(6, 0xb08a3c, 0xc9a85c)
	c.emblem(148.5, 29, 10.5, red, gold)
	dark := rgb(0x2a2624)
	copyOf := rng.IntN(3) > 0
	c.centred(42, "营业执照", ink{size: 17, color: dark, serif: true, bold: 0.7, spacing: 9})
	if copyOf {
		c.centred(61, "(副本)", ink{size: 6, color: dark, serif: true})
	}
	label := ink{size: 4.6, color: dark, bold: 0.12}
	c.text(24, 41, "统一社会信用代码", ink{size: 4.8, color: dark, bold: 0.15})
	c.field("number", 24, 48, o.Code, ink{size: 5, color: dark, bold: 0.1, spacing: 0.2})
	if copyOf {
		c.text(24, 32, "编号", ink{size: 3.6, color: dark})
		c.text(33, 32, o.Serial, ink{size: 3.6, color: dark})
	}
	c.qr(246, 28, 25, fmt.Sprintf("https://zw.example/licence?uniscid=%s&entname=%s", o.Code, o.Name))
	for i, s := range []string{"扫描二维码登录", "企业信用信息公示", "系统了解更多登记", "备案、许可信息"} {
		c.text(246, 54.5+3.1*float64(i), s, ink{size: 2.5, color: dark})
	}
	value := ink{size: 4.6, color: dark, serif: rng.IntN(2) == 0}
	people := "法定代表人"
	switch o.Kind {
	case "个体工商户":
		people = "经营者"
	case "普通合伙企业":
		people = "执行事务合伙人"
	}
	y, x1, x2 := 78.0, 24.0, 160.0
	row := func(x float64, name, key, text string, width float64) {
		c.spread(x, y, 24, name, label)
		c.lines(key, x+30, y, width, 6.2, text, value)
	}
	row(x1, "名称", "name", o.Name, 92)
	if o.Capital != "" {
		row(x2, "注册资本", "capital", o.Capital, 78)
	}
	y += 14
	row(x1, "类型", "kind", o.Kind, 92)
	row(x2, "成立日期", "founded", chineseDate(o.Founded), 78)
	y += 14
	row(x1, people, "representative", d.Representative, 92)
	row(x2, "营业期限", "valid", term(o), 78)
	y += 14
	row(x1, "经营范围", "scope", o.Scope, 92)
	row(x2, "住所", "address", o.Address(), 78)
	c.text(168, 158, "登记机关", ink{size: 5.2, color: dark, serif: true, bold: 0.15, spacing: 2})
	date := o.Founded.AddDate(0, 0, 3)
	c.text(205, 178, fmt.Sprintf("%d 年 %02d 月 %02d 日", date.Year(), int(date.Month()), date.Day()), ink{size: 4.6, color: dark})
	c.seal(224+6*rng.Float64(), 163+4*rng.Float64(), 20, o.Registrar, "", tint(sealRed, 0.82))
	c.text(24, 188, "企业信用信息公示系统网址：http://gsxt.example", ink{size: 3, color: dark})
	c.text(200, 188, "市场监督管理总局监制", ink{size: 3, color: dark})
	c.text(24, 193, specimen, ink{size: 2.2, color: tint(0x8a7440, 0.9)})
	return c
}

// spread sets a label's characters evenly over a width.
func (c *canvas) spread(x, y, width float64, s string, k ink) {
	n := len([]rune(s))
	if n < 2 || n > 5 {
		c.text(x, y, s, k)
		return
	}
	k.spacing = (width - float64(n)*k.size) / float64(n-1)
	c.text(x, y, s, k)
}

// oldLicence is the business licence of before 2014.
func (d Document) oldLicence(scale float64, f Fonts, rng *rand.Rand) *canvas {
	o := d.Organisation
	c := newCanvas(297, 210, scale, rgb(0xf7f1e1), f)
	c.waves(3.1, 2, 37, 0.16, tint(0xcfb98a, 0.45))
	c.border(6, 0x8c6a2c, 0xb7924a)
	c.emblem(148.5, 28, 10, red, gold)
	dark := rgb(0x26221f)
	c.centred(42, "企业法人营业执照", ink{size: 14, color: dark, serif: true, bold: 0.6, spacing: 4})
	label, value := ink{size: 4.8, color: dark, bold: 0.12}, ink{size: 4.8, color: dark, serif: true}
	c.text(196, 66, "注册号", label)
	c.field("number", 216, 66, o.Registration, ink{size: 5, color: dark, spacing: 0.3})
	y, x := 80.0, 30.0
	for _, r := range [][3]string{{"名称", "name", o.Name}, {"住所", "address", o.Address()}, {"法定代表人姓名", "representative", d.Representative}, {"注册资本", "capital", o.Capital},
		{"实收资本", "paid", o.Capital}, {"公司类型", "kind", o.Kind}, {"经营范围", "scope", o.Scope}, {"成立日期", "founded", chineseDate(o.Founded)}, {"营业期限", "valid", term(o)}} {
		c.spread(x, y, 30, r[0], label)
		c.lines(r[1], x+40, y, 150, 6.4, r[2], value)
		y += 10.6
	}
	c.text(190, 160, "登记机关", ink{size: 5, color: dark, serif: true, spacing: 2})
	date := o.Founded.AddDate(0, 0, 5)
	c.text(200, 180, fmt.Sprintf("%d年%d月%d日", date.Year(), int(date.Month()), date.Day()), value)
	c.seal(226+5*rng.Float64(), 168, 20, strings.ReplaceAll(o.Registrar, "市场监督管理局", "工商行政管理局"), "", tint(sealRed, 0.8))
	c.text(30, 192, specimen, ink{size: 2.2, color: tint(0x8a7440, 0.9)})
	return c
}

// certificate is any of the certificates with a credit code and a handful of rows.
func (d Document) certificate(title string, scale float64, f Fonts, rng *rand.Rand) *canvas {
	o := d.Organisation
	c := newCanvas(297, 210, scale, rgb([]uint32{0xf9f6ee, 0xf3f5ee, 0xf8f1ec}[rng.IntN(3)]), f)
	c.waves(3.2, 1.8, 43, 0.16, tint([]uint32{0xb9cbb0, 0xd9bfa6, 0xb3c4d8}[rng.IntN(3)], 0.5))
	c.border(6, []uint32{0x9c3a34, 0x3f6a4d, 0xa5803a}[rng.IntN(3)], 0xc29a55)
	dark := rgb(0x262222)
	c.emblem(148.5, 28, 10, red, gold)
	c.centred(43, title, ink{size: 12.5, color: dark, serif: true, bold: 0.5, spacing: 3})
	label, value := ink{size: 4.8, color: dark, bold: 0.12}, ink{size: 4.8, color: dark, serif: rng.IntN(2) == 0}
	c.text(92, 66, "统一社会信用代码", label)
	c.field("number", 137, 66, o.Code, ink{size: 5, color: dark, bold: 0.1, spacing: 0.2})
	person, authority := "法定代表人", "登记管理机关"
	rows := [][3]string{{"名称", "name", o.Name}}
	switch d.Type {
	case "TYDMZ":
		person, authority = "负责人", "颁发机关"
		rows = [][3]string{{"机构名称", "name", o.Name}, {"机构性质", "kind", o.Kind}, {"机构地址", "address", o.Address()}}
	case "SYZS":
		rows = append(rows, [3]string{"宗旨和业务范围", "scope", o.Scope}, [3]string{"住所", "address", o.Address()}, [3]string{"经费来源", "source", "财政补助"}, [3]string{"开办资金", "capital", o.Capital})
	case "LSXKZ":
		person, authority = "负责人", "发证机关"
		rows = append(rows, [3]string{"住所", "address", o.Address()}, [3]string{"组织形式", "kind", o.Kind}, [3]string{"设立资产", "capital", o.Capital})
	default:
		rows = append(rows, [3]string{"业务范围", "scope", o.Scope}, [3]string{"住所", "address", o.Address()}, [3]string{"注册资金", "capital", o.Capital}, [3]string{"活动地域", "where", o.Place.CityCN})
	}
	rows = append(rows, [3]string{person, "representative", d.Representative}, [3]string{"有效期限", "valid", term(o)})
	y := 80.0
	for _, r := range rows {
		if r[2] == "" {
			continue
		}
		c.spread(36, y, 32, r[0], label)
		c.lines(r[1], 80, y, 150, 6.4, r[2], value)
		y += 12
	}
	c.text(180, 166, authority, ink{size: 5, color: dark, serif: true, spacing: 1})
	date := o.Founded.AddDate(0, 1, 2)
	c.text(196, 182, chineseDate(date), value)
	c.seal(224+5*rng.Float64(), 168, 19, o.Registrar, "", tint(sealRed, 0.8))
	c.text(36, 192, specimen, ink{size: 2.2, color: tint(0x8a7440, 0.9)})
	return c
}

// orgCertificate is the certificate of an organisation code, of before 2015.
func (d Document) orgCertificate(scale float64, f Fonts, rng *rand.Rand) *canvas {
	o := d.Organisation
	c := newCanvas(210, 148, scale, rgb(0xf6f2e6), f)
	c.waves(2.6, 1.5, 33+6*rng.Float64(), 0.14, tint(0x9fc0cf, 0.5))
	c.border(5, 0x7a5a28, 0xb79350)
	dark := rgb(0x242120)
	c.emblem(105, 22, 7.5, red, gold)
	c.centred(31, "中华人民共和国", ink{size: 6, color: dark, serif: true, spacing: 2})
	c.centred(39, "组织机构代码证", ink{size: 10, color: dark, serif: true, bold: 0.4, spacing: 2.4})
	label, value := ink{size: 4, color: dark, bold: 0.1}, ink{size: 4, color: dark, serif: true}
	c.text(62, 54, "代码：", label)
	c.field("number", 76, 53.6, o.OrgCode, ink{size: 5, color: dark, bold: 0.12, spacing: 0.5})
	to := o.Founded.AddDate(12, 0, -1)
	if !o.ValidUntil.IsZero() {
		to = o.ValidUntil
	}
	y := 64.0
	for _, r := range [][3]string{{"机构名称", "name", o.Name}, {"机构类型", "kind", o.Kind}, {"地址", "address", o.Address()},
		{"有效期", "valid", "自" + chineseDate(o.Founded) + "至" + chineseDate(to)}, {"颁发单位", "registrar", o.Registrar}, {"登记号", "serial", "组代管" + o.Serial}} {
		c.spread(22, y, 22, r[0], label)
		c.lines(r[1], 50, y, 120, 5.2, r[2], value)
		y += 9.6
	}
	c.seal(160+4*rng.Float64(), 113, 15, o.Registrar, "", tint(sealRed, 0.8))
	c.text(22, 134, specimen, ink{size: 1.8, color: tint(0x8a7440, 0.9)})
	return c
}

// qr prints a code of a text.
func (c *canvas) qr(x, y, size float64, text string) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return // too long a text for a code: the paper goes without
	}
	q.DisableBorder = true
	bits := q.Bitmap()
	c.rect(x-1, y-1, size+2, size+2, rgb(0xffffff))
	m := size / float64(len(bits))
	for j, line := range bits {
		for i, on := range line {
			if on {
				r := image.Rect(int((x+m*float64(i))*c.scale), int((y+m*float64(j))*c.scale), int((x+m*float64(i+1))*c.scale), int((y+m*float64(j+1))*c.scale))
				for yy := r.Min.Y; yy < r.Max.Y; yy++ {
					for xx := r.Min.X; xx < r.Max.X; xx++ {
						c.img.SetRGBA(xx, yy, rgb(0x1a1a1a))
					}
				}
			}
		}
	}
}
