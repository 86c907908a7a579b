package drill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// What the authority finds that no picture shows: its registers say otherwise, or it says nothing.

// applicant is a registrant with a template: somebody in the authority's registers, with a form and pictures that agree
// with each other. The registers are everybody's, so the drills run alone, and leave the entries as they were. They play
// the same few people, so that each picture has to be read once.
type applicant struct {
	s        *Scene
	template string
	form     registrant
	person   papers.Person
	org      *papers.Organisation
	register string // the address of the entry on the world's control port
}

// The people of these drills, by their places in the population.
const (
	firstOwner  = 20
	secondOwner = 21
	enterprise  = 5
)

// entered writes somebody into a register of the authority.
func (s *Scene) entered(ctx context.Context, address, name, latin string, until time.Time) error {
	e := map[string]string{"name": name, "latin": latin, "state": "ok"}
	if !until.IsZero() {
		e["valid_until"] = until.Format(time.DateOnly)
	}
	return s.world(ctx, "PUT", "/api/verifier/"+address, e, nil)
}

// pictured uploads a picture of a document, one that nothing is found in at once: what is found in pictures is for other
// drills to say.
func (s *Scene) pictured(ctx context.Context, d papers.Document) (up document, err error) {
	for seed := range uint64(6) {
		up, err = s.draw(ctx, d, papers.Options{Seed: 4 + seed})
		if err != nil || !slices.ContainsFunc(up.Findings, func(f judged) bool { return f.Severity == "refuse" }) {
			return up, err
		}
	}
	return up, fmt.Errorf("six pictures are refused, the last for %+v", up.Findings)
}

// apply makes the template of a person, or of an organisation, which is ready to be submitted.
func (s *Scene) apply(ctx context.Context, asOrganisation bool) (*applicant, error) {
	if err := s.reach(ctx); err != nil {
		return nil, err
	}
	a := &applicant{s: s}
	if asOrganisation {
		o := papers.Organisations()[enterprise]
		a.org, a.person, a.register = &o, papers.People()[o.Representative], "organisations/"+o.Code
		a.form = s.organisationForm(o)
	} else {
		a.person = papers.People()[firstOwner]
		a.register, a.form = "people/"+a.person.Number, s.personForm(a.person)
	}
	if err := a.picture(ctx); err != nil {
		return nil, err
	}
	var err error
	a.template, err = s.draft(ctx, a.form)
	return a, err
}

// picture puts pictures of the documents that the form is about into it.
func (a *applicant) picture(ctx context.Context) error {
	own := papers.IDCard(a.person)
	if a.org != nil {
		up, err := a.s.pictured(ctx, papers.IDCard(a.person))
		if err != nil {
			return err
		}
		a.form.ContactDocument = up.ID
		own = papers.Licence(*a.org)
	}
	up, err := a.s.pictured(ctx, own)
	a.form.Document = up.ID
	return err
}

// says has the authority's register say something else of the applicant from now on, until back is called.
func (a *applicant) says(ctx context.Context, entry map[string]string) (back func() error, err error) {
	var was map[string]any
	if err := a.s.world(ctx, "GET", "/api/verifier/"+a.register, nil, &was); err != nil {
		return func() error { return nil }, err
	}
	for k := range entry {
		if _, had := was[k]; !had {
			was[k] = ""
		}
	}
	return func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return a.s.world(ctx, "PUT", "/api/verifier/"+a.register, was, nil)
	}, a.s.world(ctx, "PUT", "/api/verifier/"+a.register, entry, nil)
}

// submit submits the template, and has it before the authority: where our own checks are in doubt about its pictures, or
// nothing here reads them, the operator looks at them and lets them go on.
func (a *applicant) submit(ctx context.Context) error {
	if _, err := a.s.submit(ctx, a.template); err != nil {
		return err
	}
	var v submission
	err := wait(ctx, "our own checks are done", func() (bool, error) {
		var err error
		v, err = a.s.verification(ctx, a.template)
		return v.State != "reading", err
	})
	if err != nil || v.State != "desk" {
		return err
	}
	return a.s.letPass(ctx)
}

