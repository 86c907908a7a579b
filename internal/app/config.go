// Package app wires the registrar: configuration in, a running registrar out. It is the only place that knows
// every package.
package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/BurntSushi/toml"
)

// Config is what `serve` runs on: DATA/config.toml, then the environment, then flags.
type Config struct {
	Data      string `toml:"-"`               // folder of the database, keys, certificates
	PortBase  string `toml:"-"`               // "": the addresses below; ":0": free ports; a number: ports from there
	WorldFile string `toml:"world,omitempty"` // world.json of a simulated world: registries, mail, DNS and clock come from it

	Database  Database   `toml:"database"`
	Listen    Listen     `toml:"listen"`
	Registrar Registrar  `toml:"registrar"`
	Mail      Mail       `toml:"mail"`
	Resolver  string     `toml:"resolver,omitempty"` // DNS resolver for probes, host:port
	Clock     string     `toml:"clock,omitempty"`    // control address of a simulated business clock; loopback registries only
	Registry  []Registry `toml:"registry"`

	// Authority is who verifies registrants. In which order they are asked is the policy's ("providers").
	Authority []Authority `toml:"authority"`

	Compare    Compare    `toml:"compare"`
	Transcript Transcript `toml:"transcript"`
	Reading    Reading    `toml:"reading"`
}

// Compare is how eagerly our rows are compared with the registries' objects.
type Compare struct {
	PerMinute   int `toml:"per_minute"`   // names at each registry, over all nodes; 0: none
	RestMinutes int `toml:"rest_minutes"` // between two rounds through all names; 0: none
}

func (c Compare) rest() time.Duration { return time.Duration(c.RestMinutes) * time.Minute }

// Transcript bounds what is kept of the sessions with registries.
type Transcript struct {
	Days      int `toml:"days"` // 0: nothing is kept
	Megabytes int `toml:"megabytes"`
}

// Database chooses the engine: an empty PostgreSQL address means SQLite in the data folder.
type Database struct {
	Postgres string `toml:"postgres,omitempty"`
}

// Listen is where the registrar answers.
type Listen struct {
	HTTP  string `toml:"http"`
	HTTPS string `toml:"https"`
	RDAP  string `toml:"rdap"`
	WHOIS string `toml:"whois"`
}

// Registrar is what public directories say of us.
type Registrar struct {
	Name       string `toml:"name"`
	IANAID     string `toml:"iana_id"`
	URL        string `toml:"url"`
	AbuseEmail string `toml:"abuse_email"`
	AbusePhone string `toml:"abuse_phone"`
}

// Mail is where notices go out.
type Mail struct {
	SMTP string `toml:"smtp"`
	From string `toml:"from"`
	// TextDomain takes text messages as mails to DIGITS@TextDomain; empty: none can be sent.
	TextDomain string `toml:"text_domain,omitempty"`
}

// Reading is how pictures of documents are read.
type Reading struct {
	Program string `toml:"program,omitempty"` // "": tesseract, where it is installed; "none": people read them
}

// Registry is one of our accounts at a registry.
type Registry struct {
	ID             string   `toml:"id"`
	Suffixes       []string `toml:"suffixes"`
	EPP            string   `toml:"epp"`
	ServerName     string   `toml:"server_name"`
	ClID           string   `toml:"clid"`
	Password       string   `toml:"password"`
	CAFile         string   `toml:"ca_file"`
	CertFile       string   `toml:"cert_file"`
	KeyFile        string   `toml:"key_file"`
	SessionCap     int      `toml:"session_cap"`
	LongestCommand int      `toml:"longest_command_ms"`
	Contacts       bool     `toml:"contacts"`
	HostObjects    bool     `toml:"host_objects"`
	Currency       string   `toml:"currency"`
	RDAP           string   `toml:"rdap"`
	WHOIS          string   `toml:"whois"`
	Deposit        int64    `toml:"opening_deposit"` // minor units that we have paid in before the first start
	LowDeposit     int64    `toml:"low_deposit"`     // minor units under which the desk is warned; 0: only the registry's own warning
	PausePartial   bool     `toml:"pause_partial"`   // maintenance of partial impact pauses the queue too
	Rates          Rates    `toml:"rates"`
}

