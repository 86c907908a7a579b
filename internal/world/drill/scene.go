package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// Endpoints is where the product and the world answer (the product's endpoints.json).
type Endpoints struct {
	Console string `json:"console"`
	API     string `json:"api"`
	World   string `json:"world"`
	// Accounts are the sign-ins of the demo; drills use the operator's, for what the desk has to mend.
	Accounts []SignIn `json:"accounts"`
}

// SignIn is an account of the demo.
type SignIn struct {
	Role      string `json:"role"`
	Email     string `json:"email"`
	Password  string `json:"password"`
	SecretID  string `json:"secret_id"`
	SecretKey string `json:"secret_key"`
}

// Scene is one drill's stage: a fresh account, its browser and its API key.
type Scene struct {
	at       Endpoints
	run      string // makes names of this run its own
	browser  *http.Client
	operator *http.Client // signed in at the desk when first needed
	key      string
	template string
	steps    []string
}

func (s *Scene) note(format string, args ...any) {
	s.steps = append(s.steps, fmt.Sprintf(format, args...))
}

var shownKey = regexp.MustCompile(`id="secret-id"[^>]*>\s*([A-Za-z0-9]+)\s*<(?s:.*)id="secret-key"[^>]*>\s*([A-Za-z0-9]+)\s*<`)

// open signs up in the console as anybody would and makes an API key there.
func (s *Scene) open(ctx context.Context) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	s.browser = &http.Client{Jar: jar, Timeout: 30 * time.Second}
	if _, err := s.form(ctx, "/signup", url.Values{"email": {"drill-" + s.run + "@example.com"}, "name": {"Drill"}, "password": {"a long enough password"}}); err != nil {
		return err
	}
	page, err := s.form(ctx, "/keys", url.Values{"label": {"drill"}})
	if err != nil {
		return err
	}
	m := shownKey.FindStringSubmatch(page)
	if m == nil {
		return errors.New("the console shows no key")
	}
	s.key = m[1] + ":" + m[2]
	return nil
}

func (s *Scene) form(ctx context.Context, path string, v url.Values) (string, error) {
	return s.formAs(ctx, s.browser, path, v)
}

func (s *Scene) formAs(ctx context.Context, who *http.Client, path string, v url.Values) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.at.Console+path, strings.NewReader(v.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return pageAs(who, req)
}

func (s *Scene) page(req *http.Request) (string, error) { return pageAs(s.browser, req) }

func pageAs(who *http.Client, req *http.Request) (string, error) {
	resp, err := who.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: HTTP %d", req.URL.Path, resp.StatusCode)
	}
	return string(raw), err
}

// call speaks JSON to the product (with the key) or the world.
func call(ctx context.Context, base, key, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path, &body)
	if err != nil {
		return err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode == http.StatusTooManyRequests { // drills ask faster than owners do
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(60 * time.Millisecond):
		}
		return call(ctx, base, key, method, path, in, out)
	}
	if resp.StatusCode/100 != 2 {
		shown := fmt.Sprintf("%s %s: HTTP %d: %.300s", method, path, resp.StatusCode, raw)
		if r := (&refusal{shown: shown}); json.Unmarshal(raw, r) == nil && r.Code != "" {
			return r
		}
		return errors.New(shown)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}

func (s *Scene) api(ctx context.Context, method, path string, in, out any) error {
	return call(ctx, s.at.API, s.key, method, "/api/v1/"+path, in, out)
}

func (s *Scene) world(ctx context.Context, method, path string, in, out any) error {
	return call(ctx, s.at.World, "", method, path, in, out)
}

// ready tops up, makes a template, waits for its approval, and gives the balance.
func (s *Scene) ready(ctx context.Context) (int64, error) {
	if err := s.api(ctx, "POST", "wallet/top-ups", map[string]any{"amount": 200_000}, nil); err != nil {
		return 0, err
	}
	person, card := papers.Sample()
	form := s.personForm(person)
	proved := make(chan error, 1)
	go func() { proved <- s.reach(ctx) }()
	doc, err := s.upload(ctx, "card.jpg", card)
	if err := errors.Join(err, <-proved); err != nil {
		return 0, err
	}
	form.Certificate["ImgUrl"] = doc.URL
	var made struct {
		Template struct{ TemplateId string } //nolint:revive // the product's spelling
	}
	if err := s.api(ctx, "POST", "CreateTemplate", map[string]any{"ContactInfo": form.Contact, "CertificateInfo": form.Certificate}, &made); err != nil {
		return 0, err
	}
	s.template = made.Template.TemplateId
	err = wait(ctx, "the template is approved", func() (bool, error) {
		var got struct {
			Template struct{ AuditStatus string }
		}
		err := s.api(ctx, "POST", "DescribeTemplate", map[string]any{"TemplateId": s.template}, &got)
		return got.Template.AuditStatus == "Approved", err
	})
	if err != nil {
		return 0, err
	}
	return s.balance(ctx)
}

func (s *Scene) balance(ctx context.Context) (int64, error) {
	var w struct {
		Balance int64 `json:"balance"`
	}
	err := s.api(ctx, "GET", "wallet", nil, &w)
	return w.Balance, err
}

type item struct{ Domain, Status, Reason string }

