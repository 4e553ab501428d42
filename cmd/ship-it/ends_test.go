package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestEnds ends the program at eleven moments of a launch, by each signal and
// by the end of whoever reads its log. The lines are given back first, the log
// has the original's words and what became of the request, no player is left,
// and nothing is sent again. PIPE alone is no end.
func TestEnds(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		end   func(*process)
		code  int
		words string // empty: nobody reads the log any more
	}{
		{"TERM", signalled(syscall.SIGTERM), 0, "received signal 15, exiting..."},
		{"INT", signalled(syscall.SIGINT), 0, "received signal 2, exiting..."},
		{"HUP", signalled(syscall.SIGHUP), 0, "received signal 1, exiting..."},
		{"QUIT", signalled(syscall.SIGQUIT), 1, "received signal 3, exiting..."},
		{"PIPE, then TERM", signalled(syscall.SIGPIPE, syscall.SIGTERM), 0, "received signal 15, exiting..."},
		{"closed log", unread, 1, ""},
	}
	for _, c := range cases {
		for _, m := range processMoments() {
			t.Run(c.name+"/"+m.name, func(t *testing.T) {
				t.Parallel()
				p := newPlace(t)
				p.givePlayer()
				m.prepare(p)
				r := p.start("-v")
				m.reach(r, p.hand())
				c.end(r)
				if c.words != "" {
					r.waitLog(c.words) // lines first, words after
					if left := p.left(); left != "" {
						t.Errorf("lines are driven after the first words: %s", left)
					}
					r.waitLog("cleaning up pins!")
				}
				if m.again && c.words != "" {
					c.end(r) // once more, out of impatience
				}
				code, log := r.end()
				if code != c.code {
					t.Errorf("exit code %d, want %d", code, c.code)
				}
				if left := p.left(); left != "" {
					t.Errorf("lines are left driven: %s", left)
				}
				p.checkNoPlayer()
				if c.words != "" {
					inOrder(t, log, c.words, "cleaning up pins!")
					m.checkLog(t, log)
					if strings.Contains(log, "signal 13") || strings.Contains(log, "goroutine ") != (c.name == "QUIT") {
						t.Errorf("a PIPE is told, or a trace that is not wanted:\n%s", log)
					}
				}
				if n := p.server.Requests(); n != m.requests && (m.name != "at the press" || n > 1) {
					t.Errorf("the server got %d requests, want %d", n, m.requests)
				}
			})
		}
	}
}

func signalled(signals ...syscall.Signal) func(*process) {
	return func(r *process) {
		for _, sig := range signals {
			r.signal(sig)
		}
	}
}

// unread takes the log's reader away, and has a line written.
func unread(r *process) {
	r.unread()
	r.hand().last("drive %d low", pinBranch)
}

// inOrder checks that texts stand in the log in this order.
func inOrder(t *testing.T, log string, texts ...string) {
	t.Helper()
	rest := log
	for _, text := range texts {
		_, after, found := strings.Cut(rest, text)
		if !found {
			t.Errorf("no %q in its place in the log:\n%s", text, log)
			return
		}
		rest = after
	}
}

// TestPanics: a panic in a goroutine gives the lines back before the trace is
// logged, and ends with 1.
func TestPanics(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"wait", "drive"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.givePlayer()
			r := p.start()
			h := p.hand()
			h.arm()
			h.press()
			r.waitFile("players", "\n")
			h.last("panic %s", where)
			h.last("float %d", pinLaunch)
			r.waitLog("cleaning up pins!")
			if left := p.left(); left != "" {
				t.Errorf("lines are driven after the last words: %s", left)
			}
			code, log := r.end()
			if code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			p.checkNoPlayer()
			inOrder(t, log, "ERROR panic: tripped in "+where, "goroutine ")
		})
	}
}

// TestLostChip: the program ends with an error, and launches nothing, though
// every line reads low then.
func TestLostChip(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.start()
	h := p.hand()
	h.arm()
	h.do("remove")
	code, log := r.end()
	if code != 1 || !strings.Contains(log, "ERROR the GPIO chip went away") {
		t.Errorf("exit code %d, want 1, and an error in:\n%s", code, log)
	}
	if n := p.server.Requests(); n != 0 {
		t.Errorf("a lost chip launched %d builds", n)
	}
}

// TestBrokenPipe: whoever reads the log goes away, as tee does at Ctrl-C. The
// next line ends the program, lines first.
func TestBrokenPipe(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cmd := p.command()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 1)
	if _, err := io.ReadFull(stderr, first); err != nil {
		t.Fatal(err)
	}
	h := p.hand()
	if err := stderr.Close(); err != nil {
		t.Fatal(err)
	}
	h.do("drive %d high", pinSwitch) // logs "Armed"
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("ended with %v, want exit code 1", err)
	}
}

// TestNoEnds: what is no end of the program, and what it must not take for one.
// A player that goes away before it has read its sound gives us a broken pipe,
// which is not the log's.
func TestNoEnds(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.write("config.toml", strings.Replace(p.read("config.toml"), "player = []", `player = ["false"]`, 1), 0o644)
	r := p.start()
	h := p.hand()
	r.signal(syscall.SIGPIPE)
	r.signal(syscall.SIGTSTP)
	h.arm()
	h.press()
	<-p.asked
	r.waitLog("WARN sound: false")
	r.signal(syscall.SIGTERM)
	if code, log := r.end(); code != 0 || strings.Contains(log, "closed") {
		t.Errorf("exit code %d, log:\n%s", code, log)
	}
}

// TestStuckPipe: a log that nobody reads holds up neither the box nor its end.
func TestStuckPipe(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cmd := p.command("-v")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 1)
	if _, err := io.ReadFull(stderr, first); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.FcntlInt(stderr.(*os.File).Fd(), unix.F_SETPIPE_SZ, 4096); err != nil {
		t.Fatal(err)
	}
	h := p.hand()
	for range 40 { // some 8 KB of log
		for _, lamp := range []int{pinLampB, pinLampA} {
			h.do("drive %d low", pinBranch)
			h.await(lamp, "high")
			h.do("float %d", pinBranch)
			<-time.After(10 * time.Millisecond) // the release settles; nothing shows it
		}
	}
	h.arm()
	h.press()
	<-p.asked
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if state, err := cmd.Process.Wait(); err != nil || state.ExitCode() != 0 {
		t.Errorf("ended with %v (%v), want exit code 0", state, err)
	}
}

// TestSecondProgram: a second run finds the lines held, names their owner, and
// leaves the first alone.
func TestSecondProgram(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.start()
	code, _, stderr := p.finish(p.command())
	if want := fmt.Sprintf(`is held by "ship-it@%d"`, r.cmd.Process.Pid); code != 1 || !strings.Contains(stderr, want) {
		t.Errorf("exit code %d, want 1, and %q in:\n%s", code, want, stderr)
	}
	code, _, stderr = p.finish(p.command("release"))
	if code != 1 || !strings.Contains(stderr, "is held by") {
		t.Errorf("release of held lines ended with %d:\n%s", code, stderr)
	}
	r.signal(syscall.SIGTERM)
	r.end()
}
