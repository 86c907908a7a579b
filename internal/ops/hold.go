package ops

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/naming"
)

// cause is what a registry's words say of why it holds or deleted a name.
type cause string

const (
	noCause     cause = ""
	namingAudit cause = "naming"
	abuse       cause = "abuse"
	unverified  cause = "unverified"
	lifted      cause = "lifted"
)

// causes are the words that tell them apart, tried in order. They are evidence for people; what is so is seen in the
// registry's object alone.
var causes = []struct {
	cause cause
	words *regexp.Regexp
	not   *regexp.Regexp // where these stand too, it is not that
}{
	{lifted, regexp.MustCompile(`(?i)\b(lifted|released|removed|passed|approved|reinstated)\b|解除|恢复|通过`),
		regexp.MustCompile(`(?i)\b(not|fail|failed|reject|rejected|refused|deleted)\b|未|没有|不通过|删除`)},
	{namingAudit, regexp.MustCompile(`(?i)\bnaming\b|\bnames? audit\b|prohibited word|restricted word|命名`), nil},
	{unverified, regexp.MustCompile(`(?i)\bverif|real[- ]?name|实名|核验`), nil},
	{abuse, regexp.MustCompile(`(?i)\babus|phishing|malware|botnet|pharming|\bspam\b|滥用|违规`), nil},
}

// told is the newest message about the name that says anything of a cause, within the tenure.
func (s *Sight) told() (cause, PollMessage) {
	for _, n := range s.Notices {
		if n.QueuedAt.Before(s.Tenure.RegisteredAt) {
			break // of an earlier registration
		}
		text := n.Facts["reason"] + " " + n.Facts["text"]
		for _, c := range causes {
			if c.words.MatchString(text) && (c.not == nil || !c.not.MatchString(text)) {
				return c.cause, n
			}
		}
	}
	return noCause, PollMessage{}
}

// How registries name the word and the rule that a name met: word "x", rule=y.
var (
	auditWord = regexp.MustCompile(`(?i)(?:\bword|词)\s*[=:：]?\s*["“'‘]?([^"”'’;,；，。()]{1,63})`)
	auditRule = regexp.MustCompile(`(?i)(?:\brule|规则)\s*[=:：]?\s*["“'‘]?([^"”'’;,；，。()]{1,80})`)
)

var givenReason = regexp.MustCompile(`(?i)(?:\breason|原因)\s*[:：]\s*([^.。;；]+)`)

// hold is a cause of a registry's hold that has a code of its own.
type hold struct {
	code string
	is   func(s *Sight, obj *domain.Object, told cause) bool
	// facts are its evidence beyond what every hold has. Optional.
	facts func(s *Sight, facts map[string]string)
}

// holds are tried in order; the last is what can be said of any hold. A hold for want of proof is told apart by how far
// our own verification of the registrant is.
var holds = []hold{
	{"hold.verification-refreshing", unproven(func(s *Sight) bool { return s.Template.Status == domain.TemplateApproved }),
		func(s *Sight, facts map[string]string) {
			at := orElse(s.Verification.DecidedAt, s.Template.UpdatedAt)
			facts["approved"], facts["until"] = stamp(at), stamp(s.lifted(at))
		}},
	{"hold.verification-in-review", unproven(func(s *Sight) bool { return s.Template.Status == domain.TemplateInAudit }),
		func(s *Sight, facts map[string]string) {
			facts["submitted"] = stamp(orElse(s.Verification.SubmittedAt, s.Template.UpdatedAt))
			if by := s.Verification.DeadlineAt; !by.IsZero() {
				facts["until"] = stamp(by)
			}
		}},
	{"hold.verification-rejected", unproven(func(s *Sight) bool { return s.Template.Status == domain.TemplateReject }),
		func(s *Sight, facts map[string]string) {
			facts["reason"], facts["at"] = s.verdict(), stamp(orElse(s.Verification.DecidedAt, s.Template.UpdatedAt))
		}},
	{"hold.unverified", unproven(func(*Sight) bool { return true }), func(s *Sight, facts map[string]string) {
		if !s.Tenure.VerifyBy.IsZero() {
			facts["due"] = stamp(s.Tenure.VerifyBy)
		}
	}},
	{"registration.naming-rejected-hold", func(_ *Sight, _ *domain.Object, told cause) bool { return told == namingAudit }, nil},
	{"hold.abuse", func(_ *Sight, _ *domain.Object, told cause) bool { return told == abuse }, nil},
	{"website.on-hold", func(*Sight, *domain.Object, cause) bool { return true }, nil},
}

