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

// What a name goes through whose registrant is not verified yet: its term, its hold under its cause, and the way out.

// sample makes the template of the world's sample person, ready to be submitted. Who changes what the registers say of
// her runs alone, and puts it right.
func (s *Scene) sample(ctx context.Context) (*applicant, error) {
	person, card := papers.Sample()
	a := &applicant{s: s, person: person, register: "people/" + person.Number, form: s.personForm(person)}
	if err := s.reach(ctx); err != nil {
		return nil, err
	}
	up, err := s.upload(ctx, "card.jpg", card)
	if err == nil {
		up, err = s.read(ctx, up)
	}
	if err != nil {
		return nil, err
	}
	a.form.Document = up.ID
	a.template, err = s.draft(ctx, a.form)
	return a, err
}

// unproven buys a name for a registrant that is not verified yet; its registry waits until due.
func (s *Scene) unproven(ctx context.Context) (a *applicant, name string, due time.Time, err error) {
	if err = s.api(ctx, "POST", "wallet/top-ups", map[string]any{"amount": 200_000}, nil); err != nil {
		return
	}
	if a, err = s.sample(ctx); err != nil {
		return
	}
	s.template, name = a.template, "later"+s.run+".com"
	if err = s.bought(ctx, name); err != nil {
		return
	}
	v, err := s.registered(ctx, "verisim", name)
	if err == nil && (v.Verification != "pendingCompliance" || v.Due.IsZero()) {
		err = fmt.Errorf("the registry doesn't wait for a verification: %+v", v)
	}
	if err != nil {
		return
	}
	var proof struct {
		VerifyBy string `json:"verify_by"`
	}
	err = wait(ctx, "the term is shown", func() (bool, error) {
		err := s.api(ctx, "GET", "proof?name="+name, nil, &proof)
		return proof.VerifyBy != "", err
	})
	if shown, perr := time.Parse(time.RFC3339, proof.VerifyBy); err == nil && (perr != nil || !shown.Equal(v.Due.Truncate(time.Second))) {
		err = fmt.Errorf("the owner is shown %q, the registry says %s", proof.VerifyBy, v.Due)
	}
	return a, name, v.Due, err
}

const overdue = "121h" // five days, and an hour

// heldFor waits for the case of a hold, and says that the registry really holds the name.
func (s *Scene) heldFor(ctx context.Context, name, code string, facts ...string) (found, error) {
	c, err := s.named(ctx, name, code)
	if err != nil {
		return c, err
	}
	for _, f := range append(facts, "statuses") {
		if c.Facts[f] == "" {
			return c, fmt.Errorf("the evidence %s is missing: %v", f, c.Facts)
		}
	}
	if v, err := s.registered(ctx, "verisim", name); err != nil || !slices.Contains(v.Statuses, "serverHold") {
		return c, fmt.Errorf("at the registry it is %v (%w)", v.Statuses, err)
	}
	s.explain(c)
	return c, nil
}

// free waits until nothing is named about a name, and says that the registry holds it no more and has its proof.
func (s *Scene) free(ctx context.Context, name string) error {
	if err := s.ended(ctx, name); err != nil {
		return err
	}
	v, err := s.registered(ctx, "verisim", name)
	if err != nil || slices.Contains(v.Statuses, "serverHold") || v.Verification != "compliant" {
		return fmt.Errorf("at the registry it is %v, %s (%w)", v.Statuses, v.Verification, err)
	}
	return nil
}

// unverified: the registrant's documents were never submitted (seed article I2).
func unverified(ctx context.Context, s *Scene) error {
	a, name, due, err := s.unproven(ctx)
	if err != nil {
		return err
	}
	if err := s.advance(ctx, overdue); err != nil {
		return err
	}
	s.note("break: nothing was submitted for %s by %s", name, due.Format(time.RFC3339))
	c, err := s.heldFor(ctx, name, "hold.unverified", "due", "message")
	if err != nil {
		return err
	}
	if c.Facts["registry"] != "verisim" || c.Facts["due"] != due.UTC().Format(time.RFC3339) {
		return fmt.Errorf("the evidence has another registry or due date: %v", c.Facts)
	}
	if err := a.pass(ctx); err != nil {
		return err
	}
	s.note("mend: submitted and approved; the codes go to the registry by themselves")
	return s.free(ctx, name)
}

