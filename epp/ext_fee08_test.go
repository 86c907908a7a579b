package epp

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const fee08NS = `xmlns:fee="urn:ietf:params:xml:ns:fee-0.8"`

var fee08Goldens = []golden{
	{"fee-0.8 check", command(`<check><domain:check ` + domNS + `><domain:name>gold.top</domain:name><domain:name>plain.top</domain:name></domain:check></check>
      <extension><fee:check ` + fee08NS + `>
        <fee:domain><fee:name>gold.top</fee:name><fee:currency>CNY</fee:currency><fee:command>create</fee:command><fee:period unit="y">1</fee:period></fee:domain>
        <fee:domain><fee:name>gold.top</fee:name><fee:currency>CNY</fee:currency><fee:command phase="claims" subphase="landrush">renew</fee:command></fee:domain>
        <fee:domain><fee:name>plain.top</fee:name><fee:currency>CNY</fee:currency><fee:command>create</fee:command><fee:period unit="y">1</fee:period></fee:domain>
        <fee:domain><fee:name>plain.top</fee:name><fee:currency>CNY</fee:currency><fee:command phase="claims" subphase="landrush">renew</fee:command></fee:domain></fee:check></extension>`),
		act(&DomainCheck{[]string{"gold.top", "plain.top"}}, &FeeCheck{NS: NSFee08, Currency: "CNY", Names: []string{"gold.top", "plain.top"},
			Commands: []FeeCommand{{Name: "create", Period: Years(1)}, {Name: "renew", Phase: "claims", Subphase: "landrush"}}})},
	{"fee-0.8 check answer", response(`<resData><domain:chkData ` + domNS + `><domain:cd><domain:name avail="1">gold.top</domain:name></domain:cd></domain:chkData></resData>
      <extension><fee:chkData ` + fee08NS + `>
        <fee:cd><fee:name>gold.top</fee:name><fee:currency>CNY</fee:currency><fee:command>create</fee:command><fee:period unit="y">1</fee:period><fee:fee description="Registration Fee" refundable="1" grace-period="P5D" applied="delayed">100.00</fee:fee><fee:credit description="gift">-1.00</fee:credit><fee:class>premium</fee:class></fee:cd>
        <fee:cd><fee:name>gold.top</fee:name><fee:currency>CNY</fee:currency><fee:command phase="open">renew</fee:command><fee:fee>90.00</fee:fee><fee:class>premium</fee:class></fee:cd>
        <fee:cd><fee:name>plain.top</fee:name><fee:currency>CNY</fee:currency><fee:command>create</fee:command><fee:fee>33</fee:fee><fee:class>standard</fee:class></fee:cd>
        <fee:cd><fee:name>odd.top</fee:name><fee:currency>CNY</fee:currency><fee:command>restore</fee:command></fee:cd></fee:chkData></extension>`),
		res(&DomainCheckData{[]CheckItem{{ID: "gold.top", Avail: true}}}, &FeeCheckData{NS: NSFee08, Currency: "CNY", Objects: []FeeObject{
			{ID: "gold.top", Avail: true, Class: "premium", Commands: []FeeCommandData{
				{FeeCommand: FeeCommand{Name: "create", Period: Years(1)}, Fees: []FeeItem{{Amount: "100.00", Description: "Registration Fee", Refundable: ptr(true), GracePeriod: "P5D", Applied: "delayed"}}, Credits: []FeeItem{{Amount: "-1.00", Description: "gift"}}},
				{FeeCommand: FeeCommand{Name: "renew", Phase: "open"}, Fees: []FeeItem{{Amount: "90.00"}}}}},
			{ID: "plain.top", Avail: true, Class: "standard", Commands: []FeeCommandData{{FeeCommand: FeeCommand{Name: "create"}, Standard: true, Fees: []FeeItem{{Amount: "33"}}}}},
			{ID: "odd.top", Commands: []FeeCommandData{{FeeCommand: FeeCommand{Name: "restore"}}}}}})},
	{"fee-0.8 info", command(`<info><domain:info ` + domNS + `><domain:name hosts="all">gold.top</domain:name></domain:info></info>
      <extension><fee:info ` + fee08NS + `><fee:currency>CNY</fee:currency><fee:command phase="sunrise">create</fee:command><fee:period unit="y">2</fee:period></fee:info></extension>`),
		act(&DomainInfo{Name: "gold.top"}, &FeeInfo{Currency: "CNY", FeeCommand: FeeCommand{Name: "create", Phase: "sunrise", Period: Years(2)}})},
	{"fee-0.8 info answer", response(infoOf + `<extension><fee:infData ` + fee08NS + `><fee:currency>CNY</fee:currency><fee:command>transfer</fee:command><fee:period unit="y">1</fee:period><fee:fee applied="immediate">70.00</fee:fee><fee:class>tier-2</fee:class></fee:infData></extension>`),
		res(infoData(), &FeeInfoData{Currency: "CNY", Class: "tier-2", FeeCommandData: FeeCommandData{FeeCommand: FeeCommand{Name: "transfer", Period: Years(1)}, Fees: []FeeItem{{Amount: "70.00", Applied: "immediate"}}}})},
	{"fee-0.8 create", command(`<create><domain:create ` + domNS + `><domain:name>gold.top</domain:name><domain:authInfo><domain:pw/></domain:authInfo></domain:create></create>
      <extension><fee:create ` + fee08NS + `><fee:currency>CNY</fee:currency><fee:fee>100.00</fee:fee></fee:create></extension>`),
		act(&DomainCreate{Name: "gold.top", AuthInfo: &AuthInfo{}}, &FeeTransform{NS: NSFee08, Verb: VerbCreate, Currency: "CNY", Fees: []FeeItem{{Amount: "100.00"}}})},
	{"fee-0.8 create answer", response(`<resData><domain:creData ` + domNS + `><domain:name>gold.top</domain:name><domain:crDate>2026-11-23T22:00:00Z</domain:crDate></domain:creData></resData>
      <extension><fee:creData ` + fee08NS + `><fee:currency>CNY</fee:currency><fee:fee refundable="1" grace-period="P8D" applied="delayed">100.00</fee:fee><fee:balance>9000.50</fee:balance><fee:creditLimit>500</fee:creditLimit></fee:creData></extension>`),
		res(&DomainCreateData{Name: "gold.top", CrDate: at("2026-11-23T22:00:00Z")}, &FeeTransformData{NS: NSFee08, Verb: VerbCreate, Currency: "CNY",
			Fees: []FeeItem{{Amount: "100.00", Refundable: ptr(true), GracePeriod: "P8D", Applied: "delayed"}}, Balance: "9000.50", CreditLimit: "500"})},
	{"fee-0.8 transfer answer", response(`<extension><fee:trnData ` + fee08NS + `><fee:currency>CNY</fee:currency><fee:period unit="y">1</fee:period><fee:fee>35.00</fee:fee></fee:trnData></extension>`),
		res(nil, &FeeTransformData{NS: NSFee08, Verb: VerbTransfer, Currency: "CNY", Period: Years(1), Fees: []FeeItem{{Amount: "35.00"}}})},
	{"fee-0.8 renew, restore, delete", response(`<extension><fee:renData ` + fee08NS + `><fee:currency>CNY</fee:currency><fee:fee>35.00</fee:fee></fee:renData>
      <fee:updData ` + fee08NS + `><fee:currency>CNY</fee:currency><fee:fee>300.00</fee:fee></fee:updData><fee:delData ` + fee08NS + `><fee:currency>CNY</fee:currency><fee:credit>-35.00</fee:credit></fee:delData></extension>`),
		res(nil, &FeeTransformData{NS: NSFee08, Verb: VerbRenew, Currency: "CNY", Fees: []FeeItem{{Amount: "35.00"}}},
			&FeeTransformData{NS: NSFee08, Verb: VerbUpdate, Currency: "CNY", Fees: []FeeItem{{Amount: "300.00"}}},
			&FeeTransformData{NS: NSFee08, Verb: VerbDelete, Currency: "CNY", Credits: []FeeItem{{Amount: "-35.00"}}})},
}

