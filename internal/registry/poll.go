package registry

import (
	"context"
	"fmt"
	"regexp"
	"slices"
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
	Readable bool   // false: the desk must look at Raw

	// Of an act that was answered 1001, where the message is about one:
	Name   domain.Name
	ClTRID string // of the act: the intent's, without the number of the attempt
	Done   bool
	// Domain is any other name that the message is about, to be looked at afresh.
	Domain domain.Name
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
	m = Message{Account: a.ID, Raw: epp.Mask(frame)}
	if err != nil {
		found := messageID.FindSubmatch(frame)
		if found == nil {
			return m, false, a.unreachable(err)
		}
		m.ID = string(found[1])
		return m, true, nil
	}
	switch {
	case resp.Code() == epp.CodeNoMessages:
		return m, false, nil
	case resp.Code() != epp.CodeAckToDequeue:
		return m, false, a.refusal(resp, fault.Unavailable, CodeUnreachable)
	case resp.MsgQ == nil || resp.MsgQ.ID == "":
		return m, false, a.unreachable(fmt.Errorf("registry: message without identifier"))
	}
	m.ID, m.QueuedAt, m.Text, m.Readable = resp.MsgQ.ID, utc(resp.MsgQ.QDate), resp.MsgQ.Msg, true
	if m.Text == "" && resp.MsgQ.Mixed != nil {
		m.Text = strings.TrimSpace(resp.MsgQ.Mixed.DeepText())
	}
	for _, v := range append(resp.ResData, resp.Extensions...) {
		switch v := v.(type) {
		case *epp.DomainPendingData:
			m.Name, m.Done, m.ClTRID = domain.Name(strings.ToLower(v.ID)), v.PendingResult.Done, intentTRID(v.PendingResult.ClTRID)
		case *epp.DomainInfoData:
			m.Domain = domain.Name(strings.ToLower(v.Name))
		case *epp.DomainTransferData:
			m.Domain = domain.Name(strings.ToLower(v.Name))
		case *epp.Raw:
			m.Readable = false
		}
	}
	if m.Name == "" && m.Domain == "" {
		m.Domain = a.named(m.Text)
	}
	return m, true, nil
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