// unproven is a hold for want of proof, where our own verification is so. A registry that has the proof already, and has
// not lifted its hold, is known by what it told.
func unproven(so func(*Sight) bool) func(*Sight, *domain.Object, cause) bool {
	return func(s *Sight, obj *domain.Object, told cause) bool {
		return (obj.Verification == "nonCompliant" || (obj.Verification == "" || obj.Verification == compliant) && told == unverified) && so(s)
	}
}

// verdict is the code for which the registrant was refused.
func (s *Sight) verdict() string {
	switch {
	case len(s.Verification.Verdicts) > 0:
		return s.Verification.Verdicts[0].Code
	case s.Template.Reason != "":
		return s.Template.Reason
	}
	return "verify.timeout"
}

// lifted is when a registry should have lifted its hold: two working days after the approval.
func (s *Sight) lifted(approved time.Time) time.Time { return s.Calendar.AddWorkingDays(approved, 2) }

func orElse(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// held opens the owner's case about a hold that the registry has set, under its cause, and ends it with the hold.
func (s *Sight) held(obj domain.Object, now time.Time) (writes []Write) {
	account, name := s.Tenure.Account, string(s.Tenure.Name)
	code := ""
	var facts map[string]string
	if obj.Statuses.Has(domain.ServerHold) {
		told, by := s.told()
		h := holds[slices.IndexFunc(holds, func(h hold) bool { return h.is(s, &obj, told) })]
		code, facts = h.code, map[string]string{"name": naming.Display(s.Tenure.Name), "registry": s.Tenure.RegistryAccount,
			"statuses": joinStatuses(obj.Statuses), "since": stamp(now)}
		if told != noCause && told != lifted && code != "website.on-hold" {
			s.evidence(facts, told, by)
		}
		if h.facts != nil {
			h.facts(s, facts)
		}
		for _, h := range holds { // a hold whose cause is another now began when it began
			if open := s.open(account, h.code); open != nil && open.Facts["since"] != "" {
				facts["since"] = open.Facts["since"]
			}
		}
	}
	for _, h := range holds {
		open := s.open(account, h.code)
		switch {
		case h.code != code && open != nil:
			writes = append(writes, ClearCase{Account: account, Subject: name, Code: h.code, At: now})
		case h.code == code && (open == nil || !sameFacts(open.Facts, facts)):
			writes = append(writes, OpenCase{domain.Case{Account: account, Subject: name, Code: code, Facts: facts, OpenedAt: now}})
		}
	}
	return writes
}

// holdLetters tell the owner that a hold began or ended; of one whose cause has become another the page tells.
func (s *Sight) holdLetters(before string, writes []Write, now time.Time) []domain.Message {
	for _, w := range writes {
		switch w := w.(type) {
		case OpenCase:
			if before == "" {
				facts := map[string]string{"code": w.Case.Code}
				for k, v := range w.Case.Facts {
					facts[k] = v
				}
				return s.letter("name-held", facts, now)
			}
			return nil
		}
	}
	if before != "" && len(writes) > 0 {
		return s.letter("name-released", map[string]string{"name": naming.Display(s.Tenure.Name)}, now)
	}
	return nil
}

// heldCode is the open case of a hold of the registry; empty: none is known.
func (s *Sight) heldCode() string {
	for _, h := range holds {
		if s.open(s.Tenure.Account, h.code) != nil {
			return h.code
		}
	}
	return ""
}

// evidence adds what a message said to a case's facts.
func (s *Sight) evidence(facts map[string]string, told cause, m PollMessage) {
	text, why := m.Facts["text"], m.Facts["reason"]
	if found := givenReason.FindStringSubmatch(text); why == "" && found != nil {
		why = found[1]
	}
	facts["message"], facts["reason"] = m.MsgID, clipped(why, 200)
	if why == "" {
		facts["reason"] = clipped(text, 200)
	}
	if v := m.Facts["case"]; v != "" {
		facts["case"] = v
	}
	if told != namingAudit {
		return
	}
	// Registries name the word, the rule, both or neither.
	facts["word"], facts["rule"] = naming.Display(domain.Name(s.Tenure.Name.Label())), facts["reason"]
	for fact, pattern := range map[string]*regexp.Regexp{"word": auditWord, "rule": auditRule} {
		if v := m.Facts[fact]; v != "" {
			facts[fact] = v
		} else if found := pattern.FindStringSubmatch(why + " " + text); found != nil {
			facts[fact] = strings.TrimSpace(found[1])
		}
	}
}

// end is a way in which a registry ends a name by itself that needs nobody's decision.
type end struct {
	reason string
	is     func(s *Sight, told cause) bool
	refund bool
	code   string // of the owner's case; empty: none
	notice string
}

// ends are tried in order; a name that is gone for none of these reasons is an alarm.
var ends = []end{
	{reason: "registration.naming-rejected-deleted", is: func(_ *Sight, told cause) bool { return told == namingAudit },
		refund: true, code: "registration.naming-rejected-deleted", notice: "name-deleted"},
	{reason: "purged", is: func(s *Sight, _ cause) bool { return s.Tenure.Statuses.Has(domain.PendingDelete) }, notice: "name-ended"},
}

// decideGone ends a tenure whose name is gone at the registry for a reason that we know, with its money where the
// registry undid the registration, and alarms the desk otherwise.
func decideGone(s Sight, currency string, now time.Time) (Plan, []Difference) {
	t := s.Tenure
	d := Difference{t.Name, t.RegistryAccount, "object", "registered", "does not exist"}
	told, by := s.told()
	i := slices.IndexFunc(ends, func(e end) bool { return e.is(&s, told) })
	if i < 0 {
		return s.alarmed("registry.vanished", alarm(s, now), d, now), []Difference{d}
	}
	e := ends[i]
	facts := map[string]string{"name": naming.Display(t.Name), "registry": t.RegistryAccount, "ended": e.reason}
	if e.code != "" {
		s.evidence(facts, told, by)
	}
	plan := endPlan(s, e.reason, now)
	if e.refund && s.Item.Hold == domain.HoldCaptured && s.Item.Price > 0 {
		plan.Entries = append(plan.Entries, ledger.Refund(s.Item))
		facts["refunded"], facts["currency"] = strconv.FormatInt(s.Item.Price, 10), s.Item.Currency
	}
	if e.refund && s.Spent > 0 {
		plan.Entries = append(plan.Entries, ledger.Credit(t.RegistryAccount, s.Item.ID, s.Spent, currency))
	}
	if e.code != "" {
		plan.Writes = append(plan.Writes, OpenCase{domain.Case{Account: t.Account, Subject: string(t.Name), Code: e.code, Facts: facts, OpenedAt: now}})
		facts["code"] = e.code
	}
	result := "ok"
	if e.code != "" {
		result = e.code
	}
	plan.Events = append(plan.Events, domain.Event{Account: t.Account, Subject: string(t.Name), Kind: "domain.ended", Actor: "registry", Via: "system",
		Result: result, Facts: facts, At: now})
	plan.Messages = append(plan.Messages, domain.Message{Account: t.Account, To: s.Owner.Email, Locale: s.Owner.Locale, Kind: e.notice, Facts: facts, At: now})
	return plan, []Difference{d}
}

// decideLeft ends a tenure whose name was transferred away in the open: we saw the transfer pending, or the registry
// told of it and of the same registrar. Any other sponsor is an alarm.
func decideLeft(s Sight, obj domain.Object, us []string, now time.Time) (Plan, []Difference) {
	t := s.Tenure
	d := Difference{t.Name, t.RegistryAccount, "sponsor", strings.Join(us, " "), obj.Sponsor}
	known := t.Statuses.Has(domain.PendingTransfer) || slices.ContainsFunc(s.Notices, func(n PollMessage) bool {
		return n.Kind == "transfer" && n.Facts["gaining"] == obj.Sponsor && !n.QueuedAt.Before(t.RegisteredAt)
	})
	if !known {
		facts := alarm(s, now)
		facts["sponsor"], facts["ours"] = d.Theirs, d.Ours
		return s.alarmed("registry.sponsor-changed", facts, d, now), []Difference{d}
	}
	facts := map[string]string{"name": naming.Display(t.Name), "registry": t.RegistryAccount, "registrar": obj.Sponsor, "ended": "transferred"}
	plan := endPlan(s, "transferred", now)
	plan.Events = append(plan.Events, domain.Event{Account: t.Account, Subject: string(t.Name), Kind: "transfer.left", Actor: "registry", Via: "system",
		Result: "ok", Facts: facts, At: now})
	plan.Messages = append(plan.Messages, domain.Message{Account: t.Account, To: s.Owner.Email, Locale: s.Owner.Locale, Kind: "name-left", Facts: facts, At: now})
	return plan, []Difference{d}
}

// endPlan ends a tenure and every case about its name.
func endPlan(s Sight, reason string, now time.Time) Plan {
	t := s.Tenure
	plan := Plan{Writes: []Write{EndTenure{ID: t.ID, Version: t.Version, Reason: reason, At: now}}}
	for _, c := range s.Cases {
		plan.Writes = append(plan.Writes, ClearCase{Account: c.Account, Subject: c.Subject, Code: c.Code, At: now})
	}
	return plan
}
