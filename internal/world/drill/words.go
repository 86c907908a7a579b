package drill

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// What the operator's word lists say of a name before anything is paid, and what people say of it.

// operatorKey is the key with which the desk's actions are called.
func (s *Scene) operatorKey() (string, error) {
	in, err := s.operatorOf()
	return in.SecretID + ":" + in.SecretKey, err
}

func (s *Scene) deskCall(ctx context.Context, method, path string, in, out any) error {
	key, err := s.operatorKey()
	if err != nil {
		return err
	}
	return call(ctx, s.at.API, key, method, path, in, out)
}

// wordList has the desk load a list of one word that only this run's names have.
func (s *Scene) wordList(ctx context.Context, word string, doubtful bool) (list string, drop func(), err error) {
	now, err := s.now(ctx)
	if err != nil {
		return "", nil, err
	}
	list = "drill-" + s.run
	err = s.deskCall(ctx, "POST", "/api/v1/desk/words", map[string]any{"name": list, "category": "fraud", "doubtful": doubtful, "source": "drill",
		"dated": now.Format(time.DateOnly), "entries": []map[string]any{{"word": word}}}, nil)
	return list, func() {
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := s.deskCall(after, "POST", "/api/v1/desk/words/drop", map[string]any{"name": list}, nil); err != nil {
			s.note("the list stays: %s", err)
		}
	}, err
}

type nameReview struct {
	ID    int64  `json:"id"`
	State string `json:"state"`
	Kind  string `json:"kind"`
	Note  string `json:"note"`
}

// decideName has the desk decide the newest open look at a name.
func (s *Scene) decideName(ctx context.Context, name string, grant bool, note string) error {
	var list struct {
		Reviews []nameReview `json:"reviews"`
	}
	if err := s.deskCall(ctx, "GET", "/api/v1/naming/reviews?open=true&name="+name, nil, &list); err != nil {
		return err
	}
	if len(list.Reviews) != 1 {
		return fmt.Errorf("the desk has %d open looks at %s", len(list.Reviews), name)
	}
	var got nameReview
	err := s.deskCall(ctx, "POST", "/api/v1/desk/naming/decisions", map[string]any{"id": list.Reviews[0].ID, "grant": grant, "note": note}, &got)
	if err == nil && (got.State == "granted") != grant {
		err = fmt.Errorf("the decision is %+v", got)
	}
	return err
}

// refusedForWord orders a name that a list refuses, and checks that nothing is paid, and what the owner is told.
func (s *Scene) refusedForWord(ctx context.Context, name, code string, want map[string]string) error {
	before, err := s.balance(ctx)
	if err != nil {
		return err
	}
	if err := s.expectSearch(ctx, name, "barred"); err != nil {
		return err
	}
	var check struct {
		Available, BlackWord bool
		Reason               string
	}
	if err := s.api(ctx, "POST", "CheckDomain", map[string]any{"DomainName": name}, &check); err != nil {
		return err
	}
	if check.Available || !check.BlackWord || !strings.Contains(check.Reason, "["+code+"]") {
		return fmt.Errorf("CheckDomain says %+v", check)
	}
	item, err := s.buy(ctx, name)
	if err != nil {
		return err
	}
	if item.Status != "failed" || !strings.Contains(item.Reason, "["+code+"]") {
		return fmt.Errorf("the item says %s: %s", item.Status, item.Reason)
	}
	c, err := s.named(ctx, name, code)
	if err != nil {
		return err
	}
	for k, v := range want {
		if c.Facts[k] != v {
			return fmt.Errorf("the evidence %s is %q, want %q: %v", k, c.Facts[k], v, c.Facts)
		}
	}
	if n, err := strconv.Atoi(c.Facts["lists"]); err != nil || n < 1 || c.Facts["position"] == "" {
		return fmt.Errorf("the evidence lacks the place or the version of the lists: %v", c.Facts)
	}
	s.explain(c)
	if after, err := s.balance(ctx); err != nil || after != before {
		return fmt.Errorf("the balance was %d, is %d (%w)", before, after, err)
	}
	s.note("nothing was paid: the balance is %d as before", before)
	return nil
}

// restrictedWord: the label has a word that only entitled organisations may bear (seed article R1's naming rules, T1).
func restrictedWord(ctx context.Context, s *Scene) error {
	const code = "registration.restricted-word"
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	name := "china-" + s.run + ".com"
	s.note("break: the owner orders %s", name)
	if err := s.refusedForWord(ctx, name, code, map[string]string{"word": "china", "list": "restricted", "position": "1–5"}); err != nil {
		return err
	}
	// The owner is entitled to the word: people look, and let him have it.
	var r nameReview
	if err := s.api(ctx, "POST", "naming/appeals", map[string]any{"name": name, "statement": "The word is in the charter of our association."}, &r); err != nil {
		return err
	}
	if r.State != "open" || r.Kind != "appeal" {
		return fmt.Errorf("the appeal is %+v", r)
	}
	if err := s.decideName(ctx, name, true, "The charter says so."); err != nil {
		return err
	}
	if err := s.none(ctx, name); err != nil {
		return err
	}
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	s.note("mend: appealed, granted by people, and registered")
	return s.none(ctx, name)
}

