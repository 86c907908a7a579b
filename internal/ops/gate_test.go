package ops

import (
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

func TestGate(t *testing.T) {
	on := func(impact domain.Impact, ends time.Duration) domain.Window {
		return domain.Window{RegistryAccount: "verisim", Impact: impact, EndsAt: testNow.Add(ends), State: domain.WindowOn, Reason: "Upgrade"}
	}
	empty := domain.RegistryState{Paused: "registry.deposit-empty", Facts: map[string]string{"epp": "2104"}}
	for name, c := range map[string]struct {
		state   domain.RegistryState
		on      []domain.Window
		partial bool
		code    fault.Code
		shut    bool
		most    int
		until   string
	}{
		"nothing stands in the way":       {most: window},
		"full maintenance":                {on: []domain.Window{on(domain.ImpactFull, time.Hour)}, code: codeMaintenance, shut: true, most: window, until: "2026-11-23T09:00:00Z"},
		"two at once: the longer one":     {on: []domain.Window{on(domain.ImpactFull, time.Hour), on(domain.ImpactFull, 2*time.Hour)}, code: codeMaintenance, shut: true, most: window, until: "2026-11-23T10:00:00Z"},
		"one that is over":                {on: []domain.Window{on(domain.ImpactFull, 0)}, most: window},
		"partial maintenance":             {on: []domain.Window{on(domain.ImpactPartial, time.Hour)}, most: window},
		"partial, where that pauses":      {on: []domain.Window{on(domain.ImpactPartial, time.Hour)}, partial: true, code: codeMaintenance, shut: true, most: window},
		"no impact":                       {on: []domain.Window{on(domain.ImpactNone, time.Hour)}, partial: true, most: window},
		"an empty deposit asks on":        {state: empty, code: codeDeposit, most: window},
		"maintenance and empty":           {state: empty, on: []domain.Window{on(domain.ImpactFull, time.Hour)}, code: codeMaintenance, shut: true, most: window},
		"just resumed":                    {state: domain.RegistryState{ResumedAt: testNow}, most: 8},
		"resumed a moment ago":            {state: domain.RegistryState{ResumedAt: testNow.Add(-11 * time.Second)}, most: 32},
		"resumed long ago":                {state: domain.RegistryState{ResumedAt: testNow.Add(-time.Minute)}, most: window},
		"resumed on a clock that went on": {state: domain.RegistryState{ResumedAt: testNow.Add(time.Hour)}, most: window},
	} {
		g := decideGate("verisim", c.state, c.on, c.partial, testNow)
		if g.code != c.code || g.shut != c.shut || g.most != c.most || (c.until != "" && g.facts["until"] != c.until) {
			t.Errorf("%s: %+v", name, g)
		}
	}
}

func TestDepositPauses(t *testing.T) {
	wall := testNow.Add(time.Hour)
	landed := func(kind domain.OutcomeKind, code string, was domain.IntentState) landing {
		return landing{leased: domain.Leased{Was: was}, outcome: domain.Outcome{Kind: kind, Code: code, Facts: map[string]string{"epp": "2104", "reason": "Billing failure"}}}
	}
	none := landed(domain.OutcomeNotSent, "registry.deposit-empty", domain.IntentQueued)
	done := landed(domain.OutcomeAccepted, "", domain.IntentQueued)
	paused := gate{state: domain.RegistryState{Paused: "registry.deposit-empty", PausedAt: testNow.Add(-time.Hour), Probes: 1}}

	p := decidePause("verisim", gate{}, []landing{done, none, none}, testNow, wall)
	pause, ok := p.Writes[0].(PauseRegistry)
	if !ok || !pause.ProbeAt.Equal(wall.Add(time.Second)) || pause.Facts["epp"] != "2104" || pause.Facts["since"] != testNow.Format(time.RFC3339) || len(p.Writes) != 2 {
		t.Errorf("%+v", p)
	}
	p = decidePause("verisim", paused, []landing{none}, testNow, wall)
	if pause = p.Writes[0].(PauseRegistry); !pause.ProbeAt.Equal(wall.Add(4*time.Second)) || pause.Facts["since"] != testNow.Add(-time.Hour).Format(time.RFC3339) {
		t.Errorf("%+v", pause)
	}
	paused.state.Probes = 60
	if pause = decidePause("verisim", paused, []landing{none}, testNow, wall).Writes[0].(PauseRegistry); !pause.ProbeAt.Equal(wall.Add(probeMost)) {
		t.Errorf("%+v", pause)
	}
	if p = decidePause("verisim", paused, []landing{done}, testNow, wall); len(p.Writes) != 2 || len(p.Wake) != 1 {
		t.Errorf("an act that was done: %+v", p)
	} else if _, ok := p.Writes[0].(ResumeRegistry); !ok {
		t.Errorf("%+v", p)
	}
	taken := landed(domain.OutcomeRefused, "registration.taken", domain.IntentQueued) // says nothing of the deposit
	if p = decidePause("verisim", paused, []landing{taken}, testNow, wall); len(p.Writes) != 1 || len(p.Wake) != 1 || p.Writes[0] != (ProbeRegistry{"verisim", wall}) {
		t.Errorf("a try that showed nothing: %+v", p)
	}
	asked := landed(domain.OutcomeAccepted, "", domain.IntentUnknown) // it was paid for before
	for name, p := range map[string]Plan{"an answer about an earlier act": decidePause("verisim", paused, []landing{asked}, testNow, wall),
		"nothing paused": decidePause("verisim", gate{}, []landing{done}, testNow, wall)} {
		if len(p.Writes) > 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestWindowsAreChecked(t *testing.T) {
	good := WindowForm{RegistryAccount: "verisim", StartsAt: testNow, EndsAt: testNow.Add(time.Hour), Impact: domain.ImpactFull, Reason: " Upgrade "}
	w, err := decideWindow(good, "desk", testNow)
	if err != nil || w.Reason != "Upgrade" || w.State != domain.WindowPlanned || !w.NextActionAt.Equal(testNow) || w.By != "desk" {
		t.Errorf("%+v %v", w, err)
	}
	for rule, edit := range map[string]func(*WindowForm){
		"times":  func(f *WindowForm) { f.StartsAt = time.Time{} },
		"order":  func(f *WindowForm) { f.EndsAt = f.StartsAt },
		"past":   func(f *WindowForm) { f.StartsAt, f.EndsAt = testNow.Add(-2*time.Hour), testNow },
		"length": func(f *WindowForm) { f.EndsAt = f.StartsAt.Add(maxWindow + time.Second) },
		"impact": func(f *WindowForm) { f.Impact = "none" },
		"reason": func(f *WindowForm) { f.Reason = strings.Repeat("字", maxReason+1) },
	} {
		f := good
		edit(&f)
		if _, err := decideWindow(f, "desk", testNow); fault.Of(err).Code != "registry.window-invalid" || fault.Of(err).Facts["rule"] != rule {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

// What registries announce is kept to; a reminder and an old backlog change nothing.
func TestAnnouncements(t *testing.T) {
	said := domain.Window{RegistryAccount: "verisim", Ref: "M-1", StartsAt: testNow.Add(time.Hour), EndsAt: testNow.Add(2 * time.Hour), Impact: domain.ImpactFull}
	planned := said
	planned.ID, planned.State = 5, domain.WindowPlanned
	running, off, over := planned, planned, planned
	running.State, off.State, over.State = domain.WindowOn, domain.WindowCancelled, domain.WindowOver
	earlier, none, past, nameless := said, said, said, said
	earlier.StartsAt = testNow.Add(30 * time.Minute)
	none.Impact = domain.ImpactNone
	past.StartsAt, past.EndsAt = testNow.Add(-2*time.Hour), testNow.Add(-time.Hour)
	nameless.Ref = ""
	for name, c := range map[string]struct {
		w         domain.Window
		known     []domain.Window
		cancelled bool
		want      string // type of the first write
	}{
		"new":                            {w: said, want: "put"},
		"again":                          {w: said, known: []domain.Window{planned}},
		"again while it is on":           {w: said, known: []domain.Window{running}},
		"moved":                          {w: earlier, known: []domain.Window{planned}, want: "put"},
		"on after all":                   {w: said, known: []domain.Window{off}, want: "put"},
		"off":                            {w: said, known: []domain.Window{planned}, cancelled: true, want: "move"},
		"off while it is on":             {w: said, known: []domain.Window{running}, cancelled: true, want: "move"},
		"off twice":                      {w: said, known: []domain.Window{off}, cancelled: true},
		"off that was never on":          {w: said, cancelled: true},
		"off that is over":               {w: said, known: []domain.Window{over}, cancelled: true},
		"without impact":                 {w: none},
		"without impact after all":       {w: none, known: []domain.Window{planned}, want: "move"},
		"of the past":                    {w: past},
		"without identifier":             {w: nameless},
		"another registry's identifiers": {w: said, known: []domain.Window{{Ref: "M-2", State: domain.WindowPlanned}}, want: "put"},
	} {
		plan, ok := decideAnnounced(c.w, c.known, c.cancelled, testNow)
		got := ""
		if ok {
			switch plan.Writes[0].(type) {
			case PutWindow:
				got = "put"
			case MoveWindow:
				got = "move"
			}
			if len(plan.Events) == 0 {
				t.Errorf("%s: nothing in the log", name)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q %+v", name, got, plan)
		}
	}
}

func TestStanding(t *testing.T) {
	wall := testNow
	s := RegistryStanding{RegistryAccount: "verisim", Refused: true, Reason: "2200", CertUntil: wall.Add(29 * 24 * time.Hour), Fresh: true,
		Warnings: []LoginWarning{{Type: "password", Level: "warning", Until: testNow.Add(time.Hour)}, {Type: "stat", Name: "failed"}}}
	apply := func(open []domain.Case, p Plan) []domain.Case {
		for _, w := range p.Writes {
			switch w := w.(type) {
			case OpenCase:
				open = append(open, w.Case)
			case ClearCase:
				var left []domain.Case
				for _, c := range open {
					if c.Subject != w.Subject || c.Code != w.Code {
						left = append(left, c)
					}
				}
				open = left
			}
		}
		return open
	}
	open := apply([]domain.Case{{Subject: "registry:cnsim", Code: codeRefused}, {Subject: "registry:verisim", Code: "registry.deposit-low"}}, decideStanding(s, nil, testNow, wall))
	if len(open) != 5 {
		t.Fatalf("%+v", open)
	}
	if p := decideStanding(s, open, testNow, wall); len(p.Writes) != 0 {
		t.Errorf("what is told already: %+v", p.Writes)
	}
	s.CertUntil = wall.Add(31 * 24 * time.Hour)
	s.Refused, s.Warnings = false, nil
	if open = apply(open, decideStanding(s, open, testNow, wall)); len(open) != 2 {
		t.Errorf("what is over: %+v", open)
	}
	s = RegistryStanding{RegistryAccount: "verisim", CertUntil: s.CertUntil} // a node that has not logged in knows nothing
	known := []domain.Case{{Subject: "registry:verisim", Code: codeRefused}, {Subject: "registry:verisim:password", Code: codeLoginWarning}}
	if p := decideStanding(s, known, testNow, wall); len(p.Writes) != 0 {
		t.Errorf("%+v", p.Writes)
	}
}
