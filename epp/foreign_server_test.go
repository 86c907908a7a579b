package epp_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A registry that shares nothing with this library: written from the RFCs'
// texts, with its own framing, encoding/xml for reading, and answers as text in
// spellings that change with every frame. It knows the commands of the test
// beside it by their shape and plays its part in them.

const (
	fEPP     = "urn:ietf:params:xml:ns:epp-1.0"
	fDomain  = "urn:ietf:params:xml:ns:domain-1.0"
	fHost    = "urn:ietf:params:xml:ns:host-1.0"
	fContact = "urn:ietf:params:xml:ns:contact-1.0"
	fRGP     = "urn:ietf:params:xml:ns:rgp-1.0"
	fSecDNS  = "urn:ietf:params:xml:ns:secDNS-1.1"
)

// fNode is an element as encoding/xml sees it.
type fNode struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Kids    []fNode    `xml:",any"`
	Text    string     `xml:",chardata"`
}

// shape writes what matters of an element: namespaces in short, attributes,
// text, children in order.
func (n fNode) shape() string {
	short := map[string]string{fEPP: "", fDomain: "d:", fHost: "h:", fContact: "c:", fRGP: "rgp:", fSecDNS: "sec:"}
	ns, ok := short[n.XMLName.Space]
	if !ok {
		ns = "{" + n.XMLName.Space + "}"
	}
	out := ns + n.XMLName.Local
	for _, a := range n.Attrs {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
			out += "@" + a.Name.Local + "=" + a.Value
		}
	}
	if len(n.Kids) == 0 {
		if n.Text != "" {
			out += "=" + n.Text
		}
		return out
	}
	kids := make([]string, len(n.Kids))
	for i, k := range n.Kids {
		kids[i] = k.shape()
	}
	return out + "(" + strings.Join(kids, " ") + ")"
}

func (n fNode) find(local string) string {
	if n.XMLName.Local == local {
		return strings.TrimSpace(n.Text)
	}
	for _, k := range n.Kids {
		if t := k.find(local); t != "" {
			return t
		}
	}
	return ""
}

// fStyle is one way of writing XML that namespaces and schemas allow.
type fStyle struct {
	declaration string
	prefix      map[string]string // of E D H C R S
	local       bool              // objects redeclare the default namespace
	token       func(string) string
	text        func(string) string
	time        func(time.Time) string
	between     string
	quote       string
}

func fCDATA(s string) string {
	return "<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>"
}

func fEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

var fStyles = []fStyle{
	{"", map[string]string{"E": "e:", "D": "dom:", "H": "hst:", "C": "con:", "R": "r:", "S": "s:"}, false,
		fEscape, fEscape, func(t time.Time) string { return t.Format("2006-01-02T15:04:05.0Z") }, "", `"`},
	{"<?xml version='1.0' encoding='utf-8' standalone=\"yes\"?>\r\n<!-- made by hand -->", map[string]string{"E": "", "D": "contact:", "H": "domain:", "C": "host:", "R": "secDNS:", "S": "rgp:"}, false,
		func(s string) string { return "\r\n\t" + fCDATA(s) + "  " }, fCDATA,
		func(t time.Time) string { return t.In(time.FixedZone("", 8*3600)).Format("2006-01-02T15:04:05-07:00") }, "\r\n  <!-- -->\t", `'`},
	{"\ufeff<?xml version=\"1.0\"?><?style none?>", map[string]string{"E": "", "D": "", "H": "", "C": "", "R": "", "S": ""}, true,
		func(s string) string { // every character by number
			var b strings.Builder
			for _, r := range s {
				fmt.Fprintf(&b, "&#x%X;", r)
			}
			return b.String()
		}, fEscape, func(t time.Time) string { return t.Format("2006-01-02T15:04:05.000000000Z") }, "\n", `"`},
}

var (
	fTag   = regexp.MustCompile(`(</?)([EDHCRS]):(\w+)`)
	fToken = regexp.MustCompile(`\[\[(.*?)\]\]`)
	fText  = regexp.MustCompile(`\(\((.*?)\)\)`)
	fTime  = regexp.MustCompile(`@(\d+)@`)
)

