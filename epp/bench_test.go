package epp

import (
	"fmt"
	"testing"
)

func checkOf50() (*Command, *Response) {
	a, d := &DomainCheck{}, &DomainCheckData{}
	for i := range 50 {
		n := fmt.Sprintf("some-longish-name-%02d.example", i)
		a.Names = append(a.Names, n)
		d.Items = append(d.Items, CheckItem{ID: n, Avail: i%2 == 0, Reason: []string{"", "In use"}[i%2]})
	}
	r := NewResponse(CodeOK, d)
	r.ClTRID, r.SvTRID = "OPR-1", "SRV-1"
	return &Command{Action: a, ClTRID: "OPR-1"}, r
}

// Encode and decode both frames of a check of 50 names.
func BenchmarkCheck50(b *testing.B) {
	cmd, resp := checkOf50()
	codec := NewCodec(allExt...)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendMessage(buf[:0], &Message{Command: cmd})
		if _, err := codec.Decode(buf); err != nil {
			b.Fatal(err)
		}
		buf = AppendMessage(buf[:0], &Message{Response: resp})
		if _, err := codec.Decode(buf); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeCheck50(b *testing.B) {
	cmd, _ := checkOf50()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendMessage(buf[:0], &Message{Command: cmd})
	}
	b.SetBytes(int64(len(buf)))
}

func BenchmarkDecodeCheck50(b *testing.B) {
	cmd, _ := checkOf50()
	buf := EncodeCommand(cmd)
	codec := NewCodec(allExt...)
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := codec.Decode(buf); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSession(b *testing.B) {
	p := newPKI(b)
	addr := testServer(b, &Server{Handler: newDesk(), TLS: p.serverTLS(0), Transcript: func(*Conn, Direction, []byte) {}})
	c := mustDial(b, ClientConfig{Addr: addr, TLS: p.clientTLS("")})
	cmd := &Command{Action: &DomainCheck{Names: []string{"a.com"}}}
	b.Run("one by one", func(b *testing.B) {
		for b.Loop() {
			if _, err := c.Do(b.Context(), cmd); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("pipelined by 100", func(b *testing.B) {
		cmds := make([]*Command, 100)
		for i := range cmds {
			cmds[i] = cmd
		}
		for b.Loop() {
			for _, a := range c.DoAll(b.Context(), cmds) {
				if a.Err != nil {
					b.Fatal(a.Err)
				}
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/command")
	})
}

// Every frame of the golden ones, in both directions.
func BenchmarkFrames(b *testing.B) {
	codec := NewCodec(allExt...)
	for _, g := range goldens {
		doc := AppendMessage(nil, g.msg)
		b.Run("encode/"+g.name, func(b *testing.B) {
			var buf []byte
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				buf = AppendMessage(buf[:0], g.msg)
			}
		})
		b.Run("decode/"+g.name, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := codec.Decode(doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
