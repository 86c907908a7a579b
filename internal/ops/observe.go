package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// Looker reads names at registries. A name that is not there is a fault of kind Missing.
type Looker interface {
	Info(ctx context.Context, registryAccount string, name domain.Name) (domain.Object, error)
	// InfoAgain does the same on a session that is dialled for it, so that two answers never come from one session.
	InfoAgain(ctx context.Context, registryAccount string, name domain.Name) (domain.Object, error)
}

// Sight is all that we hold of a name when its registry is looked at.
type Sight struct {
	Tenure  domain.Tenure
	Seen    Seen
	Busy    bool          // an act of ours on the name is under way
	Notices []PollMessage // what the registry has told of it, newest first (registry time)
	Cases   []domain.Case // open ones about the name
	// Who it is registered for, and how far their verification is:
	Template     domain.Template
	Verification domain.Verification // the newest submission; zero: never submitted
	Reached      bool                // the template's e-mail or telephone was verified
	Owner        domain.Account      // read only for flagged names, and where a hold, an end or an alarm has to be told
	Calendar     policy.Calendar
	// Read only where the name is gone or another's:
	Item  domain.Item // what was paid for it
	Spent int64       // what it has cost us within the registry's grace period, minor units: that much comes back (RFC 3915)
}

// Seen is what a registry showed of a name beyond its tenure when it was last looked at.
type Seen struct {
	Known        bool // false: the next look fills the rest silently
	At           time.Time
	Registrant   string
	Contacts     []string
	Verification string
	Ignored      string // digest of a difference that the desk has set aside
}

// Look is a registry's answer about a name of ours; what is odd in it was seen on two sessions.
type Look struct {
	Object domain.Object
	Gone   bool
}

// Difference is one thing that a registry shows otherwise than our rows do.
type Difference struct {
	Name            domain.Name
	RegistryAccount string
	Field           string // as in the table of what moves what; "object" or "sponsor"
	Ours, Theirs    string
}

type (
	// SetSeen keeps what a look showed.
	SetSeen struct {
		Tenure domain.TenureID
		Seen   Seen
	}
	// ForgetSeen lets the next look fill Seen silently: an act of ours has changed the name.
	ForgetSeen struct{ Tenure domain.TenureID }
	// EndTenure ends a tenure whose version is still Version; "state.moved" else.
	EndTenure struct {
		ID      domain.TenureID
		Version int64
		Reason  string // fault code, or a word of the log
		At      time.Time
	}
	// SettlePoll takes a parked message off the desk; "state.moved" where it is not there.
	SettlePoll struct {
		ID int64
		At time.Time
	}
)

func (SetSeen) write()    {}
func (ForgetSeen) write() {}
func (EndTenure) write()  {}
func (SettlePoll) write() {}

// moves is what of a registry's object moves what of ours. take nil: ours is what was asked for, and a difference
// is for the desk. Texts are what is compared, shown and kept.
type moves struct {
	field  string
	ours   func(*Sight) string
	theirs func(*domain.Object) string
	take   func(*Sight, *domain.Object)
	// unknown: nothing of ours to compare with; theirs is taken without a word.
	unknown func(*Sight) bool
}

func neverSeen(s *Sight) bool { return !s.Seen.Known }

// table of what moves what. The registry rules over its own statuses (server, pending, RGP, inactive), over expiry
// and verification; what owners ask for through us (client statuses, delegation, signers, contacts) is not believed
// changed until somebody says so.
var table = []moves{
	{field: "statuses", ours: func(s *Sight) string { return statusWords(s.Tenure.Statuses, false) },
		theirs: func(o *domain.Object) string { return statusWords(o.Statuses, false) },
		take:   func(s *Sight, o *domain.Object) { s.Tenure.Statuses = merged(s.Tenure.Statuses, o.Statuses) }},
	{field: "client-statuses", ours: func(s *Sight) string { return statusWords(s.Tenure.Statuses, true) },
		theirs: func(o *domain.Object) string { return statusWords(o.Statuses, true) }},
	{field: "ns", ours: func(s *Sight) string { return set(s.Tenure.NameServers) },
		theirs: func(o *domain.Object) string { return set(o.NameServers) }},
	{field: "expires", ours: func(s *Sight) string { return instant(s.Tenure.ExpiresAt) },
		theirs: func(o *domain.Object) string { return instant(o.ExpiresAt) },
		take: func(s *Sight, o *domain.Object) {
			if !o.ExpiresAt.IsZero() { // not told is not changed
				s.Tenure.ExpiresAt = o.ExpiresAt
			}
		}},
	{field: "roid", ours: func(s *Sight) string { return s.Tenure.ROID }, theirs: func(o *domain.Object) string { return o.ROID },
		unknown: func(s *Sight) bool { return s.Tenure.ROID == "" }},
	{field: "registrant", ours: func(s *Sight) string { return s.Seen.Registrant }, theirs: func(o *domain.Object) string { return o.Registrant }, unknown: neverSeen},
	{field: "contacts", ours: func(s *Sight) string { return set(s.Seen.Contacts) }, theirs: func(o *domain.Object) string { return set(o.Contacts) }, unknown: neverSeen},
	{field: "ds", ours: func(s *Sight) string { return signers(s.Tenure.DS) }, theirs: func(o *domain.Object) string { return signers(o.DS) }},
	{field: "verification", ours: func(s *Sight) string { return s.Seen.Verification }, theirs: func(o *domain.Object) string { return o.Verification },
		unknown: neverSeen, take: func(s *Sight, o *domain.Object) { s.Seen.Verification = o.Verification }},
}

