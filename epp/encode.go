package epp

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// DefaultDCP is a data collection policy: access to all, provisioning and
// administration, public recipients, stated retention. Do not change it.
var DefaultDCP = defaultDCP()

func defaultDCP() *Element {
	e := func(local string, children ...*Element) *Element {
		return &Element{Space: NSEPP, Local: local, Children: children}
	}
	return e("dcp",
		e("access", e("all")),
		e("statement",
			e("purpose", e("admin"), e("prov")),
			e("recipient", e("ours"), e("public")),
			e("retention", e("stated"))))
}

// AppendMessage appends a message to dst as a frame's payload, XML
// declaration included, and returns the extended buffer. Elements come in the
// order of the schemas.
func AppendMessage(dst []byte, m *Message) []byte {
	w := Writer{buf: append(dst, xmlDeclaration...)}
	w.Root("epp", NSEPP)
	switch {
	case m.Hello:
		w.Leaf("hello", "")
	case m.Greeting != nil:
		m.Greeting.encode(&w)
	case m.Command != nil:
		m.Command.encode(&w, m.Command.ClTRID)
	case m.Response != nil:
		m.Response.encode(&w)
	case m.Extension != nil:
		w.values("extension", m.Extension)
	}
	w.Close("epp")
	return w.buf
}

// EncodeCommand returns a command as a frame's payload.
func EncodeCommand(c *Command) []byte { return appendCommand(nil, c, c.ClTRID) }

// EncodeResponse returns a response as a frame's payload.
func EncodeResponse(r *Response) []byte { return AppendMessage(nil, &Message{Response: r}) }

func appendCommand(dst []byte, c *Command, trid string) []byte {
	w := Writer{buf: append(dst, xmlDeclaration...)}
	w.Root("epp", NSEPP)
	c.encode(&w, trid)
	w.Close("epp")
	return w.buf
}

func (c *Command) encode(w *Writer, trid string) {
	w.Open("command")
	switch a := c.Action.(type) {
	case *Login, *Logout, *Poll:
		a.Encode(w)
	default:
		verb := string(a.Verb())
		op := ""
		if o, ok := a.(opAction); ok {
			op = o.op()
		}
		if op != "" {
			w.Open(verb, "op", op)
		} else {
			w.Open(verb)
		}
		a.Encode(w)
		w.Close(verb)
	}
	w.values("extension", c.Extensions)
	w.Opt("clTRID", trid)
	w.Close("command")
}

func (w *Writer) values(name string, list []Value) {
	if len(list) == 0 {
		return
	}
	w.Open(name)
	for _, v := range list {
		v.Encode(w)
	}
	w.Close(name)
}

// Verb implements [Action].
func (*Login) Verb() Verb { return VerbLogin }

// Namespace implements [Value].
func (*Login) Namespace() string { return NSEPP }

// String hides the passwords.
func (l Login) String() string { return "[login " + l.ClID + "]" }

// GoString hides the passwords.
func (l Login) GoString() string { return l.String() }

// Encode implements [Value].
func (l *Login) Encode(w *Writer) {
	w.Open("login")
	w.Leaf("clID", l.ClID)
	w.Leaf("pw", l.Password)
	w.Opt("newPW", l.NewPassword)
	w.Open("options")
	w.Leaf("version", or(l.Version, "1.0"))
	w.Leaf("lang", or(l.Lang, "en"))
	w.Close("options")
	w.Open("svcs")
	w.services(l.ObjURIs, l.ExtURIs)
	w.Close("svcs")
	w.Close("login")
}

func (w *Writer) services(obj, ext []string) {
	w.leaves("objURI", obj)
	if len(ext) > 0 {
		w.Open("svcExtension")
		w.leaves("extURI", ext)
		w.Close("svcExtension")
	}
}

func (w *Writer) leaves(name string, texts []string) {
	for _, t := range texts {
		w.Leaf(name, t)
	}
}

// Verb implements [Action].
func (*Logout) Verb() Verb { return VerbLogout }

// Namespace implements [Value].
func (*Logout) Namespace() string { return NSEPP }

// Encode implements [Value].
func (*Logout) Encode(w *Writer) { w.Leaf("logout", "") }

