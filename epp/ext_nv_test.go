package epp

import (
	"fmt"
	"strings"
	"testing"
)

const (
	nvNS  = `xmlns:nv="urn:ietf:params:xml:ns:nv-1.0"`
	idNum = "110101190001010001"
)

var nvGoldens = []golden{
	{"nv check", command(`<check><nv:check ` + nvNS + `><nv:name>harbour</nv:name><nv:name>港口</nv:name></nv:check></check>`),
		act(&NVCheck{[]string{"harbour", "港口"}})},
	{"nv check answer", response(`<resData><nv:chkData ` + nvNS + `><nv:cd><nv:name avail="1">harbour</nv:name></nv:cd>
      <nv:cd><nv:name avail="0">forbidden</nv:name><nv:reason lang="zh-CN">禁止使用</nv:reason></nv:cd>
      <nv:cd><nv:name avail="0" restricted="1">capital</nv:name></nv:cd></nv:chkData></resData>`),
		res(&NVCheckData{[]NVCheckItem{{CheckItem: CheckItem{ID: "harbour", Avail: true}}, {CheckItem: CheckItem{ID: "forbidden", Reason: "禁止使用", Lang: "zh-CN"}},
			{CheckItem: CheckItem{ID: "capital"}, Restricted: true}}})},
	{"nv info of the signed code", command(`<info><nv:info ` + nvNS + ` type="signedCode"><nv:code>1-abc123</nv:code><nv:authInfo><nv:pw>2fooBAR</nv:pw></nv:authInfo></nv:info></info>`),
		act(&NVInfo{Code: "1-abc123", AuthInfo: Password("2fooBAR")})},
	{"nv info of the input", command(`<info><nv:info ` + nvNS + ` type="input"><nv:code>1-abc123</nv:code></nv:info></info>`),
		act(&NVInfo{Code: "1-abc123", Input: true})},
	{"nv info answer with the signed code", response(`<resData><nv:infData ` + nvNS + `><nv:signedCode><nv:code type="domain">1-abc123</nv:code><nv:status s="compliant"/><nv:authInfo><nv:pw>2fooBAR</nv:pw></nv:authInfo><nv:encodedSignedCode>PHNpZ25lZENvZGUvPg==</nv:encodedSignedCode></nv:signedCode></nv:infData></resData>`),
		res(&NVInfoData{SignedCode: &NVSignedCode{Code: NVCode{"1-abc123", "domain"}, Status: NVCompliant, AuthInfo: Password("2fooBAR"), Encoded: "PHNpZ25lZENvZGUvPg=="}})},
	{"nv info answer with the input", response(`<resData><nv:infData ` + nvNS + `><nv:input><nv:rnv role="org"><nv:name>海港有限公司</nv:name><nv:num>91350211M000100Y43</nv:num><nv:proofType>poe</nv:proofType>
      <nv:document><nv:fileType>jpg</nv:fileType><nv:fileContent>/9j/4AAQ</nv:fileContent></nv:document><nv:document><nv:fileType>pdf</nv:fileType><nv:fileContent>JVBERi0=</nv:fileContent></nv:document></nv:rnv><nv:authInfo><nv:pw>2fooBAR</nv:pw></nv:authInfo></nv:input></nv:infData></resData>`),
		res(&NVInfoData{Input: &NVInput{RNV: &RealName{NVOrganization, "海港有限公司", "91350211M000100Y43", ProofOfEnterprise,
			[]NVDocument{{"jpg", "/9j/4AAQ"}, {"pdf", "JVBERi0="}}}, AuthInfo: Password("2fooBAR")}})},
	{"nv create of a real name", command(`<create><nv:create ` + nvNS + `><nv:rnv role="person"><nv:name>张三</nv:name><nv:num>` + idNum + `</nv:num><nv:proofType>poc</nv:proofType>
      <nv:document><nv:fileType>jpg</nv:fileType><nv:fileContent>/9j/4AAQ</nv:fileContent></nv:document></nv:rnv><nv:authInfo><nv:pw>2fooBAR</nv:pw></nv:authInfo></nv:create></create>`),
		act(&NVCreate{NVInput{RNV: &RealName{NVPerson, "张三", idNum, ProofOfCitizen, []NVDocument{{"jpg", "/9j/4AAQ"}}}, AuthInfo: Password("2fooBAR")}})},
	{"nv create by a passport, no picture yet", command(`<create><nv:create ` + nvNS + `><nv:rnv role="person"><nv:name>Lena Hafen</nv:name><nv:num>C01X0006H</nv:num><nv:proofType>poot</nv:proofType></nv:rnv></nv:create></create>`),
		act(&NVCreate{NVInput{RNV: &RealName{Role: NVPerson, Name: "Lena Hafen", Num: "C01X0006H", ProofType: ProofOfOtherType}}})},
	{"nv create of a domain name", command(`<create><nv:create ` + nvNS + `><nv:dnv><nv:name>harbour</nv:name></nv:dnv></nv:create></create>`),
		act(&NVCreate{NVInput{DNV: &DomainName{Name: "harbour"}}})},
	{"nv create of a restricted name", command(`<create><nv:create ` + nvNS + `><nv:dnv><nv:name>capital</nv:name><nv:rnvCode>1-abc123</nv:rnvCode></nv:dnv><nv:authInfo><nv:pw>2fooBAR</nv:pw></nv:authInfo></nv:create></create>`),
		act(&NVCreate{NVInput{DNV: &DomainName{"capital", "1-abc123"}, AuthInfo: Password("2fooBAR")}})},
	{"nv create done", response(`<resData><nv:creData ` + nvNS + `><nv:success><nv:code type="domain">1-abc123</nv:code><nv:status s="compliant"/><nv:crDate>2026-09-03T22:00:00Z</nv:crDate><nv:encodedSignedCode>PHNpZ25lZENvZGUvPg==</nv:encodedSignedCode></nv:success></nv:creData></resData>`),
		res(&NVCreateData{Outcome: NVSuccess, Status: NVCompliant, Code: NVCode{"1-abc123", "domain"}, CrDate: at("2026-09-03T22:00:00Z"), Encoded: "PHNpZ25lZENvZGUvPg=="})},
	{"nv create pending", strings.Replace(response(`<resData><nv:creData `+nvNS+`><nv:pending><nv:code type="real-name">1-abc123</nv:code><nv:status s="pendingCompliant"/><nv:crDate>2026-09-03T22:00:00Z</nv:crDate></nv:pending></nv:creData></resData>`),
		`1000"><msg>Command completed successfully`, `1001"><msg>Command completed successfully; action pending`, 1),
		answered(CodeOKPending, &NVCreateData{Outcome: NVWaiting, Status: NVPending, Code: NVCode{"1-abc123", "real-name"}, CrDate: at("2026-09-03T22:00:00Z")})},
	{"nv create failed", strings.Replace(response(`<resData><nv:creData `+nvNS+`><nv:failed><nv:status s="nonCompliant"/><nv:msg lang="zh-CN">姓名与证件不符</nv:msg></nv:failed></nv:creData></resData>`),
		`1000"><msg>Command completed successfully`, `2004"><msg>Parameter value range error`, 1),
		answered(CodeValueRange, &NVCreateData{Outcome: NVFailed, Status: NVNonCompliant, Msg: "姓名与证件不符", Lang: "zh-CN"})},
	{"nv update", command(`<update><nv:update ` + nvNS + `><nv:code>1-abc123</nv:code><nv:chg><nv:authInfo><nv:pw>2BARfoo</nv:pw></nv:authInfo></nv:chg></nv:update></update>`),
		act(&NVUpdate{"1-abc123", Password("2BARfoo")})},
	{"nv result by poll", message(`<msgQ count="1" id="12345"><qDate>2026-09-04T22:01:00Z</qDate><msg>Pending action completed successfully.</msg></msgQ>
      <resData><nv:panData ` + nvNS + `><nv:code type="real-name">1-abc123</nv:code><nv:paStatus s="compliant"/><nv:msg>The person has passed verification.</nv:msg><nv:paDate>2026-09-04T22:00:00Z</nv:paDate></nv:panData></resData>`),
		polled("12345", "2026-09-04T22:01:00Z", "Pending action completed successfully.",
			&NVPendingData{Code: NVCode{"1-abc123", "real-name"}, Status: NVCompliant, Msg: "The person has passed verification.", Date: at("2026-09-04T22:00:00Z")})},
}

