package epp

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The documents here are written by hand after the examples of the RFCs, with
// values of our own, so that neither direction of the codec is tested by the
// other alone.

func command(inner string) string {
	return `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<epp xmlns="urn:ietf:params:xml:ns:epp-1.0">
  <command>` + inner + `
    <clTRID>OPR-54321</clTRID>
  </command>
</epp>`
}

func response(inner string) string {
	return `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<epp xmlns="urn:ietf:params:xml:ns:epp-1.0">
  <response>
    <result code="1000"><msg>Command completed successfully</msg></result>` + inner + `
    <trID><clTRID>OPR-54321</clTRID><svTRID>SRV-00001</svTRID></trID>
  </response>
</epp>`
}

func act(a Action, ext ...Value) *Message {
	return &Message{Command: &Command{Action: a, Extensions: ext, ClTRID: "OPR-54321"}}
}

func res(data Value, ext ...Value) *Message {
	r := &Response{Results: []Result{{Code: CodeOK, Msg: "Command completed successfully"}}, Extensions: ext,
		ClTRID: "OPR-54321", SvTRID: "SRV-00001"}
	if data != nil {
		r.ResData = []Value{data}
	}
	return &Message{Response: r}
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func ptr[T any](v T) *T { return &v }

// allExt is every extension of this package.
var allExt = []Extension{
	VerificationCode, NV, LowBalance, TTL, AddlEmail, IDN, Bundle, CDN,
	RGP, SecDNS, Fee, CNNICContact, CNNICDomain,
	CNNICHost, CNNICRegistry,
	ChangePoll, LoginSec, Maintenance, Launch, Org, OrgExt, AllocationTokens,
	SecureAuthInfo, UnhandledNamespaces, Fee08,
}

// allGoldens are the documents here and those of each extension's own test.
func allGoldens() []golden {
	return slices.Concat(goldens,
		verificationCodeGoldens, nvGoldens, ttlGoldens, nameGoldens,
		cnnicGoldens,
		changePollGoldens, loginSecGoldens, maintenanceGoldens, launchGoldens,
		orgGoldens, allocationTokenGoldens,
		secureAuthInfoGoldens, unhandledGoldens, fee08Goldens,
	)
}

const (
	domNS = `xmlns:domain="urn:ietf:params:xml:ns:domain-1.0"`
	hosNS = `xmlns:host="urn:ietf:params:xml:ns:host-1.0"`
	conNS = `xmlns:contact="urn:ietf:params:xml:ns:contact-1.0"`
	feeNS = `xmlns:fee="urn:ietf:params:xml:ns:epp:fee-1.0"`
	secNS = `xmlns:secDNS="urn:ietf:params:xml:ns:secDNS-1.1"`
	rgpNS = `xmlns:rgp="urn:ietf:params:xml:ns:rgp-1.0"`
)

type golden struct {
	name string
	doc  string
	msg  *Message
}

var goldens = []golden{
	{"hello", `<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><hello/></epp>`, &Message{Hello: true}},
	{"greeting", `<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><greeting>
  <svID>Example registry</svID><svDate>2026-11-23T08:00:00.5Z</svDate>
  <svcMenu><version>1.0</version><lang>en</lang><lang>zh-CN</lang>
    <objURI>urn:ietf:params:xml:ns:domain-1.0</objURI><objURI>urn:ietf:params:xml:ns:host-1.0</objURI>
    <svcExtension><extURI>urn:ietf:params:xml:ns:rgp-1.0</extURI></svcExtension></svcMenu>
  <dcp><access><all/></access><statement><purpose><admin/><prov/></purpose>
    <recipient><ours/><public/></recipient><retention><stated/></retention></statement></dcp>
  </greeting></epp>`,
		&Message{Greeting: &Greeting{ServerID: "Example registry", Date: at("2026-11-23T08:00:00.5Z"), Versions: []string{"1.0"},
			Langs: []string{"en", "zh-CN"}, ObjURIs: []string{NSDomain, NSHost}, ExtURIs: []string{NSRGP}, DCP: DefaultDCP}}},
	{"login", command(`<login><clID>opr</clID><pw>s3cret-pw</pw><newPW>n3w-s3cret</newPW>
      <options><version>1.0</version><lang>en</lang></options>
      <svcs><objURI>urn:ietf:params:xml:ns:domain-1.0</objURI>
        <svcExtension><extURI>urn:ietf:params:xml:ns:secDNS-1.1</extURI></svcExtension></svcs></login>`),
		act(&Login{ClID: "opr", Password: "s3cret-pw", NewPassword: "n3w-s3cret", Version: "1.0", Lang: "en",
			ObjURIs: []string{NSDomain}, ExtURIs: []string{NSSecDNS}})},
	{"logout", command(`<logout/>`), act(&Logout{})},
	{"poll req", command(`<poll op="req"/>`), act(&Poll{Op: PollRequest})},
	{"poll ack", command(`<poll op="ack" msgID="12345"/>`), act(&Poll{Op: PollAck, MsgID: "12345"})},
	{"poll answer", strings.Replace(response(`<msgQ count="5" id="12345"><qDate>2026-11-23T22:00:00Z</qDate><msg lang="zh-CN">转移已请求。</msg></msgQ>
      <resData><domain:trnData `+domNS+`><domain:name>example.cn</domain:name><domain:trStatus>pending</domain:trStatus>
      <domain:reID>rival</domain:reID><domain:reDate>2026-11-23T22:00:00Z</domain:reDate>
      <domain:acID>opr</domain:acID><domain:acDate>2026-11-28T22:00:00Z</domain:acDate>
      <domain:exDate>2028-01-01T22:00:00Z</domain:exDate></domain:trnData></resData>`), `1000"><msg>Command completed successfully`, `1301"><msg>Command completed successfully; ack to dequeue`, 1),
		&Message{Response: &Response{Results: []Result{{Code: CodeAckToDequeue, Msg: CodeAckToDequeue.Text()}},
			MsgQ: &MsgQ{Count: 5, ID: "12345", QDate: at("2026-11-23T22:00:00Z"), Msg: "转移已请求。", Lang: "zh-CN"},
			ResData: []Value{&DomainTransferData{Name: "example.cn", TrStatus: TransferPending, ReID: "rival", ReDate: at("2026-11-23T22:00:00Z"),
				AcID: "opr", AcDate: at("2026-11-28T22:00:00Z"), ExDate: at("2028-01-01T22:00:00Z")}},
			ClTRID: "OPR-54321", SvTRID: "SRV-00001"}}},
	{"error with values", strings.Replace(response(``), `<result code="1000"><msg>Command completed successfully</msg></result>`,
		`<result code="2004"><msg>Parameter value range error</msg>
       <value `+domNS+`><domain:period unit="y">11</domain:period></value>
       <extValue><value><undef/></value><reason>at most ten years</reason></extValue></result>
       <result code="2306"><msg lang="fr">Erreur</msg></result>`, 1),
		&Message{Response: &Response{Results: []Result{
			{Code: CodeValueRange, Msg: "Parameter value range error", Values: []ResultValue{
				{Value: &Element{Space: NSEPP, Local: "value", Children: []*Element{{Space: NSDomain, Local: "period", Text: "11", Attrs: []Attr{{Local: "unit", Value: "y"}}}}}},
				{Value: &Element{Space: NSEPP, Local: "value", Children: []*Element{{Space: NSEPP, Local: "undef"}}}, Reason: "at most ten years"}}},
			{Code: CodeParameterPolicy, Msg: "Erreur", Lang: "fr"}},
			ClTRID: "OPR-54321", SvTRID: "SRV-00001"}}},

	{"domain check", command(`<check><domain:check ` + domNS + `><domain:name>example.com</domain:name><domain:name>xn--fiqs8s.com</domain:name></domain:check></check>`),
		act(&DomainCheck{Names: []string{"example.com", "xn--fiqs8s.com"}})},
	{"domain check answer", response(`<resData><domain:chkData ` + domNS + `>
      <domain:cd><domain:name avail="1">example.com</domain:name></domain:cd>
      <domain:cd><domain:name avail="0">example.net</domain:name><domain:reason>In use</domain:reason></domain:cd>
      <domain:cd><domain:name avail="0">example.org</domain:name><domain:reason lang="zh-CN">已被注册</domain:reason></domain:cd></domain:chkData></resData>`),
		res(&DomainCheckData{Items: []CheckItem{{ID: "example.com", Avail: true}, {ID: "example.net", Reason: "In use"}, {ID: "example.org", Reason: "已被注册", Lang: "zh-CN"}}})},
	{"domain info", command(`<info><domain:info ` + domNS + `><domain:name hosts="sub">example.com</domain:name><domain:authInfo><domain:pw roid="JD1234-REP">2fooBAR &amp; baz</domain:pw></domain:authInfo></domain:info></info>`),
		act(&DomainInfo{Name: "example.com", Hosts: "sub", AuthInfo: &AuthInfo{Pw: "2fooBAR & baz", ROID: "JD1234-REP"}})},
	{"domain info answer", response(`<resData><domain:infData ` + domNS + `>
      <domain:name>example.com</domain:name><domain:roid>EXAMPLE1-REP</domain:roid>
      <domain:status s="ok"/><domain:status s="clientHold" lang="fr">impayé</domain:status>
      <domain:registrant>jd1234</domain:registrant>
      <domain:contact type="admin">sh8013</domain:contact><domain:contact type="tech">sh8014</domain:contact>
      <domain:ns><domain:hostObj>ns1.example.com</domain:hostObj><domain:hostObj>ns1.example.net</domain:hostObj></domain:ns>
      <domain:host>ns1.example.com</domain:host>
      <domain:clID>opr</domain:clID><domain:crID>ClientY</domain:crID><domain:crDate>2025-04-03T22:00:00Z</domain:crDate>
      <domain:upID>ClientX</domain:upID><domain:upDate>2025-12-03T09:00:00.123456Z</domain:upDate>
      <domain:exDate>2027-04-03T22:00:00Z</domain:exDate><domain:trDate>2026-04-08T09:00:00Z</domain:trDate>
      <domain:authInfo><domain:pw>2fooBAR</domain:pw></domain:authInfo></domain:infData></resData>
      <extension><rgp:infData ` + rgpNS + `><rgp:rgpStatus s="addPeriod"/><rgp:rgpStatus s="renewPeriod">endDate=2026-12-01</rgp:rgpStatus></rgp:infData>
      <secDNS:infData ` + secNS + `><secDNS:maxSigLife>604800</secDNS:maxSigLife><secDNS:dsData><secDNS:keyTag>12345</secDNS:keyTag><secDNS:alg>13</secDNS:alg><secDNS:digestType>2</secDNS:digestType><secDNS:digest>49FD46E6C4B45C55D4AC</secDNS:digest></secDNS:dsData></secDNS:infData></extension>`),
		res(&DomainInfoData{Name: "example.com", ROID: "EXAMPLE1-REP", Statuses: []Status{{Value: "ok"}, {Value: "clientHold", Lang: "fr", Text: "impayé"}},
			Registrant: "jd1234", Contacts: []DomainContact{{"admin", "sh8013"}, {"tech", "sh8014"}},
			NS: Nameservers{Objects: []string{"ns1.example.com", "ns1.example.net"}}, Hosts: []string{"ns1.example.com"},
			ClID: "opr", CrID: "ClientY", CrDate: at("2025-04-03T22:00:00Z"), UpID: "ClientX", UpDate: at("2025-12-03T09:00:00.123456Z"),
			ExDate: at("2027-04-03T22:00:00Z"), TrDate: at("2026-04-08T09:00:00Z"), AuthInfo: Password("2fooBAR")},
			&RGPInfoData{[]Status{{Value: RGPAddPeriod}, {Value: RGPRenewPeriod, Text: "endDate=2026-12-01"}}},
			&SecDNSInfoData{SecDNSData{MaxSigLife: 604800, DS: []DSData{{KeyTag: 12345, Alg: 13, DigestType: 2, Digest: "49FD46E6C4B45C55D4AC"}}}})},
	{"domain create, host objects, DS, fee", command(`<create><domain:create ` + domNS + `>
      <domain:name>example.com</domain:name><domain:period unit="y">2</domain:period>
      <domain:ns><domain:hostObj>ns1.example.net</domain:hostObj><domain:hostObj>ns2.example.net</domain:hostObj></domain:ns>
      <domain:registrant>jd1234</domain:registrant><domain:contact type="admin">sh8013</domain:contact>
      <domain:authInfo><domain:pw>2fooBAR</domain:pw></domain:authInfo></domain:create></create>
      <extension><secDNS:create ` + secNS + `><secDNS:dsData><secDNS:keyTag>12345</secDNS:keyTag><secDNS:alg>8</secDNS:alg><secDNS:digestType>2</secDNS:digestType><secDNS:digest>49FD46E6C4B45C55D4AC</secDNS:digest>
        <secDNS:keyData><secDNS:flags>257</secDNS:flags><secDNS:protocol>3</secDNS:protocol><secDNS:alg>8</secDNS:alg><secDNS:pubKey>AQPJ////4Q==</secDNS:pubKey></secDNS:keyData></secDNS:dsData></secDNS:create>
      <fee:create ` + feeNS + `><fee:currency>USD</fee:currency><fee:fee>15.00</fee:fee><fee:credit description="promo">-5.00</fee:credit></fee:create></extension>`),
		act(&DomainCreate{Name: "example.com", Period: Years(2), NS: Nameservers{Objects: []string{"ns1.example.net", "ns2.example.net"}},
			Registrant: "jd1234", Contacts: []DomainContact{{"admin", "sh8013"}}, AuthInfo: Password("2fooBAR")},
			&SecDNSCreate{SecDNSData{DS: []DSData{{KeyTag: 12345, Alg: 8, DigestType: 2, Digest: "49FD46E6C4B45C55D4AC", Key: &KeyData{257, 3, 8, "AQPJ////4Q=="}}}}},
			&FeeTransform{Verb: VerbCreate, Currency: "USD", Fees: []FeeItem{{Amount: "15.00"}}, Credits: []FeeItem{{Amount: "-5.00", Description: "promo"}}})},
	{"domain create, host attributes", command(`<create><domain:create ` + domNS + `><domain:name>example.top</domain:name>
      <domain:ns><domain:hostAttr><domain:hostName>ns1.example.top</domain:hostName><domain:hostAddr ip="v4">192.0.2.2</domain:hostAddr><domain:hostAddr ip="v6">2001:db8::8</domain:hostAddr></domain:hostAttr>
      <domain:hostAttr><domain:hostName>ns.example.net</domain:hostName></domain:hostAttr></domain:ns>
      <domain:authInfo><domain:pw/></domain:authInfo></domain:create></create>`),
		act(&DomainCreate{Name: "example.top", NS: Nameservers{Attrs: []HostAttr{
			{Name: "ns1.example.top", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("2001:db8::8")}}, {Name: "ns.example.net"}}},
			AuthInfo: &AuthInfo{}})},
	{"domain create answer", response(`<resData><domain:creData ` + domNS + `><domain:name>example.com</domain:name><domain:crDate>2026-11-23T22:00:00Z</domain:crDate><domain:exDate>2028-11-23T22:00:00Z</domain:exDate></domain:creData></resData>
      <extension><fee:creData ` + feeNS + `><fee:currency>USD</fee:currency><fee:period unit="y">2</fee:period><fee:fee description="Registration" refundable="1" grace-period="P5D" applied="immediate">15.00</fee:fee><fee:balance>-985.00</fee:balance><fee:creditLimit>1000.00</fee:creditLimit></fee:creData></extension>`),
		res(&DomainCreateData{"example.com", at("2026-11-23T22:00:00Z"), at("2028-11-23T22:00:00Z")},
			&FeeTransformData{Verb: VerbCreate, Currency: "USD", Period: Years(2), Fees: []FeeItem{{Amount: "15.00", Description: "Registration", Refundable: ptr(true), GracePeriod: "P5D", Applied: "immediate"}},
				Balance: "-985.00", CreditLimit: "1000.00"})},
	{"domain update", command(`<update><domain:update ` + domNS + `><domain:name>example.com</domain:name>
      <domain:add><domain:ns><domain:hostObj>ns2.example.com</domain:hostObj></domain:ns><domain:contact type="tech">mak21</domain:contact><domain:status s="clientHold" lang="fr">Payé non</domain:status></domain:add>
      <domain:rem><domain:ns><domain:hostObj>ns1.example.com</domain:hostObj></domain:ns><domain:contact type="tech">sh8013</domain:contact><domain:status s="clientUpdateProhibited"/></domain:rem>
      <domain:chg><domain:registrant>sh8013</domain:registrant><domain:authInfo><domain:pw>2BARfoo</domain:pw></domain:authInfo></domain:chg></domain:update></update>
      <extension><secDNS:update ` + secNS + ` urgent="true"><secDNS:rem><secDNS:all>true</secDNS:all></secDNS:rem><secDNS:add><secDNS:keyData><secDNS:flags>257</secDNS:flags><secDNS:protocol>3</secDNS:protocol><secDNS:alg>13</secDNS:alg><secDNS:pubKey>AQPJ////4Q==</secDNS:pubKey></secDNS:keyData></secDNS:add><secDNS:chg><secDNS:maxSigLife>605900</secDNS:maxSigLife></secDNS:chg></secDNS:update></extension>`),
		act(&DomainUpdate{Name: "example.com",
			Add: &DomainAddRem{NS: Nameservers{Objects: []string{"ns2.example.com"}}, Contacts: []DomainContact{{"tech", "mak21"}}, Statuses: []Status{{Value: "clientHold", Lang: "fr", Text: "Payé non"}}},
			Rem: &DomainAddRem{NS: Nameservers{Objects: []string{"ns1.example.com"}}, Contacts: []DomainContact{{"tech", "sh8013"}}, Statuses: Statuses("clientUpdateProhibited")},
			Chg: &DomainChange{Registrant: ptr("sh8013"), AuthInfo: Password("2BARfoo")}},
			&SecDNSUpdate{Urgent: true, RemAll: true, Add: SecDNSData{Keys: []KeyData{{257, 3, 13, "AQPJ////4Q=="}}}, MaxSigLife: 605900})},
	{"domain update, null authInfo", command(`<update><domain:update ` + domNS + `><domain:name>example.com</domain:name><domain:chg><domain:registrant/><domain:authInfo><domain:null/></domain:authInfo></domain:chg></domain:update></update>`),
		act(&DomainUpdate{Name: "example.com", Chg: &DomainChange{Registrant: ptr(""), AuthInfo: &AuthInfo{Null: true}}})},
	{"restore request", command(`<update><domain:update ` + domNS + `><domain:name>example.com</domain:name><domain:chg/></domain:update></update>
      <extension><rgp:update ` + rgpNS + `><rgp:restore op="request"/></rgp:update></extension>`),
		act(&DomainUpdate{Name: "example.com", Chg: &DomainChange{}}, &RGPRestore{})},
	{"restore report", command(`<update><domain:update ` + domNS + `><domain:name>example.com</domain:name><domain:chg/></domain:update></update>
      <extension><rgp:update ` + rgpNS + `><rgp:restore op="report"><rgp:report><rgp:preData>before</rgp:preData><rgp:postData>after</rgp:postData><rgp:delTime>2026-07-10T22:00:00Z</rgp:delTime><rgp:resTime>2026-07-20T22:00:00Z</rgp:resTime><rgp:resReason>Registrant error.</rgp:resReason><rgp:statement>First.</rgp:statement><rgp:statement>Second.</rgp:statement><rgp:other>more</rgp:other></rgp:report></rgp:restore></rgp:update></extension>`),
		act(&DomainUpdate{Name: "example.com", Chg: &DomainChange{}}, &RGPRestore{Report: &RGPReport{PreData: "before", PostData: "after", DelTime: at("2026-07-10T22:00:00Z"),
			ResTime: at("2026-07-20T22:00:00Z"), ResReason: "Registrant error.", Statements: []string{"First.", "Second."}, Other: "more"}})},
	{"restore answer", response(`<extension><rgp:upData ` + rgpNS + `><rgp:rgpStatus s="pendingRestore"/></rgp:upData></extension>`), res(nil, &RGPUpdateData{Statuses("pendingRestore")})},
	{"domain delete", command(`<delete><domain:delete ` + domNS + `><domain:name>example.com</domain:name></domain:delete></delete>`), act(&DomainDelete{"example.com"})},
	{"domain renew", command(`<renew><domain:renew ` + domNS + `><domain:name>example.com</domain:name><domain:curExpDate>2027-04-03</domain:curExpDate><domain:period unit="m">18</domain:period></domain:renew></renew>
      <extension><fee:renew ` + feeNS + `><fee:currency>CNY</fee:currency><fee:fee>35</fee:fee></fee:renew></extension>`),
		act(&DomainRenew{"example.com", at("2027-04-03T00:00:00Z"), Period{18, UnitMonth}}, &FeeTransform{Verb: VerbRenew, Currency: "CNY", Fees: []FeeItem{{Amount: "35"}}})},
	{"domain renew answer", response(`<resData><domain:renData ` + domNS + `><domain:name>example.com</domain:name><domain:exDate>2030-04-03T22:00:00Z</domain:exDate></domain:renData></resData>
      <extension><fee:renData ` + feeNS + `><fee:currency>CNY</fee:currency><fee:fee>35</fee:fee></fee:renData></extension>`),
		res(&DomainRenewData{"example.com", at("2030-04-03T22:00:00Z")}, &FeeTransformData{Verb: VerbRenew, Currency: "CNY", Fees: []FeeItem{{Amount: "35"}}})},
	{"domain transfer", command(`<transfer op="request"><domain:transfer ` + domNS + `><domain:name>example.com</domain:name><domain:period unit="y">1</domain:period><domain:authInfo><domain:pw roid="JD1234-REP">2fooBAR</domain:pw></domain:authInfo></domain:transfer></transfer>`),
		act(&DomainTransfer{Op: TransferRequest, Name: "example.com", Period: Years(1), AuthInfo: &AuthInfo{Pw: "2fooBAR", ROID: "JD1234-REP"}})},
	{"domain transfer query", command(`<transfer op="query"><domain:transfer ` + domNS + `><domain:name>example.com</domain:name></domain:transfer></transfer>`),
		act(&DomainTransfer{Op: TransferQuery, Name: "example.com"})},
	{"domain pending done", response(`<resData><domain:panData ` + domNS + `><domain:name paResult="1">example.com</domain:name><domain:paTRID><clTRID>OPR-1</clTRID><svTRID>SRV-1</svTRID></domain:paTRID><domain:paDate>2026-04-04T22:00:00Z</domain:paDate></domain:panData></resData>`),
		res(&DomainPendingData{PendingResult{"example.com", true, "OPR-1", "SRV-1", at("2026-04-04T22:00:00Z")}})},
	{"fee check", command(`<check><domain:check ` + domNS + `><domain:name>gold.top</domain:name></domain:check></check>
      <extension><fee:check ` + feeNS + `><fee:currency>USD</fee:currency><fee:command name="create"><fee:period unit="y">2</fee:period></fee:command><fee:command name="renew" phase="sunrise" subphase="x"/><fee:command name="custom" customName="freeze"/></fee:check></extension>`),
		act(&DomainCheck{[]string{"gold.top"}}, &FeeCheck{Currency: "USD", Commands: []FeeCommand{{Name: "create", Period: Years(2)}, {Name: "renew", Phase: "sunrise", Subphase: "x"}, {Name: "custom", CustomName: "freeze"}}})},
	{"fee check answer", response(`<resData><domain:chkData ` + domNS + `><domain:cd><domain:name avail="1">gold.top</domain:name></domain:cd></domain:chkData></resData>
      <extension><fee:chkData ` + feeNS + `><fee:currency>USD</fee:currency><fee:cd avail="1"><fee:objID>gold.top</fee:objID><fee:class>premium-1</fee:class><fee:command name="create"><fee:period unit="y">1</fee:period><fee:fee description="Create" lang="fr" refundable="0">1000.00</fee:fee></fee:command><fee:command name="renew" standard="1"><fee:fee>20.00</fee:fee></fee:command></fee:cd>
      <fee:cd avail="0"><fee:objID>bad.top</fee:objID><fee:reason>no period</fee:reason></fee:cd></fee:chkData></extension>`),
		res(&DomainCheckData{[]CheckItem{{ID: "gold.top", Avail: true}}}, &FeeCheckData{Currency: "USD", Objects: []FeeObject{
			{ID: "gold.top", Avail: true, Class: "premium-1", Commands: []FeeCommandData{
				{FeeCommand: FeeCommand{Name: "create", Period: Years(1)}, Fees: []FeeItem{{Amount: "1000.00", Description: "Create", Lang: "fr", Refundable: ptr(false)}}},
				{FeeCommand: FeeCommand{Name: "renew"}, Standard: true, Fees: []FeeItem{{Amount: "20.00"}}}}},
			{ID: "bad.top", Reason: "no period"}}})},

	{"host check", command(`<check><host:check ` + hosNS + `><host:name>ns1.example.com</host:name></host:check></check>`), act(&HostCheck{[]string{"ns1.example.com"}})},
	{"host check answer", response(`<resData><host:chkData ` + hosNS + `><host:cd><host:name avail="0">ns1.example.com</host:name><host:reason>In use</host:reason></host:cd></host:chkData></resData>`),
		res(&HostCheckData{[]CheckItem{{ID: "ns1.example.com", Reason: "In use"}}})},
	{"host info", command(`<info><host:info ` + hosNS + `><host:name>ns1.example.com</host:name></host:info></info>`), act(&HostInfo{"ns1.example.com"})},
	{"host info answer", response(`<resData><host:infData ` + hosNS + `><host:name>ns1.example.com</host:name><host:roid>NS1_EXAMPLE1-REP</host:roid><host:status s="linked"/><host:status s="clientUpdateProhibited"/><host:addr ip="v4">192.0.2.2</host:addr><host:addr ip="v6">2001:db8::1</host:addr><host:clID>opr</host:clID><host:crID>opr</host:crID><host:crDate>2025-04-03T22:00:00Z</host:crDate><host:upID>opr</host:upID><host:upDate>2025-05-03T22:00:00Z</host:upDate><host:trDate>2025-06-03T22:00:00Z</host:trDate></host:infData></resData>`),
		res(&HostInfoData{Name: "ns1.example.com", ROID: "NS1_EXAMPLE1-REP", Statuses: Statuses("linked", "clientUpdateProhibited"), Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("2001:db8::1")},
			ClID: "opr", CrID: "opr", CrDate: at("2025-04-03T22:00:00Z"), UpID: "opr", UpDate: at("2025-05-03T22:00:00Z"), TrDate: at("2025-06-03T22:00:00Z")})},
	{"host create", command(`<create><host:create ` + hosNS + `><host:name>ns1.example.com</host:name><host:addr ip="v4">192.0.2.2</host:addr></host:create></create>`),
		act(&HostCreate{"ns1.example.com", []netip.Addr{netip.MustParseAddr("192.0.2.2")}})},
	{"host create answer", response(`<resData><host:creData ` + hosNS + `><host:name>ns1.example.com</host:name><host:crDate>2025-04-03T22:00:00Z</host:crDate></host:creData></resData>`),
		res(&HostCreateData{"ns1.example.com", at("2025-04-03T22:00:00Z")})},
	{"host update", command(`<update><host:update ` + hosNS + `><host:name>ns1.example.com</host:name><host:add><host:addr ip="v4">192.0.2.22</host:addr><host:status s="clientUpdateProhibited"/></host:add><host:rem><host:addr ip="v6">2001:db8::1</host:addr></host:rem><host:chg><host:name>ns2.example.com</host:name></host:chg></host:update></update>`),
		act(&HostUpdate{Name: "ns1.example.com", Add: &HostAddRem{[]netip.Addr{netip.MustParseAddr("192.0.2.22")}, Statuses("clientUpdateProhibited")},
			Rem: &HostAddRem{Addrs: []netip.Addr{netip.MustParseAddr("2001:db8::1")}}, NewName: "ns2.example.com"})},
	{"host delete", command(`<delete><host:delete ` + hosNS + `><host:name>ns1.example.com</host:name></host:delete></delete>`), act(&HostDelete{"ns1.example.com"})},
	{"host pending failed", response(`<resData><host:panData ` + hosNS + `><host:name paResult="0">ns1.example.com</host:name><host:paTRID><svTRID>SRV-1</svTRID></host:paTRID><host:paDate>2026-04-04T22:00:00Z</host:paDate></host:panData></resData>`),
		res(&HostPendingData{PendingResult{"ns1.example.com", false, "", "SRV-1", at("2026-04-04T22:00:00Z")}})},

	{"contact check", command(`<check><contact:check ` + conNS + `><contact:id>sh8013</contact:id><contact:id>sah8013</contact:id></contact:check></check>`), act(&ContactCheck{[]string{"sh8013", "sah8013"}})},
	{"contact check answer", response(`<resData><contact:chkData ` + conNS + `><contact:cd><contact:id avail="1">sh8013</contact:id></contact:cd></contact:chkData></resData>`),
		res(&ContactCheckData{[]CheckItem{{ID: "sh8013", Avail: true}}})},
	{"contact info", command(`<info><contact:info ` + conNS + `><contact:id>sh8013</contact:id><contact:authInfo><contact:pw>2fooBAR</contact:pw></contact:authInfo></contact:info></info>`),
		act(&ContactInfo{"sh8013", Password("2fooBAR")})},
	{"contact create", command(`<create><contact:create ` + conNS + `><contact:id>sh8013</contact:id>
      <contact:postalInfo type="int"><contact:name>Zhang San</contact:name><contact:org>Example &lt;Inc&gt;</contact:org><contact:addr><contact:street>1 Long Street</contact:street><contact:street>Suite 100</contact:street><contact:city>Beijing</contact:city><contact:sp>BJ</contact:sp><contact:pc>100190</contact:pc><contact:cc>CN</contact:cc></contact:addr></contact:postalInfo>
      <contact:postalInfo type="loc"><contact:name>张三</contact:name><contact:addr><contact:city>北京</contact:city><contact:cc>CN</contact:cc></contact:addr></contact:postalInfo>
      <contact:voice x="1234">+86.1055555555</contact:voice><contact:fax>+86.1055555556</contact:fax><contact:email>zhang@example.cn</contact:email>
      <contact:authInfo><contact:pw>2fooBAR</contact:pw></contact:authInfo><contact:disclose flag="0"><contact:name type="int"/><contact:addr type="loc"/><contact:voice/><contact:email/></contact:disclose></contact:create></create>`),
		act(&ContactCreate{ID: "sh8013", Postal: []PostalInfo{
			{PostalInt, "Zhang San", "Example <Inc>", PostalAddr{[]string{"1 Long Street", "Suite 100"}, "Beijing", "BJ", "100190", "CN"}},
			{PostalLoc, "张三", "", PostalAddr{City: "北京", CC: "CN"}}},
			Voice: Phone{"+86.1055555555", "1234"}, Fax: Phone{Number: "+86.1055555556"}, Email: "zhang@example.cn", AuthInfo: Password("2fooBAR"),
			Disclose: &Disclose{Name: []string{"int"}, Addr: []string{"loc"}, Voice: true, Mail: true}})},
	{"contact create answer", response(`<resData><contact:creData ` + conNS + `><contact:id>sh8013</contact:id><contact:crDate>2025-04-03T22:00:00Z</contact:crDate></contact:creData></resData>`),
		res(&ContactCreateData{"sh8013", at("2025-04-03T22:00:00Z")})},
	{"contact info answer", response(`<resData><contact:infData ` + conNS + `><contact:id>sh8013</contact:id><contact:roid>SH8013-REP</contact:roid><contact:status s="linked"/><contact:status s="clientDeleteProhibited"/>
      <contact:postalInfo type="int"><contact:name>Zhang San</contact:name><contact:addr><contact:city>Beijing</contact:city><contact:cc>CN</contact:cc></contact:addr></contact:postalInfo>
      <contact:voice>+86.1055555555</contact:voice><contact:email>zhang@example.cn</contact:email><contact:clID>opr</contact:clID><contact:crID>opr</contact:crID><contact:crDate>2025-04-03T22:00:00Z</contact:crDate>
      <contact:authInfo><contact:pw>2fooBAR</contact:pw></contact:authInfo><contact:disclose flag="1"><contact:org type="loc"/><contact:fax/></contact:disclose></contact:infData></resData>`),
		res(&ContactInfoData{ID: "sh8013", ROID: "SH8013-REP", Statuses: Statuses("linked", "clientDeleteProhibited"),
			Postal: []PostalInfo{{Type: PostalInt, Name: "Zhang San", Addr: PostalAddr{City: "Beijing", CC: "CN"}}},
			Voice:  Phone{Number: "+86.1055555555"}, Email: "zhang@example.cn", ClID: "opr", CrID: "opr", CrDate: at("2025-04-03T22:00:00Z"),
			AuthInfo: Password("2fooBAR"), Disclose: &Disclose{Flag: true, Org: []string{"loc"}, Fax: true}})},
	{"contact update", command(`<update><contact:update ` + conNS + `><contact:id>sh8013</contact:id><contact:add><contact:status s="clientDeleteProhibited"/></contact:add><contact:rem><contact:status s="clientUpdateProhibited"/></contact:rem>
      <contact:chg><contact:postalInfo type="loc"><contact:name>李四</contact:name><contact:org/><contact:addr><contact:street>长街1号</contact:street><contact:city>北京</contact:city><contact:cc>CN</contact:cc></contact:addr></contact:postalInfo><contact:voice>+86.1055555557</contact:voice><contact:fax/><contact:email>li@example.cn</contact:email><contact:authInfo><contact:pw>new</contact:pw></contact:authInfo></contact:chg></contact:update></update>`),
		act(&ContactUpdate{ID: "sh8013", Add: Statuses("clientDeleteProhibited"), Rem: Statuses("clientUpdateProhibited"), Chg: &ContactChange{
			Postal: []PostalChange{{PostalLoc, ptr("李四"), ptr(""), &PostalAddr{Street: []string{"长街1号"}, City: "北京", CC: "CN"}}},
			Voice:  &Phone{Number: "+86.1055555557"}, Fax: &Phone{}, Email: "li@example.cn", AuthInfo: Password("new")}})},
	{"contact delete", command(`<delete><contact:delete ` + conNS + `><contact:id>sh8013</contact:id></contact:delete></delete>`), act(&ContactDelete{"sh8013"})},
	{"contact transfer", command(`<transfer op="approve"><contact:transfer ` + conNS + `><contact:id>sh8013</contact:id></contact:transfer></transfer>`), act(&ContactTransfer{Op: TransferApprove, ID: "sh8013"})},
	{"contact transfer answer", response(`<resData><contact:trnData ` + conNS + `><contact:id>sh8013</contact:id><contact:trStatus>clientApproved</contact:trStatus><contact:reID>ClientX</contact:reID><contact:reDate>2026-06-06T22:00:00Z</contact:reDate><contact:acID>opr</contact:acID><contact:acDate>2026-06-11T22:00:00Z</contact:acDate></contact:trnData></resData>`),
		res(&ContactTransferData{"sh8013", TransferClientApproved, "ClientX", at("2026-06-06T22:00:00Z"), "opr", at("2026-06-11T22:00:00Z")})},
	{"contact pending", response(`<resData><contact:panData ` + conNS + `><contact:id paResult="true">sh8013</contact:id><contact:paTRID><clTRID>OPR-1</clTRID><svTRID>SRV-1</svTRID></contact:paTRID><contact:paDate>2026-04-04T22:00:00Z</contact:paDate></contact:panData></resData>`),
		res(&ContactPendingData{PendingResult{"sh8013", true, "OPR-1", "SRV-1", at("2026-04-04T22:00:00Z")}})},

	{"protocol extension", `<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><extension><d:delete xmlns:d="urn:ietf:params:xml:ns:domain-1.0"><d:name>x.com</d:name></d:delete></extension></epp>`,
		&Message{Extension: []Value{&Raw{Element: &Element{Space: NSDomain, Local: "delete", Children: []*Element{NewElement(NSDomain, "name", "x.com")}}}}}},
}

