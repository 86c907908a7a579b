package verifier

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/epp/signedcode"
)

// Account is a registrar that the authority serves.
type Account struct {
	ID             string
	Password       string   // of EPP
	Certificates   []string // SHA-256 of the client certificates that go with it, hexadecimal
	Secret         string   // signs its requests to provider 2
	CallbackSecret string   // signs what provider 2 calls back with
}

// Options are what Open needs besides the folder and the clock.
type Options struct {
	Accounts      []Account
	People        []Entry // for a new folder
	Organisations []Entry
	Log           *slog.Logger // nil discards
}

// Authority is the authority, open on its folder. Its methods may be called at
// the same time.
type Authority struct {
	dir      string
	now      func() time.Time // business time
	log      *slog.Logger
	accounts map[string]Account
	client   *http.Client
	front    front
	replays  replays

	mu      sync.Mutex
	st      *state
	j       *journal
	issuers map[int]*issuer
	flying  map[string]bool // references whose callback is under way
	coming  map[string]int  // documents of hand-overs under way, by digest
	cond    *sync.Cond      // of flying
	closed  bool
	calls   context.Context // ends with Close
	stop    context.CancelFunc
}

// Open loads the authority that dir holds, or makes one.
func Open(dir string, now func() time.Time, opts Options) (*Authority, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	a := &Authority{dir: dir, log: opts.Log, accounts: map[string]Account{}, st: newState(), issuers: map[int]*issuer{}, flying: map[string]bool{}, coming: map[string]int{},
		// Milliseconds are what EPP shows.
		now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
	a.cond = sync.NewCond(&a.mu)
	a.calls, a.stop = context.WithCancel(context.Background())
	a.client = &http.Client{Timeout: callbackTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a.front.init(a)
	for _, acc := range opts.Accounts {
		a.accounts[acc.ID] = acc
	}
	if err := os.MkdirAll(filepath.Join(dir, "documents"), 0o700); err != nil {
		return nil, fmt.Errorf("verifier: %w", err)
	}
	for _, n := range Providers {
		i, err := openIssuer(dir, n)
		if err != nil {
			return nil, err
		}
		a.issuers[n] = i
	}
	var err error
	if a.j, err = openJournal(dir, a.st); err != nil {
		return nil, err
	}
	err = a.do(func(s *state, now time.Time) (rec record, err error) {
		if s.Seeded {
			return rec, nil
		}
		rec.Seeded = true
		for _, e := range opts.People {
			rec.People = append(rec.People, &e)
		}
		for _, e := range opts.Organisations {
			rec.Orgs = append(rec.Orgs, &e)
		}
		return rec, nil
	})
	if err == nil {
		err = a.sweepDocuments()
	}
	if err != nil {
		return nil, errors.Join(err, a.j.close())
	}
	return a, nil
}

// Close ends sessions and callbacks.
func (a *Authority) Close() error {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return nil
	}
	a.closed = true
	a.mu.Unlock()
	a.stop()
	a.front.close()
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.flying) > 0 {
		a.cond.Wait()
	}
	return a.j.close()
}

// do runs an operation: what it says that changes is on disk before it counts.
func (a *Authority) do(f func(s *state, now time.Time) (record, error)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.doLocked(f)
}

func (a *Authority) doLocked(f func(s *state, now time.Time) (record, error)) error {
	rec, err := f(a.st, a.now())
	if rec.empty() {
		return err
	}
	// A refusal may change something too: the count of failures to come.
	if jerr := a.j.append(&rec); jerr != nil {
		return jerr
	}
	a.st.apply(&rec)
	return err
}

func (a *Authority) view(f func(s *state)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f(a.st)
}

// sign is called with the lock held.
func (a *Authority) sign(provider int, c signedcode.Code) (string, error) {
	return a.issuers[provider].sign(c)
}

// RootPEM is the root certificate of a provider, which registries trust.
func (a *Authority) RootPEM(provider int) []byte { return a.issuers[provider].rootPEM() }

// CodeTypes are the types of code that both providers give.
func CodeTypes() []string { return []string{signedcode.TypeRealName, signedcode.TypeDomain} }

// NextDue is when the next opinion or callback falls due.
func (a *Authority) NextDue() (at time.Time, ok bool) {
	a.view(func(s *state) {
		first := func(t time.Time) {
			if !ok || t.Before(at) {
				at, ok = t, true
			}
		}
		for _, c := range s.pending {
			if !s.settings(c.Provider).Silent {
				first(c.Due)
			}
		}
		for _, c := range s.calling {
			if !a.flying[c.Ref] && !s.settings(c.Provider).Down {
				first(c.Callback.Next)
			}
		}
	})
	return at, ok
}