func TestFee08CommandsRefused(t *testing.T) {
	fee := func(verb, inner string) string {
		return withExt(`<fee:` + verb + ` ` + fee08NS + `>` + inner + `</fee:` + verb + `>`)
	}
	domain := func(inner string) string { return `<fee:domain>` + inner + `</fee:domain>` }
	const name, create = `<fee:name>a.top</fee:name>`, `<fee:command>create</fee:command>`
	refused(t, map[string]refusal{
		"check of nothing":     {fee("check", ""), CodeMissingParameter},
		"check of no name":     {fee("check", domain(create)), CodeMissingParameter},
		"check of no command":  {fee("check", domain(name)), CodeMissingParameter},
		"check of odd command": {fee("check", domain(name+`<fee:command>freeze</fee:command>`)), CodeValueSyntax},
		"check in the 1.0 way": {fee("check", `<fee:command name="create"/>`), CodeSyntaxError},
		"two currencies":       {fee("check", domain(name+`<fee:currency>CNY</fee:currency>`+create)+domain(name+`<fee:currency>USD</fee:currency>`+create)), CodeUnimplementedOption},
		"odd currency":         {fee("check", domain(name+`<fee:currency>yuan</fee:currency>`+create)), CodeValueSyntax},
		"out of order":         {fee("check", domain(create+name)), CodeSyntaxError},
		"a fee in a check":     {fee("check", domain(name+create+`<fee:fee>1</fee:fee>`)), CodeSyntaxError},
		"info of no command":   {fee("info", `<fee:currency>CNY</fee:currency>`), CodeMissingParameter},
		"info with a name":     {fee("info", name+create), CodeSyntaxError},
		"create of no fee":     {fee("create", `<fee:currency>CNY</fee:currency>`), CodeMissingParameter},
		"credit before fee":    {fee("create", `<fee:credit>-1</fee:credit><fee:fee>1</fee:fee>`), CodeSyntaxError},
		"negative fee":         {fee("create", `<fee:fee>-1</fee:fee>`), CodeValueRange},
		"no amount":            {fee("create", `<fee:fee>free</fee:fee>`), CodeValueSyntax},
		"unknown element":      {fee("restore", ""), CodeSyntaxError},
	})
}

