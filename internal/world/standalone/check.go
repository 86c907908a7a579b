package standalone

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// check refuses what the profile does not look at.
func (c Config) check() error {
	one := func(name, v string, of ...string) error {
		if !slices.Contains(of, v) {
			return fmt.Errorf("%s: %q is none of %s", name, v, strings.Join(of, ", "))
		}
		return nil
	}
	between := func(name string, v, low, high int) error {
		if v < low || v > high {
			return fmt.Errorf("%s must be %d to %d", name, low, high)
		}
		return nil
	}
	o := c.Registry
	errs := []error{
		one("registry.host_model", o.HostModel, "objects", "attributes"),
		one("registry.data_model", o.DataModel, "minimum", "maximum", "per-registrar"),
		between("seed", c.Seed, 0, 1000),
		between("registry.session_cap", o.SessionCap, 1, 10_000),
		between("registry.max_years", o.MaxYears, 1, 99),
		between("registry.max_name_servers", o.MaxNameServers, 1, 13),
		between("registry.check_limit", o.CheckLimit, 1, 1000),
		between("registry.min_authinfo", o.MinAuthInfo, 1, 64),
		between("registry.server_id: its length", len(o.ServerID), 3, 64),
		between("registry.roid: its length", len(o.ROID), 1, 8),
		between("registry.currency: its length", len(o.Currency), 3, 3),
	}
	for _, r := range o.ContactRoles {
		errs = append(errs, one("registry.contact_roles", r, "admin", "tech", "billing"))
	}
	for _, r := range o.ContactRequires {
		errs = append(errs, one("registry.contact_requires", r, "org", "street", "sp", "pc", "voice", "fax"))
	}
	for i, z := range c.Zones {
		at := fmt.Sprintf("zone %d (%s): ", i+1, z.Name)
		errs = append(errs, one(at+"verify", z.Verify, registry.VerifyOff, registry.VerifyLenient, registry.VerifyAfter, registry.VerifyBefore, registry.VerifyContact),
			one(at+"audit", z.Audit, "", "hold", "delete"), one(at+"launch", z.Launch, "open", "claims"))
	}
	for i, p := range c.Providers {
		if p.ID == "" || strings.Trim(p.ID, "0123456789") != "" || p.Roots == "" || len(p.Types) == 0 {
			errs = append(errs, fmt.Errorf("provider %d: id (digits), roots and types are needed", i+1))
		}
	}
	if c.Verification.Grace < 0 || c.Audit.Delay < 0 {
		errs = append(errs, errors.New("verification.grace and audit.delay must not be negative"))
	}
	if len(o.ContactRoles) > 0 && o.DataModel == "minimum" {
		errs = append(errs, errors.New("registry.contact_roles: a registry of data model minimum has no contacts"))
	}
	if (c.TLS.Certificate == "") != (c.TLS.Key == "") {
		errs = append(errs, errors.New("tls: certificate and key belong together"))
	}
	if c.Clock.Ahead < 0 {
		errs = append(errs, errors.New("clock.ahead: the clock never goes backwards"))
	}
	if _, err := loopback(c.Control); err != nil && c.Control != "off" {
		errs = append(errs, fmt.Errorf("control: %w", err))
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		errs = append(errs, fmt.Errorf("listen: %q is not host:port", c.Listen))
	}
	longest := 16 // RFC 5730; RFC 8807 takes longer ones
	if slices.ContainsFunc(o.Extensions, func(x string) bool { ns, _ := namespace(x); return ns == epp.NSLoginSec }) {
		longest = 128
	}
	seen := map[string]bool{}
	for i, r := range c.Registrar {
		at := fmt.Sprintf("registrar %d (%s)", i+1, r.ID)
		switch {
		case len(r.ID) < 3 || len(r.ID) > 16 || strings.ContainsAny(r.ID, " \t\r\n"):
			errs = append(errs, fmt.Errorf("%s: id must have 3 to 16 characters, and no space", at))
		case r.ID == othersID || r.ID == "rival":
			errs = append(errs, fmt.Errorf("%s: that account is the simulator's own", at))
		case seen[r.ID]:
			errs = append(errs, fmt.Errorf("%s: there twice", at))
		case r.Password != "" && (len(r.Password) < 6 || len(r.Password) > longest):
			errs = append(errs, fmt.Errorf("%s: password must have 6 to %d characters", at, longest))
		case r.Deposit != "":
			if _, err := amount(r.Deposit); err != nil {
				errs = append(errs, fmt.Errorf("%s: deposit: %w", at, err))
			}
		}
		errs = append(errs, between(at+": session_cap", r.SessionCap, 0, 10_000), one(at+": data_model", r.DataModel, "", "minimum", "maximum"))
		if (r.DataModel != "") != (o.DataModel == "per-registrar") {
			errs = append(errs, fmt.Errorf("%s: data_model belongs to registries whose own is per-registrar, and to all their registrars", at))
		}
		seen[r.ID] = true
	}
	for i, n := range c.Names {
		if n.Registrar != othersID && !seen[n.Registrar] {
			errs = append(errs, fmt.Errorf("name %d (%s): no registrar %q", i+1, n.Name, n.Registrar))
		}
		errs = append(errs, between(fmt.Sprintf("name %d (%s): years", i+1, n.Name), n.Years, 1, o.MaxYears))
	}
	for i, f := range c.Faults {
		if _, err := f.Fault(); err != nil {
			errs = append(errs, fmt.Errorf("fault %d: %w", i+1, err))
		}
	}
	return errors.Join(errs...)
}

// loopback splits an address that must be on loopback.
func loopback(addr string) (string, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("%q is not host:port", addr)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return "", fmt.Errorf("%q is not on loopback: whoever reaches the control API rules the registry", addr)
	}
	return addr, nil
}