// verified is the same with the registrant verified in time.
func verified(ctx context.Context, s *Scene) error {
	a, name, _, err := s.unproven(ctx)
	if err != nil {
		return err
	}
	if err := a.pass(ctx); err != nil {
		return err
	}
	if err := s.advance(ctx, overdue); err != nil {
		return err
	}
	if err := s.quiet(ctx, name); err != nil {
		return err
	}
	return s.free(ctx, name)
}

// inReview: submitted, and the authority has not decided when the term ends.
func inReview(ctx context.Context, s *Scene) (err error) {
	a, name, _, err := s.unproven(ctx)
	if err != nil {
		return err
	}
	back, err := s.moody(ctx, map[string]any{"silent": true})
	defer func() { err = errors.Join(err, back()) }()
	if err != nil {
		return err
	}
	if _, err := s.submit(ctx, a.template); err != nil {
		return err
	}
	if err := s.handedOver(ctx, a.template); err != nil {
		return err
	}
	if err := s.advance(ctx, overdue); err != nil {
		return err
	}
	s.note("break: the authority has the documents, and says nothing")
	if _, err := s.heldFor(ctx, name, "hold.verification-in-review", "submitted", "until"); err != nil {
		return err
	}
	if err := back(); err != nil {
		return err
	}
	var cases struct {
		Cases []struct {
			Ref    string `json:"ref"`
			State  string `json:"state"`
			Result string `json:"result"`
		} `json:"cases"`
	}
	if err := s.world(ctx, "GET", "/api/verifier/cases", nil, &cases); err != nil {
		return err
	}
	for _, c := range cases.Cases {
		if c.Result == "" { // the one that it was silent about
			if err := s.world(ctx, "POST", "/api/verifier/cases/"+c.Ref+"/verdict", map[string]string{"result": "N000"}, nil); err != nil {
				return err
			}
		}
	}
	for range 30 { // it is asked after now and then
		if v, err := s.verification(ctx, a.template); err != nil || v.ended() {
			break
		}
		if err := s.advance(ctx, "2h"); err != nil {
			return err
		}
	}
	if err := s.approved(ctx, a.template); err != nil {
		return err
	}
	s.note("mend: the authority decides")
	return s.free(ctx, name)
}

// handedOver waits until an authority has a submission.
func (s *Scene) handedOver(ctx context.Context, template string) error {
	var v submission
	err := wait(ctx, "the authority has it", func() (bool, error) {
		var err error
		v, err = s.verification(ctx, template)
		return v.State == "waiting" || v.ended() || v.State == "desk", err
	})
	if err == nil && v.State != "waiting" {
		err = fmt.Errorf("the submission is %s: %+v", v.State, v.Verdicts)
	}
	return err
}

// notVerified: submitted, and refused.
func notVerified(ctx context.Context, s *Scene) (err error) {
	a, name, _, err := s.unproven(ctx)
	if err != nil {
		return err
	}
	back, err := a.says(ctx, map[string]string{"state": "moving"})
	defer func() { err = errors.Join(err, back()) }() // whatever comes of it: others are the same person
	if err != nil {
		return err
	}
	if _, err := a.refused(ctx, "verify.household-moving", nil); err != nil {
		return err
	}
	if err := s.advance(ctx, overdue); err != nil {
		return err
	}
	s.note("break: the registrant's household registration is being moved, and the authority refused")
	c, err := s.heldFor(ctx, name, "hold.verification-rejected", "reason", "at")
	if err != nil {
		return err
	}
	if c.Facts["reason"] != "verify.household-moving" {
		return fmt.Errorf("the cause is %q", c.Facts["reason"])
	}
	if err := putRight(ctx, s, a, back); err != nil {
		return err
	}
	return s.free(ctx, name)
}

