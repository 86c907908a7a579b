package console

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// term is a renewal that can be had, with the very price that is charged for it.
type term struct {
	Years int
	Price int64
	Until time.Time
}

// Value is what the form sends: the years and the price that was shown.
func (t term) Value() string { return strconv.Itoa(t.Years) + ":" + strconv.FormatInt(t.Price, 10) }

// changes is what can be done to a name on its page.
type changes struct {
	Terms      []term
	Currency   string
	Restorable bool // in its redemption period
	Ending     bool // deleted: nothing else can be done
	Leaving    bool // another registrar asks for it
	Locked     map[string]bool
	DS         string // as typed, or as it is
	Code       string // "ready" to be shown once, "out" at the registry, "" none
	Restore    int64  // price, minor units

	Fault *notice // of the form At
	At    string  // the form that was refused: renew, lock, dnssec, code, delete, restore, transfer
	Typed string  // in the confirmation
}

// Astray reports whether the form that was refused is not on the page, since the name has changed meanwhile.
func (c changes) Astray() bool {
	switch c.At {
	case "":
		return false
	case "restore":
		return !c.Restorable
	case "transfer":
		return !c.Leaving
	}
	return c.Ending
}

func (v *visit) changesOf(t domain.Tenure) (changes, error) {
	table, err := v.Ops.Prices(v.ctx, v.scope)
	if err != nil {
		return changes{}, err
	}
	now := v.Ops.Now()
	c := changes{Currency: table.House.Currency, Ending: t.Statuses.Has(domain.PendingDelete, domain.RedemptionPeriod, domain.PendingRestore),
		Restorable: t.Statuses.Has(domain.RedemptionPeriod, domain.PendingRestore), Leaving: t.Statuses.Has(domain.PendingTransfer)}
	c.Locked = map[string]bool{
		"transfer": t.Statuses.Has(domain.ClientTransferProhibited), "transfer-there": t.Statuses.Has(domain.ServerTransferProhibited),
		"update": t.Statuses.Has(domain.ClientUpdateProhibited), "update-there": t.Statuses.Has(domain.ServerUpdateProhibited),
	}
	lines := make([]string, len(t.DS))
	for i, d := range t.DS {
		lines[i] = d.String()
	}
	c.DS = strings.Join(lines, "\n")
	switch {
	case len(t.SealedAuth) > 0 && now.Before(t.AuthUntil):
		c.Code = "ready"
	case now.Before(t.AuthUntil):
		c.Code = "out"
	}
	suffix, ok := table.Suffix(t.Name.Suffix())
	if !ok {
		return c, nil
	}
	for y := 1; y < suffix.MaxYears; y++ {
		if price, _, err := ops.PriceRenew(t, suffix, y, now); err == nil {
			c.Terms = append(c.Terms, term{y, price, t.ExpiresAt.AddDate(y, 0, 0)})
		}
	}
	c.Restore, _ = ops.PriceRestore(t, suffix, now)
	return c, nil
}

// change answers a form of a name's page: with the order's page, or the name's again with what is wrong.
func (v *visit) change(at string, do func(name string) (ops.OrderView, error)) error {
	if err := v.formErr(); err != nil {
		return err
	}
	name := v.r.PostFormValue("name")
	view, err := do(name)
	if err == nil {
		v.redirect("/orders/" + strconv.FormatInt(int64(view.ID), 10))
		return nil
	}
	f, ok := shown(err)
	if !ok || f.Code == "domain.not-found" {
		return err
	}
	return v.domainView(statusOf(f.Kind), name, func(p *domainPage) {
		n := v.notice(f)
		p.Fault, p.At, p.Typed = &n, at, v.r.PostFormValue("confirm")
		if typed := v.r.PostFormValue("ds"); at == "dnssec" {
			p.DS, n.Field = typed, "ds"
		}
		if at == "delete" && f.Code == "input.confirmation" {
			n.Field = "confirm"
		}
	})
}

func (v *visit) renew() error {
	return v.change("renew", func(name string) (ops.OrderView, error) {
		years, price, _ := strings.Cut(v.r.PostFormValue("term"), ":")
		y, err1 := strconv.Atoi(years)
		p, err2 := strconv.ParseInt(price, 10, 64)
		if err1 != nil || err2 != nil || p <= 0 {
			return ops.OrderView{}, fault.New(fault.Invalid, "order.years", "years", clip(years, 20))
		}
		return v.Ops.Renew(v.ctx, v.scope, ops.Renew{Names: []string{name}, Years: y, MaxTotal: p})
	})
}

func (v *visit) lock() error {
	return v.change("lock", func(name string) (ops.OrderView, error) {
		lock := ops.Lock(v.r.PostFormValue("lock"))
		if lock != ops.LockTransfer && lock != ops.LockUpdate {
			return ops.OrderView{}, fault.New(fault.Invalid, "input.form-malformed")
		}
		return v.Ops.SetLock(v.ctx, v.scope, []string{name}, lock, v.r.PostFormValue("on") == "yes")
	})
}

func (v *visit) dnssec() error {
	return v.change("dnssec", func(name string) (ops.OrderView, error) {
		ds, err := ops.ParseDS(v.r.PostFormValue("ds"))
		if err != nil {
			return ops.OrderView{}, err
		}
		return v.Ops.SetDS(v.ctx, v.scope, name, ds)
	})
}

func (v *visit) codeDraw() error {
	return v.change("code", func(name string) (ops.OrderView, error) { return v.Ops.DrawAuthCode(v.ctx, v.scope, name) })
}

func (v *visit) codeClear() error {
	return v.change("code", func(name string) (ops.OrderView, error) { return v.Ops.ClearAuthCode(v.ctx, v.scope, name) })
}

type codePage struct {
	Shell
	Name  string
	Code  string
	Until time.Time
}

func (v *visit) codeShow() error {
	if err := v.formErr(); err != nil {
		return err
	}
	name := v.r.PostFormValue("name")
	code, until, err := v.Ops.ShowAuthCode(v.ctx, v.scope, name)
	if fault.Is(err, "auth-code.none") {
		return v.change("code", func(string) (ops.OrderView, error) { return ops.OrderView{}, err })
	}
	if err != nil {
		return err
	}
	return v.page(http.StatusOK, "auth-code", codePage{v.shell(v.cat.say("code.title"), "domains"), name, code, until})
}

func (v *visit) deleteName() error {
	return v.change("delete", func(name string) (ops.OrderView, error) {
		want, err := naming.Parse(name)
		if err != nil {
			return ops.OrderView{}, err
		}
		if typed, err := naming.Parse(v.r.PostFormValue("confirm")); err != nil || typed != want {
			return ops.OrderView{}, fault.New(fault.Invalid, "input.confirmation", "name", naming.Display(want))
		}
		return v.Ops.Delete(v.ctx, v.scope, name)
	})
}

func (v *visit) restore() error {
	return v.change("restore", func(name string) (ops.OrderView, error) {
		price, err := strconv.ParseInt(v.r.PostFormValue("price"), 10, 64)
		if err != nil || price <= 0 {
			return ops.OrderView{}, fault.New(fault.Invalid, "input.form-malformed")
		}
		return v.Ops.Restore(v.ctx, v.scope, name, price, "")
	})
}

func (v *visit) answerTransfer() error {
	return v.change("transfer", func(name string) (ops.OrderView, error) {
		answer := v.r.PostFormValue("answer")
		if answer != "approve" && answer != "reject" {
			return ops.OrderView{}, fault.New(fault.Invalid, "input.form-malformed")
		}
		return v.Ops.AnswerTransfer(v.ctx, v.scope, name, answer == "approve")
	})
}
