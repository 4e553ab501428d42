package daemonize

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The pidfile is right at the moment in which the caller returns, every time.
func TestPidFileIsRightWhenStartReturns(t *testing.T) {
	t.Parallel()
	starts := 150
	if testing.Short() {
		starts = 20
	}
	r := newRig(t)
	for range starts {
		r.start(t, "run", "")
		r.end(t)
	}
}

// A daemon that doesn't come up: the caller gets its code and words, and
// nothing is left behind.
func TestDaemonThatFails(t *testing.T) {
	t.Parallel()
	const inLog = "; its last words are in LOG\n"
	tests := []struct {
		name      string
		behaviour string
		arg       string
		timeout   time.Duration
		noLog     bool
		code      int
		out       string
		log       string // to be found in the log
	}{
		{name: "its own words", behaviour: "fail", arg: "no configuration\nhint: copy the sample", code: 6, out: "no configuration\nhint: copy the sample\n"},
		{name: "no words", behaviour: "fail", code: 6, out: "\n"},
		{name: "many words", behaviour: "fail", arg: strings.Repeat("x", 100_000), code: 6, out: strings.Repeat("x", 100_000) + "\n"},
		{
			name: "panic", behaviour: "panic", code: 1, out: "the daemon died before it was ready (exit status 2)" + inLog,
			log: "panic: boom before ready",
		},
		{
			name: "panic without a log", behaviour: "panic", noLog: true, code: 1,
			out: "the daemon died before it was ready (exit status 2); without a log its last words are lost: run it in the foreground, or with a log file\n",
		},
		{name: "exit without a word", behaviour: "exit", code: 1, out: "the daemon died before it was ready (exit status 3)" + inLog},
		{name: "close without a word", behaviour: "silent", code: 1, out: "the daemon died before it was ready (exit status 0)" + inLog},
		{
			name: "hangs", behaviour: "hang", timeout: 700 * time.Millisecond, code: codeNotReady,
			out: "start given up: not ready in time (700ms)" + inLog,
		},
		{
			name: "hangs and ends on TERM", behaviour: "polite", timeout: 700 * time.Millisecond, code: codeNotReady,
			out: "start given up: not ready in time (700ms)" + inLog, log: "gave all back",
		},
		{
			name: "hangs and ignores TERM", behaviour: "deaf", timeout: 700 * time.Millisecond, code: codeNotReady,
			out: "start given up: not ready in time (700ms)" + inLog,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if tt.timeout != 0 {
				r.timeout = tt.timeout
			}
			want := strings.ReplaceAll(tt.out, "LOG", r.logFile)
			if tt.noLog {
				r.logFile = ""
			}
			code, out := run(t, r.command(t, tt.behaviour, tt.arg))
			if code != tt.code || out != want {
				t.Errorf("exit code %d, %.300q, want %d, %.300q", code, out, tt.code, want)
			}
			r.nothingLeft(t)
			if log := r.log(); !strings.Contains(log, tt.log) {
				t.Errorf("log: %q, want %q in it", log, tt.log)
			}
		})
	}
}

// Ctrl-C while the daemon isn't ready ends both, and the next start works.
func TestInterruptedStart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	gate, _ := r.fifo(t)
	caller := r.command(t, "gate", gate)
	var out strings.Builder
	caller.Stderr = &out
	if err := caller.Start(); err != nil {
		t.Fatal(err)
	}
	// The caller, the daemon, and no middle process any more.
	eventually(t, "daemon at the gate", func() bool { return r.atGate(t, caller) })
	if err := caller.Process.Signal(unix.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = caller.Wait()
	if !strings.HasPrefix(out.String(), "start given up: ") || caller.ProcessState.ExitCode() != 1 {
		t.Errorf("exit code %d, %q", caller.ProcessState.ExitCode(), &out)
	}
	r.nothingLeft(t)
	r.start(t, "run", "")
}

// atGate says whether the daemon has come as far as its behaviour: its
// handed-over descriptors are closed on exec.
func (r *rig) atGate(t *testing.T, caller *exec.Cmd) bool {
	t.Helper()
	for _, pid := range running(t, r.pidFile) {
		if pid == caller.Process.Pid {
			continue
		}
		wchan, _ := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", pid, daemonReady))
		lock, _ := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", pid, daemonLock))
		if strings.Contains(string(wchan), "02000001") && strings.Contains(string(lock), "OFDLCK") {
			return true
		}
	}
	return false
}

// A caller that is killed while it waits takes nothing with it: the daemon goes
// on, and its pidfile is right.
func TestCallerKilled(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := os.WriteFile(r.pidFile, []byte("4194303\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	gate, open := r.fifo(t)
	caller := r.command(t, "gate", gate)
	if err := caller.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "daemon at the gate", func() bool { return r.atGate(t, caller) })
	if i, err := Status(r.pidFile); err != nil || i != (Instance{State: Starting}) {
		t.Errorf("before ready: %+v, %v, want starting", i, err)
	}
	if err := caller.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = caller.Wait()
	open()
	eventually(t, "running", func() bool { i, err := Status(r.pidFile); return err == nil && i.State == Running })
	pid := r.pid(t)
	if code, out := run(t, r.command(t, "run", "")); code != codeRunning || out != fmt.Sprintf("process already running (pid %d)\n", pid) {
		t.Errorf("second start: exit code %d, %q", code, out)
	}
}

func TestStartUnderSystemd(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.command(t, "run", "")
	c.Env = append(os.Environ(), "NOTIFY_SOCKET=/run/systemd/notify")
	if code, out := run(t, c); code != codeNotify || !strings.Contains(out, "foreground") {
		t.Errorf("exit code %d, %q", code, out)
	}
	r.nothingLeft(t)
}

// Log files that can't be had: no daemon, no pidfile, the target of a link
// untouched.
func TestLogFileRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		make func(path string) error
		code int
		out  string
	}{
		{"link", func(path string) error { return os.Symlink("precious", path) }, codeUnsafe, "symbolic link"},
		{"directory", func(path string) error { return os.Mkdir(path, 0o755) }, 1, "is a directory"},
		{"named pipe", func(path string) error { return unix.Mkfifo(path, 0o600) }, 1, "no such device"},
		{"directory missing", func(path string) error { return os.Remove(filepath.Dir(path)) }, 1, "no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.logFile = filepath.Join(t.TempDir(), "d.log")
			if err := tt.make(r.logFile); err != nil {
				t.Fatal(err)
			}
			if code, out := run(t, r.command(t, "run", "")); code != tt.code || !strings.Contains(out, tt.out) || !strings.Contains(out, r.logFile) {
				t.Errorf("exit code %d, %q, want %d, %q and the path", code, out, tt.code, tt.out)
			}
			r.nothingLeft(t)
			if _, err := os.Stat(filepath.Join(filepath.Dir(r.logFile), "precious")); err == nil {
				t.Error("the link was followed")
			}
		})
	}
}