// RunDue gives the opinions that are due and begins the callbacks. It counts both.
func (a *Authority) RunDue(now time.Time) (n int, err error) {
	err = a.do(func(s *state, at time.Time) (rec record, err error) {
		for _, c := range s.due(now) {
			if err := s.conclude(&rec, c.Ref, s.judge(&c.Input, c.Provider, nil, at), false, at, a.sign); err != nil {
				return record{}, err
			}
			n++
		}
		return rec, nil
	})
	if err != nil {
		return n, err
	}
	if n > 0 {
		err = a.sweepDocuments()
	}
	return n + a.beginCallbacks(now), err
}

// Settle waits until no callback is under way.
func (a *Authority) Settle(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.cond.Broadcast()
	})
	defer stop()
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.flying) > 0 {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		a.cond.Wait()
	}
	return nil
}

// Settings of a provider.
func (a *Authority) Settings(provider int) (out Settings) {
	a.view(func(s *state) { out = *s.settings(provider) })
	return out
}

// SetSettings keeps how a provider behaves from now on.
func (a *Authority) SetSettings(provider int, set Settings) error {
	if !slices.Contains(Providers, provider) {
		return bad("no provider %d", provider)
	}
	if set.Delay < 0 || set.Delay > 366*24*time.Hour || set.Fail < 0 || set.Lose < 0 {
		return bad("a delay of at most a year, and counts that are not negative")
	}
	err := a.do(func(*state, time.Time) (record, error) {
		return record{Settings: map[int]*Settings{provider: &set}}, nil
	})
	if err == nil && set.Down && provider == ProviderEPP {
		a.front.hangUp()
	}
	return err
}

// Entries of a register, by number. orgs is the organisation register.
func (a *Authority) Entries(orgs bool) (out []Entry) {
	a.view(func(s *state) {
		m := s.register(orgs)
		for _, n := range slices.Sorted(maps.Keys(m)) {
			out = append(out, *m[n])
		}
	})
	return out
}

func (s *state) register(orgs bool) map[string]*Entry {
	if orgs {
		return s.Orgs
	}
	return s.People
}

// Entry of a register.
func (a *Authority) Entry(orgs bool, number string) (out Entry, err error) {
	err = ErrNoSuchEntry
	a.view(func(s *state) {
		if e := s.register(orgs)[strings.ToUpper(number)]; e != nil {
			out, err = *e, nil
		}
	})
	return out, err
}

// PutEntry writes an entry, new or in place of the one with its number.
func (a *Authority) PutEntry(orgs bool, e Entry) error {
	e.Number, e.Name = strings.ToUpper(strings.TrimSpace(e.Number)), strings.TrimSpace(e.Name)
	if e.State == "" {
		e.State = StateOK
	}
	if why := e.check(orgs); why != "" {
		return bad("%s", why)
	}
	return a.do(func(*state, time.Time) (record, error) {
		if orgs {
			return record{Orgs: []*Entry{&e}}, nil
		}
		return record{People: []*Entry{&e}}, nil
	})
}

// DropEntry strikes an entry.
func (a *Authority) DropEntry(orgs bool, number string) error {
	number = strings.ToUpper(number)
	return a.do(func(s *state, _ time.Time) (record, error) {
		switch {
		case s.register(orgs)[number] == nil:
			return record{}, ErrNoSuchEntry
		case orgs:
			return record{GoneOrgs: []string{number}}, nil
		}
		return record{GonePeople: []string{number}}, nil
	})
}

// Cases are all verifications, the newest first.
func (a *Authority) Cases() (out []Case) {
	a.view(func(s *state) {
		for _, c := range s.Cases {
			out = append(out, *c)
		}
	})
	slices.SortFunc(out, func(x, y Case) int {
		if n := y.Created.Compare(x.Created); n != 0 {
			return n
		}
		return strings.Compare(x.Ref, y.Ref)
	})
	return out
}

// Verdict decides a pending case by hand.
func (a *Authority) Verdict(ref string, o Opinion) error {
	if _, ok := resultOf(o.Result); !ok {
		return bad("%q is none of the results", o.Result)
	}
	if len(o.Note) > 500 || strings.ContainsAny(o.Note, "\r\n") {
		return bad("a note is one line of at most 500 bytes")
	}
	for k, v := range o.Facts {
		if k == "" || strings.Trim(k, "abcdefghijklmnopqrstuvwxyz_") != "" || len(v) > 300 {
			return bad("facts have names of small letters and values of at most 300 bytes")
		}
	}
	err := a.do(func(s *state, now time.Time) (rec record, err error) {
		c := s.Cases[ref]
		switch {
		case c == nil:
			return rec, ErrNoSuchCase
		case c.State != StatePending:
			return rec, ErrDecided
		}
		err = s.conclude(&rec, ref, o, true, now, a.sign)
		return rec, err
	})
	if err == nil {
		a.beginCallbacks(a.now())
		err = a.sweepDocuments()
	}
	return err
}
