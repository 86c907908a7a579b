package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// shelf keeps what a recorder writes.
type shelf struct {
	mu     sync.Mutex
	frames []ops.Frame
	fail   error
	wait   chan struct{} // a batch waits for it
}

func (s *shelf) keep(_ context.Context, frames []ops.Frame) error {
	if s.wait != nil {
		<-s.wait
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail == nil {
		s.frames = append(s.frames, frames...)
	}
	return s.fail
}

func recorder(t *testing.T, s *shelf) *Recorder {
	t.Helper()
	r := NewRecorder(s.keep, time.Now, slog.New(slog.DiscardHandler))
	t.Cleanup(r.Close)
	return r
}

// What was said on a session is kept in order, attributed to its name and transaction, without a secret, whatever the
// registry quotes.
func TestTranscriptOfARegistration(t *testing.T) {
	f := newFake(t)
	f.say = func(_ *fake, cmd *epp.Command) *epp.Response {
		switch c := cmd.Action.(type) {
		case *epp.DomainCreate: // a registry that quotes what it should not
			r := epp.NewResponse(2306)
			r.Results[0].Msg = "authInfo " + c.AuthInfo.Pw + " is weak, and so is " + password
			return r
		case *epp.Poll:
			if c.Op == epp.PollRequest {
				return message("m1", "told of b.com", &epp.DomainInfoData{Name: "b.com", ROID: "D1-FAKE", ClID: "ours", AuthInfo: epp.Password("another-Secret-9")})
			}
		}
		return nil
	}
	f.start("", epp.Limits{})
	s := &shelf{}
	rec := recorder(t, s)
	r := f.open(func(_ *Account, c *Config) { c.Seen = rec.Seen })
	r.Send(context.Background(), intent("a.com"))
	if _, err := r.Check(context.Background(), "fakesim", []domain.Name{"x.com", "y.com"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Info(context.Background(), "fakesim", "gone.com"); err == nil {
		t.Fatal("it is there")
	}
	stop := errors.New("stop")
	if _, err := r.Poll(context.Background(), "fakesim", func(context.Context, Message) error { return stop }); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	_ = r.Close()
	rec.Close()
	if kept, dropped, waiting := rec.State(); int(kept) != len(s.frames) || dropped != 0 || waiting != 0 {
		t.Errorf("kept %d of %d, dropped %d, waiting %d", kept, len(s.frames), dropped, waiting)
	}
	said := map[string]int{}
	sessions := map[string]bool{}
	for _, v := range s.frames {
		sessions[v.Session] = true
		said[fmt.Sprintf("%s %v %s %d", v.Command, v.Sent, v.Name, v.Code)]++
		for _, bad := range []string{secret, password, "another-Secret-9"} {
			if strings.Contains(v.Text, bad) || strings.Contains(v.ClTRID, bad) {
				t.Errorf("secret in the transcript: %s", v.Text)
			}
		}
		if v.RegistryAccount != "fakesim" || v.At.IsZero() || v.Text == "" || v.Command == "" {
			t.Errorf("frame %+v", v)
		}
		if strings.HasPrefix(v.Command, "domain:create") && v.ClTRID == "" {
			t.Errorf("no transaction: %+v", v)
		}
	}
	for _, want := range []string{"greeting false  0", "login true  0", "login false  1000", "domain:create true a.com 0", "domain:create false a.com 2306",
		"domain:check true  0", "domain:check false  1000", "domain:info true gone.com 0", "domain:info false gone.com 2303", "poll true  0", "poll false b.com 1301"} {
		if said[want] == 0 {
			t.Errorf("%q was not kept; there is %v", want, said)
		}
	}
	if len(sessions) == 0 || !strings.Contains(s.frames[0].Text, "<greeting") {
		t.Errorf("sessions %v, first %s", sessions, s.frames[0].Text)
	}
}

// A recorder whose database is slow or broken holds up nobody: the oldest frames go, and are counted.
func TestTranscriptsAreBounded(t *testing.T) {
	s := &shelf{wait: make(chan struct{})}
	rec := recorder(t, s)
	frame := []byte("<epp><command><check/></command></epp>")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range recordFrames + recordAtOnce + 500 {
			rec.Seen("a", "s", "", true, frame)
		}
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("a session waits for the transcript")
	}
	// The writer has one batch in hand, and took it whenever it got to run.
	_, dropped, waiting := rec.State()
	if waiting > recordFrames || waiting < recordFrames-recordAtOnce || dropped < 500 || dropped > recordAtOnce+500 {
		t.Errorf("dropped %d, waiting %d", dropped, waiting)
	}
	close(s.wait)
	rec.Close()
	kept, dropped, waiting := rec.State()
	if kept+dropped != recordFrames+recordAtOnce+500 || waiting != 0 || len(s.frames) != int(kept) {
		t.Errorf("kept %d, dropped %d, waiting %d", kept, dropped, waiting)
	}

	big := &shelf{wait: make(chan struct{})}
	rec = recorder(t, big)
	for range 3 * recordBytes / recordLong {
		rec.Seen("a", "s", "", false, make([]byte, 4*recordLong))
	}
	rec.mu.Lock()
	if rec.bytes > recordBytes {
		t.Errorf("%d bytes wait", rec.bytes)
	}
	rec.mu.Unlock()
	close(big.wait)

	broken := &shelf{fail: errors.New("disk full")}
	rec = recorder(t, broken)
	rec.Seen("a", "s", "", true, frame)
	rec.Close()
	if kept, dropped, _ := rec.State(); kept != 0 || dropped != 1 {
		t.Errorf("kept %d, dropped %d", kept, dropped)
	}
}

func TestScan(t *testing.T) {
	for in, want := range map[string]scanned{
		`<?xml version="1.0"?><epp><hello/></epp>`:                                                                                      {command: "hello"},
		`<e:epp><e:greeting><e:svID>x</e:svID></e:greeting></e:epp>`:                                                                    {command: "greeting"},
		`<epp><command><check><domain:check><domain:name>A.com</domain:name></domain:check></check><clTRID>T1</clTRID></command>`:       {command: "domain:check", trid: "T1", names: []string{"a.com"}},
		`<epp><command><update><host:update><host:name>ns.a.com</host:name></host:update></update><clTRID>T1</clTRID></command>`:        {command: "host:update", trid: "T1"},
		`<epp><command><logout/><clTRID>T1</clTRID></command></epp>`:                                                                    {command: "logout", trid: "T1"},
		`<x:epp><x:response><x:result lang='en' code='2303'><x:msg/></x:result><x:trID><x:clTRID> T2 </x:clTRID></x:trID></x:response>`: {trid: "T2", code: 2303},
		`<epp><response><result code="1301">`:                                                                                           {code: 1301},
		`<epp><command><login><pw>secret-77</pw></login>`:                                                                               {command: "login", secrets: []string{"secret-77"}},
		`<epp><command><create><contact:create><contact:id>C1</contact:id></contact:create></create><extension><cnnic:create><cnnic:contact type="SFZ">330197199001010016</cnnic:contact>`: {command: "contact:create", secrets: []string{"330197199001010016"}},
		`<epp><command><create><domain:create><domain:contact type="admin">OR12345678</domain:contact>`:                                                                                    {command: "domain:create"},
		`<`: {}, ``: {}, `<epp`: {}, `</`: {}, `<>`: {}, `<epp><result code=`: {},
	} {
		if got := scan([]byte(in)); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s\n%+v, want %+v", in, got, want)
		}
	}
}

// BenchmarkSeen is what a frame costs the session that carries it.
func BenchmarkSeen(b *testing.B) {
	rec := NewRecorder(func(context.Context, []ops.Frame) error { return nil }, time.Now, slog.New(slog.DiscardHandler))
	defer rec.Close()
	frame := []byte(strings.Repeat("x", 900))
	b.ReportAllocs()
	for b.Loop() {
		rec.Seen("a", "s", password, true, frame)
	}
}

// BenchmarkRead is what a frame costs the writer, masking included.
func BenchmarkRead(b *testing.B) {
	rec := NewRecorder(func(context.Context, []ops.Frame) error { return nil }, time.Now, slog.New(slog.DiscardHandler))
	rec.Close()
	frame := []byte(`<?xml version="1.0" encoding="UTF-8"?><epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><command><create>` +
		`<domain:create xmlns:domain="urn:ietf:params:xml:ns:domain-1.0"><domain:name>example.com</domain:name><domain:period unit="y">2</domain:period>` +
		`<domain:ns><domain:hostObj>ns1.example.net</domain:hostObj><domain:hostObj>ns2.example.net</domain:hostObj></domain:ns>` +
		`<domain:authInfo><domain:pw>auth-INFO-4711</domain:pw></domain:authInfo></domain:create></create><clTRID>OR-123-1</clTRID></command></epp>`)
	b.ReportAllocs()
	for b.Loop() {
		rec.read(passed{"a", "s", password, time.Time{}, true, frame})
	}
}
