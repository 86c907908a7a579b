package registry

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

func (f *fake) suffix(string) (policy.Suffix, bool) { return policy.Suffix{}, false }

func TestCheckManyNames(t *testing.T) {
	f := newFake(t)
	f.domains["name7.com"] = &dom{}
	f.start("", epp.Limits{})
	r := f.open()
	got, err := r.Check(context.Background(), "fakesim", names(333))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		if v.Name != names(333)[i] || v.Available != (i != 7) {
			t.Errorf("%d: %+v", i, v)
		}
	}
	if got[7].Reason != "In use" || f.counted("domain:check") != 7 {
		t.Errorf("%+v after %d checks", got[7], f.counted("domain:check"))
	}
	if got, err := r.Check(context.Background(), "fakesim", nil); err != nil || len(got) != 0 {
		t.Error(got, err)
	}
	if _, err := r.Check(context.Background(), "nosuch", names(1)); fault.Of(err).Kind != fault.Unavailable {
		t.Error(err)
	}
}

func checkSays(r func(*epp.DomainCheck, *epp.Command) *epp.Response) func(*fake, *epp.Command) *epp.Response {
	return func(_ *fake, cmd *epp.Command) *epp.Response {
		if c, ok := cmd.Action.(*epp.DomainCheck); ok {
			return r(c, cmd)
		}
		return nil
	}
}

func TestCheckLearnsHowManyNamesTheRegistryTakes(t *testing.T) {
	f := newFake(t)
	f.say = checkSays(func(c *epp.DomainCheck, _ *epp.Command) *epp.Response {
		if len(c.Names) > 20 {
			return epp.Fail(2306, "too many names")
		}
		return nil
	})
	f.start("", epp.Limits{})
	r := f.open()
	for range 3 {
		got, err := r.Check(context.Background(), "fakesim", names(100))
		if err != nil || len(got) != 100 || slices.ContainsFunc(got, func(v ops.Availability) bool { return !v.Available }) {
			t.Fatalf("%v %v", got, err)
		}
	}
	before := f.counted("domain:check")
	if _, err := r.Check(context.Background(), "fakesim", names(100)); err != nil {
		t.Fatal(err)
	}
	if n := f.counted("domain:check") - before; n != 8 { // 100 names in thirteens
		t.Errorf("%d checks for 100 names: nothing was learnt", n)
	}
}

func TestCheckWithANameThatSpoilsTheCommand(t *testing.T) {
	f := newFake(t)
	f.say = checkSays(func(c *epp.DomainCheck, _ *epp.Command) *epp.Response {
		if slices.Contains(c.Names, "name13.com") {
			return epp.Fail(2005, "label not in the table")
		}
		return nil
	})
	f.start("", epp.Limits{})
	r := f.open()
	got, err := r.Check(context.Background(), "fakesim", names(40))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		if v.Available != (i != 13) {
			t.Errorf("%+v", v)
		}
	}
	if got[13].Reason != "label not in the table" || r.accounts["fakesim"].chunk.Load() != 50 {
		t.Errorf("%+v, chunk %d", got[13], r.accounts["fakesim"].chunk.Load())
	}
}

