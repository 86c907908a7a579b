package drill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// verifying makes the registry of xyz ask for codes after a registration, and gives the way back.
func (s *Scene) verifying(ctx context.Context) (back func(), err error) {
	set := func(ctx context.Context, mode string) error {
		return s.world(ctx, "POST", "/api/registries/newsim/zones/xyz", map[string]string{"verification": mode}, nil)
	}
	var rules struct {
		Verification map[string]string `json:"verification"`
	}
	if err := s.world(ctx, "GET", "/api/registries/newsim/rules", nil, &rules); err != nil {
		return nil, err
	}
	was := rules.Verification["xyz"]
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := set(ctx, was); err != nil {
			s.note("verification stays on: %s", err)
		}
	}, set(ctx, "after")
}

// unverified: a name's verification codes have not come by the registry's due date (seed article I2).
func unverified(ctx context.Context, s *Scene) error {
	name, due, back, err := s.toVerify(ctx)
	if err != nil {
		return err
	}
	defer back()
	if err := s.advance(ctx, "121h"); err != nil {
		return err
	}
	s.note("break: %s is not verified by %s", name, due.Format(time.RFC3339))
	c, err := s.named(ctx, name, "hold.unverified")
	if err != nil {
		return err
	}
	if !strings.Contains(c.Facts["statuses"], "serverHold") || c.Facts["registry"] != "newsim" || c.Facts["message"] == "" || c.Facts["due"] != due.UTC().Format(time.RFC3339) {
		return fmt.Errorf("the evidence lacks the status, the registry, its message or the due date: %v", c.Facts)
	}
	s.explain(c)
	if err := s.world(ctx, "POST", nameAt("newsim", name)+"/verification", map[string]string{"state": "compliant"}, nil); err != nil {
		return err
	}
	s.note("mend: the registry is shown a valid verification")
	if err := s.ended(ctx, name); err != nil {
		return err
	}
	if v, err := s.registered(ctx, "newsim", name); err != nil || slices.Contains(v.Statuses, "serverHold") {
		return fmt.Errorf("at the registry it is %v (%w)", v.Statuses, err)
	}
	return nil
}

// verified is the same with the verification in time.
func verified(ctx context.Context, s *Scene) error {
	name, _, back, err := s.toVerify(ctx)
	if err != nil {
		return err
	}
	defer back()
	if err := s.world(ctx, "POST", nameAt("newsim", name)+"/verification", map[string]string{"state": "compliant"}, nil); err != nil {
		return err
	}
	if err := s.advance(ctx, "121h"); err != nil {
		return err
	}
	return s.quiet(ctx, name)
}

// toVerify buys a name that its registry wants verified within five days.
func (s *Scene) toVerify(ctx context.Context) (name string, due time.Time, back func(), err error) {
	if _, err = s.ready(ctx); err != nil {
		return
	}
	if back, err = s.verifying(ctx); err != nil {
		return
	}
	defer func() {
		if err != nil {
			back()
		}
	}()
	name = "later" + s.run + ".xyz"
	if err = s.bought(ctx, name); err != nil {
		return
	}
	v, err := s.registered(ctx, "newsim", name)
	if err != nil {
		return
	}
	if v.Verification != "pendingCompliance" || v.Due.IsZero() {
		err = fmt.Errorf("the registry doesn't wait for a verification: %+v", v)
		return
	}
	return name, v.Due, back, s.quiet(ctx, name) // there is time
}

// holdBy has the registry set or lift its hold.
func (s *Scene) holdBy(ctx context.Context, name string, on bool, reason string) error {
	return s.world(ctx, "POST", nameAt("newsim", name)+"/status", map[string]any{"status": "serverHold", "on": on, "reason": reason}, nil)
}

// heldForAbuse: the registry holds a name and says that it is for abuse (seed article I2).
func heldForAbuse(ctx context.Context, s *Scene) error {
	const why = "phishing pages reported"
	return s.held(ctx, "hold.abuse", why, func(c found) error {
		if c.Facts["reason"] != why || c.Facts["message"] == "" {
			return errors.New("the registry's reason or its message is missing")
		}
		return nil
	})
}

// heldWithoutAWord: the registry holds a name and does not say why (seed article I3).
func heldWithoutAWord(ctx context.Context, s *Scene) error {
	return s.held(ctx, "website.on-hold", "", func(c found) error {
		if c.Facts["reason"] != "" {
			return errors.New("a reason that nobody gave")
		}
		return nil
	})
}

func (s *Scene) held(ctx context.Context, code, why string, evident func(found) error) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	name := "held" + s.run + ".xyz"
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	if err := s.holdBy(ctx, name, true, why); err != nil {
		return err
	}
	s.note("break: the registry holds %s, reason %q", name, why)
	c, err := s.named(ctx, name, code)
	if err != nil {
		return err
	}
	if !strings.Contains(c.Facts["statuses"], "serverHold") || c.Facts["registry"] != "newsim" {
		return fmt.Errorf("the evidence lacks the status or the registry: %v", c.Facts)
	}
	if err := evident(c); err != nil {
		return fmt.Errorf("%w: %v", err, c.Facts)
	}
	s.explain(c)
	if err := s.holdBy(ctx, name, false, ""); err != nil {
		return err
	}
	s.note("mend: the cause is gone, and the registry lifts the hold")
	return s.ended(ctx, name)
}

// notHeld is the same without a hold, and with another thing that the registry does to the name.
func notHeld(ctx context.Context, s *Scene) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	name := "free" + s.run + ".xyz"
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	if err := s.world(ctx, "POST", nameAt("newsim", name)+"/status",
		map[string]any{"status": "serverTransferProhibited", "on": true, "reason": "phishing pages reported"}, nil); err != nil {
		return err
	}
	return s.quiet(ctx, name)
}