// Verb implements [Action].
func (*Poll) Verb() Verb { return VerbPoll }

// Namespace implements [Value].
func (*Poll) Namespace() string { return NSEPP }

// Encode implements [Value].
func (p *Poll) Encode(w *Writer) {
	if p.MsgID != "" {
		w.Leaf("poll", "", "op", string(p.Op), "msgID", p.MsgID)
	} else {
		w.Leaf("poll", "", "op", string(p.Op))
	}
}

// Verb implements [Action].
func (a *RawAction) Verb() Verb { return a.CommandVerb }

// Namespace implements [Value].
func (a *RawAction) Namespace() string { return a.Body.Space }

// Encode implements [Value].
func (a *RawAction) Encode(w *Writer) { w.Element(a.Body) }

func (a *RawAction) op() string { return a.Op }

// Namespace implements [Value].
func (r *Raw) Namespace() string { return r.Element.Space }

// Encode implements [Value].
func (r *Raw) Encode(w *Writer) { w.Element(r.Element) }

// XML returns the content as a fragment that stands on its own.
func (r *Raw) XML() []byte { return r.Element.XML() }

func (g *Greeting) encode(w *Writer) {
	w.Open("greeting")
	w.Leaf("svID", g.ServerID)
	w.Time("svDate", g.Date)
	w.Open("svcMenu")
	for _, v := range orList(g.Versions, "1.0") {
		w.Leaf("version", v)
	}
	for _, l := range orList(g.Langs, "en") {
		w.Leaf("lang", l)
	}
	w.services(g.ObjURIs, g.ExtURIs)
	w.Close("svcMenu")
	dcp := g.DCP
	if dcp == nil {
		dcp = DefaultDCP
	}
	w.Element(dcp)
	w.Close("greeting")
}

func (r *Response) encode(w *Writer) {
	w.Open("response")
	for i := range r.Results {
		r.Results[i].encode(w)
	}
	if q := r.MsgQ; q != nil {
		w.Open("msgQ", "count", strconv.FormatUint(q.Count, 10), "id", q.ID)
		w.Time("qDate", q.QDate)
		switch {
		case q.Mixed != nil:
			w.Element(q.Mixed)
		case q.Msg != "":
			w.text("msg", q.Msg, q.Lang)
		}
		w.Close("msgQ")
	}
	w.values("resData", r.ResData)
	w.values("extension", r.Extensions)
	w.Open("trID")
	w.Opt("clTRID", r.ClTRID)
	w.Leaf("svTRID", r.SvTRID)
	w.Close("trID")
	w.Close("response")
}

func (r *Result) encode(w *Writer) {
	w.Open("result", "code", r.Code.String())
	w.text("msg", or(r.Msg, r.Code.Text()), r.Lang)
	for _, v := range r.Values {
		if v.Reason == "" && v.Value != nil {
			w.Element(v.Value)
			continue
		}
		w.Open("extValue")
		if v.Value != nil {
			w.Element(v.Value)
		} else { // the schema wants an element in it; RFC 5730 section 2.6 uses undef
			w.Open("value")
			w.Leaf("undef", "")
			w.Close("value")
		}
		w.text("reason", v.Reason, v.Lang)
		w.Close("extValue")
	}
	w.Close("result")
}

// text writes a human-readable text with its language.
func (w *Writer) text(name, text, lang string) {
	if lang == "" || lang == "en" {
		w.Leaf(name, text)
	} else {
		w.Leaf(name, text, "lang", lang)
	}
}

func (w *Writer) period(name string, p Period) {
	if p.N == 0 {
		return
	}
	w.Leaf(name, strconv.Itoa(p.N), "unit", or(string(p.Unit), string(UnitYear)))
}

// authInfo writes the element's content under the given prefix ("domain:").
// Callers decide whether nil means leaving it out.
func (w *Writer) authInfo(open, pw, ext, null string, a *AuthInfo) {
	w.Open(open)
	switch {
	case a == nil:
		w.Leaf(pw, "")
	case a.Null && null != "":
		w.Leaf(null, "")
	case a.Ext != nil:
		w.Open(ext)
		w.Element(a.Ext)
		w.Close(ext)
	case a.ROID != "":
		w.Leaf(pw, a.Pw, "roid", a.ROID)
	default:
		w.Leaf(pw, a.Pw)
	}
	w.Close(open)
}

