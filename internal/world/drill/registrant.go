package drill

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// registrant is a template's form as the product takes it.
type registrant struct {
	Contact         map[string]string `json:"ContactInfo"`
	Certificate     map[string]string `json:"CertificateInfo"`
	ValidFrom       string            `json:"ValidFrom,omitempty"`
	ValidUntil      string            `json:"ValidUntil,omitempty"`
	LongTerm        bool              `json:"LongTerm,omitempty"`
	Document        string            `json:"document_id,omitempty"`
	ContactDocument string            `json:"contact_document_id,omitempty"`
	Suffixes        []string          `json:"suffixes,omitempty"`
}

// reachOf is a telephone number and an address of this run's own.
func (s *Scene) reachOf() (phone, email string) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s.run))
	return fmt.Sprintf("+86.137%08d", h.Sum32()%100_000_000), "drill-" + s.run + "@example.com"
}

// personForm is what a person types, all of it right.
func (s *Scene) personForm(p papers.Person) registrant {
	phone, email := s.reachOf()
	f := registrant{Contact: map[string]string{"OrganizationNameCN": p.Name, "OrganizationName": p.Latin, "RegistrantNameCN": p.Name, "RegistrantName": p.Latin,
		"ProvinceCN": p.Place.ProvinceCN, "CityCN": p.Place.CityCN, "StreetCN": p.Place.CountyCN + p.Street, "Street": p.StreetEN + ", " + p.Place.County,
		"Province": p.Place.Province, "City": p.Place.City, "CountryCN": "中国", "Country": "CN", "Telephone": phone, "Email": email, "ZipCode": p.Place.Post, "RegistrantType": "I"},
		Certificate: map[string]string{"CertificateCode": p.Number, "CertificateType": "SFZ", "ImgUrl": ""}}
	f.validity(p.ValidFrom, p.ValidUntil)
	return f
}

// organisationForm is what an organisation's representative types, all of it right.
func (s *Scene) organisationForm(o papers.Organisation) registrant {
	phone, email := s.reachOf()
	p := papers.People()[o.Representative]
	f := registrant{Contact: map[string]string{"OrganizationNameCN": o.Name, "OrganizationName": o.Latin, "RegistrantNameCN": p.Name, "RegistrantName": p.Latin,
		"ProvinceCN": o.Place.ProvinceCN, "CityCN": o.Place.CityCN, "StreetCN": o.Place.CountyCN + o.Street, "Street": o.StreetEN + ", " + o.Place.County,
		"Province": o.Place.Province, "City": o.Place.City, "CountryCN": "中国", "Country": "CN", "Telephone": phone, "Email": email, "ZipCode": o.Place.Post, "RegistrantType": "E"},
		Certificate: map[string]string{"CertificateCode": o.Code, "CertificateType": o.Type, "ImgUrl": "",
			"RegistrantCertificateCode": p.Number, "RegistrantCertificateType": "SFZ", "RegistrantImgUrl": ""}}
	f.validity(o.Founded, o.ValidUntil)
	return f
}

// validity types the dates of the document; a zero end is long-term.
func (f *registrant) validity(from, until time.Time) {
	f.ValidFrom, f.ValidUntil, f.LongTerm = from.Format(time.DateOnly), "", until.IsZero()
	if !f.LongTerm {
		f.ValidUntil = until.Format(time.DateOnly)
	}
}

// judged is a finding as the product shows it.
type judged struct {
	Check    string            `json:"check"`
	Code     string            `json:"code"`
	Severity string            `json:"severity"`
	Role     string            `json:"role"`
	Field    string            `json:"field"`
	Position int               `json:"position"`
	Facts    map[string]string `json:"facts"`
	Fix      string            `json:"fix"`
}

// document is an uploaded picture.
type document struct {
	ID       string   `json:"id"`
	URL      string   `json:"url"`
	Format   string   `json:"format"`
	Reading  string   `json:"reading"` // waiting, done, absent, failed
	Findings []judged `json:"findings"`
}

