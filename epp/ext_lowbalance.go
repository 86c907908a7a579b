package epp

import "strings"

// NSLowBalance is the namespace of Verisign's low balance poll mapping.
const NSLowBalance = "http://www.verisign.com/epp/lowbalance-poll-1.0"

// LowBalance is Verisign's low balance poll mapping: the registry tells by
// poll that the registrar's credit has fallen to a threshold. It is announced
// as an object, and has no commands.
var LowBalance = Extension{Namespace: NSLowBalance, Object: true, Decode: decodeLowBalance}

// Types of a low balance threshold.
const (
	ThresholdFixed   = "FIXED"   // an amount
	ThresholdPercent = "PERCENT" // of the credit limit
)

// LowBalanceData stands in a poll message. Amounts are decimal, in the
// currency of the registrar's account; see [ParseAmount].
type LowBalanceData struct {
	RegistrarName   string
	CreditLimit     string
	CreditThreshold string
	ThresholdType   string // ThresholdFixed or ThresholdPercent
	AvailableCredit string
}

// Namespace implements [Value].
func (*LowBalanceData) Namespace() string { return NSLowBalance }

// Encode implements [Value].
func (b *LowBalanceData) Encode(w *Writer) {
	w.Root("lowbalance-poll:pollData", NSLowBalance)
	w.Leaf("lowbalance-poll:registrarName", b.RegistrarName)
	w.Leaf("lowbalance-poll:creditLimit", b.CreditLimit)
	w.Leaf("lowbalance-poll:creditThreshold", b.CreditThreshold, "type", or(b.ThresholdType, ThresholdFixed))
	w.Leaf("lowbalance-poll:availableCredit", b.AvailableCredit)
	w.Close("lowbalance-poll:pollData")
}

func decodeLowBalance(el *Element) (Value, error) {
	if el.Local != "pollData" {
		return nil, nil
	}
	d := &decoder{}
	b := &LowBalanceData{}
	text := func(c *Element) string { return strings.TrimSpace(d.line(c)) }
	d.children(el, func(c *Element) {
		switch c.Local {
		case "registrarName":
			b.RegistrarName = d.token(c)
		case "creditLimit":
			b.CreditLimit = text(c)
		case "creditThreshold":
			b.CreditThreshold = text(c)
			b.ThresholdType = or(d.attr(c, "type"), ThresholdFixed)
		case "availableCredit":
			b.AvailableCredit = text(c)
		}
	})
	d.require(b.AvailableCredit != "", "availableCredit")
	return b, d.result()
}
