package ops

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// Lock is one of the locks that an owner sets: a client status at the registry (RFC 5731 section 2.3).
type Lock string

// The owner's locks.
const (
	LockTransfer Lock = "transfer" // clientTransferProhibited
	LockUpdate   Lock = "update"   // clientUpdateProhibited
)

var locks = map[Lock]struct {
	status  domain.Status
	on, off domain.Action
}{
	LockTransfer: {domain.ClientTransferProhibited, domain.ActionTransferOn, domain.ActionTransferOff},
	LockUpdate:   {domain.ClientUpdateProhibited, domain.ActionUpdateOn, domain.ActionUpdateOff},
}

// SetLock sets or lifts a lock of up to 4,000 of the caller's names. While the update lock is on, the transfer lock
// can't be changed.
func (o *Ops) SetLock(ctx context.Context, scope domain.Scope, names []string, lock Lock, on bool) (OrderView, error) {
	row := locks[lock]
	c := change{action: row.off, kind: domain.IntentStatus, asked: "lock.change-asked", refusal: policy.RefuseEdit}
	p := domain.Payload{RemStatuses: domain.Statuses{row.status}}
	facts := map[string]string{"status": string(row.status), "set": "no"}
	if on {
		c.action, p, facts["set"] = row.on, domain.Payload{AddStatuses: domain.Statuses{row.status}}, "yes"
	}
	now := o.Now()
	c.each = func(t domain.Tenure, _ policy.Suffix, _ int) (asking, error) {
		if lock == LockTransfer && !on {
			if err := locked(t, now); err != nil {
				return asking{}, err
			}
		}
		return asking{payload: p, facts: facts}, nil
	}
	return o.change(ctx, scope, names, c)
}
