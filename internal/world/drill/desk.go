package drill

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What the operator of the demo sees and does, and what the world's people do.

func (s *Scene) operatorOf() (SignIn, error) {
	i := slices.IndexFunc(s.at.Accounts, func(a SignIn) bool { return a.Role == "operator" })
	if i < 0 {
		return SignIn{}, errors.New("endpoints.json has no operator: the drill needs the desk")
	}
	return s.at.Accounts[i], nil
}

// desk signs the operator in, once.
func (s *Scene) desk(ctx context.Context) (*http.Client, error) {
	if s.operator != nil {
		return s.operator, nil
	}
	in, err := s.operatorOf()
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	who := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	if _, err := s.formAs(ctx, who, "/signin", url.Values{"email": {in.Email}, "password": {in.Password}, "next": {"/desk"}}); err != nil {
		return nil, err
	}
	s.operator = who
	return who, nil
}

func (s *Scene) deskPage(ctx context.Context, path string) (string, error) {
	who, err := s.desk(ctx)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.at.Console+path, nil)
	if err != nil {
		return "", err
	}
	return pageAs(who, req)
}

func (s *Scene) deskForm(ctx context.Context, path string, v url.Values) error {
	who, err := s.desk(ctx)
	if err == nil {
		_, err = s.formAs(ctx, who, path, v)
	}
	return err
}

// deskCases are the open cases of everybody about a subject, as the operator's key shows them.
func (s *Scene) deskCases(ctx context.Context, subject string) ([]found, error) {
	in, err := s.operatorOf()
	if err != nil {
		return nil, err
	}
	return s.casesAs(ctx, in.SecretID+":"+in.SecretKey, subject)
}

// named waits until exactly this code is named to the owner.
func (s *Scene) named(ctx context.Context, subject, code string) (found, error) {
	return namedIn(ctx, code, func() ([]found, error) { return s.cases(ctx, subject) })
}

// deskNamed waits until exactly this code is named to anybody, beside those that are known to be true too.
func (s *Scene) deskNamed(ctx context.Context, subject, code string, beside ...string) (found, error) {
	return namedIn(ctx, code, func() ([]found, error) {
		list, err := s.deskCases(ctx, subject)
		return slices.DeleteFunc(list, func(c found) bool { return slices.Contains(beside, c.Code) }), err
	})
}

func namedIn(ctx context.Context, code string, read func() ([]found, error)) (found, error) {
	var list []found
	err := wait(ctx, code+" is named", func() (bool, error) {
		var err error
		list, err = read()
		return len(list) > 0, err
	})
	switch {
	case err != nil:
		return found{}, err
	case len(list) != 1 || list[0].Code != code:
		return found{}, fmt.Errorf("want %s alone, found %+v", code, list)
	case list[0].Title == "" || len(list[0].Remedy) == 0:
		return found{}, fmt.Errorf("the case %s has no words", code)
	}
	return list[0], nil
}

// explain writes down what a case says.
func (s *Scene) explain(c found) {
	s.note("evidence: %v", c.Facts)
	s.note("explained: %s — %s", c.Title, strings.Join(c.Remedy, " "))
}

// ended waits until nothing is named any more, to anybody.
func (s *Scene) ended(ctx context.Context, subject string) error {
	var list []found
	err := wait(ctx, "the case is gone", func() (bool, error) {
		var err error
		list, err = s.deskCases(ctx, subject)
		return err == nil && len(list) == 0, err
	})
	if err != nil && len(list) > 0 {
		err = fmt.Errorf("%w: %+v", err, list)
	}
	return err
}

// quiet asserts that nothing is named to anybody, after the registrar has done all that it has to do.
func (s *Scene) quiet(ctx context.Context, subject string) error {
	if err := s.allTold(ctx); err != nil {
		return err
	}
	if err := s.settled(ctx); err != nil {
		return err
	}
	list, err := s.deskCases(ctx, subject)
	if err == nil && len(list) > 0 {
		err = fmt.Errorf("named without a cause: %+v", list)
	}
	return err
}

