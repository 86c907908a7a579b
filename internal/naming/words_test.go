package naming_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	. "github.com/openregistrar/openregistrar/internal/naming"
)

func shown(hits []Hit) []string {
	var out []string
	for _, h := range hits {
		out = append(out, fmt.Sprintf("%s/%s@%d-%d", h.List.Name, h.Entry.Word, h.From, h.To))
	}
	slices.Sort(out)
	return out
}

// TestLexicon: which entry hits where, and which doesn't.
func TestLexicon(t *testing.T) {
	lists := []List{
		{Name: "restricted", Entries: []Entry{{Word: "中国"}, {Word: "China", Where: Alone}, {Word: "国家", Except: []string{"国家馆"}}, {Word: " "}}},
		{Name: "policy", Entries: []Entry{{Word: "duchang"}, {Word: "du"}, {Word: "changdu", Where: Back}, {Word: "gov", Where: Front}, {Word: "police", Where: Whole}}},
	}
	x := NewLexicon(lists)
	for label, want := range map[string][]string{
		"":             nil,
		"tea":          nil,
		"我爱中国茶":        {"restricted/中国@2-4"},
		"中国国家":         {"restricted/中国@0-2", "restricted/国家@2-4"},
		"国家馆":          nil,
		"CHINA-tea":    {"restricted/China@0-5"},
		"china8":       {"restricted/China@0-5"},
		"machinabilis": nil,
		"chinatown":    nil,
		"duchang":      {"policy/du@0-2", "policy/duchang@0-7"},
		"xduchangdu":   {"policy/changdu@3-10", "policy/du@1-3", "policy/du@8-10", "policy/duchang@1-8"},
		"changduo":     {"policy/du@5-7"},
		"mygov":        nil,
		"govern":       {"policy/gov@0-3"},
		"police":       {"policy/police@0-6"},
		"policeman":    nil,
		"ｄｕ":           {"policy/du@0-2"},
	} {
		if got := shown(x.Match(label)); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", label, got, want)
		}
	}
}

// TestLexiconFindsAll: it finds what looking for each word in turn finds.
func TestLexiconFindsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("abc中国")), 1, 12, -1)
		words := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("abc中国")), 1, 4, -1), 1, 20).Draw(t, "words")
		l := List{Name: "l"}
		for _, w := range words {
			l.Entries = append(l.Entries, Entry{Word: w})
		}
		label := text.Draw(t, "label")
		var want []string
		rs := []rune(label)
		for _, w := range words {
			n := len([]rune(w))
			for i := 0; i+n <= len(rs); i++ {
				if strings.HasPrefix(string(rs[i:]), w) {
					want = append(want, fmt.Sprintf("l/%s@%d-%d", w, i, i+n))
				}
			}
		}
		slices.Sort(want)
		if got := shown(NewLexicon([]List{l}).Match(label)); !slices.Equal(got, want) {
			t.Fatalf("%q in %v: %v, want %v", label, words, got, want)
		}
	})
}

// BenchmarkLexicon: a label against 100,000 entries.
func BenchmarkLexicon(b *testing.B) {
	x, labels := NewLexicon([]List{Sample(100_000)}), []string{"yunhetea", "chaxiang-hangzhou", "kongdewen2026", "baidulouxiang", "云河茶业", "a8b9c7d6e5", "shanshuizhijian"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		x.Match(labels[i%len(labels)])
	}
}

// Sample makes a list of pinyin words and Chinese ones, none of which is any real list's.
func Sample(n int) List {
	initials, finals := strings.Fields("b p m f d t n l g k h j q x zh ch sh r z c s y w"), strings.Fields("a o e ai ei ao ou an en ang eng ong i ia iao ian in iang ing u ua uo ui uan un")
	l := List{Name: "sample"}
	seed := uint32(1)
	next := func(k int) int { seed = seed*1664525 + 1013904223; return int(seed>>8) % k }
	seen := map[string]bool{}
	for len(l.Entries) < n {
		var w strings.Builder
		if next(3) == 0 {
			for range 2 + next(3) {
				w.WriteRune(rune(0x4e00 + next(4000)))
			}
		} else {
			for range 3 + next(2) {
				w.WriteString(initials[next(len(initials))] + finals[next(len(finals))])
			}
		}
		if !seen[w.String()] {
			seen[w.String()] = true
			l.Entries = append(l.Entries, Entry{Word: w.String()})
		}
	}
	return l
}
