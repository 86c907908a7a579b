package ops_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/realname"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// person is the form of the sample card's holder, all of it right, without the picture.
func (h *house) person() ops.TemplateForm {
	p, _ := papers.Sample()
	return ops.TemplateForm{CertificateType: "SFZ", CertificateNumber: p.Number, ValidFrom: p.ValidFrom, ValidUntil: p.ValidUntil, LongTerm: p.ValidUntil.IsZero(),
		Contact: domain.Contact{Kind: domain.Individual, OrganizationCN: p.Name, Organization: p.Latin, NameCN: p.Name, Name: p.Latin, CountryCN: "中国", Country: "CN",
			ProvinceCN: p.Place.ProvinceCN, CityCN: p.Place.CityCN, StreetCN: p.Place.CountyCN + p.Street, Street: p.StreetEN, PostalCode: p.Place.Post,
			Telephone: "+86.13800000001", Email: "su@example.com"}}
}

// reachable proves the reaches of a form.
func (h *house) reachable(f ops.TemplateForm) {
	h.Helper()
	h.proved(domain.ReachEmail, f.Contact.Email)
	h.proved(domain.ReachPhone, f.Contact.Telephone)
}

func (h *house) templates() int {
	h.Helper()
	_, n, err := h.Templates(h.Context(), h.scope, ops.TemplateFilter{})
	h.ok(err)
	return n
}

func TestCreateTemplateKeepsNothingThatIsRefused(t *testing.T) {
	h := open(t, sqlite(t))
	ctx, s := h.Context(), h.scope
	before := h.templates()
	form := h.person()
	create := func(edit func(*ops.TemplateForm)) error {
		in := form
		edit(&in)
		_, err := h.CreateTemplate(ctx, s, in)
		return err
	}
	none := func(*ops.TemplateForm) {}
	if f := h.refused(create(none), "template.field-missing"); f.Facts["field"] != "ImgUrl" {
		h.Error(f)
	}
	form.Document = h.upload().ID
	if f := h.refused(create(none), "template.reach-unverified"); f.Facts["field"] != "Email" {
		h.Error(f)
	}
	h.reachable(form)
	h.refused(create(func(f *ops.TemplateForm) { f.Document += 1000 }), "document.not-found")
	f := h.refused(create(func(f *ops.TemplateForm) { f.CertificateNumber = "330197199001011287" }), "verify.number-malformed")
	if f.Facts["field"] != "CertificateCode" || strings.Contains(f.Error(), "330197") {
		h.Error(f)
	}
	h.refused(create(func(f *ops.TemplateForm) { f.CertificateNumber = "33O197199001011281" }), "verify.number-confusable")
	h.refused(create(func(f *ops.TemplateForm) { f.Contact.NameCN = "云河公司" }), "verify.contact-not-person")
	if got := h.templates(); got != before {
		h.Errorf("%d templates were kept", got-before)
	}
	other, _ := h.owner("other@example.com")
	stolen := form
	stolen.Contact.Email = "other@example.com"
	if _, err := h.CreateTemplate(ctx, other, stolen); err == nil {
		h.Error("another's picture can be used")
	} else {
		h.refused(err, "document.not-found")
	}

	made, err := h.CreateTemplate(ctx, s, form)
	h.ok(err)
	if made.Status != domain.TemplateInAudit || made.MaskedNumber != "330***********1281" {
		h.Errorf("%+v", made)
	}
	// Without any document it is a draft.
	draft := form
	draft.CertificateType, draft.CertificateNumber, draft.Document = "", "", 0
	if tm, err := h.CreateTemplate(ctx, s, draft); err != nil || tm.Status != domain.TemplateNotUpload {
		h.Errorf("%s %v", tm.Status, err)
	}
}

