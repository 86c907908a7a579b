package ops

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// DocumentView is a document with what its picture alone tells.
type DocumentView struct {
	domain.Document
	Findings []realname.Finding
	Measures []realname.Measure
}

// uploads is the subject of the case that a refused upload opens; there is no document to speak of.
const uploads = "upload"

// UploadDocument takes a picture of an identity document: bounded, of a format that is taken, by content and by name
// (empty: it has none). What is kept is the picture without metadata, upright and sealed. A refusal is a case too,
// until the account's next upload is taken.
func (o *Ops) UploadDocument(ctx context.Context, scope domain.Scope, fileName string, content []byte) (DocumentView, error) {
	fileName = baseName(fileName)
	now := o.Now()
	p, clean, found, err := o.openUpload(ctx, content, fileName)
	if err != nil {
		return DocumentView{}, err
	}
	if refused := refusedUpload(found); refused != nil {
		plan := Plan{Writes: []Write{ClearCase{Account: scope.Account, Subject: uploads, At: now}},
			Events: []domain.Event{event(scope, scope.Account, uploads, "document.refused", string(refused.Code), now)}}
		for _, f := range found {
			if f.Severity == realname.Refuse {
				plan.Writes = append(plan.Writes, OpenCase{domain.Case{Account: scope.Account, Subject: uploads, Code: f.Code, Facts: f.Facts, OpenedAt: now}})
			}
		}
		if err := o.Store.Commit(ctx, plan); err != nil {
			return DocumentView{}, err
		}
		return DocumentView{}, refused
	}
	first, err := o.Store.NextIDs(ctx, 1)
	if err != nil {
		return DocumentView{}, err
	}
	house := o.Policy().House
	d := domain.Document{ID: domain.DocumentID(first), Account: scope.Account, FileName: fileName, Format: p.Format, Bytes: len(clean), Width: p.Width, Height: p.Height,
		Reading: domain.ReadingAbsent, CreatedAt: now, ShredAt: now.AddDate(0, 0, house.UnusedDays)}
	if o.Reader != nil && o.Reader.Available() {
		d.Reading = domain.ReadingWaiting
	}
	sealed, err := o.Sealer.Seal(clean, domain.DocumentSeal(d.ID))
	if err != nil {
		return DocumentView{}, err
	}
	uploaded := event(scope, d.Account, d.ID.Public(), "document.uploaded", "ok", now)
	uploaded.Facts = map[string]string{"format": d.Format, "bytes": strconv.Itoa(d.Bytes)}
	if err := o.Store.Commit(ctx, Plan{
		Writes: []Write{InsertDocument{Document: d, Picture: sealed, Since: now.AddDate(0, 0, -1), Most: house.DocumentsPerDay},
			ClearCase{Account: d.Account, Subject: uploads, At: now}},
		Events: []domain.Event{uploaded},
	}); err != nil {
		return DocumentView{}, err
	}
	o.pictures.keep(d.ID, p)
	view := o.judged(d, p)
	view.Findings = append(found, view.Findings...) // what the file itself was warned of
	return view, nil
}

// openUpload decodes a file and strips it, one of few at a time: a picture costs many times its bytes.
func (o *Ops) openUpload(ctx context.Context, content []byte, fileName string) (p *realname.Picture, clean []byte, found []realname.Finding, err error) {
	leave, err := o.pictures.enter(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	defer leave()
	p, found = realname.Open(content, fileName)
	if p == nil || refusedUpload(found) != nil {
		return nil, nil, found, nil
	}
	clean, format, err := realname.Clean(content, p)
	if err != nil {
		return nil, nil, nil, fault.Wrap(err, fault.Internal, "internal")
	}
	kept := *p
	kept.Format = format
	return &kept, clean, found, nil
}

// refusedUpload is the refusal of an upload: the first finding's code with the facts of all.
func refusedUpload(found []realname.Finding) *fault.Error {
	var refused *fault.Error
	for _, f := range found {
		if f.Severity != realname.Refuse {
			continue
		}
		if refused == nil {
			refused = fault.New(fault.Invalid, fault.Code(f.Code))
			refused.Facts = fault.Facts{}
		}
		for k, v := range f.Facts {
			if _, there := refused.Facts[k]; !there {
				refused.Facts[k] = v
			}
		}
	}
	return refused
}

const maxFileName = 120

// baseName keeps of a file's name what may be shown: no folders, no control characters.
func baseName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`<>"`, r) {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > maxFileName { // the extension is at the end
		name = string(r[len(r)-maxFileName:])
	}
	if name == "." || name == "/" {
		return ""
	}
	return name
}

