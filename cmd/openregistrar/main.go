// Command openregistrar is a domain registrar, and the simulated world around it.
package main

import (
	"os"

	"github.com/openregistrar/openregistrar/internal/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdout, os.Stderr)) }
