package standalone

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// Read reads a configuration file. The error says where and what.
func Read(path string) (Config, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Config{}, err
	}
	c, err := Parse(string(raw))
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	for _, p := range []*string{&c.Data, &c.TLS.Certificate, &c.TLS.Key, &c.TLS.ClientCA} {
		*p = beside(path, *p)
	}
	for i := range c.Providers {
		c.Providers[i].Roots = beside(path, c.Providers[i].Roots)
	}
	for i := range c.Registrar {
		if r := &c.Registrar[i]; r.Certificate != "optional" {
			r.Certificate = beside(path, r.Certificate)
		}
	}
	return c, nil
}

func beside(file, p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(filepath.Dir(file), p)
}

// Parse reads a configuration and checks it.
func Parse(text string) (Config, error) {
	var c Config
	meta, err := toml.Decode(text, &c)
	if err != nil {
		var pe toml.ParseError
		if errors.As(err, &pe) {
			return c, fmt.Errorf("line %d: %s", pe.Position.Line, pe.Message)
		}
		return c, err
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return c, fmt.Errorf("no setting %q", extra[0].String())
	}
	c = c.withDefaults()
	_, err = c.profile()
	if err == nil {
		err = c.check()
	}
	return c, err
}

// withDefaults fills in what the file leaves open.
func (c Config) withDefaults() Config {
	str := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	num := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	yes := func(p **bool) {
		if *p == nil {
			on := true
			*p = &on
		}
	}
	days := func(p **registry.Span, n int) {
		if *p == nil {
			d := registry.Span(time.Duration(n) * 24 * time.Hour)
			*p = &d
		}
	}
	str(&c.Listen, "127.0.0.1:7700")
	str(&c.Control, "127.0.0.1:7780")
	o := &c.Registry
	str(&o.Name, "Example Registry")
	str(&o.ServerID, "Example EPP")
	str(&o.ROID, "EXSIM")
	str(&o.Currency, "USD")
	str(&o.HostModel, "objects")
	str(&o.DataModel, "maximum")
	str(&o.Deposit, "1000000.00")
	str(&o.LowBalance, "100.00")
	num(&o.SessionCap, 10)
	num(&o.MaxYears, 10)
	num(&o.MaxNameServers, 13)
	num(&o.CheckLimit, 50)
	num(&o.MinAuthInfo, 8)
	yes(&o.IDN)
	yes(&o.DeletePending)
	yes(&c.Clock.Movable)
	if len(o.Extensions) == 0 {
		o.Extensions = defaultExtensions()
	}
	p := &c.Periods
	days(&p.AddGrace, 5)
	days(&p.RenewGrace, 5)
	days(&p.AutoRenewGrace, 45)
	days(&p.TransferGrace, 5)
	days(&p.Redemption, 30)
	days(&p.PendingRestore, 7)
	days(&p.PendingDelete, 5)
	days(&p.TransferWait, 5)
	days(&p.TransferLock, 0)
	if len(c.Zones) == 0 {
		c.Zones = []Zone{{Name: "test"}, {Name: "example"}}
	}
	for i := range c.Zones {
		z := &c.Zones[i]
		str(&z.Create, "10.00")
		str(&z.Renew, z.Create)
		str(&z.Transfer, z.Renew)
		str(&z.Restore, "80.00")
		str(&z.Verify, registry.VerifyOff)
		str(&z.Launch, "open")
	}
	if v := &c.Verification; len(v.Types) == 0 {
		str(&v.Profile, "china")
		v.Types = []string{"domain", "real-name"}
		if v.Grace == 0 {
			v.Grace = registry.Span(5 * 24 * time.Hour)
		}
	}
	if c.Audit.Delay == 0 {
		c.Audit.Delay = registry.Span(24 * time.Hour)
	}
	for i := range c.Premium {
		x := &c.Premium[i]
		str(&x.Renew, x.Create)
		str(&x.Transfer, x.Renew)
		str(&x.Restore, x.Create)
	}
	if len(c.Registrar) == 0 {
		c.Registrar = []Registrar{{ID: "registrar-a", Name: "Registrar A"}, {ID: "registrar-b", Name: "Registrar B"}}
	}
	for i := range c.Names {
		num(&c.Names[i].Years, 1)
		str(&c.Names[i].Registrar, othersID)
	}
	return c
}

// othersID is the account that other people's names belong to.
const othersID = "elder"
