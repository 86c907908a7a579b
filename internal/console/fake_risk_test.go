package console

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func (f *fake) RiskOf(_ context.Context, s domain.Scope, typed string) (ops.Risk, bool, error) {
	n, err := naming.Parse(typed)
	if err != nil {
		return ops.Risk{}, false, err
	}
	r, ok := f.past[n]
	r.Name = n
	return r, ok, f.call("RiskOf", s)
}

func (f *fake) AcknowledgeRisks(_ context.Context, s domain.Scope, said []ops.Known) ([]domain.Name, error) {
	f.said = append(f.said, said...)
	return nil, f.call("AcknowledgeRisks", s)
}

func (f *fake) AppealRisk(_ context.Context, s domain.Scope, typed, feed, reason string) (domain.RiskAppeal, error) {
	f.asked = append(f.asked, "appeal "+typed+" "+feed+" "+reason)
	return domain.RiskAppeal{Name: domain.Name(typed)}, f.call("AppealRisk", s)
}

func (f *fake) RiskAppeals(_ context.Context, s domain.Scope, q ops.AppealFilter) ([]domain.RiskAppeal, int, error) {
	var out []domain.RiskAppeal
	for _, a := range f.appeals {
		if q.State == "" || a.State == q.State {
			out = append(out, a)
		}
	}
	return out, len(out), f.call("RiskAppeals", s)
}

func (f *fake) DecideAppeal(_ context.Context, s domain.Scope, id int64, grant bool, note string) error {
	f.asked = append(f.asked, fmt.Sprintf("decide %d %v %s", id, grant, note))
	return f.call("DecideAppeal", s)
}

func (f *fake) Feeds(_ context.Context, s domain.Scope) ([]domain.Feed, error) {
	return f.feeds, f.call("Feeds", s)
}

func (f *fake) LoadFeed(_ context.Context, s domain.Scope, in ops.FeedForm) (domain.Feed, error) {
	f.loaded = append(f.loaded, in)
	in.Feed.Size = 48
	return in.Feed, f.call("LoadFeed", s)
}

func (f *fake) DropFeed(_ context.Context, s domain.Scope, name string) error {
	f.asked = append(f.asked, "drop "+name)
	return f.call("DropFeed", s)
}

func (f *fake) CandidateList(list string) ([]domain.Name, []ops.Found, error) {
	names, bad := f.Candidates(list)
	return names, bad, f.call("CandidateList", domain.Scope{})
}

func (f *fake) AddManyToCart(_ context.Context, s domain.Scope, typed []string) (int, error) {
	f.asked = append(f.asked, "add "+strings.Join(typed, " "))
	return len(typed) - 1, f.call("AddManyToCart", s)
}

// withPast gives yunhecha.com a past, in the cart and at search.
func withPast(f *fake) {
	blocks := domain.Feed{Name: "safe-browsing", Kind: domain.FeedBlocks, Source: "Example Safety Alliance", Appeal: "https://safety.example/appeal", Format: "rpz",
		Dated: "2026-11-20", Size: 182_403, Skipped: 12, LoadedAt: today, LoadedBy: "ming@registrar.example"}
	complaints := domain.Feed{Name: "complaints-2025", Kind: domain.FeedComplaints, Source: "Complaints Centre", Appeal: "appeal@complaints.example", Format: "csv",
		Dated: "2025-12-31", Size: 4_210, LoadedAt: today.AddDate(0, -2, 0), LoadedBy: "ming@registrar.example"}
	f.feeds = []domain.Feed{complaints, blocks}
	n := domain.Name("yunhecha.com")
	r := ops.Risk{Name: n, Hits: []domain.FeedHit{{Feed: blocks, Entry: domain.FeedEntry{Name: n, Host: "pay.yunhecha.com", Since: "2024-03-02", Reason: "phishing"}},
		{Feed: complaints, Entry: domain.FeedEntry{Name: n, Host: "yunhecha.com"}}},
		Held: []domain.HeldTenure{{Name: n, RegisteredAt: today.AddDate(-4, 0, 0), EndedAt: today.AddDate(-2, 0, 0), HeldAt: today.AddDate(-3, 0, 0), Code: "hold.abuse"}},
		Facts: fault.Facts{"name": "yunhecha.com", "list": "safe-browsing", "kind": "blocks", "source": "Example Safety Alliance", "entry": "pay.yunhecha.com", "dated": "2026-11-20",
			"days": "3", "since": "2024-03-02", "reason": "phishing", "appeal": "https://safety.example/appeal", "also": "complaints-2025",
			"earlier": "2022-11-23", "ended": "2024-11-23", "held": "2023-11-23", "held_for": "hold.abuse"}}
	f.past = map[domain.Name]ops.Risk{n: r}
	f.found["yunhecha.com"] = ops.Found{State: ops.Available, Risk: &r}
	for i, l := range f.carts[1] {
		if l.Name == n {
			f.carts[1][i].Risk = &r
		}
	}
	f.appeals = []domain.RiskAppeal{{ID: 7, Account: 1, Name: n, Feed: "complaints-2025", Reason: "That was the holder before.", State: domain.AppealOpen, MadeAt: today},
		{ID: 6, Account: 1, Name: n, Feed: "safe-browsing", Reason: "We took the name over.", State: domain.AppealRefused, Note: "Listed again last week.", MadeAt: today.AddDate(0, -1, 0), DecidedAt: today}}
}

