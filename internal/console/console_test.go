package console

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// concrete fills the wildcards of a route's pattern.
func concrete(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	path = strings.ReplaceAll(path, "{$}", "")
	return method, regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "7")
}

// TestDefaultDeny walks over every route: without a session nothing but public pages answers; an owner gets nothing of
// the desk; nothing is asked of the operations meanwhile.
func TestDefaultDeny(t *testing.T) {
	b := newBench(t)
	anonymous, own := b.visitor(), b.as(t, domain.Owner)
	open := map[string]bool{}
	for _, rt := range (&console{}).routes() {
		method, path := concrete(rt.pattern)
		b.f.scopes = map[string]domain.Scope{}
		form := strings.NewReader("")
		head := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
		switch rt.who {
		case public:
			open[rt.pattern] = true
			continue
		case owner, operator:
			res, _ := anonymous.do(method, path, form, head)
			if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/signin?next=") {
				t.Errorf("%s: anonymous got %d %s", rt.pattern, res.StatusCode, res.Header.Get("Location"))
			}
			if len(b.f.scopes) > 0 {
				t.Errorf("%s: anonymous reached %v", rt.pattern, b.f.scopes)
			}
		}
		if rt.who == operator {
			res, body := own.do(method, path, form, head)
			if res.StatusCode != http.StatusForbidden || !strings.Contains(body, `data-code="account.denied"`) {
				t.Errorf("%s: an owner got %d", rt.pattern, res.StatusCode)
			}
			for op, s := range b.f.scopes {
				if s.Operator {
					t.Errorf("%s: %s ran with an operator's scope for an owner", rt.pattern, op)
				}
			}
		}
		if strings.HasPrefix(path, "/desk") != (rt.who == operator) {
			t.Errorf("%s: desk pages, and only they, are for operators", rt.pattern)
		}
	}
	// The public ones are named here, so that a new page is closed until somebody opens it.
	want := []string{"GET /freshness", "GET /help", "GET /help/{code}", "GET /search", "GET /signin", "GET /signup", "GET /{$}",
		"POST /cart/add", "POST /signin", "POST /signout", "POST /signup", "POST /theme"}
	var got []string
	for p := range open {
		got = append(got, p)
	}
	sort.Strings(got)
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("public pages are %v", got)
	}
}

// TestOwnerPagesNeverLookWithOperatorsEyes: an operator on owners' pages acts for the own account alone.
func TestOwnerPagesNeverLookWithOperatorsEyes(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Operator)
	withOrders(b.f)
	withNames(b.f)
	for _, rt := range (&console{}).routes() {
		method, path := concrete(rt.pattern)
		if rt.who != owner || method != "GET" {
			continue
		}
		b.f.scopes = map[string]domain.Scope{}
		v.get(path)
		for op, s := range b.f.scopes {
			if s.Operator || s.Account != 1 {
				t.Errorf("%s: %s ran with %+v", rt.pattern, op, s)
			}
		}
	}
	b.f.scopes = map[string]domain.Scope{}
	v.get("/desk/orders")
	if !b.f.scopes["Orders"].Operator {
		t.Errorf("the desk ran with %+v", b.f.scopes["Orders"])
	}
}

func TestEveryPageIsGuarded(t *testing.T) {
	b := newBench(t)
	for _, v := range []*browser{b.visitor(), b.as(t, domain.Owner)} {
		for _, path := range []string{"/", "/search?q=abc", "/signin", "/nowhere", "/domains", "/desk", "/freshness?v=1"} {
			res, _ := v.get(path)
			csp := res.Header.Get("Content-Security-Policy")
			if !strings.Contains(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
				t.Errorf("%s: CSP %q", path, csp)
			}
			if res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %v", path, res.Header)
			}
		}
	}
}

