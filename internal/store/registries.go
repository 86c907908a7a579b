package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// writeRegistry does the writes that are about registries; known is false for any other.
func (t *commit) writeRegistry(w ops.Write) (known bool, err error) {
	switch w := w.(type) {
	case ops.PutWindow:
		return true, t.putWindow(w.Window)
	case ops.MoveWindow:
		n, err := t.q.MoveWindow(t.ctx, db.MoveWindowParams{ID: w.ID, FromState: string(w.From), ToState: string(w.To), NextActionAt: maybe(w.NextActionAt)})
		return true, one(n, err, moved("registry-window"))
	case ops.PauseRegistry:
		return true, wrap(t.q.PauseRegistry(t.ctx, db.PauseRegistryParams{RegistryAccount: w.RegistryAccount, Paused: w.Code, Facts: factsText(w.Facts),
			PausedAt: maybe(w.At), ProbeAt: maybe(w.ProbeAt)}))
	case ops.ProbeRegistry:
		return true, wrap(t.q.ProbeRegistry(t.ctx, db.ProbeRegistryParams{RegistryAccount: w.RegistryAccount, ProbeAt: maybe(w.At)}))
	case ops.ResumeRegistry:
		if w.Code == "" {
			return true, wrap(t.q.EndedPause(t.ctx, db.EndedPauseParams{RegistryAccount: w.RegistryAccount, ResumedAt: maybe(w.At)}))
		}
		n, err := t.q.ResumeRegistry(t.ctx, db.ResumeRegistryParams{RegistryAccount: w.RegistryAccount, Paused: w.Code, ResumedAt: maybe(w.At)})
		return true, one(n, err, moved("registry-state"))
	case ops.PutRegistryBalance:
		return true, wrap(t.q.PutBalance(t.ctx, db.PutBalanceParams{RegistryAccount: w.RegistryAccount,
			Balance: sql.NullInt64{Int64: w.Balance, Valid: true}, BalanceAt: maybe(w.At)}))
	case ops.InsertCredential:
		return true, t.insertCredential(w.Credential)
	case ops.SwapCredential:
		return true, t.swapCredential(w)
	}
	return false, nil
}

// putWindow enters a window, or takes over what a registry says anew about one of its own. One that has not changed
// is left as far as it has come.
func (t *commit) putWindow(w domain.Window) error {
	if w.Ref != "" {
		n, err := t.q.UpdateWindow(t.ctx, db.UpdateWindowParams{RegistryAccount: w.RegistryAccount, Ref: w.Ref, StartsAt: moment(w.StartsAt),
			EndsAt: moment(w.EndsAt), Impact: string(w.Impact), Reason: w.Reason, State: string(w.State), NextActionAt: maybe(w.NextActionAt)})
		if err != nil || n > 0 {
			return wrap(err)
		}
	}
	return wrap(t.q.InsertWindow(t.ctx, db.InsertWindowParams{RegistryAccount: w.RegistryAccount, Ref: w.Ref, StartsAt: moment(w.StartsAt),
		EndsAt: moment(w.EndsAt), Impact: string(w.Impact), Reason: w.Reason, State: string(w.State), NextActionAt: maybe(w.NextActionAt),
		EnteredBy: w.By, CreatedAt: moment(w.CreatedAt)}))
}

func (t *commit) insertCredential(c domain.Credential) error {
	if c.State == domain.CredentialCurrent {
		if err := t.retire(c.RegistryAccount, c.Kind, domain.CredentialCurrent, domain.CredentialFormer, c.CreatedAt); err != nil {
			return err
		}
	}
	err := t.q.InsertCredential(t.ctx, db.InsertCredentialParams{RegistryAccount: c.RegistryAccount, Kind: string(c.Kind), State: string(c.State),
		Sealed: c.Sealed, NotAfter: maybe(c.NotAfter), Fingerprint: c.Fingerprint, ChangedBy: c.By, CreatedAt: moment(c.CreatedAt)})
	if violates(err) {
		return fault.New(fault.Conflict, "registry.change-under-way", "registry", c.RegistryAccount)
	}
	return wrap(err)
}

// swapCredential makes the pending one the current one, or drops it. The secret of what is not used any more is erased.
func (t *commit) swapCredential(w ops.SwapCredential) error {
	if !w.Taken {
		n, err := t.q.MoveCredential(t.ctx, db.MoveCredentialParams{RegistryAccount: w.RegistryAccount, Kind: string(w.Kind),
			FromState: string(domain.CredentialPending), ToState: string(domain.CredentialDropped), At: moment(w.At)})
		if err := one(n, err, moved("registry-credential")); err != nil {
			return err
		}
		return t.erase(w.RegistryAccount, w.Kind)
	}
	if err := t.retire(w.RegistryAccount, w.Kind, domain.CredentialCurrent, domain.CredentialFormer, w.At); err != nil {
		return err
	}
	n, err := t.q.MoveCredential(t.ctx, db.MoveCredentialParams{RegistryAccount: w.RegistryAccount, Kind: string(w.Kind),
		FromState: string(domain.CredentialPending), ToState: string(domain.CredentialCurrent), At: moment(w.At)})
	return one(n, err, moved("registry-credential"))
}

