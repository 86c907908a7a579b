package epp

import (
	"strings"
	"testing"
)

// The extensions of names and of their variants, and two small ones.

const (
	idnNS  = `xmlns:idn="urn:ietf:params:xml:ns:idn-1.0"`
	bdnNS  = `xmlns:b-dn="urn:ietf:params:xml:ns:epp:b-dn"`
	cdnNS  = `xmlns:cdn="urn:ietf:params:xml:ns:cdn-1.0"`
	mailNS = `xmlns:addlEmail="urn:ietf:params:xml:ns:epp:addlEmail-1.0"`
	lowNS  = `xmlns:lowbalance-poll="http://www.verisign.com/epp/lowbalance-poll-1.0"`

	createCN = `<create><domain:create ` + domNS + `><domain:name>xn--fsq270a.xn--fiqs8s</domain:name><domain:authInfo><domain:pw/></domain:authInfo></domain:create></create>`
)

func creates() *DomainCreate {
	return &DomainCreate{Name: "xn--fsq270a.xn--fiqs8s", AuthInfo: &AuthInfo{}}
}

var nameGoldens = []golden{
	{"idn create", command(createCN + `<extension><idn:data ` + idnNS + `><idn:table>zh-Hans</idn:table><idn:uname>实例.中国</idn:uname></idn:data></extension>`),
		act(creates(), &IDNData{"zh-Hans", "实例.中国"})},
	{"idn info answer", response(`<extension><idn:data ` + idnNS + `><idn:table>de</idn:table></idn:data></extension>`),
		res(nil, &IDNData{Table: "de"})},

	{"bundle create", command(createCN + `<extension><b-dn:create ` + bdnNS + `><b-dn:rdn uLabel="实例.中国">xn--fsq270a.xn--fiqs8s</b-dn:rdn></b-dn:create></extension>`),
		act(creates(), &BundleCreate{&BundleName{"xn--fsq270a.xn--fiqs8s", "实例.中国"}})},
	{"bundle create, the server's choice", command(createCN + `<extension><b-dn:create ` + bdnNS + `/></extension>`),
		act(creates(), &BundleCreate{})},
	{"bundle info answer", response(`<extension><b-dn:infData ` + bdnNS + `><b-dn:bundle><b-dn:rdn uLabel="实例.中国">xn--fsq270a.xn--fiqs8s</b-dn:rdn>
      <b-dn:bdn uLabel="實例.中國">xn--fsqz41a.xn--fiqz9s</b-dn:bdn><b-dn:bdn>xn--fsq470a.xn--fiqz9s</b-dn:bdn></b-dn:bundle></b-dn:infData></extension>`),
		res(nil, &BundleData{VerbInfo, BundleName{"xn--fsq270a.xn--fiqs8s", "实例.中国"}, []BundleName{{"xn--fsqz41a.xn--fiqz9s", "實例.中國"}, {Name: "xn--fsq470a.xn--fiqz9s"}}})},
	{"bundle create answer", response(`<extension><b-dn:creData ` + bdnNS + `><b-dn:bundle><b-dn:rdn>xn--fsq270a.xn--fiqs8s</b-dn:rdn></b-dn:bundle></b-dn:creData></extension>`),
		res(nil, &BundleData{Verb: VerbCreate, RDN: BundleName{Name: "xn--fsq270a.xn--fiqs8s"}})},
	{"bundle delete answer", response(`<extension><b-dn:delData ` + bdnNS + `><b-dn:bundle><b-dn:rdn>xn--fsq270a.xn--fiqs8s</b-dn:rdn></b-dn:bundle></b-dn:delData></extension>`),
		res(nil, &BundleData{Verb: VerbDelete, RDN: BundleName{Name: "xn--fsq270a.xn--fiqs8s"}})},
	{"bundle renew answer", response(`<extension><b-dn:renData ` + bdnNS + `><b-dn:bundle><b-dn:rdn>xn--fsq270a.xn--fiqs8s</b-dn:rdn></b-dn:bundle></b-dn:renData></extension>`),
		res(nil, &BundleData{Verb: VerbRenew, RDN: BundleName{Name: "xn--fsq270a.xn--fiqs8s"}})},
	{"bundle transfer answer", response(`<extension><b-dn:trnData ` + bdnNS + `><b-dn:bundle><b-dn:rdn>xn--fsq270a.xn--fiqs8s</b-dn:rdn></b-dn:bundle></b-dn:trnData></extension>`),
		res(nil, &BundleData{Verb: VerbTransfer, RDN: BundleName{Name: "xn--fsq270a.xn--fiqs8s"}})},
	{"bundle update answer", response(`<extension><b-dn:upData ` + bdnNS + `><b-dn:bundle><b-dn:rdn>xn--fsq270a.xn--fiqs8s</b-dn:rdn></b-dn:bundle></b-dn:upData></extension>`),
		res(nil, &BundleData{Verb: VerbUpdate, RDN: BundleName{Name: "xn--fsq270a.xn--fiqs8s"}})},

	{"cdn create", command(createCN + `<extension><cdn:create ` + cdnNS + `><cdn:SCDN>实例.中国</cdn:SCDN><cdn:TCDN>實例.中國</cdn:TCDN><cdn:VCDNList><cdn:VCDN>実例.中國</cdn:VCDN><cdn:VCDN>寔例.中國</cdn:VCDN></cdn:VCDNList></cdn:create></extension>`),
		act(creates(), &CDNCreate{CDNNames{"实例.中国", "實例.中國", []string{"実例.中國", "寔例.中國"}}})},
	{"cdn update", command(`<update><domain:update ` + domNS + `><domain:name>xn--fsq270a.xn--fiqs8s</domain:name></domain:update></update>
      <extension><cdn:update ` + cdnNS + `><cdn:chg><cdn:TCDN>實例.中國</cdn:TCDN></cdn:chg><cdn:add><cdn:VCDN>実例.中國</cdn:VCDN></cdn:add><cdn:rem><cdn:VCDN>寔例.中國</cdn:VCDN></cdn:rem></cdn:update></extension>`),
		act(&DomainUpdate{Name: "xn--fsq270a.xn--fiqs8s"}, &CDNUpdate{TCDN: "實例.中國", Add: []string{"実例.中國"}, Rem: []string{"寔例.中國"}})},
	{"cdn info answer", response(`<extension><cdn:infData ` + cdnNS + `><cdn:OCDNPunycode>xn--fsq270a.xn--fiqs8s</cdn:OCDNPunycode><cdn:SCDN>实例.中国</cdn:SCDN><cdn:SCDNPunycode>xn--fsq270a.xn--fiqs8s</cdn:SCDNPunycode>
      <cdn:TCDN>實例.中國</cdn:TCDN><cdn:TCDNPunycode>xn--fsqz41a.xn--fiqz9s</cdn:TCDNPunycode><cdn:VCDNList><cdn:VCDN>実例.中國</cdn:VCDN><cdn:VCDNPunycode>xn--fsq470a.xn--fiqz9s</cdn:VCDNPunycode></cdn:VCDNList></cdn:infData></extension>`),
		res(nil, &CDNInfoData{OCDNPunycode: "xn--fsq270a.xn--fiqs8s", SCDN: "实例.中国", SCDNPunycode: "xn--fsq270a.xn--fiqs8s", TCDN: "實例.中國", TCDNPunycode: "xn--fsqz41a.xn--fiqz9s",
			VCDN: []string{"実例.中國"}, VCDNPunycode: []string{"xn--fsq470a.xn--fiqz9s"}})},
	{"cdn create answer", response(`<extension><cdn:creData ` + cdnNS + `><cdn:SCDN>实例.中国</cdn:SCDN></cdn:creData></extension>`),
		res(nil, &CDNData{VerbCreate, CDNNames{SCDN: "实例.中国"}})},
	{"cdn delete answer", response(`<extension><cdn:delData ` + cdnNS + `><cdn:SCDN>实例.中国</cdn:SCDN><cdn:TCDN>實例.中國</cdn:TCDN></cdn:delData></extension>`),
		res(nil, &CDNData{VerbDelete, CDNNames{SCDN: "实例.中国", TCDN: "實例.中國"}})},
	{"cdn renew answer", response(`<extension><cdn:renData ` + cdnNS + `><cdn:VCDNList><cdn:VCDN>実例.中國</cdn:VCDN></cdn:VCDNList></cdn:renData></extension>`),
		res(nil, &CDNData{VerbRenew, CDNNames{VCDN: []string{"実例.中國"}}})},
	{"cdn transfer by poll", message(`<msgQ count="1" id="77"><qDate>2026-06-06T22:00:00Z</qDate><msg>Transfer requested.</msg></msgQ>
      <resData><domain:trnData ` + domNS + `><domain:name>xn--fsq270a.xn--fiqs8s</domain:name><domain:trStatus>pending</domain:trStatus><domain:reID>rival</domain:reID><domain:reDate>2026-06-06T22:00:00Z</domain:reDate><domain:acID>opr</domain:acID><domain:acDate>2026-06-11T22:00:00Z</domain:acDate></domain:trnData></resData>
      <extension><cdn:trnData ` + cdnNS + `><cdn:SCDN>实例.中国</cdn:SCDN><cdn:TCDN>實例.中國</cdn:TCDN><cdn:VCDNList><cdn:VCDN>実例.中國</cdn:VCDN></cdn:VCDNList></cdn:trnData></extension>`),
		polled("77", "2026-06-06T22:00:00Z", "Transfer requested.", &DomainTransferData{Name: "xn--fsq270a.xn--fiqs8s", TrStatus: TransferPending, ReID: "rival",
			ReDate: at("2026-06-06T22:00:00Z"), AcID: "opr", AcDate: at("2026-06-11T22:00:00Z")},
			&CDNData{VerbTransfer, CDNNames{"实例.中国", "實例.中國", []string{"実例.中國"}}})},

	{"additional e-mail create", command(`<delete><contact:delete ` + conNS + `><contact:id>sh8013</contact:id></contact:delete></delete>
      <extension><addlEmail:addlEmail ` + mailNS + `><addlEmail:email primary="true">张三@例子.中国</addlEmail:email></addlEmail:addlEmail></extension>`),
		act(&ContactDelete{"sh8013"}, &AdditionalEmail{Email: "张三@例子.中国", Primary: true})},
	{"additional e-mail removed", command(`<update><contact:update ` + conNS + `><contact:id>sh8013</contact:id></contact:update></update>
      <extension><addlEmail:addlEmail ` + mailNS + `><addlEmail:email/></addlEmail:addlEmail></extension>`),
		act(&ContactUpdate{ID: "sh8013"}, &AdditionalEmail{})},
	{"additional e-mail info answer", response(`<extension><addlEmail:addlEmail ` + mailNS + `><addlEmail:email>zhang@example.cn</addlEmail:email></addlEmail:addlEmail></extension>`),
		res(nil, &AdditionalEmail{Email: "zhang@example.cn"})},

	{"low balance by poll", message(`<msgQ count="1" id="12345"><qDate>2026-06-06T22:00:00Z</qDate><msg>Low Account Balance</msg></msgQ>
      <resData><lowbalance-poll:pollData ` + lowNS + `><lowbalance-poll:registrarName>Example Registrar, Inc.</lowbalance-poll:registrarName><lowbalance-poll:creditLimit>1000.00</lowbalance-poll:creditLimit>
      <lowbalance-poll:creditThreshold type="PERCENT">10</lowbalance-poll:creditThreshold><lowbalance-poll:availableCredit>80.00</lowbalance-poll:availableCredit></lowbalance-poll:pollData></resData>`),
		polled("12345", "2026-06-06T22:00:00Z", "Low Account Balance", &LowBalanceData{"Example Registrar, Inc.", "1000.00", "10", ThresholdPercent, "80.00"})},
}

