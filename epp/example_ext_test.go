package epp_test

import (
	"fmt"
	"log"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// A name under trademark claims: ask for the claim key, show the notice that
// it stands for to the registrant, and send the acceptance with the create.
func ExampleLaunch() {
	claims := epp.LaunchPhase{Phase: epp.PhaseClaims}
	check := &epp.Command{
		Action:     &epp.DomainCheck{Names: []string{"lantern.example"}},
		Extensions: []epp.Value{&epp.LaunchCheck{Type: epp.LaunchCheckClaims, Phase: claims}},
	}
	fmt.Println(check.Transforms())

	// What a registry answers.
	answer := &epp.LaunchCheckData{Phase: claims, Items: []epp.LaunchCheckItem{
		{Name: "lantern.example", Exists: true, ClaimKeys: []epp.ValidatedText{{Text: "2026/claim/7"}}},
	}}
	if item := answer.Items[0]; item.Exists {
		fmt.Println("fetch the notice of", item.ClaimKeys[0].Text)
	}

	shown := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	create := &epp.LaunchCreate{Phase: claims, Notices: []epp.LaunchNotice{{
		ID: epp.ValidatedText{Text: "a-notice"}, NotAfter: shown.Add(48 * time.Hour), AcceptedDate: shown,
	}}}
	frame := epp.EncodeCommand(&epp.Command{
		Action:     &epp.DomainCreate{Name: "lantern.example", Period: epp.Years(1)},
		Extensions: []epp.Value{create},
		ClTRID:     "ABC-1",
	})
	m, err := epp.NewCodec(epp.Launch).Decode(frame)
	if err != nil {
		log.Fatal(err)
	}
	got, _ := epp.Find[*epp.LaunchCreate](m.Command.Extensions)
	fmt.Println(got.Notices[0].ID.Text, got.Notices[0].AcceptedDate.Format(time.RFC3339))
	// Output:
	// false
	// fetch the notice of 2026/claim/7
	// a-notice 2026-11-23T08:00:00Z
}

// Poll messages may be about services that the session did not log in with.
// What the server could not send as usual is read all the same.
func ExampleCodec_Unhandled() {
	resp, err := epp.NewCodec().Decode([]byte(`<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><response>
	  <result code="1301"><msg>Command completed successfully; ack to dequeue</msg>
	    <extValue><value><c:changeData xmlns:c="urn:ietf:params:xml:ns:changePoll-1.0"><c:operation>autoRenew</c:operation>
	      <c:date>2026-11-23T08:00:00Z</c:date><c:svTRID>REG-7</c:svTRID><c:who>night run</c:who></c:changeData></value>
	      <reason>urn:ietf:params:xml:ns:changePoll-1.0 not in login services</reason></extValue></result>
	  <msgQ count="3" id="77"/><trID><svTRID>REG-8</svTRID></trID></response></epp>`))
	if err != nil {
		log.Fatal(err)
	}
	everything := epp.NewCodec(epp.ChangePoll, epp.RGP, epp.SecDNS, epp.Fee)
	if change, ok := epp.Find[*epp.ChangePollData](everything.Unhandled(resp.Response)); ok {
		fmt.Println(change.Operation, "by", change.Who)
	}
	// Output: autoRenew by night run
}

// A code for a transfer, and what a registry keeps of it.
func ExampleNewAuthInfo() {
	code := epp.NewAuthInfo()
	kept := epp.HashAuthInfo(code)
	fmt.Println(len(code), epp.CheckAuthInfo(code), epp.AuthInfoMatches(kept, code), epp.AuthInfoMatches(kept, "guess"))
	// Output: 24 <nil> true false
}