func TestTemplatesAreTheirOwnersToChangeWhileTheyMay(t *testing.T) {
	engines(t, func(h *house) {
		ctx, s := h.Context(), h.scope
		form := h.person()
		form.Document = h.upload().ID
		tm, err := h.SaveTemplate(ctx, s, form)
		h.ok(err)
		other, _ := h.owner("other@example.com")
		desk := domain.Scope{Account: other.Account, Operator: true, Actor: "desk", Via: "console"}
		for _, who := range []domain.Scope{other, desk} {
			for what, act := range map[string]func() error{
				"modify":  func() error { _, err := h.ModifyTemplate(ctx, who, tm.ID, form); return err },
				"replace": func() error { _, err := h.ReplaceTemplate(ctx, who, tm.ID, form); return err },
				"copy":    func() error { _, err := h.CopyTemplate(ctx, who, tm.ID); return err },
				"convert": func() error { _, err := h.ConvertTemplate(ctx, who, tm.ID); return err },
				"default": func() error { _, err := h.SetDefault(ctx, who, tm.ID); return err },
				"check":   func() error { _, err := h.CheckTemplate(ctx, who, tm.ID, form); return err },
				"delete":  func() error { return h.DeleteTemplate(ctx, who, tm.ID) },
			} {
				if err := act(); err == nil {
					h.Errorf("somebody else can %s it", what)
				} else {
					h.refused(err, "template.not-found")
				}
			}
		}

		// The masked number stands for the one that is kept.
		again := form
		again.CertificateNumber, again.Contact.CityCN = tm.MaskedNumber, "宁波市"
		changed, err := h.ModifyTemplate(ctx, s, tm.ID, again)
		h.ok(err)
		number, err := h.Sealer.Open(changed.SealedNumber, domain.NumberSeal(tm.ID))
		if err != nil || string(number) != form.CertificateNumber || changed.Contact.CityCN != "宁波市" || changed.Version != tm.Version+1 {
			h.Errorf("%q %+v %v", number, changed, err)
		}

		h.reachable(form)
		if changed, err = h.Template(ctx, s, tm.ID); err != nil || changed.Status != domain.TemplateNotUpload {
			h.Fatalf("%s %v", changed.Status, err)
		}
		if _, err := h.SubmitTemplate(ctx, s, tm.ID); err != nil {
			h.Fatal(err)
		}
		for what, err := range map[string]error{
			"modify": func() error { _, err := h.ModifyTemplate(ctx, s, tm.ID, form); return err }(),
			"delete": h.DeleteTemplate(ctx, s, tm.ID),
		} {
			if err == nil {
				h.Errorf("one in review can be %sd", what)
			} else if f := h.refused(err, "template.not-editable"); f.Facts["status"] != "InAudit" {
				h.Error(f)
			}
		}
		twin, err := h.CopyTemplate(ctx, s, tm.ID)
		h.ok(err)
		number, err = h.Sealer.Open(twin.SealedNumber, domain.NumberSeal(twin.ID))
		if err != nil || string(number) != form.CertificateNumber || twin.Document != form.Document || twin.Status != domain.TemplateNotUpload || twin.IsDefault {
			h.Errorf("%q %+v %v", number, twin, err)
		}
		made, err := h.SetDefault(ctx, s, twin.ID)
		if err != nil || !made.IsDefault {
			h.Error(err)
		}

		// Its picture stays with the other template that shows it, and goes with the last.
		h.ok(h.DeleteTemplate(ctx, s, twin.ID))
		if d, err := h.db.Document(ctx, form.Document); err != nil || !d.ShreddedAt.IsZero() {
			h.Errorf("%+v %v", d, err)
		}
		if _, err := h.WithdrawTemplate(ctx, s, tm.ID); err != nil {
			h.Fatal(err)
		}
		h.ok(h.DeleteTemplate(ctx, s, tm.ID))
		if d, err := h.db.Document(ctx, form.Document); err != nil || d.ShreddedAt.IsZero() || d.ShredAtBy != "template-deleted" {
			h.Errorf("%+v %v", d, err)
		}
		if found, err := h.db.Reconcile(ctx); err != nil || len(found) > 0 {
			h.Errorf("%q %v", found, err)
		}
	})
}

// A template of an old form is unusable and unchangeable, and becomes a draft of the present one.
func TestOldForms(t *testing.T) {
	h := open(t, sqlite(t))
	ctx, s := h.Context(), h.scope
	form := h.person()
	tm, err := h.SaveTemplate(ctx, s, form)
	h.ok(err)
	_, err = h.ConvertTemplate(ctx, s, tm.ID)
	h.refused(err, "template.not-old-form")
	if _, err := h.db.DB().ExecContext(ctx, "update template set old_form = true, status = 'Approved' where id = $1", int64(tm.ID)); err != nil {
		h.Fatal(err)
	}
	_, err = h.ModifyTemplate(ctx, s, tm.ID, form)
	h.refused(err, "template.old-form")
	_, err = h.SetDefault(ctx, s, tm.ID)
	h.refused(err, "template.old-form")
	old, err := h.Template(ctx, s, tm.ID)
	h.ok(err)
	h.refused(ops.Complete(old), "template.old-form")
	made, err := h.ConvertTemplate(ctx, s, tm.ID)
	h.ok(err)
	if made.OldForm || made.ID == tm.ID || made.Contact != old.Contact || made.MaskedNumber != old.MaskedNumber || made.Status != domain.TemplateNotVerified {
		h.Errorf("%+v", made)
	}
	if f := h.refused(ops.Complete(made), "template.field-missing"); f.Facts["field"] != "ImgUrl" {
		h.Error(f)
	}
}

