package epp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const lsNS = `xmlns:loginSec="urn:ietf:params:xml:ns:epp:loginSec-1.0"`

func loginSecDoc(pw, newPW, ext string) string {
	if newPW != "" {
		newPW = `<newPW>` + newPW + `</newPW>`
	}
	return command(`<login><clID>opr</clID><pw>` + pw + `</pw>` + newPW + `<options><version>1.0</version><lang>en</lang></options>
      <svcs><objURI>urn:ietf:params:xml:ns:domain-1.0</objURI><svcExtension><extURI>urn:ietf:params:xml:ns:epp:loginSec-1.0</extURI></svcExtension></svcs></login>
      <extension><loginSec:loginSec ` + lsNS + `>` + ext + `</loginSec:loginSec></extension>`)
}

func loginAct(pw, newPW string, x *LoginSecCommand) *Message {
	return act(&Login{ClID: "opr", Password: pw, NewPassword: newPW, Version: "1.0", Lang: "en", ObjURIs: []string{NSDomain}, ExtURIs: []string{NSLoginSec}}, x)
}

var loginSecGoldens = []golden{
	{"login security, both passwords", loginSecDoc(LoginSecurity, LoginSecurity, `<loginSec:userAgent><loginSec:app>shop 2.1</loginSec:app><loginSec:tech>Go 1.26</loginSec:tech><loginSec:os>linux/arm64</loginSec:os></loginSec:userAgent>
      <loginSec:pw>seventeen letters</loginSec:pw><loginSec:newPW>another long one, with &lt;signs&gt;</loginSec:newPW>`),
		loginAct(LoginSecurity, LoginSecurity, &LoginSecCommand{UserAgent: &UserAgent{App: "shop 2.1", Tech: "Go 1.26", OS: "linux/arm64"},
			Password: "seventeen letters", NewPassword: "another long one, with <signs>"})},
	{"login security, user agent only", loginSecDoc("s3cret-pw", "", `<loginSec:userAgent><loginSec:os>plan9</loginSec:os></loginSec:userAgent>`),
		loginAct("s3cret-pw", "", &LoginSecCommand{UserAgent: &UserAgent{OS: "plan9"}})},
	{"login security, new password only", loginSecDoc("s3cret-pw", LoginSecurity, `<loginSec:newPW>seventeen letters</loginSec:newPW>`),
		loginAct("s3cret-pw", LoginSecurity, &LoginSecCommand{NewPassword: "seventeen letters"})},
	{"login security events", response(`<extension><loginSec:loginSecData ` + lsNS + `>
      <loginSec:event type="password" level="warning" exDate="2026-12-01T00:00:00Z">Change it soon</loginSec:event>
      <loginSec:event type="stat" name="failedLogins" level="warning" value="12" duration="P1D">Many failures</loginSec:event>
      <loginSec:event type="tlsProtocol" level="error" value="TLSv1.0" lang="zh-CN">协议太旧</loginSec:event>
      <loginSec:event type="custom" name="quota" level="error"/></loginSec:loginSecData></extension>`),
		res(nil, &LoginSecData{Events: []LoginEvent{
			{Type: EventPassword, Level: LevelWarning, ExDate: at("2026-12-01T00:00:00Z"), Text: "Change it soon"},
			{Type: EventStat, Name: "failedLogins", Level: LevelWarning, Value: "12", Duration: "P1D", Text: "Many failures"},
			{Type: EventTLSProtocol, Level: LevelError, Value: "TLSv1.0", Lang: "zh-CN", Text: "协议太旧"},
			{Type: EventCustom, Name: "quota", Level: LevelError}}})},
}

