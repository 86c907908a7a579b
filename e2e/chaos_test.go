package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// world is a simulated world in a process of its own.
type worldInfo struct {
	Control    string `json:"control"`
	Registries []struct {
		ID   string   `json:"id"`
		TLDs []string `json:"tlds"`
		ClID string   `json:"clid"`
	} `json:"registries"`
}

type batch struct {
	log   int64
	names []string
}

type batchDetail struct {
	Domain, Status, Reason string
}

// inject puts a fault into a registry.
func inject(t testing.TB, control, registry string, fault map[string]any) {
	t.Helper()
	worldCall(t, control, http.MethodPost, "/api/registries/"+registry+"/faults", fault, nil)
}

// Kills at random and at named points, and a registry that cuts answers after it committed or commits long after the
// cut, during batches of 200 names: every name ends registered and paid for, or failed and released; none twice.
func TestKills(t *testing.T) {
	kills := 20
	if n, err := strconv.Atoi(os.Getenv("OPENREGISTRAR_KILLS")); err == nil && n > 0 {
		kills = n
	}
	engines(t, func(t *testing.T, flags func(*testing.T) []string) {
		root := t.TempDir()
		var w worldInfo
		up(t, filepath.Join(root, "world", "world.json"), &w, nil, "world", "--data", filepath.Join(root, "world"), "--port-base", ":0")
		for _, r := range w.Registries {
			inject(t, w.Control, r.ID, map[string]any{"kind": "cut-after-commit", "command": "create", "probability": 0.02})
			inject(t, w.Control, r.ID, map[string]any{"kind": "late-commit", "command": "create", "probability": 0.02, "delay_ms": 1500})
		}
		data := filepath.Join(root, "registrar")
		args := append([]string{"serve", "--furnish", "--data", data, "--port-base", ":0", "--world", filepath.Join(root, "world", "world.json")}, flags(t)...)
		points := []string{"before-send", "after-send", "after-answer", "after-commit", ""}
		seed := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1)) //nolint:gosec // chance, not secrecy
		var batches []batch
		var e endpoints
		var c client
		died := map[string]int{}
		taken := map[string]bool{}
		for n := range kills {
			var env []string
			point := points[n%len(points)]
			if point != "" {
				env = []string{fmt.Sprintf("OPENREGISTRAR_CRASH=%s:%d", point, 1+seed.IntN(map[string]int{"after-commit": 6}[point]+60))}
				if point == "after-commit" {
					env = []string{fmt.Sprintf("OPENREGISTRAR_CRASH=after-commit:%d", 1+seed.IntN(6))}
				}
			}
			before := e
			p := tryUp(t, filepath.Join(data, "endpoints.json"), &e, env, args...)
			if e.Accounts == nil {
				e.Accounts = before.Accounts
			}
			c = client{t: t, base: e.API, key: e.owner()}
			if p.dead() {
				died[point]++ // of work left over from the kill before
				continue
			}
			names := make([]string, 200)
			for i := range names {
				names[i] = fmt.Sprintf("k%d-%d-%d.%s", n, i, seed.IntN(1000), []string{"com", "net", "xyz", "top"}[i%4])
				if i%40 == 0 { // somebody else's: these must fail, and their money come back
					worldCall(t, w.Control, http.MethodPost, "/api/registries/verisim/names", map[string]any{"name": names[i], "clid": "rival", "years": 1}, nil)
					taken[names[i]] = true
				}
			}
			var out struct {
				LogId int64 //nolint:revive // the product's spelling
			}
			ok := false
			for try := 0; try < 600 && !ok && !p.dead(); try++ { // the template's picture is read and verified at the first start
				if prob, err := c.try(http.MethodPost, "/api/v1/wallet/top-ups", map[string]any{"amount": 10_000_000}, nil); err != nil || prob != nil {
					continue
				}
				var list struct {
					TemplateSet []struct{ TemplateId, AuditStatus string } //nolint:revive // the product's spelling
				}
				if prob, err := c.try(http.MethodPost, "/api/v1/DescribeTemplateList", map[string]any{}, &list); err != nil || prob != nil ||
					len(list.TemplateSet) == 0 || list.TemplateSet[0].AuditStatus != "Approved" {
					time.Sleep(100 * time.Millisecond)
					continue
				}
				prob, err := c.try(http.MethodPost, "/api/v1/CreateDomainBatch", map[string]any{"TemplateId": list.TemplateSet[0].TemplateId,
					"Period": 1, "PayMode": 1, "Domains": names}, &out)
				ok = err == nil && prob == nil
				if err != nil {
					break // it died while it answered: the order may stand all the same
				}
				if prob != nil {
					t.Fatalf("batch refused: %+v", prob)
				}
			}
			if ok {
				batches = append(batches, batch{out.LogId, names})
			}
			if point == "" {
				time.Sleep(time.Duration(20+seed.IntN(600)) * time.Millisecond)
				p.kill()
				died["random"]++
				continue
			}
			select {
			case <-p.done:
				died[point]++
			case <-time.After(3 * time.Second): // that point wasn't passed often enough
				p.kill()
				died["random"]++
			}
		}
		// The world heals, the registrar comes back once more, and everything must come to rest.
		for _, r := range w.Registries {
			var faults struct {
				Faults []struct {
					ID any `json:"id"`
				} `json:"faults"`
			}
			worldCall(t, w.Control, http.MethodGet, "/api/registries/"+r.ID+"/faults", nil, &faults)
			for _, f := range faults.Faults {
				worldCall(t, w.Control, http.MethodDelete, fmt.Sprintf("/api/registries/%s/faults/%v", r.ID, f.ID), nil, nil)
			}
		}
		p := up(t, filepath.Join(data, "endpoints.json"), &e, nil, args...)
		c = client{t: t, base: e.API, key: e.owner()}
		eventually(t, 120*time.Second, "every order has ended", func() bool {
			var logs struct {
				DomainBatchLogSet []struct{ Doing int }
			}
			prob, err := c.try(http.MethodPost, "/api/v1/DescribeBatchOperationLogs", map[string]any{"Limit": 200}, &logs)
			if err != nil || prob != nil {
				return false
			}
			for _, l := range logs.DomainBatchLogSet {
				if l.Doing > 0 {
					return false
				}
			}
			return true
		})
		settle(t, w.Control)

		atRegistry := map[string]bool{}
		for _, r := range w.Registries {
			for _, n := range namesOf(t, w.Control, r.ID, r.ClID) {
				if atRegistry[n] {
					t.Errorf("%s stands twice at a registry", n)
				}
				atRegistry[n] = true
			}
		}
		ended, registered := allItems(t, c)
		for _, b := range batches {
			for _, n := range b.names {
				if ended[n] == "" {
					t.Errorf("%s of batch %d has no end", n, b.log)
				}
			}
		}
		for n, status := range ended {
			if (status == "success") != atRegistry[n] {
				t.Errorf("%s: we say %s, the registry has it: %v", n, status, atRegistry[n])
			}
		}
		for n := range taken {
			if ended[n] == "success" {
				t.Errorf("%s is rival's, and we say that it was registered", n)
			}
		}
		for n := range atRegistry {
			if ended[n] == "" {
				t.Errorf("%s is at the registry in our name and nobody ordered it", n)
			}
		}
		var held struct {
			Held int64 `json:"held"`
		}
		c.call(http.MethodGet, "/api/v1/wallet", nil, &held)
		if held.Held != 0 {
			t.Errorf("%d still held", held.Held)
		}
		p.stop()
		reconcile(t, append([]string{"--data", data}, flagsAgain(args)...))
		total := 0
		for _, n := range died {
			total += n
		}
		if total < kills-2 {
			t.Errorf("only %d of %d kills happened: %v", total, kills, died)
		}
		behaviour(t, "%d kills %v, %d batches, %d names ended, %d registered, %d failed and released: none twice, ledger zero, registry agrees", total, died, len(batches), len(ended), registered, len(ended)-registered)
	})
}

