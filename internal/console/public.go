package console

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/auth"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

type landingPage struct {
	Shell
	Suffixes []policy.Suffix
}

func (v *visit) landing() error {
	if v.in && v.all.Operator {
		v.redirect("/desk")
		return nil
	}
	if v.in {
		v.redirect("/domains")
		return nil
	}
	table, err := v.Ops.Prices(v.ctx, v.scope)
	if err != nil {
		return err
	}
	return v.page(http.StatusOK, "landing", landingPage{v.shell(v.cat.say("landing.title"), "search"), table.Suffixes()})
}

// searchTime bounds how long a page waits for registries; those that did not answer by then say so themselves.
const searchTime = 20 * time.Second

type searchPage struct {
	Shell
	Query    string
	Suffixes []policy.Suffix
	Asked    int // names that registries are asked about
	Got      int
	Free     int
	Seconds  string
	Basket   ops.CartView
	Done     bool
	Most     int  // names that a list may have
	Cut      bool // there were more names than one search takes
}

type hit struct {
	ops.Found
	InCart bool
	Back   string
	Help   bool
	Notice notice
	Left   int // names still being asked about
}

// search writes the page as answers arrive: head, then a row for each, then the end. No script is needed for it.
func (v *visit) search() error {
	query := strings.TrimSpace(v.r.URL.Query().Get("q"))
	table, err := v.Ops.Prices(v.ctx, v.scope)
	if err != nil {
		return err
	}
	p := searchPage{Query: query, Suffixes: table.Suffixes()}
	p.Shell, p.Most = v.shell(v.cat.say("search.title"), "search"), v.Ops.Policy().House.MaxNames
	if query == "" {
		return v.page(http.StatusOK, "search-empty", p)
	}
	if len(query) > 100_000 {
		return fault.New(fault.Invalid, "input.too-large", "limit", "100000")
	}
	in := map[domain.Name]bool{}
	if v.in {
		basket, err := v.Ops.Cart(v.ctx, v.scope)
		if err != nil {
			return err
		}
		p.Basket = basket
		for _, l := range basket.Lines {
			in[l.Name] = true
		}
	}
	names, bad := v.Ops.Candidates(query)
	p.Asked, p.Cut = len(names), len(names) >= ops.MaxSearched
	part := v.streaming()
	write := func(name string, data any) { part(name, data, true) }
	row := func(f ops.Found) {
		h := hit{Found: f, InCart: in[f.Name], Back: p.Here, Left: p.Asked - p.Got}
		switch {
		case f.Code != "":
			h.Notice = v.words(f.Code, f.Facts)
		case f.Risk != nil:
			h.Notice = v.words(ops.CodeRisk, f.Risk.Facts)
		}
		write("search-hit", h)
	}
	write("search-top", p)
	for _, f := range bad {
		row(f)
	}
	start := time.Now() //nolint:forbidigo // how long the page took, for the reader; nothing is decided by it
	if len(names) > 0 {
		write("search-asking", p.Asked)
		ctx, cancel := context.WithTimeout(v.ctx, searchTime)
		defer cancel()
		v.Ops.Search(ctx, v.scope, names, func(f ops.Found) {
			p.Got++
			if f.State == ops.Available || f.State == ops.Premium {
				p.Free++
			}
			row(f)
			if left := p.Asked - p.Got; left > 0 {
				write("search-asking", left)
			}
		})
	}
	p.Seconds = strconv.FormatFloat(time.Since(start).Seconds(), 'f', 1, 64)
	p.Done = true
	write("search-bottom", p)
	return nil
}

type gatePage struct {
	Shell
	Next        string
	Email, Name string
	Fault       notice
	Min         int
}

func (v *visit) gate(status int, name, title string, p gatePage) error {
	p.Shell = v.shell(v.cat.say(title), "")
	p.Next = safeNext(v.r.FormValue("next"), "")
	p.Min = auth.MinPassword
	q := url.Values{"lang": {map[bool]string{true: zh, false: en}[v.lang == en]}}
	if p.Next != "" {
		q.Set("next", p.Next)
	}
	p.Switch = v.r.URL.Path + "?" + q.Encode()
	return v.page(status, name, p)
}

func (v *visit) signInForm() error {
	if v.in {
		v.redirect(safeNext(v.r.URL.Query().Get("next"), "/"))
		return nil
	}
	return v.gate(http.StatusOK, "signin", "signin.title", gatePage{})
}

