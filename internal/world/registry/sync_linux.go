package registry

import (
	"os"
	"syscall"
)

// datasync is fdatasync: the contents and the length, not the times.
func datasync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
