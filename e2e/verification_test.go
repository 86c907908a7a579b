package e2e

import (
	"context"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// proofOf is what the product says of how far a name's registry has been shown who registered it.
type proofOf struct {
	Proof    string   `json:"proof"`
	Status   string   `json:"status"`
	Given    bool     `json:"given"`
	VerifyBy string   `json:"verify_by"`
	Refuses  []string `json:"refuses"`
}

func (c client) proof(name string) (p proofOf) {
	c.t.Helper()
	c.call(http.MethodGet, "/api/v1/proof?name="+url.QueryEscape(name), nil, &p)
	return p
}

type openCase struct {
	Code  string            `json:"code"`
	Facts map[string]string `json:"facts"`
}

func (c client) cases(subject string) (list []openCase) {
	c.t.Helper()
	var out struct {
		Cases []openCase `json:"cases"`
	}
	c.call(http.MethodGet, "/api/v1/cases?open=true&subject="+url.QueryEscape(subject), nil, &out)
	return out.Cases
}

// resolves asks the world's resolver as a browser would.
func (e endpoints) resolves(host string) bool {
	r := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, e.DNS)
	}}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	addrs, err := r.LookupHost(ctx, host)
	return err == nil && len(addrs) > 0
}

// personForm is what a person types into a template, with telephone and e-mail that were proved.
func (c client) personForm(world string, p papers.Person, phone, email string) map[string]any {
	c.t.Helper()
	c.prove(world, 1, phone)
	c.prove(world, 2, email)
	return map[string]any{"ContactInfo": map[string]string{"OrganizationNameCN": p.Name, "OrganizationName": p.Latin, "RegistrantNameCN": p.Name, "RegistrantName": p.Latin,
		"ProvinceCN": p.Place.ProvinceCN, "CityCN": p.Place.CityCN, "StreetCN": p.Place.CountyCN + p.Street, "Street": p.StreetEN + ", " + p.Place.County,
		"Province": p.Place.Province, "City": p.Place.City, "CountryCN": "中国", "Country": "CN", "Telephone": phone, "Email": email, "ZipCode": p.Place.Post, "RegistrantType": "I"},
		"CertificateInfo": map[string]string{"CertificateCode": p.Number, "CertificateType": "SFZ", "ImgUrl": ""},
		"ValidFrom":       p.ValidFrom.Format(time.DateOnly), "ValidUntil": p.ValidUntil.Format(time.DateOnly), "LongTerm": p.ValidUntil.IsZero()}
}

// pictured uploads a picture of a person's card and waits until it is read.
func (c client) pictured(p papers.Person, o papers.Options) string {
	c.t.Helper()
	raw, err := papers.Draw(papers.IDCard(p), o)
	if err != nil {
		c.t.Fatal(err)
	}
	var d struct{ ID, Reading string }
	c.call(http.MethodPost, "/api/v1/documents", map[string]string{"file_name": "card.jpg", "content": base64.StdEncoding.EncodeToString(raw)}, &d)
	id := d.ID
	eventually(c.t, 120*time.Second, "the picture is read", func() bool {
		c.call(http.MethodGet, "/api/v1/documents?id="+url.QueryEscape(id), nil, &d)
		return d.Reading != "waiting"
	})
	return id
}

