package world

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/verifier"
)

// How many rows of a list the authority's page shows.
const (
	casesShown   = 20
	entriesShown = 15
)

// entryStates are the states of an entry, in the order of the page's choice.
var entryStates = []word{
	{verifier.StateOK, "正常", "in order"},
	{verifier.StateMoving, "户口迁移中", "household moving"},
	{verifier.StateSpecial, "特殊职业", "special occupation"},
	{verifier.StateTooNew, "证件太新", "too new"},
	{verifier.StateExpired, "证件过期", "expired"},
	{verifier.StateUnfit, "材料不合要求", "material unfit"},
	{verifier.StateUnreadable, "图片看不清", "picture unreadable"},
	{verifier.StateUnclear, "身份不明", "identity unclear"},
	{verifier.StateProceedings, "争议程序中", "in proceedings"},
	{verifier.StateBlacklisted, "不良记录名单", "on the list of offenders"},
	{verifier.StateRestricted, "被注册局限制", "barred by a registry"},
	{verifier.StateChanged, "登记有变（单位）", "record differs (organisation)"},
}

// entryFields are what an entry may say with its state.
var entryFields = []struct {
	Key, ZH, EN string
	of          func(*verifier.Entry) *string
}{
	{"issued", "签发日", "Issued", func(e *verifier.Entry) *string { return &e.Issued }},
	{"listed_from", "哪天起查得到（证件太新）", "In the register from (too new)", func(e *verifier.Entry) *string { return &e.ListedFrom }},
	{"valid_until", "有效期至，空着 = 长期", "Valid until, empty = long-term", func(e *verifier.Entry) *string { return &e.ValidUntil }},
	{"answer", "材料哪里不合要求", "What is wrong with the material", func(e *verifier.Entry) *string { return &e.Answer }},
	{"case", "案件编号", "Case", func(e *verifier.Entry) *string { return &e.Case }},
	{"since", "程序开始日", "In proceedings since", func(e *verifier.Entry) *string { return &e.Since }},
	{"entry", "名单条目", "Entry of the list", func(e *verifier.Entry) *string { return &e.Item }},
	{"registry", "哪家注册局限制", "Barring registry", func(e *verifier.Entry) *string { return &e.By }},
	{"reason", "限制的原因", "Reason of the bar", func(e *verifier.Entry) *string { return &e.Reason }},
	{"field", "不同之处：name、representative 或 number", "What differs: name, representative or number", func(e *verifier.Entry) *string { return &e.Field }},
}

type fieldRow struct{ Key, ZH, EN, Value string }

type providerRow struct {
	Number string
	How    string
	verifierSettings
}

type entryRow struct {
	verifier.Entry
	State word
}

type verifierData struct {
	Providers []providerRow
	Cases     []verifierCase
	Waiting   int
	Results   []verifier.Result
	Register  string // people or organisations
	Count     map[string]int
	Query     string
	Entries   []entryRow
	More      int // entries that are not shown
	Editing   *verifier.Entry
	Fresh     bool // Editing is a new entry
	Fields    []fieldRow
	States    []word
	Info      VerifierInfo
}

// Orgs says whether the register is that of organisations.
func (d verifierData) Orgs() bool { return registersOf[d.Register] }

func stateWord(state string) word {
	i := slices.IndexFunc(entryStates, func(w word) bool { return w.Value == state })
	if i < 0 {
		return word{state, state, state}
	}
	return entryStates[i]
}

