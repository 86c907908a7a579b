package realname

import (
	"slices"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// textType: the picture shows the type of document that was chosen, and the side that is wanted of it.
var textType = Check{
	ID:    "text-type",
	Codes: []string{"document.unrecognised", "document.wrong-side", "verify.type-mismatch", "verify.type-licence-as-certificate"},
	Needs: NeedsText, Source: "the manual", Citation: "articles D4, D5, D8, D11, D12, D14, D15", Run: judgeType,
}

// openTypes have no fixed wording, so that nothing can be said against a picture without any.
var openTypes = []shown{"QTTYDM", "GWJGZJ", "JDXKZ", "BDDH", "GWZHDJZ", "GWLYDJZ", "HZ"}

// Reasons of the text checks for not judging.
const (
	tooLittle = "too little of the picture could be read"
	unsure    = "the picture could not be read surely"
	other     = "the picture shows another document"
)

func judgeType(in *Input) Result {
	f := in.Form
	if _, known := DocumentOf(f.Type); !known {
		return unread("unknown type of document")
	}
	p := newPage(in.Text)
	v := p.verdict(f.Type)
	if v.code == "" {
		return unread(v.why)
	}
	if v.code == agrees {
		return Result{}
	}
	out := Finding{Code: v.code, Severity: Refuse, Field: typeField(f.Role), Region: v.region}
	switch v.code {
	case "document.wrong-side":
		out.Field, out.Facts = "", pairs("side", "emblem", "wanted", "portrait")
	case "document.unrecognised":
		out.Field, out.Facts = "", pairs("type", f.Type)
	default:
		out.Facts = pairs("type", f.Type, "found", string(v.found))
	}
	return Result{Findings: []Finding{out}}
}

func typeField(r Role) string {
	if r == Contact {
		return "RegistrantCertificateType"
	}
	return "CertificateType"
}

// agrees is the verdict that picture and choice are of one type.
const agrees = "agrees"

// verdict is what a page says against a chosen type: a code, or agrees, or nothing and why.
type verdict struct {
	code   string
	why    string
	found  shown
	region *Region
}

// margin is how much more must speak for another type than for the chosen one.
const margin = 3.0

func (p *page) verdict(chosen string) verdict {
	scores := p.scores()
	found, weight := best(scores)
	want := shown(chosen)
	own := scores[want]
	_, letters := p.legible()
	if side, region := p.otherSide(want, scores); side {
		return verdict{code: "document.wrong-side", region: region}
	}
	switch {
	case found == emblemSide && weight >= recognised && want != "SFZ":
		if want == "GAJZZ" || want == "TWJZZ" {
			return verdict{why: unsure}
		}
		return verdict{code: "verify.type-mismatch", found: "SFZ"}
	case found == want && weight >= hinted, own >= recognised && weight-own < margin:
		return verdict{code: agrees, found: want}
	case want == "QTTYDM" && !slices.Contains([]shown{"YYZZ", "TYDMZ"}, found) && slices.Contains(organisations, found):
		return verdict{code: agrees, found: found}
	case weight >= recognised && weight-own >= margin:
		return verdict{code: p.mismatch(want, found, scores), found: found}
	case p.text.Cut:
		return verdict{why: "the picture was not read to its end in time"}
	case weight < hinted && !slices.Contains(openTypes, want):
		return verdict{code: "document.unrecognised"}
	case letters < 12:
		return verdict{why: tooLittle}
	}
	return verdict{why: unsure}
}

// mismatch tells the licence handed in as a certificate, or the reverse, from other mistakes. A licence from before the
// merger has a registration number and no credit code.
func (p *page) mismatch(want, found shown, scores map[shown]float64) string {
	certificate := func(s shown) bool { return s == "TYDMZ" || s == "QTTYDM" }
	merged := p.labels("统一社会信用代码", "社会信用代码") != nil || p.validCredit() != nil || p.labels("注册号") == nil
	if (found == "YYZZ" && certificate(want) || want == "YYZZ" && found == "TYDMZ") && merged {
		return "verify.type-licence-as-certificate"
	}
	return "verify.type-mismatch"
}

// otherSide tells an identity card's emblem side, where nothing of the portrait side stands beside it.
func (p *page) otherSide(want shown, scores map[shown]float64) (bool, *Region) {
	front := p.labels("公民身份号码", "身份号码") != nil || p.labels("姓名") != nil && p.labels("住址") != nil ||
		slices.ContainsFunc(p.runs(digitsX), func(n run) bool { return len(n.text) == 18 && validID(n.text) })
	if front {
		return false, nil
	}
	switch want {
	case "SFZ":
		if scores[emblemSide] < 4 || scores["GWSFZ"] >= 7 || scores["GAJZZ"] >= 7 || scores["TWJZZ"] >= 7 {
			return false, nil
		}
	case "GAJZZ", "TWJZZ":
		if p.labels("居民居住证") == nil || scores[want] < 7 {
			return false, nil
		}
	default:
		return false, nil
	}
	for _, l := range p.labels("居民身份证", "居民居住证", "签发机关") {
		return true, l.at.region()
	}
	return true, nil
}

// elsewhere tells whether the page shows another document than the chosen one, so that comparing its words is idle.
func (p *page) elsewhere(chosen string) bool {
	v := p.verdict(chosen)
	return v.code != "" && v.code != agrees
}

func personal(docType string) bool {
	d, ok := DocumentOf(docType)
	return ok && d.Kind == domain.Individual
}