// answered is res with another code.
func answered(code Code, data Value) *Message {
	m := res(data)
	m.Response.Results[0] = Result{Code: code, Msg: code.Text()}
	return m
}

func TestNVCommandsRefused(t *testing.T) {
	in := func(verb, attrs, inner string) string {
		return `<` + verb + `><nv:` + verb + ` ` + nvNS + attrs + `>` + inner + `</nv:` + verb + `></` + verb + `>`
	}
	rnv := func(role, inner string) string {
		return in("create", "", `<nv:rnv`+role+`>`+inner+`</nv:rnv>`)
	}
	const (
		person = ` role="person"`
		name   = `<nv:name>张三</nv:name>`
		num    = `<nv:num>1</nv:num>`
		proof  = `<nv:proofType>poc</nv:proofType>`
		dnv    = `<nv:dnv><nv:name>harbour</nv:name></nv:dnv>`
		auth   = `<nv:authInfo><nv:pw>x</nv:pw></nv:authInfo>`
	)
	doc := func(inner string) string { return rnv(person, name+num+proof+`<nv:document>`+inner+`</nv:document>`) }
	refusedBySchema(t, map[string]refusal{
		"check of none":             {in("check", "", ``), CodeMissingParameter},
		"check of an empty name":    {in("check", "", `<nv:name/>`), CodeMissingParameter},
		"check of something else":   {in("check", "", `<nv:code>1-a</nv:code>`), CodeSyntaxError},
		"info without code":         {in("info", "", auth), CodeMissingParameter},
		"info of no code":           {in("info", "", `<nv:code>abc</nv:code>`), CodeValueSyntax},
		"info of an empty code":     {in("info", "", `<nv:code/>`), CodeMissingParameter},
		"info of unknown type":      {in("info", ` type="all"`, `<nv:code>1-a</nv:code>`), CodeValueSyntax},
		"info, authInfo first":      {in("info", "", auth+`<nv:code>1-a</nv:code>`), CodeSyntaxError},
		"create of nothing":         {in("create", "", auth), CodeMissingParameter},
		"create of both":            {in("create", "", `<nv:rnv role="person">`+name+num+proof+`</nv:rnv>`+dnv), CodeSyntaxError},
		"create of two names":       {in("create", "", dnv+dnv), CodeSyntaxError},
		"create of an empty name":   {in("create", "", `<nv:dnv><nv:name/></nv:dnv>`), CodeMissingParameter},
		"create, code of no form":   {in("create", "", `<nv:dnv><nv:name>a</nv:name><nv:rnvCode>1_a</nv:rnvCode></nv:dnv>`), CodeValueSyntax},
		"create, authInfo empty":    {in("create", "", dnv+`<nv:authInfo/>`), CodeSyntaxError},
		"real name of no role":      {rnv("", name+num+proof), CodeMissingParameter},
		"real name of another role": {rnv(` role="company"`, name+num+proof), CodeValueSyntax},
		"real name without name":    {rnv(person, num+proof), CodeMissingParameter},
		"real name without number":  {rnv(person, name+proof), CodeMissingParameter},
		"real name without proof":   {rnv(person, name+num), CodeMissingParameter},
		"real name, number first":   {rnv(person, num+name+proof), CodeSyntaxError},
		"real name, other proof":    {rnv(person, name+num+`<nv:proofType>passport</nv:proofType>`), CodeValueSyntax},
		"document without type":     {doc(`<nv:fileContent>AAAA</nv:fileContent>`), CodeMissingParameter},
		"document without content":  {doc(`<nv:fileType>jpg</nv:fileType>`), CodeMissingParameter},
		"document of no content":    {doc(`<nv:fileType>jpg</nv:fileType><nv:fileContent/>`), CodeMissingParameter},
		"document not base64":       {doc(`<nv:fileType>jpg</nv:fileType><nv:fileContent>?</nv:fileContent>`), CodeValueSyntax},
		"update without code":       {in("update", "", `<nv:chg>`+auth+`</nv:chg>`), CodeMissingParameter},
		"update of nothing":         {in("update", "", `<nv:code>1-a</nv:code>`), CodeMissingParameter},
		"update of none":            {in("update", "", `<nv:code>1-a</nv:code><nv:chg/>`), CodeMissingParameter},
		"update of the name":        {in("update", "", `<nv:code>1-a</nv:code><nv:chg><nv:name>x</nv:name></nv:chg>`), CodeSyntaxError},
		"delete":                    {in("delete", "", `<nv:code>1-a</nv:code>`), CodeUnimplementedCommand},
		"renew":                     {in("renew", "", `<nv:code>1-a</nv:code>`), CodeUnimplementedCommand},
	})
}

