package epp

import (
	"errors"
	"strconv"
	"strings"
)

// Codec decodes messages by the mappings given to it. It is immutable and may
// be shared. Encoding needs none: see [AppendMessage].
type Codec struct {
	byURI map[string]Extension
	list  []Extension
}

// NewCodec makes a codec for domain, host, contact and the extensions given.
func NewCodec(exts ...Extension) *Codec {
	c := &Codec{byURI: map[string]Extension{}}
	for _, e := range append([]Extension{Domain, Host, Contact}, exts...) {
		if _, dup := c.byURI[e.Namespace]; !dup {
			c.list = append(c.list, e)
		}
		c.byURI[e.Namespace] = e
	}
	return c
}

// ObjURIs lists the object services that the codec knows.
func (c *Codec) ObjURIs() []string { return c.uris(true) }

// ExtURIs lists the extensions that the codec knows.
func (c *Codec) ExtURIs() []string { return c.uris(false) }

func (c *Codec) uris(object bool) []string {
	var out []string
	for _, e := range c.list {
		if e.Object == object {
			out = append(out, e.Namespace)
		}
	}
	return out
}

// Decode decodes a frame's payload. Errors are [*DecodeError]s.
//
// Commands are held to the schemas, but for attributes that these do not
// know, which are ignored. Responses are read generously: unknown elements are skipped, and an object or
// extension that cannot be read is kept as [*Raw] with its error, so that one
// odd element never hides the rest. Extensions of namespaces that the codec
// was not given are kept as [*Raw] on either side.
func (c *Codec) Decode(frame []byte) (*Message, error) {
	root, err := ParseElement(frame)
	if err != nil {
		var x *XMLError
		errors.As(err, &x)
		return nil, &DecodeError{Code: CodeSyntaxError, Msg: x.Error()}
	}
	return c.DecodeElement(root)
}

