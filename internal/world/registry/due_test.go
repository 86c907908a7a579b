package registry

import (
	"slices"
	"testing"
	"time"
)

// kinds lists the kinds of a registrar's poll messages.
func kinds(c *core, clID string) (out []string) {
	for _, m := range c.polls[clID] {
		out = append(out, m.Kind)
	}
	return out
}

func TestDeleteInAddGrace(t *testing.T) {
	c := testCore(t, Verisim())
	before := c.regs[openreg].Balance
	mustCreate(t, c, openreg, "one.com", 2, t0)
	purged, credit, err := c.deleteDomain(openreg, "one.com", t0.Add(5*day-time.Second))
	if err != nil || !purged || credit != 2*6800 || c.regs[openreg].Balance != before {
		t.Errorf("purged %v credit %d balance %d err %v", purged, credit, c.regs[openreg].Balance, err)
	}
	if r := c.checkDomain("one.com", false); r != "" {
		t.Errorf("not free: %s", r)
	}
	if at, ok := c.nextDue(); ok {
		t.Errorf("something is due at %s though nothing exists", at)
	}
}

// A name is deleted after its add grace and runs through redemption and
// pendingDelete to its purge, each at its own moment though the clock makes
// one big step.
func TestRedemptionRoad(t *testing.T) {
	c := testCore(t, Verisim())
	mustCreate(t, c, openreg, "one.com", 1, t0)
	del := t0.Add(5 * day)
	purged, credit, err := c.deleteDomain(openreg, "one.com", del)
	if err != nil || purged || credit != 0 {
		t.Fatalf("purged %v credit %d err %v", purged, credit, err)
	}
	d := c.domains["one.com"]
	if !slices.Equal(d.eppStatuses(), []string{"inactive", "pendingDelete"}) || !slices.Equal(d.rgpStatuses(del), []string{rgpRedemption}) {
		t.Errorf("statuses %v %v", d.eppStatuses(), d.rgpStatuses(del))
	}
	_, _, err = c.deleteDomain(openreg, "one.com", del)
	wantCode(t, "deleting twice", err, 2304)
	_, _, err = c.renewDomain(openreg, "one.com", d.Expires, 1, feeOffer{}, del)
	wantCode(t, "renewing in redemption", err, 2304)

	if at, ok := c.nextDue(); !ok || !at.Equal(del.Add(30*day)) {
		t.Errorf("next due %s", at)
	}
	if n := c.runDue(del.Add(30*day), -1); n != 1 || c.domains["one.com"].Stage != rgpDelete {
		t.Errorf("%d events, stage %q", n, c.domains["one.com"].Stage)
	}
	if n := c.runDue(del.Add(35*day-time.Millisecond), -1); n != 0 {
		t.Error("purged early")
	}
	if n := c.runDue(del.Add(35*day), -1); n != 1 || c.domains["one.com"] != nil {
		t.Error("not purged")
	}
	if got := kinds(c, openreg); !slices.Equal(got, []string{"stage", "purged"}) {
		t.Errorf("messages %v", got)
	}
	if m := c.polls[openreg][1]; !m.Queued.Equal(del.Add(35 * day)) {
		t.Errorf("purge told at %s", m.Queued)
	}

	// The registry of cn has no pendingDelete: redemption ends in the purge.
	cn := testCore(t, Cnsim())
	mustCreate(t, cn, openreg, "one.cn", 1, t0)
	if _, _, err := cn.deleteDomain(openreg, "one.cn", del); err != nil {
		t.Fatal(err)
	}
	if n := cn.runDue(del.Add(30*day), -1); n != 1 || cn.domains["one.cn"] != nil {
		t.Errorf("%d events", n)
	}
}

func TestAutoRenew(t *testing.T) {
	c := testCore(t, Verisim())
	mustCreate(t, c, openreg, "one.com", 1, t0)
	c.addBalance(openreg, 100-c.regs[openreg].Balance, time.Time{})
	exp := t0.AddDate(1, 0, 0)
	if n := c.runDue(exp.Add(3*time.Hour), -1); n != 1 {
		t.Fatalf("%d events", n)
	}
	d := c.domains["one.com"]
	if !d.Expires.Equal(exp.AddDate(1, 0, 0)) || c.regs[openreg].Balance != 100-6800 {
		t.Errorf("expires %s, balance %d", d.Expires, c.regs[openreg].Balance)
	}
	if got := kinds(c, openreg); !slices.Contains(got, "autoRenew") {
		t.Errorf("messages %v", got)
	}
	// An explicit renewal in the grace adds a year to the one already there.
	c.addBalance(openreg, 1_000_000, t0)
	if _, _, err := c.renewDomain(openreg, "one.com", d.Expires, 1, feeOffer{}, exp.Add(day)); err != nil {
		t.Fatal(err)
	}
	if got := c.domains["one.com"].Expires; !got.Equal(exp.AddDate(2, 0, 0)) {
		t.Errorf("after renewal in the grace: %s", got)
	}
	// Deleting in both graces gives both fees back and takes the year off.
	before := c.regs[openreg].Balance
	purged, credit, err := c.deleteDomain(openreg, "one.com", exp.Add(4*day))
	if err != nil || purged || credit != 2*6800 || c.regs[openreg].Balance != before+credit {
		t.Errorf("purged %v credit %d err %v", purged, credit, err)
	}
	// After the grace nothing comes back.
	mustCreate(t, c, openreg, "two.com", 1, t0)
	c.runDue(exp.Add(time.Hour), -1)
	if _, credit, err := c.deleteDomain(openreg, "two.com", exp.Add(45*day)); err != nil || credit != 0 {
		t.Errorf("credit %d err %v", credit, err)
	}
	mustCreate(t, c, openreg, "three.com", 1, t0)
	c.runDue(exp.Add(time.Hour), -1)
	if _, credit, err := c.deleteDomain(openreg, "three.com", exp.Add(45*day-time.Second)); err != nil || credit != 6800 {
		t.Errorf("at the end of the auto-renew grace: credit %d err %v", credit, err)
	}
}

