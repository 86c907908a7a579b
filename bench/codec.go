package main

import (
	"fmt"
	"os"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// frames are the common ones, in the sizes that a registrar sees.
func frames() []struct {
	name string
	msg  *epp.Message
} {
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	names := func(n int) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprintf("some-longish-name-%02d.example", i))
		}
		return out
	}
	items := func(n int) (out []epp.CheckItem) {
		for i, name := range names(n) {
			out = append(out, epp.CheckItem{ID: name, Avail: i%2 == 0, Reason: []string{"", "In use"}[i%2]})
		}
		return out
	}
	command := func(a epp.Action, x ...epp.Value) *epp.Message {
		return &epp.Message{Command: &epp.Command{Action: a, Extensions: x, ClTRID: "OPENREG-1234567890"}}
	}
	answer := func(v epp.Value, x ...epp.Value) *epp.Message {
		r := epp.NewResponse(epp.CodeOK)
		if v != nil {
			r.ResData = []epp.Value{v}
		}
		r.Extensions, r.ClTRID, r.SvTRID = x, "OPENREG-1234567890", "REGISTRY-1234567890"
		return &epp.Message{Response: r}
	}
	contacts := []epp.DomainContact{{Type: "admin", ID: "OPR-000001"}, {Type: "tech", ID: "OPR-000001"}}
	servers := epp.Nameservers{Objects: []string{"ns1.example.net", "ns2.example.net"}}
	poll := answer(&epp.DomainTransferData{Name: "example.com", TrStatus: epp.TransferPending, ReID: "rival", ReDate: at, AcID: "opr", AcDate: at.AddDate(0, 0, 5)})
	poll.Response.Results[0].Code = epp.CodeAckToDequeue
	poll.Response.MsgQ = &epp.MsgQ{Count: 5, ID: "12345", QDate: at, Msg: "Transfer requested."}
	return []struct {
		name string
		msg  *epp.Message
	}{
		{"greeting", &epp.Message{Greeting: &epp.Greeting{ServerID: "Registry", Date: at, Versions: []string{"1.0"}, Langs: []string{"en"},
			ObjURIs: []string{epp.NSDomain, epp.NSHost, epp.NSContact}, ExtURIs: []string{epp.NSRGP, epp.NSSecDNS, epp.NSFee}}}},
		{"login", command(&epp.Login{ClID: "registrar-1", Password: "s3cret-pw", ObjURIs: []string{epp.NSDomain, epp.NSHost}, ExtURIs: []string{epp.NSRGP}})},
		{"check of 1", command(&epp.DomainCheck{Names: names(1)})},
		{"its answer", answer(&epp.DomainCheckData{Items: items(1)})},
		{"check of 50", command(&epp.DomainCheck{Names: names(50)})},
		{"its answer", answer(&epp.DomainCheckData{Items: items(50)})},
		{"info", command(&epp.DomainInfo{Name: "example.com"})},
		{"its answer", answer(&epp.DomainInfoData{Name: "example.com", ROID: "D1-REP", Statuses: epp.Statuses("ok"), Registrant: "OPR-000001", Contacts: contacts,
			NS: servers, ClID: "opr", CrID: "opr", CrDate: at, ExDate: at.AddDate(1, 0, 0), AuthInfo: epp.Password("s3cret-auth-info")},
			&epp.RGPInfoData{Statuses: epp.Statuses("addPeriod")})},
		{"create", command(&epp.DomainCreate{Name: "example.com", Period: epp.Years(1), NS: servers, Registrant: "OPR-000001", Contacts: contacts, AuthInfo: epp.Password("s3cret-auth-info")})},
		{"its answer", answer(&epp.DomainCreateData{Name: "example.com", CrDate: at, ExDate: at.AddDate(1, 0, 0)})},
		{"renew", command(&epp.DomainRenew{Name: "example.com", CurExpDate: at, Period: epp.Years(1)})},
		{"update", command(&epp.DomainUpdate{Name: "example.com", Add: &epp.DomainAddRem{NS: servers}, Rem: &epp.DomainAddRem{Statuses: epp.Statuses("clientHold")}})},
		{"transfer", command(&epp.DomainTransfer{Op: epp.TransferRequest, Name: "example.com", AuthInfo: epp.Password("s3cret-auth-info")})},
		{"poll message", poll},
	}
}

// codecPart measures the codec alone.
func codecPart() error {
	codec := epp.NewCodec(epp.RGP, epp.SecDNS, epp.Fee)
	table := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "frame\tbytes\tencode ns\tMB/s\tallocs\tdecode ns\tMB/s\tallocs\t")
	for _, f := range frames() {
		doc := epp.AppendMessage(nil, f.msg)
		var failed error
		enc := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			buf := make([]byte, 0, 2*len(doc))
			for b.Loop() {
				buf = epp.AppendMessage(buf[:0], f.msg)
			}
		})
		dec := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := codec.Decode(doc); err != nil {
					failed = err
				}
			}
		})
		if failed != nil {
			return fmt.Errorf("%s: %w", f.name, failed)
		}
		rate := func(r testing.BenchmarkResult) float64 { return float64(len(doc)) * 1000 / float64(r.NsPerOp()) }
		fmt.Fprintf(table, "%s\t%d\t%d\t%.0f\t%d\t%d\t%.0f\t%d\t\n", f.name, len(doc), enc.NsPerOp(), rate(enc), enc.AllocsPerOp(), dec.NsPerOp(), rate(dec), dec.AllocsPerOp())
	}
	return table.Flush()
}
