package drill

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// mistake is something wrong with a picture, or between a picture and what was typed. Everything else about the
// registrant is right.
type mistake struct {
	code     string
	who      int      // of the registrants below
	facts    []string // evidence that the case has to show
	read     bool     // only the text of the picture can tell
	warns    bool     // it is told, and goes on to a person's eyes
	late     bool     // told when it is submitted: the form alone doesn't know the authorities
	position string   // that the case has to name; none: not looked at
	// shows is what the wrong picture is of; nil: the right one.
	shows func(good papers.Document, now time.Time) (papers.Document, papers.Options)
	// types changes the form to what was typed wrong; nil: nothing.
	types func(f *registrant, now time.Time)
}

// Registrants that drills play.
const (
	aPerson      = iota // with a surname of several readings
	aCompany            // with brackets in its name
	aForeigner          // with a permanent residence card
	aTravelling         // a person who shows a passport
	aBareCompany        // the company, without its contact's own document
)

var (
	thePerson    = papers.People()[3]
	theCompany   = papers.Organisations()[4]
	theForeigner = papers.Visitors()[8]
)

// right is a registrant's form and the picture of the document, as they should be; for a company also its contact's.
func (s *Scene) right(who int) (f registrant, doc papers.Document, contact *papers.Document) {
	switch who {
	case aCompany:
		card := papers.IDCard(papers.People()[theCompany.Representative])
		return s.organisationForm(theCompany), papers.Licence(theCompany), &card
	case aBareCompany:
		f = s.organisationForm(theCompany)
		f.Certificate["RegistrantCertificateCode"], f.Certificate["RegistrantCertificateType"] = "", ""
		return f, papers.Licence(theCompany), nil
	case aForeigner:
		f = s.personForm(thePerson)
		v := theForeigner
		for _, k := range []string{"OrganizationNameCN", "OrganizationName", "RegistrantNameCN", "RegistrantName"} {
			f.Contact[k] = v.Name
		}
		f.Certificate["CertificateType"], f.Certificate["CertificateCode"] = v.Type, v.Number
		f.validity(v.ValidFrom, v.ValidUntil)
		return f, papers.Permit(v), nil
	case aTravelling:
		f = s.personForm(thePerson)
		f.Certificate["CertificateType"], f.Certificate["CertificateCode"] = "HZ", thePerson.Passport
		f.validity(thePerson.ValidFrom, thePerson.ValidFrom.AddDate(10, 0, 0))
		return f, papers.Passport(thePerson), nil
	}
	return s.personForm(thePerson), papers.IDCard(thePerson), nil
}

// as is what a wrong picture has in common with the right one.
func as(faults ...papers.Fault) func(papers.Document, time.Time) (papers.Document, papers.Options) {
	return func(good papers.Document, _ time.Time) (papers.Document, papers.Options) {
		return good, papers.Options{Seed: 4, Faults: faults}
	}
}

func of(d papers.Document) func(papers.Document, time.Time) (papers.Document, papers.Options) {
	return func(papers.Document, time.Time) (papers.Document, papers.Options) {
		return d, papers.Options{Seed: 4, Scene: papers.Scan}
	}
}

// typed puts a value into a field of the form.
func typed(field, value string) func(*registrant, time.Time) {
	return func(f *registrant, _ time.Time) { f.set(field, value) }
}

func (f *registrant) set(field, value string) {
	if _, ok := f.Certificate[field]; ok {
		f.Certificate[field] = value
		return
	}
	f.Contact[field] = value
}

// other is a number like the person's, right in itself, and somebody else's.
var other = papers.IDNumber(thePerson.Number[:6], thePerson.Birth, 802)

// cutShort is the person with a card whose last digits are not there.
var cutShort = func() papers.Person { p := thePerson; p.Number = p.Number[:13]; return p }()

