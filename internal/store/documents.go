package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// writePeople does the changes of templates' later lives, of documents and of reaches; known is false for any other.
func (t *commit) writePeople(w ops.Write) (known bool, err error) {
	switch w := w.(type) {
	case ops.SetTemplate:
		return true, t.setTemplate(w.Template)
	case ops.DeleteTemplate:
		return true, t.deleteTemplate(w)
	case ops.MakeDefault:
		if err := t.q.DropDefaultTemplate(t.ctx, int64(w.Account)); err != nil {
			return true, wrap(err)
		}
		n, err := t.q.MakeDefaultTemplate(t.ctx, db.MakeDefaultTemplateParams{ID: int64(w.ID), AccountID: int64(w.Account)})
		return true, one(n, err, moved("template"))
	case ops.EraseTraces:
		return true, t.eraseTraces(w)
	case ops.InsertDocument:
		return true, t.insertDocument(w)
	case ops.SetReading:
		n, err := t.q.SetReading(t.ctx, db.SetReadingParams{ID: int64(w.ID), Reading: string(w.To), Reason: w.Reason})
		if err := one(n, err, moved("document")); err != nil || w.Text == nil {
			return true, err
		}
		return true, wrap(t.q.PutDocumentText(t.ctx, db.PutDocumentTextParams{DocumentID: int64(w.ID), Text: w.Text}))
	case ops.PutOffShredding:
		n, err := t.q.PutOffShredding(t.ctx, db.PutOffShreddingParams{ID: int64(w.ID), ShredAt: stamp(w.Until)})
		return true, one(n, err, moved("document"))
	case ops.ShredDocument:
		n, err := t.q.ShredDocument(t.ctx, db.ShredDocumentParams{ID: int64(w.ID), ByRule: w.By, At: stamp(w.At)})
		if err := one(n, err, moved("document")); err != nil {
			return true, err
		}
		return true, wrap(t.q.DropDocumentContent(t.ctx, int64(w.ID)))
	case ops.PutReach:
		r := w.Reach
		return true, wrap(t.q.PutReach(t.ctx, db.PutReachParams{AccountID: int64(r.Account), Type: int64(r.Type), Code: r.Code, VerifiedAt: moment(r.VerifiedAt)}))
	case ops.DropReach:
		r := w.Reach
		n, err := t.q.DropReach(t.ctx, db.DropReachParams{AccountID: int64(r.Account), Type: int64(r.Type), Code: r.Code})
		return true, one(n, err, fault.New(fault.Missing, "reach.not-found", "reach", r.Code))
	case ops.InsertReachCode:
		return true, t.insertReachCode(w)
	case ops.UseReachCode:
		n, err := t.q.UseReachCode(t.ctx, w.ID)
		return true, one(n, err, moved("reach-code"))
	}
	return false, nil
}

func (t *commit) setTemplate(m domain.Template) error {
	contact, err := jsonText(m.Contact)
	if err != nil {
		return err
	}
	if m.IsDefault {
		if err := t.q.DropDefaultTemplate(t.ctx, int64(m.Account)); err != nil {
			return wrap(err)
		}
	}
	n, err := t.q.SetTemplate(t.ctx, db.SetTemplateParams{ID: int64(m.ID), Version: m.Version, Status: string(m.Status), Reason: m.Reason,
		Kind: string(m.Contact.Kind), Owner: ownerText(m), Contact: contact, CertificateType: m.CertificateType, SealedNumber: m.SealedNumber,
		MaskedNumber: m.MaskedNumber, IsDefault: m.IsDefault, UpdatedAt: moment(m.UpdatedAt), NextActionAt: maybe(m.NextActionAt),
		OldForm: m.OldForm, DocumentID: int64(m.Document), ValidFrom: maybe(m.ValidFrom), ValidUntil: maybe(m.ValidUntil), LongTerm: m.LongTerm,
		ContactType: m.ContactType, SealedContact: m.SealedContact, MaskedContact: m.MaskedContact, ContactDocumentID: int64(m.ContactDocument),
		VerificationID: int64(m.Verification)})
	return one(n, err, moved("template"))
}

// lockRow keeps a row from other commits until this one ends; what is counted after it can't be outrun. SQLite has one
// writer and needs none.
func (t *commit) lockRow(table string, id int64) error {
	if t.s.engine != Postgres {
		return nil
	}
	var got int64
	err := t.tx.QueryRowContext(t.ctx, "select id from "+table+" where id = $1 for update", id).Scan(&got)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return wrap(err)
}

