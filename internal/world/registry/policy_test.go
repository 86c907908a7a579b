package registry

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// lastMessage is the newest message of a registrar.
func lastMessage(c *core, clID string) *PollMessage {
	q := c.polls[clID]
	if len(q) == 0 {
		return &PollMessage{}
	}
	return q[len(q)-1]
}

func TestPendingCommands(t *testing.T) {
	id := TRID{Client: "MY-1", Server: "SV-1"}
	for _, yes := range []bool{true, false} {
		c := testCore(t, Verisim())
		c.set = &Settings{Pending: []PendingRule{{Op: "create", Match: "slow*.com", After: 2 * day, Deny: !yes}}}
		before := c.regs[openreg].Balance
		cmd := plain(c, openreg, "slow-one.com", 2)
		cmd.ClTRID, cmd.SvTRID = id.Client, id.Server
		d, fee, err := c.createDomain(openreg, cmd, t0)
		if err != nil || d.Pending == nil || fee != 2*6800 || c.regs[openreg].Balance != before-fee {
			t.Fatalf("create: %+v %v", d, err)
		}
		if r := c.checkDomain("slow-one.com", false); r != "in use" {
			t.Errorf("check of a pending name: %q", r)
		}
		mustCreate(t, c, openreg, "quick.com", 1, t0)
		if n := c.runDue(t0.Add(2*day-1), -1); n != 0 {
			t.Error("decided early")
		}
		if n := c.runDue(t0.Add(2*day), -1); n != 1 {
			t.Errorf("%d events", n)
		}
		m := lastMessage(c, openreg)
		if m.Object != "slow-one.com" || m.TRID == nil || *m.TRID != id || m.Denied == yes {
			t.Errorf("panData: %+v", m)
		}
		d = c.domains["slow-one.com"]
		if yes {
			if d == nil || d.Pending != nil || !slices.Equal(d.rgpStatuses(t0.Add(6*day)), []string{rgpAdd}) {
				t.Errorf("approved: %+v", d)
			}
			if purged, credit, err := c.deleteDomain(openreg, "slow-one.com", t0.Add(6*day)); !purged || credit != fee || err != nil {
				t.Errorf("the add grace runs from the approval: %v %d %v", purged, credit, err)
			}
		} else if d != nil || c.regs[openreg].Balance != before-6800 {
			t.Errorf("denied: %+v, balance %d", d, c.regs[openreg].Balance-before)
		}

		// A renewal and an update that wait.
		c, now := staged(t, "pendingRenew")
		before = c.regs[openreg].Balance
		if d := c.domains["one.com"]; !d.Expires.Equal(t0.AddDate(2, 0, 0)) {
			t.Errorf("renewed before it is decided: %s", d.Expires)
		}
		d = c.stamp(c.domains["one.com"], id)
		c.decide(d, yes, "", now.Add(day))
		want, back := t0.AddDate(3, 0, 0), int64(0)
		if !yes {
			want, back = t0.AddDate(2, 0, 0), 6800
		}
		if d := c.domains["one.com"]; !d.Expires.Equal(want) || c.regs[openreg].Balance != before+back || d.Pending != nil {
			t.Errorf("renewal %v: %s, balance %d", yes, d.Expires, c.regs[openreg].Balance-before)
		}
		if m := lastMessage(c, openreg); m.TRID == nil || *m.TRID != id || m.Denied == yes {
			t.Errorf("renewal %v: %+v", yes, m)
		}
		c, now = staged(t, "pendingUpdate")
		if d := c.domains["one.com"]; d.has("clientHold") {
			t.Error("updated before it is decided")
		}
		c.decide(c.domains["one.com"], yes, "", now.Add(day))
		if d := c.domains["one.com"]; d.has("clientHold") != yes {
			t.Errorf("update %v: %v", yes, d.Statuses)
		}
	}
}

// What nobody has answered for years is not renewed before it exists.
func TestPendingCreateDoesNotExpire(t *testing.T) {
	c := testCore(t, Verisim())
	c.set = &Settings{Pending: []PendingRule{{Op: "create", Match: "*"}}}
	mustCreate(t, c, openreg, "one.com", 1, t0)
	before := c.regs[openreg].Balance
	if n := c.runDue(t0.AddDate(3, 0, 0), -1); n != 0 || c.regs[openreg].Balance != before {
		t.Errorf("%d events, charged %d", n, before-c.regs[openreg].Balance)
	}
	c.decide(c.domains["one.com"], false, "", t0.AddDate(3, 0, 0))
	if c.domains["one.com"] != nil || c.regs[openreg].Balance != before+6800 {
		t.Error("the denial does not give the fee back")
	}
}

