package world

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/verifier"
)

// verifierSettings are a provider's settings as the control port has them.
type verifierSettings struct {
	Delay      string `json:"delay"`
	Silent     bool   `json:"silent"`
	Down       bool   `json:"down"`
	Fail       int    `json:"fail"`
	Lose       int    `json:"lose"`
	Contradict bool   `json:"contradict"`
}

// verifierChange is what a call changes of them; what is absent stays.
type verifierChange struct {
	Delay      *string `json:"delay"`
	Silent     *bool   `json:"silent"`
	Down       *bool   `json:"down"`
	Fail       *int    `json:"fail"`
	Lose       *int    `json:"lose"`
	Contradict *bool   `json:"contradict"`
}

func settingsOf(s verifier.Settings) verifierSettings {
	return verifierSettings{s.Delay.String(), s.Silent, s.Down, s.Fail, s.Lose, s.Contradict}
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// verifierCase is a verification as the control port shows it: without the
// registrar's secret, and with a number of which the middle is left out.
type verifierCase struct {
	Ref       string            `json:"ref"`
	Provider  int               `json:"provider"`
	Client    string            `json:"client"`
	Kind      string            `json:"kind"`
	Name      string            `json:"name"`
	Number    string            `json:"number,omitempty"`
	Proof     string            `json:"proof,omitempty"`
	Documents int               `json:"documents"`
	State     string            `json:"state"`
	Result    string            `json:"result,omitempty"`
	Facts     map[string]string `json:"facts,omitempty"`
	Words     string            `json:"words,omitempty"` // in Chinese
	EN        string            `json:"-"`
	Note      string            `json:"-"`
	ByHand    bool              `json:"by_hand,omitempty"`
	Created   time.Time         `json:"created"`
	Due       time.Time         `json:"due"`
	Decided   *time.Time        `json:"decided,omitempty"`
	Callback  *verifierCallback `json:"callback,omitempty"`
}

type verifierCallback struct {
	Tries int    `json:"tries"`
	Done  bool   `json:"done"`
	Last  string `json:"last,omitempty"`
}

func caseOf(c verifier.Case) verifierCase {
	v := verifierCase{Ref: c.Ref, Provider: c.Provider, Client: c.Client, Kind: c.Input.Kind, Name: c.Input.Name, Number: covered(c.Input.Number),
		Proof: c.Input.ProofType, Documents: len(c.Input.Documents), State: c.State, ByHand: c.ByHand, Created: c.Created, Due: c.Due}
	if c.State != verifier.StatePending {
		v.Note, v.EN = c.Opinion.Note, c.Opinion.English()
		v.Result, v.Facts, v.Words, v.Decided = c.Opinion.Result, c.Opinion.Facts, c.Opinion.Words(), &c.Decided
	}
	if cb := c.Callback; cb != nil {
		v.Callback = &verifierCallback{cb.Tries, !cb.Done.IsZero(), cb.Last}
	}
	return v
}

// covered leaves four characters of a number.
func covered(number string) string {
	rs := []rune(number)
	if len(rs) <= 4 {
		return strings.Repeat("*", len(rs))
	}
	return string(rs[:2]) + strings.Repeat("*", len(rs)-4) + string(rs[len(rs)-2:])
}

// verifierRefusal gives the authority's errors their HTTP status.
func verifierRefusal(err error) error {
	text := ""
	if err != nil {
		text = strings.TrimPrefix(err.Error(), "verifier: ")
	}
	switch {
	case errors.Is(err, verifier.ErrNoSuchCase), errors.Is(err, verifier.ErrNoSuchEntry):
		return control.NotFound(text)
	case errors.Is(err, verifier.ErrDecided):
		return control.Conflict(text)
	case errors.Is(err, verifier.ErrBadValue):
		return control.BadRequest(text)
	}
	return err
}

// registersOf are the authority's registers by their names in addresses; the
// value says whether it is that of organisations.
var registersOf = map[string]bool{"people": false, "organisations": true}

// verifierAPI mounts /api/verifier.
func (w *World) verifierAPI(api func(string, control.Endpoint)) {
	v := w.verifier
	state := func() (any, error) {
		all := map[string]verifierSettings{}
		for _, n := range verifier.Providers {
			all[strconv.Itoa(n)] = settingsOf(v.Settings(n))
		}
		return map[string]any{"providers": all}, nil
	}
	api("GET /api/verifier/settings", func(*http.Request) (any, error) { return state() })
	// Of both providers, or of the one that ?provider= names.
	api("PUT /api/verifier/settings", func(r *http.Request) (any, error) {
		var in verifierChange
		if err := control.Body(r, &in); err != nil {
			return nil, err
		}
		if err := w.setVerifier(r.URL.Query().Get("provider"), in); err != nil {
			return nil, err
		}
		return state()
	})
	for name, orgs := range registersOf {
		api("GET /api/verifier/"+name, func(*http.Request) (any, error) {
			return map[string]any{name: append([]verifier.Entry{}, v.Entries(orgs)...)}, nil
		})
		api("GET /api/verifier/"+name+"/{number}", func(r *http.Request) (any, error) {
			e, err := v.Entry(orgs, r.PathValue("number"))
			if err != nil {
				return nil, verifierRefusal(err)
			}
			return e, nil
		})
		// What is absent stays as it is in an entry that exists.
		api("PUT /api/verifier/"+name+"/{number}", func(r *http.Request) (any, error) {
			number := r.PathValue("number")
			e, _ := v.Entry(orgs, number)
			if err := control.Body(r, &e); err != nil {
				return nil, err
			}
			e.Number = number
			if err := v.PutEntry(orgs, e); err != nil {
				return nil, verifierRefusal(err)
			}
			return v.Entry(orgs, number)
		})
		api("DELETE /api/verifier/"+name+"/{number}", func(r *http.Request) (any, error) {
			return nil, verifierRefusal(v.DropEntry(orgs, r.PathValue("number")))
		})
	}
	api("GET /api/verifier/cases", func(r *http.Request) (any, error) {
		out := []verifierCase{}
		for _, c := range v.Cases() {
			if q := r.URL.Query().Get("state"); q == "" || q == c.State {
				out = append(out, caseOf(c))
			}
		}
		return map[string]any{"cases": out}, nil
	})
	api("POST /api/verifier/cases/{ref}/verdict", func(r *http.Request) (any, error) {
		var in struct {
			Result string            `json:"result"`
			Facts  map[string]string `json:"facts"`
			Note   string            `json:"note"`
		}
		if err := control.Body(r, &in); err != nil {
			return nil, err
		}
		return nil, verifierRefusal(v.Verdict(r.PathValue("ref"), verifier.Opinion{Result: in.Result, Facts: in.Facts, Note: in.Note}))
	})
	api("GET /api/verifier/results", func(*http.Request) (any, error) {
		out := []map[string]string{}
		for _, r := range verifier.Results {
			out = append(out, map[string]string{"code": r.Code, "reason": r.Reason, "zh": r.ZH, "en": r.EN})
		}
		return map[string]any{"results": out}, nil
	})
}

// setVerifier changes a provider's settings; "" is both.
func (w *World) setVerifier(provider string, in verifierChange) error {
	var delay *time.Duration
	if in.Delay != nil {
		d, err := control.Span(cmp.Or(*in.Delay, "0s"))
		if err != nil {
			return err
		}
		delay = &d
	}
	known := false
	for _, n := range verifier.Providers {
		if provider != "" && provider != strconv.Itoa(n) {
			continue
		}
		known = true
		s := w.verifier.Settings(n)
		set(&s.Delay, delay)
		set(&s.Silent, in.Silent)
		set(&s.Down, in.Down)
		set(&s.Fail, in.Fail)
		set(&s.Lose, in.Lose)
		set(&s.Contradict, in.Contradict)
		if err := w.verifier.SetSettings(n, s); err != nil {
			return verifierRefusal(err)
		}
	}
	if !known {
		return control.NotFound("no provider " + strconv.Quote(provider))
	}
	return nil
}
