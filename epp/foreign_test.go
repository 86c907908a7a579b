package epp_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/epp/schematest"
)

// Our client against a server by other means: every command is seen by
// encoding/xml in exactly the shape that the schemas ask for, and every answer
// is understood in three spellings.
func TestClientAgainstForeignServer(t *testing.T) {
	for style := range fStyles {
		t.Run([]string{"prefixes", "misleading prefixes, CDATA, comments", "default namespaces, references"}[style], func(t *testing.T) { converse(t, style) })
	}
}

func moment(unix int64) time.Time { return time.Unix(unix, 0).UTC() }

func converse(t *testing.T, style int) {
	f, conf := fStart(t, style)
	c, err := epp.Dial(t.Context(), epp.ClientConfig{Addr: f.ln.Addr().String(), TLS: conf, ClID: "us-1", Password: "p&ss<word>", Lang: "de",
		Extensions: []epp.Extension{epp.RGP, epp.SecDNS, epp.Fee},
		Transcript: func(dir epp.Direction, frame []byte) {
			if dir == epp.Sent { // what the foreign server answers is odd on purpose
				schematest.Collect(t, frame)
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	shape := func(what, want string) {
		t.Helper()
		select {
		case got := <-f.shapes:
			if got != want {
				t.Errorf("%s was sent as\n%s\nwant\n%s", what, got, want)
			}
		case err := <-f.failed:
			t.Fatalf("%s: the server ended: %v", what, err)
		case <-time.After(10 * time.Second):
			t.Fatalf("%s did not arrive", what)
		}
	}
	shape("login", "login(clID=us-1 pw=p&ss<word> options(version=1.0 lang=fr-CA) svcs(objURI="+fDomain+" objURI="+fHost+" objURI="+fContact+" svcExtension(extURI="+fRGP+" extURI="+fSecDNS+")))")
	if g := c.Greeting(); g.ServerID != "Foreign & Sons" || !g.Date.Equal(moment(1795507200)) || len(g.ObjURIs) != 4 || len(g.ExtURIs) != 3 || g.DCP == nil {
		t.Errorf("greeting %+v", g)
	}
	do := func(want string, code epp.Code, a epp.Action, x ...epp.Value) *epp.Response {
		t.Helper()
		r, err := c.Do(t.Context(), &epp.Command{Action: a, Extensions: x, ClTRID: "OURS-<1>"})
		if err != nil {
			t.Fatalf("%T: %v", a, err)
		}
		shape("the command", want)
		if r.Code() != code || r.ClTRID != "OURS-<1>" || len(r.SvTRID) != 6 {
			t.Errorf("%T: answer %+v", a, r)
		}
		return r
	}

	r := do("check(d:check(d:name=free d:name=taken))", 1000, &epp.DomainCheck{Names: []string{"free", "taken"}})
	if d, ok := epp.Find[*epp.DomainCheckData](r.ResData); !ok || len(d.Items) != 2 || d.Items[0] != (epp.CheckItem{ID: "free", Avail: true}) ||
		d.Items[1] != (epp.CheckItem{ID: "taken", Reason: "déjà pris", Lang: "fr"}) {
		t.Errorf("check %+v", r.ResData)
	}
	if res := r.Results[0]; res.Msg != "C'est fait; <b> & fini" || res.Lang != "fr" {
		t.Errorf("result %+v", res)
	}

	r = do("info(d:info(d:name@hosts=all=one.example d:authInfo(d:pw@roid=ABC-FOREIGN=se & cret)))", 1000, &epp.DomainInfo{Name: "one.example", AuthInfo: &epp.AuthInfo{Pw: "se & cret", ROID: "ABC-FOREIGN"}})
	d, ok := epp.Find[*epp.DomainInfoData](r.ResData)
	if !ok || d.Name != "one.example" || d.ROID != "ONE_1-FOREIGN" || d.Statuses[0] != (epp.Status{Value: "clientHold", Lang: "fr", Text: "retenu"}) || !d.HasStatus("pendingTransfer") ||
		d.Registrant != "abc" || d.Contacts[0] != (epp.DomainContact{ID: "none-01"}) || d.Contacts[1] != (epp.DomainContact{Type: "tech", ID: "def"}) ||
		d.NS.Attrs[0].Name != "ns1.one.example" || len(d.NS.Attrs[0].Addrs) != 2 || d.NS.Attrs[0].Addrs[1] != netip.MustParseAddr("2001:db8::1") || d.Hosts[0] != "ns1.one.example" ||
		d.ClID != "us-1" || d.CrID != "" || !d.CrDate.Equal(moment(1795507200)) || !d.ExDate.Equal(moment(1827043200)) || d.AuthInfo.Pw != "se & cret" || d.AuthInfo.ROID != "ABC-FOREIGN" {
		t.Errorf("info %+v", d)
	}
	rgp, ok1 := epp.Find[*epp.RGPInfoData](r.Extensions)
	sec, ok2 := epp.Find[*epp.SecDNSInfoData](r.Extensions)
	raw, ok3 := epp.Find[*epp.Raw](r.Extensions)
	if !ok1 || rgp.Statuses[0].Value != "addPeriod" || !ok2 || sec.DS[0].KeyTag != 12345 || !strings.EqualFold(sec.DS[0].Digest, strings.Repeat("ab", 32)) || !ok3 || raw.Namespace() != "urn:foreign:ext-3.0" || len(raw.Element.Children) != 1 {
		t.Errorf("extensions %+v", r.Extensions)
	}

	create := &epp.DomainCreate{Name: "one.example", Period: epp.Years(2), NS: epp.Nameservers{Attrs: []epp.HostAttr{{Name: "ns1.one.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}}, {Name: "ns.two.example"}}},
		Registrant: "abc", Contacts: []epp.DomainContact{{Type: "admin", ID: "abc"}, {Type: "tech", ID: "def"}}, AuthInfo: epp.Password(" kept as is ")}
	r = do("create(d:create(d:name=one.example d:period@unit=y=2 d:ns(d:hostAttr(d:hostName=ns1.one.example d:hostAddr@ip=v4=192.0.2.1 d:hostAddr@ip=v6=2001:db8::1) d:hostAttr(d:hostName=ns.two.example)) d:registrant=abc d:contact@type=admin=abc d:contact@type=tech=def d:authInfo(d:pw= kept as is )))"+
		" extension(sec:create(sec:dsData(sec:keyTag=1 sec:alg=13 sec:digestType=2 sec:digest=ABCD)))", 1000, create, &epp.SecDNSCreate{SecDNSData: epp.SecDNSData{DS: []epp.DSData{{KeyTag: 1, Alg: 13, DigestType: 2, Digest: "ABCD"}}}})
	if d, ok := epp.Find[*epp.DomainCreateData](r.ResData); !ok || d.Name != "made" || !d.CrDate.Equal(moment(1795507200)) || !d.ExDate.IsZero() {
		t.Errorf("create %+v", r.ResData)
	}
	r = do("create(d:create(d:name=later.example d:authInfo(d:pw)))", 1001, &epp.DomainCreate{Name: "later.example"})
	if r.Err() != nil {
		t.Errorf("1001 is no failure: %v", r.Err())
	}

	r = do("create(d:create(d:name=refused.example d:period@unit=m=99 d:authInfo(d:pw)))", 2306, &epp.DomainCreate{Name: "refused.example", Period: epp.Period{N: 99, Unit: epp.UnitMonth}})
	var refused *epp.ResultError
	if !errors.As(r.Err(), &refused) || refused.Code != 2306 || refused.Msg != "Non" || len(r.Results) != 2 || r.Results[1].Code != 2003 ||
		strings.Join(refused.Reasons, "; ") != "trop long; 2003 more; contact wanted" {
		t.Errorf("refusal %+v", r.Err())
	}
	v := r.Results[0].Values
	if len(v) != 2 || v[0].Reason != "" || v[0].Value.Child(fDomain, "name").Text == "" || v[1].Reason != "trop long" || v[1].Lang != "fr" || v[1].Value.Child(fDomain, "period").Text != "9" || r.Results[1].Values[0].Value.Child("urn:foreign:x", "x") == nil {
		t.Errorf("values %+v", v)
	}
	do("info(d:info(d:name@hosts=none=absent.example))", 2303, &epp.DomainInfo{Name: "absent.example", Hosts: "none"})

	owner := ""
	do("update(d:update(d:name=one.example d:add(d:ns(d:hostObj=a.b) d:contact@type=billing=abc d:status@s=clientHold@lang=fr=retenu) d:rem(d:status@s=clientUpdateProhibited) d:chg(d:registrant d:authInfo(d:null))))", 1000,
		&epp.DomainUpdate{Name: "one.example", Add: &epp.DomainAddRem{NS: epp.Nameservers{Objects: []string{"a.b"}}, Contacts: []epp.DomainContact{{Type: "billing", ID: "abc"}}, Statuses: []epp.Status{{Value: "clientHold", Lang: "fr", Text: "retenu"}}},
			Rem: &epp.DomainAddRem{Statuses: epp.Statuses("clientUpdateProhibited")}, Chg: &epp.DomainChange{Registrant: &owner, AuthInfo: &epp.AuthInfo{Null: true}}})
	do("update(d:update(d:name=one.example d:chg)) extension(rgp:update(rgp:restore@op=request))", 1000, &epp.DomainUpdate{Name: "one.example", Chg: &epp.DomainChange{}}, &epp.RGPRestore{})

	r = do("renew(d:renew(d:name=one.example d:curExpDate=2027-11-24 d:period@unit=y=1))", 1000, &epp.DomainRenew{Name: "one.example", CurExpDate: time.Date(2027, 11, 25, 3, 0, 0, 0, time.FixedZone("", 8*3600)), Period: epp.Years(1)})
	if d, ok := epp.Find[*epp.DomainRenewData](r.ResData); !ok || !d.ExDate.Equal(moment(1858579200)) {
		t.Errorf("renew %+v", r.ResData)
	}
	for op, row := range map[epp.TransferOp]struct {
		domain, contact string
		status          epp.TransferStatus
	}{
		epp.TransferRequest: {" d:period@unit=y=1 d:authInfo(d:pw=x)", " c:authInfo(c:pw=x)", epp.TransferPending},
		epp.TransferQuery:   {"", "", epp.TransferServerApproved},
		epp.TransferApprove: {"", "", epp.TransferClientApproved},
		epp.TransferReject:  {"", "", epp.TransferClientRejected},
		epp.TransferCancel:  {"", "", epp.TransferClientCancelled},
	} {
		dt, ct := &epp.DomainTransfer{Op: op, Name: "one.example"}, &epp.ContactTransfer{Op: op, ID: "abc"}
		if op == epp.TransferRequest {
			dt.Period, dt.AuthInfo, ct.AuthInfo = epp.Years(1), epp.Password("x"), epp.Password("x")
		}
		r = do("transfer@op="+string(op)+"(d:transfer(d:name=one.example"+row.domain+"))", 1000, dt)
		if d, ok := epp.Find[*epp.DomainTransferData](r.ResData); !ok || d.Name != "moved" || d.TrStatus != row.status || d.ReID != "us-1" || d.AcID != "them-1" || !d.ReDate.Equal(moment(1795507200)) || !d.AcDate.Equal(moment(1795939200)) || !d.ExDate.IsZero() {
			t.Errorf("%s %+v", op, r.ResData[0])
		}
		r = do("transfer@op="+string(op)+"(c:transfer(c:id=abc"+row.contact+"))", 1000, ct)
		if d, ok := epp.Find[*epp.ContactTransferData](r.ResData); !ok || d.ID != "moved" || d.TrStatus != row.status || d.AcID != "them-1" {
			t.Errorf("%s %+v", op, r.ResData[0])
		}
	}
	do("delete(d:delete(d:name=one.example))", 1000, &epp.DomainDelete{Name: "one.example"})

	r = do("poll@op=req", 1301, &epp.Poll{Op: epp.PollRequest})
	pan, ok := epp.Find[*epp.DomainPendingData](r.ResData)
	if q := r.MsgQ; q == nil || q.Count != 1 || q.ID != "F/7 x" || !q.QDate.Equal(moment(1795507200)) || q.Msg != "Nom attendu : oui" || q.Lang != "fr" || q.Mixed == nil ||
		!ok || pan.ID != "later.example" || !pan.Done || pan.ClTRID != "OLD-1" || pan.SvTRID != "F-OLD" || !pan.Date.Equal(moment(1795507260)) {
		t.Errorf("poll %+v %+v", r.MsgQ, pan)
	}
	if r = do("poll@op=ack@msgID=F/7 x", 1000, &epp.Poll{Op: epp.PollAck, MsgID: r.MsgQ.ID}); r.MsgQ == nil || r.MsgQ.Count != 0 {
		t.Errorf("ack %+v", r.MsgQ)
	}
	if r = do("poll@op=req", 1300, &epp.Poll{Op: epp.PollRequest}); r.MsgQ != nil || r.Err() != nil {
		t.Errorf("empty queue %+v", r)
	}

	hosts(t, do)
	contacts(t, do)
	if g, err := c.Hello(t.Context()); err != nil || g.ServerID != "Foreign & Sons" {
		t.Errorf("hello: %+v %v", g, err)
	}
	if err := c.Logout(t.Context()); err != nil {
		t.Errorf("logout: %v", err)
	}
	shape("logout", "logout")
	select {
	case err := <-f.failed:
		t.Error(err)
	default:
	}
}

type asker func(want string, code epp.Code, a epp.Action, x ...epp.Value) *epp.Response

func hosts(t *testing.T, do asker) {
	v4, v6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	r := do("check(h:check(h:name=free h:name=taken))", 1000, &epp.HostCheck{Names: []string{"free", "taken"}})
	if d, ok := epp.Find[*epp.HostCheckData](r.ResData); !ok || !d.Items[0].Avail || d.Items[1].Reason != "déjà pris" {
		t.Errorf("host check %+v", r.ResData)
	}
	r = do("create(h:create(h:name=ns1.one.example h:addr@ip=v4=192.0.2.1 h:addr@ip=v6=2001:db8::1))", 1000, &epp.HostCreate{Name: "ns1.one.example", Addrs: []netip.Addr{v4, v6}})
	if d, ok := epp.Find[*epp.HostCreateData](r.ResData); !ok || d.Name != "made" || !d.CrDate.Equal(moment(1795507200)) {
		t.Errorf("host create %+v", r.ResData)
	}
	r = do("info(h:info(h:name=ns1.one.example))", 1000, &epp.HostInfo{Name: "ns1.one.example"})
	if d, ok := epp.Find[*epp.HostInfoData](r.ResData); !ok || d.Name != "ns1.one.example" || !d.HasStatus("linked") || len(d.Addrs) != 2 || d.Addrs[0] != v4 || d.Addrs[1] != v6 || d.CrID != "us-1" {
		t.Errorf("host info %+v", r.ResData)
	}
	do("update(h:update(h:name=ns1.one.example h:add(h:addr@ip=v4=192.0.2.1 h:status@s=clientUpdateProhibited) h:rem(h:addr@ip=v6=2001:db8::1) h:chg(h:name=ns2.one.example)))", 1000,
		&epp.HostUpdate{Name: "ns1.one.example", Add: &epp.HostAddRem{Addrs: []netip.Addr{v4}, Statuses: epp.Statuses("clientUpdateProhibited")}, Rem: &epp.HostAddRem{Addrs: []netip.Addr{v6}}, NewName: "ns2.one.example"})
	do("delete(h:delete(h:name=ns2.one.example))", 1000, &epp.HostDelete{Name: "ns2.one.example"})
}

func contacts(t *testing.T, do asker) {
	r := do("check(c:check(c:id=abc c:id=def))", 1000, &epp.ContactCheck{IDs: []string{"abc", "def"}})
	if d, ok := epp.Find[*epp.ContactCheckData](r.ResData); !ok || d.Items[1].ID != "taken" || d.Items[1].Avail {
		t.Errorf("contact check %+v", r.ResData)
	}
	r = do("create(c:create(c:id=abc c:postalInfo@type=int(c:name=Wang Wei c:org=A & B c:addr(c:street=1 Road c:street=2nd floor c:city=Shanghai c:sp=SH c:pc=200000 c:cc=CN)) c:postalInfo@type=loc(c:name=王伟 c:addr(c:city=上海 c:cc=CN)) c:voice@x=12=+86.138 c:fax=+86.139 c:email=w@one.example c:authInfo(c:pw=x) c:disclose@flag=0(c:name@type=int c:org@type=loc c:addr@type=int c:voice c:email)))", 1000,
		&epp.ContactCreate{ID: "abc", Postal: []epp.PostalInfo{{Type: "int", Name: "Wang Wei", Org: "A & B", Addr: epp.PostalAddr{Street: []string{"1 Road", "2nd floor"}, City: "Shanghai", SP: "SH", PC: "200000", CC: "CN"}}, {Type: "loc", Name: "王伟", Addr: epp.PostalAddr{City: "上海", CC: "CN"}}},
			Voice: epp.Phone{Number: "+86.138", Ext: "12"}, Fax: epp.Phone{Number: "+86.139"}, Email: "w@one.example", AuthInfo: epp.Password("x"), Disclose: &epp.Disclose{Name: []string{"int"}, Org: []string{"loc"}, Addr: []string{"int"}, Voice: true, Mail: true}})
	if d, ok := epp.Find[*epp.ContactCreateData](r.ResData); !ok || d.ID != "made" {
		t.Errorf("contact create %+v", r.ResData)
	}
	r = do("info(c:info(c:id=abc c:authInfo(c:pw=x)))", 1000, &epp.ContactInfo{ID: "abc", AuthInfo: epp.Password("x")})
	if d, ok := epp.Find[*epp.ContactInfoData](r.ResData); !ok || d.ID != "abc" || d.Postal[0].Name != "王 伟" || d.Postal[0].Addr.City != "上海" || d.Postal[0].Addr.CC != "CN" || d.Voice != (epp.Phone{Number: "+86.13800000000", Ext: "12"}) ||
		d.Fax != (epp.Phone{}) || d.Email != "wei@one.example" || d.Disclose == nil || d.Disclose.Flag || d.Disclose.Name[0] != "int" || !d.Disclose.Voice || d.AuthInfo != nil {
		t.Errorf("contact info %+v", r.ResData[0])
	}
	name, none := "Wang Wei", ""
	do("update(c:update(c:id=abc c:add(c:status@s=clientDeleteProhibited) c:rem(c:status@s=clientUpdateProhibited) c:chg(c:postalInfo@type=int(c:name=Wang Wei c:org) c:voice c:email=v@one.example)))", 1000,
		&epp.ContactUpdate{ID: "abc", Add: epp.Statuses("clientDeleteProhibited"), Rem: epp.Statuses("clientUpdateProhibited"), Chg: &epp.ContactChange{Postal: []epp.PostalChange{{Type: "int", Name: &name, Org: &none}}, Voice: &epp.Phone{}, Email: "v@one.example"}})
	do("delete(c:delete(c:id=abc))", 1000, &epp.ContactDelete{ID: "abc"})
}
