package ops

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// PollMessage is a message that a registry had queued for us, as it was kept.
type PollMessage struct {
	ID              int64
	RegistryAccount string
	MsgID           string
	QueuedAt        time.Time         // registry time
	Raw             []byte            // secrets masked
	Readable        bool              // false: parked for the desk
	Name            domain.Name       // that it is about; empty: none
	ClTRID          string            // of the intent that it is about; empty: none
	Kind            string            // what sort it is: "transfer", "change", "pending", "rgp", "text" …
	Facts           map[string]string // what it says, as evidence: text, reason, operation, case …
	SeenAt          time.Time         // business time
	DoneAt          time.Time         // business time at which it was worked off; zero: not yet
	SettledAt       time.Time         // business time at which the desk was done with it; zero: not, or never parked
}

// rawShown is how much of a message a case repeats; the whole is at the desk.
const rawShown = 400

// Polled works registries' messages off. None is believed: one about an act under way makes that act be asked after
// now, any about a name of ours causes one fresh look for all of them, so that an old backlog never rolls anything
// back. While a registry doesn't answer a message waits, and so do the later ones of that registry.
func (o *Ops) Polled(ctx context.Context, reg Looker) (done int, failed error) {
	messages, err := o.Store.OpenPolls(ctx, sweepSize)
	if err != nil {
		return 0, err
	}
	silent := map[string]bool{}
	for len(messages) > 0 {
		m := messages[0]
		group := []PollMessage{m}
		rest := messages[1:]
		if m.Name != "" {
			same := func(n PollMessage) bool { return n.Name == m.Name && n.RegistryAccount == m.RegistryAccount }
			group = append(group, slices.Collect(filtered(rest, same))...)
			rest = slices.DeleteFunc(slices.Clone(rest), same)
		}
		messages = rest
		if silent[m.RegistryAccount] {
			continue
		}
		var plan Plan
		for _, g := range group {
			o.polled(&plan, g)
		}
		if m.Name == "" {
			err = o.Store.Commit(ctx, plan)
		} else {
			_, err = o.observe(ctx, reg, m.RegistryAccount, m.Name, plan)
		}
		switch {
		case err == nil:
			done += len(group)
		case fault.Is(err, "state.moved"): // another node has it, or the name has just changed; next time
		default:
			silent[m.RegistryAccount] = true
			failed = errors.Join(failed, err)
		}
	}
	return done, failed
}

func filtered(list []PollMessage, keep func(PollMessage) bool) func(yield func(PollMessage) bool) {
	return func(yield func(PollMessage) bool) {
		for _, m := range list {
			if keep(m) && !yield(m) {
				return
			}
		}
	}
}

// polled marks a message as worked off, hurries the act that it names, and parks one that nobody can read.
func (o *Ops) polled(plan *Plan, m PollMessage) {
	plan.Writes = append(plan.Writes, PollDone{ID: m.ID, At: o.Now()})
	if m.ClTRID != "" {
		plan.Writes = append(plan.Writes, HurryIntent{RegistryAccount: m.RegistryAccount, ClTRID: m.ClTRID, Wall: o.Clock.Wall()})
		plan.Wake = []string{m.RegistryAccount}
	}
	if !m.Readable {
		plan.Writes = append(plan.Writes, OpenCase{domain.Case{Subject: m.Subject(), Code: "registry.poll-unreadable", OpenedAt: o.Now(),
			Facts: map[string]string{"registry": m.RegistryAccount, "message": m.MsgID, "why": m.Facts["why"],
				"row": strconv.FormatInt(m.ID, 10), "raw": clipped(string(m.Raw), rawShown)}}})
	}
}

// Subject is what a case about the message itself is called.
func (m PollMessage) Subject() string { return "poll:" + m.RegistryAccount + ":" + m.MsgID }

func missing(err error) bool { return err != nil && fault.Of(err).Kind == fault.Missing }

func sameSet[T ~string](a, b []T) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}
