package world_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/openregistrar/openregistrar/internal/world"
)

// start brings a world up on free ports and takes it down with the test.
func start(t *testing.T, dir string) *world.World {
	t.Helper()
	w, err := world.Start(context.Background(), world.Config{Dir: dir, PortBase: ":0", ClockTick: 20 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&logTo{t: t}, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return w
}

// logTo fails the test for every error that the world logs.
type logTo struct {
	t  *testing.T
	mu sync.Mutex
}

func (l *logTo) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.t.Errorf("the world logged: %s", p)
	return len(p), nil
}

// call makes one control request and decodes the answer.
func call(t *testing.T, w *world.World, method, path string, in any, want int, out any) {
	t.Helper()
	var body io.Reader
	if s, ok := in.(string); ok {
		body = strings.NewReader(s)
	} else if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, w.Info().Control+path, body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != want {
		t.Fatalf("%s %s: %d %s, want %d", method, path, resp.StatusCode, raw, want)
	}
	if want >= 400 {
		var e struct{ Error string }
		if err := json.Unmarshal(raw, &e); err != nil || e.Error == "" {
			t.Errorf("%s %s: an error without its text: %s", method, path, raw)
		}
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, raw)
		}
	}
}

// resolve asks the world's resolver for an A record.
func resolve(t *testing.T, w *world.World, name string) (rcode string, addrs []string) {
	t.Helper()
	q := new(mdns.Msg)
	q.SetQuestion(mdns.Fqdn(name), mdns.TypeA)
	resp, _, err := (&mdns.Client{Timeout: 10 * time.Second}).Exchange(q, w.Info().DNS)
	if err != nil {
		t.Fatal(err)
	}
	for _, rr := range resp.Answer {
		if a, ok := rr.(*mdns.A); ok {
			addrs = append(addrs, a.A.String())
		}
	}
	return mdns.RcodeToString[resp.Rcode], addrs
}

func expect(t *testing.T, w *world.World, name, rcode string, addrs ...string) {
	t.Helper()
	gotCode, got := resolve(t, w, name)
	if gotCode != rcode || strings.Join(got, " ") != strings.Join(addrs, " ") {
		t.Errorf("%s: %s %v, want %s %v", name, gotCode, got, rcode, addrs)
	}
}

func fetch(t *testing.T, url string) (int, string) {
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
	return resp.StatusCode, string(raw)
}

func whois(t *testing.T, addr, q string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, q+"\r\n"); err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

type name struct {
	Name, ClID string
	CrDate     time.Time `json:"cr_date"`
	ExDate     time.Time `json:"ex_date"`
	Statuses   []string
	NS         []string
	InZone     bool `json:"in_zone"`
}
