package registry

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// datasync is fdatasync: the contents and the length, not the times.
func datasync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }

// lockDir keeps a second process off the directory. The kernel lets go when
// this one ends, however it ends.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("registry: %s is in use by another process: %w", dir, err)
	}
	return f, nil
}
