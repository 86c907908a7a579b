// Package policy holds what operators may change: suffixes with their periods, prices and verification terms,
// the registration agreement, review waits. It ships as embedded TOML that seeds versioned rows at first start;
// the rows rule from then on, and rules receive them as a Table value.
package policy

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"
)

//go:embed suffixes/*.toml house.toml calendar.toml providers.toml
var shipped embed.FS

// Row is one versioned document of the policy table: Kind "suffix" (Key is the suffix), "price" (Key is the rule's),
// "house", "calendar" or "providers" (Key is "").
type Row struct {
	Kind    string
	Key     string
	Version int64
	Body    string // TOML
}

// Verification says when a registrant must have passed real-name verification.
type Verification string

// A name is verified before it is registered (.cn) or within days after (.com).
const (
	Before Verification = "before"
	After  Verification = "after"
)

// Proof is how a registry is shown that a registrant was verified.
type Proof string

// The ways.
const (
	ProofNone    Proof = "none"
	ProofCodes   Proof = "codes"   // signed codes (verificationCode-1.0) with the name
	ProofContact Proof = "contact" // the identity document with the registrant's contact (cnnic-contact-1.0)
)

// Refusable is an act that a name of an unverified registrant may be refused.
type Refusable string

// The acts.
const (
	RefuseRenew       Refusable = "renew"
	RefuseRedeem      Refusable = "redeem"
	RefuseTransferOut Refusable = "transfer-out"
	RefuseAuthCode    Refusable = "auth-code"
	RefusePush        Refusable = "push" // to another account
	RefuseEdit        Refusable = "edit" // name servers, DS records, locks
)

var refusables = []Refusable{RefuseRenew, RefuseRedeem, RefuseTransferOut, RefuseAuthCode, RefusePush, RefuseEdit}

// Suffix is everything that differs from one suffix to the next.
type Suffix struct {
	Suffix       string       `toml:"suffix"` // A-label form, no leading dot: "com", "com.cn", "xn--fiqs8s"
	Display      string       `toml:"display"`
	Registry     string       `toml:"registry"` // registry account that serves it
	Verification Verification `toml:"verification"`
	Proof        Proof        `toml:"proof"`      // [contact where verification is before, else codes]
	CodeTypes    []string     `toml:"code_types"` // of codes that the registry wants: real-name, domain [real-name]
	// What a name is refused while its registrant is not verified [before: everything; after: transfer-out, auth-code].
	UnverifiedRefuses []Refusable `toml:"unverified_refuses"`
	Contacts          bool        `toml:"contacts"`       // the registry keeps contact objects
	HostObjects       bool        `toml:"host_objects"`   // RFC 5732 hosts; else host attributes
	IDN               bool        `toml:"idn"`            // Chinese labels are taken
	ASCII             bool        `toml:"ascii"`          // letters, digits, hyphen are taken
	MinLabel          int         `toml:"min_label"`      // characters
	Periods           []int       `toml:"periods"`        // years that can be bought
	MaxYears          int         `toml:"max_years"`      // cap of the remaining term
	Popular           int         `toml:"popular"`        // order in search; 0: only when asked for
	RecordOK          bool        `toml:"record_support"` // can be filed for a website (ICP, Beijing)
	Currency          string      `toml:"currency"`
	New               int64       `toml:"new"`   // price of one year, minor units
	Renew             int64       `toml:"renew"` // the same for renewal
	Redeem            int64       `toml:"redeem"`
	Transfer          int64       `toml:"transfer"`
	CostRenew         int64       `toml:"cost_renew"`     // and for each further one
	CostRedeem        int64       `toml:"cost_redeem"`    // and for a restore; 0 in rows from before it was known
	GraceDays         int         `toml:"grace_days"`     // days within which a deletion gives us back what the name cost [5]
	Cost              int64       `toml:"cost"`           // what the registry takes for the first year, minor units
	PremiumMark       int64       `toml:"premium_margin"` // percent added to a registry's premium fee

	Documents []string `toml:"documents"` // types of the registrant's document that are taken (the product's CertificateType); none: all
	Regions   []string `toml:"regions"`   // of registrants, ISO 3166-1 alpha-2; none: all

	Version int64 `toml:"-"`

	rules []Rule // price rules, of which those for the buyer hold
	buyer *buyer // nil: prices are the suffix's own
}

