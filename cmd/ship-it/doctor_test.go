package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"ship-it.example/cmd/ship-it/doctor"
)

// TestChart: a line is broken between words where the terminal ends, and nowhere
// else; what is longer than a line stays whole.
func TestChart(t *testing.T) {
	t.Parallel()
	f := doctor.Finding{About: "a", Verdict: doctor.Bad, Text: "one two three", Remedy: "four five_and_a_half six"}
	for columns, want := range map[int]string{
		0:  "  BAD  a: one two three\n       -> four five_and_a_half six\n",
		80: "  BAD  a: one two three\n       -> four five_and_a_half six\n",
		23: "  BAD  a: one two three\n       -> four\n          five_and_a_half\n          six\n",
		22: "  BAD  a: one two\n       three\n       -> four\n          five_and_a_half\n          six\n",
		5:  "  BAD  a: one two three\n       -> four five_and_a_half six\n",
	} {
		var got strings.Builder
		(&chart{w: &got, columns: columns}).Finding(f)
		if got.String() != want {
			t.Errorf("in %d columns:\n%s\nwant:\n%s", columns, got.String(), want)
		}
	}
}

// seatDoctor has the doctor at a terminal, with a hand at the box.
func seatDoctor(t *testing.T, p *place) (*seat, *hand) {
	t.Helper()
	s := sit(t, p.command("doctor", "--pidfile", p.path("pid")), 80, 24, "NO_COLOR=1")
	s.wait("Are all lamps dark? [y/n/s] ")
	return s, p.hand()
}

// lamps answers for the lamps, in order, by what is driven.
func (s *seat) lamps(h *hand) {
	s.t.Helper()
	s.keys("y\n")
	s.wait("0 none, 1 blinker, 2 lamp of Client Int, 3 lamp of Hubot\n")
	for i, pin := range []int{pinBlinker, pinLampA, pinLampB} {
		s.wait("Which one is lit? [0-3/s] ")
		for other, number := range map[int]int{pinBlinker: 1, pinLampA: 2, pinLampB: 3} {
			if lit := h.do("level %d", other) == "high"; lit != (other == pin) {
				s.t.Errorf("at question %d lamp %d is lit: %t", i+1, number, lit)
			}
		}
		s.keys(fmt.Sprintf("%d\n", i+1))
	}
}

// TestDoctor goes through a whole box with the doctor: nothing is wrong with it,
// no launch reaches the server, and every line is given back.
func TestDoctor(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s, h := seatDoctor(t, p)
	s.lamps(h)
	s.wait("Turn the arming switch on (n: nothing happens, s: skip)\n")
	h.do("drive %d high", pinSwitch)
	s.wait("1 edge, no bounce\n")
	s.wait("Turn the arming switch off")
	h.do("float %d", pinSwitch)
	for _, button := range []struct {
		name string
		pin  int
	}{{"branch", pinBranch}, {"launch", pinLaunch}} {
		s.wait("Press the " + button.name + " button and let it go, 3 times")
		for range 3 {
			h.do("drive %d low", button.pin)
			s.wait("1 edge, no bounce\n")
			h.do("float %d", button.pin)
			s.wait("1 edge, no bounce\n")
		}
	}
	code, text := s.end()
	for _, want := range []string{
		"lamp of Hubot, GPIO 25 (pin 22): it lights",
		"arming switch, GPIO 24 (pin 18): it turns on and off",
		"launch button, GPIO 27 (pin 13): it is seen at each press",
		"target Hubot: its server would take a launch",
	} {
		if !strings.Contains(text, "ok   "+want+"\n") {
			t.Errorf("no %q", want)
		}
	}
	// 5 ms is what the place's configuration has, and less than is ever proposed.
	if !strings.Contains(text, "look debounce is 5ms, too short for these contacts: 14 contacts, ") || !strings.Contains(text, `→ debounce = "`) {
		t.Error("no debounce time was proposed")
	}
	if code != 1 || p.left() != "" || p.server.Requests() != 0 || t.Failed() {
		t.Errorf("exit code %d, %q left driven, %d launches:\n%s", code, p.left(), p.server.Requests(), text)
	}
}

