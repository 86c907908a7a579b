package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/openregistrar/openregistrar/internal/world"
)

// commands is the command line. Flags win over OPENREGISTRAR_* variables, and these over DATA/config.toml.
type commands struct {
	Data     string `help:"Folder that everything is kept in." default:"${data}" env:"OPENREGISTRAR_DATA" placeholder:"DIR"`
	Log      string `help:"What is logged: debug, info, warn or error." default:"warn" enum:"debug,info,warn,error" env:"OPENREGISTRAR_LOG"`
	PortBase string `help:"First port of all; :0 takes free ones; none: the defaults (8080 …)." env:"OPENREGISTRAR_PORT_BASE" placeholder:"PORT"`
	Postgres string `help:"PostgreSQL address; none: SQLite in the data folder." env:"OPENREGISTRAR_POSTGRES" placeholder:"URL"`

	Demo      demoCmd      `cmd:"" help:"A registrar and the world around it, on this machine."`
	Serve     serveCmd     `cmd:"" help:"The registrar."`
	World     worldCmd     `cmd:"" help:"The simulated world: registries, DNS, mailbox, clock."`
	Registry  registryCmd  `cmd:"" help:"A simulated registry alone, for testing a registrar."`
	Drill     drillCmd     `cmd:"" help:"Cause a fault through the real flow, see it explained, mend it."`
	Document  documentCmd  `cmd:"" name:"check-document" help:"Judge a picture of an identity document, or a batch of them."`
	Keys      keysCmd      `cmd:"" help:"The master key that secrets and people's documents are sealed with."`
	Migrate   migrateCmd   `cmd:"" help:"Bring the database up to date."`
	Registers registersCmd `cmd:"" help:"Registers of people and words that may not register."`
	Reconcile reconcileCmd `cmd:"" help:"Compare ledger, orders and names, and with --registries the registries, and print every disagreement."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

type environment struct {
	ctx      context.Context
	out, err io.Writer
	log      *slog.Logger
	*commands
}

// Main runs the command line and returns the exit code: 0 well, 1 failed, 2 usage.
func Main(args []string, stdout, stderr io.Writer) int {
	var c commands
	exit := -1
	parser, err := kong.New(&c, kong.Name("openregistrar"), kong.Description("A domain registrar that anybody can run."),
		kong.Writers(stdout, stderr), kong.Vars{"data": defaultData}, kong.Exit(func(code int) { exit = code }))
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	run, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		fmt.Fprintf(stderr, "openregistrar: %v\n", err)
		return 2
	}
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Log)) // kong has checked it
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	env := &environment{ctx: ctx, out: stdout, err: stderr, commands: &c,
		log: slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))}
	var failed *exitError
	switch err := run.Run(env); {
	case errors.As(err, &failed):
		return failed.code
	case err != nil:
		fmt.Fprintf(stderr, "openregistrar: %v\n", err)
		return 1
	}
	return 0
}

// exitError ends the program with a code after everything has been said.
type exitError struct{ code int }

func (e *exitError) Error() string { return fmt.Sprintf("exit %d", e.code) }

type demoCmd struct{}

func (demoCmd) Run(env *environment) error {
	d, err := StartDemo(env.ctx, env.Data, env.PortBase, Database{Postgres: env.Postgres}, env.log)
	if err != nil {
		return err
	}
	defer d.Close()
	e := d.Endpoints
	fmt.Fprintf(env.out, "OpenRegistrar %s · %s\n\n", Version, env.Data)
	for _, row := range [][2]string{
		{"console", e.Console}, {"console, TLS", e.HTTPS + "  (authority: " + e.CAFile + ")"},
		{"API", e.API + "  (document: " + e.API + "/openapi.json)"}, {"RDAP", e.RDAP + "/domain/NAME"},
		{"WHOIS", fmt.Sprintf("whois -h %s NAME", flagged(e.WHOIS))}, {"DNS", fmt.Sprintf("dig @%s NAME", flagged(e.DNS))},
		{"world", e.World}, {"mailbox", e.Mailbox},
	} {
		fmt.Fprintf(env.out, "  %-13s %s\n", row[0], row[1])
	}
	fmt.Fprintln(env.out)
	for _, a := range e.Accounts {
		fmt.Fprintf(env.out, "  sign in as %-8s %s  password %s\n", a.Role, a.Email, a.Password)
	}
	fmt.Fprintf(env.out, "\n  API keys of these accounts: %s\n  Ctrl-C stops; the state stays in %s.\n", endpointsFile(env.Data), env.Data)
	<-env.ctx.Done()
	return nil
}

type serveCmd struct {
	World    string `help:"world.json of a simulated world to join." placeholder:"FILE" env:"OPENREGISTRAR_WORLD"`
	Furnish  bool   `help:"Make the demo's accounts."`
	Operator string `help:"Make an operator's account with this address, where there is none, and print its password." placeholder:"EMAIL"`
}

func (s serveCmd) Run(env *environment) error {
	cfg, err := ReadConfig(env.Data)
	if err != nil {
		return err
	}
	if env.PortBase != "" {
		cfg.PortBase = env.PortBase
	}
	if env.Postgres != "" {
		cfg.Database.Postgres = env.Postgres
	}
	if s.World != "" {
		cfg.WorldFile = s.World
	}
	a, err := Start(env.ctx, cfg, env.log)
	if err != nil {
		return err
	}
	defer a.Close()
	if s.Furnish {
		_, err = a.Furnish(env.ctx, env.Data)
	} else {
		if err = a.announce(env.ctx); err == nil {
			err = WriteEndpoints(env.Data, a.Endpoints())
		}
	}
	if err != nil {
		return err
	}
	if s.Operator != "" {
		if err := a.firstOperator(env.ctx, s.Operator, env.out); err != nil {
			return err
		}
	}
	fmt.Fprintf(env.out, "console %s\n", a.Endpoints().Console)
	<-env.ctx.Done()
	return nil
}

type worldCmd struct {
	CPUProfile string `help:"Write a CPU profile of the running world there." placeholder:"FILE" env:"OPENREGISTRAR_CPU_PROFILE"`
}

func (c worldCmd) Run(env *environment) error {
	w, err := world.Start(env.ctx, world.Config{Dir: env.Data, PortBase: env.PortBase, Log: env.log})
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }()
	stop, err := profile(c.CPUProfile) // of the running world, not of its start
	if err != nil {
		return err
	}
	defer func() { _ = stop() }()
	fmt.Fprintf(env.out, "world %s\nfile  %s\n", w.Info().Control, filepath.Join(env.Data, "world.json"))
	<-env.ctx.Done()
	return nil
}

type migrateCmd struct{}

func (migrateCmd) Run(env *environment) error {
	cfg, err := env.config()
	if err != nil {
		return err
	}
	st, err := Open(env.ctx, cfg)
	if err != nil {
		return err
	}
	return st.Close()
}

type reconcileCmd struct {
	Registries bool   `help:"Look at every name and our deposit at its registry too. Takes a session of each."`
	World      string `help:"world.json of the simulated world that the registrar has joined; none: the data folder's, where there is one." placeholder:"FILE" env:"OPENREGISTRAR_WORLD"`
}

func (r reconcileCmd) Run(env *environment) error {
	cfg, err := env.config()
	if err != nil {
		return err
	}
	st, err := Open(env.ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }()
	off, err := st.Reconcile(env.ctx)
	if err != nil {
		return err
	}
	for _, line := range off {
		fmt.Fprintln(env.out, line)
	}
	if len(off) == 0 {
		fmt.Fprintln(env.out, "ledger, orders and names agree")
	}
	if r.Registries {
		if cfg.WorldFile = r.World; cfg.WorldFile == "" && len(cfg.Registry) == 0 {
			if own := filepath.Join(env.Data, "world", "world.json"); readable(own) {
				cfg.WorldFile = own
			}
		}
		differ, err := compareRegistries(env.ctx, cfg, env.log, env.out)
		if err != nil {
			return err
		}
		if differ > 0 {
			return &exitError{1}
		}
		fmt.Fprintln(env.out, "registries and names agree")
	}
	if len(off) > 0 {
		return &exitError{1}
	}
	return nil
}

func readable(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

type versionCmd struct{}

func (versionCmd) Run(env *environment) error {
	fmt.Fprintln(env.out, Version)
	return nil
}

func (env *environment) config() (Config, error) {
	cfg, err := ReadConfig(env.Data)
	if env.Postgres != "" {
		cfg.Database.Postgres = env.Postgres
	}
	return cfg, err
}

// flagged writes host:port as dig and whois take it.
func flagged(addr string) string {
	host, port, ok := cutPort(addr)
	if !ok {
		return addr
	}
	return host + " -p " + port
}
