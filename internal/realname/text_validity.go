package realname

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// textValidity: the document is valid by the dates printed on it.
var textValidity = Check{
	ID: "text-validity", Codes: []string{"document.expired", "document.near-expiry"}, Needs: NeedsText,
	Source: "the manual", Citation: "articles D4, D20", Run: judgeTextValidity,
}

func judgeTextValidity(in *Input) Result {
	f := in.Form
	if _, known := DocumentOf(f.Type); !known {
		return unread("unknown type of document")
	}
	if in.AsOf.IsZero() {
		return unread("no day to judge by")
	}
	p := newPage(in.Text)
	if v := p.verdict(f.Type); v.code != "" && v.code != agrees && v.code != "document.wrong-side" {
		return unread(other)
	}
	until, why := p.until(f.Type, in.AsOf)
	switch {
	case why != "":
		return unread(why)
	case until == nil:
		return Result{}
	}
	found := Expiry(until.day, in.AsOf, in.Terms.NearExpiryDays)
	if found == nil {
		return Result{}
	}
	if !until.sure {
		return unread("the date of validity could not be read surely")
	}
	found.Region = until.at.region()
	return Result{Findings: []Finding{*found}}
}

// lastDay is a last day of validity as read.
type lastDay struct {
	day  time.Time
	at   row
	sure bool
}

// validityLabels stand before dates of validity.
var validityLabels = []string{"有效期限", "有效期至", "营业期限", "经营期限", "合伙期限", "有效期", "期限"}

// alwaysDated are documents that say how long they are valid.
var alwaysDated = map[string]bool{"HZ": true, "TXZ": true, "TWSFZ": true, "GWSFZ": true}

// until finds the last day of validity. Nil without a reason: the document says none on this side, or that it is for
// long.
func (p *page) until(docType string, asOf time.Time) (*lastDay, string) {
	if docType == "HZ" || docType == "GWSFZ" {
		if d := p.foreignUntil(asOf); d != nil {
			return d, ""
		}
	}
	labels := p.labels(validityLabels...)
	if len(labels) > 0 {
		for _, n := range p.nums {
			if d, long, ok := period(n.row); n.kind == "date" && ok && (long || d.sure) {
				if long {
					return nil, ""
				}
				return d, ""
			}
		}
	}
	for _, l := range labels {
		v := l.row[l.next:]
		if d, long, ok := period(v); ok {
			if long {
				return nil, ""
			}
			return d, ""
		}
		if d, long, ok := period(p.value(l)); ok {
			if long {
				return nil, ""
			}
			return d, ""
		}
		if d, long, ok := p.below(l); ok {
			if long {
				return nil, ""
			}
			return d, ""
		}
	}
	switch {
	case slices.ContainsFunc(labels, func(l label) bool { return docType != "YYZZ" || digits(row(l.row[l.next:]).String()) >= 4 }):
		return nil, "the date of validity could not be read"
	case alwaysDated[docType]:
		// Labels are small on these; a period says by its form what it is.
		for _, r := range p.every() {
			if d, long, ok := period(r); ok && (long || d.sure) {
				if long {
					return nil, ""
				}
				return d, ""
			}
		}
		return nil, "no date of validity was found"
	}
	return nil, ""
}

// below looks for the period in the row under a label.
func (p *page) below(l label) (*lastDay, bool, bool) {
	h := l.at.height()
	for _, r := range p.rows {
		if dy := r.middle() - l.at.middle(); dy > h*0.5 && dy < h*2.6 && len(r) > 0 && r[len(r)-1].x > l.left() && r[0].x < l.right()+20*h {
			if d, long, ok := period(r); ok {
				return d, long, ok
			}
		}
	}
	return nil, false, false
}

// dates as documents write them: 2015.03.14, 2015-03-14, 2015年03月14日, with what a reader makes of points.
var (
	dates    = regexp.MustCompile(`([12][0-9]{3})[.,·:\-/年 ]{1,3}([01]?[0-9])[.,·:\-/月 ]{1,3}([0-3]?[0-9])日?`)
	longTerm = regexp.MustCompile(`长[期其朗明]|永久|无固定期限`)
)

// period reads "from – until", "until", or that there is no end, from a row. A date alone is an end only behind 至.
func period(r row) (until *lastDay, long, ok bool) {
	if len(r) == 0 {
		return nil, false, false
	}
	s := strings.Map(digitLike, r.String())
	rs := len([]rune(s))
	if rs != len(r) {
		return nil, false, false
	}
	found := dates.FindAllStringSubmatchIndex(s, -1)
	if longTerm.MatchString(s) {
		return nil, true, true
	}
	var days []lastDay
	for _, m := range found {
		n := func(i int) int { v, _ := strconv.Atoi(s[m[i]:m[i+1]]); return v }
		t := time.Date(n(2), time.Month(n(4)), n(6), 0, 0, 0, 0, time.UTC)
		if t.Month() != time.Month(n(4)) || t.Day() != n(6) || t.Year() < 1950 || t.Year() > 2130 {
			continue
		}
		at := r[len([]rune(s[:m[0]])):len([]rune(s[:m[1]]))]
		days = append(days, lastDay{t, at, certain(at)})
	}
	switch len(days) {
	case 2:
		from, to := days[0], days[1]
		if !to.day.After(from.day) {
			return nil, false, false
		}
		to.sure = to.sure || wholeYears(from.day, to.day) && to.at.sure() > 0.6
		return &to, false, true
	case 1:
		i := len([]rune(s[:found[0][0]]))
		before := r[max(0, i-3):i].String()
		if strings.ContainsAny(before, "至到") {
			return &days[0], false, true
		}
	}
	return nil, false, false
}

// certain: every digit of a date was read surely.
func certain(at row) bool {
	for _, g := range at {
		if g.r >= '0' && g.r <= '9' && g.conf < 0.9 {
			return false
		}
	}
	return true
}

// wholeYears: most documents are valid for five, ten or twenty years, to the same day or to the one before, which a
// wrongly read digit seldom leaves so.
func wholeYears(from, to time.Time) bool {
	years := to.Year() - from.Year()
	if years != 5 && years != 10 && years != 20 {
		return false
	}
	return from.AddDate(years, 0, 0).Equal(to) || from.AddDate(years, 0, -1).Equal(to)
}

// digitLike brings what readers make of digits in dates back.
func digitLike(r rune) rune {
	switch r {
	case 'O', 'o':
		return '0'
	case 'l', 'I', '|', ']', '[':
		return '1'
	case '一', '—', '–', '~', '～':
		return '-'
	}
	return r
}