func TestFee08AnswersAreReadGenerously(t *testing.T) {
	cd := func(currency string) string {
		return `<f:cd><f:name>a.top</f:name><f:currency>` + currency + `</f:currency><f:when>now</f:when><f:class>standard</f:class><f:command>create</f:command><f:fee>1</f:fee></f:cd>`
	}
	m, err := NewCodec(Fee08).Decode([]byte(response(`<extension><f:chkData xmlns:f="urn:ietf:params:xml:ns:fee-0.8"><f:note/>` + cd("CNY") + `</f:chkData>
	  <f:chkData xmlns:f="urn:ietf:params:xml:ns:fee-0.8">` + cd("CNY") + cd("USD") + `</f:chkData></extension>`)))
	if err != nil {
		t.Fatal(err)
	}
	d, ok := Find[*FeeCheckData](m.Response.Extensions)
	o, _ := d.Object("a.top")
	if !ok || d.Currency != "CNY" || o.Class != "standard" || !o.Avail || !o.Commands[0].Standard || o.Commands[0].Fees[0].Amount != "1" {
		t.Errorf("%+v", d)
	}
	if raw, ok := Find[*Raw](m.Response.Extensions); !ok || raw.Err == nil {
		t.Error("amounts of two currencies were taken for one")
	}
}

// till is a registry that knows prices, and remembers in which version it was
// asked.
type till struct {
	mu    sync.Mutex
	asked []string
}

func (*till) Login(context.Context, *Conn, *Login, *Command) (Session, *Response) { return "in", nil }

func (h *till) Handle(_ context.Context, _ Session, cmd *Command) *Response {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, x := range cmd.Extensions {
		h.asked = append(h.asked, x.Namespace())
	}
	r := NewResponse(CodeOK)
	switch a := cmd.Action.(type) {
	case *DomainCheck:
		ask, ok := Find[*FeeCheck](cmd.Extensions)
		if !ok {
			return Fail(CodeCommandFailed, "no fee check")
		}
		data := &FeeCheckData{Currency: ask.Currency}
		items := &DomainCheckData{}
		for _, n := range a.Names {
			o := FeeObject{ID: n, Avail: true}
			for _, c := range ask.Commands {
				o.Commands = append(o.Commands, FeeCommandData{FeeCommand: c, Standard: true, Fees: []FeeItem{{Amount: "12.00"}}})
			}
			data.Objects = append(data.Objects, o)
			items.Items = append(items.Items, CheckItem{ID: n, Avail: true})
		}
		r.ResData = []Value{items}
		r.Extensions = []Value{data}
	case *DomainCreate:
		agreed, ok := Find[*FeeTransform](cmd.Extensions)
		if !ok {
			return Fail(CodeMissingParameter, "no fee")
		}
		r.ResData = []Value{&DomainCreateData{Name: a.Name, CrDate: at("2026-11-23T22:00:00Z")}}
		r.Extensions = []Value{&FeeTransformData{Verb: VerbCreate, Currency: agreed.Currency, Fees: agreed.Fees}}
	}
	return r
}

