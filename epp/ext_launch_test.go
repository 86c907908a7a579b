package epp

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	lauNS = `xmlns:launch="urn:ietf:params:xml:ns:launch-1.0"`
	mrkNS = `xmlns:mark="urn:ietf:params:xml:ns:mark-1.0"`
	smdNS = `xmlns:smd="urn:ietf:params:xml:ns:signedMark-1.0"`

	party = `<mark:org>Lanterns &amp; Co</mark:org><mark:addr><mark:street>3 Harbour Road</mark:street><mark:city>Xiamen</mark:city><mark:sp>Fujian</mark:sp><mark:pc>361001</mark:pc><mark:cc>CN</mark:cc></mark:addr>`

	markDoc = `<mark:mark ` + mrkNS + `><mark:trademark><mark:id>0007-12</mark:id><mark:markName>Red Lantern</mark:markName>
    <mark:holder entitlement="owner">` + party + `</mark:holder>
    <mark:contact type="agent"><mark:name>Li Hua</mark:name>` + party + `<mark:voice x="9">+86.592555</mark:voice><mark:fax>+86.592556</mark:fax><mark:email>li@agents.example</mark:email></mark:contact>
    <mark:jurisdiction>CN</mark:jurisdiction><mark:class>9</mark:class><mark:class>35</mark:class><mark:label>red-lantern</mark:label><mark:label>redlantern</mark:label>
    <mark:goodsAndServices>Lamps of all kinds</mark:goodsAndServices><mark:apId>A-1</mark:apId><mark:apDate>2019-02-03T00:00:00Z</mark:apDate>
    <mark:regNum>998877</mark:regNum><mark:regDate>2020-02-03T00:00:00Z</mark:regDate><mark:exDate>2030-02-03T00:00:00Z</mark:exDate></mark:trademark>
   <mark:treatyOrStatute><mark:id>0007-13</mark:id><mark:markName>Old Lantern</mark:markName><mark:holder>` + party + `</mark:holder>
    <mark:protection><mark:cc>CH</mark:cc><mark:region>Bern</mark:region><mark:ruling>CH</mark:ruling></mark:protection><mark:label>old-lantern</mark:label>
    <mark:goodsAndServices>Lamps</mark:goodsAndServices><mark:refNum>55</mark:refNum><mark:proDate>1999-01-01T00:00:00Z</mark:proDate><mark:title>Lamp treaty</mark:title><mark:execDate>1998-01-01T00:00:00Z</mark:execDate></mark:treatyOrStatute>
   <mark:court><mark:id>0007-14</mark:id><mark:markName>Lost Lantern</mark:markName><mark:holder entitlement="licensee">` + party + `</mark:holder><mark:label>lost-lantern</mark:label>
    <mark:goodsAndServices>Lamps</mark:goodsAndServices><mark:refNum>77</mark:refNum><mark:proDate>2001-01-01T00:00:00Z</mark:proDate><mark:cc>CN</mark:cc><mark:region>Fujian</mark:region><mark:courtName>Lamp court</mark:courtName></mark:court></mark:mark>`

	signature = `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>` +
		`<Reference URI="#lantern"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>AAAA</DigestValue></Reference></SignedInfo><SignatureValue>AAAA</SignatureValue></Signature>`

	smallMark = `<mark:mark ` + mrkNS + `><mark:trademark><mark:id>0007-12</mark:id><mark:markName>Red Lantern</mark:markName><mark:holder entitlement="owner">` + party + `</mark:holder><mark:jurisdiction>CN</mark:jurisdiction><mark:goodsAndServices>Lamps</mark:goodsAndServices><mark:regNum>998877</mark:regNum><mark:regDate>2020-02-03T00:00:00Z</mark:regDate></mark:trademark></mark:mark>`

	signedMarkDoc = `<smd:signedMark ` + smdNS + ` id="lantern"><smd:id>0007-99</smd:id><smd:issuerInfo issuerID="7"><smd:org>Mark house</smd:org><smd:email>desk@marks.example</smd:email><smd:url>https://marks.example</smd:url><smd:voice>+41.4455</smd:voice></smd:issuerInfo>` +
		`<smd:notBefore>2026-01-01T00:00:00Z</smd:notBefore><smd:notAfter>2030-01-01T00:00:00Z</smd:notAfter>` + smallMark + signature + `</smd:signedMark>`
)

