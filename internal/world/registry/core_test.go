package registry

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/idna"
)

var t0 = time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)

const openreg = "openreg"

// unasked is a registry that asks for no proof of who registers: tests are about one thing at a time.
func unasked(p Profile) Profile {
	p.Zones = slices.Clone(p.Zones)
	for i := range p.Zones {
		p.Zones[i].Verify = VerifyOff
	}
	return p
}

// testCore is a core with three accounts and, where contacts exist, one
// contact each, named C-<clID>.
func testCore(t testing.TB, p Profile) *core {
	t.Helper()
	p = unasked(p)
	c := newCore(&p)
	for _, id := range []string{openreg, rivalID, elderID} {
		c.putRegistrar(&Registrar{ID: id, Balance: 1_000_000_00, LowBalance: 1000})
		if p.Contacts {
			c.seedContact(id, "C-"+id, 0, t0)
		}
	}
	c.tx = record{}
	return c
}

// plain is a valid create command for a name.
func plain(c *core, clID, name string, years int) domainCreate {
	cmd := domainCreate{Name: name, Years: years}
	if c.p.Contacts {
		cmd.Registrant = "C-" + clID
		for _, r := range c.p.Roles {
			cmd.Contacts = append(cmd.Contacts, ContactRef{r, "C-" + clID})
		}
	}
	return cmd
}

func code(err error) int {
	var r *Refusal
	switch {
	case err == nil:
		return 1000
	case errors.As(err, &r):
		return r.Code
	}
	return -1
}

func mustCreate(t testing.TB, c *core, clID, name string, years int, at time.Time) *Domain {
	t.Helper()
	d, _, err := c.createDomain(clID, plain(c, clID, name, years), at)
	if err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
	return d
}

func wantCode(t *testing.T, what string, err error, want int) {
	t.Helper()
	if got := code(err); got != want {
		t.Errorf("%s: code %d (%v), want %d", what, got, err, want)
	}
}

