package epp

import (
	"fmt"
	"strings"
	"testing"
)

const tokNS = `xmlns:allocationToken="urn:ietf:params:xml:ns:allocationToken-1.0"`

var allocationTokenGoldens = []golden{
	{"allocation token, create", command(`<create><domain:create ` + domNS + `><domain:name>gold.example</domain:name><domain:authInfo><domain:pw/></domain:authInfo></domain:create></create>
      <extension><allocationToken:allocationToken ` + tokNS + `>one &amp; only</allocationToken:allocationToken></extension>`),
		act(&DomainCreate{Name: "gold.example", AuthInfo: &AuthInfo{}}, &AllocationToken{"one & only"})},
	{"allocation token, check", command(`<check><domain:check ` + domNS + `><domain:name>gold.example</domain:name></domain:check></check>
      <extension><allocationToken:allocationToken ` + tokNS + `>t0ken</allocationToken:allocationToken></extension>`),
		act(&DomainCheck{[]string{"gold.example"}}, &AllocationToken{"t0ken"})},
	{"allocation token, info", command(`<info><domain:info ` + domNS + `><domain:name hosts="all">gold.example</domain:name></domain:info></info>
      <extension><allocationToken:info ` + tokNS + `/></extension>`), act(&DomainInfo{Name: "gold.example"}, &AllocationTokenInfo{})},
	{"allocation token, info answer", response(infoOf + `<extension><allocationToken:allocationToken ` + tokNS + `>t0ken</allocationToken:allocationToken></extension>`),
		res(infoData(), &AllocationToken{"t0ken"})},
}

func TestAllocationTokensRefused(t *testing.T) {
	refused(t, map[string]refusal{
		"empty":           {withExt(`<allocationToken:allocationToken ` + tokNS + `> </allocationToken:allocationToken>`), CodeMissingParameter},
		"with elements":   {withExt(`<allocationToken:allocationToken ` + tokNS + `><b/></allocationToken:allocationToken>`), CodeSyntaxError},
		"info with text":  {withExt(`<allocationToken:info ` + tokNS + `>all</allocationToken:info>`), CodeSyntaxError},
		"unknown element": {withExt(`<allocationToken:revoke ` + tokNS + `/>`), CodeSyntaxError},
	})
}

func TestAllocationTokensAreHidden(t *testing.T) {
	a := &AllocationToken{"t0p-s3cret"}
	frame := EncodeCommand(&Command{Action: &DomainCheck{[]string{"gold.example"}}, Extensions: []Value{a}})
	for _, s := range []string{fmt.Sprintf("%v %+v %#v", a, *a, a), string(Mask(frame))} {
		if strings.Contains(s, "t0p-s3cret") {
			t.Errorf("the token is shown: %s", s)
		}
	}
}
