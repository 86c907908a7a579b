package world_test

import (
	"bytes"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/world"
)

// form posts a form of the control page as a browser on that page does.
func form(t *testing.T, w *world.World, origin, path string, fields url.Values) (int, string, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, w.Info().Control+path, strings.NewReader(fields.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", origin)
	req.Header.Set("Accept-Language", "en")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header.Get("Location"), string(raw)
}

var han = regexp.MustCompile(`\p{Han}+`)

func TestPagesInBothLanguages(t *testing.T) {
	w := start(t, t.TempDir())
	for path, want := range map[string][2]string{
		"/":                                      {"业务时钟", "Business clock"},
		"/registries/verisim":                    {"注入故障", "Inject a fault"},
		"/registries/cnsim":                      {"预存款", "Deposits"},
		"/registries/newsim/rules":               {"每个后缀的规矩", "Rules of each suffix"},
		"/names":                                 {"域名归谁", "Who holds what"},
		"/names?registry=cnsim&clid=rival":       {"让别家注册一个", "Have another registrar take a name"},
		"/verifier":                              {"实名核验机构", "Verification authority"},
		"/verifier?register=organisations&new=1": {"统一社会信用代码", "Credit code"},
		"/papers":                                {"存下这张图", "Save the picture"},
		"/papers?kind=licence&who=2&fault=grey":  {"法定代表人", "Representative"},
	} {
		for i, lang := range []string{"zh-CN", "en"} {
			u := w.Info().Control + path
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			resp, err := http.Get(u + sep + "lang=" + lang)
			if err != nil {
				t.Fatal(err)
			}
			raw, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			body := string(raw)
			if resp.StatusCode != 200 || !strings.Contains(body, want[i]) || !strings.Contains(body, `<html lang="`+lang+`">`) || !strings.Contains(body, "</html>") {
				t.Errorf("%s in %s: %d, no %q", path, lang, resp.StatusCode, want[i])
			}
			if csp := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'self'") || strings.Contains(csp, "unsafe") {
				t.Errorf("%s: CSP %q", path, csp)
			}
			for _, bad := range []string{"<script", "<style", " style=", " onclick", "<no value>", "%!"} {
				if strings.Contains(body, bad) {
					t.Errorf("%s contains %q", path, bad)
				}
			}
			if lang == "en" {
				text := strings.NewReplacer("中文", "", ".中国", "").Replace(body)
				if strings.HasPrefix(path, "/names") || strings.HasPrefix(path, "/verifier") || strings.HasPrefix(path, "/papers") {
					continue // names themselves may be Chinese
				}
				if m := han.FindString(text); m != "" {
					t.Errorf("%s in English still says %q", path, m)
				}
			}
		}
	}
	if code, body := fetch(t, w.Info().Control+"/nothing?lang=en"); code != 404 || !strings.Contains(body, "There is no such page here.") {
		t.Errorf("missing page: %d", code)
	}
	if code, _ := fetch(t, w.Info().Control+"/registries/nosuch"); code != 404 {
		t.Errorf("missing registry: %d", code)
	}
}

