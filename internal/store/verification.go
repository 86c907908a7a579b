package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// writeVerification does the writes that are about submissions, codes and registers; known is false for any other.
func (t *commit) writeVerification(w ops.Write) (known bool, err error) {
	switch w := w.(type) {
	case ops.InsertVerification:
		return true, t.insertVerification(w.Verification)
	case ops.SetVerification:
		return true, t.setVerification(w.Verification)
	case ops.AddStep:
		return true, wrap(t.q.AddVerificationStep(t.ctx, db.AddVerificationStepParams{VerificationID: int64(w.Step.Verification), At: moment(w.Step.At),
			Kind: w.Step.Kind, Actor: w.Step.Actor, Facts: factsText(w.Step.Facts)}))
	case ops.PutCode:
		return true, wrap(t.q.PutVerificationCode(t.ctx, db.PutVerificationCodeParams{TemplateID: int64(w.Template), Name: string(w.Name), Type: w.Code.Type,
			Value: w.Code.Value, Provider: w.Code.Provider, Sealed: w.Sealed, IssuedAt: moment(w.Code.IssuedAt)}))
	case ops.PutRegister:
		return true, t.putRegister(w.List)
	case ops.DropRegister:
		if err := t.q.DropRegisterEntries(t.ctx, w.Name); err != nil {
			return true, wrap(err)
		}
		n, err := t.q.DropRegisterList(t.ctx, w.Name)
		return true, one(n, err, fault.New(fault.Missing, "register.not-found", "list", w.Name))
	}
	return false, nil
}

func (t *commit) insertVerification(v domain.Verification) error {
	verdicts, err := jsonText(v.Verdicts)
	if err != nil {
		return err
	}
	err = t.q.InsertVerification(t.ctx, db.InsertVerificationParams{ID: int64(v.ID), AccountID: int64(v.Account), TemplateID: int64(v.Template),
		TemplateVersion: v.TemplateVersion, State: string(v.State), Role: v.Role, Provider: v.Provider, Tried: strings.Join(v.Tried, " "),
		OwnRef: v.OwnRef, Reference: v.Reference, Attempts: int64(v.Attempts), SubmittedAt: moment(v.SubmittedAt), DeadlineAt: maybe(v.DeadlineAt),
		NextActionAt: maybe(v.NextActionAt), DecidedAt: maybe(v.DecidedAt), ResubmitAt: maybe(v.ResubmitAt), NextTryAt: maybe(v.NextTryAt),
		LeaseUntil: maybe(v.Lease.Until), LeaseOwner: v.Lease.Owner, DecidedBy: v.DecidedBy, Verdicts: verdicts, Findings: orEmpty(v.Findings, "[]"),
		NotPerformed: factsText(v.NotPerformed), OverriddenBy: v.OverriddenBy})
	if violates(err) {
		return moved("verification") // another submission of the template is under way
	}
	if err != nil {
		return wrap(err)
	}
	return wrap(t.q.PointAtVerification(t.ctx, db.PointAtVerificationParams{ID: int64(v.Template), VerificationID: int64(v.ID)}))
}

func (t *commit) setVerification(v domain.Verification) error {
	verdicts, err := jsonText(v.Verdicts)
	if err != nil {
		return err
	}
	n, err := t.q.SetVerification(t.ctx, db.SetVerificationParams{ID: int64(v.ID), Version: v.Version, State: string(v.State), Role: v.Role,
		Provider: v.Provider, Tried: strings.Join(v.Tried, " "), OwnRef: v.OwnRef, Reference: v.Reference, Attempts: int64(v.Attempts),
		DeadlineAt: maybe(v.DeadlineAt), NextActionAt: maybe(v.NextActionAt), DecidedAt: maybe(v.DecidedAt), ResubmitAt: maybe(v.ResubmitAt),
		NextTryAt: maybe(v.NextTryAt), LeaseUntil: maybe(v.Lease.Until), LeaseOwner: v.Lease.Owner, DecidedBy: v.DecidedBy, Verdicts: verdicts,
		Findings: orEmpty(v.Findings, "[]"), NotPerformed: factsText(v.NotPerformed), OverriddenBy: v.OverriddenBy})
	return one(n, err, moved("verification"))
}