func TestTemplatesAreBounded(t *testing.T) {
	h := open(t, sqlite(t))
	h.Policy().House.MaxTemplates = 3
	for range 2 { // one is there
		_, err := h.SaveTemplate(h.Context(), h.scope, ops.TemplateForm{})
		h.ok(err)
	}
	_, err := h.SaveTemplate(h.Context(), h.scope, ops.TemplateForm{})
	h.refused(err, "template.too-many")
	_, err = h.CopyTemplate(h.Context(), h.scope, h.form)
	h.refused(err, "template.too-many")
}

// A form is judged while it is typed: at once, pointing at the character, and nothing is kept.
func TestCheckTemplate(t *testing.T) {
	h := open(t, sqlite(t))
	ctx, s := h.Context(), h.scope
	before := h.templates()
	form := h.person()
	form.Document = h.upload().ID
	clean, err := h.CheckTemplate(ctx, s, 0, form)
	h.ok(err)
	if len(clean.Refusals()) != 0 || clean.Reading || len(clean.Measures) == 0 {
		h.Errorf("%+v", clean)
	}
	reads := slices.ContainsFunc(realname.Checks(), func(c realname.Check) bool { return c.Needs == realname.NeedsText })
	if warnings, unread := clean.Unsure(); len(warnings) != 0 || unread != reads { // nobody reads pictures here
		h.Errorf("%+v %v", warnings, unread)
	}
	typed := form
	typed.CertificateNumber = "33O197199001011281"
	began := time.Now()
	got, err := h.CheckTemplate(ctx, s, 0, typed)
	took := time.Since(began)
	h.ok(err)
	if len(got.Findings) != 1 || got.Findings[0].Code != "verify.number-confusable" || got.Findings[0].Position != 3 || got.Findings[0].Fix != form.CertificateNumber ||
		got.Findings[0].Field != "CertificateCode" || got.Findings[0].Role != realname.Owner {
		h.Errorf("%+v", got.Findings)
	}
	if took > 300*time.Millisecond {
		h.Errorf("it took %s: what was measured on the picture was not kept", took)
	}
	if h.templates() != before || h.about("") != "" {
		h.Error("checking keeps something")
	}
	// A company: its contact's own document is judged too.
	company := form
	company.Contact.Kind, company.CertificateType, company.ContactType, company.ContactNumber, company.ContactDocument = domain.Organisation, "YYZZ", "SFZ", "330197199001011287", form.Document
	company.Contact.OrganizationCN, company.CertificateNumber = papers.Organisations()[0].Name, papers.Organisations()[0].Code
	got, err = h.CheckTemplate(ctx, s, 0, company)
	h.ok(err)
	found := false
	for _, f := range got.Findings {
		found = found || f.Code == "verify.number-malformed" && f.Role == realname.Contact && f.Field == "RegistrantCertificateCode"
	}
	if !found {
		h.Errorf("%+v", got.Findings)
	}
}

// What a suffix takes of documents and regions is policy, and told while the form is typed.
func TestSuffixesTakeWhatTheirPolicySays(t *testing.T) {
	h := open(t, sqlite(t))
	rows, err := policy.Shipped()
	h.ok(err)
	for i := range rows {
		if rows[i].Key == "cn" {
			rows[i].Body += "\ndocuments = [\"YYZZ\"]\nregions = [\"CN\"]\n"
		}
	}
	table, err := policy.Parse(rows)
	h.ok(err)
	h.Terms = func() *policy.Table { return table }
	codes := func(edit func(*ops.TemplateForm)) string {
		h.Helper()
		form := h.person()
		edit(&form)
		v, err := h.CheckTemplate(h.Context(), h.scope, 0, form)
		h.ok(err)
		var out []string
		for _, f := range v.Refusals() {
			out = append(out, f.Code+" "+f.Facts["suffix"])
		}
		return strings.Join(out, ", ")
	}
	if got := codes(func(f *ops.TemplateForm) { f.Suffixes = []string{"com"} }); got != "" {
		h.Errorf("for .com: %s", got)
	}
	if got := codes(func(f *ops.TemplateForm) { f.Suffixes = []string{"com", "cn"} }); got != "verify.type-not-taken cn" {
		h.Errorf("a person's card for .cn: %s", got)
	}
	if got := codes(func(f *ops.TemplateForm) { f.Suffixes, f.Contact.Country = []string{"cn"}, "US" }); got != "verify.region-unsupported cn" {
		h.Errorf("an American for .cn: %s", got)
	}
}
