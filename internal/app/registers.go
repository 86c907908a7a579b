package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"text/tabwriter"

	"github.com/openregistrar/openregistrar/internal/console"
	"github.com/openregistrar/openregistrar/internal/domain"
)

type registersCmd struct {
	Load registersLoadCmd `cmd:"" help:"Put a register (TOML) in place of the one of its name."`
	List registersListCmd `cmd:"" help:"List the registers."`
	Drop registersDropCmd `cmd:"" help:"Remove a register."`
}

type registersLoadCmd struct {
	File string `arg:"" help:"name, code, source, dated, registry, and [[entry]] with name or number, since, until, note, except." type:"existingfile"`
}

// maxRegisterFile bounds a file that is read into memory.
const maxRegisterFile = 16 << 20

// Run loads a register.
func (c registersLoadCmd) Run(env *environment) error {
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	if info.Size() > maxRegisterFile {
		fmt.Fprintf(env.err, "openregistrar: %s is longer than %d MB\n", c.File, maxRegisterFile>>20)
		return &exitError{2}
	}
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	list, err := console.ParseRegister(raw)
	if err != nil {
		fmt.Fprintf(env.err, "openregistrar: %s: %v\n", c.File, err)
		return &exitError{2}
	}
	return withOps(env, func(a *App) error {
		list, err := a.ops.LoadRegister(env.ctx, desk(), list)
		if err == nil {
			fmt.Fprintf(env.out, "%s: %d entries\n", list.Name, list.Size)
		}
		return err
	})
}

type registersListCmd struct{}

// Run lists the registers.
func (registersListCmd) Run(env *environment) error {
	return withOps(env, func(a *App) error {
		lists, err := a.ops.Registers(env.ctx, desk())
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
		for _, l := range lists {
			fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", l.Name, l.Code, l.Size, l.Dated, l.Source)
		}
		return w.Flush()
	})
}

type registersDropCmd struct {
	Name string `arg:""`
}

// Run removes a register.
func (c registersDropCmd) Run(env *environment) error {
	return withOps(env, func(a *App) error { return a.ops.DropRegister(env.ctx, desk(), c.Name) })
}

// desk is the scope of whoever may run programs on this machine.
func desk() domain.Scope { return domain.Scope{Operator: true, Actor: "command line", Via: "cli"} }

// withOps lends the operations on the data folder without serving anything; a registrar may be running on it.
func withOps(env *environment, do func(*App) error) error {
	cfg, err := env.config()
	if err != nil {
		return err
	}
	if err := cfg.join(); err != nil {
		return err
	}
	cfg.Transcript.Days = 0 // nothing is sent
	a := &App{cfg: cfg, log: slog.New(slog.DiscardHandler), clock: &clock{control: cfg.Clock, log: env.log}, stop: func() {}}
	defer a.Close()
	for _, step := range []func(context.Context) error{a.openData, a.readPolicy, a.clock.read, a.connect} {
		if err := step(env.ctx); err != nil {
			return err
		}
	}
	return do(a)
}
