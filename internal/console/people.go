package console

import (
	"net/http"
	"net/url"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// documents are the product's certificate types in the order that the form offers them.
var documents = map[domain.SubjectKind][]string{
	domain.Individual: {"SFZ", "HZ", "TXZ", "TWSFZ", "GAJZZ", "TWJZZ", "GWSFZ"},
	domain.Organisation: {"YYZZ", "TYDMZ", "ORG", "SYZS", "STDJZ", "MBDJZ", "SHFWJGZ", "JJDJZ", "LSXKZ", "SFXKZ", "GZJGZY", "YLJGXKZ",
		"MBXXXKZ", "ZJDJZ", "BDDH", "JDXKZ", "GWCZDJZ", "GWZHDJZ", "GWLYDJZ", "GWJGZJ", "QTTYDM"},
}

// countries that the form offers, ISO 3166-1 alpha-2.
var countries = []string{"CN", "HK", "MO", "TW", "SG", "MY", "JP", "KR", "US", "CA", "GB", "DE", "FR", "AU", "NZ"}

type templatesPage struct {
	Shell
	List      []domain.Template
	Attention []templateTrouble
	Pager     pager
	Fault     *notice
}

// templateTrouble is a template that needs its owner.
type templateTrouble struct {
	T      domain.Template
	Tag    string
	Notice notice
}

const templatesPerPage = 20

func (v *visit) templates() error {
	page := v.pageOf(templatesPerPage)
	list, total, err := v.Ops.Templates(v.ctx, v.scope, ops.TemplateFilter{Page: page})
	if err != nil {
		return err
	}
	p := templatesPage{List: list, Pager: v.pager(page, len(list), total)}
	for _, t := range list {
		switch {
		case t.OldForm:
			p.Attention = append(p.Attention, templateTrouble{t, "warn", v.words("template.old-form", fault.Facts{"template": t.ID.Public()})})
		case t.Status == domain.TemplateReject && t.Reason != "":
			p.Attention = append(p.Attention, templateTrouble{t, "bad", v.words(fault.Code(t.Reason), nil)})
		}
	}
	p.Shell = v.shell(v.cat.say("templates.title"), "templates")
	for _, t := range list {
		if t.Status == domain.TemplateInAudit {
			p.Refresh = reviewSeconds
		}
	}
	return v.page(http.StatusOK, "templates", p)
}

// templateOf is the template that the path names, of the caller's own.
func (v *visit) templateOf() (domain.Template, error) {
	id, ok := domain.ParseTemplateID(v.r.PathValue("id"))
	if !ok {
		return domain.Template{}, fault.New(fault.Missing, "template.not-found", "template", clip(v.r.PathValue("id"), 40))
	}
	return v.Ops.Template(v.ctx, v.scope, id)
}

// templateAct is a button of a template's page.
type templateAct struct {
	ID, Do, Icon, Text, Class, Href string
	Confirm                         bool
}

type templatePage struct {
	Shell
	T           domain.Template
	V           *ops.VerificationView
	Say, SaySub string
	Tone        string
	Verdicts    []notice
	Note        string // what the desk wrote to the owner
	Acts        []templateAct
	Steps       []railStep
	Days        []dayCell
	DaysSay     string
	Names       []templateName
	Owner       pictureSide
	Contact     pictureSide
	PhoneOK     bool
	MailOK      bool
	VerifyPhone string
	VerifyMail  string
	CanDelete   bool
	Fault       *notice
}

// templateName is a name that a template stands for.
type templateName struct {
	Name     domain.Name
	Standing standing
	Due      time.Time // by which it has to be verified; zero: no such term
}

func (v *visit) template() error {
	t, err := v.templateOf()
	if err != nil {
		return err
	}
	return v.templateView(http.StatusOK, t, nil)
}

func (v *visit) templateView(status int, t domain.Template, n *notice) error {
	p := templatePage{T: t, Fault: n}
	if t.Verification != 0 {
		view, err := v.Ops.VerificationOf(v.ctx, v.scope, t.ID)
		if err != nil && fault.Of(err).Kind != fault.Missing {
			return err
		}
		if err == nil {
			p.V = &view
		}
	}
	p.tell(v)
	for _, s := range []struct {
		side *pictureSide
		id   domain.DocumentID
	}{{&p.Owner, t.Document}, {&p.Contact, t.ContactDocument}} {
		if s.id == 0 {
			continue
		}
		doc, err := v.Ops.Document(v.ctx, v.scope, s.id)
		if err != nil && fault.Of(err).Kind != fault.Missing {
			return err
		}
		s.side.Doc = doc.Document
	}
	reaches, err := v.reaches()
	if err != nil {
		return err
	}
	for _, r := range reaches {
		p.PhoneOK = p.PhoneOK || r.Code == t.Contact.Telephone
		p.MailOK = p.MailOK || r.Code == t.Contact.Email
	}
	here := "/templates/" + t.ID.Public()
	verify := func(code string) string {
		return "/account/reach?" + url.Values{"code": {code}, "next": {here}}.Encode()
	}
	p.VerifyPhone, p.VerifyMail = verify(t.Contact.Telephone), verify(t.Contact.Email)
	names, _, err := v.Ops.Domains(v.ctx, v.scope, ops.TenureFilter{Page: ops.Page{Limit: 20}, Template: t.ID})
	if err != nil {
		return err
	}
	for _, d := range names {
		n := templateName{Name: d.Name, Standing: standingOf(v.cat, d, v.Ops.Now())}
		if t.Status != domain.TemplateApproved {
			n.Due = d.VerifyBy
		}
		p.Names = append(p.Names, n)
	}
	p.Shell = v.shell(t.Contact.OrganizationCN, "templates")
	p.Switch = here + "?" + url.Values{"lang": {map[bool]string{true: zh, false: en}[v.lang == en]}}.Encode()
	if t.Status == domain.TemplateInAudit {
		p.Refresh = reviewSeconds
	}
	return v.page(status, "template", p)
}

// tell says in one sentence where a template stands, and which buttons go with that.
func (p *templatePage) tell(v *visit) {
	t := p.T
	id := t.ID.Public()
	act := func(do, icon, text, class string) {
		p.Acts = append(p.Acts, templateAct{ID: id, Do: do, Icon: icon, Text: text, Class: class})
	}
	link := func(do, icon, text, class, href string) {
		p.Acts = append(p.Acts, templateAct{Do: do, Icon: icon, Text: text, Class: class, Href: href})
	}
	edit := "/templates/" + id + "/edit"
	state := domain.VerificationState("")
	if p.V != nil {
		state = p.V.State
		for _, d := range p.V.Verdicts {
			p.Verdicts = append(p.Verdicts, v.words(fault.Code(d.Code), d.Facts))
		}
		p.rail(v)
	}
	if len(p.Verdicts) == 0 && t.Status == domain.TemplateReject && t.Reason != "" {
		p.Verdicts = []notice{v.words(fault.Code(t.Reason), nil)}
	}
	p.Tone = "warn"
	switch {
	case t.OldForm:
		p.Say, p.SaySub = v.cat.say("template.say-old"), v.cat.say("template.say-old-sub")
		act("convert", "wrench", "template.convert", "primary")
	case t.Status == domain.TemplateApproved:
		p.Say, p.Verdicts = v.cat.say("template.say-approved"), nil
		link("use", "search", "template.use", "primary", "/search")
		act("copy", "copy", "template.copy", "")
	case t.Status == domain.TemplateInAudit:
		p.Say = v.cat.say("template.say-audit")
		switch state {
		case domain.VerificationReading:
			p.SaySub = v.cat.say("template.say-reading")
		case domain.VerificationDesk:
			p.SaySub = v.cat.say("template.say-desk")
		case domain.VerificationQueued, domain.VerificationOpen, domain.VerificationUnknown, domain.VerificationWaiting:
			p.SaySub = v.cat.say("template.say-authority")
		}
		act("copy", "copy", "template.copy", "")
		act("withdraw", "no", "template.withdraw", "danger")
	case t.Status == domain.TemplateReject && state == domain.VerificationTimedOut:
		p.Say, p.SaySub = v.cat.say("template.say-timed-out"), v.cat.say("template.say-timed-out-sub")
		act("submit", "retry", "template.resubmit", "primary")
		link("edit", "wrench", "template.edit", "", edit)
	case t.Status == domain.TemplateReject:
		p.Tone = "bad"
		p.Say, p.SaySub = v.cat.say("template.say-rejected"), v.cat.say("template.say-rejected-sub")
		link("edit", "wrench", "template.mend", "primary", edit)
		for _, n := range p.Verdicts {
			if n.Code != "verify.document-too-new" {
				continue
			}
			if p.V.ResubmitAt.IsZero() {
				p.Acts = append(p.Acts, templateAct{ID: id, Do: "later", Icon: "time", Text: "template.later", Confirm: true})
			} else {
				act("later", "no", "template.later-not", "")
			}
		}
		act("submit", "retry", "template.resubmit", "")
	case t.Status == domain.TemplateNotVerified:
		p.Say, p.SaySub = v.cat.say("template.say-unverified"), v.cat.say("template.say-unverified-sub")
		link("reach", "bell", "reach.verify-now", "primary", "/account/reach?"+url.Values{"next": {"/templates/" + id}}.Encode())
		link("edit", "wrench", "template.edit", "", edit)
	default:
		p.Say, p.SaySub = v.cat.say("template.say-not-sent"), v.cat.say("template.say-not-sent-sub")
		link("edit", "next", "template.go-on", "primary", edit)
		act("submit", "stamp", "template.submit-now", "")
	}
	if !t.IsDefault && !t.OldForm {
		act("default", "ok", "template.set-default", "")
	}
	p.CanDelete = t.Status != domain.TemplateInAudit
}

// verdictsOf is what the last decision on a template said, with its facts.
func (v *visit) verdictsOf(t domain.Template) ([]notice, error) {
	if t.Verification != 0 {
		view, err := v.Ops.VerificationOf(v.ctx, v.scope, t.ID)
		if err != nil && fault.Of(err).Kind != fault.Missing {
			return nil, err
		}
		var out []notice
		for _, d := range view.Verdicts {
			out = append(out, v.words(fault.Code(d.Code), d.Facts))
		}
		if len(out) > 0 {
			return out, nil
		}
	}
	return []notice{v.words(fault.Code(t.Reason), nil)}, nil
}

// templateDo does something to a template and shows it again, with what was wrong where it could not be done.
func (v *visit) templateDo(do func(t domain.Template) (to string, err error)) error {
	if err := v.formErr(); err != nil {
		return err
	}
	t, err := v.templateOf()
	if err != nil {
		return err
	}
	to, err := do(t)
	if err != nil {
		e, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(e)
		return v.templateView(statusOf(e.Kind), t, &n)
	}
	v.redirect(to)
	return nil
}

func here(t domain.Template) string { return "/templates/" + t.ID.Public() }

// templateSubmit hands a template in. What our own checks refuse is shown where it can be mended.
func (v *visit) templateSubmit() error {
	return v.templateDo(func(t domain.Template) (string, error) {
		_, err := v.Ops.SubmitTemplate(v.ctx, v.scope, t.ID)
		return here(t), err
	})
}

// templateAppeal hands a template in that a machine refuses: a person looks at it.
func (v *visit) templateAppeal() error {
	return v.templateDo(func(t domain.Template) (string, error) {
		_, err := v.Ops.AppealTemplate(v.ctx, v.scope, t.ID)
		return here(t), err
	})
}

// templateLater has a template submitted again by itself once the registers know its document, or not any more.
func (v *visit) templateLater() error {
	return v.templateDo(func(t domain.Template) (string, error) {
		_, err := v.Ops.ResubmitLater(v.ctx, v.scope, t.ID, v.r.PostFormValue("confirm") == "yes")
		return here(t), err
	})
}

func (v *visit) templateWithdraw() error {
	return v.templateDo(func(t domain.Template) (string, error) {
		_, err := v.Ops.WithdrawTemplate(v.ctx, v.scope, t.ID)
		return here(t), err
	})
}

func (v *visit) templateCopy() error {
	return v.templateDo(func(t domain.Template) (string, error) {
		c, err := v.Ops.CopyTemplate(v.ctx, v.scope, t.ID)
		return here(c) + "/edit", err
	})
}

func (v *visit) templateConvert() error {
	return v.templateDo(func(t domain.Template) (string, error) {
		c, err := v.Ops.ConvertTemplate(v.ctx, v.scope, t.ID)
		return here(c) + "/edit", err
	})
}

func (v *visit) templateDefault() error {
	return v.templateDo(func(t domain.Template) (string, error) {
		_, err := v.Ops.SetDefault(v.ctx, v.scope, t.ID)
		return here(t), err
	})
}

func (v *visit) templateDelete() error {
	return v.templateDo(func(t domain.Template) (string, error) {
		if v.r.PostFormValue("confirm") != "yes" {
			return "", fault.New(fault.Invalid, "input.form-malformed")
		}
		return "/templates", v.Ops.DeleteTemplate(v.ctx, v.scope, t.ID)
	})
}
