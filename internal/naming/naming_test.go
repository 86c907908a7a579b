package naming_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

func TestParseAccepts(t *testing.T) {
	long := strings.Repeat("a", 63) + ".com"
	for typed, want := range map[string]domain.Name{
		"example.com":             "example.com",
		"  ExAmPle.COM. ":         "example.com",
		"ｅｘａｍｐｌｅ．ｃｏｍ":             "example.com",
		"example。com":             "example.com",
		"example｡com.":            "example.com",
		"\ufeffexample.com\u200b": "example.com",
		"中国.中国":                   "xn--fiqs8s.xn--fiqs8s",
		"XN--FIQS8S.xn--fiqs8s":   "xn--fiqs8s.xn--fiqs8s",
		"云和茶。ＣＯＭ":                 "xn--9kqr9l779b.com",
		"茶-1.cn":                  "xn---1-g75f.cn",
		"〇.中国":                    "xn--w6j.xn--fiqs8s",
		"\uf9d0.com":              "xn--2z5a.com", // compatibility ideograph: 類
		"163.com":                 "163.com",
		"a-b-c.com.cn":            "a-b-c.com.cn",
		long:                      domain.Name(long),
	} {
		got, err := naming.Parse(typed)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ typed, rule, position, character string }{
		{"", "empty", "1", ""},
		{" \u3000\t", "empty", "1", ""},
		{".", "empty", "1", ""},
		{".com", "empty", "1", ""},
		{"a..com", "empty", "3", ""},
		{"example", "no-suffix", "7", ""},
		{"example.", "no-suffix", "7", ""},
		{"a_b.com", "character", "2", "_"},
		{"a b.com", "character", "2", "U+0020"},
		{"a\u200bb.com", "character", "2", "U+200B"},
		{"a\x00b.com", "character", "2", "U+0000"},
		{"a\xffb.com", "character", "2", "U+FFFD"},
		{"中·国.com", "character", "2", "·"},
		{"bücher.de", "character", "2", "ü"},
		{"https://example.com/", "character", "6", ":"},
		{"x@example.com", "character", "2", "@"},
		{"аpple.com", "mixed-script", "1", "а"}, // Cyrillic а
		{"中а.com", "mixed-script", "2", "а"},
		{"-a.com", "hyphen-edge", "1", ""},
		{"www.a-.com", "hyphen-edge", "6", ""},
		{"-.com", "hyphen-edge", "1", ""},
		{"茶-.com", "hyphen-edge", "2", ""},
		{"a--b.com", "hyphen-double", "3", ""},
		{"ab--c.com", "hyphen-double", "4", ""},
		{"中--国.com", "hyphen-double", "3", ""},
		{"xn--fiqs8s-.com", "bad-punycode", "1", ""},
		{"www.xn--99999999.com", "bad-punycode", "5", ""},
		{"xn--.com", "bad-punycode", "1", ""},
		{"xn--td6c.com", "not-canonical", "1", ""}, // decodes to a compatibility ideograph, U+F9D0
		{"xn--mnchen-3ya.de", "character", "1", "ü"},
		{"xn--中.com", "character", "5", "中"},
		{strings.Repeat("a", 64) + ".com", "too-long", "64", ""},
		{"www." + strings.Repeat("国", 60) + ".com", "too-long", "5", ""},
		{strings.Repeat(strings.Repeat("a", 62)+".", 4) + "cn", "too-long", "1", ""},
		{strings.Repeat("a", 1<<20), "too-long", "254", ""},
		{"127.0.0.1", "ip-address", "1", ""},
		{"::1", "ip-address", "1", ""},
		{"[2001:db8::1]", "ip-address", "1", ""},
		{"１２７。0。0。1", "ip-address", "1", ""},
		{"example.123", "ip-address", "9", ""},
	} {
		name, err := naming.Parse(c.typed)
		f := fault.Of(err)
		if f == nil || name != "" {
			t.Errorf("Parse(%.30q) = %q, want rule %s", c.typed, name, c.rule)
			continue
		}
		if f.Kind != fault.Invalid || f.Code != "input.name-malformed" || f.Facts["rule"] != c.rule ||
			f.Facts["position"] != c.position || f.Facts["character"] != c.character {
			t.Errorf("Parse(%.30q): %v, want %s at %s (%s)", c.typed, f, c.rule, c.position, c.character)
		}
		if n := len([]rune(f.Facts["name"])); n > 81 {
			t.Errorf("Parse(%.30q): the fault repeats %d characters", c.typed, n)
		}
	}
}