func (s *site) verifierPage(rw http.ResponseWriter, r *http.Request) {
	f := s.frame(rw, r, "verifier", "实名核验机构", "Verification authority")
	v, q := s.verifier, r.URL.Query()
	d := verifierData{Results: verifier.Results, Register: q.Get("register"), Query: strings.TrimSpace(q.Get("q")), States: entryStates,
		Info: s.info.Verifier, Count: map[string]int{}}
	if _, known := registersOf[d.Register]; !known {
		d.Register = "people"
	}
	for _, n := range verifier.Providers {
		how := "EPP nv-1.0 · " + s.info.Verifier.EPP
		if n == verifier.ProviderHTTP {
			how = s.info.Verifier.HTTP
		}
		d.Providers = append(d.Providers, providerRow{strconv.Itoa(n), how, settingsOf(v.Settings(n))})
	}
	for _, c := range v.Cases() {
		if c.State == verifier.StatePending {
			d.Waiting++
		}
		if len(d.Cases) < casesShown {
			d.Cases = append(d.Cases, caseOf(c))
		}
	}
	for name, orgs := range registersOf {
		list := v.Entries(orgs)
		d.Count[name] = len(list)
		if name != d.Register {
			continue
		}
		for _, e := range list {
			switch {
			case d.Query != "" && !strings.Contains(e.Name, d.Query) && !strings.Contains(e.Number, strings.ToUpper(d.Query)):
			case len(d.Entries) == entriesShown:
				d.More++
			default:
				d.Entries = append(d.Entries, entryRow{e, stateWord(e.State)})
			}
		}
	}
	if number := q.Get("edit"); number != "" {
		e, err := v.Entry(d.Orgs(), number)
		if err != nil {
			s.fail(rw, r, control.NotFound(""))
			return
		}
		d.Editing = &e
	} else if q.Get("new") != "" {
		d.Editing, d.Fresh = &verifier.Entry{State: verifier.StateOK}, true
	}
	if d.Editing != nil {
		for _, x := range entryFields {
			if x.Key != "field" || d.Orgs() {
				d.Fields = append(d.Fields, fieldRow{x.Key, x.ZH, x.EN, *x.of(d.Editing)})
			}
		}
	}
	f.Data = d
	s.show(rw, http.StatusOK, "verifier", f)
}

// verifierForms mounts what the page's forms do.
func (s *site) verifierForms(do func(string, func(*http.Request) (string, error))) {
	form := func(path, anchor string, f func(get func(string) string) (query string, err error)) {
		do("/verifier/"+path, func(r *http.Request) (string, error) {
			query, err := f(func(k string) string { return strings.TrimSpace(r.PostForm.Get(k)) })
			if err != nil {
				return "", verifierRefusal(err)
			}
			return "/verifier?" + query + "#" + anchor, nil
		})
	}
	form("settings", "providers", func(get func(string) string) (string, error) {
		delay, silent, down, contradict := get("delay"), get("silent") == "true", get("down") == "true", get("contradict") == "true"
		in := verifierChange{Delay: &delay, Silent: &silent, Down: &down, Contradict: &contradict}
		for key, to := range map[string]**int{"fail": &in.Fail, "lose": &in.Lose} {
			n, err := strconv.Atoi(get(key))
			if err != nil {
				return "", control.BadRequest(strconv.Quote(get(key)) + " is not a count")
			}
			*to = &n
		}
		return "", s.setVerifier(get("provider"), in)
	})
	form("entry", "registers", func(get func(string) string) (string, error) {
		orgs, known := registersOf[get("register")]
		if !known {
			return "", control.BadRequest("no such register")
		}
		e, _ := s.verifier.Entry(orgs, get("number"))
		e.Number, e.Name, e.State = get("number"), get("name"), get("state")
		for _, x := range entryFields {
			*x.of(&e) = get(x.Key)
		}
		return url.Values{"register": {get("register")}, "q": {e.Name}}.Encode(), s.verifier.PutEntry(orgs, e)
	})
	form("entry/drop", "registers", func(get func(string) string) (string, error) {
		return url.Values{"register": {get("register")}}.Encode(), s.verifier.DropEntry(registersOf[get("register")], get("number"))
	})
	form("verdict", "cases", func(get func(string) string) (string, error) {
		return "", s.verifier.Verdict(get("ref"), verifier.Opinion{Result: get("result"), Note: get("note")})
	})
}
