package registry

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

func (s *station) fault(f Fault) Fault {
	s.t.Helper()
	f, err := s.AddFault(f)
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

// lost sends a command whose answer must not come.
func (s *station) lost(c *epp.Client, a epp.Action) error {
	s.t.Helper()
	resp, err := c.Do(s.t.Context(), &epp.Command{Action: a})
	if err == nil || !epp.OutcomeUnknown(err) {
		s.t.Fatalf("%T: answered %+v, error %v; want an unknown outcome", a, resp, err)
	}
	return err
}

func TestFaultsOfTheWire(t *testing.T) {
	for _, tc := range []struct {
		kind      string
		committed bool
	}{
		{FaultCutBefore, false},
		{FaultCutAfterCommit, true},
		{FaultHalfFrame, true},
		{FaultOversize, true},
	} {
		t.Run(tc.kind, func(t *testing.T) {
			s := serve(t, Verisim())
			c := s.login()
			hit, miss := s.ready(c, "hit.com"), s.ready(c, "miss.com")
			f := s.fault(Fault{Kind: tc.kind, Command: "domain:create", Match: "hit.*", Remaining: 1})
			s.do(c, 1000, miss)
			s.do(c, 1000, &epp.DomainCheck{Names: []string{"hit.com"}})
			before, _ := s.Deposit(openreg)
			s.lost(c, hit)
			_, exists := s.Domain("hit.com")
			after, _ := s.Deposit(openreg)
			if exists != tc.committed || (before-after == 6800) != tc.committed {
				t.Errorf("exists %v, paid %d", exists, before-after)
			}
			select {
			case <-c.Done():
			case <-time.After(5 * time.Second):
				t.Error("the connection is still open")
			}
			if len(s.Faults()) != 0 {
				t.Errorf("still in force: %+v", s.Faults())
			}
			// The fault is spent: a new session gets an honest answer.
			want := epp.CodeOK
			if tc.committed {
				want = epp.CodeObjectExists
			}
			s.do(s.login(), want, hit)
			found := false
			for _, e := range s.LastErrors() {
				found = found || e.Fault == f.ID && e.Object == "hit.com"
			}
			if !found {
				t.Errorf("not among the last errors: %+v", s.LastErrors())
			}
		})
	}
}

func TestFaultLateCommit(t *testing.T) {
	s := serve(t, Verisim())
	c := s.login()
	free, taken := s.ready(c, "late.com"), s.ready(c, "lost.com")
	s.fault(Fault{Kind: FaultLateCommit, Command: "create", Match: "late.com", Remaining: 1, Delay: 300 * time.Millisecond})
	s.lost(c, free)
	if _, ok := s.Domain("late.com"); ok {
		t.Error("committed at once")
	}
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d, ok := s.Domain("late.com"); !ok || d.Sponsor != openreg {
		t.Errorf("after settling: %v %+v", ok, d)
	}
	// Meanwhile somebody else takes the name: the late command fails and costs
	// nothing.
	s.fault(Fault{Kind: FaultLateCommit, Command: "create", Match: "lost.com", Remaining: 1, Delay: 300 * time.Millisecond})
	c = s.login()
	s.lost(c, taken)
	before, _ := s.Deposit(openreg)
	if err := s.RegisterAs(rivalID, "lost.com", 1, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, _ := s.Deposit(openreg)
	if d, _ := s.Domain("lost.com"); d.Sponsor != rivalID || before != after {
		t.Errorf("sponsor %s, paid %d", d.Sponsor, before-after)
	}
	// Settle respects its context.
	s.fault(Fault{Kind: FaultLateCommit, Remaining: 1, Delay: time.Hour})
	s.lost(s.login(), s.ready(s.login(), "never.com"))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Settle(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Settle: %v", err)
	}
}

func TestFaultCodes(t *testing.T) {
	s := serve(t, Verisim())
	for _, tc := range []struct {
		kind   string
		code   epp.Code
		closes bool
	}{
		{FaultCode2400, 2400, false}, {FaultCode2500, 2500, true}, {FaultCode2502, 2502, true},
	} {
		c := s.login()
		cmd := s.ready(c, "codes.com")
		s.fault(Fault{Kind: tc.kind, Command: "domain:create", Remaining: 1})
		s.do(c, tc.code, cmd)
		if _, ok := s.Domain("codes.com"); ok {
			t.Errorf("%s: created", tc.kind)
		}
		_, err := c.Do(t.Context(), &epp.Command{Action: &epp.DomainCheck{Names: []string{"a.com"}}})
		if (err != nil) != tc.closes {
			t.Errorf("%s: session afterwards: %v", tc.kind, err)
		}
		c.Close()
	}
}

func TestFaultLoggedOut(t *testing.T) {
	s := serve(t, Verisim())
	c := s.login()
	f := s.fault(Fault{Kind: FaultLoggedOut, Command: "domain:info", Remaining: 1})
	s.do(c, 2002, &epp.DomainInfo{Name: "example.com"})
	if s.RemoveFault(f.ID) {
		t.Error("the fault was not counted down")
	}
	// The session stays poisoned, hello or not; a new one is sound.
	if _, err := c.Hello(t.Context()); err != nil {
		t.Error(err)
	}
	s.do(c, 2002, &epp.DomainCheck{Names: []string{"a.com"}})
	s.do(s.login(), 1000, &epp.DomainInfo{Name: "example.com"})
}

func TestFaultDelay(t *testing.T) {
	s := serve(t, Verisim())
	c := s.login()
	cmd := s.ready(c, "slow.com")
	s.fault(Fault{Kind: FaultDelay, Command: "create", Remaining: 1, Delay: 400 * time.Millisecond})
	start := time.Now()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.do(c, 1000, cmd)
	}()
	eventually(t, "commit before the answer", func() bool { _, ok := s.Domain("slow.com"); return ok })
	if took := time.Since(start); took > 350*time.Millisecond {
		t.Errorf("committed only after %s", took)
	}
	<-done
	if took := time.Since(start); took < 400*time.Millisecond {
		t.Errorf("answered after %s", took)
	}
}

func TestFaultSkewedClock(t *testing.T) {
	s := serve(t, Verisim())
	if g := s.login().Greeting(); !g.Date.Equal(t0) || g.ServerID != "Verisim EPP" {
		t.Errorf("greeting: %+v", g)
	}
	f := s.fault(Fault{Kind: FaultSkewedClock, Delay: -7 * time.Minute})
	if d := s.login().Greeting().Date; !d.Equal(t0.Add(-7 * time.Minute)) {
		t.Errorf("svDate %s", d)
	}
	s.RemoveFault(f.ID)
	if d := s.login().Greeting().Date; !d.Equal(t0) {
		t.Errorf("svDate afterwards %s", d)
	}
}

func TestFaultDown(t *testing.T) {
	s := serve(t, Verisim())
	c := s.login()
	f := s.fault(Fault{Kind: FaultDown})
	select {
	case <-c.Done():
	case <-time.After(5 * time.Second):
		t.Error("the session lives on")
	}
	if conn, err := net.DialTimeout("tcp", s.addr, time.Second); err == nil {
		conn.Close()
		t.Error("somebody listens")
	}
	if n := len(s.Sessions()); n != 0 {
		t.Errorf("%d sessions", n)
	}
	if !s.RemoveFault(f.ID) {
		t.Error("no such fault")
	}
	s.do(s.login(), 1000, &epp.DomainInfo{Name: "example.com"})
	// Down and up twice in a row, and closing while down (by the cleanup).
	for range 3 {
		f = s.fault(Fault{Kind: FaultDown})
		s.RemoveFault(f.ID)
	}
	s.do(s.login(), 1000, &epp.DomainInfo{Name: "example.com"})
	s.fault(Fault{Kind: FaultDown})
}

func TestFaultSelection(t *testing.T) {
	s := faultSet{list: []Fault{{ID: "a", Kind: FaultCode2400, Command: "create", Match: "b*.com", ClID: openreg, Remaining: 2}}}
	draw := func(clID, cmd string, objs ...string) bool { _, ok := s.draw(clID, cmd, objs); return ok }
	for _, tc := range []struct {
		clID, cmd, obj string
		want           bool
	}{
		{rivalID, "domain:create", "bad.com", false},
		{openreg, "domain:update", "bad.com", false},
		{openreg, "domain:create", "good.com", false},
		{openreg, "poll:req", "", false},
		{openreg, "domain:create", "bad.com", true},
		{openreg, "domain:create", "bad.com", true},
		{openreg, "domain:create", "bad.com", false},
	} {
		if got := draw(tc.clID, tc.cmd, tc.obj); got != tc.want {
			t.Errorf("%+v: %v", tc, got)
		}
	}
	s.list = []Fault{{Kind: FaultCode2400, Probability: 0.5}}
	hits := 0
	for range 1000 {
		if draw(openreg, "poll:ack") {
			hits++
		}
	}
	if hits < 350 || hits > 650 {
		t.Errorf("half of 1000 draws: %d", hits)
	}
	s.list = []Fault{{Kind: FaultMalformedPoll}, {Kind: FaultCode2400, Command: "host"}}
	for cmd, want := range map[string]bool{"poll:req": true, "poll:ack": false, "host:info": true, "domain:info": false, "login": false} {
		if got := draw(openreg, cmd); got != want {
			t.Errorf("%s: %v", cmd, got)
		}
	}
	s.list = []Fault{{Kind: FaultCode2400}}
	if draw(openreg, "login") {
		t.Error("a fault without a command strikes logins")
	}
	r := &Registry{}
	for _, f := range []Fault{{Kind: "nonsense"}, {Kind: FaultDelay, Probability: 2}, {Kind: FaultDelay, Match: "[", Remaining: 1}} {
		if _, err := r.AddFault(f); err == nil {
			t.Errorf("%+v was taken", f)
		}
	}
}

// The rival and the product race for names, the product's answer being cut
// after the commit: exactly one holds each name, and pays.
func TestRaceOverEPPWithCuts(t *testing.T) {
	s := serve(t, Newsim())
	names := []string{"r0.top", "r1.top", "r2.top", "r3.top", "r4.top", "r5.top", "r6.top", "r7.top"}
	s.do(s.login(), 1000, testContact("T-1"))
	s.fault(Fault{Kind: FaultCutAfterCommit, Command: "domain:create", ClID: openreg, Probability: 0.5})
	for _, n := range names {
		c := s.login()
		cmd := s.ready(c, n)
		start, rival := make(chan struct{}), make(chan error, 1)
		go func() {
			<-start
			rival <- s.RegisterAs(rivalID, n, 1, time.Time{})
		}()
		close(start)
		resp, err := c.Do(t.Context(), &epp.Command{Action: cmd})
		rerr := <-rival
		c.Close()
		d, ok := s.Domain(n)
		switch {
		case !ok:
			t.Errorf("%s: nobody has it", n)
		case (rerr == nil) != (d.Sponsor == rivalID):
			t.Errorf("%s: sponsor %s, rival %v", n, d.Sponsor, rerr)
		case err == nil && (resp.Code() == 1000) != (d.Sponsor == openreg):
			t.Errorf("%s: sponsor %s, answer %d", n, d.Sponsor, resp.Code())
		}
	}
	a, _ := s.Deposit(openreg)
	ours := int64(len(s.Names(openreg, "", 100)))
	if spent := int64(1<<40) - a; spent != ours*900 {
		t.Errorf("%d names, %d spent", ours, spent)
	}
}
