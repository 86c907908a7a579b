package epp

import (
	"bytes"
	"testing"
)

const verNS = `xmlns:verificationCode="urn:ietf:params:xml:ns:verificationCode-1.0"`

var verificationCodeGoldens = []golden{
	{"verification code create", command(`<create><domain:create ` + domNS + `><domain:name>example.vercode</domain:name><domain:registrant>jd1234</domain:registrant><domain:authInfo><domain:pw>2fooBAR</domain:pw></domain:authInfo></domain:create></create>
      <extension><verificationCode:encodedSignedCode ` + verNS + `><verificationCode:code>PHNpZ25lZENvZGU+PC9zaWduZWRDb2RlPg==</verificationCode:code><verificationCode:code>PGE+</verificationCode:code></verificationCode:encodedSignedCode></extension>`),
		act(&DomainCreate{Name: "example.vercode", Registrant: "jd1234", AuthInfo: Password("2fooBAR")},
			NewEncodedSignedCode([]byte("<signedCode></signedCode>"), []byte("<a>")))},
	{"verification code update", command(`<update><domain:update ` + domNS + `><domain:name>example.vercode</domain:name></domain:update></update>
      <extension><verificationCode:encodedSignedCode ` + verNS + `><verificationCode:code>PGE+</verificationCode:code></verificationCode:encodedSignedCode></extension>`),
		act(&DomainUpdate{Name: "example.vercode"}, &EncodedSignedCode{[]string{"PGE+"}})},
	{"verification code renew", command(`<renew><domain:renew ` + domNS + `><domain:name>example.vercode</domain:name><domain:curExpDate>2027-04-03</domain:curExpDate></domain:renew></renew>
      <extension><verificationCode:encodedSignedCode ` + verNS + `><verificationCode:code>PGE+</verificationCode:code></verificationCode:encodedSignedCode></extension>`),
		act(&DomainRenew{Name: "example.vercode", CurExpDate: at("2027-04-03T00:00:00Z")}, &EncodedSignedCode{[]string{"PGE+"}})},
	{"verification code transfer", command(`<transfer op="request"><domain:transfer ` + domNS + `><domain:name>example.vercode</domain:name><domain:authInfo><domain:pw>2fooBAR</domain:pw></domain:authInfo></domain:transfer></transfer>
      <extension><verificationCode:encodedSignedCode ` + verNS + `><verificationCode:code>PGE+</verificationCode:code></verificationCode:encodedSignedCode></extension>`),
		act(&DomainTransfer{Op: TransferRequest, Name: "example.vercode", AuthInfo: Password("2fooBAR")}, &EncodedSignedCode{[]string{"PGE+"}})},
	{"verification code info", command(`<info><domain:info ` + domNS + `><domain:name hosts="all">example.vercode</domain:name></domain:info></info>
      <extension><verificationCode:info ` + verNS + ` profile="china"/></extension>`),
		act(&DomainInfo{Name: "example.vercode"}, &VerificationCodeInfo{Profile: "china"})},
	{"verification code info of all profiles", command(`<info><domain:info ` + domNS + `><domain:name hosts="all">example.vercode</domain:name></domain:info></info>
      <extension><verificationCode:info ` + verNS + `/></extension>`),
		act(&DomainInfo{Name: "example.vercode"}, &VerificationCodeInfo{})},
	{"verification code info answer", response(`<extension><verificationCode:infData ` + verNS + `><verificationCode:status>nonCompliant</verificationCode:status>
      <verificationCode:profile name="china"><verificationCode:status>nonCompliant</verificationCode:status>
        <verificationCode:missing><verificationCode:code type="domain" due="2026-04-03T22:00:00Z"/><verificationCode:code type="real-name" due="2026-04-08T22:00:00.5Z"/></verificationCode:missing>
        <verificationCode:set><verificationCode:code type="registrant" date="2026-04-03T22:00:00Z">1-abc333</verificationCode:code></verificationCode:set></verificationCode:profile>
      <verificationCode:profile name="sample"><verificationCode:status>notApplicable</verificationCode:status></verificationCode:profile></verificationCode:infData></extension>`),
		res(nil, &VerificationCodeInfoData{Status: VerificationNonCompliant, Profiles: []VerificationProfile{
			{Name: "china", Status: VerificationNonCompliant,
				Missing: []MissingVerificationCode{{"domain", at("2026-04-03T22:00:00Z")}, {"real-name", at("2026-04-08T22:00:00.5Z")}},
				Set:     []SetVerificationCode{{"1-abc333", "registrant", at("2026-04-03T22:00:00Z")}}},
			{Name: "sample", Status: VerificationNotApplicable}}})},
	{"verification code compliant", response(`<extension><verificationCode:infData ` + verNS + `><verificationCode:status>compliant</verificationCode:status></verificationCode:infData></extension>`),
		res(nil, &VerificationCodeInfoData{Status: VerificationCompliant})},
}