func lanternParty(role string) MarkParty {
	return MarkParty{Role: role, Org: "Lanterns & Co", Addr: PostalAddr{[]string{"3 Harbour Road"}, "Xiamen", "Fujian", "361001", "CN"}}
}

func bigMark() *Mark {
	agent := lanternParty("agent")
	agent.Name, agent.Voice, agent.Fax, agent.Email = "Li Hua", Phone{"+86.592555", "9"}, Phone{Number: "+86.592556"}, "li@agents.example"
	return &Mark{
		Trademarks: []Trademark{{MarkBase: MarkBase{ID: "0007-12", Name: "Red Lantern", Holders: []MarkParty{lanternParty("owner")}, Contacts: []MarkParty{agent},
			Labels: []string{"red-lantern", "redlantern"}, Goods: "Lamps of all kinds"}, CC: "CN", Classes: []int{9, 35}, ApID: "A-1", ApDate: at("2019-02-03T00:00:00Z"),
			RegNum: "998877", RegDate: at("2020-02-03T00:00:00Z"), ExDate: at("2030-02-03T00:00:00Z")}},
		Treaties: []TreatyMark{{MarkBase: MarkBase{ID: "0007-13", Name: "Old Lantern", Holders: []MarkParty{lanternParty("")}, Labels: []string{"old-lantern"}, Goods: "Lamps"},
			Protections: []MarkProtection{{CC: "CH", Region: "Bern", Rulings: []string{"CH"}}}, RefNum: "55", ProDate: at("1999-01-01T00:00:00Z"), Title: "Lamp treaty", ExecDate: at("1998-01-01T00:00:00Z")}},
		Courts: []CourtMark{{MarkBase: MarkBase{ID: "0007-14", Name: "Lost Lantern", Holders: []MarkParty{lanternParty("licensee")}, Labels: []string{"lost-lantern"}, Goods: "Lamps"},
			RefNum: "77", ProDate: at("2001-01-01T00:00:00Z"), CC: "CN", Regions: []string{"Fujian"}, CourtName: "Lamp court"}},
	}
}

func lanternMark() *Mark {
	return &Mark{Trademarks: []Trademark{{MarkBase: MarkBase{ID: "0007-12", Name: "Red Lantern", Holders: []MarkParty{lanternParty("owner")}, Goods: "Lamps"}, CC: "CN", RegNum: "998877", RegDate: at("2020-02-03T00:00:00Z")}}}
}

func lanternSigned() *SignedMark {
	sig, err := ParseElement([]byte(signature))
	if err != nil {
		panic(err)
	}
	return &SignedMark{Ref: "lantern", ID: "0007-99", Issuer: SignedMarkIssuer{ID: "7", Org: "Mark house", Email: "desk@marks.example", URL: "https://marks.example", Voice: Phone{Number: "+41.4455"}},
		NotBefore: at("2026-01-01T00:00:00Z"), NotAfter: at("2030-01-01T00:00:00Z"), Mark: lanternMark(), Signature: sig}
}

// launchCreateDoc is a domain create with a launch create of this content.
func launchCreateDoc(attr, inner string) string {
	return command(`<create><domain:create ` + domNS + `><domain:name>red-lantern.example</domain:name><domain:authInfo><domain:pw/></domain:authInfo></domain:create></create>
      <extension><launch:create ` + lauNS + attr + `>` + inner + `</launch:create></extension>`)
}

func launchCreateAct(c *LaunchCreate) *Message {
	return act(&DomainCreate{Name: "red-lantern.example", AuthInfo: &AuthInfo{}}, c)
}

