package console

import (
	"net/http"
	"sort"
	"strconv"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

const linesPerPage = 50

type walletPage struct {
	Shell
	Wallet ops.Wallet
	Lines  []ops.LedgerLine
	Older  string
	Newest bool
	Amount string
	Key    string
	Min    int64
	Max    int64
	Fault  *notice
}

func (v *visit) wallet() error { return v.walletView(http.StatusOK, "", nil) }

func (v *visit) walletView(status int, amount string, n *notice) error {
	p := walletPage{Amount: amount, Key: token(12), Fault: n, Newest: v.before() == 0}
	var err error
	if p.Wallet, err = v.Ops.Wallet(v.ctx, v.scope); err != nil {
		return err
	}
	if p.Lines, err = v.Ops.Statement(v.ctx, v.scope, v.before(), linesPerPage); err != nil {
		return err
	}
	if len(p.Lines) == linesPerPage {
		p.Older = "/wallet?before=" + strconv.FormatInt(p.Lines[len(p.Lines)-1].ID, 10)
	}
	house := v.Ops.Policy().House
	p.Min, p.Max = house.MinTopUp, house.MaxTopUp
	p.Shell = v.shell(v.cat.say("wallet.title"), "wallet")
	return v.page(status, "wallet", p)
}

func (v *visit) topUp() error {
	if err := v.formErr(); err != nil {
		return err
	}
	typed := v.r.PostFormValue("amount")
	amount, ok := minor(typed)
	var err error
	if !ok {
		house := v.Ops.Policy().House
		err = fault.New(fault.Invalid, "input.amount", "min", strconv.FormatInt(house.MinTopUp, 10),
			"max", strconv.FormatInt(house.MaxTopUp, 10), "currency", house.Currency)
	} else {
		ref := ""
		if key := v.r.PostFormValue("key"); key != "" && len(key) <= 64 {
			ref = "sim-" + key // the same form sent twice is one payment
		}
		err = v.Ops.TopUp(v.ctx, v.scope, amount, ref)
	}
	if err != nil {
		f, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(f)
		n.Field = "amount"
		return v.walletView(statusOf(f.Kind), typed, &n)
	}
	v.redirect(safeNext(v.r.PostFormValue("next"), "/wallet"))
	return nil
}

type keysPage struct {
	Shell
	Keys   []domain.APIKey
	New    *domain.APIKey
	Secret string // of New; shown this once
	Fault  *notice
}

func (v *visit) keys() error { return v.keysView(http.StatusOK, keysPage{}) }

func (v *visit) keysView(status int, p keysPage) error {
	var err error
	if p.Keys, err = v.Ops.APIKeys(v.ctx, v.scope); err != nil {
		return err
	}
	sort.SliceStable(p.Keys, func(i, j int) bool { return p.Keys[i].RevokedAt.IsZero() && !p.Keys[j].RevokedAt.IsZero() })
	p.Shell = v.shell(v.cat.say("keys.title"), "keys")
	return v.page(status, "keys", p)
}

func (v *visit) keyCreate() error {
	if err := v.formErr(); err != nil {
		return err
	}
	key, secret, err := v.Ops.CreateAPIKey(v.ctx, v.scope, v.r.PostFormValue("label"))
	if err != nil {
		f, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(f)
		return v.keysView(statusOf(f.Kind), keysPage{Fault: &n})
	}
	return v.keysView(http.StatusOK, keysPage{New: &key, Secret: secret})
}

func (v *visit) keyRevoke() error {
	if err := v.formErr(); err != nil {
		return err
	}
	if err := v.Ops.RevokeAPIKey(v.ctx, v.scope, v.r.PostFormValue("secret_id")); err != nil {
		return err
	}
	v.redirect("/keys")
	return nil
}

type accountPageData struct {
	Shell
	Languages []string
}

func (v *visit) accountPage() error {
	return v.page(http.StatusOK, "account", accountPageData{v.shell(v.cat.say("account.title"), "account"), languages})
}

// accountSave keeps the choice in this browser; notices follow the account's own language.
func (v *visit) accountSave() error {
	if err := v.formErr(); err != nil {
		return err
	}
	if l := v.r.PostFormValue("locale"); known(l) {
		http.SetCookie(v.w, preference(langCookie, l, v.r.TLS != nil))
	}
	v.redirect("/account")
	return nil
}
