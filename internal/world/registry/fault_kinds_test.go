package registry

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// TestEveryKindOfFault sees each kind on the wire: what the client gets, what
// the registry has done, and that the fault is over afterwards.
func TestEveryKindOfFault(t *testing.T) {
	cut := func(kind string, committed bool) func(*testing.T, *station) {
		return func(t *testing.T, s *station) {
			c := s.login()
			cmd := s.ready(c, "hit.com")
			s.fault(Fault{Kind: kind, Command: "domain:create", Match: "hit.*", Remaining: 1})
			s.lost(c, cmd)
			if _, ok := s.Domain("hit.com"); ok != committed {
				t.Errorf("committed: %v", ok)
			}
			s.do(s.login(), 1000, s.ready(s.login(), "miss.com"))
		}
	}
	answers := func(kind string, want epp.Code, closes bool) func(*testing.T, *station) {
		return func(t *testing.T, s *station) {
			c := s.login()
			s.fault(Fault{Kind: kind, Command: "domain:info", Remaining: 1})
			s.do(c, want, &epp.DomainInfo{Name: "example.com"})
			if resp, err := c.Do(t.Context(), &epp.Command{Action: &epp.DomainInfo{Name: "example.com"}}); (err != nil) != closes {
				t.Errorf("afterwards: %v %v", resp, err)
			}
		}
	}
	seen := map[string]bool{}
	for kind, see := range map[string]func(*testing.T, *station){
		FaultCutBefore:      cut(FaultCutBefore, false),
		FaultCutAfterCommit: cut(FaultCutAfterCommit, true),
		FaultHalfFrame:      cut(FaultHalfFrame, true),
		FaultOversize:       cut(FaultOversize, true),
		FaultCode2400:       answers(FaultCode2400, 2400, false),
		FaultCode2500:       answers(FaultCode2500, 2500, true),
		FaultCode2502:       answers(FaultCode2502, 2502, true),
		FaultLoggedOut: func(t *testing.T, s *station) {
			c := s.login()
			s.fault(Fault{Kind: FaultLoggedOut, Remaining: 1})
			s.do(c, 2002, &epp.DomainInfo{Name: "example.com"})
			s.do(c, 2002, &epp.DomainInfo{Name: "example.com"})
			s.do(s.login(), 1000, &epp.DomainInfo{Name: "example.com"})
		},
		FaultCutDuringCommit: func(t *testing.T, s *station) {
			f := s.fault(Fault{Kind: FaultCutDuringCommit, Command: "domain:create"})
			names := []string{}
			for i := range 24 {
				c := s.login()
				n := "during" + string(rune('a'+i)) + ".com"
				names = append(names, n)
				s.lost(c, s.ready(c, n))
			}
			s.RemoveFault(f.ID)
			if err := s.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			// The cut comes before the end of the commit: wait for the sessions to end.
			eventually(t, "the sessions end", func() bool { return len(s.Sessions()) == 0 })
			done := 0
			for _, n := range names {
				if _, ok := s.Domain(n); ok {
					done++
				}
			}
			if done == 0 || done == len(names) { // by chance once in eight million
				t.Errorf("%d of %d took effect", done, len(names))
			}
		},
		FaultLateCommit: func(t *testing.T, s *station) {
			c := s.login()
			cmd := s.ready(c, "late.com")
			s.fault(Fault{Kind: FaultLateCommit, Command: "create", Remaining: 1, Delay: 200 * time.Millisecond})
			s.lost(c, cmd)
			if _, ok := s.Domain("late.com"); ok {
				t.Error("committed at once")
			}
			if err := s.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.do(s.login(), 1000, &epp.DomainInfo{Name: "late.com"})
		},
		FaultDelay: func(t *testing.T, s *station) {
			c := s.login()
			s.fault(Fault{Kind: FaultDelay, Command: "info", Delay: 300 * time.Millisecond, Remaining: 1})
			start := time.Now()
			s.do(c, 1000, &epp.DomainInfo{Name: "example.com"})
			if took := time.Since(start); took < 300*time.Millisecond {
				t.Errorf("answered after %s", took)
			}
		},
		FaultRateLimit: func(t *testing.T, s *station) {
			c := s.login()
			f := s.fault(Fault{Kind: FaultRateLimit, Limit: 2, ClID: openreg})
			refused := 0
			for range 9 {
				resp, err := c.Do(t.Context(), &epp.Command{Action: &epp.DomainCheck{Names: []string{"a.com"}}})
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case resp.Code() == 2400 && strings.Contains(resp.Results[0].Values[0].Reason, "2 commands a second"):
					refused++
				case resp.Code() != 1000:
					t.Errorf("answer %d", resp.Code())
				}
			}
			// At most two a second: nine commands meet it unless they took four seconds.
			if refused == 0 {
				t.Error("no limit")
			}
			s.RemoveFault(f.ID)
			s.do(c, 1000, &epp.DomainCheck{Names: []string{"a.com"}})
		},
		FaultEmptyDeposit: func(t *testing.T, s *station) {
			c := s.login()
			cmd := s.ready(c, "poor.com")
			f := s.fault(Fault{Kind: FaultEmptyDeposit})
			before, _ := s.Deposit(openreg)
			s.do(c, 2104, cmd)
			s.do(c, 1000, &epp.DomainInfo{Name: "example.com"})
			s.RemoveFault(f.ID)
			if after, _ := s.Deposit(openreg); after != before {
				t.Errorf("the deposit moved by %d", after-before)
			}
			s.do(c, 1000, cmd)
			// What costs nothing goes through even without money.
			s.fault(Fault{Kind: FaultEmptyDeposit})
			s.do(c, 1000, &epp.DomainUpdate{Name: "poor.com", Add: &epp.DomainAddRem{Statuses: epp.Statuses("clientHold")}})
			s.do(c, 2104, &epp.DomainRenew{Name: "poor.com", CurExpDate: t0.AddDate(1, 0, 0), Period: epp.Years(1)})
		},
		FaultMalformedPoll: func(t *testing.T, s *station) {
			c := s.login()
			s.fault(Fault{Kind: FaultMalformedPoll, Remaining: 1})
			resp := s.do(c, 1301, &epp.Poll{Op: epp.PollRequest})
			if raw, ok := epp.Find[*epp.Raw](resp.ResData); !ok || raw.Err == nil {
				t.Errorf("reads well: %+v", resp.ResData)
			}
			// It can be acknowledged, and the queue goes on.
			s.do(c, 1000, &epp.Poll{Op: epp.PollAck, MsgID: resp.MsgQ.ID})
			s.do(c, 1300, &epp.Poll{Op: epp.PollRequest})
		},
		FaultSkewedClock: func(t *testing.T, s *station) {
			f := s.fault(Fault{Kind: FaultSkewedClock, Delay: -7 * time.Minute})
			if d := s.login().Greeting().Date; !d.Equal(t0.Add(-7 * time.Minute)) {
				t.Errorf("svDate %s", d)
			}
			s.RemoveFault(f.ID)
			if d := s.login().Greeting().Date; !d.Equal(t0) {
				t.Errorf("svDate afterwards %s", d)
			}
		},
		FaultCertificate: func(t *testing.T, s *station) {
			old := s.login()
			s.fault(Fault{Kind: FaultCertificate, Remaining: 1})
			_, err := s.dial(openreg, testPassword, openreg)
			var strange x509.UnknownAuthorityError
			if !errors.As(err, &strange) {
				t.Fatalf("dial: %v", err)
			}
			s.do(old, 1000, &epp.DomainInfo{Name: "example.com"})
			s.do(s.login(), 1000, &epp.DomainInfo{Name: "example.com"})
		},
		FaultSessionCap: func(t *testing.T, s *station) {
			a := s.login()
			b := s.login()
			f := s.fault(Fault{Kind: FaultSessionCap, Limit: 1, ClID: openreg})
			if _, err := s.dial(openreg, testPassword, openreg); resultCode(err) != 2502 {
				t.Errorf("third session: %v", err)
			}
			s.do(a, 1000, &epp.DomainInfo{Name: "example.com"}) // they stay
			if _, err := s.dial(rivalID, "rival-pw-11", "rival.client"); err != nil {
				t.Errorf("another registrar: %v", err)
			}
			a.Close()
			b.Close()
			eventually(t, "room again", func() bool { return len(s.Sessions()) == 1 })
			s.login()
			s.RemoveFault(f.ID)
			s.login()
		},
		FaultFeeChange: func(t *testing.T, s *station) {
			c := s.login()
			cmd := s.ready(c, "dear.com")
			before, _ := s.Deposit(openreg)
			s.fault(Fault{Kind: FaultFeeChange, Percent: 150, Match: "dear.*"})
			s.do(c, 1000, cmd)
			s.do(c, 1000, s.ready(c, "usual.com"))
			price := s.Profile().Zones[0].Price.Create
			if after, _ := s.Deposit(openreg); before-after != price*150/100+price {
				t.Errorf("paid %d for two of %d", before-after, price)
			}
		},
		FaultDown: func(t *testing.T, s *station) {
			c := s.login()
			f := s.fault(Fault{Kind: FaultDown})
			select {
			case <-c.Done():
			case <-time.After(10 * time.Second):
				t.Error("the session lives on")
			}
			if conn, err := net.DialTimeout("tcp", s.addr, time.Second); err == nil {
				conn.Close()
				t.Error("somebody listens")
			}
			s.RemoveFault(f.ID)
			s.do(s.login(), 1000, &epp.DomainInfo{Name: "example.com"})
		},
	} {
		t.Run(kind, func(t *testing.T) { see(t, serve(t, Verisim())) })
		seen[kind] = true
	}
	for _, k := range FaultKinds() {
		if !seen[k] {
			t.Errorf("%s is seen by no test", k)
		}
	}
	if len(seen) != len(FaultKinds()) || len(faultTraits) != len(FaultKinds()) {
		t.Errorf("%d kinds seen, %d with traits, %d listed", len(seen), len(faultTraits), len(FaultKinds()))
	}
}

