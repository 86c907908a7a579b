package registry

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/epp/signedcode"
)

// speaks lets a client log in with every extension that the registry has.
func speaks(s *station, more ...func(*epp.ClientConfig)) func(*epp.ClientConfig) {
	return func(cfg *epp.ClientConfig) {
		cfg.Extensions = nil
		for _, ns := range s.Profile().Extensions {
			cfg.Extensions = append(cfg.Extensions, extensions[ns])
		}
		for _, m := range more {
			m(cfg)
		}
	}
}

func (s *station) fluent(clID string) *epp.Client {
	s.t.Helper()
	pw, cn := testPassword, openreg
	if clID == rivalID {
		pw, cn = "rival-pw-11", "rival.client"
	}
	c, err := s.dial(clID, pw, cn, speaks(s))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return c
}

// next takes the next message off a queue.
func (s *station) next(c *epp.Client) *epp.Response {
	s.t.Helper()
	resp := s.do(c, 1301, &epp.Poll{Op: epp.PollRequest})
	s.do(c, 1000, &epp.Poll{Op: epp.PollAck, MsgID: resp.MsgQ.ID})
	return resp
}

func TestContactTransferOverEPP(t *testing.T) {
	s := serve(t, Cnsim())
	c, r := s.fluent(openreg), s.fluent(rivalID)
	s.do(c, 1000, testContact("T-1"))
	pw := epp.Password("contact-Secret-1")
	resp := s.do(r, 1001, &epp.ContactTransfer{Op: epp.TransferRequest, ID: "T-1", AuthInfo: pw})
	if d, _ := epp.Find[*epp.ContactTransferData](resp.ResData); d == nil || d.TrStatus != epp.TransferPending || d.AcID != openreg || !d.AcDate.Equal(t0.Add(5*day)) {
		t.Errorf("trnData %+v", d)
	}
	if d, ok := epp.Find[*epp.ContactTransferData](s.next(c).ResData); !ok || d.ReID != rivalID {
		t.Errorf("the losing registrar's message: %+v", d)
	}
	s.do(r, 1000, &epp.ContactTransfer{Op: epp.TransferQuery, ID: "T-1"})
	s.do(r, 2201, &epp.ContactTransfer{Op: epp.TransferApprove, ID: "T-1"})
	s.do(c, 1000, &epp.ContactTransfer{Op: epp.TransferApprove, ID: "T-1"})
	if d, ok := epp.Find[*epp.ContactTransferData](s.next(r).ResData); !ok || d.TrStatus != epp.TransferClientApproved {
		t.Errorf("the gaining registrar's message: %+v", d)
	}
	info, _ := epp.Find[*epp.ContactInfoData](s.do(r, 1000, &epp.ContactInfo{ID: "T-1"}).ResData)
	if info.ClID != rivalID || info.AuthInfo != nil || info.TrDate.IsZero() {
		t.Errorf("afterwards: %+v", info)
	}
}

