package epp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// One command, written in the ways that namespaces and XML allow.
func TestDecodeWhateverTheSpelling(t *testing.T) {
	want := act(&DomainCreate{Name: "example.com", Period: Years(1), AuthInfo: Password("a<b&c")}, &FeeTransform{Verb: VerbCreate, Fees: []FeeItem{{Amount: "1.00"}}})
	docs := map[string]string{
		"usual":                             `<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><command><create><domain:create xmlns:domain="urn:ietf:params:xml:ns:domain-1.0"><domain:name>example.com</domain:name><domain:period unit="y">1</domain:period><domain:authInfo><domain:pw>a&lt;b&amp;c</domain:pw></domain:authInfo></domain:create></create><extension><fee:create xmlns:fee="urn:ietf:params:xml:ns:epp:fee-1.0"><fee:fee>1.00</fee:fee></fee:create></extension><clTRID>OPR-54321</clTRID></command></epp>`,
		"all prefixes at the root, swapped": `<domain:epp xmlns:domain="urn:ietf:params:xml:ns:epp-1.0" xmlns:epp="urn:ietf:params:xml:ns:domain-1.0" xmlns:contact='urn:ietf:params:xml:ns:epp:fee-1.0'><domain:command><domain:create><epp:create><epp:name>example.com</epp:name><epp:period unit='y'>1</epp:period><epp:authInfo><epp:pw>a&#60;b&#x26;c</epp:pw></epp:authInfo></epp:create></domain:create><domain:extension><contact:create><contact:fee>1.00</contact:fee></contact:create></domain:extension><domain:clTRID>OPR-54321</domain:clTRID></domain:command></domain:epp>`,
		"default namespaces redeclared":     `<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><command><create><create xmlns="urn:ietf:params:xml:ns:domain-1.0"><name>example.com</name><period unit="y">1</period><authInfo><pw>a&lt;b&amp;c</pw></authInfo></create></create><extension><create xmlns="urn:ietf:params:xml:ns:epp:fee-1.0"><fee>1.00</fee></create></extension><clTRID>OPR-54321</clTRID></command></epp>`,
		"a prefix rebound within":           `<x:epp xmlns:x="urn:ietf:params:xml:ns:epp-1.0"><x:command><x:create><x:create xmlns:x="urn:ietf:params:xml:ns:domain-1.0"><x:name>example.com</x:name><x:period unit="y">1</x:period><x:authInfo><x:pw>a&lt;b&amp;c</x:pw></x:authInfo></x:create></x:create><x:extension><x:create xmlns:x="urn:ietf:params:xml:ns:epp:fee-1.0"><x:fee>1.00</x:fee></x:create></x:extension><x:clTRID>OPR-54321</x:clTRID></x:command></x:epp>`,
		"CDATA, comments, instructions, schemaLocation, BOM": "\ufeff" + `<?xml version='1.0' encoding='utf-8' ?><!-- - --><?php echo ?>
<epp xmlns="urn:ietf:params:xml:ns:epp-1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:ietf:params:xml:ns:epp-1.0 epp-1.0.xsd"><command><create><d:create xmlns:d="urn:ietf:params:xml:ns:domain-1.0" xsi:schemaLocation="x y"><d:name><![CDATA[example]]>.<!-- x -->com
</d:name><d:period
unit="y"> 1 </d:period><d:authInfo><d:pw><![CDATA[a<b&c]]></d:pw></d:authInfo></d:create></create><extension><f:create xmlns:f="urn:ietf:params:xml:ns:epp:fee-1.0"><f:fee><![CDATA[1.00]]></f:fee></f:create></extension><clTRID>
OPR-54321 </clTRID></command></epp><!-- end -->`,
	}
	codec := NewCodec(allExt...)
	for name, doc := range docs {
		t.Run(name, func(t *testing.T) {
			got, err := codec.Decode([]byte(doc))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpOpts); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestXMLRefused(t *testing.T) {
	deep := strings.Repeat("<a>", maxDepth+1) + strings.Repeat("</a>", maxDepth+1)
	var attrs, decls strings.Builder
	for i := range maxAttrs + 1 {
		fmt.Fprintf(&attrs, ` a%d="1"`, i)
	}
	for i := range maxBindings + 1 {
		fmt.Fprintf(&decls, ` xmlns:a%d="urn:x"`, i)
	}
	for name, doc := range map[string]string{
		"doctype":                `<!DOCTYPE epp><epp/>`,
		"doctype after decl":     `<?xml version="1.0"?><!DOCTYPE epp [<!ENTITY a "b">]><epp>&a;</epp>`,
		"external entity":        `<!DOCTYPE epp [<!ENTITY a SYSTEM "file:///etc/passwd">]><epp>&a;</epp>`,
		"unknown entity":         `<a>&nbsp;</a>`,
		"too deep":               deep,
		"too many attributes":    `<a` + attrs.String() + `/>`,
		"too many declarations":  `<a` + decls.String() + `/>`,
		"empty":                  ``,
		"only space":             "  \n",
		"text outside":           `<a/>b`,
		"two roots":              `<a/><b/>`,
		"unclosed":               `<a><b></b>`,
		"crossed":                `<a><b></a></b>`,
		"end tag longer":         `<a></ab>`,
		"attribute twice":        `<a b="1" b="2"/>`,
		"attribute twice by ns":  `<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>`,
		"unbound prefix":         `<x:a/>`,
		"prefix out of scope":    `<a><b xmlns:x="u"/><x:c/></a>`,
		"two colons":             `<a:b:c xmlns:a="u"/>`,
		"xmlns prefix":           `<a xmlns:xmlns="u"/>`,
		"prefix to nothing":      `<a xmlns:x=""/>`,
		"attributes not spaced":  `<a b="1"c="2"/>`,
		"no quotes":              `<a b=1/>`,
		"< in attribute":         `<a b="<"/>`,
		"]]> in text":            `<a>]]></a>`,
		"-- in comment":          `<a><!-- -- --></a>`,
		"cdata unclosed":         `<a><![CDATA[ </a>`,
		"control character":      "<a>\x01</a>",
		"reference to control":   `<a>&#1;</a>`,
		"reference to surrogate": `<a>&#xD800;</a>`,
		"reference too large":    `<a>&#x110000;</a>`,
		"invalid UTF-8":          "<a>\xff</a>",
		"latin-1 declared":       `<?xml version="1.0" encoding="ISO-8859-1"?><a/>`,
		"UTF-16 without a mark":  "<\x00a\x00/\x00>\x00",
		"declaration twice":      `<?xml version="1.0"?><?xml version="1.0"?><a/>`,
		"declaration late":       ` <?xml version="1.0"?><a/>`,
		"name starts with digit": `<1a/>`,
	} {
		if _, err := ParseElement([]byte(doc)); err == nil {
			t.Errorf("%s: accepted", name)
		} else if got := errors.Is(err, ErrDTD); got != (strings.Contains(name, "doctype") || name == "external entity") {
			t.Errorf("%s: errors.Is(ErrDTD) = %v: %v", name, got, err)
		}
	}
	ok := strings.Repeat("<a>", maxDepth) + strings.Repeat("</a>", maxDepth)
	if _, err := ParseElement([]byte(ok)); err != nil {
		t.Errorf("depth at the bound: %v", err)
	}
}

func TestMixedContentSurvives(t *testing.T) {
	doc := `<m xmlns="urn:a">one <b xml:lang="en">two</b> three <c xmlns="urn:b" xmlns:x="urn:c" x:y="&quot;1&#10;"><d xmlns=""/></c> four &lt;five&gt;</m>`
	e := parse(t, doc)
	if got := e.DeepText(); got != "one two three  four <five>" {
		t.Errorf("DeepText %q", got)
	}
	again := parse(t, string(e.XML()))
	if diff := cmp.Diff(e, again); diff != "" {
		t.Errorf("(-first +rewritten):\n%s", diff)
	}
}

func TestDecodeErrors(t *testing.T) {
	dom := func(verb, inner string) string {
		return command(`<` + verb + `><domain:` + verb + ` ` + domNS + `>` + inner + `</domain:` + verb + `></` + verb + `>`)
	}
	codec := NewCodec(allExt...)
	for name, c := range map[string]struct {
		doc  string
		code Code
	}{
		"not XML":               {`hello`, CodeSyntaxError},
		"another vocabulary":    {`<epp xmlns="urn:x"/>`, CodeSyntaxError},
		"another version":       {`<epp xmlns="urn:ietf:params:xml:ns:epp-2.0"><hello/></epp>`, CodeUnimplementedVersion},
		"nothing within":        {`<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"/>`, CodeSyntaxError},
		"unknown command":       {command(`<obliterate/>`), CodeUnknownCommand},
		"two commands":          {command(`<logout/><logout/>`), CodeSyntaxError},
		"no command":            {command(``), CodeSyntaxError},
		"no name":               {dom("delete", ``), CodeMissingParameter},
		"empty name":            {dom("delete", `<domain:name> </domain:name>`), CodeMissingParameter},
		"name too long":         {dom("delete", `<domain:name>`+strings.Repeat("a", 256)+`</domain:name>`), CodeValueSyntax},
		"unknown element":       {dom("delete", `<domain:name>a.com</domain:name><domain:why/>`), CodeSyntaxError},
		"stray text":            {dom("delete", `<domain:name>a.com</domain:name>`) + "x", CodeSyntaxError},
		"no authInfo":           {dom("create", `<domain:name>a.com</domain:name>`), CodeMissingParameter},
		"period too long":       {dom("create", `<domain:name>a.com</domain:name><domain:period unit="y">100</domain:period><domain:authInfo><domain:pw/></domain:authInfo>`), CodeValueRange},
		"period not a number":   {dom("create", `<domain:name>a.com</domain:name><domain:period unit="y">one</domain:period><domain:authInfo><domain:pw/></domain:authInfo>`), CodeValueSyntax},
		"both kinds of hosts":   {dom("create", `<domain:name>a.com</domain:name><domain:ns><domain:hostObj>a.b</domain:hostObj><domain:hostAttr><domain:hostName>a.b</domain:hostName></domain:hostAttr></domain:ns><domain:authInfo><domain:pw/></domain:authInfo>`), CodeSyntaxError},
		"date for a dateTime":   {dom("renew", `<domain:name>a.com</domain:name><domain:curExpDate>2027-04-03T00:00:00Z</domain:curExpDate>`), CodeValueSyntax},
		"no date":               {dom("renew", `<domain:name>a.com</domain:name>`), CodeMissingParameter},
		"transfer without op":   {dom("transfer", `<domain:name>a.com</domain:name>`), CodeMissingParameter},
		"ack without id":        {command(`<poll op="ack"/>`), CodeMissingParameter},
		"poll peek":             {command(`<poll op="peek"/>`), CodeValueSyntax},
		"object of other verb":  {command(`<create><domain:delete ` + domNS + `><domain:name>a.com</domain:name></domain:delete></create>`), CodeSyntaxError},
		"host renew":            {command(`<renew><host:renew ` + hosNS + `><host:name>a.com</host:name></host:renew></renew>`), CodeUnimplementedCommand},
		"IPv6 as v4":            {command(`<create><host:create ` + hosNS + `><host:name>a.com</host:name><host:addr ip="v4">2001:db8::1</host:addr></host:create></create>`), CodeValueSyntax},
		"bad phone":             {command(`<update><contact:update ` + conNS + `><contact:id>abc</contact:id><contact:chg><contact:voice>12345</contact:voice></contact:chg></contact:update></update>`), CodeValueSyntax},
		"contact id too long":   {command(`<info><contact:info ` + conNS + `><contact:id>abcdefghijklmnopq</contact:id></contact:info></info>`), CodeValueSyntax},
		"empty extension":       {command(`<logout/><extension/>`), CodeSyntaxError},
		"DS and key mixed":      {command(`<logout/><extension><secDNS:create ` + secNS + `><secDNS:dsData><secDNS:keyTag>1</secDNS:keyTag><secDNS:alg>8</secDNS:alg><secDNS:digestType>2</secDNS:digestType><secDNS:digest>AA</secDNS:digest></secDNS:dsData><secDNS:keyData><secDNS:flags>257</secDNS:flags><secDNS:protocol>3</secDNS:protocol><secDNS:alg>8</secDNS:alg><secDNS:pubKey>AQPJ</secDNS:pubKey></secDNS:keyData></secDNS:create></extension>`), CodeSyntaxError},
		"digest not hex":        {command(`<logout/><extension><secDNS:create ` + secNS + `><secDNS:dsData><secDNS:keyTag>1</secDNS:keyTag><secDNS:alg>8</secDNS:alg><secDNS:digestType>2</secDNS:digestType><secDNS:digest>AAZ</secDNS:digest></secDNS:dsData></secDNS:create></extension>`), CodeValueSyntax},
		"negative fee":          {command(`<logout/><extension><fee:create ` + feeNS + `><fee:fee>-1</fee:fee></fee:create></extension>`), CodeValueRange},
		"fee without fee":       {command(`<logout/><extension><fee:create ` + feeNS + `><fee:currency>USD</fee:currency></fee:create></extension>`), CodeMissingParameter},
		"login without options": {command(`<login><clID>opr</clID><pw>secret</pw></login>`), CodeMissingParameter},
	} {
		_, err := codec.Decode([]byte(c.doc))
		var de *DecodeError
		if !errors.As(err, &de) {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		if de.Code != c.code {
			t.Errorf("%s: code %d, want %d (%v)", name, de.Code, c.code, err)
		}
		if strings.Contains(c.doc, "OPR-54321") && name != "stray text" && de.ClTRID != "OPR-54321" {
			t.Errorf("%s: transaction id lost", name)
		}
	}
}

func TestAnswersAreReadGenerously(t *testing.T) {
	doc := response(`<msgQ count="x" id="7"><msg>text <b xmlns="urn:m">bold</b></msg></msgQ>
	  <resData><d:infData xmlns:d="urn:ietf:params:xml:ns:domain-1.0" xmlns:n="urn:new"><d:name>a.com</d:name><d:status s="ok"/><d:future>x</d:future><n:y/><d:clID>opr</d:clID><d:crDate>2026-01-02 03:04:05</d:crDate><d:exDate>2026-01-02T24:00:00+08:00</d:exDate></d:infData>
	  <d:infData xmlns:d="urn:ietf:params:xml:ns:domain-1.0"><d:name>b.com</d:name><d:crDate>tomorrow</d:crDate></d:infData></resData>
	  <extension><n:z xmlns:n="urn:new" a="1">t</n:z><r:newThing xmlns:r="urn:ietf:params:xml:ns:rgp-1.0"/></extension>`)
	m, err := NewCodec(allExt...).Decode([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	r := m.Response
	if r.MsgQ.ID != "7" || r.MsgQ.Msg != "text bold" || r.MsgQ.Mixed == nil {
		t.Errorf("msgQ %+v", r.MsgQ)
	}
	d, ok := Find[*DomainInfoData](r.ResData)
	if !ok || d.Name != "a.com" || !d.CrDate.Equal(at("2026-01-02T03:04:05Z")) || !d.ExDate.Equal(at("2026-01-02T16:00:00Z")) || !d.HasStatus("ok") || d.HasStatus("inactive") {
		t.Errorf("infData %+v", d)
	}
	raw, ok := Find[*Raw](r.ResData)
	if !ok || raw.Err == nil || raw.Element.Child(NSDomain, "name").Text != "b.com" {
		t.Errorf("what could not be read is not kept: %+v", raw)
	}
	if len(r.Extensions) != 2 {
		t.Fatalf("%d extensions", len(r.Extensions))
	}
	if x := string(r.Extensions[0].(*Raw).XML()); x != `<z xmlns="urn:new" a="1">t</z>` {
		t.Errorf("raw extension %s", x)
	}
	if r.Extensions[1].Namespace() != NSRGP {
		t.Errorf("unknown element of a known extension: %+v", r.Extensions[1])
	}
	again, err := NewCodec(allExt...).Decode(EncodeResponse(r))
	if err != nil {
		t.Fatal(err)
	}
	if x := string(again.Response.Extensions[0].(*Raw).XML()); x != `<z xmlns="urn:new" a="1">t</z>` {
		t.Errorf("raw extension after rewriting: %s", x)
	}
}

func TestUnknownObjectIsKept(t *testing.T) {
	m, err := NewCodec().Decode([]byte(command(`<transfer op="query"><o:transfer xmlns:o="urn:obj"><o:id>1</o:id></o:transfer></transfer>`)))
	if err != nil {
		t.Fatal(err)
	}
	a, ok := m.Command.Action.(*RawAction)
	if !ok || a.Op != "query" || a.Verb() != VerbTransfer || a.Namespace() != "urn:obj" || m.Command.Transforms() {
		t.Fatalf("action %+v", m.Command.Action)
	}
	if got := string(EncodeCommand(m.Command)); !strings.Contains(got, `<transfer op="query"><transfer xmlns="urn:obj"><id>1</id></transfer></transfer>`) {
		t.Errorf("rewritten: %s", got)
	}
}

func TestEscaping(t *testing.T) {
	nasty := "<&>\"' ]]> \u4e2d\U0001F600 \x01\xff\ufffe"
	c := act(&ContactUpdate{ID: "abc", Chg: &ContactChange{Postal: []PostalChange{{Type: "loc", Name: &nasty}}, Voice: &Phone{Number: "+1.2", Ext: "a\"<\n\t&b"}}})
	frame := AppendMessage(nil, c)
	collect(t, frame)
	m, err := NewCodec().Decode(frame)
	if err != nil {
		t.Fatal(err)
	}
	g := m.Command.Action.(*ContactUpdate).Chg
	if want := "<&>\"' ]]> \u4e2d\U0001F600 \ufffd\ufffd\ufffd"; *g.Postal[0].Name != want {
		t.Errorf("text %q, want %q", *g.Postal[0].Name, want)
	}
	if g.Voice.Ext != "a\"< &b" || !strings.Contains(string(frame), `x="a&quot;&lt;&#10;&#9;&amp;b"`) { // a token: white space collapses
		t.Errorf("attribute %q in %s", g.Voice.Ext, frame)
	}
}

func TestMask(t *testing.T) {
	in := command(`<login><clID>opr</clID><pw>top&amp;secret</pw><newPW><![CDATA[hush]]></newPW></login>
	  <x:authInfo xmlns:x="urn:whatever"><x:ext><y>deep</y></x:ext></x:authInfo>
	  <c:contact xmlns:c="urn:ietf:params:xml:ns:cnnic-contact-1.0" type="SFZ">110101190001010001</c:contact>
	  <d:contact xmlns:d="urn:ietf:params:xml:ns:domain-1.0" type="admin">keep-me</d:contact>`)
	out := string(Mask([]byte(in)))
	for _, s := range []string{"top", "secret", "hush", "deep", "110101190001010001"} {
		if strings.Contains(out, s) {
			t.Errorf("%q survives in %s", s, out)
		}
	}
	for _, s := range []string{"<clID>opr</clID>", "keep-me", "<pw>********</pw>", `type="SFZ"`, "OPR-54321"} {
		if !strings.Contains(out, s) {
			t.Errorf("%q is gone from %s", s, out)
		}
	}
	if got := string(Mask([]byte(`<login><pw>secret</pw`))); strings.Contains(got, "secret") {
		t.Errorf("malformed frame not withheld: %s", got)
	}
	l := &Login{ClID: "opr", Password: "pa55word"}
	for _, s := range []string{fmt.Sprintf("%v %+v %#v", l, l, l), fmt.Sprintf("%+v", DomainCreate{AuthInfo: Password("pa55word")}), fmt.Sprintf("%#v %v", *Password("pa55word"), CNNICContactCreate{CNNICIdentity{Number: "pa55word"}})} {
		if strings.Contains(s, "pa55word") {
			t.Errorf("printing leaks: %s", s)
		}
	}
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		s      string
		digits int
		want   int64
	}{{"12.5", 2, 1250}, {"12.500", 2, 1250}, {"0", 2, 0}, {"-5.00", 2, -500}, {"+7", 0, 7}, {".5", 2, 50}, {"5.", 2, 500}} {
		if got, err := ParseAmount(c.s, c.digits); err != nil || got != c.want {
			t.Errorf("ParseAmount(%q) = %d, %v", c.s, got, err)
		}
	}
	for _, s := range []string{"", "1.005", "--1", "1,5", "1e3", "99999999999999999999", "."} {
		if _, err := ParseAmount(s, 2); err == nil {
			t.Errorf("ParseAmount(%q) accepted", s)
		}
	}
	for minor, want := range map[int64]string{1250: "12.50", 5: "0.05", 0: "0.00", -500: "-5.00"} {
		if got := FormatAmount(minor, 2); got != want {
			t.Errorf("FormatAmount(%d) = %q", minor, got)
		}
	}
}

func TestResultError(t *testing.T) {
	r := Fail(CodeParameterPolicy, "", NewResultValue(NSDomain, "pw", "secret-value", "too weak"))
	err := r.Err()
	var re *ResultError
	if !errors.As(err, &re) || re.Code != CodeParameterPolicy || len(re.Reasons) != 1 {
		t.Fatalf("error %#v", err)
	}
	if strings.Contains(err.Error(), "secret-value") || !strings.Contains(err.Error(), "too weak") {
		t.Errorf("text %q", err)
	}
	if NewResponse(CodeOK).Err() != nil || (*Response)(nil).Err() == nil {
		t.Error("Err on success, or none on nothing")
	}
}

// XML processors read UTF-16 too (RFC 5730 section 5), when it is marked.
func TestUTF16(t *testing.T) {
	encode := func(s string, order binary.AppendByteOrder) []byte {
		out := order.AppendUint16(nil, 0xFEFF)
		for _, u := range utf16.Encode([]rune(s)) {
			out = order.AppendUint16(out, u)
		}
		return out
	}
	doc := `<?xml version="1.0" encoding="UTF-16"?><a><pw>secret</pw>书😀</a>`
	for name, order := range map[string]binary.AppendByteOrder{"big": binary.BigEndian, "little": binary.LittleEndian} {
		e, err := ParseElement(encode(doc, order))
		if err != nil || e.DeepText() != "secret书😀" {
			t.Errorf("%s endian: %v", name, err)
		}
		if m := string(Mask(encode(doc, order))); m != strings.Replace(doc, "secret", "********", 1) {
			t.Errorf("%s endian, masked: %s", name, m)
		}
		for what, bad := range map[string][]byte{
			"odd length":         append(encode("<a/>", order), ' '),
			"unpaired surrogate": append(append(encode("<a>", order), order.AppendUint16(nil, 0xD83D)...), encode("</a>", order)[2:]...),
			"half a pair at end": order.AppendUint16(encode("<a/>", order), 0xD83D),
			"declared as UTF-8":  encode(`<?xml version="1.0" encoding="UTF-8"?><a/>`, order),
			"no byte order mark": encode("<a/>", order)[2:],
			"entities":           encode(`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, order),
		} {
			if _, err := ParseElement(bad); err == nil {
				t.Errorf("%s endian, %s: accepted", name, what)
			}
		}
	}
	if _, err := ParseElement([]byte(`<?xml version="1.0" encoding="UTF-16"?><a/>`)); err == nil {
		t.Error("UTF-8 declared as UTF-16: accepted")
	}
}
