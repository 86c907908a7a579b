package ops

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// PollMessage is a message that a registry had queued for us, as it was kept.
type PollMessage struct {
	ID              int64
	RegistryAccount string
	MsgID           string
	QueuedAt        time.Time // registry time
	Raw             []byte    // secrets masked
	Readable        bool
	Name            domain.Name // that it is about; empty: none
	ClTRID          string      // of the intent that it is about; empty: none
}

// Polled works registries' messages off. None is believed: one about an act under way makes that act be asked after
// now, any other about a name of ours causes a fresh look, so that an old backlog never rolls anything back. look
// reads a name at its registry; while that fails the message waits, and so do the later ones of that registry.
func (o *Ops) Polled(ctx context.Context, look func(ctx context.Context, registryAccount string, name domain.Name) (domain.Object, error)) (done int, failed error) {
	messages, err := o.Store.OpenPolls(ctx, sweepSize)
	if err != nil {
		return 0, err
	}
	silent := map[string]bool{}
	for _, m := range messages {
		if silent[m.RegistryAccount] {
			continue
		}
		plan := Plan{Writes: []Write{PollDone{ID: m.ID, At: o.Now()}}}
		if m.ClTRID != "" {
			plan.Writes = append(plan.Writes, HurryIntent{RegistryAccount: m.RegistryAccount, ClTRID: m.ClTRID, Wall: o.Clock.Wall()})
			plan.Wake = []string{m.RegistryAccount}
		}
		switch {
		case !m.Readable:
			plan.Writes = append(plan.Writes, OpenCase{domain.Case{Subject: "poll:" + m.RegistryAccount + ":" + m.MsgID, Code: "registry.poll-unreadable",
				Facts: map[string]string{"registry": m.RegistryAccount, "message": m.MsgID}, OpenedAt: o.Now()}})
		case m.Name != "":
			t, err := o.Store.TenureByName(ctx, m.Name)
			if missing(err) || (err == nil && t.RegistryAccount != m.RegistryAccount) {
				break // not a name of ours
			}
			var obj domain.Object
			if err == nil {
				obj, err = look(ctx, m.RegistryAccount, m.Name)
			}
			if missing(err) {
				break // gone there: the end of a name is not this message's to decide
			}
			if err != nil {
				silent[m.RegistryAccount], failed = true, errors.Join(failed, err)
				continue
			}
			changed := decideObserved(t, obj, o.Us, o.Policy().House, o.Now())
			plan.Writes, plan.Events = append(plan.Writes, changed.Writes...), changed.Events
		}
		err := o.Store.Commit(ctx, plan)
		switch {
		case err == nil:
			done++
		case !fault.Is(err, "state.moved"): // moved: another node has it, or the name has just changed; next time
			failed = errors.Join(failed, err)
		}
	}
	return done, failed
}

// decideObserved takes over what a registry shows of a name that is ours there: its statuses, delegation and expiry.
func decideObserved(t domain.Tenure, obj domain.Object, us []string, house policy.House, now time.Time) Plan {
	if !slices.Contains(us, obj.Sponsor) {
		return Plan{}
	}
	facts := map[string]string{"registry": t.RegistryAccount}
	if !sameSet(t.Statuses, obj.Statuses) {
		facts["statuses"], t.Statuses = joinStatuses(obj.Statuses), obj.Statuses
	}
	if !sameSet(t.NameServers, obj.NameServers) {
		facts["ns"], t.NameServers = strings.Join(obj.NameServers, " "), obj.NameServers
	}
	if !obj.ExpiresAt.IsZero() && !t.ExpiresAt.Equal(obj.ExpiresAt) {
		facts["expires"], t.ExpiresAt = obj.ExpiresAt.UTC().Format(time.DateOnly), obj.ExpiresAt
		t.NextActionAt = nextAction(t, now, house)
	}
	if len(facts) == 1 {
		return Plan{}
	}
	t.UpdatedAt = now
	return Plan{
		Writes: []Write{SetTenure{t}},
		Events: []domain.Event{{Account: t.Account, Subject: string(t.Name), Kind: "domain.changed-at-registry", Actor: "registry", Via: "system",
			Result: "ok", Facts: facts, At: now}},
	}
}

func missing(err error) bool { return err != nil && fault.Of(err).Kind == fault.Missing }

func sameSet[T ~string](a, b []T) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}