// write turns a template into a document. <E:x> is an element of a
// namespace, [[x]] a token, ((x)) a text, @n@ a moment, | a place between
// elements where white space and comments may stand.
func (s fStyle) write(tmpl string) string {
	uri := map[string]string{"E": fEPP, "D": fDomain, "H": fHost, "C": fContact, "R": fRGP, "S": fSecDNS}
	doc := strings.ReplaceAll(tmpl, "|", "\x00")
	var stack []string // namespaces in force, for local declarations
	doc = fTag.ReplaceAllStringFunc(doc, func(m string) string {
		p := fTag.FindStringSubmatch(m)
		if p[1] == "</" {
			if s.local {
				stack = stack[:len(stack)-1]
			}
			return "</" + s.prefix[p[2]] + p[3]
		}
		out := "<" + s.prefix[p[2]] + p[3]
		if s.local {
			if len(stack) == 0 || stack[len(stack)-1] != p[2] {
				out += " xmlns=" + s.quote + uri[p[2]] + s.quote
			}
			stack = append(stack, p[2])
		} else if p[2]+p[3] == "Eepp" {
			for k, u := range uri {
				if x := s.prefix[k]; x == "" {
					out += " xmlns=" + s.quote + u + s.quote
				} else {
					out += " xmlns:" + strings.TrimSuffix(x, ":") + "=" + s.quote + u + s.quote
				}
			}
		}
		return out
	})
	doc = fToken.ReplaceAllStringFunc(doc, func(m string) string { return s.token(m[2 : len(m)-2]) })
	doc = fText.ReplaceAllStringFunc(doc, func(m string) string { return s.text(m[2 : len(m)-2]) })
	doc = fTime.ReplaceAllStringFunc(doc, func(m string) string {
		n, _ := strconv.ParseInt(m[1:len(m)-1], 10, 64)
		return s.time(time.Unix(n, 0).UTC())
	})
	return s.declaration + strings.ReplaceAll(doc, "\x00", s.between)
}

// fServer answers one connection after the other.
type fServer struct {
	ln     net.Listener
	style  int
	shapes chan string
	failed chan error
}

func (f *fServer) serve() {
	for {
		nc, err := f.ln.Accept()
		if err != nil {
			return
		}
		if err := f.session(nc); err != nil && !errors.Is(err, io.EOF) {
			f.failed <- err
		}
		nc.Close()
	}
}