var (
	lanternCheck = `<check><domain:check ` + domNS + `><domain:name>red-lantern.example</domain:name></domain:check></check>`
	lanternID    = LaunchID{Phase: LaunchPhase{Phase: PhaseSunrise}, ApplicationID: "app-41"}
	lanternIDs   = `<launch:phase>sunrise</launch:phase><launch:applicationID>app-41</launch:applicationID>`
)

var launchGoldens = []golden{
	{"launch claims check", command(lanternCheck + `<extension><launch:check ` + lauNS + ` type="claims"><launch:phase>claims</launch:phase></launch:check></extension>`),
		act(&DomainCheck{[]string{"red-lantern.example"}}, &LaunchCheck{Type: LaunchCheckClaims, Phase: LaunchPhase{Phase: PhaseClaims}})},
	{"launch availability check", command(lanternCheck + `<extension><launch:check ` + lauNS + ` type="avail"><launch:phase name="idn-rush">custom</launch:phase></launch:check></extension>`),
		act(&DomainCheck{[]string{"red-lantern.example"}}, &LaunchCheck{Type: LaunchCheckAvail, Phase: LaunchPhase{PhaseCustom, "idn-rush"}})},
	{"launch trademark check", command(lanternCheck + `<extension><launch:check ` + lauNS + ` type="trademark"/></extension>`),
		act(&DomainCheck{[]string{"red-lantern.example"}}, &LaunchCheck{Type: LaunchCheckTrademark})},
	{"launch check answer", response(`<extension><launch:chkData ` + lauNS + `><launch:phase>claims</launch:phase>
      <launch:cd><launch:name exists="0">blue.example</launch:name></launch:cd>
      <launch:cd><launch:name exists="1">red-lantern.example</launch:name><launch:claimKey validatorID="tmch">2026/A/1</launch:claimKey><launch:claimKey>2026/B/2</launch:claimKey></launch:cd></launch:chkData></extension>`),
		res(nil, &LaunchCheckData{Phase: LaunchPhase{Phase: PhaseClaims}, Items: []LaunchCheckItem{{Name: "blue.example"},
			{Name: "red-lantern.example", Exists: true, ClaimKeys: []ValidatedText{{"2026/A/1", "tmch"}, {Text: "2026/B/2"}}}}})},
	{"launch info", command(`<info><domain:info ` + domNS + `><domain:name hosts="all">red-lantern.example</domain:name></domain:info></info>
      <extension><launch:info ` + lauNS + ` includeMark="true">` + lanternIDs + `</launch:info></extension>`),
		act(&DomainInfo{Name: "red-lantern.example"}, &LaunchInfo{Phase: lanternID.Phase, ApplicationID: "app-41", IncludeMark: true})},
	{"launch info answer", response(infoOf + `<extension><launch:infData ` + lauNS + `>` + lanternIDs + `<launch:status s="pendingValidation" lang="fr">en examen</launch:status>` + markDoc + `</launch:infData></extension>`),
		res(infoData(), &LaunchInfoData{Phase: lanternID.Phase, ApplicationID: "app-41", Status: &LaunchStatus{Status: LaunchPendingValidation, Lang: "fr", Text: "en examen"}, Marks: []Value{bigMark()}})},
	{"launch info answer, least", response(infoOf + `<extension><launch:infData ` + lauNS + `><launch:phase name="late">landrush</launch:phase><launch:status s="custom" name="auction"/></launch:infData></extension>`),
		res(infoData(), &LaunchInfoData{Phase: LaunchPhase{PhaseLandrush, "late"}, Status: &LaunchStatus{Status: LaunchCustom, Name: "auction"}})},
	{"launch sunrise create, code and mark", launchCreateDoc(` type="application"`, `<launch:phase>sunrise</launch:phase>
      <launch:codeMark><launch:code validatorID="house">c0de-1</launch:code>`+smallMark+`</launch:codeMark><launch:codeMark><launch:code>c0de-2</launch:code></launch:codeMark><launch:codeMark>`+markDoc+`</launch:codeMark>`),
		launchCreateAct(&LaunchCreate{Type: LaunchApplication, Phase: LaunchPhase{Phase: PhaseSunrise},
			CodeMarks: []CodeMark{{Code: ValidatedText{"c0de-1", "house"}, Mark: lanternMark()}, {Code: ValidatedText{Text: "c0de-2"}}, {Mark: bigMark()}}})},
	{"launch sunrise create, signed mark", launchCreateDoc("", `<launch:phase>sunrise</launch:phase>`+signedMarkDoc),
		launchCreateAct(&LaunchCreate{Phase: LaunchPhase{Phase: PhaseSunrise}, SignedMarks: []Value{lanternSigned()}})},
	{"launch sunrise create, encoded signed mark", launchCreateDoc(` type="registration"`, `<launch:phase>sunrise</launch:phase><smd:encodedSignedMark `+smdNS+`>PGE+Yg==</smd:encodedSignedMark><smd:encodedSignedMark `+smdNS+` encoding="own">any text</smd:encodedSignedMark>`),
		launchCreateAct(&LaunchCreate{Type: LaunchRegistration, Phase: LaunchPhase{Phase: PhaseSunrise}, Encoded: []*EncodedSignedMark{{Data: "PGE+Yg=="}, {Encoding: "own", Data: "any text"}}})},
	{"launch claims create", launchCreateDoc("", `<launch:phase>claims</launch:phase><launch:notice><launch:noticeID validatorID="tmch">49FD46E6C4B45C55D4AC</launch:noticeID><launch:notAfter>2026-12-19T10:00:10Z</launch:notAfter><launch:acceptedDate>2026-11-19T09:01:30Z</launch:acceptedDate></launch:notice>
      <launch:notice><launch:noticeID>second</launch:noticeID><launch:notAfter>2026-12-19T10:00:10Z</launch:notAfter><launch:acceptedDate>2026-11-19T09:01:31Z</launch:acceptedDate></launch:notice>`),
		launchCreateAct(&LaunchCreate{Phase: LaunchPhase{Phase: PhaseClaims}, Notices: []LaunchNotice{
			{ValidatedText{"49FD46E6C4B45C55D4AC", "tmch"}, at("2026-12-19T10:00:10Z"), at("2026-11-19T09:01:30Z")},
			{ValidatedText{Text: "second"}, at("2026-12-19T10:00:10Z"), at("2026-11-19T09:01:31Z")}}})},
	{"launch open create", launchCreateDoc("", `<launch:phase>open</launch:phase>`), launchCreateAct(&LaunchCreate{Phase: LaunchPhase{Phase: PhaseOpen}})},
	{"launch create answer", response(`<resData><domain:creData ` + domNS + `><domain:name>red-lantern.example</domain:name><domain:crDate>2026-11-23T22:00:00Z</domain:crDate></domain:creData></resData>
      <extension><launch:creData ` + lauNS + `>` + lanternIDs + `</launch:creData></extension>`),
		res(&DomainCreateData{Name: "red-lantern.example", CrDate: at("2026-11-23T22:00:00Z")}, &LaunchCreateData{lanternID})},
	{"launch update", command(`<update><domain:update ` + domNS + `><domain:name>red-lantern.example</domain:name><domain:chg><domain:registrant>jd1234</domain:registrant></domain:chg></domain:update></update>
      <extension><launch:update ` + lauNS + `>` + lanternIDs + `</launch:update></extension>`),
		act(&DomainUpdate{Name: "red-lantern.example", Chg: &DomainChange{Registrant: ptr("jd1234")}}, &LaunchUpdate{lanternID})},
	{"launch delete", command(`<delete><domain:delete ` + domNS + `><domain:name>red-lantern.example</domain:name></domain:delete></delete>
      <extension><launch:delete ` + lauNS + `>` + lanternIDs + `</launch:delete></extension>`),
		act(&DomainDelete{"red-lantern.example"}, &LaunchDelete{lanternID})},
}