func TestCheckFailures(t *testing.T) {
	for name, r := range map[string]func(c *epp.DomainCheck) *epp.Response{
		"2400 every time": func(*epp.DomainCheck) *epp.Response { return epp.NewResponse(2400) },
		"cut every time":  func(*epp.DomainCheck) *epp.Response { return cut(epp.NewResponse(1000)) },
		"a name left out": func(c *epp.DomainCheck) *epp.Response {
			return epp.NewResponse(1000, &epp.DomainCheckData{Items: []epp.CheckItem{{ID: c.Names[0], Avail: true}}})
		},
		"no data": func(*epp.DomainCheck) *epp.Response { return epp.NewResponse(1000) },
	} {
		f := newFake(t)
		f.say = checkSays(func(c *epp.DomainCheck, _ *epp.Command) *epp.Response { return r(c) })
		f.start("", epp.Limits{})
		if got, err := f.open().Check(context.Background(), "fakesim", names(2)); fault.Of(err).Kind != fault.Unavailable || got != nil {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	for name, r := range map[string]*epp.Response{"cut": cut(epp.NewResponse(1000)), "2400": epp.NewResponse(2400), "2002": epp.NewResponse(2002)} {
		f := newFake(t)
		n := 0
		f.say = checkSays(func(*epp.DomainCheck, *epp.Command) *epp.Response {
			if n++; n == 1 {
				return r
			}
			return nil
		})
		f.start("", epp.Limits{})
		if got, err := f.open().Check(context.Background(), "fakesim", names(2)); err != nil || len(got) != 2 {
			t.Errorf("a read that failed once (%s): %v %v", name, got, err)
		}
	}
}

func TestCheckFees(t *testing.T) {
	f := newFake(t)
	fee := func(id, class string, standard bool, create, renew string) epp.FeeObject {
		o := epp.FeeObject{ID: id, Avail: true, Class: class}
		for name, amount := range map[string]string{"create": create, "renew": renew} {
			o.Commands = append(o.Commands, epp.FeeCommandData{FeeCommand: epp.FeeCommand{Name: name, Period: epp.Years(1)}, Standard: standard,
				Fees: []epp.FeeItem{{Amount: amount}}})
		}
		return o
	}
	f.say = checkSays(func(c *epp.DomainCheck, cmd *epp.Command) *epp.Response {
		ask, ok := epp.Find[*epp.FeeCheck](cmd.Extensions)
		if !ok || ask.Currency != "CNY" || len(ask.Commands) != 2 {
			t.Errorf("asked for %+v", ask)
		}
		data := &epp.DomainCheckData{}
		for _, n := range c.Names {
			data.Items = append(data.Items, epp.CheckItem{ID: n, Avail: true})
		}
		r := epp.NewResponse(1000, data)
		r.Extensions = []epp.Value{&epp.FeeCheckData{Currency: "CNY", Objects: []epp.FeeObject{
			fee("premium.com", "premium-1", false, "12800.00", "88.5"),
			fee("marked.com", "anything", true, "99.00", "99.00"),
			fee("standard.com", "standard", false, "99.00", "99.00"),
			fee("plain.com", "", false, "55.00", "55.00"),
			fee("dear.com", "", false, "550.00", "55.00"),
			{ID: "none.com", Reason: "not known"},
		}}}
		return r
	})
	f.start("", epp.Limits{})
	all := []domain.Name{"premium.com", "marked.com", "standard.com", "plain.com", "dear.com", "none.com"}
	got, err := f.open().Check(context.Background(), "fakesim", all)
	if err != nil {
		t.Fatal(err)
	}
	want := []ops.Availability{
		{Name: "premium.com", Available: true, Premium: true, Fee: 1280000, RenewFee: 8850, Currency: "CNY"},
		{Name: "marked.com", Available: true}, {Name: "standard.com", Available: true}, {Name: "plain.com", Available: true},
		{Name: "dear.com", Available: true, Premium: true, Fee: 55000, RenewFee: 5500, Currency: "CNY"},
		{Name: "none.com", Available: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestHealthAndInfo(t *testing.T) {
	f := newFake(t)
	f.wall = f.wall.AddDate(0, 0, 60)
	f.say = always(0, func(f *fake, c *epp.DomainCreate) *epp.Response {
		r := f.act(&epp.Command{Action: c})
		r.Extensions = []epp.Value{&epp.FeeTransformData{Verb: epp.VerbCreate, Currency: "CNY", Fees: []epp.FeeItem{{Amount: "55.00"}}, Balance: "1234.56"}}
		return r
	})
	f.start("", epp.Limits{})
	r := f.open()
	if h := r.Health(context.Background())[0]; !h.Up || h.Open != 1 || h.Deposit != nil || h.Breaker != "closed" || h.Cap != 4 {
		t.Errorf("before any command: %+v", h)
	}
	r.Send(context.Background(), intent("a.com"))
	h := r.Health(context.Background())[0]
	if h.Deposit == nil || *h.Deposit != 123456 || h.Commands["domain:create"] != 1 || h.P50 <= 0 || h.P99 < h.P50 || h.Skew.Hours() < 59*24 || h.InFlight != 0 {
		t.Errorf("%+v", h)
	}
	obj, err := r.Info(context.Background(), "fakesim", "a.com")
	if err != nil || obj.ROID != "D1-FAKE" || obj.Sponsor != "ours" {
		t.Errorf("%+v %v", obj, err)
	}
	if _, err := r.Info(context.Background(), "fakesim", "b.com"); !fault.Is(err, "domain.not-found") || fault.Of(err).Kind != fault.Missing {
		t.Error(err)
	}
	if r.LongestCommand("fakesim") != defaultCommand {
		t.Error(r.LongestCommand("fakesim"))
	}
}

func TestEveryRowIsSaidOnce(t *testing.T) {
	for name, rows := range map[string][]row{"create": createRows, "update": updateRows} {
		seen := map[row]bool{}
		for _, r := range rows {
			key := row{code: r.code, about: r.about}
			if seen[key] {
				t.Errorf("%s: two rows for %d", name, r.code)
			}
			seen[key] = true
		}
	}
	// Every code of RFC 5730 has a meaning, and no refusal is without a code.
	for _, c := range epp.Codes {
		r := meaning(createRows, epp.NewResponse(c), false, CodeRefused)
		if r.kind == "" || (r.fault == "" && c != 1000 && c != 1001) {
			t.Errorf("%d means %+v", c, r)
		}
		if r.kind == domain.OutcomeRefused && !strings.HasPrefix(string(r.fault), "registration.") {
			t.Errorf("%d is refused as %s", c, r.fault)
		}
	}
}
