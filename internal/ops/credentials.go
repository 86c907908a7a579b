package ops

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// RegistryLogin proves us at registries.
type RegistryLogin interface {
	// ChangePassword logs in as we do now and asks for another password. A login that the registry refused is a fault
	// of kind Denied; after any other the password may have been changed.
	ChangePassword(ctx context.Context, registryAccount, next string) error
	// Try logs in once with other secrets; empty ones are those in use. A refusal is a fault of kind Denied.
	Try(ctx context.Context, registryAccount string, with domain.RegistrySecrets) error
	// Use takes other secrets up: sessions that were opened with the old ones are replaced by and by.
	Use(registryAccount string, with domain.RegistrySecrets)
}

type (
	// InsertCredential adds a credential; a current one takes the place of the one before, and a second pending one is
	// refused with "registry.change-under-way".
	InsertCredential struct{ Credential domain.Credential }
	// SwapCredential makes the pending credential the current one (Taken), or drops it; it fails with "state.moved"
	// where there is none. The secret that is not used any more is erased.
	SwapCredential struct {
		RegistryAccount string
		Kind            domain.CredentialKind
		Taken           bool
		At              time.Time // wall time
	}
)

func (InsertCredential) write() {}
func (SwapCredential) write()   {}

const (
	passwordLength = 16          // the most that EPP itself allows (RFC 5730, pwType)
	resolveAfter   = time.Minute // a pending password that nobody has resolved by then is another's to resolve
	expiryWarning  = 30 * 24 * time.Hour
	maxPEM         = 64 << 10
)

// ChangeRegistryPassword gives us another password at a registry: drawn at random, written down before the registry
// hears of it, proved by a second login, and only then used.
func (o *Ops) ChangeRegistryPassword(ctx context.Context, scope domain.Scope, registryAccount string) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	next := o.registryPassword()
	sealed, err := o.Sealer.Seal([]byte(next), domain.CredentialContext(registryAccount, domain.CredentialPassword))
	if err != nil {
		return err
	}
	wall := o.Clock.Wall()
	e := event(scope, 0, RegistrySubject(registryAccount), "registry.password-changing", "ok", o.Now())
	e.Facts = map[string]string{"registry": registryAccount}
	if err := o.Store.Commit(ctx, Plan{Writes: []Write{InsertCredential{domain.Credential{RegistryAccount: registryAccount, Kind: domain.CredentialPassword,
		State: domain.CredentialPending, Sealed: sealed, By: scope.Actor, CreatedAt: wall, UpdatedAt: wall}}}, Events: []domain.Event{e}}); err != nil {
		return err
	}
	o.Crash("before-password")
	err = o.Login.ChangePassword(ctx, registryAccount, next)
	o.Crash("after-password")
	if err != nil && fault.Of(err).Kind == fault.Denied {
		return errors.Join(o.settlePassword(ctx, registryAccount, scope.Actor, next, false), err)
	}
	return o.resolvePassword(ctx, registryAccount, scope.Actor, next)
}

// registryPassword has letters of both cases and digits, whatever a registry's policy asks of them.
func (o *Ops) registryPassword() string {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789-_+=.:!*"
	out := []byte("Aa2-")
	for len(out) < passwordLength {
		out = append(out, alphabet[int(o.Rand(1)[0])%len(alphabet)]) // 64 of them: even
	}
	return string(out)
}

// resolvePassword finds out by logging in which password holds. Where the registry can't be asked it stays pending.
func (o *Ops) resolvePassword(ctx context.Context, registryAccount, by, next string) error {
	err := o.Login.Try(ctx, registryAccount, domain.RegistrySecrets{Password: next})
	if err == nil {
		return o.settlePassword(ctx, registryAccount, by, next, true)
	}
	if fault.Of(err).Kind != fault.Denied {
		return err
	}
	switch err := o.Login.Try(ctx, registryAccount, domain.RegistrySecrets{}); {
	case err == nil:
		if err := o.settlePassword(ctx, registryAccount, by, next, false); err != nil {
			return err
		}
		return fault.New(fault.Conflict, "registry.password-kept", "registry", registryAccount)
	case fault.Of(err).Kind == fault.Denied:
		return errors.Join(o.Store.Commit(ctx, Plan{Writes: []Write{OpenCase{domain.Case{Subject: RegistrySubject(registryAccount),
			Code: "registry.credentials-refused", Facts: map[string]string{"registry": registryAccount, "tried": "2"}, OpenedAt: o.Now()}}}}), err)
	default:
		return err
	}
}

