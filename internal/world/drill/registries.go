package drill

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

const lock = "clientTransferProhibited"

// flip changes the transfer lock of a name at its registry, behind our back.
func (s *Scene) flip(ctx context.Context, name string) (locked bool, err error) {
	v, err := s.registered(ctx, "verisim", name)
	if err != nil {
		return false, err
	}
	locked = slices.Contains(v.Statuses, lock)
	return locked, s.world(ctx, "POST", nameAt("verisim", name)+"/status", map[string]any{"status": lock, "on": !locked}, nil)
}

// drift: what only we should change is changed at the registry, behind our back.
func drift(ctx context.Context, s *Scene) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	name := "drift" + s.run + ".com"
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	for _, how := range []string{"push", "take"} {
		was, err := s.flip(ctx, name)
		if err != nil {
			return err
		}
		s.note("break: %s of %s was %v and is %v at the registry", lock, name, was, !was)
		c, err := s.deskNamed(ctx, name, "registry.drift")
		if err != nil {
			return err
		}
		ours, theirs := c.Facts["ours-client-statuses"], c.Facts["theirs-client-statuses"]
		if c.Facts["fields"] != "client-statuses" || strings.Contains(ours, lock) != was || strings.Contains(theirs, lock) == was {
			return fmt.Errorf("the evidence doesn't show both versions: %v", c.Facts)
		}
		s.explain(c)
		if err := s.none(ctx, name); err != nil { // it is no business of the owner's
			return err
		}
		if err := s.deskForm(ctx, "/desk/names/"+name+"/resolve", url.Values{"how": {how}}); err != nil {
			return err
		}
		if err := s.ended(ctx, name); err != nil {
			return err
		}
		s.note("mend: resolved at the desk, %q", how)
		wanted := was
		if how == "take" {
			wanted = !was
		}
		err = wait(ctx, "the registry has what was decided", func() (bool, error) {
			v, err := s.registered(ctx, "verisim", name)
			return err == nil && slices.Contains(v.Statuses, lock) == wanted, err
		})
		if err != nil {
			return err
		}
		if err := s.quiet(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// noDrift is the same with a change that the registry rules over.
func noDrift(ctx context.Context, s *Scene) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	name := "same" + s.run + ".com"
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	if err := s.world(ctx, "POST", nameAt("verisim", name)+"/status", map[string]any{"status": "serverTransferProhibited", "on": true}, nil); err != nil {
		return err
	}
	return s.quiet(ctx, name)
}

// vanished: a name is purged at the registry though nobody deleted it.
func vanished(ctx context.Context, s *Scene) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	name := "gone" + s.run + ".com"
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	if err := s.world(ctx, "POST", nameAt("verisim", name)+"/vanish", map[string]any{}, nil); err != nil {
		return err
	}
	s.note("break: the registry purges %s", name)
	c, err := s.deskNamed(ctx, name, "registry.vanished")
	if err != nil {
		return err
	}
	if c.Facts["registry"] != "verisim" || c.Facts["seen"] == "" || c.Facts["told"] == "" {
		return fmt.Errorf("evidence %v", c.Facts)
	}
	s.explain(c)
	if f, err := s.lookup(ctx, name); err != nil || f.Yours == nil {
		return fmt.Errorf("the name was ended before anybody decided (%w)", err)
	}
	if err := s.deskForm(ctx, "/desk/names/"+name+"/resolve", url.Values{"how": {"take"}}); err != nil {
		return err
	}
	s.note("mend: the desk finds that it is so, and ends the name")
	if err := s.ended(ctx, name); err != nil {
		return err
	}
	if err := s.bought(ctx, name); err != nil {
		return errors.Join(errors.New("registering it again"), err)
	}
	return s.quiet(ctx, name)
}

// deletedByOwner is a name that goes at the registry because its owner gave it up.
func deletedByOwner(ctx context.Context, s *Scene) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	name := "given" + s.run + ".com"
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	if _, err := s.form(ctx, "/domains/delete", url.Values{"name": {name}, "confirm": {name}}); err != nil {
		return err
	}
	err := wait(ctx, "the name is given up", func() (bool, error) {
		f, err := s.lookup(ctx, name)
		return err == nil && f.Yours == nil, err
	})
	if err != nil {
		return err
	}
	return s.quiet(ctx, name)
}

