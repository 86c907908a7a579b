package epp

import (
	"strings"
	"testing"
)

const (
	orgNS  = `xmlns:org="urn:ietf:params:xml:ns:epp:org-1.0"`
	orgxNS = `xmlns:orgext="urn:ietf:params:xml:ns:epp:orgext-1.0"`

	orgPostalInt = `<org:postalInfo type="int"><org:name>Harbour Names</org:name><org:addr><org:street>3 Harbour Road</org:street><org:street>Room 9</org:street><org:city>Xiamen</org:city><org:sp>Fujian</org:sp><org:pc>361001</org:pc><org:cc>CN</org:cc></org:addr></org:postalInfo>`
)

func harbourPostal() OrgPostal {
	return OrgPostal{PostalInt, "Harbour Names", &PostalAddr{[]string{"3 Harbour Road", "Room 9"}, "Xiamen", "Fujian", "361001", "CN"}}
}

var orgGoldens = []golden{
	{"org check", command(`<check><org:check ` + orgNS + `><org:id>res1523</org:id><org:id>re1523</org:id></org:check></check>`), act(&OrgCheck{[]string{"res1523", "re1523"}})},
	{"org check answer", response(`<resData><org:chkData ` + orgNS + `><org:cd><org:id avail="1">res1523</org:id></org:cd><org:cd><org:id avail="0">re1523</org:id><org:reason lang="fr">pris</org:reason></org:cd></org:chkData></resData>`),
		res(&OrgCheckData{[]CheckItem{{ID: "res1523", Avail: true}, {ID: "re1523", Reason: "pris", Lang: "fr"}}})},
	{"org info", command(`<info><org:info ` + orgNS + `><org:id>harbour</org:id></org:info></info>`), act(&OrgInfo{"harbour"})},
	{"org info answer", response(`<resData><org:infData ` + orgNS + `><org:id>harbour</org:id><org:roid>HARB1-REP</org:roid>
      <org:role><org:type>registrar</org:type><org:status>ok</org:status><org:status>linked</org:status><org:roleID>1362</org:roleID></org:role><org:role><org:type>reseller</org:type></org:role>
      <org:status>linked</org:status><org:status>clientDeleteProhibited</org:status><org:parentId>parent1</org:parentId>` + orgPostalInt + `<org:postalInfo type="loc"><org:name>港口</org:name></org:postalInfo>
      <org:voice x="12">+86.592555</org:voice><org:fax>+86.592556</org:fax><org:email>desk@harbour.example</org:email><org:url>https://harbour.example</org:url>
      <org:contact type="admin">sh8013</org:contact><org:contact type="custom" typeName="legal">sh8014</org:contact>
      <org:clID>opr</org:clID><org:crID>opr</org:crID><org:crDate>2025-04-23T11:44:00Z</org:crDate><org:upID>rival</org:upID><org:upDate>2025-12-03T09:00:00Z</org:upDate></org:infData></resData>`),
		res(&OrgInfoData{ID: "harbour", ROID: "HARB1-REP", Roles: []OrgRole{{"registrar", []string{"ok", "linked"}, "1362"}, {Type: "reseller"}},
			Statuses: []string{"linked", "clientDeleteProhibited"}, ParentID: "parent1", Postal: []OrgPostal{harbourPostal(), {Type: PostalLoc, Name: "港口"}},
			Voice: Phone{"+86.592555", "12"}, Fax: Phone{Number: "+86.592556"}, Email: "desk@harbour.example", URL: "https://harbour.example",
			Contacts: []OrgContact{{"admin", "", "sh8013"}, {"custom", "legal", "sh8014"}},
			ClID:     "opr", CrID: "opr", CrDate: at("2025-04-23T11:44:00Z"), UpID: "rival", UpDate: at("2025-12-03T09:00:00Z")})},
	{"org create", command(`<create><org:create ` + orgNS + `><org:id>harbour</org:id><org:role><org:type>reseller</org:type></org:role><org:status>clientLinkProhibited</org:status>
      <org:parentId>parent1</org:parentId>` + orgPostalInt + `<org:voice>+86.592555</org:voice><org:fax>+86.592556</org:fax><org:email>desk@harbour.example</org:email><org:url>https://harbour.example</org:url><org:contact type="billing">sh8013</org:contact></org:create></create>`),
		act(&OrgCreate{ID: "harbour", Roles: []OrgRole{{Type: "reseller"}}, Statuses: []string{StatusClientLinkProhibited}, ParentID: "parent1", Postal: []OrgPostal{harbourPostal()},
			Voice: Phone{Number: "+86.592555"}, Fax: Phone{Number: "+86.592556"}, Email: "desk@harbour.example", URL: "https://harbour.example", Contacts: []OrgContact{{"billing", "", "sh8013"}}})},
	{"org create, least", command(`<create><org:create ` + orgNS + `><org:id>abc</org:id><org:role><org:type>privacyproxy</org:type></org:role></org:create></create>`),
		act(&OrgCreate{ID: "abc", Roles: []OrgRole{{Type: "privacyproxy"}}})},
	{"org create answer", response(`<resData><org:creData ` + orgNS + `><org:id>harbour</org:id><org:crDate>2025-04-23T11:44:00Z</org:crDate></org:creData></resData>`),
		res(&OrgCreateData{"harbour", at("2025-04-23T11:44:00Z")})},
	{"org update", command(`<update><org:update ` + orgNS + `><org:id>harbour</org:id>
      <org:add><org:contact type="tech">sh8013</org:contact><org:role><org:type>privacyproxy</org:type><org:status>clientLinkProhibited</org:status><org:roleID>7</org:roleID></org:role><org:status>hold</org:status></org:add>
      <org:rem><org:contact type="custom" typeName="legal">sh8014</org:contact><org:role><org:type>reseller</org:type></org:role></org:rem>
      <org:chg><org:parentId>parent2</org:parentId><org:postalInfo type="loc"><org:addr><org:city>厦门</org:city><org:cc>CN</org:cc></org:addr></org:postalInfo><org:voice>+86.592557</org:voice><org:fax/><org:email>new@harbour.example</org:email><org:url/></org:chg></org:update></update>`),
		act(&OrgUpdate{ID: "harbour",
			Add: &OrgAddRem{Contacts: []OrgContact{{"tech", "", "sh8013"}}, Roles: []OrgRole{{"privacyproxy", []string{StatusClientLinkProhibited}, "7"}}, Statuses: []string{StatusHold}},
			Rem: &OrgAddRem{Contacts: []OrgContact{{"custom", "legal", "sh8014"}}, Roles: []OrgRole{{Type: "reseller"}}},
			Chg: &OrgChange{ParentID: "parent2", Postal: []OrgPostal{{Type: PostalLoc, Addr: &PostalAddr{City: "厦门", CC: "CN"}}}, Voice: &Phone{Number: "+86.592557"}, Fax: &Phone{}, Email: "new@harbour.example", URL: ptr("")}})},
	{"org delete", command(`<delete><org:delete ` + orgNS + `><org:id>harbour</org:id></org:delete></delete>`), act(&OrgDelete{"harbour"})},
	{"org pending", response(`<resData><org:panData ` + orgNS + `><org:id paResult="1">harbour</org:id><org:paTRID><clTRID>OPR-1</clTRID><svTRID>SRV-1</svTRID></org:paTRID><org:paDate>2026-04-04T22:00:00Z</org:paDate></org:panData></resData>`),
		res(&OrgPendingData{PendingResult{"harbour", true, "OPR-1", "SRV-1", at("2026-04-04T22:00:00Z")}})},

	{"orgext create", command(`<create><domain:create ` + domNS + `><domain:name>example.com</domain:name><domain:authInfo><domain:pw/></domain:authInfo></domain:create></create>
      <extension><orgext:create ` + orgxNS + `><orgext:id role="reseller">harbour</orgext:id><orgext:id role="privacyproxy">veil01</orgext:id></orgext:create></extension>`),
		act(&DomainCreate{Name: "example.com", AuthInfo: &AuthInfo{}}, &OrgExtCreate{[]OrgLink{{"reseller", "harbour"}, {"privacyproxy", "veil01"}}})},
	{"orgext update", command(`<update><domain:update ` + domNS + `><domain:name>example.com</domain:name></domain:update></update>
      <extension><orgext:update ` + orgxNS + `><orgext:add><orgext:id role="reseller">harbour</orgext:id></orgext:add><orgext:rem><orgext:id role="privacyproxy"/></orgext:rem><orgext:chg><orgext:id role="dns-operator">oper77</orgext:id></orgext:chg></orgext:update></extension>`),
		act(&DomainUpdate{Name: "example.com"}, &OrgExtUpdate{Add: []OrgLink{{"reseller", "harbour"}}, Rem: []OrgLink{{Role: "privacyproxy"}}, Chg: []OrgLink{{"dns-operator", "oper77"}}})},
	{"orgext info answer", response(infoOf + `<extension><orgext:infData ` + orgxNS + `><orgext:id role="reseller">harbour</orgext:id></orgext:infData></extension>`),
		res(infoData(), &OrgExtInfoData{[]OrgLink{{"reseller", "harbour"}}})},
	{"orgext info answer, none", response(infoOf + `<extension><orgext:infData ` + orgxNS + `/></extension>`), res(infoData(), &OrgExtInfoData{})},
}

