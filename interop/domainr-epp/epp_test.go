// Package domainrepp asks a running registry over EPP with the unmodified client domainr/epp, which has login, hello,
// check, info and logout. It reads
//
//	OPENREGISTRAR_WORLD  the world.json of a running `openregistrar world`
//
// and is not performed where that is unset.
package domainrepp

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/domainr/epp"
)

type registry struct {
	ID       string   `json:"id"`
	TLDs     []string `json:"tlds"`
	EPP      string   `json:"epp"`
	ClID     string   `json:"clid"`
	Password string   `json:"password"`
	CertFile string   `json:"cert_file"`
	KeyFile  string   `json:"key_file"`
}

func TestDomainrAsksEveryRegistry(t *testing.T) {
	file := os.Getenv("OPENREGISTRAR_WORLD")
	if file == "" {
		t.Skip("not performed: OPENREGISTRAR_WORLD names no running world")
	}
	var world struct {
		CAFile     string     `json:"ca_file"`
		Registries []registry `json:"registries"`
	}
	raw, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(raw, &world)
	}
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(world.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	if len(world.Registries) == 0 {
		t.Fatal("no registry")
	}
	for _, r := range world.Registries {
		t.Run(r.ID, func(t *testing.T) { ask(t, r, roots) })
	}
}

func ask(t *testing.T, r registry, roots *x509.CertPool) {
	cert, err := tls.LoadX509KeyPair(r.CertFile, r.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	dial := func() *epp.Conn {
		t.Helper()
		nc, err := tls.Dial("tcp", r.EPP, &tls.Config{RootCAs: roots, ServerName: "localhost", Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
		if err != nil {
			t.Fatal(err)
		}
		c, err := epp.NewTimeoutConn(nc, 20*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	refused := dial()
	_, err = refused.Login(r.ClID, "wrong-password", "")
	if code(err) != 2200 {
		t.Errorf("login with a wrong password: %v", err)
	}
	_ = refused.Close()

	c := dial()
	if c.Greeting.ServerName == "" || !slices.Equal(c.Greeting.Versions, []string{"1.0"}) || !c.Greeting.SupportsObject(epp.ObjDomain) {
		t.Errorf("greeting %+v", c.Greeting)
	}
	if _, err := c.DomainInfo("flowers."+r.TLDs[0], nil); code(err) != 2002 {
		t.Errorf("info before login: %v", err)
	}
	if res, err := c.Login(r.ClID, r.Password, ""); err != nil || res.Code != 1000 {
		t.Fatalf("login: %+v %v", res, err)
	}
	if err := c.Hello(); err != nil {
		t.Errorf("hello: %v", err)
	}
	free, taken := "nobody-has-this-name-8k2."+r.TLDs[0], "flowers."+r.TLDs[0] // seeded
	chk, err := c.CheckDomain(free, taken)
	if err != nil || len(chk.Checks) != 2 {
		t.Fatalf("check: %+v %v", chk, err)
	}
	if a, b := chk.Checks[0], chk.Checks[1]; a.Domain != free || !a.Available || b.Domain != taken || b.Available || b.Reason == "" {
		t.Errorf("check: %+v", chk.Checks)
	}
	info, err := c.DomainInfo(taken, nil)
	if err != nil {
		t.Fatalf("info: %v", err)
	}
	if info.Domain != taken || info.ID == "" || info.ClID == "" || len(info.Status) == 0 || info.CrDate.IsZero() || !info.ExDate.After(info.CrDate) {
		t.Errorf("info: %+v", info)
	}
	if _, err := c.DomainInfo(free, nil); code(err) != 2303 {
		t.Errorf("info of a free name: %v", err)
	}
	if err := c.Logout(); err != nil {
		t.Errorf("logout: %v", err)
	}
}

// code is the result code that a refusal carries.
func code(err error) int {
	var r *epp.Result
	if errors.As(err, &r) {
		return r.Code
	}
	return 0
}
