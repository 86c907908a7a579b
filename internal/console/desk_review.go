package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// reviewsShown is how much of the queue a page shows.
const reviewsShown = 50

// queueRow is a line of the review queue.
type queueRow struct {
	ID       string
	Who      string
	Uin      string
	Type     string
	Tag      string
	TagText  string
	Second   bool // an operator has approved it over a refusal
	Age      string
	Late     bool
	Deadline time.Time
}

type reviewsPage struct {
	deskPage
	Queue []queueRow
	Say   string
	Done  string
	ID    string
}

// queue reads the review queue, the most urgent first.
func (v *visit) queue() (rows []queueRow, say string, err error) {
	items, total, err := v.Ops.ReviewQueue(v.ctx, v.all, ops.Page{Limit: reviewsShown})
	if err != nil {
		return nil, "", err
	}
	now, oldest := v.Ops.Now(), time.Duration(0)
	for _, it := range items {
		age := now.Sub(it.Verification.SubmittedAt)
		oldest = max(oldest, age)
		r := queueRow{ID: strconv.FormatInt(int64(it.Verification.ID), 10), Who: it.Template.Contact.OrganizationCN, Uin: it.Template.Account.Uin(), Type: it.Template.CertificateType,
			Second: it.Verification.OverriddenBy != "", Age: v.span(age), Deadline: it.Verification.DeadlineAt, Late: it.Left < 0}
		if it.Template.Contact.Kind == domain.Individual {
			r.Who = maskName(r.Who)
		}
		r.Tag, r.TagText = "mute", "review.found-none"
		if len(it.Codes) > 0 {
			r.Tag, r.TagText = "warn", "review.found-warn"
			if e, _ := diagnose.Lookup(fault.Code(it.Codes[0])); e.Severity == diagnose.Refuse {
				r.Tag, r.TagText = "bad", "review.found-bad"
			}
		}
		rows = append(rows, r)
	}
	say = v.cat.say("review.say-none")
	if total > 0 {
		say = v.cat.count("review.say", total, v.span(oldest))
	}
	return rows, say, nil
}

// span writes a time that somebody has waited.
func (v *visit) span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return v.cat.say("review.minutes", max(1, int(d/time.Minute)))
	case d < 48*time.Hour:
		return v.cat.say("review.hours", int(d/time.Hour))
	}
	return v.cat.say("review.days", int(d/(24*time.Hour)))
}

// maskName shows of a person's name in a list no more than its first character.
func maskName(s string) string {
	r := []rune(s)
	if len(r) < 2 {
		return s
	}
	if r[0] < 0x80 { // a Latin name: the first letter of each word
		words := strings.Fields(s)
		for i, w := range words {
			words[i] = w[:1] + "**"
		}
		return strings.Join(words, " ")
	}
	return string(r[:1]) + strings.Repeat("*", len(r)-1)
}

func (v *visit) deskReviews() error {
	p := reviewsPage{deskPage: v.deskBase("review.title", "reviews")}
	var err error
	if p.Queue, p.Say, err = v.queue(); err != nil {
		return err
	}
	q := v.r.URL.Query()
	if who := clip(q.Get("who"), 60); who != "" {
		switch q.Get("done") {
		case "approve":
			p.Done = v.cat.say("review.done-approve", who)
		case "reject":
			p.Done = v.cat.say("review.done-reject", who)
		case "more":
			p.Done = v.cat.say("review.done-more", who)
		case "second":
			p.Done = v.cat.say("review.done-second", who)
		}
	}
	return v.page(http.StatusOK, "desk-reviews", p)
}

// matchLine is a line of what the form says beside what the picture says.
type matchLine struct {
	Label, Value, Sub, State string
	Mono                     bool
	Typed, Meant             []char
	Notices                  []notice
}

// reasonRow is a reason to reject, in both languages.
type reasonRow struct {
	Code, Title, Other, Key string
	On                      bool
}

// foundRow is a finding beside the pictures.
type foundRow struct {
	State  string
	Notice notice
}

// logRow is a step of the submission's history.
type logRow struct {
	At               time.Time
	Kind, Sub, Actor string
}

type reviewPage struct {
	reviewsPage
	Who, Uin     string
	Mail         string
	Revision     int64 // of the submission that is looked at
	Deadline     time.Time
	Late         bool
	Prev, NextID string
	Sides        []pictureSide
	Match        []matchLine
	Findings     []foundRow
	NotPerformed []string
	Raw          []string
	Steps        []logRow
	Codes        []reasonRow // as many as have number keys
	More         []reasonRow
	OtherLang    string
	Note         string
	Second       string // who has approved it over a refusal
	MayConfirm   bool
	Overrides    bool // approving it would go over a refusal
	ShowNumber   string
	Fault        *notice
}

func (v *visit) deskReview() error { return v.reviewView(http.StatusOK, nil, nil) }

