package epp

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
)

// A server that shares nothing with the codec: raw text with other prefixes,
// layout, CDATA and a greeting of its own.
func TestClientAgainstForeignServer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	script := []struct{ want, answer string }{
		{`<login>`, `<?xml version="1.0"?><e:epp xmlns:e="urn:ietf:params:xml:ns:epp-1.0"><e:response><e:result code="1000"><e:msg lang="en-US">Welcome</e:msg></e:result><e:trID><e:clTRID>TRID</e:clTRID><e:svTRID>s-1</e:svTRID></e:trID></e:response></e:epp>`},
		{`<domain:info `, "<?xml version='1.0' encoding='utf-8'?>\r\n<ns0:epp xmlns:ns0='urn:ietf:params:xml:ns:epp-1.0' xmlns:ns1='urn:ietf:params:xml:ns:domain-1.0'\r\n xmlns:q='urn:ietf:params:xml:ns:rgp-1.0'>\r\n<ns0:response>\r\n<ns0:result code='1000'><ns0:msg><![CDATA[OK & done]]></ns0:msg></ns0:result>\r\n<ns0:resData><ns1:infData>\r\n<ns1:name>\r\n  example.com\r\n</ns1:name><ns1:roid>X-1</ns1:roid><ns1:status s='ok'>No problems</ns1:status><ns1:ns><ns1:hostAttr><ns1:hostName>ns1.example.com</ns1:hostName><ns1:hostAddr>192.0.2.1</ns1:hostAddr></ns1:hostAttr></ns1:ns><ns1:clID>opr</ns1:clID><ns1:exDate>2027-04-03T22:00:00.0+08:00</ns1:exDate></ns1:infData></ns0:resData>\r\n<ns0:extension><q:infData><q:rgpStatus s='autoRenewPeriod'/></q:infData><u:odd xmlns:u='urn:odd'/></ns0:extension><ns0:trID><ns0:clTRID>TRID</ns0:clTRID><ns0:svTRID>s-2</ns0:svTRID></ns0:trID></ns0:response></ns0:epp>"},
		{`<poll op="req"/>`, `<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><response><result code="2400"><msg>later</msg></result><trID><svTRID>s-3</svTRID></trID></response></epp>`},
		{`<logout/>`, `<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><response><result code="1500"><msg>bye</msg></result><trID><clTRID>TRID</clTRID><svTRID>s-4</svTRID></trID></response></epp>`},
	}
	failed := make(chan error, 1)
	go func() {
		failed <- func() error {
			nc, err := ln.Accept()
			if err != nil {
				return err
			}
			defer nc.Close()
			send := func(doc string) error {
				head := []byte{0, 0, byte((len(doc) + 4) >> 8), byte(len(doc) + 4)}
				for _, part := range [][]byte{head[:1], head[1:], []byte(doc[:7]), []byte(doc[7:])} {
					if _, err := nc.Write(part); err != nil {
						return err
					}
				}
				return nil
			}
			if err := send(`<g:epp xmlns:g="urn:ietf:params:xml:ns:epp-1.0"><g:greeting><g:svID>Foreign</g:svID><g:svDate>2026-11-23T08:00:00</g:svDate><g:svcMenu><g:version>1.0</g:version><g:lang>fr</g:lang><g:objURI>urn:ietf:params:xml:ns:domain-1.0</g:objURI><g:objURI>urn:foreign:obj</g:objURI><g:svcExtension><g:extURI>urn:ietf:params:xml:ns:rgp-1.0</g:extURI><g:extURI>urn:odd</g:extURI></g:svcExtension></g:svcMenu></g:greeting></g:epp>`); err != nil {
				return err
			}
			for i, s := range script {
				head := make([]byte, 4)
				if _, err := io.ReadFull(nc, head); err != nil {
					return err
				}
				body := make([]byte, int(head[2])<<8+int(head[3])-4)
				if _, err := io.ReadFull(nc, body); err != nil {
					return err
				}
				if !strings.Contains(string(body), s.want) {
					return fmt.Errorf("frame %d lacks %q: %s", i, s.want, body)
				}
				if i == 0 && (!strings.Contains(string(body), "<lang>fr</lang>") || strings.Contains(string(body), "urn:odd") || strings.Contains(string(body), "foreign") || strings.Contains(string(body), NSHost)) {
					return fmt.Errorf("login asks for what is not common: %s", body)
				}
				if err := send(strings.ReplaceAll(s.answer, "TRID", "T-"+fmt.Sprint(i))); err != nil {
					return err
				}
			}
			return nil
		}()
	}()
	var n atomic.Int32
	c := mustDial(t, ClientConfig{Addr: ln.Addr().String(), Extensions: allExt, TRID: func() string { return fmt.Sprint("T-", n.Add(1)-1) }})
	r, err := c.Do(t.Context(), &Command{Action: &DomainInfo{Name: "example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	d, ok := Find[*DomainInfoData](r.ResData)
	if !ok || d.Name != "example.com" || d.NS.Attrs[0].Addrs[0].String() != "192.0.2.1" || !d.ExDate.Equal(at("2027-04-03T14:00:00Z")) || r.Results[0].Msg != "OK & done" {
		t.Errorf("info %+v", r)
	}
	if rgp, ok := Find[*RGPInfoData](r.Extensions); !ok || rgp.Statuses[0].Value != RGPAutoRenewPeriod {
		t.Error("rgp status lost")
	}
	if raw, ok := Find[*Raw](r.Extensions); !ok || raw.Namespace() != "urn:odd" {
		t.Error("unknown extension lost")
	}
	if r, err := c.Do(t.Context(), &Command{Action: &Poll{Op: PollRequest}}); err != nil || r.Code() != CodeCommandFailed || c.Err() != nil {
		t.Errorf("2400 keeps the session (RFC 5730): %+v %v %v", r, err, c.Err())
	}
	if err := c.Logout(t.Context()); err != nil {
		t.Errorf("logout: %v", err)
	}
	if err := <-failed; err != nil {
		t.Error(err)
	}
}
