package registry

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

const strongAuth = "Tr4nsfer-Code-9154-abcd"

// staged is a core whose name one.com is in a state, at the moment now.
func staged(t *testing.T, state string) (c *core, now time.Time) {
	t.Helper()
	c = testCore(t, Verisim())
	cmd := plain(c, openreg, "one.com", 2)
	cmd.AuthInfo = strongAuth
	now = t0.Add(20 * day)
	if state == "pendingCreate" {
		c.set = &Settings{Pending: []PendingRule{{Op: "create", Match: "one.*"}}}
	}
	if _, _, err := c.createDomain(openreg, cmd, t0); err != nil {
		t.Fatal(err)
	}
	var err error
	switch state {
	case "pendingRenew":
		c.set = &Settings{Pending: []PendingRule{{Op: "renew", Match: "*.com"}}}
		_, _, err = c.renewDomain(openreg, "one.com", t0.AddDate(2, 0, 0), 1, feeOffer{}, now)
	case "pendingUpdate":
		c.set = &Settings{Pending: []PendingRule{{Op: "update", Match: "*.com"}}}
		_, _, err = c.updateDomain(openreg, domainUpdate{Name: "one.com", AddStatus: []string{"clientHold"}}, now)
	case "pendingTransfer":
		_, _, err = c.requestTransfer(rivalID, transferRequest{Name: "one.com", AuthInfo: strongAuth}, now)
	case "pendingDelete":
		_, _, err = c.deleteDomain(openreg, "one.com", now)
	case "ok", "pendingCreate":
	default:
		d := c.domains["one.com"].clone()
		d.Statuses = []string{state}
		c.putDomain(d)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.set = &Settings{}
	return c, now
}

// TestStatusByAction is RFC 5731 section 2.3 as a table: every status of a
// domain against every transforming command.
func TestStatusByAction(t *testing.T) {
	exp := t0.AddDate(2, 0, 0)
	acts := []struct {
		name string
		run  func(c *core, now time.Time) error
	}{
		{"update", func(c *core, now time.Time) error {
			_, _, err := c.updateDomain(openreg, domainUpdate{Name: "one.com", RemAllDS: true}, now)
			return err
		}},
		{"lift", func(c *core, now time.Time) error {
			_, _, err := c.updateDomain(openreg, domainUpdate{Name: "one.com", RemStatus: []string{"clientUpdateProhibited"}}, now)
			return err
		}},
		{"renew", func(c *core, now time.Time) error {
			_, _, err := c.renewDomain(openreg, "one.com", exp, 1, feeOffer{}, now)
			return err
		}},
		{"delete", func(c *core, now time.Time) error { _, _, err := c.deleteDomain(openreg, "one.com", now); return err }},
		{"transfer", func(c *core, now time.Time) error {
			_, _, err := c.requestTransfer(elderID, transferRequest{Name: "one.com", AuthInfo: strongAuth}, now)
			return err
		}},
		{"restore", func(c *core, now time.Time) error {
			_, _, err := c.updateDomain(openreg, domainUpdate{Name: "one.com", Restore: "request"}, now)
			return err
		}},
	}
	for state, want := range map[string][6]int{ //   update lift renew delete transfer restore
		"ok":                       {1000, 1000, 1000, 1000, 1000, 2304},
		"clientHold":               {1000, 1000, 1000, 1000, 1000, 2304},
		"serverHold":               {1000, 1000, 1000, 1000, 1000, 2304},
		"clientUpdateProhibited":   {2304, 1000, 1000, 1000, 1000, 2304},
		"serverUpdateProhibited":   {2304, 2304, 1000, 1000, 1000, 2304},
		"clientRenewProhibited":    {1000, 1000, 2304, 1000, 1000, 2304},
		"serverRenewProhibited":    {1000, 1000, 2304, 1000, 1000, 2304},
		"clientDeleteProhibited":   {1000, 1000, 1000, 2304, 1000, 2304},
		"serverDeleteProhibited":   {1000, 1000, 1000, 2304, 1000, 2304},
		"clientTransferProhibited": {1000, 1000, 1000, 1000, 2304, 2304},
		"serverTransferProhibited": {1000, 1000, 1000, 1000, 2304, 2304},
		"pendingCreate":            {2304, 2304, 2304, 2304, 2304, 2304},
		"pendingRenew":             {2304, 2304, 2304, 2304, 2304, 2304},
		"pendingUpdate":            {2304, 2304, 2304, 2304, 2304, 2304},
		"pendingTransfer":          {2304, 2304, 2304, 2304, 2300, 2304},
		"pendingDelete":            {2304, 2304, 2304, 2304, 2304, 1000},
	} {
		for i, a := range acts {
			c, now := staged(t, state)
			if state != "ok" && !slices.Contains(c.domains["one.com"].eppStatuses(), state) {
				t.Fatalf("%s: statuses %v", state, c.domains["one.com"].eppStatuses())
			}
			wantCode(t, a.name+" under "+state, a.run(c, now), want[i])
		}
	}
}

// At most one pending status stands, no prohibition of the same action beside
// it, and ok stands alone.
func TestStatusCombinations(t *testing.T) {
	for _, state := range []string{"pendingCreate", "pendingRenew", "pendingUpdate", "pendingTransfer", "pendingDelete"} {
		c, _ := staged(t, state)
		d := c.domains["one.com"]
		n := 0
		for _, s := range d.eppStatuses() {
			if strings.HasPrefix(s, "pending") {
				n++
			}
			if s == "ok" {
				t.Errorf("%s: ok beside it", state)
			}
		}
		if n != 1 {
			t.Errorf("%s: %v", state, d.eppStatuses())
		}
		for s := range domainStatuses {
			clash := strings.HasSuffix(s, strings.TrimPrefix(state, "pending")+"Prohibited")
			if fits(s, d.pendings()) == clash {
				t.Errorf("%s beside %s: fits %v", s, state, !clash)
			}
		}
		if d.inZone() {
			t.Errorf("%s without name servers is in the zone", state)
		}
	}
	if c, _ := staged(t, "pendingCreate"); c != nil {
		d := c.domains["one.com"].clone()
		d.NS = []NameServer{{Host: "ns.abc.org"}}
		if d.inZone() {
			t.Error("a name that is not created yet is in the zone")
		}
		d.Pending = nil
		if !d.inZone() {
			t.Error("a created one is not")
		}
	}
}

// A hold stays until each of its reasons is gone.
func TestHoldReasons(t *testing.T) {
	d := &Domain{}
	d.hold(holdVerification)
	d.hold(holdNaming)
	d.unhold(holdVerification)
	if !d.has("serverHold") {
		t.Error("the naming hold went with the other")
	}
	d.unhold(holdNaming)
	if d.has("serverHold") {
		t.Error("held for nothing")
	}
	old := &Domain{Statuses: []string{"serverHold"}} // from before reasons were kept
	old.hold(holdNaming)
	old.unhold(holdNaming)
	if !old.has("serverHold") {
		t.Error("a hold put on by hand went with another")
	}
	older := &Domain{Statuses: []string{"serverHold"}}
	if older.unhold(holdVerification); !older.has("serverHold") {
		t.Error("a hold went for a reason that it never had")
	}
}

func TestContactTransfer(t *testing.T) {
	p := Cnsim()
	setup := func() *core {
		c := testCore(t, p)
		x := Contact{ID: "ab-1", Email: "a@example.net", AuthInfo: "contact-code-1",
			Postal: []PostalInfo{{Type: "loc", Name: "王伟", City: "北京", CC: "CN"}}}
		if _, err := c.createContact(openreg, x, t0); err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := setup()
	for _, tc := range []struct {
		what, clID, id, pw string
		want               int
	}{
		{"no such contact", rivalID, "zz-9", "contact-code-1", 2303},
		{"own", openreg, "ab-1", "contact-code-1", 2106},
		{"no code", rivalID, "ab-1", "", 2003},
		{"wrong code", rivalID, "ab-1", "contact-code-2", 2202},
	} {
		_, err := c.requestContactTransfer(tc.clID, tc.id, tc.pw, t0)
		wantCode(t, tc.what, err, tc.want)
	}
	_, err := c.queryContactTransfer(rivalID, "ab-1", "")
	wantCode(t, "query without a transfer", err, 2301)
	_, err = c.requestContactTransfer(rivalID, "ab-1", "contact-code-1", t0)
	wantCode(t, "request", err, 1000)
	if s := c.contactStatus(c.contacts["ab-1"]); !slices.Equal(s, []string{"pendingTransfer"}) {
		t.Errorf("statuses %v", s)
	}
	_, err = c.updateContact(openreg, contactUpdate{ID: "ab-1"}, t0)
	wantCode(t, "update while pending", err, 2304)
	wantCode(t, "delete while pending", c.deleteContact(openreg, "ab-1"), 2304)
	_, err = c.requestContactTransfer(elderID, "ab-1", "contact-code-1", t0)
	wantCode(t, "second request", err, 2300)
	_, err = c.queryContactTransfer(elderID, "ab-1", "")
	wantCode(t, "query by a stranger", err, 2201)
	_, err = c.settleContactTransfer(rivalID, "ab-1", "approve", t0)
	wantCode(t, "approval by the gaining one", err, 2201)
	_, err = c.settleContactTransfer(openreg, "ab-1", "reject", t0.Add(day))
	wantCode(t, "reject", err, 1000)
	_, err = c.settleContactTransfer(openreg, "ab-1", "reject", t0.Add(day))
	wantCode(t, "reject again", err, 2301)
	if x := c.contacts["ab-1"]; x.Sponsor != openreg || x.Transfer.Status != "clientRejected" {
		t.Errorf("rejected: %+v", x)
	}
	if got := kinds(c, rivalID); !slices.Equal(got, []string{"contactTransfer"}) {
		t.Errorf("gaining registrar's messages %v", got)
	}
	// Nobody answers: the registry approves after five days, and the code is void.
	c = setup()
	if _, err := c.requestContactTransfer(rivalID, "ab-1", "contact-code-1", t0); err != nil {
		t.Fatal(err)
	}
	if n := c.runDue(t0.Add(5*day-1), -1); n != 0 {
		t.Error("approved early")
	}
	if n := c.runDue(t0.Add(5*day), -1); n != 1 {
		t.Errorf("%d events", n)
	}
	x := c.contacts["ab-1"]
	if x.Sponsor != rivalID || x.AuthInfo != "" || x.Transfer.Status != "serverApproved" || !x.Transferred.Equal(t0.Add(5*day)) {
		t.Errorf("after five days: %+v", x)
	}
	for _, id := range []string{openreg, rivalID} {
		q := c.polls[id]
		if m := q[len(q)-1]; m.Kind != "contactTransfer" || !m.Contact || m.Transfer.Status != "serverApproved" {
			t.Errorf("%s: %+v", id, m)
		}
	}
	// A locked contact stays.
	c = setup()
	if _, err := c.updateContact(openreg, contactUpdate{ID: "ab-1", AddStatus: []string{"clientTransferProhibited"}}, t0); err != nil {
		t.Fatal(err)
	}
	_, err = c.requestContactTransfer(rivalID, "ab-1", "contact-code-1", t0)
	wantCode(t, "locked", err, 2304)
	_, err = testCore(t, Verisim()).requestContactTransfer(rivalID, "ab-1", "contact-code-1", t0)
	wantCode(t, "where there are no contacts", err, 2307)
}

func TestGluePolicies(t *testing.T) {
	ip := []netip.Addr{netip.MustParseAddr("192.0.2.7")}
	for _, wide := range []bool{false, true} {
		p := Verisim()
		p.WideGlue = wide
		c := testCore(t, p)
		mustCreate(t, c, openreg, "mine.com", 1, t0)
		mustCreate(t, c, rivalID, "theirs.com", 1, t0)
		_, err := c.createHost(openreg, "ns1.theirs.com", ip, t0)
		wantCode(t, "glue below another's name", err, 2201)
		h, err := c.createHost(openreg, "ns2.theirs.com", nil, t0)
		if !wide {
			wantCode(t, "host below another's name, narrow", err, 2201)
			continue
		}
		wantCode(t, "host below another's name, wide", err, 1000)
		if h.Sponsor != rivalID {
			t.Errorf("it belongs to %s, not to the name's sponsor", h.Sponsor)
		}
		ns := []NameServer{{Host: "ns2.theirs.com"}}
		_, _, err = c.updateDomain(openreg, domainUpdate{Name: "mine.com", AddNS: ns}, t0)
		wantCode(t, "delegation to a host without glue", err, 2306)
		_, err = c.updateHost(rivalID, hostUpdate{Name: "ns2.theirs.com", AddAddrs: ip}, t0)
		wantCode(t, "its sponsor adds the glue", err, 1000)
		_, _, err = c.updateDomain(openreg, domainUpdate{Name: "mine.com", AddNS: ns}, t0)
		wantCode(t, "delegation to it then", err, 1000)
	}
}

// The hosts below a name cannot be touched while the name is transferred.
func TestHostsOfATransfer(t *testing.T) {
	c, now := staged(t, "ok")
	ip := []netip.Addr{netip.MustParseAddr("192.0.2.7")}
	if _, err := c.createHost(openreg, "ns1.one.com", ip, now); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.requestTransfer(rivalID, transferRequest{Name: "one.com", AuthInfo: strongAuth}, now); err != nil {
		t.Fatal(err)
	}
	if s := c.hostStatus(c.hosts["ns1.one.com"]); !slices.Equal(s, []string{"pendingTransfer"}) {
		t.Errorf("host statuses %v", s)
	}
	_, err := c.updateHost(openreg, hostUpdate{Name: "ns1.one.com", AddAddrs: []netip.Addr{netip.MustParseAddr("192.0.2.8")}}, now)
	wantCode(t, "host update", err, 2304)
	wantCode(t, "host delete", c.deleteHost(openreg, "ns1.one.com"), 2304)
	_, err = c.createHost(openreg, "ns2.one.com", ip, now)
	wantCode(t, "new host below it", err, 2304)
}

func TestTransferTerm(t *testing.T) {
	for _, tc := range []struct {
		what       string
		have, asks int
		curtails   bool
		want       int
		expires    int // years from creation
	}{
		{"a year", 1, 1, false, 1000, 2},
		{"no period", 1, 0, false, 1000, 2},
		{"two years", 1, 2, false, 2306, 0},
		{"past ten years by the command", 1, 10, false, 2004, 0},
		{"past ten years", 10, 1, false, 2004, 0},
		{"past ten years, curtailed", 10, 1, true, 1000, 0},
	} {
		p := Verisim()
		p.TransferCurtails = tc.curtails
		c := testCore(t, p)
		cmd := plain(c, openreg, "one.com", tc.have)
		cmd.AuthInfo = strongAuth
		if _, _, err := c.createDomain(openreg, cmd, t0); err != nil {
			t.Fatal(err)
		}
		now := t0.Add(70 * day)
		before := c.regs[rivalID].Balance
		_, _, err := c.requestTransfer(rivalID, transferRequest{Name: "one.com", AuthInfo: strongAuth, Years: tc.asks}, now)
		wantCode(t, tc.what, err, tc.want)
		if tc.want != 1000 {
			if c.regs[rivalID].Balance != before {
				t.Errorf("%s: charged", tc.what)
			}
			continue
		}
		if _, err := c.settleTransfer(openreg, "one.com", "approve", now); err != nil {
			t.Fatal(err)
		}
		want := t0.AddDate(tc.expires, 0, 0)
		if tc.expires == 0 {
			want = addYears(now, 10)
		}
		if d := c.domains["one.com"]; !d.Expires.Equal(want) {
			t.Errorf("%s: expires %s, want %s", tc.what, d.Expires, want)
		}
	}
}

// What a deletion pays back, it takes off the term: a name that is restored
// has not got the year for nothing.
func TestCreditTakesTheYearsBack(t *testing.T) {
	c, now := staged(t, "ok")
	if _, _, err := c.renewDomain(openreg, "one.com", t0.AddDate(2, 0, 0), 3, feeOffer{}, now); err != nil {
		t.Fatal(err)
	}
	if _, credit, err := c.deleteDomain(openreg, "one.com", now.Add(day)); err != nil || credit != 3*6800 {
		t.Fatalf("renewal: credit %d %v", credit, err)
	}
	if d := c.domains["one.com"]; !d.Expires.Equal(t0.AddDate(2, 0, 0)) {
		t.Errorf("after the reversed renewal: %s", d.Expires)
	}
	c, now = staged(t, "pendingTransfer")
	if _, err := c.settleTransfer(openreg, "one.com", "approve", now); err != nil {
		t.Fatal(err)
	}
	if _, credit, err := c.deleteDomain(rivalID, "one.com", now.Add(day)); err != nil || credit != 6800 {
		t.Fatalf("transfer: credit %d %v", credit, err)
	}
	if d := c.domains["one.com"]; !d.Expires.Equal(t0.AddDate(2, 0, 0)) {
		t.Errorf("after the reversed transfer: %s", d.Expires)
	}
}

func TestSecureAuth(t *testing.T) {
	p := Verisim()
	p.SecureAuth = true
	c := testCore(t, p)
	mustCreate(t, c, openreg, "one.com", 1, t0)
	now := t0.Add(70 * day)
	set := func(pw string) error {
		_, _, err := c.updateDomain(openreg, domainUpdate{Name: "one.com", AuthInfo: &pw}, now)
		return err
	}
	for pw, want := range map[string]int{
		"short-1": 2202, "nineteen-characters": 2202, strings.Repeat("a", 40): 2202, "OnlyLettersAndDigits4567": 2202,
		"OnlyLettersAndDigits45678": 1000, "twenty-characters-20": 1000, "umlaut-ä-is-not-ASCII": 2202, "": 1000,
	} {
		wantCode(t, "set "+pw, set(pw), want)
	}
	wantCode(t, "unset", set(""), 1000)
	_, _, err := c.requestTransfer(rivalID, transferRequest{Name: "one.com"}, now)
	wantCode(t, "an empty code", err, 2003)
	wantCode(t, "set", set(strongAuth), 1000)
	stored := c.domains["one.com"].AuthInfo
	if strings.Contains(stored, strongAuth) || !strings.HasPrefix(stored, hashedAuth) || shownAuth(stored) != "" {
		t.Errorf("kept as %q", stored)
	}
	_, _, err = c.requestTransfer(rivalID, transferRequest{Name: "one.com", AuthInfo: stored}, now)
	wantCode(t, "the hash itself", err, 2202)
	_, _, err = c.infoDomain(rivalID, "one.com", credential{pw: strongAuth})
	wantCode(t, "info with the code", err, 1000)
	_, _, err = c.infoDomain(rivalID, "one.com", credential{pw: strongAuth + "x"})
	wantCode(t, "info with another", err, 2202)
	if _, _, err = c.requestTransfer(rivalID, transferRequest{Name: "one.com", AuthInfo: strongAuth}, now); err != nil {
		t.Fatal(err)
	}
	if _, err := c.settleTransfer(openreg, "one.com", "approve", now); err != nil {
		t.Fatal(err)
	}
	if d := c.domains["one.com"]; d.AuthInfo != "" || authMatches(d.AuthInfo, strongAuth) || authMatches("", "") {
		t.Error("the code outlived the transfer")
	}
}

func TestDataModelPerRegistrar(t *testing.T) {
	p := Newsim()
	p.DataModel = "per-registrar"
	c := testCore(t, p)
	g := *c.regs[openreg]
	g.DataModel = "minimum"
	c.putRegistrar(&g)
	_, _, err := c.createDomain(openreg, domainCreate{Name: "thin.top", Years: 1}, t0)
	wantCode(t, "minimum without contacts", err, 1000)
	_, _, err = c.createDomain(openreg, plain(c, openreg, "thick.top", 1), t0)
	wantCode(t, "minimum with contacts", err, 2306)
	_, _, err = c.createDomain(rivalID, domainCreate{Name: "thin2.top", Years: 1}, t0)
	wantCode(t, "maximum without contacts", err, 2003)
	_, _, err = c.createDomain(rivalID, plain(c, rivalID, "thick2.top", 1), t0)
	wantCode(t, "maximum with contacts", err, 1000)
	_, err = c.createContact(openreg, Contact{ID: "ab-1"}, t0)
	wantCode(t, "contact of a minimum registrar", err, 2307)
}

func TestCountries(t *testing.T) {
	x := &Contact{ID: "ab-1", Email: "a@example.net", Postal: []PostalInfo{{Type: "int", Name: "A", City: "B", CC: "XX"}}}
	wantCode(t, "a country that is none", validContact(x), 2005)
	x.Postal[0].CC = "TW"
	wantCode(t, "one that is", validContact(x), 1000)
	if len(countries) != 249 {
		t.Errorf("%d countries", len(countries))
	}
}
