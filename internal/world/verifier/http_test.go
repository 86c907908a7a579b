package verifier

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp/signedcode"
)

// tasks is a client of provider 2.
type tasks struct {
	t    testing.TB
	base string
}

func (s *station) tasks() *tasks {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Handler().ServeHTTP(w, r) }))
	s.t.Cleanup(srv.Close)
	return &tasks{s.t, srv.URL}
}

type reply struct {
	Code    string
	Message string
	Data    *TaskState
}

func (c *tasks) send(req *http.Request) (int, reply, error) {
	c.t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, reply{}, err
	}
	defer resp.Body.Close()
	var out reply
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, out, nil
}

func (c *tasks) request(method, path string, in any) *http.Request {
	c.t.Helper()
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			c.t.Fatal(err)
		}
	}
	req, err := http.NewRequest(method, c.base+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	Sign(req, "openreg", secret, body, time.Now())
	return req
}

// call wants a code, which comes with its status.
func (c *tasks) call(method, path string, in any, status int, code string) *TaskState {
	c.t.Helper()
	got, out, err := c.send(c.request(method, path, in))
	if err != nil || got != status || out.Code != code {
		c.t.Fatalf("%s %s: %d %+v %v, want %d %s", method, path, got, out, err, status, code)
	}
	return out.Data
}

func task(biz, name, number string) Task {
	return Task{BizNo: biz, Kind: "PERSON", SubjectName: name, CertType: "ID_CARD", CertNo: number, Images: []TaskImage{{Format: "jpg", Data: photo}}}
}

func TestTasks(t *testing.T) {
	s := serve(t)
	c := s.tasks()
	c.call("GET", "/v2/tasks?bizNo=biz-1", nil, 404, "4004")
	got := c.call("POST", "/v2/tasks", task("biz-1", "苏禾", suHe), 200, "0000")
	if got.Status != "PROCESSING" || got.BizNo != "biz-1" || !strings.HasPrefix(got.TaskNo, "2-") || !got.AcceptedAt.Equal(t0) || got.FinishedAt != nil || got.SignedCode != nil {
		t.Errorf("%+v", got)
	}
	c.call("POST", "/v2/tasks", task("biz-2", "苏和", suHe), 200, "0000")
	again := c.call("POST", "/v2/tasks", task("biz-1", "苏禾", suHe), 200, "0000")
	if again.TaskNo != got.TaskNo || len(s.Cases()) != 2 {
		t.Errorf("again: %+v", again)
	}
	c.call("POST", "/v2/tasks", task("biz-1", "白露", baiLu), 409, "4009")
	s.pass(DefaultDelay)
	done := c.call("GET", "/v2/tasks/"+got.TaskNo, nil, 200, "0000")
	if done.Status != "PASSED" || done.SignedCode == nil || done.SignedCode.Value != got.TaskNo || done.SignedCode.Type != signedcode.TypeRealName || !done.FinishedAt.Equal(t0.Add(DefaultDelay)) {
		t.Errorf("%+v", done)
	}
	no := c.call("GET", "/v2/tasks?bizNo=biz-2", nil, 200, "0000")
	if no.Status != "REFUSED" || no.SignedCode != nil || len(no.Refusals) != 1 || no.Refusals[0].Reason != "NAME_NOT_CONSISTENT" || no.Refusals[0].Params["field"] != "name" || no.Refusals[0].Detail != "姓名与登记不一致" {
		t.Errorf("%+v", no)
	}
	label := c.call("POST", "/v2/tasks", Task{BizNo: "biz-3", Kind: "DOMAIN", Label: "capital", SubjectCode: got.TaskNo}, 200, "0000")
	if label.Status != "PASSED" || label.SignedCode == nil || label.SignedCode.Type != signedcode.TypeDomain {
		t.Errorf("%+v", label)
	}
}