func TestNVAnswersAreReadGenerously(t *testing.T) {
	m, err := NewCodec(allExt...).Decode([]byte(response(`<resData>
	  <n:chkData xmlns:n="urn:ietf:params:xml:ns:nv-1.0" xmlns:x="urn:x"><x:note/><n:cd><n:name avail="true">a</n:name><n:price>1</n:price></n:cd><n:cd><n:name avail="0" restricted=" true ">b</n:name></n:cd></n:chkData>
	  <n:creData xmlns:n="urn:ietf:params:xml:ns:nv-1.0"><n:pending><n:code>abc</n:code><n:status s="pendingCompliance"/><n:eta>3d</n:eta></n:pending></n:creData>
	  <n:panData xmlns:n="urn:ietf:params:xml:ns:nv-1.0"><n:code type="domain">7</n:code><n:paStatus/><n:msg lang="en"> ok </n:msg></n:panData>
	  <n:infData xmlns:n="urn:ietf:params:xml:ns:nv-1.0"><n:input><n:rnv><n:num>1</n:num><n:document/></n:rnv></n:input></n:infData>
	  <n:infData xmlns:n="urn:ietf:params:xml:ns:nv-1.0"/></resData>`)))
	if err != nil {
		t.Fatal(err)
	}
	data := m.Response.ResData
	if c, ok := Find[*NVCheckData](data); !ok || len(c.Items) != 2 || c.Items[0].Restricted || !c.Items[0].Avail || !c.Items[1].Restricted {
		t.Errorf("%v %+v", ok, c)
	}
	if c, ok := Find[*NVCreateData](data); !ok || c.Outcome != NVWaiting || c.Status != "pendingCompliance" || c.Code.Value != "abc" {
		t.Errorf("%v %+v", ok, c)
	}
	if p, ok := Find[*NVPendingData](data); !ok || p.Msg != "ok" || p.Lang != "" || p.Status != "" {
		t.Errorf("%v %+v", ok, p)
	}
	if i, ok := Find[*NVInfoData](data); !ok || i.Input == nil || i.Input.RNV == nil || i.Input.RNV.Num != "1" || len(i.Input.RNV.Documents) != 1 {
		t.Errorf("%v %+v", ok, i)
	}
	if raw, ok := Find[*Raw](data); !ok || raw.Err == nil {
		t.Errorf("an empty answer is not kept raw: %+v", raw)
	}
}