// A fee that moved between the check and the create is refused with 2004, as
// RFC 8748 has it, and the check shows the new one.
func TestFeeChangeIsShownAndHeld(t *testing.T) {
	s := serve(t, Newsim())
	c := s.login()
	cmd := s.ready(c, "agreed.top")
	ask := func() string {
		resp := s.do(c, 1000, &epp.DomainCheck{Names: []string{"agreed.top"}},
			&epp.FeeCheck{Commands: []epp.FeeCommand{{Name: "create", Period: epp.Years(1)}}})
		data, ok := epp.Find[*epp.FeeCheckData](resp.Extensions)
		if !ok {
			t.Fatal("no fees")
		}
		return data.Objects[0].Commands[0].Fees[0].Amount
	}
	old := ask()
	s.fault(Fault{Kind: FaultFeeChange, Percent: 300})
	if now := ask(); old != "9.00" || now != "27.00" {
		t.Errorf("%s, then %s", old, now)
	}
	s.do(c, 2004, cmd, &epp.FeeTransform{Verb: epp.VerbCreate, Currency: "CNY", Fees: []epp.FeeItem{{Amount: old}}})
	s.do(c, 1000, cmd, &epp.FeeTransform{Verb: epp.VerbCreate, Currency: "CNY", Fees: []epp.FeeItem{{Amount: "27.00"}}})
}

