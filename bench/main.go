// Command bench measures the built program on this machine and prints tables: the codec alone, EPP on the wire, and
// registrations from the API call to the last name's end, the same rows without EPP, and names through search; a list of
// 4,000 names in the demo; and the checks of identity documents. World, registrar and database are processes
// of their own and share the machine; everything is durable (SQLite synchronous=FULL, PostgreSQL fsync on, the
// registries' journals fsynced before they answer).
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/openregistrar/openregistrar/internal/store/pgtest"
)

const batchSize = 4000

func main() {
	if err := realMain(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// parts are what can be asked for by name; none asks for all.
var parts = []string{"codec", "wire", "orders", "search", "documents"}

// options are the flags, for the parts that look at them.
type options struct {
	profiles bool   // wire: say what the registry's processor time goes to
	verbose  bool   // documents: say which pictures were misjudged, and why
	pixels   bool   // documents: don't read the text, which takes most of the time
	each     int    // documents: pictures of each code; ten times as many clean ones
	seed     uint64 // documents: where the seeds begin
	keep     string // documents: folder for the pictures that were misjudged; only with verbose
}

func parse(args []string) (options, []string, error) {
	var o options
	var wanted []string
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.BoolVar(&o.profiles, "profile", false, "wire: say what the registry's processor time goes to")
	f.BoolVar(&o.verbose, "v", false, "documents: say which pictures were misjudged, and why")
	f.BoolVar(&o.pixels, "pixels", false, "documents: don't read the text")
	f.IntVar(&o.each, "n", 6, "documents: pictures of each code; ten times as many clean ones")
	f.Uint64Var(&o.seed, "seed", holdOut, "documents: where the seeds begin; thresholds are tuned on smaller ones than this")
	f.StringVar(&o.keep, "keep", "", "documents: with -v, folder for the pictures that were misjudged")
	for len(args) > 0 { // flags and parts in any order
		if err := f.Parse(args); err != nil {
			return o, nil, err
		}
		if args = f.Args(); len(args) > 0 {
			if !slices.Contains(parts, args[0]) {
				return o, nil, fmt.Errorf("unknown part %q; there are %s", args[0], strings.Join(parts, ", "))
			}
			wanted, args = append(wanted, args[0]), args[1:]
		}
	}
	if len(wanted) == 0 {
		wanted = parts
	}
	return o, wanted, nil
}

func realMain(args []string) error {
	opts, wanted, err := parse(args)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "openregistrar-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary := filepath.Join(dir, "openregistrar")
	if len(wanted) == 1 && wanted[0] == "documents" { // the one part that runs no program
		fmt.Printf("%s, %d cores, %s\n\n", runtime.Version(), runtime.NumCPU(), time.Now().Format(time.DateOnly))
		return documentsPart(opts)
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/openregistrar") //nolint:gosec // ours
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	fmt.Printf("%s, %d cores, %s\n\n", runtime.Version(), runtime.NumCPU(), time.Now().Format(time.DateOnly))
	for _, part := range wanted {
		switch part {
		case "codec":
			err = codecPart()
		case "wire":
			err = wirePart(dir, binary, opts.profiles)
		case "orders":
			err = ordersPart(dir, binary)
		case "search":
			err = searchPart(dir, binary)
		case "documents":
			err = documentsPart(opts)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
		fmt.Println()
	}
	return nil
}

// ordersPart measures the registrar: from the API call to the last name's end.
func ordersPart(dir, binary string) error {
	postgres, stopPostgres, err := pgtest.Start(filepath.Join(dir, "postgres"))
	if err != nil {
		return err
	}
	defer stopPostgres()

	table := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "what\tengine\tobjects\tseconds\tper second\tof the raw rate\t")
	for _, engine := range []struct{ name, dsn string }{{"sqlite", ""}, {"postgres", "e2e"}} {
		raw, err := rawRate(dir, engine.name, postgres)
		if err != nil {
			return fmt.Errorf("raw rows, %s: %w", engine.name, err)
		}
		fmt.Fprintf(table, "rows without EPP\t%s\t%d\t%.2f\t%.0f\t1.00\t\n", engine.name, batchSize, raw.Seconds(), batchSize/raw.Seconds())
		var flags []string
		if engine.dsn != "" {
			if err := pgtest.Create(postgres, engine.dsn); err != nil {
				return err
			}
			flags = []string{"--postgres", postgres(engine.dsn)}
		}
		r, err := endToEnd(dir, binary, engine.name, flags)
		if err != nil {
			return fmt.Errorf("end to end, %s: %w", engine.name, err)
		}
		fmt.Fprintf(table, "registrations end to end\t%s\t%d\t%.2f\t%.0f\t%.2f\t\n", engine.name, batchSize, r.batch.Seconds(), batchSize/r.batch.Seconds(), raw.Seconds()/r.batch.Seconds())
		fmt.Fprintf(table, "names through search\t%s\t%d\t%.2f\t%.0f\t\t\n", engine.name, r.searched, r.search.Seconds(), float64(r.searched)/r.search.Seconds())
	}
	fmt.Fprintln(table, "\t\t\t\t\t\t")
	return table.Flush()
}

type rates struct {
	batch, search time.Duration
	searched      int
}

// child starts the program and waits for the file that says it is ready.
func child(file string, into any, binary string, args ...string) (stop func(), pid int, err error) {
	cmd := exec.Command(binary, args...)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread() // Pdeathsig follows this thread, and main's lives as long as we do
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if raw, err := os.ReadFile(file); err == nil && json.Unmarshal(raw, into) == nil {
			return stop, cmd.Process.Pid, nil
		}
	}
	stop()
	return nil, 0, fmt.Errorf("%v did not start:\n%s", args, log.String())
}

func endToEnd(dir, binary, engine string, flags []string) (rates, error) {
	var out rates
	home := filepath.Join(dir, "e2e-"+engine)
	var world, at struct {
		API      string `json:"api"`
		Accounts []struct {
			Role      string `json:"role"`
			SecretID  string `json:"secret_id"`
			SecretKey string `json:"secret_key"`
		} `json:"accounts"`
	}
	worldFile := filepath.Join(home, "world", "world.json")
	stopWorld, _, err := child(worldFile, &world, binary, "world", "--data", filepath.Join(home, "world"), "--port-base", ":0")
	if err != nil {
		return out, err
	}
	defer stopWorld()
	stop, _, err := child(filepath.Join(home, "registrar", "endpoints.json"), &at, binary, append([]string{"serve", "--furnish", "--data",
		filepath.Join(home, "registrar"), "--port-base", ":0", "--world", worldFile}, flags...)...)
	if err != nil {
		return out, err
	}
	defer stop()
	call := func(method, path string, in, out any) error {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(context.Background(), method, at.API+"/api/v1/"+path, bytes.NewReader(raw))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+at.Accounts[0].SecretID+":"+at.Accounts[0].SecretKey)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s %w\n%.500s", path, resp.Status, err, body)
		}
		if out == nil {
			return nil
		}
		return json.Unmarshal(body, out)
	}
	if err := call("POST", "wallet/top-ups", map[string]any{"amount": 99_000_000}, nil); err != nil {
		return out, err
	}
	var list struct {
		TemplateSet []struct{ TemplateId, AuditStatus string } //nolint:revive // the product's spelling
	}
	for deadline := time.Now().Add(90 * time.Second); len(list.TemplateSet) == 0 || list.TemplateSet[0].AuditStatus != "Approved"; {
		if time.Now().After(deadline) {
			return out, errors.New("the template is never approved")
		}
		time.Sleep(100 * time.Millisecond)
		if err := call("POST", "DescribeTemplateList", map[string]any{}, &list); err != nil {
			return out, err
		}
	}
	names := make([]string, batchSize)
	for i := range names {
		names[i] = fmt.Sprintf("bench-%d.%s", i, []string{"com", "net", "top", "xyz"}[i%4])
	}
	began := time.Now()
	var placed struct{ LogId int64 } //nolint:revive // the product's spelling
	if err := call("POST", "CreateDomainBatch", map[string]any{"TemplateId": list.TemplateSet[0].TemplateId, "Period": 1, "PayMode": 1, "Domains": names}, &placed); err != nil {
		return out, err
	}
	for {
		var logs struct {
			DomainBatchLogSet []struct{ Doing, Success, Failed int }
		}
		if err := call("POST", "DescribeBatchOperationLogs", map[string]any{}, &logs); err != nil {
			return out, err
		}
		if l := logs.DomainBatchLogSet[0]; l.Doing == 0 {
			if l.Success != batchSize {
				return out, fmt.Errorf("%d of %d failed", l.Failed, batchSize)
			}
			break
		}
		if time.Since(began) > 5*time.Minute {
			return out, errors.New("the batch takes more than five minutes")
		}
		time.Sleep(50 * time.Millisecond)
	}
	out.batch = time.Since(began)

	const labels = 60 // under eight suffixes: 480 names a search
	began = time.Now()
	for round := range 10 {
		var q []string
		for i := range labels {
			q = append(q, fmt.Sprintf("find-%d-%d", round, i))
		}
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, at.API+"/api/v1/search?q="+url.QueryEscape(strings.Join(q, " ")), nil)
		if err != nil {
			return out, err
		}
		req.Header.Set("Authorization", "Bearer "+at.Accounts[0].SecretID+":"+at.Accounts[0].SecretKey)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return out, err
		}
		for dec := json.NewDecoder(resp.Body); ; {
			var line struct{ State string }
			if err := dec.Decode(&line); err != nil {
				break
			}
			if line.State == "available" {
				out.searched++
			}
		}
		_ = resp.Body.Close()
	}
	out.search = time.Since(began)
	if out.searched == 0 {
		return out, errors.New("search found nothing free")
	}
	return out, nil
}