// pass submits the template, and wants it approved with nothing named.
func (a *applicant) pass(ctx context.Context) error {
	if err := a.submit(ctx); err != nil {
		return err
	}
	if err := a.s.approved(ctx, a.template); err != nil {
		return err
	}
	if list, err := a.s.cases(ctx, a.template); err != nil || len(list) > 0 {
		return fmt.Errorf("approved, and named: %+v (%w)", list, err)
	}
	return nil
}

// refused submits the template, and wants it refused with exactly one code, which has this evidence.
func (a *applicant) refused(ctx context.Context, code string, facts map[string]string) (found, error) {
	if err := a.submit(ctx); err != nil {
		return found{}, err
	}
	return a.over(ctx, "rejected", code, facts)
}

// over waits for the end of the submission, which names exactly one code.
func (a *applicant) over(ctx context.Context, state, code string, facts map[string]string) (found, error) {
	v, err := a.s.decided(ctx, a.template)
	if err != nil {
		return found{}, err
	}
	if v.State != state || len(v.Verdicts) != 1 || v.Verdicts[0].Code != code || v.Verdicts[0].Title == "" {
		return found{}, fmt.Errorf("the submission is %s: %+v", v.State, v.Verdicts)
	}
	c, err := a.s.named(ctx, a.template, code)
	if err != nil {
		return c, err
	}
	for k, want := range facts {
		if got := c.Facts[k]; got == "" || want != "" && got != want {
			return c, fmt.Errorf("the evidence %s is %q, want %q: %v", k, got, want, c.Facts)
		}
	}
	a.s.explain(c)
	return c, nil
}

// opinionDrill is a refusal that an entry of the authority's registers brings about.
type opinionDrill struct {
	org   bool
	entry map[string]string // what the register says of the applicant
	facts map[string]string // the evidence that is wanted; "" is any
	mend  func(ctx context.Context, s *Scene, a *applicant, back func() error) error
}

// opinionDrills are those refusals by code.
var opinionDrills = map[string]opinionDrill{
	"verify.person-record-mismatch": {entry: map[string]string{"name": "曾用名"}, facts: map[string]string{"role": "owner", "field": ""}, mend: putRight},
	"verify.org-record-mismatch": {org: true, entry: map[string]string{"state": "changed", "field": "representative"},
		facts: map[string]string{"field": ""}, mend: putRight},
	"verify.household-moving":   {entry: map[string]string{"state": "moving"}, facts: map[string]string{"role": "owner"}, mend: putRight},
	"verify.special-occupation": {entry: map[string]string{"state": "special"}, facts: map[string]string{"role": "owner"}, mend: byPassport},
	"verify.material-unqualified": {entry: map[string]string{"state": "unfit", "answer": "请补拍证件的另一面"},
		facts: map[string]string{"answer": "请补拍证件的另一面"}, mend: putRight},
	"registrant.identity-unclear": {entry: map[string]string{"state": "unclear"}, facts: map[string]string{"role": "owner"}, mend: putRight},
	"registrant.in-proceedings": {entry: map[string]string{"state": "proceedings", "case": "D2026-0147", "since": "2026-10-12"},
		facts: map[string]string{"role": "owner", "case": "D2026-0147", "since": "2026-10-12"}, mend: anotherOwner},
	"registrant.blacklisted": {entry: map[string]string{"state": "blacklisted", "entry": "2026-0031"},
		facts: map[string]string{"role": "owner", "entry": "2026-0031"}, mend: anotherOwner},
	"registrant.registry-restricted": {entry: map[string]string{"state": "restricted", "registry": "cnsim", "reason": "third abuse case"},
		facts: map[string]string{"role": "owner", "registry": "cnsim", "reason": "third abuse case"}, mend: anotherOwner},
}

