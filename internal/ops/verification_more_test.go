package ops_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// A document that is too new names the day, and is submitted again by itself where its owner wants that; not where he
// did so himself.
func TestSubmittedAgainByItself(t *testing.T) {
	counters(t, func(d *counter) {
		tooNew := deniedAs("verify.document-too-new", map[string]string{"issued": "2026-11-20"})
		id := d.submitted(nil)
		if _, err := d.ResubmitLater(d.Context(), d.owner, id, true); !fault.Is(err, "verification.over") {
			d.Errorf("planned while it is under way: %v", err)
		}
		d.ok(d.hear(id, tooNew))
		d.stands(id, domain.VerificationRejected, domain.TemplateReject)
		if c := d.open(id)["verify.document-too-new"]; c["until"] != "2026-12-04" || c["issued"] != "2026-11-20" {
			d.Errorf("ten working days after the 20th: %v", c)
		}
		v, err := d.ResubmitLater(d.Context(), d.owner, id, true)
		if d.ok(err); v.ResubmitAt.In(policy.Beijing).Format("2006-01-02 15:04") != "2026-12-04 09:00" {
			d.Fatalf("planned for %s", v.ResubmitAt)
		}
		if next, err := d.db.NextDue(d.Context()); err != nil || next.After(v.ResubmitAt) {
			d.Errorf("the clock would pass it by: %s, %v", next, err)
		}
		d.now = v.ResubmitAt.Add(-time.Second)
		d.work()
		d.stands(id, domain.VerificationRejected, domain.TemplateReject)
		d.now = v.ResubmitAt
		d.work()
		d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit)
		if len(d.open(id)) != 0 {
			d.Errorf("cases are left: %v", d.open(id))
		}

		d.ok(d.hear(id, deniedAs("verify.document-too-new", map[string]string{"issued": "2026-12-04", "until": "2026-12-18"})))
		v, err = d.ResubmitLater(d.Context(), d.owner, id, true)
		if d.ok(err); v.ResubmitAt.In(policy.Beijing).Day() != 18 {
			d.Errorf("the authority's day is not kept: %s", v.ResubmitAt)
		}
		_, err = d.SubmitTemplate(d.Context(), d.owner, id)
		d.ok(err)
		d.work()
		d.ok(d.hear(id, deniedAs("verify.household-moving", nil)))
		d.now = v.ResubmitAt
		d.work()
		d.stands(id, domain.VerificationRejected, domain.TemplateReject)
		if _, err := d.ResubmitLater(d.Context(), d.owner, id, true); !fault.Is(err, "verification.over") {
			d.Errorf("a refusal of another kind: %v", err)
		}
	})
}

// company is a template of an organisation whose contact has given his own document.
func (d *counter) company() domain.TemplateID {
	d.Helper()
	org := papers.Organisations()[0]
	raw, err := papers.Draw(papers.Licence(org), papers.Options{Seed: 9})
	d.ok(err)
	v, err := d.UploadDocument(d.Context(), d.owner, "licence.jpg", raw)
	d.ok(err)
	p := papers.People()[0]
	return d.submitted(func(f *ops.TemplateForm) {
		f.Contact.Kind, f.Contact.OrganizationCN, f.Contact.Organization = domain.Organisation, org.Name, org.Latin
		f.CertificateType, f.CertificateNumber, f.Document = "YYZZ", org.Code, v.ID
		f.ValidFrom, f.ValidUntil, f.LongTerm = org.Founded, org.ValidUntil, org.ValidUntil.IsZero()
		f.ContactType, f.ContactNumber, f.ContactDocument = "SFZ", p.Number, d.doc
	})
}

// Of an organisation the contact person comes first, then the organisation; each with its own document.
func TestContactThenOrganisation(t *testing.T) {
	counters(t, func(d *counter) {
		id := d.company()
		v := d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit)
		if m := d.office.got[0]; v.Role != "contact" || m.Kind != domain.Individual || m.Number != papers.People()[0].Number || m.CertificateType != "SFZ" {
			d.Errorf("first: %s %s", m.Kind, m.CertificateType)
		}
		d.ok(d.hear(id, passedAs("", d.office.got[0])))
		d.work()
		v = d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit)
		m := d.office.got[1]
		if v.Role != "owner" || m.Kind != domain.Organisation || m.Number != papers.Organisations()[0].Code || m.OwnRef == d.office.got[0].OwnRef {
			d.Errorf("then: %s %s", m.Kind, m.CertificateType)
		}
		if codes, err := d.CodesFor(d.Context(), "a.com", id, "real-name"); err != nil || len(codes) != 0 {
			d.Errorf("the contact's code stands for the organisation: %v, %v", codes, err)
		}
		d.ok(d.hear(id, deniedAs("verify.person-record-mismatch", map[string]string{"field": "number"})))
		d.stands(id, domain.VerificationRejected, domain.TemplateReject)
		if c := d.open(id)["verify.org-record-mismatch"]; c["field"] != "CertificateCode" {
			d.Errorf("an organisation's record: %v", d.open(id))
		}
		_, err := d.SubmitTemplate(d.Context(), d.owner, id)
		d.ok(err)
		d.work()
		d.ok(d.hear(id, deniedAs("verify.household-moving", nil)))
		if c := d.open(id)["verify.household-moving"]; c["role"] != "contact" {
			d.Errorf("whose household: %v", d.open(id))
		}
	})
}

