package epp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// The smallest client: log in, ask, take leave. Registries want TLS with a
// client certificate; theirs is checked against the system's roots unless
// RootCAs says otherwise.
func ExampleDial() {
	addr, roots, mine := registryForExamples(nil)

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := epp.Dial(ctx, epp.ClientConfig{
		Addr:     addr, // "epp.registry.example:700"
		TLS:      &tls.Config{Certificates: []tls.Certificate{mine}, RootCAs: roots},
		ClID:     "registrar-1",
		Password: "s3cret-pw",
		// What else we speak; of these the session has what the greeting offers.
		Extensions: []epp.Extension{epp.RGP, epp.SecDNS},
	})
	var refused *epp.ResultError
	switch {
	case errors.As(err, &refused):
		log.Fatal("login refused: ", refused.Code)
	case err != nil:
		log.Fatal("no session: ", err)
	}
	defer c.Logout(ctx)

	resp, err := c.Do(ctx, &epp.Command{Action: &epp.DomainInfo{Name: "taken.example"}})
	if err != nil {
		log.Fatal(err) // no usable answer came back
	}
	if err := resp.Err(); err != nil {
		log.Fatal(err) // the registry says no
	}
	info, _ := epp.Find[*epp.DomainInfoData](resp.ResData)
	rgp, _ := epp.Find[*epp.RGPInfoData](resp.Extensions)
	fmt.Println(info.Name, info.ClID, info.ExDate.Format(time.DateOnly), rgp.Statuses[0].Value)
	// Output: taken.example registrar-2 2027-11-24 addPeriod
}

// Reads may be sent without waiting for one another; answers come in order.
func ExampleClient_DoAll() {
	addr, roots, mine := registryForExamples(nil)
	ctx := context.Background()
	c, err := epp.Dial(ctx, epp.ClientConfig{Addr: addr, ClID: "registrar-1", Password: "s3cret-pw",
		TLS: &tls.Config{Certificates: []tls.Certificate{mine}, RootCAs: roots}})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Logout(ctx)
	var cmds []*epp.Command
	for _, name := range []string{"free.example", "taken.example"} {
		cmds = append(cmds, &epp.Command{Action: &epp.DomainCheck{Names: []string{name}}})
	}
	for _, a := range c.DoAll(ctx, cmds) {
		if a.Err != nil {
			log.Fatal(a.Err)
		}
		data, _ := epp.Find[*epp.DomainCheckData](a.Response.ResData)
		fmt.Println(data.Items[0].ID, data.Items[0].Avail)
	}
	// Output:
	// free.example true
	// taken.example false
}

// The message queue: keep what came, then acknowledge it, whatever it says. A
// message that is not acknowledged blocks those behind it.
func ExamplePoll() {
	addr, roots, mine := registryForExamples(nil)
	ctx := context.Background()
	c, err := epp.Dial(ctx, epp.ClientConfig{Addr: addr, ClID: "registrar-1", Password: "s3cret-pw",
		TLS: &tls.Config{Certificates: []tls.Certificate{mine}, RootCAs: roots}})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Logout(ctx)
	keep := func(resp *epp.Response) { // to disk, before the acknowledgement
		fmt.Println("kept", resp.MsgQ.ID, resp.MsgQ.Msg)
		if pan, ok := epp.Find[*epp.DomainPendingData](resp.ResData); ok {
			fmt.Println("pending action on", pan.ID, "asked for as", pan.ClTRID, "done:", pan.Done)
		}
	}
	for {
		resp, err := c.Do(ctx, &epp.Command{Action: &epp.Poll{Op: epp.PollRequest}})
		if err != nil {
			log.Fatal(err) // come back later; nothing is lost
		}
		if resp.Code() != epp.CodeAckToDequeue { // 1300: empty
			fmt.Println(resp.Code())
			break
		}
		keep(resp)
		resp, err = c.Do(ctx, &epp.Command{Action: &epp.Poll{Op: epp.PollAck, MsgID: resp.MsgQ.ID}})
		if err != nil || resp.Err() != nil {
			log.Fatal(err, resp.Err()) // the same message will come again: know it by its id
		}
	}
	// Output:
	// kept 7 Review completed.
	// pending action on late.example asked for as OURS-1 done: true
	// 1300
}

// A lost answer leaves the outcome unknown. Sending the command again could do
// the thing twice, so ask on a new session first. What proves that an object is
// ours is something that nobody else can know, such as the authorization
// information that we have set: that we sponsor it is not enough when several
// orders for one name are on their way.
func ExampleOutcomeUnknown() {
	// This registry carries creates out, and cuts the line instead of answering.
	addr, roots, mine := registryForExamples(func(cmd *epp.Command) *epp.WireAct {
		if _, ok := cmd.Action.(*epp.DomainCreate); ok {
			return &epp.WireAct{Drop: true, Close: true}
		}
		return nil
	})
	ctx := context.Background()
	cfg := epp.ClientConfig{Addr: addr, ClID: "registrar-1", Password: "s3cret-pw",
		TLS: &tls.Config{Certificates: []tls.Certificate{mine}, RootCAs: roots}}
	c, err := epp.Dial(ctx, cfg)
	if err != nil {
		log.Fatal(err)
	}
	// Written down before it is sent: the name, the transaction id, the secret.
	create := &epp.Command{ClTRID: "ORDER-4711", Action: &epp.DomainCreate{Name: "free.example", Period: epp.Years(1), AuthInfo: epp.Password("4711-only-we-know")}}
	resp, err := c.Do(ctx, create)
	switch {
	case epp.OutcomeUnknown(err):
		fmt.Println("sent, not answered")
	case err != nil:
		fmt.Println("never sent: safe to try again")
		return
	default:
		fmt.Println("answered:", resp.Code())
		return
	}

	if c, err = epp.Dial(ctx, cfg); err != nil {
		log.Fatal(err) // still unknown: ask later
	}
	defer c.Logout(ctx)
	resp, err = c.Do(ctx, &epp.Command{Action: &epp.DomainInfo{Name: "free.example"}})
	if err != nil {
		log.Fatal(err) // still unknown
	}
	info, _ := epp.Find[*epp.DomainInfoData](resp.ResData)
	switch {
	case resp.Code() == epp.CodeObjectDoesNotExist:
		fmt.Println("not there now; after the registry's longest command time, not there at all")
	case resp.Err() != nil:
		fmt.Println("still unknown:", resp.Err())
	case info.ClID == "registrar-1" && info.AuthInfo != nil && info.AuthInfo.Pw == "4711-only-we-know":
		fmt.Println("ours, expires", info.ExDate.Format(time.DateOnly))
	default:
		fmt.Println("somebody else's")
	}
	// Output:
	// sent, not answered
	// ours, expires 2027-11-24
}
