package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

type cartPage struct {
	Shell
	Basket ops.CartView
	Terms  map[domain.Name][]int // years that can be bought
	Fault  *notice
}

func (v *visit) cart() error { return v.cartView(http.StatusOK, nil) }

func (v *visit) cartView(status int, n *notice) error {
	basket, err := v.Ops.Cart(v.ctx, v.scope)
	if err != nil {
		return err
	}
	table := v.Ops.Policy()
	terms := map[domain.Name][]int{}
	for _, l := range basket.Lines {
		if s, ok := table.Suffix(l.Name.Suffix()); ok && l.Fee == 0 {
			terms[l.Name] = s.Periods
		} else {
			terms[l.Name] = []int{l.Years}
		}
	}
	return v.page(status, "cart", cartPage{v.shell(v.cat.say("cart.title"), "cart"), basket, terms, n})
}

func (v *visit) cartYears() error {
	if err := v.formErr(); err != nil {
		return err
	}
	years, err := strconv.Atoi(v.r.PostFormValue("years"))
	if err != nil {
		years = 0
	}
	if err := v.Ops.AddToCart(v.ctx, v.scope, v.r.PostFormValue("name"), years); err != nil {
		f, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(f)
		return v.cartView(statusOf(f.Kind), &n)
	}
	v.redirect("/cart")
	return nil
}

func (v *visit) cartRemove() error {
	if err := v.formErr(); err != nil {
		return err
	}
	if err := v.Ops.RemoveFromCart(v.ctx, v.scope, v.r.PostForm["name"]...); err != nil {
		return err
	}
	v.redirect(safeNext(v.r.PostFormValue("next"), "/cart"))
	return nil
}

type checkoutPage struct {
	Shell
	Basket    ops.CartView
	Templates []checkoutTemplate
	Usable    int      // templates that the basket can be bought with
	Before    []string // names that want their registrant verified first
	InReview  int
	Picked    string // template, public form
	Wallet    ops.Wallet
	Short     int64 // minor units
	TopUp     string
	Agreement string
	HouseNS   []string
	NS        string
	AutoRenew bool
	Lock      bool
	Accepted  bool
	Risky     []riskyLine // names with a past that their buyer has to know
	Known     bool        // and says to
	Key       string
	Fault     *notice
}

// checkoutTemplate is a template that a buyer may choose; one that was not approved holds for suffixes that verify
// afterwards alone.
type checkoutTemplate struct {
	domain.Template
	Usable bool
}

func (v *visit) checkout() error {
	return v.checkoutView(http.StatusOK, checkoutPage{AutoRenew: true, Lock: true, Key: token(12)})
}

// reviewSeconds is how often a checkout that waits for a template's review renews itself.
const reviewSeconds = 2

func (v *visit) checkoutView(status int, p checkoutPage) error {
	var err error
	if p.Basket, err = v.Ops.Cart(v.ctx, v.scope); err != nil {
		return err
	}
	if len(p.Basket.Lines) == 0 {
		v.redirect("/cart")
		return nil
	}
	list, _, err := v.Ops.Templates(v.ctx, v.scope, ops.TemplateFilter{Page: ops.Page{Limit: 100}})
	if err != nil {
		return err
	}
	if p.Wallet, err = v.Ops.Wallet(v.ctx, v.scope); err != nil {
		return err
	}
	for _, l := range p.Basket.Lines {
		if s, ok := v.Ops.Policy().Suffix(l.Name.Suffix()); ok && s.Verification == policy.Before {
			p.Before = append(p.Before, l.Display)
		}
		if l.Risk != nil {
			p.Risky = append(p.Risky, v.risky(l))
		}
	}
	best := 0
	for _, t := range list {
		c := checkoutTemplate{t, !t.OldForm && (t.Status == domain.TemplateApproved || len(p.Before) == 0)}
		p.Templates = append(p.Templates, c)
		if t.Status == domain.TemplateInAudit {
			p.InReview++
		}
		if !c.Usable {
			continue
		}
		p.Usable++
		rank := 1 // approved ones first, the default before others
		if t.Status == domain.TemplateApproved {
			rank += 2
		}
		if t.IsDefault {
			rank++
		}
		if p.Fault == nil && rank > best {
			p.Picked, best = t.ID.Public(), rank
		}
	}
	house := v.Ops.Policy().House
	p.Agreement, p.HouseNS = house.Agreement, house.DefaultNS
	if p.Short = p.Basket.Total - p.Wallet.Balance; p.Short < 0 {
		p.Short = 0
	}
	p.TopUp = decimal(max(p.Short, house.MinTopUp))
	p.Shell = v.shell(v.cat.say("checkout.title"), "cart")
	if p.Usable == 0 && p.InReview > 0 {
		p.Refresh = reviewSeconds
	}
	return v.page(status, "checkout", p)
}

func (v *visit) placeOrder() error {
	if err := v.formErr(); err != nil {
		return err
	}
	form := v.r.PostForm
	p := checkoutPage{
		Picked: form.Get("template"), NS: form.Get("ns"), AutoRenew: form.Get("auto_renew") != "", Lock: form.Get("lock_transfer") != "",
		Accepted: form.Get("agreement") != "", Known: form.Get("risk_known") != "", Key: form.Get("key"),
	}
	if p.Key == "" {
		p.Key = token(12)
	}
	in, err := v.register(form, p)
	if err == nil && p.Known {
		_, err = v.Ops.AcknowledgeRisks(v.ctx, v.scope, knownRisks(form["risk"]))
	}
	if err == nil {
		var view ops.OrderView
		if view, err = v.Ops.Register(v.ctx, v.scope, in); err == nil {
			v.redirect("/orders/" + strconv.FormatInt(int64(view.ID), 10))
			return nil
		}
	}
	f, ok := shown(err)
	if !ok {
		return err
	}
	n := v.notice(f)
	n.Field = map[fault.Code]string{
		"order.agreement-missing": "agreement", "order.agreement-old": "agreement", "template.not-found": "template",
		"template.not-approved": "template", "input.name-servers": "ns", ops.CodeRisk: "risk",
	}[f.Code]
	p.Fault = &n
	return v.checkoutView(statusOf(f.Kind), p)
}

