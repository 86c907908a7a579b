package registry

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Message is one message of a registry's queue.
type Message struct {
	Account  string
	ID       string
	QueuedAt time.Time // registry time
	Text     string
	Raw      []byte // the whole answer, secrets masked
	Readable bool   // false: the desk must look at Raw; Facts["why"] says why

	// What it is about, and says. Evidence for people: nothing of it is taken for the state of anything.
	Kind  string // "pending", "transfer", "change", "rgp", "domain", "balance", "maintenance", "other", "text"
	Facts map[string]string

	// Of an act that was answered 1001, where the message is about one:
	Name   domain.Name
	ClTRID string // of the act: the intent's, without the number of the attempt
	Done   bool
	// Domain is any other name that the message is about, to be looked at afresh.
	Domain domain.Name
	// Maintenance is set where it is about the registry's own (RFC 9167).
	Maintenance *Maintenance
}

// most messages taken in one Poll.
const mostPolled = 500

// Poll takes messages off the registry's queue until it is empty: store keeps each before it is acknowledged. A
// message that can't be read is stored and acknowledged like any other, since it blocks those behind it. n counts
// those acknowledged; store's error stops it with the message still in the queue.
func (r *Registry) Poll(ctx context.Context, registryAccount string, store func(context.Context, Message) error) (n int, err error) {
	a, err := r.account(registryAccount)
	if err != nil {
		return 0, err
	}
	if !r.Polls(registryAccount) {
		return 0, nil // another node does
	}
	h := &holder{a: a}
	defer h.release()
	for n < mostPolled {
		if err := h.ensure(ctx, pollClass); err != nil {
			return n, err
		}
		m, more, err := a.poll(ctx, h.s)
		if err != nil || !more {
			return n, err
		}
		if err := store(ctx, m); err != nil {
			return n, err
		}
		if m.ID == "" {
			return n, fault.New(fault.Unavailable, CodeUnreachable, "registry", a.ID, "reason", "a message without identifier blocks the queue")
		}
		if err := h.ensure(ctx, pollClass); err != nil {
			return n, err
		}
		resp, err := a.patient(ctx, h.s, &epp.Command{Action: &epp.Poll{Op: epp.PollAck, MsgID: m.ID}})
		if err != nil {
			return n, a.unreachable(err)
		}
		if !resp.IsSuccess() && resp.Code() != epp.CodeObjectDoesNotExist { // 2303: another node has acknowledged it
			return n, a.refusal(resp, fault.Unavailable, CodeUnreachable, "step", "ack")
		}
		n++
	}
	return n, nil
}

var messageID = regexp.MustCompile(`<(?:[\w.-]+:)?msgQ\b[^>]*?\bid\s*=\s*["']([^"'<>&]{1,255})["']`)

// poll reads the message at the head of the queue; more is false when there is none.
func (a *account) poll(ctx context.Context, s *session) (m Message, more bool, err error) {
	s.keep.Store(true)
	resp, err := a.patient(ctx, s, &epp.Command{Action: &epp.Poll{Op: epp.PollRequest}})
	s.keep.Store(false)
	var frame []byte
	if kept := s.last.Swap(nil); kept != nil {
		frame = *kept
	}
	m = Message{Account: a.ID, Raw: masked(frame, []string{a.secrets.Load().password})}
	if err != nil {
		found := messageID.FindSubmatch(frame)
		if found == nil {
			return m, false, a.unreachable(err)
		}
		m.ID, m.Kind, m.Facts = string(found[1]), "other", map[string]string{"why": whyMalformed}
		return m, true, nil
	}
	switch {
	case resp.Code() == epp.CodeNoMessages:
		return m, false, nil
	case resp.Code() != epp.CodeAckToDequeue:
		return m, false, a.refusal(resp, fault.Unavailable, CodeUnreachable)
	case resp.MsgQ == nil || resp.MsgQ.ID == "": // it can't be acknowledged: it is kept, and blocks the queue
		m.Kind, m.Facts = "other", map[string]string{"why": whyNameless}
		return m, true, nil
	}
	a.digest(&m, resp)
	return m, true, nil
}

// Why a message is parked for the desk.
const (
	whyMalformed = "malformed" // not EPP, or not XML
	whyNameless  = "no-id"     // it can't be acknowledged
	whyBlank     = "blank"     // it says nothing at all
	whyUnknown   = "unknown"   // its data are of a kind that we do not know
)

