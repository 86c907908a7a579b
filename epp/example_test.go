package epp_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// shop is the whole of a handler: one registrar, one registered name.
type shop struct{}

func (shop) Login(_ context.Context, _ *epp.Conn, l *epp.Login, _ *epp.Command) (epp.Session, *epp.Response) {
	if l.ClID == "registrar-1" && l.Password == "s3cret-pw" {
		return l.ClID, nil // admitted
	}
	return nil, nil // 2200
}

func (shop) Handle(_ context.Context, _ epp.Session, cmd *epp.Command) *epp.Response {
	switch a := cmd.Action.(type) {
	case *epp.DomainCheck:
		data := &epp.DomainCheckData{}
		for _, name := range a.Names {
			item := epp.CheckItem{ID: name, Avail: name != "taken.example"}
			if !item.Avail {
				item.Reason = "In use"
			}
			data.Items = append(data.Items, item)
		}
		return epp.NewResponse(epp.CodeOK, data)
	case *epp.DomainCreate:
		return epp.Fail(epp.CodeParameterPolicy, "",
			epp.NewResultValue(epp.NSDomain, "name", a.Name, "not sold here"))
	}
	return epp.Fail(epp.CodeUnimplementedCommand, "")
}

// A server and a client in one process. Real ones set TLS on both sides.
func Example() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	srv := &epp.Server{
		Handler:    shop{},
		Greeting:   epp.GreetingConfig{ServerID: "Shop registry"},
		Extensions: []epp.Extension{epp.RGP, epp.SecDNS},
	}
	go srv.Serve(ln)
	defer srv.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := epp.Dial(ctx, epp.ClientConfig{
		Addr: ln.Addr().String(), ClID: "registrar-1", Password: "s3cret-pw",
		Extensions: []epp.Extension{epp.RGP, epp.Fee},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Logout(ctx)
	fmt.Println(c.Greeting().ServerID, "rgp:", c.HasService(epp.NSRGP), "fee:", c.HasService(epp.NSFee))

	resp, err := c.Do(ctx, &epp.Command{Action: &epp.DomainCheck{Names: []string{"free.example", "taken.example"}}})
	if err != nil {
		log.Fatal(err)
	}
	if data, ok := epp.Find[*epp.DomainCheckData](resp.ResData); ok {
		for _, item := range data.Items {
			fmt.Printf("%s %v %q\n", item.ID, item.Avail, item.Reason)
		}
	}

	resp, err = c.Do(ctx, &epp.Command{Action: &epp.DomainCreate{Name: "free.example", Period: epp.Years(1)}})
	switch {
	case epp.OutcomeUnknown(err):
		fmt.Println("ask the registry before trying again")
	case err != nil:
		fmt.Println("not sent:", err)
	default:
		var refused *epp.ResultError
		if errors.As(resp.Err(), &refused) {
			fmt.Println(refused.Code, refused.Reasons)
		}
	}
	// Output:
	// Shop registry rgp: true fee: false
	// free.example true ""
	// taken.example false "In use"
	// 2306 [not sold here]
}

// Extension code needs a namespace, a way in and a way out.
func ExampleExtension() {
	note := epp.Extension{Namespace: noteNS, Decode: func(el *epp.Element) (epp.Value, error) {
		if el.Local != "note" {
			return nil, nil // kept as *epp.Raw
		}
		return &Note{Text: el.Text}, nil
	}}
	frame := epp.EncodeCommand(&epp.Command{
		Action:     &epp.DomainDelete{Name: "old.example"},
		Extensions: []epp.Value{&Note{Text: "by request"}},
		ClTRID:     "ABC-1",
	})
	m, err := epp.NewCodec(note).Decode(frame)
	if err != nil {
		log.Fatal(err)
	}
	got, ok := epp.Find[*Note](m.Command.Extensions)
	fmt.Println(got.Text, ok)
	// Output: by request true
}

const noteNS = "urn:example:note-1.0"

// Note is an extension of one's own.
type Note struct{ Text string }

// Namespace implements [epp.Value].
func (*Note) Namespace() string { return noteNS }

// Encode implements [epp.Value].
func (n *Note) Encode(w *epp.Writer) {
	w.Root("note:note", noteNS)
	w.Text(n.Text)
	w.Close("note:note")
}

// What a transcript may keep.
func ExampleMask() {
	fmt.Printf("%s\n", epp.Mask([]byte(`<login><clID>registrar-1</clID><pw>s3cret-pw</pw></login>`)))
	// Output: <login><clID>registrar-1</clID><pw>********</pw></login>
}