func TestCreateCodes(t *testing.T) {
	at := func(s string) netip.Addr { return netip.MustParseAddr(s) }
	for _, tc := range []struct {
		what string
		p    Profile
		mod  func(*domainCreate)
		want int
	}{
		{"good com", Verisim(), func(d *domainCreate) {}, 1000},
		{"ten years", Verisim(), func(d *domainCreate) { d.Years = 10 }, 1000},
		{"eleven years", Verisim(), func(d *domainCreate) { d.Years = 11 }, 2004},
		{"exists", Verisim(), func(d *domainCreate) { d.Name = "TAKEN.com" }, 2302},
		{"underscore", Verisim(), func(d *domainCreate) { d.Name = "a_b.com" }, 2005},
		{"leading hyphen", Verisim(), func(d *domainCreate) { d.Name = "-ab.com" }, 2005},
		{"empty label", Verisim(), func(d *domainCreate) { d.Name = "a..com" }, 2005},
		{"64 characters", Verisim(), func(d *domainCreate) { d.Name = strings.Repeat("a", 64) + ".com" }, 2005},
		{"63 characters", Verisim(), func(d *domainCreate) { d.Name = strings.Repeat("a", 63) + ".com" }, 1000},
		{"other zone", Verisim(), func(d *domainCreate) { d.Name = "abc.org" }, 2306},
		{"third level", Verisim(), func(d *domainCreate) { d.Name = "www.abc.com" }, 2306},
		{"bad IDN", Verisim(), func(d *domainCreate) { d.Name = "xn--a.com" }, 2005},
		{"hyphens 3 and 4", Verisim(), func(d *domainCreate) { d.Name = "ab--cd.com" }, 2306},
		{"reserved", Verisim(), func(d *domainCreate) { d.Name = "whois.com" }, 2306},
		{"contacts at the thin registry", Verisim(), func(d *domainCreate) { d.Registrant = "C-openreg" }, 2306},
		{"unknown host", Verisim(), func(d *domainCreate) { d.NS = []NameServer{{Host: "ns.nowhere.org"}} }, 2303},
		{"short authInfo", Verisim(), func(d *domainCreate) { d.AuthInfo = "short" }, 2306},
		{"bad digest", Verisim(), func(d *domainCreate) { d.DS = []DS{{1, 13, 2, "ABCD"}} }, 2005},
		{"unknown digest type", Verisim(), func(d *domainCreate) { d.DS = []DS{{1, 13, 9, "ABCD"}} }, 2306},
		{"good DS", Verisim(), func(d *domainCreate) { d.DS = []DS{{1, 13, 2, strings.Repeat("ab", 32)}} }, 1000},
		{"good cn", Cnsim(), func(d *domainCreate) {}, 1000},
		{"no registrant", Cnsim(), func(d *domainCreate) { d.Registrant = "" }, 2003},
		{"no billing contact", Cnsim(), func(d *domainCreate) { d.Contacts = d.Contacts[:2] }, 2003},
		{"unknown contact", Cnsim(), func(d *domainCreate) { d.Registrant = "C-nobody" }, 2303},
		{"another's contact", Cnsim(), func(d *domainCreate) { d.Registrant = "C-rival" }, 2201},
		{"second-level zone itself", Cnsim(), func(d *domainCreate) { d.Name = "com.cn" }, 2306},
		{"under com.cn", Cnsim(), func(d *domainCreate) { d.Name = "abc.com.cn" }, 1000},
		{"restricted word", Cnsim(), func(d *domainCreate) { d.Name = "xn--mxtq1m.xn--fiqs8s" }, 2306},
		{"address for a foreign host", Newsim(), func(d *domainCreate) {
			d.NS = []NameServer{{Host: "ns.abc.org", Addrs: []netip.Addr{at("192.0.2.1")}}}
		}, 2306},
		{"own host without address", Newsim(), func(d *domainCreate) { d.NS = []NameServer{{Host: "ns." + d.Name}} }, 2003},
		{"own host with address", Newsim(), func(d *domainCreate) {
			d.NS = []NameServer{{Host: "ns." + d.Name, Addrs: []netip.Addr{at("192.0.2.1"), at("2001:db8::1")}}}
		}, 1000},
		{"address twice", Newsim(), func(d *domainCreate) {
			d.NS = []NameServer{{Host: "ns." + d.Name, Addrs: []netip.Addr{at("192.0.2.1"), at("192.0.2.1")}}}
		}, 2306},
	} {
		c := testCore(t, tc.p)
		zone := c.p.Zones[0].Name
		mustCreate(t, c, rivalID, "taken."+zone, 1, t0)
		cmd := plain(c, openreg, "fresh-name."+zone, 1)
		tc.mod(&cmd)
		before := c.regs[openreg].Balance
		d, fee, err := c.createDomain(openreg, cmd, t0)
		wantCode(t, tc.what, err, tc.want)
		paid := before - c.regs[openreg].Balance
		if tc.want == 1000 && (paid != fee || fee == 0 || d == nil || c.domains[d.Name] == nil) {
			t.Errorf("%s: paid %d, fee %d, %v", tc.what, paid, fee, d)
		}
		if tc.want != 1000 && (paid != 0 || len(c.domains) != 1) {
			t.Errorf("%s: a refusal left a trace: paid %d, %d domains", tc.what, paid, len(c.domains))
		}
	}
}

func TestCreateValues(t *testing.T) {
	c := testCore(t, Verisim())
	d := mustCreate(t, c, openreg, "Leap.com", 3, time.Date(2028, 2, 29, 12, 0, 0, 0, time.UTC))
	if want := time.Date(2031, 2, 28, 12, 0, 0, 0, time.UTC); !d.Expires.Equal(want) || d.Name != "leap.com" {
		t.Errorf("%s expires %s, want %s", d.Name, d.Expires, want)
	}
	if got := c.regs[openreg].Balance; got != 1_000_000_00-3*6800 {
		t.Errorf("balance %d", got)
	}
	if got := d.eppStatuses(); !slices.Equal(got, []string{"inactive"}) {
		t.Errorf("statuses %v: RFC 5731 section 2.3 wants inactive without name servers", got)
	}
	if got := d.rgpStatuses(d.Created.Add(5*day - 1)); !slices.Equal(got, []string{rgpAdd}) {
		t.Errorf("rgp %v", got)
	}
	if got := d.rgpStatuses(d.Created.Add(5 * day)); len(got) != 0 {
		t.Errorf("rgp after the add grace %v", got)
	}
}

