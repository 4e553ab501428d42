package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tmux is a real terminal with a shell in it.
type tmux struct {
	t    *testing.T
	dir  string // where the shell is
	path string // of its socket
}

// newTmux starts a terminal of that size, with further settings of the shell's
// environment, and skips the test where there is no tmux.
func newTmux(t *testing.T, width, height int, env ...string) *tmux {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("apt install tmux: ", err)
	}
	dir := t.TempDir()
	tm := &tmux{t: t, dir: dir, path: filepath.Join(dir, "s")}
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", tm.path, "kill-server").Run() }) // it may have ended by itself
	args := []string{"-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height), "-c", dir, "--", "env", "-u", "NO_COLOR"}
	args = append(args, "PS1=$ ", "ENV=", "LC_ALL=C.UTF-8", "GORACE=atexit_sleep_ms=0 exitcode=0 log_path=/dev/null", "PATH="+os.Getenv("PATH"))
	tm.tmux(append(append(args, env...), "sh")...)
	tm.wait("$")
	return tm
}

// tmux calls tmux, and returns what it prints.
func (tm *tmux) tmux(args ...string) string {
	tm.t.Helper()
	cmd := exec.Command("tmux", append([]string{"-S", tm.path}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TMUX=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		tm.t.Fatalf("tmux %q: %v: %s", args, err, out)
	}
	return string(out)
}

// screen is what the terminal shows.
func (tm *tmux) screen() string {
	tm.t.Helper()
	return tm.tmux("capture-pane", "-p")
}

// keys types: words such as C-c and Enter are keys.
func (tm *tmux) keys(keys ...string) {
	tm.t.Helper()
	tm.tmux(append([]string{"send-keys"}, keys...)...)
}

// run types a command line.
func (tm *tmux) run(line string) {
	tm.t.Helper()
	tm.tmux("send-keys", "-l", line)
	tm.keys("Enter")
}

// wait waits until the screen shows something, and returns it.
func (tm *tmux) wait(what string) string {
	tm.t.Helper()
	return tm.until(what, func(screen string) bool { return strings.Contains(screen, what) })
}

// until waits until the screen is as wanted, and returns it.
func (tm *tmux) until(what string, so func(screen string) bool) string {
	tm.t.Helper()
	for deadline := time.Now().Add(limit); ; <-time.After(20 * time.Millisecond) {
		screen := tm.screen()
		if so(screen) {
			return screen
		}
		if time.Now().After(deadline) {
			tm.t.Fatalf("waited for %q, and got:\n%s", what, screen)
		}
	}
}

// checkWhole: the shell has its terminal back, as it was when before was saved.
func (tm *tmux) checkWhole() {
	tm.t.Helper()
	tm.run("stty -a | diff before - && echo whol''e")
	screen := tm.wait("whole")
	if flags := tm.tmux("display", "-p", "#{cursor_flag} #{alternate_on} #{mouse_any_flag} #{bracket_paste_flag}"); !strings.HasPrefix(flags, "1 0 0 ") {
		tm.t.Errorf("cursor, alternate screen, mouse: %swith:\n%s", flags, screen)
	}
	if !strings.Contains(screen, "marker of the screen before") {
		tm.t.Errorf("the screen from before is not back:\n%s", screen)
	}
}

// save notes what the terminal is like.
func (tm *tmux) save() {
	tm.t.Helper()
	tm.run("stty -a >before; echo marker of the screen befor''e")
	tm.wait("marker of the screen before\n")
}