// Authorities are chosen in the policy's order by region, type of document, and the suffixes of names under the
// template; a region that none takes is refused at once.
func TestChoiceOfAuthority(t *testing.T) {
	counters(t, func(d *counter) {
		d.terms.Providers = []policy.Provider{{ID: "absent"}, {ID: "vsp2", Suffixes: []string{"com"}}, {ID: "vsp1", Regions: []string{"CN"}}}
		id := d.submitted(nil)
		if got := d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit).Provider; got != "vsp2" {
			d.Errorf("handed to %s", got)
		}
		_, err := d.WithdrawTemplate(d.Context(), d.owner, id)
		d.ok(err)
		n, err := d.db.NextIDs(d.Context(), 1)
		d.ok(err)
		d.ok(d.db.Commit(d.Context(), ops.Plan{Writes: []ops.Write{ops.InsertTenure{Tenure: domain.Tenure{ID: domain.TenureID(n), Account: d.owner.Account, Name: "harbour.net",
			RegistryAccount: "verisim", Template: id, Version: 1}}}}))
		_, err = d.SubmitTemplate(d.Context(), d.owner, id)
		d.ok(err)
		d.work()
		if got := d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit).Provider; got != "vsp1" {
			d.Errorf("with a .net name under it, handed to %s", got)
		}
		d.terms.Providers = []policy.Provider{{ID: "vsp1", Regions: []string{"HK"}}}
		other := d.draft(nil)
		if _, err := d.SubmitTemplate(d.Context(), d.owner, other); !fault.Is(err, "verify.region-unsupported") || fault.Of(err).Facts["region"] != "CN" {
			d.Errorf("a region that nobody takes: %v", err)
		}
		d.terms.Providers = []policy.Provider{{ID: "vsp1", Types: []string{"HZ"}}}
		third := d.submitted(nil)
		d.stands(third, domain.VerificationDesk, domain.TemplateInAudit)
	})
}

// Registers bar by number and by name, from the day on which they do; only digests of numbers are kept.
func TestRegisters(t *testing.T) {
	counters(t, func(d *counter) {
		p := papers.People()[0]
		load := func(l domain.RegisterList) error {
			_, err := d.LoadRegister(d.Context(), ming, l)
			return err
		}
		good := domain.RegisterList{Name: "ministry", Code: "registrant.blacklisted", Source: "example", Dated: "2026-11-01",
			Entries: []domain.RegisterEntry{{Number: true, Value: " " + strings.ToLower(p.Number) + " ", Note: "2026-0042"}, {Value: "白露", Since: "2026-12-01"}}}
		for name, edit := range map[string]func(*domain.RegisterList){
			"no name":         func(l *domain.RegisterList) { l.Name = " " },
			"a code of ours":  func(l *domain.RegisterList) { l.Code = "verify.timeout" },
			"no source":       func(l *domain.RegisterList) { l.Source = "" },
			"no date":         func(l *domain.RegisterList) { l.Dated = "yesterday" },
			"no entries":      func(l *domain.RegisterList) { l.Entries = nil },
			"an empty entry":  func(l *domain.RegisterList) { l.Entries = []domain.RegisterEntry{{Value: " "}} },
			"a wrong day":     func(l *domain.RegisterList) { l.Entries = []domain.RegisterEntry{{Value: "x", Until: "2026-13-01"}} },
			"whose bar it is": func(l *domain.RegisterList) { l.Code = "registrant.registry-restricted" },
		} {
			bad := good
			if edit(&bad); !fault.Is(load(bad), "register.malformed") {
				d.Errorf("%s: %v", name, load(bad))
			}
		}
		if _, err := d.LoadRegister(d.Context(), d.owner, good); fault.Of(err) == nil || fault.Of(err).Kind != fault.Denied {
			d.Errorf("an owner loads registers: %v", err)
		}
		d.ok(load(good))
		kept, _, err := d.RegisterEntries(d.Context(), ming, "ministry", 0, 10)
		if d.ok(err); len(kept) != 2 || strings.Contains(kept[0].Value, p.Number) || len(kept[0].Value) != 64 {
			d.Errorf("kept %+v", kept)
		}
		id := d.draft(nil)
		_, err = d.SubmitTemplate(d.Context(), d.owner, id)
		if !fault.Is(err, "registrant.blacklisted") || fault.Of(err).Facts["entry"] != "2026-0042" || fault.Of(err).Facts["role"] != "owner" {
			d.Errorf("%v", err)
		}
		if c := d.open(id); c["registrant.blacklisted"] == nil {
			d.Errorf("cases %v", c)
		}
		good.Entries = []domain.RegisterEntry{{Value: p.Name, Since: "2026-12-01"}}
		d.ok(load(good))
		_, err = d.SubmitTemplate(d.Context(), d.owner, id)
		d.ok(err)
		other := d.draft(nil)
		d.now = d.now.AddDate(0, 0, 10)
		if _, err := d.SubmitTemplate(d.Context(), d.owner, other); !fault.Is(err, "registrant.blacklisted") {
			d.Errorf("by name, from the day on: %v", err)
		}
		d.ok(d.DropRegister(d.Context(), ming, "ministry"))
		_, err = d.SubmitTemplate(d.Context(), d.owner, other)
		d.ok(err)
	})
}

