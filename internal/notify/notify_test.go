package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/emersion/go-smtp"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// samples are facts as the operations write them.
var samples = map[string]map[string]string{
	"welcome":              {"name": "李华"},
	"registered":           {"name": "例子.com", "expires": "2027-11-23"},
	"name-deleted":         {"name": "example.com", "code": "registration.naming-rejected-deleted"},
	"verification-due":     {"name": "example.com", "date": "2026-11-28", "days": "3", "template": "tmpl-00000001"},
	"contact-due":          {"name": "example.com", "date": "2026-12-08", "days": "1", "template": "tmpl-00000001"},
	"contact-held":         {"name": "example.com", "email": "a@example.com"},
	"name-held":            {"name": "example.com", "code": "hold.unverified"},
	"name-released":        {"name": "example.com"},
	"name-ended":           {"name": "example.com"},
	"naming-decided":       {"name": "example.com", "state": "granted", "kind": "appeal", "note": "The trade mark belongs to the owner."},
	"name-left":            {"name": "example.com", "registrar": "rival-names"},
	"registration-failed":  {"name": "example.com", "code": "registration.taken", "refunded": "6800", "currency": "CNY"},
	"order-done":           {"order": "77", "number": "20261123000077", "names": "13", "success": "11", "failed": "2", "captured": "74800", "refunded": "13600", "currency": "CNY"},
	"name-servers-changed": {"order": "78", "names": "15", "success": "14", "failed": "1"},
	"changes-done":         {"order": "79", "action": "renew", "names": "3", "success": "2", "failed": "1", "captured": "15000", "refunded": "7500", "currency": "CNY"},
	"expiring":             {"name": "example.com", "date": "2026-12-23", "days": "30"},
	"expired":              {"name": "example.com", "date": "2026-11-22"},
	"reach-code":           {"minutes": "10"},
	"template-submitted":   {"template": "tmpl-0a1b2c3d", "until": "2026-12-02"},
	"template-approved":    {"template": "tmpl-0a1b2c3d"},
	"template-rejected":    {"template": "tmpl-0a1b2c3d", "code": "verify.household-moving"},
	"risk-appeal-granted":  {"name": "yunhecha.com", "list": "safety", "note": "seen"},
	"risk-appeal-refused":  {"name": "yunhecha.com", "list": "safety", "note": "seen"},
	"template-timed-out":   {"template": "tmpl-0a1b2c3d", "code": "verify.timeout"},
}

func words(lang, code string, _ map[string]string) (string, string) {
	return "title of " + code + " in " + lang, "why <b>" + code + "</b>"
}

// outbox is a Store with the same terms as the real one.
type outbox struct {
	mu     sync.Mutex
	due    []domain.Message
	tries  map[int64]int
	sent   map[int64]int
	leases int
	broken error
}

func (o *outbox) LeaseMessages(_ context.Context, _ time.Time, limit int) ([]domain.Message, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.leases++
	n := min(limit, len(o.due))
	out := o.due[:n:n]
	o.due = o.due[n:]
	return out, o.broken
}

func (o *outbox) MarkMessage(_ context.Context, id int64, how domain.Delivery, wall time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if wall.IsZero() {
		return errors.New("no time")
	}
	if how == domain.DeliverySent {
		o.sent[id]++
	} else {
		o.tries[id]++
	}
	return nil
}

func (o *outbox) put(messages ...domain.Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.due = append(o.due, messages...)
}

func (o *outbox) count(id int64) (sent, tries int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sent[id], o.tries[id]
}

// postOffice keeps what arrives; it refuses recipients at refused.example.
type postOffice struct {
	mu   sync.Mutex
	mail []received
	down bool // refuses every transaction with 451
}

type received struct {
	from string
	to   []string
	raw  []byte
}

type smtpSession struct {
	p *postOffice
	received
}

func (s *smtpSession) Reset()        { s.received = received{} }
func (s *smtpSession) Logout() error { return nil }
func (s *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.p.down {
		return &smtp.SMTPError{Code: 451, Message: "later"}
	}
	s.from = from
	return nil
}
func (s *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasSuffix(to, "@refused.example") {
		return &smtp.SMTPError{Code: 550, Message: "no such user"}
	}
	s.to = append(s.to, to)
	return nil
}
func (s *smtpSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.raw = raw
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.p.mail = append(s.p.mail, s.received)
	return nil
}

func (p *postOffice) all() []received {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]received(nil), p.mail...)
}

func open(t *testing.T, p *postOffice, addr string) string {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &smtpSession{p: p}, nil }))
	srv.Domain = "test"
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	return ln.Addr().String()
}

