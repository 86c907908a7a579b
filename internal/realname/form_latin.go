package realname

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// latinName: a person's Latin name is a reading of the Chinese one; an organisation's is doubted where it has pinyin that is
// nearly, and not quite, the name's.
var latinName = Check{
	ID: "latin-name", Codes: []string{"verify.owner-name-transliteration"}, Source: "GB/T 28039, GB/T 16159", Citation: "article D21", Run: judgeLatin,
}

func judgeLatin(in *Input) (out Result) {
	f := in.Form
	name, latin := strings.TrimSpace(f.Name), strings.TrimSpace(f.LatinName)
	switch {
	case name == "" || latin == "":
		out.NotPerformed = "a name is missing"
		return out
	case !hasHan(name):
		return out
	}
	field := "OrganizationName"
	if f.Role == Contact {
		field = "RegistrantName"
	}
	if !isPerson(f) {
		if typed, proposed := doubtful(name, latin); proposed != "" {
			fix := strings.Replace(latin, typed, proposed, 1)
			out.Findings = []Finding{{Code: "verify.owner-name-transliteration", Severity: Warn, Field: field, Fix: fix, Facts: pairs("typed", typed, "proposed", proposed)}}
		}
		return out
	}
	switch {
	case len(judgeName(in).Findings) > 0:
		out.NotPerformed = "the name itself is malformed"
	case strings.ContainsRune(name, nameDot):
		out.NotPerformed = "names of minorities follow their own spelling"
	case spelledElsewhere[f.Type] || f.Country == "HK" || f.Country == "MO" || f.Country == "TW":
		out.NotPerformed = "names of Hong Kong, Macao and Taiwan are spelled in other ways"
	case !Reads(name, latin):
		proposed := Latin(name)
		out.Findings = []Finding{{Code: "verify.owner-name-transliteration", Severity: Refuse, Field: field, Fix: proposed, Facts: pairs("typed", latin, "proposed", proposed)}}
	}
	return out
}

var spelledElsewhere = map[string]bool{"TXZ": true, "TWSFZ": true, "GAJZZ": true, "TWJZZ": true}

// surnameReadings are how a character is read as a family name where that is not among its usual readings, or not the
// first of them.
var surnameReadings = map[string]string{
	"单": "shan", "仇": "qiu", "解": "xie", "任": "ren", "华": "hua", "曾": "zeng", "查": "zha", "区": "ou", "朴": "piao", "盖": "ge", "缪": "miao",
	"折": "she", "秘": "bi", "员": "yun", "黑": "he", "纪": "ji", "翟": "zhai", "覃": "qin", "召": "shao", "乐": "yue", "种": "chong", "重": "chong",
	"曲": "qu", "能": "nai", "繁": "po", "訾": "zi", "宓": "mi", "冼": "xian", "尉": "wei", "幺": "yao", "那": "na", "教": "jiao", "晁": "chao", "逄": "pang",
	"佴": "nai", "阚": "kan", "乜": "nie", "隗": "wei", "郇": "xun", "郗": "xi", "郄": "qie", "谌": "chen", "钭": "tou", "粘": "nian", "祭": "zhai",
	"哈": "ha", "葛": "ge", "牟": "mu", "石": "shi", "车": "che", "沈": "shen", "宁": "ning", "洗": "xian", "应": "ying", "柏": "bai", "薄": "bo", "卜": "bu",
	"褚": "chu", "燕": "yan", "冯": "feng", "过": "guo", "洪": "hong", "侯": "hou", "令": "ling", "吕": "lyu", "宿": "su", "铅": "qian", "相": "xiang", "莘": "shen",
	"尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "令狐": "linghu", "澹台": "tantai", "鲜于": "xianyu", "宇文": "yuwen", "单于": "chanyu", "独孤": "dugu",
	"欧阳": "ouyang", "司马": "sima", "上官": "shangguan", "诸葛": "zhuge", "东方": "dongfang", "皇甫": "huangfu", "司徒": "situ", "夏侯": "xiahou", "慕容": "murong",
	"公孙": "gongsun", "轩辕": "xuanyuan", "南宫": "nangong", "东郭": "dongguo", "西门": "ximen", "端木": "duanmu", "呼延": "huyan", "赫连": "helian", "百里": "baili",
	"第五": "diwu", "钟离": "zhongli", "闻人": "wenren", "太史": "taishi", "申屠": "shentu", "公冶": "gongye", "宗政": "zongzheng", "濮阳": "puyang", "淳于": "chunyu", "拓跋": "tuoba",
}

// split cuts the family name off.
func splitName(rs []rune) (family, given []rune) {
	if len(rs) > 2 && surnameReadings[string(rs[:2])] != "" {
		return rs[:2], rs[2:]
	}
	return rs[:1], rs[1:]
}

// readings of a character, without tones, ü as it is written in passports too.
func readings(r rune) []string {
	var out []string
	for _, s := range pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.Normal, Heteronym: true}) {
		out = append(out, spelt(s)...)
	}
	return out
}