func orEmpty(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// putRegister replaces a whole register.
func (t *commit) putRegister(l domain.RegisterList) error {
	if err := t.q.DropRegisterEntries(t.ctx, l.Name); err != nil {
		return wrap(err)
	}
	if err := t.q.PutRegisterList(t.ctx, db.PutRegisterListParams{List: l.Name, Code: l.Code, Source: l.Source, Registry: l.Registry, Dated: l.Dated,
		Entries: int64(len(l.Entries)), LoadedAt: moment(l.LoadedAt), LoadedBy: l.LoadedBy}); err != nil {
		return wrap(err)
	}
	return bulk(t.ctx, t.s.engine, t.tx, "insert into register_entry (list, number, value, since, until, note, bearers)", l.Entries,
		func(e domain.RegisterEntry) []any {
			bearers, _ := json.Marshal(e.Except) // strings always marshal
			return []any{l.Name, e.Number, e.Value, e.Since, e.Until, e.Note, string(bearers)}
		})
}

func verificationOf(r db.Verification) (domain.Verification, error) {
	v := domain.Verification{ID: domain.VerificationID(r.ID), Account: domain.AccountID(r.AccountID), Template: domain.TemplateID(r.TemplateID),
		TemplateVersion: r.TemplateVersion, Version: r.Version, State: domain.VerificationState(r.State), Role: r.Role, Provider: r.Provider,
		Tried: wordsOf(r.Tried), OwnRef: r.OwnRef, Reference: r.Reference, Attempts: int(r.Attempts), SubmittedAt: r.SubmittedAt.UTC(),
		DeadlineAt: when(r.DeadlineAt), NextActionAt: when(r.NextActionAt), NextTryAt: when(r.NextTryAt), DecidedAt: when(r.DecidedAt),
		ResubmitAt: when(r.ResubmitAt), DecidedBy: r.DecidedBy, Findings: r.Findings, NotPerformed: factsOf(r.NotPerformed),
		OverriddenBy: r.OverriddenBy, Lease: domain.Lease{Owner: r.LeaseOwner, Until: when(r.LeaseUntil)}}
	if err := json.Unmarshal([]byte(r.Verdicts), &v.Verdicts); err != nil {
		return domain.Verification{}, fmt.Errorf("store: verification %d: %w", r.ID, err)
	}
	return v, nil
}

func verificationsOf(rows []db.Verification, err error) ([]domain.Verification, error) {
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]domain.Verification, 0, len(rows))
	for _, r := range rows {
		v, err := verificationOf(r)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func verificationFound(r db.Verification, err error) (domain.Verification, error) {
	if err != nil {
		return domain.Verification{}, found(err, "verification.not-found")
	}
	return verificationOf(r)
}

// Verification implements ops.Store; "verification.not-found" where there is none.
func (s *Store) Verification(ctx context.Context, id domain.VerificationID) (domain.Verification, error) {
	return verificationFound(s.queries().Verification(ctx, int64(id)))
}

// NewestVerification implements ops.Store; "verification.not-found" where the template was never submitted.
func (s *Store) NewestVerification(ctx context.Context, template domain.TemplateID) (domain.Verification, error) {
	return verificationFound(s.queries().NewestVerification(ctx, int64(template)))
}

// VerificationBy implements ops.Store.
func (s *Store) VerificationBy(ctx context.Context, provider, reference, ownRef string) (domain.Verification, error) {
	r, err := s.queries().VerificationByReference(ctx, db.VerificationByReferenceParams{Provider: provider, Reference: reference})
	if errors.Is(err, sql.ErrNoRows) {
		if r, err = s.queries().VerificationByOwnRef(ctx, ownRef); err == nil && r.Provider != provider {
			err = sql.ErrNoRows
		}
	}
	return verificationFound(r, err)
}

// SuffixesUnder implements ops.Store.
func (s *Store) SuffixesUnder(ctx context.Context, template domain.TemplateID) ([]string, error) {
	names, err := s.queries().NamesUnder(ctx, db.NamesUnderParams{TemplateID: int64(template), Limit: most})
	if err != nil {
		return nil, wrap(err)
	}
	var out []string
	for _, n := range names {
		if suffix := domain.Name(n).Suffix(); !slices.Contains(out, suffix) {
			out = append(out, suffix)
		}
	}
	slices.Sort(out)
	return out, nil
}

// DueVerifications implements ops.Store.
func (s *Store) DueVerifications(ctx context.Context, now, wall time.Time, limit int) ([]domain.Verification, error) {
	q := s.queries()
	lapsed, err := verificationsOf(q.LapsedVerifications(ctx, db.LapsedVerificationsParams{Wall: stamp(wall), Most: int32(atMost(limit))}))
	if err != nil || len(lapsed) >= limit {
		return lapsed, err
	}
	due, err := verificationsOf(q.DueVerifications(ctx, db.DueVerificationsParams{Now: stamp(now), Wall: stamp(wall), Most: int32(atMost(limit - len(lapsed)))}))
	return append(lapsed, due...), err
}

// ReadingVerifications implements ops.Store.
func (s *Store) ReadingVerifications(ctx context.Context, limit int) ([]domain.Verification, error) {
	return verificationsOf(s.queries().ReadingVerifications(ctx, int32(atMost(limit))))
}

// Resubmissions implements ops.Store.
func (s *Store) Resubmissions(ctx context.Context, now time.Time, limit int) ([]domain.Verification, error) {
	return verificationsOf(s.queries().ResubmittedVerifications(ctx, db.ResubmittedVerificationsParams{Now: stamp(now), Most: int32(atMost(limit))}))
}

// HandedTo implements ops.Store.
func (s *Store) HandedTo(ctx context.Context, provider string) (int, error) {
	n, err := s.queries().OpenAt(ctx, provider)
	return int(n), wrap(err)
}

// Handed implements ops.Store.
func (s *Store) Handed(ctx context.Context) (int, error) {
	n, err := s.queries().HandedVerifications(ctx)
	return int(n), wrap(err)
}

// DeskVerifications implements ops.Store.
func (s *Store) DeskVerifications(ctx context.Context, p ops.Page) ([]domain.Verification, int, error) {
	var out []domain.Verification
	var total int
	err := s.read(ctx, func(_ *sql.Tx, q *db.Queries) error {
		n, err := q.CountDesk(ctx)
		if err != nil {
			return wrap(err)
		}
		total = int(n)
		out, err = verificationsOf(q.DeskVerifications(ctx, db.DeskVerificationsParams{Limit: int32(atMost(p.Limit)), Offset: int32(max(p.Offset, 0))}))
		return err
	})
	return out, total, err
}

// VerificationSteps implements ops.Store.
func (s *Store) VerificationSteps(ctx context.Context, id domain.VerificationID) ([]domain.VerificationStep, error) {
	rows, err := s.queries().VerificationSteps(ctx, int64(id))
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]domain.VerificationStep, 0, len(rows))
	for _, r := range rows {
		out = append(out, domain.VerificationStep{Verification: id, At: r.At.UTC(), Kind: r.Kind, Actor: r.Actor, Facts: factsOf(r.Facts)})
	}
	return out, nil
}

