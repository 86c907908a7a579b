package epp

import (
	"strings"
	"time"
)

// NSLaunch is the namespace of the launch phase extension (RFC 8334).
const NSLaunch = "urn:ietf:params:xml:ns:launch-1.0"

// Launch is the launch phase extension (RFC 8334): sunrise and landrush
// applications, and trademark claims at general availability.
var Launch = Extension{Namespace: NSLaunch, Decode: decodeLaunch}

// Launch phases (RFC 8334 section 2.3).
const (
	PhaseSunrise  = "sunrise"
	PhaseLandrush = "landrush"
	PhaseClaims   = "claims"
	PhaseOpen     = "open"
	PhaseCustom   = "custom"
)

// LaunchPhase is a phase, with a name when it is custom or a part of another.
// The zero value means absent.
type LaunchPhase struct {
	Phase string
	Name  string
}

// Forms of the check command (RFC 8334 section 3.1).
const (
	LaunchCheckClaims    = "claims"    // are there marks that must be notified?
	LaunchCheckAvail     = "avail"     // is the name available in the phase?
	LaunchCheckTrademark = "trademark" // are there marks, whatever the phase?
)

// LaunchCheck stands in a domain check and changes its meaning: the claims and
// trademark forms are answered by [LaunchCheckData] alone, the avail form by
// the usual check data.
type LaunchCheck struct {
	// Type is a form of check; "" means claims.
	Type string
	// Phase may be absent in the trademark form only.
	Phase LaunchPhase
}

// LaunchCheckData answers the claims and trademark forms.
type LaunchCheckData struct {
	Phase LaunchPhase
	Items []LaunchCheckItem
}

// LaunchCheckItem says whether marks exist for a name. Each claim key fetches
// the notice from a validator; without keys the client is told nothing more.
type LaunchCheckItem struct {
	Name      string
	Exists    bool
	ClaimKeys []ValidatedText
}

// ValidatedText is a claim key, notice id or code with the validator that it
// is of. An empty ValidatorID means the Trademark Clearinghouse.
type ValidatedText struct {
	Text        string
	ValidatorID string
}

// LaunchInfo stands in a domain info.
type LaunchInfo struct {
	Phase LaunchPhase
	// ApplicationID, when empty, asks for the registration, or for the only
	// application of the name.
	ApplicationID string
	IncludeMark   bool
}

// LaunchInfoData stands in the answer to a domain info.
type LaunchInfoData struct {
	Phase         LaunchPhase
	ApplicationID string
	Status        *LaunchStatus
	// Marks are [*Mark] values, or [*Raw] where they are of another kind.
	Marks []Value
}

// Statuses of an application (RFC 8334 section 2.4).
const (
	LaunchPendingValidation = "pendingValidation"
	LaunchValidated         = "validated"
	LaunchInvalid           = "invalid"
	LaunchPendingAllocation = "pendingAllocation"
	LaunchAllocated         = "allocated"
	LaunchRejected          = "rejected"
	LaunchCustom            = "custom" // Name says which
)

// LaunchStatus is the status of an application.
type LaunchStatus struct {
	Status string
	Name   string
	Text   string
	Lang   string
}

// Types of objects that a launch create makes.
const (
	LaunchApplication  = "application"
	LaunchRegistration = "registration"
)

// LaunchCreate stands in a domain create. At most one of CodeMarks,
// SignedMarks and Encoded is used.
type LaunchCreate struct {
	// Type is what is to be made; "" leaves it to the server's phase.
	Type  string
	Phase LaunchPhase
	// CodeMarks prove a right by a validator's code, by a mark, or both.
	CodeMarks []CodeMark
	// SignedMarks are [*SignedMark] values, or [*Raw] where of another kind.
	SignedMarks []Value
	Encoded     []*EncodedSignedMark
	// Notices are those that the registrant has accepted.
	Notices []LaunchNotice
}

// CodeMark is a validator's code (RFC 8334 section 2.6.1), a mark ([*Mark] or
// [*Raw]), or both.
type CodeMark struct {
	Code ValidatedText
	Mark Value
}

// LaunchNotice says that the registrant has seen and accepted a claims notice.
type LaunchNotice struct {
	ID           ValidatedText
	NotAfter     time.Time // when the notice expires
	AcceptedDate time.Time
}

// LaunchID names an application: a name can have several.
type LaunchID struct {
	Phase         LaunchPhase
	ApplicationID string
}

// LaunchCreateData stands in the answer to a domain create that made an
// application.
type LaunchCreateData struct{ LaunchID }

// LaunchUpdate stands in a domain update of an application.
type LaunchUpdate struct{ LaunchID }

