package auth

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// MinPassword is in characters, whatever they are: NIST SP 800-63B section 3.1.1.2 forbids composition rules. There is
// no longest one but what a request may carry.
const MinPassword = 8

// Faults of signing in; words for them are in the catalogue.
const (
	CodeRefused  fault.Code = "account.sign-in-failed"    // facts: left, attempts before the account must wait
	CodeLimited  fault.Code = "account.too-many-attempts" // facts: minutes, to wait
	CodePassword fault.Code = "input.password-short"      // facts: min, in characters
)

// Opening is what a person types to get an account.
type Opening struct {
	Email, Name, Password, Locale string
}

// SignUp opens an owner's account and signs it in.
func (a *Auth) SignUp(r *http.Request, in Opening) (domain.Account, error) {
	if utf8.RuneCountInString(in.Password) < MinPassword {
		return domain.Account{}, fault.New(fault.Invalid, CodePassword, "min", strconv.Itoa(MinPassword))
	}
	ip := a.clientIP(r)
	if wait := a.limits.take("up:"+ip, a.limits.limits.SignUps); wait > 0 {
		return domain.Account{}, limited(wait)
	}
	hash, err := a.hasher.Hash(r.Context(), in.Password)
	if err != nil {
		return domain.Account{}, err
	}
	account, err := a.opener.SignUp(r.Context(), domain.Scope{Actor: strings.TrimSpace(in.Email), IP: ip, Via: "console"}, ops.SignUp{
		Email: strings.TrimSpace(in.Email), Name: strings.TrimSpace(in.Name), PasswordHash: hash,
		Locale: in.Locale, Role: domain.Owner,
	})
	if err != nil {
		return domain.Account{}, err
	}
	if account.PasswordHash == "" {
		account.PasswordHash = hash
	}
	return account, a.open(r, account)
}

// SignIn checks the password and opens a session with a new token.
func (a *Auth) SignIn(r *http.Request, email, password string) (domain.Account, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	byAccount, byAddress := "in:"+email, "ip:"+a.clientIP(r)
	if wait := a.limits.take(byAddress, a.limits.limits.PerAddress); wait > 0 {
		return domain.Account{}, limited(wait)
	}
	if wait := a.limits.take(byAccount, a.limits.limits.PerAccount); wait > 0 {
		a.limits.back(byAddress, false)
		return domain.Account{}, limited(wait)
	}
	account, err := a.check(r, email, password)
	if err != nil {
		return domain.Account{}, err
	}
	a.limits.back(byAccount, true)
	a.limits.back(byAddress, false)
	return account, a.open(r, account)
}

func (a *Auth) check(r *http.Request, email, password string) (domain.Account, error) {
	account, err := a.accounts.AccountByEmail(r.Context(), email)
	known := err == nil
	if err != nil && fault.Of(err).Kind != fault.Missing {
		return domain.Account{}, err
	}
	hash := account.PasswordHash
	if !known || hash == "" {
		hash = a.decoy
	}
	ok, err := a.hasher.Verify(r.Context(), hash, password)
	if err != nil {
		return domain.Account{}, err
	}
	if !ok || !known || account.PasswordHash == "" {
		left := a.limits.left("in:"+email, a.limits.limits.PerAccount)
		return domain.Account{}, fault.New(fault.Invalid, CodeRefused, "left", strconv.Itoa(max(left, 0)))
	}
	return account, nil
}

// open begins the signed-in session: a new token, so that one planted before sign-in is worth nothing.
func (a *Auth) open(r *http.Request, account domain.Account) error {
	s := a.session(r)
	if err := s.RenewToken(r.Context()); err != nil {
		return fmt.Errorf("auth: renew session: %w", err)
	}
	s.Put(r.Context(), keyAccount, int64(account.ID))
	s.Put(r.Context(), keyStamp, stamp(account))
	return nil
}

// SignOut ends the session, in the store too.
func (a *Auth) SignOut(r *http.Request) error { return a.session(r).Destroy(r.Context()) }

func limited(wait time.Duration) error {
	minutes := int((wait + time.Minute - 1) / time.Minute)
	return fault.New(fault.Limited, CodeLimited, "minutes", strconv.Itoa(minutes))
}