func (w *Writer) statuses(name string, list []Status) {
	for _, s := range list {
		if s.Lang == "" || s.Lang == "en" {
			w.Leaf(name, s.Text, "s", s.Value)
		} else {
			w.Leaf(name, s.Text, "s", s.Value, "lang", s.Lang)
		}
	}
}

func (w *Writer) addrs(name string, list []netip.Addr) {
	for _, a := range list {
		w.Leaf(name, a.String(), "ip", ipVersion(a))
	}
}

func (w *Writer) check(cd, id, reason string, items []CheckItem) {
	for _, it := range items {
		w.Open(cd)
		avail := "0"
		if it.Avail {
			avail = "1"
		}
		w.Leaf(id, it.ID, "avail", avail)
		if it.Reason != "" {
			w.text(reason, short(it.Reason), it.Lang)
		}
		w.Close(cd)
	}
}

// short cuts a reason of a check to the 32 characters that the schema allows.
func short(s string) string {
	n := 0
	for i := range s {
		if n == 32 {
			return s[:i]
		}
		n++
	}
	return s
}

func (w *Writer) pending(prefix, id string, p *PendingResult) {
	done := "0"
	if p.Done {
		done = "1"
	}
	w.Leaf(prefix+id, p.ID, "paResult", done)
	w.Open(prefix + "paTRID")
	// trIDType is epp's own: its children are in that namespace.
	w.Opt("clTRID", p.ClTRID)
	w.Leaf("svTRID", p.SvTRID)
	w.Close(prefix + "paTRID")
	w.Time(prefix+"paDate", p.Date)
}

func (w *Writer) date(name string, t time.Time) {
	w.Open(name)
	w.buf = t.UTC().AppendFormat(w.buf, time.DateOnly)
	w.Close(name)
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func orList(l []string, fallback string) []string {
	if len(l) == 0 {
		return []string{fallback}
	}
	return l
}

// NewResultValue makes a value of a result: the element that the server
// objected to and, when reason is not empty, why.
func NewResultValue(space, local, text, reason string) ResultValue {
	return ResultValue{
		Value:  &Element{Space: NSEPP, Local: "value", Children: []*Element{NewElement(space, local, text)}},
		Reason: reason,
	}
}

// NewResponse makes a response of one result with the code's standard text
// and, when given, data.
func NewResponse(code Code, data ...Value) *Response {
	return &Response{Results: []Result{{Code: code}}, ResData: data}
}

// Fail makes a response of one result. An empty msg stands for the code's
// standard text.
func Fail(code Code, msg string, values ...ResultValue) *Response {
	return &Response{Results: []Result{{Code: code, Msg: msg, Values: values}}}
}

// Code is the first result's code, 0 when there is none.
func (r *Response) Code() Code {
	if r == nil || len(r.Results) == 0 {
		return 0
	}
	return r.Results[0].Code
}

// IsSuccess reports whether the code is 1xxx.
func (r *Response) IsSuccess() bool { return r.Code().IsSuccess() }

// Err is nil for a success and a [*ResultError] for anything else.
func (r *Response) Err() error {
	if r.IsSuccess() {
		return nil
	}
	e := &ResultError{Code: r.Code(), Msg: "no result"}
	if r == nil {
		return e
	}
	e.ClTRID, e.SvTRID = r.ClTRID, r.SvTRID
	if data, ok := Find[*LoginSecData](r.Extensions); ok {
		e.Events = data.Events
	}
	for i, res := range r.Results {
		if i == 0 {
			e.Msg = or(res.Msg, res.Code.Text())
		} else {
			e.Reasons = append(e.Reasons, strconv.Itoa(int(res.Code))+" "+or(res.Msg, res.Code.Text()))
		}
		for _, v := range res.Values {
			if v.Reason != "" {
				e.Reasons = append(e.Reasons, strings.TrimSpace(v.Reason))
			}
		}
	}
	return e
}
