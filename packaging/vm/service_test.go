package vm_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// newServiceStation is one whose box is the machine's service: ship-it is
// installed in the test machine as by "make install". There is one service, so
// there is one such station at a time.
func newServiceStation(t *testing.T) *station {
	t.Helper()
	needMachine(t)
	s := newStation(t)
	s.pidPath = "/run/ship-it/ship-it.pid"
	defaults := fmt.Sprintf("CONFIG=%s\nCHIP=%s\nLOGFILE=%s\n", s.path("config.toml"), s.chip, s.path("log"))
	config, err := os.ReadFile(s.path("config.toml"))
	if err != nil {
		t.Fatal(err)
	}
	// The service's user keeps the journal, in his own folder.
	s.write("config.toml", strings.Replace(string(config), `journal = "journal.jsonl"`, "", 1), 0o644)
	err = errors.Join(
		os.WriteFile("/etc/default/ship-it", []byte(defaults), 0o644),
		os.Chmod(filepath.Dir(s.dir), 0o711), // the daemon gives up root, and opens its log anew
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(s.pidPath) }) // of one that a failed test left
	return s
}

// service has the machine's init script do something.
func (s *station) service(verb string) result {
	s.t.Helper()
	cmd := exec.Command("service", "ship-it", verb)
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return result{code: cmd.ProcessState.ExitCode(), stdout: string(out)}
}

// wantService fails unless the init script ends with this code, and says this.
func (s *station) wantService(verb string, code int, words string) {
	s.t.Helper()
	if r := s.service(verb); r.code != code || !strings.Contains(r.stdout, words) {
		s.t.Errorf("service ship-it %s: exit code %d, want %d and %q; it said:\n%s\nthe log:\n%s",
			verb, r.code, code, words, r.stdout, s.log())
	}
}

// service is a box that the init script starts and stops.
type service struct{ *detached }

func startService(s *station) running {
	s.t.Helper()
	s.wantService("start", 0, "Starting launch box: ship-it.")
	return service{s.daemonNow()}
}

func (p service) stop() {
	p.s.t.Helper()
	p.s.wantService("stop", 0, "Stopping launch box: ship-it.")
}

// The service does its verbs with a box whose lines are real. Its status tells
// a box that runs, one that was killed, and none.
func TestService(t *testing.T) {
	t.Parallel()
	t.Run("verbs", func(t *testing.T) {
		s := newServiceStation(t)
		s.wantService("status", 3, "ship-it is not running")
		s.wantService("stop", 0, "Stopping launch box: ship-it.")
		box := startService(s)
		s.wantService("status", 0, "ship-it is running")
		s.wantService("start", 0, fmt.Sprintf("process already running (pid %d)", box.pid()))
		s.arm()
		s.wantService("reload", 0, "Reopening the log of launch box: ship-it.")
		s.press(launch)
		s.logged("Triggered a build", 1)
		s.wantService("restart", 0, "Starting launch box: ship-it.")
		box.ended(0)
		again := s.daemonNow()
		if again.pid() == box.pid() {
			t.Error("a restart left the old box running")
		}
		s.wantService("status", 0, "ship-it is running")
		s.wantService("stop", 0, "Stopping launch box: ship-it.")
		again.ended(0)
		s.wantService("status", 3, "ship-it is not running")
		s.wantService("frob", 3, "Usage: ")
		s.wantRequests(1)
		s.wantFree()
	})
	t.Run("a broken configuration", func(t *testing.T) {
		s := newServiceStation(t)
		box := startService(s)
		s.write("config.toml", "nonsense = 1\n", 0o644)
		s.wantService("restart", 6, "config.toml")
		s.arm()
		s.press(launch)
		s.logged("Triggered a build", 1)
		s.wantService("stop", 0, "Stopping launch box: ship-it.")
		box.ended(0)
		s.wantService("start", 6, "config.toml")
		s.wantRequests(1)
		s.wantFree()
	})
	t.Run("killed", testServiceKilled)
	all := states()
	for _, name := range []string{"locked", "armed", "launching, no answer"} {
		t.Run("stopped, "+name, func(t *testing.T) { endIn(newServiceStation(t), all[name], startService) })
	}
}

// After a kill -9 the service can be stopped, which gives the lines back, and
// started, with that or without.
func testServiceKilled(t *testing.T) {
	s := newServiceStation(t)
	box := startService(s)
	s.arm()
	kill(t, s, box)
	s.wantService("status", 1, "ship-it is dead, but /run/ship-it/ship-it.pid is there")
	s.wantService("stop", 0, "Stopping launch box: ship-it.")
	s.wantService("status", 3, "ship-it is not running")
	s.wantFree()
	box = startService(s)
	kill(t, s, box)
	box = startService(s)
	s.wantService("status", 0, "ship-it is running")
	if err := syscall.Kill(box.pid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	box.ended(0)
	s.wantService("status", 3, "ship-it is not running")
	s.wantFree()
}
