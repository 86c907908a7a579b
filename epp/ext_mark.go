package epp

import (
	"strconv"
	"strings"
	"time"
)

// NSMark is the namespace of marks (RFC 7848). It is no service of its own:
// marks stand within [Launch]'s elements and within signed marks.
const NSMark = "urn:ietf:params:xml:ns:mark-1.0"

// Mark is a trademark, or something as good, in the form of RFC 7848 section
// 2. It has any number of each kind.
type Mark struct {
	Trademarks []Trademark
	Treaties   []TreatyMark
	Courts     []CourtMark
}

// MarkBase is what the three kinds of marks have in common. ID is two numbers
// with a hyphen between: the issuer's and the mark's.
type MarkBase struct {
	ID       string
	Name     string      // markName: the text that is protected
	Holders  []MarkParty // at least one
	Contacts []MarkParty
	Labels   []string // the DNS labels that the mark stands for
	Goods    string   // goodsAndServices
}

// Trademark is a registered trademark. CC is the code of its jurisdiction.
type Trademark struct {
	MarkBase
	CC      string
	Classes []int // of the Nice classification
	ApID    string
	ApDate  time.Time
	RegNum  string
	RegDate time.Time
	ExDate  time.Time
}

// TreatyMark is a mark protected by treaty or statute.
type TreatyMark struct {
	MarkBase
	Protections []MarkProtection // at least one
	RefNum      string
	ProDate     time.Time
	Title       string // of the treaty or statute
	ExecDate    time.Time
}

// CourtMark is a mark validated by a court.
type CourtMark struct {
	MarkBase
	RefNum    string
	ProDate   time.Time
	CC        string
	Regions   []string
	CourtName string
}

// MarkProtection says where a mark of treaty or statute is protected.
type MarkProtection struct {
	CC      string
	Region  string
	Rulings []string // country codes
}

// MarkParty is a holder of a mark or a contact for it. Role is the holder's
// entitlement (owner, assignee, licensee) or the contact's type (owner, agent,
// thirdparty).
type MarkParty struct {
	Role  string
	Name  string
	Org   string
	Addr  PostalAddr
	Voice Phone
	Fax   Phone
	Email string
}

// Namespace implements [Value].
func (*Mark) Namespace() string { return NSMark }

// Encode implements [Value].
func (m *Mark) Encode(w *Writer) {
	w.Root("mark:mark", NSMark)
	for i := range m.Trademarks {
		t := &m.Trademarks[i]
		w.Open("mark:trademark")
		t.head(w)
		w.Leaf("mark:jurisdiction", t.CC)
		for _, c := range t.Classes {
			w.Int("mark:class", int64(c))
		}
		t.tail(w)
		w.Opt("mark:apId", t.ApID)
		w.Time("mark:apDate", t.ApDate)
		w.Leaf("mark:regNum", t.RegNum)
		w.Time("mark:regDate", t.RegDate)
		w.Time("mark:exDate", t.ExDate)
		w.Close("mark:trademark")
	}
	for i := range m.Treaties {
		t := &m.Treaties[i]
		w.Open("mark:treatyOrStatute")
		t.head(w)
		for _, p := range t.Protections {
			w.Open("mark:protection")
			w.Leaf("mark:cc", p.CC)
			w.Opt("mark:region", p.Region)
			w.leaves("mark:ruling", p.Rulings)
			w.Close("mark:protection")
		}
		t.tail(w)
		w.Leaf("mark:refNum", t.RefNum)
		w.Time("mark:proDate", t.ProDate)
		w.Leaf("mark:title", t.Title)
		w.Time("mark:execDate", t.ExecDate)
		w.Close("mark:treatyOrStatute")
	}
	for i := range m.Courts {
		t := &m.Courts[i]
		w.Open("mark:court")
		t.head(w)
		t.tail(w)
		w.Leaf("mark:refNum", t.RefNum)
		w.Time("mark:proDate", t.ProDate)
		w.Leaf("mark:cc", t.CC)
		w.leaves("mark:region", t.Regions)
		w.Leaf("mark:courtName", t.CourtName)
		w.Close("mark:court")
	}
	w.Close("mark:mark")
}

