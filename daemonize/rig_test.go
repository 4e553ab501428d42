package daemonize

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// limit is how long a test waits for something that should come at once.
const limit = 60 * time.Second

// rig is the place of one daemon: a directory with its pidfile and its log.
type rig struct {
	dir, pidFile, logFile string
	timeout               time.Duration
}

// newRig makes the place, and at the end of the test ends what still runs there
// and looks through the log for races.
func newRig(t *testing.T) *rig {
	t.Helper()
	dir := t.TempDir()
	r := &rig{dir: dir, pidFile: filepath.Join(dir, "d.pid"), logFile: filepath.Join(dir, "d.log"), timeout: limit}
	t.Cleanup(func() {
		if i, err := Stop(context.Background(), r.pidFile, 5*time.Second); err != nil && i.Pid > 0 {
			t.Errorf("daemon left: %+v: %v", i, err)
			_ = unix.Kill(i.Pid, unix.SIGKILL)
		}
		if log := r.log(); strings.Contains(log, "DATA RACE") {
			t.Errorf("race in the daemon:\n%s", log)
		}
	})
	return r
}

// log returns what is in the log file, if it is a file.
func (r *rig) log() string {
	info, err := os.Lstat(r.logFile)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	text, _ := os.ReadFile(r.logFile)
	return string(text)
}

// args returns the command line of a helper.
func (r *rig) args(verb, behaviour, arg string) []string {
	return []string{"helper", verb, r.pidFile, r.logFile, r.timeout.String(), behaviour, arg}
}

// command returns the caller's process, not started yet.
func (r *rig) command(t *testing.T, behaviour, arg string) *exec.Cmd {
	t.Helper()
	return command(t, r.args("start", behaviour, arg)...)
}

func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	return exec.CommandContext(ctx, self(t), args...)
}

func self(tb testing.TB) string {
	tb.Helper()
	exe, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	return exe
}

// run runs c and returns its exit code and what it said on both channels.
func run(tb testing.TB, c *exec.Cmd) (int, string) {
	tb.Helper()
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tb.Fatalf("%v: %v", c.Args, err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

// start starts a daemon that has to come up, and returns its number.
func (r *rig) start(t *testing.T, behaviour, arg string) int {
	t.Helper()
	return r.started(t, r.command(t, behaviour, arg))
}

func (r *rig) started(t *testing.T, c *exec.Cmd) int {
	t.Helper()
	if code, out := run(t, c); code != 0 || out != "" {
		t.Fatalf("start: exit code %d, %q, want 0 and no words", code, out)
	}
	return r.pid(t)
}

// pid returns the number in the pidfile, which must be there, exact, and a
// living process that is no session leader.
func (r *rig) pid(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(r.pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, ok := parsePid(string(text))
	if !ok {
		t.Fatalf("pidfile holds %q", text)
	}
	if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err != nil || exe != self(t) {
		t.Fatalf("process %d runs %q, %v, want this program", pid, exe, err)
	}
	return pid
}

// signal sends the daemon a signal.
func (r *rig) signal(t *testing.T, sig unix.Signal) {
	t.Helper()
	if err := unix.Kill(r.pid(t), sig); err != nil {
		t.Fatal(err)
	}
}

// end sends TERM and waits until the process is gone.
func (r *rig) end(t *testing.T) {
	t.Helper()
	if _, err := Stop(t.Context(), r.pidFile, limit); err != nil {
		t.Fatal(err)
	}
}

// kill sends KILL and waits until the process is gone.
func kill(t *testing.T, pid int) {
	t.Helper()
	gone := watchProcess(t, pid)
	if err := unix.Kill(pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	gone()
}

// watchProcess returns a function that blocks until the process, which must be
// there now, is gone or a zombie.
func watchProcess(t *testing.T, pid int) (gone func()) {
	t.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatalf("process %d: %v", pid, err)
	}
	return func() {
		t.Helper()
		defer func() { _ = unix.Close(fd) }()
		ctx, cancel := context.WithTimeout(context.Background(), limit) // it is called in a cleanup too
		defer cancel()
		if err := waitGone(ctx, fd); err != nil {
			t.Fatalf("process %d: %v", pid, err)
		}
	}
}

// eventually waits until ok is true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(limit)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%s: not within %v", what, limit)
		}
	}
}

// running returns the processes, zombies aside, that have text among their
// arguments. The path of a rig is in the arguments of each of its processes.
func running(t *testing.T, text string) []int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		// A zombie has no arguments.
		if args, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline")); err == nil && bytes.Contains(args, []byte(text)) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// nothingLeft fails the test if a start has left a process or a pidfile.
func (r *rig) nothingLeft(t *testing.T) {
	t.Helper()
	if pids := running(t, r.pidFile); len(pids) > 0 {
		t.Errorf("processes left: %v", pids)
	}
	if _, err := os.Lstat(r.pidFile); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("pidfile left: %v", err)
	}
}

// procStatus returns a line of /proc/PID/status.
func procStatus(t *testing.T, pid int, name string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("no %s in the status of %d", name, pid)
	return ""
}

// fifo makes a named pipe for a gate; open lets the daemon that waits at it go
// on.
func (r *rig) fifo(t *testing.T) (path string, open func()) {
	t.Helper()
	path = filepath.Join(r.dir, "gate")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, func() {
		t.Helper()
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
}

// asRoot skips a test that has to become another user or mount something.
func asRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: it runs as another user or in namespaces of its own")
	}
}