// A name's code is drawn once, where it is wanted, from the authority that verified its registrant.
func TestNameCodes(t *testing.T) {
	counters(t, func(d *counter) {
		id := d.submitted(nil)
		d.ok(d.hear(id, passedAs("", d.office.got[0])))
		drawn := 0
		answer := ops.Ruling{Kind: ops.RulingUnknown}
		d.office.submit = func(at string, m ops.Material) ops.Ruling {
			drawn++
			if at != "vsp1" || m.Domain != "harbour.net" || m.RealNameCode != "1-abc" || m.Number != "" {
				d.Errorf("drawn at %s for %s with %s", at, m.Domain, m.RealNameCode)
			}
			return answer
		}
		if _, err := d.CodesFor(d.Context(), "harbour.net", id, "real-name", "domain"); fault.Of(err) == nil || fault.Of(err).Kind != fault.Unavailable {
			d.Errorf("no answer: %v", err)
		}
		answer = ops.Ruling{Kind: ops.RulingDenied, Answer: "N021"}
		if _, err := d.CodesFor(d.Context(), "harbour.net", id, "real-name", "domain"); !fault.Is(err, "verification.name-refused") {
			d.Errorf("refused: %v", err)
		}
		answer = ops.Ruling{Kind: ops.RulingPassed, Code: &domain.SignedCode{Type: "domain", Value: "1-name", Encoded: "bmFtZQ=="}}
		for range 2 {
			codes, err := d.CodesFor(d.Context(), "harbour.net", id, "domain", "real-name")
			if d.ok(err); len(codes) != 2 || codes[0].Type != "domain" || codes[0].Encoded != "bmFtZQ==" || codes[1].Encoded != "c2lnbmVk" {
				d.Errorf("codes %+v", codes)
			}
		}
		if drawn != 3 {
			d.Errorf("drawn %d times", drawn)
		}
	})
}

// A verdict about what we never handed over is the desk's; but while a hand-over is without an answer it may be that
// one's, and is left with the authority.
func TestStrayVerdicts(t *testing.T) {
	counters(t, func(d *counter) {
		d.ok(d.HeardVerdict(d.Context(), "vsp1", "", ops.Ruling{Kind: ops.RulingPassed, Reference: "1-nobody"}))
		cases, err := d.db.Cases(d.Context(), ops.CaseFilter{Subject: "vsp1", Open: true})
		if d.ok(err); len(cases) != 1 || cases[0].Code != "verification.stray" || cases[0].Account != 0 {
			d.Errorf("%+v", cases)
		}
		var early error
		d.office.submit = func(_ string, m ops.Material) ops.Ruling {
			early = d.HeardVerdict(d.Context(), "vsp1", "", passedAs("", m)) // told before the answer is kept
			return pending("", m)
		}
		id := d.submitted(nil)
		if !fault.Is(early, "verification.not-found") {
			d.Errorf("told early: %v", early)
		}
		d.ok(d.HeardVerdict(d.Context(), "vsp1", "", passedAs("", d.office.got[0])))
		d.stands(id, domain.VerificationApproved, domain.TemplateApproved)
	})
}

// Many nodes at once hand a submission over once.
func TestManyNodesHandOverOnce(t *testing.T) {
	counters(t, func(d *counter) {
		for range 4 {
			id := d.draft(nil)
			_, err := d.SubmitTemplate(d.Context(), d.owner, id)
			d.ok(err)
		}
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				for range 3 {
					if _, err := d.Verify(context.WithoutCancel(d.Context())); err != nil {
						d.Error(errors.Unwrap(err))
					}
				}
			})
		}
		wg.Wait()
		refs := map[string]int{}
		for _, m := range d.office.got {
			refs[m.OwnRef]++
		}
		if len(refs) != 4 || len(d.office.got) != 4 {
			d.Errorf("%d hand-overs of %d submissions", len(d.office.got), len(refs))
		}
	})
}