// head and tail are the common elements, between which each kind has its own.
func (b *MarkBase) head(w *Writer) {
	w.Leaf("mark:id", b.ID)
	w.Leaf("mark:markName", b.Name)
	for i := range b.Holders {
		b.Holders[i].encode(w, "mark:holder", "entitlement")
	}
	for i := range b.Contacts {
		b.Contacts[i].encode(w, "mark:contact", "type")
	}
}

func (b *MarkBase) tail(w *Writer) {
	w.leaves("mark:label", b.Labels)
	w.Leaf("mark:goodsAndServices", b.Goods)
}

func (p *MarkParty) encode(w *Writer, name, role string) {
	if p.Role != "" {
		w.Open(name, role, p.Role)
	} else {
		w.Open(name)
	}
	if role == "type" { // of a contact the schema wants these
		w.Leaf("mark:name", p.Name)
		w.Opt("mark:org", p.Org)
		w.addrIn("mark:", &p.Addr)
		w.phoneLeaf("mark:voice", p.Voice)
		w.phone("mark:fax", p.Fax)
		w.Leaf("mark:email", p.Email)
	} else {
		w.Opt("mark:name", p.Name)
		w.Opt("mark:org", p.Org)
		w.addrIn("mark:", &p.Addr)
		w.phone("mark:voice", p.Voice)
		w.phone("mark:fax", p.Fax)
		w.Opt("mark:email", p.Email)
	}
	w.Close(name)
}

// addrIn writes an address under a mapping's prefix ("mark:").
func (w *Writer) addrIn(prefix string, a *PostalAddr) {
	w.Open(prefix + "addr")
	w.leaves(prefix+"street", a.Street)
	w.Leaf(prefix+"city", a.City)
	w.Opt(prefix+"sp", a.SP)
	w.Opt(prefix+"pc", a.PC)
	w.Leaf(prefix+"cc", a.CC)
	w.Close(prefix + "addr")
}

// mark reads what stands for mark:abstractMark: a mark of RFC 7848, or
// somebody's own kind, kept raw.
func (d *decoder) mark(el *Element) Value {
	if el.Space != NSMark {
		el.Tail = ""
		return &Raw{Element: el}
	}
	m := &Mark{}
	if el.Local != "mark" {
		d.unexpected(el)
		return m
	}
	d.sequence(el, "trademark* treatyOrStatute* court*", func(c *Element) {
		switch c.Local {
		case "trademark":
			m.Trademarks = append(m.Trademarks, d.trademark(c))
		case "treatyOrStatute":
			m.Treaties = append(m.Treaties, d.treatyMark(c))
		case "court":
			m.Courts = append(m.Courts, d.courtMark(c))
		default:
			d.unexpected(c)
		}
	})
	return m
}

// markBase reads a common element, or says that it is none.
func (d *decoder) markBase(b *MarkBase, c *Element) bool {
	switch c.Local {
	case "id":
		b.ID = d.markID(c)
	case "markName":
		b.Name = d.token(c)
	case "holder":
		b.Holders = append(b.Holders, d.markParty(c, "entitlement"))
	case "contact":
		b.Contacts = append(b.Contacts, d.markParty(c, "type"))
	case "label":
		b.Labels = append(b.Labels, d.markLabel(c))
	case "goodsAndServices":
		b.Goods = d.token(c)
	default:
		return false
	}
	return true
}

// markWhole holds a mark to what is there of it; each kind has more.
func (d *decoder) markWhole(el *Element, b *MarkBase, more ...string) {
	d.require(b.ID != "", "id")
	d.needs(el, "markName", "holder", "goodsAndServices")
	d.needs(el, more...)
}

