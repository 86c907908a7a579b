package e2e

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// atRegistry is a name as the world's control port shows it.
type atRegistry struct {
	Expires  time.Time `json:"ex_date"`
	Statuses []string  `json:"statuses"`
	RGP      []string  `json:"rgp"`
	DS       []string  `json:"ds"`
	AuthInfo bool      `json:"auth_info_set"`

	Registrant string `json:"registrant"`
}

type dsRecord struct {
	KeyTag     int    `json:"key_tag"`
	Algorithm  int    `json:"algorithm"`
	DigestType int    `json:"digest_type"`
	Digest     string `json:"digest"`
}

// plot is a name with its owner, and what it costs.
type plot struct {
	client
	world          string
	name, registry string
	renew, redeem  int64
	template       string
}

func (p plot) there() (s atRegistry, gone bool) {
	p.t.Helper()
	prob, err := client{t: p.t, base: p.world}.try(http.MethodGet, "/api/registries/"+p.registry+"/names/"+p.name, nil, &s)
	if err != nil || prob != nil && prob.Status != http.StatusNotFound {
		p.t.Fatal(err, prob)
	}
	return s, prob != nil
}

// lost calls an action with the registry's answer cut after it was carried out, times times, and wants it to succeed.
func (p plot) lost(what, command string, times int, action string, in any) {
	p.t.Helper()
	if times > 0 {
		inject(p.t, p.world, p.registry, map[string]any{"kind": "cut-after-commit", "command": "domain:" + command, "match": p.name, "remaining": times})
	}
	var o order
	p.call(http.MethodPost, "/api/v1/"+action, in, &o)
	if d := p.details(o.LogId)[0]; d.Status != "success" {
		p.t.Errorf("%s of %s: %+v", what, p.name, d)
	}
}

func (p plot) refused(action string, in any, code string) {
	p.t.Helper()
	if prob, err := p.try(http.MethodPost, "/api/v1/"+action, in, nil); err != nil || prob == nil || prob.Code != code {
		p.t.Errorf("%s of %s: %+v %v, want %s", action, p.name, prob, err, code)
	}
}

func (p plot) charged(what string, before, want int64) {
	p.t.Helper()
	if now, held := p.wallet(); before-now != want || held != 0 {
		p.t.Errorf("%s of %s: charged %d, want %d; held %d", what, p.name, before-now, want, held)
	}
}

// Every transform through the API against the world, with its answer cut after the registry has done it: money and
// state are right each time, and nothing is done twice.
func TestTransformsWithLostAnswers(t *testing.T) {
	t.Parallel() // it mostly waits
	data := t.TempDir()
	var e endpoints
	demo := up(t, filepath.Join(data, "endpoints.json"), &e, nil, "demo", "--data", data, "--port-base", ":0")
	plots := []plot{{name: "moves.com", registry: "verisim", renew: 7500, redeem: 80000}, {name: "moves.top", registry: "newsim", renew: 2900, redeem: 70000},
		{name: "moves.cn", registry: "cnsim", renew: 3800, redeem: 35000}}
	for i := range plots {
		p := &plots[i]
		p.client, p.world = buyer(t, e, p.registry+"@example.com"), e.World
		p.topUp(1_000_000)
		p.template = p.client.template(e.World)
	}
	each := func(phase string, run func(p plot)) {
		t.Run(phase, func(t *testing.T) {
			for _, p := range plots {
				t.Run(p.registry, func(t *testing.T) { t.Parallel(); p.t = t; run(p) })
			}
		})
	}
	each("changes", func(p plot) { p.changes() })
	each("hurry", func(p plot) { p.hurry() })
	each("regret", func(p plot) { p.regret() })
	// Days later the codes are cleared at the registries, and a deleted name can be restored.
	worldCall(t, e.World, http.MethodPost, "/api/clock/advance", map[string]string{"by": "146h"}, nil)
	settle(t, e.World)
	each("redemption", func(p plot) { p.redemption() })
	sameDeposits(t, e, data, demo)
	behaviour(t, "renewal, locks, DS records, registrant, code, deletion and restore at three registries, each with its answer lost: done once, charged once, deposits agree")
}

