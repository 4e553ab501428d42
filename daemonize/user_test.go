package daemonize

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// nobody is a user that every system has, and nothing belongs to him.
const (
	nobody    = "nobody"
	nobodyUID = 65534
)

// newUserRig is a rig whose daemon can be another user: the pidfile lies in a
// folder that isn't there yet.
func newUserRig(t *testing.T) *rig {
	t.Helper()
	asRoot(t)
	r := newRig(t)
	if err := os.Chmod(filepath.Dir(r.dir), 0o755); err != nil {
		t.Fatal(err)
	}
	r.pidFile = filepath.Join(r.dir, "run", "d.pid")
	return r
}

// checkOwner checks whose a file is, and its mode.
func checkOwner(t *testing.T, path string, uid int, mode os.FileMode) {
	t.Helper()
	checkMode(t, path, mode)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := ownerOf(f); got != uid {
		t.Errorf("%s belongs to %d, want %d", path, got, uid)
	}
}

// On every thread the daemon is the user and nothing else, and what it has to
// do later it still can: reopen the log, put the pidfile back, remove it.
func TestUser(t *testing.T) {
	t.Parallel()
	r := newUserRig(t)
	pid := r.start(t, "user", nobody)
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/status", pid, task.Name()))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		for _, want := range []string{
			"Uid:\t65534\t65534\t65534\t65534", "Gid:\t65534\t65534\t65534\t65534", "Groups:\t65534 ",
			"CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapAmb:\t0000000000000000", "NoNewPrivs:\t1",
		} {
			if !slices.Contains(lines, want) {
				t.Errorf("thread %s: no %q in:\n%s", task.Name(), want, text)
			}
		}
	}
	checkOwner(t, r.pidFile, nobodyUID, 0o644)
	checkOwner(t, filepath.Dir(r.pidFile), nobodyUID, os.ModeDir|0o755)
	checkOwner(t, r.logFile, nobodyUID, 0o640)

	if err := os.Rename(r.logFile, r.logFile+".1"); err != nil {
		t.Fatal(err)
	}
	r.signal(t, unix.SIGHUP) // without a file made for it, it goes on in the old one
	eventually(t, "word of a log that can't be made", func() bool {
		text, err := os.ReadFile(r.logFile + ".1")
		return err == nil && strings.Contains(string(text), "permission denied")
	})
	if err := errors.Join(os.WriteFile(r.logFile, nil, 0o640), os.Chown(r.logFile, nobodyUID, 0)); err != nil {
		t.Fatal(err)
	}
	r.signal(t, unix.SIGHUP)
	eventually(t, "the new log", func() bool { return descriptors(t, pid)[2] == r.logFile })
	r.writeLine(t, r.logFile)

	if err := os.Remove(r.pidFile); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the pidfile is back", func() bool { i, err := Status(r.pidFile); return err == nil && i.Pid == pid })
	checkOwner(t, r.pidFile, nobodyUID, 0o644)
	r.end(t)
	r.nothingLeft(t)
}