// markID is two numbers with a hyphen between.
func (d *decoder) markID(el *Element) string {
	id := d.need(el)
	issuer, number, ok := strings.Cut(id, "-")
	if d.strict && (!ok || !digits(issuer) || !digits(number)) {
		d.fail(CodeValueSyntax, el, "not the id of a mark")
	}
	return id
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// markLabel is a DNS label of letters, digits and hyphens.
func (d *decoder) markLabel(el *Element) string {
	l := d.bounded(el, 1, 63)
	ok := !strings.HasPrefix(l, "-") && !strings.HasSuffix(l, "-")
	for i := 0; i < len(l); i++ {
		ok = ok && (l[i] == '-' || isAlnum(l[i]))
	}
	if d.strict && !ok {
		d.fail(CodeValueSyntax, el, "not a label")
	}
	return l
}

func (d *decoder) trademark(el *Element) Trademark {
	var t Trademark
	d.sequence(el, "id markName holder* contact* jurisdiction class* label* goodsAndServices apId apDate regNum regDate exDate", func(c *Element) {
		switch c.Local {
		case "jurisdiction":
			t.CC = d.bounded(c, 2, 2)
		case "class":
			n, err := strconv.Atoi(d.token(c))
			if err != nil {
				d.fail(CodeValueSyntax, c, "not a number")
			}
			t.Classes = append(t.Classes, n)
		case "apId":
			t.ApID = d.token(c)
		case "apDate":
			t.ApDate = d.time(c)
		case "regNum":
			t.RegNum = d.token(c)
		case "regDate":
			t.RegDate = d.time(c)
		case "exDate":
			t.ExDate = d.time(c)
		default:
			if !d.markBase(&t.MarkBase, c) {
				d.unexpected(c)
			}
		}
	})
	d.markWhole(el, &t.MarkBase, "jurisdiction", "regNum", "regDate")
	return t
}

func (d *decoder) treatyMark(el *Element) TreatyMark {
	var t TreatyMark
	d.sequence(el, "id markName holder* contact* protection* label* goodsAndServices refNum proDate title execDate", func(c *Element) {
		switch c.Local {
		case "protection":
			var p MarkProtection
			d.needs(c, "cc")
			d.sequence(c, "cc region ruling*", func(x *Element) {
				switch x.Local {
				case "cc":
					p.CC = d.bounded(x, 2, 2)
				case "region":
					p.Region = d.token(x)
				case "ruling":
					p.Rulings = append(p.Rulings, d.bounded(x, 2, 2))
				default:
					d.unexpected(x)
				}
			})
			t.Protections = append(t.Protections, p)
		case "refNum":
			t.RefNum = d.token(c)
		case "proDate":
			t.ProDate = d.time(c)
		case "title":
			t.Title = d.token(c)
		case "execDate":
			t.ExecDate = d.time(c)
		default:
			if !d.markBase(&t.MarkBase, c) {
				d.unexpected(c)
			}
		}
	})
	d.markWhole(el, &t.MarkBase, "protection", "refNum", "proDate", "title", "execDate")
	return t
}

func (d *decoder) courtMark(el *Element) CourtMark {
	var t CourtMark
	d.sequence(el, "id markName holder* contact* label* goodsAndServices refNum proDate cc region* courtName", func(c *Element) {
		switch c.Local {
		case "refNum":
			t.RefNum = d.token(c)
		case "proDate":
			t.ProDate = d.time(c)
		case "cc":
			t.CC = d.bounded(c, 2, 2)
		case "region":
			t.Regions = append(t.Regions, d.token(c))
		case "courtName":
			t.CourtName = d.token(c)
		default:
			if !d.markBase(&t.MarkBase, c) {
				d.unexpected(c)
			}
		}
	})
	d.markWhole(el, &t.MarkBase, "refNum", "proDate", "cc", "courtName")
	return t
}

func (d *decoder) markParty(el *Element, role string) MarkParty {
	p := MarkParty{Role: d.attr(el, role)}
	if _, given := el.Attr(role); given {
		d.oneOf(el, p.Role, markRoles[role])
	}
	d.sequence(el, "name org addr voice fax email", func(c *Element) {
		switch c.Local {
		case "name":
			p.Name = d.token(c)
		case "org":
			p.Org = d.token(c)
		case "addr":
			p.Addr = d.postalAddr(c)
			d.needs(c, "street")
		case "voice":
			p.Voice = d.phone(c)
		case "fax":
			p.Fax = d.phone(c)
		case "email":
			p.Email = d.need(c)
		default:
			d.unexpected(c)
		}
	})
	d.needs(el, "addr")
	if role == "type" {
		d.needs(el, "name", "voice", "email")
	}
	return p
}

// markRoles are the values of the attributes that say what a party is.
var markRoles = map[string][]string{
	"entitlement": {"owner", "assignee", "licensee"},
	"type":        {"owner", "agent", "thirdparty"},
}
