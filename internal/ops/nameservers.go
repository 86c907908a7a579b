package ops

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// ChangeNameServers delegates up to 4,000 of the caller's names to other name servers.
func (o *Ops) ChangeNameServers(ctx context.Context, scope domain.Scope, typed []string, ns []string) (OrderView, error) {
	table := o.Policy()
	if len(ns) == 0 {
		return OrderView{}, fault.New(fault.Invalid, "input.name-servers", "rule", "count", "count", "0")
	}
	names, err := parseNames(typed, table)
	if err != nil {
		return OrderView{}, err
	}
	servers, err := nameServers(ns, table.House)
	if err != nil {
		return OrderView{}, err
	}
	snap, err := o.Store.LoadOrder(ctx, scope.Account, 0, names, "")
	if err != nil {
		return OrderView{}, err
	}
	first, err := o.Store.NextIDs(ctx, 1+2*len(names))
	if err != nil {
		return OrderView{}, err
	}
	plan, view, err := decideNameServers(scope, names, servers, snap, table, first, o.Now())
	if err != nil {
		return OrderView{}, err
	}
	return view, o.Store.Commit(ctx, plan)
}

func decideNameServers(scope domain.Scope, names []domain.Name, servers []string, snap OrderSnapshot, table *policy.Table, first int64, now time.Time) (Plan, OrderView, error) {
	order := domain.Order{ID: domain.OrderID(first), Account: scope.Account, Action: domain.ActionDNS, Count: len(names),
		PolicyVersion: table.Version, Via: scope.Via, CreatedAt: now}
	view := OrderView{Order: order, Doing: len(names)}
	insert := InsertOrder{Order: order}
	plan := Plan{}
	wake := map[string]bool{}
	for i, n := range names {
		t, ok := snap.Running[n]
		if !ok || t.Account != scope.Account {
			return Plan{}, OrderView{}, fault.New(fault.Missing, "domain.not-found", "name", naming.Display(n))
		}
		if t.Statuses.Has(domain.ClientUpdateProhibited, domain.ServerUpdateProhibited) {
			return Plan{}, OrderView{}, fault.New(fault.Conflict, "domain.update-prohibited", "name", naming.Display(n), "statuses", joinStatuses(t.Statuses))
		}
		if snap.Busy[n] {
			return Plan{}, OrderView{}, fault.New(fault.Conflict, "domain.busy", "name", naming.Display(n))
		}
		plan.Expect = append(plan.Expect, Expect{TableTenure, int64(t.ID), t.Version})
		id := first + 1 + int64(len(names)+i)
		insert.Items = append(insert.Items, domain.Item{ID: domain.ItemID(first + 1 + int64(i)), Order: order.ID, Account: scope.Account,
			Name: n, Status: domain.ItemDoing, Hold: domain.HoldNone, CreatedAt: now, UpdatedAt: now})
		insert.Intents = append(insert.Intents, domain.Intent{ID: domain.IntentID(id), Item: domain.ItemID(first + 1 + int64(i)),
			Account: scope.Account, RegistryAccount: t.RegistryAccount, Name: n, Kind: domain.IntentUpdateNS, State: domain.IntentQueued,
			ClTRID: clTRID(id), DeadlineAt: now.AddDate(0, 0, table.House.IntentDays), CreatedAt: now,
			Payload: domain.Payload{NameServers: servers, OldNameServers: t.NameServers, Actor: scope.Actor, IP: scope.IP, Via: scope.Via}})
		e := event(scope, scope.Account, string(n), "dns.change-asked", "doing", now)
		e.Facts = map[string]string{"ns": strings.Join(servers, " "), "log": strconv.FormatInt(int64(order.ID), 10)}
		plan.Events = append(plan.Events, e)
		wake[t.RegistryAccount] = true
	}
	plan.Writes = []Write{insert}
	for account := range wake {
		plan.Wake = append(plan.Wake, account)
	}
	return plan, view, nil
}

func joinStatuses(s domain.Statuses) string {
	out := make([]string, len(s))
	for i, v := range s {
		out[i] = string(v)
	}
	return strings.Join(out, " ")
}