// message is the document of an answer to a poll; polled is what it says.
func message(inner string) string {
	return strings.Replace(response(inner), `1000"><msg>Command completed successfully`, `1301"><msg>Command completed successfully; ack to dequeue`, 1)
}

func polled(id, date, msg string, data Value, ext ...Value) *Message {
	m := res(data, ext...)
	m.Response.Results[0] = Result{Code: CodeAckToDequeue, Msg: CodeAckToDequeue.Text()}
	m.Response.MsgQ = &MsgQ{Count: 1, ID: id, QDate: at(date), Msg: msg}
	return m
}

func TestNameCommandsRefused(t *testing.T) {
	idn := func(inner string) string { return withExt(`<idn:data ` + idnNS + `>` + inner + `</idn:data>`) }
	bundle := func(inner string) string { return withExt(`<b-dn:create ` + bdnNS + `>` + inner + `</b-dn:create>`) }
	cdn := func(cmd, inner string) string {
		return withExt(`<cdn:` + cmd + ` ` + cdnNS + `>` + inner + `</cdn:` + cmd + `>`)
	}
	mail := func(inner string) string {
		return withExt(`<addlEmail:addlEmail ` + mailNS + `>` + inner + `</addlEmail:addlEmail>`)
	}
	long := strings.Repeat("例", 256)
	refusedBySchema(t, map[string]refusal{
		"idn without table":          {idn(`<idn:uname>实例.中国</idn:uname>`), CodeMissingParameter},
		"idn of an empty table":      {idn(`<idn:table> </idn:table>`), CodeMissingParameter},
		"idn uname too long":         {idn(`<idn:table>zh</idn:table><idn:uname>` + long + `</idn:uname>`), CodeValueSyntax},
		"idn unknown element":        {idn(`<idn:table>zh</idn:table><idn:lang>zh</idn:lang>`), CodeSyntaxError},
		"idn unknown command":        {withExt(`<idn:create ` + idnNS + `/>`), CodeSyntaxError},
		"bundle of nothing":          {bundle(`<b-dn:rdn/>`), CodeMissingParameter},
		"bundle of two":              {bundle(`<b-dn:rdn>a</b-dn:rdn><b-dn:rdn>b</b-dn:rdn>`), CodeSyntaxError},
		"bundle, names given":        {bundle(`<b-dn:bdn>a</b-dn:bdn>`), CodeSyntaxError},
		"bundle label too long":      {bundle(`<b-dn:rdn uLabel="` + long + `">a</b-dn:rdn>`), CodeValueSyntax},
		"bundle unknown command":     {withExt(`<b-dn:update ` + bdnNS + `/>`), CodeSyntaxError},
		"cdn empty form":             {cdn("create", `<cdn:SCDN/>`), CodeMissingParameter},
		"cdn form too long":          {cdn("create", `<cdn:TCDN>`+long+`</cdn:TCDN>`), CodeValueSyntax},
		"cdn empty list":             {cdn("create", `<cdn:VCDNList/>`), CodeMissingParameter},
		"cdn punycode in create":     {cdn("create", `<cdn:SCDNPunycode>xn--fiqs8s</cdn:SCDNPunycode>`), CodeSyntaxError},
		"cdn adds nothing":           {cdn("update", `<cdn:add/>`), CodeMissingParameter},
		"cdn adds before it changes": {cdn("update", `<cdn:add><cdn:VCDN>a</cdn:VCDN></cdn:add><cdn:chg><cdn:SCDN>b</cdn:SCDN></cdn:chg>`), CodeSyntaxError},
		"idn uname first":            {idn(`<idn:uname>实例.中国</idn:uname><idn:table>zh</idn:table>`), CodeSyntaxError},
		"cdn adds a form":            {cdn("update", `<cdn:add><cdn:SCDN>实例</cdn:SCDN></cdn:add>`), CodeSyntaxError},
		"cdn changes a variant":      {cdn("update", `<cdn:chg><cdn:VCDN>实例</cdn:VCDN></cdn:chg>`), CodeSyntaxError},
		"cdn unknown command":        {cdn("renew", ``), CodeSyntaxError},
		"no e-mail":                  {mail(``), CodeMissingParameter},
		"two e-mails":                {mail(`<addlEmail:email>a@b.cn</addlEmail:email><addlEmail:email>c@d.cn</addlEmail:email>`), CodeSyntaxError},
		"e-mail without @":           {mail(`<addlEmail:email>a.b.cn</addlEmail:email>`), CodeValueSyntax},
		"e-mail without domain":      {mail(`<addlEmail:email>a@</addlEmail:email>`), CodeValueSyntax},
		"e-mail without mailbox":     {mail(`<addlEmail:email>@b.cn</addlEmail:email>`), CodeValueSyntax},
		"primary is no boolean":      {mail(`<addlEmail:email primary="first">a@b.cn</addlEmail:email>`), CodeValueSyntax},
		"e-mail unknown command":     {withExt(`<addlEmail:create ` + mailNS + `/>`), CodeSyntaxError},
	}, "e-mail without @", "e-mail without domain", "e-mail without mailbox")
}

