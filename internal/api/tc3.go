package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

const (
	tc3Algorithm = "TC3-HMAC-SHA256"
	tc3Window    = 300 * time.Second // a signature's age or earliness by the wall clock
	unsigned     = "UNSIGNED-PAYLOAD"
)

// claim is what a TC3 request says about itself before it is believed.
type claim struct {
	secretID, date, service string
	scope                   string // date/service/tc3_request
	signed                  []string
	signature               string
	timestamp               string
}

// readClaim parses the Authorization header and checks its time; nothing secret is needed for that.
func readClaim(h http.Header, now time.Time) (claim, error) {
	auth := h.Get("Authorization")
	if auth == "" {
		return claim{}, badAuth(tc3Algorithm + " Credential=…, SignedHeaders=…, Signature=…")
	}
	rest, ok := strings.CutPrefix(auth, tc3Algorithm)
	if !ok {
		return claim{}, badAuth(tc3Algorithm)
	}
	var c claim
	for _, part := range strings.Split(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			f := strings.Split(value, "/")
			if len(f) != 4 || f[0] == "" || f[2] == "" || f[3] != "tc3_request" {
				return claim{}, badAuth("Credential=SecretId/YYYY-MM-DD/service/tc3_request")
			}
			c.secretID, c.date, c.service, c.scope = f[0], f[1], f[2], strings.Join(f[1:], "/")
		case "SignedHeaders":
			c.signed = strings.Split(strings.ToLower(value), ";")
		case "Signature":
			c.signature = value
		default:
			return claim{}, badAuth(tc3Algorithm + " Credential=…, SignedHeaders=…, Signature=…")
		}
	}
	host, ct := false, false
	for _, s := range c.signed {
		host, ct = host || s == "host", ct || s == "content-type"
	}
	switch {
	case c.secretID == "" || len(c.secretID) > 128:
		return claim{}, badAuth("Credential=SecretId/YYYY-MM-DD/service/tc3_request")
	case !host || !ct || len(c.signed) > 32:
		return claim{}, badAuth("SignedHeaders=content-type;host")
	case len(c.signature) != sha256.Size*2:
		return claim{}, badAuth("Signature=hex(HMAC-SHA256)")
	}
	c.timestamp = h.Get("X-TC-Timestamp")
	sec, err := strconv.ParseInt(c.timestamp, 10, 64)
	if err != nil {
		return claim{}, badAuth("X-TC-Timestamp")
	}
	at := time.Unix(sec, 0).UTC()
	if d := now.Sub(at); d > tc3Window || d < -tc3Window {
		return claim{}, expired(now, at)
	}
	if at.Format(time.DateOnly) != c.date {
		return claim{}, badAuth("Credential: " + at.Format(time.DateOnly))
	}
	if h.Get("X-TC-Token") != "" { // temporary credentials are not given out here
		return claim{}, fault.New(fault.Denied, "api.malformed-field", "field", "X-TC-Token", "want", "-")
	}
	return c, nil
}

// badAuth is an Authorization header that can't be read or believed; want is the part that has to be right.
func badAuth(want string) error {
	return fault.New(fault.Denied, "api.malformed-field", "field", "Authorization", "want", want)
}

func expired(now, at time.Time) error {
	skew := now.Sub(at) / time.Second
	return fault.New(fault.Denied, "api.signature-expired", "skew", strconv.Itoa(int(max(skew, -skew))),
		"limit", strconv.Itoa(int(tc3Window/time.Second)), "now", strconv.FormatInt(now.Unix(), 10))
}

// verify checks the signature over the request as it came. SDKs differ in what they sign as host (with the port or
// without) and in the letter case of header values; the key is derived from whatever service the scope names,
// which for an SDK pointed at 127.0.0.1 may be "127".
func (c claim) verify(secret string, r *http.Request, body []byte) error {
	want, err := hex.DecodeString(c.signature)
	if err != nil {
		return badAuth("Signature=hex(HMAC-SHA256)")
	}
	payload := sha256.Sum256(body)
	if r.Header.Get("X-TC-Content-SHA256") == unsigned {
		payload = sha256.Sum256([]byte(unsigned))
	}
	key := mac(mac(mac([]byte("TC3"+secret), c.date), c.service), "tc3_request")
	ok := false
	for _, host := range hosts(r.Host) {
		for _, lower := range []bool{true, false} {
			canonical, err := c.canonical(r, host, lower, hex.EncodeToString(payload[:]))
			if err != nil {
				return err
			}
			sum := sha256.Sum256([]byte(canonical))
			toSign := tc3Algorithm + "\n" + c.timestamp + "\n" + c.scope + "\n" + hex.EncodeToString(sum[:])
			ok = hmac.Equal(mac(key, toSign), want) || ok
		}
	}
	if !ok {
		return fault.New(fault.Denied, "api.signature-wrong")
	}
	return nil
}

func (c claim) canonical(r *http.Request, host string, lower bool, payload string) (string, error) {
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	var b strings.Builder
	b.WriteString(r.Method + "\n" + path + "\n" + r.URL.RawQuery + "\n")
	for _, name := range c.signed {
		value := host
		if name != "host" {
			values := r.Header.Values(name)
			if len(values) != 1 {
				return "", badAuth("SignedHeaders: " + clip(name))
			}
			value = values[0]
		}
		value = strings.TrimSpace(value)
		if lower {
			value = strings.ToLower(value)
		}
		b.WriteString(name + ":" + value + "\n")
	}
	b.WriteString("\n" + strings.Join(c.signed, ";") + "\n" + payload)
	return b.String(), nil
}

// hosts is the Host header as sent and, where it has a port, without it.
func hosts(host string) []string {
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		return []string{host, host[:i]}
	}
	return []string{host}
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// secret finds a key that may be used.
func (a *API) secret(ctx context.Context, id string) (domain.APIKey, string, error) {
	key, secret, err := a.Keys.Secret(ctx, id)
	if err != nil {
		if k := fault.Of(err).Kind; k != fault.Missing && k != fault.Denied {
			return domain.APIKey{}, "", err
		}
	}
	if err != nil || !key.RevokedAt.IsZero() || key.Account == 0 || secret == "" {
		return domain.APIKey{}, "", fault.New(fault.Denied, "api.key-unknown", "key", clip(id))
	}
	return key, secret, nil
}
