package daemonize

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestStatusOfADaemon(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if i, err := Status(r.pidFile); err != nil || i != (Instance{State: NotRunning}) {
		t.Errorf("before: %+v, %v", i, err)
	}
	before := time.Now()
	pid := r.start(t, "run", "")
	i, err := Status(r.pidFile)
	if err != nil || i.State != Running || i.Pid != pid {
		t.Errorf("running: %+v, %v", i, err)
	}
	// The kernel's count is in steps of 10 ms.
	if early, late := before.Add(-50*time.Millisecond), time.Now().Add(50*time.Millisecond); i.Since.Before(early) || i.Since.After(late) {
		t.Errorf("since %v, want between %v and %v", i.Since, early, late)
	}
	found, err := Stop(t.Context(), r.pidFile, limit)
	if err != nil || found.State != Running || found.Pid != pid {
		t.Errorf("stop: %+v, %v", found, err)
	}
	r.nothingLeft(t)
	if found, err := Stop(t.Context(), r.pidFile, limit); err != nil || found != (Instance{State: NotRunning}) {
		t.Errorf("second stop: %+v, %v", found, err)
	}
}

// What is no pidfile gives no answer.
func TestStatusUnknown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link, pipe := filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := errors.Join(os.Symlink("/etc/passwd", link), unix.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, link, pipe} {
		if i, err := Status(path); !errors.Is(err, ErrUnsafe) || i.State != Unknown {
			t.Errorf("status of %s: %v, %v", path, i.State, err)
		}
		if i, err := Stop(t.Context(), path, limit); !errors.Is(err, ErrUnsafe) || i.State != Unknown {
			t.Errorf("stop of %s: %v, %v", path, i.State, err)
		}
	}
}

// A daemon that doesn't end is left alone when patience is over, and gets no
// second TERM.
func TestStopLosesPatience(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	gate, open := r.fifo(t)
	pid := r.start(t, "slow end", gate)
	gone := watchProcess(t, pid)
	for _, want := range []State{Running, Ending} {
		found, err := Stop(t.Context(), r.pidFile, 100*time.Millisecond)
		if !errors.Is(err, ErrStillRunning) || found.State != want || found.Pid != pid {
			t.Errorf("%+v, %v, want %v", found, err, want)
		}
	}
	open()
	gone()
	r.nothingLeft(t)
	if strings.Contains(r.log(), "hurried") {
		t.Error("the daemon was sent a second TERM")
	}
}

// The pidfile is held, but not by the process whose number is in it, as when it
// comes from another container: no signal goes to that one.
func TestStopOfAStranger(t *testing.T) {
	t.Parallel()
	sleeper := exec.CommandContext(t.Context(), "sleep", "600")
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() })
	pid := sleeper.Process.Pid
	p, err := claim(t.Context(), filepath.Join(t.TempDir(), "d.pid"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	if _, err := p.write(pid); err != nil {
		t.Fatal(err)
	}
	found, err := Stop(t.Context(), p.path, 50*time.Millisecond)
	if !errors.Is(err, ErrStillRunning) || found.State != Running || found.Pid != pid {
		t.Errorf("%+v, %v, want still running", found, err)
	}
	if state := procStatus(t, sleeper.Process.Pid, "State"); !strings.HasPrefix(state, "S") {
		t.Errorf("the stranger is %s", state)
	}
}

// A stop that comes while the daemon starts waits for it, and then ends it.
func TestStopOfAStart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	gate, open := r.fifo(t)
	caller := r.command(t, "gate", gate)
	if err := caller.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "daemon at the gate", func() bool { return r.atGate(t, caller) })
	if found, err := Stop(t.Context(), r.pidFile, 50*time.Millisecond); !errors.Is(err, ErrStillRunning) || found.State != Starting {
		t.Errorf("%+v, %v, want starting", found, err)
	}
	open()
	if err := caller.Wait(); err != nil {
		t.Fatal(err)
	}
	r.end(t)
	r.nothingLeft(t)
}

// An ordinary user may ask, but neither stop nor start.
func TestOrdinaryUser(t *testing.T) {
	t.Parallel()
	asRoot(t)
	r := newRig(t)
	pid := r.start(t, "run", "")
	// t.TempDir's own parent is closed to others.
	if err := errors.Join(os.Chmod(r.dir, 0o755), os.Chmod(filepath.Dir(r.dir), 0o755)); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, verb string
		code       int
		out        string
	}{
		{"status", "status", 0, fmt.Sprintf("running %d 2", pid)},
		{"stop", "stop", 4, fmt.Sprintf("running %d\nlook into process %d: open /proc/%d/fd: permission denied\n", pid, pid, pid)},
		{"start", "start", 4, "pidfile: open " + r.pidFile + ": permission denied\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := asNobody(t, r.args(tt.verb, "run", "")...)
			if code, out := run(t, c); code != tt.code || !strings.HasPrefix(out, tt.out) {
				t.Errorf("exit code %d, %q, want %d, %q", code, out, tt.code, tt.out)
			}
		})
	}
	if i, err := Status(r.pidFile); err != nil || i.Pid != pid {
		t.Errorf("afterwards: %+v, %v", i, err)
	}
	t.Run("free pidfile", func(t *testing.T) {
		other := newRig(t)
		other.pidFile = filepath.Join(r.dir, "other.pid")
		c := asNobody(t, other.args("start", "run", "")...)
		if code, out := run(t, c); code != 4 || out != "pidfile: open "+other.pidFile+": permission denied\n" {
			t.Errorf("exit code %d, %q", code, out)
		}
	})
}

// asNobody runs the helper as an ordinary user. The link in /proc is the way
// round the directory of the test binary, which is closed to others.
func asNobody(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), "/proc/self/exe", args...)
	c.Dir = "/"
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	return c
}

// The number in a pidfile of another container belongs to a stranger here: no
// signal goes to it.
func TestOtherPidNamespace(t *testing.T) {
	t.Parallel()
	asRoot(t)
	r := newRig(t)
	// The shell is the container's init; it lives until its input ends.
	args := append([]string{"--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", `"$0" "$@"; echo up; read end`, self(t)}, r.args("start", "run", "")...)
	box := exec.CommandContext(t.Context(), "unshare", args...)
	box.Stderr = os.Stderr
	in, err := box.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := box.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = box.Wait() })
	if _, err := fmt.Fscanln(out, new(string)); err != nil {
		t.Fatal(err)
	}
	i, err := Status(r.pidFile)
	if err != nil || i.State != Running || i.Pid > 100 {
		t.Fatalf("%+v, %v, want running with a small number", i, err)
	}
	if _, err := Stop(t.Context(), r.pidFile, 100*time.Millisecond); !errors.Is(err, ErrStillRunning) {
		t.Errorf("stop: %v, want still running", err)
	}
	c := r.command(t, "run", "")
	if code, out := run(t, c); code != codeRunning {
		t.Errorf("start: exit code %d, %q", code, out)
	}
	if now, err := Status(r.pidFile); err != nil || now.State != Running {
		t.Errorf("afterwards: %+v, %v", now, err)
	}
}

func TestPermissionIsTold(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("send TERM to process 2: %w", unix.EPERM)
	if !errors.Is(err, fs.ErrPermission) {
		t.Error("EPERM of a signal is not fs.ErrPermission")
	}
}