func (t *commit) deleteTemplate(w ops.DeleteTemplate) error {
	if err := t.lockRow("template", int64(w.ID)); err != nil { // orders expect its version, and wait here
		return err
	}
	use, err := t.q.TemplateUse(t.ctx, int64(w.ID))
	if err != nil {
		return wrap(err)
	}
	if use.Acts+use.Names > 0 {
		return fault.New(fault.Conflict, "template.in-use", "acts", strconv.FormatInt(use.Acts, 10), "names", strconv.FormatInt(use.Names, 10))
	}
	for _, drop := range []func(context.Context, int64) error{t.q.DropStepsOfTemplate, t.q.DropCodesOfTemplate, t.q.DropVerificationsOfTemplate} {
		if err := drop(t.ctx, int64(w.ID)); err != nil {
			return wrap(err)
		}
	}
	n, err := t.q.DeleteTemplate(t.ctx, db.DeleteTemplateParams{ID: int64(w.ID), Version: w.Version})
	return one(n, err, moved("template"))
}

func (t *commit) eraseTraces(w ops.EraseTraces) error {
	for _, subject := range w.Subjects {
		if err := t.q.EraseCases(t.ctx, db.EraseCasesParams{AccountID: int64(w.Account), Subject: subject}); err != nil {
			return wrap(err)
		}
	}
	if err := t.q.DropReachCodes(t.ctx, int64(w.Account)); err != nil {
		return wrap(err)
	}
	_, err := t.q.EraseRecipients(t.ctx, db.EraseRecipientsParams{AccountID: int64(w.Account), Recipient: w.Keep})
	return wrap(err)
}

func (t *commit) insertDocument(w ops.InsertDocument) error {
	d := w.Document
	if err := t.lockRow("account", int64(d.Account)); err != nil {
		return err
	}
	have, err := t.q.DocumentsSince(t.ctx, db.DocumentsSinceParams{AccountID: int64(d.Account), CreatedAt: moment(w.Since)})
	if err != nil {
		return wrap(err)
	}
	if have >= int64(w.Most) {
		return fault.New(fault.Limited, "document.too-many", "limit", strconv.Itoa(w.Most))
	}
	if err := t.q.InsertDocument(t.ctx, db.InsertDocumentParams{ID: int64(d.ID), AccountID: int64(d.Account), FileName: d.FileName,
		Format: d.Format, Bytes: int64(d.Bytes), Width: int64(d.Width), Height: int64(d.Height), Reading: string(d.Reading),
		CreatedAt: moment(d.CreatedAt), ShredAt: maybe(d.ShredAt)}); err != nil {
		return wrap(err)
	}
	return wrap(t.q.PutDocumentContent(t.ctx, db.PutDocumentContentParams{DocumentID: int64(d.ID), Picture: w.Picture}))
}

func (t *commit) insertReachCode(w ops.InsertReachCode) error {
	c := w.Code
	if err := t.lockRow("account", int64(c.Reach.Account)); err != nil {
		return err
	}
	since := moment(w.Since)
	account, err := t.q.CodesOfAccount(t.ctx, db.CodesOfAccountParams{AccountID: int64(c.Reach.Account), SentAt: since})
	if err != nil {
		return wrap(err)
	}
	reach, err := t.q.CodesOfReach(t.ctx, db.CodesOfReachParams{Type: int64(c.Reach.Type), Code: c.Reach.Code, SentAt: since})
	if err != nil {
		return wrap(err)
	}
	if account >= int64(w.Most) || reach >= int64(w.Most) {
		return fault.New(fault.Limited, "reach.too-many-codes", "limit", strconv.Itoa(w.Most),
			"minutes", strconv.Itoa(int(c.SentAt.Sub(w.Since).Minutes())))
	}
	return wrap(t.q.InsertReachCode(t.ctx, db.InsertReachCodeParams{AccountID: int64(c.Reach.Account), Type: int64(c.Reach.Type), Code: c.Reach.Code,
		Mac: c.MAC, SentAt: moment(c.SentAt), ExpiresAt: moment(c.ExpiresAt)}))
}

// Document implements ops.Store; "document.not-found" where there is none.
func (s *Store) Document(ctx context.Context, id domain.DocumentID) (domain.Document, error) {
	r, err := s.queries().Document(ctx, int64(id))
	if err != nil {
		return domain.Document{}, found(err, "document.not-found")
	}
	return documentOf(r), nil
}

// Documents implements ops.Store.
func (s *Store) Documents(ctx context.Context, account domain.AccountID) ([]domain.Document, error) {
	rows, err := s.queries().Documents(ctx, int64(account))
	return documentsOf(rows), wrap(err)
}

// DocumentContent implements ops.Store; "document.not-found" where there is none any more.
func (s *Store) DocumentContent(ctx context.Context, id domain.DocumentID) (picture, text []byte, err error) {
	r, err := s.queries().DocumentContent(ctx, int64(id))
	if err != nil {
		return nil, nil, found(err, "document.not-found")
	}
	return r.Picture, r.Text, nil
}

