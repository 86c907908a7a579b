// Package realname judges what an owner hands in to be verified: the form, the picture of the document, and the text
// that was read from the picture. Each check is a file of its own with a row in the lists of checks.go; it knows where
// its rule comes from, and it points at the place in the picture or at the character in the field. The package is pure:
// bytes and values in, findings out; no clock, no outside.
package realname

import (
	"image"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// Severity is what a finding does to a submission.
type Severity string

// A refusal stops it; a warning lets it go on, to a person's eyes; information is shown.
const (
	Refuse Severity = "refuse"
	Warn   Severity = "warn"
	Inform Severity = "inform"
)

// Role is whose document or field it is.
type Role string

// The two people of a template.
const (
	Owner   Role = "owner"
	Contact Role = "contact"
)

// Region is a rectangle in the upright picture, in pixels from its upper left corner.
type Region struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Finding is one thing found. Facts are evidence in the words of the fault catalogue; they never hold an identity
// number or more of it than the single characters at a position.
type Finding struct {
	Check    string            `json:"check"`
	Code     string            `json:"code"` // fault code
	Severity Severity          `json:"severity"`
	Role     Role              `json:"role"`
	Field    string            `json:"field,omitempty"`    // the product's field name: CertificateCode, OrganizationNameCN …
	Position int               `json:"position,omitempty"` // of the first character that is wrong, from 1; 0: none
	Facts    map[string]string `json:"facts,omitempty"`
	Region   *Region           `json:"region,omitempty"`
	// Fix is the value that would mend the field, where there is exactly one; it may hold an identity number and is
	// shown to its owner alone, never kept.
	Fix string `json:"-"`
}

// Measure is what a check of pixels measured, passed or not.
type Measure struct {
	Check  string  `json:"check"`
	Role   Role    `json:"role,omitempty"` // whose document
	Name   string  `json:"name"`           // sharpness, exposure, chroma …
	Value  float64 `json:"value"`          // in the measure's own unit
	Limit  float64 `json:"limit"`          // what it must reach or not pass
	Passed bool    `json:"passed"`
	Region *Region `json:"region,omitempty"`
}

// Form is what was typed about one document and its holder.
type Form struct {
	Role       Role
	Kind       domain.SubjectKind // of the registrant: a contact's own document is a person's all the same
	Type       string             // the product's CertificateType: SFZ, YYZZ …
	Number     string             // as typed
	Name       string             // of the document's holder in Chinese, or as a foreign document spells it
	LatinName  string
	ValidFrom  time.Time // zero: not told
	ValidUntil time.Time // zero: not told, or long-term
	LongTerm   bool      // the document says 长期
	// The rest of the template; zero where only a document is judged.
	Contact      string // contact person's name; of an organisation
	ContactLatin string
	Country      string // ISO 3166-1 alpha-2
	ProvinceCN   string
	CityCN       string
	StreetCN     string
	Street       string
	Suffixes     []Suffix // that the template is to be used for; none: not known
}

// Suffix is what a suffix's policy says of documents.
type Suffix struct {
	Name    string
	Types   []string // taken; none: all
	Regions []string // of registrants, ISO 3166-1 alpha-2; none: all
}

// Picture is a decoded document: upright, bounded, without metadata.
type Picture struct {
	Format string // by content: jpeg, png, gif, bmp, tiff, webp
	Bytes  int    // of the file
	Image  image.Image
	Width  int // upright
	Height int
	Frames int // more than one: animated; the first is judged

	seen *lazyViews // what the checks of pixels share; copies of a picture share it too
}

// Text is what was read from a picture.
type Text struct {
	Engine      string
	Orientation int     // degrees that the picture had to be turned by, clockwise: 0, 90, 180, 270
	Tilt        float64 // degrees beyond that, clockwise, until its lines lay level
	Lines       []Line
	Also        []Line   // other readings of places that Lines has too, less sure
	Numbers     []Number // places of numbers read again alone
	Codes       []string // contents of QR codes
	Cut         bool     // the reader's time ran out: what it lacks may be there all the same
}

// Number is what was read where a number stands.
type Number struct {
	Kind string // of Place
	Line Line
}

// Line is a line of words in reading order.
type Line struct{ Words []Word }

// Word is a run of characters with where it stands and how sure the reader is, 0 to 1.
type Word struct {
	Text       string
	Confidence float64
	Region     Region
	Chars      []Char // where the reader told them apart
}

// Char is one character.
type Char struct {
	Text       string
	Confidence float64
	Region     Region
}

// Input is everything that is known about one document. Picture and Text are nil where they aren't there.
type Input struct {
	Form    Form
	Picture *Picture
	Text    *Text
	AsOf    time.Time // business time of the judgement
	Terms   Terms
}

// Terms are the operator's figures.
type Terms struct {
	NearExpiryDays int      // warn when fewer days are left
	Regions        []string // of registrants that the authority takes, ISO 3166-1 alpha-2; none: all
}

// Check is one rule. Source is where it comes from (a standard, an article of the manual, an authority), Citation the
// place in it, Since the day from which it holds (2006-01-02; empty: always did).
type Check struct {
	ID       string
	Codes    []string // that it can raise
	Source   string
	Citation string
	Since    string
	Needs    Needs
	Run      func(in *Input) Result
}

// Needs is what a check can't do without.
type Needs int

// Stages of a check.
const (
	NeedsForm Needs = iota
	NeedsPicture
	NeedsText
)

// Result is what a check says. NotPerformed, where not empty, is why it could not judge.
type Result struct {
	Findings     []Finding
	Measures     []Measure
	NotPerformed string
}

// Report is all that was found about one document.
type Report struct {
	Findings     []Finding
	Measures     []Measure
	NotPerformed map[string]string // check to reason
}

// Examine runs every check that has what it needs; the others are told as not performed. Codes that another found one
// explains better (subsumes of the fault catalogue) are for the caller to leave out.
func Examine(in *Input) Report {
	return ExamineBy(in, func(c Check) Result { return c.Run(in) })
}

// ExamineBy is Examine for a caller that keeps results: run is called for each check that has what it needs.
func ExamineBy(in *Input, run func(Check) Result) Report {
	r := Report{NotPerformed: map[string]string{}}
	for _, c := range Checks() {
		switch {
		case c.Needs == NeedsPicture && in.Picture == nil:
			r.NotPerformed[c.ID] = "no picture"
			continue
		case c.Needs == NeedsText && in.Text == nil:
			r.NotPerformed[c.ID] = "no text"
			continue
		}
		res := run(c)
		for _, f := range res.Findings {
			f.Check = c.ID
			if f.Role == "" {
				f.Role = in.Form.Role
			}
			r.Findings = append(r.Findings, f)
		}
		for _, m := range res.Measures {
			m.Check = c.ID
			m.Role = in.Form.Role
			r.Measures = append(r.Measures, m)
		}
		if res.NotPerformed != "" {
			r.NotPerformed[c.ID] = res.NotPerformed
		}
	}
	return r
}
