package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// ruleName is a price rule's name as buyers read it.
func ruleName(lang string, r policy.Rule) string {
	if lang == zh {
		return r.NameZH
	}
	return r.NameEN
}

// offerOf is the promotion in a price; nil: none.
func offerOf(s policy.Suffix, action string, years int) *policy.Quote {
	if q, ok := s.Quote(action, years); ok && q.Rule.Key != "" {
		return &q
	}
	return nil
}

type ruleRow struct {
	policy.Rule
	Standing policy.Standing
}

// ruleTyped is the form of a rule as it was filled in.
type ruleTyped struct {
	Key, Deal, NameZH, NameEN, Suffixes, Years, Groups, From, Until, How, Value string
	Actions                                                                     map[string]bool
}

type pricesPage struct {
	deskPage
	Rules    []ruleRow
	Accounts []domain.Account
	Suffixes []policy.Suffix // with the prices of Group
	Group    string
	Groups   []string
	Actions  []string
	Form     ruleTyped
	Email    string
	Done     string // what was just done: put, end, group
	Fault    *notice
}

func (v *visit) deskPrices() error {
	p := pricesPage{}
	p.Done = clip(v.r.URL.Query().Get("done"), 10)
	return v.pricesView(http.StatusOK, p)
}

func (v *visit) pricesView(status int, p pricesPage) error {
	p.deskPage = v.deskBase("prices.title", "prices")
	now := v.Ops.Now()
	rules, accounts, err := v.Ops.PriceDesk(v.ctx, v.all)
	if err != nil {
		return err
	}
	p.Accounts, p.Actions = accounts, []string{"new", "renew", "redem", "tran"}
	for _, r := range rules {
		p.Rules = append(p.Rules, ruleRow{r, r.Standing(now)})
		p.Groups = append(p.Groups, r.Groups...)
	}
	for _, a := range accounts {
		p.Groups = append(p.Groups, a.PriceGroup)
	}
	slices.Sort(p.Groups)
	p.Groups = slices.Compact(p.Groups)
	if g := v.r.URL.Query().Get("group"); slices.Contains(p.Groups, g) {
		p.Group = g
	}
	p.Suffixes = v.Ops.Policy().For(p.Group, now).Suffixes()
	if p.Form.Deal == "" {
		p.Form = ruleTyped{Deal: string(policy.DealPromotion), How: "percent", From: now.In(beijing).Format(atMinute), Years: "1", Actions: map[string]bool{"new": true}}
	}
	return v.page(status, "desk-prices", p)
}

// pricesDone goes back to the page, with what is wrong where something is.
func (v *visit) pricesDone(err error, done string, p pricesPage) error {
	if err == nil {
		v.redirect("/desk/prices?" + url.Values{"done": {done}}.Encode())
		return nil
	}
	f, ok := shown(err)
	if !ok {
		return err
	}
	n := v.notice(f)
	p.Fault = &n
	return v.pricesView(statusOf(f.Kind), p)
}

func (v *visit) rulePut() error {
	if err := v.formErr(); err != nil {
		return err
	}
	get := func(name string) string { return clip(strings.TrimSpace(v.r.PostFormValue(name)), 400) }
	typed := ruleTyped{Key: get("key"), Deal: get("deal"), NameZH: get("zh"), NameEN: get("en"), Suffixes: get("suffixes"), Years: get("years"),
		Groups: get("groups"), From: get("from"), Until: get("until"), How: get("how"), Value: get("value"), Actions: map[string]bool{}}
	for _, a := range v.r.PostForm["action"] {
		typed.Actions[clip(a, 40)] = true
	}
	r, err := v.ruleOf(typed)
	if err == nil {
		err = v.Ops.PutRule(v.ctx, v.all, r)
	}
	if typed.Deal == "" {
		typed.Deal = string(policy.DealPromotion)
	}
	return v.pricesDone(err, "put", pricesPage{Form: typed})
}

// ruleOf reads the form. What can't be read is left such that it is refused by its field.
func (v *visit) ruleOf(typed ruleTyped) (policy.Rule, error) {
	bad := func(field, why string) error {
		return fault.New(fault.Invalid, "price.rule-invalid", "rule", typed.Key, "field", field, "why", why)
	}
	r := policy.Rule{Key: typed.Key, Deal: policy.Deal(typed.Deal), NameZH: typed.NameZH, NameEN: typed.NameEN, Groups: list(typed.Groups)}
	for _, s := range list(typed.Suffixes) {
		s = strings.TrimPrefix(s, ".")
		for _, have := range v.Ops.Policy().Suffixes() {
			if have.Display == s {
				s = have.Suffix
			}
		}
		r.Suffixes = append(r.Suffixes, s)
	}
	for a := range typed.Actions {
		r.Actions = append(r.Actions, a)
	}
	slices.Sort(r.Actions)
	for _, y := range list(typed.Years) {
		n, err := strconv.Atoi(y)
		if err != nil {
			return r, bad("years", "range")
		}
		r.Years = append(r.Years, n)
	}
	var err error
	if r.From, err = time.ParseInLocation(atMinute, typed.From, beijing); err != nil {
		return r, bad("from", "missing")
	}
	if typed.Until != "" {
		if r.Until, err = time.ParseInLocation(atMinute, typed.Until, beijing); err != nil {
			return r, bad("until", "form")
		}
	}
	if typed.How == "percent" {
		n, err := strconv.ParseInt(typed.Value, 10, 64)
		if err != nil || n < 1 {
			return r, bad("amount", "range")
		}
		r.Percent = n
		return r, nil
	}
	n, ok := minor(typed.Value)
	if !ok || n < 1 {
		return r, bad("amount", "range")
	}
	switch typed.How {
	case "amount":
		r.Amount = n
	case "off":
		r.Off = n
	}
	return r, nil
}

// list splits what is typed with blanks or commas between.
func list(typed string) []string {
	return strings.FieldsFunc(strings.ToLower(typed), func(c rune) bool { return c == ' ' || c == ',' || c == '，' || c == '、' || c == '\n' || c == '\t' })
}

func (v *visit) ruleEnd() error {
	if err := v.formErr(); err != nil {
		return err
	}
	return v.pricesDone(v.Ops.EndRule(v.ctx, v.all, v.r.PostFormValue("key")), "end", pricesPage{})
}

func (v *visit) priceGroup() error {
	if err := v.formErr(); err != nil {
		return err
	}
	email := clip(strings.TrimSpace(v.r.PostFormValue("email")), 200)
	err := v.Ops.SetPriceGroup(v.ctx, v.all, email, strings.TrimSpace(v.r.PostFormValue("group")))
	return v.pricesDone(err, "group", pricesPage{Email: email})
}
