package registry

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// act is one kind of change of a name that exists: how it is sent, how its answer is judged, and how it is asked after
// where the answer was lost. See acts for the table. Creates have a way of their own (create.go).
type act struct {
	rows  []row
	other fault.Code // of refusals that no row has
	needs string     // namespace of an extension without which it can't be done; "": none
	steps int        // commands that it takes, one after the other

	// also looks at more than the domain. Optional; its error is a fault of kind Unavailable.
	also func(ctx context.Context, a *account, h *holder, l domain.Leased, v *view) error
	// prepare makes what the command will refer to. Optional; of its errors those of kind Unavailable decide nothing.
	prepare func(ctx context.Context, a *account, l domain.Leased, v *view) error
	// judge says what became of the act by what is seen: pure. sent: a command of it may have reached the registry.
	judge func(in domain.Intent, v view, sent bool) domain.Outcome
	// next says what is left to be sent, or why nothing is: pure.
	next func(in domain.Intent, v view) (*epp.Command, domain.Outcome)
	// guess is what the object looks like after an answer of 1000 where it can't be looked at; nil: then nothing is known.
	guess func(in domain.Intent, v view, resp *epp.Response) domain.Object
	// refine adds to a refusal what this act alone knows. Optional.
	refine func(in domain.Intent, v view, resp *epp.Response, out *domain.Outcome)
}

// view is a name as a question found it; it is all that a judgement rests on.
type view struct {
	exists bool
	hidden bool // it exists, and the registry tells us nothing of it: it is another's
	ours   bool
	object domain.Object
	now    time.Time // registry time, nearly
	money  string    // currency of the account

	objects  bool // name servers are host objects there
	keys     bool // the delegation is signed with keys instead of DS records
	contacts []epp.DomainContact

	// update-contacts:
	keeps   bool     // the registry keeps contacts
	roles   []string // that a domain has there
	handles []string // that the template's contact may have there
	contact string   // that it has; set by prepare

	signed []domain.SignedCode // update-codes: what is sent; set by prepare

	// update-auth, transfer-request:
	codes []string // opened; never shown or logged
	auth  int      // authHidden, authMatches, authDiffers
	taken int      // which of codes matches
	try   int      // which of codes is next

	// transfers:
	transfer *epp.DomainTransferData // the latest one, where we may see it
	gaining  bool                    // we asked for it
	losing   bool                    // we are asked to answer it
}

// see asks for a name. The error is a fault of kind Unavailable: nothing was learnt.
func (a *account) see(ctx context.Context, h *holder, c class, k act, l domain.Leased, v *view) error {
	name := l.Intent.Name
	var resp *epp.Response
	for round := 1; ; round++ {
		if err := h.ensure(ctx, c); err != nil {
			return err
		}
		var err error
		resp, err = a.patient(ctx, h.s, a.info(h.s, name, ""))
		if err == nil && !h.s.Bad() {
			break
		}
		if round == 2 || ctx.Err() != nil {
			if err == nil {
				return a.refusal(resp, fault.Unavailable, CodeUnreachable)
			}
			return a.unreachable(err)
		}
		c = freshClass
	}
	v.exists, v.hidden, v.ours, v.object, v.keys, v.contacts = false, false, false, domain.Object{}, false, nil
	v.objects, v.money = a.HostObjects, a.Currency
	v.now = a.cfg.Wall().Add(time.Duration(a.skew.Load())).UTC()
	switch resp.Code() {
	case epp.CodeOK:
		obj, ok := object(name, resp)
		if !ok {
			return a.refusal(resp, fault.Unavailable, CodeUnreachable, "reason", "answer without the domain")
		}
		v.exists, v.object, v.ours = true, obj, a.ours[obj.Sponsor]
		data, _ := epp.Find[*epp.DomainInfoData](resp.ResData)
		v.contacts = data.Contacts
		if sec, ok := epp.Find[*epp.SecDNSInfoData](resp.Extensions); ok {
			v.keys = len(sec.Keys) > 0
		}
		v.auth = authHidden
		if shown := data.AuthInfo; shown != nil && shown.Pw != "" {
			v.auth = authDiffers
			for i, code := range v.codes {
				if same(shown.Pw, code) {
					v.auth, v.taken = authMatches, i
				}
			}
		}
	case epp.CodeObjectDoesNotExist:
	case epp.CodeAuthorization, epp.CodeInvalidAuthInfo:
		v.exists, v.hidden = true, true
	default:
		return a.refusal(resp, fault.Unavailable, CodeUnreachable)
	}
	if k.also == nil {
		return nil
	}
	return k.also(ctx, a, h, l, v)
}

