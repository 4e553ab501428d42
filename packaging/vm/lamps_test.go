package vm_test

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// eyes look at the lamps all the time and note every change.
type eyes struct {
	mu      sync.Mutex
	changes map[int][]change // by line
	looks   int
	stalls  []time.Duration // how long they were closed, as the machine stood still
}

// change is a lamp that went on or off.
type change struct {
	at time.Time
	on bool
}

// look has somebody look at these lamps until the test ends or the chip goes.
func (s *station) look(pins ...int) *eyes {
	e := &eyes{changes: make(map[int][]change)}
	closed, done := make(chan bool), make(chan bool)
	s.t.Cleanup(func() {
		close(closed)
		<-done
		s.t.Logf("the machine stood still for over %v %d times while the lamps were watched, %d looks; the longest: %v",
			stands, len(e.stalls), e.looks, e.longest())
	})
	go func() {
		defer close(done)
		again := time.NewTicker(5 * time.Millisecond)
		defer again.Stop()
		for before := time.Now(); ; {
			for _, pin := range pins {
				on, err := s.sim.Value(pin)
				if err != nil {
					return
				}
				e.see(pin, on)
			}
			e.blink(time.Since(before))
			before = time.Now()
			select {
			case <-again.C:
			case <-closed:
				return
			}
		}
	}()
	return e
}

func (e *eyes) see(pin int, on bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if all := e.changes[pin]; len(all) == 0 || all[len(all)-1].on != on {
		e.changes[pin] = append(all, change{time.Now(), on})
	}
}

// stands is how long it takes between two looks for a machine to stand still.
const stands = 40 * time.Millisecond

// blink notes that the lamps were not seen for a while.
func (e *eyes) blink(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.looks++; d > stands {
		e.stalls = append(e.stalls, d)
	}
}

// longest is the longest time for which the lamps were not seen.
func (e *eyes) longest() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.stalls) == 0 {
		return 0
	}
	return slices.Max(e.stalls)
}

// since is the changes of a lamp after a moment, the level at that moment
// first.
func (e *eyes) since(pin int, from time.Time) []change {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := e.changes[pin]
	i, _ := slices.BinarySearchFunc(all, from, func(c change, at time.Time) int { return c.at.Compare(at) })
	return slices.Clone(all[max(0, i-1):])
}

// How exact the lamps are expected to be in a machine that stalls for tens of
// milliseconds: in the middle, and at the worst, beside a stall that was seen.
const (
	usual = 60 * time.Millisecond
	worst = 250 * time.Millisecond
)

// wantSteady fails if a lamp moved, or was at another level, in a stretch.
func (e *eyes) wantSteady(t *testing.T, pin int, on bool, from, to time.Time) {
	t.Helper()
	for i, c := range e.since(pin, from) {
		if c.at.Before(to) && (i > 0 || c.on != on) {
			t.Errorf("line %d: %v at %v, want it steadily %v for %v", pin, c.on, c.at.Sub(from), on, to.Sub(from))
		}
	}
}

// wantRhythm fails unless a lamp, in a stretch, was on and off for such times,
// in turn. A machine that stood still for longer than a few steps of a rhythm
// tells nothing of it.
func (e *eyes) wantRhythm(t *testing.T, pin int, on, off time.Duration, from, to time.Time) {
	t.Helper()
	if stall := e.longest(); stall > worst {
		t.Logf("line %d: the machine stood still for %v, so its rhythm can't be told", pin, stall)
		return
	}
	times := map[bool][]time.Duration{}
	changes := e.since(pin, from)[1:]
	for i := 1; i < len(changes) && changes[i].at.Before(to); i++ {
		level := changes[i-1].on
		times[level] = append(times[level], changes[i].at.Sub(changes[i-1].at))
	}
	for level, want := range map[bool]time.Duration{true: on, false: off} {
		got := times[level]
		if least := int(to.Sub(from)/(on+off)) * 2 / 3; len(got) < least {
			t.Errorf("line %d was %v %d times in %v, want %d at least", pin, level, len(got), to.Sub(from), least)
			continue
		}
		slices.Sort(got)
		if middle := got[len(got)/2]; (middle - want).Abs() > usual {
			t.Errorf("line %d is %v for %v, want %v", pin, level, middle, want)
		}
		most := worst + e.longest()
		if first, last := got[0], got[len(got)-1]; (first-want).Abs() > most || (last-want).Abs() > most {
			t.Errorf("line %d is %v for %v to %v, want %v", pin, level, first, last, want)
		}
	}
}

// wantLaunch fails unless the blinker was on from a moment to the end of the
// 12.5 s of a launch, and blinks as that of an armed box since.
func (e *eyes) wantLaunch(t *testing.T, pressed, from time.Time) {
	t.Helper()
	const launching, early, late = 12500 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond
	stall := e.longest()
	e.wantSteady(t, blinker, true, from.Add(stall), pressed.Add(launching-early))
	e.wantRhythm(t, blinker, 100*time.Millisecond, 300*time.Millisecond, pressed.Add(launching+late+stall), time.Now())
}
