package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// minPassword is the shortest new password that is ever taken (RFC 5730 pwType).
const minPassword = 6

// passwordEnds is when an account's password is no longer taken; zero: never.
func (p *Profile) passwordEnds(g *Registrar) time.Time {
	if p.PasswordAge <= 0 || g.PasswordSet.IsZero() {
		return time.Time{}
	}
	return g.PasswordSet.Add(p.PasswordAge)
}

// judgePassword applies the age and the strength rules to a login whose
// credentials are right. ok false refuses it.
func (p *Profile) judgePassword(g *Registrar, login *epp.Login, now time.Time) (events []epp.LoginEvent, ok bool) {
	ok = true
	if ends := p.passwordEnds(g); !ends.IsZero() && login.NewPassword == "" {
		switch left := ends.Sub(now); {
		case left <= 0:
			ok = false
			events = append(events, epp.LoginEvent{Type: epp.EventPassword, Level: epp.LevelError, ExDate: ends, Text: "Password has expired"})
		case left <= p.PasswordWarn:
			events = append(events, epp.LoginEvent{Type: epp.EventPassword, Level: epp.LevelWarning, ExDate: ends, Text: "Password expires soon"})
		}
	}
	if pw := login.NewPassword; pw != "" {
		need := max(minPassword, p.MinPassword)
		text := ""
		switch {
		case len([]rune(pw)) < need:
			text = fmt.Sprintf("New password has fewer than %d characters", need)
		case passwordIs(g.Password, pw):
			text = "New password is the old one"
		}
		if text != "" {
			ok = false
			events = append(events, epp.LoginEvent{Type: epp.EventNewPW, Level: epp.LevelError, Text: text})
		}
	}
	return events, ok
}

// judgeCertificate warns of a client certificate that soon ends. Certificates
// live by the wall clock.
func (p *Profile) judgeCertificate(conn *epp.Conn, wall time.Time) []epp.LoginEvent {
	cert := conn.PeerCertificate()
	if cert == nil || p.CertWarn <= 0 || cert.NotAfter.Sub(wall) > p.CertWarn {
		return nil
	}
	return []epp.LoginEvent{{Type: epp.EventCertificate, Level: epp.LevelWarning, ExDate: cert.NotAfter.UTC(), Text: "Client certificate expires soon"}}
}

// withEvents adds login events to an answer, for clients that speak RFC 8807.
func withEvents(resp *epp.Response, conn *epp.Conn, events []epp.LoginEvent) *epp.Response {
	if len(events) > 0 && conn.HasService(epp.NSLoginSec) {
		resp.Extensions = append(resp.Extensions, &epp.LoginSecData{Events: events})
	}
	return resp
}

// fingerprintFits compares a certificate with the account's two.
func (g *Registrar) fingerprintFits(der []byte) bool {
	got := fingerprint(der)
	return got == g.CertSHA256 || g.CertSHA256B != "" && got == g.CertSHA256B
}

// underMaintenance is the answer while a maintenance window is in force; nil
// when the command may go on.
func (f *front) underMaintenance(transforms bool) *epp.Response {
	now := f.r.now()
	f.r.mu.RLock()
	impact := f.r.core.inWindow(now)
	f.r.mu.RUnlock()
	switch {
	case impact == ImpactFull:
		return epp.Fail(epp.CodeCommandFailedClosing, "", epp.ResultValue{Reason: "maintenance"})
	case impact == ImpactPartial && transforms:
		return epp.Fail(epp.CodeCommandFailed, "", epp.ResultValue{Reason: "maintenance: nothing can be changed"})
	}
	return nil
}

// fingerprint is the hexadecimal SHA-256 of a certificate.
func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}