func TestDeposit(t *testing.T) {
	c := testCore(t, Verisim())
	c.addBalance(openreg, 6800+500-c.regs[openreg].Balance, t0)
	mustCreate(t, c, openreg, "one.com", 1, t0)
	m, n := c.pollHead(openreg)
	if n != 1 || m.Kind != "lowBalance" {
		t.Errorf("poll after crossing the threshold: %d messages, %+v", n, m)
	}
	_, _, err := c.createDomain(openreg, plain(c, openreg, "two.com", 1), t0)
	wantCode(t, "create on an empty deposit", err, 2104)
	_, _, err = c.renewDomain(openreg, "one.com", t0.AddDate(1, 0, 0), 1, feeOffer{}, t0)
	wantCode(t, "renew on an empty deposit", err, 2104)
	if c.regs[openreg].Balance != 500 || c.domains["two.com"] != nil {
		t.Errorf("balance %d", c.regs[openreg].Balance)
	}
	c.addBalance(openreg, 10000, t0)
	mustCreate(t, c, openreg, "two.com", 1, t0)
}

func TestPremium(t *testing.T) {
	c := testCore(t, Newsim())
	for _, tc := range []struct {
		name string
		fee  feeOffer
		want int
	}{
		{"gold.top", feeOffer{}, 2003},
		{"gold.top", feeOffer{true, "CNY", 12_800_00 - 1}, 2004},
		{"gold.top", feeOffer{true, "USD", 12_800_00}, 2004},
		{"gold.top", feeOffer{true, "CNY", 12_800_00}, 1000},
		{"vip.xyz", feeOffer{true, "", 12_800_00}, 1000},
		{"ordinary.top", feeOffer{}, 1000},
		{"ordinary2.top", feeOffer{true, "CNY", 899}, 2004},
		{"ordinary2.top", feeOffer{true, "CNY", 900}, 1000},
		{"ordinary3.top", feeOffer{true, "CNY", 2000}, 1000},
	} {
		cmd := plain(c, openreg, tc.name, 1)
		cmd.Fee = tc.fee
		_, _, err := c.createDomain(openreg, cmd, t0)
		wantCode(t, fmt.Sprintf("%s %+v", tc.name, tc.fee), err, tc.want)
	}
	if r := c.checkDomain("ai.club", false); r == "" || len(r) > 32 {
		t.Errorf("premium without the fee extension: %q", r)
	}
	if r := c.checkDomain("ai.club", true); r != "" {
		t.Errorf("premium with the fee extension: %q", r)
	}
	if r := c.checkDomain("gold.top", true); r != "in use" {
		t.Errorf("taken premium: %q", r)
	}
	_, _, err := c.renewDomain(openreg, "gold.top", t0.AddDate(1, 0, 0), 1, feeOffer{}, t0)
	wantCode(t, "premium renewal without fee", err, 2003)
	if _, fee, err := c.renewDomain(openreg, "gold.top", t0.AddDate(1, 0, 0), 1, feeOffer{true, "CNY", 12_800_00}, t0); err != nil || fee != 12_800_00 {
		t.Errorf("premium renewal: %d, %v", fee, err)
	}
}

func TestCheckReasonsFit(t *testing.T) {
	for _, p := range Profiles() {
		for label, reason := range p.Reserved {
			if len(reason) > 32 || !validHostName(label+".x") {
				t.Errorf("%s: %q %q", p.ID, label, reason)
			}
		}
		for label, class := range p.Premium {
			if p.Classes[class].Create == 0 {
				t.Errorf("%s: premium %s has no price", p.ID, label)
			}
		}
		c := testCore(t, p)
		for _, n := range []string{"a_b.com", "x.invalid", "a.b." + p.Zones[0].Name, "ab--c." + p.Zones[0].Name, "nic." + p.Zones[0].Name} {
			if r := c.checkDomain(n, true); r == "" || len(r) > 32 {
				t.Errorf("%s: check %s: reason %q: 1 to 32 characters (eppcom reasonType)", p.ID, n, r)
			}
		}
	}
}

