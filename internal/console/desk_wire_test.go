package console

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func TestTranscriptSearch(t *testing.T) {
	b := newBench(t)
	withManyFrames(b.f)
	v := b.as(t, domain.Operator)
	res, body := v.get("/desk/transcripts?registry=verisim&name=%E4%BA%91%E6%B2%B3%E8%8C%B6.%E4%B8%AD%E5%9B%BD&trid=OR-7&session=s1&code=2303&from=2026-11-23T10:00&to=2026-11-23T11:30&before=77")
	want := ops.FrameFilter{RegistryAccount: "verisim", Name: "xn--9kq974e8np.xn--fiqs8s", ClTRID: "OR-7", Session: "s1", Code: 2303,
		From: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 23, 3, 30, 0, 0, time.UTC), Before: 77, Limit: framesPerPage}
	got := b.f.wire.asked
	got.From, got.To = got.From.UTC(), got.To.UTC()
	if res.StatusCode != 200 || got != want {
		t.Errorf("%d, asked %+v", res.StatusCode, got)
	}
	if !b.f.scopes["Frames"].Operator {
		t.Error("not asked as an operator")
	}
	for _, part := range []string{`before=6&amp;code=2303`, `href="/desk/transcripts/verisim-k3j2h1g5f4"`, "Object does not exist &amp;amp; never did", "&lt;clTRID&gt;OR-1042-1&lt;/clTRID&gt;"} {
		if !strings.Contains(body, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	for _, bad := range []string{"code=x", "code=99", "from=yesterday", "name=-x.com"} {
		b.f.scopes = map[string]domain.Scope{}
		res, body := v.get("/desk/transcripts?" + bad)
		if _, asked := b.f.scopes["Frames"]; res.StatusCode != 422 || asked || !strings.Contains(body, `role="alert"`) {
			t.Errorf("%s: %d, asked %v", bad, res.StatusCode, asked)
		}
	}
	v.get("/desk/transcripts/verisim-k3?after=50")
	if q := b.f.wire.asked; q.Session != "verisim-k3" || q.After != 50 || q.Oldest {
		t.Errorf("asked %+v", q)
	}
	v.get("/desk/transcripts/verisim-k3")
	if q := b.f.wire.asked; q.After != 0 || !q.Oldest {
		t.Errorf("asked %+v", q)
	}
}

func TestDeskSettlesAndResolves(t *testing.T) {
	b := newBench(t, func(d *Deps) { d.Looker = nowhere{} })
	withPolls(b.f)
	withDifference("drift")(b.f)
	v := b.as(t, domain.Operator)
	res, _ := v.post("/desk/polls/5/done", url.Values{})
	if res.StatusCode != 303 || len(b.f.wire.settled) != 1 || b.f.wire.settled[0] != 5 || !b.f.scopes["SettlePoll"].Operator {
		t.Errorf("%d %v", res.StatusCode, b.f.wire.settled)
	}
	if res, _ := v.post("/desk/polls/x/done", url.Values{}); res.StatusCode != 404 {
		t.Errorf("%d", res.StatusCode)
	}
	b.f.fail["SettlePoll"] = fault.New(fault.Conflict, "state.moved", "row", "poll-message")
	if res, _ := v.post("/desk/polls/5/done", url.Values{}); res.StatusCode != 303 {
		t.Errorf("somebody was faster: %d", res.StatusCode)
	}
	for _, how := range []ops.Resolution{ops.TakeTheirs, ops.PushOurs, ops.SetAside} {
		b.f.wire.resolved = nil
		res, _ := v.post("/desk/names/yunhe-tea.com/resolve", url.Values{"how": {string(how)}})
		if res.StatusCode != 303 || len(b.f.wire.resolved) != 1 || b.f.wire.resolved[0] != how || !b.f.scopes["Resolve"].Operator {
			t.Errorf("%s: %d %v", how, res.StatusCode, b.f.wire.resolved)
		}
	}
	b.f.fail["Resolve"] = fault.New(fault.Conflict, "registry.nothing-differs", "name", "yunhe-tea.com", "registry", "verisim")
	if res, body := v.post("/desk/names/yunhe-tea.com/resolve", url.Values{"how": {"take"}}); res.StatusCode != 409 || !strings.Contains(body, `data-code="registry.nothing-differs"`) {
		t.Errorf("%d", res.StatusCode)
	}
	_, cases := v.get("/desk/cases")
	if strings.Contains(cases, "/desk/names/") {
		t.Error("a link to compare without a case for it")
	}
	b.f.cases = []domain.Case{{ID: 1, Subject: "yunhe-tea.com", Code: "registry.drift", OpenedAt: today}, {ID: 2, Subject: "poll:verisim:77", Code: "registry.poll-unreadable", Facts: map[string]string{"row": "5"}, OpenedAt: today}}
	_, cases = v.get("/desk/cases")
	if !strings.Contains(cases, `href="/desk/names/yunhe-tea.com"`) || !strings.Contains(cases, `href="/desk/polls/5"`) {
		t.Error("cases lead nowhere")
	}
	withOrders(b.f)
	if _, order := v.get("/desk/orders/1042"); !strings.Contains(order, `href="/desk/transcripts?name=yunhecha.cn"`) {
		t.Error("an order's names don't lead to their transcripts")
	}
}

func TestPrettyXML(t *testing.T) {
	for in, want := range map[string]string{
		`<a x:k="1&quot;" xmlns="u"><b>t &lt; u</b><c/></a>`:                "<a x:k=\"1&quot;\" xmlns=\"u\">\n  <b>t &lt; u</b>\n  <c></c>\n</a>",
		`<?xml version="1.0"?><!-- n --><e:a><e:b><e:c>1</e:c></e:b></e:a>`: "<?xml version=\"1.0\"?>\n<!-- n -->\n<e:a>\n  <e:b>\n    <e:c>1</e:c>\n  </e:b>\n</e:a>",
		"<a><b>": "<a><b>", "no XML": "no XML", "": "", "<a></a></a>": "<a></a></a>", "<a>&x;</a>": "<a>&x;</a>",
	} {
		if got := prettyXML(in); got != want {
			t.Errorf("%s\n%s\nwant\n%s", in, got, want)
		}
	}
}

// wireShots are the states of the desk's pages about registries.
func wireShots() []shot {
	const d = domain.Operator
	return []shot{
		{"desk-transcripts", d, "/desk/transcripts", nil, 200, withFrames},
		{"desk-transcripts-many", d, "/desk/transcripts?before=99&code=1000", nil, 200, withManyFrames},
		{"desk-transcripts-none", d, "/desk/transcripts", nil, 200, nil},
		{"desk-transcripts-no-match", d, "/desk/transcripts?name=yunhe-tea.com", nil, 200, nil},
		{"desk-transcripts-refused", d, "/desk/transcripts?code=abc", nil, 422, withFrames},
		{"desk-session", d, "/desk/transcripts/verisim-k3j2h1g5f4", nil, 200, withManyFrames},
		{"desk-session-later", d, "/desk/transcripts/verisim-k3j2h1g5f4?after=9", nil, 200, withFrames},
		{"desk-session-missing", d, "/desk/transcripts/gone", nil, 404, nil},
		{"desk-polls", d, "/desk/polls", nil, 200, withPolls},
		{"desk-polls-parked", d, "/desk/polls?show=parked&registry=verisim", nil, 200, withPolls},
		{"desk-polls-none", d, "/desk/polls", nil, 200, nil},
		{"desk-polls-none-parked", d, "/desk/polls?show=parked", nil, 200, nil},
		{"desk-poll", d, "/desk/polls/3", nil, 200, withPolls},
		{"desk-poll-parked", d, "/desk/polls/5", nil, 200, withPolls},
		{"desk-poll-settled", d, "/desk/polls/4", nil, 200, withPolls},
		{"desk-poll-missing", d, "/desk/polls/9", nil, 404, withPolls},
		{"desk-name-drift", d, "/desk/names/yunhe-tea.com", nil, 200, withDifference("drift")},
		{"desk-name-own", d, "/desk/names/yunhe-tea.com", nil, 200, withDifference("own")},
		{"desk-name-gone", d, "/desk/names/yunhe-tea.com", nil, 200, withDifference("gone")},
		{"desk-name-same", d, "/desk/names/yunhe-tea.com", nil, 200, withDifference("same")},
		{"desk-name-silent", d, "/desk/names/yunhe-tea.com", nil, 200, withDifference("silent")},
		{"desk-name-busy", d, "/desk/names/yunhe-tea.com", nil, 200, withDifference("busy")},
		{"desk-name-aside", d, "/desk/names/yunhe-tea.com", nil, 200, withDifference("aside")},
		{"desk-name-missing", d, "/desk/names/yunhe-tea.com", nil, 404, nil},
		{"desk-name-refused", d, "/desk/names/yunhe-tea.com/resolve", url.Values{"how": {"push"}}, 409, both(withDifference("drift"), func(f *fake) {
			f.fail["Resolve"] = fault.New(fault.Conflict, "registry.not-pushable", "name", "yunhe-tea.com", "fields", "registrant")
		})},
	}
}
