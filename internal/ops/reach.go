package ops

import (
	"context"
	"crypto/hmac"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// reachOf reads a telephone number or an address as it was typed.
func reachOf(account domain.AccountID, kind domain.ReachType, typed string) (domain.Reach, error) {
	r := domain.Reach{Account: account, Type: kind}
	switch kind {
	case domain.ReachPhone:
		phone, ok := telephone(typed)
		if !ok {
			return r, malformed("Telephone", "telephone")
		}
		r.Code = phone
	case domain.ReachEmail:
		email, err := address(typed)
		if err != nil {
			return r, malformed("Email", "email")
		}
		r.Code = email
	default:
		return r, malformed("Type", "choice")
	}
	return r, nil
}

// SendPhoneEmailCode sends a code of six digits to a telephone number or an e-mail address, to prove that the account's
// owner is reached there. The code holds for a few minutes; only its MAC is kept.
func (o *Ops) SendPhoneEmailCode(ctx context.Context, scope domain.Scope, kind domain.ReachType, typed string) error {
	r, err := reachOf(scope.Account, kind, typed)
	if err != nil {
		return err
	}
	house := o.Policy().House
	if barred(r, house.BarredReaches) {
		return fault.New(fault.Denied, "reach.prohibited", "reach", r.Code)
	}
	if kind == domain.ReachPhone && o.NoSMS {
		return fault.New(fault.Unavailable, "reach.no-channel")
	}
	account, err := o.Store.AccountByID(ctx, scope.Account)
	if err != nil {
		return err
	}
	code := o.digits(6)
	sealed, err := o.Sealer.Seal([]byte(code), domain.MessageSeal(r.Code))
	if err != nil {
		return err
	}
	wall, now := o.Clock.Wall(), o.Now()
	message := domain.Message{Account: account.ID, To: r.Code, Locale: account.Locale, Kind: "reach-code", Sealed: sealed, At: now,
		Facts: map[string]string{"minutes": strconv.Itoa(house.CodeMinutes)}}
	if kind == domain.ReachPhone {
		message.Channel = domain.ChannelSMS
	}
	sent := event(scope, account.ID, maskedReach(r), "reach.code-sent", "ok", now)
	return o.Store.Commit(ctx, Plan{
		Writes: []Write{InsertReachCode{Since: wall.Add(-time.Hour), Most: house.CodesPerHour,
			Code: ReachCode{Reach: r, MAC: o.codeMAC(r, code), SentAt: wall, ExpiresAt: wall.Add(time.Duration(house.CodeMinutes) * time.Minute)}}},
		Messages: []domain.Message{message}, Events: []domain.Event{sent}, Unseen: true,
	})
}

// maskedReach is how the log speaks of a reach: it outlives the reach itself. +86.138****0000, s***@example.com
func maskedReach(r domain.Reach) string {
	if at := strings.LastIndex(r.Code, "@"); at > 0 {
		return r.Code[:1] + "***" + r.Code[at:]
	}
	dot := strings.Index(r.Code, ".") + 1
	return r.Code[:dot] + maskMiddle(r.Code[dot:])
}

func maskMiddle(digits string) string {
	if len(digits) < 8 {
		return strings.Repeat("*", len(digits))
	}
	return digits[:3] + strings.Repeat("*", len(digits)-7) + digits[len(digits)-4:]
}

func (o *Ops) codeMAC(r domain.Reach, code string) []byte {
	return o.mac("reach-code", r.Account.Uin(), strconv.Itoa(int(r.Type)), r.Code, code)
}

// digits draws n decimal digits, each as likely as any.
func (o *Ops) digits(n int) string {
	out := make([]byte, 0, n)
	for len(out) < n {
		for _, b := range o.Rand(2 * n) {
			if b < 250 && len(out) < n {
				out = append(out, '0'+b%10)
			}
		}
	}
	return string(out)
}

// barred reports whether the operator lets no codes go to a reach: itself, or its domain written as @example.com.
func barred(r domain.Reach, list []string) bool {
	for _, b := range list {
		if b = strings.ToLower(b); b == r.Code || strings.HasPrefix(b, "@") && strings.HasSuffix(r.Code, b) {
			return true
		}
	}
	return false
}

// CreatePhoneEmail keeps a reach that the code proves. Templates that wait for it are no longer NotVerified.
func (o *Ops) CreatePhoneEmail(ctx context.Context, scope domain.Scope, kind domain.ReachType, typed, code string) (domain.Reach, error) {
	r, err := reachOf(scope.Account, kind, typed)
	if err != nil {
		return r, err
	}
	if _, err := o.Store.Reach(ctx, r); err == nil {
		return r, fault.New(fault.Conflict, "reach.duplicate", "reach", r.Code)
	} else if !fault.Is(err, "reach.not-found") {
		return r, err
	}
	sent, err := o.Store.NewestCode(ctx, r)
	if fault.Is(err, "reach.not-found") {
		return r, fault.New(fault.Invalid, "reach.code-wrong", "left", "0")
	}
	if err != nil {
		return r, err
	}
	if !o.Clock.Wall().Before(sent.ExpiresAt) {
		return r, fault.New(fault.Invalid, "reach.code-expired")
	}
	most := o.Policy().House.CodeAttempts
	counted, err := o.Store.TryReachCode(ctx, sent.ID, most) // counted before it is compared
	if err != nil {
		return r, err
	}
	if left := most - sent.Attempts - 1; !counted || !hmac.Equal(sent.MAC, o.codeMAC(r, strings.TrimSpace(code))) {
		return r, fault.New(fault.Invalid, "reach.code-wrong", "left", strconv.Itoa(max(left, 0)))
	}
	now := o.Now()
	r.VerifiedAt = now
	plan := Plan{
		Writes: append([]Write{UseReachCode{sent.ID}, PutReach{r}}, o.reachVerified(r.Account)...),
		Events: []domain.Event{event(scope, r.Account, maskedReach(r), "reach.verified", "ok", now)},
	}
	restated, err := o.restate(ctx, r, true, now)
	if err != nil {
		return r, err
	}
	plan.Writes = append(plan.Writes, restated...)
	return r, o.Store.Commit(ctx, plan)
}

// KeepReach keeps a reach that needs no proof: the installation's own accounts have theirs from it.
func (o *Ops) KeepReach(ctx context.Context, scope domain.Scope, account domain.AccountID, kind domain.ReachType, typed string) error {
	if !scope.Operator || scope.Via != "system" {
		return fault.New(fault.Denied, "account.denied")
	}
	r, err := reachOf(account, kind, typed)
	if err != nil {
		return err
	}
	r.VerifiedAt = o.Now()
	return o.Store.Commit(ctx, Plan{Writes: []Write{PutReach{r}}, Events: []domain.Event{event(scope, account, maskedReach(r), "reach.verified", "ok", r.VerifiedAt)}})
}

// DeletePhoneEmail forgets a reach. One that an approved template or one in review rests on stays.
func (o *Ops) DeletePhoneEmail(ctx context.Context, scope domain.Scope, kind domain.ReachType, typed string) error {
	r, err := reachOf(scope.Account, kind, typed)
	if err != nil {
		return err
	}
	now := o.Now()
	restated, err := o.restate(ctx, r, false, now)
	if err != nil {
		return err
	}
	return o.Store.Commit(ctx, Plan{
		Writes: append([]Write{DropReach{r}}, restated...),
		Events: []domain.Event{event(scope, r.Account, maskedReach(r), "reach.deleted", "ok", now)},
	})
}

// restate moves the account's drafts that name a reach to what they are with or without it.
func (o *Ops) restate(ctx context.Context, r domain.Reach, proved bool, now time.Time) ([]Write, error) {
	list, _, err := o.Store.Templates(ctx, r.Account, TemplateFilter{Page: Page{Limit: o.Policy().House.MaxTemplates}})
	if err != nil {
		return nil, err
	}
	var out []Write
	for _, t := range list {
		if t.OldForm || !names(t.Contact, r) {
			continue
		}
		if !proved && !editable(t.Status) {
			return nil, fault.New(fault.Conflict, "reach.in-use", "reach", r.Code, "template", t.ID.Public())
		}
		unproved, err := o.unproved(ctx, r.Account, t.Contact)
		if err != nil {
			return nil, err
		}
		switch {
		case proved && t.Status == domain.TemplateNotVerified && len(unproved) == 1: // this one alone was missing
			out = append(out, SetTemplateStatus{ID: t.ID, From: t.Status, To: domain.TemplateNotUpload, At: now})
		case !proved && t.Status != domain.TemplateNotVerified:
			out = append(out, SetTemplateStatus{ID: t.ID, From: t.Status, To: domain.TemplateNotVerified, Reason: t.Reason, At: now})
		}
	}
	return out, nil
}

func names(c domain.Contact, r domain.Reach) bool {
	return r.Type == domain.ReachPhone && c.Telephone == r.Code || r.Type == domain.ReachEmail && c.Email == r.Code
}

// unproved are the reaches that a template names and its account has not proved.
func (o *Ops) unproved(ctx context.Context, account domain.AccountID, c domain.Contact) ([]domain.Reach, error) {
	var out []domain.Reach
	for _, r := range []domain.Reach{{Account: account, Type: domain.ReachEmail, Code: c.Email}, {Account: account, Type: domain.ReachPhone, Code: c.Telephone}} {
		if r.Code == "" {
			continue
		}
		switch _, err := o.Store.Reach(ctx, r); {
		case fault.Is(err, "reach.not-found"):
			out = append(out, r)
		case err != nil:
			return nil, err
		}
	}
	return out, nil
}

// Proved is a refusal where a template's e-mail or telephone is not proved to reach anybody.
func (o *Ops) Proved(ctx context.Context, t domain.Template) error {
	unproved, err := o.unproved(ctx, t.Account, t.Contact)
	if err != nil || len(unproved) == 0 {
		return err
	}
	field := "Email"
	if unproved[0].Type == domain.ReachPhone {
		field = "Telephone"
	}
	return fault.New(fault.Conflict, "template.reach-unverified", "field", field, "reach", unproved[0].Code)
}

// PhoneEmails lists the caller's verified telephone numbers and addresses.
func (o *Ops) PhoneEmails(ctx context.Context, scope domain.Scope, f ReachFilter) ([]domain.Reach, int, error) {
	return o.Store.Reaches(ctx, scope.Account, f)
}

// pruneCodes forgets the one-time codes of yesterday: they are of no use, and say whom was written to.
func (o *Ops) pruneCodes(ctx context.Context) (int, error) {
	_, err := o.Store.PruneReachCodes(ctx, o.Clock.Wall().Add(-24*time.Hour))
	if err != nil {
		return 0, fmt.Errorf("ops: one-time codes: %w", err)
	}
	return 0, nil
}