func (f *fServer) send(nc net.Conn, tmpl string) error {
	doc := fStyles[f.style%len(fStyles)].write(tmpl)
	f.style++
	n := len(doc) + 4
	frame := append([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, doc...)
	for _, cut := range []int{1, 3, 17, 100} { // in pieces that mean nothing
		if cut < len(frame) {
			if _, err := nc.Write(frame[:cut]); err != nil {
				return err
			}
			frame = frame[cut:]
		}
	}
	_, err := nc.Write(frame)
	return err
}

func (f *fServer) receive(nc net.Conn) (fNode, error) {
	var root fNode
	head := make([]byte, 4)
	if _, err := io.ReadFull(nc, head); err != nil {
		return root, err
	}
	body := make([]byte, int(head[0])<<24|int(head[1])<<16|int(head[2])<<8|int(head[3])-4)
	if _, err := io.ReadFull(nc, body); err != nil {
		return root, err
	}
	if err := xml.Unmarshal(body, &root); err != nil {
		return root, err
	}
	if root.XMLName != (xml.Name{Space: fEPP, Local: "epp"}) || len(root.Kids) != 1 {
		return root, fmt.Errorf("no EPP: %s", body)
	}
	return root.Kids[0], nil
}

func (f *fServer) session(nc net.Conn) error {
	greeting := `<E:epp>|<E:greeting>|<E:svID>((Foreign & Sons))</E:svID>|<E:svDate>@1795507200@</E:svDate>|<E:svcMenu>|<E:version>[[1.0]]</E:version><E:lang>fr-CA</E:lang><E:lang>en</E:lang>|` +
		`<E:objURI>` + fDomain + `</E:objURI><E:objURI>urn:foreign:obj-1.0</E:objURI><E:objURI>` + fHost + `</E:objURI>|<E:objURI>[[` + fContact + `]]</E:objURI>|` +
		`<E:svcExtension><E:extURI>urn:foreign:ext-2.0</E:extURI><E:extURI>` + fRGP + `</E:extURI><E:extURI>` + fSecDNS + `</E:extURI></E:svcExtension></E:svcMenu>|` +
		`<E:dcp><E:access><E:personalAndOther/></E:access><E:statement><E:purpose><E:other/></E:purpose><E:recipient><E:ours><E:recDesc>us</E:recDesc></E:ours><E:ours/></E:recipient><E:retention><E:legal/></E:retention></E:statement><E:expiry><E:relative>P1Y</E:relative></E:expiry></E:dcp>|</E:greeting></E:epp>`
	if err := f.send(nc, greeting); err != nil {
		return err
	}
	waiting := 1 // messages in the queue
	for n := 1; ; n++ {
		cmd, err := f.receive(nc)
		if err != nil {
			return err
		}
		if cmd.XMLName.Local == "hello" {
			if err := f.send(nc, greeting); err != nil {
				return err
			}
			continue
		}
		id := cmd.find("clTRID")
		shape := strings.TrimSuffix(strings.TrimPrefix(cmd.shape(), "command("), " clTRID="+id+")")
		f.shapes <- shape
		result, rest := fAnswer(shape, &waiting)
		trID := `<E:trID>|<E:clTRID>[[` + id + `]]</E:clTRID>|<E:svTRID>` + fmt.Sprintf("F-%04d", n) + `</E:svTRID></E:trID>`
		if err := f.send(nc, `<E:epp>|<E:response>|`+result+`|`+rest+trID+`|</E:response>|</E:epp>`); err != nil {
			return err
		}
		if shape == "logout" {
			return nil
		}
	}
}

// fAnswer plays the registry's part.
func fAnswer(shape string, waiting *int) (result, rest string) {
	ok := `<E:result code="1000"><E:msg lang="fr">((C'est fait; <b> & fini))</E:msg></E:result>`
	data := func(x string) string { return `<E:resData>|` + x + `|</E:resData>` }
	verb, body, _ := strings.Cut(shape, "(")
	verb, op, _ := strings.Cut(verb, "@op=")
	kind := map[bool]string{true: "D", false: "C"}[strings.HasPrefix(body, "d:")]
	if strings.HasPrefix(body, "h:") {
		kind = "H"
	}
	id := map[string]string{"D": "name", "H": "name", "C": "id"}[kind]
	el := func(local, inner string) string {
		return `<` + kind + `:` + local + `>` + inner + `</` + kind + `:` + local + `>`
	}
	switch {
	case verb == "login":
		return ok, ""
	case verb == "logout":
		return `<E:result code="1500"><E:msg>((bye))</E:msg></E:result>`, ""
	case verb == "poll" && op == "req" && *waiting > 0:
		return `<E:result code="1301"><E:msg>((one))</E:msg></E:result>`,
			`<E:msgQ count=" 1 " id="F/7 x">|<E:qDate>@1795507200@</E:qDate>|<E:msg lang="fr">Nom <b xmlns="urn:foreign:html">attendu</b> : oui</E:msg></E:msgQ>` +
				data(`<D:panData><D:name paResult=" true ">[[later.example]]</D:name><D:paTRID>|<E:clTRID>OLD-1</E:clTRID><E:svTRID>[[F-OLD]]</E:svTRID></D:paTRID>|<D:paDate>@1795507260@</D:paDate></D:panData>`)
	case verb == "poll" && op == "req":
		return `<E:result code="1300"><E:msg>((none))</E:msg></E:result>`, ""
	case verb == "poll":
		*waiting--
		return ok, `<E:msgQ count="0" id="F/7 x"/>`
	case strings.Contains(shape, "refused.example"):
		return `<E:result code="2306"><E:msg lang="fr">((Non))</E:msg>|<E:value><D:name>[[refused.example]]</D:name></E:value><E:extValue>|<E:value><D:period unit="y">9</D:period></E:value><E:reason lang="fr">((trop long))</E:reason></E:extValue></E:result>|` +
			`<E:result code="2003"><E:msg>((more))</E:msg><E:extValue><E:value>mixed <x xmlns="urn:foreign:x">y</x></E:value><E:reason>((contact wanted))</E:reason></E:extValue></E:result>`, ""
	case strings.Contains(shape, "absent.example"):
		return `<E:result code="2303"><E:msg>((who?))</E:msg><E:value><E:undef/></E:value></E:result>`, ""
	case strings.Contains(shape, "later.example"):
		return `<E:result code="1001"><E:msg>((wait))</E:msg></E:result>`, data(`<D:creData><D:name>later.example</D:name><D:crDate>@1795507200@</D:crDate></D:creData>`)
	case verb == "check":
		return ok, data(el("chkData", `|`+el("cd", `<`+kind+`:`+id+` avail=" 1 ">[[free]]</`+kind+`:`+id+`>`)+`|`+el("cd", `|<`+kind+`:`+id+` avail="false">[[taken]]</`+kind+`:`+id+`>|<`+kind+`:reason lang="fr">[[déjà pris]]</`+kind+`:reason>|`)))
	case verb == "info" && kind == "D":
		return ok, data(`<D:infData>|<D:name>[[one.example]]</D:name>|<D:roid>ONE_1-FOREIGN</D:roid><D:status s=" clientHold " lang="fr">((retenu))</D:status><D:status s="pendingTransfer"/>|<D:registrant>abc</D:registrant><D:contact>[[none-01]]</D:contact><D:contact type="tech">def</D:contact>`+
			`<D:ns>|<D:hostAttr><D:hostName>[[ns1.one.example]]</D:hostName><D:hostAddr>192.0.2.1</D:hostAddr><D:hostAddr ip="v6">[[2001:db8::1]]</D:hostAddr></D:hostAttr>|</D:ns><D:host>ns1.one.example</D:host><D:clID>us-1</D:clID><D:crDate>@1795507200@</D:crDate>|<D:exDate>@1827043200@</D:exDate>`+
			`<D:authInfo><D:pw roid="ABC-FOREIGN">((se & cret))</D:pw></D:authInfo>|</D:infData>`) +
			`<E:extension>|<u:future xmlns:u="urn:foreign:ext-3.0" u:a="1"><u:b/>t</u:future><R:infData><R:rgpStatus s="addPeriod"/></R:infData>|<S:infData><S:dsData>|<S:keyTag>[[12345]]</S:keyTag><S:alg>13</S:alg><S:digestType>2</S:digestType><S:digest>[[` + strings.Repeat("ab", 32) + `]]</S:digest></S:dsData></S:infData></E:extension>|`
	case verb == "info" && kind == "H":
		return ok, data(`<H:infData><H:name>[[ns1.one.example]]</H:name><H:roid>H_1-FOREIGN</H:roid><H:status s="linked"/><H:status s="ok"/><H:addr>[[192.0.2.1]]</H:addr><H:addr ip="v6">2001:DB8:0:0:0:0:0:1</H:addr><H:clID>us-1</H:clID><H:crID>us-1</H:crID><H:crDate>@1795507200@</H:crDate></H:infData>`)
	case verb == "info":
		return ok, data(`<C:infData><C:id>[[abc]]</C:id><C:roid>C_1-FOREIGN</C:roid><C:status s="linked"/>|<C:postalInfo type="loc">|<C:name>((王 伟))</C:name><C:addr><C:city>((上海))</C:city><C:cc>[[CN]]</C:cc></C:addr></C:postalInfo>` +
			`<C:voice x="12 ">+86.13800000000</C:voice><C:fax/><C:email>[[wei@one.example]]</C:email><C:clID>us-1</C:clID><C:crID>us-1</C:crID><C:crDate>@1795507200@</C:crDate>|<C:disclose flag=" false "><C:name type="int"/><C:voice/></C:disclose></C:infData>`)
	case verb == "create":
		return ok, data(el("creData", el(id, `[[made]]`)+`|`+el("crDate", `@1795507200@`)))
	case verb == "renew":
		return ok, data(`<D:renData><D:name>[[one.example]]</D:name>|<D:exDate>@1858579200@</D:exDate></D:renData>`)
	case verb == "transfer":
		status := map[string]string{"request": "pending", "query": "serverApproved", "approve": "clientApproved", "reject": "clientRejected", "cancel": "clientCancelled"}[op]
		return ok, data(el("trnData", el(id, `[[moved]]`)+el("trStatus", `[[`+status+`]]`)+el("reID", `us-1`)+`|`+el("reDate", `@1795507200@`)+el("acID", `[[them-1]]`)+el("acDate", `@1795939200@`)))
	}
	return ok, "" // update, delete
}

// fStart makes certificates of its own and serves over TLS, client
// certificates required.
func fStart(t *testing.T, style int) (*fServer, *tls.Config) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	issue := func(name string, parent *x509.Certificate) *x509.Certificate {
		c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: parent == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
		if parent == nil {
			parent = c
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, key)
		must(err)
		c, err = x509.ParseCertificate(der)
		must(err)
		return c
	}
	ca := issue("Foreign CA", nil)
	pool := x509.NewCertPool()
	pool.AddCert(ca)
	pair := func(name string) []tls.Certificate {
		return []tls.Certificate{{Certificate: [][]byte{issue(name, ca).Raw}, PrivateKey: key}}
	}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: pair("server"), ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert})
	must(err)
	f := &fServer{ln: ln, style: style, shapes: make(chan string, 100), failed: make(chan error, 10)}
	t.Cleanup(func() { ln.Close() })
	go f.serve()
	return f, &tls.Config{RootCAs: pool, Certificates: pair("us-1")}
}