func TestChangePollOverEPP(t *testing.T) {
	p := Verisim()
	p.DeletePending = false // else the purge is told as the end of a pending deletion
	s := serve(t, p)
	c := s.fluent(openreg)
	s.do(c, 1000, s.ready(c, "changed.com"))
	if err := s.SetStatus("changed.com", "serverHold", true); err != nil {
		t.Fatal(err)
	}
	plain := s.login()
	resp := s.do(plain, 1301, &epp.Poll{Op: epp.PollRequest})
	unasked, ok := epp.Find[*epp.ChangePollData](epp.NewCodec(epp.ChangePoll).Unhandled(resp))
	if len(resp.Extensions) != 0 || !strings.Contains(resp.MsgQ.Msg, "serverHold") || !ok || unasked.Operation != epp.ChangeUpdate {
		t.Errorf("to who does not speak it: %+v", resp)
	}
	resp = s.next(c)
	ch, ok := epp.Find[*epp.ChangePollData](resp.Extensions)
	info, ok2 := epp.Find[*epp.DomainInfoData](resp.ResData)
	if !ok || !ok2 || ch.Operation != epp.ChangeUpdate || ch.State != epp.ChangeAfter || ch.Who == "" || !info.HasStatus("serverHold") || info.AuthInfo != nil {
		t.Fatalf("%+v %+v", ch, info)
	}
	s.clk.add(366 * day)
	resp = s.next(c)
	ch, _ = epp.Find[*epp.ChangePollData](resp.Extensions)
	info, _ = epp.Find[*epp.DomainInfoData](resp.ResData)
	if ch == nil || ch.Operation != epp.ChangeAutoRenew || !info.ExDate.Equal(t0.AddDate(2, 0, 0)) {
		t.Errorf("auto-renewal: %+v %+v", ch, info)
	}
	s.clk.add(100 * day) // beyond the grace
	s.do(c, 1000, &epp.DomainDelete{Name: "changed.com"})
	s.clk.add(36 * day)
	s.next(c) // redemption over
	resp = s.next(c)
	ch, _ = epp.Find[*epp.ChangePollData](resp.Extensions)
	if ch == nil || ch.Operation != epp.ChangeAutoPurge || !ch.Before() {
		t.Errorf("purge: %+v", ch)
	}
}

// testVSP is a verification service provider of one test.
type testVSP struct {
	t      testing.TB
	cert   *x509.Certificate
	roots  *x509.CertPool
	signer *signedcode.Signer
}

func newVSP(t testing.TB) *testVSP {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ca := newCA(t)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(77), Subject: pkix.Name{CommonName: "VSP 1"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, ca.cert, &key.PublicKey, ca.key)
	if err != nil {
		t.Fatal(err)
	}
	v := &testVSP{t: t, roots: ca.pool}
	if v.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	if v.signer, err = signedcode.NewSigner(key, v.cert); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *testVSP) known() map[string]signedcode.VSP {
	return map[string]signedcode.VSP{"1": {Subject: "VSP 1", Roots: v.roots, Types: []string{"domain", "real-name"}}}
}

func (v *testVSP) revoked() map[string]signedcode.VSP {
	m := v.known()
	p := m["1"]
	p.Revoked = []*big.Int{v.cert.SerialNumber}
	return map[string]signedcode.VSP{"1": p}
}

func (v *testVSP) sign(kind string) []byte {
	v.t.Helper()
	doc, err := v.signer.Sign(signedcode.Code{Value: "1-abc" + strings.ReplaceAll(kind, "-", ""), Type: kind})
	if err != nil {
		v.t.Fatal(err)
	}
	return doc
}