// allItems reads every name of every order with its end.
func allItems(t testing.TB, c client) (map[string]string, int) {
	t.Helper()
	ended, registered := map[string]string{}, 0
	for offset := 0; ; offset += 200 {
		var logs struct {
			DomainBatchLogSet []struct{ LogId int64 } //nolint:revive // the product's spelling
		}
		c.action("DescribeBatchOperationLogs", map[string]any{"Limit": 200, "Offset": offset}, &logs)
		for _, l := range logs.DomainBatchLogSet {
			for o := 0; ; o += 200 {
				var d struct{ DomainBatchDetailSet []batchDetail }
				c.action("DescribeBatchOperationLogDetails", map[string]any{"LogId": l.LogId, "Limit": 200, "Offset": o}, &d)
				for _, it := range d.DomainBatchDetailSet {
					if before := ended[it.Domain]; before == "success" && it.Status == "success" {
						t.Errorf("%s was sold twice", it.Domain)
					} else if before != "success" {
						ended[it.Domain] = it.Status
					}
					if it.Status == "success" {
						registered++
					}
				}
				if len(d.DomainBatchDetailSet) < 200 {
					break
				}
			}
		}
		if len(logs.DomainBatchLogSet) < 200 {
			return ended, registered
		}
	}
}

func flagsAgain(args []string) []string {
	for i, a := range args {
		if a == "--postgres" {
			return args[i : i+2]
		}
	}
	return nil
}

// reconcile runs the program's own comparison of ledger, orders and names.
func reconcile(t testing.TB, flags []string) {
	t.Helper()
	out, err := exec.Command(binary, append([]string{"reconcile"}, flags...)...).CombinedOutput() //nolint:gosec // our own binary
	if err != nil || !strings.Contains(string(out), "agree") {
		t.Errorf("reconcile: %v\n%s", err, out)
	}
}
