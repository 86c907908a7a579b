package realname

import (
	"strconv"
	"time"
)

// validity: the document is valid by the date that was typed.
var validity = Check{
	ID: "validity", Codes: []string{"document.expired", "document.near-expiry"}, Source: "the manual", Citation: "articles D4, D20", Run: func(in *Input) (out Result) {
		switch {
		case in.Form.LongTerm:
		case in.Form.ValidUntil.IsZero():
			out.NotPerformed = "no date"
		case in.AsOf.IsZero():
			out.NotPerformed = "no day to judge by"
		default:
			if f := Expiry(in.Form.ValidUntil, in.AsOf, in.Terms.NearExpiryDays); f != nil {
				f.Field = "ValidUntil"
				out.Findings = append(out.Findings, *f)
			}
		}
		return out
	},
}

// Expiry judges a last day of validity: past is refused, near is warned of. Both are days of the calendar in China.
func Expiry(until, asOf time.Time, near int) *Finding {
	last, today := day(until), day(asOf.In(china))
	left := int(last.Sub(today).Hours() / 24)
	switch {
	case left < 0:
		return &Finding{Code: "document.expired", Severity: Refuse, Facts: pairs("valid_until", last.Format(time.DateOnly), "today", today.Format(time.DateOnly))}
	case left < near:
		return &Finding{Code: "document.near-expiry", Severity: Warn, Facts: pairs("valid_until", last.Format(time.DateOnly), "days", strconv.Itoa(left))}
	}
	return nil
}

// china is the clock that documents are dated by; it has had no summer time since 1991.
var china = time.FixedZone("Asia/Shanghai", 8*3600)

func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// superseded: the type of document is still issued.
var superseded = Check{
	ID: "superseded", Codes: []string{"verify.type-superseded"}, Source: "国办发〔2015〕53号", Citation: "unified social credit code", Since: "2018-01-01",
	Run: func(in *Input) (out Result) {
		doc, ok := DocumentOf(in.Form.Type)
		if ok && doc.Since != "" && (in.AsOf.IsZero() || in.AsOf.In(china).Format(time.DateOnly) >= doc.Since) {
			out.Findings = append(out.Findings, Finding{Code: "verify.type-superseded", Severity: Warn, Field: "CertificateType", Facts: pairs("type", doc.Type, "by", doc.By)})
		}
		return out
	},
}
