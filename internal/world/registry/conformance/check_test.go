package conformance

import (
	"crypto/rand"
	"testing"

	"github.com/openregistrar/openregistrar/epp"
)

func TestEPP04(t *testing.T) { perform(t, "epp-04") }
func TestEPP05(t *testing.T) { perform(t, "epp-05") }
func TestEPP06(t *testing.T) { perform(t, "epp-06") }

func epp04(r *run) {
	s := r.login(1)
	items := func(resp *epp.Response) []epp.CheckItem {
		if d, ok := epp.Find[*epp.DomainCheckData](resp.ResData); ok {
			return d.Items
		}
		return nil
	}
	for _, tld := range tlds {
		for _, bad := range badNames(tld) {
			resp := s.raw(epp.VerbCheck, "", `<check xmlns="`+epp.NSDomain+`"><name>`+escape(bad)+`</name></check>`)
			r.check("EPP_DOMAIN_CHECK_INVALID_DOMAIN_INCORRECT_AVAIL", goesBy(resp, items(resp)), "%q: %d %+v", bad, resp.Code(), items(resp))
		}
		free := []string{label() + "." + tld, label() + "." + tld}
		resp := s.do(&epp.DomainCheck{Names: free})
		s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", resp, "a check")
		got := items(resp)
		for i, name := range free {
			r.check("EPP_DOMAIN_CHECK_VALID_DOMAIN_INCORRECT_AVAIL", len(got) == len(free) && got[i].ID == name && got[i].Avail, "%s: %+v", name, got)
		}
	}
	names := r.st.list("epp.registeredNames")
	got := items(s.do(&epp.DomainCheck{Names: names}))
	for i, name := range names {
		r.check("EPP_DOMAIN_CHECK_REGISTERED_DOMAIN_INCORRECT_AVAIL", len(got) == len(names) && got[i].ID == name && !got[i].Avail, "%s: %+v", name, got)
	}
}

func epp05(r *run) {
	s := r.login(1)
	items := func(resp *epp.Response) []epp.CheckItem {
		if d, ok := epp.Find[*epp.HostCheckData](resp.ResData); ok {
			return d.Items
		}
		return nil
	}
	for _, suffix := range append([]string{"example"}, tlds...) {
		for _, bad := range badNames(suffix) {
			resp := s.raw(epp.VerbCheck, "", `<check xmlns="`+epp.NSHost+`"><name>`+escape(bad)+`</name></check>`)
			r.check("EPP_HOST_CHECK_INVALID_HOST_INCORRECT_AVAIL", goesBy(resp, items(resp)), "%q: %d %+v", bad, resp.Code(), items(resp))
		}
		free := "ns1." + label() + "." + suffix
		resp := s.do(&epp.HostCheck{Names: []string{free}})
		s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", resp, "a check")
		got := items(resp)
		r.check("EPP_HOST_CHECK_VALID_HOST_INCORRECT_AVAIL", len(got) == 1 && got[0].ID == free && got[0].Avail, "%s: %+v", free, got)
	}
	names := r.st.list("epp.registeredNameservers")
	got := items(s.do(&epp.HostCheck{Names: names}))
	for i, name := range names {
		r.check("EPP_HOST_CHECK_REGISTERED_HOST_INCORRECT_AVAIL", len(got) == len(names) && got[i].ID == name && !got[i].Avail, "%s: %+v", name, got)
	}
}

// badIDs are no clIDType of RFC 5730: a token of 3 to 16 characters.
var badIDs = []string{"ab", "x", "abcdefghijklmnopq", "a-very-long-identifier-of-forty-characters"}

func epp06(r *run) {
	s := r.login(r.st.thick())
	items := func(resp *epp.Response) []epp.CheckItem {
		if d, ok := epp.Find[*epp.ContactCheckData](resp.ResData); ok {
			return d.Items
		}
		return nil
	}
	for _, bad := range badIDs {
		resp := s.raw(epp.VerbCheck, "", `<check xmlns="`+epp.NSContact+`"><id>`+bad+`</id></check>`)
		r.check("EPP_CONTACT_CHECK_INVALID_CONTACT_ID_INCORRECT_AVAIL", goesBy(resp, items(resp)), "%q: %d %+v", bad, resp.Code(), items(resp))
	}
	free := "RST-" + rand.Text()[:10]
	resp := s.do(&epp.ContactCheck{IDs: []string{free}})
	s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", resp, "a check")
	got := items(resp)
	r.check("EPP_CONTACT_CHECK_VALID_CONTACT_ID_INCORRECT_AVAIL", len(got) == 1 && got[0].ID == free && got[0].Avail, "%s: %+v", free, got)
	ids := r.st.list("epp.registeredContacts")
	got = items(s.do(&epp.ContactCheck{IDs: ids}))
	for i, id := range ids {
		r.check("EPP_CONTACT_CHECK_REGISTERED_CONTACT_ID_INCORRECT_AVAIL", len(got) == len(ids) && got[i].ID == id && !got[i].Avail, "%s: %+v", id, got)
	}
}