func (v *visit) reviewID() (domain.VerificationID, error) {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.Missing, "verification.not-found")
	}
	return domain.VerificationID(id), nil
}

// reviewView shows a submission to decide on; typed and n are of a decision that was refused.
func (v *visit) reviewView(status int, typed url.Values, n *notice) error {
	id, err := v.reviewID()
	if err != nil {
		return err
	}
	view, err := v.Ops.Review(v.ctx, v.all, id)
	if err != nil {
		return err
	}
	t := view.Template
	p := reviewPage{Who: t.Contact.OrganizationCN, Uin: t.Account.Uin(), Mail: view.AccountEmail, Revision: view.Version, Deadline: view.DeadlineAt, Late: view.Left < 0,
		Note: typed.Get("note"), Second: view.Pending, MayConfirm: view.Pending != v.all.Actor, Fault: n, OtherLang: map[bool]string{true: zh, false: en}[v.lang == en]}
	p.deskPage = v.deskBase("review.title", "reviews")
	if p.Queue, p.Say, err = v.queue(); err != nil {
		return err
	}
	p.ID = v.r.PathValue("id")
	for i, r := range p.Queue {
		if r.ID != p.ID {
			continue
		}
		if i > 0 {
			p.Prev = p.Queue[i-1].ID
		}
		if i+1 < len(p.Queue) {
			p.NextID = p.Queue[i+1].ID
		}
	}
	number := v.r.URL.Query().Get("number") == "show"
	form := formOf(t)
	form.Set("CertificateCode", t.MaskedNumber)
	form.Set("RegistrantCertificateCode", t.MaskedContact)
	about := subject{t.Contact.Kind, t.CertificateType, func(field string) bool { return form.Get(field) != "" }}
	if !number {
		p.ShowNumber = v.r.URL.Path + "?number=show"
	}
	for _, s := range []struct {
		role realname.Role
		id   domain.DocumentID
	}{{realname.Owner, t.Document}, {realname.Contact, t.ContactDocument}} {
		if s.role == realname.Contact && t.Contact.Kind == domain.Individual {
			continue
		}
		side := pictureSide{Role: s.role}
		if s.id != 0 {
			doc, err := v.Ops.Document(v.ctx, v.all, s.id)
			if err != nil && fault.Of(err).Kind != fault.Missing {
				return err
			}
			seen := ops.CheckView{Measures: doc.Measures, Findings: view.Findings}
			for i := range seen.Measures {
				seen.Measures[i].Role = s.role
			}
			for c, why := range view.NotPerformed {
				if role, check := ofCheck(c); role == s.role {
					seen.NotPerformed = append(seen.NotPerformed, ops.NotPerformed{Role: role, Check: check, Reason: why})
				}
			}
			if side.Doc = doc.Document; doc.ShreddedAt.IsZero() && doc.ID != 0 {
				side.Shot = v.shotOf(s.role, doc.Document, v.marksOf(seen, s.role))
				side.Checks = v.checksOf(s.role, seen, false, true, numbers{}, about)
			} else {
				side.Doc = domain.Document{}
			}
		}
		p.Sides = append(p.Sides, side)
	}
	p.match(v, view, number)
	for _, f := range view.Findings {
		state := map[realname.Severity]string{realname.Refuse: "bad", realname.Warn: "warn", realname.Inform: "info"}[f.Severity]
		p.Findings = append(p.Findings, foundRow{state, v.words(fault.Code(f.Code), f.Facts)})
		p.Overrides = p.Overrides || f.Severity == realname.Refuse
	}
	for c := range view.NotPerformed {
		if _, check := ofCheck(c); check != "validity" || about.has("ValidUntil") || about.has("LongTerm") {
			p.NotPerformed = append(p.NotPerformed, checkLabel(check))
		}
	}
	slices.Sort(p.NotPerformed)
	p.NotPerformed = slices.Compact(p.NotPerformed)
	for _, s := range view.Steps {
		row := logRow{At: s.At, Kind: s.Kind, Actor: s.Actor, Sub: clip(s.Facts["note"], 120)}
		if s.Actor == "system" {
			row.Actor = v.cat.say("log.system")
		} else if strings.Contains(s.Actor, "@") && s.Actor != v.all.Actor {
			row.Actor = maskMail(s.Actor)
		}
		p.Steps = append(p.Steps, row)
		if a := s.Facts["answer"]; a != "" {
			p.Raw = append(p.Raw, clock(v.lang, s.At)+"  "+s.Kind+"  "+s.Facts["provider"]+"  "+clip(a, 200))
		}
	}
	chosen := typed["code"]
	if typed == nil {
		for _, f := range view.Refusals {
			chosen = append(chosen, f.Code)
		}
	}
	for _, code := range reasonOrder(view.Reasons, chosen) {
		r := reasonRow{Code: code, Title: v.words(fault.Code(code), nil).Title, Other: wordsFor(p.OtherLang, fault.Code(code), nil).Title, On: slices.Contains(chosen, code)}
		if k := len(p.Codes) + 1; k <= 9 {
			r.Key = strconv.Itoa(k)
			p.Codes = append(p.Codes, r)
		} else {
			p.More = append(p.More, r)
		}
	}
	p.Title = v.cat.say("review.title")
	return v.page(status, "desk-review", p)
}

