package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/jobs"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store"
	"github.com/openregistrar/openregistrar/internal/store/pgtest"
)

// engines runs a test on a fresh database of each engine.
func engines(t *testing.T, run func(t *testing.T, n *node)) {
	t.Run("sqlite", func(t *testing.T) {
		run(t, open(t, store.Config{Engine: store.SQLite, DSN: filepath.Join(t.TempDir(), "r.db")}))
	})
	t.Run("postgres", func(t *testing.T) {
		run(t, open(t, store.Config{Engine: store.Postgres, DSN: pgtest.DSN(t)}))
	})
}

type node struct {
	*store.Store
	cfg    store.Config
	worked chan string
	swept  atomic.Int64
	work   func(ctx context.Context, account string) error // nil: only counted
}

func open(t *testing.T, cfg store.Config) *node {
	t.Helper()
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &node{Store: s, cfg: cfg, worked: make(chan string, 1000)}
}

func (n *node) start(t *testing.T) *jobs.Jobs {
	t.Helper()
	j, err := jobs.Start(t.Context(), jobs.Config{DB: n.DB(), Engine: n.Engine(), DSN: n.cfg.DSN, UI: true, SweepEvery: 20 * time.Millisecond,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Work: func(ctx context.Context, account string) error {
			n.worked <- account
			if n.work != nil {
				return n.work(ctx, account)
			}
			return nil
		},
		Sweep: func(context.Context) error { n.swept.Add(1); return nil },
		Ready: func(j *jobs.Jobs) { n.OnWake = j.Wake }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

func (n *node) next(t *testing.T) string {
	t.Helper()
	select {
	case a := <-n.worked:
		return a
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was worked")
		return ""
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestACommittedWakeUpIsWorkedAndARolledBackOneIsNot(t *testing.T) {
	engines(t, func(t *testing.T, n *node) {
		n.start(t)
		// Rolled back: the plan expects what isn't so, and one fails after its wake-up was written.
		if err := n.Commit(t.Context(), ops.Plan{Wake: []string{"never"}, Expect: []ops.Expect{{Table: ops.TableTenure, ID: 1, Version: 1}}}); err == nil {
			t.Fatal("the plan was committed")
		}
		wake := n.OnWake
		n.OnWake = func(ctx context.Context, tx *sql.Tx, accounts []string) error {
			return errors.Join(wake(ctx, tx, accounts), errors.New("after the wake-up"))
		}
		if err := n.Commit(t.Context(), ops.Plan{Wake: []string{"never"}}); err == nil {
			t.Fatal("the plan was committed")
		}
		n.OnWake = wake
		began := time.Now()
		if err := n.Commit(t.Context(), ops.Plan{Wake: []string{"verisim", "cnsim", "verisim"}}); err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{n.next(t): true, n.next(t): true}
		t.Logf("worked after %v", time.Since(began))
		if !got["verisim"] || !got["cnsim"] {
			t.Fatalf("worked %v", got)
		}
		var written, open int
		count := "select count(*), sum(case when state in ('completed', 'discarded') then 0 else 1 end) from river_job"
		eventually(t, "both jobs are completed", func() bool {
			return n.DB().QueryRow(count).Scan(&written, &open) == nil && open == 0
		})
		if written != 2 || len(n.worked) != 0 {
			t.Fatalf("%d jobs for 2 accounts, %d more worked", written, len(n.worked))
		}
		eventually(t, "the sweep runs", func() bool { return n.swept.Load() > 2 })
	})
}

func TestAnAccountIsWorkedOnceAtATimeAndAgainWhenWokenMeanwhile(t *testing.T) {
	engines(t, func(t *testing.T, n *node) {
		var at, most atomic.Int64
		release := make(chan struct{})
		n.work = func(ctx context.Context, account string) error {
			if now := at.Add(1); now > most.Load() {
				most.Store(now)
			}
			defer at.Add(-1)
			<-release
			return nil
		}
		j := n.start(t)
		j.Nudge([]string{"verisim"})
		n.next(t)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if err := n.Commit(t.Context(), ops.Plan{Wake: []string{"verisim"}}); err != nil {
					t.Error(err)
				}
			})
			j.Nudge([]string{"verisim"})
		}
		wg.Wait()
		eventually(t, "the wake-ups end at once while the account is worked", func() bool {
			var completed int
			return n.DB().QueryRow("select count(*) from river_job where state = 'completed'").Scan(&completed) == nil && completed == 5
		})
		close(release)
		n.next(t)
		eventually(t, "it comes to rest", func() bool { return at.Load() == 0 })
		if most.Load() != 1 || len(n.worked) != 0 {
			t.Fatalf("%d at once, worked %d times more than twice", most.Load(), len(n.worked))
		}
	})
}

func TestFailureAndPanicOfWorkDoNotStopLaterWork(t *testing.T) {
	engines(t, func(t *testing.T, n *node) {
		var calls atomic.Int64
		n.work = func(context.Context, string) error {
			switch calls.Add(1) {
			case 1:
				return errors.New("the registry is down")
			case 2:
				panic("a defect")
			}
			return nil
		}
		n.start(t)
		for range 3 {
			if err := n.Commit(t.Context(), ops.Plan{Wake: []string{"verisim"}}); err != nil {
				t.Fatal(err)
			}
			n.next(t)
			eventually(t, "the job has ended", func() bool {
				var open int
				return n.DB().QueryRow("select count(*) from river_job where state not in ('completed', 'discarded')").Scan(&open) == nil && open == 0
			})
		}
		var failed int
		if err := n.DB().QueryRow("select count(*) from river_job where state = 'discarded'").Scan(&failed); err != nil || failed != 2 {
			t.Fatalf("%d failed jobs are shown, want 2 (%v)", failed, err)
		}
	})
}

func TestWakeUpsOfAnEarlierProcessAreWorked(t *testing.T) {
	engines(t, func(t *testing.T, n *node) {
		j := n.start(t)
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if err := n.Commit(t.Context(), ops.Plan{Wake: []string{"verisim"}}); err != nil { // nobody works
			t.Fatal(err)
		}
		if len(n.worked) != 0 {
			t.Fatal("worked after Close")
		}
		n.start(t)
		if got := n.next(t); got != "verisim" {
			t.Fatalf("worked %s", got)
		}
	})
}

func TestAnotherNodesWakeUpReachesThisOne(t *testing.T) {
	cfg := store.Config{Engine: store.Postgres, DSN: pgtest.DSN(t)}
	a, b := open(t, cfg), open(t, cfg)
	a.start(t)
	bj := b.start(t)
	if err := bj.Close(); err != nil { // b only writes
		t.Fatal(err)
	}
	began := time.Now()
	if err := b.Commit(t.Context(), ops.Plan{Wake: []string{"verisim"}}); err != nil {
		t.Fatal(err)
	}
	a.next(t)
	t.Logf("after %v", time.Since(began))
}

func TestPagesAreForLookingOnly(t *testing.T) {
	engines(t, func(t *testing.T, n *node) {
		j := n.start(t)
		if err := n.Commit(t.Context(), ops.Plan{Wake: []string{"verisim"}, Events: []domain.Event{{Kind: "k", At: time.Now()}}}); err != nil {
			t.Fatal(err)
		}
		n.next(t)
		srv := httptest.NewServer(j.UI("/desk/jobs"))
		defer srv.Close()
		get := func(path string) (int, string) {
			r, err := http.Get(srv.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			body, _ := io.ReadAll(r.Body)
			return r.StatusCode, string(body)
		}
		if code, body := get("/desk/jobs/"); code != 200 || !strings.Contains(body, "<html") {
			t.Fatalf("the first page: %d %.200s", code, body)
		}
		eventually(t, "the job is listed", func() bool {
			code, body := get("/desk/jobs/api/jobs?state=completed")
			return code == 200 && strings.Contains(body, "verisim")
		})
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
			r, err := http.NewRequest(method, srv.URL+"/desk/jobs/api/jobs/cancel", strings.NewReader(`{"ids":["1"]}`))
			if err != nil {
				t.Fatal(err)
			}
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got.Body.Close()
			if got.StatusCode != http.StatusMethodNotAllowed {
				t.Fatalf("%s is answered with %d", method, got.StatusCode)
			}
		}
	})
}
