package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

type reachPage struct {
	Shell
	List  []domain.Reach
	Sent  bool // a code is on its way to Code
	Code  string
	Type  string
	Next  string
	Fault *notice
}

// reaches are the caller's verified telephone numbers and addresses.
func (v *visit) reaches() ([]domain.Reach, error) {
	list, _, err := v.Ops.PhoneEmails(v.ctx, v.scope, ops.ReachFilter{Page: ops.Page{Limit: 100}})
	return list, err
}

// reachTyped tells a telephone number from an address.
func reachTyped(code string) domain.ReachType {
	if strings.Contains(code, "@") {
		return domain.ReachEmail
	}
	return domain.ReachPhone
}

func (v *visit) reach() error {
	q := v.r.URL.Query()
	p := reachPage{Code: strings.TrimSpace(q.Get("code")), Next: safeNext(q.Get("next"), "")}
	p.Sent = q.Get("sent") != "" && p.Code != ""
	return v.reachView(http.StatusOK, p)
}

func (v *visit) reachView(status int, p reachPage) error {
	var err error
	if p.List, err = v.reaches(); err != nil {
		return err
	}
	p.Type = strconv.Itoa(int(reachTyped(p.Code)))
	p.Shell = v.shell(v.cat.say("reach.title"), "reach")
	q := url.Values{"lang": {map[bool]string{true: zh, false: en}[v.lang == en]}, "code": {p.Code}, "next": {p.Next}}
	if p.Sent {
		q.Set("sent", "1")
	}
	p.Switch = "/account/reach?" + q.Encode()
	return v.page(status, "reach", p)
}

// reachForm reads what every form of the page sends.
func (v *visit) reachForm() (reachPage, domain.Reach, error) {
	if err := v.formErr(); err != nil {
		return reachPage{}, domain.Reach{}, err
	}
	p := reachPage{Code: strings.TrimSpace(v.r.PostFormValue("code")), Next: safeNext(v.r.PostFormValue("next"), "")}
	return p, domain.Reach{Account: v.scope.Account, Type: reachTyped(p.Code), Code: p.Code}, nil
}

func (v *visit) reachRefused(p reachPage, field string, err error) error {
	e, ok := shown(err)
	if !ok {
		return err
	}
	if v.wantsJSON() {
		return err
	}
	n := v.notice(e)
	n.Field = field
	p.Fault = &n
	return v.reachView(statusOf(e.Kind), p)
}

func (v *visit) reachSend() error {
	p, r, err := v.reachForm()
	if err != nil {
		return err
	}
	if err := v.Ops.SendPhoneEmailCode(v.ctx, v.scope, r.Type, r.Code); err != nil {
		return v.reachRefused(p, "code", err)
	}
	if v.wantsJSON() {
		return v.json(http.StatusOK, map[string]any{"sent": r.Code, "say": v.cat.say("reach.sent", r.Code), "hint": v.simulatedHint(), "label": v.cat.say("reach.code"), "verify": v.cat.say("reach.verify")})
	}
	v.redirect("/account/reach?" + url.Values{"code": {r.Code}, "sent": {"1"}, "next": {p.Next}}.Encode())
	return nil
}

func (v *visit) simulatedHint() string {
	if v.Simulated {
		return v.cat.say("reach.simulated")
	}
	return ""
}

func (v *visit) reachVerify() error {
	p, r, err := v.reachForm()
	if err != nil {
		return err
	}
	p.Sent = true
	if _, err := v.Ops.CreatePhoneEmail(v.ctx, v.scope, r.Type, r.Code, strings.TrimSpace(v.r.PostFormValue("verify_code"))); err != nil {
		field := "verify_code"
		if fault.Of(err).Code == "reach.too-many-codes" {
			field = ""
		}
		return v.reachRefused(p, field, err)
	}
	if v.wantsJSON() {
		html, err := v.fragment("reach-of", fieldView{Reach: &reachState{reachWord(r.Type), true}})
		if err != nil {
			return err
		}
		return v.json(http.StatusOK, map[string]any{"verified": r.Code, "html": html})
	}
	v.redirect(safeNext(p.Next, "/account/reach"))
	return nil
}

func reachWord(t domain.ReachType) string {
	if t == domain.ReachPhone {
		return "phone"
	}
	return "email"
}

func (v *visit) reachDelete() error {
	p, r, err := v.reachForm()
	if err != nil {
		return err
	}
	if err := v.Ops.DeletePhoneEmail(v.ctx, v.scope, r.Type, r.Code); err != nil {
		return v.reachRefused(p, "", err)
	}
	v.redirect("/account/reach")
	return nil
}