func TestLaunchCommandsRefused(t *testing.T) {
	launch := func(verb, attr, inner string) string {
		return withExt(`<launch:` + verb + ` ` + lauNS + attr + `>` + inner + `</launch:` + verb + `>`)
	}
	const phase = `<launch:phase>claims</launch:phase>`
	notice := func(inner string) string {
		return launch("create", "", phase+`<launch:notice>`+inner+`</launch:notice>`)
	}
	refused(t, map[string]refusal{
		"check of no phase":       {launch("check", "", ""), CodeMissingParameter},
		"check of unknown form":   {launch("check", ` type="all"`, phase), CodeValueSyntax},
		"check of unknown phase":  {launch("check", "", `<launch:phase>sunset</launch:phase>`), CodeValueSyntax},
		"check with more":         {launch("check", "", phase+`<launch:name>a</launch:name>`), CodeSyntaxError},
		"info of no phase":        {launch("info", "", ""), CodeMissingParameter},
		"info, no boolean":        {launch("info", ` includeMark="maybe"`, phase), CodeValueSyntax},
		"create of no phase":      {launch("create", "", ""), CodeMissingParameter},
		"create of unknown type":  {launch("create", ` type="option"`, phase), CodeValueSyntax},
		"empty code mark":         {launch("create", "", phase+`<launch:codeMark/>`), CodeMissingParameter},
		"two marks in one":        {launch("create", "", phase+`<launch:codeMark>`+smallMark+smallMark+`</launch:codeMark>`), CodeSyntaxError},
		"codes and signed marks":  {launch("create", "", phase+`<launch:codeMark><launch:code>a</launch:code></launch:codeMark><smd:encodedSignedMark `+smdNS+`>QUFB</smd:encodedSignedMark>`), CodeSyntaxError},
		"signed and encoded":      {launch("create", "", phase+signedMarkDoc+`<smd:encodedSignedMark `+smdNS+`>QUFB</smd:encodedSignedMark>`), CodeSyntaxError},
		"encoded, not base64":     {launch("create", "", phase+`<smd:encodedSignedMark `+smdNS+`>=!</smd:encodedSignedMark>`), CodeValueSyntax},
		"encoded, empty":          {launch("create", "", phase+`<smd:encodedSignedMark `+smdNS+`/>`), CodeMissingParameter},
		"signed without sign":     {launch("create", "", phase+strings.Replace(signedMarkDoc, signature, "", 1)), CodeMissingParameter},
		"signed without mark":     {launch("create", "", phase+strings.Replace(signedMarkDoc, smallMark, "", 1)), CodeMissingParameter},
		"mark without holder":     {launch("create", "", phase+`<launch:codeMark><mark:mark `+mrkNS+`><mark:trademark><mark:id>1-2</mark:id></mark:trademark></mark:mark></launch:codeMark>`), CodeMissingParameter},
		"mark of odd class":       {launch("create", "", phase+`<launch:codeMark>`+strings.Replace(smallMark, "<mark:goodsAndServices>", "<mark:class>nine</mark:class><mark:goodsAndServices>", 1)+`</launch:codeMark>`), CodeValueSyntax},
		"mark with more":          {launch("create", "", phase+`<launch:codeMark>`+strings.Replace(smallMark, "<mark:goodsAndServices>", "<mark:colour/><mark:goodsAndServices>", 1)+`</launch:codeMark>`), CodeSyntaxError},
		"notice of no id":         {notice(`<launch:notAfter>2026-12-19T10:00:10Z</launch:notAfter><launch:acceptedDate>2026-11-19T09:01:30Z</launch:acceptedDate>`), CodeMissingParameter},
		"notice never accepted":   {notice(`<launch:noticeID>a</launch:noticeID><launch:notAfter>2026-12-19T10:00:10Z</launch:notAfter>`), CodeMissingParameter},
		"notice without end":      {notice(`<launch:noticeID>a</launch:noticeID><launch:acceptedDate>2026-11-19T09:01:30Z</launch:acceptedDate>`), CodeMissingParameter},
		"notice of odd date":      {notice(`<launch:noticeID>a</launch:noticeID><launch:notAfter>later</launch:notAfter>`), CodeValueSyntax},
		"update of no id":         {launch("update", "", phase), CodeMissingParameter},
		"delete of no phase":      {launch("delete", "", `<launch:applicationID>a</launch:applicationID>`), CodeMissingParameter},
		"unknown launch command":  {launch("renew", "", phase), CodeSyntaxError},
		"element of nobody":       {launch("update", "", lanternIDs+`<x xmlns="urn:x"/>`), CodeSyntaxError},
		"unknown of signed marks": {launch("create", "", phase+`<smd:stamp `+smdNS+`/>`), CodeSyntaxError},
	})
}

