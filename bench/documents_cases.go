package main

import (
	"fmt"
	"time"

	"github.com/openregistrar/openregistrar/internal/realname"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// holdOut is where the seeds begin that no threshold was tuned on: whoever tunes uses smaller ones.
const holdOut = 7_000_000

// generatorCases are so many pictures of each code, and ten times as many clean ones.
func generatorCases(each int, seed uint64) []paperCase {
	b := &drawing{people: papers.People(), orgs: papers.Organisations(), visitors: papers.Visitors(), seed: seed}
	for range each * 10 {
		d, f := b.next()
		b.add(d, f, b.scene())
	}
	for _, k := range []struct {
		code   string
		faults []papers.Fault
	}{
		{"document.not-colour", []papers.Fault{papers.Grey, papers.BlackWhite}},
		{"document.unclear", []papers.Fault{papers.Blurred, papers.Shaken, papers.Dark, papers.Bright, papers.Glare, papers.Small}},
		{"document.incomplete", []papers.Fault{papers.Cut, papers.CutCorner}},
		{"document.covered", []papers.Fault{papers.Covered, papers.Blotted}},
		{"document.watermark", []papers.Fault{papers.Watermark}},
		{"verify.number-incomplete-in-photo", []papers.Fault{papers.Smeared}},
	} {
		for i := range each {
			d, f := b.next()
			o := b.scene()
			if k.code == "document.incomplete" || k.faults[0] == papers.Smeared {
				o.Scene = papers.Photo // a scan of a part is what Filled shows
			}
			o.Faults = []papers.Fault{k.faults[i%len(k.faults)]}
			expect := []string{k.code}
			switch o.Faults[0] {
			case papers.Small:
				expect = append(expect, "upload.too-small")
			case papers.Smeared: // wiped out is both
				expect = append(expect, "document.covered")
			}
			b.add(d, f, o, expect...)
		}
	}
	for range each {
		b.misfiled()
	}
	return b.cases
}

// drawing makes cases, one seed after another.
type drawing struct {
	people   []papers.Person
	orgs     []papers.Organisation
	visitors []papers.Visitor
	seed     uint64
	n        int
	cases    []paperCase
}

func (b *drawing) add(d papers.Document, f realname.Form, o papers.Options, expect ...string) {
	b.seed++
	o.Seed = b.seed
	what := fmt.Sprint(o.Faults)
	if len(o.Faults) == 0 {
		what = ""
	}
	name := fmt.Sprintf("seed %d %s %s %s turn %d", o.Seed, d.Type, o.Scene, what, o.Turn)
	b.cases = append(b.cases, paperCase{name: name, file: "document.jpg", form: f, expect: expect, raw: func() ([]byte, error) { return papers.Draw(d, o) }})
}

// scene goes through the scenes: photographs mostly, some of them turned.
func (b *drawing) scene() papers.Options {
	o := papers.Options{Scene: []papers.Scene{papers.Photo, papers.Photo, papers.Scan, papers.Photo, papers.Photo, papers.Filled, papers.Photo, papers.Sheet}[b.n%8]}
	if b.n%11 == 10 {
		o.Turn = 1 + b.n/11%3
	}
	return o
}

// next is a document with what its holder would type: identity cards and licences mostly.
func (b *drawing) next() (papers.Document, realname.Form) {
	b.n++
	i := b.n
	switch i % 5 {
	case 0, 2:
		p := b.people[i*7%len(b.people)]
		return papers.IDCard(p), personForm(p)
	case 1:
		o := b.orgs[i*3%14] // business licences
		return papers.Licence(o), organisationForm(o, o.Type)
	case 3:
		if i%2 == 0 {
			p := b.people[i*5%len(b.people)]
			f := personForm(p)
			f.Type, f.Number, f.ValidUntil = "HZ", p.Passport, p.ValidFrom.AddDate(10, 0, 0)
			return papers.Passport(p), f
		}
		v := b.visitors[i/5%9] // the foreigners' passports are for the form's rules
		return papers.Permit(v), visitorForm(v)
	}
	o := b.orgs[14+i/5%8]
	return papers.Licence(o), organisationForm(o, o.Type)
}

func personForm(p papers.Person) realname.Form {
	return realname.Form{Role: realname.Owner, Kind: kindOf("SFZ"), Type: "SFZ", Number: p.Number, Name: p.Name, LatinName: p.Latin, Country: "CN",
		ValidUntil: p.ValidUntil, LongTerm: p.ValidUntil.IsZero()}
}

func organisationForm(o papers.Organisation, typ string) realname.Form {
	return realname.Form{Role: realname.Owner, Kind: kindOf(typ), Type: typ, Number: o.Code, Name: o.Name, Country: "CN", ValidUntil: o.ValidUntil, LongTerm: o.ValidUntil.IsZero()}
}

func visitorForm(v papers.Visitor) realname.Form {
	return realname.Form{Role: realname.Owner, Kind: kindOf(v.Type), Type: v.Type, Number: v.Number, Name: v.Name, ValidUntil: v.ValidUntil}
}

// misfiled adds one picture of each kind that shows something else than was typed.
func (b *drawing) misfiled() {
	b.n++
	i := b.n
	p, other := b.people[i*7%len(b.people)], b.people[(i*7+3)%len(b.people)]
	o, another := b.orgs[i%11], b.orgs[(i+4)%11]
	shot := func() papers.Options { s := b.scene(); b.n++; return s }
	form := personForm(p)

	b.add(papers.IDCardBack(p), form, shot(), "document.wrong-side")
	b.add(papers.Note(), form, shot(), "document.unrecognised")

	f := form
	f.Number = papers.IDNumber(p.Number[:6], p.Birth, 20+i%9*100+int(p.Number[16]-'0')%2)
	b.add(papers.IDCard(p), f, shot(), "verify.number-photo-mismatch")
	f = organisationForm(o, "YYZZ")
	f.Number = another.Code
	b.add(papers.Licence(o), f, shot(), "verify.number-photo-mismatch")

	late := papers.Person{}
	late = p
	late.ValidFrom = time.Date(2014, 3, 1+i%20, 0, 0, 0, 0, time.UTC)
	f = form
	f.Type, f.Number, f.ValidUntil, f.LongTerm = "HZ", p.Passport, time.Time{}, false
	b.add(papers.Passport(late), f, shot(), "document.expired")
	ended := o
	ended.ValidUntil = time.Date(2024, 5, 1+i%20, 0, 0, 0, 0, time.UTC)
	f = organisationForm(o, "YYZZ")
	f.ValidUntil, f.LongTerm = time.Time{}, false
	b.add(papers.Licence(ended), f, shot(), "document.expired")

	f = form
	f.Type, f.Number = "HZ", p.Passport
	b.add(papers.IDCard(p), f, shot(), "verify.type-mismatch")
	b.add(papers.OrgCertificate(o), organisationForm(o, "YYZZ"), shot(), "verify.type-mismatch")
	b.add(papers.Licence(o), organisationForm(o, "TYDMZ"), shot(), "verify.type-licence-as-certificate")
	b.add(papers.CreditCertificate(o), organisationForm(o, "YYZZ"), shot(), "verify.type-licence-as-certificate")

	f = organisationForm(o, "YYZZ")
	f.Name = another.Name
	b.add(papers.Licence(o), f, shot(), "verify.owner-name-mismatch")
	f = form
	f.Name, f.LatinName = other.Name, other.Latin
	b.add(papers.IDCard(p), f, shot(), "verify.owner-name-mismatch")
	f = organisationForm(o, "YYZZ")
	f.Name = b.people[o.Representative].Name
	b.add(papers.Licence(o), f, shot(), "verify.owner-name-is-representative")
	f = organisationForm(o, "YYZZ")
	f.Number = o.Registration
	b.add(papers.Licence(o), f, shot(), "verify.number-wrong-field", "verify.number-photo-mismatch")
}
