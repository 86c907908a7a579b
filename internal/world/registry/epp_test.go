package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

const testPassword = "openreg-pw-1"

func resultCode(err error) epp.Code {
	if re, ok := err.(*epp.ResultError); ok {
		return re.Code
	}
	return 0
}

func TestLoginMatrix(t *testing.T) {
	s := serve(t, Verisim())
	for _, tc := range []struct {
		what, clID, pw, cn string
		want               epp.Code
	}{
		{"unknown registrar", "nobody", testPassword, openreg, 2200},
		{"wrong password", openreg, "wrong-pw-11", openreg, 2200},
		{"wrong certificate", openreg, testPassword, "stranger", 2200},
		{"another registrar's certificate", openreg, testPassword, "rival.client", 2200},
		{"no certificate", openreg, testPassword, "", 2200},
		{"account without password", elderID, "", elderID, 2200},
		{"good", openreg, testPassword, openreg, 0},
		{"good, with its own common name", rivalID, "rival-pw-11", "rival.client", 0},
	} {
		if tc.pw == "" {
			tc.pw = "nothing-at-1"
		}
		c, err := s.dial(tc.clID, tc.pw, tc.cn)
		if c != nil {
			c.Close()
		}
		if got := resultCode(err); got != tc.want || tc.want == 0 && err != nil {
			t.Errorf("%s: %v, want %d", tc.what, err, tc.want)
		}
	}
	// A new password holds from then on; so does a fingerprint.
	c, err := s.dial(openreg, testPassword, openreg, func(cfg *epp.ClientConfig) { cfg.NewPassword = "another-pw-2" })
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := s.dial(openreg, testPassword, openreg); resultCode(err) != 2200 {
		t.Errorf("old password: %v", err)
	}
	conf := s.ca.client("whatever")
	sum := sha256.Sum256(conf.Certificates[0].Certificate[0])
	err = s.Registry.do(func(c *core, now time.Time) error {
		g := *c.regs[openreg]
		g.CertSHA256 = hex.EncodeToString(sum[:])
		c.putRegistrar(&g)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.dial(openreg, "another-pw-2", openreg); resultCode(err) != 2200 {
		t.Errorf("other certificate of the same name: %v", err)
	}
	c, err = s.dial(openreg, "another-pw-2", "", func(cfg *epp.ClientConfig) { cfg.TLS = conf })
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func TestSessionCap(t *testing.T) {
	s := serve(t, Verisim())
	var open []*epp.Client
	for range Verisim().SessionCap {
		open = append(open, s.login())
	}
	if n := len(s.Sessions()); n != 8 {
		t.Errorf("%d sessions listed", n)
	}
	if _, err := s.dial(openreg, testPassword, openreg); resultCode(err) != 2502 {
		t.Errorf("ninth session: %v", err)
	}
	// Another registrar has its own cap.
	c, err := s.dial(rivalID, "rival-pw-11", "rival.client")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	// The place is free when the answer to the logout is there, not some time after.
	for range 20 {
		if err := open[0].Logout(t.Context()); err != nil {
			t.Error(err)
		}
		if open[0], err = s.dial(openreg, testPassword, openreg); err != nil {
			t.Fatalf("login after a logout: %v", err)
		}
	}
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("no %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func testContact(id string) *epp.ContactCreate {
	return &epp.ContactCreate{ID: id, Email: "wang@example.net", Voice: epp.Phone{Number: "+86.13800000000"}, AuthInfo: epp.Password("contact-Secret-1"),
		Postal: []epp.PostalInfo{
			{Type: epp.PostalInt, Name: "Wang Wei", Addr: epp.PostalAddr{Street: []string{"1 Harbour Rd"}, City: "Shanghai", CC: "CN"}},
			{Type: epp.PostalLoc, Name: "王伟", Addr: epp.PostalAddr{Street: []string{"海港路1号"}, City: "上海", CC: "CN"}}}}
}

// ready makes what a create of name needs and returns the command.
func (s *station) ready(c *epp.Client, name string) *epp.DomainCreate {
	s.t.Helper()
	p := s.Profile()
	cmd := &epp.DomainCreate{Name: name, Period: epp.Years(1), AuthInfo: epp.Password("correct-horse-9")}
	if p.Contacts {
		if _, ok := s.Contact("T-1"); !ok {
			s.do(c, 1000, testContact("T-1"))
		}
		cmd.Registrant = "T-1"
		for _, r := range p.Roles {
			cmd.Contacts = append(cmd.Contacts, epp.DomainContact{Type: r, ID: "T-1"})
		}
	}
	for _, h := range seedHosts {
		if p.HostAttr {
			cmd.NS.Attrs = append(cmd.NS.Attrs, epp.HostAttr{Name: h})
		} else {
			cmd.NS.Objects = append(cmd.NS.Objects, h)
		}
	}
	return cmd
}

// TestConversation runs every command against each registry; the schema gate
// has every frame.
func TestConversation(t *testing.T) {
	for _, p := range Profiles() {
		t.Run(p.ID, func(t *testing.T) {
			s := serve(t, p)
			c := s.login()
			zone := p.Zones[0].Name
			name := "conversation." + zone
			s.converse(c, name, zone)
		})
	}
}

func (s *station) converse(c *epp.Client, name, zone string) {
	t, p := s.t, s.Profile()
	var seed string
	for _, n := range s.Names(elderID, "", 1) {
		seed = n
	}
	data, _ := epp.Find[*epp.DomainCheckData](s.do(c, 1000, &epp.DomainCheck{Names: []string{name, seed, "nic." + zone, "a_b." + zone}}).ResData)
	var avail []bool
	for _, i := range data.Items {
		avail = append(avail, i.Avail)
	}
	if !slices.Equal(avail, []bool{true, false, false, false}) || data.Items[1].Reason != "in use" {
		t.Errorf("check: %+v", data.Items)
	}
	cmd := s.ready(c, name)
	ds := epp.DSData{KeyTag: 12345, Alg: 13, DigestType: 2, Digest: strings.Repeat("AB", 32)}
	resp, err := c.Do(t.Context(), &epp.Command{Action: cmd, ClTRID: "MY-TRID-1", Extensions: []epp.Value{&epp.SecDNSCreate{SecDNSData: epp.SecDNSData{DS: []epp.DSData{ds}}}}})
	if err != nil || resp.Code() != 1000 || resp.ClTRID != "MY-TRID-1" || resp.SvTRID == "" {
		t.Fatalf("create: %v %+v", err, resp)
	}
	if v, _ := s.Domain(name); v.CreateTRID != "MY-TRID-1" || v.Sponsor != openreg || len(v.DS) != 1 || !v.AuthInfoSet || v.AuthInfo != "" {
		t.Errorf("view: %+v", v)
	}
	created, _ := epp.Find[*epp.DomainCreateData](resp.ResData)
	if !created.CrDate.Equal(t0) || !created.ExDate.Equal(t0.AddDate(1, 0, 0)) {
		t.Errorf("creData: %+v", created)
	}
	s.do(c, 2302, cmd)
	if pw, ok := s.AuthInfo(name); !ok || pw != "correct-horse-9" {
		t.Error("authInfo was not kept")
	}

	resp = s.do(c, 1000, &epp.DomainInfo{Name: strings.ToUpper(name)})
	info, _ := epp.Find[*epp.DomainInfoData](resp.ResData)
	rgp, ok1 := epp.Find[*epp.RGPInfoData](resp.Extensions)
	sec, ok2 := epp.Find[*epp.SecDNSInfoData](resp.Extensions)
	if info.ClID != openreg || info.AuthInfo == nil || info.AuthInfo.Pw != "correct-horse-9" || len(info.NS.Names()) != 2 ||
		!info.HasStatus("ok") || !ok1 || rgp.Statuses[0].Value != "addPeriod" || !ok2 || sec.DS[0].Digest != ds.Digest {
		t.Errorf("info: %+v %+v %+v", info, rgp, sec)
	}
	if p.Contacts && (info.Registrant != "T-1" || len(info.Contacts) != len(p.Roles)) {
		t.Errorf("contacts: %+v", info)
	}
	// Another's name: no authInfo to see; with a wrong one, 2202.
	other, _ := epp.Find[*epp.DomainInfoData](s.do(c, 1000, &epp.DomainInfo{Name: seed}).ResData)
	if other.AuthInfo != nil || other.ClID != elderID {
		t.Errorf("other's info: %+v", other)
	}
	s.do(c, 2202, &epp.DomainInfo{Name: seed, AuthInfo: epp.Password("wrong-horse-9")})
	s.do(c, 2303, &epp.DomainInfo{Name: "no-such-name." + zone})
	if err := s.SetAuthInfo(seed, "others-horse-9"); err != nil {
		t.Fatal(err)
	}
	other, _ = epp.Find[*epp.DomainInfoData](s.do(c, 1000, &epp.DomainInfo{Name: seed}).ResData)
	if other.AuthInfo != nil {
		t.Error("another registrar's authInfo is shown")
	}
	other, _ = epp.Find[*epp.DomainInfoData](s.do(c, 1000, &epp.DomainInfo{Name: seed, AuthInfo: epp.Password("others-horse-9")}).ResData)
	if other.AuthInfo == nil || other.AuthInfo.Pw != "others-horse-9" {
		t.Error("who knows the authInfo is not shown it")
	}

	up := &epp.DomainUpdate{Name: name, Add: &epp.DomainAddRem{Statuses: epp.Statuses("clientTransferProhibited")}}
	s.do(c, 1000, up)
	s.do(c, 1000, &epp.DomainUpdate{Name: name, Chg: &epp.DomainChange{AuthInfo: &epp.AuthInfo{Null: true}}})
	s.do(c, 1000, &epp.DomainUpdate{Name: name}, &epp.SecDNSUpdate{RemAll: true})
	s.do(c, 2201, &epp.DomainUpdate{Name: seed, Add: up.Add})
	if v, _ := s.Domain(name); !v.has("clientTransferProhibited") || v.AuthInfoSet || len(v.DS) != 0 {
		t.Errorf("after updates: %+v", v)
	}

	ren, _ := epp.Find[*epp.DomainRenewData](s.do(c, 1000, &epp.DomainRenew{Name: name, CurExpDate: created.ExDate, Period: epp.Years(2)}).ResData)
	if !ren.ExDate.Equal(t0.AddDate(3, 0, 0)) {
		t.Errorf("renData: %+v", ren)
	}
	s.do(c, 2004, &epp.DomainRenew{Name: name, CurExpDate: created.ExDate, Period: epp.Years(2)})

	if p.HostAttr {
		s.do(c, 2307, &epp.HostCheck{Names: []string{"ns1." + name}})
	} else {
		h := "ns1." + name
		s.do(c, 1000, &epp.HostCreate{Name: h, Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1")}})
		hi, _ := epp.Find[*epp.HostInfoData](s.do(c, 1000, &epp.HostInfo{Name: h}).ResData)
		if len(hi.Addrs) != 2 || hi.ClID != openreg {
			t.Errorf("host: %+v", hi)
		}
		s.do(c, 1000, &epp.HostUpdate{Name: h, Rem: &epp.HostAddRem{Addrs: []netip.Addr{netip.MustParseAddr("::1")}}})
		hc, _ := epp.Find[*epp.HostCheckData](s.do(c, 1000, &epp.HostCheck{Names: []string{h, "ns2." + name}}).ResData)
		if hc.Items[0].Avail || !hc.Items[1].Avail {
			t.Errorf("host check: %+v", hc)
		}
		s.do(c, 2305, &epp.DomainDelete{Name: name})
		s.do(c, 1000, &epp.HostDelete{Name: h})
	}
	if p.Contacts {
		ci, _ := epp.Find[*epp.ContactInfoData](s.do(c, 1000, &epp.ContactInfo{ID: "T-1"}).ResData)
		if !ci.HasStatus("linked") || ci.Postal[1].Name != "王伟" {
			t.Errorf("contact: %+v", ci)
		}
		s.do(c, 1000, &epp.ContactUpdate{ID: "T-1", Chg: &epp.ContactChange{Email: "new@example.net"}})
		cc, _ := epp.Find[*epp.ContactCheckData](s.do(c, 1000, &epp.ContactCheck{IDs: []string{"T-1", "T-2"}}).ResData)
		if cc.Items[0].Avail || !cc.Items[1].Avail {
			t.Errorf("contact check: %+v", cc)
		}
		s.do(c, 2305, &epp.ContactDelete{ID: "T-1"})
		s.do(c, 2301, &epp.ContactTransfer{Op: epp.TransferQuery, ID: "T-1"})
	} else {
		s.do(c, 2307, &epp.ContactCheck{IDs: []string{"T-1"}})
	}

	// Past the add grace: into redemption, told by poll at the end.
	s.clk.add(6 * day)
	want := epp.CodeOK
	if p.DeletePending {
		want = epp.CodeOKPending
	}
	s.do(c, want, &epp.DomainDelete{Name: name})
	resp = s.do(c, 1000, &epp.DomainInfo{Name: name})
	info, _ = epp.Find[*epp.DomainInfoData](resp.ResData)
	rgp, _ = epp.Find[*epp.RGPInfoData](resp.Extensions)
	if !info.HasStatus("pendingDelete") || rgp == nil || rgp.Statuses[0].Value != "redemptionPeriod" {
		t.Errorf("after delete: %+v %+v", info, rgp)
	}
	s.do(c, 1000, &epp.DomainUpdate{Name: name, Chg: &epp.DomainChange{}}, &epp.RGPRestore{})
	if p.PendingRestore > 0 {
		s.do(c, 1000, &epp.DomainUpdate{Name: name, Chg: &epp.DomainChange{}}, &epp.RGPRestore{Report: &epp.RGPReport{PreData: "before", PostData: "after",
			DelTime: t0, ResTime: t0, ResReason: "by mistake", Statements: []string{"true", "not resold"}}})
	}
	del := s.do(c, want, &epp.DomainDelete{Name: name})
	s.clk.add(40 * day)
	s.do(c, 2303, &epp.DomainInfo{Name: name})
	last := s.drain(c)
	if last.MsgQ == nil || last.MsgQ.Msg != "Domain deleted." {
		t.Errorf("last message: %+v", last.MsgQ)
	}
	pan, ok := epp.Find[*epp.DomainPendingData](last.ResData)
	if ok != p.DeletePending || ok && (pan.ClTRID != del.ClTRID || pan.SvTRID != del.SvTRID || !pan.Done) {
		t.Errorf("panData: %+v, deletion %s %s", pan, del.ClTRID, del.SvTRID)
	}
}

// drain acknowledges every message and returns the last one.
func (s *station) drain(c *epp.Client) (last *epp.Response) {
	s.t.Helper()
	for range 100 {
		resp, err := c.Do(s.t.Context(), &epp.Command{Action: &epp.Poll{Op: epp.PollRequest}})
		if err != nil {
			s.t.Fatal(err)
		}
		if resp.Code() == 1300 {
			return last
		}
		last = resp
		ack := s.do(c, 1000, &epp.Poll{Op: epp.PollAck, MsgID: resp.MsgQ.ID})
		if ack.MsgQ.Count != resp.MsgQ.Count-1 {
			s.t.Errorf("count after ack: %d, before %d", ack.MsgQ.Count, resp.MsgQ.Count)
		}
	}
	s.t.Fatal("the queue does not empty")
	return nil
}

func TestPremiumOverEPP(t *testing.T) {
	s := serve(t, Newsim())
	c := s.login()
	check := func(exts ...epp.Value) *epp.Response {
		return s.do(c, 1000, &epp.DomainCheck{Names: []string{"gold.top", "plainname.top"}}, exts...)
	}
	data, _ := epp.Find[*epp.DomainCheckData](check().ResData)
	if data.Items[0].Avail || !data.Items[1].Avail {
		t.Errorf("check without fees: %+v", data.Items)
	}
	resp := check(&epp.FeeCheck{Currency: "CNY", Commands: []epp.FeeCommand{{Name: "create", Period: epp.Years(2)}, {Name: "renew"}, {Name: "restore"}}})
	data, _ = epp.Find[*epp.DomainCheckData](resp.ResData)
	fees, ok := epp.Find[*epp.FeeCheckData](resp.Extensions)
	if !ok || !data.Items[0].Avail {
		t.Fatalf("check with fees: %+v", resp)
	}
	g, _ := fees.Object("gold.top")
	o, _ := fees.Object("plainname.top")
	if fees.Currency != "CNY" || g.Class != "premium-1" || g.Commands[0].Fees[0].Amount != "25600.00" || o.Commands[0].Fees[0].Amount != "33.00" || !o.Commands[1].Standard || g.Commands[1].Standard {
		t.Errorf("fees: %+v %+v", g, o)
	}
	s.do(c, 2004, &epp.DomainCheck{Names: []string{"gold.top"}}, &epp.FeeCheck{Currency: "USD", Commands: []epp.FeeCommand{{Name: "create"}}})
	cmd := s.ready(c, "gold.top")
	fee := func(cur, amount string) epp.Value {
		return &epp.FeeTransform{Verb: epp.VerbCreate, Currency: cur, Fees: []epp.FeeItem{{Amount: amount}}}
	}
	s.do(c, 2003, cmd)
	s.do(c, 2004, cmd, fee("CNY", "12799.99"))
	s.do(c, 2004, cmd, fee("USD", "12800.00"))
	before, _ := s.Deposit(openreg)
	resp = s.do(c, 1000, cmd, fee("CNY", "12800.00"))
	paid, ok := epp.Find[*epp.FeeTransformData](resp.Extensions)
	after, _ := s.Deposit(openreg)
	if !ok || paid.Fees[0].Amount != "12800.00" || before-after != 12_800_00 || paid.Balance != money(after) {
		t.Errorf("paid %+v, deposit %d less", paid, before-after)
	}
}

func TestTransferOverEPP(t *testing.T) {
	s := serve(t, Newsim())
	c := s.login()
	r, err := s.dial(rivalID, "rival-pw-11", "rival.client")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s.do(c, 1000, s.ready(c, "wanted.xyz"))
	resp := s.do(r, 1001, &epp.DomainTransfer{Op: epp.TransferRequest, Name: "wanted.xyz", AuthInfo: epp.Password("correct-horse-9")})
	if d, _ := epp.Find[*epp.DomainTransferData](resp.ResData); d.TrStatus != epp.TransferPending || d.ReID != rivalID || !d.AcDate.Equal(t0.Add(5*day)) {
		t.Errorf("trnData: %+v", d)
	}
	last := s.drain(c)
	if d, ok := epp.Find[*epp.DomainTransferData](last.ResData); !ok || d.TrStatus != epp.TransferPending {
		t.Errorf("losing registrar's message: %+v", last)
	}
	s.do(c, 1000, &epp.DomainTransfer{Op: epp.TransferApprove, Name: "wanted.xyz"})
	last = s.drain(r)
	if d, ok := epp.Find[*epp.DomainTransferData](last.ResData); !ok || d.TrStatus != epp.TransferClientApproved {
		t.Errorf("gaining registrar's message: %+v", last)
	}
	s.do(r, 1000, &epp.DomainTransfer{Op: epp.TransferQuery, Name: "wanted.xyz"})
	s.do(c, 2201, &epp.DomainRenew{Name: "wanted.xyz", CurExpDate: t0})
}

func TestTransactionIDsUnique(t *testing.T) {
	s := serve(t, Verisim())
	c := s.login()
	seen := map[string]bool{}
	for range 50 {
		resp := s.do(c, 1000, &epp.DomainCheck{Names: []string{"x.com"}})
		if seen[resp.SvTRID] || len(resp.SvTRID) > 64 {
			t.Errorf("svTRID %q", resp.SvTRID)
		}
		seen[resp.SvTRID] = true
	}
	var names []string
	for i := range Verisim().CheckLimit + 1 {
		names = append(names, fmt.Sprintf("n%d.com", i))
	}
	s.do(c, 2306, &epp.DomainCheck{Names: names})
	info := s.Sessions()
	if len(info) != 1 || info[0].ClID != openreg || info[0].Commands != 51 || info[0].Last != "domain:check" {
		t.Errorf("sessions: %+v", info)
	}
	i := slices.IndexFunc(s.Stats(), func(st CommandStat) bool { return st.Command == "domain:check" })
	if st := s.Stats()[i]; st.Count != 51 || st.Refused != 1 {
		t.Errorf("stats: %+v", st)
	}
	if e := s.LastErrors(); len(e) != 1 || e[0].Code != 2306 || e[0].Reason == "" {
		t.Errorf("errors: %+v", e)
	}
}