// A socket that a dead daemon has left keeps no folder from being given to the
// user, and a folder of the socket's own is made for him.
func TestUserSocket(t *testing.T) {
	t.Parallel()
	asRoot(t)
	who := account{uid: nobodyUID, gid: nobodyUID}
	dir := t.TempDir()
	run, pidFile := filepath.Join(dir, "run"), filepath.Join(dir, "run", "d.pid")
	left := filepath.Join(run, "sock")
	if err := errors.Join(os.Mkdir(run, 0o700), os.WriteFile(left, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := who.prepare(pidFile, ""); !errors.Is(err, ErrUnsafe) {
		t.Errorf("without a word of the socket: %v", err)
	}
	checkOwner(t, run, 0, os.ModeDir|0o700)
	if err := errors.Join(who.prepare(pidFile, left), who.makeFolder(left)); err != nil {
		t.Error(err)
	}
	checkOwner(t, run, nobodyUID, os.ModeDir|0o755)

	elsewhere := filepath.Join(dir, "of-its-own", "sock")
	if err := errors.Join(who.prepare(pidFile, elsewhere), who.makeFolder(elsewhere)); err != nil {
		t.Error(err)
	}
	checkOwner(t, filepath.Dir(elsewhere), nobodyUID, os.ModeDir|0o755)
	if err := who.makeFolder(filepath.Join(dir, "sock")); err != nil {
		t.Error(err)
	}
	checkOwner(t, dir, 0, os.ModeDir|0o755)
}

// After a kill the user's pidfile is in nobody's way, not in root's either.
func TestUserKilled(t *testing.T) {
	t.Parallel()
	r := newUserRig(t)
	kill(t, r.start(t, "user", nobody))
	if i, err := Status(r.pidFile); err != nil || i.State != Dead {
		t.Errorf("after the kill: %+v, %v", i, err)
	}
	kill(t, r.start(t, "user", nobody))
	if i, err := Stop(t.Context(), r.pidFile, limit); err != nil || i.State != Dead {
		t.Errorf("stop: %+v, %v", i, err)
	}
	r.nothingLeft(t)
}

// A user can't be had, or the folder can't be his.
func TestUserRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		user    string
		prepare func(r *rig) error
		code    int
		out     string
	}{
		{"no such user", "no-such-user", func(*rig) error { return nil }, 1, "there is no such user: no-such-user"},
		{"a folder of others", nobody, func(r *rig) error {
			r.pidFile = filepath.Join(r.dir, "d.pid")
			return os.WriteFile(r.logFile, nil, 0o600)
		}, codeUnsafe, "other things"},
		{"a link for a folder", nobody, func(r *rig) error { return os.Symlink("/etc", filepath.Dir(r.pidFile)) }, 1, "not a directory"},
		{"no folder above", nobody, func(r *rig) error { r.pidFile = filepath.Join(r.dir, "a", "b", "d.pid"); return nil }, 1, "no such file or directory"},
		{"a third one's log", nobody, func(r *rig) error {
			return errors.Join(os.WriteFile(r.logFile, nil, 0o640), os.Chown(r.logFile, 1234, -1))
		}, codeUnsafe, "belongs to another user (uid 1234)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newUserRig(t)
			if err := tt.prepare(r); err != nil {
				t.Fatal(err)
			}
			if code, out := run(t, r.command(t, "user", tt.user)); code != tt.code || !strings.Contains(out, tt.out) {
				t.Errorf("exit code %d, %q, want %d and %q", code, out, tt.code, tt.out)
			}
			r.nothingLeft(t)
		})
	}
}

// A folder that root made, for nothing but the pidfile, becomes the user's.
func TestUserTakesFolder(t *testing.T) {
	t.Parallel()
	r := newUserRig(t)
	folder := filepath.Dir(r.pidFile)
	if err := errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(r.pidFile, []byte("99\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	r.start(t, "user", nobody)
	checkOwner(t, folder, nobodyUID, os.ModeDir|0o755)
	r.end(t)
	r.nothingLeft(t)
}

// A start looks at the daemon's other pidfile, too.
func TestStartFindsOther(t *testing.T) {
	t.Parallel()
	r, other := newRig(t), newRig(t)
	gate, open := other.fifo(t)
	pid := other.start(t, "slow end", gate)
	code, out := run(t, r.command(t, "other", other.pidFile))
	if want := fmt.Sprintf("process already running (pid %d)\n", pid); code != codeRunning || out != want {
		t.Errorf("exit code %d, %q, want %q", code, out, want)
	}
	r.nothingLeft(t)

	// One that ends is waited for.
	other.signal(t, unix.SIGTERM)
	eventually(t, "ending", func() bool { i, err := Status(other.pidFile); return err == nil && i.State == Ending })
	gone := watchProcess(t, pid)
	c := r.command(t, "other", other.pidFile)
	done := make(chan int, 1)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = c.Wait(); done <- c.ProcessState.ExitCode() }()
	open()
	gone()
	if code := <-done; code != 0 {
		t.Errorf("the start after it: exit code %d", code)
	}
	r.pid(t)
}
