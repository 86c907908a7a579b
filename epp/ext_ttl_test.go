package epp

import "testing"

const ttlNS = `xmlns:ttl="urn:ietf:params:xml:ns:epp:ttl-1.0"`

var ttlGoldens = []golden{
	{"ttl create", command(`<create><domain:create ` + domNS + `><domain:name>example.top</domain:name><domain:authInfo><domain:pw/></domain:authInfo></domain:create></create>
      <extension><ttl:create ` + ttlNS + `><ttl:ttl for="NS">172800</ttl:ttl><ttl:ttl for="DS">300</ttl:ttl><ttl:ttl for="custom" custom="DELEG">0</ttl:ttl></ttl:create></extension>`),
		act(&DomainCreate{Name: "example.top", AuthInfo: &AuthInfo{}},
			&TTLCreate{[]TTLValue{{For: TTLForNS, TTL: ptr(int32(172800))}, {For: TTLForDS, TTL: ptr(int32(300))}, {For: TTLForCustom, Custom: "DELEG", TTL: ptr(int32(0))}}})},
	{"ttl host update", command(`<update><host:update ` + hosNS + `><host:name>ns1.example.top</host:name></host:update></update>
      <extension><ttl:update ` + ttlNS + `><ttl:ttl for="A">2147483647</ttl:ttl><ttl:ttl for="AAAA"/></ttl:update></extension>`),
		act(&HostUpdate{Name: "ns1.example.top"}, &TTLUpdate{[]TTLValue{{For: TTLForA, TTL: ptr(int32(1<<31 - 1))}, {For: TTLForAAAA}}})},
	{"ttl info", command(`<info><host:info ` + hosNS + `><host:name>ns1.example.top</host:name></host:info></info>
      <extension><ttl:info ` + ttlNS + ` policy="true"/></extension>`),
		act(&HostInfo{"ns1.example.top"}, &TTLInfo{Policy: true})},
	{"ttl info without policy", command(`<info><host:info ` + hosNS + `><host:name>ns1.example.top</host:name></host:info></info>
      <extension><ttl:info ` + ttlNS + ` policy="false"/></extension>`),
		act(&HostInfo{"ns1.example.top"}, &TTLInfo{})},
	{"ttl info answer", response(`<extension><ttl:infData ` + ttlNS + `><ttl:ttl for="NS" min="3600" default="86400" max="172800">7200</ttl:ttl><ttl:ttl for="DNAME" min="0"/><ttl:ttl for="custom" custom="DELEG" default="60">60</ttl:ttl></ttl:infData></extension>`),
		res(nil, &TTLInfoData{[]TTLValue{
			{For: TTLForNS, TTL: ptr(int32(7200)), Min: ptr(int32(3600)), Default: ptr(int32(86400)), Max: ptr(int32(172800))},
			{For: TTLForDNAME, Min: ptr(int32(0))},
			{For: TTLForCustom, Custom: "DELEG", TTL: ptr(int32(60)), Default: ptr(int32(60))}}})},
}

func TestTTLCommandsRefused(t *testing.T) {
	create := func(inner string) string { return withExt(`<ttl:create ` + ttlNS + `>` + inner + `</ttl:create>`) }
	refusedBySchema(t, map[string]refusal{
		"none":                    {create(``), CodeMissingParameter},
		"for nothing":             {create(`<ttl:ttl>300</ttl:ttl>`), CodeMissingParameter},
		"for something else":      {create(`<ttl:ttl for="MX">300</ttl:ttl>`), CodeValueSyntax},
		"custom of no type":       {create(`<ttl:ttl for="custom">300</ttl:ttl>`), CodeMissingParameter},
		"custom in small":         {create(`<ttl:ttl for="custom" custom="deleg">300</ttl:ttl>`), CodeValueSyntax},
		"custom with hyphen":      {create(`<ttl:ttl for="custom" custom="DELEG-">300</ttl:ttl>`), CodeValueSyntax},
		"custom of one letter":    {create(`<ttl:ttl for="custom" custom="B">300</ttl:ttl>`), CodeValueSyntax},
		"custom, odd, beside one": {create(`<ttl:ttl for="NS" custom="d s">300</ttl:ttl>`), CodeValueSyntax},
		"the same type twice":     {create(`<ttl:ttl for="NS">300</ttl:ttl><ttl:ttl for="NS">400</ttl:ttl>`), CodeSyntaxError},
		"below zero":              {create(`<ttl:ttl for="NS">-1</ttl:ttl>`), CodeValueRange},
		"beyond 31 bits":          {create(`<ttl:ttl for="NS">2147483648</ttl:ttl>`), CodeValueRange},
		"no number":               {create(`<ttl:ttl for="NS">1h</ttl:ttl>`), CodeValueSyntax},
		"policy in a command":     {create(`<ttl:ttl for="NS" min="0">300</ttl:ttl>`), CodeSyntaxError},
		"unknown element":         {create(`<ttl:rr for="NS">300</ttl:rr>`), CodeSyntaxError},
		"info with no boolean":    {withExt(`<ttl:info ` + ttlNS + ` policy="yes"/>`), CodeValueSyntax},
		"info with content":       {withExt(`<ttl:info ` + ttlNS + `><ttl:ttl for="NS"/></ttl:info>`), CodeSyntaxError},
		"unknown command":         {withExt(`<ttl:delete ` + ttlNS + `/>`), CodeSyntaxError},
	}, "custom of no type")
}

func TestTTLReadGenerously(t *testing.T) {
	m, err := NewCodec(allExt...).Decode([]byte(response(`<extension><x:infData xmlns:x="urn:ietf:params:xml:ns:epp:ttl-1.0">
	  <x:ttl for="SVCB">60</x:ttl><x:ttl for="NS"> 300 </x:ttl><x:ttl for="NS">400</x:ttl><x:note/></x:infData></extension>`)))
	if err != nil {
		t.Fatal(err)
	}
	i, ok := Find[*TTLInfoData](m.Response.Extensions)
	if !ok || len(i.Values) != 3 || i.Values[0].For != "SVCB" || *i.Values[1].TTL != 300 {
		t.Errorf("%v %+v", ok, i)
	}
}

func TestRecordTypes(t *testing.T) {
	for s, want := range map[string]bool{"A": true, "AAAA": true, "NSEC3": true, "TYPE65-X": true, "B": false, "": false, "3A": false, "A_B": false, "-A": false, "Ä": false} {
		if recordType(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}
