package world

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// inUseError says that another world lives in the folder.
type inUseError struct {
	dir string
	pid int // of its process, 0 when not known
}

func (e *inUseError) Error() string {
	who := "another process"
	if e.pid == os.Getpid() {
		who = "this process"
	} else if e.pid > 0 {
		who = "process " + strconv.Itoa(e.pid)
	}
	return fmt.Sprintf("world: %s is in use by a world in %s; stop that one or choose another folder", e.dir, who)
}

// occupy keeps other worlds, in this process and in others, off a folder until
// the file returned is closed. The operating system lets go when the process
// ends, however it ends. The file stays: to remove it would let two in.
func occupy(dir string) (*os.File, error) {
	f, free, err := lockFile(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("world: %w", err)
	}
	if !free {
		e := &inUseError{dir: dir}
		if raw, err := os.ReadFile(filepath.Join(dir, "lock")); err == nil {
			e.pid, _ = strconv.Atoi(strings.TrimSpace(string(raw)))
		}
		return nil, e
	}
	// The number is for people; without it the lock holds all the same.
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteString(strconv.Itoa(os.Getpid()) + "\n")
	}
	return f, nil
}
