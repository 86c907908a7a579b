package registry

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Maintenance is what a registry says of a maintenance (RFC 9167): the window, and whether it was called off.
type Maintenance struct {
	domain.Window
	Cancelled bool
}

// maintenance reads an item as it concerns our EPP sessions. ok is false where it doesn't: another environment than
// production, other suffixes than ours, or other systems than EPP.
func (a *account) maintenance(item *epp.MaintenanceItem) (m Maintenance, ok bool) {
	if item == nil || item.ID == "" || item.Start.IsZero() || item.End.IsZero() || item.Environment != "production" {
		return m, false
	}
	if len(item.TLDs) > 0 && !slices.ContainsFunc(item.TLDs, func(t string) bool {
		return slices.Contains(a.Suffixes, strings.ToLower(strings.TrimPrefix(t, ".")))
	}) {
		return m, false
	}
	impact := domain.ImpactNone
	for _, s := range item.Systems {
		if !strings.Contains(strings.ToLower(s.Name), "epp") {
			continue
		}
		switch s.Impact {
		case epp.ImpactFull:
			impact = domain.ImpactFull
		case epp.ImpactPartial:
			if impact != domain.ImpactFull {
				impact = domain.ImpactPartial
			}
		}
	}
	reason := item.Reason
	for _, d := range item.Descriptions {
		if !d.HTML && d.Text != "" {
			reason = d.Text
			break
		}
	}
	m.Window = domain.Window{RegistryAccount: a.ID, Ref: item.ID, StartsAt: utc(item.Start), EndsAt: utc(item.End), Impact: impact, Reason: reason}
	switch item.PollType {
	case epp.MaintenanceDeleted:
		m.Cancelled = true
	case epp.MaintenanceEnded: // earlier than planned, at times
		m.Cancelled = true
	}
	return m, true
}

// Maintenance asks a registry for all that it has planned. A registry that does not offer the mapping has said nothing.
func (r *Registry) Maintenance(ctx context.Context, registryAccount string) ([]Maintenance, error) {
	a, err := r.account(registryAccount)
	if err != nil {
		return nil, err
	}
	h := &holder{a: a}
	defer h.release()
	if err := h.ensure(ctx, readClass); err != nil {
		return nil, err
	}
	if !h.s.HasService(epp.NSMaintenance) {
		return nil, nil
	}
	ask := func(id string) (*epp.MaintenanceInfoData, error) {
		if err := h.ensure(ctx, readClass); err != nil {
			return nil, err
		}
		resp, err := a.patient(ctx, h.s, &epp.Command{Action: &epp.MaintenanceInfo{ID: id}})
		if err != nil {
			return nil, a.unreachable(err)
		}
		if resp.Code() == epp.CodeObjectDoesNotExist {
			return &epp.MaintenanceInfoData{}, nil
		}
		data, ok := epp.Find[*epp.MaintenanceInfoData](resp.ResData)
		if !resp.IsSuccess() || !ok {
			return nil, a.refusal(resp, fault.Unavailable, CodeUnreachable)
		}
		return data, nil
	}
	list, err := ask("")
	if err != nil {
		return nil, err
	}
	var out []Maintenance
	for _, l := range list.List[:min(len(list.List), mostMaintenances)] {
		data, err := ask(l.ID)
		if err != nil {
			return out, err
		}
		if m, ok := a.maintenance(data.Item); ok {
			out = append(out, m)
		}
	}
	return out, nil
}

// mostMaintenances is how many of a registry's list are looked at; they come by their start.
const mostMaintenances = 50

// maintenanceEvery is how often a registry's list is worth asking for; its poll messages come sooner.
const maintenanceEvery = time.Hour

// MaintenanceDue reports, once an hour and account, that its list should be asked for.
func (r *Registry) MaintenanceDue(accountID string) bool {
	a := r.accounts[accountID]
	if a == nil {
		return false
	}
	now := a.cfg.Wall()
	last := a.asked.Load()
	return (last == nil || now.Sub(*last) >= maintenanceEvery) && a.asked.CompareAndSwap(last, &now)
}
