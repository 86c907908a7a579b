package epp

import (
	"strings"
	"time"
)

// NSLoginSec is the namespace of the login security extension (RFC 8807).
const NSLoginSec = "urn:ietf:params:xml:ns:epp:loginSec-1.0"

// LoginSec is the login security extension (RFC 8807): passwords longer than
// the 16 characters of RFC 5730, and warnings in the answer to a login.
//
// [Client] and [Server] work it by themselves where both sides have it: a
// client's long password goes into the extension, a server's handler is given
// the true password, and what the server warned of is in [Client.LoginEvents]
// or, for a login refused, in [ResultError].
var LoginSec = Extension{Namespace: NSLoginSec, Decode: decodeLoginSec}

// LoginSecurity stands in the <pw> or <newPW> of a login whose true password
// is in the extension (RFC 8807 section 3.2). It can never be a password.
const LoginSecurity = "[LOGIN-SECURITY]"

// maxPassword is the length, in characters, of epp:pwType. Longer ones need
// the extension.
const maxPassword = 16

// LoginSecCommand stands in a login. It prints without its passwords.
type LoginSecCommand struct {
	UserAgent *UserAgent
	// Password and NewPassword have at least 6 characters; "" means that the
	// login's own element holds the password.
	Password    string
	NewPassword string
}

// UserAgent says what the client is made of (RFC 8807 section 4.1). At least
// one part is given.
type UserAgent struct {
	App  string // name and version of the client
	Tech string // what it is built with
	OS   string // what it runs on
}

// LoginSecData stands in the answer to a login, admitted or refused.
type LoginSecData struct{ Events []LoginEvent }

// Types of login events (RFC 8807 section 3.1).
const (
	EventPassword    = "password"    // the password expires or has expired
	EventCertificate = "certificate" // the client's certificate expires or has expired
	EventCipher      = "cipher"      // the cipher suite is no longer good; Value names it
	EventTLSProtocol = "tlsProtocol" // the TLS version is no longer good; Value names it
	EventNewPW       = "newPW"       // the new password does not fit the server's policy
	EventStat        = "stat"        // a login statistic: Name, Value, Duration
	EventCustom      = "custom"      // Name says which
)

// Levels of login events.
const (
	LevelWarning = "warning"
	LevelError   = "error"
)

// LoginEvent is one security event (RFC 8807 section 3.1).
type LoginEvent struct {
	Type  string
	Name  string // of a stat or custom event
	Level string
	// ExDate is when what the event is about expires; zero when absent.
	ExDate time.Time
	Value  string
	// Duration is an XML duration: the span that a statistic covers.
	Duration string
	// Text is for people. Lang is its language; "" means en.
	Text string
	Lang string
}

// String hides the passwords.
func (c LoginSecCommand) String() string { return "[loginSec]" }

// GoString hides the passwords.
func (c LoginSecCommand) GoString() string { return c.String() }

// Namespace implements [Value].
func (*LoginSecCommand) Namespace() string { return NSLoginSec }

// Namespace implements [Value].
func (*LoginSecData) Namespace() string { return NSLoginSec }

// Encode implements [Value].
func (c *LoginSecCommand) Encode(w *Writer) {
	w.Root("loginSec:loginSec", NSLoginSec)
	if u := c.UserAgent; u != nil && *u != (UserAgent{}) {
		w.Open("loginSec:userAgent")
		w.Opt("loginSec:app", u.App)
		w.Opt("loginSec:tech", u.Tech)
		w.Opt("loginSec:os", u.OS)
		w.Close("loginSec:userAgent")
	}
	w.Opt("loginSec:pw", c.Password)
	w.Opt("loginSec:newPW", c.NewPassword)
	w.Close("loginSec:loginSec")
}

// Encode implements [Value].
func (d *LoginSecData) Encode(w *Writer) {
	w.Root("loginSec:loginSecData", NSLoginSec)
	for i := range d.Events {
		e := &d.Events[i]
		lang, exDate := e.Lang, ""
		if lang == "en" {
			lang = ""
		}
		if !e.ExDate.IsZero() {
			exDate = string(appendTime(nil, e.ExDate))
		}
		w.leafAttrs("loginSec:event", e.Text, "type", e.Type, "name", e.Name, "level", e.Level,
			"exDate", exDate, "value", e.Value, "duration", e.Duration, "lang", lang)
	}
	w.Close("loginSec:loginSecData")
}

