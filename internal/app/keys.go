package app

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/openregistrar/openregistrar/internal/vault"
)

// masterKeyEnv holds the lines of the key file where an installation keeps none.
const masterKeyEnv = "OPENREGISTRAR_MASTER_KEY"

type keysCmd struct {
	Rotate rotateCmd `cmd:"" help:"Add a key to the file. It seals from the next start on, and that start seals again what earlier keys sealed; they stay, for backups and for what a node without the new file still seals."`
}

type rotateCmd struct{}

func (rotateCmd) Run(env *environment) error {
	if strings.TrimSpace(os.Getenv(masterKeyEnv)) != "" {
		return errors.New(masterKeyEnv + " holds the keys of this installation: add a line to it where it is kept, after those that are there")
	}
	if err := vault.Rotate(env.Data); err != nil {
		return err
	}
	fmt.Fprintf(env.out, "%s has a new key. Start every node again with this file; back it up together with the database.\n", vault.File(env.Data))
	return nil
}