// allTold waits until the registrar has fetched every message that the registries have for it.
func (s *Scene) allTold(ctx context.Context) error {
	for _, registry := range []string{"verisim", "cnsim", "newsim"} {
		clid, _, err := s.deposit(ctx, registry)
		if err != nil {
			return err
		}
		err = wait(ctx, "the messages of "+registry+" are read", func() (bool, error) {
			var queue struct {
				Count int `json:"count"`
			}
			err := s.world(ctx, "GET", "/api/registries/"+registry+"/queues/"+clid, nil, &queue)
			return err == nil && queue.Count == 0, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Scene) settled(ctx context.Context) error {
	return s.world(ctx, "POST", "/api/settle", map[string]any{"timeout_ms": 60_000}, nil)
}

func (s *Scene) now(ctx context.Context) (time.Time, error) {
	var out struct {
		Now time.Time `json:"now"`
	}
	err := s.world(ctx, "GET", "/api/clock", nil, &out)
	return out.Now, err
}

// advance moves the business clock; only drills that run alone do.
func (s *Scene) advance(ctx context.Context, by string) error {
	return s.world(ctx, "POST", "/api/clock/advance", map[string]string{"by": by}, nil)
}

// registered is a name as its registry shows it to its own people.
type registered struct {
	ClID         string    `json:"clid"`
	Statuses     []string  `json:"statuses"`
	Verification string    `json:"verification"`
	Due          time.Time `json:"verification_due"`
}

func nameAt(registry, name string) string { return "/api/registries/" + registry + "/names/" + name }

func (s *Scene) registered(ctx context.Context, registry, name string) (registered, error) {
	var out registered
	err := s.world(ctx, "GET", nameAt(registry, name), nil, &out)
	return out, err
}

// deposit is what we have at a registry, by its own books, in minor units.
func (s *Scene) deposit(ctx context.Context, registry string) (clid string, balance int64, err error) {
	var out struct {
		Deposits []struct {
			ClID    string `json:"clid"`
			Balance int64  `json:"balance"`
		} `json:"deposits"`
	}
	if err := s.world(ctx, "GET", "/api/registries/"+registry, nil, &out); err != nil {
		return "", 0, err
	}
	if len(out.Deposits) == 0 {
		return "", 0, errors.New("the registry shows no deposits")
	}
	return out.Deposits[0].ClID, out.Deposits[0].Balance, nil // ours is the first
}

var (
	ourDeposit = regexp.MustCompile(`(?s)id="deposit".*?<dd>([^<]*)</dd>`)
	notDigit   = regexp.MustCompile(`[^0-9]`)
)

// booksAgree waits until the desk shows of our deposit what the registry has in its own books.
func (s *Scene) booksAgree(ctx context.Context, registry string) (int64, error) {
	var shown string
	var theirs int64
	err := wait(ctx, "our books of the deposit agree with the registry's", func() (bool, error) {
		page, err := s.deskPage(ctx, "/desk/registries/"+registry)
		if err != nil {
			return false, err
		}
		if m := ourDeposit.FindStringSubmatch(page); m != nil {
			shown = m[1]
		}
		_, theirs, err = s.deposit(ctx, registry)
		return notDigit.ReplaceAllString(shown, "") == strconv.FormatInt(theirs, 10), err
	})
	if err != nil {
		return 0, fmt.Errorf("%w: the desk says %q, the registry %d", err, shown, theirs)
	}
	return theirs, nil
}

var (
	reviewRow     = regexp.MustCompile(`<tr data-review="([0-9]+)">.*`)
	reviewVersion = regexp.MustCompile(`name="version" value="([0-9]+)"`)
	accountNumber = regexp.MustCompile(`\b1000[0-9]{8}\b`)
)

// letPass has the operator approve this run's submission.
func (s *Scene) letPass(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.at.Console+"/domains", nil)
	if err != nil {
		return err
	}
	mine, err := s.page(req)
	if err != nil {
		return err
	}
	account := accountNumber.FindString(mine)
	queue, err := s.deskPage(ctx, "/desk/reviews")
	if err != nil {
		return err
	}
	for _, row := range reviewRow.FindAllStringSubmatch(queue, -1) {
		if account == "" || !strings.Contains(row[0], account) {
			continue
		}
		path := "/desk/reviews/" + row[1]
		page, err := s.deskPage(ctx, path)
		if err != nil {
			return err
		}
		v := reviewVersion.FindStringSubmatch(page)
		if v == nil {
			return errors.New("the review can't be decided on")
		}
		s.note("the operator looks at the pictures and lets them pass")
		return s.deskForm(ctx, path, url.Values{"version": {v[1]}, "decision": {"approve"}})
	}
	return fmt.Errorf("no review at the desk is of the account %q", account)
}
