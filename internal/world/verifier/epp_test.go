package verifier

import (
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/idna"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/epp/signedcode"
)

func TestAPersonIsVerified(t *testing.T) {
	s := serve(t)
	c := s.login()
	d := created(t, s.do(c, epp.CodeOKPending, person("苏禾", suHe, "reference-1")))
	if d.Outcome != epp.NVWaiting || d.Status != epp.NVPending || d.Code.Type != signedcode.TypeRealName || !strings.HasPrefix(d.Code.Value, "1-") || !d.CrDate.Equal(t0) {
		t.Errorf("pending: %+v", d)
	}
	s.do(c, epp.CodeNoMessages, &epp.Poll{Op: epp.PollRequest})
	if r := s.do(c, epp.CodeStatusProhibits, &epp.NVInfo{Code: d.Code.Value}); reason(r) != "pendingCompliant" {
		t.Errorf("info while pending: %q", reason(r))
	}
	s.restart()
	c = s.login()
	if in := s.input(c, d.Code.Value); in.Num != suHe || len(in.Documents) != 1 || in.Documents[0].FileContent != photo {
		t.Errorf("input: %+v of %d pictures", in, len(in.Documents))
	}
	if at, ok := s.NextDue(); !ok || !at.Equal(t0.Add(DefaultDelay)) {
		t.Errorf("due at %v %v", at, ok)
	}
	s.pass(DefaultDelay - time.Millisecond)
	s.do(c, epp.CodeNoMessages, &epp.Poll{Op: epp.PollRequest})
	s.pass(time.Millisecond)
	p := s.polled(c)
	if p.Code != d.Code || p.Status != epp.NVCompliant || p.Msg != "N000 核验通过" || !p.Date.Equal(t0.Add(DefaultDelay)) {
		t.Errorf("panData: %+v", p)
	}
	s.do(c, epp.CodeNoMessages, &epp.Poll{Op: epp.PollRequest})
	info, ok := epp.Find[*epp.NVInfoData](s.do(c, epp.CodeOK, &epp.NVInfo{Code: d.Code.Value}).ResData)
	if !ok || info.SignedCode == nil || info.SignedCode.Encoded == "" || info.SignedCode.AuthInfo.Pw != "reference-1" {
		t.Fatalf("info: %+v", info)
	}
	if in := s.input(c, d.Code.Value); in.Num != suHe || len(in.Documents) > 0 {
		t.Errorf("input after the opinion: %+v of %d pictures", in, len(in.Documents))
	}
	if n := s.files(); n != 0 {
		t.Errorf("%d pictures are kept after the opinion", n)
	}
	s.do(c, epp.CodeOK, person("苏禾", suHe, "reference-1")) // asked again, with the picture
	if n := s.files(); n != 0 {
		t.Errorf("%d pictures are kept of a repetition", n)
	}
}

// A registrar that lost the answer sends the create again: there is one case,
// and every answer says how it stands.
func TestALostAnswerIsFoundOut(t *testing.T) {
	s := serve(t)
	if err := s.SetSettings(ProviderEPP, Settings{Delay: time.Hour, Lose: 1}); err != nil {
		t.Fatal(err)
	}
	c := s.login()
	_, err := c.Do(t.Context(), &epp.Command{Action: person("苏禾", suHe, "reference-1")})
	if !epp.OutcomeUnknown(err) {
		t.Fatalf("the answer was to be lost: %v", err)
	}
	c = s.login()
	first := created(t, s.do(c, epp.CodeOKPending, person("苏禾", suHe, "reference-1")))
	s.pass(time.Hour)
	again := created(t, s.do(c, epp.CodeOK, person("苏禾", suHe, "reference-1")))
	if again.Outcome != epp.NVSuccess || again.Code != first.Code || again.Encoded == "" {
		t.Errorf("again: %+v, was %+v", again, first)
	}
	if n := len(s.Cases()); n != 1 {
		t.Errorf("%d cases", n)
	}
	s.do(c, epp.CodeObjectExists, person("白露", baiLu, "reference-1"))
	// Without a reference, or of another registrar, it is another case.
	s.do(c, epp.CodeOKPending, person("苏禾", suHe, ""))
	rival, err := s.dial("rival", "b-good-password", "openreg")
	if err != nil {
		t.Fatal(err)
	}
	defer rival.Close()
	s.do(rival, epp.CodeOKPending, person("苏禾", suHe, "reference-1"))
	if n := len(s.Cases()); n != 3 {
		t.Errorf("%d cases", n)
	}
	s.do(rival, epp.CodeInvalidAuthInfo, &epp.NVInfo{Code: first.Code.Value})
	s.do(rival, epp.CodeOK, &epp.NVInfo{Code: first.Code.Value, AuthInfo: epp.Password("reference-1")})
}

