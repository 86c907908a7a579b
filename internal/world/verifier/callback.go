package verifier

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// callbackTimeout bounds one callback, in wall time.
const callbackTimeout = 5 * time.Second

// gaps are the waits between the tries of a callback, in business time. After
// the last it is given up; the registrar may still ask.
var gaps = []time.Duration{15 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 24 * time.Hour}

// Callback is the telling of an opinion to a registrar of provider 2.
type Callback struct {
	URL   string    `json:"url"`
	Tries int       `json:"tries"`
	Next  time.Time `json:"next,omitzero"` // business time of the next try
	Done  time.Time `json:"done,omitzero"` // taken
	Last  string    `json:"last,omitempty"`
}

// open reports whether there is something left to try.
func (c *Callback) open() bool {
	return c != nil && c.Done.IsZero() && !c.Next.IsZero()
}

// beginCallbacks sends those that are due, each by itself, and counts them.
func (a *Authority) beginCallbacks(now time.Time) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	if a.closed || a.st.settings(ProviderHTTP).Down {
		return 0
	}
	for ref, c := range a.st.calling {
		if a.flying[ref] || c.Callback.Next.After(now) {
			continue
		}
		a.flying[ref] = true
		n++
		go a.callBack(c)
	}
	return n
}

// callBack tells a decided case and notes what came of it.
func (a *Authority) callBack(c *Case) {
	last, taken := a.tell(c)
	a.mu.Lock()
	defer a.mu.Unlock()
	defer func() {
		delete(a.flying, c.Ref)
		a.cond.Broadcast()
	}()
	if a.calls.Err() != nil {
		return // cut off by our own end: the next start tries again
	}
	err := a.doLocked(func(s *state, now time.Time) (record, error) {
		n := *s.Cases[c.Ref]
		cb := *n.Callback
		cb.Tries++
		cb.Last = last
		switch {
		case taken:
			cb.Done, cb.Next = now, time.Time{}
		case cb.Tries > len(gaps):
			cb.Next = time.Time{}
		default:
			cb.Next = now.Add(gaps[cb.Tries-1])
		}
		n.Callback = &cb
		return record{Cases: []*Case{&n}}, nil
	})
	if err != nil {
		a.log.Error("callback not noted", "verification", c.Ref, "error", err.Error())
	}
}

// tell makes one callback.
func (a *Authority) tell(c *Case) (last string, taken bool) {
	t := c.task(c.Told)
	t.SignedCode = nil
	body, err := json.Marshal(t)
	if err != nil {
		return err.Error(), false
	}
	req, err := http.NewRequestWithContext(a.calls, http.MethodPost, c.Callback.URL, bytes.NewReader(body))
	if err != nil {
		return "the address can't be called", false
	}
	req.Header.Set("Content-Type", "application/json")
	Sign(req, "", a.accounts[c.Client].CallbackSecret, body, time.Now())
	resp, err := a.client.Do(req)
	if err != nil {
		return "no answer", false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	return "HTTP " + strconv.Itoa(resp.StatusCode), resp.StatusCode/100 == 2
}
