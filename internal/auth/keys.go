package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Keys finds API keys; unknown ones are a fault of kind Missing.
type Keys interface {
	APIKey(ctx context.Context, secretID string) (domain.APIKey, error)
}

// Unsealer opens sealed secrets.
type Unsealer interface {
	Open(sealed []byte, context string) ([]byte, error)
}

// Faults of API credentials. The API maps them to its AuthFailure family.
const (
	CodeKeyUnknown fault.Code = "auth.secret-id-not-found"
	CodeKeyRevoked fault.Code = "auth.secret-id-revoked"
	CodeKeyWrong   fault.Code = "auth.secret-key-wrong"
	CodeKeyMissing fault.Code = "auth.credentials-missing"
)

// Authenticator checks API credentials.
type Authenticator struct {
	keys   Keys
	sealer Unsealer
}

// NewAuthenticator refuses missing dependencies.
func NewAuthenticator(keys Keys, sealer Unsealer) (*Authenticator, error) {
	if keys == nil || sealer == nil {
		return nil, errors.New("auth: keys and sealer must be set")
	}
	return &Authenticator{keys: keys, sealer: sealer}, nil
}

// SealContext binds a sealed API secret to its key; whoever makes keys seals with it.
func SealContext(secretID string) string { return domain.KeySeal(secretID) }

// Secret gives a working key and its secret in clear, as TC3 signatures need it.
func (a *Authenticator) Secret(ctx context.Context, secretID string) (domain.APIKey, string, error) {
	if secretID == "" || len(secretID) > 128 {
		return domain.APIKey{}, "", fault.New(fault.Denied, CodeKeyUnknown)
	}
	key, err := a.keys.APIKey(ctx, secretID)
	if err != nil {
		if fault.Of(err).Kind == fault.Missing {
			return domain.APIKey{}, "", fault.New(fault.Denied, CodeKeyUnknown)
		}
		return domain.APIKey{}, "", err
	}
	if !key.RevokedAt.IsZero() {
		return domain.APIKey{}, "", fault.New(fault.Denied, CodeKeyRevoked)
	}
	secret, err := a.sealer.Open(key.SealedSecret, SealContext(secretID))
	if err != nil {
		return domain.APIKey{}, "", fault.Wrap(err, fault.Internal, "internal")
	}
	return key, string(secret), nil
}

// Bearer checks "Authorization: Bearer <SecretId>:<SecretKey>" (RFC 6750 section 2.1).
func (a *Authenticator) Bearer(r *http.Request) (domain.APIKey, error) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	id, given, ok2 := strings.Cut(strings.TrimSpace(token), ":")
	if !ok || !ok2 || !strings.EqualFold(scheme, "Bearer") || id == "" || given == "" {
		return domain.APIKey{}, fault.New(fault.Denied, CodeKeyMissing)
	}
	key, secret, err := a.Secret(r.Context(), id)
	if err != nil {
		return domain.APIKey{}, err
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(given)) != 1 {
		return domain.APIKey{}, fault.New(fault.Denied, CodeKeyWrong)
	}
	return key, nil
}

// Scope is on whose behalf a key acts.
func Scope(key domain.APIKey, ip string) domain.Scope {
	return domain.Scope{Account: key.Account, Operator: key.Role == domain.Operator, Actor: key.SecretID, IP: ip, Via: "api"}
}
