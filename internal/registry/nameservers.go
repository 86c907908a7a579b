package registry

import (
	"context"
	"slices"
	"strings"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// updateNS changes a delegation: it looks what there is and sends the difference. Repeating it is harmless, but its
// answer is not guessed either.
func (a *account) updateNS(ctx context.Context, l domain.Leased) domain.Outcome {
	in := l.Intent
	want := serverSet(in.Payload.NameServers)
	ready := a.cfg.Wall().Add(beforeSend)
	for round := 1; ; round++ {
		out, again := a.updateOnce(ctx, in, want, round)
		if again && round == 1 && a.cfg.Wall().Before(ready) {
			a.forget("", want) // a host that we remember has gone
			continue
		}
		return out
	}
}

func (a *account) updateOnce(ctx context.Context, in domain.Intent, want []string, round int) (out domain.Outcome, again bool) {
	ready := a.cfg.Wall().Add(beforeSend)
	before, cancel := context.WithDeadline(ctx, ready)
	defer cancel()
	resp, err := a.read(before, transformClass, infoCommand(in.Name, ""))
	if err != nil {
		return notSent(err), false
	}
	was, out, ok := a.sponsored(in.Name, resp)
	if !ok {
		return out, false
	}
	add, rem := difference(was.NameServers, want), difference(want, was.NameServers)
	if len(add) == 0 && len(rem) == 0 {
		return domain.Outcome{Kind: domain.OutcomeAccepted, Facts: map[string]string{"registry": a.ID}, Object: was}, false
	}
	if err := a.hosts(before, add); err != nil {
		out := prerequisiteOutcome(err)
		if out.Code == string(CodeRefused) {
			out.Code = string(CodeUpdateRefused)
		}
		return out, false
	}
	update := &epp.DomainUpdate{Name: string(in.Name)}
	if len(add) > 0 {
		update.Add = &epp.DomainAddRem{NS: a.nameservers(add)}
	}
	if len(rem) > 0 {
		update.Rem = &epp.DomainAddRem{NS: a.nameservers(rem)}
	}
	h := &holder{a: a}
	defer h.release()
	trid := wireTRID(in)
	if round > 1 {
		trid += "r"
	}
	resp, lost := a.act(ctx, h, trid, &epp.Command{Action: update}, ready)
	if lost != nil {
		return *lost, false
	}
	r := meaning(updateRows, resp, false, CodeUpdateRefused)
	out = a.answered(r, resp)
	switch {
	case r.kind == domain.OutcomeAccepted:
		out.Facts = map[string]string{"registry": a.ID}
		out.Object = was
		out.Object.NameServers = want
		if h.ensure(ctx, transformClass) == nil {
			if resp, err := a.patient(ctx, h.s, infoCommand(in.Name, "")); err == nil {
				if now, ok := object(in.Name, resp); ok {
					out.Object = now
				}
			}
		}
	case r.fault == CodeProhibited:
		statuses := make([]string, len(was.Statuses))
		for i, s := range was.Statuses {
			statuses[i] = string(s)
		}
		out.Facts["statuses"] = strings.Join(statuses, " ")
	}
	return out, resp.Code() == epp.CodeObjectDoesNotExist
}

// sponsored reads an info before a change; where there is nothing of ours to change, ok is false and out says so.
func (a *account) sponsored(name domain.Name, resp *epp.Response) (obj domain.Object, out domain.Outcome, ok bool) {
	refused := func() domain.Outcome {
		o := a.answered(row{kind: domain.OutcomeRefused, fault: CodeNotOurs}, resp)
		o.Facts["name"] = string(name)
		return o
	}
	switch resp.Code() {
	case epp.CodeOK:
		obj, ok = object(name, resp)
		if !ok {
			return obj, notSent(a.refusal(resp, fault.Unavailable, CodeUnreachable, "reason", "answer without the domain")), false
		}
		if !a.ours[obj.Sponsor] {
			out := refused()
			out.Facts["registrar"] = obj.Sponsor
			return obj, out, false
		}
		return obj, domain.Outcome{}, true
	case epp.CodeObjectDoesNotExist, epp.CodeAuthorization, epp.CodeInvalidAuthInfo:
		return obj, refused(), false
	}
	return obj, notSent(a.refusal(resp, fault.Unavailable, CodeUnreachable)), false
}

// askNS looks, on a new session, whether a change whose answer was lost was carried out.
func (a *account) askNS(ctx context.Context, l domain.Leased) domain.Outcome {
	h := &holder{a: a}
	defer h.release()
	if err := h.ensure(ctx, freshClass); err != nil {
		return unknown(err)
	}
	resp, err := a.patient(ctx, h.s, infoCommand(l.Intent.Name, ""))
	if err != nil {
		return unknown(a.unreachable(err))
	}
	obj, out, ok := a.sponsored(l.Intent.Name, resp)
	if !ok {
		if out.Kind == domain.OutcomeNotSent {
			out.Kind = domain.OutcomeUnknown
		}
		return out
	}
	want := serverSet(l.Intent.Payload.NameServers)
	facts := map[string]string{"registry": a.ID}
	if len(difference(obj.NameServers, want)) == 0 && len(difference(want, obj.NameServers)) == 0 {
		return domain.Outcome{Kind: domain.OutcomeAccepted, Facts: facts, Object: obj}
	}
	return domain.Outcome{Kind: domain.OutcomeAbsent, Facts: facts, Object: obj}
}

// difference is what of b is not in a.
func difference(a, b []string) []string {
	var out []string
	for _, x := range b {
		if !slices.Contains(a, x) {
			out = append(out, x)
		}
	}
	return out
}
