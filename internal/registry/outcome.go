package registry

import (
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Codes of the faults that registries cause. Facts that all of them carry: registry (account), epp (result code) and
// reason (the registry's words) where it answered.
const (
	// CodeUnreachable: no usable session, or no usable answer (fact reason where we know more).
	CodeUnreachable fault.Code = "registry.unreachable"
	// CodeDepositEmpty: our deposit there doesn't cover the act (EPP 2104); nobody's order fails for it.
	CodeDepositEmpty fault.Code = "registry.deposit-empty"
	// CodeTaken: the name is another's (facts registrar, created, registered, and proof "none" where it is under
	// our own identifier but not this order's).
	CodeTaken fault.Code = "registration.taken"
	// CodeReserved: the registry keeps the name back.
	CodeReserved fault.Code = "registration.reserved"
	// CodeFeeChanged: the registry's fee is not the one agreed to (facts agreed, fee in minor units, fee_currency).
	CodeFeeChanged fault.Code = "registration.fee-changed"
	// CodePremium: the name has a fee of its own and none was agreed to (facts fee in minor units, fee_currency).
	CodePremium fault.Code = "registration.premium"
	// CodeRefused: any other refusal of a create (fact step: contact, host, domain).
	CodeRefused fault.Code = "registration.refused"
	// CodeRestricted: the registry bars the registrant (facts role, reason).
	CodeRestricted fault.Code = "registrant.registry-restricted"
	// CodeProhibited: a status forbids the change (fact statuses).
	CodeProhibited fault.Code = "domain.update-prohibited"
	// CodeUpdateRefused: any other refusal of a change.
	CodeUpdateRefused fault.Code = "domain.update-refused"
	// CodeNotOurs: the name to be changed is not at the registry under our identifier (facts name, and registrar where
	// it is another's).
	CodeNotOurs fault.Code = "domain.not-found"
)

// row says what a result of a transform means for its intent. Rows are tried in order.
type row struct {
	code  epp.Code
	about about // what the registry objects to; anyAbout: whatever it is
	kind  domain.OutcomeKind
	fault fault.Code
}

// about narrows a row to what the result is about.
type about int

const (
	anyAbout  about = iota
	aboutFee        // the fee extension
	aboutName       // the name itself, or nothing in particular
)

// everywhere are the rows that creates and updates share. What is answered by them did not happen.
var everywhere = []row{
	{epp.CodeOK, anyAbout, domain.OutcomeAccepted, ""},
	{epp.CodeOKPending, anyAbout, domain.OutcomePending, ""},
	{epp.CodeBillingFailure, anyAbout, domain.OutcomeNotSent, CodeDepositEmpty},
	{epp.CodeCommandFailed, anyAbout, domain.OutcomeNotSent, CodeUnreachable},
	// 2002 is a session that lost its login: nothing was done, and another session will be.
	{epp.CodeUseError, anyAbout, domain.OutcomeNotSent, CodeUnreachable},
	{epp.CodeAuthentication, anyAbout, domain.OutcomeNotSent, CodeUnreachable},
	// 2500 ends the session in the middle of the act: it may have been done (unlike 2501 and 2502, which are about
	// the session).
	{epp.CodeCommandFailedClosing, anyAbout, domain.OutcomeUnknown, CodeUnreachable},
	{epp.CodeAuthenticationClosing, anyAbout, domain.OutcomeNotSent, CodeUnreachable},
	{epp.CodeSessionLimitClosing, anyAbout, domain.OutcomeNotSent, CodeUnreachable},
}

var createRows = append([]row{
	{epp.CodeMissingParameter, aboutFee, domain.OutcomeRefused, CodeFeeChanged},
	{epp.CodeValueRange, aboutFee, domain.OutcomeRefused, CodeFeeChanged},
	{epp.CodeParameterPolicy, aboutName, domain.OutcomeRefused, CodeReserved},
	{epp.CodeObjectExists, anyAbout, domain.OutcomeRefused, CodeTaken}, // after a look at whose it is
}, everywhere...)

var updateRows = append([]row{
	{epp.CodeStatusProhibits, anyAbout, domain.OutcomeRefused, CodeProhibited},
	{epp.CodeAuthorization, anyAbout, domain.OutcomeRefused, CodeNotOurs},
	{epp.CodeObjectDoesNotExist, anyAbout, domain.OutcomeRefused, CodeUpdateRefused},
}, everywhere...)

// meaning finds the row of an answer; other 2xxx codes refuse, and success codes that no transform has mean nothing.
func meaning(rows []row, resp *epp.Response, paid bool, other fault.Code) row {
	code := resp.Code()
	for _, r := range rows {
		if r.code == code && (r.about == anyAbout || r.about == subject(resp, paid)) {
			return r
		}
	}
	if code < 2000 {
		return row{code, anyAbout, domain.OutcomeUnknown, CodeUnreachable}
	}
	return row{code, anyAbout, domain.OutcomeRefused, other}
}

// subject finds out what a refusal is about by the elements that the registry quotes and by its words. paid says that
// the command named a fee: then a value out of range of which nothing more is said is the fee's.
func subject(resp *epp.Response, paid bool) about {
	var text strings.Builder
	name, other := false, false
	for _, r := range resp.Results {
		text.WriteString(strings.ToLower(r.Msg) + " ")
		for _, v := range r.Values {
			text.WriteString(strings.ToLower(v.Reason) + " ")
			for _, el := range quotedElements(v.Value) {
				switch {
				case strings.Contains(el.Space, ":fee-"):
					return aboutFee
				case el.Space == epp.NSDomain && el.Local == "name":
					name = true
				case el.Space != epp.NSEPP:
					other = true
				}
			}
		}
	}
	// A missing or low fee is often reported with the name that it is for. Other codes speak of premium names too.
	if code := resp.Code(); code == epp.CodeMissingParameter || code == epp.CodeValueRange {
		for _, word := range strings.FieldsFunc(text.String(), func(r rune) bool { return r < 'a' || r > 'z' }) {
			switch word {
			case "fee", "fees", "price", "currency", "premium":
				return aboutFee
			}
		}
		if code == epp.CodeValueRange && paid && !name && !other {
			return aboutFee
		}
	}
	if other && !name {
		return anyAbout
	}
	return aboutName
}

// quotedElements are the <value> element's children; some registries put the element itself there.
func quotedElements(value *epp.Element) []*epp.Element {
	if value == nil {
		return nil
	}
	out := []*epp.Element{value}
	for _, n := range value.Children {
		if n != nil {
			out = append(out, n)
		}
	}
	return out
}

// answered makes the outcome of an answer by its row.
func (a *account) answered(r row, resp *epp.Response) domain.Outcome {
	out := domain.Outcome{Kind: r.kind, Code: string(r.fault), Facts: map[string]string{
		"registry": a.ID, "epp": strconv.Itoa(int(resp.Code())), "reason": words(resp)}}
	if r.fault == CodeReserved {
		out.Facts["reason"] = reason(resp)
	}
	return out
}

// reason is the first reason that the registry gives, or its message.
func reason(resp *epp.Response) string {
	for _, r := range resp.Results {
		for _, v := range r.Values {
			if v.Reason != "" {
				return v.Reason
			}
		}
	}
	return words(resp)
}

func notSent(err error) domain.Outcome { return outcomeOf(domain.OutcomeNotSent, err) }
func unknown(err error) domain.Outcome { return outcomeOf(domain.OutcomeUnknown, err) }

func outcomeOf(kind domain.OutcomeKind, err error) domain.Outcome {
	f := fault.Of(err)
	facts := make(map[string]string, len(f.Facts))
	for k, v := range f.Facts {
		facts[k] = v
	}
	return domain.Outcome{Kind: kind, Code: string(f.Code), Facts: facts}
}

// object reads an info's answer.
func object(name domain.Name, resp *epp.Response) (domain.Object, bool) {
	data, ok := epp.Find[*epp.DomainInfoData](resp.ResData)
	if !ok || resp.Code() != epp.CodeOK || !strings.EqualFold(data.Name, string(name)) {
		return domain.Object{}, false
	}
	obj := domain.Object{Name: name, ROID: data.ROID, Sponsor: data.ClID, NameServers: serverSet(data.NS.Names()),
		Registrant: data.Registrant, CreatedAt: data.CrDate.UTC(), ExpiresAt: utc(data.ExDate), UpdatedAt: utc(data.UpDate)}
	for _, s := range data.Statuses {
		obj.Statuses = append(obj.Statuses, domain.Status(s.Value))
	}
	if rgp, ok := epp.Find[*epp.RGPInfoData](resp.Extensions); ok {
		for _, s := range rgp.Statuses {
			if !obj.Statuses.Has(domain.Status(s.Value)) {
				obj.Statuses = append(obj.Statuses, domain.Status(s.Value))
			}
		}
	}
	if sec, ok := epp.Find[*epp.SecDNSInfoData](resp.Extensions); ok {
		for _, d := range sec.DS {
			obj.DS = append(obj.DS, domain.DS{KeyTag: d.KeyTag, Algorithm: d.Alg, DigestType: d.DigestType, Digest: strings.ToUpper(d.Digest)})
		}
	}
	fill(&obj, data, resp)
	return obj, true
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