func TestVerificationOverEPP(t *testing.T) {
	vsp := newVSP(t)
	s := serve(t, Cnsim(), func(o *Options) { o.VSPs = vsp.known() })
	c := s.fluent(openreg)
	code := func(types ...string) epp.Value {
		var raw [][]byte
		for _, kind := range types {
			raw = append(raw, vsp.sign(kind))
		}
		return epp.NewEncodedSignedCode(raw...)
	}
	forged := epp.NewEncodedSignedCode(bytes.Replace(vsp.sign("domain"), []byte("1-abc"), []byte("1-xyz"), 1))
	info := func(name string) *epp.VerificationCodeInfoData {
		t.Helper()
		resp := s.do(c, 1000, &epp.DomainInfo{Name: name}, &epp.VerificationCodeInfo{})
		d, ok := epp.Find[*epp.VerificationCodeInfoData](resp.Extensions)
		if !ok {
			t.Fatalf("%s: no verification data", name)
		}
		return d
	}
	s.do(c, 1000, s.ready(c, "free.cn"))
	if d := info("free.cn"); d.Status != epp.VerificationNotApplicable {
		t.Errorf("switched off: %+v", d)
	}
	if err := s.SetVerification("cn", VerifyAfter); err != nil {
		t.Fatal(err)
	}
	s.do(c, 2306, s.ready(c, "bad.cn"), forged)
	s.do(c, 2005, s.ready(c, "bad.cn"), epp.NewEncodedSignedCode([]byte("<signedCode>")))
	s.do(c, 2306, s.ready(c, "bad.cn"), code("licence"))
	s.SetVSPs(nil)
	s.do(c, 2306, s.ready(c, "bad.cn"), code("domain"))
	s.SetVSPs(vsp.revoked())
	s.do(c, 2306, s.ready(c, "bad.cn"), code("domain"))
	s.SetVSPs(vsp.known())
	s.do(c, 1000, s.ready(c, "asked.cn"))
	d := info("asked.cn")
	if d.Status != epp.VerificationPendingCompliance || len(d.Profiles) != 1 || len(d.Profiles[0].Missing) != 2 || !d.Profiles[0].Missing[0].Due.Equal(t0.Add(5*day)) {
		t.Errorf("asked: %+v", d)
	}
	s.clk.add(5 * day)
	if d = info("asked.cn"); d.Status != epp.VerificationNonCompliant {
		t.Errorf("overdue: %+v", d)
	}
	dom, _ := epp.Find[*epp.DomainInfoData](s.do(c, 1000, &epp.DomainInfo{Name: "asked.cn"}).ResData)
	if !dom.HasStatus("serverHold") {
		t.Errorf("not held: %v", dom.Statuses)
	}
	if ch, ok := epp.Find[*epp.ChangePollData](s.next(c).Extensions); !ok || ch.Operation != epp.ChangeUpdate || ch.Reason != "verification code missing" {
		t.Errorf("message: %+v", ch)
	}
	s.do(c, 1000, &epp.DomainUpdate{Name: "asked.cn", Chg: &epp.DomainChange{}}, code("domain"))
	s.do(c, 2306, &epp.DomainUpdate{Name: "asked.cn", Chg: &epp.DomainChange{}}, forged)
	s.do(c, 1000, &epp.DomainUpdate{Name: "asked.cn", Chg: &epp.DomainChange{}}, code("real-name"))
	d = info("asked.cn")
	dom, _ = epp.Find[*epp.DomainInfoData](s.do(c, 1000, &epp.DomainInfo{Name: "asked.cn"}).ResData)
	if d.Status != epp.VerificationCompliant || len(d.Profiles[0].Set) != 2 || dom.HasStatus("serverHold") {
		t.Errorf("with its codes: %+v %v", d, dom.Statuses)
	}
	// A renewal can bring them too.
	s.do(c, 1000, s.ready(c, "renewed.cn"))
	v, _ := s.Domain("renewed.cn")
	s.do(c, 2306, &epp.DomainRenew{Name: "renewed.cn", CurExpDate: v.Expires}, forged)
	s.do(c, 1000, &epp.DomainRenew{Name: "renewed.cn", CurExpDate: v.Expires}, code("domain", "real-name"))
	if d := info("renewed.cn"); d.Status != epp.VerificationCompliant {
		t.Errorf("after the renewal: %+v", d)
	}
	// The same documents may come many times, until their provider is trusted no more.
	same := code("domain", "real-name")
	s.do(c, 1000, s.ready(c, "same1.cn"), same)
	s.do(c, 1000, s.ready(c, "same2.cn"), same)
	s.SetVSPs(vsp.revoked())
	s.do(c, 2306, s.ready(c, "same3.cn"), same)
	s.SetVSPs(vsp.known())
	if err := s.SetVerification("cn", VerifyBefore); err != nil {
		t.Fatal(err)
	}
	s.do(c, 2003, s.ready(c, "before.cn"))
	s.do(c, 1000, s.ready(c, "before.cn"), code("domain", "real-name"))
	if err := s.SetVerification("cn", VerifyContact); err != nil {
		t.Fatal(err)
	}
	s.do(c, 2306, s.ready(c, "proved.cn"))
	s.do(c, 1000, &epp.ContactUpdate{ID: "T-1"}, &epp.CNNICContactUpdate{Chg: &epp.CNNICIdentity{Type: "I", DocType: "SFZ", Number: "11010119900307123X"}})
	s.do(c, 1000, s.ready(c, "proved.cn"))
	got, ok := epp.Find[*epp.CNNICContactInfoData](s.do(c, 1000, &epp.ContactInfo{ID: "T-1"}).Extensions)
	if !ok || got.DocType != "SFZ" || got.Number != "11010119900307123X" {
		t.Errorf("identity: %+v", got)
	}
}

