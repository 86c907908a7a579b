package diagnose

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

const sound = `
[[entry]]
code = "internal"
severity = "refuse"
facts = ["ref"]
[entry.zh]
title = "出错"
what = "出错了。[编号 {ref}。]"
remedy = ["告诉我们"]
[entry.en]
title = "Failed"
what = "It failed. [Number {ref}.]"
remedy = ["Tell us"]
`

// TestReadRefuses: mistakes in a catalogue file are found when it is read.
func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"sound":               {"", "", ""},
		"unknown key":         {`severity = "refuse"`, `severity = "refuse"` + "\nfoo = 1", "unknown key"},
		"severity":            {`"refuse"`, `"fatal"`, "severity"},
		"no English":          {`title = "Failed"`, `title = ""`, "en: title"},
		"undeclared fact":     {"[Number {ref}.]", "[Number {number}.]", "not declared"},
		"fact out of bracket": {"[Number {ref}.]", "Number {ref}.", "stand in brackets"},
		"open bracket":        {"[Number {ref}.]", "[Number {ref}.", "not closed"},
		"open brace":          {"[Number {ref}.]", "[Number {ref.]", "not closed"},
		"way of writing":      {"{ref}.]", "{ref:shout}.]", "no such way"},
		"currency undeclared": {"{ref}.]", "{ref:money}.]", "{currency} is not declared"},
		"subsumes nothing":    {`severity = "refuse"`, `severity = "refuse"` + "\n" + `subsumes = ["x.y"]`, "not there"},
		"subsumes itself":     {`severity = "refuse"`, `severity = "refuse"` + "\n" + `subsumes = ["internal"]`, "subsumes itself"},
	} {
		body := strings.Replace(sound, c.from, c.to, 1)
		_, err := read(fstest.MapFS{"catalogue/x.toml": {Data: []byte(body)}})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := read(fstest.MapFS{"catalogue/x.toml": {Data: []byte(sound + sound)}}); err == nil {
		t.Error("an entry that is there twice was taken")
	}
}

// TestSayingsPair: what one language says of a fact's values, the other says too, with the same facts.
func TestSayingsPair(t *testing.T) {
	b, err := read(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	pair := func(of string, zh, en map[string]sayings) {
		for fact, values := range zh {
			for v := range values {
				if _, ok := en[fact][v]; !ok {
					t.Errorf("%s: %s %q is said in Chinese only", of, fact, v)
				}
			}
			if len(values) != len(en[fact]) {
				t.Errorf("%s: %s: %d values in Chinese, %d in English", of, fact, len(values), len(en[fact]))
			}
		}
	}
	for c, e := range b.entries {
		zh, en := e.forms["zh"], e.forms["en"]
		pair(string(c), zh.say, en.say)
		if len(zh.say) != len(en.say) {
			t.Errorf("%s: sayings of %d facts in Chinese, of %d in English", c, len(zh.say), len(en.say))
		}
		if len(zh.remedy) != len(en.remedy) {
			t.Errorf("%s: %d steps in Chinese, %d in English", c, len(zh.remedy), len(en.remedy))
		}
	}
	pair("shared", b.shared["zh"], b.shared["en"])
}
