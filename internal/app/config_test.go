package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/store/pgtest"
	"github.com/openregistrar/openregistrar/internal/vault"
)

func TestConfigIsStrict(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"unknown key":    {"colour = 1\n", "unknown key colour"},
		"not TOML":       {"=\n", "config.toml"},
		"unknown nested": {"[listen]\nhtpp = \"x\"\n", "unknown key listen.htpp"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(c.body), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadConfig(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	cfg, err := ReadConfig(t.TempDir())
	if err != nil || cfg.Listen.HTTP != "127.0.0.1:8080" {
		t.Errorf("no file: %+v, %v", cfg.Listen, err)
	}
}

// The business clock may be moved only where every registry is on loopback: nobody moves real registries' time.
func TestClockNeedsLoopback(t *testing.T) {
	here := Registry{ID: "a", EPP: "127.0.0.1:7001", ClID: "us"}
	there := Registry{ID: "b", EPP: "epp.registry.example:700", ClID: "us"}
	for name, c := range map[string]struct {
		cfg Config
		ok  bool
	}{
		"all here":        {Config{Clock: "http://127.0.0.1:8090", Registry: []Registry{here}}, true},
		"one outside":     {Config{Clock: "http://127.0.0.1:8090", Registry: []Registry{here, there}}, false},
		"clock outside":   {Config{Clock: "http://192.0.2.1:8090", Registry: []Registry{here}}, false},
		"outside, no one": {Config{Registry: []Registry{there}}, true},
		"no registry":     {Config{}, false},
		"authorities here": {Config{Clock: "http://127.0.0.1:8090", Registry: []Registry{here},
			Authority: []Authority{{ID: "a", EPP: "127.0.0.1:7004"}, {ID: "b", HTTP: "http://127.0.0.1:8110"}}}, true},
		"an authority outside": {Config{Clock: "http://127.0.0.1:8090", Registry: []Registry{here}, Authority: []Authority{{ID: "b", HTTP: "https://vsp.example"}}}, false},
		"its own clock":        {Config{Registry: []Registry{there}, Authority: []Authority{{ID: "b", HTTP: "https://vsp.example"}}}, true},
		"of no kind":           {Config{Registry: []Registry{here}, Authority: []Authority{{ID: "b"}}}, false},
		"of both kinds":        {Config{Registry: []Registry{here}, Authority: []Authority{{ID: "b", EPP: "127.0.0.1:1", HTTP: "http://127.0.0.1:2"}}}, false},
		"an unnamed authority": {Config{Registry: []Registry{here}, Authority: []Authority{{EPP: "127.0.0.1:1"}}}, false},
		"without clID":         {Config{Registry: []Registry{{ID: "a", EPP: "127.0.0.1:1"}}}, false},
	} {
		if err := c.cfg.check(); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRegistersFromTheCommandLine: loaded, listed, replaced, refused whole, removed.
func TestRegistersFromTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "list.toml")
	run := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := Main(append([]string{"registers"}, append(args, "--data", filepath.Join(dir, "data"))...), &out, &errs)
		return code, out.String() + errs.String()
	}
	write := func(body string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const head = "name = \"offenders\"\ncode = \"registrant.blacklisted\"\nsource = \"a ministry\"\ndated = \"2026-11-01\"\n"
	write(head + "[[entry]]\nname = \"白露\"\n[[entry]]\nnumber = \"330197199209072262\"\n")
	if code, out := run("load", file); code != 0 || !strings.Contains(out, "offenders: 2 entries") {
		t.Fatalf("load: exit %d, %s", code, out)
	}
	for name, bad := range map[string]string{"an unknown key": head + "colour = 1\n[[entry]]\nname=\"x\"\n", "no entries": head} {
		write(bad)
		if code, out := run("load", file); code == 0 {
			t.Errorf("%s: %s", name, out)
		}
	}
	code, out := run("list")
	if code != 0 || !strings.Contains(out, "offenders  registrant.blacklisted  2  2026-11-01  a ministry") {
		t.Errorf("list: exit %d, %s", code, out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "data", "registrar.db"))
	wal, _ := os.ReadFile(filepath.Join(dir, "data", "registrar.db-wal"))
	if err != nil || bytes.Contains(append(raw, wal...), []byte("330197199209072262")) {
		t.Errorf("the number lies about in clear (%v)", err)
	}
	if code, out := run("drop", "offenders"); code != 0 {
		t.Errorf("drop: %s", out)
	}
	if code, _ := run("drop", "offenders"); code == 0 {
		t.Error("dropped twice")
	}
}

func TestPorts(t *testing.T) {
	for base, want := range map[string]string{"": "127.0.0.1:1 127.0.0.1:2", ":0": "127.0.0.1:0 127.0.0.1:0", "9000": "127.0.0.1:9000 127.0.0.1:9001", ":9000": "127.0.0.1:9000 127.0.0.1:9001"} {
		a, b := "127.0.0.1:1", "127.0.0.1:2"
		if err := ports(base, &a, &b); err != nil || a+" "+b != want {
			t.Errorf("%q: %s %s, %v", base, a, b, err)
		}
	}
	a := "127.0.0.1:1"
	for _, bad := range []string{"x", "-1", "70000"} {
		if ports(bad, &a) == nil {
			t.Errorf("%q is taken for a port", bad)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"nonsense"}, {"serve", "--colour"}, {"drill", "--log", "loud"}} {
		var out, errs strings.Builder
		if code := Main(args, &out, &errs); code != 2 {
			t.Errorf("%v: exit %d\n%s%s", args, code, out.String(), errs.String())
		}
	}
	var out, errs strings.Builder
	if code := Main([]string{"drill", "no.such-code"}, &out, &errs); code != 2 || !strings.Contains(errs.String(), "no.such-code") {
		t.Errorf("unknown code: exit %d\n%s", code, errs.String())
	}
}

// Two nodes on one database must have one master key; the second with a key of its own is refused, and one that brings
// the first one's is not.
func TestNodesShareTheKey(t *testing.T) {
	dsn := pgtest.DSN(t)
	open := func(dir string) error {
		a := &App{cfg: Config{Data: dir, Database: Database{Postgres: dsn}}}
		err := a.openData(context.Background())
		if a.store != nil {
			_ = a.store.Close()
		}
		return err
	}
	first, other := t.TempDir(), t.TempDir()
	if err := open(first); err != nil {
		t.Fatal(err)
	}
	if err := vault.Create(other); err != nil {
		t.Fatal(err)
	}
	if err := open(other); err == nil || !strings.Contains(err.Error(), "not the one") {
		t.Errorf("another key: %v", err)
	}
	if err := open(first); err != nil {
		t.Errorf("the same key again: %v", err)
	}
}