var mistakes = []mistake{
	{code: "document.not-colour", facts: []string{"measure", "limit"}, shows: as(papers.Grey)},
	{code: "document.unclear", facts: []string{"measure", "value", "limit"}, shows: as(papers.Blurred)},
	{code: "document.incomplete", facts: []string{"missing"}, shows: as(papers.Cut)},
	{code: "document.covered", facts: []string{"region"}, shows: as(papers.Covered)},
	{code: "document.watermark", facts: []string{"region"}, shows: as(papers.Watermark)},
	{code: "document.wrong-side", facts: []string{"side", "wanted"}, read: true, shows: of(papers.IDCardBack(thePerson))},
	{code: "document.unrecognised", facts: []string{"type"}, read: true, shows: func(papers.Document, time.Time) (papers.Document, papers.Options) {
		return papers.Note(), papers.Options{Seed: 4, Scene: papers.Filled}
	}},
	{code: "document.expired", facts: []string{"valid_until"}, types: func(f *registrant, now time.Time) { f.validity(now.AddDate(-10, -2, 0), now.AddDate(0, -2, 0)) }},
	{code: "document.near-expiry", facts: []string{"valid_until", "days"}, warns: true, types: func(f *registrant, now time.Time) { f.validity(now.AddDate(-10, 0, 0), now.AddDate(0, 0, 12)) }},

	{code: "verify.number-malformed", facts: []string{"rule", "position"}, types: func(f *registrant, _ time.Time) {
		f.set("CertificateCode", thePerson.Number[:15]+"999"+thePerson.Number[15:]) // three digits too many
	}},
	{code: "verify.number-confusable", facts: []string{"typed", "meant"}, position: "4", types: func(f *registrant, _ time.Time) {
		f.set("CertificateCode", thePerson.Number[:3]+strings.ReplaceAll(thePerson.Number[3:4], "1", "l")+thePerson.Number[4:])
	}},
	{code: "verify.number-wrong-field", who: aCompany, facts: []string{"kind"}, types: typed("CertificateCode", theCompany.OrgCode)},
	{code: "verify.number-photo-mismatch", facts: []string{"position"}, read: true, types: typed("CertificateCode", other)},
	{code: "verify.number-incomplete-in-photo", facts: []string{"position"}, read: true, shows: of(papers.IDCard(cutShort))},
	{code: "verify.type-mismatch", who: aTravelling, facts: []string{"type", "found"}, read: true, shows: of(papers.IDCard(thePerson))},
	{code: "verify.type-licence-as-certificate", who: aCompany, facts: []string{"type", "found"}, read: true, types: typed("CertificateType", "TYDMZ")},
	{code: "verify.owner-name-malformed", who: aCompany, facts: []string{"rule"}, position: "7", types: typed("OrganizationNameCN", strings.NewReplacer("(", "（", ")", "）").Replace(theCompany.Name))},
	{code: "verify.owner-name-mismatch", who: aCompany, facts: []string{"typed", "found"}, read: true, types: typed("OrganizationNameCN", strings.Replace(theCompany.Name, "丝绸", "丝网", 1))},
	{code: "verify.owner-name-is-representative", who: aCompany, facts: []string{"found"}, read: true, types: typed("OrganizationNameCN", papers.People()[theCompany.Representative].Name)},
	{code: "verify.owner-name-transliteration", facts: []string{"typed", "proposed"}, types: func(f *registrant, _ time.Time) {
		f.set("OrganizationName", strings.Replace(thePerson.Latin, "Yutong", "Yuting", 1))
	}},
	{code: "verify.contact-not-person", who: aBareCompany, facts: []string{"typed"}, types: func(f *registrant, _ time.Time) {
		f.set("RegistrantNameCN", "行政部")
		f.set("RegistrantName", "Xing Zhengbu")
	}},
	{code: "verify.address-incomplete", facts: []string{"field"}, types: typed("ProvinceCN", thePerson.Place.Province)},
	{code: "verify.foreign-name-differs", who: aForeigner, facts: []string{"typed", "found"}, types: typed("OrganizationNameCN", "Andersson, Erik Lars")},
	{code: "verify.region-unsupported", late: true, facts: []string{"region"}, types: func(f *registrant, _ time.Time) {
		f.Contact["Country"], f.Contact["CountryCN"], f.Contact["ProvinceCN"], f.Contact["CityCN"] = "US", "美国", "加利福尼亚", "圣何塞"
	}},
}

// paperDrills are the drills of all of them, and of uploads.
func paperDrills() []Drill {
	out := slices.Clone(uploadDrills)
	for _, m := range mistakes {
		out = append(out, Drill{Code: m.code, Run: m.run, Clean: m.clean})
	}
	return out
}

// pictures keeps what was drawn: the right ones are shown in every drill, and the product remembers what it read of them.
var pictures sync.Map

func picture(d papers.Document, o papers.Options) ([]byte, error) {
	key := fmt.Sprintf("%+v %+v", d, o)
	if raw, ok := pictures.Load(key); ok {
		return raw.([]byte), nil
	}
	raw, err := papers.Draw(d, o)
	if err == nil {
		pictures.Store(key, raw)
	}
	return raw, err
}

// good is how the right documents are pictured; the foreigner has no scanner.
var good = papers.Options{Seed: 4, Scene: papers.Scan}

func (m mistake) good() papers.Options {
	if m.who == aForeigner {
		return papers.Options{Seed: 4}
	}
	return good
}

// shown uploads a picture of a document and waits until it is read, where there is a reader; needed says that it has to
// be.
func (s *Scene) shown(ctx context.Context, d papers.Document, o papers.Options, needed bool) (document, error) {
	raw, err := picture(d, o)
	if err != nil {
		return document{}, err
	}
	up, err := s.upload(ctx, "document.jpg", raw)
	if err != nil {
		return up, err
	}
	read, err := s.read(ctx, up)
	if err != nil && !needed && ctx.Err() == nil {
		return read, nil
	}
	return read, err
}