func TestFaultRules(t *testing.T) {
	r := &Registry{}
	draws := func(f Fault, n int) (hits []int) {
		r.faults.list = []Fault{f}
		for i := range n {
			if _, ok := r.faults.draw(openreg, "domain:create", []string{"a.com"}); ok {
				hits = append(hits, i)
			}
		}
		return hits
	}
	if got := draws(Fault{Kind: FaultCode2400, After: 3, Remaining: 2}, 10); len(got) != 2 || got[0] != 3 || got[1] != 4 {
		t.Errorf("after 3, twice: %v", got)
	}
	if got := draws(Fault{Kind: FaultCode2400, UntilWall: time.Now().Add(-time.Second)}, 3); got != nil {
		t.Errorf("over by the wall clock: %v", got)
	}
	business := t0
	r.faults.business = func() time.Time { return business }
	if got := draws(Fault{Kind: FaultCode2400, UntilBusiness: t0.Add(time.Hour)}, 2); len(got) != 2 {
		t.Errorf("before its end on the business clock: %v", got)
	}
	business = t0.Add(time.Hour)
	if got := draws(Fault{Kind: FaultCode2400, UntilBusiness: t0.Add(time.Hour)}, 2); got != nil {
		t.Errorf("at its end on the business clock: %v", got)
	}
}