// An update that can no longer be carried out is denied, not half done.
func TestPendingUpdateGoneWrong(t *testing.T) {
	c := testCore(t, Verisim())
	c.putHost(&Host{Name: "ns1.abc.org", Sponsor: openreg})
	mustCreate(t, c, openreg, "one.com", 1, t0)
	c.set = &Settings{Pending: []PendingRule{{Op: "update", Match: "*"}}}
	if _, _, err := c.updateDomain(openreg, domainUpdate{Name: "one.com", AddNS: []NameServer{{Host: "ns1.abc.org"}}}, t0); err != nil {
		t.Fatal(err)
	}
	if err := c.deleteHost(openreg, "ns1.abc.org"); err != nil {
		t.Fatal(err)
	}
	c.decide(c.domains["one.com"], true, "", t0.Add(day))
	if m := lastMessage(c, openreg); !m.Denied || len(c.domains["one.com"].NS) != 0 || c.domains["one.com"].Pending != nil {
		t.Errorf("%+v %+v", m, c.domains["one.com"])
	}
}

func TestVerification(t *testing.T) {
	with := func(mode string) *core {
		c := testCore(t, Cnsim())
		c.set = &Settings{Verify: map[string]string{"cn": mode}}
		return c
	}
	code := func(types ...string) (out []Code) {
		for _, x := range types {
			out = append(out, Code{x, "1-abc", t0})
		}
		return out
	}
	create := func(c *core, codes []Code) (*Domain, error) {
		cmd := plain(c, openreg, "one.cn", 1)
		cmd.Codes = codes
		d, _, err := c.createDomain(openreg, cmd, t0)
		return d, err
	}
	for _, tc := range []struct {
		mode  string
		codes []Code
		want  int
		state string
		due   bool
	}{
		{VerifyOff, nil, 1000, verNone, false},
		{VerifyLenient, nil, 1000, verPending, true},
		{VerifyAfter, nil, 1000, verPending, true},
		{VerifyAfter, code("domain"), 1000, verPending, true},
		{VerifyAfter, code("domain", "real-name"), 1000, verGood, false},
		{VerifyBefore, nil, 2003, "", false},
		{VerifyBefore, code("real-name"), 2003, "", false},
		{VerifyBefore, code("domain", "real-name"), 1000, verGood, false},
		{VerifyContact, nil, 2306, "", false},
	} {
		c := with(tc.mode)
		d, err := create(c, tc.codes)
		wantCode(t, tc.mode, err, tc.want)
		if err != nil {
			continue
		}
		if d.verificationState() != tc.state || d.VerifyDue.Equal(t0.Add(5*day)) != tc.due {
			t.Errorf("%s with %d codes: %s due %s", tc.mode, len(tc.codes), d.verificationState(), d.VerifyDue)
		}
		// Five days later.
		n := c.runDue(t0.Add(5*day), -1)
		d = c.domains["one.cn"]
		held := tc.mode == VerifyAfter && tc.state == verPending
		if d.has("serverHold") != held || (n == 1) != held || held != (d.Verify == verBad) {
			t.Errorf("%s with %d codes at its due date: %d events, %+v", tc.mode, len(tc.codes), n, d)
		}
		if held {
			m := lastMessage(c, openreg)
			if m.Kind != "verification" || m.Change == nil || m.Change.Op != "update" || !m.After.has("serverHold") || m.Before != nil {
				t.Errorf("message: %+v", m)
			}
		}
	}
	// The codes lift the hold, each other reason for one stays.
	c := with(VerifyAfter)
	if _, err := create(c, nil); err != nil {
		t.Fatal(err)
	}
	c.runDue(t0.Add(5*day), -1)
	up := func(codes ...Code) *Domain {
		t.Helper()
		d, _, err := c.updateDomain(openreg, domainUpdate{Name: "one.cn", Codes: codes}, t0.Add(6*day))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := up(code("domain")...); !d.has("serverHold") || !slices.Equal(c.missing(d), []string{"real-name"}) {
		t.Errorf("with one of two codes: %+v", d)
	}
	if d := up(code("real-name")...); d.has("serverHold") || d.Verify != verGood || !d.VerifyDue.IsZero() {
		t.Errorf("with both: %+v", d)
	}
	// Where the contact proves it.
	c = with(VerifyContact)
	who := &Identity{Type: "I", DocType: "SFZ", Number: "110101199003070000"}
	if _, err := c.updateContact(openreg, contactUpdate{ID: "C-openreg", Identity: who}, t0); err != nil {
		t.Fatal(err)
	}
	d, err := create(c, nil)
	if err != nil || d.Verify != verGood {
		t.Errorf("with the contact's document: %v %+v", err, d)
	}
	if strings.Contains(who.String()+who.GoString(), "1101") {
		t.Error("the number is printed")
	}
}

func TestNamingAudit(t *testing.T) {
	// In cn a bad name goes, with its fee back and a notice.
	c := testCore(t, Cnsim())
	before := c.regs[openreg].Balance
	mustCreate(t, c, openreg, "happy-duchang.cn", 2, t0)
	mustCreate(t, c, openreg, "happy-chaye.cn", 1, t0)
	if n := c.runDue(t0.Add(day-1), -1); n != 0 {
		t.Error("judged early")
	}
	if n := c.runDue(t0.Add(day), -1); n != 1 {
		t.Errorf("%d events: approval is silent", n)
	}
	if c.domains["happy-duchang.cn"] != nil || c.domains["happy-chaye.cn"] == nil || c.regs[openreg].Balance != before-2200 {
		t.Errorf("balance %d", c.regs[openreg].Balance-before)
	}
	m := lastMessage(c, openreg)
	if m.Kind != "naming" || m.Change.Op != "delete" || m.Change.Reason != "gambling" || m.Before == nil || !strings.Contains(m.Text, "gambling") {
		t.Errorf("notice: %+v", m)
	}
	// Elsewhere it is held.
	c = testCore(t, Newsim())
	mustCreate(t, c, openreg, mustASCII(t, "金赌场")+".top", 1, t0)
	mustCreate(t, c, openreg, "quiet.top", 1, t0)
	c.runDue(t0.Add(day), -1)
	d := c.domains[mustASCII(t, "金赌场")+".top"]
	if !d.has("serverHold") || lastMessage(c, openreg).Change.Op != "update" {
		t.Errorf("not held: %+v", d)
	}
	c.verdict(d, "", "", t0.Add(2*day))
	if c.domains[d.Name].has("serverHold") {
		t.Error("the review's second verdict does not release")
	}
	// A new word finds the names whose review is still running, not older ones.
	mustCreate(t, c, openreg, "newword-shop.top", 1, t0.Add(3*day))
	s := c.set.clone()
	put(&s.AuditWords, "newword", "new reason")
	put(&s.AuditWords, "quiet", "late reason")
	c.reaudit(s, t0.Add(3*day))
	c.putSettings(s)
	c.runDue(t0.Add(4*day), -1)
	if !c.domains["newword-shop.top"].has("serverHold") || c.domains["quiet.top"].has("serverHold") {
		t.Error("the new word was not applied as it should")
	}
	// com has no review.
	v := testCore(t, Verisim())
	mustCreate(t, v, openreg, "happy-duchang.com", 1, t0)
	if n := v.runDue(t0.Add(2*day), -1); n != 0 {
		t.Error("reviewed where there is no review")
	}
}

func TestBundles(t *testing.T) {
	c := testCore(t, Cnsim())
	zone := ".xn--fiqs8s"
	own, simp, trad := mustASCII(t, "龙门"), mustASCII(t, "龙门"), mustASCII(t, "龍門")
	mixed, other := mustASCII(t, "龍门"), mustASCII(t, "龙門")
	cmd := plain(c, openreg, own+zone, 1)
	cmd.Variants = []string{"龍门"}
	d, _, err := c.createDomain(openreg, cmd, t0)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{trad, mixed}
	slices.Sort(want)
	if !slices.Equal(d.Variants, want) {
		t.Errorf("allocated %v, want %v", d.Variants, want)
	}
	b, ok := c.bundleOf(d)
	if !ok || b.Own != simp || b.Simplified != "龙门" || b.Traditional != "龍門" || !slices.Equal(b.Variants, []string{"龍门"}) {
		t.Errorf("bundle %+v", b)
	}
	for _, v := range []string{trad, mixed, other} {
		_, _, err := c.createDomain(rivalID, plain(c, rivalID, v+zone, 1), t0)
		wantCode(t, "variant "+v, err, 2306)
		if got := c.allocatedTo(v+zone) != nil; got == (v == other) {
			t.Errorf("%s allocated: %v", v, got)
		}
	}
	up := func(u domainUpdate) error {
		u.Name = own + zone
		_, _, err := c.updateDomain(openreg, u, t0)
		return err
	}
	wantCode(t, "no variant", up(domainUpdate{AddVariants: []string{"茶门"}}), 2306)
	wantCode(t, "block one that is not allocated", up(domainUpdate{RemVariants: []string{"龙門"}}), 2306)
	wantCode(t, "block the traditional form", up(domainUpdate{RemVariants: []string{"龍門"}}), 2306)
	wantCode(t, "swap", up(domainUpdate{RemVariants: []string{"龍门"}, AddVariants: []string{"龙門"}}), 1000)
	if c.allocatedTo(mixed+zone) != nil || c.allocatedTo(other+zone) == nil {
		t.Errorf("after the swap %v", c.domains[own+zone].Variants)
	}
	cmd = plain(c, openreg, "ascii.cn", 1)
	cmd.Variants = []string{"ascii"}
	_, _, err = c.createDomain(openreg, cmd, t0)
	wantCode(t, "variants of an ASCII label", err, 2306)
}

func TestClaimsAndTokens(t *testing.T) {
	c := testCore(t, Newsim())
	good := &claimsNotice{ID: "370d0b7c9223372036854775807", NotAfter: t0.Add(day), Accepted: t0.Add(-time.Hour)}
	late, early := *good, *good
	late.NotAfter, early.Accepted = t0, t0.Add(-49*time.Hour)
	token, wrong := "CLUB-FOUNDER-2026", "CLUB-FOUNDER-2025"
	c.set = &Settings{Claims: map[string]string{"brandish": "2013041500/2/6/9/rJ1NrDO92vDsAzf7EQzgjX4R0000000001"}}
	for _, tc := range []struct {
		what, name string
		notice     *claimsNotice
		token      *string
		want       int
	}{
		{"claimed, no notice", "brandish.club", nil, nil, 2003},
		{"claimed, expired notice", "brandish.club", &late, nil, 2306},
		{"claimed, stale acceptance", "brandish.club", &early, nil, 2306},
		{"claimed, good notice", "brandish.club", good, nil, 1000},
		{"claimed label where there are no claims", "brandish.top", nil, nil, 1000},
		{"notice where there are no claims", "brandish2.top", good, nil, 2306},
		{"notice for what is not claimed", "plainly.club", good, nil, 2306},
		{"restricted, no token", "founders.club", nil, nil, 2201},
		{"restricted, wrong token", "founders.club", nil, &wrong, 2201},
		{"token that opens nothing", "plainly.club", nil, &token, 2201},
		{"restricted, its token", "founders.club", nil, &token, 1000},
	} {
		cmd := plain(c, openreg, tc.name, 1)
		cmd.Notice, cmd.Token = tc.notice, tc.token
		_, _, err := c.createDomain(openreg, cmd, t0)
		wantCode(t, tc.what, err, tc.want)
	}
	if key, ok := c.claimsOf("brandish.club"); !ok || !strings.HasPrefix(key, "2013041500/") {
		t.Errorf("claims check: %q %v", key, ok)
	}
	if _, ok := c.claimsOf("brandish.top"); ok {
		t.Error("claims where there are none")
	}
	d := testCore(t, Newsim())
	for _, tc := range []struct {
		token *string
		want  string
	}{{nil, "allocation token required"}, {&wrong, "allocation token mismatch"}, {&token, ""}} {
		if r := d.checkWith("founders.club", true, tc.token); r != tc.want || len(r) > 32 {
			t.Errorf("check: %q, want %q", r, tc.want)
		}
	}
}

func TestTTLs(t *testing.T) {
	c := testCore(t, Newsim())
	for _, tc := range []struct {
		name string
		ttl  TTL
		want int
	}{
		{"one.xyz", TTL{"NS", 3600}, 1000}, {"two.xyz", TTL{"NS", 299}, 2004}, {"two.xyz", TTL{"NS", 172801}, 2004},
		{"two.xyz", TTL{"MX", 3600}, 2306}, {"two.top", TTL{"NS", 3600}, 2306},
	} {
		cmd := plain(c, openreg, tc.name, 1)
		cmd.TTLs = []TTL{tc.ttl}
		_, _, err := c.createDomain(openreg, cmd, t0)
		wantCode(t, tc.name+" "+tc.ttl.For, err, tc.want)
	}
	if _, _, err := c.updateDomain(openreg, domainUpdate{Name: "one.xyz", TTLs: []TTL{{"NS", -1}, {"DS", 600}}}, t0); err != nil {
		t.Fatal(err)
	}
	if d := c.domains["one.xyz"]; !slices.Equal(d.TTLs, []TTL{{"DS", 600}}) {
		t.Errorf("TTLs %v", d.TTLs)
	}
}

// What the registry does by itself is told with the name as it was or is.
func TestChangesAreTold(t *testing.T) {
	c := testCore(t, Verisim())
	mustCreate(t, c, openreg, "one.com", 1, t0)
	c.runDue(t0.AddDate(1, 0, 0), -1)
	m := lastMessage(c, openreg)
	if m.Kind != "autoRenew" || m.Change.Op != "autoRenew" || !m.After.Expires.Equal(t0.AddDate(2, 0, 0)) || m.After.AuthInfo != "" || m.Change.SvTRID == "" {
		t.Errorf("auto-renewal: %+v", m)
	}
	if _, _, err := c.deleteDomain(openreg, "one.com", t0.AddDate(1, 2, 0)); err != nil {
		t.Fatal(err)
	}
	c.runDue(t0.AddDate(1, 4, 0), -1)
	m = lastMessage(c, openreg)
	if m.Kind != "purged" || m.Change.Op != "autoPurge" || m.Before == nil || m.After != nil {
		t.Errorf("purge: %+v", m)
	}
}

// Each zone has code types of its own, which can be changed, and may take its time with lifting a hold.
func TestCodeTypesOfZones(t *testing.T) {
	p := Cnsim()
	p.Zones[0].Codes = []string{"real-name"}
	c := testCore(t, p)
	c.set = &Settings{Verify: map[string]string{"cn": VerifyAfter, "com.cn": VerifyAfter}}
	name := Code{"real-name", "1-abc", t0}
	for zone, want := range map[string]string{"cn": verGood, "com.cn": verPending} {
		cmd := plain(c, openreg, "one."+zone, 1)
		cmd.Codes = []Code{name}
		if d, _, err := c.createDomain(openreg, cmd, t0); err != nil || d.Verify != want {
			t.Errorf("%s: %v %+v", zone, err, d)
		}
	}
	c.set = &Settings{Verify: c.set.Verify, Codes: map[string]Wanted{"com.cn": {Types: []string{"real-name"}, Lift: Span(36 * time.Hour)}}}
	if missing := c.missing(c.domains["one.com.cn"]); len(missing) > 0 {
		t.Errorf("still missing: %v", missing)
	}
	cmd := plain(c, openreg, "two.com.cn", 1)
	if _, _, err := c.createDomain(openreg, cmd, t0); err != nil {
		t.Fatal(err)
	}
	c.runDue(t0.Add(5*day), -1)
	if d, _, err := c.updateDomain(openreg, domainUpdate{Name: "two.com.cn", Codes: []Code{name}}, t0.Add(6*day)); err != nil || d.Verify != verGood || !d.has("serverHold") {
		t.Errorf("the hold is lifted at once: %v %+v", err, d)
	}
	c.runDue(t0.Add(6*day).Add(35*time.Hour), -1)
	if !c.domains["two.com.cn"].has("serverHold") {
		t.Error("lifted too early")
	}
	c.runDue(t0.Add(8*day), -1)
	if m := lastMessage(c, openreg); c.domains["two.com.cn"].has("serverHold") || m.Kind != "verification" || m.After.has("serverHold") {
		t.Errorf("not lifted: %+v %+v", c.domains["two.com.cn"], m)
	}
}

func TestBarredRegistrants(t *testing.T) {
	r := open(t, t.TempDir(), Cnsim(), newClock(t0), Options{NoSeed: true})
	for _, bad := range []error{r.Bar(" ", "x"), r.Bar("x", strings.Repeat("x", 129)), r.SetCodes("com", Wanted{}), r.SetCodes("cn", Wanted{Types: []string{""}}),
		r.SetCodes("cn", Wanted{Lift: -1})} {
		if bad == nil {
			t.Error("bad input is taken")
		}
	}
	if err := errors.Join(r.Bar("33019719900101001X", "sanctioned"), r.Bar("Bad  Company", "fraud")); err != nil {
		t.Fatal(err)
	}
	contact := func(id, name, number string) error {
		return r.do(func(c *core, now time.Time) error {
			_, err := c.createContact(openreg, Contact{ID: id, Email: "a@example.com", Identity: &Identity{DocType: "SFZ", Number: number},
				Postal: []PostalInfo{{Type: "int", Name: name, City: "Hangzhou", CC: "CN"}}}, now)
			return err
		})
	}
	wantCode(t, "by number", contact("BAR-1", "A", "33019719900101001x"), 2306)
	wantCode(t, "by name", contact("BAR-2", "bad company", "1"), 2306)
	wantCode(t, "another", contact("BAR-3", "A", "1"), 1000)
	if r.Policy().Barred != 2 {
		t.Error("two are barred")
	}
	if err := r.Bar("bad company", ""); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "lifted", contact("BAR-4", "Bad Company", "1"), 1000)
}
