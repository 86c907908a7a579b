package verifier

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/epp/signedcode"
)

// States of a case.
const (
	StatePending      = "pending"
	StateCompliant    = "compliant"
	StateNonCompliant = "nonCompliant"
)

// The providers' numbers, with which their codes begin.
const (
	ProviderEPP  = 1
	ProviderHTTP = 2
)

// Providers are both numbers.
var Providers = []int{ProviderEPP, ProviderHTTP}

// Case is one verification.
type Case struct {
	Ref      string    `json:"ref"` // the code's value
	Provider int       `json:"provider"`
	Client   string    `json:"client"`
	Own      string    `json:"own,omitempty"` // the client's: authorization information, or bizNo
	Input    Input     `json:"input"`
	Digest   string    `json:"digest"`
	Created  time.Time `json:"created"`
	Due      time.Time `json:"due"` // business time of the opinion
	State    string    `json:"state"`
	Opinion  Opinion   `json:"opinion,omitzero"`
	Decided  time.Time `json:"decided,omitzero"`
	ByHand   bool      `json:"by_hand,omitempty"` // somebody at the authority's page decided
	Told     string    `json:"told,omitempty"`    // the state that was told; it may contradict
	Encoded  string    `json:"encoded,omitempty"` // the signed code in base64
	Callback *Callback `json:"callback,omitempty"`
}

// Type is the type of the code that the case may give.
func (c *Case) Type() string {
	if c.Input.Kind == KindDomain {
		return signedcode.TypeDomain
	}
	return signedcode.TypeRealName
}

// PollMessage is an opinion in a client's queue.
type PollMessage struct {
	ID      string    `json:"id"`
	Client  string    `json:"client"`
	Ref     string    `json:"ref"`
	Type    string    `json:"type"`
	State   string    `json:"state"`
	Text    string    `json:"text"`
	Decided time.Time `json:"decided"`
}

// Settings are how a provider behaves.
type Settings struct {
	Delay      time.Duration `json:"delay"`      // business time from the hand-over to the opinion
	Silent     bool          `json:"silent"`     // gives no opinion
	Down       bool          `json:"down"`       // answers nobody
	Fail       int           `json:"fail"`       // so many next hand-overs fail
	Lose       int           `json:"lose"`       // so many next hand-overs are taken, and the answer is lost
	Contradict bool          `json:"contradict"` // tells by poll or callback the opposite of its record
}

// DefaultDelay is how long an opinion takes where nobody has said otherwise.
const DefaultDelay = 2 * time.Second

// Errors of operations.
var (
	ErrNoSuchCase  = errors.New("verifier: no such verification")
	ErrNoSuchEntry = errors.New("verifier: no such entry")
	ErrDecided     = errors.New("verifier: it has been decided")
	ErrOtherInput  = errors.New("verifier: that reference stands for another input")
	ErrNotTaken    = errors.New("verifier: the material could not be taken in")
	ErrBadValue    = errors.New("verifier")
)

func newRef(provider int) string { return strconv.Itoa(provider) + "-" + rand.Text()[:16] }

// digest tells inputs apart.
func (in *Input) digest() string {
	raw, err := json.Marshal(in)
	if err != nil {
		panic(err) // strings and numbers only
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// handover is a request to verify.
type handover struct {
	provider int
	client   string
	own      string
	input    Input
	callback string
}

// take is what a hand-over does: the case that it made or had made already, and
// what changes. lost says that the answer is not to reach the client.
func (s *state) take(h handover, now time.Time, sign signFunc) (c *Case, lost bool, rec record, err error) {
	digest := h.input.digest()
	if h.own != "" {
		if ref, ok := s.byOwn[ownKey(h.provider, h.client, h.own)]; ok {
			if c = s.Cases[ref]; c.Digest != digest {
				return nil, false, rec, ErrOtherInput
			}
			return c, false, rec, nil
		}
	}
	set := *s.settings(h.provider)
	if set.Fail > 0 {
		set.Fail--
		rec.Settings = map[int]*Settings{h.provider: &set}
		return nil, false, rec, ErrNotTaken
	}
	if set.Lose > 0 {
		set.Lose--
		lost = true
		rec.Settings = map[int]*Settings{h.provider: &set}
	}
	c = &Case{Ref: newRef(h.provider), Provider: h.provider, Client: h.client, Own: h.own, Input: h.input, Digest: digest,
		Created: now, Due: now.Add(set.Delay), State: StatePending}
	if h.callback != "" {
		c.Callback = &Callback{URL: h.callback}
	}
	rec.Cases = []*Case{c}
	// A machine looks at names, at once; at people too where there is no delay.
	if h.input.Kind == KindDomain || set.Delay == 0 && !set.Silent {
		var subject *Case
		if h.input.SubjectCode != "" {
			subject = s.Cases[h.input.SubjectCode]
			if subject != nil && subject.Client != h.client {
				subject = nil
			}
		}
		err = c.decide(s.judge(&h.input, h.provider, subject, now), now, sign)
		if c.Callback != nil {
			c.Callback.Next = now
		}
	}
	return c, lost, rec, err
}

// decide puts an opinion on a case that is not shared yet.
func (c *Case) decide(o Opinion, now time.Time, sign signFunc) error {
	c.Opinion, c.Decided, c.State = o, now, StateNonCompliant
	if o.passed() {
		encoded, err := sign(c.Provider, signedcode.Code{Value: c.Ref, Type: c.Type()})
		if err != nil {
			return err
		}
		c.State, c.Encoded = StateCompliant, encoded
	}
	c.Told = c.State
	return nil
}

// conclude decides a pending case and tells its client.
func (s *state) conclude(rec *record, ref string, o Opinion, byHand bool, now time.Time, sign signFunc) error {
	c := *s.Cases[ref]
	if err := c.decide(o, now, sign); err != nil {
		return err
	}
	c.ByHand = byHand
	if s.settings(c.Provider).Contradict {
		c.Told = map[string]string{StateCompliant: StateNonCompliant, StateNonCompliant: StateCompliant}[c.State]
	}
	if c.Callback != nil {
		cb := *c.Callback
		cb.Next = now
		c.Callback = &cb
	}
	rec.Cases = append(rec.Cases, &c)
	if c.Provider == ProviderEPP {
		rec.PollSeq = max(rec.PollSeq, s.PollSeq) + 1
		rec.Polls = append(rec.Polls, &PollMessage{ID: strconv.FormatUint(rec.PollSeq, 10), Client: c.Client, Ref: c.Ref, Type: c.Type(),
			State: c.Told, Text: c.tells(), Decided: now})
	}
	return nil
}

// tells is what poll or callback say of the opinion.
func (c *Case) tells() string {
	if c.Told == c.State {
		return c.Opinion.String()
	}
	return c.contradiction().String()
}

// contradiction is the opinion that is told where the provider contradicts
// itself.
func (c *Case) contradiction() Opinion {
	if c.State == StateCompliant {
		return opinion(Unclear)
	}
	return opinion(Passed)
}

// due are the pending cases that an opinion is due for, in order.
func (s *state) due(now time.Time) []*Case {
	var out []*Case
	for _, c := range s.pending {
		if !c.Due.After(now) && !s.settings(c.Provider).Silent {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *Case) int { return a.Due.Compare(b.Due) })
	return out
}

// bad makes an error of a request's own fault.
func bad(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrBadValue, fmt.Sprintf(format, a...))
}