// refusedByAuthority runs the drill of a row.
func refusedByAuthority(code string) func(context.Context, *Scene) error {
	return func(ctx context.Context, s *Scene) (err error) {
		d := opinionDrills[code]
		a, err := s.apply(ctx, d.org)
		if err != nil {
			return err
		}
		back, err := a.says(ctx, d.entry)
		defer func() { err = errors.Join(err, back()) }()
		if err != nil {
			return err
		}
		s.note("break: the register says %v", d.entry)
		if _, err := a.refused(ctx, code, d.facts); err != nil {
			return err
		}
		return d.mend(ctx, s, a, back)
	}
}

// takenByAuthority is the same with nothing in the register's way.
func takenByAuthority(org bool) func(context.Context, *Scene) error {
	return func(ctx context.Context, s *Scene) error {
		a, err := s.apply(ctx, org)
		if err != nil {
			return err
		}
		return a.pass(ctx)
	}
}

// putRight: the register comes to say what the papers say, and the owner submits again.
func putRight(ctx context.Context, s *Scene, a *applicant, back func() error) error {
	if err := back(); err != nil {
		return err
	}
	s.note("mend: the register is put right, and the template submitted again")
	return a.pass(ctx)
}

// byPassport: the owner hands in another document.
func byPassport(ctx context.Context, s *Scene, a *applicant, _ func() error) error {
	up, err := s.pictured(ctx, papers.Passport(a.person))
	if err != nil {
		return err
	}
	a.form.Certificate["CertificateType"], a.form.Certificate["CertificateCode"], a.form.Document = "HZ", a.person.Passport, up.ID
	if err := s.modify(ctx, a.template, a.form); err != nil {
		return err
	}
	s.note("mend: the passport is handed in")
	return a.pass(ctx)
}

// anotherOwner: somebody else becomes the owner.
func anotherOwner(ctx context.Context, s *Scene, a *applicant, _ func() error) error {
	p := papers.People()[secondOwner]
	b := &applicant{s: s, template: a.template, person: p, form: s.personForm(p)}
	if err := b.picture(ctx); err != nil {
		return err
	}
	if err := s.modify(ctx, b.template, b.form); err != nil {
		return err
	}
	s.note("mend: another owner")
	return b.pass(ctx)
}

// tooNew: the card was issued the day before yesterday, and the register does not have it yet (seed articles D4, D10, D19).
func tooNew(ctx context.Context, s *Scene) (err error) {
	a, err := s.apply(ctx, false)
	if err != nil {
		return err
	}
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	issued := now.AddDate(0, 0, -2).Format(time.DateOnly)
	back, err := a.says(ctx, map[string]string{"state": "too-new", "issued": issued, "listed_from": now.AddDate(0, 0, 9).Format(time.DateOnly)})
	defer func() { err = errors.Join(err, back()) }()
	if err != nil {
		return err
	}
	s.note("break: a document of %s is not in the register yet", issued)
	c, err := a.refused(ctx, "verify.document-too-new", map[string]string{"issued": issued, "until": ""})
	if err != nil {
		return err
	}
	until, err := time.Parse(time.DateOnly, c.Facts["until"])
	if err != nil || !until.After(now) {
		return fmt.Errorf("the day to submit again is %q", c.Facts["until"])
	}
	if err := s.advance(ctx, until.Add(12*time.Hour).Sub(now).Round(time.Minute).String()); err != nil {
		return err
	}
	s.note("mend: submitted again on %s", c.Facts["until"])
	return a.pass(ctx)
}

// moody sets how both providers behave, and gives the way back.
func (s *Scene) moody(ctx context.Context, mood map[string]any) (back func() error, err error) {
	set := func(ctx context.Context, m map[string]any) error {
		return s.world(ctx, "PUT", "/api/verifier/settings", m, nil)
	}
	calm := map[string]any{"silent": false, "fail": 0}
	return func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return set(ctx, calm)
	}, set(ctx, mood)
}

