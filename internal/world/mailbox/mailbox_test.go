package mailbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"net/url"
	"strings"
	"testing"
	"time"
)

func businessNow() time.Time { return time.Date(2027, 1, 22, 9, 30, 0, 0, time.UTC) }

type box struct {
	store *Store
	smtp  string
	web   *httptest.Server
}

func start(t *testing.T, dir string) box {
	t.Helper()
	s, err := Open(dir, businessNow)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	srv := ServeSMTP(ln, s, log)
	t.Cleanup(func() { srv.Close() })
	h, err := Handler(s, "http://127.0.0.1:1", businessNow, log)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	return box{s, ln.Addr().String(), web}
}

const notice = "From: =?utf-8?q?OpenRegistrar?= <no-reply@registrar.example>\r\n" +
	"To: owner@example.com\r\n" +
	"Subject: =?utf-8?b?5Z+f5ZCN5bey5rOo5YaM?= yunhe-tea.com\r\n" +
	"Message-ID: <1@registrar.example>\r\n" +
	"MIME-Version: 1.0\r\n" +
	"Content-Type: multipart/alternative; boundary=b1\r\n\r\n" +
	"--b1\r\nContent-Type: text/plain; charset=gbk\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
	"=D3=F2=C3=FB http://127.0.0.1:8080/domains?a=3D1&b=3D2\r\n" +
	"--b1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
	"PHA+5Z+f5ZCNPC9wPjxzY3JpcHQ+YWxlcnQoMSk8L3NjcmlwdD4=\r\n" +
	"--b1--\r\n"

func send(t *testing.T, b box, to []string, msg string) {
	t.Helper()
	if err := smtp.SendMail(b.smtp, nil, "bounce@registrar.example", to, []byte(msg)); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(raw)
}

func list(t *testing.T, b box, query string) []Message {
	t.Helper()
	resp, body := get(t, b.web.URL+"/api/mail"+query)
	if resp.StatusCode != 200 {
		t.Fatalf("GET /api/mail%s: %d %s", query, resp.StatusCode, body)
	}
	var a struct{ Messages []Message }
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatal(err)
	}
	return a.Messages
}

func TestFromSMTPToAPI(t *testing.T) {
	dir := t.TempDir()
	b := start(t, dir)
	send(t, b, []string{"owner@example.com", "second@example.com"}, notice)
	send(t, b, []string{"other@example.com"}, "Subject: hi\r\n\r\nplain\r\n")

	got := list(t, b, "?to="+url.QueryEscape("OWNER@example.com"))
	if len(got) != 1 {
		t.Fatalf("%d messages to the owner, want 1", len(got))
	}
	m := got[0]
	if m.Subject != "域名已注册 yunhe-tea.com" {
		t.Errorf("subject %q", m.Subject)
	}
	if strings.TrimSpace(m.Text) != "域名 http://127.0.0.1:8080/domains?a=1&b=2" {
		t.Errorf("text %q", m.Text)
	}
	if m.HTML != "<p>域名</p><script>alert(1)</script>" {
		t.Errorf("html %q", m.HTML)
	}
	if m.From != "bounce@registrar.example" || len(m.To) != 2 || m.Problem != "" {
		t.Errorf("envelope %+v", m)
	}
	if !m.ReceivedAt.Equal(businessNow()) {
		t.Errorf("received at %s, which is not business time", m.ReceivedAt)
	}
	if all := list(t, b, ""); len(all) != 2 || all[0].Subject != "hi" {
		t.Errorf("all, newest first: %+v", all)
	}
	if fresh := list(t, b, fmt.Sprintf("?after=%d", m.ID)); len(fresh) != 1 || fresh[0].Subject != "hi" {
		t.Errorf("after the first: %+v", fresh)
	}

	// Over a restart, then IDs go on.
	again := start(t, dir)
	if all := list(t, again, ""); len(all) != 2 || all[1].Subject != m.Subject {
		t.Errorf("after restart: %+v", all)
	}
	send(t, again, []string{"x@example.com"}, "Subject: three\r\n\r\n.\r\n")
	if all := list(t, again, "?limit=1"); len(all) != 1 || all[0].ID != 3 {
		t.Errorf("third message: %+v", all)
	}
}

