package pi_test

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// running is a box that runs.
type running struct {
	pid  int
	stop func()         // asks it to end, the way people do
	done func(want int) // waits until it is gone; want is its exit code, where that can be seen
}

// signal sends a box a signal.
func (r running) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(r.pid, sig); err != nil {
		t.Fatal(err)
	}
}

// starts are the ways to start a box; each returns when it is ready and the lamps are outputs.
func starts() map[string]func(*station) running {
	return map[string]func(*station) running{
		"foreground": (*station).foreground,
		"daemon":     (*station).detached,
	}
}

// foreground starts a box whose standard error is the log, and waits until it has its lines.
func (s *station) foreground() running {
	s.t.Helper()
	before := strings.Count(s.log(), "pins have been initialized!")
	log, err := os.OpenFile(s.path("log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(s.program, append(s.box(), "--socket", "none")...)
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	over := false
	s.t.Cleanup(func() {
		if !over {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	s.logged("pins have been initialized!", before+1)
	s.wantFunctions(output)
	r := running{pid: cmd.Process.Pid}
	r.stop = func() { r.signal(s.t, syscall.SIGTERM) }
	r.done = func(want int) {
		s.t.Helper()
		over = true
		_ = cmd.Wait()
		if got := cmd.ProcessState.ExitCode(); got != want {
			s.t.Errorf("exit code %d (%v), want %d; the log:\n%s", got, cmd.ProcessState, want, s.log())
		}
	}
	return r
}

// detached starts a daemon, which is ready when the program returns.
func (s *station) detached() running {
	s.t.Helper()
	s.must(s.daemon()...)
	text, err := os.ReadFile(s.path("pid"))
	if err != nil {
		s.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	s.wantFunctions(output)
	return running{
		pid:  pid,
		stop: func() { s.t.Helper(); s.must(append([]string{"stop"}, s.pidfile()...)...) },
		done: func(int) {
			s.t.Helper()
			s.eventually("the end of the daemon", func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) })
		},
	}
}
