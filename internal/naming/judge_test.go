package naming_test

import (
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	. "github.com/openregistrar/openregistrar/internal/naming"
)

// TestJudge: what the shipped lists say, and which of several hits is told.
func TestJudge(t *testing.T) {
	lists, err := ShippedLists()
	if err != nil {
		t.Fatal(err)
	}
	lists = append(lists, List{Name: "cn-alone", Category: "ministry", Suffixes: []string{"cn"}, Entries: []Entry{{Word: "yunhe"}, {Word: "doubt-not"}}},
		List{Name: "doubts", Category: "other", Doubtful: true, Entries: []Entry{{Word: "doubt", Note: "seen before"}}})
	x := NewLexicon(lists)
	for typed, want := range map[string]string{
		"tea.com":           "",
		"我爱中国茶.com":         "registration.restricted-word refuse restricted 中国 3–4",
		"中國茶.cn":            "registration.restricted-word refuse restricted 中國 1–2",
		"China-tea.com":     "registration.restricted-word refuse restricted china 1–5",
		"chinatown.com":     "registration.restricted-word doubt restricted-meaning china 1–5",
		"machinabilis.com":  "",
		"indochina.com":     "",
		"zhongguocha.net":   "registration.restricted-word doubt restricted-meaning zhongguo 1–8",
		"yunhe.com":         "",
		"yunhe.cn":          "registration.policy-word refuse cn-alone yunhe 1–5",
		"doubt.cn":          "registration.policy-word doubt doubts doubt 1–5",
		"doubt-not.cn":      "registration.policy-word refuse cn-alone doubt-not 1–9",
		"doubt-china.cn":    "registration.restricted-word refuse restricted china 7–11",
		"yunhe-zhonghua.cn": "registration.policy-word refuse cn-alone yunhe 1–5",
	} {
		n, err := Parse(typed)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if v, ok := x.Judge(n, 7); ok {
			f := v.Facts()
			verdict := map[bool]string{true: "doubt", false: "refuse"}[v.Doubtful]
			got = string(v.Code()) + " " + verdict + " " + f["list"] + " " + f["word"] + " " + f["position"]
			if f["lists"] != "7" || f["name"] != Display(n) || f["entry"] == "" {
				t.Errorf("%s: facts %v", typed, f)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", typed, got, want)
		}
	}
	if v, _ := x.Judge("doubt.com", 1); v.Facts()["entry_note"] != "seen before" {
		t.Errorf("no note: %v", v.Facts())
	}
	if _, ok := x.Judge(domain.Name("xn--fiqs8s.com"), 1); !ok {
		t.Error("a name in its wire form is judged by what it stands for")
	}
}

// TestShippedLists: what ships can be met, and its places are known.
func TestShippedLists(t *testing.T) {
	lists, err := ShippedLists()
	if err != nil || len(lists) == 0 {
		t.Fatalf("%d lists, %v", len(lists), err)
	}
	for _, l := range lists {
		if l.Name == "" || l.Source == "" || l.Date == "" || len(l.Entries) == 0 {
			t.Errorf("%+v lacks something", l)
		}
		for _, e := range l.Entries {
			if !WordFit(e.Word) {
				t.Errorf("%s: %q can't be met", l.Name, e.Word)
			}
		}
	}
	for _, bad := range []string{"", "a b", "a.b", "ü", string(make([]rune, 70))} {
		if WordFit(bad) {
			t.Errorf("%q fits", bad)
		}
	}
}
