package verifier

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/ops"
)

// callback takes what the authority tells by calling us. A call is a hint: the record is asked before anything is kept.
// An answer of 2xx says that it is kept; after any other the authority calls again.
func (a *httpAuthority) callback(keep Keep) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if r.Method != http.MethodPost {
			http.Error(w, "POST", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longCall))
		if err != nil {
			http.Error(w, "too long", http.StatusRequestEntityTooLarge)
			return
		}
		if !a.signed(r, body) {
			http.Error(w, "signature", http.StatusUnauthorized)
			return
		}
		var told taskState
		if json.Unmarshal(body, &told) != nil || told.TaskNo == "" {
			http.Error(w, "malformed", http.StatusBadRequest)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), callbackFor)
		defer cancel()
		ruling, ok := a.heard(ctx, told)
		if !ok {
			http.Error(w, "later", http.StatusServiceUnavailable)
			return
		}
		if err := keep(ctx, a.ID, told.BizNo, ruling); err != nil {
			a.cfg.Log.Warn("verifier: callback", "authority", a.ID, "error", err.Error())
			http.Error(w, "later", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

// heard asks for the record that a call is about.
func (a *httpAuthority) heard(ctx context.Context, told taskState) (ops.Ruling, bool) {
	r, failure := a.call(ctx, http.MethodGet, "/v2/tasks/"+url.PathEscape(told.TaskNo), nil)
	if failure != nil {
		return ops.Ruling{}, false
	}
	record := a.ruling(r, ops.Material{}, false)
	said := map[string]ops.RulingKind{"PASSED": ops.RulingPassed, "REFUSED": ops.RulingDenied, "PROCESSING": ops.RulingPending}[told.Status]
	switch record.Kind {
	case ops.RulingPassed, ops.RulingDenied:
		if said != record.Kind {
			record = ops.Ruling{Kind: ops.RulingUnclear, Answer: string(said) + " by call, " + string(record.Kind) + " on record"}
		}
	case ops.RulingPending:
	default:
		return ops.Ruling{}, false
	}
	record.Reference = told.TaskNo
	return record, true
}

// signed holds a call to its signature, its time and its nonce.
func (a *httpAuthority) signed(r *http.Request, body []byte) bool {
	get := r.Header.Get
	given, err := hex.DecodeString(get("X-Signature"))
	if err != nil || a.CallbackSecret == "" {
		return false
	}
	if !hmac.Equal(given, signature(a.CallbackSecret, r.Method, r.URL.RequestURI(), get("X-Timestamp"), get("X-Nonce"), body)) {
		return false
	}
	secs, err := strconv.ParseInt(get("X-Timestamp"), 10, 64)
	now := a.cfg.Wall()
	if err != nil || now.Sub(time.Unix(secs, 0)).Abs() > maxSkew {
		return false
	}
	n := get("X-Nonce")
	return len(n) >= 8 && len(n) <= 128 && a.nonces.first(n, now)
}

// nonces remembers those of calls for as long as they could be sent again.
type nonces struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

func (n *nonces) first(nonce string, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil {
		n.seen = map[string]time.Time{}
	}
	for old, at := range n.seen {
		if now.Sub(at) > 2*maxSkew {
			delete(n.seen, old)
		}
	}
	if _, again := n.seen[nonce]; again {
		return false
	}
	n.seen[nonce] = now
	return true
}
