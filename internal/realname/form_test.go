package realname_test

import (
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	. "github.com/openregistrar/openregistrar/internal/realname"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

var asOf = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// found runs the checks of the form alone and gives what they found.
func found(f Form) []Finding {
	return Examine(&Input{Form: f, AsOf: asOf, Terms: Terms{NearExpiryDays: 30, Regions: []string{"CN", "HK", "MO", "TW"}}}).Findings
}

func person(number, name, latin string) Form {
	return Form{Role: Owner, Kind: domain.Individual, Type: "SFZ", Number: number, Name: name, LatinName: latin, Country: "CN"}
}

func organisation(docType, number, name string) Form {
	return Form{Role: Owner, Kind: domain.Organisation, Type: docType, Number: number, Name: name, Country: "CN"}
}

// TestForm: each rule with what breaks it, where, and what would mend it.
func TestForm(t *testing.T) {
	citizen := papers.People()[0].Number // 330197199001011…
	company := papers.Organisations()[0].Code
	swap := func(s string, at int, r string) string { return s[:at-1] + r + s[at:] }
	wrong := "0"
	if company[17] == '0' {
		wrong = "1"
	}
	for name, c := range map[string]struct {
		form     Form
		code     string
		severity Severity
		facts    map[string]string
		position int
		fix      string
	}{
		"citizen":                 {form: person(citizen, "苏禾", "Su He")},
		"small x is a check":      {form: person("11010519491231002x", "苏禾", "Su He")},
		"short":                   {form: person(citizen[:17], "苏禾", "Su He"), code: "verify.number-malformed", facts: map[string]string{"rule": "length"}, position: 18},
		"first generation":        {form: person("110105491231002", "苏禾", "Su He"), code: "verify.number-malformed", facts: map[string]string{"rule": "length"}, position: 16},
		"blank":                   {form: person(citizen[:6]+" "+citizen[6:], "苏禾", "Su He"), code: "verify.number-malformed", facts: map[string]string{"rule": "blank", "position": "7"}, position: 7, fix: citizen},
		"full width":              {form: person("３"+citizen[1:], "苏禾", "Su He"), code: "verify.number-malformed", facts: map[string]string{"rule": "full-width"}, position: 1, fix: citizen},
		"no such province":        {form: person("99"+citizen[2:], "苏禾", "Su He"), code: "verify.number-malformed", facts: map[string]string{"rule": "region"}, position: 1},
		"no such day":             {form: person("110105194913310021", "苏禾", "Su He"), code: "verify.number-malformed", facts: map[string]string{"rule": "date"}, position: 7},
		"born tomorrow":           {form: person("110105202612250021", "苏禾", "Su He"), code: "verify.number-malformed", facts: map[string]string{"rule": "date"}, position: 7},
		"check character":         {form: person("110105194912310021", "苏禾", "Su He"), code: "verify.number-malformed", facts: map[string]string{"rule": "checksum"}, position: 18},
		"odd city warns":          {form: person("110005194912310024", "苏禾", "Su He"), code: "verify.number-malformed", severity: Warn, facts: map[string]string{"rule": "region"}, position: 3},
		"letter for a digit":      {form: person(swap(citizen, 4, "A"), "苏禾", "Su He"), code: "verify.number-malformed", facts: map[string]string{"rule": "character"}, position: 4},
		"O for 0":                 {form: person(swap("110105194912310021", 18, "X")[:3]+"I05194912310O2X", "苏禾", "Su He"), code: "verify.number-confusable", facts: map[string]string{"typed": "I", "meant": "1"}, position: 4, fix: "11010519491231002X"},
		"one O":                   {form: person("11O10519491231002X", "苏禾", "Su He"), code: "verify.number-confusable", facts: map[string]string{"typed": "O", "meant": "0", "position": "3"}, position: 3, fix: "11010519491231002X"},
		"company":                 {form: organisation("YYZZ", company, papers.Organisations()[0].Name)},
		"company, O in the code":  {form: organisation("YYZZ", "91330106MA2KOJ7B55", "杭州云河茶业有限公司"), code: "verify.number-confusable", facts: map[string]string{"typed": "O", "meant": "0"}, position: 13, fix: "91330106MA2K0J7B55"},
		"company, check":          {form: organisation("YYZZ", swap(company, 18, wrong), "杭州云河茶业有限公司"), code: "verify.number-malformed", facts: map[string]string{"rule": "checksum"}, position: 18},
		"copy in brackets":        {form: organisation("YYZZ", company+"（1-1）", "杭州云河茶业有限公司"), code: "verify.number-malformed", facts: map[string]string{"rule": "copy-number"}, position: 19, fix: company},
		"copy behind":             {form: organisation("YYZZ", company+" 1-1", "杭州云河茶业有限公司"), code: "verify.number-malformed", facts: map[string]string{"rule": "copy-number"}, position: 19, fix: company},
		"old licence":             {form: organisation("YYZZ", "110108000000016", "杭州云河茶业有限公司")},
		"old licence, check":      {form: organisation("YYZZ", "110108000000017", "杭州云河茶业有限公司"), code: "verify.number-malformed", facts: map[string]string{"rule": "checksum"}, position: 15},
		"organisation code":       {form: organisation("ORG", company[8:16]+"-"+company[16:17], "杭州云河茶业有限公司"), code: "verify.type-superseded", severity: Warn, facts: map[string]string{"by": "TYDMZ"}},
		"org code for credit":     {form: organisation("TYDMZ", company[8:17], "杭州云河茶业有限公司"), code: "verify.number-wrong-field", facts: map[string]string{"kind": "organisation"}},
		"registration for credit": {form: organisation("TYDMZ", "110108000000016", "杭州云河茶业有限公司"), code: "verify.number-wrong-field", facts: map[string]string{"kind": "registration"}},
		"serial for credit":       {form: organisation("YYZZ", "0012345678", "杭州云河茶业有限公司"), code: "verify.number-wrong-field", facts: map[string]string{"kind": "serial"}},
		"home return":             {form: Form{Type: "TXZ", Number: "H12345678", Kind: domain.Individual, Name: "陈大文", LatinName: "Chan Tai Man", Country: "HK"}},
		"home return, letter":     {form: Form{Type: "TXZ", Number: "K12345678", Kind: domain.Individual, Name: "陈大文", LatinName: "Chan Tai Man", Country: "HK"}, code: "verify.number-malformed", facts: map[string]string{"rule": "character"}, position: 1},
		"blank in a name":         {form: person(citizen, "苏 禾", "Su He"), code: "verify.owner-name-malformed", facts: map[string]string{"rule": "blank"}, position: 2, fix: "苏禾"},
		"wrong dot":               {form: person(citizen, "阿依古丽.买买提", "Ayiguli Maimaiti"), code: "verify.owner-name-malformed", facts: map[string]string{"rule": "character"}, position: 5, fix: "阿依古丽·买买提"},
		"title":                   {form: person(citizen, "苏禾先生", ""), code: "verify.owner-name-malformed", facts: map[string]string{"rule": "character"}, position: 3, fix: "苏禾"},
		"full brackets":           {form: organisation("YYZZ", company, "云河（杭州）茶业有限公司"), code: "verify.owner-name-malformed", facts: map[string]string{"rule": "full-width-bracket"}, position: 3, fix: "云河(杭州)茶业有限公司"},
		"half brackets":           {form: organisation("YYZZ", company, "云河(杭州)茶业有限公司")},
		"copy in the name":        {form: organisation("YYZZ", company, "杭州云河茶业有限公司(1-1)"), code: "verify.owner-name-malformed", facts: map[string]string{"rule": "copy-number"}, position: 11, fix: "杭州云河茶业有限公司"},
		"cut short":               {form: organisation("YYZZ", company, "杭州云河茶业有限"), code: "verify.owner-name-malformed", facts: map[string]string{"rule": "abbreviation"}, position: 7},
		"contact is a company":    {form: Form{Kind: domain.Organisation, Type: "YYZZ", Number: company, Name: "杭州云河茶业有限公司", Contact: "云河茶业客服", Country: "CN"}, code: "verify.contact-not-person", facts: map[string]string{"typed": "云河茶业客服"}},
		"contact in Latin":        {form: Form{Kind: domain.Organisation, Type: "YYZZ", Number: company, Name: "杭州云河茶业有限公司", Contact: "Domain Admin", Country: "CN"}, code: "verify.contact-not-person"},
		"other reading":           {form: person(citizen, "单雨桐", "Dan Yutong")},
		"reading of a name":       {form: person(citizen, "单雨桐", "SHAN YUTONG")},
		"given name first":        {form: person(citizen, "尉迟安", "An Yuchi")},
		"no reading":              {form: person(citizen, "单雨桐", "Zhan Yutong"), code: "verify.owner-name-transliteration", facts: map[string]string{"proposed": "Shan Yutong"}, fix: "Shan Yutong"},
		"organisation's pinyin":   {form: Form{Kind: domain.Organisation, Type: "YYZZ", Number: company, Name: "杭州云河茶业有限公司", LatinName: "Hangzhou Yunhe Tea Co., Ltd.", Country: "CN"}},
		"nearly its pinyin":       {form: Form{Kind: domain.Organisation, Type: "YYZZ", Number: company, Name: "杭州云河茶业有限公司", LatinName: "Hangzou Yunhe Tea Co., Ltd.", Country: "CN"}, code: "verify.owner-name-transliteration", severity: Warn, facts: map[string]string{"typed": "Hangzou", "proposed": "Hangzhou"}, fix: "Hangzhou Yunhe Tea Co., Ltd."},
		"its own brand":           {form: Form{Kind: domain.Organisation, Type: "YYZZ", Number: company, Name: "杭州云河茶业有限公司", LatinName: "Cloudriver Tea Co., Ltd.", Country: "CN"}},
		"foreign name":            {form: Form{Kind: domain.Individual, Type: "GWSFZ", Number: "DEU330000000000", Name: "ANNA BERG", LatinName: "ANNA BERG", Country: "CN"}},
		"far away":                {form: Form{Kind: domain.Individual, Type: "HZ", Number: "C01X00T47", Name: "ANNA BERG", LatinName: "ANNA BERG", Country: "DE"}, code: "verify.region-unsupported", facts: map[string]string{"region": "DE"}},
		"no city":                 {form: Form{Kind: domain.Individual, Type: "SFZ", ProvinceCN: "浙江省", StreetCN: "竹径路18号", Street: "18 Zhujing Road"}, code: "verify.address-incomplete", facts: map[string]string{"field": "CityCN"}},
		"no such province name":   {form: Form{Kind: domain.Individual, Type: "SFZ", ProvinceCN: "浙东省", CityCN: "杭州市", StreetCN: "竹径路18号", Street: "18 Zhujing Road"}, code: "verify.address-incomplete", facts: map[string]string{"field": "ProvinceCN"}},
		"no house":                {form: Form{Kind: domain.Individual, Type: "SFZ", ProvinceCN: "浙江省", CityCN: "杭州市", StreetCN: "竹径路", Street: "Zhujing Road"}, code: "verify.address-incomplete", severity: Warn, facts: map[string]string{"field": "StreetCN"}},
		"expired":                 {form: Form{Type: "SFZ", Kind: domain.Individual, ValidUntil: asOf.AddDate(0, 0, -1)}, code: "document.expired", facts: map[string]string{"valid_until": "2026-11-23"}},
		"last day":                {form: Form{Type: "SFZ", Kind: domain.Individual, ValidUntil: asOf}, code: "document.near-expiry", severity: Warn, facts: map[string]string{"days": "0"}},
		"thirty days":             {form: Form{Type: "SFZ", Kind: domain.Individual, ValidUntil: asOf.AddDate(0, 0, 30)}},
		"suffix wants others":     {form: Form{Type: "SFZ", Kind: domain.Individual, Country: "CN", Suffixes: []Suffix{{Name: "law", Types: []string{"LSXKZ"}}}}, code: "verify.type-not-taken", facts: map[string]string{"suffix": "law", "type": "SFZ"}},
		"suffix's regions":        {form: Form{Type: "TXZ", Kind: domain.Individual, Country: "HK", Suffixes: []Suffix{{Name: "cn", Regions: []string{"CN"}}}}, code: "verify.region-unsupported", facts: map[string]string{"suffix": "cn", "region": "HK"}},
	} {
		t.Run(name, func(t *testing.T) {
			all := found(c.form)
			if c.code == "" {
				if len(all) > 0 {
					t.Fatalf("found %+v", all)
				}
				return
			}
			if len(all) != 1 || all[0].Code != c.code {
				t.Fatalf("found %+v, want %s alone", all, c.code)
			}
			f := all[0]
			want := c.severity
			if want == "" {
				want = Refuse
			}
			if f.Severity != want || c.position != 0 && f.Position != c.position || c.fix != "" && f.Fix != c.fix {
				t.Errorf("severity %s, position %d, fix %q; want %s, %d, %q", f.Severity, f.Position, f.Fix, want, c.position, c.fix)
			}
			for k, v := range c.facts {
				if f.Facts[k] != v {
					t.Errorf("fact %s is %q, want %q", k, f.Facts[k], v)
				}
			}
			for k, v := range f.Facts {
				if c.form.Number != "" && strings.Contains(v, c.form.Number) {
					t.Errorf("fact %s holds the number", k)
				}
			}
		})
	}
}

// TestForeignName: a foreign document's name stands in the Chinese field letter by letter.
func TestForeignName(t *testing.T) {
	f := Form{Type: "HZ", Kind: domain.Individual, Number: "C01X00T47", Name: "Anna Berg", LatinName: "ANNA BERG", Country: "DE"}
	all := Examine(&Input{Form: f, AsOf: asOf}).Findings
	if len(all) != 1 || all[0].Code != "verify.foreign-name-differs" || all[0].Position != 2 || all[0].Fix != "ANNA BERG" || all[0].Facts["found"] != "ANNA BERG" {
		t.Fatalf("found %+v", all)
	}
	if f.Name = "ANNA BERG"; len(Examine(&Input{Form: f, AsOf: asOf}).Findings) != 0 {
		t.Error("the same name is refused")
	}
}

// TestPopulationIsFree: nobody who is written down rightly is told anything.
func TestPopulationIsFree(t *testing.T) {
	for _, p := range papers.People() {
		f := Form{Role: Owner, Kind: domain.Individual, Type: "SFZ", Number: p.Number, Name: p.Name, LatinName: p.Latin, Country: "CN", Contact: p.Name}
		if all := found(f); len(all) > 0 {
			t.Errorf("%s: %+v", p.Name, all)
		}
		if !strings.ContainsRune(p.Name, '·') && !Reads(p.Name, Latin(p.Name)) {
			t.Errorf("%s: what is proposed (%s) is no reading", p.Name, Latin(p.Name))
		}
	}
	for _, o := range papers.Organisations() {
		if all := found(Form{Role: Owner, Kind: domain.Organisation, Type: "YYZZ", Number: o.Code, Name: o.Name, LatinName: o.Latin, Country: "CN"}); len(all) > 0 {
			t.Errorf("%s: %+v", o.Name, all)
		}
	}
}

// TestEveryDigitCounts: no single digit of a number can be another one unseen.
func TestEveryDigitCounts(t *testing.T) {
	for _, p := range papers.People()[:8] {
		for i := range p.Number {
			for _, d := range "0123456789" {
				if typed := p.Number[:i] + string(d) + p.Number[i+1:]; typed != p.Number && ValidNumber("SFZ", typed, asOf) {
					t.Errorf("a wrong digit %d passes", i+1)
				}
			}
		}
	}
	for _, o := range papers.Organisations()[:8] {
		for i := range o.Code {
			for _, d := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
				if typed := o.Code[:i] + string(d) + o.Code[i+1:]; typed != o.Code && ValidNumber("TYDMZ", typed, asOf) {
					t.Errorf("a wrong character %d passes", i+1)
				}
			}
		}
	}
}