func TestPendingOverEPP(t *testing.T) {
	s := serve(t, Verisim())
	c := s.fluent(openreg)
	if err := s.SetPending([]PendingRule{{Op: "create", Match: "slow*"}, {Op: "renew", Match: "*"}, {Op: "update", Match: "*"}}); err != nil {
		t.Fatal(err)
	}
	made := s.do(c, 1001, s.ready(c, "slow-one.com"))
	info, _ := epp.Find[*epp.DomainInfoData](s.do(c, 1000, &epp.DomainInfo{Name: "slow-one.com"}).ResData)
	if !info.HasStatus("pendingCreate") || info.HasStatus("ok") {
		t.Errorf("statuses %v", info.Statuses)
	}
	s.do(c, 2304, &epp.DomainDelete{Name: "slow-one.com"})
	want := func(resp *epp.Response, done bool) {
		t.Helper()
		pan, ok := epp.Find[*epp.DomainPendingData](s.next(c).ResData)
		if !ok || pan.ClTRID != resp.ClTRID || pan.SvTRID != resp.SvTRID || pan.Done != done {
			t.Errorf("panData %+v of %s %s", pan, resp.ClTRID, resp.SvTRID)
		}
	}
	answer := func(yes bool) {
		t.Helper()
		if err := s.Answer("slow-one.com", yes, "by hand"); err != nil {
			t.Fatal(err)
		}
	}
	answer(true)
	want(made, true)
	renewed := s.do(c, 1001, &epp.DomainRenew{Name: "slow-one.com", CurExpDate: info.ExDate, Period: epp.Years(1)})
	answer(false)
	want(renewed, false)
	updated := s.do(c, 1001, &epp.DomainUpdate{Name: "slow-one.com", Add: &epp.DomainAddRem{Statuses: epp.Statuses("clientHold")}})
	answer(true)
	want(updated, true)
	if err := s.Answer("slow-one.com", true, ""); code(err) != 2304 {
		t.Errorf("nothing waits: %v", err)
	}
	v, _ := s.Domain("slow-one.com")
	if !v.has("clientHold") || !v.Expires.Equal(info.ExDate) {
		t.Errorf("after all: %+v", v)
	}
}