// upload sends a picture. A refusal is a *refusal.
func (s *Scene) upload(ctx context.Context, fileName string, raw []byte) (document, error) {
	var d document
	err := s.api(ctx, "POST", "documents", map[string]string{"file_name": fileName, "content": base64.StdEncoding.EncodeToString(raw)}, &d)
	if err == nil && d.ID == "" {
		err = errors.New("an upload without an id")
	}
	return d, err
}

// draw uploads a fresh picture of a document.
func (s *Scene) draw(ctx context.Context, d papers.Document, o papers.Options) (document, error) {
	raw, err := papers.Draw(d, o)
	if err != nil {
		return document{}, err
	}
	name := "document.jpg"
	if o.PNG {
		name = "document.png"
	}
	return s.upload(ctx, name, raw)
}

// read waits until a document's text is read, and fails where nothing reads here.
func (s *Scene) read(ctx context.Context, d document) (document, error) {
	err := wait(ctx, "the picture is read", func() (bool, error) {
		err := s.api(ctx, "GET", "documents?id="+url.QueryEscape(d.ID), nil, &d)
		return d.Reading != "waiting", err
	})
	switch {
	case err != nil:
		return d, err
	case d.Reading == "absent":
		return d, errNotRead
	case d.Reading != "done":
		return d, fmt.Errorf("the picture's reading is %q", d.Reading)
	}
	return d, nil
}

// errNotRead ends drills of what a picture's text says where the product has no program that reads.
var errNotRead = errors.New("not performed: no tesseract where the product runs, so that a picture's text is for people to read")

// report is what the live check says of a form.
type report struct {
	Findings     []judged          `json:"findings"`
	NotPerformed map[string]string `json:"not_performed"`
	Reading      bool              `json:"reading"`
}

// check has a form judged without keeping it.
func (s *Scene) check(ctx context.Context, f registrant) (report, error) {
	var r report
	err := s.api(ctx, "POST", "templates/check", map[string]any{"form": f}, &r)
	return r, err
}

// draft keeps a form and gives its template's id.
func (s *Scene) draft(ctx context.Context, f registrant) (string, error) {
	var out struct {
		Template struct{ TemplateId string } `json:"template"` //nolint:revive // the product's spelling
	}
	err := s.api(ctx, "POST", "templates", map[string]any{"form": f}, &out)
	if err == nil && out.Template.TemplateId == "" {
		err = errors.New("a draft without an id")
	}
	return out.Template.TemplateId, err
}

// modify changes a draft.
func (s *Scene) modify(ctx context.Context, id string, f registrant) error {
	return s.api(ctx, "POST", "templates/modify", map[string]any{"template_id": id, "form": f}, nil)
}

// submission is where a template's newest submission stands.
type submission struct {
	State       string `json:"state"`
	Provider    string `json:"provider"`
	SubmittedAt string `json:"submitted_at"`
	DeadlineAt  string `json:"deadline_at"`
	DecidedAt   string `json:"decided_at"`
	Verdicts    []struct {
		Code   string            `json:"code"`
		Facts  map[string]string `json:"facts"`
		Title  string            `json:"title"`
		Text   string            `json:"text"`
		Remedy []string          `json:"remedy"`
	} `json:"verdicts"`
	Steps []struct {
		At    string            `json:"at"`
		Kind  string            `json:"kind"`
		Facts map[string]string `json:"facts"`
	} `json:"steps"`
}

// ended says that nothing more comes of it by itself.
func (v submission) ended() bool {
	return slices.Contains([]string{"approved", "rejected", "timed-out", "withdrawn"}, v.State)
}

// submit hands a draft in. A refusal is a *refusal.
func (s *Scene) submit(ctx context.Context, id string) (submission, error) {
	var out struct {
		Verification submission `json:"verification"`
	}
	err := s.api(ctx, "POST", "templates/submit", map[string]any{"template_id": id}, &out)
	return out.Verification, err
}

