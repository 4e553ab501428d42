package main

import (
	"encoding/xml"
	"fmt"
	"math"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"ship-it.example/cmd/ship-it/board"
	"ship-it.example/shipit/config"
)

// TestPinsPicture: a terminal that is wide enough shows the header, a narrow one
// the list alone, and a pipe what it always did.
func TestPinsPicture(t *testing.T) {
	t.Parallel()
	const dots, row = "●", "lamp of Client Int  low GPIO22 15 ● ● 16 GPIO23 low  branch button\n"
	list := "launch button       GPIO 27 (pin 13)  the blue wire    free, low\n"
	tests := []struct {
		name    string
		columns uint16
		env     string
		has     []string
		hasNot  string
	}{
		{"wide", 200, "NO_COLOR=1", []string{row, list}, "\x1b"},
		{"just wide enough", board.Columns, "NO_COLOR=1", []string{row, list}, "\x1b"},
		{"narrow", board.Columns - 1, "NO_COLOR=1", []string{list}, dots},
		{"in colours", 80, "TERM=xterm", []string{"\x1b[94mlaunch button\x1b[0m  low \x1b[94mGPIO27\x1b[0m 13 \x1b[94m●\x1b[0m", list}, "@"},
		{"dumb", 80, "TERM=dumb", []string{row, list}, "\x1b"},
		{"without signs", 80, "LC_ALL=C", []string{"GPIO17\x1b[0m 11 \x1b[95m@\x1b[0m", list}, dots},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, text := sit(t, newPlace(t).command("pins"), tt.columns, 24, tt.env).end()
			for _, want := range tt.has {
				if !strings.Contains(text, want) {
					t.Errorf("no %q", want)
				}
			}
			if code != 0 || strings.Contains(text, tt.hasNot) || t.Failed() {
				t.Errorf("exit code %d, and %q has no place in:\n%s", code, tt.hasNot, text)
			}
		})
	}
}

// TestBench has picture and doctor in a real terminal, at three sizes: no line of
// the picture is broken, and after a Ctrl-C and a Ctrl-Z the terminal is what it
// was, with every lamp out.
func TestBench(t *testing.T) {
	t.Parallel()
	for _, size := range []struct {
		columns, rows int
		picture       bool
	}{{60, 20, false}, {80, 24, true}, {200, 60, true}} {
		t.Run(fmt.Sprintf("%dx%d", size.columns, size.rows), func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			tm := newTmux(t, size.columns, size.rows)
			do := func(args ...string) string {
				return "'" + strings.Join(p.command(args...).Args, "' '") + "'; echo code $?"
			}
			tm.run("stty -a >before; clear; " + do("pins"))
			tm.wait("code 0\n")
			screen, rows := tm.tmux("capture-pane", "-p", "-S", "-"), 0
			for line := range strings.Lines(screen) {
				if regexp.MustCompile(`\d+ [□○●] [○●] \d+`).MatchString(line) {
					rows++
				}
			}
			if want := map[bool]int{true: 20}[size.picture]; rows != want {
				t.Errorf("%d rows of the picture, want %d:\n%s", rows, want, screen)
			}
			tm.run("clear; " + do("doctor", "--pidfile", p.path("pid")))
			tm.wait("Are all lamps dark?")
			tm.keys("C-z")
			tm.keys("y", "Enter")
			tm.wait("Which one is lit?")
			if p.left() == "" {
				t.Error("no lamp is lit")
			}
			tm.keys("C-c")
			tm.wait("code 0\n")
			if left := p.left(); left != "" {
				t.Errorf("%s left driven", left)
			}
			tm.run("stty -a | diff before - && echo whol''e")
			tm.wait("whole\n")
		})
	}
}

// TestWires holds the names of the wires' colours against those that the README's
// diagram paints them with.
func TestWires(t *testing.T) {
	t.Parallel()
	svg := readFile(t, "../../packaging/wiring.svg")
	if err := xml.Unmarshal([]byte(svg), new(struct{})); err != nil {
		t.Fatal(err)
	}
	hues := map[board.Wire][2]float64{ // degrees
		"orange": {15, 40}, "yellow": {41, 65}, "green": {100, 160}, "cyan": {170, 200}, "blue": {201, 240}, "violet": {250, 290}, "pink": {310, 340}, "brown": {15, 40},
	}
	c := config.Original()
	c.Pins.SecondButton = &config.Input{Pin: 5, PullUp: true, ActiveLow: true}
	c.Pins.Siren = &config.Siren{Output: config.Output{Pin: 16}}
	for _, part := range partsOf(plan(c)) {
		drawn := regexp.MustCompile(fmt.Sprintf(`\.w%d \{ stroke: #([0-9a-f]{6}); \}`, part.Line)).FindStringSubmatch(svg)
		if drawn == nil {
			t.Errorf("%s has no wire in the diagram", part.Name)
			continue
		}
		var red, green, blue int
		if _, err := fmt.Sscanf(drawn[1], "%02x%02x%02x", &red, &green, &blue); err != nil {
			t.Fatal(err)
		}
		r, g, b := float64(red), float64(green), float64(blue)
		hue := math.Mod(math.Atan2(math.Sqrt(3)*(g-b), 2*r-g-b)*180/math.Pi+360, 360)
		if want := hues[part.Wire]; hue < want[0] || hue > want[1] {
			t.Errorf("%s: the wire is #%s, of hue %.0f, and not %s", part.Name, drawn[1], hue, part.Wire)
		}
	}
}

// TestPinsWatch: presses are told with their bounce, whatever ends it gives the
// lines back, and nothing was driven.
func TestPinsWatch(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*seat){
		"Ctrl-C": func(s *seat) { s.keys("\x03") },
		"TERM":   func(s *seat) { _ = s.cmd.Process.Signal(syscall.SIGTERM) },
		"closed": func(s *seat) { _ = s.window.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			s := sit(t, p.command("pins", "--watch"), 80, 24)
			s.wait("arming switch  is off\n")
			s.wait("Ctrl-C ends it\n")
			h := p.hand()
			h.do("drive %d high", pinSwitch)
			s.wait("arming switch  on        1 edge, no bounce\n")
			h.do("drive %d low", pinLaunch)
			s.wait("launch button  pressed   1 edge, no bounce\n")
			h.do("float %d", pinLaunch)
			s.wait("launch button  released  1 edge, no bounce, after ")
			end(s)
			if code, text := s.end(); code != 0 || p.left() != "" {
				t.Errorf("exit code %d, %q was driven:\n%s", code, p.left(), text)
			}
		})
	}
}

// TestPinsWatchHeld: lines that are the box's are left to it.
func TestPinsWatchHeld(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.start()
	code, stdout, stderr := p.finish(p.command("pins", "--watch"))
	if code != 1 || stdout != "" || !strings.Contains(stderr, fmt.Sprintf(`held by "ship-it@%d"`, r.cmd.Process.Pid)) ||
		!strings.Contains(stderr, "ship-it: hint: ship-it watch shows the box that runs") {
		t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
	}
	r.signal(syscall.SIGTERM)
	if code, log := r.end(); code != 0 {
		t.Errorf("the box ended with %d:\n%s", code, log)
	}
}
