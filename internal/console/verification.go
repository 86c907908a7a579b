package console

import (
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// railStep is one thing that happened to a submission, or is still to come.
type railStep struct {
	Key, Icon, Class, Title, Sub string
	At                           time.Time
}

// stepLooks is how each kind of step of a submission's history is drawn; class "" has gone well.
var stepLooks = map[string]struct{ icon, class string }{
	"submitted": {"upload", ""}, "read": {"zoom", ""}, "unread": {"info", "is-warn"}, "desk": {"inbox", ""}, "queued": {"clock", ""},
	"handed-over": {"stamp", ""}, "taken": {"ok", ""}, "failed": {"alert", "is-warn"}, "lost": {"unlink", "is-warn"}, "approved": {"ok", ""},
	"rejected": {"no", "is-bad"}, "timed-out": {"clock", "is-warn"}, "withdrawn": {"no", "is-warn"}, "override": {"alert", "is-warn"},
	"more": {"info", "is-warn"}, "cleared": {"ok", ""}, "contradicted": {"alert", "is-warn"}, "late": {"time", "is-warn"}, "resubmitted": {"retry", ""},
	"resubmission-planned": {"time", ""}, "resubmission-cancelled": {"no", ""},
}

// rail is what happened, and what is to come while nothing is decided.
func (p *templatePage) rail(v *visit) {
	for _, s := range p.V.Steps {
		if s.Kind == "override" { // between reviewers
			continue
		}
		look, ok := stepLooks[s.Kind]
		if !ok {
			look.icon = "next"
		}
		p.Steps = append(p.Steps, railStep{Key: s.Kind, Icon: look.icon, Class: look.class, Title: v.cat.maybe("step", s.Kind), Sub: v.stepSub(s), At: s.At})
		if note := s.Facts["note"]; note != "" {
			p.Note = note
		}
	}
	wait := func(key, icon, class, title string) {
		p.Steps = append(p.Steps, railStep{Key: key, Icon: icon, Class: class, Title: title})
	}
	switch p.V.State {
	case domain.VerificationReading:
		wait("next", "zoom", "is-now", v.cat.say("verification.now-reading"))
		wait("next-authority", "stamp", "is-wait", v.cat.say("verification.next-authority"))
	case domain.VerificationDesk:
		wait("next", "inbox", "is-now", v.cat.say("verification.now-desk"))
		wait("next-authority", "stamp", "is-wait", v.cat.say("verification.next-authority"))
	case domain.VerificationQueued, domain.VerificationOpen:
		wait("next", "stamp", "is-now", v.cat.say("verification.now-handing"))
	case domain.VerificationUnknown:
		wait("next", "unlink", "is-now", v.cat.say("verification.now-unknown"))
	case domain.VerificationWaiting:
		wait("next", "clock", "is-now", v.cat.say("verification.now-waiting"))
	case domain.VerificationApproved:
		wait("next-registry", "plug", "", v.cat.say("verification.registries"))
	}
	if open(p.V.State) {
		wait("next-verdict", "ok", "is-wait", v.cat.say("verification.next-verdict"))
		p.calendar(v)
	}
	if p.V.State == domain.VerificationTimedOut {
		p.calendar(v)
	}
}

// open reports whether a submission is still under way.
func open(s domain.VerificationState) bool {
	switch s {
	case domain.VerificationApproved, domain.VerificationRejected, domain.VerificationTimedOut, domain.VerificationWithdrawn:
		return false
	}
	return true
}

// stepSub is what there is to say of a step beside its name.
func (v *visit) stepSub(s domain.VerificationStep) string {
	switch {
	case s.Facts["answer"] != "":
		return clip(s.Facts["answer"], 200)
	case s.Facts["provider"] != "":
		return v.cat.say("verification.at", s.Facts["provider"])
	case s.Facts["reason"] != "":
		return clip(s.Facts["reason"], 200)
	}
	return ""
}

// dayCell is a day of the working-day strip.
type dayCell struct{ Class, Day, Word string }

// calendar draws the days from submission to the end of the term; days that are not worked are hatched.
func (p *templatePage) calendar(v *visit) {
	if p.V.DeadlineAt.IsZero() {
		return
	}
	now := v.Ops.Now().In(beijing)
	today, last := now.Format(time.DateOnly), p.V.DeadlineAt.In(beijing).Format(time.DateOnly)
	left := 0
	for _, d := range p.V.Days {
		at, err := time.Parse(time.DateOnly, d.Date)
		if err != nil || len(p.Days) == 30 {
			break
		}
		c := dayCell{Day: at.Format("1-2"), Word: v.cat.say("verification.day-" + at.Weekday().String()[:3])}
		switch {
		case d.Date == today:
			c.Class, c.Word = "now", v.cat.say("verification.day-today")
		case !d.Worked:
			c.Class = "off"
		case d.Date < today:
			c.Class = "past"
		case d.Date == last:
			c.Class, c.Word = "last", v.cat.say("verification.day-last")
		}
		if d.Worked && d.Date > today {
			left++
		}
		p.Days = append(p.Days, c)
	}
	if open(p.V.State) {
		p.DaysSay = v.cat.count("verification.days-left", left, day(v.lang, p.V.DeadlineAt))
	} else {
		p.DaysSay = v.cat.say("verification.days-over", day(v.lang, p.V.DeadlineAt))
	}
}
