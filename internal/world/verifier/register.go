package verifier

import "time"

// States of an entry of the registers. Except for the first two each makes the
// opinion of the same meaning.
const (
	StateOK          = "ok"
	StateTooNew      = "too-new" // until the day that ListedFrom names
	StateMoving      = "moving"
	StateSpecial     = "special"
	StateExpired     = "expired"
	StateUnfit       = "unfit"
	StateUnreadable  = "unreadable"
	StateUnclear     = "unclear"
	StateProceedings = "proceedings"
	StateBlacklisted = "blacklisted"
	StateRestricted  = "restricted"
	StateChanged     = "changed" // organisations: the record differs in Field
)

// opinionOf are the states that settle the matter.
var opinionOf = map[string]string{StateMoving: Moving, StateSpecial: Special, StateExpired: Expired, StateUnfit: Unfit, StateUnreadable: Unreadable,
	StateUnclear: Unclear, StateProceedings: Proceedings, StateBlacklisted: Blacklisted, StateRestricted: Restricted, StateChanged: OrgDiffers}

// Entry is a person or an organisation in a register. Days are 2006-01-02.
type Entry struct {
	Number     string `json:"number"` // of the identity card; the credit code of an organisation
	Name       string `json:"name"`
	Latin      string `json:"latin,omitempty"`
	State      string `json:"state"`
	Issued     string `json:"issued,omitempty"`
	ListedFrom string `json:"listed_from,omitempty"` // too-new: the day from which the register has it
	ValidUntil string `json:"valid_until,omitempty"` // "" is long-term
	// Organisations.
	Representative string `json:"representative,omitempty"`
	Registration   string `json:"registration,omitempty"` // the old 15 digits
	Field          string `json:"field,omitempty"`        // changed: name, representative or number
	// What is said with a state.
	Answer string `json:"answer,omitempty"` // unfit: what is wrong with the material
	Case   string `json:"case,omitempty"`   // proceedings
	Since  string `json:"since,omitempty"`  // proceedings, a day
	Item   string `json:"entry,omitempty"`  // blacklisted: the entry of the list
	By     string `json:"registry,omitempty"`
	Reason string `json:"reason,omitempty"` // restricted
}

// check tells what is wrong with an entry; "" is nothing. orgs says which
// register it is for.
func (e *Entry) check(orgs bool) string {
	_, known := opinionOf[e.State]
	switch {
	case e.Number == "" || len(e.Number) > 64:
		return "a number of at most 64 bytes"
	case e.Name == "" || len(e.Name) > 300:
		return "a name of at most 300 bytes"
	case e.State != StateOK && e.State != StateTooNew && !known:
		return "state is none of those that an entry can have"
	case e.State == StateChanged && (!orgs || e.Field != "name" && e.Field != "representative" && e.Field != "number"):
		return "changed is for organisations, and field says what: name, representative or number"
	case e.State == StateTooNew && e.ListedFrom == "":
		return "too-new needs listed_from, the day from which the register has it"
	}
	for what, day := range map[string]string{"issued": e.Issued, "listed_from": e.ListedFrom, "valid_until": e.ValidUntil, "since": e.Since} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return what + " is a day such as 2026-11-23"
		}
	}
	return ""
}

// stands is what the entry itself says at an instant.
func (e *Entry) stands(now time.Time) Opinion {
	today := now.In(china).Format(time.DateOnly)
	switch {
	case e.State == StateTooNew && today < e.ListedFrom:
		return opinion(TooNew, "issued", e.Issued, "until", e.ListedFrom)
	case e.ValidUntil != "" && e.ValidUntil < today:
		return opinion(Expired, "until", e.ValidUntil)
	}
	switch e.State {
	case StateUnfit:
		return opinion(Unfit, "answer", e.Answer)
	case StateProceedings:
		return opinion(Proceedings, "case", e.Case, "since", e.Since)
	case StateBlacklisted:
		return opinion(Blacklisted, "entry", e.Item)
	case StateRestricted:
		return opinion(Restricted, "registry", e.By, "reason", e.Reason)
	case StateChanged:
		return opinion(OrgDiffers, "field", e.Field)
	case StateExpired:
		return opinion(Expired, "until", e.ValidUntil)
	}
	if r, ok := opinionOf[e.State]; ok {
		return opinion(r)
	}
	return opinion(Passed)
}

// china is where the authority's days begin.
var china = time.FixedZone("CST", 8*3600)
