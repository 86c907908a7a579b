// Package pgtest runs private PostgreSQL servers for tests, drills and benchmarks: C collation, UTF-8, durable, in a
// folder of their own, on a unix socket only. A server ends with the process that started it, however that ends.
package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNotInstalled means that there is no PostgreSQL server on this machine.
var ErrNotInstalled = errors.New("PostgreSQL is not installed")

var (
	once   sync.Once
	shared func(string) string
	failed error
	number atomic.Int64

	// A server ends when our end of its pipe is closed, which the garbage collector would do to one that nobody holds.
	heldMu sync.Mutex
	held   []io.Closer
)

// DSN gives the address of a fresh database on a server that the test binary shares. Where PostgreSQL isn't installed
// the test is skipped, and says so.
func DSN(t testing.TB) string {
	t.Helper()
	once.Do(func() { shared, _, failed = Start("") }) // it ends with this process
	if errors.Is(failed, ErrNotInstalled) {
		t.Skip("not performed: PostgreSQL is not installed")
	}
	if failed != nil {
		t.Fatal(failed)
	}
	name := "t" + strconv.FormatInt(number.Add(1), 10)
	if err := create(shared("postgres"), name); err != nil {
		t.Fatal(err)
	}
	return shared(name)
}

// Create makes a database on a server that Start gave.
func Create(dsn func(db string) string, name string) error { return create(dsn("postgres"), name) }

func create(admin, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, admin)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize()); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return nil
}

// watch keeps the server until its standard input ends, which happens at the latest when the process that holds the
// other end dies; then it stops the server and removes the folder.
const watch = `"$@" & p=$!
trap : INT TERM HUP
read -r _
kill -INT $p 2>/dev/null
wait $p
rm -rf "$PGTEST_DIR"`

// Start starts a server whose data lies in dir, which is made; with dir "", or where the server's user could not reach
// dir, in a folder of its own below the system's temporary one. dsn gives the address of a database by its name;
// "postgres" exists. stop ends the server and removes its data; the end of this process does so too.
func Start(dir string) (dsn func(db string) string, stop func(), err error) {
	bin, err := binaries()
	if err != nil {
		return nil, nil, err
	}
	as, err := credential()
	if err != nil {
		return nil, nil, err
	}
	if dir != "" && as != nil && !reachable(dir) {
		dir = ""
	}
	if dir == "" {
		dir, err = os.MkdirTemp("", "or-pg-")
	} else {
		dir, err = filepath.Abs(dir)
		if err == nil {
			dir = filepath.Join(dir, "pg")
			err = os.MkdirAll(dir, 0o700)
		}
	}
	if err == nil && as != nil {
		err = os.Chown(dir, int(as.Uid), int(as.Gid))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("pgtest: %w", err)
	}
	if len(dir) > 80 { // a unix socket's address holds 107 bytes
		_ = os.RemoveAll(dir)
		return nil, nil, fmt.Errorf("pgtest: %s is too long for a socket", dir)
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--locale=C", "-E", "UTF8", "-U", "postgres", "-A", "trust", "--no-instructions", "-D", data)
	initdb.Dir, initdb.SysProcAttr = dir, &syscall.SysProcAttr{Credential: as}
	if out, err := initdb.CombinedOutput(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, nil, fmt.Errorf("pgtest: initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	logFile := filepath.Join(dir, "log")
	log, err := os.Create(logFile)
	if err != nil {
		return nil, nil, fmt.Errorf("pgtest: %w", err)
	}
	defer log.Close()
	server := exec.Command("/bin/sh", "-c", watch, "sh", filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-p", "5432",
		"-c", "listen_addresses=", "-c", "fsync=on", "-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "timezone=UTC")
	server.Dir, server.Stdout, server.Stderr = dir, log, log
	server.Env = append(os.Environ(), "PGTEST_DIR="+dir)
	server.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true} // a terminal's interrupt goes to the tests only
	in, err := server.StdinPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, nil, fmt.Errorf("pgtest: %w", err)
	}
	heldMu.Lock()
	held = append(held, in)
	heldMu.Unlock()
	stop = sync.OnceFunc(func() {
		finish(in, server)
		_ = os.RemoveAll(dir) // the server's user may not be allowed to remove the folder itself
	})
	dsn = func(db string) string {
		return fmt.Sprintf("host=%s port=5432 user=postgres dbname=%s sslmode=disable", dir, db)
	}
	if err := await(dsn("postgres")); err != nil {
		text, _ := os.ReadFile(logFile)
		stop()
		return nil, nil, fmt.Errorf("pgtest: the server does not answer: %w\n%s", err, text)
	}
	return dsn, stop, nil
}

func finish(in io.Closer, server *exec.Cmd) {
	_ = in.Close()
	_ = server.Wait()
}

func await(dsn string) error {
	deadline := time.Now().Add(30 * time.Second)
	for {
		ctx, cancel := context.WithDeadline(context.Background(), deadline)
		c, err := pgx.Connect(ctx, dsn)
		if err == nil {
			_ = c.Close(ctx)
			cancel()
			return nil
		}
		cancel()
		if time.Now().After(deadline) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// binaries finds the newest installed server.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(found, func(a, b string) int { return major(a) - major(b) })
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	return "", ErrNotInstalled
}

func major(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

// credential is the user that the server runs as when this process is root's, which PostgreSQL refuses to be.
func credential() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// reachable reports whether everybody may pass through the folders above dir.
func reachable(dir string) bool {
	path, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	for ; path != "/"; path = filepath.Dir(path) {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o001 == 0 {
			return false
		}
	}
	return true
}