// House is what holds for every suffix.
type House struct {
	Currency       string   `toml:"currency"`
	Agreement      string   `toml:"agreement"`        // current version of the registration agreement
	MaxNames       int      `toml:"max_names"`        // per batch, the product's UpTo4000
	MaxTemplates   int      `toml:"max_templates"`    // per account
	ReviewText     string   `toml:"template_review"`  // of rows from before templates were verified: not looked at
	IntentDays     int      `toml:"intent_days"`      // business days of 24 h until a silent registry means the desk
	AuthCodeDays   int      `toml:"auth_code_days"`   // days until an authorization code that was given out is cleared [5]
	DefaultNS      []string `toml:"name_servers"`     // for names bought without any
	MinTopUp       int64    `toml:"min_top_up"`       // minor units
	MaxTopUp       int64    `toml:"max_top_up"`       // minor units
	Reminders      []int    `toml:"reminders"`        // days before expiry
	ProofReminders []int    `toml:"proof_reminders"`  // days before a name's proof is due [3, 1]
	ContactDays    int      `toml:"contact_days"`     // to verify a new registrant's e-mail or telephone; then the name is held [15]
	ChangeLockDays int      `toml:"change_lock_days"` // without a transfer away after another registrant, where the owner chose the lock [60]
	People
	Version int64 `toml:"-"`
}

// People is what holds for documents and for how people are reached. Rows from before it was known take the defaults.
type People struct {
	DocumentsPerDay int      `toml:"documents_per_day"`    // uploads of one account in 24 hours of business time [60]
	DocumentDays    int      `toml:"document_days"`        // business days of 24 h after a template's last change until its pictures are shredded [180]
	UnusedDays      int      `toml:"unused_document_days"` // the same for a picture that no template shows [7]
	CodesPerHour    int      `toml:"codes_per_hour"`       // one-time codes of one account, and to one address [10]
	CodeMinutes     int      `toml:"code_minutes"`         // minutes of wall time that a code holds [10]
	CodeAttempts    int      `toml:"code_attempts"`        // at one code [5]
	NearExpiryDays  int      `toml:"near_expiry_days"`     // a document that ends sooner is warned of [30]
	BarredReaches   []string `toml:"barred_reaches"`       // numbers, addresses, or @domains that no code is sent to
}

func (p *People) fill() {
	for _, d := range []struct {
		value *int
		usual int
	}{{&p.DocumentsPerDay, 60}, {&p.DocumentDays, 180}, {&p.UnusedDays, 7}, {&p.CodesPerHour, 10}, {&p.CodeMinutes, 10},
		{&p.CodeAttempts, 5}, {&p.NearExpiryDays, 30}} {
		if *d.value <= 0 {
			*d.value = d.usual
		}
	}
}

// Table is the policy as rules see it: a value, never changed after it is made.
type Table struct {
	House    House
	Calendar Calendar
	Verify   Verifying
	Version  int64 // highest version of any row in it; recorded with each decision
	suffixes map[string]Suffix
	order    []string
	rules    []Rule
	buyer    *buyer
}

// Suffix finds a suffix by its A-label form.
func (t *Table) Suffix(s string) (Suffix, bool) { v, ok := t.suffixes[s]; return t.bind(v), ok }

// Suffixes lists them, popular ones first.
func (t *Table) Suffixes() []Suffix {
	out := make([]Suffix, 0, len(t.order))
	for _, s := range t.order {
		out = append(out, t.bind(t.suffixes[s]))
	}
	return out
}

// Allows reports whether the number of years can be bought.
func (s Suffix) Allows(years int) bool {
	for _, p := range s.Periods {
		if p == years {
			return true
		}
	}
	return false
}

// Refuses reports whether an act is refused to names of unverified registrants.
func (s Suffix) Refuses(what Refusable) bool { return slices.Contains(s.UnverifiedRefuses, what) }

// WantsCode reports whether the registry wants a code of a type.
func (s Suffix) WantsCode(kind string) bool {
	return s.Proof == ProofCodes && slices.Contains(s.CodeTypes, kind)
}

// verification fills what rows from before it was known don't say.
func (s *Suffix) verification() {
	if s.Proof == "" {
		s.Proof = ProofCodes
		if s.Verification == Before {
			s.Proof = ProofContact
		}
	}
	if s.Proof == ProofCodes && s.CodeTypes == nil {
		s.CodeTypes = []string{"real-name"}
	}
	if s.UnverifiedRefuses == nil {
		s.UnverifiedRefuses = []Refusable{RefuseTransferOut, RefuseAuthCode}
		if s.Verification == Before {
			s.UnverifiedRefuses = refusables
		}
	}
}

