package realname

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// ownerName: the holder's name is written as registers write it.
var ownerName = Check{
	ID: "owner-name", Codes: []string{"verify.owner-name-malformed"}, Source: "the manual", Citation: "articles D4, D8, D14", Run: judgeName,
}

// nameDot is the dot in names of minorities (姓名用字, GB 18030: U+00B7).
const nameDot = '·'

// likeDot are characters typed in its place.
const likeDot = ".．•‧・∙⋅●﹒｡。"

func judgeName(in *Input) (out Result) {
	f := in.Form
	name := strings.TrimSpace(f.Name)
	if name == "" {
		out.NotPerformed = "no name"
		return out
	}
	if !hasHan(name) {
		return out // copied from a foreign document: see foreignName
	}
	refuse := func(rule string, position int, fix string) Result {
		return Result{Findings: []Finding{{Code: "verify.owner-name-malformed", Severity: Refuse, Field: nameField(f), Position: position, Fix: fix,
			Facts: pairs("rule", rule, "position", strconv.Itoa(position))}}}
	}
	if rest, cut := withoutCopy(name); cut {
		return refuse("copy-number", len([]rune(rest))+1, strings.TrimSpace(rest))
	}
	person := isPerson(f)
	for i, r := range []rune(name) {
		switch {
		case unicode.IsSpace(r) || invisible(r):
			return refuse("blank", i+1, strings.Join(strings.Fields(name), ""))
		case strings.ContainsRune("（）［］【】｛｝", r):
			return refuse("full-width-bracket", i+1, halfBrackets(name))
		case person && strings.ContainsRune(likeDot, r):
			return refuse("character", i+1, strings.Map(func(x rune) rune {
				if strings.ContainsRune(likeDot, x) {
					return nameDot
				}
				return x
			}, name))
		case person && !unicode.Is(unicode.Han, r) && r != nameDot && r != '〇':
			return refuse("character", i+1, "")
		case !person && !inOrganisation(r):
			return refuse("character", i+1, "")
		}
	}
	if person {
		return personName(name, refuse)
	}
	if at := cutShort.FindStringIndex(name); at != nil {
		return refuse("abbreviation", len([]rune(name[:at[0]]))+1, "")
	}
	return out
}

// cutShort are names of companies that stop before 公司.
var cutShort = regexp.MustCompile(`(?:有限责任|股份有限|有限|股份|集团股份)$`)

// titles that people put after a person's name.
var titles = []string{"先生", "女士", "小姐", "经理"}

func personName(name string, refuse func(string, int, string) Result) Result {
	rs := []rune(name)
	for _, t := range titles {
		if rest, ok := strings.CutSuffix(name, t); ok && rest != "" {
			return refuse("character", len([]rune(rest))+1, rest)
		}
	}
	if len(rs) < 2 {
		return refuse("abbreviation", 1, "")
	}
	return Result{}
}

// inOrganisation is what registered names of organisations are made of.
func inOrganisation(r rune) bool {
	return unicode.Is(unicode.Han, r) || r == '〇' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("()·-.&,、“”\"'《》+/", r)
}

func halfBrackets(s string) string {
	return strings.NewReplacer("（", "(", "）", ")", "［", "(", "］", ")", "【", "(", "】", ")", "｛", "(", "｝", ")").Replace(s)
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// isPerson: the document's holder is a person.
func isPerson(f Form) bool {
	if d, ok := DocumentOf(f.Type); ok {
		return d.Kind == domain.Individual
	}
	return f.Role == Contact || f.Kind == domain.Individual
}

func nameField(f Form) string {
	if f.Role == Contact {
		return "RegistrantNameCN"
	}
	return "OrganizationNameCN"
}
