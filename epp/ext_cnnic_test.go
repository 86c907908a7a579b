package epp

import (
	"fmt"
	"strings"
	"testing"
)

const (
	cnContact  = `xmlns:cnnic-contact="urn:ietf:params:xml:ns:cnnic-contact-1.0"`
	cnDomain   = `xmlns:cnnic-domain="urn:ietf:params:xml:ns:cnnic-domain-1.0"`
	cnHost     = `xmlns:cnnic-host="urn:ietf:params:xml:ns:cnnic-host-1.0"`
	cnRegistry = `xmlns:cnnic-registry="urn:ietf:params:xml:ns:cnnic-registry-1.0"`
)

var cnnicGoldens = []golden{
	{"cnnic contact create", command(`<delete><contact:delete ` + conNS + `><contact:id>sh8013</contact:id></contact:delete></delete>
      <extension><cnnic-registry:create ` + cnRegistry + `><cnnic-registry:registry>cnnic</cnnic-registry:registry></cnnic-registry:create>
      <cnnic-contact:create ` + cnContact + `><cnnic-contact:type>I</cnnic-contact:type><cnnic-contact:contact type="SFZ">110101190001010001</cnnic-contact:contact><cnnic-contact:purveyor>opr</cnnic-contact:purveyor><cnnic-contact:mobile>+86.13800000000</cnnic-contact:mobile></cnnic-contact:create></extension>`),
		act(&ContactDelete{"sh8013"}, &CNNICRegistryCreate{"cnnic"}, &CNNICContactCreate{CNNICIdentity{"I", "SFZ", "110101190001010001", "opr", "+86.13800000000"}})},
	{"cnnic contact update", command(`<update><contact:update ` + conNS + `><contact:id>sh8013</contact:id></contact:update></update>
      <extension><cnnic-contact:update ` + cnContact + `><cnnic-contact:add><cnnic-contact:mobile>+86.13900000000</cnnic-contact:mobile></cnnic-contact:add>
      <cnnic-contact:rem><cnnic-contact:purveyor>rival</cnnic-contact:purveyor></cnnic-contact:rem>
      <cnnic-contact:chg><cnnic-contact:type>E</cnnic-contact:type><cnnic-contact:contact type="YYZZ">91350211M000100Y43</cnnic-contact:contact></cnnic-contact:chg></cnnic-contact:update></extension>`),
		act(&ContactUpdate{ID: "sh8013"}, &CNNICContactUpdate{Add: &CNNICIdentity{Mobile: "+86.13900000000"}, Rem: &CNNICIdentity{Purveyor: "rival"},
			Chg: &CNNICIdentity{Type: "E", DocType: "YYZZ", Number: "91350211M000100Y43"}})},
	{"cnnic contact info answer", response(`<resData><contact:creData ` + conNS + `><contact:id>sh8013</contact:id><contact:crDate>2026-04-03T22:00:00Z</contact:crDate></contact:creData></resData>
      <extension><cnnic-registry:infData ` + cnRegistry + `><cnnic-registry:registry>cnnic</cnnic-registry:registry></cnnic-registry:infData>
      <cnnic-contact:infData ` + cnContact + `><cnnic-contact:type>E</cnnic-contact:type><cnnic-contact:contact type="ORG">110101190001010001</cnnic-contact:contact><cnnic-contact:purveyor>opr</cnnic-contact:purveyor></cnnic-contact:infData></extension>`),
		res(&ContactCreateData{"sh8013", at("2026-04-03T22:00:00Z")}, &CNNICRegistryInfoData{"cnnic"},
			&CNNICContactInfoData{CNNICIdentity{Type: "E", DocType: "ORG", Number: "110101190001010001", Purveyor: "opr"}})},
	{"cnnic domain create", command(`<delete><domain:delete ` + domNS + `><domain:name>example.cn</domain:name></domain:delete></delete>
      <extension><cnnic-domain:create ` + cnDomain + `><cnnic-domain:type>E</cnnic-domain:type><cnnic-domain:purveyor>opr</cnnic-domain:purveyor></cnnic-domain:create></extension>`),
		act(&DomainDelete{"example.cn"}, &CNNICDomainCreate{CNNICDomainData{"E", "opr"}})},
	{"cnnic domain update", command(`<update><domain:update ` + domNS + `><domain:name>example.cn</domain:name></domain:update></update>
      <extension><cnnic-domain:update ` + cnDomain + `><cnnic-domain:chg><cnnic-domain:type>I</cnnic-domain:type><cnnic-domain:purveyor>new-opr</cnnic-domain:purveyor></cnnic-domain:chg></cnnic-domain:update></extension>`),
		act(&DomainUpdate{Name: "example.cn"}, &CNNICDomainUpdate{CNNICDomainData{"I", "new-opr"}})},
	{"cnnic domain info answer", response(`<extension><cnnic-domain:infData ` + cnDomain + `><cnnic-domain:purveyor>opr</cnnic-domain:purveyor></cnnic-domain:infData></extension>`),
		res(nil, &CNNICDomainInfoData{CNNICDomainData{Purveyor: "opr"}})},
	{"cnnic host create", command(`<create><host:create ` + hosNS + `><host:name>ns1.example.cn</host:name></host:create></create>
      <extension><cnnic-host:create ` + cnHost + `><cnnic-host:purveyor>opr</cnnic-host:purveyor></cnnic-host:create></extension>`),
		act(&HostCreate{Name: "ns1.example.cn"}, &CNNICHostCreate{"opr"})},
	{"cnnic host info answer", response(`<extension><cnnic-host:infData ` + cnHost + `><cnnic-host:purveyor>opr</cnnic-host:purveyor></cnnic-host:infData></extension>`),
		res(nil, &CNNICHostInfoData{"opr"})},
}

