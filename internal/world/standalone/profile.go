package standalone

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// price reads amounts in the registry's currency.
func price(create, renew, transfer, restore string) (p registry.Price, err error) {
	for _, x := range []struct {
		name, text string
		into       *int64
	}{{"create", create, &p.Create}, {"renew", renew, &p.Renew}, {"transfer", transfer, &p.Transfer}, {"restore", restore, &p.Restore}} {
		if *x.into, err = amount(x.text); err != nil {
			return p, fmt.Errorf("%s: %w", x.name, err)
		}
	}
	return p, nil
}

// amount reads "10.00" as minor units.
func amount(s string) (int64, error) {
	n, err := epp.ParseAmount(s, 2)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is not an amount such as 10.00", s)
	}
	return n, nil
}

// suffix reads a zone's name in either form.
func suffix(name string) (string, error) {
	a, err := idna.Lookup.ToASCII(strings.TrimPrefix(strings.TrimSuffix(name, "."), "."))
	if err != nil || a == "" {
		return "", fmt.Errorf("%q is not a suffix such as test or com.test", name)
	}
	return a, nil
}

// profile is the registry that the configuration describes.
func (c Config) profile() (registry.Profile, error) {
	o := c.Registry
	p := registry.Profile{ID: "registry", Name: o.Name, ServerID: o.ServerID, ROID: o.ROID, Currency: o.Currency,
		Contacts: o.DataModel != "minimum", DataModel: o.DataModel, ContactRequires: o.ContactRequires,
		WideGlue: o.WideGlue, SecureAuth: o.SecureAuthInfo, AuditWords: c.Audit.Words, AuditDelay: time.Duration(c.Audit.Delay),
		Verification: registry.Verification{Profile: c.Verification.Profile, Types: c.Verification.Types, Grace: time.Duration(c.Verification.Grace)},
		Roles:        o.ContactRoles, HostAttr: o.HostModel == "attributes", IDN: *o.IDN,
		Reserved: map[string]string{}, Premium: map[string]string{}, Classes: map[string]registry.Price{},
		SessionCap: o.SessionCap, MaxYears: o.MaxYears, MaxNameServers: o.MaxNameServers, CheckLimit: o.CheckLimit,
		MinAuthInfo: o.MinAuthInfo, DeletePending: *o.DeletePending, SeedNamesByZone: c.Seed}
	var err error
	for i, z := range c.Zones {
		name, err := suffix(z.Name)
		if err != nil {
			return p, fmt.Errorf("zone %d: %w", i+1, err)
		}
		if slices.ContainsFunc(p.Zones, func(x registry.Zone) bool { return x.Name == name }) {
			return p, fmt.Errorf("zone %d: %s is there twice", i+1, name)
		}
		pr, err := price(z.Create, z.Renew, z.Transfer, z.Restore)
		if err != nil {
			return p, fmt.Errorf("zone %d (%s): %w", i+1, name, err)
		}
		p.Zones = append(p.Zones, registry.Zone{Name: name, Price: pr, Verify: z.Verify, Codes: z.Codes, Audit: z.Audit, Launch: strings.TrimSuffix(z.Launch, "open"), TTL: z.TTL})
	}
	for i, x := range c.Premium {
		if x.Class == "" || len(x.Labels) == 0 || x.Create == "" {
			return p, fmt.Errorf("premium %d: class, labels and create are needed", i+1)
		}
		if p.Classes[x.Class], err = price(x.Create, x.Renew, x.Transfer, x.Restore); err != nil {
			return p, fmt.Errorf("premium %d (%s): %w", i+1, x.Class, err)
		}
		for _, l := range x.Labels {
			a, err := suffix(l)
			if err != nil || strings.Contains(a, ".") {
				return p, fmt.Errorf("premium %d (%s): %q is not a label", i+1, x.Class, l)
			}
			p.Premium[a] = x.Class
		}
	}
	for l, reason := range c.Reserved {
		a, err := suffix(l)
		if err != nil || strings.Contains(a, ".") {
			return p, fmt.Errorf("reserved: %q is not a label", l)
		}
		if reason == "" || len(reason) > 32 {
			return p, fmt.Errorf("reserved: %s: a reason of 1 to 32 characters", l)
		}
		p.Reserved[a] = reason
	}
	if p.InitialDeposit, err = amount(o.Deposit); err != nil {
		return p, fmt.Errorf("registry.deposit: %w", err)
	}
	if p.LowBalance, err = amount(o.LowBalance); err != nil {
		return p, fmt.Errorf("registry.low_balance: %w", err)
	}
	for _, x := range o.Extensions {
		ns, ok := namespace(x)
		if !ok {
			return p, fmt.Errorf("registry.extensions: %q is not served; there are %s", x, strings.Join(extensionNames(), ", "))
		}
		p.Extensions = append(p.Extensions, ns)
	}
	for _, x := range []struct {
		name string
		from *registry.Span
		into *time.Duration
	}{
		{"add_grace", c.Periods.AddGrace, &p.AddGrace}, {"renew_grace", c.Periods.RenewGrace, &p.RenewGrace},
		{"auto_renew_grace", c.Periods.AutoRenewGrace, &p.AutoRenewGrace}, {"transfer_grace", c.Periods.TransferGrace, &p.TransferGrace},
		{"redemption", c.Periods.Redemption, &p.Redemption}, {"pending_restore", c.Periods.PendingRestore, &p.PendingRestore},
		{"pending_delete", c.Periods.PendingDelete, &p.PendingDelete}, {"transfer_wait", c.Periods.TransferWait, &p.TransferWait},
		{"transfer_lock", c.Periods.TransferLock, &p.TransferLock},
	} {
		d := time.Duration(*x.from)
		if d < 0 || d > 10*366*24*time.Hour {
			return p, fmt.Errorf("periods.%s: 0s to ten years", x.name)
		}
		*x.into = d
	}
	return p, nil
}