func (p plot) changes() {
	names := []string{p.name}
	if d := p.details(p.register(p.template, p.name))[0]; d.Status != "success" {
		p.t.Fatalf("%+v", d)
	}
	was, _ := p.there()
	balance, _ := p.wallet()
	p.lost("renewal", "renew", 1, "RenewDomainBatch", map[string]any{"Domains": names, "Period": 2, "PayMode": 1})
	p.charged("renewal", balance, 2*p.renew)
	if is, _ := p.there(); !is.Expires.Equal(was.Expires.AddDate(2, 0, 0)) {
		p.t.Errorf("%s expires %s, was %s", p.name, is.Expires, was.Expires)
	}

	p.lost("update lock", "update", 1, "UpdateProhibitionBatch", map[string]any{"Domains": names, "Status": true})
	if is, _ := p.there(); !slices.Contains(is.Statuses, "clientUpdateProhibited") {
		p.t.Errorf("%s: %v", p.name, is.Statuses)
	}
	p.refused("TransferProhibitionBatch", map[string]any{"Domains": names, "Status": true}, "domain.update-prohibited")
	p.lost("lifting the update lock", "update", 1, "UpdateProhibitionBatch", map[string]any{"Domains": names, "Status": false})
	p.lost("transfer lock", "update", 1, "TransferProhibitionBatch", map[string]any{"Domains": names, "Status": true})
	if is, _ := p.there(); slices.Contains(is.Statuses, "clientUpdateProhibited") || !slices.Contains(is.Statuses, "clientTransferProhibited") {
		p.t.Errorf("%s: %v", p.name, is.Statuses)
	}

	record := dsRecord{60485, 8, 2, strings.Repeat("AB", 32)}
	p.lost("DS record", "update", 1, "dnssec/changes", map[string]any{"name": p.name, "records": []dsRecord{record}})
	var dnssec struct {
		Records []dsRecord `json:"records"`
	}
	p.call(http.MethodGet, "/api/v1/dnssec?name="+p.name, nil, &dnssec)
	if is, _ := p.there(); len(dnssec.Records) != 1 || dnssec.Records[0] != record || !slices.Equal(is.DS, []string{"60485 8 2 " + record.Digest}) {
		p.t.Errorf("%s: here %v, there %v", p.name, dnssec.Records, is.DS)
	}
	p.lost("no DS record", "update", 1, "dnssec/changes", map[string]any{"name": p.name})
	if is, _ := p.there(); len(is.DS) != 0 {
		p.t.Errorf("%s: %v", p.name, is.DS)
	}
	registrant := was.Registrant
	p.lost("registrant", "update", 1, "BatchModifyDomainInfo", map[string]any{"Domains": names, "TemplateId": p.another(), "LockTransfer": false})
	if is, _ := p.there(); is.Registrant == registrant && registrant != "" {
		p.t.Errorf("%s: the registrant is %s still", p.name, is.Registrant)
	}

	p.refused("auth-codes", map[string]any{"name": p.name}, "domain.status-forbids")
	p.lost("lifting the transfer lock", "update", 0, "TransferProhibitionBatch", map[string]any{"Domains": names, "Status": false})
	p.lost("code", "update", 1, "auth-codes", map[string]any{"name": p.name})
	var code struct {
		Code  string    `json:"code"`
		Until time.Time `json:"until"`
	}
	p.call(http.MethodPost, "/api/v1/auth-codes/show", map[string]any{"name": p.name}, &code)
	if len(code.Code) != 26 || code.Until.IsZero() {
		p.t.Errorf("%s: a code of %d characters until %s", p.name, len(code.Code), code.Until)
	}
	p.refused("auth-codes/show", map[string]any{"name": p.name}, "auth-code.none")
	if is, _ := p.there(); !is.AuthInfo {
		p.t.Errorf("%s: the registry has no code", p.name)
	}
}

// another makes a second template and waits for its approval.
func (p plot) another() (id string) {
	p.t.Helper()
	p.client.template(p.world)
	eventually(p.t, 90*time.Second, "another template is approved", func() bool {
		var list struct {
			TemplateSet []struct{ TemplateId, AuditStatus string } //nolint:revive // the product's spelling
		}
		prob, err := p.try(http.MethodPost, "/api/v1/DescribeTemplateList", map[string]any{"Status": "Approved"}, &list)
		if err != nil || prob != nil {
			return false
		}
		for _, tm := range list.TemplateSet {
			if tm.TemplateId != p.template {
				id = tm.TemplateId
			}
		}
		return id != ""
	})
	return id
}

// hurry: one renewal ordered several times at the same moment is done, and paid for, once.
func (p plot) hurry() {
	balance, _ := p.wallet()
	was, _ := p.there()
	var wg sync.WaitGroup
	ends := make([]string, 4)
	for i := range ends {
		wg.Go(func() {
			var o order
			prob, err := p.try(http.MethodPost, "/api/v1/RenewDomainBatch", map[string]any{"Domains": []string{p.name}, "Period": 1, "PayMode": 1}, &o)
			switch {
			case err != nil:
				ends[i] = err.Error()
			case prob != nil:
				ends[i] = prob.Code
			default:
				d := p.details(o.LogId)[0]
				if ends[i] = d.Status; d.Status == "failed" && !strings.Contains(d.Reason, "renew.expiry-moved") {
					p.t.Errorf("%+v", d)
				}
			}
		})
	}
	wg.Wait()
	done := 0
	for _, s := range ends {
		if s == "success" {
			done++
		} else if s != "failed" && s != "domain.busy" && s != "state.moved" {
			p.t.Errorf("ends %v", ends)
		}
	}
	if is, _ := p.there(); done == 0 || !is.Expires.Equal(was.Expires.AddDate(done, 0, 0)) {
		p.t.Errorf("%s renewed %d times by %v: %s to %s", p.name, done, ends, was.Expires, is.Expires)
	}
	p.charged("renewals in a hurry", balance, int64(done)*p.renew)
}