func (o *Ops) settlePassword(ctx context.Context, registryAccount, by, next string, taken bool) error {
	kind, now := "registry.password-changed", o.Now()
	plan := Plan{Writes: []Write{SwapCredential{RegistryAccount: registryAccount, Kind: domain.CredentialPassword, Taken: taken, At: o.Clock.Wall()}}}
	if taken {
		plan.Writes = append(plan.Writes, ClearCase{Subject: RegistrySubject(registryAccount), Code: "registry.credentials-refused", At: now},
			ClearCase{Subject: RegistrySubject(registryAccount) + ":password", Code: codeLoginWarning, At: now})
	} else {
		kind = "registry.password-kept"
	}
	plan.Events = []domain.Event{{Subject: RegistrySubject(registryAccount), Kind: kind, Actor: by, Via: "system", Result: "ok",
		Facts: map[string]string{"registry": registryAccount}, At: now}}
	if err := o.Store.Commit(context.WithoutCancel(ctx), plan); err != nil {
		return err
	}
	if taken {
		o.Login.Use(registryAccount, domain.RegistrySecrets{Password: next})
	}
	return nil
}

// passwords resolves changes that were cut off: by a crash, or since the registry could not be asked.
func (o *Ops) passwords(ctx context.Context) (done int, failed error) {
	if o.Login == nil {
		return 0, nil
	}
	pending, err := o.Store.PendingCredentials(ctx, o.Clock.Wall().Add(-resolveAfter))
	if err != nil {
		return 0, err
	}
	for _, c := range pending {
		if c.Kind != domain.CredentialPassword {
			continue
		}
		next, err := o.Sealer.Open(c.Sealed, domain.CredentialContext(c.RegistryAccount, c.Kind))
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		err = o.resolvePassword(ctx, c.RegistryAccount, c.By, string(next))
		switch {
		case err == nil || fault.Is(err, "registry.password-kept"):
			done++
		case fault.Is(err, "state.moved"), fault.Of(err).Kind == fault.Unavailable, fault.Of(err).Kind == fault.Denied:
		default:
			failed = errors.Join(failed, err)
		}
	}
	return done, failed
}

// ReplaceRegistryCertificate takes another client certificate up, after a login that proved it. text is PEM: the
// certificate, its chain, and its key.
func (o *Ops) ReplaceRegistryCertificate(ctx context.Context, scope domain.Scope, registryAccount string, text []byte) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	wall := o.Clock.Wall()
	c, err := decideCertificate(registryAccount, text, wall)
	if err != nil {
		return err
	}
	if err := o.Login.Try(ctx, registryAccount, domain.RegistrySecrets{Certificate: text}); err != nil {
		return err
	}
	if c.Sealed, err = o.Sealer.Seal(text, domain.CredentialContext(registryAccount, domain.CredentialCertificate)); err != nil {
		return err
	}
	c.By = scope.Actor
	now := o.Now()
	e := event(scope, 0, RegistrySubject(registryAccount), "registry.certificate-changed", "ok", now)
	e.Facts = map[string]string{"registry": registryAccount, "fingerprint": c.Fingerprint, "until": c.NotAfter.UTC().Format(time.RFC3339)}
	if err := o.Store.Commit(ctx, Plan{Writes: []Write{InsertCredential{c},
		ClearCase{Subject: RegistrySubject(registryAccount), Code: codeCertificate, At: now},
		ClearCase{Subject: RegistrySubject(registryAccount) + ":certificate", Code: codeLoginWarning, At: now}}, Events: []domain.Event{e}}); err != nil {
		return err
	}
	o.Login.Use(registryAccount, domain.RegistrySecrets{Certificate: slices.Clone(text)})
	return nil
}

func decideCertificate(registryAccount string, text []byte, wall time.Time) (domain.Credential, error) {
	refuse := func(rule string) (domain.Credential, error) {
		return domain.Credential{}, fault.New(fault.Invalid, "registry.certificate-invalid", "rule", rule)
	}
	if len(text) == 0 || len(text) > maxPEM {
		return refuse("size")
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return refuse("pem")
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return refuse("pem")
	}
	if !wall.Before(leaf.NotAfter) || wall.Before(leaf.NotBefore) {
		return refuse("validity")
	}
	sum := sha256.Sum256(leaf.Raw)
	return domain.Credential{RegistryAccount: registryAccount, Kind: domain.CredentialCertificate, State: domain.CredentialCurrent,
		NotAfter: leaf.NotAfter, Fingerprint: hex.EncodeToString(sum[:]), CreatedAt: wall, UpdatedAt: wall}, nil
}

