package drill

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"time"
)

// What the operator's own registers say of a registrant before any authority sees him.

// nobodysWord is in no name: a list has to have an entry.
const nobodysWord = "此词谁也不用"

// register has the desk load a list of one entry, in place of the one of its name.
func (s *Scene) register(ctx context.Context, list, code, value string) error {
	who, err := s.desk(ctx)
	if err != nil {
		return err
	}
	now, err := s.now(ctx)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "register.toml")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(file, "name = %q\ncode = %q\nsource = \"drill\"\ndated = %q\n\n[[entry]]\nname = %q\n", list, code, now.Format(time.DateOnly), value)
	if err = errors.Join(err, form.Close()); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.at.Console+"/desk/registers", &body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	_, err = pageAs(who, req)
	return err
}

// wordInName: the name of the registrant has a word that a list of the operator's forbids (seed article I1).
func wordInName(code, list string) func(context.Context, *Scene) error {
	return func(ctx context.Context, s *Scene) (err error) {
		a, err := s.apply(ctx, true)
		if err != nil {
			return err
		}
		word := string([]rune(a.org.Name)[2:4])
		defer func() { // the list is everybody's: it must not stay
			after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			err = errors.Join(err, s.register(after, list, code, nobodysWord))
		}()
		if err := s.register(ctx, list, code, word); err != nil {
			return err
		}
		s.note("break: the operator loads a list that has %s", word)
		_, err = s.submit(ctx, a.template)
		facts, err := refusedAs(err, code)
		if err != nil {
			return err
		}
		c, err := s.named(ctx, a.template, code)
		if err != nil {
			return err
		}
		want := map[string]string{"role": "owner", "word": word}
		if code == "registrant.policy-word" {
			want = map[string]string{"role": "owner", "list": list, "entry": word}
		}
		for k, v := range want {
			if facts[k] != v || c.Facts[k] != v {
				return fmt.Errorf("the evidence %s is %q and %q, want %q", k, facts[k], c.Facts[k], v)
			}
		}
		s.explain(c)
		return anotherOwner(ctx, s, a, nil)
	}
}

// wordElsewhere is the same with a list that does not meet the name.
func wordElsewhere(code, list string) func(context.Context, *Scene) error {
	return func(ctx context.Context, s *Scene) error {
		a, err := s.apply(ctx, true)
		if err != nil {
			return err
		}
		if err := s.register(ctx, list, code, nobodysWord); err != nil {
			return err
		}
		return a.pass(ctx)
	}
}

// registerDrills are the drills of this file.
func registerDrills() []Drill {
	const protected, policy = "registrant.restricted-word", "registrant.policy-word"
	return []Drill{
		{Code: protected, Run: wordInName(protected, "drill-protected-words"), Clean: wordElsewhere(protected, "drill-protected-words"), Alone: true},
		{Code: policy, Run: wordInName(policy, "drill-policy-words"), Clean: wordElsewhere(policy, "drill-policy-words"), Alone: true},
	}
}