// verification asks where a template's submission stands.
func (s *Scene) verification(ctx context.Context, id string) (submission, error) {
	var v submission
	err := s.api(ctx, "GET", "templates/verification?template_id="+url.QueryEscape(id), nil, &v)
	return v, err
}

// decided waits for the end of a submission.
func (s *Scene) decided(ctx context.Context, id string) (submission, error) {
	var v submission
	err := wait(ctx, "the submission is decided", func() (bool, error) {
		var err error
		v, err = s.verification(ctx, id)
		return v.ended(), err
	})
	if err != nil && v.State != "" {
		err = fmt.Errorf("%w (it is %s)", err, v.State)
	}
	return v, err
}

// approved waits for an approval; anything else is an error.
func (s *Scene) approved(ctx context.Context, id string) error {
	v, err := s.decided(ctx, id)
	if err == nil && v.State != "approved" {
		err = fmt.Errorf("the submission is %s: %+v", v.State, v.Verdicts)
	}
	return err
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// reach proves that the run's telephone and address are its owner's, with the codes that the world's mailbox got.
func (s *Scene) reach(ctx context.Context) error {
	phone, email := s.reachOf()
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, code := range []string{phone, email} {
		wg.Go(func() { errs[i] = s.prove(ctx, i+1, code) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// prove has a code sent to a telephone (1) or an address (2), reads it and gives it back.
func (s *Scene) prove(ctx context.Context, kind int, reach string) error {
	to := reach
	if kind == 1 { // text messages of the demo arrive in the mailbox
		to = regexp.MustCompile(`[^0-9]`).ReplaceAllString(reach, "") + "@sms.example"
	}
	var list struct {
		Messages []struct {
			ID   int64    `json:"id"`
			To   []string `json:"to"`
			Text string   `json:"text"`
		} `json:"messages"`
	}
	newest := func() (int64, string, error) {
		if err := s.world(ctx, "GET", "/api/mail?to="+url.QueryEscape(to), nil, &list); err != nil {
			return 0, "", err
		}
		var id int64
		var text string
		for _, m := range list.Messages {
			if m.ID > id && slices.Contains(m.To, to) {
				id, text = m.ID, m.Text
			}
		}
		return id, text, nil
	}
	before, _, err := newest()
	if err != nil {
		return err
	}
	if err := s.api(ctx, "POST", "SendPhoneEmailCode", map[string]any{"Code": reach, "Type": kind}, nil); err != nil {
		return err
	}
	var code string
	err = wait(ctx, "the code has arrived at "+to, func() (bool, error) {
		id, text, err := newest()
		if id <= before || err != nil {
			return false, err
		}
		code = sixDigits.FindString(text)
		return code != "", nil
	})
	if err != nil {
		return err
	}
	return s.api(ctx, "POST", "CreatePhoneEmail", map[string]any{"Code": reach, "Type": kind, "VerifyCode": code}, nil)
}

// refusedAs asserts that a call was refused with a code, and gives its facts.
func refusedAs(err error, code string) (map[string]string, error) {
	var r *refusal
	switch {
	case err == nil:
		return nil, fmt.Errorf("taken, where %s should refuse it", code)
	case !errors.As(err, &r):
		return nil, err
	case r.Code != code:
		return nil, fmt.Errorf("refused, but not as %s: %w", code, err)
	}
	return r.Facts, nil
}

// refusal is what the product answers where it doesn't do what was asked (RFC 9457).
type refusal struct {
	Status int               `json:"status"`
	Title  string            `json:"title"`
	Detail string            `json:"detail"`
	Remedy []string          `json:"remedy"`
	Code   string            `json:"code"`
	Facts  map[string]string `json:"facts"`
	shown  string
}

func (r *refusal) Error() string { return r.shown }