func (v *visit) signUpForm() error {
	if v.in {
		v.redirect(safeNext(v.r.URL.Query().Get("next"), "/"))
		return nil
	}
	return v.gate(http.StatusOK, "signup", "signup.title", gatePage{})
}

func (v *visit) signIn() error {
	if err := v.formErr(); err != nil {
		return err
	}
	email := v.r.PostFormValue("email")
	account, err := v.Auth.SignIn(v.r, email, v.r.PostFormValue("password"))
	if err != nil {
		f, ok := shown(err)
		if !ok {
			return err
		}
		return v.gate(statusOf(f.Kind), "signin", "signin.title", gatePage{Email: email, Fault: v.notice(f)})
	}
	return v.enter(account)
}

func (v *visit) signUp() error {
	if err := v.formErr(); err != nil {
		return err
	}
	in := auth.Opening{Email: v.r.PostFormValue("email"), Name: v.r.PostFormValue("name"), Password: v.r.PostFormValue("password"), Locale: v.lang}
	account, err := v.Auth.SignUp(v.r, in)
	if err != nil {
		f, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(f)
		if f.Code == "account.email-taken" || f.Code == "input.email-malformed" {
			n.Field = "email"
		} else if f.Code == auth.CodePassword {
			n.Field = "password"
		}
		return v.gate(statusOf(f.Kind), "signup", "signup.title", gatePage{Email: in.Email, Name: in.Name, Fault: n})
	}
	return v.enter(account)
}

// keptCart is the session's key for names that were picked before signing in.
const keptCart = "cart"

// enter goes on to where the visitor wanted to go, with the names picked before in the cart.
func (v *visit) enter(account domain.Account) error {
	home := "/domains"
	if account.Role == domain.Operator {
		home = "/desk"
	}
	scope := domain.Scope{Account: account.ID, Actor: account.Email, IP: v.scope.IP, Via: "console"}
	for _, name := range strings.Fields(v.Auth.Take(v.r, keptCart)) {
		if err := v.Ops.AddToCart(v.ctx, scope, name, 1); err != nil {
			v.Log.Debug("console: a name picked before signing in could not be added", "name", name, "code", string(fault.Of(err).Code))
			home = "/search?" + url.Values{"q": {name}}.Encode() // its row says why
			v.redirect(home)
			return nil
		}
	}
	v.redirect(safeNext(v.r.PostFormValue("next"), home))
	return nil
}

func (v *visit) signOut() error {
	if err := v.Auth.SignOut(v.r); err != nil {
		return err
	}
	v.redirect("/")
	return nil
}

// cartAdd is open to everybody: a name picked before signing in waits in the session.
func (v *visit) cartAdd() error {
	if err := v.formErr(); err != nil {
		return err
	}
	typed := v.r.PostFormValue("name")
	years, err := strconv.Atoi(v.r.PostFormValue("years"))
	if err != nil {
		years = 1
	}
	next := safeNext(v.r.PostFormValue("next"), "/cart")
	if !v.in {
		name, err := naming.Parse(typed)
		if err != nil {
			return err
		}
		kept := append(strings.Fields(v.Auth.Take(v.r, keptCart)), string(name))
		if len(kept) > 20 {
			kept = kept[len(kept)-20:]
		}
		v.Auth.Keep(v.r, keptCart, strings.Join(kept, " "))
		to := "/signin?" + url.Values{"next": {"/cart"}}.Encode()
		if v.wantsJSON() {
			return v.json(http.StatusUnauthorized, map[string]any{"go": to})
		}
		v.redirect(to)
		return nil
	}
	if err := v.Ops.AddToCart(v.ctx, v.scope, typed, years); err != nil {
		f, ok := shown(err)
		if !ok || v.wantsJSON() {
			return err
		}
		n := v.notice(f)
		return v.cartView(statusOf(f.Kind), &n)
	}
	if v.wantsJSON() {
		basket, err := v.Ops.Cart(v.ctx, v.scope)
		if err != nil {
			return err
		}
		var aside bytes.Buffer
		p := searchPage{Shell: v.shell("", "search"), Basket: basket}
		if err := v.views[v.lang].execute(&aside, "search-cart", p); err != nil {
			return err
		}
		return v.json(http.StatusOK, map[string]any{"count": len(basket.Lines), "html": aside.String()})

	}
	v.redirect(next)
	return nil
}