func TestLoginSecErrors(t *testing.T) {
	codec := NewCodec(allExt...)
	for name, c := range map[string]struct {
		ext  string
		code Code
	}{
		"short password":     {`<loginSec:pw>five5</loginSec:pw>`, CodeValueSyntax},
		"empty password":     {`<loginSec:pw/>`, CodeMissingParameter},
		"endless password":   {`<loginSec:pw>` + strings.Repeat("a", maxSecret+1) + `</loginSec:pw>`, CodeValueSyntax},
		"unknown element":    {`<loginSec:pin>123456</loginSec:pin>`, CodeSyntaxError},
		"empty user agent":   {`<loginSec:userAgent/>`, CodeMissingParameter},
		"odd in user agent":  {`<loginSec:userAgent><loginSec:cpu>6502</loginSec:cpu></loginSec:userAgent>`, CodeSyntaxError},
		"element of another": {`<x xmlns="urn:other"/>`, CodeSyntaxError},
	} {
		_, err := codec.Decode([]byte(loginSecDoc("s3cret-pw", "", c.ext)))
		var de *DecodeError
		if !errors.As(err, &de) || de.Code != c.code {
			t.Errorf("%s: %v, want code %d", name, err, c.code)
		}
	}
}

func TestLoginSecSpellings(t *testing.T) {
	doc := `<a:epp xmlns:a="urn:ietf:params:xml:ns:epp-1.0" xmlns:b="urn:ietf:params:xml:ns:epp:loginSec-1.0"><a:command><a:login><a:clID>opr</a:clID><a:pw><![CDATA[[LOGIN-SECURITY]]]></a:pw><a:options><a:version>1.0</a:version><a:lang>en</a:lang></a:options><a:svcs><a:objURI>urn:ietf:params:xml:ns:domain-1.0</a:objURI></a:svcs></a:login><a:extension><b:loginSec><b:pw>
 <![CDATA[a<b & more than that]]> </b:pw></b:loginSec></a:extension></a:command></a:epp>`
	m, err := NewCodec(LoginSec).Decode([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	x, ok := Find[*LoginSecCommand](m.Command.Extensions)
	if !ok || x.Password != "a<b & more than that" || m.Command.Action.(*Login).Password != LoginSecurity {
		t.Errorf("decoded %q %q", m.Command.Action.(*Login).Password, x.Password)
	}
	if s := fmt.Sprintf("%v %+v %#v", x, x, x); strings.Contains(s, "more than") {
		t.Errorf("printing leaks: %s", s)
	}
	if masked := Mask([]byte(doc)); bytes.Contains(masked, []byte("more than")) {
		t.Errorf("mask leaks: %s", masked)
	}
}

// vault admits by password and remembers what it was given.
type vault struct {
	pw string

	mu     sync.Mutex
	logins []Login
	agents []*UserAgent
}

func (v *vault) Login(_ context.Context, _ *Conn, l *Login, cmd *Command) (Session, *Response) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.logins = append(v.logins, *l)
	if a := cmd.Action.(*Login); a.Password != l.Password {
		return nil, Fail(CodeCommandFailed, "the command differs from the login")
	}
	if x, ok := Find[*LoginSecCommand](cmd.Extensions); ok {
		v.agents = append(v.agents, x.UserAgent)
	}
	event := LoginEvent{Type: EventPassword, Level: LevelWarning, ExDate: at("2026-12-01T00:00:00Z"), Text: "soon"}
	if l.Password != v.pw {
		event.Level = LevelError
		r := Fail(CodeAuthentication, "")
		r.Extensions = []Value{&LoginSecData{Events: []LoginEvent{event}}}
		return nil, r
	}
	r := NewResponse(CodeOK)
	r.Extensions = []Value{&LoginSecData{Events: []LoginEvent{event}}}
	return "in", r
}

func (*vault) Handle(context.Context, Session, *Command) *Response { return NewResponse(CodeOK) }

func TestLoginWithLongPasswords(t *testing.T) {
	v := &vault{pw: "a password of twenty-nine chars"}
	var sent [][]byte
	var mu sync.Mutex
	addr := testServer(t, &Server{Handler: v, Extensions: []Extension{LoginSec}})
	cfg := ClientConfig{Addr: addr, Password: v.pw, NewPassword: "short-new", UserAgent: &UserAgent{App: "test 1"}, Extensions: allExt,
		Transcript: func(dir Direction, frame []byte) {
			mu.Lock()
			defer mu.Unlock()
			collect(t, frame)
			if dir == Sent {
				sent = append(sent, bytes.Clone(frame))
			}
		}}
	c := mustDial(t, cfg)
	if diff := cmp.Diff([]LoginEvent{{Type: EventPassword, Level: LevelWarning, ExDate: at("2026-12-01T00:00:00Z"), Text: "soon"}}, c.LoginEvents()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if v.logins[0].Password != v.pw || v.logins[0].NewPassword != "short-new" || v.agents[0] == nil || v.agents[0].App != "test 1" {
		t.Errorf("the handler was given %q %q %v", v.logins[0].Password, v.logins[0].NewPassword, v.agents)
	}
	mu.Lock()
	if login := string(sent[0]); !strings.Contains(login, "<pw>[LOGIN-SECURITY]</pw><newPW>short-new</newPW>") || !strings.Contains(login, "<loginSec:pw>"+v.pw+"</loginSec:pw></loginSec:loginSec>") {
		t.Errorf("login %s", Mask(sent[0]))
	}
	mu.Unlock()

	// A refusal carries the events too.
	cfg.Password = "another password, just as long"
	_, err := dialTest(t, cfg)
	var re *ResultError
	if !errors.As(err, &re) || re.Code != CodeAuthentication || len(re.Events) != 1 || re.Events[0].Level != LevelError {
		t.Errorf("refused login: %#v", err)
	}
}

func TestLongPasswordNeedsTheExtension(t *testing.T) {
	v := &vault{pw: "a password of twenty-nine chars"}
	addr := testServer(t, &Server{Handler: v})
	for name, cfg := range map[string]ClientConfig{
		"long password": {Addr: addr, Password: v.pw, Extensions: allExt},
		"long new":      {Addr: addr, Password: "short-pw", NewPassword: v.pw, Extensions: allExt},
		"the marker":    {Addr: addr, Password: LoginSecurity, Extensions: allExt},
	} {
		_, err := dialTest(t, cfg)
		var de *DecodeError
		if !errors.As(err, &de) || strings.Contains(err.Error(), v.pw) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(v.logins) != 0 {
		t.Errorf("%d logins reached the server", len(v.logins))
	}
}

// Logins whose two halves do not fit each other never reach the handler.
func TestLoginSecHalves(t *testing.T) {
	for name, c := range map[string]struct {
		pw, newPW string
		x         *LoginSecCommand
		code      Code
	}{
		"marker without password":     {LoginSecurity, "", &LoginSecCommand{}, CodeMissingParameter},
		"marker without extension":    {LoginSecurity, "", nil, CodeMissingParameter},
		"password without marker":     {"short-pw", "", &LoginSecCommand{Password: "some long password"}, CodeUseError},
		"marker as password":          {LoginSecurity, "", &LoginSecCommand{Password: LoginSecurity}, CodeParameterPolicy},
		"new marker without password": {"short-pw", LoginSecurity, &LoginSecCommand{}, CodeMissingParameter},
		"new password without marker": {"short-pw", "", &LoginSecCommand{NewPassword: "some long password"}, CodeUseError},
		"marker as new password":      {"short-pw", LoginSecurity, &LoginSecCommand{NewPassword: LoginSecurity}, CodeParameterPolicy},
	} {
		var exts []Value
		if c.x != nil {
			exts = []Value{c.x}
		}
		if _, r := (&Login{Password: c.pw, NewPassword: c.newPW}).reveal(exts); r.Code() != c.code {
			t.Errorf("%s: code %d, want %d", name, r.Code(), c.code)
		}
	}
}