// refreshing: verified, and the registry takes its time to lift the hold.
func refreshing(ctx context.Context, s *Scene) (err error) {
	set := func(ctx context.Context, lift string) error {
		return s.world(ctx, "POST", "/api/registries/verisim/zones/com", map[string]any{"codes": map[string]any{"types": []string{"real-name"}, "lift": lift}}, nil)
	}
	a, name, _, err := s.unproven(ctx)
	if err != nil {
		return err
	}
	if err := set(ctx, "36h"); err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = errors.Join(err, set(ctx, "0s"))
	}()
	if err := s.advance(ctx, overdue); err != nil {
		return err
	}
	if _, err := s.heldFor(ctx, name, "hold.unverified"); err != nil {
		return err
	}
	if err := a.pass(ctx); err != nil {
		return err
	}
	s.note("break: approved, and the registry lifts its hold a day and a half later")
	err = wait(ctx, "the hold has its new cause", func() (bool, error) {
		list, err := s.cases(ctx, name)
		return len(list) == 1 && list[0].Code == "hold.verification-refreshing", err
	})
	if err != nil {
		return err
	}
	c, err := s.heldFor(ctx, name, "hold.verification-refreshing", "approved", "until")
	if err != nil {
		return err
	}
	until, err := time.Parse(time.RFC3339, c.Facts["until"])
	if now, nerr := s.now(ctx); err != nil || nerr != nil || until.Before(now.Add(24*time.Hour)) {
		return fmt.Errorf("it should be gone by %q", c.Facts["until"])
	}
	if err := s.advance(ctx, "37h"); err != nil {
		return err
	}
	s.note("mend: the registry has lifted it")
	return s.free(ctx, name)
}

// unusable: the template's form was retired after the order was paid for (seed article R1).
func unusable(ctx context.Context, s *Scene) (err error) {
	before, err := s.ready(ctx)
	if err != nil {
		return err
	}
	up := func(ctx context.Context, up bool) error {
		return s.world(ctx, "POST", "/api/registries/newsim/power", map[string]bool{"up": up}, nil)
	}
	if err := up(ctx, false); err != nil {
		return err
	}
	on := func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return up(ctx, true)
	}
	defer func() { err = errors.Join(err, on()) }()
	name := "form" + s.run + ".top"
	log, err := s.order(ctx, name)
	if err != nil {
		return err
	}
	in, err := s.operatorOf()
	if err != nil {
		return err
	}
	if err := call(ctx, s.at.API, in.SecretID+":"+in.SecretKey, "POST", "/api/v1/desk/templates/retire", map[string]string{"template_id": s.template}, nil); err != nil {
		return err
	}
	s.note("break: the form of %s is retired while the order for %s waits", s.template, name)
	if err := on(); err != nil {
		return err
	}
	it, err := s.until(ctx, log, "the order has ended", func(it item) bool { return it.Status != "doing" })
	if err != nil || it.Status != "failed" || !strings.Contains(it.Reason, "[registration.template-unusable]") {
		return fmt.Errorf("the order ended so: %+v (%w)", it, err)
	}
	c, err := s.named(ctx, name, "registration.template-unusable")
	if err != nil {
		return err
	}
	if c.Facts["template"] != s.template || c.Facts["refunded"] == "" {
		return fmt.Errorf("the evidence lacks the template or the refund: %v", c.Facts)
	}
	s.explain(c)
	if after, err := s.balance(ctx); err != nil || after != before {
		return fmt.Errorf("the balance was %d, is %d (%w)", before, after, err)
	}
	err = s.api(ctx, "POST", "CreateDomainBatch", map[string]any{"TemplateId": s.template, "Period": 1, "PayMode": 1, "Domains": []string{name}}, nil)
	if _, err := refusedAs(err, "registration.template-unusable"); err != nil {
		return err
	}
	var made struct {
		Template struct{ TemplateId string } `json:"template"` //nolint:revive // the product's spelling
	}
	if err := s.api(ctx, "POST", "templates/convert", map[string]string{"template_id": s.template}, &made); err != nil {
		return err
	}
	s.template = made.Template.TemplateId
	if _, err := s.submit(ctx, s.template); err != nil {
		return err
	}
	if err := s.approved(ctx, s.template); err != nil {
		return err
	}
	s.note("mend: a new template of the old one's data, approved, and the name ordered again")
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	return s.ended(ctx, name)
}

// usable is the same with a template whose form holds.
func usable(ctx context.Context, s *Scene) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	name := "form" + s.run + ".top"
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	return s.quiet(ctx, name)
}
