package api

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// badPast is held against every name that begins with "bad".
func badPast(n domain.Name) ops.Risk {
	return ops.Risk{Name: n, Hits: []domain.FeedHit{{Feed: domain.Feed{Name: "safety"}, Entry: domain.FeedEntry{Name: n, Host: "www." + string(n)}}},
		Facts: fault.Facts{"name": naming.Display(n), "list": "safety", "entry": "www." + string(n), "since": "2024-05-06", "kind": "blocks"}}
}

func (f *fake) CandidateList(list string) (names []domain.Name, bad []ops.Found, err error) {
	for _, line := range strings.Split(list, "\n") {
		n, b := f.Candidates(line)
		names, bad = append(names, n...), append(bad, b...)
	}
	if len(names) > f.table.House.MaxNames {
		return nil, nil, fault.New(fault.Invalid, "input.too-many-names", "limit", "4000", "count", "4001")
	}
	return names, bad, nil
}

func (f *fake) RiskOf(_ context.Context, s domain.Scope, typed string) (ops.Risk, bool, error) {
	if err := f.seen(s); err != nil {
		return ops.Risk{}, false, err
	}
	n, err := naming.Parse(typed)
	if err != nil || !strings.HasPrefix(typed, "bad") {
		return ops.Risk{Name: n}, false, err
	}
	return badPast(n), true, nil
}

func (f *fake) AcknowledgeRisks(_ context.Context, s domain.Scope, said []ops.Known) (out []domain.Name, err error) {
	for _, k := range said {
		f.asked = append(f.asked, "acknowledge "+k.Name+" "+k.Evidence)
		out = append(out, domain.Name(k.Name))
	}
	return out, f.seen(s)
}

func (f *fake) AppealRisk(_ context.Context, s domain.Scope, typed, feed, reason string) (domain.RiskAppeal, error) {
	return domain.RiskAppeal{ID: 9, Name: domain.Name(typed), Feed: feed, Reason: reason, State: domain.AppealOpen, MadeAt: business}, f.seen(s)
}

func (f *fake) RiskAppeals(_ context.Context, s domain.Scope, in ops.AppealFilter) ([]domain.RiskAppeal, int, error) {
	return []domain.RiskAppeal{{ID: 9, Name: "bad.com", Feed: "safety", State: domain.AppealGranted, Note: "seen", MadeAt: business, DecidedAt: business}}, in.Limit, f.seen(s)
}

func (f *fake) LoadFeed(_ context.Context, s domain.Scope, in ops.FeedForm) (domain.Feed, error) {
	f.asked = append(f.asked, "load "+in.Feed.Name+" "+in.Feed.Kind+" "+in.Feed.Format+" "+string(in.Body))
	in.Feed.Size, in.Feed.Skipped = 1, 2
	return in.Feed, f.seen(s)
}

func (f *fake) DropFeed(_ context.Context, s domain.Scope, name string) error {
	f.asked = append(f.asked, "drop "+name)
	return f.seen(s)
}

