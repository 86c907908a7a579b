package standalone

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/epp/schematest"
	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

func TestMain(m *testing.M) { schematest.Main(m) }

// everySetting is the example with nothing commented out that is a setting.
func everySetting() string { return regexp.MustCompile(`(?m)^#(\S)`).ReplaceAllString(Example, "$1") }

// The example says what holds without a file, and knows every setting.
func TestExampleIsTheDefault(t *testing.T) {
	bare, err := Parse("")
	if err != nil {
		t.Fatal(err)
	}
	example, err := Parse(Example)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := bare.profile()
	b, _ := example.profile()
	if d := cmp.Diff(a, b, cmp.Transformer("list", func(s []string) string { return strings.Join(s, " ") }),
		cmp.Transformer("map", func(m map[string]string) int { return len(m) }),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Variants" }, cmp.Ignore())); d != "" {
		t.Errorf("the example is another registry than the default: %s", d)
	}
	if bare.Listen != example.Listen || bare.Control != example.Control || len(example.Faults) != 0 || len(example.Names) != 0 ||
		!cmp.Equal(bare.Registrar, example.Registrar) {
		t.Error("the example differs from the default")
	}
	all := strings.NewReplacer(`verify = "off" `, `verify = "off" `, `data_model = "maximum"`, `data_model = "per-registrar"`).Replace(everySetting())
	all = strings.Replace(all, `name = "Registrar B"`, "name = \"Registrar B\"\ndata_model = \"maximum\"", 1)
	c, err := Parse(all)
	if err != nil {
		t.Fatalf("every setting: %v", err)
	}
	if len(c.Faults) != 4 || c.Faults[0].Probability != 0.1 || time.Duration(c.Faults[1].Delay) != 2*time.Second || c.Registrar[0].SessionCap != 4 ||
		len(c.Premium) != 1 || len(c.Names) != 1 || len(c.Providers) != 1 || len(c.Audit.Words) != 1 {
		t.Errorf("every setting: %+v", c)
	}
	for _, key := range keys(reflect.TypeOf(Config{})) {
		if !regexp.MustCompile(`(?m)^#?(\[+(\w+\.)?` + key + `[\].]|` + key + ` = )`).MatchString(Example) {
			t.Errorf("the example does not know %q", key)
		}
	}
	if got, want := extensionNamespaces(), registry.Extensions(); !cmp.Equal(got, want) {
		t.Errorf("extensions: %s", cmp.Diff(got, want))
	}
}

func extensionNamespaces() []string {
	var out []string
	for _, x := range extensions {
		out = append(out, x.namespace)
	}
	slices.Sort(out)
	return out
}

// keys lists the settings of a struct and of what is in it.
func keys(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("toml")
		if name == "-" {
			continue
		}
		out = append(out, name)
		ft := f.Type
		for ft.Kind() == reflect.Slice || ft.Kind() == reflect.Pointer {
			ft = ft.Elem()
		}
		if ft.Kind() == reflect.Struct && ft != reflect.TypeOf(time.Time{}) {
			out = append(out, keys(ft)...)
		}
	}
	return out
}

