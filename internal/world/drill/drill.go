// Package drill causes faults through the real flow, asserts that exactly the right code is named with its evidence,
// and mends them with the means that an owner has. It drives the product and the world through their sockets alone
// and knows nothing of either's insides.
package drill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// Drill is one fault: Run breaks, reads the explanation, mends, and checks that it is gone. Clean runs the same scenario
// without the break; nothing may be named.
type Drill struct {
	Code  string
	Run   func(context.Context, *Scene) error
	Clean func(context.Context, *Scene) error
	// Alone: it moves the clock, or changes what every owner meets at a registry, and runs while no other does.
	Alone bool
}

// All drills that exist, by code.
var All = slices.Concat([]Drill{
	{Code: "registration.naming-rejected-hold", Run: namingHeld, Clean: namingPassed("top"), Alone: true},
	{Code: "registration.naming-rejected-deleted", Run: namingDeleted, Clean: namingPassed("cn"), Alone: true},
	{Code: "registration.taken", Run: registrationTaken, Clean: registrationFree},
	{Code: "lookup.not-our-registrar", Run: notOurRegistrar, Clean: ourRegistrar},
	{Code: "lookup.stale-view", Run: staleView, Clean: freshView},
	{Code: "hold.unverified", Run: unverified, Clean: verified, Alone: true},
	{Code: "hold.verification-in-review", Run: inReview, Clean: verified, Alone: true},
	{Code: "hold.verification-rejected", Run: notVerified, Clean: verified, Alone: true},
	{Code: "hold.verification-refreshing", Run: refreshing, Clean: verified, Alone: true},
	{Code: "registration.template-unusable", Run: unusable, Clean: usable, Alone: true},
	{Code: "hold.abuse", Run: heldForAbuse, Clean: notHeld},
	{Code: "website.on-hold", Run: heldWithoutAWord, Clean: notHeld},
	{Code: "registry.drift", Run: drift, Clean: noDrift},
	{Code: "registry.vanished", Run: vanished, Clean: deletedByOwner},
	{Code: "registry.sponsor-changed", Run: sponsorChanged, Clean: noDrift},
	{Code: "registry.deposit-empty", Run: depositEmpty, Clean: depositFull, Alone: true},
	{Code: "registry.maintenance", Run: maintenance, Clean: noMaintenance, Alone: true},
}, wordDrills(), authorityDrills(), registerDrills(), paperDrills(), searchDrills())

// Result is how one drill ended.
type Result struct {
	Code   string        `json:"code"`
	Status string        `json:"status"` // pass, fail, missing
	Took   time.Duration `json:"-"`
	Millis int64         `json:"ms"`
	Steps  []string      `json:"steps,omitempty"`
	Error  string        `json:"error,omitempty"`
}

// Codes lists the codes that have a drill.
func Codes() []string {
	out := make([]string, len(All))
	for i, d := range All {
		out[i] = d.Code
	}
	return out
}

// Run runs the drills of the given codes, a few at a time, each with accounts of its own; those that would disturb others
// one by one, when the rest has ended.
func Run(ctx context.Context, at Endpoints, codes []string) []Result {
	results := make([]Result, len(codes))
	slots := make(chan struct{}, 2)
	var alone []func()
	var wg sync.WaitGroup
	for i, code := range codes {
		n := slices.IndexFunc(All, func(d Drill) bool { return d.Code == code })
		if n < 0 {
			results[i] = Result{Code: code, Status: "missing"}
			continue
		}
		if All[n].Alone {
			alone = append(alone, func() { results[i] = runOne(ctx, at, All[n]) })
			continue
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			results[i] = runOne(ctx, at, All[n])
		})
	}
	wg.Wait()
	for _, run := range alone {
		run()
	}
	return results
}

func runOne(ctx context.Context, at Endpoints, d Drill) Result {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute) // pictures are read, up to five of them
	defer cancel()
	began := time.Now()
	r := Result{Code: d.Code, Status: "pass"}
	for _, part := range []struct {
		name string
		run  func(context.Context, *Scene) error
	}{{"clean", d.Clean}, {"break", d.Run}} {
		s := &Scene{at: at, run: strings.ToLower(fmt.Sprintf("%x", time.Now().UnixNano()&0xffffff)) + part.name[:1]}
		err := s.open(ctx)
		if err == nil {
			err = part.run(ctx, s)
		}
		for _, step := range s.steps {
			r.Steps = append(r.Steps, part.name+": "+step)
		}
		if err != nil {
			r.Status, r.Error = "fail", part.name+": "+err.Error()
			break
		}
	}
	r.Took = time.Since(began)
	r.Millis = r.Took.Milliseconds()
	return r
}

// Print writes code, status and milliseconds, a line each; verbose adds break, evidence and remedy.
func Print(w io.Writer, results []Result, verbose bool) {
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%s\t%d\n", r.Code, r.Status, r.Millis)
		if verbose {
			for _, s := range r.Steps {
				fmt.Fprintf(w, "\t%s\n", s)
			}
		}
		if r.Error != "" {
			fmt.Fprintf(w, "\t%s\n", r.Error)
		}
	}
}