func TestNamesWithAPast(t *testing.T) {
	f := newFake(t)
	h := newAPI(t, f, Limits{PerSecond: 1000}).JSON()
	send := func(method, path, body string, into any) {
		t.Helper()
		w := do(h, jsonRequest(method, path, body))
		if w.Code != http.StatusOK {
			t.Fatalf("%s %s: HTTP %d %s", method, path, w.Code, w.Body)
		}
		strict(t, w.Body.Bytes(), into)
	}
	suffix, _ := f.table.Suffix("com")
	risk := badPast("bad.com")
	f.found["bad.com"] = ops.Found{Name: "bad.com", Display: "bad.com", State: ops.Available, Suffix: suffix, Price: 6800, Renew: 7500, Currency: "CNY", Risk: &risk}

	var line SearchLine
	send(http.MethodGet, "/api/v1/search?q=bad.com", "", &line)
	if line.State != "available" || line.Restore != suffix.Redeem || line.Transfer != suffix.Transfer || line.Risk == nil || line.Risk.Code != "search.reputation-risk" ||
		line.Risk.Evidence != risk.Evidence() || len(line.Risk.Lists) != 1 || line.Risk.Facts["since"] != "2024-05-06" || line.Risk.Title == "" || len(line.Risk.Remedy) == 0 {
		t.Errorf("the search says %+v", line)
	}
	got := both(t, f, "CheckDomain", map[string]any{"DomainName": "bad.com"})
	if about, _ := got["Describe"].(string); got["Available"] != true || !strings.Contains(about, "search.reputation-risk") {
		t.Errorf("CheckDomain: %v", got)
	}

	var state RiskStateOut
	if send(http.MethodGet, "/api/v1/risks?name=bad.com", "", &state); state.Risk == nil || state.Risk.Lists[0] != "safety" {
		t.Errorf("%+v", state)
	}
	state = RiskStateOut{}
	if send(http.MethodGet, "/api/v1/risks?name=good.com", "", &state); state.Risk != nil || state.Name != "good.com" {
		t.Errorf("%+v", state)
	}
	var said AcknowledgedOut
	send(http.MethodPost, "/api/v1/risks/acknowledgements", `{"names":[{"name":"bad.com","evidence":"abc"},{"name":"bad.net"}]}`, &said)
	if strings.Join(said.Acknowledged, " ") != "bad.com bad.net" || strings.Join(f.asked, "; ") != "acknowledge bad.com abc; acknowledge bad.net " {
		t.Errorf("%v %v", said, f.asked)
	}
	var appeal AppealOut
	send(http.MethodPost, "/api/v1/risks/appeals", `{"name":"bad.com","list":"safety","reason":"another owner"}`, &appeal)
	if appeal.ID != 9 || appeal.State != "open" || appeal.List != "safety" || appeal.Reason != "another owner" || appeal.MadeAt != "2027-03-01T16:30:00Z" || appeal.DecidedAt != "" {
		t.Errorf("%+v", appeal)
	}
	var list AppealsOut
	send(http.MethodGet, "/api/v1/risks/appeals?limit=7", "", &list)
	if list.Total != 7 || len(list.Appeals) != 1 || list.Appeals[0].Note != "seen" || list.Appeals[0].State != "granted" {
		t.Errorf("%+v", list)
	}
	f.asked = nil
	var loaded FeedOut
	send(http.MethodPost, "/api/v1/desk/feeds", `{"name":"safety","kind":"blocks","source":"Example","format":"plain","dated":"2026-11-01","content":"bad.com\n"}`, &loaded)
	if loaded != (FeedOut{"safety", 1, 2}) {
		t.Errorf("%+v", loaded)
	}
	send(http.MethodPost, "/api/v1/desk/feeds/drop", `{"name":"safety"}`, &empty{})
	if got := strings.Join(f.asked, "; "); got != "load safety blocks plain bad.com\n; drop safety" {
		t.Errorf("%q", got)
	}
}

func TestAListIsSearched(t *testing.T) {
	f := newFake(t)
	h := newAPI(t, f, Limits{PerSecond: 1000}).JSON()
	f.found["a.com"] = ops.Found{Name: "a.com", Display: "a.com", State: ops.Available, Price: 6800, Currency: "CNY"}
	f.found["b.com"] = ops.Found{Name: "b.com", Display: "b.com", State: ops.Unknown, Code: "registry.unreachable"}
	w := do(h, jsonRequest(http.MethodPost, "/api/v1/search", `{"names":["a.com","b.com","-"]}`))
	var states []string
	for line := range strings.Lines(w.Body.String()) {
		var l SearchLine
		strict(t, []byte(line), &l)
		states = append(states, l.Display+" "+l.State)
	}
	if got := strings.Join(states, ", "); w.Code != 200 || w.Header().Get("Content-Type") != "application/x-ndjson" || got != "- malformed, a.com available, b.com unknown" {
		t.Errorf("HTTP %d %s: %s", w.Code, w.Header().Get("Content-Type"), got)
	}
	many := `"n.com"` + strings.Repeat(`,"n.com"`, 4000)
	if w := do(h, jsonRequest(http.MethodPost, "/api/v1/search", `{"names":[`+many+`]}`)); w.Code != 422 && w.Code != 400 || !strings.Contains(w.Body.String(), "input.too-many-names") {
		t.Errorf("4,001 names: HTTP %d %.200s", w.Code, w.Body)
	}
}
