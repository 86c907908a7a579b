package naming

import (
	"strings"
	"unicode"
)

// Split takes a search box's text apart: names (what has a dot) and bare labels, in the order that they were typed,
// each once, in the plain form (lower case, plain dots) but not validated. Blanks, commas, semicolons, line breaks
// and Chinese punctuation part them. Addresses of pages give their host; a host below a name under one of the
// suffixes (wire or display form, no leading dot) gives that name.
func Split(typed string, suffixes []string) (names, labels []string) {
	known := knownSuffixes(suffixes)
	seen := map[string]bool{}
	for _, token := range strings.FieldsFunc(strings.ToValidUTF8(typed, "�"), parts) {
		for _, t := range sentence(token) {
			t = host(trim(t))
			if strings.Trim(t, ".") == "" {
				continue
			}
			if strings.Contains(strings.TrimSuffix(t, "."), ".") {
				t = under(t, known)
			}
			if seen[t] {
				continue
			}
			seen[t] = true
			if strings.Contains(strings.TrimSuffix(t, "."), ".") {
				names = append(names, t)
			} else {
				labels = append(labels, strings.TrimSuffix(t, "."))
			}
		}
	}
	return names, labels
}

func parts(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(",;|\"'`<>()，、；：！？“”‘’《》〈〉（）【】「」『』·…", r)
}

// sentence parts names between which a Chinese full stop stands as one: "a.com。b.cn". In "茶。中国" it is a dot.
func sentence(token string) []string {
	pieces := strings.FieldsFunc(token, func(r rune) bool { return r == '。' || r == '｡' })
	for _, p := range pieces {
		if !strings.ContainsAny(p, ".．") {
			return []string{token}
		}
	}
	return pieces
}

// host folds a token and takes the host out of a page's address.
func host(t string) string {
	t = strings.Map(fold, t)
	if _, rest, ok := strings.Cut(t, "://"); ok {
		t = rest
		if i := strings.IndexAny(t, "/?#"); i >= 0 {
			t = t[:i]
		}
		if i := strings.LastIndexByte(t, '@'); i >= 0 {
			t = t[i+1:]
		}
		if h, _, ok := strings.Cut(t, ":"); ok {
			t = h
		}
	}
	return strings.TrimSuffix(t, "/")
}

// under cuts a host down to the name registered under the longest of the known suffixes.
func under(t string, known map[string]bool) string {
	labels := strings.Split(strings.TrimSuffix(t, "."), ".")
	for i := 1; i < len(labels); i++ {
		s := strings.Join(labels[i:], ".")
		if !known[s] {
			a, b := parse("x."+s, chineseLabel)
			if b != nil || !known[strings.TrimPrefix(a, "x.")] {
				continue
			}
		}
		if labels[i-1] == "" {
			return t
		}
		return strings.Join(labels[i-1:], ".")
	}
	return t
}
