package registry

import (
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/epp"
)

func TestKeyData(t *testing.T) {
	// The key and the record of RFC 4509 section 2.3.
	rfc := Key{256, 3, 5, "AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw=="}
	if got, want := rfc.ds("dskey.example.com"), (DS{60485, 5, 2, "D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A"}); got != want {
		t.Errorf("DS %+v, want %+v", got, want)
	}
	p := Verisim()
	p.KeyData = true
	s := serve(t, p)
	c := s.fluent(openreg)
	cmd := s.ready(c, "signed.com")
	key := func(flags uint16, protocol, alg uint8) epp.SecDNSData {
		return epp.SecDNSData{Keys: []epp.KeyData{{Flags: flags, Protocol: protocol, Alg: alg, PubKey: rfc.PubKey}}}
	}
	s.do(c, 2306, cmd, &epp.SecDNSCreate{SecDNSData: epp.SecDNSData{DS: []epp.DSData{{KeyTag: 1, Alg: 8, DigestType: 2, Digest: strings.Repeat("AB", 32)}}}})
	s.do(c, 2306, cmd, &epp.SecDNSCreate{SecDNSData: key(258, 3, 8)})
	s.do(c, 2306, cmd, &epp.SecDNSCreate{SecDNSData: key(257, 3, 1)})
	s.do(c, 1000, cmd, &epp.SecDNSCreate{SecDNSData: key(257, 3, 8)})
	sec, ok := epp.Find[*epp.SecDNSInfoData](s.do(c, 1000, &epp.DomainInfo{Name: "signed.com"}).Extensions)
	if !ok || len(sec.Keys) != 1 || sec.Keys[0].Flags != 257 || len(sec.DS) != 0 {
		t.Errorf("info: %+v", sec)
	}
	d, _ := s.Delegation("signed.com")
	if len(d.DS) != 1 || d.DS[0].Algorithm != 8 || len(d.DS[0].Digest) != 64 {
		t.Errorf("in the zone: %+v", d.DS)
	}
	serial := s.Version()
	s.do(c, 2306, &epp.DomainUpdate{Name: "signed.com"}, &epp.SecDNSUpdate{Rem: key(256, 3, 8)})
	s.do(c, 1000, &epp.DomainUpdate{Name: "signed.com"}, &epp.SecDNSUpdate{Rem: key(257, 3, 8), Add: key(256, 3, 8)})
	if d, _ := s.Delegation("signed.com"); len(d.DS) != 1 || s.Version() == serial {
		t.Errorf("after the roll: %+v", d.DS)
	}
	s.do(c, 1000, &epp.DomainUpdate{Name: "signed.com"}, &epp.SecDNSUpdate{RemAll: true})
	if v, _ := s.Domain("signed.com"); len(v.Keys) != 0 {
		t.Errorf("keys stay: %+v", v.Keys)
	}
}
