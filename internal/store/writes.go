package store

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// write does one change of state; ops.Write says what each means and how it fails.
func (t *commit) write(w ops.Write) error {
	switch w := w.(type) {
	case ops.InsertAccount:
		return t.insertAccount(w.Account)
	case ops.InsertAPIKey:
		k := w.Key
		return wrap(t.q.InsertAPIKey(t.ctx, db.InsertAPIKeyParams{SecretID: k.SecretID, SealedSecret: k.SealedSecret,
			AccountID: int64(k.Account), Label: k.Label, Role: string(k.Role), CreatedAt: moment(k.CreatedAt), RevokedAt: maybe(k.RevokedAt)}))
	case ops.RevokeAPIKey:
		n, err := t.q.RevokeAPIKey(t.ctx, db.RevokeAPIKeyParams{AccountID: int64(w.Account), SecretID: w.SecretID, RevokedAt: maybe(w.At)})
		return one(n, err, fault.New(fault.Missing, "api-key.not-found"))
	case ops.InsertTemplate:
		return t.insertTemplate(w.Template)
	case ops.SetTemplateStatus:
		n, err := t.q.SetTemplateStatus(t.ctx, db.SetTemplateStatusParams{ID: int64(w.ID), FromStatus: string(w.From), ToStatus: string(w.To),
			Reason: w.Reason, NextActionAt: maybe(w.NextActionAt), UpdatedAt: moment(w.At)})
		return one(n, err, moved("template"))
	case ops.InsertOrder:
		return t.insertOrder(w)
	case ops.SetOrderDone:
		n, err := t.q.SetOrderDone(t.ctx, db.SetOrderDoneParams{ID: int64(w.ID), DoneAt: stamp(w.At)})
		return one(n, err, moved("order"))
	case ops.SetItem:
		return t.setItem(w)
	case ops.SetIntent:
		return t.setIntent(w)
	case ops.InsertTenure:
		return t.insertTenure(w.Tenure)
	case ops.SetTenure:
		return t.setTenure(w.Tenure)
	case ops.FlagProof:
		return t.flagProof(w)
	case ops.TakePayment:
		return t.takePayment(w)
	case ops.PollDone:
		n, err := t.q.PollDone(t.ctx, db.PollDoneParams{ID: w.ID, DoneAt: stamp(w.At)})
		return one(n, err, moved("poll-message"))
	case ops.HurryIntent:
		return wrap(t.q.HurryIntent(t.ctx, db.HurryIntentParams{RegistryAccount: w.RegistryAccount, ClTrid: w.ClTRID, Wall: moment(w.Wall)}))
	case ops.PutCart:
		l := w.Line
		return wrap(t.q.PutCart(t.ctx, db.PutCartParams{AccountID: int64(l.Account), Name: string(l.Name), Years: int64(l.Years),
			Fee: l.Fee, RenewFee: l.Renewal, AddedAt: moment(l.AddedAt)}))
	case ops.DropCart:
		return t.dropCart(w)
	case ops.OpenCase:
		c := w.Case
		return wrap(t.q.OpenCase(t.ctx, db.OpenCaseParams{AccountID: int64(c.Account), Subject: c.Subject, Code: c.Code,
			Facts: factsText(c.Facts), OpenedAt: moment(c.OpenedAt)}))
	case ops.ClearCase:
		if w.Code == "" {
			return wrap(t.q.ClearCases(t.ctx, db.ClearCasesParams{Account: int64(w.Account), Subject: w.Subject, ClearedAt: stamp(w.At)}))
		}
		return wrap(t.q.ClearCase(t.ctx, db.ClearCaseParams{Account: int64(w.Account), Subject: w.Subject, Code: w.Code, ClearedAt: stamp(w.At)}))
	case ops.SetSeen, ops.ForgetSeen, ops.EndTenure, ops.SettlePoll:
		return t.observe(w)
	}
	if known, err := t.writeVerification(w); known {
		return err
	}
	if known, err := t.writeNaming(w); known {
		return err
	}
	if known, err := t.writeRegistry(w); known {
		return err
	}
	if known, err := t.writeReputation(w); known {
		return err
	}
	if known, err := t.writePeople(w); known {
		return err
	}
	if known, err := t.writePrices(w); known {
		return err
	}
	return fmt.Errorf("store: a write of type %T is not known", w)
}

// one turns "no row was written" into a refusal.
func one(n int64, err, refusal error) error {
	switch {
	case err != nil:
		return wrap(err)
	case n == 0:
		return refusal
	}
	return nil
}