// sponsorChanged: the registry moves a name to another registrar, without a transfer.
func sponsorChanged(ctx context.Context, s *Scene) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	name := "moved" + s.run + ".com"
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	was, err := s.registered(ctx, "verisim", name)
	if err != nil {
		return err
	}
	move := func(clid string) error {
		return s.world(ctx, "POST", nameAt("verisim", name)+"/move", map[string]any{"clid": clid, "reason": "court order"}, nil)
	}
	if err := move("rival"); err != nil {
		return err
	}
	s.note("break: the registry gives %s to rival", name)
	c, err := s.deskNamed(ctx, name, "registry.sponsor-changed")
	if err != nil {
		return err
	}
	if c.Facts["sponsor"] != "rival" || c.Facts["ours"] != was.ClID || c.Facts["told"] == "" {
		return fmt.Errorf("evidence %v", c.Facts)
	}
	s.explain(c)
	if err := move(was.ClID); err != nil {
		return err
	}
	s.note("mend: the registry takes it back")
	return s.ended(ctx, name)
}

// waitsFor waits until an order says that it waits for this, and then until the desk alone has the case.
func (s *Scene) waitsFor(ctx context.Context, log int64, registry, code string, paid int64, beside ...string) error {
	it, err := s.until(ctx, log, "the order says that it waits for "+code, func(it item) bool {
		return it.Status != "doing" || strings.Contains(it.Reason, "["+code+"]")
	})
	if err != nil {
		return err
	}
	if it.Status != "doing" {
		return fmt.Errorf("the order did not wait: %+v", it)
	}
	s.note("the order waits: %s", it.Reason)
	c, err := s.deskNamed(ctx, "registry:"+registry, code, beside...)
	if err != nil {
		return err
	}
	if c.Facts["registry"] != registry {
		return fmt.Errorf("evidence %v", c.Facts)
	}
	s.explain(c)
	if after, err := s.balance(ctx); err != nil || after != paid {
		return fmt.Errorf("what waits is held, and not refunded: the balance was %d, is %d (%w)", paid, after, err)
	}
	return nil
}

// depositEmpty: our deposit at a registry is used up; its queue pauses, and nobody is refunded.
func depositEmpty(ctx context.Context, s *Scene) error {
	const registry = "verisim"
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	clid, had, err := s.deposit(ctx, registry)
	if err != nil {
		return err
	}
	pay := func(ctx context.Context, delta int64) error {
		return s.world(ctx, "POST", "/api/registries/"+registry+"/deposits/"+clid, map[string]int64{"delta": delta}, nil)
	}
	if err := pay(ctx, -had); err != nil {
		return err
	}
	filled := false
	defer func() {
		if filled {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := pay(ctx, had); err != nil {
			s.note("the deposit stays empty: %s", err)
		}
	}()
	s.note("break: our deposit of %d at %s is gone", had, registry)
	const low = "registry.deposit-low"
	if _, err := s.deskNamed(ctx, "registry:"+registry, low); err != nil { // the registry's own warning
		return err
	}
	name := "broke" + s.run + ".com"
	before, err := s.balance(ctx)
	if err != nil {
		return err
	}
	log, err := s.order(ctx, name)
	if err != nil {
		return err
	}
	paid, err := s.balance(ctx)
	if err != nil {
		return err
	}
	if paid >= before {
		return fmt.Errorf("nothing is held: the balance was %d, is %d", before, paid)
	}
	if err := s.waitsFor(ctx, log, registry, "registry.deposit-empty", paid, low); err != nil {
		return err
	}
	if err := s.bought(ctx, "busy"+s.run+".top"); err != nil {
		return errors.Join(errors.New("the other registries' queues"), err)
	}
	if paid, err = s.balance(ctx); err != nil {
		return err
	}
	if err := pay(ctx, had); err != nil {
		return err
	}
	filled = true
	if err := s.deskForm(ctx, "/desk/registries/"+registry+"/deposit", url.Values{"amount": {""}, "key": {s.run}}); err != nil {
		return err
	}
	s.note("mend: topped up, and told at the desk")
	return s.goesOn(ctx, log, registry, paid)
}

// goesOn waits until an order that waited has succeeded, at the price that was held, and the case is gone.
func (s *Scene) goesOn(ctx context.Context, log int64, registry string, paid int64) error {
	it, err := s.until(ctx, log, "the order goes on", func(it item) bool { return it.Status != "doing" })
	if err != nil {
		return err
	}
	if it.Status != "success" {
		return fmt.Errorf("the order ended so: %+v", it)
	}
	if err := s.ended(ctx, "registry:"+registry); err != nil {
		return err
	}
	if after, err := s.balance(ctx); err != nil || after != paid {
		return fmt.Errorf("the balance was %d, is %d (%w)", paid, after, err)
	}
	if err := s.ended(ctx, it.Domain); err != nil {
		return err
	}
	_, err = s.booksAgree(ctx, registry)
	return err
}

// depositFull is the same with a deposit that holds less than it did, and enough.
func depositFull(ctx context.Context, s *Scene) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	if err := s.bought(ctx, "rich"+s.run+".com"); err != nil {
		return err
	}
	if err := s.quiet(ctx, "registry:verisim"); err != nil {
		return err
	}
	_, err := s.booksAgree(ctx, "verisim")
	return err
}

