package registry

import (
	"slices"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

func TestBundlesOverEPP(t *testing.T) {
	s := serve(t, Cnsim())
	c := s.fluent(openreg)
	name := mustASCII(t, "龙门") + ".xn--fiqs8s"
	cmd := s.ready(c, name)
	s.do(c, 2306, cmd, &epp.CDNCreate{CDNNames: epp.CDNNames{SCDN: "龍門.中国"}})
	s.do(c, 2306, cmd, &epp.CDNCreate{CDNNames: epp.CDNNames{VCDN: []string{"茶门.中国"}}})
	resp := s.do(c, 1000, cmd, &epp.CDNCreate{CDNNames: epp.CDNNames{SCDN: "龙门.中国", TCDN: "龍門.中国", VCDN: []string{"龍门.中国"}}})
	made, ok := epp.Find[*epp.CDNData](resp.Extensions)
	if !ok || made.Verb != epp.VerbCreate || made.TCDN != "龍門.中国" || !slices.Equal(made.VCDN, []string{"龍门.中国"}) {
		t.Errorf("creData: %+v", made)
	}
	info := func() *epp.CDNInfoData {
		t.Helper()
		d, ok := epp.Find[*epp.CDNInfoData](s.do(c, 1000, &epp.DomainInfo{Name: name}).Extensions)
		if !ok {
			t.Fatal("no forms in the info")
		}
		return d
	}
	if d := info(); d.OCDNPunycode != name || d.SCDN != "龙门.中国" || d.TCDNPunycode != mustASCII(t, "龍門")+".xn--fiqs8s" || len(d.VCDNPunycode) != 1 {
		t.Errorf("infData: %+v", d)
	}
	s.do(c, 2306, &epp.DomainUpdate{Name: name}, &epp.CDNUpdate{TCDN: "龙門.中国"})
	s.do(c, 1000, &epp.DomainUpdate{Name: name}, &epp.CDNUpdate{Add: []string{"龙門.中国"}, Rem: []string{"龍门.中国"}})
	if d := info(); !slices.Equal(d.VCDN, []string{"龙門.中国"}) {
		t.Errorf("after the update: %+v", d)
	}
	for _, v := range []string{"龍門", "龍门", "龙門"} {
		got, _ := epp.Find[*epp.DomainCheckData](s.do(c, 1000, &epp.DomainCheck{Names: []string{mustASCII(t, v) + ".xn--fiqs8s"}}).ResData)
		if got.Items[0].Avail {
			t.Errorf("%s is free", v)
		}
	}
	// What is allocated is delegated with the name; what is blocked is not.
	for v, want := range map[string]bool{"龙门": true, "龍門": true, "龙門": true, "龍门": false} {
		if _, ok := s.Delegation(mustASCII(t, v) + ".xn--fiqs8s"); ok != want {
			t.Errorf("%s delegated: %v", v, ok)
		}
	}
	d, _ := s.Domain(name)
	ren := s.do(c, 1000, &epp.DomainRenew{Name: name, CurExpDate: d.Expires, Period: epp.Years(1)})
	if x, ok := epp.Find[*epp.CDNData](ren.Extensions); !ok || x.Verb != epp.VerbRenew {
		t.Errorf("renData: %+v", x)
	}
	del := s.do(c, 1000, &epp.DomainDelete{Name: name})
	if x, ok := epp.Find[*epp.CDNData](del.Extensions); !ok || x.SCDN != "龙门.中国" {
		t.Errorf("delData: %+v", x)
	}
}

func TestTTLOverEPP(t *testing.T) {
	s := serve(t, Newsim())
	c := s.fluent(openreg)
	n := func(v int32) *int32 { return &v }
	cmd := s.ready(c, "quick.xyz")
	s.do(c, 2004, cmd, &epp.TTLCreate{Values: []epp.TTLValue{{For: epp.TTLForNS, TTL: n(10)}}})
	s.do(c, 2306, cmd, &epp.TTLCreate{Values: []epp.TTLValue{{For: epp.TTLForCustom, Custom: "DELEG", TTL: n(3600)}}})
	s.do(c, 1000, cmd, &epp.TTLCreate{Values: []epp.TTLValue{{For: epp.TTLForNS, TTL: n(3600)}, {For: epp.TTLForDS}}})
	get := func(policy bool) map[string]epp.TTLValue {
		t.Helper()
		d, ok := epp.Find[*epp.TTLInfoData](s.do(c, 1000, &epp.DomainInfo{Name: "quick.xyz"}, &epp.TTLInfo{Policy: policy}).Extensions)
		if !ok {
			t.Fatal("no TTLs in the info")
		}
		out := map[string]epp.TTLValue{}
		for _, v := range d.Values {
			out[v.For] = v
		}
		return out
	}
	if v := get(false); len(v) != 1 || *v["NS"].TTL != 3600 {
		t.Errorf("TTLs: %+v", v)
	}
	v := get(true)
	if *v["NS"].TTL != 3600 || v["DS"].TTL != nil || *v["DS"].Default != 300 || *v["NS"].Min != 300 || *v["NS"].Max != 172800 {
		t.Errorf("policy: %+v", v)
	}
	s.do(c, 1000, &epp.DomainUpdate{Name: "quick.xyz"}, &epp.TTLUpdate{Values: []epp.TTLValue{{For: epp.TTLForNS}, {For: epp.TTLForDS, TTL: n(600)}}})
	if v := get(false); len(v) != 1 || *v["DS"].TTL != 600 {
		t.Errorf("after the update: %+v", v)
	}
	s.do(c, 2306, s.ready(c, "quick.top"), &epp.TTLCreate{Values: []epp.TTLValue{{For: epp.TTLForNS, TTL: n(3600)}}})
}

func TestLowBalanceOverEPP(t *testing.T) {
	s := serve(t, Verisim())
	c := s.fluent(openreg)
	balance, _ := s.Deposit(openreg)
	if _, err := s.AdjustDeposit(openreg, 99_999-balance); err != nil {
		t.Fatal(err)
	}
	d, ok := epp.Find[*epp.LowBalanceData](s.next(c).ResData)
	if !ok || d.AvailableCredit != "999.99" || d.CreditThreshold != "1000.00" || d.RegistrarName != "OpenRegistrar" {
		t.Errorf("low balance: %+v", d)
	}
}

func TestSecureAuthOverEPP(t *testing.T) {
	p := Verisim()
	p.SecureAuth = true
	s := serve(t, p)
	if c := s.login(); !slices.Contains(c.Greeting().ExtURIs, epp.NSSecureAuthInfo) {
		t.Error("the greeting does not say so")
	}
	c := s.fluent(openreg)
	cmd := s.ready(c, "safe.com")
	cmd.AuthInfo = nil
	s.do(c, 1000, cmd)
	set := func(pw string) *epp.DomainUpdate {
		return &epp.DomainUpdate{Name: "safe.com", Chg: &epp.DomainChange{AuthInfo: epp.Password(pw)}}
	}
	s.do(c, 2202, set("weak-code"))
	s.do(c, 1000, set(epp.NewAuthInfo()))
	s.do(c, 2202, &epp.DomainInfo{Name: "safe.com", AuthInfo: epp.Password(epp.NewAuthInfo())})
	code := epp.NewAuthInfo()
	s.do(c, 1000, set(code))
	s.do(c, 1000, &epp.DomainInfo{Name: "safe.com", AuthInfo: epp.Password(code)})
	info, _ := epp.Find[*epp.DomainInfoData](s.do(c, 1000, &epp.DomainInfo{Name: "safe.com"}).ResData)
	if info.AuthInfo != nil && info.AuthInfo.Pw != "" {
		t.Error("the code is shown")
	}
	r, err := s.dial(rivalID, "rival-pw-11", "rival.client")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s.do(r, 2202, &epp.DomainTransfer{Op: epp.TransferRequest, Name: "safe.com", AuthInfo: epp.Password(epp.NewAuthInfo())})
	s.do(r, 1001, &epp.DomainTransfer{Op: epp.TransferRequest, Name: "safe.com", AuthInfo: epp.Password(code)})
	s.do(c, 1000, &epp.DomainTransfer{Op: epp.TransferApprove, Name: "safe.com"})
	s.do(c, 2202, &epp.DomainInfo{Name: "safe.com", AuthInfo: epp.Password(code)})
}

// Where the registry says so, authorization information holds for a time.
func TestAuthInfoExpires(t *testing.T) {
	p := Verisim()
	p.AuthTTL = 14 * day
	c := testCore(t, p)
	mustCreate(t, c, openreg, "one.com", 1, t0)
	now := t0.Add(70 * day)
	set := func(pw string, at time.Time) {
		t.Helper()
		if _, _, err := c.updateDomain(openreg, domainUpdate{Name: "one.com", AuthInfo: &pw}, at); err != nil {
			t.Fatal(err)
		}
	}
	set("first-code-1", now)
	set("second-code-2", now.Add(day))
	if n := c.runDue(now.Add(15*day-1), -1); n != 0 || c.domains["one.com"].AuthInfo == "" {
		t.Error("forgotten early")
	}
	if n := c.runDue(now.Add(15*day), -1); n != 1 || c.domains["one.com"].AuthInfo != "" {
		t.Errorf("%d events, still there", n)
	}
	if m := lastMessage(c, openreg); m.Change == nil || m.Change.Reason != "authInfo expired" || m.After.AuthInfo != "" {
		t.Errorf("message: %+v", m)
	}
	set("third-code-3", now.Add(20*day))
	set("", now.Add(21*day))
	if at, _ := c.nextDue(); !at.Equal(t0.AddDate(1, 0, 0)) {
		t.Errorf("an emptied code is still due at %s", at)
	}
}

// A name taken in hand by the registry, with its case; and one that a
// contact's authorization information opens.
func TestRegistryHandOverEPP(t *testing.T) {
	s := serve(t, Cnsim())
	c, r := s.fluent(openreg), s.fluent(rivalID)
	s.do(c, 1000, s.ready(c, "seized.cn"))
	s.do(c, 1000, s.ready(c, "purged.cn"))
	udrp := Case{Type: "udrp", ID: "D2026-0001"}
	if err := s.SetStatusFor("seized.cn", "serverTransferProhibited", true, "complaint filed", udrp); err != nil {
		t.Fatal(err)
	}
	want := func(resp *epp.Response, op, id string) *epp.DomainInfoData {
		t.Helper()
		ch, ok := epp.Find[*epp.ChangePollData](resp.Extensions)
		info, ok2 := epp.Find[*epp.DomainInfoData](resp.ResData)
		if !ok || !ok2 || ch.Operation != op || (id == "") != (ch.CaseID == nil) || id != "" && (ch.CaseID.ID != id || ch.CaseID.Type != "udrp") {
			t.Fatalf("%+v", ch)
		}
		return info
	}
	want(s.next(c), epp.ChangeUpdate, "D2026-0001")
	if err := s.Move("seized.cn", rivalID, "decision", udrp, false); err != nil {
		t.Fatal(err)
	}
	for _, x := range []*epp.Client{c, r} {
		if info := want(s.next(x), epp.ChangeTransfer, "D2026-0001"); info.ClID != rivalID || !info.HasStatus("serverTransferProhibited") {
			t.Errorf("after the move: %+v", info)
		}
	}
	s.do(c, 2201, &epp.DomainDelete{Name: "seized.cn"})
	if err := s.Vanish("purged.cn", "court order", Case{}, false); err != nil {
		t.Fatal(err)
	}
	want(s.next(c), epp.ChangeDelete, "")
	s.do(c, 2303, &epp.DomainInfo{Name: "purged.cn"})
	for what, err := range map[string]error{
		"own name": s.Move("seized.cn", rivalID, "", Case{}, true), "nameless case": s.Move("seized.cn", openreg, "", Case{Type: "custom", ID: "1"}, true),
	} {
		if code(err) != 2306 {
			t.Errorf("%s: %v", what, err)
		}
	}

	// The registrant's authorization information, named by its identifier.
	s.do(c, 1000, s.ready(c, "opened.cn"))
	x, _ := s.Contact("T-1")
	s.clk.add(61 * day)
	auth := func(pw, roid string) *epp.DomainTransfer {
		return &epp.DomainTransfer{Op: epp.TransferRequest, Name: "opened.cn", AuthInfo: &epp.AuthInfo{Pw: pw, ROID: roid}}
	}
	s.do(r, 2202, auth("contact-Secret-1", ""))
	s.do(r, 2202, auth("correct-horse-9", x.ROID))
	s.do(r, 2202, auth("contact-Secret-1", "C999-CNSIM"))
	s.do(r, 1001, auth("contact-Secret-1", x.ROID))
}
