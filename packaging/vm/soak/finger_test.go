package soak_test

import (
	"math/rand/v2"
	"time"
)

// The lines of the box.
const (
	blinker = 17
	arming  = 24
	branch  = 23
	launch  = 27
)

// lamps is the targets' lines.
func lamps() []int { return []int{22, 25, 5} }

const (
	debounce = 20 * time.Millisecond
	stepTime = 400 * time.Millisecond
	// sure is the shortest press that has to be answered. An emulated machine
	// stalls for tens of milliseconds now and then, and a stall may swallow a
	// shorter one.
	sure = 100*time.Millisecond + debounce
)

// lookEvery is how often the log is looked at.
const lookEvery = 5 * time.Millisecond

// stroke is what a finger does to a line: the level changes at the beginning,
// and after each of these times.
type stroke []time.Duration

// play plays a stroke that begins with the active level, or its end with the
// other one, and tells the longest time between two changes as the box may
// have seen it: the machine stalls now and then.
func (s *soak) play(pin int, active bool, all stroke) (longest time.Duration) {
	var before time.Time
	for i := range len(all) + 1 {
		now := time.Now()
		s.pull(pin, active)
		if i > 0 {
			longest = max(longest, time.Since(before))
		}
		before, active = now, !active
		if i < len(all) {
			for end := now.Add(all[i]); time.Now().Before(end); { // less than a timer can measure
			}
		}
	}
	return longest
}

// bounces is the stroke of contacts that bounce for up to 6 ms, as the worst
// switches of https://www.ganssle.com/debouncing.htm do, or that don't bounce.
// It has an even number of times, so that it ends as it began.
func (s *soak) bounces() stroke {
	if s.random.IntN(2) == 0 {
		return nil
	}
	var all stroke
	for range 2 * (1 + s.random.IntN(3)) {
		all = append(all, s.between(100*time.Microsecond, time.Millisecond))
	}
	return all
}

// glitch is a stroke of one pulse that is shorter than half the debounce time.
func (s *soak) glitch() stroke {
	return stroke{s.between(100*time.Microsecond, debounce/2-time.Millisecond)}
}

// stalled tells whether a pulse may have become so long that it counts.
func stalled(longest time.Duration) bool { return longest > debounce-time.Millisecond }

func between(random *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(random.Int64N(int64(most-least)))
}

func (s *soak) between(least, most time.Duration) time.Duration {
	return between(s.random, least, most)
}

// chance is true once in so often.
func (s *soak) chance(percent int) bool { return s.random.IntN(100) < percent }

// pull moves a line to its active level or away from it.
func (s *soak) pull(pin int, active bool) {
	s.t.Helper()
	if err := s.sim.Pull(pin, active == (pin == arming)); err != nil {
		s.t.Fatal(err)
	}
}

// rest lets time pass, and reads the log meanwhile, so that its lines have the
// right times. It tells for how long of it the machine stood still, or others
// had it: a look every 5 ms should not be 10 ms late.
func (s *soak) rest(d time.Duration) (lost time.Duration) {
	for last, end := time.Now(), time.Now().Add(d); time.Now().Before(end); {
		if err := s.journal.poll(); err != nil {
			s.t.Fatal(err)
		}
		s.doze()
		lost += max(0, time.Since(last)-2*lookEvery)
		last = time.Now()
	}
	return lost
}

// doze is a moment.
func (s *soak) doze() {
	timer := time.NewTimer(lookEvery)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.t.Context().Done():
	}
}
