package console

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// templateSave answers every button of the editor.
func (v *visit) templateSave() error {
	form, files, err := v.readForm(maxConvert)
	if err != nil {
		return err
	}
	form.Set("template_id", v.r.PathValue("id"))
	p := v.editorOf(form)
	if p.ID != "" {
		if _, err := v.templateOf(); err != nil {
			return err
		}
	}
	do := form.Get("do")
	for _, f := range files {
		take := p.upload
		if strings.HasPrefix(do, "convert-") && strings.HasSuffix(f.Field, strings.TrimPrefix(do, "convert-")) {
			take = p.convert
		} else if f.Size > maxFile {
			f.Body = nil
		}
		if err := take(v, f); err != nil {
			return err
		}
	}
	act, about, _ := strings.Cut(do, "-")
	if p.Status != http.StatusOK { // a picture was refused
		return v.editorView(p)
	}
	switch act {
	case "upload", "convert", "check":
		return v.editorView(p)
	case "fix":
		return v.editorFix(p, about)
	}
	t, err := v.keep(p)
	if err != nil {
		return v.editorRefused(p, err)
	}
	p.ID = t.ID.Public()
	switch act {
	case "submit", "appeal":
		hand := v.Ops.SubmitTemplate
		if act == "appeal" {
			hand = v.Ops.AppealTemplate
		}
		if _, err := hand(v.ctx, v.scope, t.ID); err != nil {
			p.T = &t
			return v.editorRefused(p, err)
		}
		v.redirect(safeNext(p.Next, "/templates/"+p.ID))
	case "code":
		code := map[string]string{"phone": t.Contact.Telephone, "email": t.Contact.Email}[about]
		back := "/templates/" + p.ID + "/edit"
		if err := v.Ops.SendPhoneEmailCode(v.ctx, v.scope, reachTyped(code), code); err != nil {
			return v.reachRefused(reachPage{Code: code, Next: back}, "code", err)
		}
		v.redirect("/account/reach?" + url.Values{"code": {code}, "sent": {"1"}, "next": {back}}.Encode())
	default:
		v.redirect("/templates/" + p.ID + "/edit?" + url.Values{"saved": {"1"}, "next": {p.Next}}.Encode())
	}
	return nil
}

// keep writes the draft: a new one, or over the one that it changes.
func (v *visit) keep(p *editorPage) (domain.Template, error) {
	if p.ID == "" {
		return v.Ops.SaveTemplate(v.ctx, v.scope, p.draft(v))
	}
	return v.Ops.ModifyTemplate(v.ctx, v.scope, p.id(), p.draft(v))
}

func (v *visit) editorRefused(p *editorPage, err error) error {
	e, ok := shown(err)
	if !ok {
		return err
	}
	p.Status = statusOf(e.Kind)
	if err := v.dress(p); err != nil {
		return err
	}
	if p.Refusals == 0 || e.Facts["field"] != "" { // what was found speaks for itself
		p.blame(v, e)
	}
	return v.editorView(p)
}

// editorFix mends a field by what was found, and looks again.
func (v *visit) editorFix(p *editorPage, field string) error {
	if err := v.dress(p); err != nil {
		return err
	}
	if value := p.fixes[field]; value != "" {
		p.Form.Set(field, value)
	}
	p.errs, p.soft, p.Fault = map[string]*notice{}, map[string]bool{}, nil
	p.Phones, p.Mails = nil, nil
	return v.editorView(p)
}

// templateCheck answers a script with what is found in what has been typed so far; nothing is kept.
func (v *visit) templateCheck() error {
	form, _, err := v.readForm(maxFile)
	if err != nil {
		return err
	}
	return v.editorParts(v.editorOf(form))
}

// editorParts gives the parts of the editor that depend on what was typed, by their ids.
func (v *visit) editorParts(p *editorPage, more ...string) error {
	if err := v.dress(p); err != nil {
		return err
	}
	fixed := ""
	if field, ok := strings.CutPrefix(p.V("do"), "fix-"); ok && p.fixes[field] != "" {
		p.Form.Set(field, p.fixes[field])
		fixed = field
		p.errs, p.soft = map[string]*notice{}, map[string]bool{}
		if err := p.check(v); err != nil {
			return err
		}
	}
	parts, bad := map[string]string{}, []string{}
	render := func(id, name string, data any) error {
		html, err := v.fragment(name, data)
		parts[id] = html
		return err
	}
	for _, s := range []*pictureSide{&p.Owner, &p.Contact} {
		role := string(s.Role)
		if s.Role == realname.Contact && p.Kind == domain.Individual {
			continue
		}
		if err := render("part-checks-"+role, "checks", s.Checks); err != nil {
			return err
		}
		if slices.Contains(more, "part-shot-"+role) && roleAsked(p.Form, s.Role) {
			if err := render("part-shot-"+role, "picture", s); err != nil {
				return err
			}
		} else if s.Doc.ID != 0 {
			if err := render("marks-"+role, "shot-marks", s.Shot); err != nil {
				return err
			}
		}
	}
	for _, name := range formFields {
		if err := render("e-"+name, "slot", p.Field(name, "", "")); err != nil {
			return err
		}
		if p.errs[name] != nil && !p.soft[name] {
			bad = append(bad, name)
		}
	}
	if err := render("part-send", "send", p); err != nil {
		return err
	}
	out := map[string]any{"parts": parts, "bad": bad, "reading": p.Reading, "refused": len(p.Owner.Refused)+len(p.Contact.Refused) > 0}
	if fixed != "" {
		out["set"] = map[string]string{fixed: p.V(fixed)}
	}
	return v.json(http.StatusOK, out)
}

// roleAsked reports whether a script's upload was for the role.
func roleAsked(form url.Values, r realname.Role) bool {
	return form.Get("role") == "" || form.Get("role") == string(r)
}

// fragment renders a part of a page.
func (v *visit) fragment(name string, data any) (string, error) {
	var b bytes.Buffer
	err := v.views[v.lang].execute(&b, name, data)
	return b.String(), err
}

func dataURL(s string) template.URL { return template.URL(s) }
