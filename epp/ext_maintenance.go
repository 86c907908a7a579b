package epp

import (
	"strings"
	"time"
)

// NSMaintenance is the namespace of the maintenance mapping (RFC 9167).
const NSMaintenance = "urn:ietf:params:xml:ns:epp:maintenance-1.0"

// Maintenance is the registry maintenance mapping (RFC 9167): an object of its
// own, with an info command only. Notices also come by poll.
var Maintenance = Extension{Namespace: NSMaintenance, Object: true, Action: decodeMaintenanceAction, Decode: decodeMaintenanceData}

// MaintenanceInfo asks for one maintenance, or, with an empty ID, for the list
// of those that lie ahead or are under way.
type MaintenanceInfo struct{ ID string }

// MaintenanceInfoData answers [MaintenanceInfo], and is what poll messages
// about maintenance hold: Item, or else the List, which may be empty.
type MaintenanceInfoData struct {
	Item *MaintenanceItem
	List []MaintenanceListItem
}

// MaintenanceID names a maintenance. Name, in the language Lang, is for
// people.
type MaintenanceID struct {
	ID   string
	Name string
	Lang string
}

// MaintenanceListItem is what the list tells of one maintenance. UpDate is
// zero when it has never changed.
type MaintenanceListItem struct {
	MaintenanceID
	Start, End     time.Time
	CrDate, UpDate time.Time
}

// Why a maintenance poll message was sent (RFC 9167 section 3.3).
const (
	MaintenanceCreated  = "create"
	MaintenanceUpdated  = "update"
	MaintenanceDeleted  = "delete"
	MaintenanceCourtesy = "courtesy" // a reminder
	MaintenanceEnded    = "end"
)

// Impacts on a system.
const (
	ImpactNone    = "none"
	ImpactPartial = "partial"
	ImpactFull    = "full"
)

// MaintenanceItem is one maintenance (RFC 9167 section 3.3).
type MaintenanceItem struct {
	MaintenanceID
	Types []MaintenanceText
	// PollType says why the message was sent; "" outside of poll.
	PollType string
	Systems  []MaintenanceSystem
	// Environment is "production", "ote", "staging", "dev", or "custom" with
	// an EnvironmentName.
	Environment     string
	EnvironmentName string
	Start, End      time.Time
	// Reason is "planned" or "emergency".
	Reason string
	// Detail is the URI of a page that says more.
	Detail       string
	Descriptions []MaintenanceText
	// TLDs that are affected; none means that all are.
	TLDs []string
	// Intervention says what clients must do; nil means that it is not said.
	Intervention   *MaintenanceIntervention
	CrDate, UpDate time.Time
}

// MaintenanceText is a type or description of a maintenance. HTML says that
// the text is HTML; only descriptions can be.
type MaintenanceText struct {
	Text string
	Lang string
	HTML bool
}

// MaintenanceSystem is a system concerned, "EPP" for one.
type MaintenanceSystem struct {
	Name   string
	Host   string
	Impact string
}

// MaintenanceIntervention says whether clients must connect anew or change
// their software.
type MaintenanceIntervention struct{ Connection, Implementation bool }

// Verb implements [Action].
func (*MaintenanceInfo) Verb() Verb { return VerbInfo }

// Namespace implements [Value].
func (*MaintenanceInfo) Namespace() string { return NSMaintenance }

// Namespace implements [Value].
func (*MaintenanceInfoData) Namespace() string { return NSMaintenance }

// Encode implements [Value].
func (m *MaintenanceInfo) Encode(w *Writer) {
	w.Root("maint:info", NSMaintenance)
	if m.ID == "" {
		w.Leaf("maint:list", "")
	} else {
		w.Leaf("maint:id", m.ID)
	}
	w.Close("maint:info")
}

// Encode implements [Value].
func (m *MaintenanceInfoData) Encode(w *Writer) {
	w.Root("maint:infData", NSMaintenance)
	if m.Item != nil {
		m.Item.encode(w)
	} else {
		w.Open("maint:list")
		for i := range m.List {
			it := &m.List[i]
			w.Open("maint:listItem")
			it.encode(w)
			w.Time("maint:start", it.Start)
			w.Time("maint:end", it.End)
			w.Time("maint:crDate", it.CrDate)
			w.Time("maint:upDate", it.UpDate)
			w.Close("maint:listItem")
		}
		w.Close("maint:list")
	}
	w.Close("maint:infData")
}

func (id *MaintenanceID) encode(w *Writer) {
	w.leafAttrs("maint:id", id.ID, "name", id.Name, "lang", notEnglish(id.Lang))
}

func (t *MaintenanceText) encode(w *Writer, name string) {
	kind := ""
	if t.HTML {
		kind = "html"
	}
	w.leafAttrs(name, t.Text, "lang", notEnglish(t.Lang), "type", kind)
}

// notEnglish is a lang attribute's value, "" for the schemas' default.
func notEnglish(lang string) string {
	if lang == "en" {
		return ""
	}
	return lang
}