// TestSubject: registers of subjects.
func TestSubject(t *testing.T) {
	lists := []SubjectList{
		{Name: "核验登记", Code: "registrant.identity-unclear", Source: "authority", Entries: []SubjectEntry{{Value: "hash-1", Number: true}}},
		{Name: "名单", Code: "registrant.blacklisted", Source: "ministry", Entries: []SubjectEntry{{Value: "云河 茶业", Note: "2026-17"}}},
		{Name: "词", Code: "registrant.restricted-word", Source: "house", Entries: []SubjectEntry{{Value: "中国", Except: []string{"中国云河总社"}}, {Value: "China"}}},
		{Name: "限制", Code: "registrant.registry-restricted", Source: "cnsim", Registry: "cnsim", Entries: []SubjectEntry{{Value: "方圆", Note: "abuse"}}},
		{Name: "争议", Code: "registrant.in-proceedings", Source: "court", Entries: []SubjectEntry{{Value: "方圆", Until: asOf.AddDate(0, 0, -1)}}},
	}
	for name, c := range map[string]struct {
		s    Subject
		want string
		fact [2]string
	}{
		"nobody":           {s: Subject{Names: []string{"苏禾", "Su He"}}},
		"number":           {s: Subject{Names: []string{"苏禾"}, NumberHash: "hash-1"}, want: "registrant.identity-unclear", fact: [2]string{"register", "核验登记"}},
		"name":             {s: Subject{Names: []string{"云河茶业"}}, want: "registrant.blacklisted", fact: [2]string{"entry", "2026-17"}},
		"word":             {s: Subject{Names: []string{"中国云河公司"}, Role: Contact}, want: "registrant.restricted-word", fact: [2]string{"word", "中国"}},
		"rightful":         {s: Subject{Names: []string{"中国云河总社"}}},
		"Latin word":       {s: Subject{Names: []string{"Tea of China, Ltd."}}, want: "registrant.restricted-word", fact: [2]string{"word", "China"}},
		"Latin letters":    {s: Subject{Names: []string{"Machinabilis Ltd."}}},
		"bar":              {s: Subject{Names: []string{"方圆"}}, want: "registrant.registry-restricted", fact: [2]string{"registry", "cnsim"}},
		"bar of elsewhere": {s: Subject{Names: []string{"方圆"}, Registry: []string{"verisim"}}},
	} {
		t.Run(name, func(t *testing.T) {
			all := MatchSubject(c.s, lists, asOf)
			if c.want == "" {
				if len(all) > 0 {
					t.Fatalf("found %+v", all)
				}
				return
			}
			if len(all) != 1 || all[0].Code != c.want || all[0].Facts[c.fact[0]] != c.fact[1] || all[0].Facts["role"] != string(c.s.Role) {
				t.Fatalf("found %+v", all)
			}
		})
	}
}

// TestChecksAreWhole: identifiers are unique, sources named, every code in the catalogue's namespace.
func TestChecksAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Checks() {
		if c.ID == "" || seen[c.ID] || c.Source == "" || c.Run == nil || len(c.Codes) == 0 {
			t.Errorf("check %q is not whole", c.ID)
		}
		seen[c.ID] = true
	}
}
