package e2e

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/store/pgtest"
)

// postgres gives an empty database of a private server.
func postgres(t testing.TB) string { return pgtest.DSN(t) }

// browser is a person at the console without script: forms, cookies, redirects.
type browser struct {
	t    testing.TB
	base string
	c    *http.Client
}

func newBrowser(t testing.TB, base string) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, base: base, c: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

func (b *browser) get(path string) (int, string) {
	b.t.Helper()
	resp, err := b.c.Get(b.base + path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func (b *browser) post(path string, form url.Values) (int, string) {
	b.t.Helper()
	resp, err := b.c.PostForm(b.base+path, form)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func (b *browser) signUp(email string) {
	b.t.Helper()
	if status, body := b.post("/signup", url.Values{"email": {email}, "name": {"Second"}, "password": {"correct horse battery"}}); status != http.StatusOK {
		b.t.Fatalf("sign-up: %d\n%s", status, body)
	}
}

func (b *browser) signIn(email, password string) {
	b.t.Helper()
	if status, body := b.post("/signin", url.Values{"email": {email}, "password": {password}}); status != http.StatusOK || strings.Contains(body, "signin-form") {
		b.t.Fatalf("sign-in: %d", status)
	}
}

var keyShown = regexp.MustCompile(`id="secret-id"[^>]*>\s*([A-Za-z0-9]+)\s*<(?s:.*)id="secret-key"[^>]*>\s*([A-Za-z0-9]+)\s*<`)

func (b *browser) makeKey() (id, secret string) {
	b.t.Helper()
	status, body := b.post("/keys", url.Values{"label": {"test"}})
	m := keyShown.FindStringSubmatch(body)
	if status != http.StatusOK || m == nil {
		b.t.Fatalf("keys: %d\n%s", status, body)
	}
	return m[1], m[2]
}

// tc3Request is a request in the product's own wire form, signed here from the published recipe and nothing of ours.
type tc3Request struct {
	base, ca, id, secret, action, version, body string
	at                                          time.Time
	tamper                                      bool
}

func (r tc3Request) send(t testing.TB) (code, message string) {
	t.Helper()
	u, err := url.Parse(r.base)
	if err != nil {
		t.Fatal(err)
	}
	date := r.at.UTC().Format("2006-01-02")
	sum := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	mac := func(key []byte, s string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(s))
		return m.Sum(nil)
	}
	canonical := "POST\n/\n\ncontent-type:application/json\nhost:" + u.Host + "\n\ncontent-type;host\n" + sum(r.body)
	toSign := "TC3-HMAC-SHA256\n" + strconv.FormatInt(r.at.Unix(), 10) + "\n" + date + "/domain/tc3_request\n" + sum(canonical)
	key := mac(mac(mac([]byte("TC3"+r.secret), date), "domain"), "tc3_request")
	body := r.body
	if r.tamper {
		body = strings.Replace(body, "free", "fred", 1)
	}
	req, err := http.NewRequest(http.MethodPost, r.base, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-TC-Action", r.action)
	req.Header.Set("X-TC-Version", r.version)
	req.Header.Set("X-TC-Timestamp", strconv.FormatInt(r.at.Unix(), 10))
	req.Header.Set("Authorization", fmt.Sprintf("TC3-HMAC-SHA256 Credential=%s/%s/domain/tc3_request, SignedHeaders=content-type;host, Signature=%s",
		r.id, date, hex.EncodeToString(mac(key, toSign))))
	c := http.DefaultClient
	if r.ca != "" {
		pem, err := os.ReadFile(r.ca)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		c = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatalf("%s: %v", r.action, err)
	}
	defer resp.Body.Close()
	var out struct {
		Response struct {
			Error     *struct{ Code, Message string }
			RequestId string //nolint:revive // the product's spelling
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != http.StatusOK || out.Response.RequestId == "" {
		t.Fatalf("%s: HTTP %d, %v", r.action, resp.StatusCode, err)
	}
	if out.Response.Error == nil {
		return "", ""
	}
	return out.Response.Error.Code, out.Response.Error.Message
}