// DecodeElement is [Codec.Decode] for a document that has been read already.
func (c *Codec) DecodeElement(root *Element) (*Message, error) {
	if !root.Is(NSEPP, "epp") {
		code := CodeSyntaxError
		if root.Local == "epp" && strings.HasPrefix(root.Space, "urn:ietf:params:xml:ns:epp-") {
			code = CodeUnimplementedVersion
		}
		return nil, &DecodeError{Code: code, Msg: "not an EPP 1.0 document", Element: root.Local}
	}
	if len(root.Children) != 1 || root.Children[0].Space != NSEPP || !blankText(root.Text) || !blankText(root.Children[0].Tail) {
		return nil, &DecodeError{Code: CodeSyntaxError, Msg: "one EPP element expected", Element: "epp"}
	}
	m := &Message{}
	var err error
	switch el := root.Children[0]; el.Local {
	case "hello":
		m.Hello = true
	case "greeting":
		m.Greeting, err = decodeGreeting(el)
	case "command":
		m.Command, err = c.decodeCommand(el)
	case "response":
		m.Response, err = c.decodeResponse(el)
	case "extension":
		if m.Extension = c.decodeValues(el, nil); len(m.Extension) == 0 {
			err = &DecodeError{Code: CodeSyntaxError, Msg: "element is empty", Element: el.Local}
		}
	default:
		err = &DecodeError{Code: CodeSyntaxError, Msg: "unknown EPP element", Element: el.Local}
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (c *Codec) decodeCommand(el *Element) (*Command, error) {
	cmd := &Command{}
	d := &decoder{strict: true}
	var verb, ext *Element
	closed := false // after clTRID nothing comes
	d.noText(el)
	for _, ch := range el.Children {
		if closed || ext != nil && !ch.Is(NSEPP, "clTRID") {
			d.fail(CodeSyntaxError, ch, "element out of its order or given twice")
			continue
		}
		switch {
		case ch.Is(NSEPP, "clTRID"):
			closed = true
			own := &decoder{strict: true}
			if id := own.bounded(ch, 3, 64); own.err == nil {
				cmd.ClTRID = id // else it is not fit to be echoed
			} else if d.err == nil {
				d.err = own.err
			}
		case ch.Is(NSEPP, "extension"):
			ext = ch
		case verb == nil:
			verb = ch
		default:
			d.unexpected(ch)
		}
	}
	if d.err == nil && verb == nil {
		d.fail(CodeSyntaxError, el, "no command")
	}
	if d.err == nil {
		c.decodeVerb(d, cmd, verb)
	}
	if d.err == nil && ext != nil {
		if len(ext.Children) == 0 {
			d.fail(CodeSyntaxError, ext, "element is empty")
		}
		for _, x := range ext.Children {
			if x.Space == NSEPP || x.Space == "" { // the schema wants another namespace
				d.unexpected(x)
			}
		}
		d.noText(ext)
		cmd.Extensions = c.decodeValues(ext, d)
	}
	if d.err != nil {
		d.err.ClTRID = cmd.ClTRID
		return nil, d.err
	}
	return cmd, nil
}

func (c *Codec) decodeVerb(d *decoder, cmd *Command, el *Element) {
	if el.Space != NSEPP {
		d.fail(CodeUnknownCommand, el, "unknown command")
		return
	}
	op, hasOp := d.tokenAttr(el, "op")
	switch v := Verb(el.Local); v {
	case VerbLogin:
		cmd.Action = decodeLogin(d, el)
	case VerbLogout:
		cmd.Action = &Logout{}
	case VerbPoll:
		id, _ := d.tokenAttr(el, "msgID")
		d.sequence(el, "", func(*Element) {})
		switch {
		case !hasOp:
			d.fail(CodeMissingParameter, el, "attribute op missing")
		case op != string(PollRequest) && op != string(PollAck):
			d.fail(CodeValueSyntax, el, "unknown poll operation")
		case op == string(PollAck) && id == "":
			d.fail(CodeMissingParameter, el, "attribute msgID missing")
		}
		cmd.Action = &Poll{Op: PollOp(op), MsgID: id}
	case VerbCheck, VerbInfo, VerbCreate, VerbUpdate, VerbDelete, VerbRenew, VerbTransfer:
		if v == VerbTransfer {
			switch TransferOp(op) {
			case TransferRequest, TransferQuery, TransferApprove, TransferReject, TransferCancel:
			default:
				code := CodeValueSyntax
				if !hasOp {
					code = CodeMissingParameter
				}
				d.fail(code, el, "attribute op missing or unknown")
				return
			}
		}
		if len(el.Children) != 1 {
			d.fail(CodeSyntaxError, el, "one object element expected")
			return
		}
		d.noText(el)
		if s := el.Children[0].Space; s == NSEPP || s == "" {
			d.fail(CodeSyntaxError, el.Children[0], "not an object's element")
			return
		}
		c.decodeObject(d, cmd, v, op, el.Children[0])
	default:
		d.fail(CodeUnknownCommand, el, "unknown command")
	}
}

func (c *Codec) decodeObject(d *decoder, cmd *Command, v Verb, op string, body *Element) {
	body.Tail = ""
	m, known := c.byURI[body.Space]
	if !known || !m.Object || m.Action == nil {
		cmd.Action = &RawAction{CommandVerb: v, Op: op, Body: body}
		return
	}
	if body.Local != string(v) {
		d.fail(CodeSyntaxError, body, "object element of another command")
		return
	}
	a, err := m.Action(v, op, body)
	if err != nil {
		d.adopt(err, body)
		return
	}
	if a == nil {
		d.fail(CodeUnimplementedCommand, body, "the object has no such command")
		return
	}
	cmd.Action = a
}

// adopt takes over an extension's error.
func (d *decoder) adopt(err error, el *Element) {
	var de *DecodeError
	if !errors.As(err, &de) {
		de = &DecodeError{Code: CodeSyntaxError, Msg: "malformed extension", Element: el.Local}
	}
	if d.err == nil {
		own := *de
		d.err = &own
	}
}

// decodeValues reads the children of <resData> or <extension>. With a strict
// decoder what is malformed is its error; otherwise it is kept raw.
func (c *Codec) decodeValues(el *Element, d *decoder) []Value {
	out := make([]Value, 0, len(el.Children))
	for _, ch := range el.Children {
		ch.Tail = ""
		m, known := c.byURI[ch.Space]
		if !known || m.Decode == nil {
			out = append(out, &Raw{Element: ch})
			continue
		}
		v, err := m.Decode(ch)
		switch {
		case err != nil && d != nil && d.strict:
			d.adopt(err, ch)
		case err != nil:
			out = append(out, &Raw{Element: ch, Err: err})
		case v == nil && d != nil && d.strict:
			d.fail(CodeSyntaxError, ch, "unknown element of the extension")
		case v == nil:
			out = append(out, &Raw{Element: ch})
		default:
			out = append(out, v)
		}
	}
	return out
}

func decodeLogin(d *decoder, el *Element) *Login {
	l := &Login{}
	svcs := false
	d.sequence(el, "clID pw newPW options svcs", func(c *Element) {
		switch c.Local {
		case "clID":
			l.ClID = d.bounded(c, 3, 16)
		case "pw":
			l.Password = d.bounded(c, 6, 16)
		case "newPW":
			l.NewPassword = d.bounded(c, 6, 16)
		case "options":
			d.sequence(c, "version lang", func(o *Element) {
				switch o.Local {
				case "version":
					l.Version = d.need(o)
				case "lang":
					l.Lang = d.need(o)
				default:
					d.unexpected(o)
				}
			})
		case "svcs":
			svcs = true
			if !d.inOrder(c, "objURI* svcExtension") {
				return
			}
			l.ObjURIs, l.ExtURIs = decodeServices(d, c)
		default:
			d.unexpected(c)
		}
	})
	d.require(l.ClID != "", "clID")
	d.require(l.Password != "", "pw")
	d.require(l.Version != "", "version")
	d.require(l.Lang != "", "lang")
	d.require(svcs && len(l.ObjURIs) > 0, "objURI")
	return l
}

func decodeServices(d *decoder, el *Element) (obj, ext []string) {
	d.children(el, func(c *Element) {
		switch c.Local {
		case "objURI":
			obj = append(obj, d.need(c))
		case "svcExtension":
			d.children(c, func(e *Element) {
				if e.Local != "extURI" {
					d.unexpected(e)
					return
				}
				ext = append(ext, d.need(e))
			})
			if d.strict {
				d.require(len(ext) > 0, "extURI")
			}
		case "version", "lang": // of a greeting's svcMenu
		default:
			d.unexpected(c)
		}
	})
	return obj, ext
}

func decodeGreeting(el *Element) (*Greeting, error) {
	g := &Greeting{}
	d := &decoder{}
	menu := false
	d.children(el, func(c *Element) {
		switch c.Local {
		case "svID":
			g.ServerID = strings.TrimSpace(d.line(c))
		case "svDate":
			g.Date, _ = parseTime(d.token(c)) // a client can live without it
		case "svcMenu":
			menu = true
			d.children(c, func(s *Element) {
				switch s.Local {
				case "version":
					g.Versions = append(g.Versions, d.token(s))
				case "lang":
					g.Langs = append(g.Langs, d.token(s))
				}
			})
			g.ObjURIs, g.ExtURIs = decodeServices(d, c)
		case "dcp":
			c.Tail = ""
			g.DCP = c
		}
	})
	d.require(menu, "svcMenu")
	if d.err != nil {
		return nil, d.err
	}
	return g, nil
}

func (c *Codec) decodeResponse(el *Element) (*Response, error) {
	r := &Response{}
	d := &decoder{}
	d.children(el, func(ch *Element) {
		switch ch.Local {
		case "result":
			r.Results = append(r.Results, decodeResult(d, ch))
		case "msgQ":
			r.MsgQ = decodeMsgQ(ch)
		case "resData":
			r.ResData = append(r.ResData, c.decodeValues(ch, nil)...)
		case "extension":
			r.Extensions = append(r.Extensions, c.decodeValues(ch, nil)...)
		case "trID":
			r.ClTRID, r.SvTRID = d.trID(ch)
		}
	})
	d.require(len(r.Results) > 0, "result")
	if d.err != nil {
		d.err.ClTRID = r.ClTRID
		return nil, d.err
	}
	return r, nil
}

func decodeResult(d *decoder, el *Element) Result {
	var r Result
	code, ok := d.tokenAttr(el, "code")
	if !ok {
		d.fail(CodeMissingParameter, el, "attribute code missing")
	}
	r.Code = Code(d.int(el, code, 1000, 2999))
	for _, c := range el.Children {
		switch {
		case c.Is(NSEPP, "msg"):
			r.Msg = strings.TrimSpace(c.DeepText())
			r.Lang, _ = c.Attr("lang")
		case c.Is(NSEPP, "value"):
			c.Tail = "" // it stands on its own from here on
			r.Values = append(r.Values, ResultValue{Value: c})
		case c.Is(NSEPP, "extValue"):
			var v ResultValue
			for _, x := range c.Children {
				switch {
				case x.Is(NSEPP, "value"):
					x.Tail = ""
					v.Value = x
				case x.Is(NSEPP, "reason"):
					v.Reason = strings.TrimSpace(x.DeepText())
					v.Lang, _ = x.Attr("lang")
				}
			}
			r.Values = append(r.Values, v)
		}
	}
	return r
}

// decodeMsgQ never fails: a message whose envelope is odd must still be
// acknowledgeable, or it blocks the queue behind it.
func decodeMsgQ(el *Element) *MsgQ {
	q := &MsgQ{}
	count, _ := el.Attr("count")
	q.Count, _ = strconv.ParseUint(collapse(count), 10, 64)
	id, _ := el.Attr("id")
	q.ID = collapse(id)
	for _, c := range el.Children {
		switch {
		case c.Is(NSEPP, "qDate"):
			q.QDate, _ = parseTime(collapse(c.Text))
		case c.Is(NSEPP, "msg"):
			q.Msg = strings.TrimSpace(c.DeepText())
			q.Lang, _ = c.Attr("lang")
			if len(c.Children) > 0 {
				c.Tail = ""
				q.Mixed = c
			}
		}
	}
	return q
}