// What means nothing is refused, with the reason.
func TestFaultRulesRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{"kind":"earthquake"}`:                                          `no fault of kind "earthquake"`,
		`{"kind":"delay","probability":1.5}`:                             "probability must be 0 to 1",
		`{"kind":"delay","remaining":-1}`:                                "remaining must not be negative",
		`{"kind":"delay","after":-1}`:                                    "after must not be negative",
		`{"kind":"delay","delay":"2h"}`:                                  "delay must be 0 to an hour",
		`{"kind":"delay","delay":"-2s"}`:                                 "delay must be 0 to an hour",
		`{"kind":"delay","match":"["}`:                                   "not a pattern",
		`{"kind":"code-2400","delay":"2s"}`:                              "delay means nothing for a fault of kind code-2400",
		`{"kind":"down","remaining":2}`:                                  "remaining means nothing for a fault of kind down",
		`{"kind":"down","clid":"openreg"}`:                               "clid means nothing",
		`{"kind":"certificate-change","clid":"openreg"}`:                 "clid means nothing",
		`{"kind":"fee-change","command":"create"}`:                       "command means nothing",
		`{"kind":"delay","limit":3}`:                                     "limit means nothing",
		`{"kind":"code-2400","command":"domian:create"}`:                 "is none such as",
		`{"kind":"empty-deposit","command":"domain:info"}`:               "strikes domain:create, domain:renew",
		`{"kind":"malformed-poll","command":"create"}`:                   "strikes poll:req only",
		`{"kind":"code-2400","until_wall":"2020-01-01T00:00:00Z"}`:       "over already",
		`{"kind":"session-cap","limit":-1}`:                              "limit must be 1 to",
		`{"kind":"fee-change","percent":100001}`:                         "percent must be 1 to",
		`{"kind":"code-2400","until_business":"2026-11-23T08:00:00Z"}`:   "over already",
		`{"kind":"skewed-clock","probability":0.5}`:                      "probability means nothing",
		`{"kind":"late-commit","command":"domain:create","percent":200}`: "percent means nothing",
	} {
		r := &Registry{}
		r.faults.business = func() time.Time { return t0 }
		var rule FaultRule
		if err := json.Unmarshal([]byte(text), &rule); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		f, err := rule.Fault()
		if err == nil {
			_, err = r.AddFault(f)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
		if len(r.faults.list) != 0 {
			t.Errorf("%s: in force", text)
		}
	}
}

// Rules and what is left of them survive a restart; those of a file come from
// the file alone.
func TestFaultsSurviveRestart(t *testing.T) {
	dir, clk := t.TempDir(), newClock(t0)
	r := open(t, dir, Verisim(), clk, Options{})
	add := func(f Fault) {
		t.Helper()
		if _, err := r.AddFault(f); err != nil {
			t.Fatal(err)
		}
	}
	add(Fault{Kind: FaultCode2400, Command: "domain:create", Remaining: 3})
	add(Fault{Kind: FaultDown, UntilBusiness: t0.Add(48 * time.Hour)})
	if err := r.ConfigureFaults([]FaultRule{{Kind: FaultDelay, Delay: Span(time.Second)}, {Kind: FaultCode2500, UntilWall: t0.AddDate(-1, 0, 0)}}); err != nil {
		t.Fatal(err)
	}
	if n := len(r.Faults()); n != 3 {
		t.Fatalf("%d rules in force, want 3 (one of the file is over)", n)
	}
	r.faults.draw(openreg, "domain:create", nil)
	// A kill: what was not written by now is lost.
	kept, err := os.ReadFile(filepath.Join(dir, "faults.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "faults.json"), kept, 0o600); err != nil {
		t.Fatal(err)
	}
	r = open(t, dir, Verisim(), clk, Options{})
	got := r.Faults()
	if len(got) != 2 || got[0].ID != "fault-1" || got[0].Remaining != 2 || got[1].Kind != FaultDown {
		t.Fatalf("after a restart: %+v", got)
	}
	if !r.front.down {
		t.Error("it is up")
	}
	// The next due thing is the end of a rule; doing it lifts the rule.
	at, ok := r.NextDue()
	if !ok || at.After(t0.Add(48*time.Hour)) {
		t.Fatalf("next due %s", at)
	}
	clk.add(48 * time.Hour)
	if _, err := r.RunDue(t0.Add(48 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := r.Faults(); len(got) != 1 || r.front.down {
		t.Errorf("after its end: %+v, down %v", got, r.front.down)
	}
	// Numbers are not given twice.
	if f, err := r.AddFault(Fault{Kind: FaultDelay}); err != nil || f.ID != "fault-3" {
		t.Errorf("%+v %v", f, err)
	}
}

// A registry that is down until a moment of the wall clock comes up by itself.
func TestFaultEndsByTheWallClock(t *testing.T) {
	s := serve(t, Verisim())
	s.login() // it is served by now
	end := time.Now().Add(700 * time.Millisecond)
	s.fault(Fault{Kind: FaultDown, UntilWall: end})
	if conn, err := net.DialTimeout("tcp", s.addr, time.Second); err == nil {
		conn.Close()
		if time.Now().Before(end) { // a busy machine may have been late
			t.Error("somebody listens")
		}
	}
	eventually(t, "it is up again", func() bool {
		conn, err := net.DialTimeout("tcp", s.addr, time.Second)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	if len(s.Faults()) != 0 {
		t.Errorf("%+v", s.Faults())
	}
}