// regret: a name deleted within its add grace period is gone at once; nothing is refunded.
func (p plot) regret() {
	p.name = "regret" + strings.TrimPrefix(p.name, "moves")
	if d := p.details(p.register(p.template, p.name))[0]; d.Status != "success" {
		p.t.Fatalf("%+v", d)
	}
	balance, _ := p.wallet()
	p.refused("deletions", map[string]any{"name": p.name, "confirm": "other.com"}, "api.malformed-field")
	p.lost("deletion", "delete", 1, "deletions", map[string]any{"name": p.name, "confirm": p.name})
	p.charged("deletion", balance, 0)
	if _, gone := p.there(); !gone {
		p.t.Errorf("%s is there", p.name)
	}
	p.refused("DescribeDomainBaseInfo", map[string]any{"Domain": p.name}, "domain.not-found")
}

func (p plot) redemption() {
	was, _ := p.there()
	if was.AuthInfo {
		p.t.Errorf("%s: the registry has a code still", p.name)
	}
	p.lost("deletion", "delete", 1, "deletions", map[string]any{"name": p.name, "confirm": p.name})
	if is, gone := p.there(); gone || !slices.Contains(is.Statuses, "pendingDelete") || !slices.Contains(is.RGP, "redemptionPeriod") {
		p.t.Errorf("%s: %+v", p.name, is)
	}
	p.refused("RenewDomainBatch", map[string]any{"Domains": []string{p.name}, "Period": 1, "PayMode": 1}, "domain.status-forbids")
	p.refused("restores", map[string]any{"name": p.name, "max_total": 1}, "order.price-changed")
	balance, _ := p.wallet()
	// Both steps are cut: the request, and the report where there is one.
	p.lost("restore", "update", 2, "restores", map[string]any{"name": p.name, "max_total": p.redeem})
	p.charged("restore", balance, p.redeem)
	if is, _ := p.there(); slices.Contains(is.Statuses, "pendingDelete") || len(is.RGP) != 0 || !is.Expires.Equal(was.Expires) {
		p.t.Errorf("%s: %+v, was %+v", p.name, is, was)
	}
	p.refused("restores", map[string]any{"name": p.name}, "domain.status-forbids")
	var log struct {
		Events []struct {
			Kind string `json:"kind"`
		} `json:"events"`
	}
	p.call(http.MethodGet, "/api/v1/log?limit=200&subject="+p.name, nil, &log)
	kinds := map[string]int{}
	for _, ev := range log.Events {
		kinds[ev.Kind]++
	}
	for _, want := range []string{"domain.renewed", "lock.changed", "dnssec.changed", "registrant.changed", "auth-code.set", "auth-code.shown", "auth-code.expired", "domain.deleted", "domain.restored"} {
		if kinds[want] == 0 {
			p.t.Errorf("the log of %s has no %s: %v", p.name, want, kinds)
		}
	}
}

// sameDeposits compares what our ledger says of our deposits with what the registries have. It ends the program.
func sameDeposits(t testing.TB, e endpoints, data string, demo *process) {
	t.Helper()
	theirs := map[string]int64{}
	for _, id := range []string{"verisim", "cnsim", "newsim"} {
		var r struct {
			Deposits []struct {
				ClID    string `json:"clid"`
				Balance int64  `json:"balance"`
			} `json:"deposits"`
		}
		worldCall(t, e.World, http.MethodGet, "/api/registries/"+id, nil, &r)
		for _, d := range r.Deposits {
			if d.ClID == "openreg" {
				theirs[id] = d.Balance
			}
		}
	}
	demo.stop()
	file := filepath.Join(data, "registrar.db")
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for id, want := range theirs {
		var have int64
		if err := db.QueryRow(`select balance from ledger_account where key = 'deposit:' || $1`, id).Scan(&have); err != nil || have != want {
			t.Errorf("deposit at %s: ours %d, the registry's %d (%v)", id, have, want, err)
		}
	}
	if len(theirs) != 3 {
		t.Errorf("deposits at %v", theirs)
	}
}
