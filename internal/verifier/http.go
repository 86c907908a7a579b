package verifier

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// HTTP is an account at an authority that takes JSON over HTTP and calls back.
type HTTP struct {
	ID             string
	URL            string // https, or http on loopback
	AppID          string
	Secret         string        // signs requests
	CallbackSecret string        // signs the authority's calls
	Command        time.Duration // of one request [15 s]
	// Callback is the address at which the authority calls us; nil or "": it doesn't, and is asked.
	Callback func() string
}

type httpAuthority struct {
	HTTP
	cfg    Config
	client *http.Client
	nonces nonces
}

const (
	maxSkew     = 5 * time.Minute // of a signature's time, wall clock
	longReply   = 1 << 20         // bytes of an answer
	longCall    = 64 << 10        // bytes of a callback
	callbackFor = 8 * time.Second // the question that a callback causes
)

func newHTTP(c HTTP, cfg Config) (*httpAuthority, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Path != "" && u.Path != "/" {
		return nil, errors.New("its address is no http address without a path")
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())) {
		return nil, errors.New("plain HTTP is for loopback addresses only")
	}
	if c.AppID == "" || c.Secret == "" {
		return nil, errors.New("app id or secret is missing")
	}
	if c.Command <= 0 {
		c.Command = 15 * time.Second
	}
	c.URL = strings.TrimSuffix(c.URL, "/")
	return &httpAuthority{HTTP: c, cfg: cfg, client: &http.Client{Timeout: c.Command,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

func (a *httpAuthority) close(context.Context) error {
	a.client.CloseIdleConnections()
	return nil
}

func (a *httpAuthority) poll(context.Context, Keep) (int, error) { return 0, nil }

// The authority's messages.
type (
	task struct {
		BizNo       string      `json:"bizNo"`
		Kind        string      `json:"kind"`
		SubjectName string      `json:"subjectName,omitempty"`
		CertType    string      `json:"certType,omitempty"`
		CertNo      string      `json:"certNo,omitempty"`
		Images      []taskImage `json:"images,omitempty"`
		Label       string      `json:"label,omitempty"`
		SubjectCode string      `json:"subjectCode,omitempty"`
		CallbackURL string      `json:"callbackUrl,omitempty"`
	}
	taskImage struct {
		Format string `json:"format"`
		Data   string `json:"data"`
	}
	taskState struct {
		TaskNo     string        `json:"taskNo"`
		BizNo      string        `json:"bizNo"`
		Status     string        `json:"status"`
		FinishedAt time.Time     `json:"finishedAt"`
		Refusals   []taskRefusal `json:"refusals"`
		SignedCode *taskCode     `json:"signedCode"`
	}
	taskRefusal struct {
		Reason string            `json:"reason"`
		Params map[string]string `json:"params"`
		Detail string            `json:"detail"`
	}
	taskCode struct {
		Type     string `json:"type"`
		Value    string `json:"value"`
		Document string `json:"document"`
	}
	reply struct {
		Code    string          `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	}
)

// certTypes are the mapping's kinds of proof in this authority's words.
var certTypes = map[string]string{epp.ProofOfCitizen: "ID_CARD", epp.ProofOfEnterprise: "BUSINESS_LICENSE", epp.ProofOfOtherType: "OTHER"}

// submit hands over. bizNo is our reference: the authority makes one task of it, however often it comes.
func (a *httpAuthority) submit(ctx context.Context, m ops.Material) ops.Ruling {
	t := task{BizNo: m.OwnRef, Kind: "PERSON", SubjectName: m.Name, CertType: certTypes[proofType(m)], CertNo: m.Number}
	switch {
	case m.Domain != "":
		t = task{BizNo: m.OwnRef, Kind: "DOMAIN", Label: m.Domain.Label(), SubjectCode: m.RealNameCode}
	case m.Kind == domain.Organisation:
		t.Kind = "ENTERPRISE"
	}
	for _, p := range m.Pictures {
		t.Images = append(t.Images, taskImage{Format: p.Format, Data: base64.StdEncoding.EncodeToString(p.Content)})
	}
	if a.Callback != nil && m.Domain == "" {
		t.CallbackURL = a.Callback()
	}
	body, err := json.Marshal(t)
	if err != nil {
		return ops.Ruling{Kind: ops.RulingFailed, Answer: "not written"}
	}
	a.cfg.Crash("before-handover")
	r, failure := a.call(ctx, http.MethodPost, "/v2/tasks", body)
	a.cfg.Crash("after-handover")
	if failure != nil {
		return *failure
	}
	return a.ruling(r, m, true)
}

// ask finds out by the authority's number, or by ours where that was never told.
func (a *httpAuthority) ask(ctx context.Context, m ops.Material) ops.Ruling {
	path := "/v2/tasks/" + url.PathEscape(m.Reference)
	if m.Reference == "" {
		path = "/v2/tasks?" + url.Values{"bizNo": {m.OwnRef}}.Encode()
	}
	r, failure := a.call(ctx, http.MethodGet, path, nil)
	if failure != nil {
		failure.Kind = ops.RulingUnknown
		return *failure
	}
	return a.ruling(r, m, false)
}

// call makes a signed request. Its failure is a ruling: certain that nothing arrived where no connection was made.
func (a *httpAuthority) call(ctx context.Context, method, path string, body []byte) (reply, *ops.Ruling) {
	req, err := http.NewRequestWithContext(ctx, method, a.URL+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, &ops.Ruling{Kind: ops.RulingFailed, Answer: "not written"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-App-Id", a.AppID)
	stamp, nonce := strconv.FormatInt(a.cfg.Wall().Unix(), 10), rand.Text()
	req.Header.Set("X-Timestamp", stamp)
	req.Header.Set("X-Nonce", nonce)
	req.Header.Set("X-Signature", hex.EncodeToString(signature(a.Secret, method, req.URL.RequestURI(), stamp, nonce, body)))
	resp, err := a.client.Do(req)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			return reply{}, &ops.Ruling{Kind: ops.RulingFailed, Answer: "not reached"}
		}
		return reply{}, &ops.Ruling{Kind: ops.RulingUnknown, Answer: "no answer"}
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, longReply))
	var r reply
	if err != nil || json.Unmarshal(raw, &r) != nil || r.Code == "" {
		return reply{}, &ops.Ruling{Kind: ops.RulingBroken, Answer: "HTTP " + strconv.Itoa(resp.StatusCode)}
	}
	return r, nil
}

// signature is what both sides sign with: five lines under HMAC-SHA256.
func signature(secret, method, uri, stamp, nonce string, body []byte) []byte {
	sum := sha256.Sum256(body)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, strings.Join([]string{method, uri, stamp, nonce, hex.EncodeToString(sum[:])}, "\n"))
	return mac.Sum(nil)
}

// ruling reads an answer.
func (a *httpAuthority) ruling(r reply, m ops.Material, handedOver bool) ops.Ruling {
	said := clean(strings.TrimSpace(r.Code+" "+r.Message), m)
	switch {
	case r.Code == "4004":
		return ops.Ruling{Kind: ops.RulingAbsent}
	case r.Code != "0000" && handedOver && (r.Code[0] == '4' || r.Code == "5003"):
		return ops.Ruling{Kind: ops.RulingFailed, Answer: said}
	case r.Code != "0000":
		return ops.Ruling{Kind: ops.RulingUnknown, Answer: said}
	}
	var t taskState
	if err := json.Unmarshal(r.Data, &t); err != nil || t.TaskNo == "" {
		return ops.Ruling{Kind: ops.RulingBroken, Answer: said}
	}
	return a.state(t, m)
}

func (a *httpAuthority) state(t taskState, m ops.Material) ops.Ruling {
	switch t.Status {
	case "PASSED":
		if t.SignedCode == nil {
			return ops.Ruling{Kind: ops.RulingBroken, Reference: t.TaskNo, Answer: "passed without a code"}
		}
		return passed(a.ID, epp.NVCode{Value: t.SignedCode.Value, Type: t.SignedCode.Type}, t.SignedCode.Document, t.FinishedAt)
	case "REFUSED":
		out := ops.Ruling{Kind: ops.RulingDenied, Reference: t.TaskNo, At: t.FinishedAt}
		var said []string
		for _, refusal := range t.Refusals {
			o := opinion{word: refusal.Reason, params: refusal.Params, text: clean(refusal.Detail, m)}
			out.Verdicts = append(out.Verdicts, o.verdict(m))
			said = append(said, strings.TrimSpace(o.word+" "+o.text))
		}
		out.Answer = strings.Join(said, "; ")
		return out
	case "PROCESSING":
		return ops.Ruling{Kind: ops.RulingPending, Reference: t.TaskNo}
	}
	return ops.Ruling{Kind: ops.RulingBroken, Reference: t.TaskNo, Answer: "status " + clean(t.Status, m)}
}
