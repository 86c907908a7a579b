//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package world

import (
	"errors"
	"os"
	"syscall"
)

// lockFile opens a file and locks it; free is false when somebody else has it.
func lockFile(path string) (f *os.File, free bool, err error) {
	f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, false, nil
		}
		return nil, false, &os.PathError{Op: "lock", Path: path, Err: err}
	}
	return f, true, nil
}
