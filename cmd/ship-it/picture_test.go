package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestPictureSizes: the simulator in a real terminal of three sizes: the picture
// fills it, obeys its keys and the mouse, follows its size, and gives it back.
func TestPictureSizes(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{60, 20}, {80, 24}, {132, 43}} {
		t.Run(fmt.Sprint(size[0]), func(t *testing.T) {
			t.Parallel()
			tm := newTmux(t, size[0], size[1])
			tm.save()
			tm.run("ship-it sim -c none.toml; ship-it sim")
			tm.wait("SAFE: turn the switch on to arm it")
			screen := tm.until("the whole frame", func(s string) bool { return strings.HasSuffix(strings.TrimSpace(s), "╯") })
			lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
			if len(lines) != size[1] || !strings.HasPrefix(lines[0], "╭─ ship-it ─") || !strings.HasPrefix(lines[len(lines)-1], "╰──") {
				t.Errorf("%d lines:\n%s", len(lines), screen)
			}
			for _, line := range lines {
				if len([]rune(line)) != size[0] {
					t.Errorf("not %d cells: %q", size[0], line)
				}
			}
			tm.keys("a")
			tm.wait("ARMED: a press launches Client Int")
			tm.keys("b")
			tm.until("the branch button up again", func(s string) bool {
				return strings.Contains(s, "ARMED: a press launches Hubot") && !strings.Contains(s, "DOWN")
			})
			tm.keys("L")
			tm.until("the launch button down", func(s string) bool { return strings.Contains(s, "LAUNCHING") && strings.Contains(s, "DOWN") })
			tm.wait("♪ ALARM")
			tm.wait("Triggered a build of Hubot id=1")
			tm.keys("l")
			tm.until("the launch button up", func(s string) bool { return !strings.Contains(s, "DOWN") })
			click(tm, 5, 3) // the switch
			tm.wait("▶ off")
			tm.tmux("resize-window", "-x", "50", "-y", "15")
			tm.wait("The picture needs 60 by 20 cells")
			tm.tmux("resize-window", "-x", fmt.Sprint(size[0]), "-y", fmt.Sprint(size[1]))
			tm.wait("LAUNCHING")
			tm.keys("q")
			tm.wait("marker")
			tm.checkWhole()
		})
	}
}

// click presses and lifts the left button of the mouse, as an xterm tells it.
func click(tm *tmux, x, y int) {
	tm.t.Helper()
	for _, end := range []string{"M", "m"} {
		tm.tmux("send-keys", "-l", fmt.Sprintf("\x1b[<0;%d;%d%s", x+1, y+1, end))
	}
}

// TestPictureColours: the sixteen colours, none with NO_COLOR, and no shapes
// where the locale has none. No child is started to find out: tmux is one that
// is asked about the terminal elsewhere, with the whole environment.
func TestPictureColours(t *testing.T) {
	t.Parallel()
	coloured := regexp.MustCompile(`\x1b\[[0-9;]*[39][0-7][0-9;]*m`)
	many := regexp.MustCompile(`\x1b\[[0-9;]*[34]8[;:]`)
	for _, env := range []string{"A=B", "NO_COLOR=1", "LC_ALL=C", "TERM=linux", "COLORTERM=truecolor"} {
		t.Run(env, func(t *testing.T) {
			t.Parallel()
			tm := newTmux(t, 80, 24, env)
			tm.save()
			place := &place{t: t, dir: tm.dir}
			place.write("tmux", "#!/bin/sh\nenv >"+place.path("asked"), 0o755)
			tm.run(`env PATH=$PWD:$PATH ship-it sim`)
			tm.wait("SAFE")
			tm.keys("a")
			tm.wait("ARMED")
			screen := tm.tmux("capture-pane", "-p", "-e")
			if coloured.MatchString(screen) == (env == "NO_COLOR=1") || many.MatchString(screen) {
				t.Errorf("%q", screen)
			}
			if letters := env == "LC_ALL=C" || env == "TERM=linux"; strings.ContainsAny(screen, "╭●▶") == letters {
				t.Errorf("%s", screen)
			}
			tm.keys("q")
			tm.wait("marker")
			tm.checkWhole()
			if text, err := os.ReadFile(place.path("asked")); err == nil {
				t.Errorf("tmux was called with:\n%s", text)
			}
		})
	}
}