var cmpOpts = cmp.Options{cmp.Comparer(func(a, b netip.Addr) bool { return a == b })}

// squeeze drops white space between elements, so that trees of laid-out and
// of compact documents compare.
func squeeze(e *Element) *Element {
	out := &Element{Space: e.Space, Local: e.Local, Attrs: e.Attrs, Text: e.Text}
	if len(e.Children) > 0 {
		out.Text = strings.TrimSpace(e.Text)
	}
	for _, c := range e.Children {
		k := squeeze(c)
		k.Tail = strings.TrimSpace(c.Tail)
		out.Children = append(out.Children, k)
	}
	return out
}

func parse(t *testing.T, doc string) *Element {
	t.Helper()
	e, err := ParseElement([]byte(doc))
	if err != nil {
		t.Fatalf("ParseElement: %v\n%s", err, doc)
	}
	return e
}

func TestGolden(t *testing.T) {
	codec := NewCodec(allExt...)
	for _, g := range allGoldens() {
		t.Run(g.name, func(t *testing.T) {
			collect(t, []byte(g.doc))
			got, err := codec.Decode([]byte(g.doc))
			if err != nil {
				t.Fatalf("decode: %v", err)
			}
			if got.Greeting != nil {
				got.Greeting.DCP = squeeze(got.Greeting.DCP)
				got.Greeting.DCP.Tail = ""
			}
			if diff := cmp.Diff(g.msg, got, cmpOpts); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
			frame := AppendMessage(nil, g.msg)
			collect(t, frame)
			want, have := squeeze(parse(t, g.doc)), squeeze(parse(t, string(frame)))
			// paResult="true" and "1" are the same boolean.
			if diff := cmp.Diff(want, have, cmp.Comparer(func(a, b Attr) bool {
				return a == b || a.Local == b.Local && a.Local == "paResult" && (a.Value == "1" || a.Value == "true")
			})); diff != "" {
				t.Errorf("encoded (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCodes(t *testing.T) {
	if len(Codes) != 34 {
		t.Fatalf("%d codes, RFC 5730 has 34", len(Codes))
	}
	seen := map[string]bool{}
	for _, c := range Codes {
		text := c.Text()
		if text == "" || seen[text] {
			t.Errorf("code %d: text %q is empty or not its own", c, text)
		}
		seen[text] = true
		if c.IsSuccess() != (c < 2000) {
			t.Errorf("code %d: IsSuccess %v", c, c.IsSuccess())
		}
		closes := c == 1500 || c == 2500 || c == 2501 || c == 2502
		if c.Closes() != closes {
			t.Errorf("code %d: Closes %v", c, c.Closes())
		}
		r := Fail(c, "")
		r.SvTRID = "SRV-1"
		collect(t, EncodeResponse(r)) // the schema's enumeration agrees
	}
}