func TestConfigErrors(t *testing.T) {
	for text, want := range map[string]string{
		"lisen = \"x\"":                                                    `no setting "lisen"`,
		"[registry]\nhost_modle = \"objects\"":                             `no setting "registry.host_modle"`,
		"[registry]\nhost_model = \"objekts\"":                             `registry.host_model: "objekts" is none of objects, attributes`,
		"[registry]\ndata_model = \"thin\"":                                `registry.data_model: "thin" is none of`,
		"[registry]\nextensions = [\"rpg\"]":                               `"rpg" is not served; there are rgp, secDNS`,
		"[registry]\nsession_cap = -1":                                     "registry.session_cap must be 1 to 10000",
		"[registry]\ndeposit = \"1,5\"":                                    `registry.deposit: "1,5" is not an amount such as 10.00`,
		"[registry]\ndata_model = \"minimum\"\ncontact_roles = [\"tech\"]": "has no contacts",
		"[[zone]]\nname = \"te st\"":                                       `zone 1: "te st" is not a suffix`,
		"[[zone]]\nname = \"a\"\n[[zone]]\nname = \"A\"":                   "zone 2: a is there twice",
		"[[zone]]\nname = \"a\"\ncreate = \"-1\"":                          `zone 1 (a): create: "-1" is not an amount`,
		"[[zone]]\nname = \"a\"\naudit = \"shout\"":                        `zone 1 (a): audit: "shout" is none of`,
		"[[premium]]\nclass = \"gold\"":                                    "premium 1: class, labels and create are needed",
		"[reserved]\n\"a.b\" = \"x\"":                                      `reserved: "a.b" is not a label`,
		"[periods]\nredemption = \"soon\"":                                 "is not a length of time",
		"[periods]\nredemption = \"-1d\"":                                  "periods.redemption: 0s to ten years",
		"[[registrar]]\nid = \"ab\"":                                       "registrar 1 (ab): id must have 3 to 16 characters",
		"[[registrar]]\nid = \"abc\"\n[[registrar]]\nid = \"abc\"":         "registrar 2 (abc): there twice",
		"[[registrar]]\nid = \"abc\"\npassword = \"short\"":                "password must have 6 to 128",
		"[[registrar]]\nid = \"elder\"":                                    "that account is the simulator's own",
		"[[registrar]]\nid = \"abc\"\ndata_model = \"minimum\"":            "belongs to registries whose own is per-registrar",
		"[[name]]\nname = \"a.test\"\nregistrar = \"zzz\"":                 `name 1 (a.test): no registrar "zzz"`,
		"[[fault]]\nkind = \"delya\"":                                      `fault 1: no fault of kind "delya"`,
		"[[fault]]\nkind = \"down\"\nremaining = 2":                        "fault 1: remaining means nothing",
		"[[provider]]\nid = \"x\"":                                         "provider 1: id (digits), roots and types",
		"control = \"0.0.0.0:1\"":                                          "is not on loopback",
		"control = \"192.0.2.1:1\"":                                        "is not on loopback",
		"listen = \"here\"":                                                `listen: "here" is not host:port`,
		"[tls]\ncertificate = \"x.pem\"":                                   "tls: certificate and key belong together",
		"[clock]\nahead = \"-1d\"":                                         "the clock never goes backwards",
		"seed = 2000":                                                      "seed must be 0 to 1000",
		"seed = \"many\"":                                                  "line 1",
		"seed = ":                                                          "line 1",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// run starts a simulator on free ports.
func run(t *testing.T, dir, text string) *Simulator {
	t.Helper()
	c, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	c.Data = dir
	if err := c.Ports("0"); err != nil {
		t.Fatal(err)
	}
	s, err := Start(context.Background(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// dial logs in as the n-th registrar by what registry.json says.
func dial(t *testing.T, dir string, n int, mod ...func(*epp.ClientConfig)) (*epp.Client, error) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "registry.json"))
	if err != nil {
		t.Fatal(err)
	}
	if fi, _ := os.Stat(filepath.Join(dir, "registry.json")); fi.Mode().Perm() != 0o600 {
		t.Errorf("registry.json is %s", fi.Mode())
	}
	var info Info
	if err := json.Unmarshal(raw, &info); err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(info.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	me := info.Registrars[n]
	conf := &tls.Config{RootCAs: roots}
	if me.KeyFile != "" {
		pair, err := tls.LoadX509KeyPair(me.CertFile, me.KeyFile)
		if err != nil {
			t.Fatal(err)
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	cfg := epp.ClientConfig{Addr: info.EPP, TLS: conf, ClID: me.ClID, Password: me.Password, Extensions: []epp.Extension{epp.RGP, epp.Fee},
		Transcript: func(_ epp.Direction, frame []byte) { schematest.Collect(t, frame) }}
	for _, m := range mod {
		m(&cfg)
	}
	c, err := epp.Dial(t.Context(), cfg)
	if err == nil {
		t.Cleanup(func() { c.Close() })
	}
	return c, err
}

func do(t *testing.T, c *epp.Client, want epp.Code, a epp.Action, exts ...epp.Value) *epp.Response {
	t.Helper()
	resp, err := c.Do(t.Context(), &epp.Command{Action: a, Extensions: exts})
	if err != nil {
		t.Fatalf("%T: %v", a, err)
	}
	if resp.Code() != want {
		t.Fatalf("%T: %d (%v), want %d", a, resp.Code(), resp.Err(), want)
	}
	return resp
}

// ask makes a control request.
func ask(t *testing.T, s *Simulator, method, path, body string, want int, into any) string {
	t.Helper()
	req, err := http.NewRequest(method, s.Info.Control+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != want {
		t.Fatalf("%s %s: %d %s, want %d", method, path, resp.StatusCode, raw, want)
	}
	if into != nil {
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatalf("%s: %v in %s", path, err, raw)
		}
	}
	return string(raw)
}

const thin = "[registry]\ndata_model = \"minimum\"\n"

func TestStandaloneRegistry(t *testing.T) {
	dir := t.TempDir()
	text := thin + `
[[zone]]
name = "test"
[[premium]]
class = "gold"
labels = ["gold"]
create = "150.00"
[reserved]
nic = "reserved"
[[registrar]]
id = "reg-one"
deposit = "500.00"
[[registrar]]
id = "reg-two"
certificate = "optional"
password = "given-1"
[[name]]
name = "taken.test"
[[name]]
name = "theirs.test"
registrar = "reg-two"
years = 3
[[fault]]
kind = "code-2400"
command = "domain:create"
match = "once.*"
remaining = 1
`
	s := run(t, dir, text)
	c, err := dial(t, dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := epp.Find[*epp.DomainCheckData](do(t, c, 1000, &epp.DomainCheck{Names: []string{"free.test", "taken.test", "nic.test"}}).ResData)
	if !d.Items[0].Avail || d.Items[1].Avail || d.Items[2].Avail || d.Items[2].Reason != "reserved" {
		t.Errorf("%+v", d.Items)
	}
	do(t, c, 2400, &epp.DomainCreate{Name: "once.test"})
	do(t, c, 1000, &epp.DomainCreate{Name: "once.test"})
	do(t, c, 2003, &epp.DomainCreate{Name: "gold.test"}) // without its fee
	do(t, c, 1000, &epp.DomainCreate{Name: "gold.test"}, &epp.FeeTransform{Verb: epp.VerbCreate, Fees: []epp.FeeItem{{Amount: "150.00"}}})
	var st state
	ask(t, s, "GET", "/api/registry", "", 200, &st)
	if st.Deposits["reg-one"] != 50000-1000-15000 || st.Names != 4 || !st.Up || len(st.Faults) != 0 || len(st.Sessions) != 1 {
		t.Errorf("%+v", st)
	}
	if raw := ask(t, s, "GET", "/api/registry", "", 200, nil); strings.Contains(raw, "given-1") || strings.Contains(raw, "password") {
		t.Error("the control API shows passwords")
	}
	two, err := dial(t, dir, 1) // without a certificate
	if err != nil {
		t.Fatal(err)
	}
	info, _ := epp.Find[*epp.DomainInfoData](do(t, two, 1000, &epp.DomainInfo{Name: "theirs.test"}).ResData)
	if info.ClID != "reg-two" || info.ExDate.Year() != time.Now().Year()+3 {
		t.Errorf("%+v", info)
	}
	if _, err := dial(t, dir, 0, func(c *epp.ClientConfig) { c.TLS.Certificates = nil }); err == nil {
		t.Error("reg-one got in without its certificate")
	}

	// Faults, names, statuses, deposits, and the clock by the control API.
	var f registry.FaultRule
	ask(t, s, "POST", "/api/faults", `{"kind":"code-2500","command":"domain:info","remaining":1}`, 201, &f)
	do(t, c, 2500, &epp.DomainInfo{Name: "once.test"})
	ask(t, s, "DELETE", "/api/faults/"+f.ID, "", 404, nil)
	ask(t, s, "POST", "/api/names/faster.test", `{"clid":"reg-two"}`, 201, nil)
	ask(t, s, "POST", "/api/names/faster.test", ``, 409, nil)
	c, err = dial(t, dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	do(t, c, 2302, &epp.DomainCreate{Name: "faster.test"})
	var n control.Name
	ask(t, s, "POST", "/api/names/once.test/status", `{"status":"serverHold","on":true}`, 200, &n)
	if !slices.Contains(n.Statuses, "serverHold") {
		t.Errorf("%+v", n)
	}
	ask(t, s, "POST", "/api/deposits/reg-one", `{"delta":-34000}`, 200, nil)
	do(t, c, 2104, &epp.DomainCreate{Name: "broke.test"})
	ask(t, s, "POST", "/api/names/once.test/transfer", `{"clid":"reg-two","op":"request","auth_info":"nothing"}`, 400, nil)
	var clk struct {
		Now   time.Time
		Steps int
	}
	ask(t, s, "POST", "/api/clock/advance", `{"by":"366d"}`, 200, &clk)
	if clk.Now.Before(time.Now().AddDate(1, 0, 0)) || clk.Steps == 0 {
		t.Errorf("%+v", clk)
	}
	ask(t, s, "GET", "/api/names/once.test", "", 200, &n)
	if n.ExDate.Year() != time.Now().Year()+2 { // renewed by itself
		t.Errorf("%+v", n)
	}
	ask(t, s, "POST", "/api/names/once.test/verdict", `{"verdict":"delete","reason":"test"}`, 200, nil)
	for _, bad := range [][2]string{{"/api/clock/advance", `{"by":"-1h"}`}, {"/api/clock/advance", `{}`}, {"/api/clock/advance", `{"by":"soon"}`},
		{"/api/faults", `{"kind":"x"}`}, {"/api/faults", `{"kind":"delay","dely":"2s"}`}, {"/api/names/gold.test/status", `{"status":"serverHold"}`},
		{"/api/names/gold.test/status", `{"status":"wet","on":true}`}, {"/api/names/gold.test/transfer", `{"op":"take"}`}, {"/api/names/gold.test/verdict", `{"verdict":"maybe"}`}} {
		if raw := ask(t, s, "POST", bad[0], bad[1], 400, nil); !strings.Contains(raw, `"error"`) {
			t.Errorf("%v: %s", bad, raw)
		}
	}
	ask(t, s, "GET", "/api/nothing", "", 404, nil)
	ask(t, s, "GET", "/api/names/none.test", "", 404, nil)

	// A restart keeps names, passwords, authority, clock; the file's fault is back.
	pw, addr := s.Info.Registrars[0].Password, s.clock.Now()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = run(t, dir, text)
	if s.Info.Registrars[0].Password != pw || s.clock.Now().Before(addr) {
		t.Error("another password or clock after a restart")
	}
	var list struct{ Names []control.Name }
	ask(t, s, "GET", "/api/names?limit=100&clid=reg-one", "", 200, &list)
	if len(list.Names) != 1 || list.Names[0].Name != "gold.test" {
		t.Errorf("%+v", list)
	}
	ask(t, s, "GET", "/api/registry", "", 200, &st)
	if len(st.Faults) != 1 {
		t.Errorf("%+v", st.Faults)
	}
	c, err = dial(t, dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	do(t, c, 1000, &epp.DomainInfo{Name: "gold.test"})
}

// Certificates of the operator's own, an unmovable clock, no control API.
func TestStandaloneOwnCertificates(t *testing.T) {
	other := t.TempDir()
	maker := run(t, other, "") // makes certificates that a stranger would bring
	dir := t.TempDir()
	text := thin + `
control = "off"
[clock]
movable = false
[tls]
certificate = "` + filepath.Join(other, "tls", "server-registry.pem") + `"
key = "` + filepath.Join(other, "tls", "server-registry.key") + `"
[[registrar]]
id = "reg-one"
certificate = "` + maker.Info.Registrars[0].CertFile + `"
`
	text = strings.Replace(text, thin, "", 1)
	text = strings.Replace(text, "control = \"off\"\n", "control = \"off\"\n"+thin, 1)
	s := run(t, dir, text)
	if s.Info.Control != "" || s.Info.CAFile != "" {
		t.Errorf("%+v", s.Info)
	}
	ca, err := os.ReadFile(maker.Info.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	for n, ok := range []bool{true, false} { // the second registrar's certificate is another
		pair, err := tls.LoadX509KeyPair(maker.Info.Registrars[n].CertFile, maker.Info.Registrars[n].KeyFile)
		if err != nil {
			t.Fatal(err)
		}
		c, err := epp.Dial(t.Context(), epp.ClientConfig{Addr: s.Info.EPP, TLS: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}},
			ClID: "reg-one", Password: s.Info.Registrars[0].Password})
		if (err == nil) != ok {
			t.Errorf("certificate %d: %v", n, err)
		}
		if err == nil {
			c.Close()
		}
	}
	var out bytes.Buffer
	s.Print(&out)
	if strings.Contains(out.String(), "control") || !strings.Contains(out.String(), s.Info.EPP) {
		t.Errorf("%s", out.String())
	}
	// What a file names must be there.
	for _, bad := range []string{"[tls]\ncertificate = \"/none.pem\"\nkey = \"/none.key\"", "[[registrar]]\nid = \"reg-one\"\ncertificate = \"/none.pem\"", "[[provider]]\nid = \"7\"\nroots = \"/none.pem\"\ntypes = [\"domain\"]"} {
		c, err := Parse(bad)
		if err != nil {
			t.Fatal(err)
		}
		c.Data, c.Listen, c.Control = t.TempDir(), "127.0.0.1:0", "off"
		if s, err := Start(context.Background(), c, nil); err == nil {
			s.Close()
			t.Errorf("%s: started", bad)
		}
	}
}

// The control API obeys nobody from elsewhere.
func TestControlIsLocal(t *testing.T) {
	s := run(t, t.TempDir(), "[clock]\nmovable = false\nahead = \"48h\"\n")
	for header, value := range map[string]string{"Host": "evil.example", "Origin": "http://evil.example"} {
		req, _ := http.NewRequest("POST", s.Info.Control+"/api/faults", strings.NewReader(`{"kind":"down"}`))
		if header == "Host" {
			req.Host = value
		} else {
			req.Header.Set(header, value)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("%s %s: %d", header, value, resp.StatusCode)
		}
	}
	if len(s.reg.Faults()) != 0 {
		t.Error("a fault came from elsewhere")
	}
	if raw := ask(t, s, "POST", "/api/clock/advance", `{"by":"1h"}`, 409, nil); !strings.Contains(raw, "clock.movable") {
		t.Error(raw)
	}
	if ahead := s.clock.Offset(); ahead < 47*time.Hour {
		t.Errorf("ahead %s", ahead)
	}
}