func TestCrossOriginIsRefused(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Owner)
	for name, head := range map[string]http.Header{
		"metadata": {"Sec-Fetch-Site": {"cross-site"}}, "origin": {"Origin": {"https://evil.example"}},
	} {
		for _, rt := range (&console{}).routes() {
			method, path := concrete(rt.pattern)
			if method != "POST" {
				continue
			}
			b.f.scopes = map[string]domain.Scope{}
			h := head.Clone()
			h.Set("Content-Type", "application/x-www-form-urlencoded")
			res, body := v.do(method, path, strings.NewReader("amount=5&name=a.com"), h)
			if res.StatusCode != http.StatusForbidden || !strings.Contains(body, `data-code="request.cross-origin"`) {
				t.Errorf("%s %s: %d", name, rt.pattern, res.StatusCode)
			}
			for op := range b.f.scopes {
				if op != "Cart" { // the frame of the refusing page counts the cart
					t.Errorf("%s %s reached %s", name, rt.pattern, op)
				}
			}
		}
	}
	if len(b.f.topped) > 0 {
		t.Error("money moved")
	}
}

func TestNextNeverLeavesTheSite(t *testing.T) {
	for in, want := range map[string]string{
		"/domains": "/domains", "/search?q=a b": "/search?q=a b", "/checkout#x": "/checkout",
		"": "-", "https://evil.example/": "-", "//evil.example": "-", "/\\evil.example": "-", "/%5cevil.example": "/%5cevil.example",
		"javascript:alert(1)": "-", "/\tx": "-", "/ok\r\nSet-Cookie: a": "-", "domains": "-", "/signin?next=/signin": "-", "/signout": "-",
	} {
		if got := safeNext(in, "-"); got != want {
			t.Errorf("%q goes to %q, want %q", in, got, want)
		}
	}
	b := newBench(t)
	b.as(t, domain.Owner)
	res, _ := b.visitor().post("/signin", url.Values{"email": {"lin@yunhe-tea.com"}, "password": {"correct horse battery"}, "next": {"//evil.example/x"}})
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != "/domains" {
		t.Errorf("%d to %q", res.StatusCode, to)
	}
}

// TestSignInComesBack: where one wanted to go, and the name that was picked before signing in.
func TestSignInComesBack(t *testing.T) {
	b := newBench(t)
	v := b.visitor()
	res, _ := v.get("/orders?offset=20")
	next, _ := url.Parse(res.Header.Get("Location"))
	if next.Query().Get("next") != "/orders?offset=20" {
		t.Fatal(res.Header.Get("Location"))
	}
	res, _ = v.post("/cart/add", url.Values{"name": {"Yunhecha.CN"}, "next": {"/search?q=yunhecha"}})
	if res.Header.Get("Location") != "/signin?next=%2Fcart" {
		t.Fatal(res.Header.Get("Location"))
	}
	planted := ""
	for _, c := range v.cookies {
		planted = c.Value
	}
	res, _ = v.post("/signup", url.Values{"email": {"lin@yunhe-tea.com"}, "password": {"correct horse battery"}, "next": {"/cart"}})
	if res.Header.Get("Location") != "/cart" {
		t.Fatal(res.Header.Get("Location"))
	}
	if v.cookies["openregistrar"].Value == planted {
		t.Error("the session's token is the one from before sign-in")
	}
	if _, body := v.get("/cart"); !strings.Contains(body, `data-name="yunhecha.cn"`) {
		t.Error("the picked name is not in the cart")
	}
	res, _ = v.post("/signout", nil)
	if res.Header.Get("Location") != "/" {
		t.Error(res.Header.Get("Location"))
	}
	if res, _ := v.get("/cart"); res.StatusCode != http.StatusSeeOther {
		t.Error("signed out, and the cart still opens")
	}
}

