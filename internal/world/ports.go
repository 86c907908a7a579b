package world

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// registryCount is how many registries have a place in the port plan.
const registryCount = 3

// ports is where everything listens; 0 is any free port. The order of a
// numbered base is the order of the fields.
type ports struct {
	control, mailbox, web, smtp, dns int
	epp, rdap, whois                 [registryCount]int
	verifierEPP, verifierHTTP        int
}

// plan turns a port base into ports: "" is the defaults, ":0" all free ones, a
// number that one and the ones after it.
func plan(base string) (ports, error) {
	base = strings.TrimPrefix(base, ":")
	if base == "" {
		p := ports{control: 8090, mailbox: 8091, web: 8092, smtp: 8025, dns: 5300, verifierEPP: 7010, verifierHTTP: 8110}
		for i := range registryCount {
			p.epp[i], p.rdap[i], p.whois[i] = 7001+i, 8101+i, 4301+i
		}
		return p, nil
	}
	n, err := strconv.Atoi(base)
	if err != nil || n < 0 || n > 65535-7-3*registryCount {
		return ports{}, fmt.Errorf("world: port base %q: \"\", \":0\" or a port number", base)
	}
	if n == 0 {
		return ports{}, nil
	}
	p := ports{control: n, mailbox: n + 1, web: n + 2, smtp: n + 3, dns: n + 4}
	for i := range registryCount {
		p.epp[i], p.rdap[i], p.whois[i] = n+5+i, n+5+registryCount+i, n+5+2*registryCount+i
	}
	p.verifierEPP, p.verifierHTTP = n+5+3*registryCount, n+6+3*registryCount
	return p, nil
}

// listen opens a TCP port on a loopback address, the only kind there is here.
func listen(ip string, port int) (net.Listener, error) {
	ln, err := net.Listen("tcp4", net.JoinHostPort(ip, strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("world: %w", err)
	}
	return ln, nil
}