func newNotifier(t *testing.T, addr string, o *outbox) *Notifier {
	t.Helper()
	n, err := New(Config{SMTP: addr, From: "OpenRegistrar 通知 <notice@openregistrar.example>", BaseURL: "http://localhost:8080/", Store: o, Words: words,
		Wall: time.Now, Every: 10 * time.Millisecond, TextDomain: "sms.example", Open: unseal})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func newOutbox() *outbox { return &outbox{tries: map[int64]int{}, sent: map[int64]int{}} }

func message(id int64, kind, locale, to string) domain.Message {
	m := domain.Message{ID: id, Account: 3, To: to, Locale: locale, Kind: kind, Facts: samples[kind], At: time.Now()}
	if kind == "reach-code" {
		m.Sealed = []byte("sealed for " + domain.MessageSeal(to) + ": 204816")
	}
	return m
}

// parts reads a mail: header and its two forms.
func parts(t *testing.T, raw []byte) (h mail.Header, plain, html string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s %v", kind, err)
	}
	mr := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := mr.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var r io.Reader = p
		if p.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			r = quotedprintable.NewReader(p)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		switch kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind {
		case "text/plain":
			plain = string(body)
		case "text/html":
			html = string(body)
		}
	}
	return m.Header, plain, html
}

func TestEveryNoticeInBothLanguages(t *testing.T) {
	p, o := &postOffice{}, newOutbox()
	n := newNotifier(t, open(t, p, "127.0.0.1:0"), o)
	used := map[string]bool{}
	id := int64(0)
	for _, row := range notices {
		if len(row.facts) != len(samples[row.kind]) {
			t.Errorf("%s: sample facts don't match the table", row.kind)
		}
		for _, lang := range languages {
			used["templates/"+row.kind+"."+lang+".tmpl"] = true
			used["templates/layout."+lang+".tmpl"] = true
			id++
			o.put(message(id, row.kind, lang, "li@mail.example"))
			if sent, err := n.Flush(context.Background()); sent != 1 || err != nil {
				t.Fatalf("%s %s: %d %v", row.kind, lang, sent, err)
			}
			got := p.all()[len(p.all())-1]
			h, plain, html := parts(t, got.raw)
			subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
			if err != nil || subject == "" {
				t.Errorf("%s %s: subject %q %v", row.kind, lang, subject, err)
			}
			if got.from != "notice@openregistrar.example" || len(got.to) != 1 || got.to[0] != "li@mail.example" {
				t.Errorf("%s: envelope %+v", row.kind, got)
			}
			if h.Get("Message-Id") != fmt.Sprintf("<notice-%d-3@openregistrar.example>", id) || h.Get("Auto-Submitted") != "auto-generated" {
				t.Errorf("%s: header %v", row.kind, h)
			}
			for _, fact := range row.facts {
				value := samples[row.kind][fact]
				switch fact {
				case "currency", "state", "kind": // choose words
					continue
				case "refunded", "captured":
					value = money(value, "CNY")
				case "action":
					value = map[string]string{"en": "Renewal", "zh-CN": "续费"}[lang]
				case "code":
					value = "title of " + value + " in " + lang
				}
				if !strings.Contains(plain, value) {
					t.Errorf("%s %s: text form lacks %s %q:\n%s", row.kind, lang, fact, value, plain)
				}
				if fact != "order" && !strings.Contains(html, value) {
					t.Errorf("%s %s: HTML form lacks %s %q:\n%s", row.kind, lang, fact, value, html)
				}
			}
			if !strings.Contains(plain, "http://localhost:8080/") || !strings.Contains(html, `href="http://localhost:8080/`) {
				t.Errorf("%s %s: no link", row.kind, lang)
			}
			for _, form := range []string{subject, plain, html} {
				if strings.Contains(form, "<no value>") || strings.Contains(form, "{{") || strings.Contains(form, "ZgotmplZ") {
					t.Errorf("%s %s: %s", row.kind, lang, form)
				}
				if han := strings.IndexFunc(strings.NewReplacer("李华", "", "例子", "").Replace(form), func(r rune) bool { return unicode.Is(unicode.Han, r) }); (han >= 0) != (lang == "zh-CN") {
					t.Errorf("%s: written in another language than %s: %s", row.kind, lang, form)
				}
			}
		}
	}
	if err := fs.WalkDir(files, "templates", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !used[path] {
			t.Errorf("%s belongs to no row", path)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

func TestFactsCannotBecomeMarkupOrHeaders(t *testing.T) {
	p, o := &postOffice{}, newOutbox()
	n := newNotifier(t, open(t, p, "127.0.0.1:0"), o)
	m := message(1, "registered", "en", "li@mail.example")
	m.Facts = map[string]string{"name": "x.com\r\nBcc: all@mail.example\r\n\r\n<script>alert(1)</script>"}
	o.put(m)
	if sent, err := n.Flush(context.Background()); sent != 1 || err != nil {
		t.Fatal(sent, err)
	}
	h, _, html := parts(t, p.all()[0].raw)
	if h.Get("Bcc") != "" || len(p.all()[0].to) != 1 || strings.Contains(html, "<script>") {
		t.Errorf("%v\n%s", h, html)
	}
	o.put(message(2, "registration-failed", "en", "li@mail.example"))
	if _, err := n.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, _, html := parts(t, p.all()[1].raw); strings.Contains(html, "<b>") {
		t.Error("words are not escaped")
	}
}

func TestAddressesThatWouldInject(t *testing.T) {
	p, o := &postOffice{}, newOutbox()
	n := newNotifier(t, open(t, p, "127.0.0.1:0"), o)
	bad := []string{"a@b.example\r\nBcc: c@d.example", "a@b.example\nRCPT TO:<c@d.example>", "a@b.example, c@d.example", "", "nobody",
		"a@b.example\x00", "\"a\r\n b\"@c.example", strings.Repeat("a", 250) + "@b.example"}
	for i, to := range bad {
		o.put(message(int64(i+1), "welcome", "en", to))
	}
	o.put(message(100, "welcome", "en", "good@mail.example"))
	sent, err := n.Flush(context.Background())
	if sent != 1 || err == nil || strings.Contains(err.Error(), "c@d.example") {
		t.Errorf("%d sent, %v", sent, err)
	}
	for i := range bad {
		if s, tries := o.count(int64(i + 1)); s != 0 || tries != 1 {
			t.Errorf("%q: sent %d, put off %d", bad[i], s, tries)
		}
	}
	for _, m := range p.all() {
		if len(m.to) != 1 || m.to[0] != "good@mail.example" {
			t.Errorf("sent to %v", m.to)
		}
	}
}

func TestOneRefusedMessageKeepsNoOtherBack(t *testing.T) {
	p, o := &postOffice{}, newOutbox()
	n := newNotifier(t, open(t, p, "127.0.0.1:0"), o)
	o.put(message(1, "welcome", "zh-CN", "x@refused.example"), message(2, "nonsense", "en", "a@mail.example"), message(3, "welcome", "en", "b@mail.example"))
	sent, err := n.Flush(context.Background())
	if sent != 1 || err == nil {
		t.Errorf("%d %v", sent, err)
	}
	for id, want := range map[int64][2]int{1: {0, 1}, 2: {0, 1}, 3: {1, 0}} {
		if s, tries := o.count(id); s != want[0] || tries != want[1] {
			t.Errorf("message %d: sent %d, put off %d", id, s, tries)
		}
	}
}

func TestServerDownThenBack(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close()
	p, o := &postOffice{}, newOutbox()
	n := newNotifier(t, addr, o)
	for id := range int64(5) {
		o.put(message(id+1, "welcome", "en", "li@mail.example"))
	}
	if sent, err := n.Flush(context.Background()); sent != 0 || err == nil {
		t.Errorf("%d %v", sent, err)
	}
	for id := range int64(5) {
		if s, tries := o.count(id + 1); s != 0 || tries != 1 {
			t.Errorf("message %d: sent %d, put off %d: it must be put off once, not lost", id+1, s, tries)
		}
	}
	p.down = true
	open(t, p, addr)
	o.put(message(1, "welcome", "en", "li@mail.example"))
	if sent, err := n.Flush(context.Background()); sent != 0 || err == nil {
		t.Errorf("451: %d %v", sent, err)
	}
	p.mu.Lock()
	p.down = false
	p.mu.Unlock()
	o.put(message(1, "welcome", "en", "li@mail.example"))
	if sent, err := n.Flush(context.Background()); sent != 1 || err != nil {
		t.Errorf("back: %d %v", sent, err)
	}
}

func TestRun(t *testing.T) {
	p, o := &postOffice{}, newOutbox()
	n := newNotifier(t, open(t, p, "127.0.0.1:0"), o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	for id := range int64(2*batch + 5) {
		o.put(message(id+1, "expired", "zh-CN", "li@mail.example"))
	}
	n.Wake()
	for end := time.Now().Add(8 * time.Second); len(p.all()) < 2*batch+5; {
		if time.Now().After(end) {
			t.Fatalf("%d mails", len(p.all()))
		}
		time.Sleep(2 * time.Millisecond)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if s, _ := o.count(2*batch + 5); s > 1 {
		t.Error("sent twice")
	}
}

func TestNewRefuses(t *testing.T) {
	good := Config{SMTP: "127.0.0.1:25", From: "a@b.example", BaseURL: "http://x", Store: newOutbox(), Words: words, Wall: time.Now}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(*Config){
		"no store": func(c *Config) { c.Store = nil }, "no words": func(c *Config) { c.Words = nil }, "no clock": func(c *Config) { c.Wall = nil },
		"no base": func(c *Config) { c.BaseURL = "" }, "no port": func(c *Config) { c.SMTP = "localhost" }, "no sender": func(c *Config) { c.From = "" },
		"two senders": func(c *Config) { c.From = "a@b.example, c@d.example" },
	} {
		c := good
		edit(&c)
		if _, err := New(c); err == nil {
			t.Error(name)
		}
	}
}

func TestMoney(t *testing.T) {
	for in, want := range map[[2]string]string{{"6800", "CNY"}: "¥68.00", {"5", "CNY"}: "¥0.05", {"-120", "USD"}: "-1.20 USD", {"", "CNY"}: "", {"x", "USD"}: "x"} {
		if got := money(in[0], in[1]); got != want {
			t.Errorf("%v: %q, want %q", in, got, want)
		}
	}
}