// TestSearchStreams: each row leaves as its answer arrives, before the next one is known.
func TestSearchStreams(t *testing.T) {
	b := newBench(t)
	b.f.pause = make(chan struct{})
	srv := httptest.NewServer(b.h)
	defer srv.Close()
	defer time.AfterFunc(10*time.Second, func() { close(b.f.pause); srv.CloseClientConnections() }).Stop()
	res, err := http.Get(srv.URL + "/search?q=one.com+two.cn+bad_name.com")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	r := bufio.NewReader(res.Body)
	until := func(want string) string {
		t.Helper()
		var seen strings.Builder
		for {
			line, err := r.ReadString('\n')
			seen.WriteString(line)
			if strings.Contains(line, want) {
				return seen.String()
			}
			if err != nil {
				t.Fatalf("%s never came: %v", want, err)
			}
		}
	}
	if head := until(`class="asking"`); !strings.Contains(head, `data-state="malformed"`) || strings.Contains(head, "one.com\" data-state") {
		t.Error("the head came with answers that nobody had given")
	}
	answer := func() {
		t.Helper()
		select {
		case b.f.pause <- struct{}{}:
		case <-time.After(5 * time.Second):
			t.Fatal("nobody asks the registry")
		}
	}
	answer()
	until(`data-name="one.com" data-state="available"`)
	answer()
	until(`data-name="two.cn"`)
	rest, _ := io.ReadAll(r)
	if !strings.Contains(string(rest), `id="search-done"`) || !strings.HasSuffix(strings.TrimSpace(string(rest)), "</html>") {
		t.Error("the page has no end")
	}
}

func TestCheckoutBuysWhatWasShown(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Owner)
	withCart(b.f)
	withTemplates(domain.TemplateApproved)(b.f)
	withMoney(100000)(b.f)
	_, page := v.get("/checkout")
	field := func(name string) string {
		m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("the form has no %s", name)
		}
		return m[1]
	}
	if field("max_total") != "45900" {
		t.Errorf("max_total %s", field("max_total"))
	}
	form := url.Values{"key": {field("key")}, "max_total": {field("max_total")}, "template": {field("template")}, "agreement": {b.f.table.House.Agreement},
		"name": {"yunhecha.cn", "yunhecha.com"}, "auto_renew": {"1"}, "ns": {"ns1.example.net, ns2.example.net"}}
	res, _ := v.post("/checkout", form)
	if res.Header.Get("Location") != "/orders/1042" || len(b.f.placed) != 1 {
		t.Fatalf("%d %s %v", res.StatusCode, res.Header.Get("Location"), b.f.placed)
	}
	in := b.f.placed[0]
	if in.Key != form.Get("key") || in.MaxTotal != 45900 || in.Template != 1 || in.Agreement != "2026-11-01" || in.Language != zh || len(in.Names) != 2 ||
		in.YearsOf["yunhecha.com"] != 2 || in.AutoRenew != 1 || in.LockTransfer || len(in.NameServers) != 2 {
		t.Errorf("%+v", in)
	}
	// Another visit has another key; a refused form keeps its own.
	_, again := v.get("/checkout")
	if strings.Contains(again, form.Get("key")) {
		t.Error("two visits share an idempotency key")
	}
	b.f.fail["Register"] = fault.New(fault.Conflict, "order.price-changed", "shown", "45900", "now", "46000", "currency", "CNY")
	res, body := v.post("/checkout", form)
	if res.StatusCode != http.StatusConflict || !strings.Contains(body, `data-code="order.price-changed"`) || !strings.Contains(body, form.Get("key")) {
		t.Errorf("%d: the fault or the key is missing", res.StatusCode)
	}
	delete(form, "agreement")
	delete(b.f.fail, "Register")
	if res, body = v.post("/checkout", form); res.StatusCode != 422 || !strings.Contains(body, `data-code="order.agreement-missing"`) || len(b.f.placed) != 1 {
		t.Errorf("%d without the agreement, %d orders", res.StatusCode, len(b.f.placed))
	}
}

func TestTopUpReadsMoney(t *testing.T) {
	for typed, want := range map[string]int64{"178.40": 17840, "178.4": 17840, "178": 17800, "¥1,000": 100000, " 5 ": 500, "0.05": 5,
		"": -1, "1.234": -1, "-5": -1, "1e3": -1, ".5": -1, "5.": -1, "abc": -1, "99999999999999": -1, "+5": -1} {
		got, ok := minor(typed)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q is %d, want %d", typed, got, want)
		}
	}
	if decimal(17840) != "178.40" || decimal(5) != "0.05" {
		t.Error(decimal(17840), decimal(5))
	}
	b := newBench(t)
	v := b.as(t, domain.Owner)
	res, _ := v.post("/wallet/top-up", url.Values{"amount": {"419.00"}, "next": {"/checkout"}, "key": {"k"}})
	if res.Header.Get("Location") != "/checkout" || fmt.Sprint(b.f.topped) != "[41900]" {
		t.Errorf("%s %v", res.Header.Get("Location"), b.f.topped)
	}
}

