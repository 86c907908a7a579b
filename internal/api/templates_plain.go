package api

import (
	"context"
	"strings"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/realname"
)

type formIn struct {
	Template string       `json:"template_id,omitempty" doc:"tmpl-xxxxxxxx, where the form changes one."`
	Form     TemplateForm `json:"form"`
}

// CheckOut is what the checks say of a form and its pictures.
type CheckOut struct {
	Findings     []FindingOut      `json:"findings"`
	Measures     []MeasureOut      `json:"measures"`
	NotPerformed map[string]string `json:"not_performed" doc:"Checks that could not judge, and why; those of the contact's document as contact/CHECK."`
	Reading      bool              `json:"reading" doc:"A picture is still being read: ask again."`
}

func checkTemplate(ctx context.Context, a *API, c caller, in *formIn) (*CheckOut, error) {
	form, err := in.Form.form()
	if err != nil {
		return nil, err
	}
	var id domain.TemplateID
	if in.Template != "" {
		if id, err = templateID(in.Template); err != nil {
			return nil, err
		}
	}
	v, err := a.Ops.CheckTemplate(ctx, c.scope, id, form)
	if err != nil {
		return nil, err
	}
	out := &CheckOut{Findings: findings(c.lang, v.Findings, true), Measures: measures(v.Measures), NotPerformed: map[string]string{}, Reading: v.Reading}
	for _, n := range v.NotPerformed {
		name := n.Check
		if n.Role == realname.Contact {
			name = "contact/" + name
		}
		out.NotPerformed[name] = n.Reason
	}
	return out, nil
}

// findings are worded for the reader. The mended value may be an identity number: only whoever typed it is told.
func findings(lang string, list []realname.Finding, fixes bool) []FindingOut {
	out := []FindingOut{}
	for _, f := range list {
		w := diagnose.Text(lang, fault.Code(f.Code), f.Facts)
		o := FindingOut{Check: f.Check, Code: f.Code, Severity: string(f.Severity), Role: string(f.Role), Field: f.Field, Position: f.Position,
			Facts: facts(f.Facts), Region: regionOut(f.Region), Title: w.Title, Text: w.What, Remedy: append([]string{}, w.Remedy...)}
		if fixes {
			o.Fix = f.Fix
		}
		out = append(out, o)
	}
	return out
}

func measures(list []realname.Measure) []MeasureOut {
	out := []MeasureOut{}
	for _, m := range list {
		out = append(out, MeasureOut{Check: m.Check, Name: m.Name, Value: m.Value, Limit: m.Limit, Passed: m.Passed, Region: regionOut(m.Region)})
	}
	return out
}

func regionOut(r *realname.Region) *RegionOut {
	if r == nil {
		return nil
	}
	return &RegionOut{X: r.X, Y: r.Y, W: r.W, H: r.H}
}

// DraftOut is a template of ours.
type DraftOut struct {
	Template TemplateInfo `json:"template"`
}

func saveTemplate(ctx context.Context, a *API, c caller, in *draftIn) (*DraftOut, error) {
	form, err := in.Form.form()
	if err != nil {
		return nil, err
	}
	t, err := a.Ops.SaveTemplate(ctx, c.scope, form)
	if err != nil {
		return nil, err
	}
	return &DraftOut{a.templateInfo(t, c)}, nil
}

type draftIn struct {
	Form TemplateForm `json:"form"`
}

type changeIn struct {
	Template string       `json:"template_id" doc:"tmpl-xxxxxxxx"`
	Form     TemplateForm `json:"form"`
}

func changeTemplate(ctx context.Context, a *API, c caller, in *changeIn) (*DraftOut, error) {
	id, err := templateID(in.Template)
	if err != nil {
		return nil, err
	}
	form, err := in.Form.form()
	if err != nil {
		return nil, err
	}
	t, err := a.Ops.ModifyTemplate(ctx, c.scope, id, form)
	if err != nil {
		return nil, err
	}
	return &DraftOut{a.templateInfo(t, c)}, nil
}

type ownTemplateIn struct {
	Template string `json:"template_id" doc:"tmpl-xxxxxxxx"`
}

// onTemplate makes a handler of an act that gives the template that it made or changed.
func onTemplate(act func(a *API, ctx context.Context, s domain.Scope, id domain.TemplateID) (domain.Template, error)) func(context.Context, *API, caller, *ownTemplateIn) (*DraftOut, error) {
	return func(ctx context.Context, a *API, c caller, in *ownTemplateIn) (*DraftOut, error) {
		id, err := templateID(in.Template)
		if err != nil {
			return nil, err
		}
		t, err := act(a, ctx, c.scope, id)
		if err != nil {
			return nil, err
		}
		return &DraftOut{a.templateInfo(t, c)}, nil
	}
}

func copyTemplate(a *API, ctx context.Context, s domain.Scope, id domain.TemplateID) (domain.Template, error) { //nolint:revive // a method in the shape that onTemplate takes
	return a.Ops.CopyTemplate(ctx, s, id)
}

