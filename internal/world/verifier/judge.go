package verifier

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"github.com/openregistrar/openregistrar/epp"
)

// Kinds of what is verified.
const (
	KindPerson = "person"
	KindOrg    = "org"
	KindDomain = "domain"
)

// Input is what was handed in to be verified.
type Input struct {
	Kind        string     `json:"kind"`
	Name        string     `json:"name"` // of the registrant, or the label
	Number      string     `json:"number,omitempty"`
	ProofType   string     `json:"proof,omitempty"`   // poc, poe, poot
	SubjectCode string     `json:"subject,omitempty"` // of a name: the registrant's code
	Documents   []Document `json:"documents,omitempty"`
}

// Document is a picture that came with an input; its content is a file.
type Document struct {
	Type  string `json:"type"`
	SHA   string `json:"sha256"`
	Bytes int    `json:"bytes"`
}

// judge is the authority's opinion. subject is the case of the registrant's
// code of a name, nil where there is none.
func (s *state) judge(in *Input, provider int, subject *Case, now time.Time) Opinion {
	switch in.Kind {
	case KindDomain:
		return judgeName(in, provider, subject)
	case KindOrg:
		return s.judgeOrg(in, now)
	}
	return s.judgePerson(in, now)
}

// permits are the forms of the numbers that the population register does not
// hold and that are taken all the same. Other documents are of a region that is
// not served.
var permits = []*regexp.Regexp{
	regexp.MustCompile(`^[HM]\d{8}(\d{2})?$`),                  // permits of Hong Kong and Macao
	regexp.MustCompile(`^(81|82|83)\d{15}[\dX]$`),              // residence permits of Hong Kong, Macao and Taiwan
	regexp.MustCompile(`^(\d{8}|\d{10})$`),                     // permits of Taiwan
	regexp.MustCompile(`^(1[45]\d{7}|G\d{8}|[DSP]E?\d{7,8})$`), // passports of China
	regexp.MustCompile(`^E[A-Z0-9]\d{7}$`),
	regexp.MustCompile(`^[A-Z]{3}\d{12}$`), // permanent residence cards of foreigners
}

func (s *state) judgePerson(in *Input, now time.Time) Opinion {
	number := strings.ToUpper(in.Number)
	e, listed := s.People[number]
	if !listed && in.ProofType == epp.ProofOfOtherType {
		if !slices.ContainsFunc(permits, func(form *regexp.Regexp) bool { return form.MatchString(number) }) {
			return opinion(Region, "region", "other")
		}
		if len(in.Documents) == 0 {
			return opinion(Unfit, "answer", "没有证件图片")
		}
		return opinion(Passed) // nothing but the picture to go by
	}
	switch {
	case !listed:
		return opinion(NumberUnknown, "field", "number")
	case sameName(e.Name, in.Name), e.Latin != "" && in.ProofType == epp.ProofOfOtherType && strings.EqualFold(e.Latin, strings.TrimSpace(in.Name)):
		return e.stands(now)
	}
	return opinion(NameDiffers, "field", "name")
}

func (s *state) judgeOrg(in *Input, now time.Time) Opinion {
	number := strings.ToUpper(in.Number)
	e, listed := s.Orgs[number]
	if !listed {
		for _, o := range s.Orgs {
			if o.Registration != "" && o.Registration == number {
				e, listed = o, true
			}
		}
	}
	switch {
	case !listed && in.ProofType == epp.ProofOfOtherType && len(in.Documents) > 0 && !creditCode.MatchString(number):
		return opinion(Passed) // a certificate that no register of this authority holds
	case !listed:
		return opinion(OrgDiffers, "field", "number")
	case !sameName(e.Name, in.Name):
		return opinion(OrgDiffers, "field", "name")
	}
	return e.stands(now)
}

var creditCode = regexp.MustCompile(`^[0-9A-HJ-NPQRTUWXY]{18}$`)

// sameName compares names as registers write them: brackets and middle dots in
// either width are the same.
func sameName(a, b string) bool {
	return plain.Replace(a) == plain.Replace(b)
}

var plain = strings.NewReplacer("（", "(", "）", ")", "•", "·", "・", "·", " ", "", "\u00a0", "")

// Words in labels, by the authority's own list.
var (
	forbiddenWords  = []string{"赌博", "办假证", "fakeid"}
	restrictedWords = []string{"首都", "中央银行", "capital", "centralbank"} // whole labels
)

func wordsOfLabel(label string) (forbidden, restricted string) {
	u, err := idna.ToUnicode(strings.ToLower(label))
	if err != nil {
		u = strings.ToLower(label)
	}
	for _, w := range forbiddenWords {
		if strings.Contains(u, w) {
			return w, ""
		}
	}
	if slices.Contains(restrictedWords, u) {
		return "", u
	}
	return "", ""
}

func judgeName(in *Input, provider int, subject *Case) Opinion {
	forbidden, restricted := wordsOfLabel(in.Name)
	good := subject != nil && subject.Provider == provider && subject.State == StateCompliant && subject.Input.Kind != KindDomain
	switch {
	case forbidden != "":
		return opinion(Forbidden, "word", forbidden)
	case in.SubjectCode != "" && !good:
		return opinion(BadSubject)
	case restricted != "" && !good:
		return opinion(NeedsSubject, "word", restricted)
	}
	return opinion(Passed)
}