func TestAddToCartByScript(t *testing.T) {
	b := newBench(t)
	ask := func(v *browser) (*http.Response, string) {
		return v.do("POST", "/cart/add", strings.NewReader("name=yunhe.cn"), http.Header{"Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"}})
	}
	if res, body := ask(b.visitor()); res.StatusCode != http.StatusUnauthorized || !strings.Contains(body, `"go":"/signin?next=%2Fcart"`) {
		t.Error(res.StatusCode, body)
	}
	v := b.as(t, domain.Owner)
	if res, body := ask(v); res.StatusCode != 200 || !strings.Contains(body, `"count":1`) || !strings.Contains(body, `id=\"search-cart\"`) {
		t.Error(res.StatusCode, body)
	}
	b.f.fail["AddToCart"] = fault.New(fault.Conflict, "registration.taken", "name", "yunhe.cn")
	if res, body := ask(v); res.StatusCode != http.StatusConflict || !strings.Contains(body, `"code":"registration.taken"`) {
		t.Error(res.StatusCode, body)
	}
}

func TestFreshness(t *testing.T) {
	b := newBench(t)
	if _, body := b.visitor().get("/freshness?v=1"); body != `{"stale":false}` {
		t.Error(body)
	}
	v := b.as(t, domain.Owner)
	if _, body := v.get("/domains"); !strings.Contains(body, `data-view="7"`) || !strings.Contains(body, `id="stale" role="status" hidden data-code="lookup.stale-view"`) {
		t.Error("the page does not say which version it was made at")
	}
	if _, body := v.get("/freshness?v=7"); body != `{"stale":false}` {
		t.Error(body)
	}
	_, body := v.get("/freshness?v=6")
	for _, want := range []string{`"stale":true`, `"code":"lookup.stale-view"`, `"page":"6"`, `"title":"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
}

func TestLanguage(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct{ query, cookie, accept, want string }{
		{"", "", "", zh}, {"", "", "en-GB,en;q=0.9", en}, {"", "", "zh-TW", zh}, {"", "", "fr", zh}, {"", "en", "zh", en},
		{"?lang=zh-CN", "en", "en", zh}, {"?lang=xx", "", "en", en}, {"", "xx", "en", en},
	} {
		v := b.visitor()
		v.accept = c.accept
		if c.cookie != "" {
			v.cookies[langCookie] = preference(langCookie, c.cookie, false)
		}
		if _, body := v.get("/search" + c.query); !strings.Contains(body, `<html lang="`+c.want+`"`) {
			t.Errorf("%+v is not in %s", c, c.want)
		}
	}
	v := b.visitor()
	v.get("/search?lang=en")
	if _, body := v.get("/search"); !strings.Contains(body, `<html lang="en"`) {
		t.Error("the choice is forgotten")
	}
	// The account's language stands before the browser's.
	v = b.as(t, domain.Owner)
	b.f.accounts[0].Locale = en
	v.accept = "zh"
	if _, body := v.get("/domains"); !strings.Contains(body, `<html lang="en"`) {
		t.Error("the account's language is not spoken")
	}
}

func TestThemeWithoutScript(t *testing.T) {
	v := newBench(t).visitor()
	if res, _ := v.post("/theme", url.Values{"theme": {"dark"}, "next": {"/help"}}); res.Header.Get("Location") != "/help" {
		t.Error(res.Header.Get("Location"))
	}
	if _, body := v.get("/help"); !strings.Contains(body, `data-theme="dark"`) || !strings.Contains(body, `name="theme" value="light"`) {
		t.Error("the theme is not kept")
	}
}

func TestStatic(t *testing.T) {
	v := newBench(t).visitor()
	_, body := v.get("/search")
	for _, m := range regexp.MustCompile(`/static/[a-z]+\.[0-9a-f]{8}\.(css|js|svg)`).FindAllString(body, -1) {
		res, file := v.get(m)
		if res.StatusCode != 200 || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || file == "" {
			t.Errorf("%s: %d %s", m, res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
	if res, _ := v.get("/static/app.00000000.css"); res.StatusCode != 404 {
		t.Error("another hash gives a file")
	}
	if !strings.Contains(body, "/static/app.") {
		t.Error("the page has no stylesheet")
	}
}

// TestIconsExist: each icon that a template names is in the sprite.
func TestIconsExist(t *testing.T) {
	sprite, _ := staticFiles.ReadFile("static/icons.svg")
	for _, text := range templateTexts(t) {
		for _, m := range regexp.MustCompile(`icon "([a-z]+)"|tab[a-z]* "[^"]+" "([a-z]+)"`).FindAllStringSubmatch(text, -1) {
			if id := m[1] + m[2]; !strings.Contains(string(sprite), `id="i-`+id+`"`) {
				t.Errorf("no icon %s", id)
			}
		}
	}
}

