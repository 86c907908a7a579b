package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// TestABadPastIsAcknowledgedAtCheckout: with the box ticked, what was shown is kept before the order is placed; without
// it nothing is.
func TestABadPastIsAcknowledgedAtCheckout(t *testing.T) {
	b := newBench(t)
	withCart(b.f)
	withPast(b.f)
	withTemplates(domain.TemplateApproved)(b.f)
	withMoney(100000)(b.f)
	v := b.as(t, domain.Owner)
	evidence := b.f.past["yunhecha.com"].Evidence()
	_, page := v.get("/checkout")
	for _, want := range []string{`name="risk" value="yunhecha.com ` + evidence + `"`, `name="risk_known"`, `data-risk="search.reputation-risk"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the checkout lacks %s", want)
		}
	}
	form := url.Values{"template": {domain.TemplateID(1).Public()}, "agreement": {"2026-11-01"}, "name": {"yunhecha.com"}, "risk": {"yunhecha.com " + evidence, "yunhecha.com", "nothing "}}
	v.post("/checkout", form)
	if len(b.f.said) != 0 || len(b.f.placed) != 1 {
		t.Errorf("without the box: said %v, placed %d", b.f.said, len(b.f.placed))
	}
	form.Set("risk_known", "1")
	res, _ := v.post("/checkout", form)
	if got := risksSaid(b.f.said); got != "yunhecha.com "+evidence || res.StatusCode != http.StatusSeeOther || len(b.f.placed) != 2 {
		t.Errorf("with the box: said %q, HTTP %d, placed %d", got, res.StatusCode, len(b.f.placed))
	}
}

func TestFeedsAtTheDesk(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Operator)
	res, _ := v.with(t, "/desk/feeds", "file", "list.txt", []byte("bad.com\n"), url.Values{"list": {"safety"}, "kind": {"blocks"}, "source": {"Example"}, "format": {"plain"}, "dated": {"2026-11-01"}}, "")
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk/feeds?entries=48&list=safety" || len(b.f.loaded) != 1 {
		t.Fatalf("HTTP %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	in := b.f.loaded[0]
	if string(in.Body) != "bad.com\n" || in.Feed != (domain.Feed{Name: "safety", Kind: "blocks", Source: "Example", Format: "plain", Dated: "2026-11-01"}) || !b.f.scopes["LoadFeed"].Operator {
		t.Errorf("%+v", in)
	}
	if res, _ := v.post("/desk/feeds/drop", url.Values{"list": {"safety"}}); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("dropped without its name: HTTP %d", res.StatusCode)
	}
	v.post("/desk/feeds/drop", url.Values{"list": {"safety"}, "confirm": {"safety"}})
	v.post("/desk/feeds/appeals/7", url.Values{"ruling": {"grant"}, "note": {"seen"}})
	v.post("/desk/feeds/appeals/8", url.Values{"ruling": {"refuse"}})
	if got := strings.Join(b.f.asked, "; "); got != "drop safety; decide 7 true seen; decide 8 false " {
		t.Errorf("%q", got)
	}
	if res, _ := v.post("/desk/feeds/appeals/x", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("HTTP %d", res.StatusCode)
	}
	owner := b.as(t, domain.Owner)
	b.f.asked = nil
	owner.post("/risk/appeal", url.Values{"name": {"bad.com"}, "list": {"safety"}, "reason": {"another holder"}})
	if got := strings.Join(b.f.asked, "; "); got != "appeal bad.com safety another holder" || b.f.scopes["AppealRisk"].Operator {
		t.Errorf("%q", got)
	}
}
