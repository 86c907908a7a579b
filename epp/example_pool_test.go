package epp_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// A pool shares a few sessions among many who have commands for a registry.
func ExamplePool() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	srv := &epp.Server{Handler: shop{}, Greeting: epp.GreetingConfig{ServerID: "Shop registry"}}
	go srv.Serve(ln)
	defer srv.Close()

	password := func() string { return "s3cret-pw" } // from a vault, say
	pool, err := epp.NewPool(epp.PoolConfig{
		Limit: 3, // the registry allows 4
		Client: func(context.Context, *epp.PoolSession) (epp.ClientConfig, error) {
			// A real one sets TLS here too, with the certificate of the day.
			return epp.ClientConfig{Addr: ln.Addr().String(), ClID: "registrar-1", Password: password()}, nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	defer pool.Close(ctx)

	// A read: repeated on a new session should the first turn out dead.
	resp, err := pool.Do(ctx, &epp.Command{Action: &epp.DomainCheck{Names: []string{"taken.example"}}})
	if err != nil {
		log.Fatal(err)
	}
	data, _ := epp.Find[*epp.DomainCheckData](resp.ResData)
	fmt.Println(data.Items[0].ID, data.Items[0].Avail)

	// Several commands on one session, and the session given back.
	s, err := pool.Get(ctx, epp.ClassTransform)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Release()
	resp, err = s.Do(ctx, &epp.Command{Action: &epp.DomainCreate{Name: "new.example", AuthInfo: epp.Password("2fooBAR-x")}})
	switch {
	case epp.OutcomeUnknown(err):
		fmt.Println("nobody knows: ask before it is sent again")
	case err != nil:
		fmt.Println("it never left")
	default:
		fmt.Println(resp.Code())
	}
	// Output:
	// taken.example false
	// 2306
}
