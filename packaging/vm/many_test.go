package vm_test

import (
	"math/rand/v2"
	"os/exec"
	"testing"
	"time"

	"ship-it.example/gpio/gpiosim"
)

// The tests called TestMany take the whole processor. They run in a machine of
// their own, one after the other.

// between is a random time.
func between(random *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(random.Int64N(int64(most-least)))
}

// Of ten thousand glitches of 0.1 to 9 ms on the lines of an armed box none
// launches, and none counts as a press or a turn of the switch. One that the
// machine made longer than the debounce time, by a stall, may count once; it is
// made again.
func TestManyGlitches(t *testing.T) {
	const each = 1667 // of a line, in each of the two ways
	for way, start := range starts() {
		t.Run(way, func(t *testing.T) {
			s := newStation(t)
			box := start(s)
			s.arm()
			pins := []int{arming, branch, launch}
			stalled := make([]int, len(pins))
			t.Run("lines", func(t *testing.T) {
				for i, pin := range pins {
					t.Run(name(pin), func(t *testing.T) {
						t.Parallel()
						stalled[i] = glitches(s, pin, each)
					})
				}
			})
			s.rest(5 * debounce)
			for i, counted := range []int{s.told("Safe"), s.answers(branch), s.answers(launch)} {
				if counted > stalled[i] {
					t.Errorf("%d glitches of the %s counted, %d were made longer by the machine; the log:\n%s",
						counted, name(pins[i]), stalled[i], s.log())
				}
			}
			s.wantRequests(s.told("Launching "))
			t.Logf("%d glitches; %v more became longer than %v", len(pins)*each, stalled, debounce)
			box.stop()
			box.ended(0)
		})
	}
}

func name(pin int) string {
	return map[int]string{arming: "arming switch", branch: "branch button", launch: "launch button"}[pin]
}

// glitches makes n glitches that are shorter than the debounce time, most of
// them close together, and tells how many more the machine made longer. Such a
// one may count, and is let go for long enough to be over: a line that chatters
// on stays what it was.
func glitches(s *station, pin, n int) (stalled int) {
	s.t.Helper()
	f := s.finger(pin)
	if pin == arming {
		f = f.Opposite()
	}
	random := rand.New(rand.NewPCG(1, uint64(pin)))
	for made := 0; made < n; {
		stroke := gpiosim.Stroke{between(random, 100*time.Microsecond, 9*time.Millisecond)}
		longest := s.play(f, stroke)
		switch made++; {
		case longest > debounce:
			made--
			stalled += 1 + int(longest/(400*time.Millisecond)) // the branch button steps on
			s.rest(4 * debounce)
		case random.IntN(10) == 0:
			s.rest(between(random, debounce, 2*debounce))
		default:
			s.rest(between(random, 0, 6*time.Millisecond))
		}
	}
	return stalled
}

// A press with the bounces of a real switch at both ends is one press. Where
// the machine stalled in a bounce for long it may be several; then it is made
// again.
func TestManyBounces(t *testing.T) {
	for way, start := range starts() {
		t.Run(way, func(t *testing.T) {
			s := newStation(t)
			box := start(s)
			s.arm()
			presses, stalls := 0, 0
			for train, stroke := range gpiosim.Bounces() {
				for _, pin := range []int{launch, branch} {
					stalls += bounce(s, pin, train, stroke)
					presses++
				}
			}
			s.wantRequests(s.told("Launching "))
			if s.server.Requests() == 0 {
				t.Error("nothing was launched")
			}
			t.Logf("%d presses, %d launches; %d more came apart as the machine stalled", presses, s.server.Requests(), stalls)
			box.stop()
			box.ended(0)
		})
	}
}

// bounce makes a press with these bounces at both ends, and tells how often it
// had to be made again.
func bounce(s *station, pin int, train string, stroke gpiosim.Stroke) (stalls int) {
	s.t.Helper()
	f := s.finger(pin)
	for ; stalls < 50; stalls++ {
		before := s.answers(pin)
		longest := s.play(f, stroke)
		s.eventually("an answer to a press that bounces", func() bool { return s.answers(pin) > before })
		s.rest(3 * debounce)
		longest = max(longest, s.play(f.Opposite(), stroke))
		s.rest(4 * debounce)
		got := s.answers(pin) - before
		if got == 1 {
			return stalls
		}
		if longest <= debounce {
			s.t.Errorf("%s, %s: %d answers, want 1; the log:\n%s", train, name(pin), got, s.log())
			return stalls
		}
	}
	s.t.Errorf("%s: the machine stalls too often to test it", train)
	return stalls
}

// A thousand presses of 150 ms, at any moment of what the box does, are
// answered: by a launch or by a refusal.
func TestManyPresses(t *testing.T) {
	const boxes, presses = 4, 250
	for i := range boxes {
		way := []string{"foreground", "daemon"}[i%2]
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s := newStation(t)
			box := starts()[way](s)
			s.arm()
			random := rand.New(rand.NewPCG(4, uint64(i)))
			longer := pressMany(s, random, presses)
			s.wantRequests(s.told("Launching "))
			t.Logf("%d presses, %d of them launched; %d lasted longer as the machine stood still",
				presses, s.server.Requests(), longer)
			box.stop()
			box.ended(0)
			s.wantFree()
		})
	}
}

// pressMany presses the launch button, for 150 ms each, and fails unless each
// press was answered once. It tells how many lasted longer, since the machine
// stood still. Where it did so often, a press may have been over before the box
// had its turn on the processor: one in ten of those may be missing.
func pressMany(s *station, random *rand.Rand, presses int) (longer int) {
	s.t.Helper()
	for range presses {
		began := time.Now()
		s.pressFor(launch, 150*time.Millisecond)
		if time.Since(began) > 150*time.Millisecond+stands {
			longer++
		}
		s.rest(between(random, 100*time.Millisecond, 180*time.Millisecond))
	}
	s.rest(5 * debounce)
	if got := s.answers(launch); got > presses || got < presses-longer/10 {
		s.t.Errorf("%d of %d presses were answered; the log:\n%s", got, presses, s.log())
	}
	return longer
}

// Beside four processes that take all the processor time they can get every
// press is answered just so, and what is launched is launched once.
func TestManyProcesses(t *testing.T) {
	for way, start := range starts() {
		t.Run(way, func(t *testing.T) {
			s := newStation(t)
			box := start(s)
			for range 4 {
				busy(t)
			}
			s.arm()
			longer := pressMany(s, rand.New(rand.NewPCG(5, 5)), 20)
			t.Logf("20 presses; %d lasted longer as the machine stood still", longer)
			s.logged("Triggered a build", 1)
			s.wantRequests(s.told("Launching "))
			box.stop()
			box.ended(0)
			s.wantFree()
		})
	}
}

// busy starts a process that never rests, until the test ends.
func busy(t *testing.T) {
	t.Helper()
	cmd := exec.Command("sh", "-c", "while :; do :; done")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}