func TestRestore(t *testing.T) {
	c := testCore(t, Verisim())
	mustCreate(t, c, openreg, "one.com", 1, t0)
	del := t0.Add(10 * day)
	up := func(c *core, name, op string, at time.Time) (int64, error) {
		_, fee, err := c.updateDomain(openreg, domainUpdate{Name: name, Restore: op}, at)
		return fee, err
	}
	_, err := up(c, "one.com", "request", del)
	wantCode(t, "restore of a living name", err, 2304)
	if _, _, err := c.deleteDomain(openreg, "one.com", del); err != nil {
		t.Fatal(err)
	}
	_, err = up(c, "one.com", "report", del)
	wantCode(t, "report before request", err, 2304)
	if fee, err := up(c, "one.com", "request", del.Add(day)); err != nil || fee != 56000 {
		t.Errorf("request: %d %v", fee, err)
	}
	if s := c.domains["one.com"].rgpStatuses(del); !slices.Equal(s, []string{rgpRestore}) {
		t.Errorf("rgp %v", s)
	}
	// Without a report it falls back (RFC 3915), and can be asked for again.
	c.runDue(del.Add(8*day), -1)
	if s := c.domains["one.com"].Stage; s != rgpRedemption {
		t.Errorf("stage %q", s)
	}
	if _, err := up(c, "one.com", "request", del.Add(9*day)); err != nil {
		t.Fatal(err)
	}
	if _, err := up(c, "one.com", "report", del.Add(10*day)); err != nil {
		t.Fatal(err)
	}
	if s := c.domains["one.com"].eppStatuses(); !slices.Equal(s, []string{"inactive"}) {
		t.Errorf("after the report %v", s)
	}
	// newsim wants no report.
	n := testCore(t, Newsim())
	mustCreate(t, n, openreg, "one.top", 1, t0)
	if _, _, err := n.deleteDomain(openreg, "one.top", del); err != nil {
		t.Fatal(err)
	}
	if _, err := up(n, "one.top", "request", del.Add(day)); err != nil || n.domains["one.top"].Stage != "" {
		t.Errorf("%v, stage %q", err, n.domains["one.top"].Stage)
	}
}