// One opinion of each kind, as the message carries it.
func TestOpinions(t *testing.T) {
	s := serve(t)
	if err := s.SetSettings(ProviderEPP, Settings{}); err != nil { // at once
		t.Fatal(err)
	}
	put := func(orgs bool, e Entry) {
		t.Helper()
		if err := s.PutEntry(orgs, e); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range []Entry{
		{Number: "1", Name: "甲", State: StateMoving},
		{Number: "2", Name: "甲", State: StateSpecial},
		{Number: "3", Name: "甲", State: StateTooNew, Issued: "2026-11-20", ListedFrom: "2026-12-04"},
		{Number: "4", Name: "甲", State: StateOK, ValidUntil: "2026-11-23"},
		{Number: "5", Name: "甲", State: StateUnfit, Answer: "请补盖章=红章;"},
		{Number: "6", Name: "甲", State: StateUnclear},
		{Number: "7", Name: "甲", State: StateProceedings, Case: "D2026-0001", Since: "2026-10-01"},
		{Number: "8", Name: "甲", State: StateBlacklisted, Item: "2026-17"},
		{Number: "9", Name: "甲", State: StateRestricted, By: "cnsim", Reason: "third strike"},
		{Number: "10", Name: "甲", State: StateUnreadable},
		{Number: "11", Name: "甲", State: StateOK, ValidUntil: "2026-11-24"}, // its last day
		{Number: "12", Name: "甲", State: StateTooNew, ListedFrom: "2026-11-24"},
	} {
		put(false, e)
	}
	put(true, Entry{Number: "O1", Name: "乙", State: StateChanged, Field: "representative"})
	c := s.login()
	for _, tc := range []struct {
		role, proof, name, number string
		want                      string // "" verified
	}{
		{"person", "poc", "苏禾", suHe, ""},
		{"person", "poc", "苏 禾", suHe, ""},
		{"person", "poc", "苏和", suHe, "N002[field=name] 姓名与登记不一致"},
		{"person", "poc", "苏禾", "330197199001011291", "N001[field=number] 登记里没有这个号码"},
		{"person", "poc", "甲", "1", "N003 户口正在迁移，登记里暂时核不到"},
		{"person", "poc", "甲", "2", "N004 这类身份的号码无法核验"},
		{"person", "poc", "甲", "3", "N005[issued=2026-11-20;until=2026-12-04] 证件签发不久，登记里还查不到"},
		{"person", "poc", "甲", "4", "N006[until=2026-11-23] 证件已经过期"},
		{"person", "poc", "甲", "5", "N007[answer=请补盖章%3D红章%3B] 材料不合要求"},
		{"person", "poc", "甲", "6", "N010 身份无法确认"},
		{"person", "poc", "甲", "7", "N011[case=D2026-0001;since=2026-10-01] 正在域名相关的诉讼或仲裁中"},
		{"person", "poc", "甲", "8", "N013[entry=2026-17] 在主管部门的不良记录名单上"},
		{"person", "poc", "甲", "9", "N014[reason=third strike;registry=cnsim] 被注册局限制"},
		{"person", "poc", "甲", "10", "N012 图片看不清"},
		{"person", "poc", "甲", "11", ""},
		{"person", "poc", "甲", "12", ""},
		{"person", "poot", "SU HE", "E11111117", ""},                                   // a passport in the register
		{"person", "poot", "谁", "H01234567", ""},                                       // a permit that is not
		{"person", "poot", "Rossi", "YB4471926", "N008[region=other] 暂不受理这个地区的主体"},     // a foreign passport
		{"person", "poc", "谁", "H01234567", "N001[field=number] 登记里没有这个号码"},            // is no identity card
		{"org", "poe", "杭州云栖科技（集团）有限公司", yunqi, ""},                                    // brackets of either width
		{"org", "poe", "杭州云栖科技(集团)有限公司", "330197000012345", ""},                        // by the old licence's number
		{"org", "poe", "云栖科技", yunqi, "N009[field=name] 与组织登记信息不一致"},                   // abbreviated
		{"org", "poe", "杭州", "91330197MA2A0K7C5X", "N009[field=number] 与组织登记信息不一致"},    // unknown
		{"org", "poot", "某基金会", "91330197MA2A0K7C5X", "N009[field=number] 与组织登记信息不一致"}, // a credit code is in the register
		{"org", "poot", "某代表处", "G-2026-17", ""},                                       // another certificate is not
		{"org", "poe", "乙", "o1", "N009[field=representative] 与组织登记信息不一致"},             // the record differs
	} {
		act := person(tc.name, tc.number, "")
		act.RNV.Role, act.RNV.ProofType = tc.role, tc.proof
		want := epp.CodeOK
		if tc.want != "" {
			want = epp.CodeValueRange
		}
		if d := created(t, s.do(c, want, act)); d.Msg != tc.want || (d.Encoded == "") != (tc.want != "") {
			t.Errorf("%s %s: %+v, want %q", tc.name, tc.number, d, tc.want)
		}
	}
}

func TestNames(t *testing.T) {
	s := serve(t)
	c := s.login()
	chk, ok := epp.Find[*epp.NVCheckData](s.do(c, epp.CodeOK, &epp.NVCheck{Names: []string{"harbour", "capital", "xn--fiq228c", "在线赌博"}}).ResData)
	if !ok || !chk.Items[0].Avail || chk.Items[1].Avail || !chk.Items[1].Restricted || !chk.Items[2].Avail || chk.Items[3].Avail || chk.Items[3].Restricted || chk.Items[3].Reason == "" {
		t.Fatalf("%+v", chk)
	}
	name := func(label, subject string) *epp.NVCreate {
		return &epp.NVCreate{NVInput: epp.NVInput{DNV: &epp.DomainName{Name: label, RNVCode: subject}}}
	}
	gambling, err := idna.ToASCII("赌博")
	if err != nil {
		t.Fatal(err)
	}
	d := created(t, s.do(c, epp.CodeOK, name("harbour", "")))
	if d.Outcome != epp.NVSuccess || d.Code.Type != signedcode.TypeDomain || d.Encoded == "" {
		t.Errorf("%+v", d)
	}
	if d := created(t, s.do(c, epp.CodeValueRange, name(gambling, ""))); !strings.HasPrefix(d.Msg, "N021[word=赌博]") {
		t.Errorf("%+v", d)
	}
	if d := created(t, s.do(c, epp.CodeValueRange, name("capital", ""))); !strings.HasPrefix(d.Msg, "N020[word=capital]") {
		t.Errorf("%+v", d)
	}
	r := created(t, s.do(c, epp.CodeOKPending, person("苏禾", suHe, "reference-1")))
	if d := created(t, s.do(c, epp.CodeValueRange, name("capital", r.Code.Value))); !strings.HasPrefix(d.Msg, "N022") {
		t.Errorf("with a pending registrant: %+v", d)
	}
	s.pass(DefaultDelay)
	if d := created(t, s.do(c, epp.CodeOK, name("capital", r.Code.Value))); d.Outcome != epp.NVSuccess {
		t.Errorf("with a verified registrant: %+v", d)
	}
	if d := created(t, s.do(c, epp.CodeValueRange, name("capital", d.Code.Value))); !strings.HasPrefix(d.Msg, "N022") {
		t.Errorf("with a name's code for the registrant's: %+v", d)
	}
}

func TestLogin(t *testing.T) {
	s := serve(t)
	for what, try := range map[string]struct{ client, pw, cert string }{
		"wrong password":        {"openreg", "b-good-password", "openreg"},
		"nobody":                {"nobody", "a-good-password", "openreg"},
		"no certificate":        {"openreg", "a-good-password", ""},
		"another's certificate": {"openreg", "a-good-password", "stranger"},
	} {
		_, err := s.dial(try.client, try.pw, try.cert)
		var re *epp.ResultError
		if !errors.As(err, &re) || re.Code != epp.CodeAuthentication {
			t.Errorf("%s: %v", what, err)
		}
	}
	s.login()
}
