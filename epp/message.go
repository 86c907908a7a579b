package epp

import "time"

// Namespace URIs of the protocol and of the three object mappings.
const (
	NSEPP     = "urn:ietf:params:xml:ns:epp-1.0"
	NSEPPCom  = "urn:ietf:params:xml:ns:eppcom-1.0"
	NSDomain  = "urn:ietf:params:xml:ns:domain-1.0"
	NSHost    = "urn:ietf:params:xml:ns:host-1.0"
	NSContact = "urn:ietf:params:xml:ns:contact-1.0"
)

// Verb is the name of a command element of RFC 5730 section 2.9.
type Verb string

// The ten commands.
const (
	VerbLogin    Verb = "login"
	VerbLogout   Verb = "logout"
	VerbPoll     Verb = "poll"
	VerbCheck    Verb = "check"
	VerbInfo     Verb = "info"
	VerbCreate   Verb = "create"
	VerbUpdate   Verb = "update"
	VerbDelete   Verb = "delete"
	VerbRenew    Verb = "renew"
	VerbTransfer Verb = "transfer"
)

// Transforms reports whether a command with this verb may change an object at
// the server. A transfer query is the one transfer that does not; see
// [Command.Transforms].
func (v Verb) Transforms() bool {
	switch v {
	case VerbCreate, VerbUpdate, VerbDelete, VerbRenew, VerbTransfer:
		return true
	}
	return false
}

// Value is a piece of typed content: an object in <resData>, or one child of
// <extension>. All types of this package implement it on their pointers, and
// so does [Raw] for content that nobody has a type for.
type Value interface {
	// Namespace is the URI of the element that the value becomes.
	Namespace() string
	// Encode writes the whole element, namespace declaration included.
	Encode(w *Writer)
}

// Action is what a command does: [*Login], [*Logout], [*Poll], or the body of
// one object command such as [*DomainCreate]. Encode writes the object's
// element; the command element around it comes from Verb (and Op, for the two
// commands that have one).
type Action interface {
	Value
	Verb() Verb
}

// opAction is an action with an op attribute on its command element.
type opAction interface{ op() string }

// Message is one protocol data unit. Exactly one field is set.
type Message struct {
	Hello     bool
	Greeting  *Greeting
	Command   *Command
	Response  *Response
	Extension []Value // protocol extension, RFC 5730 section 2.7.1
}

// Command is one <command>.
type Command struct {
	Action     Action
	Extensions []Value
	// ClTRID is the client's transaction id, 3 to 64 characters. [Client]
	// fills it in when it is empty.
	ClTRID string
}

// Transforms reports whether the command may change an object at the server,
// so that a lost answer leaves its outcome unknown.
func (c *Command) Transforms() bool {
	if c == nil || c.Action == nil || !c.Action.Verb().Transforms() {
		return false
	}
	if o, ok := c.Action.(opAction); ok && o.op() == string(TransferQuery) {
		return false
	}
	return true
}

// Response is one <response>.
type Response struct {
	// Results has one element, or several when a command failed for several
	// reasons (RFC 5730 section 2.6). The first decides.
	Results    []Result
	MsgQ       *MsgQ
	ResData    []Value
	Extensions []Value
	ClTRID     string
	SvTRID     string

	// Wire, on a server, orders misbehaviour in the sending of this answer.
	// It is not part of the message. Nil means: send it properly.
	Wire *WireAct
}

// Result is one <result>.
type Result struct {
	Code Code
	// Msg is the human-readable text; empty encodes the code's standard text.
	Msg string
	// Lang is the language of Msg; empty means en.
	Lang   string
	Values []ResultValue
}

// ResultValue is one <value> (Reason empty) or <extValue> (Reason given) of a
// result: the element of the command that the server objected to.
type ResultValue struct {
	// Value is the <value> element itself, with the client's element as its
	// child. See [NewResultValue].
	Value  *Element
	Reason string
	// Lang is the language of Reason; empty means en.
	Lang string
}

// MsgQ describes the server's message queue (RFC 5730 section 2.6).
type MsgQ struct {
	Count uint64
	ID    string
	// QDate is when the message was queued; zero when absent.
	QDate time.Time
	// Msg is the plain text of the message. Lang is its language.
	Msg  string
	Lang string
	// Mixed is the <msg> element where it holds markup; nil otherwise. When
	// set it is what gets encoded.
	Mixed *Element
}

// Greeting is what a server says of itself (RFC 5730 section 2.4).
type Greeting struct {
	ServerID string
	Date     time.Time
	Versions []string
	Langs    []string
	ObjURIs  []string
	ExtURIs  []string
	// DCP is the data collection policy element as received. Nil encodes
	// [DefaultDCP].
	DCP *Element
}

// Login is the <login> command (RFC 5730 section 2.9.1.1).
type Login struct {
	ClID     string
	Password string
	// NewPassword asks for a change of password; empty means none.
	NewPassword string
	// Version and Lang default to "1.0" and "en" when encoded.
	Version string
	Lang    string
	ObjURIs []string
	ExtURIs []string
}

// Logout is the <logout> command.
type Logout struct{}

// PollOp is the op attribute of <poll>.
type PollOp string

// The two poll operations.
const (
	PollRequest PollOp = "req"
	PollAck     PollOp = "ack"
)

// Poll is the <poll> command (RFC 5730 section 2.9.2.3).
type Poll struct {
	Op PollOp
	// MsgID names the message to acknowledge.
	MsgID string
}

// RawAction is an object command for which no mapping was given.
type RawAction struct {
	CommandVerb Verb
	// Op is the op attribute of <transfer>, "" elsewhere.
	Op   string
	Body *Element
}

// Raw is content that no extension in use could read: of an unknown
// namespace, an unknown element of a known one, or malformed (Err tells). It
// is kept whole, so that it can be stored, shown and written again.
type Raw struct {
	Element *Element
	Err     error
}

// Extension is a mapping as a value: what an object (RFC 5730 section 2.7.2)
// or a command-response extension (section 2.7.3) teaches the codec. It is
// given to [NewCodec], [ClientConfig] or [Server] in a list; nothing
// registers itself.
type Extension struct {
	// Namespace is the URI announced in greeting and login.
	Namespace string
	// Object says that the URI is announced as <objURI>, not <extURI>.
	Object bool
	// Action decodes the body of a command on the mapping's object: el is
	// the child of the command element, op is that element's op attribute. A
	// nil Action with a nil error means that the object has no such command.
	// Only object mappings have it.
	Action func(verb Verb, op string, el *Element) (Action, error)
	// Decode decodes a child of <resData> or <extension>. A nil Value with a
	// nil error means an unknown element; the codec keeps it as [Raw].
	Decode func(el *Element) (Value, error)
}

// Find returns the first value of type T in a list, which is a response's
// ResData or Extensions or a command's Extensions:
//
//	data, ok := epp.Find[*epp.DomainInfoData](resp.ResData)
func Find[T Value](list []Value) (T, bool) {
	for _, v := range list {
		if t, ok := v.(T); ok {
			return t, true
		}
	}
	var zero T
	return zero, false
}