func TestTransfer(t *testing.T) {
	const pw = "correct-horse-9"
	setup := func(t *testing.T) *core {
		c := testCore(t, Verisim())
		cmd := plain(c, openreg, "one.com", 1)
		cmd.AuthInfo = pw
		if _, _, err := c.createDomain(openreg, cmd, t0); err != nil {
			t.Fatal(err)
		}
		h := &Host{Name: "ns1.one.com", Sponsor: openreg}
		c.putHost(h)
		return c
	}
	later := t0.Add(30 * day)
	c := setup(t)
	if a := c.names(openreg, "", 9); len(a) != 1 {
		t.Errorf("names %v", a)
	}
	for _, tc := range []struct {
		what, clID, pw string
		want           int
	}{
		{"no code", rivalID, "", 2003}, {"wrong code", rivalID, "wrong-horse-9", 2202}, {"own name", openreg, pw, 2106},
	} {
		_, _, err := c.requestTransfer(tc.clID, transferRequest{Name: "one.com", AuthInfo: tc.pw}, later)
		wantCode(t, tc.what, err, tc.want)
	}
	_, err := c.queryTransfer(rivalID, "one.com", credential{pw: ""})
	wantCode(t, "query without a transfer", err, 2301)
	before := c.regs[rivalID].Balance
	d, _, err := c.requestTransfer(rivalID, transferRequest{Name: "one.com", AuthInfo: pw}, later)
	if err != nil || !slices.Contains(d.eppStatuses(), "pendingTransfer") || c.regs[rivalID].Balance != before-6800 {
		t.Fatalf("request: %v", err)
	}
	_, _, err = c.requestTransfer(elderID, transferRequest{Name: "one.com", AuthInfo: pw}, later)
	wantCode(t, "second request", err, 2300)
	_, err = c.settleTransfer(rivalID, "one.com", "approve", later)
	wantCode(t, "approval by the gaining one", err, 2201)
	_, err = c.settleTransfer(openreg, "one.com", "cancel", later)
	wantCode(t, "cancel by the losing one", err, 2201)
	_, err = c.settleTransfer(openreg, "one.com", "reject", later.Add(day))
	wantCode(t, "reject", err, 1000)
	if c.regs[rivalID].Balance != before || c.domains["one.com"].Sponsor != openreg {
		t.Errorf("after the rejection: balance %d sponsor %s", c.regs[rivalID].Balance, c.domains["one.com"].Sponsor)
	}
	// Again, and nobody answers: after five days the registry approves.
	if _, _, err = c.requestTransfer(rivalID, transferRequest{Name: "one.com", AuthInfo: pw}, later.Add(2*day)); err != nil {
		t.Fatal(err)
	}
	if n := c.runDue(later.Add(7*day), -1); n != 1 {
		t.Errorf("%d events", n)
	}
	d = c.domains["one.com"]
	if !d.Transfer.AcDate.Equal(later.Add(7*day)) || !d.Transferred.Equal(d.Transfer.AcDate) {
		t.Errorf("acDate %s, trDate %s", d.Transfer.AcDate, d.Transferred)
	}
	if a, b := c.names(openreg, "", 9), c.names(rivalID, "", 9); len(a) != 0 || !slices.Equal(b, []string{"one.com"}) {
		t.Errorf("names of the losing %v, of the gaining registrar %v", a, b)
	}
	if d.Sponsor != rivalID || d.AuthInfo != "" || !d.Expires.Equal(t0.AddDate(2, 0, 0)) || d.Transfer.Status != "serverApproved" ||
		!slices.Equal(d.rgpStatuses(later.Add(8*day)), []string{rgpTransfer}) {
		t.Errorf("after five days: %+v", d)
	}
	if c.hosts["ns1.one.com"].Sponsor != rivalID {
		t.Error("the subordinate host stayed behind")
	}
	if got := kinds(c, openreg); !slices.Equal(got, []string{"transfer", "transfer", "transfer"}) {
		t.Errorf("losing registrar's messages: %v", got)
	}
	_, err = c.settleTransfer(rivalID, "one.com", "cancel", later)
	wantCode(t, "cancel when settled", err, 2301)

	// A transfer inside the auto-renew grace absorbs that year, and the losing
	// registrar has its fee back.
	c = setup(t)
	exp := t0.AddDate(1, 0, 0)
	c.runDue(exp, -1)
	bal := c.regs[openreg].Balance
	if _, _, err := c.requestTransfer(rivalID, transferRequest{Name: "one.com", AuthInfo: pw}, exp.Add(day)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.settleTransfer(openreg, "one.com", "approve", exp.Add(2*day)); err != nil {
		t.Fatal(err)
	}
	if tr := c.domains["one.com"].Transfer; tr.Status != "clientApproved" || !tr.AcDate.Equal(exp.Add(2*day)) {
		t.Errorf("approved: %+v", tr)
	}
	if d := c.domains["one.com"]; !d.Expires.Equal(exp.AddDate(1, 0, 0)) || c.regs[openreg].Balance != bal+6800 {
		t.Errorf("expires %s, balance %d", d.Expires, c.regs[openreg].Balance-bal)
	}
	// cn: not within 60 days of creation.
	cn := testCore(t, Cnsim())
	cmd := plain(cn, openreg, "one.cn", 1)
	cmd.AuthInfo = pw
	if _, _, err := cn.createDomain(openreg, cmd, t0); err != nil {
		t.Fatal(err)
	}
	_, _, err = cn.requestTransfer(rivalID, transferRequest{Name: "one.cn", AuthInfo: pw}, t0.Add(60*day-1))
	wantCode(t, "too new", err, 2106)
	_, _, err = cn.requestTransfer(rivalID, transferRequest{Name: "one.cn", AuthInfo: pw}, t0.Add(60*day))
	wantCode(t, "sixty days old", err, 1000)
}

func TestPollQueue(t *testing.T) {
	c := testCore(t, Verisim())
	for _, s := range []string{"a", "b", "c"} {
		c.message(openreg, "status", s+".com", s, t0)
	}
	m, n := c.pollHead(openreg)
	if n != 3 || m.Text != "a" {
		t.Fatalf("%d, %+v", n, m)
	}
	if left, next, err := c.pollAck(openreg, m.ID); err != nil || left != 2 || next.Text != "b" {
		t.Errorf("%d %+v %v", left, next, err)
	}
	_, _, err := c.pollAck(openreg, m.ID)
	wantCode(t, "ack twice", err, 2303)
	_, _, err = c.pollAck(rivalID, c.polls[openreg][0].ID)
	wantCode(t, "ack of another's message", err, 2303)
}