func TestMalformedMailIsKept(t *testing.T) {
	b := start(t, t.TempDir())
	send(t, b, []string{"a@example.com"}, "Content-Type: multipart/mixed; boundary=x\r\nSubject: broken\r\n\r\n--x\r\nContent-Type: text/plain; charset=klingon\r\n\r\nqapla\r\n")
	send(t, b, []string{"a@example.com"}, "no header at all\r\n")
	got := list(t, b, "?to=a@example.com")
	if len(got) != 2 {
		t.Fatalf("%d kept, want 2", len(got))
	}
	for _, m := range got {
		if m.Problem == "" {
			t.Errorf("%q shows no problem", m.Subject)
		}
	}
}

func TestAPIErrors(t *testing.T) {
	b := start(t, t.TempDir())
	for path, want := range map[string]int{
		"/api/mail?after=x": 400, "/api/mail?limit=0": 400, "/api/mail?limit=x": 400,
		"/api/mail/7": 404, "/api/mail/x": 404, "/api/nothing": 404,
	} {
		if resp, body := get(t, b.web.URL+path); resp.StatusCode != want {
			t.Errorf("%s: %d %s, want %d", path, resp.StatusCode, body, want)
		}
	}
}

func TestPages(t *testing.T) {
	b := start(t, t.TempDir())
	if _, body := get(t, b.web.URL+"/?lang=zh"); !strings.Contains(body, "还没有信") {
		t.Error("the empty mailbox does not say so")
	}
	send(t, b, []string{"owner@example.com"}, notice)
	_, body := get(t, b.web.URL+"/?lang=en")
	if !strings.Contains(body, `<html lang="en">`) || !strings.Contains(body, "域名已注册 yunhe-tea.com") || strings.Contains(body, "邮箱<") {
		t.Errorf("English list:\n%s", body)
	}
	resp, body := get(t, b.web.URL+"/m/1?lang=zh-CN")
	if !strings.Contains(body, `sandbox="allow-popups allow-popups-to-escape-sandbox"`) {
		t.Error("the HTML part is not in a sandboxed frame")
	}
	if strings.Contains(body, "<script>") {
		t.Error("the sender's script reached our page")
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("page CSP %q", csp)
	}
	for _, bad := range []string{"style=", "<style", "onclick"} {
		if strings.Contains(body, bad) {
			t.Errorf("page contains %q", bad)
		}
	}
	_, body = get(t, b.web.URL+"/m/1?view=text")
	if !strings.Contains(body, `<a href="http://127.0.0.1:8080/domains?a=1&amp;b=2" rel="noreferrer">`) {
		t.Errorf("the link of the text is not a link:\n%s", body)
	}
	resp, _ = get(t, b.web.URL+"/m/1/html")
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox ") || strings.Contains(csp, "allow-scripts") {
		t.Errorf("body CSP %q", csp)
	}
	if resp, _ := get(t, b.web.URL+"/m/99"); resp.StatusCode != 404 {
		t.Errorf("no such message: %d", resp.StatusCode)
	}
	if resp, body := get(t, b.web.URL+"/static/app.css"); resp.StatusCode != 200 || !strings.Contains(body, "--canvas") {
		t.Errorf("stylesheet: %d", resp.StatusCode)
	}
	if resp, _ := get(t, b.web.URL+"/static/frame.tmpl"); resp.StatusCode != 404 {
		t.Errorf("template source is served: %d", resp.StatusCode)
	}
}

func TestForeignFormCannotClear(t *testing.T) {
	b := start(t, t.TempDir())
	send(t, b, []string{"owner@example.com"}, notice)
	post := func(origin string) int {
		req, _ := http.NewRequest(http.MethodPost, b.web.URL+"/clear", bytes.NewReader(nil))
		req.Header.Set("Origin", origin)
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if code := post("http://evil.example"); code != http.StatusForbidden {
		t.Errorf("foreign origin: %d", code)
	}
	if len(list(t, b, "")) != 1 {
		t.Fatal("a foreign form emptied the mailbox")
	}
	if code := post(b.web.URL); code != http.StatusSeeOther {
		t.Errorf("own origin: %d", code)
	}
	if len(list(t, b, "")) != 0 {
		t.Error("own form did not empty the mailbox")
	}
}
