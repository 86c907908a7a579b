package realname

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// fieldLabels are what stands before values, so that a value ends where the next label begins. Longer ones first.
var fieldLabels = []string{"统一社会信用代码", "公民身份号码", "法定代表人", "注册资本", "成立日期", "营业期限", "经营范围", "经营场所", "有效期限", "签发机关",
	"机构类型", "机构地址", "机构性质", "登记机关", "组成形式", "注册日期", "出资额", "主要经营场所", "负责人", "投资人", "经营者", "开办资金", "举办单位", "经费来源", "业务范围",
	"颁发单位", "赋码机关", "颁发日期", "有效期", "性别", "民族", "出生", "住址", "住所", "类型", "地址", "国籍", "姓名", "名称"}

// wraps is how long a value is at least that goes on in the next row.
const wraps = 12

// value is what stands behind a label: to the right in its row up to the next label or a wide gap, and in the rows below
// that begin where it does.
func (p *page) value(l label) row {
	out := cutValue(l.row[l.next:], l.at)
	if len(out) < wraps {
		return out
	}
	h := l.at.height()
	left, y := out[0].x-out[0].w/2, out.middle()
	for _, r := range p.rows {
		dy := r.middle() - y
		if dy < h*0.6 || dy > h*2.2 {
			continue
		}
		from := slices.IndexFunc(r, func(g glyph) bool { return g.x-g.w/2 > left-h*0.8 })
		if from < 0 || math.Abs(r[from].x-r[from].w/2-left) > h*1.2 || hasLabel(r[from:]) {
			continue
		}
		if from > 0 && hasLabel(r[:from]) {
			break // the row belongs to the next label
		}
		more := cutValue(r[from:], nil)
		if len(more) == 0 {
			break
		}
		out, y = append(slices.Clone(out), more...), r.middle()
	}
	return out
}

// cutValue takes glyphs up to the next label or a gap of three characters; before is what they follow.
func cutValue(r row, before row) row {
	var out row
	last := glyph{}
	if len(before) > 0 {
		last = before[len(before)-1]
	}
	for i, g := range r {
		wide := g.x-g.w/2-(last.x+last.w/2) > 3*max(last.h, g.h)
		if len(out) > 0 && (wide || startsLabel(r[i:])) {
			break
		}
		if len(out) == 0 && (strings.ContainsRune(" :.,'\"|-_;·`~”“‘’，。、", g.r)) {
			continue
		}
		out, last = append(out, g), g
	}
	for len(out) > 0 && !unicode.IsLetter(out[len(out)-1].r) && !unicode.IsDigit(out[len(out)-1].r) && out[len(out)-1].r != ')' {
		out = out[:len(out)-1]
	}
	return out
}

func startsLabel(r row) bool {
	s := r[:min(len(r), 12)].only().String()
	for _, l := range fieldLabels {
		if strings.HasPrefix(s, l) && len([]rune(l)) > 2 {
			return true
		}
	}
	return slices.ContainsFunc([]string{"性别", "民族", "住所", "类型", "国籍"}, func(l string) bool { return strings.HasPrefix(s, l) })
}

func hasLabel(r row) bool {
	s := r.only().String()
	return slices.ContainsFunc(fieldLabels, func(l string) bool { return strings.HasPrefix(s, l) })
}
