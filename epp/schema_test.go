package epp

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// schemaCases are commands at the edges of the schemas: code 0 means that it
// is valid. xmllint has to agree with every row.
var schemaCases = []struct {
	name string
	doc  string
	code Code
}{
	// RFC 5730
	{"text beside the command", strings.Replace(command(`<logout/>`), `<command>`, `<command>x`, 1), CodeSyntaxError},
	{"text beside the element of epp", strings.Replace(command(`<logout/>`), `</epp>`, `x</epp>`, 1), CodeSyntaxError},
	{"transaction id before the command", command(`<clTRID>ABC-1</clTRID><logout/>`), CodeSyntaxError},
	{"transaction id twice", command(`<logout/><clTRID>ABC-1</clTRID>`), CodeSyntaxError},
	{"extension before the command", command(`<extension><x xmlns="urn:x"/></extension><logout/>`), CodeSyntaxError},
	{"extension twice", command(`<logout/><extension><x xmlns="urn:x"/></extension><extension><x xmlns="urn:x"/></extension>`), CodeSyntaxError},
	{"text in the extension", command(`<logout/><extension>x<rgp:update ` + rgpNS + `><rgp:restore op="request"/></rgp:update></extension>`), CodeSyntaxError},
	{"transaction id of two characters", strings.Replace(command(`<logout/>`), "OPR-54321", "ab", 1), CodeValueSyntax},
	{"transaction id of 64 characters", strings.Replace(command(`<logout/>`), "OPR-54321", strings.Repeat("中", 64), 1), 0},
	{"transaction id of 65 characters", strings.Replace(command(`<logout/>`), "OPR-54321", strings.Repeat("a", 65), 1), CodeValueSyntax},
	{"no transaction id", strings.Replace(command(`<logout/>`), "<clTRID>OPR-54321</clTRID>", "", 1), 0},
	{"anything in logout", command(`<logout><a/></logout>`), 0},
	{"object of the protocol's namespace", command(`<check><check/></check>`), CodeSyntaxError},
	{"object of no namespace", command(`<check><check xmlns=""/></check>`), CodeSyntaxError},
	{"two objects", command(`<check><domain:check ` + domNS + `><domain:name>a.com</domain:name></domain:check><domain:check ` + domNS + `><domain:name>a.com</domain:name></domain:check></check>`), CodeSyntaxError},
	{"text beside the object", command(`<check>x<domain:check ` + domNS + `><domain:name>a.com</domain:name></domain:check></check>`), CodeSyntaxError},
	{"op of white space", command("<poll op=\" req\n\"/>"), 0},
	{"something in poll", command(`<poll op="req"><x/></poll>`), CodeSyntaxError},
	{"text in poll", command(`<poll op="req">x</poll>`), CodeSyntaxError},
	{"login", loginWith(`<clID>opr</clID><pw>secret</pw>`, `<version>1.0</version><lang>en</lang>`), 0},
	{"login, client id of two", loginWith(`<clID>op</clID><pw>secret</pw>`, `<version>1.0</version><lang>en</lang>`), CodeValueSyntax},
	{"login, client id of 17", loginWith(`<clID>abcdefghijklmnopq</clID><pw>secret</pw>`, `<version>1.0</version><lang>en</lang>`), CodeValueSyntax},
	{"login, password of five", loginWith(`<clID>opr</clID><pw>secre</pw>`, `<version>1.0</version><lang>en</lang>`), CodeValueSyntax},
	{"login, password of 17", loginWith(`<clID>opr</clID><pw>abcdefghijklmnopq</pw>`, `<version>1.0</version><lang>en</lang>`), CodeValueSyntax},
	{"login, new password of five", loginWith(`<clID>opr</clID><pw>secret</pw><newPW>secre</newPW>`, `<version>1.0</version><lang>en</lang>`), CodeValueSyntax},
	{"login, new password empty", loginWith(`<clID>opr</clID><pw>secret</pw><newPW/>`, `<version>1.0</version><lang>en</lang>`), CodeMissingParameter},
	{"login, password first", loginWith(`<pw>secret</pw><clID>opr</clID>`, `<version>1.0</version><lang>en</lang>`), CodeSyntaxError},
	{"login, password twice", loginWith(`<clID>opr</clID><pw>secret</pw><pw>secret</pw>`, `<version>1.0</version><lang>en</lang>`), CodeSyntaxError},
	{"login, language first", loginWith(`<clID>opr</clID><pw>secret</pw>`, `<lang>en</lang><version>1.0</version>`), CodeSyntaxError},
	{"login, no language", loginWith(`<clID>opr</clID><pw>secret</pw>`, `<version>1.0</version>`), CodeMissingParameter},
	{"login, no services", command(`<login><clID>opr</clID><pw>secret</pw><options><version>1.0</version><lang>en</lang></options><svcs/></login>`), CodeMissingParameter},
	{"login, extensions without one", command(`<login><clID>opr</clID><pw>secret</pw><options><version>1.0</version><lang>en</lang></options><svcs><objURI>urn:o</objURI><svcExtension/></svcs></login>`), CodeMissingParameter},
	{"login, extensions before objects", command(`<login><clID>opr</clID><pw>secret</pw><options><version>1.0</version><lang>en</lang></options><svcs><svcExtension><extURI>urn:x</extURI></svcExtension><objURI>urn:o</objURI></svcs></login>`), CodeSyntaxError},
	{"epp with an empty extension", `<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><extension/></epp>`, CodeSyntaxError},

	// RFC 5731
	{"domain name twice", dom("create", "", `<domain:name>a.com</domain:name><domain:name>b.com</domain:name><domain:authInfo><domain:pw/></domain:authInfo>`), CodeSyntaxError},
	{"authInfo before the period", dom("create", "", `<domain:name>a.com</domain:name><domain:authInfo><domain:pw/></domain:authInfo><domain:period unit="y">1</domain:period>`), CodeSyntaxError},
	{"text between elements", dom("delete", "", `<domain:name>a.com</domain:name>x`), CodeSyntaxError},
	{"names within white space", dom("delete", "", "<domain:name>\n\ta.com </domain:name>"), 0},
	{"period of nought", dom("create", "", `<domain:name>a.com</domain:name><domain:period unit="y">0</domain:period><domain:authInfo><domain:pw/></domain:authInfo>`), CodeValueRange},
	{"period without unit", dom("create", "", `<domain:name>a.com</domain:name><domain:period>1</domain:period><domain:authInfo><domain:pw/></domain:authInfo>`), CodeMissingParameter},
	{"period in weeks", dom("create", "", `<domain:name>a.com</domain:name><domain:period unit="w">1</domain:period><domain:authInfo><domain:pw/></domain:authInfo>`), CodeValueSyntax},
	{"period, white space in the unit, leading noughts", dom("create", "", `<domain:name>a.com</domain:name><domain:period unit=" y ">010</domain:period><domain:authInfo><domain:pw/></domain:authInfo>`), 0},
	{"contact of an unknown role", dom("create", "", `<domain:name>a.com</domain:name><domain:contact type="owner">abc</domain:contact><domain:authInfo><domain:pw/></domain:authInfo>`), CodeValueSyntax},
	{"contact without a role", dom("create", "", `<domain:name>a.com</domain:name><domain:contact>abc</domain:contact><domain:authInfo><domain:pw/></domain:authInfo>`), 0},
	{"authInfo of nothing", dom("create", "", `<domain:name>a.com</domain:name><domain:authInfo/>`), CodeSyntaxError},
	{"authInfo null in a create", dom("create", "", `<domain:name>a.com</domain:name><domain:authInfo><domain:null/></domain:authInfo>`), CodeSyntaxError},
	{"authInfo null in an update", dom("update", "", `<domain:name>a.com</domain:name><domain:chg><domain:authInfo><domain:null/></domain:authInfo></domain:chg>`), 0},
	{"authInfo of another object", dom("info", "", `<domain:name>a.com</domain:name><domain:authInfo><domain:pw roid="SH8013-REP">x</domain:pw></domain:authInfo>`), 0},
	{"authInfo of a malformed object", dom("info", "", `<domain:name>a.com</domain:name><domain:authInfo><domain:pw roid="nonsense">x</domain:pw></domain:authInfo>`), CodeValueSyntax},
	{"no registrant any more", dom("update", "", `<domain:name>a.com</domain:name><domain:chg><domain:registrant/></domain:chg>`), 0},
	{"unknown status", dom("update", "", `<domain:name>a.com</domain:name><domain:add><domain:status s="clientFrozen"/></domain:add>`), CodeValueSyntax},
	{"status without s", dom("update", "", `<domain:name>a.com</domain:name><domain:add><domain:status/></domain:add>`), CodeMissingParameter},
	{"twelve statuses", dom("update", "", `<domain:name>a.com</domain:name><domain:add>`+strings.Repeat(`<domain:status s="clientHold"/>`, 12)+`</domain:add>`), CodeSyntaxError},
	{"remove before add", dom("update", "", `<domain:name>a.com</domain:name><domain:rem><domain:status s="clientHold"/></domain:rem><domain:add><domain:status s="clientHold"/></domain:add>`), CodeSyntaxError},
	{"status before the name servers", dom("update", "", `<domain:name>a.com</domain:name><domain:add><domain:status s="clientHold"/><domain:ns><domain:hostObj>a.b</domain:hostObj></domain:ns></domain:add>`), CodeSyntaxError},
	{"host attribute, address first", dom("create", "", `<domain:name>a.com</domain:name><domain:ns><domain:hostAttr><domain:hostAddr>192.0.2.1</domain:hostAddr><domain:hostName>a.b</domain:hostName></domain:hostAttr></domain:ns><domain:authInfo><domain:pw/></domain:authInfo>`), CodeSyntaxError},
	{"hosts unknown", dom("info", "", `<domain:name hosts="some">a.com</domain:name>`), CodeValueSyntax},
	{"current expiry with a zone", dom("renew", "", `<domain:name>a.com</domain:name><domain:curExpDate>2027-04-03+08:00</domain:curExpDate>`), 0},
	{"current expiry with an odd zone", dom("renew", "", `<domain:name>a.com</domain:name><domain:curExpDate>2027-04-03+ab:cd</domain:curExpDate>`), CodeValueSyntax},
	{"current expiry on no day", dom("renew", "", `<domain:name>a.com</domain:name><domain:curExpDate>2027-02-29</domain:curExpDate>`), CodeValueSyntax},
	{"transfer of an unknown kind", dom("transfer", ` op="steal"`, `<domain:name>a.com</domain:name>`), CodeValueSyntax},
	{"transfer", dom("transfer", ` op="request"`, `<domain:name>a.com</domain:name><domain:period unit="y">1</domain:period><domain:authInfo><domain:pw>x</domain:pw></domain:authInfo>`), 0},

	// RFC 5732
	{"host of an unknown address family", command(`<create><host:create ` + hosNS + `><host:name>a.com</host:name><host:addr ip="v5">2001:db8::1</host:addr></host:create></create>`), CodeValueSyntax},
	{"host, address first", command(`<create><host:create ` + hosNS + `><host:addr>192.0.2.1</host:addr><host:name>a.com</host:name></host:create></create>`), CodeSyntaxError},
	{"host of a domain's status", command(`<update><host:update ` + hosNS + `><host:name>a.com</host:name><host:add><host:status s="clientHold"/></host:add></host:update></update>`), CodeValueSyntax},

	// RFC 5733
	{"contact", contactWith(``, `<contact:addr><contact:city>A</contact:city><contact:cc>CN</contact:cc></contact:addr>`, ``), 0},
	{"contact, three postalInfo", contactWith(strings.Repeat(`<contact:postalInfo type="loc"><contact:name>A</contact:name><contact:addr><contact:city>A</contact:city><contact:cc>CN</contact:cc></contact:addr></contact:postalInfo>`, 2), `<contact:addr><contact:city>A</contact:city><contact:cc>CN</contact:cc></contact:addr>`, ``), CodeSyntaxError},
	{"contact, four street lines", contactWith(``, `<contact:addr>`+strings.Repeat(`<contact:street>A</contact:street>`, 4)+`<contact:city>A</contact:city><contact:cc>CN</contact:cc></contact:addr>`, ``), CodeSyntaxError},
	{"contact, country before city", contactWith(``, `<contact:addr><contact:cc>CN</contact:cc><contact:city>A</contact:city></contact:addr>`, ``), CodeSyntaxError},
	{"contact, country of three letters", contactWith(``, `<contact:addr><contact:city>A</contact:city><contact:cc>CHN</contact:cc></contact:addr>`, ``), CodeValueSyntax},
	{"contact, postal code of 17", contactWith(``, `<contact:addr><contact:city>A</contact:city><contact:pc>12345678901234567</contact:pc><contact:cc>CN</contact:cc></contact:addr>`, ``), CodeValueSyntax},
	{"contact, voice after fax", contactWith(``, `<contact:addr><contact:city>A</contact:city><contact:cc>CN</contact:cc></contact:addr>`, `<contact:fax>+86.10</contact:fax><contact:voice>+86.10</contact:voice>`), CodeSyntaxError},
	{"contact, null authInfo", command(`<update><contact:update ` + conNS + `><contact:id>abc</contact:id><contact:chg><contact:authInfo><contact:null/></contact:authInfo></contact:chg></contact:update></update>`), CodeSyntaxError},
	{"contact, postalInfo of no type", command(`<update><contact:update ` + conNS + `><contact:id>abc</contact:id><contact:chg><contact:postalInfo><contact:org>x</contact:org></contact:postalInfo></contact:chg></contact:update></update>`), CodeMissingParameter},
	{"contact, name changed to nothing", command(`<update><contact:update ` + conNS + `><contact:id>abc</contact:id><contact:chg><contact:postalInfo type="int"><contact:name/></contact:postalInfo></contact:chg></contact:update></update>`), CodeMissingParameter},
	{"contact, organization changed to nothing", command(`<update><contact:update ` + conNS + `><contact:id>abc</contact:id><contact:chg><contact:postalInfo type="int"><contact:org/></contact:postalInfo></contact:chg></contact:update></update>`), 0},
	{"contact, statuses of none", command(`<update><contact:update ` + conNS + `><contact:id>abc</contact:id><contact:add/></contact:update></update>`), CodeMissingParameter},
	{"contact, status of a domain", command(`<update><contact:update ` + conNS + `><contact:id>abc</contact:id><contact:add><contact:status s="clientHold"/></contact:add></contact:update></update>`), CodeValueSyntax},
	{"contact, disclosure without a flag", command(`<update><contact:update ` + conNS + `><contact:id>abc</contact:id><contact:chg><contact:disclose><contact:voice/></contact:disclose></contact:chg></contact:update></update>`), CodeMissingParameter},
	{"contact, disclosure of an odd type", command(`<update><contact:update ` + conNS + `><contact:id>abc</contact:id><contact:chg><contact:disclose flag="1"><contact:name type="all"/></contact:disclose></contact:chg></contact:update></update>`), CodeValueSyntax},
	{"contact, disclosure of one type thrice", command(`<update><contact:update ` + conNS + `><contact:id>abc</contact:id><contact:chg><contact:disclose flag="true"><contact:name type="int"/><contact:name type="int"/><contact:name type="loc"/></contact:disclose></contact:chg></contact:update></update>`), CodeSyntaxError},
}

