package epp

import (
	"strings"
	"time"
)

// NSChangePoll is the namespace of the change poll extension (RFC 8590).
const NSChangePoll = "urn:ietf:params:xml:ns:changePoll-1.0"

// ChangePoll is the change poll extension (RFC 8590). It only ever stands in
// poll messages.
var ChangePoll = Extension{Namespace: NSChangePoll, Decode: decodeChangePoll}

// States of the object that stands beside the change (RFC 8590 section 2.2).
const (
	ChangeBefore = "before"
	ChangeAfter  = "after"
)

// Operations of a change (RFC 8590 section 2.1).
const (
	ChangeCreate     = "create"
	ChangeDelete     = "delete"
	ChangeRenew      = "renew"
	ChangeTransfer   = "transfer"
	ChangeUpdate     = "update"
	ChangeRestore    = "restore"
	ChangeAutoRenew  = "autoRenew"
	ChangeAutoDelete = "autoDelete"
	ChangeAutoPurge  = "autoPurge"
	ChangeCustom     = "custom"
)

// ChangePollData says that somebody other than the client changed the object
// whose info data stands in the same message. The server sends one message of
// state after, or two: before and after.
type ChangePollData struct {
	// State is [ChangeBefore] or [ChangeAfter]; "" means after.
	State string
	// Operation is the kind of change. Op says more: the op of a transfer, the
	// kind of a delete ("purge"), the name of a custom operation.
	Operation string
	Op        string
	Date      time.Time
	SvTRID    string
	// Who made the change: a name, for people to read.
	Who    string
	CaseID *ChangeCase
	// Reason, of at most 32 characters. Lang is its language; "" means en.
	Reason string
	Lang   string
}

// ChangeCase is the case that a change belongs to: Type is "udrp", "urs", or
// "custom" with a Name.
type ChangeCase struct {
	Type string
	Name string
	ID   string
}

// Before reports whether the info data shows the object before the change.
func (d *ChangePollData) Before() bool { return d.State == ChangeBefore }

// Namespace implements [Value].
func (*ChangePollData) Namespace() string { return NSChangePoll }

// Encode implements [Value].
func (d *ChangePollData) Encode(w *Writer) {
	if d.State != "" {
		w.Root("changePoll:changeData", NSChangePoll, "state", d.State)
	} else {
		w.Root("changePoll:changeData", NSChangePoll)
	}
	w.leafAttrs("changePoll:operation", d.Operation, "op", d.Op)
	w.Time("changePoll:date", d.Date)
	w.Leaf("changePoll:svTRID", d.SvTRID)
	w.Leaf("changePoll:who", d.Who)
	if c := d.CaseID; c != nil {
		w.leafAttrs("changePoll:caseId", c.ID, "type", c.Type, "name", c.Name)
	}
	if d.Reason != "" {
		w.text("changePoll:reason", d.Reason, d.Lang)
	}
	w.Close("changePoll:changeData")
}

// leafAttrs writes a leaf with those of the attributes that are not empty.
func (w *Writer) leafAttrs(name, text string, attrs ...string) {
	given := make([]string, 0, 8)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] != "" {
			given = append(given, attrs[i], attrs[i+1])
		}
	}
	w.Leaf(name, text, given...)
}

func decodeChangePoll(el *Element) (Value, error) {
	if el.Local != "changeData" {
		return nil, nil
	}
	d := &decoder{}
	p := &ChangePollData{}
	p.State, _ = el.Attr("state")
	d.children(el, func(c *Element) {
		switch c.Local {
		case "operation":
			p.Operation = d.need(c)
			p.Op = d.attr(c, "op")
		case "date":
			p.Date = d.time(c)
		case "svTRID":
			p.SvTRID = d.token(c)
		case "who":
			p.Who = strings.TrimSpace(d.line(c))
		case "caseId":
			p.CaseID = &ChangeCase{Type: d.attr(c, "type"), Name: d.attr(c, "name"), ID: d.token(c)}
		case "reason":
			p.Reason = collapse(c.DeepText())
			p.Lang = d.attr(c, "lang")
		}
	})
	d.require(p.Operation != "", "operation")
	return p, d.result()
}

// attr is an attribute's value as xsd:token, "" when absent.
func (d *decoder) attr(el *Element, local string) string {
	v, _ := el.Attr(local)
	return collapse(v)
}
