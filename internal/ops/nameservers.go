package ops

import (
	"context"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// ChangeNameServers delegates up to 4,000 of the caller's names to other name servers.
func (o *Ops) ChangeNameServers(ctx context.Context, scope domain.Scope, typed []string, ns []string) (OrderView, error) {
	if len(ns) == 0 {
		return OrderView{}, fault.New(fault.Invalid, "input.name-servers", "rule", "count", "count", "0")
	}
	servers, bad := nameServers(ns, o.Policy().House)
	return o.change(ctx, scope, typed, change{action: domain.ActionDNS, kind: domain.IntentUpdateNS, asked: "dns.change-asked", refusal: policy.RefuseEdit, bad: bad,
		each: func(t domain.Tenure, _ policy.Suffix, _ int) (asking, error) {
			return asking{payload: domain.Payload{NameServers: servers, OldNameServers: t.NameServers},
				facts: map[string]string{"ns": strings.Join(servers, " ")}}, nil
		}})
}

func joinStatuses(s domain.Statuses) string {
	out := make([]string, len(s))
	for i, v := range s {
		out[i] = string(v)
	}
	return strings.Join(out, " ")
}