// Authority is one of our accounts at an authority that verifies registrants: over EPP (nv-1.0), or over HTTP with calls
// back to us.
type Authority struct {
	ID string `toml:"id"` // as the policy names it

	EPP        string `toml:"epp,omitempty"` // host:port
	ServerName string `toml:"server_name,omitempty"`
	ClID       string `toml:"clid,omitempty"`
	Password   string `toml:"password,omitempty"`
	CAFile     string `toml:"ca_file,omitempty"`
	CertFile   string `toml:"cert_file,omitempty"`
	KeyFile    string `toml:"key_file,omitempty"`
	SessionCap int    `toml:"session_cap,omitempty"`

	HTTP           string `toml:"http,omitempty"` // https://host
	AppID          string `toml:"app_id,omitempty"`
	Secret         string `toml:"secret,omitempty"`
	CallbackSecret string `toml:"callback_secret,omitempty"`
	CallbackURL    string `toml:"callback_url,omitempty"` // under which the authority reaches this server [its HTTP address]
}

// Rates bound the commands a second that all nodes together send on one account. 0: none, polls 50; negative: none.
type Rates struct {
	All        float64 `toml:"all"`
	Reads      float64 `toml:"reads"`
	Transforms float64 `toml:"transforms"`
	Polls      float64 `toml:"polls"`
}

// DefaultConfig is what a file need not say.
func DefaultConfig() Config {
	return Config{
		Listen: Listen{HTTP: "127.0.0.1:8080", HTTPS: "127.0.0.1:8443", RDAP: "127.0.0.1:8083", WHOIS: "127.0.0.1:4343"},
		Registrar: Registrar{Name: "OpenRegistrar", IANAID: "9999", URL: "http://localhost:8080",
			AbuseEmail: "abuse@openregistrar.example", AbusePhone: "+86.1000000000"},
		Compare: Compare{PerMinute: 60, RestMinutes: 60}, Transcript: Transcript{Days: 30, Megabytes: 512},
		Mail: Mail{From: "OpenRegistrar <no-reply@openregistrar.example>"},
	}
}

// ReadConfig reads DATA/config.toml where there is one; keys that it does not know are errors.
func ReadConfig(data string) (Config, error) {
	cfg := DefaultConfig()
	path := filepath.Join(data, "config.toml")
	md, err := toml.DecodeFile(path, &cfg)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return cfg, fmt.Errorf("%s: %w", path, err)
	}
	if extra := md.Undecoded(); err == nil && len(extra) > 0 {
		return cfg, fmt.Errorf("%s: unknown key %s", path, extra[0])
	}
	cfg.Data = data
	return cfg, nil
}

// worldFile is the part of a world's description that a registrar needs.
type worldFile struct {
	Control    string `json:"control"`
	Mailbox    string `json:"mailbox"`
	SMTP       string `json:"smtp"`
	DNS        string `json:"dns"`
	CAFile     string `json:"ca_file"`
	Registries []struct {
		ID             string   `json:"id"`
		TLDs           []string `json:"tlds"`
		EPP            string   `json:"epp"`
		RDAP           string   `json:"rdap"`
		WHOIS          string   `json:"whois"`
		ClID           string   `json:"clid"`
		Password       string   `json:"password"`
		CertFile       string   `json:"cert_file"`
		KeyFile        string   `json:"key_file"`
		ServerName     string   `json:"server_name"`
		LongestCommand int      `json:"longest_command_ms"`
		Currency       string   `json:"currency"`
		Contacts       bool     `json:"contacts"`
		HostModel      string   `json:"host_model"`
		SessionCap     int      `json:"session_cap"`
		Deposit        int64    `json:"deposit"`
	} `json:"registries"`
	Verifier struct {
		EPP            string `json:"epp"`
		ServerName     string `json:"server_name"`
		ClID           string `json:"clid"`
		Password       string `json:"password"`
		CertFile       string `json:"cert_file"`
		KeyFile        string `json:"key_file"`
		SessionCap     int    `json:"session_cap"`
		HTTP           string `json:"http"`
		AppID          string `json:"app_id"`
		Secret         string `json:"secret"`
		CallbackSecret string `json:"callback_secret"`
	} `json:"verifier"`
}

