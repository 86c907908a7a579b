package registry

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
)

// What the fake does with names that exist.

func removes(c *epp.DomainUpdate, status string) bool {
	return c.Rem != nil && slices.Contains(values(c.Rem.Statuses), status)
}

func values(list []epp.Status) []string {
	var out []string
	for _, s := range list {
		out = append(out, s.Value)
	}
	return out
}

// extended adds an info's extensions.
func (d *dom) extended(r *epp.Response) *epp.Response {
	if len(d.rgp) > 0 {
		r.Extensions = append(r.Extensions, &epp.RGPInfoData{Statuses: epp.Statuses(d.rgp...)})
	}
	if len(d.ds) > 0 {
		r.Extensions = append(r.Extensions, &epp.SecDNSInfoData{SecDNSData: epp.SecDNSData{DS: d.ds}})
	}
	if len(d.codes) > 0 {
		r.Extensions = append(r.Extensions, &epp.VerificationCodeInfoData{Status: epp.VerificationCompliant,
			Profiles: []epp.VerificationProfile{{Name: "china", Status: epp.VerificationCompliant, Set: d.codes}}})
	}
	return r
}

// coding takes the codes of a command as the fake knows them: "type=value".
func coding(extensions []epp.Value, at time.Time) (out []epp.SetVerificationCode) {
	e, ok := epp.Find[*epp.EncodedSignedCode](extensions)
	if !ok {
		return nil
	}
	docs, err := e.Documents()
	if err != nil {
		panic(err)
	}
	for _, d := range docs {
		kind, value, _ := strings.Cut(string(d), "=")
		out = append(out, epp.SetVerificationCode{Type: kind, Value: value, Date: at})
	}
	return out
}

func signed(kind, value string) domain.SignedCode {
	return domain.SignedCode{Type: kind, Value: value, Encoded: base64.StdEncoding.EncodeToString([]byte(kind + "=" + value))}
}

func (f *fake) update(d *dom, c *epp.DomainUpdate, extensions []epp.Value) *epp.Response {
	if restore, ok := epp.Find[*epp.RGPRestore](extensions); ok {
		switch {
		case restore.Report == nil && slices.Equal(d.rgp, []string{"redemptionPeriod"}):
			d.rgp = []string{"pendingRestore"}
		case restore.Report != nil && slices.Equal(d.rgp, []string{"pendingRestore"}):
			d.rgp, d.statuses = nil, []string{"ok"}
		default:
			return epp.NewResponse(2304)
		}
		d.updated = f.wall
		return epp.NewResponse(1000)
	}
	if c.Add != nil {
		for _, n := range c.Add.NS.Objects {
			if !f.hosts[n] {
				return epp.NewResponse(2303)
			}
		}
	}
	if c.Rem != nil {
		d.ns = difference(c.Rem.NS.Names(), d.ns)
		d.statuses = difference(values(c.Rem.Statuses), d.statuses)
		d.contacts = slices.DeleteFunc(slices.Clone(d.contacts), func(x epp.DomainContact) bool { return slices.Contains(c.Rem.Contacts, x) })
	}
	if c.Add != nil {
		d.ns = append(d.ns, c.Add.NS.Names()...)
		d.contacts = append(d.contacts, c.Add.Contacts...)
		if add := values(c.Add.Statuses); len(add) > 0 {
			d.statuses = append(difference([]string{"ok"}, d.statuses), add...)
		}
	}
	if len(d.statuses) == 0 {
		d.statuses = []string{"ok"}
	}
	if c.Chg != nil {
		if c.Chg.Registrant != nil {
			d.registrant = *c.Chg.Registrant
		}
		if c.Chg.AuthInfo != nil {
			d.auth = c.Chg.AuthInfo.Pw
		}
	}
	if sec, ok := epp.Find[*epp.SecDNSUpdate](extensions); ok {
		if sec.RemAll {
			d.ds = nil
		}
		d.ds = append(slices.DeleteFunc(slices.Clone(d.ds), func(x epp.DSData) bool { return slices.Contains(sec.Rem.DS, x) }), sec.Add.DS...)
	}
	if codes := coding(extensions, f.wall); len(codes) > 0 {
		d.codes = codes
	}
	return epp.NewResponse(1000)
}

func (f *fake) transform(cmd *epp.Command) *epp.Response {
	switch c := cmd.Action.(type) {
	case *epp.DomainRenew:
		d := f.domains[c.Name]
		switch {
		case d == nil:
			return epp.NewResponse(2303)
		case d.clID != "ours":
			return epp.NewResponse(2201)
		case slices.Contains(d.statuses, "clientRenewProhibited"):
			return epp.NewResponse(2304)
		case c.CurExpDate.Format(time.DateOnly) != d.expires.UTC().Format(time.DateOnly):
			return epp.Fail(2004, "wrong", epp.NewResultValue(epp.NSDomain, "curExpDate", c.CurExpDate.Format(time.DateOnly), "not so"))
		}
		d.expires, d.updated = d.expires.AddDate(c.Period.N, 0, 0), f.wall
		return epp.NewResponse(1000, &epp.DomainRenewData{Name: c.Name, ExDate: d.expires})
	case *epp.DomainDelete:
		d := f.domains[c.Name]
		switch {
		case d == nil:
			return epp.NewResponse(2303)
		case slices.Contains(d.statuses, "pendingDelete"), slices.Contains(d.statuses, "clientDeleteProhibited"):
			return epp.NewResponse(2304)
		case slices.Contains(d.rgp, "addPeriod"):
			delete(f.domains, c.Name)
			return epp.NewResponse(1000)
		}
		d.statuses, d.rgp = []string{"pendingDelete"}, []string{"redemptionPeriod"}
		return epp.NewResponse(1000)
	case *epp.DomainTransfer:
		return f.transferred(c)
	}
	return epp.NewResponse(2101)
}

func (f *fake) transferred(c *epp.DomainTransfer) *epp.Response {
	d := f.domains[c.Name]
	if d == nil {
		return epp.NewResponse(2303)
	}
	pending := d.transfer != nil && d.transfer.TrStatus == epp.TransferPending
	switch {
	case c.Op == epp.TransferQuery && d.transfer == nil, c.Op != epp.TransferQuery && c.Op != epp.TransferRequest && !pending:
		return epp.NewResponse(2301)
	case c.Op == epp.TransferRequest && pending:
		return epp.NewResponse(2300)
	case c.Op == epp.TransferRequest && c.AuthInfo.Pw != d.auth:
		return epp.NewResponse(2202)
	}
	code := epp.CodeOK
	switch c.Op {
	case epp.TransferRequest:
		d.transfer = &epp.DomainTransferData{Name: c.Name, TrStatus: epp.TransferPending, ReID: "ours", ReDate: f.wall, AcID: d.clID, AcDate: f.wall.AddDate(0, 0, 5)}
		d.statuses, code = []string{"pendingTransfer"}, epp.CodeOKPending
	case epp.TransferApprove:
		d.transfer.TrStatus, d.clID, d.statuses = epp.TransferClientApproved, d.transfer.ReID, []string{"ok"}
	case epp.TransferReject:
		d.transfer.TrStatus, d.statuses = epp.TransferClientRejected, []string{"ok"}
	case epp.TransferCancel:
		d.transfer.TrStatus, d.statuses = epp.TransferClientCancelled, []string{"ok"}
	}
	data := *d.transfer
	return epp.NewResponse(code, &data)
}