// A name is registered before its registrant is verified: its term is shown, the registry holds it when the term is over,
// and lets it go once the registrant was approved, at the second try. Where a registry wants the registrant verified
// beforehand, nothing is paid for.
func TestANameIsVerifiedAfterwards(t *testing.T) {
	engines(t, func(t *testing.T, flags func(*testing.T) []string) {
		e, _ := startDemo(t, nil, flags(t)...)
		c := buyer(t, e, "later@example.com")
		c.topUp(100_000)
		person := papers.People()[3]
		form := c.personForm(e.World, person, "+86.13711112222", "later@example.com")
		var made struct {
			Template struct{ TemplateId, AuditStatus string } `json:"template"` //nolint:revive // the product's spelling
		}
		c.call(http.MethodPost, "/api/v1/templates", map[string]any{"form": form}, &made)
		template, name := made.Template.TemplateId, "verified-later.com"
		before, _ := c.wallet()
		p, err := c.try(http.MethodPost, "/api/v1/CreateDomainBatch", map[string]any{"TemplateId": template, "Period": 1, "PayMode": 1, "Domains": []string{"verified-later.cn"}}, nil)
		if err != nil || p == nil || p.Code != "template.not-approved" {
			t.Fatalf(".cn for an unverified registrant: %+v %v", p, err)
		}
		if now, held := c.wallet(); now != before || held != 0 {
			t.Errorf("%d of %d left, %d held", now, before, held)
		}
		if d := c.details(c.register(template, name))[0]; d.Status != "success" {
			t.Fatalf("%+v", d)
		}
		proof := c.proof(name)
		due, err := time.Parse(time.RFC3339, proof.VerifyBy)
		if err != nil || proof.Given || proof.Proof != "codes" || !slices.Contains(proof.Refuses, "auth-code") {
			t.Fatalf("%+v", proof)
		}
		if p, _ := c.try(http.MethodPost, "/api/v1/auth-codes", map[string]string{"name": name}, nil); p == nil || p.Code != "domain.unverified" {
			t.Errorf("a code of an unverified name: %+v", p)
		}
		if !e.resolves("www." + name) {
			t.Error("a name within its term does not resolve")
		}
		worldCall(t, e.World, http.MethodPost, "/api/clock/advance", map[string]string{"by": "144h"}, nil)
		settle(t, e.World)
		list := c.cases(name)
		if len(list) != 1 || list[0].Code != "hold.unverified" || list[0].Facts["due"] != due.Format(time.RFC3339) || !strings.Contains(list[0].Facts["statuses"], "serverHold") {
			t.Fatalf("after the term: %+v", list)
		}
		if e.resolves("www." + name) {
			t.Error("a held name resolves")
		}
		// A picture that nobody could use, and then a good one.
		form["document_id"] = c.pictured(person, papers.Options{Seed: 7, Faults: []papers.Fault{papers.Blurred}})
		c.call(http.MethodPost, "/api/v1/templates/modify", map[string]any{"template_id": template, "form": form}, nil)
		p, err = c.try(http.MethodPost, "/api/v1/templates/submit", map[string]any{"template_id": template}, nil)
		if err != nil || p == nil || !strings.HasPrefix(p.Code, "document.") {
			t.Fatalf("a blurred picture is taken: %+v %v", p, err)
		}
		if list := c.cases(name); len(list) != 1 || list[0].Code != "hold.unverified" {
			t.Errorf("still held: %+v", list)
		}
		form["document_id"] = c.pictured(person, papers.Options{Seed: 8})
		c.call(http.MethodPost, "/api/v1/templates/modify", map[string]any{"template_id": template, "form": form}, nil)
		c.call(http.MethodPost, "/api/v1/templates/submit", map[string]any{"template_id": template}, nil)
		eventually(t, 60*time.Second, "the registrant is approved", func() bool { return c.proof(name).Status == "Approved" })
		settle(t, e.World)
		if proof := c.proof(name); !proof.Given || proof.VerifyBy != "" || len(proof.Refuses) != 0 {
			t.Errorf("%+v", proof)
		}
		eventually(t, 30*time.Second, "the hold is lifted", func() bool { return len(c.cases(name)) == 0 && e.resolves("www."+name) })
		if d := c.details(c.register(template, "verified-later.cn"))[0]; d.Status != "success" {
			t.Errorf(".cn for a verified registrant: %+v", d)
		}
		var held struct {
			Messages []struct{ Subject string } `json:"messages"`
		}
		worldCall(t, e.World, http.MethodGet, "/api/mail?limit=50&to="+url.QueryEscape("later@example.com"), nil, &held)
		for _, subject := range []string{"还有 3 天要完成实名", "已被注册局暂停解析", "已恢复解析"} {
			if !slices.ContainsFunc(held.Messages, func(m struct{ Subject string }) bool { return strings.Contains(m.Subject, subject) }) {
				t.Errorf("no letter %q: %+v", subject, held.Messages)
			}
		}
		behaviour(t, "%s was registered unverified, due %s; six days later held and out of the DNS; a blurred picture refused, a good one approved, the hold lifted; .cn refused before payment",
			name, due.Format(time.DateOnly))
	})
}