func TestOrgCommandsRefused(t *testing.T) {
	org := func(verb, inner string) string {
		return `<` + verb + `><org:` + verb + ` ` + orgNS + `>` + inner + `</org:` + verb + `></` + verb + `>`
	}
	const id, role = `<org:id>harbour</org:id>`, `<org:role><org:type>reseller</org:type></org:role>`
	create := func(more string) string { return org("create", id+role+more) }
	ext := func(verb, inner string) string {
		return withExt(`<orgext:` + verb + ` ` + orgxNS + `>` + inner + `</orgext:` + verb + `>`)
	}
	refused(t, map[string]refusal{
		"check of nothing":      {org("check", ""), CodeMissingParameter},
		"info of nothing":       {org("info", ""), CodeMissingParameter},
		"info of two":           {org("info", id+id), CodeSyntaxError},
		"id too long":           {org("delete", `<org:id>abcdefghijklmnopq</org:id>`), CodeValueSyntax},
		"no such command":       {`<renew><org:renew ` + orgNS + `>` + id + `</org:renew></renew>`, CodeUnimplementedCommand},
		"create of no id":       {org("create", role), CodeMissingParameter},
		"create of no role":     {org("create", id), CodeMissingParameter},
		"role of no type":       {org("create", id+`<org:role/>`), CodeMissingParameter},
		"role of odd status":    {org("create", id+`<org:role><org:type>a</org:type><org:status>hold</org:status></org:role>`), CodeValueSyntax},
		"role of four statuses": {org("create", id+`<org:role><org:type>a</org:type>`+strings.Repeat(`<org:status>ok</org:status>`, 4)+`</org:role>`), CodeSyntaxError},
		"odd in role":           {org("create", id+`<org:role><org:type>a</org:type><org:x/></org:role>`), CodeSyntaxError},
		"unknown status":        {create(`<org:status>asleep</org:status>`), CodeValueSyntax},
		"five statuses":         {create(strings.Repeat(`<org:status>ok</org:status>`, 5)), CodeSyntaxError},
		"postal of no type":     {create(`<org:postalInfo><org:name>a</org:name></org:postalInfo>`), CodeMissingParameter},
		"postal of odd type":    {create(`<org:postalInfo type="x"><org:name>a</org:name></org:postalInfo>`), CodeValueSyntax},
		"postal of no name":     {create(`<org:postalInfo type="int"/>`), CodeMissingParameter},
		"postal twice":          {create(orgPostalInt + orgPostalInt), CodeSyntaxError},
		"contact of no type":    {create(`<org:contact>sh8013</org:contact>`), CodeMissingParameter},
		"contact of odd type":   {create(`<org:contact type="owner">sh8013</org:contact>`), CodeValueSyntax},
		"odd phone":             {create(`<org:voice>12345</org:voice>`), CodeValueSyntax},
		"history in a create":   {create(`<org:crID>opr</org:crID>`), CodeSyntaxError},
		"update of no id":       {org("update", `<org:chg/>`), CodeMissingParameter},
		"odd in update":         {org("update", id+`<org:set/>`), CodeSyntaxError},
		"odd in add":            {org("update", id+`<org:add><org:voice>+1.2</org:voice></org:add>`), CodeSyntaxError},
		"odd in chg":            {org("update", id+`<org:chg>`+role+`</org:chg>`), CodeSyntaxError},
		"empty name in chg":     {org("update", id+`<org:chg><org:postalInfo type="int"><org:name/></org:postalInfo></org:chg>`), CodeMissingParameter},
		"link of no role":       {ext("create", `<orgext:id>harbour</orgext:id>`), CodeMissingParameter},
		"link to nobody":        {ext("create", `<orgext:id role="reseller"/>`), CodeMissingParameter},
		"no link":               {ext("create", ""), CodeMissingParameter},
		"update of no link":     {ext("update", ""), CodeMissingParameter},
		"odd in link update":    {ext("update", `<orgext:set/>`), CodeSyntaxError},
		"odd in links":          {ext("create", `<orgext:role/>`), CodeSyntaxError},
		"unknown link command":  {ext("check", ""), CodeSyntaxError},
	})
}