func TestVerificationCodeCommandsRefused(t *testing.T) {
	codes := func(inner string) string {
		return withExt(`<verificationCode:encodedSignedCode ` + verNS + `>` + inner + `</verificationCode:encodedSignedCode>`)
	}
	refusedBySchema(t, map[string]refusal{
		"no code":         {codes(``), CodeMissingParameter},
		"empty code":      {codes(`<verificationCode:code/>`), CodeMissingParameter},
		"not base64":      {codes(`<verificationCode:code>PGE+?</verificationCode:code>`), CodeValueSyntax},
		"cut base64":      {codes(`<verificationCode:code>PGE</verificationCode:code>`), CodeValueSyntax},
		"other encoding":  {codes(`<verificationCode:code encoding="hex">3c613e</verificationCode:code>`), CodeValueRange},
		"bare document":   {codes(`<verificationCode:signedCode id="x"/>`), CodeSyntaxError},
		"markup in code":  {codes(`<verificationCode:code>PG<b xmlns="urn:b"/>E+</verificationCode:code>`), CodeSyntaxError},
		"text in info":    {withExt(`<verificationCode:info ` + verNS + `>china</verificationCode:info>`), CodeSyntaxError},
		"unknown command": {withExt(`<verificationCode:check ` + verNS + `/>`), CodeSyntaxError},
	}, "cut base64", "empty code", "not base64", "other encoding", "text in info")
}

func TestVerificationCodeReadGenerously(t *testing.T) {
	doc := "<signedCode>\n</signedCode>"
	// Base64 in lines, as MIME writes it.
	m, err := NewCodec(allExt...).Decode([]byte(command(withExt(`<v:encodedSignedCode xmlns:v="urn:ietf:params:xml:ns:verificationCode-1.0">
	  <v:code encoding="base64">
PHNpZ25lZENv
ZGU+Cjwvc2ln
	bmVkQ29kZT4=
	</v:code></v:encodedSignedCode>`))))
	if err != nil {
		t.Fatal(err)
	}
	e, _ := Find[*EncodedSignedCode](m.Command.Extensions)
	if docs, err := e.Documents(); err != nil || len(docs) != 1 || string(docs[0]) != doc {
		t.Errorf("%q, %v", docs, err)
	}
	frame := EncodeCommand(m.Command)
	collect(t, frame)
	if !bytes.Contains(frame, []byte(">PHNpZ25lZENvZGU+Cjwvc2lnbmVkQ29kZT4=<")) {
		t.Errorf("%s", frame)
	}
	if _, err := (&EncodedSignedCode{[]string{"?"}}).Documents(); err == nil {
		t.Error("what is not base64 becomes a document")
	}
	m, err = NewCodec(allExt...).Decode([]byte(response(`<extension><v:infData xmlns:v="urn:ietf:params:xml:ns:verificationCode-1.0"><v:status>exempt</v:status>
	  <v:profile><v:status>compliant</v:status><v:set><v:code type="domain" date="soon">1-a</v:code><v:more/></v:set><v:note/></v:profile></v:infData></extension>`)))
	if err != nil {
		t.Fatal(err)
	}
	i, ok := Find[*VerificationCodeInfoData](m.Response.Extensions)
	if !ok || i.Status != "exempt" || len(i.Profiles) != 1 || len(i.Profiles[0].Set) != 1 || i.Profiles[0].Set[0].Value != "1-a" || !i.Profiles[0].Set[0].Date.IsZero() {
		t.Errorf("%v %+v", ok, i)
	}
}
