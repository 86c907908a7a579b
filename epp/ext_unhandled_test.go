package epp

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var unhandledGoldens = []golden{
	{"unhandled namespaces", strings.Replace(response(`<msgQ count="1" id="9"/>`), `<msg>Command completed successfully</msg>`, `<msg>Command completed successfully</msg>
      <extValue><value><host:infData `+hosNS+`><host:name>ns1.example.com</host:name><host:roid>NS1-REP</host:roid><host:status s="ok"/><host:clID>opr</host:clID><host:crID>opr</host:crID><host:crDate>2026-04-03T22:00:00Z</host:crDate></host:infData></value><reason>urn:ietf:params:xml:ns:host-1.0 not in login services</reason></extValue>
      <extValue><value><u:odd xmlns:u="urn:odd"/></value><reason>urn:odd not in login services</reason></extValue>`, 1),
		&Message{Response: &Response{Results: []Result{{Code: CodeOK, Msg: "Command completed successfully", Values: []ResultValue{
			unhandledValue(&HostInfoData{Name: "ns1.example.com", ROID: "NS1-REP", Statuses: Statuses("ok"), ClID: "opr", CrID: "opr", CrDate: at("2026-04-03T22:00:00Z")}),
			unhandledValue(&Raw{Element: NewElement("urn:odd", "odd", "")}),
		}}}, MsgQ: &MsgQ{Count: 1, ID: "9"}, ClTRID: "OPR-54321", SvTRID: "SRV-00001"}}},
}

func unhandledValue(v Value) ResultValue {
	return ResultValue{Value: &Element{Space: NSEPP, Local: "value", Children: []*Element{element(v)}}, Reason: v.Namespace() + " not in login services"}
}