// judged runs the checks of pixels without a form.
func (o *Ops) judged(d domain.Document, p *realname.Picture) DocumentView {
	in := realname.Input{Picture: p, AsOf: o.Now(), Terms: o.realnameTerms()}
	r := realname.ExamineBy(&in, func(c realname.Check) realname.Result {
		if c.Needs != realname.NeedsPicture {
			return realname.Result{}
		}
		return o.pictures.run(d.ID, "", "", c, &in)
	})
	return DocumentView{Document: d, Findings: Told(r.Findings), Measures: r.Measures}
}

// ConvertDocument makes of a picture that is not taken as it is one that is, where that can be mended: as a JPEG,
// upright, within the size. Nothing is kept; its owner looks at the result first.
func (o *Ops) ConvertDocument(ctx context.Context, _ domain.Scope, fileName string, content []byte) (converted []byte, name string, err error) {
	fileName = baseName(fileName)
	leave, err := o.pictures.enter(ctx)
	if err != nil {
		return nil, "", err
	}
	defer leave()
	if converted, err = realname.Convert(content, fileName); err != nil {
		return nil, "", err
	}
	return converted, strings.TrimSuffix(fileName, path.Ext(fileName)) + ".jpg", nil
}

// Document reads what is known of one of the caller's documents. A picture that was shredded has no findings.
func (o *Ops) Document(ctx context.Context, scope domain.Scope, id domain.DocumentID) (DocumentView, error) {
	d, err := o.Store.Document(ctx, id)
	if err == nil && !scope.Owns(d.Account) {
		err = fault.New(fault.Missing, "document.not-found", "document", id.Public())
	}
	if err != nil || !d.ShreddedAt.IsZero() {
		return DocumentView{Document: d}, err
	}
	p, err := o.openPicture(ctx, d.ID)
	if err != nil || p == nil {
		return DocumentView{Document: d}, err
	}
	return o.judged(d, p), nil
}

// Documents lists the caller's documents, oldest first, shredded ones too.
func (o *Ops) Documents(ctx context.Context, scope domain.Scope) ([]domain.Document, error) {
	return o.Store.Documents(ctx, scope.Account)
}

// ownDocument finds a document that can be used for an account; 0 is none.
func (o *Ops) ownDocument(ctx context.Context, account domain.AccountID, id domain.DocumentID) (domain.Document, error) {
	if id == 0 {
		return domain.Document{}, nil
	}
	d, err := o.Store.Document(ctx, id)
	if err == nil && (d.Account != account || !d.ShreddedAt.IsZero()) {
		err = fault.New(fault.Missing, "document.not-found", "document", id.Public())
	}
	return d, err
}

// seen gives the picture and the text of a document; nil where there is none.
func (o *Ops) seen(ctx context.Context, d domain.Document) (*realname.Picture, *realname.Text, error) {
	p, err := o.openPicture(ctx, d.ID)
	if err != nil || d.Reading != domain.ReadingDone {
		return p, nil, err
	}
	t, err := o.openText(ctx, d.ID)
	return p, t, err
}

func (o *Ops) openPicture(ctx context.Context, id domain.DocumentID) (*realname.Picture, error) {
	return o.pictures.picture(ctx, id, func() ([]byte, error) { return o.openBytes(ctx, id) })
}