// registrationTaken: another registrar gets the name between check and create (seed article R1).
func registrationTaken(ctx context.Context, s *Scene) error {
	label := "wanted" + s.run
	name := label + ".com"
	before, err := s.ready(ctx)
	if err != nil {
		return err
	}
	if err := s.expectSearch(ctx, name, "available"); err != nil {
		return err
	}
	// Taken at the registry behind our back, and the product doesn't look again before it sends.
	if err := s.world(ctx, "POST", "/api/registries/verisim/names", map[string]any{"name": name, "clid": "rival", "years": 1}, nil); err != nil {
		return err
	}
	s.note("break: rival registers %s after the search said it is free", name)
	item, err := s.buy(ctx, name)
	if err != nil {
		return err
	}
	if item.Status != "failed" || !strings.Contains(item.Reason, "[registration.taken]") {
		return fmt.Errorf("the item says %s: %s", item.Status, item.Reason)
	}
	c, err := s.only(ctx, name, "registration.taken")
	if err != nil {
		return err
	}
	if c.Facts["sponsor"] == "" && c.Facts["registrar"] == "" {
		return fmt.Errorf("no evidence of who has it: %v", c.Facts)
	}
	s.note("evidence: %v", c.Facts)
	if c.Title == "" || len(c.Remedy) == 0 {
		return errors.New("the case has no words")
	}
	s.note("explained: %s — %s", c.Title, strings.Join(c.Remedy, " "))
	if after, err := s.balance(ctx); err != nil || after != before {
		return fmt.Errorf("balance was %d, is %d (%w)", before, after, err)
	}
	s.note("refunded: the balance is %d as before", before)
	other := label + ".net"
	if item, err = s.buy(ctx, other); err != nil || item.Status != "success" {
		return fmt.Errorf("the same label in another suffix: %+v %w", item, err)
	}
	s.note("mend: %s registered instead", other)
	return s.none(ctx, name)
}

func registrationFree(ctx context.Context, s *Scene) error {
	name := "free" + s.run + ".com"
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	item, err := s.buy(ctx, name)
	if err != nil || item.Status != "success" {
		return fmt.Errorf("%+v %w", item, err)
	}
	return s.none(ctx, name)
}

// notOurRegistrar: the DNS is hosted here, the registration is elsewhere (seed article R2).
func notOurRegistrar(ctx context.Context, s *Scene) error {
	name := "elsewhere" + s.run + ".com"
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	if err := s.world(ctx, "POST", "/api/registries/verisim/names",
		map[string]any{"name": name, "clid": "rival", "years": 1}, nil); err != nil {
		return err
	}
	s.note("break: %s is registered at rival, with the name servers that our customers use", name)
	f, err := s.lookup(ctx, name)
	if err != nil {
		return err
	}
	if f.Case == nil || f.Case.Code != "lookup.not-our-registrar" || f.Case.Facts["registrar"] == "" || f.Case.Facts["source"] == "" {
		return fmt.Errorf("the lookup says %+v", f.Case)
	}
	c, err := s.only(ctx, name, "lookup.not-our-registrar")
	if err != nil {
		return err
	}
	s.note("evidence: %v", c.Facts)
	s.note("explained: %s — %s", c.Title, strings.Join(c.Remedy, " "))
	if len(c.Remedy) == 0 {
		return errors.New("the case has no remedy")
	}
	// The holder lets the name go at the other registrar, and the owner registers it here.
	if err := s.world(ctx, "DELETE", "/api/registries/verisim/names/"+name, nil, nil); err != nil {
		return err
	}
	item, err := s.buy(ctx, name)
	if err != nil || item.Status != "success" {
		return fmt.Errorf("registering it here: %+v %w", item, err)
	}
	s.note("mend: given up there, registered here")
	if f, err = s.lookup(ctx, name); err != nil || f.Case != nil || f.Yours == nil {
		return fmt.Errorf("afterwards the lookup says %+v (%w)", f, err)
	}
	return s.none(ctx, name)
}

func ourRegistrar(ctx context.Context, s *Scene) error {
	name := "ours" + s.run + ".com"
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	if item, err := s.buy(ctx, name); err != nil || item.Status != "success" {
		return fmt.Errorf("%+v %w", item, err)
	}
	f, err := s.lookup(ctx, name)
	if err != nil || f.Case != nil || f.Yours == nil {
		return fmt.Errorf("the lookup says %+v (%w)", f, err)
	}
	return s.none(ctx, name)
}

// staleView: a page stays open in the browser while the data moves on (seed article R2).
func staleView(ctx context.Context, s *Scene) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	version, err := s.pageVersion(ctx, "/domains")
	if err != nil {
		return err
	}
	name := "later" + s.run + ".com"
	if item, err := s.buy(ctx, name); err != nil || item.Status != "success" {
		return fmt.Errorf("%+v %w", item, err)
	}
	s.note("break: the page of version %s stays open while %s is registered", version, name)
	f, err := s.freshness(ctx, version)
	if err != nil {
		return err
	}
	if !f.Stale || f.Code != "lookup.stale-view" || f.Facts["page"] != version || f.Facts["account"] == "" {
		return fmt.Errorf("the page is told %+v", f)
	}
	if _, err := s.only(ctx, "", "lookup.stale-view"); err != nil {
		return err
	}
	s.note("evidence: %v; explained: %s", f.Facts, f.Title)
	again, err := s.pageVersion(ctx, "/domains")
	if err != nil {
		return err
	}
	if f, err = s.freshness(ctx, again); err != nil || f.Stale {
		return fmt.Errorf("after the reload: %+v (%w)", f, err)
	}
	s.note("mend: reloaded at version %s", again)
	return s.none(ctx, "")
}

func freshView(ctx context.Context, s *Scene) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	version, err := s.pageVersion(ctx, "/domains")
	if err != nil {
		return err
	}
	if f, err := s.freshness(ctx, version); err != nil || f.Stale {
		return fmt.Errorf("a fresh page: %+v (%w)", f, err)
	}
	return s.none(ctx, "")
}