func decodeLoginSec(el *Element) (Value, error) {
	switch el.Local {
	case "loginSec":
		d := &decoder{strict: true}
		c := &LoginSecCommand{}
		d.sequence(el, "userAgent pw newPW", func(x *Element) {
			switch x.Local {
			case "userAgent":
				c.UserAgent = d.userAgent(x)
			case "pw":
				c.Password = d.bounded(x, 6, maxSecret)
			case "newPW":
				c.NewPassword = d.bounded(x, 6, maxSecret)
			default:
				d.unexpected(x)
			}
		})
		return c, d.result()
	case "loginSecData":
		d := &decoder{}
		s := &LoginSecData{}
		d.children(el, func(x *Element) {
			if x.Local == "event" {
				s.Events = append(s.Events, d.loginEvent(x))
			}
		})
		return s, d.result()
	}
	return nil, nil
}

// maxSecret bounds what the schema leaves open: nobody should have to hash a
// megabyte for a login.
const maxSecret = 1024

func (d *decoder) userAgent(el *Element) *UserAgent {
	u := &UserAgent{}
	d.sequence(el, "app tech os", func(x *Element) {
		switch x.Local {
		case "app":
			u.App = d.token(x)
		case "tech":
			u.Tech = d.token(x)
		case "os":
			u.OS = d.token(x)
		default:
			d.unexpected(x)
		}
	})
	d.require(len(el.Children) > 0, "app, tech or os")
	return u
}

func (d *decoder) loginEvent(el *Element) LoginEvent {
	e := LoginEvent{
		Type: d.attr(el, "type"), Name: d.attr(el, "name"), Level: d.attr(el, "level"), Value: d.attr(el, "value"),
		Duration: d.attr(el, "duration"), Lang: d.attr(el, "lang"), Text: strings.TrimSpace(el.DeepText()),
	}
	if at := d.attr(el, "exDate"); at != "" {
		e.ExDate, _ = parseTime(at) // the warning counts, with or without its date
	}
	return e
}

// secure moves passwords that do not fit the login's own elements into the
// extension, which offered says whether both sides have. The login is copied,
// never changed.
func (l *Login) secure(agent *UserAgent, offered bool) (*Login, []Value, error) {
	own, x := *l, &LoginSecCommand{UserAgent: agent}
	for _, p := range [...]struct{ plain, secured *string }{
		{&own.Password, &x.Password}, {&own.NewPassword, &x.NewPassword},
	} {
		switch {
		case *p.plain == LoginSecurity:
			return nil, nil, &DecodeError{Code: CodeParameterPolicy, Msg: "the password is the extension's marker", Element: "pw"}
		case len([]rune(*p.plain)) <= maxPassword:
		case !offered:
			return nil, nil, &DecodeError{Code: CodeValueRange, Msg: "the password is too long without login security, which the server does not offer", Element: "pw"}
		default:
			*p.secured, *p.plain = *p.plain, LoginSecurity
		}
	}
	if !offered || *x == (LoginSecCommand{}) {
		return &own, nil, nil
	}
	return &own, []Value{x}, nil
}

// reveal is the other direction: the login with its true passwords. The
// answer is nil unless the two disagree.
func (l *Login) reveal(exts []Value) (*Login, *Response) {
	own := *l
	x, ok := Find[*LoginSecCommand](exts)
	if !ok {
		x = &LoginSecCommand{}
	}
	for _, p := range [...]struct {
		name           string
		plain, secured *string
	}{{"pw", &own.Password, &x.Password}, {"newPW", &own.NewPassword, &x.NewPassword}} {
		switch marked := *p.plain == LoginSecurity; {
		case marked && *p.secured == "":
			return nil, Fail(CodeMissingParameter, "", ResultValue{Reason: "loginSec:" + p.name + " is missing"})
		case marked && *p.secured == LoginSecurity:
			return nil, Fail(CodeParameterPolicy, "", ResultValue{Reason: "loginSec:" + p.name + " is the marker"})
		case marked:
			*p.plain = *p.secured
		case *p.secured != "":
			return nil, Fail(CodeUseError, "", ResultValue{Reason: p.name + " must be " + LoginSecurity + " beside loginSec:" + p.name})
		}
	}
	return &own, nil
}
