package drill

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// auditOf lets a registry's naming audit object to a word of this run's own, and gives a label with it and the way to
// lift it.
func (s *Scene) auditOf(ctx context.Context, registry, why string) (label string, lift func(), err error) {
	word := "guanfang" + s.run
	set := func(ctx context.Context, value string) error {
		return s.world(ctx, "POST", "/api/registries/"+registry+"/labels", map[string]string{"kind": "audit", "key": word, "value": value}, nil)
	}
	lift = func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := set(ctx, ""); err != nil {
			s.note("the audit's word stays: %s", err)
		}
	}
	return word + "cha", lift, set(ctx, why)
}

// rejected checks what the owner's case of a naming audit shows.
func rejected(c found, label, why string) error {
	if c.Facts["rule"] != why || c.Facts["word"] == "" || !strings.Contains(label, c.Facts["word"]) || c.Facts["message"] == "" {
		return fmt.Errorf("the evidence lacks the rule, the word or the message: %v", c.Facts)
	}
	return nil
}

// namingHeld: a new name has a word that the registry's audit objects to a day later (seed article R1).
func namingHeld(ctx context.Context, s *Scene) error {
	const registry, why = "newsim", "poses as an authority"
	before, err := s.ready(ctx)
	if err != nil {
		return err
	}
	label, lift, err := s.auditOf(ctx, registry, why)
	if err != nil {
		return err
	}
	defer lift()
	name := label + ".top"
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	if err := s.quiet(ctx, name); err != nil { // the verdict takes a day
		return err
	}
	paid, err := s.balance(ctx)
	if err != nil {
		return err
	}
	if paid >= before {
		return fmt.Errorf("the balance was %d and is %d: nothing was paid", before, paid)
	}
	if err := s.advance(ctx, "25h"); err != nil {
		return err
	}
	s.note("break: the registry's audit objects to a word of %s (%s)", name, why)
	c, err := s.named(ctx, name, "registration.naming-rejected-hold")
	if err != nil {
		return err
	}
	if err := rejected(c, label, why); err != nil {
		return err
	}
	if !strings.Contains(c.Facts["statuses"], "serverHold") {
		return fmt.Errorf("the evidence has no serverHold: %v", c.Facts)
	}
	s.explain(c)
	// Paid, and it exists: nothing is given back.
	if after, err := s.balance(ctx); err != nil || after != paid {
		return fmt.Errorf("the balance was %d, is %d (%w)", paid, after, err)
	}
	other := "cha" + s.run + ".top"
	if err := s.bought(ctx, other); err != nil {
		return err
	}
	if err := s.world(ctx, "POST", nameAt(registry, name)+"/verdict", map[string]string{"verdict": "ok"}, nil); err != nil {
		return err
	}
	s.note("mend: %s registered instead, and the registry grants the appeal for %s", other, name)
	if err := s.ended(ctx, name); err != nil {
		return err
	}
	if v, err := s.registered(ctx, registry, name); err != nil || strings.Contains(strings.Join(v.Statuses, " "), "serverHold") {
		return fmt.Errorf("at the registry it is %v (%w)", v.Statuses, err)
	}
	return s.quiet(ctx, other)
}

// namingDeleted: the same in .cn, where the registry deletes the name and gives its fee back (seed article R1).
func namingDeleted(ctx context.Context, s *Scene) error {
	const registry, why = "cnsim", "poses as an authority"
	before, err := s.ready(ctx)
	if err != nil {
		return err
	}
	label, lift, err := s.auditOf(ctx, registry, why)
	if err != nil {
		return err
	}
	defer lift()
	name := label + ".cn"
	full, err := s.booksAgree(ctx, registry)
	if err != nil {
		return err
	}
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	paid, err := s.balance(ctx)
	if err != nil {
		return err
	}
	spent, err := s.booksAgree(ctx, registry)
	if err != nil {
		return err
	}
	if paid >= before || spent >= full {
		return fmt.Errorf("nothing was paid: the balance was %d and is %d, our deposit was %d and is %d", before, paid, full, spent)
	}
	if err := s.advance(ctx, "25h"); err != nil {
		return err
	}
	s.note("break: the registry's audit objects to a word of %s (%s), and deletes it", name, why)
	c, err := s.named(ctx, name, "registration.naming-rejected-deleted")
	if err != nil {
		return err
	}
	if err := rejected(c, label, why); err != nil {
		return err
	}
	if c.Facts["refunded"] != fmt.Sprint(before-paid) || c.Facts["currency"] == "" {
		return fmt.Errorf("%d was paid, the case says %v", before-paid, c.Facts)
	}
	s.explain(c)
	if after, err := s.balance(ctx); err != nil || after != before {
		return fmt.Errorf("the balance was %d, is %d (%w)", before, after, err)
	}
	back, err := s.booksAgree(ctx, registry)
	if err != nil {
		return err
	}
	if back != full {
		return fmt.Errorf("our deposit was %d, is %d", full, back)
	}
	s.note("refunded: the balance is %d as before, our deposit %d", before, full)
	if f, err := s.lookup(ctx, name); err != nil || f.Yours != nil {
		return fmt.Errorf("the deleted name is still the owner's (%w)", err)
	}
	lift()
	other := "cha" + s.run + ".cn"
	if err := s.bought(ctx, other); err != nil {
		return err
	}
	if err := s.quiet(ctx, other); err != nil {
		return err
	}
	// The case stays as the answer to what became of the name, until it is got after all.
	if err := s.bought(ctx, name); err != nil {
		return errors.Join(errors.New("the same name, which the audit passes now"), err)
	}
	s.note("mend: %s registered instead, and %s, to which the audit objects no longer", other, name)
	return s.ended(ctx, name)
}

// namingPassed is the same in a suffix, with a label that the audit passes.
func namingPassed(suffix string) func(context.Context, *Scene) error {
	return func(ctx context.Context, s *Scene) error {
		registry := map[string]string{"top": "newsim", "cn": "cnsim"}[suffix]
		if _, err := s.ready(ctx); err != nil {
			return err
		}
		_, lift, err := s.auditOf(ctx, registry, "poses as an authority")
		if err != nil {
			return err
		}
		defer lift()
		name := "plain" + s.run + "." + suffix
		if err := s.bought(ctx, name); err != nil {
			return err
		}
		paid, err := s.balance(ctx)
		if err != nil {
			return err
		}
		if err := s.advance(ctx, "25h"); err != nil {
			return err
		}
		// An audit that passes a name says nothing: something else has to make the registrar look at it.
		if err := s.world(ctx, "POST", nameAt(registry, name)+"/status", map[string]any{"status": "serverTransferProhibited", "on": true}, nil); err != nil {
			return err
		}
		if err := s.quiet(ctx, name); err != nil {
			return err
		}
		if v, err := s.registered(ctx, registry, name); err != nil || strings.Contains(strings.Join(v.Statuses, " "), "serverHold") {
			return fmt.Errorf("at the registry it is %v (%w)", v.Statuses, err)
		}
		if after, err := s.balance(ctx); err != nil || after != paid {
			return fmt.Errorf("the balance was %d, is %d (%w)", paid, after, err)
		}
		return nil
	}
}