// silence: no verdict within seven working days (seed article D13).
func silence(ctx context.Context, s *Scene) (err error) {
	a, err := s.apply(ctx, false)
	if err != nil {
		return err
	}
	back, err := s.moody(ctx, map[string]any{"silent": true})
	defer func() { err = errors.Join(err, back()) }()
	if err != nil {
		return err
	}
	if err := a.submit(ctx); err != nil {
		return err
	}
	var v submission
	if err := wait(ctx, "the authority has it", func() (bool, error) {
		v, err = s.verification(ctx, a.template)
		return v.State == "waiting" || v.ended(), err
	}); err != nil || v.State != "waiting" {
		return fmt.Errorf("the submission is %s (%w)", v.State, err)
	}
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	deadline, err := time.Parse(time.RFC3339, v.DeadlineAt)
	if days := deadline.Sub(now).Hours() / 24; err != nil || days < 8 || days > 25 {
		return fmt.Errorf("the term ends on %q, %.1f days from now (%w)", v.DeadlineAt, days, err)
	}
	s.note("break: the authority says nothing until %s", v.DeadlineAt)
	if err := s.advance(ctx, (deadline.Sub(now) - time.Hour).Round(time.Second).String()); err != nil {
		return err
	}
	if v, err = s.verification(ctx, a.template); err != nil || v.State != "waiting" {
		return fmt.Errorf("an hour before the end of the term it is %s (%w)", v.State, err)
	}
	if err := s.advance(ctx, "2h"); err != nil {
		return err
	}
	if _, err := a.over(ctx, "timed-out", "verify.timeout", map[string]string{"submitted": "", "deadline": ""}); err != nil {
		return err
	}
	if err := back(); err != nil {
		return err
	}
	s.note("mend: the authority speaks again, and the template is submitted again")
	return a.pass(ctx)
}

// notTaken: every hand-over fails, at both providers (seed article D2).
func notTaken(ctx context.Context, s *Scene) (err error) {
	a, err := s.apply(ctx, false)
	if err != nil {
		return err
	}
	back, err := s.moody(ctx, map[string]any{"fail": 1000})
	defer func() { err = errors.Join(err, back()) }()
	if err != nil {
		return err
	}
	s.note("break: the authority takes nothing in")
	if err := a.submit(ctx); err != nil {
		return err
	}
	for range 40 { // the gaps between attempts are business time
		v, err := s.verification(ctx, a.template)
		if err != nil || v.ended() {
			break
		}
		if err := s.advance(ctx, "15m"); err != nil {
			return err
		}
	}
	c, err := a.over(ctx, "rejected", "verify.submission-failed", map[string]string{"attempts": "", "answer": "", "at": ""})
	if err != nil {
		return err
	}
	v, err := s.verification(ctx, a.template)
	if err != nil {
		return err
	}
	tries := 0
	for _, step := range v.Steps {
		if step.Kind == "failed" {
			tries++
		}
	}
	if fmt.Sprint(tries) != c.Facts["attempts"] {
		return fmt.Errorf("%d failed attempts in the history, and %s in the evidence", tries, c.Facts["attempts"])
	}
	if err := back(); err != nil {
		return err
	}
	s.note("mend: submitted again with one click, nothing uploaded again")
	return a.pass(ctx)
}

// authorityDrills are the drills of this file.
func authorityDrills() []Drill {
	out := []Drill{
		{Code: "verify.document-too-new", Run: tooNew, Clean: takenByAuthority(false), Alone: true},
		{Code: "verify.timeout", Run: silence, Clean: takenByAuthority(false), Alone: true},
		{Code: "verify.submission-failed", Run: notTaken, Clean: takenByAuthority(false), Alone: true},
	}
	for code, d := range opinionDrills {
		out = append(out, Drill{Code: code, Run: refusedByAuthority(code), Clean: takenByAuthority(d.org), Alone: true})
	}
	slices.SortFunc(out, func(a, b Drill) int { return strings.Compare(a.Code, b.Code) })
	return out
}
