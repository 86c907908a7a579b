package console

import (
	"net/http"
	"sort"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// slow is the p99, in milliseconds, from which a registry counts as slow at the desk.
const slow = 2000

type registryRow struct {
	RegistryHealth
	Tag, State string // class of .tag and key of the catalogue
}

// Pool is the sessions as marks: busy, idle, broken, not open.
func (r registryRow) Pool() []string {
	const most = 16
	n := min(r.SessionCap, most)
	out := make([]string, 0, n)
	for i := range n {
		switch {
		case i < min(r.InFlight, r.Sessions):
			out = append(out, "hot")
		case i < r.Sessions:
			out = append(out, "on")
		case !r.Up && i == 0:
			out = append(out, "off")
		default:
			out = append(out, "idle")
		}
	}
	return out
}

// Differs reports whether our ledger and the registry disagree about our deposit.
func (r registryRow) Differs() bool { return r.TheirsKnown && r.Ours != r.Theirs }

func (v *visit) registryRows() []registryRow {
	if v.Registries == nil {
		return nil
	}
	list := v.Registries(v.ctx)
	rows := make([]registryRow, 0, len(list))
	for _, h := range list {
		r := registryRow{RegistryHealth: h, Tag: "ok", State: "registry.up"}
		switch {
		case h.Paused == "registry.maintenance": // before what follows from it
			r.Tag, r.State = "warn", "registry.maintenance"
		case h.Breaker == "open":
			r.Tag, r.State = "bad", "registry.breaker-open"
		case h.Breaker == "half-open":
			r.Tag, r.State = "warn", "registry.breaker-half"
		case !h.Up:
			r.Tag, r.State = "bad", "registry.down"
		case h.Paused != "":
			r.Tag, r.State = "warn", "registry.paused"
		case h.P99 >= slow:
			r.Tag, r.State = "warn", "registry.slow"
		}
		rows = append(rows, r)
	}
	sort.SliceStable(rows, func(i, j int) bool { return rank(rows[i].Tag) < rank(rows[j].Tag) })
	return rows
}

func rank(tag string) int { return strings.Index("bad warn ok", tag) }

type deskPage struct {
	Shell
	Rows     []registryRow
	Down     int
	Slow     int
	Paused   int // in maintenance, or their deposit empty
	Cases    []caseRow
	Orders   []ops.OrderView
	Doing    int
	Balances ops.Balances
	Currency string
	At       time.Time
}

func (v *visit) deskBase(title, nav string) deskPage {
	p := deskPage{Rows: v.registryRows(), Currency: v.Ops.Policy().House.Currency}
	for _, r := range p.Rows {
		switch r.Tag {
		case "bad":
			p.Down++
		case "warn":
			if r.Paused != "" {
				p.Paused++
			} else {
				p.Slow++
			}
		}
	}
	if v.Wall != nil {
		p.At = v.Wall()
	}
	p.Shell = v.shell(v.cat.say(title), nav)
	return p
}

func (v *visit) caseRows(f ops.CaseFilter) ([]caseRow, error) {
	cases, err := v.Ops.Cases(v.ctx, v.all, f)
	if err != nil {
		return nil, err
	}
	rows := make([]caseRow, 0, len(cases))
	for _, c := range cases {
		rows = append(rows, caseRow{Case: c, Notice: v.words(fault.Code(c.Code), c.Facts)})
	}
	return rows, nil
}

func (v *visit) desk() error {
	p := v.deskBase("desk.title", "desk")
	var err error
	if p.Cases, err = v.caseRows(ops.CaseFilter{Open: true, Limit: 8}); err != nil {
		return err
	}
	if p.Orders, _, err = v.Ops.Orders(v.ctx, v.all, ops.OrderFilter{Page: ops.Page{Limit: 8}}); err != nil {
		return err
	}
	for _, o := range p.Orders {
		if o.Doing > 0 {
			p.Doing++
		}
	}
	if p.Balances, err = v.Ops.Balances(v.ctx, v.all); err != nil {
		return err
	}
	return v.page(http.StatusOK, "desk", p)
}

func (v *visit) deskRegistries() error {
	p := v.deskBase("registries.title", "registries")
	p.Refresh = 5
	return v.page(http.StatusOK, "desk-registries", p)
}

func (v *visit) deskOrders() error {
	page := v.pageOf(ordersPerPage)
	list, total, err := v.Ops.Orders(v.ctx, v.all, ops.OrderFilter{Page: page})
	if err != nil {
		return err
	}
	return v.page(http.StatusOK, "desk-orders", ordersPage{v.shell(v.cat.say("desk.orders-title"), "desk-orders"), list, v.pager(page, len(list), total)})
}

func (v *visit) deskOrder() error {
	return v.orderView(v.all, http.StatusOK, "desk-order", "desk-orders", nil)
}

type casesPage struct {
	Shell
	Rows []caseRow
	All  bool
}

func (v *visit) deskCases() error {
	all := v.r.URL.Query().Get("show") == "all"
	rows, err := v.caseRows(ops.CaseFilter{Open: !all, Limit: 200})
	if err != nil {
		return err
	}
	return v.page(http.StatusOK, "desk-cases", casesPage{v.shell(v.cat.say("cases.title"), "cases"), rows, all})
}

type ledgerRow struct {
	Key    string
	Kind   string // what stands before the colon
	Amount int64
}

type moneyPage struct {
	deskPage
	Ledger []ledgerRow
}

func (v *visit) deskMoney() error {
	p := moneyPage{deskPage: v.deskBase("money.title", "money")}
	var err error
	if p.Balances, err = v.Ops.Balances(v.ctx, v.all); err != nil {
		return err
	}
	for k, n := range p.Balances.Accounts {
		kind, _, _ := strings.Cut(k, ":")
		p.Ledger = append(p.Ledger, ledgerRow{k, kind, n})
	}
	sort.Slice(p.Ledger, func(i, j int) bool { return p.Ledger[i].Key < p.Ledger[j].Key })
	return v.page(http.StatusOK, "desk-money", p)
}

// deskJobs shows the job engine's own pages. Only GET gets here, so that nothing can be done to a job.
func (v *visit) deskJobs() error {
	if v.JobsUI == nil {
		return fault.New(fault.Missing, "page.not-found", "path", "/desk/jobs/")
	}
	v.w.Header().Set("Content-Security-Policy", jobsPolicy)
	v.w.Header().Del("Cache-Control")
	v.JobsUI.ServeHTTP(v.w, v.r)
	return nil
}