func riskShots() []shot {
	const o, d = domain.Owner, domain.Operator
	approved := withTemplates(domain.TemplateApproved)
	order := url.Values{"template": {domain.TemplateID(1).Public()}, "agreement": {"2026-11-01"}, "name": {"yunhecha.com"}}
	return []shot{
		{"search-risk", o, "/search?q=yunhecha", nil, 200, both(withCart, withPast)},
		{"cart-risk", o, "/cart", nil, 200, both(withCart, withPast)},
		{"checkout-risk", o, "/checkout", nil, 200, both(withCart, withPast, approved, withMoney(100000))},
		{"checkout-risk-unknown", o, "/checkout", order, 409, both(withCart, withPast, approved, withMoney(100000), func(f *fake) {
			f.fail["Register"] = &fault.Error{Kind: fault.Conflict, Code: ops.CodeRisk, Facts: f.past["yunhecha.com"].Facts}
		})},
		{"list", o, "/search/list?added=0", nil, 200, nil},
		{"list-results", o, "/search/list", url.Values{"q": {"yunhecha bad_name.com chazhonghua.cn yunhecha.club"}}, 200, both(withFound, withPast)},
		{"list-refused", o, "/search/list", url.Values{"q": {"yunhecha"}}, 422, func(f *fake) {
			f.fail["CandidateList"] = fault.New(fault.Invalid, "input.too-many-names", "limit", "4000", "count", "4001")
		}},
		{"list-none", o, "/search/list", url.Values{"q": {" "}}, 422, nil},
		{"risk", o, "/risk?name=yunhecha.com&asked=1", nil, 200, withPast},
		{"risk-none", o, "/risk?name=yunhecha.cn", nil, 200, withPast},
		{"risk-refused", o, "/risk/appeal", url.Values{"name": {"yunhecha.com"}, "list": {"safe-browsing"}, "reason": {" "}}, 422, both(withPast, func(f *fake) {
			f.fail["AppealRisk"] = fault.New(fault.Invalid, "risk.appeal-empty", "limit", "2000")
		})},
		{"desk-feeds", d, "/desk/feeds?list=safe-browsing&entries=182403", nil, 200, withPast},
		{"desk-feeds-empty", d, "/desk/feeds", nil, 200, nil},
		{"desk-feeds-hit", d, "/desk/feeds?name=yunhecha.com", nil, 200, withPast},
		{"desk-feeds-clean", d, "/desk/feeds?name=yunhecha.cn", nil, 200, withPast},
		{"desk-feeds-refused", d, "/desk/feeds/drop", url.Values{"list": {"x"}, "confirm": {"x"}}, 404, func(f *fake) {
			f.fail["DropFeed"] = fault.New(fault.Missing, "feed.not-found", "list", "x")
		}},
	}
}

func risksSaid(said []ops.Known) string {
	var out []string
	for _, k := range said {
		out = append(out, k.Name+" "+k.Evidence)
	}
	return strings.Join(out, ", ")
}