// TestPaperPictures: every kind of paper can be taken along, and only what there is.
func TestPaperPictures(t *testing.T) {
	w := start(t, t.TempDir())
	own := w.Info().Control
	for _, kind := range []string{"card", "back", "passport", "licence", "certificate", "permit"} {
		_, page := fetch(t, own+"/papers?fault=cut&kind="+kind)
		m := regexp.MustCompile(`id="save" href="([^"]+)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("%s: the page has no picture", kind)
		}
		resp, err := http.Get(own + html.UnescapeString(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "image/jpeg" || len(raw) < 55*1024 || !bytes.HasPrefix(raw, []byte("\xff\xd8")) {
			t.Errorf("%s: HTTP %d, %s, %d bytes", kind, resp.StatusCode, resp.Header.Get("Content-Type"), len(raw))
		}
	}
	for _, q := range []string{"", "kind=card", "kind=card&who=-1", "kind=card&who=100000", "kind=stamp&who=0", "kind=card&who=0&fault=burnt", "kind=card&who=0&scene=moon"} {
		if code, _ := fetch(t, own+"/papers/picture?"+q); code != 404 {
			t.Errorf("%q: HTTP %d", q, code)
		}
	}
}

func TestFormsDoWhatTheySay(t *testing.T) {
	w := start(t, t.TempDir())
	own := w.Info().Control
	before := w.Now()
	code, to, _ := form(t, w, own, "/clock", url.Values{"by": {"1d"}})
	if code != 303 || !strings.HasPrefix(to, "/?steps=") {
		t.Errorf("clock: %d %q", code, to)
	}
	if moved := w.Now().Sub(before).Hours(); moved < 24 || moved > 24.1 {
		t.Errorf("clock moved %.2f h", moved)
	}
	if code, _, body := form(t, w, own, "/clock", url.Values{"to": {"2001-01-01"}}); code != 400 || !strings.Contains(body, "Nothing was changed.") || !strings.Contains(body, "backwards") {
		t.Errorf("backwards: %d %s", code, body)
	}
	if code, _, _ := form(t, w, own, "/registries/newsim/power", url.Values{"up": {"false"}}); code != 303 {
		t.Errorf("power: %d", code)
	}
	var st struct {
		Up     bool
		Faults []struct{ Kind, Command, Match, ClID string }
	}
	call(t, w, "GET", "/api/registries/newsim", nil, 200, &st)
	if st.Up {
		t.Error("still up")
	}
	form(t, w, own, "/registries/newsim/power", url.Values{"up": {"true"}})
	if code, _, body := form(t, w, own, "/registries/newsim/faults", url.Values{"kind": {"delay"}, "command": {"domain:create"}, "match": {"*.top"}, "delay": {"2s"}, "times": {"0"}, "clid": {"openreg"}}); code != 303 {
		t.Errorf("fault: %d %s", code, body)
	}
	call(t, w, "GET", "/api/registries/newsim", nil, 200, &st)
	if !st.Up || len(st.Faults) != 1 || st.Faults[0].Match != "*.top" || st.Faults[0].Command != "domain:create" {
		t.Errorf("after the forms: %+v", st)
	}
	_, body := fetch(t, own+"/registries/newsim?lang=en")
	if !strings.Contains(body, "Slow answers") || !strings.Contains(body, "/faults/fault-") {
		t.Error("the fault in force is not on the page")
	}
	var dep struct{ Balance int64 }
	call(t, w, "POST", "/api/registries/newsim/deposits/openreg", map[string]int64{"delta": 0}, 200, &dep)
	form(t, w, own, "/registries/newsim/deposits", url.Values{"clid": {"openreg"}, "amount": {"1,200.5"}, "sign": {"-"}})
	was := dep.Balance
	call(t, w, "POST", "/api/registries/newsim/deposits/openreg", map[string]int64{"delta": 0}, 200, &dep)
	if dep.Balance != was-120050 {
		t.Errorf("deposit moved by %d", dep.Balance-was)
	}
	for _, bad := range []string{"", "x", "1.234", "-5", "1e9"} {
		if code, _, _ := form(t, w, own, "/registries/newsim/deposits", url.Values{"clid": {"openreg"}, "amount": {bad}, "sign": {"+"}}); code != 400 {
			t.Errorf("amount %q: %d", bad, code)
		}
	}
	if code, to, body := form(t, w, own, "/names/take", url.Values{"name": {"茶山云.top"}, "clid": {"rival"}}); code != 303 || !strings.HasPrefix(to, "/names?q=xn--") {
		t.Errorf("take: %d %q %s", code, to, body)
	}
	if code, _, _ := form(t, w, own, "/names/status", url.Values{"name": {"茶山云.top"}, "status": {"serverHold"}, "on": {"true"}}); code != 303 {
		t.Errorf("hold: %d", code)
	}
	if _, body := fetch(t, own+"/names?lang=en&q="+url.QueryEscape("茶山云.top")); !strings.Contains(body, "Lift serverHold") {
		t.Error("the held name is not shown as held")
	}
	if code, _, body := form(t, w, own, "/names/take", url.Values{"name": {"茶山云.top"}, "clid": {"elder"}}); code != 409 || !strings.Contains(body, "2302") {
		t.Errorf("taken twice: %d", code)
	}
}

// A late commit may come later than the registry promises: the page says that
// next to the field, and of a fault that does.
func TestLateCommitBeyondThePromise(t *testing.T) {
	w := start(t, t.TempDir())
	if ms := w.Info().Registries[2].LongestCommandMS; ms != 3000 {
		t.Fatalf("the promise is %d ms: the texts below want 3s", ms)
	}
	own := w.Info().Control
	inject := func(delay string) {
		t.Helper()
		if code, _, body := form(t, w, own, "/registries/newsim/faults", url.Values{"kind": {"late-commit"}, "command": {"domain:create"}, "delay": {delay}, "times": {"1"}}); code != 303 {
			t.Fatalf("late by %s: %d %s", delay, code, body)
		}
	}
	inject("3s")
	_, body := fetch(t, own+"/registries/newsim?lang=en")
	field := regexp.MustCompile(`<input[^>]*id="d-late-commit"[^>]*aria-describedby="dh-late-commit"`)
	if !field.MatchString(body) || !strings.Contains(body, `id="dh-late-commit">This registry promises that a command is decided within 3s.`) {
		t.Error("nothing about the promise next to the field")
	}
	if strings.Contains(body, "longer than the promised") {
		t.Error("3s is said to be longer than 3s")
	}
	inject("10s")
	if _, body = fetch(t, own+"/registries/newsim?lang=en"); strings.Count(body, "longer than the promised 3s") != 1 {
		t.Error("the fault in force does not say that it breaks the promise")
	}
	if _, body = fetch(t, own+"/registries/newsim?lang=zh-CN"); !strings.Contains(body, "超过承诺的 3s") || !strings.Contains(body, "一条指令最多 3s 见分晓") {
		t.Error("nothing of it in Chinese")
	}
}

func TestForeignOriginsAreRefused(t *testing.T) {
	w := start(t, t.TempDir())
	before := w.Now()
	if code, _, _ := form(t, w, "https://evil.example", "/clock", url.Values{"by": {"60d"}}); code != http.StatusForbidden {
		t.Errorf("a foreign form: %d", code)
	}
	if moved := w.Now().Sub(before).Hours(); moved > 1 {
		t.Errorf("a foreign form moved the clock by %.1f h", moved)
	}
	for _, base := range []string{w.Info().Control, w.Info().Mailbox} {
		req, _ := http.NewRequest(http.MethodGet, base+"/", nil)
		req.Host = "evil.example"
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusMisdirectedRequest {
			t.Errorf("a rebound name reaches %s: %d", base, resp.StatusCode)
		}
	}
}
