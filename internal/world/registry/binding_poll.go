package registry

import (
	"cmp"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// poll answers poll req and ack (RFC 5730 section 2.9.2.3).
func (b *binding) poll(a *epp.Poll) (*epp.Response, error) {
	if a.Op == epp.PollAck {
		var left int
		var next *PollMessage
		err := b.do(func(c *core, now time.Time) (err error) {
			left, next, err = c.pollAck(b.clID, a.MsgID)
			return err
		})
		if err != nil {
			return nil, err
		}
		resp := epp.NewResponse(epp.CodeOK)
		resp.MsgQ = &epp.MsgQ{Count: uint64(left), ID: a.MsgID}
		if next != nil {
			resp.MsgQ.ID = next.ID
		}
		return resp, nil
	}
	malformed := b.fault.Kind == FaultMalformedPoll
	var m *PollMessage
	var n int
	var who Registrar
	// Not a view: a message that is answered must survive, so that its number
	// is never given to another.
	err := b.do(func(c *core, now time.Time) error {
		if m, n = c.pollHead(b.clID); m == nil && malformed {
			c.message(b.clID, "garbled", "", "", now)
			m, n = c.pollHead(b.clID)
		}
		if g := c.regs[b.clID]; g != nil {
			who = *g
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if m == nil {
		return epp.NewResponse(epp.CodeNoMessages), nil
	}
	resp := epp.NewResponse(epp.CodeAckToDequeue)
	resp.MsgQ = &epp.MsgQ{Count: uint64(n), ID: m.ID, QDate: m.Queued, Msg: m.Text}
	if malformed {
		// What a client cannot read but must still be able to acknowledge: a
		// known element with broken content, an unknown one, an odd text.
		resp.MsgQ.Msg = "\ufffd"
		pan := epp.NewElement(epp.NSDomain, "panData", "")
		pan.Children = []*epp.Element{epp.NewElement(epp.NSDomain, "paDate", "yesterday")}
		resp.ResData = []epp.Value{&epp.Raw{Element: pan},
			&epp.Raw{Element: epp.NewElement("urn:example:registry:unknown-9.9", "notice", "?")}}
		return resp, nil
	}
	b.content(resp, m, &who)
	return resp, nil
}

// content adds what a message is about, as far as the client has logged in
// for it or the registry tells of unhandled namespaces (RFC 9038); the text
// says it in any case.
func (b *binding) content(resp *epp.Response, m *PollMessage, who *Registrar) {
	told := func(ns string) bool {
		p := &b.f.r.p
		return b.conn.HasService(ns) || p.speaks(epp.NSUnhandled) && (ns == epp.NSContact || p.speaks(ns))
	}
	data := func(v epp.Value) { resp.ResData = append(resp.ResData, v) }
	switch {
	case m.Transfer != nil && m.Contact:
		if told(epp.NSContact) {
			data(contactTransferData(m.Object, m.Transfer))
		}
	case m.Transfer != nil:
		data(transferData(m.Object, m.Transfer))
	case m.TRID != nil:
		data(&epp.DomainPendingData{PendingResult: epp.PendingResult{
			ID: m.Object, Done: !m.Denied, ClTRID: m.TRID.Client, SvTRID: m.TRID.Server, Date: m.Queued}})
	case m.Maintenance != nil:
		if told(epp.NSMaintenance) {
			data(&epp.MaintenanceInfoData{Item: maintenanceItem(m.Maintenance, m.Maintenance.Told)})
		}
	case m.Balance != nil:
		if told(epp.NSLowBalance) {
			data(&epp.LowBalanceData{RegistrarName: cmp.Or(who.Name, who.ID), CreditLimit: money(0), CreditThreshold: money(who.LowBalance),
				ThresholdType: epp.ThresholdFixed, AvailableCredit: money(*m.Balance)})
		}
	case m.Change != nil && told(epp.NSChangePoll):
		d, state := m.After, epp.ChangeAfter
		if d == nil {
			d, state = m.Before, epp.ChangeBefore
		}
		ch := m.Change
		reason := ch.Reason
		if rs := []rune(reason); len(rs) > 32 { // eppcom reasonBaseType
			reason = string(rs[:32])
		}
		data(b.infoData(d, "del", nil))
		change := &epp.ChangePollData{State: state, Operation: ch.Op, Op: ch.SubOp, Date: ch.Date, SvTRID: ch.SvTRID, Who: ch.Who, Reason: reason}
		if x := ch.Case; x != nil {
			change.CaseID = &epp.ChangeCase{Type: x.Type, Name: x.Name, ID: x.ID}
		}
		resp.Extensions = append(resp.Extensions, change)
	}
}

func transferData(name string, t *Transfer) *epp.DomainTransferData {
	return &epp.DomainTransferData{Name: name, TrStatus: epp.TransferStatus(t.Status), ReID: t.ReID, ReDate: t.ReDate,
		AcID: t.AcID, AcDate: t.AcDate, ExDate: t.Expires}
}

// maintenance answers the info command of RFC 9167: one window, or the list
// of those that are not over.
func (b *binding) maintenance(a *epp.MaintenanceInfo) (*epp.Response, error) {
	data := &epp.MaintenanceInfoData{}
	err := b.view(func(c *core, now time.Time) (uint64, error) {
		for _, m := range c.set.Maintenance {
			if a.ID == m.ID && m.Told != "delete" {
				data.Item = maintenanceItem(m, "")
				return c.lsn - 1, nil
			}
			if a.ID == "" && !m.nextDue().IsZero() {
				data.List = append(data.List, epp.MaintenanceListItem{MaintenanceID: epp.MaintenanceID{ID: m.ID, Name: m.Name},
					Start: m.Start, End: m.End, CrDate: m.Created, UpDate: m.Updated})
			}
		}
		if a.ID != "" {
			return c.lsn - 1, refuse(2303, "no such maintenance")
		}
		return c.lsn - 1, nil
	})
	if err != nil {
		return nil, err
	}
	return epp.NewResponse(epp.CodeOK, data), nil
}

func maintenanceItem(m *Maintenance, why string) *epp.MaintenanceItem {
	env := m.Environment
	if env == "" {
		env = "production"
	}
	x := &epp.MaintenanceItem{MaintenanceID: epp.MaintenanceID{ID: m.ID, Name: m.Name}, PollType: why,
		Systems: []epp.MaintenanceSystem{{Name: "EPP", Impact: m.Impact}}, Environment: env,
		Start: m.Start, End: m.End, Reason: m.Reason, Detail: m.Detail, TLDs: m.TLDs, CrDate: m.Created, UpDate: m.Updated}
	if m.Description != "" {
		x.Descriptions = []epp.MaintenanceText{{Text: m.Description}}
	}
	return x
}