// ofCheck reads whose check was not performed: "owner text-number".
func ofCheck(key string) (realname.Role, string) {
	if role, check, ok := strings.Cut(key, " "); ok {
		return realname.Role(role), check
	}
	return realname.Owner, key
}

// reasonOrder puts what was found first: number keys reach nine.
func reasonOrder(reasons, chosen []string) []string {
	out := slices.Clone(reasons)
	slices.SortStableFunc(out, func(a, b string) int {
		x, y := slices.Contains(chosen, a), slices.Contains(chosen, b)
		switch {
		case x && !y:
			return -1
		case y && !x:
			return 1
		}
		return 0
	})
	return out
}

// match lays the form beside what was found. Numbers are masked until they are asked for.
func (p *reviewPage) match(v *visit, view ops.ReviewView, number bool) {
	t := view.Template
	line := func(label, value, sub string, mono bool, role realname.Role, fields ...string) {
		l := matchLine{Label: label, Value: value, Sub: sub, Mono: mono, State: "ok"}
		if value == "" {
			l.Value, l.State = "—", ""
		}
		for _, f := range view.Findings {
			if f.Role != role || f.Severity == realname.Inform || !slices.Contains(fields, f.Field) {
				continue
			}
			l.Notices = append(l.Notices, v.words(fault.Code(f.Code), f.Facts))
			if f.Severity == realname.Refuse {
				l.State = "bad"
			} else if l.State == "ok" {
				l.State = "warn"
			}
			if mono && f.Position > 0 && l.Typed == nil {
				in := numbers{}
				if number {
					in[fieldOf(f)] = value
				}
				l.Typed, l.Meant = in.compare(f)
			}
		}
		p.Match = append(p.Match, l)
	}
	owner, contact := t.MaskedNumber, t.MaskedContact
	if number {
		owner, contact = view.OwnerNumber, view.ContactID
	}
	c := t.Contact
	line("review.number", owner, "", true, realname.Owner, "CertificateCode")
	line("review.name", c.OrganizationCN, "", false, realname.Owner, "OrganizationNameCN")
	line("review.latin", c.Organization, "", false, realname.Owner, "OrganizationName")
	line("review.type", v.cat.maybe("document", t.CertificateType), "", false, realname.Owner, "CertificateType")
	valid := ""
	if !t.ValidUntil.IsZero() {
		valid = day(v.lang, t.ValidUntil)
	}
	if t.LongTerm {
		valid = v.cat.say("review.long-term")
	}
	line("review.valid", valid, "", false, realname.Owner, "ValidUntil", "ValidFrom")
	line("review.address", strings.Join([]string{c.ProvinceCN, c.CityCN, c.StreetCN}, " "), "", false, realname.Owner, "ProvinceCN", "CityCN", "StreetCN", "Street", "CountryCN")
	if c.Kind == domain.Organisation {
		line("review.contact", c.NameCN, c.Name, false, realname.Contact, "RegistrantNameCN", "OrganizationNameCN", "RegistrantName")
		line("review.contact-number", contact, v.cat.maybe("document", t.ContactType), true, realname.Contact, "CertificateCode", "RegistrantCertificateCode")
	}
}

func (v *visit) deskDecide() error {
	if err := v.formErr(); err != nil {
		return err
	}
	id, err := v.reviewID()
	if err != nil {
		return err
	}
	f := v.r.PostForm
	version, err := strconv.ParseInt(f.Get("version"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "input.form-malformed")
	}
	d := ops.Decision{Verdict: f.Get("decision"), Note: f.Get("note"), Version: version}
	if d.Verdict == "reject" {
		d.Codes = f["code"]
	}
	before, err := v.Ops.DecideReview(v.ctx, v.all, id, d)
	if err != nil {
		e, ok := shown(err)
		if !ok || e.Kind == fault.Missing || e.Kind == fault.Denied {
			return err
		}
		n := v.notice(e)
		return v.reviewView(statusOf(e.Kind), f, &n)
	}
	done := d.Verdict
	if before.State == domain.VerificationDesk {
		done = "second"
	}
	v.redirect("/desk/reviews?" + url.Values{"done": {done}, "who": {v.submitter(before)}}.Encode())
	return nil
}

// submitter names whose submission was decided on, as the queue does.
func (v *visit) submitter(view ops.VerificationView) string { return view.Template.Public() }
