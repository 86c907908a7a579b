package drill

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

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