// LaunchDelete stands in a domain delete that withdraws an application.
type LaunchDelete struct{ LaunchID }

// Namespace implements [Value].
func (*LaunchCheck) Namespace() string { return NSLaunch }

// Namespace implements [Value].
func (*LaunchCheckData) Namespace() string { return NSLaunch }

// Namespace implements [Value].
func (*LaunchInfo) Namespace() string { return NSLaunch }

// Namespace implements [Value].
func (*LaunchInfoData) Namespace() string { return NSLaunch }

// Namespace implements [Value].
func (*LaunchCreate) Namespace() string { return NSLaunch }

// Namespace implements [Value].
func (*LaunchCreateData) Namespace() string { return NSLaunch }

// Namespace implements [Value].
func (*LaunchUpdate) Namespace() string { return NSLaunch }

// Namespace implements [Value].
func (*LaunchDelete) Namespace() string { return NSLaunch }

func (p LaunchPhase) encode(w *Writer) {
	if p.Phase != "" {
		w.leafAttrs("launch:phase", p.Phase, "name", p.Name)
	}
}

func (t ValidatedText) encode(w *Writer, name string) {
	w.leafAttrs(name, t.Text, "validatorID", t.ValidatorID)
}

// Encode implements [Value].
func (c *LaunchCheck) Encode(w *Writer) {
	if c.Type != "" {
		w.Root("launch:check", NSLaunch, "type", c.Type)
	} else {
		w.Root("launch:check", NSLaunch)
	}
	c.Phase.encode(w)
	w.Close("launch:check")
}

// Encode implements [Value].
func (c *LaunchCheckData) Encode(w *Writer) {
	w.Root("launch:chkData", NSLaunch)
	c.Phase.encode(w)
	for i := range c.Items {
		it := &c.Items[i]
		w.Open("launch:cd")
		exists := "0"
		if it.Exists {
			exists = "1"
		}
		w.Leaf("launch:name", it.Name, "exists", exists)
		for _, k := range it.ClaimKeys {
			k.encode(w, "launch:claimKey")
		}
		w.Close("launch:cd")
	}
	w.Close("launch:chkData")
}

// Encode implements [Value].
func (c *LaunchInfo) Encode(w *Writer) {
	if c.IncludeMark {
		w.Root("launch:info", NSLaunch, "includeMark", "true")
	} else {
		w.Root("launch:info", NSLaunch)
	}
	c.Phase.encode(w)
	w.Opt("launch:applicationID", c.ApplicationID)
	w.Close("launch:info")
}

// Encode implements [Value].
func (c *LaunchInfoData) Encode(w *Writer) {
	w.Root("launch:infData", NSLaunch)
	c.Phase.encode(w)
	w.Opt("launch:applicationID", c.ApplicationID)
	if s := c.Status; s != nil {
		w.leafAttrs("launch:status", s.Text, "s", s.Status, "name", s.Name, "lang", notEnglish(s.Lang))
	}
	for _, m := range c.Marks {
		m.Encode(w)
	}
	w.Close("launch:infData")
}

// Encode implements [Value].
func (c *LaunchCreate) Encode(w *Writer) {
	if c.Type != "" {
		w.Root("launch:create", NSLaunch, "type", c.Type)
	} else {
		w.Root("launch:create", NSLaunch)
	}
	c.Phase.encode(w)
	for _, m := range c.CodeMarks {
		w.Open("launch:codeMark")
		if m.Code.Text != "" {
			m.Code.encode(w, "launch:code")
		}
		if m.Mark != nil {
			m.Mark.Encode(w)
		}
		w.Close("launch:codeMark")
	}
	for _, m := range c.SignedMarks {
		m.Encode(w)
	}
	for _, m := range c.Encoded {
		m.Encode(w)
	}
	for _, n := range c.Notices {
		w.Open("launch:notice")
		n.ID.encode(w, "launch:noticeID")
		w.Time("launch:notAfter", n.NotAfter)
		w.Time("launch:acceptedDate", n.AcceptedDate)
		w.Close("launch:notice")
	}
	w.Close("launch:create")
}

func (id *LaunchID) encode(w *Writer, name string) {
	w.Root(name, NSLaunch)
	id.Phase.encode(w)
	w.Leaf("launch:applicationID", id.ApplicationID)
	w.Close(name)
}

// Encode implements [Value].
func (c *LaunchCreateData) Encode(w *Writer) { c.encode(w, "launch:creData") }

// Encode implements [Value].
func (c *LaunchUpdate) Encode(w *Writer) { c.encode(w, "launch:update") }

// Encode implements [Value].
func (c *LaunchDelete) Encode(w *Writer) { c.encode(w, "launch:delete") }