func TestTasksRefused(t *testing.T) {
	s := serve(t)
	c := s.tasks()
	big := task("biz-1", "苏禾", suHe)
	for range MaxDocuments {
		big.Images = append(big.Images, big.Images[0])
	}
	with := func(f func(*Task)) Task {
		x := task("biz-1", "苏禾", suHe)
		f(&x)
		return x
	}
	for what, in := range map[string]any{
		"no bizNo":            with(func(x *Task) { x.BizNo = "" }),
		"unknown kind":        with(func(x *Task) { x.Kind = "person" }),
		"unknown certificate": with(func(x *Task) { x.CertType = "SFZ" }),
		"no number":           with(func(x *Task) { x.CertNo = "" }),
		"a long name":         with(func(x *Task) { x.SubjectName = strings.Repeat("x", maxName+1) }),
		"too many pictures":   big,
		"no base64":           with(func(x *Task) { x.Images[0].Data = "?" }),
		"another format":      with(func(x *Task) { x.Images[0].Format = "exe" }),
		"callback elsewhere":  with(func(x *Task) { x.CallbackURL = "http://example.com/cb" }),
		"callback by file":    with(func(x *Task) { x.CallbackURL = "file:///etc/passwd" }),
		"unknown field":       map[string]string{"biz_no": "1"},
		"a name without one":  Task{BizNo: "biz-1", Kind: "DOMAIN"},
	} {
		t.Run(what, func(t *testing.T) { c.call("POST", "/v2/tasks", in, 400, "4000") })
	}
	if n := len(s.Cases()); n != 0 {
		t.Errorf("%d cases", n)
	}
	// Requests that are not the registrar's.
	refused := func(what string, req *http.Request) {
		t.Helper()
		if status, out, err := c.send(req); err != nil || status != 401 || out.Code != "4001" {
			t.Errorf("%s: %d %+v %v", what, status, out, err)
		}
	}
	req := func() *http.Request { return c.request("GET", "/v2/tasks?bizNo=biz-1", nil) }
	r := req()
	r.Header.Set("X-App-Id", "nobody")
	refused("another app", r)
	r = req()
	r.URL.RawQuery = "bizNo=biz-2"
	refused("another address", r)
	r = req()
	r.Body = io.NopCloser(strings.NewReader("{}"))
	r.ContentLength = 2
	refused("another body", r)
	r = req()
	Sign(r, "openreg", secret, nil, time.Now().Add(-2*maxSkew))
	refused("an old request", r)
	r = req()
	if status, _, err := c.send(r); err != nil || status != 404 {
		t.Errorf("once: %d %v", status, err)
	}
	refused("twice", r)
}

// receiver takes callbacks.
type receiver struct {
	mu     sync.Mutex
	status int
	got    []TaskState
	bad    []string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, _ := io.ReadAll(req.Body)
	h := req.Header.Get
	if h("X-Signature") != sum(back, req.Method, req.URL.RequestURI(), h("X-Timestamp"), h("X-Nonce"), body) || h("X-App-Id") != "" {
		r.bad = append(r.bad, h("X-Signature"))
	}
	var x TaskState
	if err := json.Unmarshal(body, &x); err != nil {
		r.bad = append(r.bad, err.Error())
	}
	r.got = append(r.got, x)
	w.WriteHeader(r.status)
}

func (r *receiver) take() []TaskState {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

func TestCallbacksAreTriedAgain(t *testing.T) {
	s := serve(t)
	rec := &receiver{status: 500}
	srv := httptest.NewServer(rec)
	defer srv.Close()
	c := s.tasks()
	x := task("biz-1", "苏禾", suHe)
	x.CallbackURL = srv.URL + "/callback?from=vsp"
	c.call("POST", "/v2/tasks", x, 200, "0000")
	s.pass(time.Second)
	if n := len(rec.take()); n != 0 {
		t.Fatalf("%d callbacks before the opinion", n)
	}
	s.pass(time.Second)
	for i, gap := range []time.Duration{15 * time.Second, time.Minute, 5 * time.Minute} {
		if n := len(rec.take()); n != i+1 {
			t.Fatalf("%d callbacks, want %d", n, i+1)
		}
		if at, ok := s.NextDue(); !ok || !at.Equal(s.clk.now().Add(gap)) {
			t.Errorf("after %d the next is at %v, in %v", i+1, at, at.Sub(s.clk.now()))
		}
		if i == 1 { // a restart in between forgets nothing
			s.restart()
		}
		s.pass(gap - time.Millisecond)
		s.pass(time.Millisecond)
	}
	rec.mu.Lock()
	rec.status = 204
	rec.mu.Unlock()
	s.pass(30 * time.Minute)
	got := rec.take()
	if len(got) != 5 || len(rec.bad) > 0 || got[4].Status != "PASSED" || got[4].BizNo != "biz-1" || got[4].SignedCode != nil {
		t.Errorf("%d callbacks, %v, %+v", len(got), rec.bad, got[len(got)-1])
	}
	if _, ok := s.NextDue(); ok {
		t.Error("something is still due")
	}
	if cb := s.Cases()[0].Callback; cb.Tries != 5 || cb.Done.IsZero() || cb.Last != "HTTP 204" {
		t.Errorf("%+v", cb)
	}
}

// A receiver that never takes it is given up; the registrar may still ask.
func TestCallbacksAreGivenUp(t *testing.T) {
	s := serve(t)
	rec := &receiver{status: 302}
	srv := httptest.NewServer(rec)
	defer srv.Close()
	x := task("biz-1", "苏和", suHe)
	x.CallbackURL = srv.URL
	c := s.tasks()
	c.call("POST", "/v2/tasks", x, 200, "0000")
	for range 20 {
		at, ok := s.NextDue()
		if !ok {
			break
		}
		s.pass(at.Sub(s.clk.now()))
	}
	if got := rec.take(); len(got) != len(gaps)+1 || got[0].Status != "REFUSED" || got[0].Refusals[0].Reason != "NAME_NOT_CONSISTENT" {
		t.Errorf("%d callbacks: %+v", len(got), got)
	}
	if got := c.call("GET", "/v2/tasks?bizNo=biz-1", nil, 200, "0000"); got.Status != "REFUSED" {
		t.Errorf("%+v", got)
	}
}