func (t *commit) insertAccount(a domain.Account) error {
	n, err := t.q.InsertAccount(t.ctx, db.InsertAccountParams{ID: int64(a.ID), Email: strings.ToLower(a.Email), Name: a.Name,
		Role: string(a.Role), Locale: a.Locale, PasswordHash: a.PasswordHash, ViewVersion: a.ViewVersion, CreatedAt: moment(a.CreatedAt)})
	return one(n, err, fault.New(fault.Conflict, "account.email-taken"))
}

func (t *commit) insertTemplate(m domain.Template) error {
	contact, err := jsonText(m.Contact)
	if err != nil {
		return err
	}
	if m.IsDefault {
		if err := t.q.DropDefaultTemplate(t.ctx, int64(m.Account)); err != nil {
			return wrap(err)
		}
	}
	return wrap(t.q.InsertTemplate(t.ctx, db.InsertTemplateParams{ID: int64(m.ID), AccountID: int64(m.Account), Status: string(m.Status),
		Reason: m.Reason, Kind: string(m.Contact.Kind), Owner: ownerText(m),
		Contact: contact, CertificateType: m.CertificateType, SealedNumber: m.SealedNumber, MaskedNumber: m.MaskedNumber,
		IsDefault: m.IsDefault, CreatedAt: moment(m.CreatedAt), UpdatedAt: moment(m.UpdatedAt), NextActionAt: maybe(m.NextActionAt),
		OldForm: m.OldForm, DocumentID: int64(m.Document), ValidFrom: maybe(m.ValidFrom), ValidUntil: maybe(m.ValidUntil), LongTerm: m.LongTerm,
		ContactType: m.ContactType, SealedContact: m.SealedContact, MaskedContact: m.MaskedContact,
		ContactDocumentID: int64(m.ContactDocument), VerificationID: int64(m.Verification)}))
}

// ownerText is what a list of templates is searched by.
func ownerText(m domain.Template) string {
	return strings.ToLower(m.Contact.OrganizationCN + "\n" + m.Contact.Organization)
}

func (t *commit) insertOrder(w ops.InsertOrder) error {
	o, c := w.Order, counts{}
	for _, it := range w.Items {
		c.status(it.Status, 1)
		c.hold(it.Hold, it.Price)
	}
	n, err := t.q.InsertOrder(t.ctx, db.InsertOrderParams{ID: int64(o.ID), Number: o.Number, AccountID: int64(o.Account),
		Action: string(o.Action), Count: int64(o.Count), Total: o.Total, Currency: o.Currency, PolicyVersion: o.PolicyVersion,
		Agreement: o.Agreement, Via: o.Via, Key: o.Key, CreatedAt: moment(o.CreatedAt),
		Doing: c.doing, Success: c.success, Failed: c.failed, Captured: c.captured, Released: c.released, Asked: o.Asked, Language: o.Language})
	if err := one(n, err, fault.New(fault.Conflict, "order.key-used")); err != nil {
		return err
	}
	line := int64(0)
	err = bulk(t.ctx, t.s.engine, t.tx, `insert into item (id, order_id, line, account_id, name, status, code, facts, price, currency,
		hold, created_at, updated_at)`, w.Items,
		func(it domain.Item) []any {
			line++
			return []any{int64(it.ID), int64(it.Order), line - 1, int64(it.Account), string(it.Name), string(it.Status), it.Code,
				factsText(it.Facts), it.Price, it.Currency, string(it.Hold), moment(it.CreatedAt), moment(it.UpdatedAt)}
		})
	if err != nil {
		return err
	}
	return t.insertIntents(w.Intents)
}

func (t *commit) insertIntents(intents []domain.Intent) error {
	payloads := make([]string, len(intents))
	var queues []string
	for i, n := range intents {
		var err error
		if payloads[i], err = jsonText(n.Payload); err != nil {
			return err
		}
		if !slices.Contains(queues, n.RegistryAccount) {
			queues = append(queues, n.RegistryAccount)
		}
	}
	slices.Sort(queues)
	for _, a := range queues {
		if err := t.q.AddIntentQueue(t.ctx, a); err != nil {
			return wrap(err)
		}
	}
	i := 0
	return bulk(t.ctx, t.s.engine, t.tx, `insert into intent (id, item_id, account_id, registry_account, name, kind, state, cl_trid, payload,
		template_id, attempts, absences, sent_at, next_try_at, deadline_at, lease_owner, outcome, outcome_code, outcome_facts, created_at)`, intents,
		func(n domain.Intent) []any {
			text := payloads[i]
			i++
			return []any{int64(n.ID), int64(n.Item), int64(n.Account), n.RegistryAccount, string(n.Name), string(n.Kind), string(n.State),
				n.ClTRID, text, int64(n.Template), int64(n.Attempts), int64(n.Absences), maybe(n.SentAt), moment(n.NextTryAt),
				maybe(n.DeadlineAt), "", "", "", "{}", moment(n.CreatedAt)}
		})
}

