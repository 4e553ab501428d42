package vm_test

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// running is a box that runs, in the foreground or as a daemon.
type running interface {
	pid() int
	stop()          // asks it to end, the way people do
	ended(want int) // waits until the process is gone; want is its exit code, where that can be seen
}

// starts are the ways to start a box; each returns when it is ready.
func starts() map[string]func(*station) running {
	return map[string]func(*station) running{
		"foreground": func(s *station) running { return s.foreground() },
		"daemon":     func(s *station) running { return s.detached() },
	}
}

// foreground is a box whose standard error is the log.
type foreground struct {
	s    *station
	cmd  *exec.Cmd
	done bool
}

// foreground starts a box and waits until it has its lines.
func (s *station) foreground() *foreground {
	s.t.Helper()
	before := strings.Count(s.log(), "pins have been initialized!")
	p := s.launchForeground()
	s.logged("pins have been initialized!", before+1)
	return p
}

// launchForeground starts a box and waits for nothing.
func (s *station) launchForeground() *foreground {
	s.t.Helper()
	log, err := os.OpenFile(s.path("log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	p := &foreground{s: s, cmd: s.command(append(s.box(), "--socket", s.path("sock"))...)}
	p.cmd.Stderr = log
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if !p.done {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	return p
}

func (p *foreground) pid() int { return p.cmd.Process.Pid }

func (p *foreground) stop() {
	p.s.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.s.t.Error(err)
	}
}

func (p *foreground) ended(want int) {
	p.s.t.Helper()
	p.done = true
	_ = p.cmd.Wait()
	if got := p.cmd.ProcessState.ExitCode(); got != want {
		p.s.t.Errorf("exit code %d (%v), want %d; the log:\n%s", got, p.cmd.ProcessState, want, p.s.log())
	}
}

// detached is a daemon.
type detached struct {
	s      *station
	number int
}

// detached starts a daemon, which is ready when the program returns.
func (s *station) detached() *detached {
	s.t.Helper()
	s.must(s.daemon()...)
	return s.daemonNow()
}

// daemonNow is the daemon that runs.
func (s *station) daemonNow() *detached {
	s.t.Helper()
	text, err := os.ReadFile(s.pidPath)
	if err != nil {
		s.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	return &detached{s: s, number: pid}
}

func (p *detached) pid() int { return p.number }

func (p *detached) stop() {
	p.s.t.Helper()
	if r := p.s.do(append([]string{"stop"}, p.s.pidfile()...)...); r.code != 0 {
		p.s.t.Errorf("ship-it stop: exit code %d: %s", r.code, r.stderr)
	}
}

// ended can't see the exit code of a daemon.
func (p *detached) ended(int) {
	p.s.t.Helper()
	p.s.eventually("the end of the daemon", func() bool {
		return syscall.Kill(p.number, 0) != nil
	})
}

// kill ends a box without giving it a word, and waits until the kernel has
// taken its lines.
func kill(t *testing.T, s *station, p running) {
	t.Helper()
	if err := syscall.Kill(p.pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.ended(-1)
	s.eventually("free lines", func() bool {
		info := s.info()
		for _, pin := range lines() {
			if !strings.Contains(info[pin], " unused ") {
				return false
			}
		}
		return true
	})
}