// Codes of the desk's cases about how we prove ourselves.
const (
	codeRefused      = "registry.credentials-refused"
	codeCertificate  = "registry.certificate-expiring"
	codeLoginWarning = "registry.login-warning"
)

// loginWarnings are the types of warnings that become cases (RFC 8807 section 3.1); stat is figures.
var loginWarnings = []string{"password", "certificate", "cipher", "tlsProtocol", "newPW", "custom"}

// LoginWarning is what a registry said of our login (RFC 8807): the password or certificate expires, a cipher is weak.
type LoginWarning struct {
	Type  string // password, certificate, cipher, tlsProtocol, newPW, stat, custom
	Name  string
	Level string    // warning, error
	Until time.Time // when it ends to be good; zero: not said
	Value string
	Text  string
}

// RegistryStanding is how an account stands as its sessions see it.
type RegistryStanding struct {
	RegistryAccount string
	Refused         bool      // logins are refused as such
	Reason          string    // the registry's words for it
	CertUntil       time.Time // wall time at which our certificate ends; zero: none
	Warnings        []LoginWarning
	Fresh           bool // it has logged in: what it doesn't warn of any more is over
}

// Standing opens and clears the desk's cases about how we prove ourselves at a registry.
func (o *Ops) Standing(ctx context.Context, s RegistryStanding) error {
	subject := RegistrySubject(s.RegistryAccount)
	var open []domain.Case
	for _, about := range append([]string{""}, loginWarnings...) {
		of := subject
		if about != "" {
			of += ":" + about
		}
		list, err := o.Store.Cases(ctx, CaseFilter{Subject: of, Open: true, Limit: 20})
		if err != nil {
			return err
		}
		open = append(open, list...)
	}
	plan := decideStanding(s, open, o.Now(), o.Clock.Wall())
	if len(plan.Writes) == 0 {
		return nil
	}
	return o.Store.Commit(ctx, plan)
}

// decideStanding compares what should be open with what is: a case that says the same already is left alone.
func decideStanding(s RegistryStanding, open []domain.Case, now, wall time.Time) Plan {
	subject := RegistrySubject(s.RegistryAccount)
	type key struct{ subject, code string }
	want := map[key]map[string]string{}
	if s.Refused {
		want[key{subject, codeRefused}] = map[string]string{"registry": s.RegistryAccount, "reason": s.Reason}
	}
	if !s.CertUntil.IsZero() && s.CertUntil.Sub(wall) < expiryWarning {
		want[key{subject, codeCertificate}] = map[string]string{"registry": s.RegistryAccount, "until": s.CertUntil.UTC().Format(time.RFC3339)}
	}
	for _, w := range s.Warnings {
		if !slices.Contains(loginWarnings, w.Type) {
			continue
		}
		facts := map[string]string{"registry": s.RegistryAccount, "type": w.Type, "level": w.Level}
		for k, v := range map[string]string{"name": w.Name, "value": w.Value, "reason": w.Text} {
			if v != "" {
				facts[k] = v
			}
		}
		if !w.Until.IsZero() {
			facts["until"] = w.Until.UTC().Format(time.RFC3339)
		}
		want[key{subject + ":" + w.Type, codeLoginWarning}] = facts
	}
	var plan Plan
	for _, c := range open {
		k := key{c.Subject, c.Code}
		facts, wanted := want[k]
		switch {
		case c.Account != 0:
		case wanted && sameFacts(facts, c.Facts):
			delete(want, k)
		case wanted:
		case c.Subject == subject && (c.Code == codeCertificate || c.Code == codeRefused && s.Fresh && !s.Refused),
			c.Code == codeLoginWarning && s.Fresh && len(c.Subject) > len(subject) && c.Subject[:len(subject)+1] == subject+":":
			plan.Writes = append(plan.Writes, ClearCase{Subject: c.Subject, Code: c.Code, At: now})
		}
	}
	for k, facts := range want {
		plan.Writes = append(plan.Writes, OpenCase{domain.Case{Subject: k.subject, Code: k.code, Facts: facts, OpenedAt: now}})
	}
	return plan
}