func readWorld(file string) (worldFile, error) {
	var w worldFile
	raw, err := os.ReadFile(file)
	if err != nil {
		return w, err
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return w, fmt.Errorf("%s: %w", file, err)
	}
	return w, nil
}

// join fills in what a simulated world provides.
func (c *Config) join() error {
	if c.WorldFile == "" {
		return nil
	}
	w, err := readWorld(c.WorldFile)
	if err != nil {
		return fmt.Errorf("world: %w", err)
	}
	c.Compare.RestMinutes = 0 // simulated registries don't mind, and people watch
	c.Mail.SMTP, c.Resolver, c.Clock, c.Registry = w.SMTP, w.DNS, w.Control, nil
	if c.Mail.TextDomain == "" {
		c.Mail.TextDomain = "sms.example" // the world's mailbox shows them
	}
	for _, r := range w.Registries {
		c.Registry = append(c.Registry, Registry{ID: r.ID, Suffixes: r.TLDs, EPP: r.EPP, ServerName: r.ServerName, ClID: r.ClID,
			Password: r.Password, CAFile: w.CAFile, CertFile: r.CertFile, KeyFile: r.KeyFile, SessionCap: r.SessionCap,
			LongestCommand: r.LongestCommand, Contacts: r.Contacts, HostObjects: r.HostModel == "objects", Currency: r.Currency,
			RDAP: r.RDAP, WHOIS: r.WHOIS, Deposit: r.Deposit})
	}
	c.Authority = nil
	if v := w.Verifier; v.EPP != "" {
		c.Authority = []Authority{
			{ID: "vsp1", EPP: v.EPP, ServerName: v.ServerName, ClID: v.ClID, Password: v.Password, CAFile: w.CAFile, CertFile: v.CertFile, KeyFile: v.KeyFile,
				SessionCap: v.SessionCap},
			{ID: "vsp2", HTTP: v.HTTP, AppID: v.AppID, Secret: v.Secret, CallbackSecret: v.CallbackSecret},
		}
	}
	return nil
}

// check refuses what can't run: no registry, or a business clock that would move real registries' time.
func (c *Config) check() error {
	if len(c.Registry) == 0 {
		return errors.New("config: no registry; give one, or a simulated world's file")
	}
	for _, r := range c.Registry {
		switch {
		case r.ID == "" || r.EPP == "" || r.ClID == "":
			return errors.New("config: a registry needs id, epp and clid")
		case c.Clock != "" && !loopback(r.EPP):
			return fmt.Errorf("config: the business clock may be moved only where every registry is on loopback; %s is at %s", r.ID, r.EPP)
		}
	}
	for _, v := range c.Authority {
		address := v.EPP
		if u, err := url.Parse(v.HTTP); err == nil && v.HTTP != "" {
			address = u.Host
		}
		switch {
		case v.ID == "" || (v.EPP == "") == (v.HTTP == ""):
			return errors.New("config: an authority needs id, and epp or http")
		case c.Clock != "" && !loopback(address):
			return fmt.Errorf("config: the business clock may be moved only where every authority is on loopback; %s is at %s", v.ID, address)
		}
	}
	if c.Clock != "" {
		u, err := url.Parse(c.Clock)
		if err != nil || !loopback(u.Host) {
			return fmt.Errorf("config: the clock at %q is not on loopback", c.Clock)
		}
	}
	return nil
}

func loopback(hostPort string) bool {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// ports spreads a port base over the listeners, in the order in which they are given.
func ports(base string, addrs ...*string) error {
	if base == "" {
		return nil
	}
	n, err := strconv.Atoi(trimColon(base))
	if err != nil || n < 0 || n > 65000 {
		return fmt.Errorf("port base %q is neither :0 nor a port", base)
	}
	for i, a := range addrs {
		host, _, err := net.SplitHostPort(*a)
		if err != nil {
			return err
		}
		port := 0
		if n > 0 {
			port = n + i
		}
		*a = net.JoinHostPort(host, strconv.Itoa(port))
	}
	return nil
}

func trimColon(s string) string {
	if len(s) > 0 && s[0] == ':' {
		return s[1:]
	}
	return s
}