func TestCNNICCommandsRefused(t *testing.T) {
	identity := func(inner string) string {
		return withExt(`<cnnic-contact:create ` + cnContact + `>` + inner + `</cnnic-contact:create>`)
	}
	const number = `<cnnic-contact:contact type="SFZ">110101190001010001</cnnic-contact:contact>`
	refusedBySchema(t, map[string]refusal{
		"no number":               {identity(`<cnnic-contact:type>I</cnnic-contact:type>`), CodeMissingParameter},
		"number of no type":       {identity(`<cnnic-contact:contact>1</cnnic-contact:contact>`), CodeMissingParameter},
		"type of no kind":         {identity(`<cnnic-contact:contact type="passport no">1</cnnic-contact:contact>`), CodeValueSyntax},
		"number empty":            {identity(`<cnnic-contact:contact type="SFZ"/>`), CodeMissingParameter},
		"number too long":         {identity(`<cnnic-contact:contact type="SFZ">123456789012345678901</cnnic-contact:contact>`), CodeValueSyntax},
		"neither I nor E":         {identity(`<cnnic-contact:type>P</cnnic-contact:type>` + number), CodeValueSyntax},
		"purveyor too short":      {identity(number + `<cnnic-contact:purveyor>ab</cnnic-contact:purveyor>`), CodeValueSyntax},
		"mobile without country":  {identity(number + `<cnnic-contact:mobile>13800000000</cnnic-contact:mobile>`), CodeValueSyntax},
		"number before the type":  {identity(number + `<cnnic-contact:type>I</cnnic-contact:type>`), CodeSyntaxError},
		"number twice":            {identity(number + number), CodeSyntaxError},
		"unknown element":         {identity(number + `<cnnic-contact:mail>a@b.cn</cnnic-contact:mail>`), CodeSyntaxError},
		"update of nothing":       {withExt(`<cnnic-contact:update ` + cnContact + `/>`), CodeMissingParameter},
		"unknown command":         {withExt(`<cnnic-contact:check ` + cnContact + `/>`), CodeSyntaxError},
		"domain without purveyor": {withExt(`<cnnic-domain:create ` + cnDomain + `><cnnic-domain:type>E</cnnic-domain:type></cnnic-domain:create>`), CodeMissingParameter},
		"domain of no type":       {withExt(`<cnnic-domain:create ` + cnDomain + `><cnnic-domain:type>X</cnnic-domain:type><cnnic-domain:purveyor>opr</cnnic-domain:purveyor></cnnic-domain:create>`), CodeValueSyntax},
		"domain update of none":   {withExt(`<cnnic-domain:update ` + cnDomain + `><cnnic-domain:chg/></cnnic-domain:update>`), CodeMissingParameter},
		"domain update that adds": {withExt(`<cnnic-domain:update ` + cnDomain + `><cnnic-domain:add/></cnnic-domain:update>`), CodeSyntaxError},
		"host without purveyor":   {withExt(`<cnnic-host:create ` + cnHost + `/>`), CodeMissingParameter},
		"registry without name":   {withExt(`<cnnic-registry:create ` + cnRegistry + `><cnnic-registry:registry/></cnnic-registry:create>`), CodeMissingParameter},
	}, "update of nothing")
}

func TestCNNICAnswersAreReadGenerously(t *testing.T) {
	m, err := NewCodec(allExt...).Decode([]byte(response(`<extension>
	  <c:infData xmlns:c="urn:ietf:params:xml:ns:cnnic-contact-1.0"><c:type>O</c:type><c:contact>123456789012345678901234</c:contact><c:mobile>13800000000</c:mobile><c:level>3</c:level></c:infData>
	  <d:infData xmlns:d="urn:ietf:params:xml:ns:cnnic-domain-1.0"><d:purveyor>a-very-long-purveyor</d:purveyor><d:hold/></d:infData></extension>`)))
	if err != nil {
		t.Fatal(err)
	}
	c, ok := Find[*CNNICContactInfoData](m.Response.Extensions)
	if !ok || c.Type != "O" || c.Number != "123456789012345678901234" || c.DocType != "" || c.Mobile != "13800000000" {
		t.Errorf("contact %v %#v", ok, c)
	}
	if d, ok := Find[*CNNICDomainInfoData](m.Response.Extensions); !ok || d.Purveyor != "a-very-long-purveyor" {
		t.Errorf("domain %v %+v", ok, d)
	}
}

func TestCNNICNumbersAreHidden(t *testing.T) {
	const number = "110101190001010001"
	id := CNNICIdentity{Type: "I", DocType: "SFZ", Number: number}
	u := &CNNICContactUpdate{Add: &id, Chg: &id}
	frame := EncodeCommand(&Command{Action: &ContactUpdate{ID: "sh8013"}, Extensions: []Value{u, &CNNICContactCreate{id}}})
	collect(t, frame)
	for _, s := range []string{fmt.Sprintf("%v %+v %#v %v", u, *u, u, CNNICContactInfoData{id}), string(Mask(frame))} {
		if strings.Contains(s, number) {
			t.Errorf("the number is shown: %s", s)
		}
	}
	if !strings.Contains(string(Mask(frame)), "sh8013") {
		t.Error("more is masked than the number")
	}
}