// digest reads what a message says.
func (a *account) digest(m *Message, resp *epp.Response) {
	m.ID, m.QueuedAt, m.Text, m.Readable, m.Kind = resp.MsgQ.ID, utc(resp.MsgQ.QDate), resp.MsgQ.Msg, true, "text"
	if m.Text == "" && resp.MsgQ.Mixed != nil {
		m.Text = strings.TrimSpace(resp.MsgQ.Mixed.DeepText())
	}
	m.Facts = map[string]string{}
	fact := func(key, value string) {
		if value != "" {
			m.Facts[key] = value
		}
	}
	fact("text", shortened(m.Text))
	date := func(key string, t time.Time) {
		if !t.IsZero() {
			m.Facts[key] = t.UTC().Format(time.RFC3339)
		}
	}
	if strings.TrimSpace(m.Text) == "" && len(resp.ResData)+len(resp.Extensions) == 0 {
		m.Readable, m.Facts["why"] = false, whyBlank
	}
	for _, v := range slices.Concat(resp.ResData, resp.Extensions) {
		switch v := v.(type) {
		case *epp.DomainPendingData:
			m.Kind = "pending"
			m.Name, m.Done, m.ClTRID = domain.Name(strings.ToLower(v.ID)), v.PendingResult.Done, intentTRID(v.PendingResult.ClTRID)
			m.Facts["done"] = strconv.FormatBool(v.PendingResult.Done)
		case *epp.DomainInfoData:
			m.Kind, m.Domain = or(m.Kind, "text", "domain"), domain.Name(strings.ToLower(v.Name))
		case *epp.DomainTransferData:
			m.Kind, m.Domain = "transfer", domain.Name(strings.ToLower(v.Name))
			fact("status", string(v.TrStatus))
			fact("gaining", v.ReID)
			fact("losing", v.AcID)
			date("until", v.AcDate)
		case *epp.RGPInfoData:
			m.Kind = or(m.Kind, "text", "rgp")
			m.Kind = or(m.Kind, "domain", "rgp")
			fact("rgp", statusValues(v.Statuses))
		case *epp.ChangePollData:
			m.Kind = "change"
			fact("operation", v.Operation)
			fact("op", v.Op)
			fact("state", v.State)
			fact("who", v.Who)
			fact("reason", shortened(v.Reason))
			date("date", v.Date)
			if v.CaseID != nil {
				fact("case", strings.TrimSpace(v.CaseID.Type+" "+v.CaseID.Name+" "+v.CaseID.ID))
			}
		case *epp.MaintenanceInfoData:
			m.Kind = "maintenance"
			if about, ok := a.maintenance(v.Item); ok {
				m.Maintenance = &about
			}
			if v.Item != nil {
				fact("maintenance", v.Item.ID)
				fact("operation", v.Item.PollType)
				fact("reason", v.Item.Reason)
				date("start", v.Item.Start)
				date("end", v.Item.End)
			}
		case *epp.LowBalanceData:
			m.Kind = "balance"
			a.lowBalance(v)
			fact("available", v.AvailableCredit)
			fact("threshold", strings.TrimSpace(v.CreditThreshold+" "+v.ThresholdType))
		case *epp.Raw:
			m.Readable, m.Facts["why"] = false, whyUnknown
			m.Facts["namespace"] = v.Element.Space
		}
	}
	if m.Name == "" && m.Domain == "" {
		m.Domain = a.named(m.Text)
	}
}

func or(have, from, to string) string {
	if have == from {
		return to
	}
	return have
}

// shortened keeps facts to what a page shows.
func shortened(s string) string {
	if r := []rune(s); len(r) > 500 {
		return string(r[:500]) + "…"
	}
	return s
}

// named finds the first name of the account's suffixes in a message's words: many registries say it there alone. It
// only causes a look.
func (a *account) named(text string) domain.Name {
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	}) {
		word = strings.Trim(word, ".-")
		if label, suffix, ok := strings.Cut(word, "."); ok && label != "" && len(word) < 254 && slices.Contains(a.Suffixes, suffix) {
			return domain.Name(word)
		}
	}
	return ""
}

// intentTRID takes the attempt's number off a transaction identifier.
func intentTRID(wire string) string {
	if i := strings.LastIndexByte(wire, '-'); i > 0 {
		return wire[:i]
	}
	return wire
}

func statusValues(list []epp.Status) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = s.Value
	}
	return strings.Join(words, " ")
}
