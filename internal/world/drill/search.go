package drill

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// What a list says of a name's earlier life (seed article R3).

const risky = "search.reputation-risk"

// feed has the operator load a list of names that were blocked, as a table. drop takes it away again.
func (s *Scene) feed(ctx context.Context, list string, hosts ...string) (drop func() error, err error) {
	in, err := s.operatorOf()
	if err != nil {
		return nil, err
	}
	now, err := s.now(ctx)
	if err != nil {
		return nil, err
	}
	key, body := in.SecretID+":"+in.SecretKey, "# made for a drill\ndomain,since,reason\n"
	for _, h := range hosts {
		body += h + ",2024-03-02,phishing\n"
	}
	err = call(ctx, s.at.API, key, "POST", "/api/v1/desk/feeds", map[string]any{"name": list, "kind": "blocks", "source": "drill", "format": "csv",
		"appeal": "https://keeper.example/appeal", "dated": now.Format(time.DateOnly), "content": body}, nil)
	return func() error {
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return call(after, s.at.API, key, "POST", "/api/v1/desk/feeds/drop", map[string]any{"name": list}, nil)
	}, err
}

// warned is whether the search page shows a name as free, and with a warning.
func (s *Scene) warned(ctx context.Context, name string) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.at.Console+"/search?q="+url.QueryEscape(name), nil)
	if err != nil {
		return false, err
	}
	page, err := s.page(req)
	if err != nil {
		return false, err
	}
	_, row, ok := strings.Cut(page, `data-name="`+name+`" data-state="available"`)
	if !ok {
		return false, fmt.Errorf("the search page doesn't show %s as available", name)
	}
	row, _, _ = strings.Cut(row, "</li>")
	return strings.Contains(row, `data-risk="`+risky+`"`), nil
}

var openAppeal = regexp.MustCompile(`action="/desk/feeds/appeals/([0-9]+)"`)

func reputationRisk(ctx context.Context, s *Scene) (err error) {
	name, second := "once"+s.run+".com", "twice"+s.run+".com"
	before, err := s.ready(ctx)
	if err != nil {
		return err
	}
	list := "drill-" + s.run
	drop, err := s.feed(ctx, list, "pay."+name, second)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop()) }() // the list is everybody's
	s.note("break: the operator loads a list that has pay.%s", name)
	if w, err := s.warned(ctx, name); err != nil || !w {
		return fmt.Errorf("the search does not warn of %s (%w)", name, err)
	}
	_, err = s.order(ctx, name)
	facts, err := refusedAs(err, risky)
	if err != nil {
		return err
	}
	c, err := s.only(ctx, name, risky)
	if err != nil {
		return err
	}
	for k, v := range map[string]string{"list": list, "entry": "pay." + name, "since": "2024-03-02", "reason": "phishing", "kind": "blocks"} {
		if facts[k] != v || c.Facts[k] != v {
			return fmt.Errorf("the evidence %s is %q and %q, want %q", k, facts[k], c.Facts[k], v)
		}
	}
	if after, err := s.balance(ctx); err != nil || after != before {
		return fmt.Errorf("balance was %d, is %d (%w)", before, after, err)
	}
	s.explain(c)
	var said struct{ Acknowledged []string }
	if err := s.api(ctx, "POST", "risks/acknowledgements", map[string]any{"names": []any{map[string]string{"name": name}}}, &said); err != nil || len(said.Acknowledged) != 1 {
		return fmt.Errorf("acknowledging: %v (%w)", said.Acknowledged, err)
	}
	if err := errors.Join(s.bought(ctx, name), s.none(ctx, name)); err != nil {
		return err
	}
	s.note("mend: acknowledged, and registered")
	return s.appealed(ctx, second, list)
}

// appealed has a list's entry taken back by the desk.
func (s *Scene) appealed(ctx context.Context, name, list string) error {
	if err := s.api(ctx, "POST", "risks/appeals", map[string]string{"name": name, "list": list, "reason": "That was the holder before."}, nil); err != nil {
		return err
	}
	page, err := s.deskPage(ctx, "/desk/feeds")
	if err != nil {
		return err
	}
	_, row, ok := strings.Cut(page, `data-name="`+name+`"`)
	m := openAppeal.FindStringSubmatch(row)
	if !ok || m == nil {
		return errors.New("the desk doesn't show the appeal")
	}
	if err := s.deskForm(ctx, "/desk/feeds/appeals/"+m[1], url.Values{"ruling": {"grant"}, "note": {"So it was."}}); err != nil {
		return err
	}
	if w, err := s.warned(ctx, name); err != nil || w {
		return fmt.Errorf("granted, and the search still warns of %s (%w)", name, err)
	}
	s.note("mend: the desk granted the appeal about %s, and nobody is warned any more", name)
	return errors.Join(s.bought(ctx, name), s.none(ctx, name))
}

func noReputationRisk(ctx context.Context, s *Scene) (err error) {
	name := "never" + s.run + ".com"
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	drop, err := s.feed(ctx, "drill-"+s.run, "other"+name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop()) }()
	if w, err := s.warned(ctx, name); err != nil || w {
		return fmt.Errorf("the search warns of %s (%w)", name, err)
	}
	return errors.Join(s.bought(ctx, name), s.none(ctx, name))
}

// searchDrills are the drills of this file.
func searchDrills() []Drill {
	return []Drill{{Code: risky, Run: reputationRisk, Clean: noReputationRisk}}
}