func (m *MaintenanceItem) encode(w *Writer) {
	w.Open("maint:item")
	m.MaintenanceID.encode(w)
	for i := range m.Types {
		m.Types[i].encode(w, "maint:type")
	}
	w.Opt("maint:pollType", m.PollType)
	w.Open("maint:systems")
	for _, s := range m.Systems {
		w.Open("maint:system")
		w.Leaf("maint:name", s.Name)
		w.Opt("maint:host", s.Host)
		w.Leaf("maint:impact", s.Impact)
		w.Close("maint:system")
	}
	w.Close("maint:systems")
	w.leafAttrs("maint:environment", "", "type", m.Environment, "name", m.EnvironmentName)
	w.Time("maint:start", m.Start)
	w.Time("maint:end", m.End)
	w.Leaf("maint:reason", m.Reason)
	w.Opt("maint:detail", m.Detail)
	for i := range m.Descriptions {
		m.Descriptions[i].encode(w, "maint:description")
	}
	if len(m.TLDs) > 0 {
		w.Open("maint:tlds")
		w.leaves("maint:tld", m.TLDs)
		w.Close("maint:tlds")
	}
	if v := m.Intervention; v != nil {
		w.Open("maint:intervention")
		w.bool("maint:connection", v.Connection)
		w.bool("maint:implementation", v.Implementation)
		w.Close("maint:intervention")
	}
	w.Time("maint:crDate", m.CrDate)
	w.Time("maint:upDate", m.UpDate)
	w.Close("maint:item")
}

func (w *Writer) bool(name string, v bool) {
	if v {
		w.Leaf(name, "true")
	} else {
		w.Leaf(name, "false")
	}
}

func decodeMaintenanceAction(verb Verb, _ string, el *Element) (Action, error) {
	if verb != VerbInfo {
		return nil, nil
	}
	d := &decoder{strict: true}
	m := &MaintenanceInfo{}
	d.children(el, func(c *Element) {
		switch c.Local {
		case "list":
		case "id":
			m.ID = d.need(c)
		default:
			d.unexpected(c)
		}
	})
	d.require(len(el.Children) > 0, "list or id")
	if len(el.Children) > 1 {
		d.fail(CodeSyntaxError, el, "one of list and id expected")
	}
	return m, d.result()
}

func decodeMaintenanceData(el *Element) (Value, error) {
	if el.Local != "infData" {
		return nil, nil
	}
	d := &decoder{}
	m := &MaintenanceInfoData{}
	d.children(el, func(c *Element) {
		switch c.Local {
		case "item":
			m.Item = d.maintenanceItem(c)
		case "list":
			d.children(c, func(x *Element) {
				if x.Local == "listItem" {
					m.List = append(m.List, d.maintenanceListItem(x))
				}
			})
		}
	})
	d.require(el.Child(NSMaintenance, "item") != nil || el.Child(NSMaintenance, "list") != nil, "item or list")
	return m, d.result()
}

func (d *decoder) maintenanceID(el *Element) MaintenanceID {
	return MaintenanceID{ID: d.need(el), Name: d.attr(el, "name"), Lang: d.attr(el, "lang")}
}

func (d *decoder) maintenanceListItem(el *Element) MaintenanceListItem {
	var it MaintenanceListItem
	d.children(el, func(c *Element) {
		switch c.Local {
		case "id":
			it.MaintenanceID = d.maintenanceID(c)
		case "start":
			it.Start = d.time(c)
		case "end":
			it.End = d.time(c)
		case "crDate":
			it.CrDate = d.time(c)
		case "upDate":
			it.UpDate = d.time(c)
		}
	})
	d.require(it.ID != "", "id")
	return it
}

func (d *decoder) maintenanceItem(el *Element) *MaintenanceItem {
	m := &MaintenanceItem{}
	d.children(el, func(c *Element) {
		switch c.Local {
		case "id":
			m.MaintenanceID = d.maintenanceID(c)
		case "type":
			m.Types = append(m.Types, d.maintenanceText(c))
		case "pollType":
			m.PollType = d.token(c)
		case "systems":
			d.children(c, func(s *Element) {
				if s.Local == "system" {
					m.Systems = append(m.Systems, d.maintenanceSystem(s))
				}
			})
		case "environment":
			m.Environment, m.EnvironmentName = d.attr(c, "type"), d.attr(c, "name")
		case "start":
			m.Start = d.time(c)
		case "end":
			m.End = d.time(c)
		case "reason":
			m.Reason = d.token(c)
		case "detail":
			m.Detail = d.token(c)
		case "description":
			t := d.maintenanceText(c)
			t.HTML = d.attr(c, "type") == "html"
			m.Descriptions = append(m.Descriptions, t)
		case "tlds":
			d.children(c, func(t *Element) {
				if t.Local == "tld" {
					m.TLDs = append(m.TLDs, d.token(t))
				}
			})
		case "intervention":
			m.Intervention = &MaintenanceIntervention{}
			d.children(c, func(x *Element) {
				switch x.Local {
				case "connection":
					m.Intervention.Connection = d.bool(x, d.token(x))
				case "implementation":
					m.Intervention.Implementation = d.bool(x, d.token(x))
				}
			})
		case "crDate":
			m.CrDate = d.time(c)
		case "upDate":
			m.UpDate = d.time(c)
		}
	})
	d.require(m.ID != "", "id")
	return m
}

func (d *decoder) maintenanceText(el *Element) MaintenanceText {
	return MaintenanceText{Text: strings.TrimSpace(el.DeepText()), Lang: d.attr(el, "lang")}
}

func (d *decoder) maintenanceSystem(el *Element) MaintenanceSystem {
	var s MaintenanceSystem
	d.children(el, func(c *Element) {
		switch c.Local {
		case "name":
			s.Name = d.token(c)
		case "host":
			s.Host = d.token(c)
		case "impact":
			s.Impact = d.token(c)
		}
	})
	return s
}