func (o *Ops) openBytes(ctx context.Context, id domain.DocumentID) ([]byte, error) {
	sealed, _, err := o.Store.DocumentContent(ctx, id)
	if err != nil {
		return nil, err
	}
	return o.Sealer.Open(sealed, domain.DocumentSeal(id))
}

func (o *Ops) openText(ctx context.Context, id domain.DocumentID) (*realname.Text, error) {
	_, sealed, err := o.Store.DocumentContent(ctx, id)
	if err != nil || sealed == nil {
		return nil, err
	}
	raw, err := o.Sealer.Open(sealed, domain.DocumentTextSeal(id))
	if err != nil {
		return nil, err
	}
	t := new(realname.Text)
	return t, json.Unmarshal(raw, t)
}

// Picture is a document's picture, opened.
type Picture struct {
	Format  string // jpeg, png …
	Content []byte
}

// DocumentPicture opens a picture. That somebody looked, who, from where and what for, is in the log before it is seen.
func (o *Ops) DocumentPicture(ctx context.Context, scope domain.Scope, id domain.DocumentID, purpose string) (Picture, error) {
	d, err := o.Store.Document(ctx, id)
	if err == nil && (!scope.Owns(d.Account) || !d.ShreddedAt.IsZero()) {
		err = fault.New(fault.Missing, "document.not-found", "document", id.Public())
	}
	if err != nil {
		return Picture{}, err
	}
	raw, err := o.openBytes(ctx, id)
	if err != nil {
		return Picture{}, err
	}
	looked := event(scope, d.Account, id.Public(), "document.viewed", "ok", o.Now())
	looked.Facts = map[string]string{"purpose": clip(purpose, 60)}
	if scope.Operator {
		looked.Facts["operator"] = "yes"
	}
	if err := o.Store.Commit(ctx, Plan{Events: []domain.Event{looked}, Unseen: true}); err != nil {
		return Picture{}, err
	}
	return Picture{Format: d.Format, Content: raw}, nil
}

// linkLife is how long an address of a picture works (wall time).
const linkLife = 5 * time.Minute

// DocumentLink is the query of an address that shows a picture to this account for five minutes.
func (o *Ops) DocumentLink(scope domain.Scope, id domain.DocumentID) string {
	expires := strconv.FormatInt(o.Clock.Wall().Add(linkLife).Unix(), 10)
	return "expires=" + expires + "&sig=" + o.linkSignature(scope, id, expires)
}

func (o *Ops) linkSignature(scope domain.Scope, id domain.DocumentID, expires string) string {
	return hex.EncodeToString(o.mac("document-link", id.Public(), scope.Account.Uin(), expires))
}

// LinkedPicture opens a picture by such an address; whoever asks must still be whom it was made for.
func (o *Ops) LinkedPicture(ctx context.Context, scope domain.Scope, id domain.DocumentID, expires, signature, purpose string) (Picture, error) {
	until, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || !hmac.Equal([]byte(signature), []byte(o.linkSignature(scope, id, expires))) {
		return Picture{}, fault.New(fault.Missing, "document.not-found", "document", id.Public())
	}
	if o.Clock.Wall().Unix() >= until {
		return Picture{}, fault.New(fault.Denied, "document.link-expired", "document", id.Public())
	}
	return o.DocumentPicture(ctx, scope, id, purpose)
}

// mac is a MAC of words under the installation's key; its first word says what it is for.
func (o *Ops) mac(purpose string, words ...string) []byte {
	m := hmac.New(sha256.New, o.MACKey)
	for _, w := range append([]string{purpose}, words...) {
		m.Write([]byte(strconv.Itoa(len(w)) + ":" + w))
	}
	return m.Sum(nil)
}

// shredded is the proof that a picture was: the event stays when all else is gone.
func shredded(d domain.Document, by string, scope domain.Scope, now time.Time) domain.Event {
	e := event(scope, d.Account, d.ID.Public(), "document.shredded", "ok", now)
	e.Facts = map[string]string{"by": by, "bytes": strconv.Itoa(d.Bytes), "uploaded": d.CreatedAt.UTC().Format(time.RFC3339)}
	return e
}
