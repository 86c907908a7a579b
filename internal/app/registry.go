package app

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/openregistrar/openregistrar/internal/world/standalone"
)

// defaultData is what --data says where nobody says anything.
const defaultData = "./data"

type registryCmd struct {
	Config  string `help:"Configuration (TOML); none: a registry of .test and .example." placeholder:"FILE" env:"OPENREGISTRAR_REGISTRY_CONFIG"`
	Example bool   `help:"Print a configuration with comments, and stop."`
}

// Run runs a simulated registry alone, until it is interrupted.
func (c registryCmd) Run(env *environment) error {
	if c.Example {
		fmt.Fprint(env.out, standalone.Example)
		return nil
	}
	cfg, err := standalone.Parse("")
	if c.Config != "" {
		cfg, err = standalone.Read(c.Config)
	}
	if err != nil {
		fmt.Fprintf(env.err, "openregistrar: %v\n", err)
		return &exitError{2}
	}
	if cfg.Data == "" || env.Data != defaultData {
		cfg.Data = filepath.Join(env.Data, "registry")
	}
	if base := strings.TrimPrefix(env.PortBase, ":"); base != "" {
		if err := cfg.Ports(base); err != nil {
			fmt.Fprintf(env.err, "openregistrar: %v\n", err)
			return &exitError{2}
		}
	}
	s, err := standalone.Start(env.ctx, cfg, env.log)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	s.Print(env.out)
	<-env.ctx.Done()
	return nil
}