func convertTemplate(a *API, ctx context.Context, s domain.Scope, id domain.TemplateID) (domain.Template, error) { //nolint:revive // as above
	return a.Ops.ConvertTemplate(ctx, s, id)
}

func makeDefault(a *API, ctx context.Context, s domain.Scope, id domain.TemplateID) (domain.Template, error) { //nolint:revive // as above
	return a.Ops.SetDefault(ctx, s, id)
}

func dropTemplate(ctx context.Context, a *API, c caller, in *ownTemplateIn) (*empty, error) {
	return deleteTemplate(ctx, a, c, &templateIn{TemplateId: in.Template})
}

type uploadIn struct {
	FileName string `json:"file_name,omitempty" maxLength:"255" doc:"With its extension; content and extension must agree."`
	Content  string `json:"content" doc:"The picture, base64."`
}

// DocumentOut is an uploaded picture and what it alone tells.
type DocumentOut struct {
	ID         string       `json:"id" doc:"doc-xxxxxxxx"`
	URL        string       `json:"url" doc:"Shows it to its owner for five minutes."`
	Format     string       `json:"format"`
	Bytes      int          `json:"bytes"`
	Width      int          `json:"width"`
	Height     int          `json:"height"`
	Reading    string       `json:"reading" doc:"waiting, done, absent (people read it), failed"`
	CreatedAt  string       `json:"created_at"`
	ShreddedAt string       `json:"shredded_at,omitempty"`
	Findings   []FindingOut `json:"findings"`
	Measures   []MeasureOut `json:"measures"`
}

func (a *API) documentOut(v ops.DocumentView, c caller) *DocumentOut {
	out := &DocumentOut{ID: v.ID.Public(), Format: v.Format, Bytes: v.Bytes, Width: v.Width, Height: v.Height,
		Reading: string(v.Reading), CreatedAt: utc(v.CreatedAt), ShreddedAt: utc(v.ShreddedAt), Findings: findings(c.lang, v.Findings, false), Measures: measures(v.Measures)}
	if v.ShreddedAt.IsZero() {
		out.URL = a.pictureURL(c.scope, v.ID)
	}
	return out
}

func uploadDocument(ctx context.Context, a *API, c caller, in *uploadIn) (*DocumentOut, error) {
	raw, err := picture("content", in.Content)
	if err != nil {
		return nil, err
	}
	v, err := a.Ops.UploadDocument(ctx, c.scope, in.FileName, raw)
	if err != nil {
		return nil, err
	}
	return a.documentOut(v, c), nil
}

func uploadImage(ctx context.Context, a *API, c caller, in *uploadImageIn) (*UploadImageOut, error) {
	raw, err := picture("ImageFile", in.ImageFile)
	if err != nil {
		return nil, err
	}
	v, err := a.Ops.UploadDocument(ctx, c.scope, "", raw)
	if err != nil {
		return nil, err
	}
	return &UploadImageOut{AccessUrl: a.pictureURL(c.scope, v.ID)}, nil
}

// picture decodes base64, with or without the words before it that a browser's data: address has.
func picture(field, text string) ([]byte, error) {
	if rest, ok := strings.CutPrefix(text, "data:"); ok {
		_, text, _ = strings.Cut(rest, ",")
	}
	raw, ok := decodeBase64(text)
	if !ok || len(raw) == 0 {
		return nil, mistyped(field, "base64")
	}
	return raw, nil
}

// ConvertedOut is a picture made fit; nothing was kept of it.
type ConvertedOut struct {
	FileName string `json:"file_name"`
	Content  string `json:"content" doc:"base64"`
}

func convertDocument(ctx context.Context, a *API, c caller, in *uploadIn) (*ConvertedOut, error) {
	raw, err := picture("content", in.Content)
	if err != nil {
		return nil, err
	}
	out, name, err := a.Ops.ConvertDocument(ctx, c.scope, in.FileName, raw)
	if err != nil {
		return nil, err
	}
	return &ConvertedOut{FileName: name, Content: encodeBase64(out)}, nil
}

type documentIDIn struct {
	ID string `json:"id" doc:"doc-xxxxxxxx"`
}

func (in *documentIDIn) id() (domain.DocumentID, error) {
	id, ok := domain.ParseDocumentID(in.ID)
	if !ok {
		return 0, fault.New(fault.Missing, "document.not-found", "document", clip(in.ID))
	}
	return id, nil
}

func getDocument(ctx context.Context, a *API, c caller, in *documentIDIn) (*DocumentOut, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	v, err := a.Ops.Document(ctx, c.scope, id)
	if err != nil {
		return nil, err
	}
	return a.documentOut(v, c), nil
}

// PictureOut is a document's picture.
type PictureOut struct {
	Format  string `json:"format"`
	Content string `json:"content" doc:"base64"`
}

func showDocument(ctx context.Context, a *API, c caller, in *documentIDIn) (*PictureOut, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	p, err := a.Ops.DocumentPicture(ctx, c.scope, id, "api")
	if err != nil {
		return nil, err
	}
	return &PictureOut{Format: p.Format, Content: encodeBase64(p.Content)}, nil
}