// Parse makes a Table of rows; unknown keys and missing terms are errors.
func Parse(rows []Row) (*Table, error) {
	t := &Table{suffixes: map[string]Suffix{}}
	for _, r := range slices.Concat(defaults(rows), rows) {
		if r.Version > t.Version {
			t.Version = r.Version
		}
		switch r.Kind {
		case "house":
			if err := strict(r.Body, &t.House); err != nil {
				return nil, fmt.Errorf("policy house: %w", err)
			}
			t.House.Version = r.Version
			if t.House.AuthCodeDays <= 0 {
				t.House.AuthCodeDays = 5
			}
			t.House.fill()
			if t.House.ProofReminders == nil {
				t.House.ProofReminders = []int{3, 1}
			}
			if t.House.ContactDays <= 0 {
				t.House.ContactDays = 15
			}
			if t.House.ChangeLockDays <= 0 {
				t.House.ChangeLockDays = 60
			}
		case "suffix":
			var s Suffix
			if err := strict(r.Body, &s); err != nil {
				return nil, fmt.Errorf("policy suffix %s: %w", r.Key, err)
			}
			if err := s.check(r.Key); err != nil {
				return nil, fmt.Errorf("policy suffix %s: %w", r.Key, err)
			}
			if s.GraceDays <= 0 {
				s.GraceDays = 5
			}
			s.verification()
			s.Version = r.Version
			t.suffixes[s.Suffix] = s
			t.order = append(t.order, s.Suffix)
		case "price":
			rule, err := parseRule(r)
			if err != nil {
				return nil, fmt.Errorf("policy price %s: %w", r.Key, err)
			}
			t.rules = append(t.rules, rule)
		case "calendar":
			c, err := parseCalendar(r.Body)
			if err != nil {
				return nil, fmt.Errorf("policy calendar: %w", err)
			}
			t.Calendar, t.Calendar.Version = c, r.Version
		case "providers":
			v, err := parseVerifying(r.Body)
			if err != nil {
				return nil, fmt.Errorf("policy providers: %w", err)
			}
			t.Verify, t.Verify.Version = v, r.Version
		default:
			return nil, fmt.Errorf("policy: kind %q is not known", r.Kind)
		}
	}
	if t.House.MaxNames == 0 {
		return nil, fmt.Errorf("policy: the house row is missing")
	}
	sort.Slice(t.order, func(i, j int) bool {
		a, b := t.suffixes[t.order[i]], t.suffixes[t.order[j]]
		if (a.Popular == 0) != (b.Popular == 0) {
			return b.Popular == 0
		}
		if a.Popular != b.Popular {
			return a.Popular < b.Popular
		}
		return a.Suffix < b.Suffix
	})
	return t, nil
}

func (s Suffix) check(key string) error {
	switch {
	case s.Suffix != key:
		return fmt.Errorf("suffix is %q", s.Suffix)
	case s.Registry == "":
		return fmt.Errorf("no registry")
	case s.Verification != Before && s.Verification != After:
		return fmt.Errorf("verification is %q, want before or after", s.Verification)
	case s.Proof != "" && s.Proof != ProofNone && s.Proof != ProofCodes && s.Proof != ProofContact:
		return fmt.Errorf("proof is %q, want codes, contact or none", s.Proof)
	case slices.ContainsFunc(s.CodeTypes, func(t string) bool { return t != "real-name" && t != "domain" }):
		return fmt.Errorf("code_types are %q, want real-name, domain", s.CodeTypes)
	case slices.ContainsFunc(s.UnverifiedRefuses, func(r Refusable) bool { return !slices.Contains(refusables, r) }):
		return fmt.Errorf("unverified_refuses is %q, want some of %q", s.UnverifiedRefuses, refusables)
	case s.Currency == "" || s.New <= 0 || s.Renew <= 0 || s.Cost <= 0 || s.CostRenew <= 0:
		return fmt.Errorf("currency, new, renew, cost and cost_renew must be set")
	case len(s.Periods) == 0 || s.MaxYears == 0 || s.MinLabel == 0:
		return fmt.Errorf("periods, max_years and min_label must be set")
	}
	return nil
}

// Shipped gives the rows that a new database starts with, all of version 1.
func Shipped() ([]Row, error) {
	house, err := shipped.ReadFile("house.toml")
	if err != nil {
		return nil, err
	}
	rows := []Row{{Kind: "house", Version: 1, Body: string(house)}}
	files, err := fs.Glob(shipped, "suffixes/*.toml")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		body, err := shipped.ReadFile(f)
		if err != nil {
			return nil, err
		}
		rows = append(rows, Row{Kind: "suffix", Key: strings.TrimSuffix(path.Base(f), ".toml"), Version: 1, Body: string(body)})
	}
	return append(rows, defaults(nil)...), nil
}

// defaults are the shipped rows of kinds that the given ones, of an older database, don't have.
func defaults(rows []Row) []Row {
	var out []Row
	for _, kind := range []string{"calendar", "providers"} {
		if slices.ContainsFunc(rows, func(r Row) bool { return r.Kind == kind }) {
			continue
		}
		body, err := shipped.ReadFile(kind + ".toml")
		if err != nil {
			panic(err) // it is embedded
		}
		out = append(out, Row{Kind: kind, Version: 1, Body: string(body)})
	}
	return out
}

func strict(body string, into any) error {
	md, err := toml.Decode(body, into)
	if err != nil {
		return err
	}
	if extra := md.Undecoded(); len(extra) > 0 {
		return fmt.Errorf("unknown key %s", extra[0])
	}
	return nil
}