func TestVariants(t *testing.T) {
	c := testCore(t, Cnsim())
	trad, other := mustASCII(t, "龍")+".xn--fiqs8s", mustASCII(t, "龙")+".xn--fiqs8s"
	mustCreate(t, c, openreg, trad, 1, t0)
	_, _, err := c.createDomain(rivalID, plain(c, rivalID, other, 1), t0)
	wantCode(t, "simplified form of a registered traditional name", err, 2306)
	if r := c.checkDomain(other, true); r != "variant of a registered name" {
		t.Errorf("check: %q", r)
	}
	// In another zone it is free, and after deletion here too.
	if r := c.checkDomain(mustASCII(t, "龙")+".cn", true); r != "" {
		t.Errorf("other zone: %q", r)
	}
	if purged, _, err := c.deleteDomain(openreg, trad, t0.Add(day)); err != nil || !purged {
		t.Fatalf("delete: %v %v", purged, err)
	}
	mustCreate(t, c, rivalID, other, 1, t0.Add(day))
}

func mustASCII(t *testing.T, u string) string {
	t.Helper()
	a, err := idna.Registration.ToASCII(u)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestUpdate(t *testing.T) {
	c := testCore(t, Verisim())
	c.putHost(&Host{Name: "ns1.abc.org", Sponsor: rivalID})
	c.putHost(&Host{Name: "ns2.abc.org", Sponsor: rivalID})
	mustCreate(t, c, openreg, "one.com", 1, t0)
	now := t0.Add(time.Hour)
	ns := func(hs ...string) (out []NameServer) {
		for _, h := range hs {
			out = append(out, NameServer{Host: h})
		}
		return out
	}
	secret := "long-enough-Secret1"
	none := ""
	for _, tc := range []struct {
		what string
		clID string
		u    domainUpdate
		want int
	}{
		{"unknown name", openreg, domainUpdate{Name: "none.com"}, 2303},
		{"another's name", rivalID, domainUpdate{Name: "one.com"}, 2201},
		{"add servers", openreg, domainUpdate{Name: "one.com", AddNS: ns("ns1.abc.org", "NS2.abc.org")}, 1000},
		{"remove one not there", openreg, domainUpdate{Name: "one.com", RemNS: ns("ns9.abc.org")}, 2306},
		{"swap servers", openreg, domainUpdate{Name: "one.com", RemNS: ns("ns1.abc.org"), AddNS: ns("ns1.abc.org")}, 1000},
		{"server status", openreg, domainUpdate{Name: "one.com", AddStatus: []string{"serverHold"}}, 2306},
		{"status ok", openreg, domainUpdate{Name: "one.com", AddStatus: []string{"ok"}}, 2306},
		{"client status", openreg, domainUpdate{Name: "one.com", AddStatus: []string{"clientUpdateProhibited", "clientHold"}}, 1000},
		{"while prohibited", openreg, domainUpdate{Name: "one.com", RemNS: ns("ns1.abc.org")}, 2304},
		{"lifting another status while prohibited", openreg, domainUpdate{Name: "one.com", RemStatus: []string{"clientHold"}}, 2304},
		{"lifting the prohibition", openreg, domainUpdate{Name: "one.com", RemStatus: []string{"clientUpdateProhibited"}}, 1000},
		{"authInfo", openreg, domainUpdate{Name: "one.com", AuthInfo: &secret}, 1000},
		{"authInfo gone", openreg, domainUpdate{Name: "one.com", AuthInfo: &none}, 1000},
		{"DS", openreg, domainUpdate{Name: "one.com", AddDS: []DS{{7, 13, 2, strings.Repeat("0f", 32)}}}, 1000},
		{"remove absent DS", openreg, domainUpdate{Name: "one.com", RemDS: []DS{{8, 13, 2, strings.Repeat("0f", 32)}}}, 2306},
		{"replace all DS", openreg, domainUpdate{Name: "one.com", RemAllDS: true, AddDS: []DS{{9, 13, 2, strings.Repeat("0e", 32)}}}, 1000},
	} {
		_, _, err := c.updateDomain(tc.clID, tc.u, now)
		wantCode(t, tc.what, err, tc.want)
	}
	d := c.domains["one.com"]
	if len(d.NS) != 2 || d.AuthInfo != "" || len(d.DS) != 1 || d.DS[0].KeyTag != 9 || !slices.Equal(d.Statuses, []string{"clientHold"}) {
		t.Errorf("after: %+v", d)
	}
	if d.inZone() {
		t.Error("a held name is in the zone")
	}
	if c.hostUse["ns1.abc.org"] == nil || code(c.deleteHost(rivalID, "ns1.abc.org")) != 2305 {
		t.Error("a linked host can be deleted")
	}
}

func TestProhibitions(t *testing.T) {
	exp := t0.AddDate(1, 0, 0)
	ops := map[string]func(c *core) error{
		"Update": func(c *core) error {
			_, _, err := c.updateDomain(openreg, domainUpdate{Name: "one.com", RemAllDS: true}, t0)
			return err
		},
		"Renew": func(c *core) error {
			_, _, err := c.renewDomain(openreg, "one.com", exp, 1, feeOffer{}, t0)
			return err
		},
		"Delete": func(c *core) error { _, _, err := c.deleteDomain(openreg, "one.com", t0); return err },
		"Transfer": func(c *core) error {
			_, _, err := c.requestTransfer(rivalID, transferRequest{Name: "one.com", AuthInfo: "secret-secret"}, t0)
			return err
		},
	}
	for op, run := range ops {
		for status := range domainStatuses {
			c := testCore(t, Verisim())
			cmd := plain(c, openreg, "one.com", 1)
			cmd.AuthInfo = "secret-secret"
			d, _, err := c.createDomain(openreg, cmd, t0)
			if err != nil {
				t.Fatal(err)
			}
			d = d.clone()
			d.Statuses = []string{status}
			c.putDomain(d)
			want := 1000
			if strings.HasSuffix(status, op+"Prohibited") {
				want = 2304
			}
			wantCode(t, op+" under "+status, run(c), want)
		}
	}
}

func TestRenew(t *testing.T) {
	c := testCore(t, Verisim())
	mustCreate(t, c, openreg, "one.com", 1, t0)
	exp := t0.AddDate(1, 0, 0)
	for _, tc := range []struct {
		what  string
		clID  string
		cur   time.Time
		years int
		want  int
	}{
		{"wrong date", openreg, exp.AddDate(0, 0, 1), 1, 2004},
		{"another's", rivalID, exp, 1, 2201},
		{"too long", openreg, exp, 10, 2004},
		{"nine more", openreg, exp, 9, 1000},
		{"again with the old date", openreg, exp, 1, 2004},
		{"past ten years", openreg, exp.AddDate(9, 0, 0), 1, 2004},
	} {
		before := c.regs[openreg].Balance
		_, fee, err := c.renewDomain(tc.clID, "one.com", tc.cur, tc.years, feeOffer{}, t0.Add(time.Minute))
		wantCode(t, tc.what, err, tc.want)
		if paid := before - c.regs[openreg].Balance; paid != fee || (err != nil) != (paid == 0) {
			t.Errorf("%s: paid %d, fee %d", tc.what, paid, fee)
		}
	}
	d := c.domains["one.com"]
	if got := d.rgpStatuses(t0.Add(time.Hour)); !slices.Equal(got, []string{rgpAdd, rgpRenew}) {
		t.Errorf("rgp %v", got)
	}
}

func TestHosts(t *testing.T) {
	c := testCore(t, Verisim())
	mustCreate(t, c, openreg, "mine.com", 1, t0)
	mustCreate(t, c, rivalID, "theirs.com", 1, t0)
	ip := []netip.Addr{netip.MustParseAddr("192.0.2.7")}
	create := func(name string, addrs []netip.Addr) error {
		_, err := c.createHost(openreg, name, addrs, t0)
		return err
	}
	wantCode(t, "own, with glue", create("ns1.mine.com", ip), 1000)
	wantCode(t, "exists", create("NS1.mine.com", ip), 2302)
	wantCode(t, "own, without glue", create("ns2.mine.com", nil), 2003)
	wantCode(t, "below another's name", create("ns1.theirs.com", ip), 2201)
	wantCode(t, "below no name", create("ns1.nobody.com", ip), 2303)
	wantCode(t, "outside, with glue", create("ns1.abc.org", ip), 2306)
	wantCode(t, "outside", create("ns1.abc.org", nil), 1000)
	wantCode(t, "malformed", create("ns_1.abc.org", nil), 2005)

	_, _, err := c.updateDomain(rivalID, domainUpdate{Name: "theirs.com", AddNS: []NameServer{{Host: "ns1.mine.com"}, {Host: "ns1.abc.org"}}}, t0)
	wantCode(t, "delegating to another's host", err, 1000)
	wantCode(t, "deleting a linked host", c.deleteHost(openreg, "ns1.mine.com"), 2305)
	_, _, err = c.deleteDomain(openreg, "mine.com", t0)
	wantCode(t, "deleting a name with subordinate hosts", err, 2305)
	_, err = c.updateHost(openreg, hostUpdate{Name: "ns1.mine.com", RemAddrs: ip}, t0)
	wantCode(t, "removing the last address", err, 2306)
	_, err = c.updateHost(openreg, hostUpdate{Name: "ns1.abc.org", NewName: "ns9.abc.org"}, t0)
	wantCode(t, "renaming an outside host that another uses", err, 2305)
	_, err = c.updateHost(rivalID, hostUpdate{Name: "ns1.mine.com", NewName: "ns2.mine.com"}, t0)
	wantCode(t, "renaming another's host", err, 2201)
	_, err = c.updateHost(openreg, hostUpdate{Name: "ns1.mine.com", NewName: "ns2.mine.com"}, t0)
	wantCode(t, "renaming one's own", err, 1000)
	if ns := c.domains["theirs.com"].NS[0].Host; ns != "ns2.mine.com" {
		t.Errorf("the delegation did not follow the rename: %s", ns)
	}
	if g := c.servers(c.domains["theirs.com"])[0].Addrs; !slices.Equal(g, ip) {
		t.Errorf("glue %v", g)
	}
	if _, err := c.infoHost("ns1.mine.com"); code(err) != 2303 {
		t.Errorf("old host name: %v", err)
	}
}

func TestContacts(t *testing.T) {
	c := testCore(t, Cnsim())
	good := Contact{ID: "ab-1", Email: "a@example.net", Voice: "+86.13800000000",
		Postal: []PostalInfo{{Type: "loc", Name: "王伟", City: "北京", CC: "CN"}}}
	mod := func(f func(*Contact)) Contact { x := *good.clone(); f(&x); return x }
	for _, tc := range []struct {
		what string
		x    Contact
		want int
	}{
		{"good", good, 1000},
		{"exists", good, 2302},
		{"id too short", mod(func(x *Contact) { x.ID = "a" }), 2005},
		{"not ASCII in int", mod(func(x *Contact) { x.ID = "ab-2"; x.Postal[0].Type = "int" }), 2005},
		{"no city", mod(func(x *Contact) { x.ID = "ab-2"; x.Postal[0].City = "" }), 2003},
		{"country", mod(func(x *Contact) { x.ID = "ab-2"; x.Postal[0].CC = "cn" }), 2005},
		{"voice", mod(func(x *Contact) { x.ID = "ab-2"; x.Voice = "13800000000" }), 2005},
		{"email", mod(func(x *Contact) { x.ID = "ab-2"; x.Email = "nobody" }), 2005},
		{"two of a type", mod(func(x *Contact) { x.ID = "ab-2"; x.Postal = append(x.Postal, x.Postal[0]) }), 2306},
	} {
		_, err := c.createContact(openreg, tc.x, t0)
		wantCode(t, tc.what, err, tc.want)
	}
	_, err := c.infoContact(rivalID, "ab-1", "")
	wantCode(t, "info by another", err, 2201)
	cmd := plain(c, openreg, "abc.cn", 1)
	cmd.Registrant = "ab-1"
	if _, _, err := c.createDomain(openreg, cmd, t0); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "deleting a linked contact", c.deleteContact(openreg, "ab-1"), 2305)
	if s := c.contactStatus(c.contacts["ab-1"]); !slices.Contains(s, "linked") {
		t.Errorf("statuses %v", s)
	}
	other := "C-openreg"
	_, _, err = c.updateDomain(openreg, domainUpdate{Name: "abc.cn", Registrant: &other}, t0)
	wantCode(t, "changing the registrant", err, 1000)
	wantCode(t, "deleting it now", c.deleteContact(openreg, "ab-1"), 1000)
	_, _, err = c.updateDomain(openreg, domainUpdate{Name: "abc.cn", RemContacts: []ContactRef{{"tech", "C-openreg"}}}, t0)
	wantCode(t, "removing the only tech contact", err, 2003)
	v := testCore(t, Verisim())
	_, err = v.createContact(openreg, good, t0)
	wantCode(t, "contact at the thin registry", err, 2307)
}