func TestOrgAnswersAreReadGenerously(t *testing.T) {
	m, err := NewCodec(allExt...).Decode([]byte(response(`<resData><x:infData xmlns:x="urn:ietf:params:xml:ns:epp:org-1.0"><x:id>a-very-long-identifier-of-theirs</x:id><x:mood>fine</x:mood>
	  <x:role><x:type>reseller</x:type><x:status>asleep</x:status></x:role><x:status>sleeping</x:status><x:postalInfo><x:addr><x:city>X</x:city></x:addr></x:postalInfo><x:contact>a</x:contact></x:infData></resData>
	  <extension><x:infData xmlns:x="urn:ietf:params:xml:ns:epp:orgext-1.0"><x:id role="reseller">r</x:id><x:id>s</x:id><x:since/></x:infData></extension>`)))
	if err != nil {
		t.Fatal(err)
	}
	o, ok := Find[*OrgInfoData](m.Response.ResData)
	if !ok || o.ID != "a-very-long-identifier-of-theirs" || o.Roles[0].Statuses[0] != "asleep" || o.Statuses[0] != "sleeping" || o.Postal[0].Addr.City != "X" || o.Contacts[0].ID != "a" {
		t.Errorf("org %+v", o)
	}
	if l, ok := Find[*OrgExtInfoData](m.Response.Extensions); !ok || l.Role("reseller") != "r" || l.Role("registrar") != "" {
		t.Errorf("links %+v", l)
	}
}