func TestMaintenanceOverEPP(t *testing.T) {
	s := serve(t, Verisim())
	c := s.fluent(openreg)
	m, err := s.PutMaintenance(Maintenance{Name: "Database move", Start: t0.Add(2 * time.Hour), End: t0.Add(4 * time.Hour),
		Impact: ImpactPartial, Reason: "planned", Description: "Reads go on."})
	if err != nil {
		t.Fatal(err)
	}
	data, ok := epp.Find[*epp.MaintenanceInfoData](s.next(c).ResData)
	if !ok || data.Item == nil || data.Item.ID != m.ID || data.Item.PollType != epp.MaintenanceCreated || data.Item.Systems[0].Impact != epp.ImpactPartial {
		t.Errorf("message: %+v", data)
	}
	data, _ = epp.Find[*epp.MaintenanceInfoData](s.do(c, 1000, &epp.MaintenanceInfo{}).ResData)
	if len(data.List) != 1 || data.List[0].Name != "Database move" {
		t.Errorf("list: %+v", data)
	}
	data, _ = epp.Find[*epp.MaintenanceInfoData](s.do(c, 1000, &epp.MaintenanceInfo{ID: m.ID}).ResData)
	if data.Item == nil || !data.Item.Start.Equal(m.Start) || data.Item.PollType != "" || !slices.Equal(data.Item.TLDs, []string{"com", "net"}) {
		t.Errorf("item: %+v", data.Item)
	}
	s.do(c, 2303, &epp.MaintenanceInfo{ID: "none"})
	cmd := s.ready(c, "window.com")
	s.clk.add(2 * time.Hour)
	s.do(c, 2400, cmd)
	s.do(c, 1000, &epp.DomainCheck{Names: []string{"window.com"}})
	s.clk.add(2 * time.Hour)
	s.do(c, 1000, cmd)
	data, _ = epp.Find[*epp.MaintenanceInfoData](s.next(c).ResData)
	if data == nil || data.Item.PollType != epp.MaintenanceEnded {
		t.Errorf("end: %+v", data)
	}
	if _, err := s.PutMaintenance(Maintenance{Start: s.clk.now(), End: s.clk.now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	s.do(c, 2500, &epp.DomainCheck{Names: []string{"window.com"}})
	if _, err := s.dial(openreg, testPassword, openreg); resultCode(err) != 2500 {
		t.Errorf("login in a full window: %v", err)
	}
	s.clk.add(time.Hour)
	s.login()
}

func TestLoginSecurity(t *testing.T) {
	p := Verisim()
	p.PasswordAge, p.MinPassword = 90*day, 10
	s := serve(t, p)
	login := func(pw, newPW string) (*epp.Client, error) {
		c, err := s.dial(openreg, pw, openreg, speaks(s, func(cfg *epp.ClientConfig) { cfg.NewPassword = newPW }))
		if c != nil {
			t.Cleanup(func() { c.Close() })
		}
		return c, err
	}
	kinds := func(list []epp.LoginEvent) (out []string) {
		for _, e := range list {
			out = append(out, e.Type+" "+e.Level)
		}
		return out
	}
	good := func(what, pw, newPW string, want ...string) {
		t.Helper()
		c, err := login(pw, newPW)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := kinds(c.LoginEvents()); !slices.Equal(got, want) {
			t.Errorf("%s: events %v, want %v", what, got, want)
		}
	}
	bad := func(what, pw, newPW string, want ...string) {
		t.Helper()
		_, err := login(pw, newPW)
		re, ok := err.(*epp.ResultError)
		if !ok || re.Code != 2200 {
			t.Fatalf("%s: %v", what, err)
		}
		if got := kinds(re.Events); !slices.Equal(got, want) {
			t.Errorf("%s: events %v, want %v", what, got, want)
		}
	}
	cert := "certificate warning" // the tests' certificates live an hour
	good("fresh", testPassword, "", cert)
	s.clk.add(60 * day)
	good("a month before it ends", testPassword, "", "password warning", cert)
	s.clk.add(30 * day)
	bad("expired", testPassword, "", "password error", cert)
	bad("new one too short", testPassword, "short-1", "newPW error", cert)
	bad("new one is the old one", testPassword, testPassword, "newPW error", cert)
	bad("wrong password tells nothing", "wrong-pw-11", "")
	good("new one", testPassword, "a-password-longer-than-sixteen", cert)
	good("with it", "a-password-longer-than-sixteen", "", cert)
	bad("the old one", testPassword, "")
}

func TestTwoCertificates(t *testing.T) {
	ca := newCA(t)
	first, second, third := ca.client("a"), ca.client("b"), ca.client("c")
	g := &Registrar{}
	der := func(c int) []byte {
		return [][]byte{first.Certificates[0].Certificate[0], second.Certificates[0].Certificate[0], third.Certificates[0].Certificate[0]}[c]
	}
	g.CertSHA256, g.CertSHA256B = fingerprint(der(0)), ""
	for i, want := range []bool{true, false, false} {
		if g.fingerprintFits(der(i)) != want {
			t.Errorf("one certificate, number %d: %v", i, !want)
		}
	}
	g.CertSHA256B = fingerprint(der(1))
	for i, want := range []bool{true, true, false} {
		if g.fingerprintFits(der(i)) != want {
			t.Errorf("two certificates, number %d: %v", i, !want)
		}
	}
}

func TestLaunchAndTokensOverEPP(t *testing.T) {
	s := serve(t, Newsim())
	c := s.fluent(openreg)
	if err := s.SetLabel(LabelClaim, "brandish", "2013041500/2/6/9/rJ1NrDO92vDsAzf7EQzgjX4R0000000001"); err != nil {
		t.Fatal(err)
	}
	phase := func(p string) epp.LaunchPhase { return epp.LaunchPhase{Phase: p} }
	resp := s.do(c, 1000, &epp.DomainCheck{Names: []string{"brandish.club", "plain.club", "brandish.top"}}, &epp.LaunchCheck{Phase: phase("claims")})
	d, ok := epp.Find[*epp.LaunchCheckData](resp.Extensions)
	if !ok || len(resp.ResData) != 0 || !d.Items[0].Exists || len(d.Items[0].ClaimKeys) != 1 || d.Items[1].Exists || d.Items[2].Exists {
		t.Errorf("claims check: %+v", d)
	}
	s.do(c, 2306, &epp.DomainCheck{Names: []string{"brandish.club"}}, &epp.LaunchCheck{Phase: phase("sunrise")})
	cmd := s.ready(c, "brandish.club")
	notice := epp.LaunchNotice{ID: epp.ValidatedText{Text: "370d0b7c9223372036854775807"}, NotAfter: t0.Add(day), AcceptedDate: t0}
	s.do(c, 2003, cmd)
	s.do(c, 2003, cmd, &epp.LaunchCreate{Phase: phase("claims")})
	s.do(c, 2306, cmd, &epp.LaunchCreate{Phase: phase("open"), Notices: []epp.LaunchNotice{notice}})
	s.do(c, 2306, cmd, &epp.LaunchCreate{Type: epp.LaunchApplication, Phase: phase("claims"), Notices: []epp.LaunchNotice{notice}})
	old := notice
	old.NotAfter = t0.Add(-time.Second)
	s.do(c, 2306, cmd, &epp.LaunchCreate{Phase: phase("claims"), Notices: []epp.LaunchNotice{old}})
	s.do(c, 1000, cmd, &epp.LaunchCreate{Phase: phase("claims"), Notices: []epp.LaunchNotice{notice}})
	s.do(c, 1000, s.ready(c, "brandish.top"), &epp.LaunchCreate{Phase: phase("open")})
	info, ok := epp.Find[*epp.LaunchInfoData](s.do(c, 1000, &epp.DomainInfo{Name: "brandish.club"}, &epp.LaunchInfo{Phase: phase("claims")}).Extensions)
	if !ok || info.Phase.Phase != "claims" {
		t.Errorf("launch info: %+v", info)
	}

	token := func(v string) epp.Value { return &epp.AllocationToken{Token: v} }
	for _, tc := range []struct {
		exts   []epp.Value
		reason string
	}{{nil, "allocation token required"}, {[]epp.Value{token("guess")}, "allocation token mismatch"}, {[]epp.Value{token("CLUB-FOUNDER-2026")}, ""}} {
		got, _ := epp.Find[*epp.DomainCheckData](s.do(c, 1000, &epp.DomainCheck{Names: []string{"founders.club"}}, tc.exts...).ResData)
		if got.Items[0].Reason != tc.reason || got.Items[0].Avail != (tc.reason == "") {
			t.Errorf("check: %+v, want %q", got.Items[0], tc.reason)
		}
	}
	f := s.ready(c, "founders.club")
	s.do(c, 2201, f)
	s.do(c, 2201, f, token("guess"))
	s.do(c, 1000, f, token("CLUB-FOUNDER-2026"))
	got, ok := epp.Find[*epp.AllocationToken](s.do(c, 1000, &epp.DomainInfo{Name: "founders.club"}, &epp.AllocationTokenInfo{}).Extensions)
	if !ok || got.Token != "CLUB-FOUNDER-2026" {
		t.Error("the sponsor is not told the token")
	}
	s.do(c, 2303, &epp.DomainInfo{Name: "brandish.club"}, &epp.AllocationTokenInfo{})
	s.do(s.fluent(rivalID), 2201, &epp.DomainInfo{Name: "founders.club"}, &epp.AllocationTokenInfo{})
}
