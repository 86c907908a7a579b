package ops

import (
	"context"
	"net/mail"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// SignUp asks for a new account. The password is hashed by the edge.
type SignUp struct {
	Email        string
	Name         string
	PasswordHash string
	Locale       string
	Role         domain.Role
}

// SignUp opens an account. Only the system itself may open an operator's.
func (o *Ops) SignUp(ctx context.Context, scope domain.Scope, in SignUp) (domain.Account, error) {
	first, err := o.Store.NextIDs(ctx, 1)
	if err != nil {
		return domain.Account{}, err
	}
	plan, account, err := decideSignUp(scope, in, domain.AccountID(first), o.Now())
	if err != nil {
		return domain.Account{}, err
	}
	return account, o.Store.Commit(ctx, plan)
}

func decideSignUp(scope domain.Scope, in SignUp, id domain.AccountID, now time.Time) (Plan, domain.Account, error) {
	email, err := address(in.Email)
	if err != nil {
		return Plan{}, domain.Account{}, err
	}
	if in.Role == domain.Operator && scope.Via != "system" {
		return Plan{}, domain.Account{}, fault.New(fault.Denied, "account.denied")
	}
	if in.Locale != "en" {
		in.Locale = "zh-CN"
	}
	name := strings.TrimSpace(in.Name)
	if name == "" {
		name, _, _ = strings.Cut(email, "@")
	}
	a := domain.Account{ID: id, Email: email, Name: name, Role: in.Role, Locale: in.Locale, PasswordHash: in.PasswordHash, ViewVersion: 1, CreatedAt: now}
	if a.Role == "" {
		a.Role = domain.Owner
	}
	plan := Plan{
		Writes: []Write{InsertAccount{a}},
		Events: []domain.Event{{Account: id, Subject: email, Kind: "account.opened", Actor: email, IP: scope.IP, Via: scope.Via, Result: "ok", At: now}},
	}
	if a.Role == domain.Owner {
		plan.Messages = []domain.Message{{Account: id, To: email, Locale: a.Locale, Kind: "welcome", Facts: map[string]string{"name": name}, At: now}}
	}
	return plan, a, nil
}

// address reads an e-mail address as people type it; RFC 5321 limits its length to 254.
func address(typed string) (string, error) {
	s := strings.ToLower(strings.TrimSpace(typed))
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(s[strings.LastIndex(s, "@")+1:], ".") || strings.ContainsAny(s, "\r\n") {
		return "", fault.New(fault.Invalid, "input.email-malformed", "email", typed)
	}
	return s, nil
}

// Account is the caller's own account.
func (o *Ops) Account(ctx context.Context, scope domain.Scope) (domain.Account, error) {
	return o.Store.AccountByID(ctx, scope.Account)
}

// AccountByEmail is for signing in.
func (o *Ops) AccountByEmail(ctx context.Context, email string) (domain.Account, error) {
	return o.Store.AccountByEmail(ctx, strings.ToLower(strings.TrimSpace(email)))
}

const keyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// token draws n characters of keyAlphabet, 5.95 bits each.
func (o *Ops) token(n int) string {
	out := make([]byte, 0, n)
	for len(out) < n {
		for _, b := range o.Rand(2 * n) {
			// 248 is the largest multiple of 62 in a byte: above it the draw would favour early letters.
			if b < 248 && len(out) < n {
				out = append(out, keyAlphabet[b%62])
			}
		}
	}
	return string(out)
}

// CreateAPIKey makes a key for the account; the secret is returned once and kept sealed.
func (o *Ops) CreateAPIKey(ctx context.Context, scope domain.Scope, label string) (domain.APIKey, string, error) {
	account, err := o.Store.AccountByID(ctx, scope.Account)
	if err != nil {
		return domain.APIKey{}, "", err
	}
	keys, err := o.Store.APIKeys(ctx, scope.Account)
	if err != nil {
		return domain.APIKey{}, "", err
	}
	working := 0
	for _, k := range keys {
		if k.RevokedAt.IsZero() {
			working++
		}
	}
	if working >= maxKeys {
		return domain.APIKey{}, "", fault.New(fault.Limited, "account.too-many-keys", "limit", "10")
	}
	id, secret := "AKID"+o.token(32), o.token(40)
	sealed, err := o.Sealer.Seal([]byte(secret), domain.KeySeal(id))
	if err != nil {
		return domain.APIKey{}, "", err
	}
	now := o.Now()
	key := domain.APIKey{SecretID: id, SealedSecret: sealed, Account: account.ID, Label: clip(strings.TrimSpace(label), 60), Role: account.Role, CreatedAt: now}
	return key, secret, o.Store.Commit(ctx, Plan{
		Writes: []Write{InsertAPIKey{key}},
		Events: []domain.Event{event(scope, account.ID, id, "key.created", "ok", now)},
	})
}

// maxKeys that work at a time, per account.
const maxKeys = 10

// RevokeAPIKey stops a key at once.
func (o *Ops) RevokeAPIKey(ctx context.Context, scope domain.Scope, secretID string) error {
	now := o.Now()
	return o.Store.Commit(ctx, Plan{
		Writes: []Write{RevokeAPIKey{Account: scope.Account, SecretID: secretID, At: now}},
		Events: []domain.Event{event(scope, scope.Account, secretID, "key.revoked", "ok", now)},
	})
}

// APIKeys lists the account's keys, revoked ones too.
func (o *Ops) APIKeys(ctx context.Context, scope domain.Scope) ([]domain.APIKey, error) {
	return o.Store.APIKeys(ctx, scope.Account)
}

// Now is business time.
func (o *Ops) Now() time.Time { return o.Clock.Business() }

func event(s domain.Scope, a domain.AccountID, subject, kind, result string, at time.Time) domain.Event {
	return domain.Event{Account: a, Subject: subject, Kind: kind, Actor: s.Actor, IP: s.IP, Via: s.Via, Result: result, At: at}
}

// clip keeps at most n runes.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		r = r[:n]
	}
	return string(r)
}
