package console

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// atMinute is the form of a time in a field of the kind datetime-local; it is Beijing time, as everywhere on pages.
const atMinute = "2006-01-02T15:04"

type registryPage struct {
	deskPage
	Row   registryRow
	View  ops.RegistryView
	Cases []caseRow // open ones about this registry
	Fault *notice
	Form  windowTyped
	Typed string // amount
	Key   string // so that the same form sent twice is one payment
	Now   time.Time
}

type windowTyped struct{ Starts, Ends, Impact, Reason string }

// Shares are the nodes' parts; a registrar of one process has them all.
func (p registryPage) Shares() []domain.SessionShare {
	if len(p.View.Shares) > 0 {
		return p.View.Shares
	}
	return []domain.SessionShare{{Node: p.Row.Node, Held: p.Row.SessionCap, Open: p.Row.Sessions, Polls: true}}
}

// Credential finds what is current or pending of a kind.
func (p registryPage) Credential(kind, state string) *domain.Credential {
	for i, c := range p.View.Credentials {
		if string(c.Kind) == kind && string(c.State) == state {
			return &p.View.Credentials[i]
		}
	}
	return nil
}

// CertSoon reports whether our certificate ends within 30 days.
func (p registryPage) CertSoon() bool {
	return !p.Row.CertUntil.IsZero() && p.Row.CertUntil.Sub(p.At) < 30*24*time.Hour
}

// Live reports whether a window can still be called off.
func (registryPage) Live(w domain.Window) bool {
	return w.State == domain.WindowPlanned || w.State == domain.WindowOn
}

func (v *visit) deskRegistry() error { return v.registryView(http.StatusOK, registryPage{}) }

// registryView shows a registry's page; p has what was typed and refused, if anything was.
func (v *visit) registryView(status int, p registryPage) error {
	id := v.r.PathValue("id")
	p.deskPage = v.deskBase("registries.title", "registries")
	found := false
	for _, r := range p.Rows {
		if r.Account == id {
			p.Row, found = r, true
		}
	}
	if !found {
		return v.notFound()
	}
	p.Title = v.cat.say("registry-page.title", id)
	var err error
	if p.View, err = v.Ops.Registry(v.ctx, v.all, id); err != nil {
		return err
	}
	open, err := v.caseRows(ops.CaseFilter{Open: true, Limit: 200})
	if err != nil {
		return err
	}
	for _, c := range open {
		if subject := ops.RegistrySubject(id); c.Subject == subject || strings.HasPrefix(c.Subject, subject+":") {
			p.Cases = append(p.Cases, c)
		}
	}
	p.Now, p.Key = v.Ops.Now(), token(12)
	if p.Form == (windowTyped{}) {
		next := p.Now.In(beijing).Truncate(time.Hour).Add(time.Hour)
		p.Form = windowTyped{Starts: next.Format(atMinute), Ends: next.Add(2 * time.Hour).Format(atMinute), Impact: string(domain.ImpactFull)}
	}
	return v.page(status, "desk-registry", p)
}

// registryDone goes back to the page, or shows it with what was refused.
func (v *visit) registryDone(err error, anchor string, p registryPage) error {
	if err == nil {
		v.redirect("/desk/registries/" + url.PathEscape(v.r.PathValue("id")) + anchor)
		return nil
	}
	f, ok := shown(err)
	if !ok || f.Kind == fault.Missing {
		return err
	}
	n := v.notice(f)
	p.Fault = &n
	return v.registryView(statusOf(f.Kind), p)
}

// registryID is the account of the page; only those that there are can be changed.
func (v *visit) registryID() (string, error) {
	id := v.r.PathValue("id")
	if v.Registries != nil {
		for _, h := range v.Registries(v.ctx) {
			if h.Account == id {
				return id, nil
			}
		}
	}
	return "", v.notFound()
}

func (v *visit) windowAdd() error {
	if err := v.formErr(); err != nil {
		return err
	}
	id, err := v.registryID()
	if err != nil {
		return err
	}
	typed := windowTyped{v.r.PostFormValue("starts"), v.r.PostFormValue("ends"), v.r.PostFormValue("impact"), v.r.PostFormValue("reason")}
	in := ops.WindowForm{RegistryAccount: id, Impact: domain.Impact(typed.Impact), Reason: typed.Reason}
	in.StartsAt, _ = time.ParseInLocation(atMinute, typed.Starts, beijing) // zero is refused
	in.EndsAt, _ = time.ParseInLocation(atMinute, typed.Ends, beijing)
	typed.Reason = clip(typed.Reason, 400)
	return v.registryDone(v.Ops.AddWindow(v.ctx, v.all, in), "#maintenance", registryPage{Form: typed})
}

func (v *visit) windowCancel() error {
	if err := v.formErr(); err != nil {
		return err
	}
	id, err := v.registryID()
	if err != nil {
		return err
	}
	window, err := strconv.ParseInt(v.r.PostFormValue("window"), 10, 64)
	if err != nil {
		return fault.New(fault.Missing, "registry.window-not-found")
	}
	return v.registryDone(v.Ops.CancelWindow(v.ctx, v.all, id, window), "#maintenance", registryPage{})
}

func (v *visit) depositFilled() error {
	if err := v.formErr(); err != nil {
		return err
	}
	id, err := v.registryID()
	if err != nil {
		return err
	}
	typed, amount := strings.TrimSpace(v.r.PostFormValue("amount")), int64(0)
	if typed != "" {
		var ok bool
		if amount, ok = minor(typed); !ok {
			amount = -1 // refused, with the limits
		}
	}
	ref := ""
	if key := v.r.PostFormValue("key"); key != "" && len(key) <= 64 {
		ref = "desk-" + key
	}
	return v.registryDone(v.Ops.DepositFilled(v.ctx, v.all, id, amount, ref), "#deposit", registryPage{Typed: clip(typed, 40)})
}

func (v *visit) registryPassword() error {
	id, err := v.registryID()
	if err != nil {
		return err
	}
	return v.registryDone(v.Ops.ChangeRegistryPassword(v.ctx, v.all, id), "#credentials", registryPage{})
}

func (v *visit) registryCertificate() error {
	id, err := v.registryID()
	if err != nil {
		return err
	}
	text, err := v.uploaded("pem")
	if err != nil {
		return err
	}
	return v.registryDone(v.Ops.ReplaceRegistryCertificate(v.ctx, v.all, id, text), "#credentials", registryPage{})
}

// uploaded reads a small file of a form; the body is bounded already. No file is an empty one.
func (v *visit) uploaded(field string) ([]byte, error) {
	if !strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/form-data") {
		return []byte(v.r.PostFormValue(field)), nil
	}
	mr, err := v.r.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Invalid, "input.form-malformed")
	}
	for {
		part, err := mr.NextPart()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "input.form-malformed")
		}
		if part.FormName() == field {
			return io.ReadAll(part) // a MaxBytesError is told as such
		}
	}
}