func TestUnhandledIsRead(t *testing.T) {
	doc := `<a:epp xmlns:a="urn:ietf:params:xml:ns:epp-1.0" xmlns:b="urn:ietf:params:xml:ns:changePoll-1.0"><a:response><a:result code="1301"><a:msg>ok</a:msg>
	<a:extValue><a:value>
	  <b:changeData><b:operation><![CDATA[autoRenew]]></b:operation><b:date>2026-10-01T08:30:00Z</b:date><b:svTRID>x-1</b:svTRID><b:who>batch</b:who></b:changeData></a:value><a:reason lang="en">
	  urn:ietf:params:xml:ns:changePoll-1.0  not in login services </a:reason></a:extValue>
	<a:extValue><a:value><b:changeData/></a:value><a:reason>urn:ietf:params:xml:ns:changePoll-1.0 not in login services</a:reason></a:extValue>
	<a:extValue><a:value><b:changeData><b:operation>create</b:operation></b:changeData></a:value><a:reason>the client is at fault</a:reason></a:extValue>
	<a:value><b:changeData><b:operation>delete</b:operation></b:changeData></a:value>
	</a:result><a:trID><a:svTRID>s-1</a:svTRID></a:trID></a:response></a:epp>`
	m, err := NewCodec().Decode([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	got := NewCodec(ChangePoll).Unhandled(m.Response)
	want := &ChangePollData{Operation: ChangeAutoRenew, Date: at("2026-10-01T08:30:00Z"), SvTRID: "x-1", Who: "batch"}
	if len(got) != 2 {
		t.Fatalf("%d values, want the two that were unhandled: %+v", len(got), got)
	}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if raw, ok := got[1].(*Raw); !ok || raw.Err == nil {
		t.Errorf("what can't be read is not kept raw: %+v", got[1])
	}
	for _, v := range NewCodec().Unhandled(m.Response) {
		if raw, ok := v.(*Raw); !ok || raw.Namespace() != NSChangePoll {
			t.Errorf("a codec without the extension gives %+v", v)
		}
	}
}

// postman answers polls and infos with more than clients may know.
type postman struct{ shared *Response }

func (postman) Login(context.Context, *Conn, *Login, *Command) (Session, *Response) { return "in", nil }

func (p postman) Handle(context.Context, Session, *Command) *Response { return p.shared }

func TestUnhandledBetweenClientAndServer(t *testing.T) {
	host := &HostInfoData{Name: "ns1.example.com", ROID: "NS1-REP", Statuses: Statuses("ok"), ClID: "opr", CrID: "opr", CrDate: at("2026-04-03T22:00:00Z")}
	change := &ChangePollData{Operation: ChangeUpdate, Date: at("2026-10-01T08:30:00Z"), SvTRID: "REG-1", Who: "desk"}
	rgp := &RGPInfoData{Statuses: Statuses(RGPAddPeriod)}
	odd := &Raw{Element: &Element{Space: "urn:odd", Local: "odd", Children: []*Element{NewElement("urn:odd", "n", "1")}}}
	shared := NewResponse(CodeOK, infoData(), host)
	shared.Extensions = []Value{rgp, change, odd}
	shared.Results[0].Values = make([]ResultValue, 0, 8)

	poll := &Command{Action: &Poll{Op: PollRequest}}
	info := &Command{Action: &DomainInfo{Name: "brand.example"}}
	for _, c := range []struct {
		name      string
		server    []Extension
		client    []Extension
		cmd       *Command
		resData   []Value
		exts      []Value
		unhandled []Value
	}{
		{"poll, client knows little", []Extension{RGP, ChangePoll, UnhandledNamespaces}, nil, poll,
			[]Value{infoData()}, nil, []Value{host, rgp, change, odd}},
		{"poll, client knows more", []Extension{RGP, ChangePoll, UnhandledNamespaces}, []Extension{RGP, UnhandledNamespaces}, poll,
			[]Value{infoData()}, []Value{rgp}, []Value{host, change, odd}},
		{"info, client reads it", []Extension{RGP, ChangePoll, UnhandledNamespaces}, []Extension{RGP, UnhandledNamespaces}, info,
			[]Value{infoData(), host}, []Value{rgp}, []Value{change, odd}},
		{"info, client does not", []Extension{RGP, ChangePoll, UnhandledNamespaces}, []Extension{RGP}, info,
			[]Value{infoData(), host}, []Value{rgp}, nil},
		{"poll, server does not", []Extension{RGP, ChangePoll}, []Extension{RGP, UnhandledNamespaces}, poll,
			[]Value{infoData(), host}, []Value{rgp}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			addr := testServer(t, &Server{Handler: postman{shared}, Extensions: c.server})
			cl := mustDial(t, ClientConfig{Addr: addr, Objects: []string{NSDomain}, Extensions: c.client})
			for range 2 { // the handler's value is shared: it must not pile up
				r, err := cl.Do(t.Context(), c.cmd)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.resData, r.ResData); diff != "" {
					t.Errorf("data (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(c.exts, r.Extensions); diff != "" {
					t.Errorf("extensions (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(c.unhandled, NewCodec(allExt...).Unhandled(r)); diff != "" {
					t.Errorf("unhandled (-want +got):\n%s", diff)
				}
				if len(cl.Unhandled(r)) != len(c.unhandled) {
					t.Error("the session's codec sees another number")
				}
			}
		})
	}
	if len(shared.Extensions) != 3 || len(shared.ResData) != 2 || len(shared.Results[0].Values) != 0 || shared.Results[0].Values[:1][0].Value != nil {
		t.Errorf("the handler's response was changed: %+v", shared)
	}
}

// An extension that writes no XML must not break the answer.
func TestUnreadableValue(t *testing.T) {
	r := NewResponse(CodeOK)
	r.Extensions = []Value{broken{}}
	r.handled(nil, false, true)
	r.SvTRID = "SRV-1"
	frame := EncodeResponse(r)
	collect(t, frame)
	if _, err := ParseElement(frame); err != nil || !bytes.Contains(frame, []byte("urn:broken not in login services")) {
		t.Errorf("%v: %s", err, frame)
	}
}

type broken struct{}

func (broken) Namespace() string { return "urn:broken" }
func (broken) Encode(w *Writer)  { w.Open("x:never-closed") }
