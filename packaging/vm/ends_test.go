package vm_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"ship-it.example/shipit/ci/citest"
)

// state is a state of the box and how it is reached.
type state struct {
	start    func(s *station, start func(*station) running) running // nil: just start
	reach    func(s *station)
	requests int
}

// states is every state in which a box may be told to end.
func states() map[string]state {
	launched := func(mode citest.Mode, words string) state {
		return state{reach: func(s *station) {
			s.server.SetMode(mode)
			s.arm()
			s.press(launch)
			s.logged(words, 1)
			s.eventually("the request", func() bool { return s.server.Requests() == 1 })
		}, requests: 1}
	}
	return map[string]state{
		"safe":                   {reach: func(*station) {}},
		"locked":                 {start: startLocked, reach: func(s *station) { s.eventually("a wink", func() bool { return s.lit(blinker) }) }},
		"armed":                  {reach: (*station).arm},
		"branch held":            {reach: func(s *station) { s.pull(branch, false); s.logged("Changing target...", 2) }},
		"launching":              launched(citest.OK(), "Triggered a build"),
		"launching, no answer":   launched(citest.Silent(), "Launching"),
		"launching, late answer": launched(citest.Slow(time.Second), "Launching"),
		"failed":                 launched(citest.Fail(500), "Unknown whether a build of Client Int started: server error"),
		"not started":            launched(citest.Fail(404), "No build of Client Int"),
	}
}

// startLocked starts a box whose switch is on already.
func startLocked(s *station, start func(*station) running) running {
	return startMoved(s, start, arming, true)
}

// startMoved starts a box with an input that is not at rest. A claim with a
// pull moves a simulated line, so the line is moved again until the box has
// looked at it.
func startMoved(s *station, start func(*station) running, pin int, high bool) running {
	done, over := make(chan bool), make(chan bool)
	go func() {
		defer close(over)
		again := time.NewTicker(time.Millisecond)
		defer again.Stop()
		for {
			if err := s.sim.Pull(pin, high); err != nil {
				s.t.Error(err)
				return
			}
			select {
			case <-again.C:
			case <-done:
				return
			}
		}
	}()
	defer func() {
		close(done)
		<-over
	}()
	return start(s)
}

// Told to end in any state, the box goes well.
func TestEnd(t *testing.T) {
	t.Parallel()
	for way, start := range starts() {
		for name, state := range states() {
			t.Run(way+"/"+name, func(t *testing.T) {
				t.Parallel()
				endIn(newStation(t), state, start)
			})
		}
	}
}

// endIn has a box end in a state: its lines are free inputs, its lamps are out,
// nothing more is sent, and the next start works.
func endIn(s *station, state state, start func(*station) running) {
	s.t.Helper()
	var box running
	if state.start != nil {
		box = state.start(s, start)
	} else {
		box = start(s)
	}
	state.reach(s)
	box.stop()
	box.ended(0)
	s.wantFree()
	for _, pin := range lamps() {
		if s.lit(pin) {
			s.t.Errorf("the lamp on line %d is still on", pin)
		}
	}
	s.wantRequests(state.requests)
	for _, words := range []string{"received signal 15, exiting...", "cleaning up pins!"} {
		if s.told(words) != 1 {
			s.t.Errorf("%q is not once in the log:\n%s", words, s.log())
		}
	}
	if _, err := os.Stat(s.pidPath); err == nil {
		s.t.Error("the pidfile is still there")
	}
	again := start(s)
	again.stop()
	again.ended(0)
	s.wantFree()
}

// After a kill -9 in a launch pins tells what was left driven and release makes it inputs.
// The box can be started again, with that or without.
func TestKilled(t *testing.T) {
	t.Parallel()
	for way, start := range starts() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := newStation(t)
			box := start(s)
			s.arm()
			s.press(launch)
			s.eventually("the siren", func() bool { return s.lit(siren) })
			kill(t, s, box)
			const left = "free, but left as an output: ship-it release"
			if r := s.must(append([]string{"pins"}, s.box()...)...); strings.Count(r.stdout, left) != len(lamps()) {
				t.Errorf("pins after a kill does not tell %d outputs:\n%s", len(lamps()), r.stdout)
			}
			s.must(append([]string{"release"}, s.box()...)...)
			if r := s.must(append([]string{"pins"}, s.box()...)...); strings.Contains(r.stdout, left) {
				t.Errorf("pins after a release:\n%s", r.stdout)
			}
			s.wantFree()
			box = start(s)
			kill(t, s, box)
			box = start(s)
			box.stop()
			box.ended(0)
			s.wantFree()
		})
	}
}

// The daemon that dies is told by status, and does not stand in the way of the
// next one.
func TestStatus(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	status := func(want int) {
		t.Helper()
		if r := s.do(append([]string{"status"}, s.pidfile()...)...); r.code != want {
			t.Errorf("status: exit code %d, want %d: %s%s", r.code, want, r.stdout, r.stderr)
		}
	}
	status(3)
	box := s.detached()
	status(0)
	if r := s.must(s.daemon()...); !strings.Contains(r.stdout+r.stderr, "already running (pid ") {
		t.Errorf("a second start says %q %q", r.stdout, r.stderr)
	}
	if err := syscall.Kill(box.pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	box.ended(-1)
	status(1)
	box = s.detached()
	status(0)
	box.stop()
	box.ended(0)
	status(3)
	s.wantFree()
}