// The same program talks to registries of either version.
func TestFeeVersionIsTheSessions(t *testing.T) {
	for _, c := range []struct {
		name   string
		server []Extension
		want   string
	}{
		{"RFC 8748 alone", []Extension{Fee}, NSFee},
		{"fee-0.8 alone", []Extension{Fee08}, NSFee08},
		{"both", []Extension{Fee08, Fee}, NSFee},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := &till{}
			cl := mustDial(t, ClientConfig{Addr: testServer(t, &Server{Handler: h, Extensions: c.server}), Extensions: []Extension{Fee08, Fee}})
			if _, exts := cl.Services(); !slices.Equal(exts, []string{c.want}) || !cl.HasService(c.want) || !cl.HasService(NSFee) || cl.HasService(NSRGP) {
				t.Fatalf("logged in with %v", exts)
			}
			check := &Command{Action: &DomainCheck{[]string{"a.top", "b.top"}},
				Extensions: []Value{&FeeCheck{Currency: "CNY", Commands: []FeeCommand{{Name: "create", Period: Years(1)}, {Name: "renew"}}}}}
			r, err := cl.Do(t.Context(), check)
			if err != nil {
				t.Fatal(err)
			}
			d, ok := Find[*FeeCheckData](r.Extensions)
			if !ok || d.Namespace() != c.want || d.Currency != "CNY" || len(d.Objects) != 2 || len(d.Objects[1].Commands) != 2 ||
				d.Objects[1].Commands[0].Period != Years(1) || !d.Objects[1].Commands[1].Standard || d.Objects[1].Commands[1].Fees[0].Amount != "12.00" {
				t.Errorf("check data %+v of %v", d, r)
			}
			r, err = cl.Do(t.Context(), &Command{Action: &DomainCreate{Name: "a.top", AuthInfo: &AuthInfo{}},
				Extensions: []Value{&FeeTransform{Verb: VerbCreate, Currency: "CNY", Fees: []FeeItem{{Amount: "12.00", Description: "agreed", Lang: "zh-CN"}}}}})
			if err != nil {
				t.Fatal(err)
			}
			if d, ok := Find[*FeeTransformData](r.Extensions); !ok || d.Namespace() != c.want || d.Fees[0].Amount != "12.00" {
				t.Errorf("create data %+v of %v", d, r)
			}
			if diff := cmp.Diff([]string{c.want, c.want}, h.asked); diff != "" {
				t.Errorf("asked in (-want +got):\n%s", diff)
			}
			if x := check.Extensions[0].(*FeeCheck); x.NS != "" || x.Names != nil {
				t.Errorf("the command was changed: %+v", x)
			}
		})
	}
}

// A client that logged in with both is answered in the version it asked in.
func TestFeeVersionOfTheCommand(t *testing.T) {
	both := map[string]bool{NSFee: true, NSFee08: true}
	answer := []Value{&FeeTransformData{Verb: VerbRenew, Currency: "CNY"}, &RGPInfoData{}}
	for _, ns := range []string{NSFee, NSFee08} {
		cmd := &Command{Action: &DomainRenew{}, Extensions: []Value{&FeeTransform{NS: ns}}}
		got := inVersions(answer, (&Conn{services: both}).speaks(cmd), nil)
		if got[0].Namespace() != ns || got[1] != answer[1] {
			t.Errorf("asked in %s, answered in %s", ns, got[0].Namespace())
		}
	}
	if answer[0].Namespace() != NSFee {
		t.Error("the handler's own list was changed")
	}
	conn := &Conn{services: map[string]bool{NSFee08: true}}
	if !conn.HasService(NSFee08) || !conn.HasService(NSFee) || conn.HasService(NSRGP) || (&Conn{}).HasService(NSFee) {
		t.Error("the handler is told of other services than it can use")
	}
	// What names its version is put into the session's all the same.
	only := func(uri string) bool { return uri == NSFee }
	if got := inVersions([]Value{&FeeCheckData{NS: NSFee08}, &FeeTransform{NS: NSFee08}}, only, nil); got[0].Namespace() != NSFee || got[1].Namespace() != NSFee {
		t.Errorf("%v", got)
	}
	// No version at all: left alone, for the server to refuse.
	if got := inVersions(answer, func(string) bool { return false }, nil); got[0] != answer[0] {
		t.Errorf("%v", got)
	}
	if strings.Contains(string(EncodeCommand(&Command{Action: &DomainRenew{}, Extensions: []Value{&FeeTransform{NS: NSFee08, Verb: VerbRenew, Fees: []FeeItem{{Amount: "1", Lang: "fr"}}}}})), "lang") {
		t.Error("fee-0.8 has no lang")
	}
}