func TestJobsAreReadOnly(t *testing.T) {
	reached := ""
	b := newBench(t, func(d *Deps) {
		d.JobsUI = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { reached = r.Method + " " + r.URL.Path })
	})
	v := b.as(t, domain.Operator)
	if res, _ := v.get("/desk/jobs/api/jobs"); res.StatusCode != 200 || reached != "GET /desk/jobs/api/jobs" {
		t.Errorf("%d, reached %q", res.StatusCode, reached)
	}
	reached = ""
	res, _ := v.post("/desk/jobs/api/jobs/cancel", url.Values{"ids": {"1"}})
	if reached != "" || res.StatusCode < 400 {
		t.Errorf("%d, reached %q", res.StatusCode, reached)
	}
	if res, _ := b.visitor().get("/desk/jobs/"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("anonymous got %d", res.StatusCode)
	}
}

// TestInternalErrorsSayNothing: the cause goes to the log under the number that the page shows.
func TestInternalErrorsSayNothing(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Owner)
	b.f.fail["Wallet"] = fmt.Errorf("password=hunter2 at 10.0.0.5")
	res, body := v.get("/wallet")
	if res.StatusCode != 500 || strings.Contains(body, "hunter2") || strings.Contains(body, "10.0.0.5") {
		t.Fatalf("%d %s", res.StatusCode, clip(body, 300))
	}
	m := regexp.MustCompile(`e-[0-9a-f]{6}`).FindString(body)
	if m == "" || !strings.Contains(b.log.String(), m) || !strings.Contains(b.log.String(), "hunter2") {
		t.Errorf("number %q, log %s", m, b.log.String())
	}
}

func TestOversizeFormIsRefused(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Owner)
	res, body := v.post("/domains/ns", url.Values{"ns": {strings.Repeat("x", maxForm+1)}, "name": {"a.com"}})
	if res.StatusCode != 422 || !strings.Contains(body, `data-code="input.too-large"`) {
		t.Errorf("%d", res.StatusCode)
	}
	if _, ok := b.f.scopes["ChangeNameServers"]; ok {
		t.Error("half a form was acted on")
	}
}

// TestWhatPeopleTypeIsText: nothing that somebody typed becomes markup.
func TestWhatPeopleTypeIsText(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Owner)
	const evil = `"><script>alert(1)</script>`
	b.f.cases = []domain.Case{{Account: 1, Subject: evil, Code: "hold.unverified", Facts: map[string]string{"name": evil}, OpenedAt: today}}
	b.f.found["x.com"] = ops.Found{State: ops.Taken, Code: "registration.taken", Facts: fault.Facts{"name": evil}}
	for _, path := range []string{"/search?q=" + url.QueryEscape(evil+" x.com"), "/domains", "/help?q=" + url.QueryEscape(evil), "/log?subject=" + url.QueryEscape(evil),
		"/domains/ns?name=a.com&name=" + url.QueryEscape(evil), "/domains/lookup?name=" + url.QueryEscape(evil), "/" + url.PathEscape(evil), "/signin?next=" + url.QueryEscape("/"+evil)} {
		_, body := v.get(path)
		if strings.Contains(body, "<script>alert") {
			t.Errorf("%s runs what was typed", path)
		}
	}
}
