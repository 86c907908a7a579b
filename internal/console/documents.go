package console

import (
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// What a request with a file may hold. A file over what is taken is counted to its end, so that we can say how large
// it was and the rest of the form is not lost; nothing of it is kept.
const (
	maxFile    = 5 << 20  // of a document
	maxConvert = 24 << 20 // of a picture that we make smaller
	maxBody    = 64 << 20 // of a request
	maxField   = 64 << 10 // of all fields together
)

// roomy are the routes that take files, with what their requests may hold; others take maxForm.
var roomy = map[string]int64{
	"POST /templates/new": maxBody, "POST /templates/{id}/edit": maxBody, "POST /templates/documents": maxBody,
	"POST /templates/documents/convert": maxBody, "POST /desk/registers": maxFile + maxForm, "POST /desk/words": maxFile + maxForm,
	"POST /desk/feeds": ops.MaxFeedFile + maxForm, "POST /search/list": 2*maxList + maxForm,
}

// picturesAccepted are the formats that a file dialogue offers.
const picturesAccepted = ".jpg,.jpeg,.png,.tif,.tiff,.bmp,.gif,.webp,image/jpeg,image/png,image/tiff,image/bmp,image/gif,image/webp"

// file is one file of a form.
type file struct {
	Field string
	Name  string
	Body  []byte // as much of it as may be kept
	Size  int64  // all of it
}

// readForm reads a form with or without files, which are kept up to keep bytes each.
func (v *visit) readForm(keep int64) (url.Values, []file, error) {
	media, params, err := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" {
		if err := v.formErr(); err != nil {
			return nil, nil, err
		}
		return v.r.PostForm, nil, nil
	}
	form, files, fields := url.Values{}, []file(nil), 0
	parts := multipart.NewReader(v.r.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, files, nil
		}
		if err != nil {
			return nil, nil, malformedForm(err)
		}
		if part.FileName() == "" && part.Header.Get("Content-Type") == "" {
			body, err := io.ReadAll(io.LimitReader(part, maxField+1))
			if err != nil {
				return nil, nil, malformedForm(err)
			}
			if fields += len(body); fields > maxField || len(form) > 200 {
				return nil, nil, fault.New(fault.Invalid, "input.too-large", "limit", strconv.Itoa(maxField))
			}
			form.Add(part.FormName(), string(body))
			continue
		}
		body, err := io.ReadAll(io.LimitReader(part, keep+1))
		if err != nil {
			return nil, nil, malformedForm(err)
		}
		size := int64(len(body))
		if size > keep {
			rest, err := io.Copy(io.Discard, part)
			if err != nil {
				return nil, nil, malformedForm(err)
			}
			size, body = size+rest, nil
		}
		if size > 0 && len(files) < 2 {
			files = append(files, file{part.FormName(), baseName(part.FileName()), body, size})
		}
	}
}

func malformedForm(err error) error {
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return err
	}
	return fault.New(fault.Invalid, "input.form-malformed")
}

