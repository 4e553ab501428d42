package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"ship-it.example/shipit/ci/citest"
)

// TestScreenshots makes the pictures of the README from the program itself, in a
// real terminal. Without -update it holds those that can't depend on the machine
// against the program, so that they never go stale: make screenshots.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	shots := []struct {
		name, title   string
		width, height int
		anywhere      bool // the same on every machine
		shoot         func(t *testing.T, tm *tmux, p *place) string
	}{
		{"sim", "ship-it sim: a launch in the simulator", 80, 24, true, shootSim},
		{"watch", "ship-it watch: a box whose last launch has failed", 80, 20, true, shootWatch},
		{"pins", "ship-it pins: the header, and what is wired where", 80, 44, false, shootPins},
		{"doctor", "ship-it doctor: a box that is gone through, part by part", 80, 44, false, shootDoctor},
	}
	for _, s := range shots {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			if !s.anywhere && !*update {
				t.Skip("it tells of the machine: make screenshots")
			}
			tm := newTmux(t, s.width, s.height)
			tm.run("PS1=; clear")
			got := svg(s.title, steady(s.shoot(t, tm, newPlace(t))), s.width)
			file := filepath.Join("../../packaging", s.name+".svg")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := readFile(t, file); want != got {
				t.Errorf("packaging/%s.svg is out of date: make screenshots", s.name)
			}
		})
	}
}

// steady is a screen without what is different each time.
func steady(screen string) string {
	screen = regexp.MustCompile(`\d\d:\d\d:\d\d`).ReplaceAllString(screen, "17:00:04")
	return regexp.MustCompile(`127\.0\.0\.1:\d{5}`).ReplaceAllString(screen, "127.0.0.1:54321")
}

// shot waits until the screen matches, and returns it with its colours.
func (tm *tmux) shot(pattern string) string {
	tm.t.Helper()
	so := regexp.MustCompile(pattern)
	for deadline := time.Now().Add(limit); ; <-time.After(10 * time.Millisecond) {
		screen := tm.tmux("capture-pane", "-p", "-e")
		if so.MatchString(sgr.ReplaceAllString(screen, "")) {
			return screen
		}
		if time.Now().After(deadline) {
			tm.t.Fatalf("waited for %q, and got:\n%s", pattern, screen)
		}
	}
}

// shootSim is a launch after a press that was refused. Nothing in it lasts for
// less than some seconds, but for the lamps.
func shootSim(_ *testing.T, tm *tmux, p *place) string {
	p.write("sim.toml", strings.ReplaceAll(p.read("config.toml"), "led =", "follow = false\nled ="), 0o644)
	tm.run("ship-it sim --config " + p.path("sim.toml"))
	tm.wait("SAFE")
	tm.keys("l")
	tm.wait("last refusal")
	tm.keys("a")
	tm.wait("ARMED")
	tm.keys("b")
	tm.until("the branch button up", func(s string) bool { return strings.Contains(s, "launches Hubot") && !strings.Contains(s, "DOWN") })
	tm.keys("L")
	return tm.shot(`(?s)DOWN.*LAUNCHING.*off  Client Int .*▶ ● on   Hubot .*Triggered a build`)
}

// shootWatch is an armed box that runs, whose last launch has failed.
func shootWatch(t *testing.T, tm *tmux, p *place) string {
	t.Helper()
	link := fmt.Sprintf("/tmp/w%06d", os.Getpid()%1_000_000) // as long as what the picture says
	if err := os.Symlink(p.dir, link); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(link) })
	p.server.SetMode(citest.Fail(403))
	r := p.start()
	tm.run("ship-it watch --socket " + link + "/sock")
	tm.wait("SAFE")
	h := p.hand()
	h.arm()
	h.press()
	tm.wait("FAILED")
	h.do("float %d", pinLaunch)
	screen := tm.shot(`(?s)BLINKER.*● on .*blinking.*up .*silent.*ARMED: a press launches Client Int.*▶ ○ off  Client Int .*NOT STARTED`)
	r.signal(syscall.SIGTERM)
	r.end()
	return strings.ReplaceAll(screen, link+"/sock", "/run/ship-it/sock")
}

// shootPins is the header of the usual box.
func shootPins(_ *testing.T, tm *tmux, p *place) string {
	tm.run("clear; ship-it pins --config " + p.path("config.toml") + " --chip virtual:" + p.path("chip"))
	return tm.shot(`(?s)branch button .*lamp of Hubot.*\n\n\n`)
}

// shootDoctor is the doctor at the lamps.
func shootDoctor(_ *testing.T, tm *tmux, p *place) string {
	tm.run("clear; ship-it doctor --config " + p.path("config.toml") + " --chip virtual:" + p.path("chip") + " --pidfile " + p.path("pid"))
	tm.wait("Are all lamps dark?")
	tm.keys("y", "Enter")
	for i := range 3 {
		tm.until("the question", func(s string) bool { return strings.Count(s, "Which one is lit?") > i })
		tm.keys(fmt.Sprint(i+1), "Enter")
	}
	return strings.ReplaceAll(tm.shot(`Turn the arming switch on`), p.path("config.toml"), "/etc/ship-it/config.toml")
}
