package verifier

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Provider 2 speaks JSON:
//
//	POST /v2/tasks            hand over
//	GET  /v2/tasks/{taskNo}   ask by its number
//	GET  /v2/tasks?bizNo=     ask by the registrar's number
//	GET  /v2/names?label=     may a label be verified as a name
//
// Requests carry X-App-Id, X-Timestamp (seconds since 1970, at most five minutes
// off), X-Nonce (16 to 64 characters, used once) and X-Signature, the HMAC-SHA256
// in hexadecimal under the registrar's secret of five lines joined by "\n":
// method, path with query, timestamp, nonce, SHA-256 of the body in hexadecimal.
// Answers are {"code","message","data"}; code 0000 is success. Callbacks are
// POSTs of data, signed in the same way under the callback secret; anything but
// a status of 2xx is tried again, after 15 s, 1 min, 5 min, 30 min, 2 h, 6 h and
// 24 h of business time.

// maxRequest bounds a request: six documents of 5 MB in base64.
const maxRequest = 48 << 20

// maxSkew is how far a request's timestamp may be from the wall clock.
const maxSkew = 5 * time.Minute

// Task is a hand-over to provider 2.
type Task struct {
	BizNo       string      `json:"bizNo"`
	Kind        string      `json:"kind"` // PERSON, ENTERPRISE, DOMAIN
	SubjectName string      `json:"subjectName,omitempty"`
	CertType    string      `json:"certType,omitempty"` // ID_CARD, BUSINESS_LICENSE, OTHER
	CertNo      string      `json:"certNo,omitempty"`
	Images      []TaskImage `json:"images,omitempty"`
	Label       string      `json:"label,omitempty"`       // DOMAIN
	SubjectCode string      `json:"subjectCode,omitempty"` // DOMAIN: the registrant's code
	CallbackURL string      `json:"callbackUrl,omitempty"` // on loopback
}

// TaskImage is a picture in base64.
type TaskImage struct {
	Format string `json:"format"`
	Data   string `json:"data"`
}

// TaskState is what provider 2 says of a task, in answers and callbacks.
type TaskState struct {
	TaskNo     string        `json:"taskNo"`
	BizNo      string        `json:"bizNo"`
	Status     string        `json:"status"` // PROCESSING, PASSED, REFUSED
	AcceptedAt time.Time     `json:"acceptedAt"`
	FinishedAt *time.Time    `json:"finishedAt,omitempty"`
	Refusals   []TaskRefusal `json:"refusals,omitempty"`
	SignedCode *TaskCode     `json:"signedCode,omitempty"` // never in a callback
}

// TaskRefusal is an opinion that is not a good one.
type TaskRefusal struct {
	Reason string            `json:"reason"`
	Params map[string]string `json:"params,omitempty"`
	Detail string            `json:"detail"`
}

// TaskCode is a signed code.
type TaskCode struct {
	Type     string `json:"type"`
	Value    string `json:"value"`
	Document string `json:"document"` // base64
}

// The words of provider 2.
var (
	taskKinds  = map[string]string{"PERSON": KindPerson, "ENTERPRISE": KindOrg, "DOMAIN": KindDomain}
	taskProofs = map[string]string{"ID_CARD": "poc", "BUSINESS_LICENSE": "poe", "OTHER": "poot"}
	taskStatus = map[string]string{StatePending: "PROCESSING", StateCompliant: "PASSED", StateNonCompliant: "REFUSED"}
)

// taskCodes are the answers to errors.
var taskCodes = []struct {
	err    error
	status int
	code   string
}{
	{errSignature, http.StatusUnauthorized, "4001"},
	{ErrBadValue, http.StatusBadRequest, "4000"},
	{ErrNoSuchCase, http.StatusNotFound, "4004"},
	{ErrOtherInput, http.StatusConflict, "4009"},
	{ErrNotTaken, http.StatusServiceUnavailable, "5003"},
}

var errSignature = errors.New("verifier: signature, time or nonce of the request")

// Handler answers as provider 2.
func (a *Authority) Handler() http.Handler {
	mux := http.NewServeMux()
	on := func(pattern string, f func(client string, r *http.Request, body []byte) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if a.Settings(ProviderHTTP).Down {
				panic(http.ErrAbortHandler)
			}
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
			var client string
			var data any
			if err != nil {
				err = bad("a request of at most %d MB", maxRequest>>20)
			} else if client, err = a.authenticated(r, body); err == nil {
				data, err = f(client, r, body)
			}
			a.answer(w, data, err)
		})
	}
	on("POST /v2/tasks", a.postTask)
	on("GET /v2/tasks", func(client string, r *http.Request, _ []byte) (any, error) {
		return a.task(client, func(s *state) *Case {
			return s.Cases[s.byOwn[ownKey(ProviderHTTP, client, r.URL.Query().Get("bizNo"))]]
		})
	})
	on("GET /v2/tasks/{no}", func(client string, r *http.Request, _ []byte) (any, error) {
		return a.task(client, func(s *state) *Case { return s.Cases[r.PathValue("no")] })
	})
	on("GET /v2/names", func(_ string, r *http.Request, _ []byte) (any, error) {
		forbidden, restricted := wordsOfLabel(r.URL.Query().Get("label"))
		return map[string]any{"allowed": forbidden == "" && restricted == "", "restricted": restricted != ""}, nil
	})
	return mux
}

// lostAnswer is answered with a connection that breaks.
type lostAnswer struct{}