func dom(verb, attr, inner string) string {
	return command(`<` + verb + attr + `><domain:` + verb + ` ` + domNS + `>` + inner + `</domain:` + verb + `></` + verb + `>`)
}

func loginWith(credentials, options string) string {
	return command(`<login>` + credentials + `<options>` + options + `</options><svcs><objURI>` + NSDomain + `</objURI></svcs></login>`)
}

func contactWith(more, addr, phones string) string {
	return command(`<create><contact:create ` + conNS + `><contact:id>abc</contact:id><contact:postalInfo type="int"><contact:name>A</contact:name>` + addr + `</contact:postalInfo>` + more + phones +
		`<contact:email>a@example.net</contact:email><contact:authInfo><contact:pw/></contact:authInfo></contact:create></create>`)
}

func TestCommandsAreHeldToTheSchemas(t *testing.T) {
	codec := NewCodec(allExt...)
	for _, c := range schemaCases {
		_, err := codec.Decode([]byte(c.doc))
		var de *DecodeError
		switch {
		case c.code == 0 && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.code != 0 && (!errors.As(err, &de) || de.Code != c.code):
			t.Errorf("%s: error %v, want code %d", c.name, err, c.code)
		}
	}
}

const allXSD = "../../shared/xsd/all.xsd"

// The table itself is tested by another reader of the schemas.
func TestSchemaCasesAgreeWithXmllint(t *testing.T) {
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("not performed: xmllint is not installed")
	}
	if _, err := os.Stat(allXSD); err != nil {
		t.Skip("not performed: schemas absent")
	}
	dir := t.TempDir()
	args := []string{"--noout", "--nonet", "--schema", allXSD}
	for i, c := range schemaCases {
		f := filepath.Join(dir, fmt.Sprintf("%03d.xml", i))
		if err := os.WriteFile(f, []byte(c.doc), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, f)
	}
	out, _ := exec.Command(lint, args...).CombinedOutput() // fails, as most are invalid
	for i, c := range schemaCases {
		valid := strings.Contains(string(out), fmt.Sprintf("%03d.xml validates", i))
		if valid != (c.code == 0) {
			t.Errorf("%s: valid by the schemas: %v, in the table %d", c.name, valid, c.code)
		}
	}
}
