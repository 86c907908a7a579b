package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// Run against the program from outside: Debian's dig and whois, an RDAP client of other people's, and a walk from the
// root by hand.
func TestNameIsSeenOutside(t *testing.T) {
	e, _ := startDemo(t, nil)
	c := client{t: t, base: e.API, key: e.owner()}
	name := "seen-outside.com"
	c.details(c.register(approvedTemplate(t, c), name, "茶与云.中国"))

	dnsHost, dnsPort, _ := net.SplitHostPort(e.DNS)
	whoisHost, whoisPort, _ := net.SplitHostPort(e.WHOIS)
	for _, x := range []struct {
		tool string
		args []string
		want string
	}{
		{"dig", []string{"@" + dnsHost, "-p", dnsPort, "+short", "www." + name}, "127."},
		{"dig", []string{"@" + dnsHost, "-p", dnsPort, "+norecurse", "com.", "NS"}, "127.0.1."},     // the root refers to the suffix's server
		{"dig", []string{"@127.0.1.1", "-p", dnsPort, "+norecurse", name, "A"}, "ns1.openhost.net"}, // which refers to the name's
		{"dig", []string{"@127.0.2.1", "-p", dnsPort, "+norecurse", "+short", "www." + name}, "127."},
		{"whois", []string{"-h", whoisHost, "-p", whoisPort, name}, "Registrar: OpenRegistrar"},
	} {
		path, err := exec.LookPath(x.tool)
		if err != nil {
			t.Logf("not performed: %s is not installed", x.tool)
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		out, err := exec.CommandContext(ctx, path, x.args...).CombinedOutput() //nolint:gosec // a test's own words
		cancel()
		if err != nil || !strings.Contains(string(out), x.want) {
			t.Errorf("%s %v: %v\n%s", x.tool, x.args, err, out)
		}
	}

	// The registry's RDAP links to ours, and ours answers.
	var w struct {
		Registries []struct {
			ID   string `json:"id"`
			RDAP string `json:"rdap"`
		} `json:"registries"`
	}
	worldCall(t, e.World, http.MethodGet, "/api/registries", nil, &w)
	var thin struct {
		Links []struct{ Rel, Href string } `json:"links"`
	}
	worldCall(t, w.Registries[0].RDAP, http.MethodGet, "/domain/"+name, nil, &thin)
	ours := ""
	for _, l := range thin.Links {
		if l.Rel == "related" {
			ours = l.Href
		}
	}
	if !strings.HasPrefix(ours, e.RDAP) {
		t.Fatalf("the registry links to %q, we are at %s", ours, e.RDAP)
	}
	var full struct {
		LDHName     string   `json:"ldhName"`
		Conformance []string `json:"rdapConformance"`
	}
	worldCall(t, ours, http.MethodGet, "", nil, &full)
	if !strings.EqualFold(full.LDHName, name) || !has(full.Conformance, "rdap_level_0") {
		t.Errorf("our RDAP: %+v", full)
	}

	cmd := exec.Command("go", "test", "-count=1", "-v", "./...")
	cmd.Dir, cmd.Env = "../interop/rdap", append(os.Environ(), "OPENREGISTRAR_RDAP="+e.RDAP, "OPENREGISTRAR_NAME="+name)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("openrdap: %v\n%s", err, out)
	}
	behaviour(t, "a bought name: dig through the resolver and from the root, whois, openrdap v0.10.2, the registry's RDAP links to ours")
}

// Nothing secret is in what the program logs, at its most talkative, nor in clear in its database.
func TestNothingSecretLeaks(t *testing.T) {
	data := t.TempDir()
	var e endpoints
	p := up(t, data+"/endpoints.json", &e, nil, "demo", "--data", data, "--port-base", ":0", "--log", "debug")
	c := client{t: t, base: e.API, key: e.owner()}
	c.details(c.register(approvedTemplate(t, c), "quiet-one.com", "quiet-one.cn", "quiet-one.top"))
	b := newBrowser(t, e.Console)
	b.signIn(e.owner().Email, e.owner().Password)
	raw, err := os.ReadFile(data + "/world/world.json")
	if err != nil {
		t.Fatal(err)
	}
	var w struct {
		Registries []struct {
			Password string `json:"password"`
		} `json:"registries"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		t.Fatal(err)
	}
	person, card := papers.Sample()
	secrets := map[string]string{"owner's password": e.owner().Password, "API secret": e.owner().SecretKey, "identity number": person.Number,
		"picture of a card": string(card[4000:4032]), "picture in base64": base64.StdEncoding.EncodeToString(card[6000:6030])}
	for _, r := range w.Registries {
		secrets["EPP password of "+r.Password[:2]] = r.Password
	}
	p.stop()
	places := map[string][]byte{"log": []byte(p.out.String())}
	for _, f := range []string{"registrar.db", "registrar.db-wal"} {
		if body, err := os.ReadFile(data + "/" + f); err == nil {
			places[f] = body
		}
	}
	if len(places) < 2 {
		t.Fatal("no database was read")
	}
	for what, s := range secrets {
		if len(s) < 8 {
			t.Fatalf("%s is too short to look for", what)
		}
		for where, body := range places {
			// The demo prints its accounts' passwords once, on purpose, at its start.
			if where == "log" && what == "owner's password" {
				body = bytes.Replace(body, []byte(s), nil, 1)
			}
			if bytes.Contains(body, []byte(s)) {
				t.Errorf("%s stands in the %s", what, where)
			}
		}
	}
	behaviour(t, "passwords, API secrets, identity numbers, pictures of documents: none in the debug log, none in clear in the database")
}
