package conformance

import (
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

func TestEPP19(t *testing.T) { perform(t, "epp-19") }
func TestEPP20(t *testing.T) { perform(t, "epp-20") }

// strong is authorization information of 26 characters from 32: 130 bits.
func strong() string { return rand.Text()[:26] }

func (r *run) secure() bool {
	return slices.Contains(r.st.reg.Profile().Extensions, "urn:ietf:params:xml:ns:epp:secure-authinfo-transfer-1.0")
}

// offer makes a domain of registrar 1 and sets an authInfo; it returns both.
func (s *session) offer(years int) (*made, string) {
	s.Helper()
	m := s.prepare(1, tlds[0])
	m.create.Period = epp.Years(years)
	s.setup(m.create)
	code := strong()
	s.accepted("EPP_TRANSFER_SERVER_REJECTS_SECURE_AUTHINFO",
		s.do(&epp.DomainUpdate{Name: m.name, Chg: &epp.DomainChange{AuthInfo: epp.Password(code)}}), "an authInfo of 130 bits")
	return m, code
}

func wrongCode(code string) string {
	b := []byte(code)
	if b[0]++; b[0] > 'Z' {
		b[0] = 'A'
	}
	return string(b)
}

// request starts a transfer and sees it pending.
func (s *session) request(loser *session, m *made, code string) {
	s.Helper()
	for _, bad := range []string{wrongCode(code), strong(), ""} {
		s.refused("EPP_TRANSFER_SERVER_ACCEPTS_INCORRECT_AUTHINFO", s.do(&epp.DomainTransfer{Op: epp.TransferRequest, Name: m.name, Period: epp.Years(1), AuthInfo: epp.Password(bad)}), "a wrong authInfo")
	}
	s.refused("EPP_TRANSFER_SERVER_ACCEPTS_INCORRECT_AUTHINFO", s.do(&epp.DomainTransfer{Op: epp.TransferRequest, Name: m.name, Period: epp.Years(1)}), "no authInfo")
	resp := s.do(&epp.DomainTransfer{Op: epp.TransferRequest, Name: m.name, Period: epp.Years(1), AuthInfo: epp.Password(code)})
	if slices.Contains(s.listed, "EPP_DOMAIN_TRANSFER_REQUEST_FAILED") {
		s.accepted("EPP_DOMAIN_TRANSFER_REQUEST_FAILED", resp, "a transfer")
	} else if !resp.IsSuccess() {
		s.Errorf("a transfer was refused: %v", resp.Err())
	}
	for _, who := range []*session{s, loser} {
		d, _ := who.domainInfo(m.name)
		s.check("EPP_TRANSFER_INFO_RESPONSE_MISSING_OR_INVALID_STATUS_CODE", d != nil && d.HasStatus("pendingTransfer"), "%s sees %+v", who.clid, d)
	}
}

func epp19(r *run) {
	loser, gainer := r.login(1), r.login(2)
	// At the longest term there is no room for a transfer's year.
	full, code := loser.offer(10)
	gainer.refused("EPP_TRANSFER_SERVER_ACCEPTS_INVALID_PERIOD", gainer.do(&epp.DomainTransfer{Op: epp.TransferRequest, Name: full.name, Period: epp.Years(1), AuthInfo: epp.Password(code)}), "a transfer past the tenth year")

	m, code := loser.offer(1)
	if r.secure() {
		for _, weak := range []string{"short", "password", "12345678", "abcdefghijklmnop", "aaaaaaaaaaaaaaaaaaaaaaaaaa"} {
			resp := loser.do(&epp.DomainUpdate{Name: m.name, Chg: &epp.DomainChange{AuthInfo: epp.Password(weak)}})
			loser.refused("EPP_TRANSFER_SERVER_ACCEPTS_INSECURE_AUTHINFO", resp, "the authInfo "+weak)
		}
	}
	for _, bad := range []string{`<period unit="y">0</period>`, `<period unit="y">11</period>`, `<period unit="y">10</period>`, `<period unit="m">5</period>`, `<period unit="d">1</period>`, `<period unit="y">100</period>`} {
		resp := gainer.raw(epp.VerbTransfer, "request", `<transfer xmlns="`+epp.NSDomain+`"><name>`+m.name+`</name>`+bad+`<authInfo><pw>`+code+`</pw></authInfo></transfer>`)
		gainer.refused("EPP_TRANSFER_SERVER_ACCEPTS_INVALID_PERIOD", resp, bad)
	}
	before, _ := loser.domainInfo(m.name)
	gainer.request(loser, m, code)
	resp := loser.do(&epp.DomainTransfer{Op: epp.TransferApprove, Name: m.name})
	r.check("EPP_TRANSFER_NOT_PROCESSED", resp.IsSuccess(), "approval: %v", resp.Err())
	d, info := gainer.domainInfo(m.name)
	r.must("EPP_TRANSFER_NOT_PROCESSED", info.Code() == 1000 && d != nil && before != nil && d.ClID == gainer.clid, "%+v", d)
	r.check("EPP_TRANSFER_INFO_RESPONSE_MISSING_OR_INVALID_STATUS_CODE", !d.HasStatus("pendingTransfer"), "%+v", d.Statuses)
	r.check("EPP_TRANSFER_INFO_RESPONSE_UNEXPECTED_EXPIRY_DATE", d.ExDate.Equal(before.ExDate.AddDate(1, 0, 0)), "%s, was %s", d.ExDate, before.ExDate)
	r.check("EPP_TRANSFER_INFO_RESPONSE_MISSING_OR_INVALID_RGP_STATUS", slices.Contains(rgp(info), "transferPeriod"), "%v", rgp(info))
	// The code is void: it neither shows nor opens the name any more.
	r.check("EPP_TRANSFER_INFO_RESPONSE_AUTHINFO_NOT_RESET", d.AuthInfo == nil || d.AuthInfo.Pw != code, "it is shown")
	again := loser.do(&epp.DomainTransfer{Op: epp.TransferRequest, Name: m.name, Period: epp.Years(1), AuthInfo: epp.Password(code)})
	r.check("EPP_TRANSFER_INFO_RESPONSE_AUTHINFO_NOT_RESET", again.Code() == 2202, "the old code was answered %d", again.Code())
	if !d.TrDate.After(time.Now().Add(-2 * time.Minute)) {
		r.check("EPP_TRANSFER_NOT_PROCESSED", false, "trDate %s", d.TrDate)
	}
}

func epp20(r *run) {
	loser, gainer := r.login(1), r.login(2)
	m, code := loser.offer(1)
	before, _ := loser.domainInfo(m.name)
	gainer.request(loser, m, code)
	resp := loser.do(&epp.DomainTransfer{Op: epp.TransferReject, Name: m.name})
	if !resp.IsSuccess() {
		r.Errorf("the rejection was refused: %v", resp.Err())
	}
	told, _ := epp.Find[*epp.DomainTransferData](gainer.do(&epp.DomainTransfer{Op: epp.TransferQuery, Name: m.name}).ResData)
	r.check("EPP_TRANSFER_SERVER_PROCESSED_REJECTED_TRANSFER", told != nil && told.TrStatus == epp.TransferClientRejected, "the gaining registrar is told %+v", told)
	d, info := loser.domainInfo(m.name)
	r.check("EPP_TRANSFER_SERVER_PROCESSED_REJECTED_TRANSFER", info.Code() == 1000 && d != nil && before != nil && d.ClID == loser.clid && d.ExDate.Equal(before.ExDate), "%+v", d)
	r.check("EPP_TRANSFER_INFO_RESPONSE_MISSING_OR_INVALID_STATUS_CODE", d != nil && !d.HasStatus("pendingTransfer"), "%+v", d)
	r.check("EPP_TRANSFER_SERVER_PROCESSED_REJECTED_TRANSFER", !slices.Contains(rgp(info), "transferPeriod"), "%v", rgp(info))
}
