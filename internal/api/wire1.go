package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Version is the product's API version, the only one there is.
const Version = "2018-08-08"

// TC3 serves form 1. Every answer is HTTP 200: the SDKs take any other status for a broken network.
func (a *API) TC3() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := caller{lang: tc3Lang(r), requestID: uuid()}
		if id := r.Header.Get("X-TC-TraceId"); traceID.MatchString(id) {
			w.Header().Set("X-TC-TraceId", id)
		}
		out, act, err := a.answerTC3(r, &c)
		var body []byte
		if err == nil {
			body, err = json.Marshal(out)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if err != nil {
			f := fault.Of(err)
			a.note(f, act.name, c)
			_ = encode(w, map[string]any{"Response": map[string]any{
				"Error":     map[string]string{"Code": productCode(f, act), "Message": bracketed(c.lang, f.Code, referenced(f, c))},
				"RequestId": c.requestID,
			}})
			return
		}
		tail := `,"RequestId":"` + c.requestID + `"}}`
		if string(body) == "{}" {
			tail = tail[1:]
		}
		_, _ = io.WriteString(w, `{"Response":`+string(body[:len(body)-1])+tail)
	})
}

var traceID = regexp.MustCompile(`^[A-Za-z0-9-]{8,64}$`)

// answerTC3 evaluates nothing of the request before its signature has been checked, and reads no body before the
// key is known and the time is right.
func (a *API) answerTC3(r *http.Request, c *caller) (any, action, error) {
	now := a.Wall()
	claim, err := readClaim(r.Header, now)
	if err != nil {
		return nil, action{}, err
	}
	key, secret, err := a.secret(r.Context(), claim.secretID)
	if err != nil {
		return nil, action{}, err
	}
	body, err := a.body(r, a.actions[r.Header.Get("X-TC-Action")])
	if err != nil {
		return nil, action{}, err
	}
	if err := claim.verify(secret, r, body); err != nil {
		return nil, action{}, err
	}

	name := r.Header.Get("X-TC-Action")
	if name == "" {
		return nil, action{}, fault.New(fault.Invalid, "api.missing-field", "field", "X-TC-Action")
	}
	act, ok := a.actions[name]
	if !ok || !act.product {
		return nil, action{}, fault.New(fault.Missing, "api.unknown-action", "action", clip(name))
	}
	if v := r.Header.Get("X-TC-Version"); v != Version {
		return nil, act, fault.New(fault.Invalid, "api.unknown-version", "version", clip(v))
	}
	if err := a.limit(act, key, now); err != nil {
		return nil, act, err
	}
	src, err := tc3Source(r, body)
	if err != nil {
		return nil, act, err
	}
	c.scope = scopeOf(key, act.need, r)
	if act.keyed {
		// The same signature over the same body within its window is the same request, repeated by a retrying
		// client or by somebody who listened; it must not buy twice.
		sum := sha256.Sum256(append([]byte(claim.signature+"\n"), body...))
		c.idemKey = "tc3:" + hex.EncodeToString(sum[:20])
	}
	out, err := act.run(r.Context(), a, *c, src)
	return out, act, err
}

func (a *API) body(r *http.Request, act action) ([]byte, error) {
	most := max(a.Limits.Body, act.body)
	tooLarge := fault.New(fault.Limited, "api.body-too-large", "limit", strconv.FormatInt(most, 10))
	if r.ContentLength > most {
		// A client that is cut off while it still writes never reads why.
		_, _ = io.CopyN(io.Discard, r.Body, 2*most)
		return nil, tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	if err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return nil, tooLarge
		}
		return nil, fault.Wrap(err, fault.Invalid, "api.malformed-body")
	}
	if int64(len(body)) > most {
		return nil, tooLarge
	}
	return body, nil
}

func tc3Source(r *http.Request, body []byte) (source, error) {
	ct, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Method == http.MethodGet && ct == "application/x-www-form-urlencoded":
		return formSource(r.URL.Query())
	case r.Method == http.MethodPost && ct == "application/json":
		return jsonSource(body)
	}
	return source{}, mistyped("Content-Type", "POST application/json | GET application/x-www-form-urlencoded")
}

func (a *API) limit(act action, key domain.APIKey, now time.Time) error {
	rate := act.rate
	if a.Limits.PerSecond > 0 {
		rate = a.Limits.PerSecond
	}
	ok, wait := a.rates.take(key.SecretID+" "+act.name, rate, now)
	if !ok {
		return fault.New(fault.Limited, "api.rate-limit", "limit", strconv.Itoa(rate), "action", act.name,
			"seconds", strconv.FormatFloat(wait.Seconds(), 'f', 2, 64))
	}
	return nil
}

func tc3Lang(r *http.Request) string {
	if r.Header.Get("X-TC-Language") == "en-US" {
		return "en"
	}
	return "zh-CN"
}

// note logs what was our own failure, with its cause; the caller is told the request's id only.
func (a *API) note(f *fault.Error, action string, c caller) {
	if f.Kind != fault.Internal {
		return
	}
	cause := ""
	if err := errors.Unwrap(f); err != nil {
		cause = err.Error()
	}
	a.Log.Error("api: an action failed", "action", action, "code", string(f.Code), "request", c.requestID, "account", int64(c.scope.Account), "cause", cause)
}

func encode(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
