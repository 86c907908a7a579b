package ops

import (
	"archive/zip"
	"context"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Reseal seals again, with the newest key, everything that was sealed with one before. It says how many values that
// were.
func (o *Ops) Reseal(ctx context.Context) (int, error) {
	return o.Store.Reseal(ctx, func(head []byte) bool { return !o.Sealer.Current(head) },
		func(sealed []byte, where string) ([]byte, error) {
			plain, err := o.Sealer.Open(sealed, where)
			if err != nil {
				return nil, err
			}
			return o.Sealer.Seal(plain, where)
		})
}

// exported is a person's data as it is handed out.
type exported struct {
	Account struct {
		Email     string    `json:"email"`
		Name      string    `json:"name"`
		Locale    string    `json:"locale"`
		CreatedAt time.Time `json:"created_at"`
	} `json:"account"`
	Templates []exportedTemplate `json:"templates"`
	Documents []exportedDocument `json:"documents"`
	Reaches   []exportedReach    `json:"reaches"`
	Names     []exportedName     `json:"names"`
	LeftOut   []string           `json:"left_out,omitempty"` // pictures that did not fit
}

type exportedTemplate struct {
	ID            string         `json:"id"`
	Status        string         `json:"status"`
	Reason        string         `json:"reason,omitempty"`
	Contact       domain.Contact `json:"contact"`
	DocumentType  string         `json:"document_type"`
	Number        string         `json:"number"`
	ValidFrom     string         `json:"valid_from,omitempty"`
	ValidUntil    string         `json:"valid_until,omitempty"`
	LongTerm      bool           `json:"long_term,omitempty"`
	Document      string         `json:"document,omitempty"`
	ContactType   string         `json:"contact_document_type,omitempty"`
	ContactNumber string         `json:"contact_number,omitempty"`
	ContactDoc    string         `json:"contact_document,omitempty"`
	CreatedAt     time.Time      `json:"created_at"`
	UpdatedAt     time.Time      `json:"updated_at"`
	Submissions   []any          `json:"submissions,omitempty"`
}

type exportedDocument struct {
	ID         string          `json:"id"`
	FileName   string          `json:"file_name,omitempty"`
	File       string          `json:"file,omitempty"` // in this archive
	Bytes      int             `json:"bytes"`
	CreatedAt  time.Time       `json:"created_at"`
	ShreddedAt string          `json:"shredded_at,omitempty"`
	ShreddedBy string          `json:"shredded_by,omitempty"`
	Text       json.RawMessage `json:"text,omitempty"`  // as it was read
	Looks      []exportedLook  `json:"looks,omitempty"` // who saw it
}

type exportedLook struct {
	At      time.Time `json:"at"`
	Who     string    `json:"who"`
	IP      string    `json:"ip,omitempty"`
	Via     string    `json:"via"`
	Purpose string    `json:"purpose"`
}

type exportedReach struct {
	Type       int       `json:"type"`
	Code       string    `json:"code"`
	VerifiedAt time.Time `json:"verified_at"`
}

type exportedName struct {
	Name         string `json:"name"`
	Template     string `json:"template"`
	RegisteredAt string `json:"registered_at,omitempty"`
	ExpiresAt    string `json:"expires_at,omitempty"`
}

// exportChunk is how much of a list is read at a time.
const exportChunk = 200

// ExportData writes everything that is kept about the caller as a ZIP archive: data.json and the pictures. Numbers
// stand in it in full: it is for whom they belong to. Pictures beyond most bytes are left out, and said so; 0: no bound.
func (o *Ops) ExportData(ctx context.Context, scope domain.Scope, w io.Writer, most int64) error {
	account, err := o.Store.AccountByID(ctx, scope.Account)
	if err != nil {
		return err
	}
	var out exported
	out.Account.Email, out.Account.Name, out.Account.Locale, out.Account.CreatedAt = account.Email, account.Name, account.Locale, account.CreatedAt
	if err := o.exportTemplates(ctx, scope, &out); err != nil {
		return err
	}
	if err := o.exportRest(ctx, scope, &out); err != nil {
		return err
	}
	documents, err := o.Store.Documents(ctx, scope.Account)
	if err != nil {
		return err
	}
	// That it was handed out is in the log before it is.
	done := event(scope, account.ID, account.ID.Uin(), "privacy.exported", "ok", o.Now())
	done.Facts = map[string]string{"documents": strconv.Itoa(len(documents)), "templates": strconv.Itoa(len(out.Templates))}
	if err := o.Store.Commit(ctx, Plan{Events: []domain.Event{done}, Unseen: true}); err != nil {
		return err
	}
	archive := zip.NewWriter(w)
	for _, d := range documents {
		e, raw, err := o.exportDocument(ctx, scope, d)
		if err != nil {
			return err
		}
		if most > 0 && int64(len(raw)) > most {
			out.LeftOut, e.File = append(out.LeftOut, e.ID), ""
		} else if raw != nil {
			most = spent(most, len(raw))
			f, err := archive.CreateHeader(&zip.FileHeader{Name: e.File, Method: zip.Store}) // pictures are compressed already
			if err != nil {
				return err
			}
			if _, err := f.Write(raw); err != nil {
				return err
			}
		}
		out.Documents = append(out.Documents, e)
	}
	f, err := archive.Create("data.json")
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	return archive.Close()
}

// spent is what is left of a bound; 0 is no bound and stays so.
func spent(most int64, n int) int64 {
	if most == 0 {
		return 0
	}
	return max(most-int64(n), 1)
}

func (o *Ops) exportDocument(ctx context.Context, scope domain.Scope, d domain.Document) (exportedDocument, []byte, error) {
	e := exportedDocument{ID: d.ID.Public(), FileName: d.FileName, Bytes: d.Bytes, CreatedAt: d.CreatedAt, ShreddedBy: d.ShredAtBy}
	log, err := o.Store.Log(ctx, scope.Account, e.ID, 0, exportChunk)
	if err != nil {
		return e, nil, err
	}
	for _, l := range log {
		if l.Kind == "document.viewed" {
			e.Looks = append(e.Looks, exportedLook{At: l.At, Who: l.Actor, IP: l.IP, Via: l.Via, Purpose: l.Facts["purpose"]})
		}
	}
	if !d.ShreddedAt.IsZero() {
		e.ShreddedAt = d.ShreddedAt.UTC().Format(time.RFC3339)
		return e, nil, nil
	}
	raw, err := o.openBytes(ctx, d.ID)
	if fault.Of(err) != nil && fault.Of(err).Kind == fault.Missing {
		return e, nil, nil // shredded meanwhile
	}
	if err != nil {
		return e, nil, err
	}
	e.File = "documents/" + e.ID + "." + d.Format
	text, err := o.openText(ctx, d.ID)
	if err == nil && text != nil {
		e.Text, err = json.Marshal(text)
	}
	return e, raw, err
}

func (o *Ops) exportTemplates(ctx context.Context, scope domain.Scope, out *exported) error {
	for at := 0; ; at += exportChunk {
		list, _, err := o.Store.Templates(ctx, scope.Account, TemplateFilter{Page: Page{Offset: at, Limit: exportChunk}})
		if err != nil {
			return err
		}
		for _, t := range list {
			in, err := o.formOf(t)
			if err != nil {
				return err
			}
			e := exportedTemplate{ID: t.ID.Public(), Status: string(t.Status), Reason: t.Reason, Contact: t.Contact, DocumentType: t.CertificateType,
				Number: in.CertificateNumber, ValidFrom: day(t.ValidFrom), ValidUntil: day(t.ValidUntil), LongTerm: t.LongTerm, ContactType: t.ContactType,
				ContactNumber: in.ContactNumber, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt}
			if t.Document != 0 {
				e.Document = t.Document.Public()
			}
			if t.ContactDocument != 0 {
				e.ContactDoc = t.ContactDocument.Public()
			}
			v, err := o.VerificationOf(ctx, scope, t.ID)
			switch {
			case err == nil:
				e.Submissions = append(e.Submissions, map[string]any{"state": v.State, "provider": v.Provider, "submitted_at": v.SubmittedAt, "decided_at": v.DecidedAt,
					"verdicts": v.Verdicts, "findings": v.Findings, "steps": v.Steps})
			case fault.Of(err).Kind != fault.Missing:
				return err
			}
			out.Templates = append(out.Templates, e)
		}
		if len(list) < exportChunk {
			return nil
		}
	}
}

func (o *Ops) exportRest(ctx context.Context, scope domain.Scope, out *exported) error {
	for at := 0; ; at += exportChunk {
		list, _, err := o.Store.Reaches(ctx, scope.Account, ReachFilter{Page: Page{Offset: at, Limit: exportChunk}})
		if err != nil {
			return err
		}
		for _, r := range list {
			out.Reaches = append(out.Reaches, exportedReach{int(r.Type), r.Code, r.VerifiedAt})
		}
		if len(list) < exportChunk {
			break
		}
	}
	for at := 0; ; at += exportChunk {
		list, _, err := o.Store.Tenures(ctx, scope.Account, TenureFilter{Page: Page{Offset: at, Limit: exportChunk}})
		if err != nil {
			return err
		}
		for _, t := range list {
			out.Names = append(out.Names, exportedName{string(t.Name), t.Template.Public(), day(t.RegisteredAt), day(t.ExpiresAt)})
		}
		if len(list) < exportChunk {
			return nil
		}
	}
}

// Erasure is what an erasure did, and what it left with the reason.
type Erasure struct {
	Templates, Documents, Reaches int
	Kept                          []Kept
}

// Kept is something that an erasure left. Reason is a fault code: template.in-use, template.not-editable, reach.in-use.
type Kept struct {
	What   string // a template's id, or a masked reach
	Reason string
	Names  int // that rest on a template
}

// EraseData erases what is kept about the caller and nothing rests on: templates with their submissions, pictures, what
// was read from them, reaches, one-time codes, the recipients of sent messages. What running names and orders under way
// rest on stays, without its pictures: registries and law want to know whose a name is. A template in review stays whole
// until it is withdrawn or decided. It can be asked for again, and goes on where it was cut off.
func (o *Ops) EraseData(ctx context.Context, scope domain.Scope) (Erasure, error) {
	var out Erasure
	account, err := o.Store.AccountByID(ctx, scope.Account)
	if err != nil {
		return out, err
	}
	subjects := []string{uploads}
	for at := 0; ; {
		list, _, err := o.Store.Templates(ctx, scope.Account, TemplateFilter{Page: Page{Offset: at, Limit: exportChunk}})
		if err != nil {
			return out, err
		}
		for _, t := range list {
			pictures, err := o.deleteTemplate(ctx, scope, t.ID)
			f := fault.Of(err)
			switch {
			case err == nil:
				out.Templates++
				out.Documents += pictures
				subjects = append(subjects, t.ID.Public())
			case f.Code == "template.in-use" || f.Code == "template.not-editable":
				names, _ := strconv.Atoi(f.Facts["names"])
				out.Kept = append(out.Kept, Kept{What: t.ID.Public(), Reason: string(f.Code), Names: names})
				at++ // it stays in the list
			default:
				return out, err
			}
		}
		if len(list) == 0 {
			break
		}
	}
	pictures, err := o.eraseDocuments(ctx, scope)
	if out.Documents += pictures; err != nil {
		return out, err
	}
	if err := o.eraseReaches(ctx, scope, &out); err != nil {
		return out, err
	}
	now := o.Now()
	done := event(scope, account.ID, account.ID.Uin(), "privacy.erased", "ok", now)
	done.Facts = map[string]string{"templates": strconv.Itoa(out.Templates), "documents": strconv.Itoa(out.Documents), "reaches": strconv.Itoa(out.Reaches), "kept": strconv.Itoa(len(out.Kept))}
	return out, o.Store.Commit(ctx, Plan{
		Writes: []Write{ClearCase{Account: account.ID, Subject: uploads, At: now}, EraseTraces{Account: account.ID, Subjects: subjects, Keep: account.Email}},
		Events: []domain.Event{done},
	})
}

// eraseDocuments shreds every picture that no template in review shows.
func (o *Ops) eraseDocuments(ctx context.Context, scope domain.Scope) (int, error) {
	list, err := o.Store.Documents(ctx, scope.Account)
	if err != nil {
		return 0, err
	}
	done, now := 0, o.Now()
	for _, d := range list {
		if !d.ShreddedAt.IsZero() {
			continue
		}
		shown, err := o.Store.TemplatesOfDocument(ctx, d.ID)
		if err != nil {
			return done, err
		}
		if until, _ := KeptUntil(d, shown, o.Policy().House); until.IsZero() {
			continue
		}
		err = o.Store.Commit(ctx, Plan{Writes: []Write{ShredDocument{ID: d.ID, By: "erased", At: now}}, Events: []domain.Event{shredded(d, "erased", scope, now)}})
		switch {
		case err == nil:
			o.pictures.forget(d.ID)
			done++
		case !fault.Is(err, "state.moved"):
			return done, err
		}
	}
	return done, nil
}

func (o *Ops) eraseReaches(ctx context.Context, scope domain.Scope, out *Erasure) error {
	for at := 0; ; {
		list, _, err := o.Store.Reaches(ctx, scope.Account, ReachFilter{Page: Page{Offset: at, Limit: exportChunk}})
		if err != nil || len(list) == 0 {
			return err
		}
		for _, r := range list {
			err := o.DeletePhoneEmail(ctx, scope, r.Type, r.Code)
			switch {
			case err == nil:
				out.Reaches++
			case fault.Is(err, "reach.in-use"):
				out.Kept = append(out.Kept, Kept{What: maskedReach(r), Reason: "reach.in-use"})
				at++
			default:
				return err
			}
		}
	}
}
