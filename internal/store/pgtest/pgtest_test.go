package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestAServerEndsWithItsProcess kills a process that started a server, and wants the server and its data gone.
func TestAServerEndsWithItsProcess(t *testing.T) {
	if os.Getenv("PGTEST_CHILD") != "" {
		dsn, _, err := Start("")
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("ready", dsn("postgres"))
		time.Sleep(time.Hour) // not select{}: where nothing else runs, the runtime calls that a deadlock and ends
	}
	if _, err := binaries(); errors.Is(err, ErrNotInstalled) {
		t.Skip("not performed: PostgreSQL is not installed")
	}
	child := exec.Command(os.Args[0], "-test.run=^TestAServerEndsWithItsProcess$")
	child.Env = append(os.Environ(), "PGTEST_CHILD=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	dsn, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ok {
		_ = child.Process.Kill()
		t.Fatalf("the child said %q, %v", line, err)
	}
	dir := strings.TrimPrefix(strings.Fields(dsn)[0], "host=")
	c, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		_ = child.Process.Kill()
		t.Fatal(err)
	}
	var collation, fsync string
	err = c.QueryRow(context.Background(), "select datcollate, current_setting('fsync') from pg_database where datname = 'postgres'").Scan(&collation, &fsync)
	_ = c.Close(context.Background())
	if err != nil || collation != "C" || fsync != "on" {
		t.Errorf("collation %s, fsync %s, %v", collation, fsync, err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s is still there", dir)
		}
	}
}

func TestStopRemovesTheDataAndADirGivenIsUsed(t *testing.T) {
	dir, err := os.MkdirTemp("", "or-pgtest-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	dsn, stop, err := Start(dir)
	if errors.Is(err, ErrNotInstalled) {
		t.Skip("not performed: PostgreSQL is not installed")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if !strings.Contains(dsn("x"), dir) {
		t.Errorf("the server is at %s", dsn("x"))
	}
	if err := Create(dsn, "x"); err != nil {
		t.Fatal(err)
	}
	stop()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Fatalf("left behind: %v, %v", left, err)
	}
}