// TestPictureEnds: whatever ends the picture, the terminal is whole and the exit
// code tells.
func TestPictureEnds(t *testing.T) {
	t.Parallel()
	signal := func(name string) func(*tmux) {
		return func(tm *tmux) { tm.tmux("run-shell", "kill -"+name+" $(cat "+tm.dir+"/pid)") }
	}
	cases := []struct {
		name string
		end  func(tm *tmux)
		code int
		says string
	}{
		{"q", func(tm *tmux) { tm.keys("q") }, 0, ""},
		{"Ctrl-C", func(tm *tmux) { tm.keys("C-c") }, 0, ""},
		{"TERM", signal("TERM"), 0, ""},
		{"INT", signal("INT"), 0, ""},
		{"HUP", signal("HUP"), 0, ""},
		{"QUIT", signal("QUIT"), 1, "goroutine "},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tm := newTmux(t, 80, 24)
			tm.save()
			tm.run(`sh -c 'echo $$ >pid; exec ship-it sim' 2>said; echo code $?`)
			tm.wait("SAFE")
			tm.keys("a")
			tm.wait("ARMED")
			tm.keys("l")
			tm.wait("LAUNCHING")
			c.end(tm)
			screen := tm.until("the exit code", func(s string) bool { return regexp.MustCompile(`code \d\n`).MatchString(s) })
			if want := fmt.Sprintf("code %d\n", c.code); !strings.Contains(screen, want) {
				t.Errorf("no %q in:\n%s", want, screen)
			}
			tm.checkWhole()
			if said := (&place{t: t, dir: tm.dir}).read("said"); !strings.Contains(said, c.says) || c.says == "" && said != "" {
				t.Errorf("it said %q", said)
			}
		})
	}
}

// TestPictureStopped: Ctrl-Z and a TSTP give the terminal back until fg, which
// goes on where it was; where there is no shell to go back to nothing stops.
func TestPictureStopped(t *testing.T) {
	t.Parallel()
	tm := newTmux(t, 80, 24)
	tm.save()
	tm.run(`sh -c 'echo $$ >pid; exec ship-it sim'`)
	tm.wait("SAFE")
	for _, stop := range []func(){
		func() { tm.keys("C-z") },
		func() { tm.tmux("run-shell", "kill -TSTP $(cat "+tm.dir+"/pid)") },
	} {
		stop()
		tm.until("the shell's prompt", func(s string) bool {
			return strings.Contains(s, "Stopped") && strings.HasSuffix(strings.TrimSpace(s), "\n$")
		})
		tm.checkWhole()
		tm.run("clear; echo marker of the screen befor''e; fg")
		tm.wait("SAFE")
		tm.keys("a")
		tm.wait("ARMED")
		tm.keys("a")
		tm.wait("SAFE")
	}
	tm.keys("q")
	tm.wait("marker")
	tm.checkWhole()
	tm.run("exec ship-it sim")
	tm.wait("SAFE")
	tm.keys("C-z", "a")
	tm.wait("ARMED")
}

// TestPictureLeft: a pipe in the place of the picture is a script's, and its end
// leaves the terminal whole; a window that is closed leaves nobody behind.
func TestPictureLeft(t *testing.T) {
	t.Parallel()
	tm := newTmux(t, 80, 24)
	tm.save()
	tm.run("ship-it sim | head -n 1; echo don''e")
	tm.wait("A line each")
	tm.run("arm")
	tm.run("press launch")
	tm.wait("done\n")
	tm.checkWhole()
	tm.run(`sh -c 'echo $$ >pid; exec ship-it sim'`)
	tm.wait("SAFE")
	p := &place{t: t, dir: tm.dir}
	pid, err := strconv.Atoi(strings.TrimSpace(p.read("pid")))
	if err != nil {
		t.Fatal(err)
	}
	tm.tmux("kill-server")
	p.waitGone(pid)
}

// TestWatchPicture: the picture of a box that runs follows it, moves nothing, waits for
// a box that has gone, and finds the next one.
func TestWatchPicture(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.start("--socket", p.path("sock"))
	tm := newTmux(t, 80, 24)
	tm.save()
	tm.run("ship-it watch --socket " + p.path("sock") + " | head -n 1 | cut -c 1-12")
	tm.wait(`{"version":"`)
	tm.checkWhole()
	tm.run("clear; echo marker of the screen befor''e; ship-it watch --socket " + p.path("sock"))
	tm.wait("SAFE")
	tm.wait("pins have been initialized!")
	h := p.hand()
	h.arm()
	tm.wait("ARMED: a press launches Client Int")
	tm.keys("l", "b", "a")
	h.press()
	tm.wait("LAUNCHING")
	tm.wait("Triggered a build of Client Int")
	r.signal(syscall.SIGTERM)
	if code, log := r.end(); code != 0 {
		t.Errorf("exit code %d, log:\n%s", code, log)
	}
	tm.wait("NO WORD OF THE BOX: ")
	r = p.start("--socket", p.path("sock"))
	tm.until("the next box", func(s string) bool { return !strings.Contains(s, "NO WORD") })
	tm.keys("q")
	tm.wait("marker")
	tm.checkWhole()
	r.signal(syscall.SIGTERM)
	r.end()
	if n := p.server.Requests(); n != 1 {
		t.Errorf("%d launches", n)
	}
}
