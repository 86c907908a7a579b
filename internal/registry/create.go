package registry

import (
	"context"
	"crypto/subtle"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// holder has a session for an act and its sequel.
type holder struct {
	a     *account
	s     *session
	since time.Time // of a fresh session: not dialled before; zero: dialled for this
}

// askSince is when a session must have been dialled, or later, to tell what became of an act: after its answer was
// given up, and after the absence that it is to confirm. A node that died left no such time: since its lease is over,
// then. Zero: for this question alone.
func askSince(l domain.Leased) time.Time {
	in := l.Intent
	if l.Was == domain.IntentOpen {
		return l.At
	}
	if in.LostAt.IsZero() {
		return time.Time{}
	}
	since := in.LostAt
	for _, t := range []time.Time{in.SentAt, in.NextTryAt} {
		if t.After(since) {
			since = t
		}
	}
	return since
}

func (h *holder) ensure(ctx context.Context, c class) error {
	if h.s != nil && !h.s.Bad() {
		return nil
	}
	h.release()
	s, err := h.a.get(ctx, c, h.since)
	h.s = s
	return err
}

func (h *holder) release() {
	if h.s != nil {
		h.s.Release()
		h.s = nil
	}
}

// act sends an irreversible command. It is sent again only where it is certain that it was not carried out: it never
// left, or the answer was 2400 (same session), or the session was not logged in or is refused (another session).
// lost is set, and resp nil, where there is no answer.
func (a *account) act(ctx context.Context, h *holder, trid string, cmd *epp.Command, ready time.Time) (resp *epp.Response, lost *domain.Outcome) {
	c := transformClass
	for try := 1; ; try++ {
		before, cancel := context.WithDeadline(ctx, ready)
		err := h.ensure(before, c)
		cancel()
		if err != nil {
			out := notSent(err)
			return nil, &out
		}
		attempt := *cmd
		attempt.ClTRID = trid
		if try > 1 {
			attempt.ClTRID += string(rune('a' + try - 1)) // transaction ids are never used twice
		}
		attempt.Extensions = served(h.s, cmd.Extensions)
		h.s.conn.armed.Store(true)
		resp, err := a.do(ctx, h.s, &attempt)
		h.s.conn.armed.Store(false)
		if err == nil && a.cfg.Crash != nil {
			a.cfg.Crash("after-answer")
		}
		again := try < tries && ctx.Err() == nil && a.cfg.Wall().Before(ready)
		if err != nil {
			if epp.OutcomeUnknown(err) {
				out := unknown(a.unreachable(err))
				return nil, &out
			}
			if again {
				c = freshClass
				continue
			}
			out := notSent(a.unreachable(err))
			return nil, &out
		}
		switch resp.Code() {
		case epp.CodeCommandFailed:
			if again && pause(ctx, firstRetry<<(try-1)) {
				continue
			}
		case epp.CodeUseError, epp.CodeAuthenticationClosing, epp.CodeSessionLimitClosing:
			if again {
				c = freshClass
				continue
			}
		}
		return resp, nil
	}
}

// served leaves out extensions that the registry did not offer at login; it would refuse the command for them.
func served(s *session, list []epp.Value) []epp.Value {
	var out []epp.Value
	for _, v := range list {
		if s.HasService(v.Namespace()) {
			out = append(out, v)
		}
	}
	return out
}

func wireTRID(in domain.Intent) string { return in.ClTRID + "-" + strconv.Itoa(in.Attempts) }

// authInfo opens the proof that an object is this intent's. The very same is sent at every attempt.
func (a *account) authInfo(in domain.Intent) (string, error) {
	if len(in.Payload.SealedAuthInfo) == 0 {
		return "", fault.Wrap(errors.New("registry: intent without authInfo"), fault.Internal, "internal", "registry", a.ID)
	}
	plain, err := a.cfg.OpenSecret(in.Payload.SealedAuthInfo, domain.AuthInfoSeal(in.Name))
	if err != nil {
		return "", fault.Wrap(err, fault.Internal, "internal", "registry", a.ID)
	}
	return string(plain), nil
}

func (a *account) create(ctx context.Context, l domain.Leased) domain.Outcome {
	in := l.Intent
	auth, err := a.authInfo(in)
	if err != nil {
		return notSent(err)
	}
	ready, trid := a.cfg.Wall().Add(beforeSend), wireTRID(in)
	// A name without its codes is registered all the same, and its codes follow: where they must come first, its registry
	// says so.
	codes, err := a.codes(ctx, in.Name, l.Template)
	if err != nil {
		a.cfg.Log.Warn("registry", "account", a.ID, "command", "domain:create", "codes", string(fault.Of(err).Code))
	}
	h := &holder{a: a}
	defer h.release()
	for round := 1; ; round++ {
		h.release() // what comes first has sessions of its own
		before, cancel := context.WithDeadline(ctx, ready)
		contact, err := "", error(nil)
		if a.Contacts {
			contact, err = a.contact(before, l.Template)
		}
		if err == nil {
			err = a.hosts(before, in.Payload.NameServers)
		}
		cancel()
		if err != nil {
			return prerequisiteOutcome(err)
		}
		cmd := a.createCommand(in, auth, contact)
		cmd.Extensions = append(cmd.Extensions, signedCodes(codes)...)
		resp, lost := a.act(ctx, h, trid, cmd, ready)
		if lost != nil {
			return *lost
		}
		if resp.Code() == epp.CodeObjectDoesNotExist && round == 1 {
			// A contact or host that we remember has gone.
			a.forget(contact, in.Payload.NameServers)
			trid += "r"
			continue
		}
		return a.created(ctx, h, l, auth, resp)
	}
}

func (a *account) createCommand(in domain.Intent, auth, contact string) *epp.Command {
	create := &epp.DomainCreate{Name: string(in.Name), Period: epp.Years(max(1, in.Payload.Years)),
		NS: a.nameservers(in.Payload.NameServers), AuthInfo: epp.Password(auth)}
	if contact != "" {
		create.Registrant = contact
		for _, role := range a.Roles {
			create.Contacts = append(create.Contacts, epp.DomainContact{Type: role, ID: contact})
		}
	}
	cmd := &epp.Command{Action: create}
	if fee, currency := a.agreedFee(in.Payload); fee > 0 {
		cmd.Extensions = append(cmd.Extensions, &epp.FeeTransform{Verb: epp.VerbCreate, Currency: currency,
			Fees: []epp.FeeItem{{Amount: epp.FormatAmount(fee, digits(currency))}}})
	}
	return cmd
}

// agreedFee is the most that a create may take from our deposit: the premium fee that the buyer agreed to, or what an
// ordinary name costs us. It is named in either case, so that a fee which has moved is refused (RFC 8748 section 5.2.1)
// and not found out from the deposit. Zero: nobody knows.
func (a *account) agreedFee(p domain.Payload) (amount int64, currency string) {
	if p.Fee > 0 && p.FeeCurrency != "" {
		return p.Fee, p.FeeCurrency
	}
	if p.Fee > 0 {
		return p.Fee, a.Currency
	}
	return p.Cost, a.Currency
}

// created turns the answer to a create into an outcome.
func (a *account) created(ctx context.Context, h *holder, l domain.Leased, auth string, resp *epp.Response) domain.Outcome {
	in := l.Intent
	agreed, _ := a.agreedFee(in.Payload)
	r := meaning(createRows, resp, agreed > 0, CodeRefused)
	out := a.answered(r, resp)
	switch {
	case r.kind == domain.OutcomeAccepted:
		a.settle(ctx, h, in, auth, resp, &out)
	case r.fault == CodeTaken:
		return a.whose(ctx, h, l, auth, out)
	case r.fault == CodeFeeChanged:
		premium := agreed == 0
		if got, err := a.checkOn(ctx, h, []domain.Name{in.Name}); err == nil && len(got) == 1 && got[0].Currency != "" {
			out.Facts["fee"], out.Facts["fee_currency"] = strconv.FormatInt(got[0].Fee, 10), got[0].Currency
			premium = premium || got[0].Premium
		}
		if in.Payload.Fee == 0 && premium { // a premium name in an order of ordinary ones
			out.Code = string(CodePremium)
		} else {
			out.Facts["agreed"] = strconv.FormatInt(agreed, 10)
		}
	case r.kind == domain.OutcomeRefused && r.fault == CodeRefused:
		out.Facts["step"] = "domain"
	}
	return out
}

// settle does what follows a create that was accepted: locks, and the object as it is now. Nothing of it can undo
// the create, so failures leave facts only.
func (a *account) settle(ctx context.Context, h *holder, in domain.Intent, auth string, resp *epp.Response, out *domain.Outcome) {
	out.Facts = map[string]string{"registry": a.ID}
	obj := domain.Object{Name: in.Name, Sponsor: a.ClID, NameServers: serverSet(in.Payload.NameServers)}
	if data, ok := epp.Find[*epp.DomainCreateData](resp.ResData); ok {
		obj.CreatedAt, obj.ExpiresAt = utc(data.CrDate), utc(data.ExDate)
	}
	var locks []string
	if in.Payload.LockTransfer {
		locks = append(locks, epp.StatusClientTransferProhibited)
	}
	if in.Payload.LockUpdate {
		locks = append(locks, epp.StatusClientUpdateProhibited)
	}
	if len(locks) > 0 {
		why := a.follow(ctx, h, &epp.Command{ClTRID: wireTRID(in) + "l",
			Action: &epp.DomainUpdate{Name: string(in.Name), Add: &epp.DomainAddRem{Statuses: epp.Statuses(locks...)}}})
		if why != "" {
			out.Facts["lock"] = why
		} else {
			for _, s := range locks {
				obj.Statuses = append(obj.Statuses, domain.Status(s))
			}
		}
	}
	// A create's answer has neither repository identifier nor statuses.
	if err := h.ensure(ctx, transformClass); err == nil {
		if resp, err := a.patient(ctx, h.s, a.info(h.s, in.Name, auth)); err == nil {
			if seen, ok := object(in.Name, resp); ok {
				if obj.ExpiresAt.IsZero() {
					obj.ExpiresAt = seen.ExpiresAt
				}
				if obj.CreatedAt.IsZero() {
					obj.CreatedAt = seen.CreatedAt
				}
				obj.ROID, obj.Statuses, obj.NameServers, obj.UpdatedAt = seen.ROID, seen.Statuses, seen.NameServers, seen.UpdatedAt
				obj.Verification, obj.VerifyBy, obj.Missing, obj.Codes = seen.Verification, seen.VerifyBy, seen.Missing, seen.Codes
			}
		}
	}
	if len(obj.Statuses) == 0 {
		obj.Statuses = domain.Statuses{domain.StatusOK}
		if len(obj.NameServers) == 0 {
			obj.Statuses = domain.Statuses{domain.StatusInactive}
		}
	}
	out.Object = obj
}

// follow does a command after a create that was accepted and says what went wrong, if anything did.
func (a *account) follow(ctx context.Context, h *holder, cmd *epp.Command) string {
	if err := h.ensure(ctx, transformClass); err != nil {
		return "not sent"
	}
	resp, err := a.patient(ctx, h.s, cmd)
	switch {
	case err != nil:
		return "no answer"
	case resp.Code() == epp.CodeOK || resp.Code() == epp.CodeOKPending:
		return ""
	}
	return "refused " + resp.Code().String()
}

func infoCommand(name domain.Name, auth string) *epp.Command {
	info := &epp.DomainInfo{Name: string(name), Hosts: "all"}
	if auth != "" {
		info.AuthInfo = epp.Password(auth)
	}
	return &epp.Command{Action: info}
}

// whose looks at a name that exists already (2302): it is ours when an earlier attempt of this very intent made it,
// which its authInfo proves; otherwise somebody was faster.
func (a *account) whose(ctx context.Context, h *holder, l domain.Leased, auth string, taken domain.Outcome) domain.Outcome {
	if err := h.ensure(ctx, readClass); err != nil {
		return unknown(err)
	}
	seen, err := a.look(ctx, h, l.Intent.Name, auth)
	if err != nil {
		return unknown(err)
	}
	switch {
	case !seen.exists:
		// Blocked without being there: a variant of another name, or one that the registry shows to nobody.
		return taken
	case a.ours[seen.object.Sponsor] && seen.auth == authMatches:
		return a.proven(seen, "auth-info")
	case l.Intent.Attempts > 1 && a.undecided(seen, l):
		return unknown(a.unproven())
	}
	a.takenFacts(taken.Facts, seen)
	return taken
}

// Whether an object's authInfo, as info shows it, is the one that we made it with.
const (
	authHidden = iota // the registry shows none
	authMatches
	authDiffers
)

// sighting is what an info showed.
type sighting struct {
	exists bool
	hidden bool // it exists, and the registry tells us nothing of it: it is another's
	object domain.Object
	auth   int
	code   epp.Code
}

// look asks for a name, with its authInfo and, where that is not right, without. The error is a fault of kind
// Unavailable: nothing was learnt.
func (a *account) look(ctx context.Context, h *holder, name domain.Name, auth string) (sighting, error) {
	wrong := false
	for _, with := range []string{auth, ""} {
		if h.s.Bad() {
			return sighting{}, a.unreachable(errors.New("registry: session lost"))
		}
		resp, err := a.patient(ctx, h.s, a.info(h.s, name, with))
		if err != nil {
			return sighting{}, a.unreachable(err)
		}
		switch code := resp.Code(); code {
		case epp.CodeOK:
			obj, ok := object(name, resp)
			if !ok {
				return sighting{}, a.refusal(resp, fault.Unavailable, CodeUnreachable, "reason", "answer without the domain")
			}
			seen := sighting{exists: true, object: obj, code: code}
			data, _ := epp.Find[*epp.DomainInfoData](resp.ResData)
			switch {
			case wrong:
				seen.auth = authDiffers
			case data.AuthInfo != nil && data.AuthInfo.Pw != "" && auth != "":
				seen.auth = authDiffers
				if subtle.ConstantTimeCompare([]byte(data.AuthInfo.Pw), []byte(auth)) == 1 {
					seen.auth = authMatches
				}
			}
			return seen, nil
		case epp.CodeObjectDoesNotExist:
			return sighting{code: code}, nil
		case epp.CodeInvalidAuthInfo, epp.CodeAuthorization:
			if with == "" {
				return sighting{exists: true, hidden: true, code: code}, nil
			}
			wrong = true
		default:
			return sighting{}, a.refusal(resp, fault.Unavailable, CodeUnreachable)
		}
		if auth == "" {
			return sighting{exists: true, hidden: true, code: resp.Code()}, nil
		}
	}
	return sighting{exists: true, hidden: true}, nil
}

// proven is an act that turns out to have been done, with the kind of proof.
func (a *account) proven(seen sighting, proof string) domain.Outcome {
	kind := domain.OutcomeAccepted
	if seen.object.Statuses.Has(domain.PendingCreate) {
		kind = domain.OutcomePending
	}
	return domain.Outcome{Kind: kind, Facts: map[string]string{"registry": a.ID, "proof": proof}, Object: seen.object}
}

func (a *account) takenFacts(facts map[string]string, seen sighting) {
	if seen.hidden {
		return
	}
	facts["registrar"] = seen.object.Sponsor
	if !seen.object.CreatedAt.IsZero() {
		facts["created"] = seen.object.CreatedAt.Format(time.RFC3339)
		facts["registered"] = seen.object.CreatedAt.Format(time.DateOnly)
	}
	if a.ours[seen.object.Sponsor] {
		facts["proof"] = "none"
	}
}

// slack is how far a registry's creation time may lie before our sending: its clock ticks in seconds, and ours is
// compared with a greeting that took its time.
const slack = 30 * time.Second

// askCreate looks, on a new session, whether a create whose answer was lost was carried out.
func (a *account) askCreate(ctx context.Context, l domain.Leased) domain.Outcome {
	in := l.Intent
	auth, err := a.authInfo(in)
	if err != nil {
		return unknown(err)
	}
	h := &holder{a: a, since: askSince(l)}
	defer h.release()
	if err := h.ensure(ctx, freshClass); err != nil {
		return unknown(err)
	}
	seen, err := a.look(ctx, h, in.Name, auth)
	if err != nil {
		return unknown(err)
	}
	if !seen.exists {
		return domain.Outcome{Kind: domain.OutcomeAbsent, Facts: map[string]string{"registry": a.ID, "epp": seen.code.String()}}
	}
	if !seen.hidden && a.ours[seen.object.Sponsor] {
		if seen.auth == authMatches {
			return a.proven(seen, "auth-info")
		}
		// Where the registry shows no authInfo: made since we sent it, while no other order of ours can have made it
		// (one open intent per name), and the name isn't a tenure here already.
		sent := in.SentAt.Add(time.Duration(a.skew.Load()) - slack)
		if seen.auth == authHidden && !l.Ours && !in.SentAt.IsZero() && seen.object.CreatedAt.After(sent) {
			return a.proven(seen, "creation-time")
		}
		if a.undecided(seen, l) {
			return unknown(a.unproven())
		}
	}
	facts := map[string]string{"registry": a.ID}
	a.takenFacts(facts, seen)
	return domain.Outcome{Kind: domain.OutcomeRefused, Code: string(CodeTaken), Facts: facts}
}

// certain is how much older than its order a name must be to be surely not of it, whatever the registry's clock did.
const certain = 24 * time.Hour

// undecided is a name under our identifier that runs nowhere here and that can neither be proved to be this intent's
// nor to be older: giving the money back could make it a free name. The desk decides when the deadline has passed.
func (a *account) undecided(seen sighting, l domain.Leased) bool {
	return !seen.hidden && a.ours[seen.object.Sponsor] && seen.auth == authHidden && !l.Ours &&
		!seen.object.CreatedAt.Before(l.Intent.CreatedAt.Add(-certain))
}

func (a *account) unproven() error {
	return fault.New(fault.Unavailable, CodeUnreachable, "registry", a.ID, "proof", "none")
}

// serverSet lowers names and strips final dots; order and repetition don't count.
func serverSet(in []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, n := range in {
		n = strings.TrimSuffix(strings.ToLower(n), ".")
		if n != "" && !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}