// renewedThere: the registry has renewed the name at its expiry by itself, and takes that back with the name until its
// auto-renew grace period is over. The year is its owner's only when it is paid for; until then our expiry stands.
func renewedThere(t domain.Tenure, obj domain.Object) bool {
	return obj.Statuses.Has(domain.AutoRenewPeriod) && obj.ExpiresAt.After(t.ExpiresAt)
}

// differences lists what of obj is not as ours.
func differences(s Sight, obj domain.Object) []Difference {
	var out []Difference
	for _, m := range table {
		if m.unknown != nil && m.unknown(&s) {
			continue
		}
		if m.field == "expires" && renewedThere(s.Tenure, obj) {
			continue
		}
		if ours, theirs := m.ours(&s), m.theirs(&obj); ours != theirs && (m.field != "expires" || theirs != "") {
			out = append(out, Difference{s.Tenure.Name, s.Tenure.RegistryAccount, m.field, ours, theirs})
		}
	}
	return out
}

// decideSight turns a look at a name of ours into what changes here: by the tables, whatever caused the look.
func decideSight(s Sight, look Look, us []string, house policy.House, now time.Time) (Plan, []Difference) {
	switch {
	case s.Busy && (look.Gone || !slices.Contains(us, look.Object.Sponsor)):
		return Plan{}, nil // our own act may have done it: its outcome decides
	case look.Gone:
		return decideGone(s, house.Currency, now)
	case !slices.Contains(us, look.Object.Sponsor):
		return decideLeft(s, look.Object, us, now)
	}
	was, seen, diffs := s.Tenure, s.Seen, differences(s, look.Object)
	facts := map[string]string{"registry": s.Tenure.RegistryAccount}
	var drift []Difference
	for _, d := range diffs {
		m := table[slices.IndexFunc(table, func(m moves) bool { return m.field == d.Field })]
		if m.take == nil {
			drift = append(drift, d)
			continue
		}
		m.take(&s, &look.Object)
		if d.Field != "verification" {
			facts[d.Field] = d.Theirs
		}
	}
	if s.Tenure.ROID == "" {
		s.Tenure.ROID = look.Object.ROID
	}
	if !s.Seen.Known {
		s.Seen.Known, s.Seen.Registrant, s.Seen.Contacts, s.Seen.Verification = true, look.Object.Registrant, look.Object.Contacts, look.Object.Verification
	}
	var plan Plan
	// Codes that the registry has lost, or never had, are pushed once, not at each look.
	if proven(&s.Tenure, look.Object); lacks(look.Object) && (seen.At.IsZero() || seen.Verification != look.Object.Verification) {
		s.Tenure.CodesOf = 0
		plan.Writes = append(plan.Writes, FlagProof{Tenure: s.Tenure.ID, At: now})
	}
	proof := !was.VerifyBy.Equal(s.Tenure.VerifyBy) || was.CodesOf != s.Tenure.CodesOf
	if len(facts) > 1 || was.ROID != s.Tenure.ROID || proof {
		if proof || !s.Tenure.ExpiresAt.Equal(was.ExpiresAt) {
			s.Tenure.NextActionAt = nextAction(s.Tenure, now, house)
		}
		s.Tenure.UpdatedAt = now
		plan.Writes = append(plan.Writes, SetTenure{s.Tenure})
	}
	if len(facts) > 1 {
		if facts["statuses"] != "" || !sameSet(was.Statuses, s.Tenure.Statuses) {
			facts["statuses"] = joinStatuses(s.Tenure.Statuses)
		}
	}
	if len(facts) > 1 && !(len(facts) == 2 && facts["statuses"] != "" && sameSet(lasting(was.Statuses), lasting(s.Tenure.Statuses))) {
		plan.Events = append(plan.Events, domain.Event{Account: s.Tenure.Account, Subject: string(s.Tenure.Name), Kind: "domain.changed-at-registry",
			Actor: "registry", Via: "system", Result: "ok", Facts: facts, At: now})
	}
	if s.Busy {
		drift = nil // an act that is under way may be what differs
	} else {
		plan.Writes = append(plan.Writes, s.drifted(drift, now)...)
	}
	before := s.heldCode()
	holds := s.held(look.Object, now)
	plan.Writes = append(plan.Writes, holds...)
	plan.Messages = append(plan.Messages, s.holdLetters(before, holds, now)...)
	if !seen.same(s.Seen) {
		s.Seen.At = now
		plan.Writes = append(plan.Writes, SetSeen{s.Tenure.ID, s.Seen})
	}
	if len(plan.Writes) > 0 {
		plan.Expect = []Expect{{TableTenure, int64(was.ID), was.Version}}
	}
	return plan, diffs
}