func TestNVIsAnObject(t *testing.T) {
	c := NewCodec(NV)
	if uris := c.ObjURIs(); uris[len(uris)-1] != NSNV || len(c.ExtURIs()) != 0 {
		t.Errorf("announced as %v and %v", uris, c.ExtURIs())
	}
}

func TestNVIdentityIsHidden(t *testing.T) {
	r := &RealName{Role: NVPerson, Name: "张三", Num: idNum, ProofType: ProofOfCitizen, Documents: []NVDocument{{"jpg", "U0VDUkVU"}}}
	c := &NVCreate{NVInput{RNV: r, AuthInfo: Password("pa55word")}}
	command := EncodeCommand(&Command{Action: c, ClTRID: "OPR-1"})
	answer := EncodeResponse(res(&NVInfoData{Input: &c.NVInput}).Response)
	collect(t, command)
	collect(t, answer)
	// The same under other prefixes and in CDATA.
	shown := []string{fmt.Sprintf("%v %+v %#v %v %+v %v %+v", r, r, r, c, c, r.Documents, *r), string(Mask(command)), string(Mask(answer)),
		string(Mask(foreign(parse(t, string(command)))))}
	for _, s := range shown {
		for _, secret := range []string{idNum, "110101190", "U0VDUkVU", "U0VD", "pa55word"} {
			if strings.Contains(s, secret) {
				t.Errorf("%q is shown: %s", secret, s)
			}
		}
	}
	for _, s := range shown[1:3] {
		for _, keep := range []string{"poc", "OPR-"} {
			if !strings.Contains(s, keep) {
				t.Errorf("%q is masked too: %s", keep, s)
			}
		}
	}
}
