package world_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/world"
)

// A folder has one world: a second is told who has it, and touches nothing.
func TestOneWorldPerFolder(t *testing.T) {
	dir := t.TempDir()
	w := start(t, dir)
	file, err := os.ReadFile(filepath.Join(dir, "world.json"))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, dir, "this process")
	if after, _ := os.ReadFile(filepath.Join(dir, "world.json")); string(after) != string(file) {
		t.Error("the refused world rewrote world.json")
	}
	expect(t, w, "ns1.openhost.net", "NOERROR", "127.0.2.1") // the first lives on
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
}

// The same across processes; one that was killed holds nothing.
func TestOneWorldPerFolderAcrossProcesses(t *testing.T) {
	if dir := os.Getenv("WORLD_LOCK_DIR"); dir != "" {
		otherWorld(dir)
		return
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestOneWorldPerFolderAcrossProcesses$")
	cmd.Env = append(os.Environ(), "WORLD_LOCK_DIR="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close() // the child ends with its input
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, _ := bufio.NewReader(out).ReadString('\n')
	if said == "up\n" {
		refused(t, dir, "process "+strconv.Itoa(cmd.Process.Pid))
	} else {
		t.Errorf("the other process said %q", said)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if !t.Failed() {
		start(t, dir)
	}
}

func refused(t *testing.T, dir, by string) {
	t.Helper()
	w, err := world.Start(context.Background(), world.Config{Dir: dir, PortBase: ":0"})
	if err == nil {
		w.Close()
		t.Error("two worlds live in one folder")
	} else if !strings.Contains(err.Error(), dir+" is in use by a world in "+by) {
		t.Errorf("the error does not say what is the matter: %v", err)
	}
}

// otherWorld is the child's part: a world until its input ends or it is killed.
func otherWorld(dir string) {
	w, err := world.Start(context.Background(), world.Config{Dir: dir, PortBase: ":0"})
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		return
	}
	defer w.Close()
	os.Stdout.WriteString("up\n")
	time.AfterFunc(time.Minute, func() { os.Exit(1) })
	_, _ = os.Stdin.Read(make([]byte, 1))
}
