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

type rebindPage struct {
	Shell
	Names     []string
	Templates []domain.Template
	Picked    string
	Now       domain.TemplateID // under which the one name stands
	Lock      bool
	LockDays  int
	Fault     *notice
}

// rebindForm asks under which template names are to be put.
func (v *visit) rebindForm() error {
	names := v.r.URL.Query()["name"]
	if len(names) == 0 {
		v.redirect("/domains")
		return nil
	}
	return v.rebindView(http.StatusOK, rebindPage{Names: names, Lock: true})
}

func (v *visit) rebindView(status int, p rebindPage) error {
	if len(p.Names) == 1 {
		t, err := v.Ops.Domain(v.ctx, v.scope, p.Names[0])
		if err != nil {
			return err
		}
		p.Now = t.Template
	}
	list, _, err := v.Ops.Templates(v.ctx, v.scope, ops.TemplateFilter{Page: ops.Page{Limit: 100}})
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.Status == domain.TemplateApproved && !t.OldForm && t.ID != p.Now {
			p.Templates = append(p.Templates, t)
			if p.Picked == "" || t.IsDefault && p.Fault == nil {
				p.Picked = t.ID.Public()
			}
		}
	}
	p.LockDays = v.Ops.Policy().House.ChangeLockDays
	p.Shell = v.shell(v.cat.say("rebind.title"), "domains")
	p.Switch = "/domains/registrant?" + url.Values{"name": p.Names, "lang": {map[bool]string{true: zh, false: en}[v.lang == en]}}.Encode()
	return v.page(status, "rebind", p)
}

func (v *visit) rebind() error {
	if err := v.formErr(); err != nil {
		return err
	}
	f := v.r.PostForm
	p := rebindPage{Names: f["name"], Picked: f.Get("template"), Lock: f.Get("lock") != ""}
	id, ok := domain.ParseTemplateID(p.Picked)
	var view ops.OrderView
	err := error(fault.New(fault.Missing, "template.not-found", "template", clip(p.Picked, 40)))
	if ok {
		view, err = v.Ops.ChangeRegistrant(v.ctx, v.scope, p.Names, id, p.Lock)
	}
	if err != nil {
		e, ok := shown(err)
		if !ok || len(p.Names) == 0 {
			return err
		}
		n := v.notice(e)
		p.Fault = &n
		return v.rebindView(statusOf(e.Kind), p)
	}
	v.redirect("/orders/" + strconv.FormatInt(int64(view.ID), 10))
	return nil
}

// mend is the page where the cause of a name's trouble is mended, for causes that lie with its registrant.
func (p *domainPage) mend(code string) (href, text string) {
	switch {
	case p.Template == nil:
		return "", ""
	case code == "hold.contact-unverified":
		return "/account/reach?" + url.Values{"code": {p.Template.Contact.Email}, "next": {"/domains/" + string(p.Row.Name)}}.Encode(), "reach.verify-now"
	case code == "hold.unverified" || code == "hold.verification-rejected":
		return here(*p.Template), "domain.verify-go"
	case strings.HasPrefix(code, "hold.verification-"):
		return here(*p.Template), "domain.verify-look"
	}
	return "", ""
}
