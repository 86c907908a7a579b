//go:build unix

package app

import (
	"fmt"
	"log/slog"
	"syscall"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// processor is the processor time that this process has used.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkOrdersTranscribed registers names with a real world in the same process, with transcripts and without: what
// keeping them costs. names/s is wall time, with the machine's other work in it; cpu-µs/name is registrar and world.
func BenchmarkOrdersTranscribed(b *testing.B) {
	const names = 500
	for _, kept := range []bool{true, false} {
		b.Run(fmt.Sprintf("kept=%v", kept), func(b *testing.B) {
			config := ""
			if !kept {
				config = "[transcript]\ndays = 0\n"
			}
			w := demoOf(b, config, Database{}, slog.New(slog.DiscardHandler))
			account, err := w.App.store.AccountByEmail(b.Context(), "demo@openregistrar.example")
			if err != nil {
				b.Fatal(err)
			}
			scope := domain.Scope{Account: account.ID, Actor: account.Email, Via: "api"}
			form := approved(b, w, scope)
			var took time.Duration
			before := processor(b)
			for i := 0; b.Loop(); i++ {
				if err := w.App.ops.TopUp(b.Context(), scope, names*6800, ""); err != nil {
					b.Fatal(err)
				}
				list := make([]string, names)
				for j := range list {
					list[j] = fmt.Sprintf("transcribed-%d-%d.com", i, j)
				}
				start := time.Now()
				v, err := w.App.ops.Register(b.Context(), scope, ops.Register{Template: form, Names: list, Years: 1, Agreement: w.App.ops.Policy().House.Agreement})
				for err == nil && v.Doing > 0 {
					time.Sleep(2 * time.Millisecond)
					v, err = w.App.ops.Order(b.Context(), scope, v.ID)
				}
				if err != nil || v.Success != names {
					b.Fatalf("%+v %v", v, err)
				}
				took += time.Since(start)
			}
			b.ReportMetric(float64(b.N*names)/took.Seconds(), "names/s")
			b.ReportMetric(float64((processor(b)-before).Microseconds())/float64(b.N*names), "cpu-µs/name")
			if kept {
				frames, dropped, _ := w.App.recorder.State()
				b.ReportMetric(float64(frames+dropped)/float64(b.N*names), "frames/name")
				b.ReportMetric(float64(dropped), "dropped")
			}
		})
	}
}