// setItem takes an empty To or HoldTo for "as it was".
func (t *commit) setItem(w ops.SetItem) error {
	if w.To == "" {
		w.To = w.From
	}
	if w.HoldTo == "" {
		w.HoldTo = w.HoldFrom
	}
	row, err := t.q.SetItem(t.ctx, db.SetItemParams{ID: int64(w.ID), FromStatus: string(w.From), ToStatus: string(w.To),
		FromHold: string(w.HoldFrom), ToHold: string(w.HoldTo), Code: w.Code, Facts: factsText(w.Facts), UpdatedAt: moment(w.At)})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return moved("item")
	case err != nil:
		return wrap(err)
	}
	c := t.counts[row.OrderID]
	if c == nil {
		c = &counts{}
		t.counts[row.OrderID] = c
	}
	c.status(w.From, -1)
	c.status(w.To, 1)
	c.hold(w.HoldFrom, -row.Price)
	c.hold(w.HoldTo, row.Price)
	return nil
}

func (t *commit) insertTenure(n domain.Tenure) error {
	rows, err := t.q.InsertTenure(t.ctx, db.InsertTenureParams{ID: int64(n.ID), AccountID: int64(n.Account), Name: string(n.Name),
		RegistryAccount: n.RegistryAccount, TemplateID: int64(n.Template), OrderID: int64(n.Order), Roid: n.ROID,
		Statuses: statusText(n.Statuses), NameServers: strings.Join(n.NameServers, " "), Years: int64(n.Years), AutoRenew: int64(n.AutoRenew),
		RegisteredAt: maybe(n.RegisteredAt), ExpiresAt: maybe(n.ExpiresAt), NextActionAt: maybe(n.NextActionAt),
		EndedAt: maybe(n.EndedAt), UpdatedAt: maybe(n.UpdatedAt), Ds: dsText(n.DS), SealedAuth: n.SealedAuth,
		AuthUntil: maybe(n.AuthUntil), DeletedAt: maybe(n.DeletedAt),
		VerifyBy: maybe(n.VerifyBy), CodesOf: int64(n.CodesOf), ContactBy: maybe(n.ContactBy), LockUntil: maybe(n.LockUntil)})
	return one(rows, err, moved("tenure"))
}

func (t *commit) setTenure(n domain.Tenure) error {
	rows, err := t.q.SetTenure(t.ctx, db.SetTenureParams{ID: int64(n.ID), Version: n.Version, AccountID: int64(n.Account),
		TemplateID: int64(n.Template), Roid: n.ROID, Statuses: statusText(n.Statuses), NameServers: strings.Join(n.NameServers, " "),
		Years: int64(n.Years), AutoRenew: int64(n.AutoRenew), RegisteredAt: maybe(n.RegisteredAt), ExpiresAt: maybe(n.ExpiresAt),
		NextActionAt: maybe(n.NextActionAt), EndedAt: maybe(n.EndedAt), UpdatedAt: maybe(n.UpdatedAt), Ds: dsText(n.DS),
		SealedAuth: n.SealedAuth, AuthUntil: maybe(n.AuthUntil), DeletedAt: maybe(n.DeletedAt),
		VerifyBy: maybe(n.VerifyBy), CodesOf: int64(n.CodesOf), ContactBy: maybe(n.ContactBy), LockUntil: maybe(n.LockUntil)})
	return one(rows, err, moved("tenure"))
}

func (t *commit) takePayment(w ops.TakePayment) error {
	n, err := t.q.TakePayment(t.ctx, db.TakePaymentParams{AccountID: int64(w.Account), Ref: w.Ref, Amount: w.Amount, Currency: w.Currency, At: maybe(w.At)})
	if err != nil || n > 0 {
		return wrap(err)
	}
	before, err := t.q.PaymentAmount(t.ctx, db.PaymentAmountParams{AccountID: int64(w.Account), Ref: w.Ref})
	if err != nil {
		return wrap(err)
	}
	return fault.New(fault.Conflict, "payment.taken", "ref", w.Ref, "amount", strconv.FormatInt(before, 10), "currency", w.Currency)
}

func (t *commit) dropCart(w ops.DropCart) error {
	for names := range slices.Chunk(w.Names, listChunk) {
		q := text("delete from cart_line where account_id = ", int64(w.Account))
		q.add(" and name in ").list(anys(names))
		if _, err := t.tx.ExecContext(t.ctx, q.String(), q.args...); err != nil {
			return wrap(err)
		}
	}
	return nil
}
