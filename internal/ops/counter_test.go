package ops_test

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// office is authorities that do what a test says.
type office struct {
	mu     sync.Mutex
	ids    []string
	submit func(id string, m ops.Material) ops.Ruling
	ask    func(id string, m ops.Material) ops.Ruling
	got    []ops.Material
	asked  []ops.Material
	at     []string
}

func (o *office) Authorities() []string { return o.ids }

func (o *office) Submit(_ context.Context, id string, m ops.Material) ops.Ruling {
	o.mu.Lock()
	o.got, o.at = append(o.got, m), append(o.at, id)
	o.mu.Unlock()
	return o.submit(id, m)
}

func (o *office) Ask(_ context.Context, id string, m ops.Material) ops.Ruling {
	o.mu.Lock()
	o.asked = append(o.asked, m)
	o.mu.Unlock()
	return o.ask(id, m)
}

// counter is a house with authorities, a business clock of its own, and a picture that our checks let pass.
type counter struct {
	*house
	office *office
	now    time.Time
	terms  policy.Verifying
	owner  domain.Scope
	doc    domain.DocumentID
}

var card = sync.OnceValue(func() []byte {
	raw, err := papers.Draw(papers.IDCard(papers.People()[0]), papers.Options{Seed: 7})
	if err != nil {
		panic(err)
	}
	return raw
})

// monday is a Monday morning in Beijing.
var monday = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func pending(_ string, m ops.Material) ops.Ruling {
	return ops.Ruling{Kind: ops.RulingPending, Reference: "1-" + m.OwnRef}
}

func passedAs(_ string, m ops.Material) ops.Ruling {
	return ops.Ruling{Kind: ops.RulingPassed, Reference: "1-" + m.OwnRef, Code: &domain.SignedCode{Type: "real-name", Value: "1-abc", Encoded: "c2lnbmVk"}}
}

func deniedAs(code string, facts map[string]string) ops.Ruling {
	return ops.Ruling{Kind: ops.RulingDenied, Answer: "N000 words", Verdicts: []domain.Verdict{{Code: code, Facts: facts}}}
}

func counters(t *testing.T, run func(d *counter)) {
	engines(t, func(h *house) {
		d := &counter{house: h, office: &office{ids: []string{"vsp1", "vsp2"}, submit: pending, ask: pending}, now: monday}
		table := *h.Policy()
		d.terms = table.Verify
		d.terms.Review = policy.ReviewNever
		h.Ops.Verifier = d.office
		h.Ops.Clock = ops.Clock{Business: func() time.Time { return d.now }, Wall: h.wall}
		h.Ops.Terms = func() *policy.Table { table.Verify = d.terms; return &table }
		n := byte(0)
		h.Ops.Rand = func(k int) []byte { n++; return bytes.Repeat([]byte{n}, k) }
		d.owner = h.scope
		for _, r := range []domain.Reach{{Account: d.owner.Account, Type: domain.ReachEmail, Code: "su@example.com", VerifiedAt: d.now},
			{Account: d.owner.Account, Type: domain.ReachPhone, Code: "+86.13800000000", VerifiedAt: d.now}} {
			h.ok(h.db.Commit(h.Context(), ops.Plan{Writes: []ops.Write{ops.PutReach{Reach: r}}}))
		}
		v, err := h.UploadDocument(h.Context(), d.owner, "card.jpg", card())
		h.ok(err)
		d.doc = v.ID
		run(d)
	})
}

// draft keeps a template of the demo's person.
func (d *counter) draft(edit func(*ops.TemplateForm)) domain.TemplateID {
	d.Helper()
	p := papers.People()[0]
	f := ops.TemplateForm{CertificateType: "SFZ", CertificateNumber: p.Number, ValidFrom: p.ValidFrom, ValidUntil: p.ValidUntil, LongTerm: p.ValidUntil.IsZero(), Document: d.doc,
		Contact: domain.Contact{Kind: domain.Individual, OrganizationCN: p.Name, Organization: p.Latin, NameCN: p.Name, Name: p.Latin, CountryCN: "中国", Country: "CN",
			ProvinceCN: "浙江", Province: "Zhejiang", CityCN: "杭州", City: "Hangzhou", StreetCN: "云栖路 8 号 2 幢 301 室", Street: "Room 301, Building 2, 8 Yunqi Road",
			PostalCode: "310000", Telephone: "+86.13800000000", Email: "su@example.com"}}
	if edit != nil {
		edit(&f)
	}
	t, err := d.SaveTemplate(d.Context(), d.owner, f)
	d.ok(err)
	return t.ID
}

// submitted is a template that was submitted, and the work that follows at once.
func (d *counter) submitted(edit func(*ops.TemplateForm)) domain.TemplateID {
	d.Helper()
	id := d.draft(edit)
	_, err := d.SubmitTemplate(d.Context(), d.owner, id)
	d.ok(err)
	d.work()
	return id
}

// work carries on all that is due now.
func (d *counter) work() {
	d.Helper()
	for range 20 {
		n, err := d.Verify(d.Context())
		d.ok(err)
		swept, err := d.Sweep(d.Context())
		if d.ok(err); n+swept == 0 {
			return
		}
	}
	d.Fatal("it never ends")
}

func (d *counter) stands(id domain.TemplateID, state domain.VerificationState, status domain.TemplateStatus) ops.VerificationView {
	d.Helper()
	v, err := d.VerificationOf(d.Context(), d.owner, id)
	d.ok(err)
	t, err := d.Template(d.Context(), d.owner, id)
	d.ok(err)
	if v.State != state || t.Status != status {
		d.Fatalf("the submission is %s, the template %s; want %s, %s (%v)", v.State, t.Status, state, status, kinds(v))
	}
	if t.Verification != v.ID {
		d.Errorf("the template names submission %d, not %d", t.Verification, v.ID)
	}
	return v
}

func kinds(v ops.VerificationView) []string {
	var out []string
	for _, s := range v.Steps {
		out = append(out, s.Kind)
	}
	return out
}

func (d *counter) open(id domain.TemplateID) map[string]map[string]string {
	d.Helper()
	list, err := d.db.Cases(d.Context(), ops.CaseFilter{Account: d.owner.Account, Subject: id.Public(), Open: true})
	d.ok(err)
	out := map[string]map[string]string{}
	for _, c := range list {
		out[c.Code] = c.Facts
	}
	return out
}

func (d *counter) told(kind string) int {
	d.Helper()
	var n int
	d.ok(d.db.DB().QueryRow("select count(*) from message where kind = $1", kind).Scan(&n))
	return n
}

func (d *counter) hear(id domain.TemplateID, r ops.Ruling) error {
	d.Helper()
	v, err := d.VerificationOf(d.Context(), d.owner, id)
	d.ok(err)
	if r.Reference == "" {
		r.Reference = v.Reference
	}
	return d.HeardVerdict(d.Context(), v.Provider, "", r)
}