// spelt gives the spellings of a syllable: ü is typed as v, u or yu (GB/T 28039 section 5: LYU in capitals).
func spelt(s string) []string {
	s = strings.ReplaceAll(s, "ü", "v")
	if i := strings.IndexByte(s, 'v'); i >= 0 {
		return []string{s, s[:i] + "yu" + s[i+1:], s[:i] + "u" + s[i+1:]}
	}
	if s == "lyu" || s == "nyu" {
		return []string{s, s[:1] + "v", s[:1] + "u"}
	}
	return []string{s}
}

// plainLatin keeps the letters, lower case, without accents.
func plainLatin(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'ü' || r == 'Ü':
			return 'v'
		case unicode.Is(unicode.Mn, r) || !unicode.IsLetter(r):
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(strings.NewReplacer("ü", "v", "Ü", "v").Replace(norm.NFC.String(s))))
}

// Reads reports whether the Latin name is a reading of the Chinese one: any reading of each character, the readings of
// family names, the family name first or last.
func Reads(name, latin string) bool {
	family, given := splitName([]rune(name))
	typed := plainLatin(latin)
	first := func(rest string) []string { // what is left after the family name
		var left []string
		if s := surnameReadings[string(family)]; s != "" {
			for _, sp := range spelt(s) {
				if r, ok := strings.CutPrefix(rest, sp); ok {
					left = append(left, r)
				}
			}
		}
		return append(left, after([]string{rest}, family)...)
	}
	for _, left := range first(typed) {
		if ends(after([]string{left}, given)) {
			return true
		}
	}
	for _, left := range after([]string{typed}, given) {
		if ends(first(left)) {
			return true
		}
	}
	return false
}

func ends(left []string) bool {
	for _, l := range left {
		if l == "" {
			return true
		}
	}
	return false
}

// after takes readings of the characters off the front of each text.
func after(texts []string, rs []rune) []string {
	for _, r := range rs {
		var next []string
		for _, t := range texts {
			for _, s := range readings(r) {
				if rest, ok := strings.CutPrefix(t, s); ok {
					next = append(next, rest)
				}
			}
		}
		texts = next
	}
	return texts
}

// Latin proposes a person's Latin name: family name first, each with a capital (GB/T 28039 section 5.1).
func Latin(name string) string {
	family, given := splitName([]rune(strings.TrimSpace(name)))
	word := func(rs []rune) string {
		var b strings.Builder
		for _, r := range rs {
			all := readings(r)
			switch {
			case len(all) > 0 && b.Len() > 0 && strings.ContainsRune("aoe", rune(all[0][0])):
				b.WriteString("'" + all[0])
			case len(all) > 0:
				b.WriteString(all[0])
			}
		}
		return b.String()
	}
	f := surnameReadings[string(family)]
	if f == "" {
		f = word(family)
	}
	return strings.TrimSpace(capital(f) + " " + capital(word(given)))
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// doubtful finds a word of an organisation's Latin name that is a letter or two from the pinyin of a stretch of its name,
// and is the pinyin of none.
func doubtful(name, latin string) (typed, proposed string) {
	var rs []rune
	for _, r := range name {
		if unicode.Is(unicode.Han, r) {
			rs = append(rs, r)
		}
	}
	for _, word := range strings.FieldsFunc(latin, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
		plain := plainLatin(word)
		if len(plain) < 5 || english[plain] || !syllables(plain) {
			continue
		}
		near := ""
		exact := false
		for i := range rs {
			for n := 1; n <= 4 && i+n <= len(rs); n++ {
				if ends(after([]string{plain}, rs[i:i+n])) {
					exact = true
				}
				if n > 1 && near == "" {
					if p := firstReading(rs[i : i+n]); p != plain && distance(p, plain) <= 1 {
						near = p
					}
				}
			}
		}
		if !exact && near != "" {
			return word, capital(near)
		}
	}
	return "", ""
}

// english words that happen to read as pinyin.
var english = map[string]bool{"china": true, "media": true, "bank": true, "machine": true, "union": true, "panda": true, "dance": true, "change": true, "tongue": true}

func firstReading(rs []rune) string {
	var b strings.Builder
	for _, r := range rs {
		if all := readings(r); len(all) > 0 {
			b.WriteString(all[0])
		}
	}
	return b.String()
}

// syllables reports whether a word can be cut into pinyin: an initial, then a final.
func syllables(s string) bool {
	if s == "" {
		return true
	}
	for n := min(6, len(s)); n > 0; n-- {
		if syllable(s[:n]) && syllables(s[n:]) {
			return true
		}
	}
	return false
}

var initials = []string{"zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s", "y", "w", ""}

var finals = func() map[string]bool {
	m := map[string]bool{}
	for _, f := range strings.Fields("a o e ai ei ao ou an en ang eng ong er i ia ie iao iu ian in iang ing iong u ua uo uai ui uan un uang v ve ue") {
		m[f] = true
	}
	return m
}()

func syllable(s string) bool {
	for _, i := range initials {
		if rest, ok := strings.CutPrefix(s, i); ok && finals[rest] {
			return true
		}
	}
	return false
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
