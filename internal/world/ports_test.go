package world

import "testing"

func TestPortPlan(t *testing.T) {
	p, err := plan("")
	if err != nil || p.control != 8090 || p.mailbox != 8091 || p.web != 8092 || p.smtp != 8025 || p.dns != 5300 ||
		p.epp != [3]int{7001, 7002, 7003} || p.rdap != [3]int{8101, 8102, 8103} || p.whois != [3]int{4301, 4302, 4303} || p.verifierEPP != 7010 || p.verifierHTTP != 8110 {
		t.Errorf("defaults: %+v %v", p, err)
	}
	for _, free := range []string{":0", "0"} {
		if p, err := plan(free); err != nil || p != (ports{}) {
			t.Errorf("%s: %+v %v", free, p, err)
		}
	}
	p, err = plan("20000")
	want := ports{control: 20000, mailbox: 20001, web: 20002, smtp: 20003, dns: 20004,
		epp: [3]int{20005, 20006, 20007}, rdap: [3]int{20008, 20009, 20010}, whois: [3]int{20011, 20012, 20013}, verifierEPP: 20014, verifierHTTP: 20015}
	if err != nil || p != want {
		t.Errorf("20000: %+v %v", p, err)
	}
	for _, bad := range []string{"x", "-1", "65530", "70000"} {
		if _, err := plan(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
