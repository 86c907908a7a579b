package registry

// priceOf returns the prices of a name and its class, empty for ordinary.
func (c *core) priceOf(name string) (Price, string) {
	label, z := c.zoneOf(name)
	if z == nil {
		return Price{}, ""
	}
	price, key := z.Price, z.Name
	class, premium := lookup(c.set.Premium, c.p.Premium, name, label)
	if premium {
		price, key = c.p.Classes[class], class
	}
	if p, ok := c.set.Prices[key]; ok {
		price = p
	}
	if c.reprice != nil {
		price = c.reprice(name, price)
	}
	return price, class
}

// checkFee applies RFC 8748 section 3.4: missing where required 2003, too low
// or in another currency 2004.
func (c *core) checkFee(f feeOffer, fee int64, premium bool) error {
	switch {
	case !f.present && premium:
		return refuse(2003, "fee required for a premium name")
	case !f.present:
		return nil
	case f.currency != "" && f.currency != c.p.Currency:
		return refuse(2004, "currency not supported")
	case f.amount < fee:
		return refuse(2004, "fee too low")
	}
	return nil
}