// Marks of somebody's own kind are kept, on either side.
func TestForeignMarksAreKept(t *testing.T) {
	const own = `<m:seal xmlns:m="urn:seals"><m:n>1</m:n></m:seal>`
	codec := NewCodec(allExt...)
	m, err := codec.Decode([]byte(launchCreateDoc("", `<launch:phase>sunrise</launch:phase>`+own)))
	if err != nil {
		t.Fatal(err)
	}
	c, _ := Find[*LaunchCreate](m.Command.Extensions)
	if raw, ok := Find[*Raw](c.SignedMarks); !ok || !strings.Contains(string(EncodeCommand(m.Command)), string(raw.XML())) {
		t.Errorf("signed marks %+v", c.SignedMarks)
	}
	m, err = codec.Decode([]byte(response(`<extension><launch:infData ` + lauNS + `><launch:phase>future</launch:phase><launch:more/>` + own + `</launch:infData></extension>`)))
	if err != nil {
		t.Fatal(err)
	}
	d, ok := Find[*LaunchInfoData](m.Response.Extensions)
	if !ok || d.Phase.Phase != "future" || len(d.Marks) != 1 || d.Marks[0].Namespace() != "urn:seals" {
		t.Errorf("info %+v", d)
	}
}

func TestSMD(t *testing.T) {
	b64 := base64.StdEncoding.EncodeToString([]byte(signedMarkDoc))
	var lines strings.Builder
	for i := 0; i < len(b64); i += 64 {
		lines.WriteString(b64[i:min(i+64, len(b64))] + "\r\n")
	}
	for name, file := range map[string]string{
		"as handed out": "Mark: Red Lantern\r\nsmdID: 0007-99\r\n-----BEGIN ENCODED SMD-----\r\n" + lines.String() + "-----END ENCODED SMD-----\r\n",
		"base64 alone":  lines.String(),
		"the document":  "\ufeff" + signedMarkDoc + "\n",
	} {
		e, err := ParseSMD([]byte(file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if doc, err := e.Document(); err != nil || !bytes.Equal(doc, []byte(signedMarkDoc)) {
			t.Errorf("%s: the document is not what was signed: %v", name, err)
		}
		s, err := e.SignedMark()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(lanternSigned(), s); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", name, diff)
		}
	}
	for name, file := range map[string]string{
		"empty": "", "text": "hello", "cut off": "-----BEGIN ENCODED SMD-----\n" + b64[:100],
		"another XML":      "<a/>",
		"another document": base64.StdEncoding.EncodeToString([]byte("<a/>")),
		"not XML":          base64.StdEncoding.EncodeToString([]byte("mark")),
	} {
		if e, err := ParseSMD([]byte(file)); err == nil {
			t.Errorf("%s: accepted as %+v", name, e)
		}
	}
	// White space within the text, as in files, does no harm on the wire.
	m, err := NewCodec(Launch).Decode([]byte(launchCreateDoc("", `<launch:phase>sunrise</launch:phase><smd:encodedSignedMark `+smdNS+` encoding="base64">`+lines.String()+`</smd:encodedSignedMark>`)))
	if err != nil {
		t.Fatal(err)
	}
	c, _ := Find[*LaunchCreate](m.Command.Extensions)
	if s, err := c.Encoded[0].SignedMark(); err != nil || s.ID != "0007-99" {
		t.Errorf("signed mark from the wire: %+v %v", s, err)
	}
	if _, err := (&EncodedSignedMark{Encoding: "own", Data: b64}).SignedMark(); err == nil {
		t.Error("a signed mark of unknown encoding was read")
	}
}
