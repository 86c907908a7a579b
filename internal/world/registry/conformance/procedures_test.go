package conformance

// Where the description of a case skips a registry.

func noHostObjects(s *station) string {
	if s.attributes {
		return "epp.hostModel is attributes"
	}
	return ""
}

func noContacts(s *station) string {
	if s.dataModel == "minimum" {
		return "general.registryDataModel is minimum"
	}
	return ""
}

func nothingLinked(s *station) string {
	if s.attributes && s.dataModel == "minimum" {
		return "epp.hostModel is attributes and general.registryDataModel minimum"
	}
	return ""
}

func narrowGlue(s *station) string {
	if s.attributes {
		return "epp.hostModel is attributes"
	}
	if s.text("dns.gluePolicy") == "narrow" {
		return "dns.gluePolicy is narrow"
	}
	return ""
}

// thick is the registrar whose names need contacts.
func (p *plan) thick() int {
	if p.contacts(1) {
		return 1
	}
	return 2
}

// ordinary is a case of which only the extension input is not applicable.
func ordinary(f func(*run), skips func(*station) string) procedure {
	return procedure{perform: f, skips: skips, notApplicable: map[string]string{"EPP_INVALID_EXTENSION": noExtensionInput}}
}

// procedures by case.
var procedures = map[string]procedure{
	"epp-01": {perform: epp01, points: []string{
		"points 1 and 2 in the public DNS: a name server of the test publishes A and AAAA for loopback addresses",
		"point 3, TCP port 700 and access lists: a free port on 127.0.0.1 and ::1",
		"point 6, an authority that browsers trust: the simulators' own is trusted, and a client that does not trust it is seen to refuse",
	}},
	"epp-02": {perform: epp02, points: []string{"point 2, NTP: both clocks are this machine's", "point 6, the registry at IANA itself: its entries are listed in the test"}},
	"epp-03": ordinary(epp03, nil),
	"epp-04": ordinary(epp04, nil),
	"epp-05": ordinary(epp05, noHostObjects),
	"epp-06": ordinary(epp06, noContacts),
	"epp-07": ordinary(epp07, noContacts),
	"epp-08": ordinary(epp08, noContacts),
	"epp-09": ordinary(epp09, noContacts),
	"epp-10": ordinary(epp10, noContacts),
	"epp-11": ordinary(epp11, noHostObjects),
	"epp-12": ordinary(epp12, noHostObjects),
	"epp-13": ordinary(epp13, noHostObjects),
	"epp-14": {perform: epp14, notApplicable: map[string]string{"EPP_INVALID_EXTENSION": noExtensionInput},
		points: []string{"the repository identifier's registration at IANA: it is the simulator's own, and its form is checked"}},
	"epp-15": ordinary(epp15, nothingLinked),
	"epp-16": ordinary(epp16, nil),
	"epp-17": ordinary(epp17, nil),
	"epp-18": ordinary(epp18, nil),
	"epp-19": ordinary(epp19, nil),
	"epp-20": ordinary(epp20, nil),
	"epp-21": ordinary(epp21, nil),
	"epp-22": {perform: epp22, points: []string{"the add grace period ends by time here, not by a renewal: the registry's clock is moved past it first",
		"with epp.restoreReportRequired the request precedes the report, as RFC 3915 section 3.1 has it"}},
	"epp-23": ordinary(epp23, noHostObjects),
	"epp-24": ordinary(epp24, noHostObjects),
	"epp-25": ordinary(epp25, noHostObjects),
	"epp-26": ordinary(epp26, narrowGlue),
	"epp-27": ordinary(epp27, noHostObjects),
}