// buy registers a name for a year and waits for the end.
func (s *Scene) buy(ctx context.Context, name string) (item, error) {
	log, err := s.order(ctx, name)
	if err != nil {
		return item{}, err
	}
	return s.until(ctx, log, "the order has ended", func(it item) bool { return it.Status != "doing" })
}

// bought is buy where nothing but success will do.
func (s *Scene) bought(ctx context.Context, name string) error {
	it, err := s.buy(ctx, name)
	if err == nil && it.Status != "success" {
		err = fmt.Errorf("%s is %s: %s", name, it.Status, it.Reason)
	}
	return err
}

// order asks for a name for a year, and gives the order's log.
func (s *Scene) order(ctx context.Context, name string) (int64, error) {
	var o struct{ LogId int64 } //nolint:revive // the product's spelling
	err := s.api(ctx, "POST", "CreateDomainBatch", map[string]any{"TemplateId": s.template, "Period": 1, "PayMode": 1, "Domains": []string{name}}, &o)
	return o.LogId, err
}

// until waits until an order's one name is so.
func (s *Scene) until(ctx context.Context, log int64, what string, so func(item) bool) (item, error) {
	var d struct{ DomainBatchDetailSet []item }
	err := wait(ctx, what, func() (bool, error) {
		err := s.api(ctx, "POST", "DescribeBatchOperationLogDetails", map[string]any{"LogId": log}, &d)
		return err == nil && len(d.DomainBatchDetailSet) == 1 && so(d.DomainBatchDetailSet[0]), err
	})
	if err != nil {
		return item{}, err
	}
	return d.DomainBatchDetailSet[0], nil
}

func (s *Scene) expectSearch(ctx context.Context, name, state string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.at.Console+"/search?q="+url.QueryEscape(name), nil)
	if err != nil {
		return err
	}
	page, err := s.page(req)
	if err == nil && !strings.Contains(page, `data-name="`+name+`" data-state="`+state+`"`) {
		err = fmt.Errorf("the search page doesn't show %s as %s", name, state)
	}
	return err
}

// found is a fault case as the product's one read action shows it.
type found struct {
	Subject   string            `json:"subject"`
	Code      string            `json:"code"`
	Facts     map[string]string `json:"facts"`
	ClearedAt string            `json:"cleared_at"`
	Title     string            `json:"title"`
	Remedy    []string          `json:"remedy"`
}

func (s *Scene) cases(ctx context.Context, subject string) ([]found, error) {
	return s.casesAs(ctx, s.key, subject)
}

func (s *Scene) casesAs(ctx context.Context, key, subject string) ([]found, error) {
	var out struct {
		Cases []found `json:"cases"`
	}
	path := "cases?open=true"
	if subject != "" {
		path += "&subject=" + url.QueryEscape(subject)
	}
	err := call(ctx, s.at.API, key, "GET", "/api/v1/"+path, nil, &out)
	return out.Cases, err
}

// only asserts that exactly this code is named.
func (s *Scene) only(ctx context.Context, subject, code string) (found, error) {
	list, err := s.cases(ctx, subject)
	if err != nil {
		return found{}, err
	}
	if len(list) != 1 || list[0].Code != code {
		return found{}, fmt.Errorf("want %s alone, found %+v", code, list)
	}
	return list[0], nil
}

// none asserts that nothing is named any more.
func (s *Scene) none(ctx context.Context, subject string) error {
	list, err := s.cases(ctx, subject)
	if err == nil && len(list) > 0 {
		err = fmt.Errorf("still named: %+v", list)
	}
	return err
}

type looked struct {
	Yours *struct{} `json:"yours"`
	Case  *found    `json:"case"`
}

func (s *Scene) lookup(ctx context.Context, name string) (looked, error) {
	var out looked
	err := s.api(ctx, "POST", "lookup", map[string]string{"name": name}, &out)
	return out, err
}

var viewVersion = regexp.MustCompile(`data-view="([0-9]+)"`)

// pageVersion reads a console page and the version that it was made at.
func (s *Scene) pageVersion(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.at.Console+path, nil)
	if err != nil {
		return "", err
	}
	page, err := s.page(req)
	if err != nil {
		return "", err
	}
	m := viewVersion.FindStringSubmatch(page)
	if m == nil {
		return "", fmt.Errorf("%s tells no version", path)
	}
	return m[1], nil
}

type fresh struct {
	Stale bool              `json:"stale"`
	Code  string            `json:"code"`
	Facts map[string]string `json:"facts"`
	Title string            `json:"title"`
}

// freshness asks what the page's own script asks.
func (s *Scene) freshness(ctx context.Context, version string) (fresh, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.at.Console+"/freshness?v="+version, nil)
	if err != nil {
		return fresh{}, err
	}
	raw, err := s.page(req)
	if err != nil {
		return fresh{}, err
	}
	var out fresh
	return out, json.Unmarshal([]byte(raw), &out)
}

// wait polls a condition until it holds or the drill's time is up.
func wait(ctx context.Context, what string, cond func() (bool, error)) error {
	for {
		ok, err := cond()
		if ctx.Err() == nil && (err != nil || ok) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("still not: %s", what)
		case <-time.After(60 * time.Millisecond):
		}
	}
}