// baseName is a file's name without the path that some browsers send.
func baseName(s string) string {
	return clip(path.Base(strings.ReplaceAll(s, `\`, "/")), 120)
}

// roleOf reads the role out of a field such as file-owner.
func roleOf(field string) (realname.Role, bool) {
	_, role, _ := strings.Cut(field, "-")
	switch r := realname.Role(role); r {
	case realname.Owner, realname.Contact:
		return r, true
	}
	return "", false
}

// tooLarge is what a file over maxFile is refused with before anything looks at it.
func tooLarge(size int64) error {
	return fault.New(fault.Invalid, "upload.too-large", "bytes", strconv.FormatInt(size, 10), "max", strconv.Itoa(maxFile))
}

// upload takes a file for a role of the form. A refusal stands on the picture's card.
func (p *editorPage) upload(v *visit, f file) error {
	role, ok := roleOf(f.Field)
	if !ok {
		return nil
	}
	side := p.side(role)
	var doc ops.DocumentView
	err := tooLarge(f.Size)
	if f.Size <= maxFile {
		doc, err = v.Ops.UploadDocument(v.ctx, v.scope, f.Name, f.Body)
	}
	if err != nil {
		e, ok := shown(err)
		if !ok {
			return err
		}
		side.Refused = append(side.Refused, v.notice(e))
		side.Convert = e.Code == "upload.too-large" || e.Code == "upload.format"
		p.Status = statusOf(e.Kind)
		return nil
	}
	p.Form.Set(side.Input, doc.ID.Public())
	return nil
}

// convert makes a picture that is refused as it is into one that is not, and takes it.
func (p *editorPage) convert(v *visit, f file) error {
	role, ok := roleOf(f.Field)
	if !ok {
		return nil
	}
	if f.Body == nil {
		return p.refuse(v, role, tooLarge(f.Size))
	}
	out, name, err := v.Ops.ConvertDocument(v.ctx, v.scope, f.Name, f.Body)
	if err != nil {
		return p.refuse(v, role, err)
	}
	p.side(role).Converted = true
	return p.upload(v, file{f.Field, name, out, int64(len(out))})
}

func (p *editorPage) refuse(v *visit, role realname.Role, err error) error {
	e, ok := shown(err)
	if !ok {
		return err
	}
	p.side(role).Refused = append(p.side(role).Refused, v.notice(e))
	p.Status = statusOf(e.Kind)
	return nil
}

// documentUpload answers a script's upload with the parts of the editor that it changes.
func (v *visit) documentUpload() error {
	form, files, err := v.readForm(maxFile)
	if err != nil {
		return err
	}
	p := v.editorOf(form)
	if len(files) == 0 {
		return fault.New(fault.Invalid, "input.form-malformed")
	}
	if err := p.upload(v, files[0]); err != nil {
		return err
	}
	return v.editorParts(p, "part-shot-owner", "part-shot-contact")
}

// converted is a picture as it would be taken.
type converted struct {
	Role          realname.Role
	Was, Is       int
	Width, Height int
	Data          string
}

// documentConvert shows a script what a picture would be like, before it is used.
func (v *visit) documentConvert() error {
	_, files, err := v.readForm(maxConvert)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fault.New(fault.Invalid, "input.form-malformed")
	}
	f := files[0]
	role, ok := roleOf(f.Field)
	switch {
	case !ok:
		return fault.New(fault.Invalid, "input.form-malformed")
	case f.Body == nil:
		return tooLarge(f.Size)
	}
	out, name, err := v.Ops.ConvertDocument(v.ctx, v.scope, f.Name, f.Body)
	if err != nil {
		return err
	}
	pic, found := realname.Open(out, name)
	if pic == nil {
		return fault.New(fault.Invalid, fault.Code(found[0].Code), pairs(found[0].Facts)...)
	}
	c := converted{role, int(f.Size), len(out), pic.Width, pic.Height, "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(out)}
	html, err := v.fragment("converted", struct {
		converted
		Data any
	}{c, dataURL(c.Data)})
	if err != nil {
		return err
	}
	return v.json(http.StatusOK, map[string]any{"html": html, "name": name, "content": base64.StdEncoding.EncodeToString(out)})
}

func pairs(facts map[string]string) []string {
	var out []string
	for k, v := range facts {
		out = append(out, k, v)
	}
	return out
}

type documentPage struct {
	Shell
	Doc  domain.Document
	Shot shotView
}

// document shows a picture of the caller's own; the look is logged.
func (v *visit) document() error {
	doc, err := v.documentOf(v.scope)
	if err != nil {
		return err
	}
	return v.page(http.StatusOK, "document", documentPage{v.shell(v.cat.say("shot.title"), "templates"), doc, v.shotOf(realname.Owner, doc, nil)})
}

// documentOf is the document that the path names, of whom the scope may see.
func (v *visit) documentOf(scope domain.Scope) (domain.Document, error) {
	id, ok := domain.ParseDocumentID(v.r.PathValue("id"))
	if !ok {
		return domain.Document{}, fault.New(fault.Missing, "document.not-found", "document", clip(v.r.PathValue("id"), 40))
	}
	view, err := v.Ops.Document(v.ctx, scope, id)
	if err == nil && !view.ShreddedAt.IsZero() {
		err = fault.New(fault.Missing, "document.not-found", "document", id.Public())
	}
	return view.Document, err
}

// shotOf is a picture with an address that works for a few minutes, for whom this page is made alone.
func (v *visit) shotOf(role realname.Role, doc domain.Document, marks []mark) shotView {
	s := shotView{Role: string(role), Doc: doc, Marks: marks, Flat: v.atDesk}
	base, scope := "/documents/", v.scope
	if v.atDesk {
		base, scope = "/desk/documents/", v.all
	}
	s.URL = base + doc.ID.Public() + "/picture?" + v.Ops.DocumentLink(scope, doc.ID)
	return s
}

// picturePolicy is for a picture that is looked at by itself.
const picturePolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"

func (v *visit) documentPicture() error { return v.picture(v.scope, "owner") }

func (v *visit) deskPicture() error { return v.picture(v.all, "review") }

// picture sends a document's picture to whom the address was made for; the look is in the log before.
func (v *visit) picture(scope domain.Scope, purpose string) error {
	id, ok := domain.ParseDocumentID(v.r.PathValue("id"))
	if !ok {
		return v.notFound()
	}
	q := v.r.URL.Query()
	pic, err := v.Ops.LinkedPicture(v.ctx, scope, id, q.Get("expires"), q.Get("sig"), purpose)
	if err != nil {
		return err
	}
	media, body := "image/"+pic.Format, pic.Content
	if pic.Format == "tiff" { // browsers don't show it
		if body, err = realname.Convert(body, "picture.tiff"); err != nil {
			return fault.Wrap(err, fault.Internal, "internal")
		}
		media = "image/jpeg"
	}
	h := v.w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Content-Security-Policy", picturePolicy)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if _, err := v.w.Write(body); err != nil {
		v.Log.Debug("console: picture not delivered", "err", err)
	}
	return nil
}