// prepare proves how to reach the owner and uploads the right pictures.
func (s *Scene) prepare(ctx context.Context, m mistake) (f registrant, doc papers.Document, reading string, err error) {
	if err = s.reach(ctx); err != nil {
		return f, doc, "", err
	}
	f, doc, contact := s.right(m.who)
	if v := theForeigner; m.who == aForeigner { // known to the authority, which other foreigners are not
		if err := s.entered(ctx, "people/"+v.Number, v.Name, v.Latin, v.ValidUntil); err != nil {
			return f, doc, "", err
		}
	}
	up, err := s.shown(ctx, doc, m.good(), m.read)
	if err != nil {
		return f, doc, "", err
	}
	f.Document = up.ID
	if contact != nil {
		up, err := s.shown(ctx, *contact, good, m.read)
		if err != nil {
			return f, doc, "", err
		}
		f.ContactDocument = up.ID
	}
	return f, doc, up.Reading, nil
}

// handIn submits a template whose form and pictures are right, and sees it approved; where nothing reads, at the desk.
func (s *Scene) handIn(ctx context.Context, id, reading string) error {
	v, err := s.submit(ctx, id)
	if err != nil {
		return err
	}
	if reading != "done" {
		if v.State != "desk" {
			return fmt.Errorf("without a reader the submission is %s", v.State)
		}
		s.note("submitted: nothing reads pictures here, so a person at the desk will")
	} else if err := s.approved(ctx, id); err != nil {
		return err
	}
	return s.none(ctx, "")
}

func (m mistake) clean(ctx context.Context, s *Scene) error {
	f, _, reading, err := s.prepare(ctx, m)
	if err != nil {
		return err
	}
	r, err := s.check(ctx, f)
	if err != nil {
		return err
	}
	for _, g := range r.Findings {
		if g.Severity != "inform" {
			return fmt.Errorf("while the form was typed: %+v", g)
		}
	}
	id, err := s.draft(ctx, f)
	if err != nil {
		return err
	}
	return s.handIn(ctx, id, reading)
}

func (m mistake) run(ctx context.Context, s *Scene) error {
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	f, doc, reading, err := s.prepare(ctx, m)
	if err != nil {
		return err
	}
	wrong := f
	wrong.Contact, wrong.Certificate = maps.Clone(f.Contact), maps.Clone(f.Certificate)
	if m.types != nil {
		m.types(&wrong, now)
	}
	if m.shows != nil {
		d, o := m.shows(doc, now)
		up, err := s.shown(ctx, d, o, m.read)
		if err != nil {
			return err
		}
		wrong.Document = up.ID
	}
	// It is told while the form is looked at, with its place.
	r, err := s.check(ctx, wrong)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(r.Findings, func(g judged) bool { return g.Code == m.code })
	if i < 0 && !m.late {
		return fmt.Errorf("the form's check says %+v", r.Findings)
	}
	id, err := s.draft(ctx, wrong)
	if err != nil {
		return err
	}
	v, err := s.submit(ctx, id)
	switch {
	case m.warns && err != nil:
		return err
	case m.warns && v.State != "desk":
		return fmt.Errorf("with a warning the submission is %s", v.State)
	case !m.warns:
		if _, err := refusedAs(err, m.code); err != nil {
			return err
		}
	}
	s.note("break: a template is submitted with %s", m.what(wrong, f))
	c, err := s.only(ctx, id, m.code)
	if err != nil {
		return err
	}
	for _, fact := range m.facts {
		if c.Facts[fact] == "" {
			return fmt.Errorf("the evidence has no %s: %v", fact, c.Facts)
		}
	}
	if m.position != "" && c.Facts["position"] != m.position {
		return fmt.Errorf("position %s was wrong, the evidence says %v", m.position, c.Facts)
	}
	s.explain(c)
	if m.warns {
		if err := s.api(ctx, "POST", "templates/withdraw", map[string]string{"template_id": id}, nil); err != nil {
			return err
		}
	}
	fixed := f
	if i >= 0 && r.Findings[i].Fix != "" { // the product's own proposal, taken with one click
		fixed = wrong
		fixed.set(r.Findings[i].Field, r.Findings[i].Fix)
		if !maps.Equal(fixed.Contact, f.Contact) || !maps.Equal(fixed.Certificate, f.Certificate) {
			return fmt.Errorf("its proposal for %s does not mend it", r.Findings[i].Field)
		}
	}
	if err := s.modify(ctx, id, fixed); err != nil {
		return err
	}
	s.note("mend: corrected and submitted again")
	return s.handIn(ctx, id, reading)
}

// what says which parts are wrong, without numbers.
func (m mistake) what(wrong, right registrant) string {
	var parts []string
	for k, v := range wrong.Contact {
		if right.Contact[k] != v {
			parts = append(parts, fmt.Sprintf("%s %q", k, v))
		}
	}
	for k, v := range wrong.Certificate {
		if right.Certificate[k] != v {
			parts = append(parts, "another "+k)
		}
	}
	if wrong.ValidUntil != right.ValidUntil {
		parts = append(parts, "a document valid until "+wrong.ValidUntil)
	}
	if wrong.Document != right.Document {
		parts = append(parts, "a picture that is "+strings.ReplaceAll(strings.SplitN(m.code, ".", 2)[1], "-", " "))
	}
	slices.Sort(parts)
	return strings.Join(parts, " and ")
}
