package clock

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// failuresAllowed is how many calls in a row may fail before a follower is
// taken for gone.
const failuresAllowed = 3

// callTimeout bounds one call; a follower settles before it answers /set, and
// that may include commands to a slow registry.
const callTimeout = 90 * time.Second

// firstSetTimeout bounds the call that tells a new follower the offset.
const firstSetTimeout = 3 * time.Second

// ErrNotLoopback refuses a follower elsewhere: this clock drives simulations only.
var ErrNotLoopback = errors.New("a clock follower must be on loopback")

// follower is a program that lives on this clock: GET url/due says when it has
// something to do, POST url/set tells it the offset, POST url/settle asks
// whether it is quiet.
type follower struct {
	url, token string
	client     *http.Client
	failures   int // consecutive; guarded by Clock.mu

	// telling serialises /set: offsets reach a follower in rising order.
	telling sync.Mutex
	told    time.Duration // the offset that it took last; -1 before the first; guarded by telling
}

func newFollower(raw, token string) (*follower, error) {
	raw = strings.TrimRight(raw, "/")
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("follower URL %q is not an absolute http URL", raw)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%w: %s", ErrNotLoopback, u.Host)
	}
	return &follower{url: raw, token: token, told: -1, client: &http.Client{
		// A redirect would carry the token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func (f *follower) call(ctx context.Context, method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var rd io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		rd = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, f.url+path, rd)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: HTTP %d", method, path, resp.StatusCode)
	}
	if answer == nil || len(bytes.TrimSpace(raw)) == 0 {
		return nil
	}
	return json.Unmarshal(raw, answer)
}

// due answers when the follower has its next thing to do; the zero time when
// nothing is planned.
func (f *follower) due(ctx context.Context) (time.Time, error) {
	var a struct {
		Next *time.Time `json:"next"`
	}
	if err := f.call(ctx, http.MethodGet, "/due", nil, &a); err != nil || a.Next == nil {
		return time.Time{}, err
	}
	return *a.Next, nil
}

// set tells the follower the offset of c as it is when its turn comes, and
// returns whether it says that it has settled. A follower that does not say is
// taken to have.
func (f *follower) set(ctx context.Context, c *Clock) (settled bool, err error) {
	f.telling.Lock()
	defer f.telling.Unlock()
	return f.tell(ctx, c)
}

// tell is set with f.telling held.
func (f *follower) tell(ctx context.Context, c *Clock) (settled bool, err error) {
	offset := c.Offset()
	a := struct {
		Settled *bool `json:"settled"`
	}{}
	if err := f.call(ctx, http.MethodPost, "/set", map[string]int64{"offset_us": offset.Microseconds()}, &a); err != nil {
		return false, err
	}
	f.told = offset
	return a.Settled == nil || *a.Settled, nil
}

func (f *follower) settled(ctx context.Context, remaining time.Duration) (bool, error) {
	var a struct {
		Settled bool `json:"settled"`
	}
	err := f.call(ctx, http.MethodPost, "/settle", map[string]int64{"timeout_ms": remaining.Milliseconds()}, &a)
	return a.Settled, err
}

// Follow registers a follower and sends it the current offset. Followers
// register again and again, so that a restarted world finds them: the same URL
// with the same token changes nothing, and with another one replaces it.
func (c *Clock) Follow(ctx context.Context, rawURL, token string) error {
	f, err := newFollower(rawURL, token)
	if err != nil {
		return err
	}
	c.mu.Lock()
	i := slices.IndexFunc(c.followers, func(o *follower) bool { return o.url == f.url })
	switch {
	case i >= 0 && c.followers[i].token == token:
		f = c.followers[i]
		f.failures = 0
	case i >= 0:
		c.followers[i] = f
		err = c.saveLocked()
	default:
		c.followers = append(c.followers, f)
		err = c.saveLocked()
	}
	offset := c.offset
	c.mu.Unlock()
	if err != nil {
		return err
	}
	if !f.telling.TryLock() {
		return nil // an advance is telling it just now
	}
	defer f.telling.Unlock()
	if f.told == offset {
		return nil
	}
	// Briefly: it may register before it listens, or wait for our answer first.
	ctx, cancel := context.WithTimeout(ctx, firstSetTimeout)
	defer cancel()
	if _, err := f.tell(ctx, c); err != nil {
		return fmt.Errorf("%w: %w", ErrNotTold, err)
	}
	return nil
}

// Followers lists the registered followers' URLs.
func (c *Clock) Followers() []string {
	urls := []string{}
	for _, f := range c.snapshot() {
		urls = append(urls, f.url)
	}
	return urls
}

func (c *Clock) snapshot() []*follower {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Clone(c.followers)
}

// note counts a call's outcome and drops a follower that failed three times in
// a row. It reports whether the follower is still registered.
func (c *Clock) note(f *follower, err error, log *slog.Logger) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.followers, f)
	if i < 0 {
		return false
	}
	if err == nil {
		f.failures = 0
		return true
	}
	f.failures++
	if f.failures < failuresAllowed {
		return true
	}
	c.followers = slices.Delete(c.followers, i, i+1)
	if log != nil {
		log.Warn("clock follower dropped after three failures in a row", "url", f.url, "error", err.Error())
	}
	if err := c.saveLocked(); err != nil && log != nil {
		log.Error("clock not saved", "error", err.Error())
	}
	return false
}