// perform carries an act out: it looks what there is and sends what is left to be done, so that a change that happened
// in part is finished and one that happened is not repeated.
func (a *account) perform(ctx context.Context, l domain.Leased, k act) domain.Outcome {
	in := l.Intent
	var v view
	if err := a.open(in, &v); err != nil {
		return notSent(err)
	}
	ready := a.cfg.Wall().Add(beforeSend)
	h := &holder{a: a}
	defer h.release()
	trid, made := wireTRID(in), false
	sent := !in.LostAt.IsZero() // an earlier sending's answer was lost, and the act was not found done since
	for step := 1; ; {
		before, cancel := context.WithDeadline(ctx, ready)
		err := a.see(before, h, transformClass, k, l, &v)
		cancel()
		switch {
		case err != nil && step > 1: // the first half was done
			return unknown(err)
		case err != nil:
			return notSent(err)
		}
		if out := k.judge(in, v, sent || step > 1); out.Kind != domain.OutcomeAbsent {
			return a.dressed(out, v)
		}
		if k.needs != "" && !h.s.HasService(k.needs) {
			return a.dressed(refuses(CodeUnsupported, "extension", k.needs), v)
		}
		if k.prepare != nil {
			h.release() // it has sessions of its own: who waits for a second one while holding one may wait for himself
			before, cancel := context.WithDeadline(ctx, ready)
			err := k.prepare(before, a, l, &v)
			cancel()
			if err != nil {
				out := prerequisiteOutcome(err)
				if out.Code == string(CodeRefused) {
					out.Code = string(k.other)
				}
				return out
			}
		}
		cmd, out := k.next(in, v)
		if cmd == nil {
			return a.dressed(out, v)
		}
		resp, lost := a.act(ctx, h, trid, cmd, ready)
		if lost != nil {
			if step > 1 && lost.Kind == domain.OutcomeNotSent {
				lost.Kind = domain.OutcomeUnknown // the first half was done
			}
			return *lost
		}
		r := meaning(k.rows, resp, false, k.other) // the period may be out of range too: only words tell a fee
		switch {
		case r.kind == domain.OutcomeAccepted || r.kind == domain.OutcomePending:
			if out, done := a.taken(ctx, h, l, k, v, r, resp, step); done {
				return out
			}
			step++
			trid = wireTRID(in) + "-" + string(rune('0'+step))
			continue
		case resp.Code() == epp.CodeObjectDoesNotExist && k.prepare != nil && !made:
			// A contact or host that we remember has gone.
			a.forget(v.contact, in.Payload.NameServers)
			made = true
			trid += "r"
			continue
		case resp.Code() == epp.CodeInvalidAuthInfo && in.Kind == domain.IntentAuth && v.try+1 < len(v.codes):
			v.try++ // RFC 9154: a registry may not like this one
			trid += "n"
			continue
		}
		return a.refusedAct(ctx, h, l, k, v, sent || step > 1, r, resp)
	}
}

// taken looks at what a command that was taken has brought about. done is false where the act has another step.
func (a *account) taken(ctx context.Context, h *holder, l domain.Leased, k act, before view, r row, resp *epp.Response, step int) (domain.Outcome, bool) {
	v := before
	err := a.see(ctx, h, transformClass, k, l, &v)
	if err == nil {
		out := k.judge(l.Intent, v, true)
		switch {
		case out.Kind == domain.OutcomeAccepted, out.Kind == domain.OutcomePending && r.kind == domain.OutcomePending:
			return a.dressed(out, v), true
		case step < k.steps && out.Kind == domain.OutcomeAbsent:
			return domain.Outcome{}, false
		}
	}
	switch {
	case r.kind == domain.OutcomePending:
		return a.answered(r, resp), true
	case step < k.steps:
		return unknown(a.asFault(errors.Join(err, errHalf))), true
	case k.guess == nil:
		return unknown(a.unproven()), true
	}
	// The answer stands, whatever a look at the object shows or doesn't: registries may answer reads from a copy.
	v = before
	v.object = k.guess(l.Intent, before, resp)
	v.taken = v.try
	return a.dressed(did(), v), true
}

var errHalf = errors.New("registry: half of the act was done")

