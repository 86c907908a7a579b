package epp

import "time"

// NSRGP is the namespace of the registry grace period extension (RFC 3915).
const NSRGP = "urn:ietf:params:xml:ns:rgp-1.0"

// RGP is the registry grace period extension (RFC 3915).
var RGP = Extension{Namespace: NSRGP, Decode: decodeRGP}

// RGP status values (RFC 3915 section 3.1).
const (
	RGPAddPeriod        = "addPeriod"
	RGPAutoRenewPeriod  = "autoRenewPeriod"
	RGPRenewPeriod      = "renewPeriod"
	RGPTransferPeriod   = "transferPeriod"
	RGPPendingDelete    = "pendingDelete"
	RGPPendingRestore   = "pendingRestore"
	RGPRedemptionPeriod = "redemptionPeriod"
)

// RGPInfoData stands in the answer to a domain info.
type RGPInfoData struct{ Statuses []Status }

// RGPUpdateData stands in the answer to a restore.
type RGPUpdateData struct{ Statuses []Status }

// RGPRestore stands in a domain update: a restore request (Report nil) or a
// restore report.
type RGPRestore struct{ Report *RGPReport }

// RGPReport is a restore report (RFC 3915 section 4.2.5). Texts only: markup
// in a received report is reduced to its text.
type RGPReport struct {
	PreData, PostData string
	DelTime, ResTime  time.Time
	ResReason         string
	Statements        []string // one or two
	Other             string
}

// Namespace implements [Value].
func (*RGPInfoData) Namespace() string { return NSRGP }

// Namespace implements [Value].
func (*RGPUpdateData) Namespace() string { return NSRGP }

// Namespace implements [Value].
func (*RGPRestore) Namespace() string { return NSRGP }

// Encode implements [Value].
func (d *RGPInfoData) Encode(w *Writer) {
	w.Root("rgp:infData", NSRGP)
	w.statuses("rgp:rgpStatus", d.Statuses)
	w.Close("rgp:infData")
}

// Encode implements [Value].
func (d *RGPUpdateData) Encode(w *Writer) {
	w.Root("rgp:upData", NSRGP)
	w.statuses("rgp:rgpStatus", d.Statuses)
	w.Close("rgp:upData")
}

// Encode implements [Value].
func (r *RGPRestore) Encode(w *Writer) {
	w.Root("rgp:update", NSRGP)
	if p := r.Report; p == nil {
		w.Leaf("rgp:restore", "", "op", "request")
	} else {
		w.Open("rgp:restore", "op", "report")
		w.Open("rgp:report")
		w.Leaf("rgp:preData", p.PreData)
		w.Leaf("rgp:postData", p.PostData)
		w.Time("rgp:delTime", p.DelTime)
		w.Time("rgp:resTime", p.ResTime)
		w.Leaf("rgp:resReason", p.ResReason)
		w.leaves("rgp:statement", p.Statements)
		w.Opt("rgp:other", p.Other)
		w.Close("rgp:report")
		w.Close("rgp:restore")
	}
	w.Close("rgp:update")
}

func decodeRGP(el *Element) (Value, error) {
	d := &decoder{}
	switch el.Local {
	case "infData", "upData":
		var list []Status
		d.children(el, func(c *Element) {
			if c.Local == "rgpStatus" {
				list = append(list, d.status(c))
			}
		})
		if el.Local == "infData" {
			return &RGPInfoData{list}, d.result()
		}
		return &RGPUpdateData{list}, d.result()
	case "update":
		d.strict = true
		r := &RGPRestore{}
		d.needs(el, "restore")
		d.sequence(el, "restore", func(c *Element) {
			op := d.enumAttr(c, "op", "request", "report")
			d.sequence(c, "report", func(x *Element) { r.Report = d.rgpReport(x) })
			switch {
			case op == "report":
				d.needs(c, "report")
			case r.Report != nil:
				d.unexpected(c.Children[0])
			}
		})
		return r, d.result()
	}
	return nil, nil
}

func (d *decoder) rgpReport(el *Element) *RGPReport {
	p := &RGPReport{}
	d.sequence(el, "preData postData delTime resTime resReason statement2 other", func(c *Element) {
		switch c.Local {
		case "preData":
			p.PreData = c.DeepText()
		case "postData":
			p.PostData = c.DeepText()
		case "delTime":
			p.DelTime = d.time(c)
		case "resTime":
			p.ResTime = d.time(c)
		case "resReason":
			p.ResReason = c.DeepText()
		case "statement":
			p.Statements = append(p.Statements, c.DeepText())
		case "other":
			p.Other = c.DeepText()
		default:
			d.unexpected(c)
		}
	})
	d.needs(el, "preData", "postData")
	d.require(!p.DelTime.IsZero(), "delTime")
	d.require(!p.ResTime.IsZero(), "resTime")
	d.require(p.ResReason != "", "resReason")
	d.require(len(p.Statements) > 0, "statement")
	return p
}