func TestNameAnswersAreReadGenerously(t *testing.T) {
	m, err := NewCodec(allExt...).Decode([]byte(response(`<resData><l:pollData xmlns:l="http://www.verisign.com/epp/lowbalance-poll-1.0"><l:availableCredit>
	  5.00 </l:availableCredit><l:currency>USD</l:currency></l:pollData></resData>
	  <extension><b:trnData xmlns:b="urn:ietf:params:xml:ns:epp:b-dn"><b:since/><b:bundle><b:rdn>a.cn</b:rdn><b:odn>b.cn</b:odn></b:bundle></b:trnData>
	  <c:infData xmlns:c="urn:ietf:params:xml:ns:cdn-1.0"><c:SCDN/><c:VCDNList><c:VCDN>a</c:VCDN><c:VCDNPunycode>b</c:VCDNPunycode><c:VCDN>c</c:VCDN><c:VCDNPunycode>d</c:VCDNPunycode></c:VCDNList><c:more/></c:infData>
	  <c:upData xmlns:c="urn:ietf:params:xml:ns:cdn-1.0"/></extension>`)))
	if err != nil {
		t.Fatal(err)
	}
	if l, ok := Find[*LowBalanceData](m.Response.ResData); !ok || l.AvailableCredit != "5.00" || l.ThresholdType != ThresholdFixed && l.ThresholdType != "" {
		t.Errorf("%v %+v", ok, l)
	}
	if b, ok := Find[*BundleData](m.Response.Extensions); !ok || b.Verb != VerbTransfer || b.RDN.Name != "a.cn" || len(b.BDN) != 0 {
		t.Errorf("%v %+v", ok, b)
	}
	if c, ok := Find[*CDNInfoData](m.Response.Extensions); !ok || c.SCDN != "" || len(c.VCDN) != 2 || len(c.VCDNPunycode) != 2 || c.VCDN[1] != "c" {
		t.Errorf("%v %+v", ok, c)
	}
	if raw, ok := Find[*Raw](m.Response.Extensions); !ok || raw.Namespace() != NSCDN {
		t.Errorf("an element of no schema is lost: %+v", raw)
	}
}

func TestLowBalanceIsAnObject(t *testing.T) {
	c := NewCodec(LowBalance)
	if uris := c.ObjURIs(); uris[len(uris)-1] != NSLowBalance || len(c.ExtURIs()) != 0 {
		t.Errorf("announced as %v and %v", uris, c.ExtURIs())
	}
	m, err := c.Decode([]byte(command(`<info><lowbalance-poll:info ` + lowNS + `/></info>`)))
	if err != nil {
		t.Fatal(err)
	}
	if _, raw := m.Command.Action.(*RawAction); !raw {
		t.Errorf("a command on it: %+v", m.Command.Action)
	}
}
