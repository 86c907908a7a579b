package world

import (
	"path/filepath"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/papers"
	"github.com/openregistrar/openregistrar/internal/world/pki"
	"github.com/openregistrar/openregistrar/internal/world/verifier"
)

// VerifierInfo is how to reach the authority that verifies registrants, as its
// two providers, and as whom.
type VerifierInfo struct {
	// Provider 1: EPP with nv-1.0. Its certificate is under the world's ca_file.
	EPP              string `json:"epp"`
	ServerName       string `json:"server_name"`
	ClID             string `json:"clid"`
	Password         string `json:"password"`
	CertFile         string `json:"cert_file"`
	KeyFile          string `json:"key_file"`
	FailoverCertFile string `json:"failover_cert_file"`
	FailoverKeyFile  string `json:"failover_key_file"`
	SessionCap       int    `json:"session_cap"`
	LongestCommandMS int64  `json:"longest_command_ms"`
	// Provider 2: JSON over HTTP.
	HTTP           string `json:"http"` // http://127.0.0.1:8110
	AppID          string `json:"app_id"`
	Secret         string `json:"secret"`          // signs requests
	CallbackSecret string `json:"callback_secret"` // signs callbacks
}

// openVerifier opens the authority and has registries take its codes.
func (w *World) openVerifier(dir string, id *pki.Authority) error {
	acc := verifier.Account{ID: ourClID}
	vi := &w.info.Verifier
	for name, into := range map[string]*string{"verifier": &acc.Password, "verifier-requests": &acc.Secret, "verifier-callbacks": &acc.CallbackSecret} {
		pw, err := id.Password(name, ourClID)
		if err != nil {
			return err
		}
		*into = pw
	}
	var sha, sha2 string
	var err error
	if vi.CertFile, vi.KeyFile, sha, err = id.Client(ourClID); err != nil {
		return err
	}
	if vi.FailoverCertFile, vi.FailoverKeyFile, sha2, err = id.Failover(ourClID); err != nil {
		return err
	}
	acc.Certificates = []string{sha, sha2}
	vi.ServerName, vi.ClID, vi.AppID, vi.SessionCap, vi.LongestCommandMS = "localhost", ourClID, ourClID, verifier.MaxSessions, longestCommand.Milliseconds()
	vi.Password, vi.Secret, vi.CallbackSecret = acc.Password, acc.Secret, acc.CallbackSecret
	people, orgs := population()
	w.verifier, err = verifier.Open(filepath.Join(dir, "verifier"), w.clock.Now, verifier.Options{Accounts: []verifier.Account{acc},
		People: people, Organisations: orgs, Log: w.log.With("party", "verifier")})
	if err != nil {
		return err
	}
	w.closers = append(w.closers, w.verifier.Close)
	for _, n := range verifier.Providers {
		w.providers.builtIn[strconv.Itoa(n)] = Provider{Subject: verifier.Subject(n), RootsPEM: string(w.verifier.RootPEM(n)), Types: verifier.CodeTypes()}
	}
	return nil
}

// startVerifier brings up both providers, and has the clock know of them.
func (w *World) startVerifier(p ports, id *pki.Authority) error {
	conf, err := id.ServerTLS("verifier")
	if err != nil {
		return err
	}
	ln, err := listen("127.0.0.1", p.verifierEPP)
	if err != nil {
		return err
	}
	w.closers = append(w.closers, func() error { return closed(ln.Close()) }) // also where it is closed before it serves
	w.info.Verifier.EPP = ln.Addr().String()
	w.running.Go(func() {
		if err := w.verifier.ServeEPP(ln, conf); err != nil {
			w.log.Error("EPP stopped", "party", "verifier", "error", err.Error())
		}
	})
	if w.info.Verifier.HTTP, err = w.serveHTTP("127.0.0.1", p.verifierHTTP, control.LocalOnly(w.verifier.Handler())); err != nil {
		return err
	}
	w.stepper.Parties = append(w.stepper.Parties, w.verifier)
	return nil
}

// population fills the registers of a new world: the mainland's people under
// their identity cards and their passports, those of Hong Kong, Macao and Taiwan
// under their permits, foreigners who live here under their permanent residence
// cards, and the organisations.
func population() (people, orgs []verifier.Entry) {
	until := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Format(time.DateOnly)
	}
	for _, p := range papers.People() {
		e := verifier.Entry{Number: p.Number, Name: p.Name, Latin: p.Latin, State: verifier.StateOK, Issued: until(p.ValidFrom), ValidUntil: until(p.ValidUntil)}
		people = append(people, e)
		if p.Passport != "" {
			e.Number, e.Issued, e.ValidUntil = p.Passport, "", ""
			people = append(people, e)
		}
	}
	for _, v := range papers.Visitors() {
		if v.Type == "GWSFZ" || v.Region == "HK" || v.Region == "MO" || v.Region == "TW" {
			people = append(people, verifier.Entry{Number: v.Number, Name: v.Name, Latin: v.Latin, State: verifier.StateOK,
				Issued: until(v.ValidFrom), ValidUntil: until(v.ValidUntil)})
		}
	}
	all := papers.People()
	for _, o := range papers.Organisations() {
		orgs = append(orgs, verifier.Entry{Number: o.Code, Name: o.Name, Latin: o.Latin, State: verifier.StateOK, Issued: until(o.Founded),
			ValidUntil: until(o.ValidUntil), Representative: all[o.Representative].Name, Registration: o.Registration})
	}
	return people, orgs
}