// refusedAct makes the outcome of a refusal. Where an earlier sending's answer was lost, the refusal may be its doing:
// then what there is says more than the answer.
func (a *account) refusedAct(ctx context.Context, h *holder, l domain.Leased, k act, v view, sent bool, r row, resp *epp.Response) domain.Outcome {
	if r.kind == domain.OutcomeRefused && sent {
		now := v
		if err := a.see(ctx, h, transformClass, k, l, &now); err == nil {
			if out := k.judge(l.Intent, now, true); out.Kind == domain.OutcomeAccepted || out.Kind == domain.OutcomePending {
				return a.dressed(out, now)
			}
		}
	}
	out := a.answered(r, resp)
	if out.Kind == domain.OutcomeRefused {
		out.Facts["name"] = string(l.Intent.Name)
		if f := quotedField(resp); f != "" {
			out.Facts["field"] = f
		}
		if resp.Code() == epp.CodeStatusProhibits {
			out.Facts["statuses"] = statusWords(v.object.Statuses)
		}
		if v.ours {
			out.Object = v.object
		}
	}
	if k.refine != nil {
		k.refine(l.Intent, v, resp, &out)
	}
	return out
}

// askAfter looks, on a new session and without doing anything, what became of an act whose answer was lost.
func (a *account) askAfter(ctx context.Context, l domain.Leased, k act) domain.Outcome {
	var v view
	if err := a.open(l.Intent, &v); err != nil {
		return unknown(err)
	}
	h := &holder{a: a, since: askSince(l)}
	defer h.release()
	if err := a.see(ctx, h, freshClass, k, l, &v); err != nil {
		return unknown(err)
	}
	return a.dressed(k.judge(l.Intent, v, true), v)
}

// open opens the sealed codes of an intent.
func (a *account) open(in domain.Intent, v *view) error {
	for _, sealed := range in.Payload.SealedCodes {
		plain, err := a.cfg.OpenSecret(sealed, domain.AuthCodeSeal(in.Name))
		if err != nil {
			return fault.Wrap(err, fault.Internal, "internal", "registry", a.ID)
		}
		v.codes = append(v.codes, string(plain))
	}
	return nil
}

// dressed adds to a judgement where it was made and what was seen.
func (a *account) dressed(out domain.Outcome, v view) domain.Outcome {
	if out.Facts == nil {
		out.Facts = map[string]string{}
	}
	out.Facts["registry"] = a.ID
	out.Taken = v.taken
	if v.ours {
		out.Object = v.object
	}
	if out.Kind == domain.OutcomeUnknown && out.Code == "" {
		out.Code = string(CodeUnreachable)
	}
	return out
}

// Judgements.

func did() domain.Outcome    { return domain.Outcome{Kind: domain.OutcomeAccepted} }
func didNot() domain.Outcome { return domain.Outcome{Kind: domain.OutcomeAbsent} }
func waits() domain.Outcome  { return domain.Outcome{Kind: domain.OutcomePending} }

// cannotTell is for what nothing proves either way: it waits, and goes to the desk.
func cannotTell(kv ...string) domain.Outcome {
	return domain.Outcome{Kind: domain.OutcomeUnknown, Code: string(CodeUnreachable), Facts: pairs(append(kv, "proof", "none"))}
}

func refuses(code fault.Code, kv ...string) domain.Outcome {
	return domain.Outcome{Kind: domain.OutcomeRefused, Code: string(code), Facts: pairs(kv)}
}

func pairs(kv []string) map[string]string {
	m := make(map[string]string, len(kv)/2+1)
	for i := 0; i+1 < len(kv); i += 2 {
		m[kv[i]] = kv[i+1]
	}
	return m
}

// foreign is the judgement of a name that is not under our identifier; ok is false where it is.
func foreign(in domain.Intent, v view) (out domain.Outcome, ok bool) {
	if v.ours {
		return out, false
	}
	out = refuses(CodeNotOurs, "name", string(in.Name))
	if v.exists && !v.hidden {
		out.Facts["registrar"] = v.object.Sponsor
	}
	return out, true
}

func statusWords(s domain.Statuses) string {
	out := make([]string, len(s))
	for i, x := range s {
		out[i] = string(x)
	}
	return strings.Join(out, " ")
}

// quotedField is the element that a refusal quotes, "period" for <domain:period>; "" where it quotes none.
func quotedField(resp *epp.Response) string {
	for _, r := range resp.Results {
		for _, v := range r.Values {
			for _, el := range quotedElements(v.Value) {
				if el.Space != epp.NSEPP && el.Local != "" {
					return el.Local
				}
			}
		}
	}
	return ""
}