func TestTooLongChineseLabelIsMeasuredAsSent(t *testing.T) {
	var b strings.Builder
	for i := range 40 {
		b.WriteRune(rune(0x4e00 + i*397)) // far apart, so that each costs several octets
	}
	_, err := naming.Parse(b.String() + ".com")
	if f := fault.Of(err); f == nil || f.Facts["rule"] != "too-long" || f.Facts["limit"] != "63" {
		t.Errorf("got %v, want too-long", err)
	}
}

func TestHost(t *testing.T) {
	for typed, want := range map[string]string{
		"NS1.Example.COM.": "ns1.example.com",
		"ns1.bücher.de":    "ns1.xn--bcher-kva.de",
		"ns--1.example.cn": "",
		"a--b.example.cn":  "a--b.example.cn",
		"ns。云和茶。com":       "ns.xn--9kqr9l779b.com",
		"192.0.2.1":        "",
		"ns_1.example.com": "",
		"localhost":        "",
	} {
		got, err := naming.Host(typed)
		if got != want || (want == "") != fault.Is(err, "input.name-servers") {
			t.Errorf("Host(%q) = %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestCheck(t *testing.T) {
	com := policy.Suffix{Suffix: "com", IDN: true, ASCII: true, MinLabel: 3}
	comcn := policy.Suffix{Suffix: "com.cn", ASCII: true, MinLabel: 1}
	zhongguo := policy.Suffix{Suffix: "xn--fiqs8s", IDN: true, MinLabel: 1}
	for _, c := range []struct {
		typed string
		in    policy.Suffix
		want  string
	}{
		{"abc.com", com, ""},
		{"ab.com", com, "too-short"},
		{"云和.com", com, "too-short"}, // two characters, whatever their octets
		{"云和茶.com", com, ""},
		{"云和茶.com.cn", comcn, "no-chinese"},
		{"a.com.cn", comcn, ""},
		{"tea.中国", zhongguo, "chinese-only"},
		{"茶.中国", zhongguo, ""},
		{"www.abc.com", com, "suffix.unsupported"},
		{"abc.com.cn", com, "suffix.unsupported"},
	} {
		n, err := naming.Parse(c.typed)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if f := fault.Of(naming.Check(n, c.in)); f != nil {
			got = string(f.Code)
			if r := f.Facts["rule"]; r != "" {
				got = r
			}
		}
		if got != c.want {
			t.Errorf("Check(%q): %q, want %q", c.typed, got, c.want)
		}
	}
}

func TestSplit(t *testing.T) {
	suffixes := []string{"com", "cn", "com.cn", "xn--fiqs8s"}
	for typed, want := range map[string][2][]string{
		"":       {},
		" ,，。\n": {},
		"yunhe":  {nil, []string{"yunhe"}},
		"云和茶":    {nil, []string{"云和茶"}},
		"Yunhe.COM, 云和茶；yunhe.com\n茶。中国": {[]string{"yunhe.com", "茶.中国"}, []string{"云和茶"}},
		"a.com。b.cn":                       {[]string{"a.com", "b.cn"}, nil},
		"ａｂｃ．ｃｏｍ、x":                        {[]string{"abc.com"}, []string{"x"}},
		"https://www.example.com/a?b#c":    {[]string{"example.com"}, nil},
		"http://u:p@shop.例子.中国:8080/":      {[]string{"例子.中国"}, nil},
		"www.a.com.cn www.b.xn--fiqs8s":    {[]string{"a.com.cn", "b.xn--fiqs8s"}, nil},
		"foo.unknown":                      {[]string{"foo.unknown"}, nil},
		"“云和”《茶》（tea.com）":                 {[]string{"tea.com"}, []string{"云和", "茶"}},
		"a..com .com":                      {[]string{"a..com", ".com"}, nil},
		"example.com. example.com word. .": {[]string{"example.com"}, []string{"word"}},
	} {
		names, labels := naming.Split(typed, suffixes)
		if d := cmp.Diff(want, [2][]string{names, labels}); d != "" {
			t.Errorf("Split(%q):\n%s", typed, d)
		}
	}
}

// typed draws names as people write them: both scripts, both forms, any case, odd dots.
func typed() *rapid.Generator[string] {
	label := rapid.OneOf(
		rapid.StringMatching(`[a-zA-Z0-9]{1,12}(-[a-z0-9]{1,5})?`),
		rapid.StringMatching(`[一-龥〇]{1,8}(-?[a-z0-9]{1,3})?`),
		rapid.StringMatching(`xn--[a-z0-9]{1,8}`),
		rapid.StringMatching(`[ａ-ｚ]{1,5}`),
	)
	return rapid.Custom(func(t *rapid.T) string {
		dot := rapid.SampledFrom([]string{".", "。", "．", "｡"})
		s := label.Draw(t, "label")
		for range rapid.IntRange(1, 3).Draw(t, "labels") {
			s += dot.Draw(t, "dot") + label.Draw(t, "label")
		}
		return s
	})
}

// TestParseDisplay: what is shown parses to the same name, and showing changes nothing a second time.
func TestParseDisplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { parseDisplay(t, typed().Draw(t, "typed")) })
}

func parseDisplay(t interface{ Fatalf(string, ...any) }, s string) {
	n, err := naming.Parse(s)
	if err != nil {
		if f := fault.Of(err); f.Code != "input.name-malformed" || f.Facts["rule"] == "" || f.Facts["position"] == "" {
			t.Fatalf("Parse(%q): %v lacks its evidence", s, err)
		}
		return
	}
	shown := naming.Display(n)
	again, err := naming.Parse(shown)
	if err != nil || again != n {
		t.Fatalf("Parse(%q) = %q, shown as %q, parses to %q, %v", s, n, shown, again, err)
	}
	if twice, err := naming.Parse(string(n)); err != nil || twice != n {
		t.Fatalf("Parse(%q) = %q, %v: not a fixed point", n, twice, err)
	}
	if len(n) > 253 || strings.ToLower(string(n)) != string(n) || strings.HasSuffix(string(n), ".") {
		t.Fatalf("Parse(%q) = %q: not a wire form", s, n)
	}
	for _, l := range strings.Split(string(n), ".") {
		if len(l) == 0 || len(l) > 63 {
			t.Fatalf("Parse(%q) = %q: label of %d octets", s, n, len(l))
		}
	}
	for i := range len(n) {
		if c := n[i]; c != '.' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			t.Fatalf("Parse(%q) = %q: octet %q", s, n, c)
		}
	}
	if h, err := naming.Host(s); err != nil || h != string(n) {
		t.Fatalf("Host(%q) = %q, %v; a name is a host", s, h, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"example.com", "云和茶。中国", "xn--fiqs8s.xn--fiqs8s", "xn--a.com", "a--b.c", "１.２", "\uf9d0.cn", "々.x", "[::1]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parseDisplay(t, s)
		naming.Display(domain.Name(s)) // anything may be shown
		names, labels := naming.Split(s, []string{"com", "xn--fiqs8s"})
		for _, x := range append(names, labels...) {
			if strings.TrimSpace(x) == "" {
				t.Fatalf("Split(%q) gives a blank", s)
			}
		}
	})
}
