package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ship-it.example/shipit/ci/citest"
)

// TestEnds ends the program by each signal at ten moments of a launch, and once
// before it. The lines are given back first, the log has the original's words
// and what became of the request.
func TestEnds(t *testing.T) {
	t.Parallel()
	cases := []struct {
		signal syscall.Signal
		code   int
		words  string
	}{
		{syscall.SIGTERM, 0, "received signal 15, exiting..."},
		{syscall.SIGINT, 0, "received signal 2, exiting..."},
		{syscall.SIGHUP, 0, "received signal 1, exiting..."},
		{syscall.SIGQUIT, 1, "received signal 3, exiting..."},
	}
	for _, c := range cases {
		for moment := range 11 {
			t.Run(fmt.Sprintf("%v/%d", c.signal, moment), func(t *testing.T) {
				t.Parallel()
				p := newPlace(t)
				outcome := "Triggered a build of Client Int id=1"
				p.server.SetMode(citest.Slow(700 * time.Millisecond))
				if moment == 1 {
					outcome = "ERROR Unknown whether a build of Client Int started: stopped"
					p.server.SetMode(citest.Silent())
				}
				r := p.start()
				h := p.hand()
				h.arm()
				if moment > 0 {
					h.press()
					<-p.asked
					<-time.After(time.Duration(moment*moment) * 4 * time.Millisecond)
				}
				r.signal(c.signal)
				r.waitLog("cleaning up pins!") // lines first, words after
				for _, pin := range []int{pinBlinker, pinLampA, pinLampB} {
					if !h.free(pin) {
						t.Errorf("line %d is driven after the last words", pin)
					}
				}
				if moment%3 == 1 {
					r.signal(c.signal) // once more, out of impatience
				}
				code, log := r.end()
				if code != c.code {
					t.Errorf("exit code %d, want %d", code, c.code)
				}
				want := []string{c.words, "cleaning up pins!"}
				if moment > 0 {
					want = append(want, outcome)
				}
				if c.signal == syscall.SIGQUIT {
					want = append(want, "goroutine ")
				}
				inOrder(t, log, want[:2]...)
				for _, text := range want {
					if !strings.Contains(log, text) {
						t.Errorf("no %q in the log:\n%s", text, log)
					}
				}
				if n := p.server.Requests(); n != min(moment, 1) {
					t.Errorf("the server got %d requests", n)
				}
			})
		}
	}
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
			r := p.start()
			h := p.hand()
			h.do("panic %s", where)
			h.do("drive %d high", pinSwitch)
			r.waitLog("cleaning up pins!")
			if !h.free(pinBlinker) {
				t.Error("the blinker is driven after the last words")
			}
			code, log := r.end()
			if code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
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

// TestNohup: under nohup a HUP does nothing.
func TestNohup(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cmd := p.command()
	sh := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `trap '' HUP; exec "$@"`, "sh"}, cmd.Args...)...)
	sh.Dir, sh.Env = cmd.Dir, cmd.Env
	r := p.startCommand(sh)
	r.signal(syscall.SIGHUP)
	h := p.hand()
	h.arm()
	r.signal(syscall.SIGTERM)
	if code, log := r.end(); code != 0 || strings.Contains(log, "signal 1,") {
		t.Errorf("exit code %d, log:\n%s", code, log)
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
