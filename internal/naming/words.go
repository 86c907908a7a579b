package naming

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Where says which part of a label an entry has to be.
type Where string

// An entry is met anywhere in a label, as the whole of it, at its beginning, at its end, or as a word of its own
// between hyphens, digits and the ends.
const (
	Anywhere Where = "contains"
	Whole    Where = "exact"
	Front    Where = "prefix"
	Back     Where = "suffix"
	Alone    Where = "word"
)

// Entry is a word of a list. Latin is compared without case; Chinese in its simplified form where the list was loaded
// so.
type Entry struct {
	Word   string
	Where  Where    // empty: contains
	Except []string // labels that may bear it: its rightful holders'
	Note   string
}

// List is words of one kind from one source.
type List struct {
	Name     string   // as it is shown
	Category string   // one of Categories
	Doubtful bool     // a hit is looked at by people; else it refuses
	Suffixes []string // that the list is for; none: every
	Source   string
	Date     string // of the source's issue, 2006-01-02
	Entries  []Entry
}

// Hit says which entry of which list a label met, and where: characters From up to and without To, from 0.
type Hit struct {
	List     *List
	Entry    *Entry
	From, To int
}

// Lexicon finds the entries of many lists in a label in one pass (Aho and Corasick, 1975). It is made once, and is safe
// for concurrent use.
type Lexicon struct {
	codes  map[rune]uint32 // characters that occur in any word, numbered from 1
	ascii  [128]uint32     // the same for ASCII
	edges  []edge          // open addressing: from a state by a character to the next
	mask   uint32
	fail   []uint32 // where to go on when there is no edge
	found  []int32  // first of the state's words, -1: none
	output []uint32 // nearest state behind fail that has words; 0: none
	words  []word
}

type edge struct {
	state, next uint32
	code        uint32 // 0: the slot is free
}

type word struct {
	list, entry int32
	length      int32 // characters
	next        int32 // another word of the same state, -1: none
	lists       *List
}

// alike makes words and labels comparable.
func alike(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf || s[i] >= 'A' && s[i] <= 'Z' {
			return strings.ToLower(norm.NFKC.String(s))
		}
	}
	return s
}

// NewLexicon makes one of lists; empty words are left out.
func NewLexicon(lists []List) *Lexicon {
	x := &Lexicon{codes: map[rune]uint32{}, fail: []uint32{0}, found: []int32{-1}, output: []uint32{0}}
	nodes := 1
	for _, l := range lists {
		for _, e := range l.Entries {
			nodes += utf8.RuneCountInString(e.Word)
		}
	}
	size := uint32(16)
	for size < uint32(nodes)*2 {
		size *= 2
	}
	x.edges, x.mask = make([]edge, size), size-1
	for i := range lists {
		l := &lists[i]
		for j := range l.Entries {
			x.add(l, int32(i), int32(j))
		}
	}
	x.link()
	return x
}

func (x *Lexicon) add(l *List, i, j int32) {
	text := alike(strings.TrimSpace(l.Entries[j].Word))
	if text == "" {
		return
	}
	state, n := uint32(0), int32(0)
	for _, r := range text {
		code := x.codes[r]
		if code == 0 {
			code = uint32(len(x.codes) + 1)
			x.codes[r] = code
			if r < 128 {
				x.ascii[r] = code
			}
		}
		next, ok := x.step(state, code)
		if !ok {
			next = uint32(len(x.fail))
			x.fail, x.found, x.output = append(x.fail, 0), append(x.found, -1), append(x.output, 0)
			x.put(edge{state, next, code})
		}
		state = next
		n++
	}
	x.words = append(x.words, word{list: i, entry: j, length: n, next: x.found[state], lists: l})
	x.found[state] = int32(len(x.words) - 1)
}

// slot spreads states and characters over the table (Knuth's multiplier).
func (x *Lexicon) slot(state uint32, code uint32) uint32 {
	h := (state*65599 + code) * 2654435769
	return (h ^ h>>15) & x.mask
}

func (x *Lexicon) step(state uint32, code uint32) (uint32, bool) {
	for i := x.slot(state, code); ; i = (i + 1) & x.mask {
		e := &x.edges[i]
		if e.code == 0 {
			return 0, false
		}
		if e.state == state && e.code == code {
			return e.next, true
		}
	}
}

func (x *Lexicon) put(e edge) {
	i := x.slot(e.state, e.code)
	for x.edges[i].code != 0 {
		i = (i + 1) & x.mask
	}
	x.edges[i] = e
}

// link draws the edges for mismatches, level by level.
func (x *Lexicon) link() {
	out := make([][]edge, len(x.fail))
	for _, e := range x.edges {
		if e.code != 0 {
			out[e.state] = append(out[e.state], e)
		}
	}
	queue := []uint32{0}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		for _, e := range out[state] {
			queue = append(queue, e.next)
			if state == 0 {
				continue
			}
			f := x.fail[state]
			for {
				if to, ok := x.step(f, e.code); ok {
					x.fail[e.next] = to
					break
				}
				if f == 0 {
					break
				}
				f = x.fail[f]
			}
			if to := x.fail[e.next]; x.found[to] >= 0 {
				x.output[e.next] = to
			} else {
				x.output[e.next] = x.output[to]
			}
		}
	}
}

// Match finds every entry that the label meets, in the order of where they end, the longer first. The label is as it is
// shown, not its xn-- form.
func (x *Lexicon) Match(label string) []Hit {
	var hits []Hit
	label = alike(label)
	state, at := uint32(0), 0
	var runes []rune // made when something is found
	for _, r := range label {
		at++
		var code uint32
		if r < 128 {
			code = x.ascii[r]
		} else {
			code = x.codes[r]
		}
		if code == 0 {
			state = 0
			continue
		}
		for {
			next, ok := x.step(state, code)
			if ok {
				state = next
				break
			}
			if state == 0 {
				break
			}
			state = x.fail[state]
		}
		s := state
		if x.found[s] < 0 {
			s = x.output[s]
		}
		for ; s != 0; s = x.output[s] {
			for w := x.found[s]; w >= 0; w = x.words[w].next {
				if runes == nil {
					runes = []rune(label)
				}
				v := &x.words[w]
				h := Hit{List: v.lists, Entry: &v.lists.Entries[v.entry], From: at - int(v.length), To: at}
				if h.counts(runes, label) {
					hits = append(hits, h)
				}
			}
		}
	}
	return hits
}

// counts reports whether the place is one where the entry means something, and the label not one of its rightful holders.
func (h *Hit) counts(label []rune, folded string) bool {
	ok := true
	switch h.Entry.Where {
	case Whole:
		ok = h.From == 0 && h.To == len(label)
	case Front:
		ok = h.From == 0
	case Back:
		ok = h.To == len(label)
	case Alone:
		ok = (h.From == 0 || !letter(label[h.From-1])) && (h.To == len(label) || !letter(label[h.To]))
	}
	return ok && !slices.ContainsFunc(h.Entry.Except, func(e string) bool { return alike(e) == folded })
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= utf8.RuneSelf }