func decodeLaunch(el *Element) (Value, error) {
	d := &decoder{strict: true}
	var v Value
	switch el.Local {
	case "check":
		v = d.launchCheck(el)
	case "info":
		v = d.launchInfo(el)
	case "create":
		v = d.launchCreate(el)
	case "update":
		v = &LaunchUpdate{d.launchID(el)}
	case "delete":
		v = &LaunchDelete{d.launchID(el)}
	case "chkData":
		d.strict = false
		v = d.launchCheckData(el)
	case "creData":
		d.strict = false
		v = &LaunchCreateData{d.launchID(el)}
	case "infData":
		d.strict = false
		v = d.launchInfoData(el)
	default:
		return nil, nil
	}
	return v, d.result()
}

func (d *decoder) launchPhase(el *Element) LaunchPhase {
	p := LaunchPhase{Phase: d.need(el), Name: d.attr(el, "name")}
	switch p.Phase {
	case PhaseSunrise, PhaseLandrush, PhaseClaims, PhaseOpen, PhaseCustom:
	default:
		if d.strict {
			d.fail(CodeValueSyntax, el, "unknown phase")
		}
	}
	return p
}

func (d *decoder) validated(el *Element) ValidatedText {
	v := ValidatedText{Text: d.need(el)}
	validator, given := d.tokenAttr(el, "validatorID")
	if d.strict && given && validator == "" {
		d.fail(CodeValueSyntax, el, "attribute validatorID is empty")
	}
	v.ValidatorID = validator
	return v
}

func (d *decoder) launchID(el *Element) LaunchID {
	var id LaunchID
	d.sequence(el, "phase applicationID", func(c *Element) {
		switch c.Local {
		case "phase":
			id.Phase = d.launchPhase(c)
		case "applicationID":
			id.ApplicationID = d.token(c)
		default:
			d.unexpected(c)
		}
	})
	d.require(id.Phase.Phase != "", "phase")
	d.require(id.ApplicationID != "", "applicationID")
	return id
}

func (d *decoder) launchCheck(el *Element) *LaunchCheck {
	c := &LaunchCheck{Type: d.attr(el, "type")}
	switch c.Type {
	case "", LaunchCheckClaims, LaunchCheckAvail, LaunchCheckTrademark:
	default:
		d.fail(CodeValueSyntax, el, "unknown form of check")
	}
	d.sequence(el, "phase", func(x *Element) {
		if x.Local != "phase" {
			d.unexpected(x)
			return
		}
		c.Phase = d.launchPhase(x)
	})
	// RFC 8334 section 3.1: only a trademark check does without a phase.
	d.require(c.Phase.Phase != "" || c.Type == LaunchCheckTrademark, "phase")
	return c
}

func (d *decoder) launchCheckData(el *Element) *LaunchCheckData {
	c := &LaunchCheckData{}
	d.children(el, func(x *Element) {
		switch x.Local {
		case "phase":
			c.Phase = d.launchPhase(x)
		case "cd":
			var it LaunchCheckItem
			d.children(x, func(y *Element) {
				switch y.Local {
				case "name":
					it.Name = d.need(y)
					it.Exists = d.bool(y, d.attr(y, "exists"))
				case "claimKey":
					it.ClaimKeys = append(it.ClaimKeys, d.validated(y))
				}
			})
			d.require(it.Name != "", "name")
			c.Items = append(c.Items, it)
		}
	})
	return c
}

func (d *decoder) launchInfo(el *Element) *LaunchInfo {
	c := &LaunchInfo{}
	if a, ok := el.Attr("includeMark"); ok {
		c.IncludeMark = d.bool(el, collapse(a))
	}
	d.sequence(el, "phase applicationID", func(x *Element) {
		switch x.Local {
		case "phase":
			c.Phase = d.launchPhase(x)
		case "applicationID":
			c.ApplicationID = d.token(x)
		default:
			d.unexpected(x)
		}
	})
	d.require(c.Phase.Phase != "", "phase")
	return c
}

func (d *decoder) launchInfoData(el *Element) *LaunchInfoData {
	c := &LaunchInfoData{}
	for _, x := range el.Children {
		switch {
		case x.Space != NSLaunch:
			c.Marks = append(c.Marks, d.mark(x))
		case x.Local == "phase":
			c.Phase = d.launchPhase(x)
		case x.Local == "applicationID":
			c.ApplicationID = d.token(x)
		case x.Local == "status":
			c.Status = &LaunchStatus{Status: d.attr(x, "s"), Name: d.attr(x, "name"), Lang: d.attr(x, "lang"), Text: strings.TrimSpace(x.DeepText())}
		}
	}
	d.require(c.Phase.Phase != "", "phase")
	return c
}