// register reads the form: the names that the buyer was shown, for the years that the cart says.
func (v *visit) register(form url.Values, p checkoutPage) (ops.Register, error) {
	id, ok := domain.ParseTemplateID(p.Picked)
	if !ok {
		return ops.Register{}, fault.New(fault.Missing, "template.not-found", "template", p.Picked)
	}
	if !p.Accepted {
		return ops.Register{}, fault.New(fault.Invalid, "order.agreement-missing", "version", v.Ops.Policy().House.Agreement)
	}
	basket, err := v.Ops.Cart(v.ctx, v.scope)
	if err != nil {
		return ops.Register{}, err
	}
	years := map[domain.Name]int{}
	for _, l := range basket.Lines {
		years[l.Name] = l.Years
	}
	in := ops.Register{
		Template: id, Names: form["name"], Years: 1, YearsOf: years, NameServers: strings.Fields(strings.ReplaceAll(p.NS, ",", " ")),
		LockTransfer: p.Lock, Agreement: form.Get("agreement"), Language: v.lang, Key: p.Key,
	}
	if p.AutoRenew {
		in.AutoRenew = 1
	}
	in.MaxTotal, _ = strconv.ParseInt(form.Get("max_total"), 10, 64)
	return in, nil
}

const ordersPerPage = 20

type ordersPage struct {
	Shell
	Orders []ops.OrderView
	Pager  pager
}

func (v *visit) orders() error {
	page := v.pageOf(ordersPerPage)
	list, total, err := v.Ops.Orders(v.ctx, v.scope, ops.OrderFilter{Page: page})
	if err != nil {
		return err
	}
	return v.page(http.StatusOK, "orders", ordersPage{v.shell(v.cat.say("orders.title"), "orders"), list, v.pager(page, len(list), total)})
}

const itemsPerPage = 100

type orderPage struct {
	Shell
	Order  ops.OrderView
	Items  []domain.Item
	Pager  pager
	Single *domain.Item // the only item, where there is one
	Events []domain.Event
	Fault  *notice
}

// Paid is what was taken for names that were registered.
func (p orderPage) Held() int64 { return p.Order.Total - p.Order.Captured - p.Order.Released }

// Step is how far along its rail the order is: the class of a step that comes at or after it.
func (p orderPage) Status() string { return p.Order.Status() }

// Label is a name's label, to look for it under other suffixes.
func (p orderPage) Label(n domain.Name) string {
	label, _, _ := strings.Cut(naming.Display(n), ".")
	return label
}

// Elsewhere reports whether another suffix may be the way out.
func (p orderPage) Elsewhere(code string) bool {
	return strings.HasPrefix(code, "registration.") || code == "suffix.unsupported"
}

func (v *visit) order() error { return v.orderView(v.scope, http.StatusOK, "order", "orders", nil) }

func (v *visit) orderID() (int64, error) {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, fault.New(fault.Missing, "order.not-found", "order", clip(v.r.PathValue("id"), 40))
	}
	return id, nil
}

// cancelOrder ends what of an order still waits to be sent.
func (v *visit) cancelOrder() error {
	if err := v.formErr(); err != nil {
		return err
	}
	id, err := v.orderID()
	if err != nil {
		return err
	}
	if _, err := v.Ops.CancelOrder(v.ctx, v.scope, domain.OrderID(id)); err != nil {
		f, ok := shown(err)
		if !ok || f.Kind == fault.Missing {
			return err
		}
		n := v.notice(f)
		return v.orderView(v.scope, statusOf(f.Kind), "order", "orders", &n)
	}
	v.redirect("/orders/" + strconv.FormatInt(id, 10))
	return nil
}

func (v *visit) orderView(scope domain.Scope, status int, name, nav string, n *notice) error {
	id, err := v.orderID()
	if err != nil {
		return err
	}
	p := orderPage{Fault: n}
	if p.Order, err = v.Ops.Order(v.ctx, scope, domain.OrderID(id)); err != nil {
		return err
	}
	page := v.pageOf(itemsPerPage)
	total := 0
	if p.Items, total, err = v.Ops.Items(v.ctx, scope, domain.OrderID(id), page); err != nil {
		return err
	}
	if total == 1 && len(p.Items) == 1 {
		p.Single = &p.Items[0]
	}
	p.Pager = v.pager(page, len(p.Items), total)
	p.Shell = v.shell(v.cat.say("order.title", id), nav)
	if p.Order.Doing > 0 {
		p.Refresh = 2
	}
	return v.page(status, name, p)
}

// decimal writes minor units as a person types them into a form: 178.4 as 178.40.
func decimal(minor int64) string {
	return strconv.FormatInt(minor/100, 10) + "." + string(rune('0'+minor%100/10)) + string(rune('0'+minor%10))
}

// minor reads what decimal writes, and 178 or 178.4; digits past the second are refused.
func minor(typed string) (int64, bool) {
	s := strings.TrimSpace(strings.NewReplacer("¥", "", "￥", "", ",", "", "，", "").Replace(typed))
	whole, part, dotted := strings.Cut(s, ".")
	if len(part) > 2 || len(whole) == 0 || len(whole) > 12 || dotted && part == "" {
		return 0, false
	}
	n, err := strconv.ParseUint(whole+(part + "00")[:2], 10, 63)
	return int64(n), err == nil
}