// TestDoctorEnds: whatever ends it in the middle of a lamp's question, the lamp
// is out and its line given back.
func TestDoctorEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		end  func(*seat, *hand)
		code int
		says string
	}{
		{"Ctrl-C", func(s *seat, _ *hand) { s.keys("\x03") }, 0, "Which one is lit?"},
		{"Ctrl-\\", func(s *seat, _ *hand) { s.keys("\x1c") }, 1, "received signal 3"},
		{"Ctrl-Z, Ctrl-C", func(s *seat, _ *hand) { s.keys("\x1a\x03") }, 0, "Which one is lit?"},
		{"closed", func(s *seat, _ *hand) { _ = s.window.Close() }, 0, ""},
		{"Ctrl-D", func(s *seat, _ *hand) { s.keys("\x04") }, 0, "left out: nobody answers any more"},
		{"skipped", func(s *seat, _ *hand) {
			s.keys("s\n")
			for range 3 { // the switch, and two buttons
				s.wait("s: skip")
				s.keys("s\n")
			}
		}, 0, "left out, as you wished"},
		{"a panic", func(s *seat, h *hand) { h.do("panic drive"); s.keys("1\n") }, 1, "tripped in drive"},
		{"a lost chip", func(s *seat, h *hand) { h.do("remove"); s.keys("1\n") }, 1, "went away"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			s, h := seatDoctor(t, p)
			s.keys("y\n")
			s.wait("Which one is lit? [0-3/s] ")
			if p.left() == "" {
				t.Error("no lamp is lit")
			}
			tt.end(s, h)
			code, text := s.end()
			if code != tt.code && tt.name != "closed" || // a write may be sooner there than the HUP
				!strings.Contains(text, tt.says) {
				t.Errorf("exit code %d, want %d, and %q in:\n%s", code, tt.code, tt.says, text)
			}
			if left := p.left(); left != "" && tt.name != "a lost chip" {
				t.Errorf("%s left driven", left)
			}
		})
	}
}

// TestDoctorSiren: the siren is no lamp, and is asked for before it sounds.
func TestDoctorSiren(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "[pins]", "siren = 5")
	s, _ := seatDoctor(t, p)
	s.keys("y\n")
	s.wait("Which one is lit? [0-3/s] ") // blinker and two lamps
	s.keys("s\n")
	s.wait("The siren is loud. Sound it for 500ms? [y/n/s] ")
	if strings.Contains(p.left(), "5\n") {
		t.Errorf("%q is driven before anybody was asked", p.left())
	}
	s.keys("n\n")
	for range 3 {
		s.wait("s: skip")
		s.keys("s\n")
	}
	if code, text := s.end(); code != 0 || p.left() != "" {
		t.Errorf("exit code %d, %q left driven:\n%s", code, p.left(), text)
	}
}

// TestDoctorJSON: a machine gets one object, with every finding that somebody
// has to do something about; without a terminal nobody is asked.
func TestDoctorJSON(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	if err := os.Remove(p.path("token")); err != nil {
		t.Fatal(err)
	}
	cmd := p.command("doctor", "--json", "--pidfile", p.path("pid"))
	cmd.Env = append(cmd.Env, "TEST_NO_CLOCK=1")
	code, stdout, stderr := p.finish(cmd)
	var told struct {
		Wrong, Skipped int
		Findings       []doctor.Finding
	}
	if err := json.Unmarshal([]byte(stdout), &told); err != nil || code != 1 || stderr != "" {
		t.Fatalf("exit code %d, %v:\n%s%s", code, err, stdout, stderr)
	}
	wrong := map[string]string{}
	for _, f := range told.Findings {
		if f.Wrong() {
			wrong[f.Step] = f.Remedy
		}
	}
	if len(wrong) != told.Wrong || !strings.HasPrefix(wrong["configuration"], "make it, with mode 0600") || wrong["clock"] == "" || told.Wrong != 2 {
		t.Errorf("wrong are %v, counted %d:\n%s", wrong, told.Wrong, stdout)
	}
	for _, step := range []string{"lamps", "switch", "buttons", "server"} {
		if !slices.ContainsFunc(told.Findings, func(f doctor.Finding) bool { return f.Step == step && f.Verdict == doctor.LeftOut }) {
			t.Errorf("%s is not said to be left out", step)
		}
	}
}

// TestDoctorJSONAsks: with its object going elsewhere the doctor still asks who
// sits at the terminal.
func TestDoctorJSONAsks(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	inner := p.command("doctor", "--json", "--pidfile", p.path("pid"))
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `out=$1; shift; exec "$@" >"$out"`, "sh", p.path("out"))
	cmd.Args = append(cmd.Args, inner.Args...)
	cmd.Dir, cmd.Env = inner.Dir, inner.Env
	s := sit(t, cmd, 80, 24)
	s.wait("Are all lamps dark? [y/n/s] ")
	s.keys("s\n")
	for range 3 {
		s.wait("s: skip")
		s.keys("s\n")
	}
	code, text := s.end()
	var told struct{ Findings []doctor.Finding }
	if err := json.Unmarshal([]byte(p.read("out")), &told); err != nil || code != 0 || len(told.Findings) == 0 || strings.Contains(text, "{") {
		t.Errorf("exit code %d, %v, in the file:\n%s\nat the terminal:\n%s", code, err, p.read("out"), text)
	}
}
