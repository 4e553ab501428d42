package vm_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"ship-it.example/gpio/gpiosim"
)

// eachWay runs a test with a box in the foreground, and with a daemon, that is
// told to end after it.
func eachWay(t *testing.T, test func(s *station)) {
	t.Helper()
	t.Parallel()
	for way, start := range starts() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := newStation(t)
			box := start(s)
			test(s)
			box.stop()
			box.ended(0)
			s.wantFree()
		})
	}
}

// A cut arming wire reads safe, for the line falls to where it is pulled. A
// press that comes with it, or after it, launches nothing.
func TestCutWire(t *testing.T) {
	eachWay(t, func(s *station) {
		cuts := []time.Duration{0, 5 * time.Millisecond, debounce - time.Millisecond, 3 * debounce}
		for i, between := range cuts {
			s.arm()
			s.pull(arming, false)
			s.rest(between)
			s.press(launch)
			s.logged("Safe", i+1)
			s.logged("Refused launch: not armed", i+1)
			s.rest(3 * debounce)
		}
		if got := s.answers(launch); got != len(cuts) {
			s.t.Errorf("%d answers to %d presses:\n%s", got, len(cuts), s.log())
		}
		s.wantRequests(0)
	})
}

// A button that is down when the box starts launches and changes nothing until
// it was released.
func TestStuckAtStart(t *testing.T) {
	t.Parallel()
	for way, start := range starts() {
		t.Run(way+"/launch", func(t *testing.T) {
			t.Parallel()
			s := newStation(t)
			box := startMoved(s, start, launch, false)
			s.arm()
			s.rest(10 * debounce)
			s.wantRequests(0)
			s.pull(launch, true)
			s.rest(5 * debounce)
			s.press(launch)
			s.logged("Triggered a build of Client Int", 1)
			if got := s.answers(launch); got != 1 {
				t.Errorf("%d answers, want 1:\n%s", got, s.log())
			}
			s.wantRequests(1)
			box.stop()
			box.ended(0)
		})
		t.Run(way+"/branch", func(t *testing.T) {
			t.Parallel()
			s := newStation(t)
			box := startMoved(s, start, branch, false)
			s.arm()
			s.press(launch)
			s.logged("Refused launch: choosing", 1)
			s.wantRequests(0)
			if got := s.answers(branch); got != 0 || !s.lit(lampOne) {
				t.Errorf("a branch button that was found down changed the target:\n%s", s.log())
			}
			s.pull(branch, true)
			s.rest(5 * debounce)
			s.press(launch)
			s.logged("Triggered a build of Client Int", 1)
			s.wantRequests(1)
			box.stop()
			box.ended(0)
		})
	}
}

// A launch button that never lets go is one press: one launch, and after 10 s
// the log calls it stuck. Once it was released it launches again.
func TestNeverLetsGo(t *testing.T) {
	eachWay(t, func(s *station) {
		s.arm()
		s.pull(launch, false)
		s.logged("Triggered a build", 1)
		s.logged("The launch button has been down for 10s: it counts as stuck", 1)
		s.logged("Armed", 2)
		s.rest(time.Second)
		s.wantRequests(1)
		s.pull(launch, true)
		s.rest(5 * debounce)
		s.press(launch)
		s.logged("Triggered a build", 2)
		s.wantRequests(2)
		if got := s.told("it counts as stuck"); got != 1 {
			s.t.Errorf("stuck %d times, want once:\n%s", got, s.log())
		}
	})
}

// A branch button that sticks steps through the targets for 10 s, and no
// further. It goes on with the next press.
func TestBranchSticks(t *testing.T) {
	eachWay(t, func(s *station) {
		s.pull(branch, false)
		s.logged("The branch button has been down for 10s: it counts as stuck", 1)
		steps := s.answers(branch)
		s.rest(time.Second)
		if got := s.answers(branch); got != steps || steps < 20 || steps > 26 {
			s.t.Errorf("%d steps in 10 s, %d a second later, want 25 and no more", steps, got)
		}
		s.pull(branch, true)
		s.rest(5 * debounce)
		s.press(branch)
		s.eventually("another step", func() bool { return s.answers(branch) == steps+1 })
		s.wantRequests(0)
	})
}

// A branch line that floats is at random levels for random times. Nothing is
// launched by that, and what lasts like a press is answered like one.
func TestFloating(t *testing.T) {
	eachWay(t, func(s *station) {
		s.arm()
		random := rand.New(rand.NewPCG(3, 2))
		f, presses, more := s.finger(branch), 0, 0
		for range 20 {
			pressed := time.Now()
			more += floatTo(s, f, random, true)
			presses++
			more += floatTo(s, f, random, false)
			more += int(time.Since(pressed) / (350 * time.Millisecond)) // it steps on
		}
		s.rest(5 * debounce)
		if got := s.answers(branch); got < presses || got > presses+more {
			s.t.Errorf("%d answers to %d presses and %d stalls:\n%s", got, presses, more, s.log())
		}
		s.t.Logf("%d presses answered, the machine stalled in %d", presses, more)
		if got := s.answers(launch); got != 0 {
			s.t.Errorf("%d answers to the launch button, which nobody touched:\n%s", got, s.log())
		}
		s.wantRequests(0)
	})
}

// floatTo has a line float until it rests, pressed or not, for longer than the
// debounce time. It tells how often the machine stalled while it floated.
func floatTo(s *station, f gpiosim.Finger, random *rand.Rand, pressed bool) (stalls int) {
	s.t.Helper()
	var noise gpiosim.Stroke
	for range 2 * random.IntN(4) {
		noise = append(noise, between(random, 100*time.Microsecond, 9*time.Millisecond))
	}
	if !pressed {
		f = f.Opposite()
	}
	if s.play(f, noise) > debounce {
		stalls = 1
	}
	s.rest(between(random, 60*time.Millisecond, 120*time.Millisecond))
	return stalls
}