// LeaseDocument implements ops.Store. A waiting document is taken by the update, which only one node's can be.
func (s *Store) LeaseDocument(ctx context.Context, wall time.Time, lease time.Duration) (domain.Document, error) {
	for {
		r, err := s.queries().WaitingDocument(ctx, stamp(wall))
		if err != nil {
			return domain.Document{}, found(err, "document.not-found")
		}
		var taken int64
		err = s.write(ctx, func(_ *sql.Tx, q *db.Queries) (err error) {
			taken, err = q.LeaseDocument(ctx, db.LeaseDocumentParams{ID: r.ID, Until: stamp(wall.Add(lease)), Wall: stamp(wall)})
			return wrap(err)
		})
		if err != nil || taken > 0 {
			return documentOf(r), err
		}
	}
}

// DueDocuments implements ops.Store.
func (s *Store) DueDocuments(ctx context.Context, now time.Time, limit int) ([]domain.Document, error) {
	rows, err := s.queries().DueDocuments(ctx, db.DueDocumentsParams{ShredAt: stamp(now), Limit: int32(atMost(limit))})
	return documentsOf(rows), wrap(err)
}

// TemplatesOfDocument implements ops.Store.
func (s *Store) TemplatesOfDocument(ctx context.Context, id domain.DocumentID) ([]domain.Template, error) {
	rows, err := s.queries().TemplatesOfDocument(ctx, int64(id))
	if err != nil {
		return nil, wrap(err)
	}
	return templatesOf(rows)
}

func documentOf(r db.Document) domain.Document {
	return domain.Document{ID: domain.DocumentID(r.ID), Account: domain.AccountID(r.AccountID), FileName: r.FileName, Format: r.Format,
		Bytes: int(r.Bytes), Width: int(r.Width), Height: int(r.Height), Reading: domain.ReadingState(r.Reading), Reason: r.Reason,
		CreatedAt: r.CreatedAt.UTC(), ShredAt: when(r.ShredAt), ShredAtBy: r.ShredBy, ShreddedAt: when(r.ShreddedAt)}
}

func documentsOf(rows []db.Document) []domain.Document {
	out := make([]domain.Document, 0, len(rows))
	for _, r := range rows {
		out = append(out, documentOf(r))
	}
	return out
}

// Reach implements ops.Store.
func (s *Store) Reach(ctx context.Context, r domain.Reach) (domain.Reach, error) {
	got, err := s.queries().Reach(ctx, db.ReachParams{AccountID: int64(r.Account), Type: int64(r.Type), Code: r.Code})
	if err != nil {
		return domain.Reach{}, found(err, "reach.not-found")
	}
	return reachOf(got), nil
}

func reachOf(r db.Reach) domain.Reach {
	return domain.Reach{Account: domain.AccountID(r.AccountID), Type: domain.ReachType(r.Type), Code: r.Code, VerifiedAt: r.VerifiedAt.UTC()}
}

// Reaches implements ops.Store.
func (s *Store) Reaches(ctx context.Context, account domain.AccountID, f ops.ReachFilter) ([]domain.Reach, int, error) {
	where := text(" where account_id = ", int64(account))
	if f.Type != 0 {
		where.add(" and type = ", int64(f.Type))
	}
	if f.Code != "" {
		where.add(" and code = ", f.Code)
	}
	return counted(ctx, s, text("select account_id, type, code, verified_at from reach"), where, " order by verified_at desc, type, code", f.Page,
		func(r *sql.Rows) (domain.Reach, error) {
			var row db.Reach
			err := r.Scan(&row.AccountID, &row.Type, &row.Code, &row.VerifiedAt)
			return reachOf(row), err
		})
}

// NewestCode implements ops.Store.
func (s *Store) NewestCode(ctx context.Context, r domain.Reach) (ops.ReachCode, error) {
	c, err := s.queries().NewestCode(ctx, db.NewestCodeParams{AccountID: int64(r.Account), Type: int64(r.Type), Code: r.Code})
	if err != nil {
		return ops.ReachCode{}, found(err, "reach.not-found")
	}
	return ops.ReachCode{ID: c.ID, Reach: r, MAC: c.Mac, SentAt: c.SentAt.UTC(), ExpiresAt: c.ExpiresAt.UTC(), Attempts: int(c.Attempts)}, nil
}

// TryReachCode implements ops.Store.
func (s *Store) TryReachCode(ctx context.Context, id int64, most int) (bool, error) {
	var n int64
	err := s.write(ctx, func(_ *sql.Tx, q *db.Queries) (err error) {
		n, err = q.TryReachCode(ctx, db.TryReachCodeParams{ID: id, Attempts: int64(most)})
		return wrap(err)
	})
	return n > 0, err
}

// PruneReachCodes implements ops.Store.
func (s *Store) PruneReachCodes(ctx context.Context, before time.Time) (int, error) {
	n, err := s.queries().OldReachCodes(ctx, moment(before)) // asked every second: most times there is nothing to write
	if err != nil || n == 0 {
		return 0, wrap(err)
	}
	err = s.write(ctx, func(_ *sql.Tx, q *db.Queries) (err error) {
		n, err = q.PruneReachCodes(ctx, moment(before))
		return wrap(err)
	})
	return int(n), err
}