func (t *commit) retire(registryAccount string, kind domain.CredentialKind, from, to domain.CredentialState, at time.Time) error {
	_, err := t.q.MoveCredential(t.ctx, db.MoveCredentialParams{RegistryAccount: registryAccount, Kind: string(kind), FromState: string(from),
		ToState: string(to), At: moment(at)})
	if err != nil {
		return wrap(err)
	}
	return t.erase(registryAccount, kind)
}

func (t *commit) erase(registryAccount string, kind domain.CredentialKind) error {
	return wrap(t.q.EraseCredentials(t.ctx, db.EraseCredentialsParams{RegistryAccount: registryAccount, Kind: string(kind), Nothing: []byte{}}))
}

// RegistryState implements ops.Store: the state and the windows that are on.
func (s *Store) RegistryState(ctx context.Context, registryAccount string) (domain.RegistryState, []domain.Window, error) {
	state := domain.RegistryState{RegistryAccount: registryAccount}
	var on []domain.Window
	err := s.read(ctx, func(_ *sql.Tx, q *db.Queries) error {
		r, err := q.RegistryState(ctx, registryAccount)
		switch {
		case err == nil:
			state.Paused, state.Facts, state.PausedAt, state.ProbeAt = r.Paused, factsOf(r.Facts), when(r.PausedAt), when(r.ProbeAt)
			state.Probes, state.ResumedAt, state.BalanceAt = int(r.Probes), when(r.ResumedAt), when(r.BalanceAt)
			if r.Balance.Valid {
				state.Balance = &r.Balance.Int64
			}
		case !errors.Is(err, sql.ErrNoRows):
			return wrap(err)
		}
		rows, err := q.RegistryWindowsOn(ctx, registryAccount)
		on = windowsOf(rows)
		return wrap(err)
	})
	return state, on, err
}

// Windows implements ops.Store.
func (s *Store) Windows(ctx context.Context, registryAccount string, after time.Time) ([]domain.Window, error) {
	rows, err := s.queries().Windows(ctx, db.WindowsParams{RegistryAccount: registryAccount, EndsAt: moment(after)})
	return windowsOf(rows), wrap(err)
}

// Window implements ops.Store.
func (s *Store) Window(ctx context.Context, id int64) (domain.Window, error) {
	r, err := s.queries().Window(ctx, id)
	if err := found(err, "registry.window-not-found"); err != nil {
		return domain.Window{}, err
	}
	return windowOf(r), nil
}

// DueWindows implements ops.Store.
func (s *Store) DueWindows(ctx context.Context, now time.Time, limit int) ([]domain.Window, error) {
	rows, err := s.queries().DueWindows(ctx, db.DueWindowsParams{NextActionAt: stamp(now), Limit: int32(atMost(limit))})
	return windowsOf(rows), wrap(err)
}

// TakeProbe implements ops.Store.
func (s *Store) TakeProbe(ctx context.Context, registryAccount string, wall, next time.Time) (bool, error) {
	n, err := db.New(s.writer).TakeProbe(ctx, db.TakeProbeParams{RegistryAccount: registryAccount, Wall: stamp(wall), NextProbeAt: stamp(next)})
	return n > 0, wrap(err)
}

// WaitingItems implements ops.Store.
func (s *Store) WaitingItems(ctx context.Context, registryAccount, code string, limit int) ([]ops.WaitingItem, error) {
	rows, err := s.queries().WaitingItems(ctx, db.WaitingItemsParams{RegistryAccount: registryAccount, Code: code, Most: int32(atMost(limit))})
	out := make([]ops.WaitingItem, len(rows))
	for i, r := range rows {
		out[i] = ops.WaitingItem{ID: domain.ItemID(r.ID), Hold: domain.HoldState(r.Hold), Name: domain.Name(r.Name)}
	}
	return out, wrap(err)
}

// Credentials implements ops.Store.
func (s *Store) Credentials(ctx context.Context, registryAccount string) ([]domain.Credential, error) {
	rows, err := s.queries().Credentials(ctx, registryAccount)
	return credentialsOf(rows), wrap(err)
}

// PendingCredentials implements ops.Store.
func (s *Store) PendingCredentials(ctx context.Context, before time.Time) ([]domain.Credential, error) {
	rows, err := s.queries().PendingCredentials(ctx, moment(before))
	return credentialsOf(rows), wrap(err)
}

func credentialsOf(rows []db.RegistryCredential) []domain.Credential {
	out := make([]domain.Credential, len(rows))
	for i, r := range rows {
		out[i] = domain.Credential{ID: r.ID, RegistryAccount: r.RegistryAccount, Kind: domain.CredentialKind(r.Kind), State: domain.CredentialState(r.State),
			Sealed: slices.Clone(r.Sealed), NotAfter: when(r.NotAfter), Fingerprint: r.Fingerprint, By: r.ChangedBy,
			CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
	}
	return out
}

func windowsOf(rows []db.RegistryWindow) []domain.Window {
	out := make([]domain.Window, len(rows))
	for i, r := range rows {
		out[i] = windowOf(r)
	}
	return out
}

func windowOf(r db.RegistryWindow) domain.Window {
	return domain.Window{ID: r.ID, RegistryAccount: r.RegistryAccount, Ref: r.Ref, StartsAt: r.StartsAt.UTC(), EndsAt: r.EndsAt.UTC(),
		Impact: domain.Impact(r.Impact), Reason: r.Reason, State: domain.WindowState(r.State), NextActionAt: when(r.NextActionAt),
		By: r.EnteredBy, CreatedAt: r.CreatedAt.UTC()}
}
