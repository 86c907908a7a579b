//go:build !linux

package registry

import (
	"os"
	"path/filepath"
)

func datasync(f *os.File) error { return f.Sync() }

// lockDir does not lock here: that is done on Linux only.
func lockDir(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
}