// policyWord: the label meets another list of the operator's; another label is the way out, or the list's entry goes.
func policyWord(ctx context.Context, s *Scene) error {
	const code = "registration.policy-word"
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	word := "swindle" + s.run
	list, drop, err := s.wordList(ctx, word, false)
	if err != nil {
		return err
	}
	dropped := false
	defer func() {
		if !dropped {
			drop()
		}
	}()
	name := "my" + word + ".com"
	s.note("break: the operator loads a list that has %s, and the owner orders %s", word, name)
	if err := s.refusedForWord(ctx, name, code, map[string]string{"word": word, "list": list, "entry": word, "category": "fraud"}); err != nil {
		return err
	}
	if err := s.api(ctx, "POST", "naming/appeals", map[string]any{"name": name, "statement": "It is the name of our family."}, nil); err != nil {
		return err
	}
	if err := s.decideName(ctx, name, false, "No family of that name was shown."); err != nil {
		return err
	}
	if item, err := s.buy(ctx, name); err != nil || item.Status != "failed" {
		return fmt.Errorf("after a rejected appeal the item is %+v (%w)", item, err)
	}
	other := "honest" + s.run + ".com"
	if err := s.bought(ctx, other); err != nil {
		return err
	}
	s.note("mend: %s registered instead; the appeal was rejected with its reason", other)
	drop()
	dropped = true
	if err := s.bought(ctx, name); err != nil {
		return errors.Join(errors.New("the same name, once the list is gone"), err)
	}
	return s.none(ctx, name)
}

// wordDoubted: a list is in doubt about the label; the price is set aside until people have looked.
func wordDoubted(ctx context.Context, s *Scene) error {
	const code = "registration.word-review"
	before, err := s.ready(ctx)
	if err != nil {
		return err
	}
	word := "banque" + s.run
	_, drop, err := s.wordList(ctx, word, true)
	if err != nil {
		return err
	}
	defer drop()
	yes, no := word+".com", word+".net"
	log := map[string]int64{}
	for _, n := range []string{yes, no} {
		if err := s.expectSearch(ctx, n, "available"); err != nil {
			return err
		}
		if log[n], err = s.order(ctx, n); err != nil {
			return err
		}
		it, err := s.until(ctx, log[n], "the order waits for people", func(it item) bool { return it.Status == "doing" && it.Reason != "" })
		if err != nil {
			return err
		}
		if !strings.Contains(it.Reason, "["+code+"]") || !strings.Contains(it.Reason, word) {
			return fmt.Errorf("the item waits with %q", it.Reason)
		}
	}
	s.note("break: the operator's list is in doubt about %s; both orders wait", word)
	held, err := s.balance(ctx)
	if err != nil || held >= before {
		return fmt.Errorf("the balance was %d and is %d: nothing is set aside (%w)", before, held, err)
	}
	if err := s.decideName(ctx, yes, true, ""); err != nil {
		return err
	}
	if it, err := s.until(ctx, log[yes], "the granted one is over", func(it item) bool { return it.Status != "doing" }); err != nil || it.Status != "success" {
		return fmt.Errorf("granted: %+v (%w)", it, err)
	}
	if err := s.decideName(ctx, no, false, "Poses as a bank."); err != nil {
		return err
	}
	it, err := s.until(ctx, log[no], "the rejected one is over", func(it item) bool { return it.Status != "doing" })
	if err != nil || it.Status != "failed" || !strings.Contains(it.Reason, "Poses as a bank.") {
		return fmt.Errorf("rejected: %+v (%w)", it, err)
	}
	c, err := s.named(ctx, no, "registration.policy-word")
	if err != nil {
		return err
	}
	s.explain(c)
	s.note("mend: people let %s be registered, and gave the price of %s back", yes, no)
	return s.none(ctx, yes)
}

// plainName is an order that meets no list.
func plainName(ctx context.Context, s *Scene) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	_, drop, err := s.wordList(ctx, "absent"+s.run, false)
	if err != nil {
		return err
	}
	defer drop()
	name := "porcelain-" + s.run + ".com" // no word of its own, no china
	if err := s.expectSearch(ctx, name, "available"); err != nil {
		return err
	}
	if err := s.bought(ctx, name); err != nil {
		return err
	}
	return s.none(ctx, name)
}

// wordDrills are the drills of this file.
func wordDrills() []Drill {
	return []Drill{
		{Code: "registration.restricted-word", Run: restrictedWord, Clean: plainName},
		{Code: "registration.policy-word", Run: policyWord, Clean: plainName},
		{Code: "registration.word-review", Run: wordDoubted, Clean: plainName},
	}
}