// same compares what was shown, not when.
func (a Seen) same(b Seen) bool {
	return a.Known == b.Known && a.Registrant == b.Registrant && a.Verification == b.Verification && a.Ignored == b.Ignored &&
		slices.Equal(a.Contacts, b.Contacts)
}

// alarms are the codes of the desk that a look at a sound object ends.
var alarms = []string{"registry.vanished", "registry.sponsor-changed"}

// lasting leaves out the statuses that come and go by their dates: a grace period that is over is no news to anybody.
func lasting(statuses domain.Statuses) domain.Statuses {
	return slices.DeleteFunc(slices.Clone(statuses), func(s domain.Status) bool {
		switch s {
		case domain.AddPeriod, domain.RenewPeriod, domain.AutoRenewPeriod, "transferPeriod", domain.StatusOK:
			return true
		}
		return false
	})
}

// drifted opens, renews or ends the desk's case about what differs. What the desk has set aside stays so until the
// difference is another.
func (s *Sight) drifted(drift []Difference, now time.Time) (writes []Write) {
	for _, code := range alarms {
		if s.open(0, code) != nil {
			writes = append(writes, ClearCase{Subject: string(s.Tenure.Name), Code: code, At: now})
		}
	}
	sum := digestOf(drift)
	if s.Seen.Ignored != "" && s.Seen.Ignored != sum {
		s.Seen.Ignored = ""
	}
	open := s.open(0, "registry.drift")
	switch {
	case len(drift) == 0 || s.Seen.Ignored == sum:
		if open != nil {
			writes = append(writes, ClearCase{Subject: string(s.Tenure.Name), Code: "registry.drift", At: now})
		}
	default:
		facts := map[string]string{"name": naming.Display(s.Tenure.Name), "registry": s.Tenure.RegistryAccount}
		var fields []string
		for _, d := range drift {
			fields = append(fields, d.Field)
			facts["ours-"+d.Field], facts["theirs-"+d.Field] = d.Ours, d.Theirs
		}
		facts["fields"] = strings.Join(fields, " ")
		if open == nil || !sameFacts(open.Facts, facts) {
			writes = append(writes, OpenCase{domain.Case{Subject: string(s.Tenure.Name), Code: "registry.drift", Facts: facts, OpenedAt: now}})
		}
	}
	return writes
}

// alarmed opens a case that nothing but the desk can end while the registry says the same.
func (s *Sight) alarmed(code string, facts map[string]string, d Difference, now time.Time) Plan {
	if open := s.open(0, code); s.Seen.Ignored == digestOf([]Difference{d}) || open != nil && sameFacts(open.Facts, facts) {
		return Plan{}
	}
	return Plan{Expect: []Expect{{TableTenure, int64(s.Tenure.ID), s.Tenure.Version}},
		Writes: []Write{OpenCase{domain.Case{Subject: string(s.Tenure.Name), Code: code, Facts: facts, OpenedAt: now}}}}
}

// alarm is the evidence of an alarm: what we knew, and what the registry has said about the name lately.
func alarm(s Sight, now time.Time) map[string]string {
	facts := map[string]string{"name": naming.Display(s.Tenure.Name), "registry": s.Tenure.RegistryAccount,
		"statuses": joinStatuses(s.Tenure.Statuses), "seen": now.UTC().Format(time.DateOnly)}
	for _, code := range alarms { // the day on which it was found
		if c := s.open(0, code); c != nil && c.Facts["seen"] != "" {
			facts["seen"] = c.Facts["seen"]
		}
	}
	for _, n := range s.Notices {
		if text := n.Facts["text"]; text != "" && !n.QueuedAt.Before(s.Tenure.RegisteredAt) {
			facts["message"], facts["told"] = n.MsgID, clipped(text, 200)
			break
		}
	}
	return facts
}