// VerificationCodes implements ops.Store.
func (s *Store) VerificationCodes(ctx context.Context, template domain.TemplateID, name domain.Name) ([]ops.SealedCode, error) {
	rows, err := s.queries().VerificationCodes(ctx, db.VerificationCodesParams{TemplateID: int64(template), Name: string(name)})
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]ops.SealedCode, 0, len(rows))
	for _, r := range rows {
		out = append(out, ops.SealedCode{Name: domain.Name(r.Name), Sealed: r.Sealed,
			Code: domain.SignedCode{Type: r.Type, Value: r.Value, Provider: r.Provider, IssuedAt: r.IssuedAt.UTC()}})
	}
	return out, nil
}

func registerListOf(r db.RegisterList) domain.RegisterList {
	return domain.RegisterList{Name: r.List, Code: r.Code, Source: r.Source, Registry: r.Registry, Dated: r.Dated, Size: int(r.Entries),
		LoadedAt: r.LoadedAt.UTC(), LoadedBy: r.LoadedBy}
}

func registerEntryOf(r db.RegisterEntry) domain.RegisterEntry {
	e := domain.RegisterEntry{Number: r.Number, Value: r.Value, Since: r.Since, Until: r.Until, Note: r.Note}
	_ = json.Unmarshal([]byte(r.Bearers), &e.Except) // written by putRegister
	return e
}

// Registers implements ops.Store.
func (s *Store) Registers(ctx context.Context) ([]domain.RegisterList, error) {
	rows, err := s.queries().RegisterLists(ctx)
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]domain.RegisterList, 0, len(rows))
	for _, r := range rows {
		out = append(out, registerListOf(r))
	}
	return out, nil
}

// RegisterEntries implements ops.Store.
func (s *Store) RegisterEntries(ctx context.Context, list string, after int64, limit int) ([]domain.RegisterEntry, int64, error) {
	rows, err := s.queries().RegisterEntries(ctx, db.RegisterEntriesParams{List: list, After: after, Most: int32(atMost(limit))})
	if err != nil {
		return nil, 0, wrap(err)
	}
	out := make([]domain.RegisterEntry, 0, len(rows))
	for _, r := range rows {
		out, after = append(out, registerEntryOf(r)), r.ID
	}
	return out, after, nil
}

// RegistersAbout implements ops.Store.
func (s *Store) RegistersAbout(ctx context.Context, numbers []string) ([]domain.RegisterList, error) {
	var out []domain.RegisterList
	err := s.read(ctx, func(_ *sql.Tx, q *db.Queries) error {
		out = nil
		lists, err := q.RegisterLists(ctx)
		if err != nil || len(lists) == 0 {
			return wrap(err)
		}
		entries, err := q.RegisterWords(ctx)
		if err != nil {
			return wrap(err)
		}
		for _, n := range numbers {
			hits, err := q.RegisterNumbers(ctx, n)
			if err != nil {
				return wrap(err)
			}
			entries = append(entries, hits...)
		}
		at := map[string]int{}
		for i, l := range lists {
			out = append(out, registerListOf(l))
			at[l.List] = i
		}
		for _, e := range entries {
			l := &out[at[e.List]]
			l.Entries = append(l.Entries, registerEntryOf(e))
		}
		return nil
	})
	return out, err
}
