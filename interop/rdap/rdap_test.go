// Package rdap asks a running registrar's RDAP server with the unmodified openrdap client. It reads
//
//	OPENREGISTRAR_RDAP  http://127.0.0.1:8083
//	OPENREGISTRAR_NAME  a name that is registered there
//
// and is not performed where they are unset.
package rdap

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openrdap/rdap"
)

func TestOpenrdapReadsTheDirectory(t *testing.T) {
	base, name := os.Getenv("OPENREGISTRAR_RDAP"), os.Getenv("OPENREGISTRAR_NAME")
	if base == "" || name == "" {
		t.Skip("not performed: OPENREGISTRAR_RDAP and OPENREGISTRAR_NAME name no running registrar and name")
	}
	server, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	c := &rdap.Client{HTTP: &http.Client{Timeout: 20 * time.Second}}
	answer, err := c.Do(rdap.NewDomainRequest(name).WithServer(server))
	if err != nil {
		t.Fatal(err)
	}
	d, ok := answer.Object.(*rdap.Domain)
	if !ok {
		t.Fatalf("the answer is a %T", answer.Object)
	}
	if !strings.EqualFold(d.LDHName, name) && !strings.EqualFold(d.UnicodeName, name) {
		t.Errorf("asked for %s, told of %s (%s)", name, d.LDHName, d.UnicodeName)
	}
	if len(d.Status) == 0 || len(d.Nameservers) < 2 || d.SecureDNS == nil {
		t.Errorf("status %v, %d name servers", d.Status, len(d.Nameservers))
	}
	var events []string
	for _, e := range d.Events {
		if _, err := time.Parse(time.RFC3339, e.Date); err != nil {
			t.Errorf("event %s: %v", e.Action, err)
		}
		events = append(events, e.Action)
	}
	for _, want := range []string{"registration", "expiration", "registrar expiration", "last update of RDAP database"} {
		if !slices.Contains(events, want) {
			t.Errorf("no event %q in %q", want, events)
		}
	}
	roles := map[string]rdap.Entity{}
	for _, e := range d.Entities {
		for _, r := range e.Roles {
			roles[r] = e
		}
	}
	registrar, registrant := roles["registrar"], roles["registrant"]
	if registrar.VCard == nil || registrar.VCard.Name() == "" || len(registrar.PublicIDs) != 1 {
		t.Errorf("the registrar is %+v", registrar)
	}
	if registrant.VCard == nil || registrant.VCard.Name() != "" || registrant.VCard.Email() != "" || registrant.VCard.StreetAddress() != "" || registrant.VCard.GetFirst("contact-uri") == nil {
		t.Errorf("the registrant is %s", registrant.VCard)
	}

	if _, err := c.Do(rdap.NewDomainRequest("nobody-has-this-name-8k2.com").WithServer(server)); err == nil {
		t.Error("a name that isn't registered is found")
	}
}
