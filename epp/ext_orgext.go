package epp

// NSOrgExt is the namespace of the organization extension (RFC 8544).
const NSOrgExt = "urn:ietf:params:xml:ns:epp:orgext-1.0"

// OrgExt is the organization extension (RFC 8544): it ties a domain, host or
// contact to organizations, to its reseller for one.
var OrgExt = Extension{Namespace: NSOrgExt, Decode: decodeOrgExt}

// OrgLink is an organization in a role. An empty ID, in an update's change,
// takes whoever holds the role out of it.
type OrgLink struct {
	Role string
	ID   string
}

// OrgExtCreate stands in a create.
type OrgExtCreate struct{ Links []OrgLink }

// OrgExtUpdate stands in an update.
type OrgExtUpdate struct{ Add, Rem, Chg []OrgLink }

// OrgExtInfoData stands in the answer to an info.
type OrgExtInfoData struct{ Links []OrgLink }

// Role returns the id of the organization in a role, "" when there is none.
func (d *OrgExtInfoData) Role(role string) string {
	for _, l := range d.Links {
		if l.Role == role {
			return l.ID
		}
	}
	return ""
}

// Namespace implements [Value].
func (*OrgExtCreate) Namespace() string { return NSOrgExt }

// Namespace implements [Value].
func (*OrgExtUpdate) Namespace() string { return NSOrgExt }

// Namespace implements [Value].
func (*OrgExtInfoData) Namespace() string { return NSOrgExt }

func (w *Writer) orgLinks(list []OrgLink) {
	for _, l := range list {
		w.Leaf("orgext:id", l.ID, "role", l.Role)
	}
}

// Encode implements [Value].
func (c *OrgExtCreate) Encode(w *Writer) {
	w.Root("orgext:create", NSOrgExt)
	w.orgLinks(c.Links)
	w.Close("orgext:create")
}

// Encode implements [Value].
func (c *OrgExtUpdate) Encode(w *Writer) {
	w.Root("orgext:update", NSOrgExt)
	for _, p := range [...]struct {
		name  string
		links []OrgLink
	}{{"orgext:add", c.Add}, {"orgext:rem", c.Rem}, {"orgext:chg", c.Chg}} {
		if len(p.links) > 0 {
			w.Open(p.name)
			w.orgLinks(p.links)
			w.Close(p.name)
		}
	}
	w.Close("orgext:update")
}

// Encode implements [Value].
func (d *OrgExtInfoData) Encode(w *Writer) {
	w.Root("orgext:infData", NSOrgExt)
	w.orgLinks(d.Links)
	w.Close("orgext:infData")
}

func decodeOrgExt(el *Element) (Value, error) {
	d := &decoder{strict: true}
	switch el.Local {
	case "create":
		c := &OrgExtCreate{Links: d.orgLinks(el)}
		for _, l := range c.Links {
			d.require(l.ID != "", "id")
		}
		return c, d.result()
	case "update":
		u := &OrgExtUpdate{}
		d.sequence(el, "add rem chg", func(c *Element) {
			switch c.Local {
			case "add":
				u.Add = d.orgLinks(c)
			case "rem":
				u.Rem = d.orgLinks(c)
			case "chg":
				u.Chg = d.orgLinks(c)
			default:
				d.unexpected(c)
			}
		})
		d.require(len(u.Add)+len(u.Rem)+len(u.Chg) > 0, "add, rem or chg") // RFC 8544 section 4.2.5
		return u, d.result()
	case "infData":
		d.strict = false
		return &OrgExtInfoData{Links: d.orgLinks(el)}, d.result()
	}
	return nil, nil
}

func (d *decoder) orgLinks(el *Element) []OrgLink {
	var list []OrgLink
	d.children(el, func(c *Element) {
		if c.Local != "id" {
			d.unexpected(c)
			return
		}
		l := OrgLink{Role: d.attr(c, "role"), ID: d.token(c)}
		if l.Role == "" && d.strict {
			d.fail(CodeMissingParameter, c, "attribute role missing")
		}
		list = append(list, l)
	})
	d.require(len(list) > 0 || !d.strict, "id")
	return list
}