func (s *Sight) open(account domain.AccountID, code string) *domain.Case {
	for i := range s.Cases {
		if c := &s.Cases[i]; c.Account == account && c.Code == code {
			return c
		}
	}
	return nil
}

func digestOf(diffs []Difference) string {
	if len(diffs) == 0 {
		return ""
	}
	h := sha256.New()
	for _, d := range diffs {
		h.Write([]byte(d.Field + "\x00" + d.Ours + "\x00" + d.Theirs + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// statusWords writes the client's statuses, or the registry's own. "ok" follows from the others.
func statusWords(statuses domain.Statuses, client bool) string {
	var out []string
	for _, s := range statuses {
		if s != domain.StatusOK && strings.HasPrefix(string(s), "client") == client {
			out = append(out, string(s))
		}
	}
	return set(out)
}

// merged is our client statuses with the registry's own.
func merged(ours, theirs domain.Statuses) domain.Statuses {
	if statusWords(ours, true) == statusWords(theirs, true) {
		return theirs
	}
	var out domain.Statuses
	for _, s := range ours {
		if strings.HasPrefix(string(s), "client") {
			out = append(out, s)
		}
	}
	for _, s := range theirs {
		if s != domain.StatusOK && !strings.HasPrefix(string(s), "client") {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = domain.Statuses{domain.StatusOK}
	}
	return out
}

// signers writes delegation signers, sorted.
func signers(list []domain.DS) string {
	out := make([]string, len(list))
	for i, d := range list {
		out[i] = d.String()
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

func set(words []string) string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(words))), " ")
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano) // as the database keeps it
}

func sameFacts(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || v != w {
			return false
		}
	}
	return true
}

func clipped(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// look asks a registry about a name; what would alarm anybody is asked once more on a session of its own, and two
// answers that disagree are none.
func (o *Ops) look(ctx context.Context, reg Looker, registryAccount string, name domain.Name) (Look, error) {
	first, err := reg.Info(ctx, registryAccount, name)
	if err != nil && !missing(err) {
		return Look{}, err
	}
	if err == nil && slices.Contains(o.Us, first.Sponsor) {
		return Look{Object: first}, nil
	}
	again, err2 := reg.InfoAgain(ctx, registryAccount, name)
	switch {
	case err2 != nil && !missing(err2):
		return Look{}, err2
	case missing(err) != missing(err2) || first.Sponsor != again.Sponsor:
		return Look{}, fault.New(fault.Unavailable, "registry.unreachable", "registry", registryAccount, "name", naming.Display(name), "reason", "two answers disagree")
	}
	return Look{Object: again, Gone: missing(err2)}, nil
}

// observe looks at a name and commits what follows, with the writes of whatever caused the look. A name that is not
// ours there costs no question.
func (o *Ops) observe(ctx context.Context, reg Looker, registryAccount string, name domain.Name, cause Plan) ([]Difference, error) {
	s, err := o.Store.LoadSight(ctx, registryAccount, name)
	if missing(err) {
		return nil, o.Store.Commit(ctx, cause)
	}
	if err != nil {
		return nil, err
	}
	look, err := o.look(ctx, reg, registryAccount, name)
	if err != nil {
		return nil, err
	}
	if on := look.Object.Statuses.Has(domain.ServerHold); on != (s.heldCode() != "") {
		if s.Owner, err = o.Store.AccountByID(ctx, s.Tenure.Account); err != nil {
			return nil, err
		}
	}
	if look.Gone || !slices.Contains(o.Us, look.Object.Sponsor) {
		items, err := o.Store.ItemsByID(ctx, []domain.ItemID{domain.ItemID(s.Tenure.ID)})
		if err != nil {
			return nil, err
		}
		s.Item = items[domain.ItemID(s.Tenure.ID)]
		if s.Owner, err = o.Store.AccountByID(ctx, s.Tenure.Account); err != nil {
			return nil, err
		}
		suffix, _ := o.Policy().Suffix(name.Suffix())
		since := o.Now().AddDate(0, 0, -suffix.GraceDays)
		if s.Spent, err = o.Store.SpentOn(ctx, registryAccount, name, since); err != nil {
			return nil, err
		}
	}
	now := o.Now()
	s.Calendar = o.Policy().Calendar
	plan, diffs := decideSight(s, look, o.Us, o.Policy().House, now)
	plan.Writes = append(plan.Writes, cause.Writes...)
	plan.Wake = append(plan.Wake, cause.Wake...)
	if len(plan.Writes) == 0 {
		return diffs, nil
	}
	return diffs, o.Store.Commit(ctx, plan)
}