// window announces a maintenance of a registry, from ten minutes to an hour from now, over its message queue.
func (s *Scene) window(ctx context.Context, registry, impact string) error {
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	said := "Moving house " + s.run
	if err := s.world(ctx, "POST", "/api/registries/"+registry+"/maintenance", map[string]any{
		"start": now.Add(10 * time.Minute), "end": now.Add(time.Hour), "impact": impact, "description": said}, nil); err != nil {
		return err
	}
	s.note("the registry announces its maintenance: %q, impact %s", said, impact)
	if impact == "none" { // the desk has no use for it
		return s.quiet(ctx, "registry:"+registry)
	}
	return wait(ctx, "the window is at the desk", func() (bool, error) {
		page, err := s.deskPage(ctx, "/desk/registries/"+registry)
		return strings.Contains(page, said), err
	})
}

// maintenance: a registry works on itself at a time that it announced; orders wait for its end.
func maintenance(ctx context.Context, s *Scene) error {
	const registry = "newsim"
	before, err := s.ready(ctx)
	if err != nil {
		return err
	}
	if err := s.window(ctx, registry, "full"); err != nil {
		return err
	}
	if err := s.quiet(ctx, "registry:"+registry); err != nil { // not yet
		return err
	}
	if err := s.advance(ctx, "15m"); err != nil {
		return err
	}
	s.note("break: the maintenance is on")
	log, err := s.order(ctx, "calm"+s.run+".top")
	if err != nil {
		return err
	}
	paid, err := s.balance(ctx)
	if err != nil {
		return err
	}
	if paid >= before {
		return fmt.Errorf("nothing is held: the balance was %d, is %d", before, paid)
	}
	if err := s.waitsFor(ctx, log, registry, "registry.maintenance", paid); err != nil {
		return err
	}
	if err := s.bought(ctx, "busy"+s.run+".com"); err != nil {
		return errors.Join(errors.New("the other registries' queues"), err)
	}
	if paid, err = s.balance(ctx); err != nil {
		return err
	}
	if err := s.advance(ctx, "1h"); err != nil {
		return err
	}
	s.note("mend: the maintenance ends, and the order goes on by itself")
	return s.goesOn(ctx, log, registry, paid)
}

// noMaintenance is the same with a maintenance that nobody feels.
func noMaintenance(ctx context.Context, s *Scene) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	if err := s.window(ctx, "newsim", "none"); err != nil {
		return err
	}
	if err := s.advance(ctx, "15m"); err != nil {
		return err
	}
	if err := s.bought(ctx, "calm"+s.run+".top"); err != nil {
		return err
	}
	return s.quiet(ctx, "registry:newsim")
}