func (a *Authority) answer(w http.ResponseWriter, data any, err error) {
	if _, lost := data.(lostAnswer); lost {
		panic(http.ErrAbortHandler)
	}
	status, code, message := http.StatusOK, "0000", "ok"
	if err != nil {
		status, code, message = http.StatusInternalServerError, "9999", "system error"
		for _, row := range taskCodes {
			if errors.Is(err, row.err) {
				status, code, message = row.status, row.code, trim(err)
			}
		}
		if code == "9999" {
			a.log.Error("verification failed", "error", err.Error())
		}
		data = nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"code": code, "message": message, "data": data})
}

// trim is an error's text without the package's name.
func trim(err error) string { return strings.TrimPrefix(err.Error(), "verifier: ") }

func (a *Authority) postTask(client string, _ *http.Request, body []byte) (any, error) {
	var t Task
	dec := json.NewDecoder(strings.NewReader(string(body)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&t); err != nil {
		return nil, bad("not the JSON that is expected here")
	}
	kind, ok := taskKinds[t.Kind]
	h := handover{provider: ProviderHTTP, client: client, own: t.BizNo, callback: t.CallbackURL, input: Input{Kind: kind}}
	switch {
	case !ok:
		return nil, bad("kind is PERSON, ENTERPRISE or DOMAIN")
	case t.BizNo == "" || len(t.BizNo) > 64:
		return nil, bad("bizNo has 1 to 64 characters")
	case t.CallbackURL != "" && !onLoopback(t.CallbackURL):
		return nil, bad("callbackUrl is an http address on loopback")
	case kind == KindDomain && t.Label == "":
		return nil, bad("label is missing")
	case kind == KindDomain:
		h.input.Name, h.input.SubjectCode = t.Label, t.SubjectCode
	default:
		proof, ok := taskProofs[t.CertType]
		if !ok || t.SubjectName == "" || t.CertNo == "" {
			return nil, bad("subjectName, certNo and certType, which is ID_CARD, BUSINESS_LICENSE or OTHER")
		}
		h.input.Name, h.input.Number, h.input.ProofType = t.SubjectName, t.CertNo, proof
	}
	var pictures []picture
	for _, im := range t.Images {
		pictures = append(pictures, picture{im.Format, im.Data})
	}
	c, lost, err := a.handOver(h, pictures)
	switch {
	case err != nil:
		return nil, err
	case lost:
		return lostAnswer{}, nil
	}
	return c.task(c.State), nil
}

// task tells of a case of the client.
func (a *Authority) task(client string, find func(*state) *Case) (any, error) {
	var c *Case
	a.view(func(s *state) { c = find(s) })
	if c == nil || c.Provider != ProviderHTTP || c.Client != client {
		return nil, ErrNoSuchCase
	}
	return c.task(c.State), nil
}

// task is the case as provider 2 tells it, as the record has it or as a
// contradiction of that.
func (c *Case) task(state string) TaskState {
	t := TaskState{TaskNo: c.Ref, BizNo: c.Own, Status: taskStatus[state], AcceptedAt: c.Created}
	if c.State == StatePending {
		return t
	}
	t.FinishedAt = &c.Decided
	o := c.Opinion
	if state != c.State {
		o = c.contradiction()
	}
	if state == StateNonCompliant {
		r, _ := resultOf(o.Result)
		t.Refusals = []TaskRefusal{{Reason: r.Reason, Params: o.Facts, Detail: o.Words()}}
	} else if state == c.State {
		t.SignedCode = &TaskCode{Type: c.Type(), Value: c.Ref, Document: c.Encoded}
	}
	return t
}

// onLoopback: the authority calls nobody else back.
func onLoopback(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Sign puts the headers of a signed message on a request. The app is empty in
// callbacks.
func Sign(r *http.Request, app, secret string, body []byte, wall time.Time) {
	stamp, nonce := strconv.FormatInt(wall.Unix(), 10), rand.Text()
	if app != "" {
		r.Header.Set("X-App-Id", app)
	}
	r.Header.Set("X-Timestamp", stamp)
	r.Header.Set("X-Nonce", nonce)
	r.Header.Set("X-Signature", hex.EncodeToString(signature(secret, r.Method, r.URL.RequestURI(), stamp, nonce, body)))
}

func signature(secret, method, uri, stamp, nonce string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, strings.Join([]string{method, uri, stamp, nonce, sha256Hex(body)}, "\n"))
	return mac.Sum(nil)
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// authenticated is whose request it is.
func (a *Authority) authenticated(r *http.Request, body []byte) (string, error) {
	get := r.Header.Get
	acc, ok := a.accounts[get("X-App-Id")]
	given, err := hex.DecodeString(get("X-Signature"))
	want := signature(acc.Secret, r.Method, r.URL.RequestURI(), get("X-Timestamp"), get("X-Nonce"), body)
	if !ok || acc.Secret == "" || err != nil || !hmac.Equal(given, want) {
		return "", errSignature
	}
	secs, err := strconv.ParseInt(get("X-Timestamp"), 10, 64)
	now := time.Now() // signatures live by the wall clock
	if at := time.Unix(secs, 0); err != nil || now.Sub(at).Abs() > maxSkew {
		return "", errSignature
	}
	if n := len(get("X-Nonce")); n < 16 || n > 64 || !a.replays.first(acc.ID+" "+get("X-Nonce"), now) {
		return "", errSignature
	}
	return acc.ID, nil
}

// replays remembers nonces for as long as their requests could be sent again.
type replays struct {
	mu    sync.Mutex
	seen  map[string]time.Time
	swept time.Time
}

func (p *replays) first(nonce string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil {
		p.seen = map[string]time.Time{}
	}
	if now.Sub(p.swept) > maxSkew {
		for n, at := range p.seen {
			if now.Sub(at) > 2*maxSkew {
				delete(p.seen, n)
			}
		}
		p.swept = now
	}
	if _, again := p.seen[nonce]; again {
		return false
	}
	p.seen[nonce] = now
	return true
}
