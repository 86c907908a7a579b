package registry

import (
	"net/netip"
	"slices"
	"strings"
)

// addServers returns have with add, checked after the registry's host model.
func (c *core) addServers(domain string, have, add []NameServer) ([]NameServer, error) {
	out := slices.Clone(have)
	for _, n := range add {
		host := strings.ToLower(strings.TrimSuffix(n.Host, "."))
		if !validHostName(host) {
			return nil, refuse(2005, "invalid host name")
		}
		if slices.ContainsFunc(out, func(x NameServer) bool { return x.Host == host }) {
			continue
		}
		ns := NameServer{Host: host}
		if c.p.HostAttr {
			below := host == domain || strings.HasSuffix(host, "."+domain)
			switch {
			case below && len(n.Addrs) == 0:
				return nil, refuse(2003, "address required for this host")
			case !below && len(n.Addrs) > 0:
				return nil, refuse(2306, "address not allowed here")
			}
			if err := checkAddrs(n.Addrs); err != nil {
				return nil, err
			}
			ns.Addrs = slices.Clone(n.Addrs)
		} else if h := c.hosts[host]; h == nil {
			return nil, refuse(2303, "no such host")
		} else if _, inside := c.superordinate(host); inside && len(h.Addrs) == 0 {
			return nil, refuse(2306, "host has no address") // RST epp-27
		}
		out = append(out, ns)
	}
	if len(out) > c.p.MaxNameServers {
		return nil, refuse(2306, "too many name servers")
	}
	return out, nil
}

func checkAddrs(addrs []netip.Addr) error {
	seen := map[netip.Addr]bool{}
	for _, a := range addrs {
		if !a.IsValid() || a.Is4In6() || a.Zone() != "" || a.IsUnspecified() || a.IsMulticast() {
			return refuse(2005, "invalid IP address")
		}
		if seen[a] {
			return refuse(2306, "address given twice")
		}
		seen[a] = true
	}
	if len(addrs) > 13 {
		return refuse(2306, "too many addresses")
	}
	return nil
}

var digestLength = map[uint8]int{1: 40, 2: 64, 4: 96} // RFC 3658, 4509, 6605; hexadecimal digits

// dnssecAlgorithms are those that IANA has assigned for zone signing and
// nobody has forbidden to delegate to (RFC 8624 section 3.1).
var dnssecAlgorithms = map[uint8]bool{5: true, 7: true, 8: true, 10: true, 13: true, 14: true, 15: true, 16: true, 17: true, 23: true}

func addDS(have, add []DS) ([]DS, error) {
	out := slices.Clone(have)
	for _, ds := range add {
		ds.Digest = strings.ToUpper(ds.Digest)
		if !dnssecAlgorithms[ds.Algorithm] {
			return nil, refuse(2306, "algorithm not supported")
		}
		want, known := digestLength[ds.DigestType]
		if !known {
			return nil, refuse(2306, "digest type not supported")
		}
		if len(ds.Digest) != want || strings.Trim(ds.Digest, "0123456789ABCDEF") != "" {
			return nil, refuse(2005, "invalid digest")
		}
		if slices.Contains(out, ds) {
			continue
		}
		out = append(out, ds)
	}
	if len(out) > 8 {
		return nil, refuse(2306, "too many DS records")
	}
	return out, nil
}
