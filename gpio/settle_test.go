package gpio

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// origin is when the readings of these tests begin.
var origin = time.Date(2026, 11, 22, 11, 47, 29, 0, time.UTC)

// at is a moment, in milliseconds from the origin.
func at(ms float64) time.Time { return origin.Add(time.Duration(ms * float64(time.Millisecond))) }

// reading is one reading of two inputs, and the line of the edge before it.
type reading struct {
	ms     float64
	levels [2]bool
	edge   int
}

func TestSettling(t *testing.T) {
	t.Parallel()
	const on, off = true, false
	quiet := [2]bool{off, off}
	first := [2]bool{on, off}
	both := [2]bool{on, on}
	tests := []struct {
		name     string
		readings []reading
		want     []Change
		blind    bool
	}{
		{name: "a press with its edge", readings: []reading{
			{100, first, 0}, {120, first, noEdge},
		}, want: []Change{{Input: 0, Active: on, First: at(100), Levels: []bool{on, off}}}},

		{name: "not before the debounce time is over", readings: []reading{
			{100, first, 0}, {119.999, first, noEdge},
		}},

		{name: "a press without its edge", readings: []reading{
			{100, first, noEdge}, {120, first, noEdge},
		}, want: []Change{{Input: 0, Active: on, First: at(100), Levels: []bool{on, off}}}, blind: true},

		{name: "an edge of any line ends the blindness", readings: []reading{
			{100, first, noEdge}, {110, first, 1},
		}},

		{name: "every edge restarts the debounce time, first contact stays", readings: []reading{
			{100, first, 0}, {115, first, 0}, {130, first, 0}, {149, first, noEdge}, {150, first, noEdge},
		}, want: []Change{{Input: 0, Active: on, First: at(100), Levels: []bool{on, off}}}},

		{name: "an edge of another line doesn't", readings: []reading{
			{100, first, 0}, {115, first, 1}, {120, first, noEdge},
		}, want: []Change{{Input: 0, Active: on, First: at(100), Levels: []bool{on, off}}}},

		{name: "a reading at the end that differs settles nothing", readings: []reading{
			{100, first, 0}, {120, quiet, noEdge}, {139, quiet, noEdge},
		}, blind: true},

		{name: "nor does one that is away only then", readings: []reading{
			{100, quiet, 0}, {120, first, noEdge}, {139, first, noEdge},
		}, blind: true},

		{name: "back where it was is no change and forgets first contact", readings: []reading{
			{100, first, 0}, {105, quiet, 0}, {125, quiet, noEdge}, {200, first, 0}, {220, first, noEdge},
		}, want: []Change{{Input: 0, Active: on, First: at(200), Levels: []bool{on, off}}}},

		{name: "an edge that is over when the level is read is first contact too", readings: []reading{
			{100, quiet, 0}, {110, first, 0}, {130, first, noEdge},
		}, want: []Change{{Input: 0, Active: on, First: at(100), Levels: []bool{on, off}}}},

		{name: "a release has a first contact of its own", readings: []reading{
			{100, first, 0}, {120, first, noEdge}, {300, quiet, 0}, {320, quiet, noEdge},
		}, want: []Change{
			{Input: 0, Active: on, First: at(100), Levels: []bool{on, off}},
			{Input: 0, Active: off, First: at(300), Levels: []bool{off, off}},
		}},

		{name: "two in one reading come in the order of the inputs", readings: []reading{
			{100, both, 1}, {100, both, 0}, {120, both, noEdge},
		}, want: []Change{
			{Input: 0, Active: on, First: at(100), Levels: []bool{on, on}},
			{Input: 1, Active: on, First: at(100), Levels: []bool{on, on}},
		}},

		// A launch button that bounces and a switch turned a millisecond later:
		// the switch settles first, but the button was touched first.
		{name: "the order of first contacts is kept", readings: []reading{
			{100, [2]bool{off, on}, 1}, {101, both, 0}, {104, both, 1}, {121, both, noEdge}, {124, both, noEdge},
		}, want: []Change{
			{Input: 0, Active: on, First: at(101), Levels: []bool{on, on}},
			{Input: 1, Active: on, First: at(100), Levels: []bool{on, on}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := settledAt(quiet)
			var got []Change
			for _, r := range tt.readings {
				got = append(got, s.take(r)...)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if s.blind != tt.blind {
				t.Errorf("blind is %t, want %t", s.blind, tt.blind)
			}
		})
	}
}

// settledAt is two inputs that have been at rest at these levels.
func settledAt(levels [2]bool) *settling {
	s := newSettling(2, 20*time.Millisecond)
	s.take(reading{-40, levels, noEdge})
	s.take(reading{-20, levels, noEdge})
	return s
}

// take takes a reading as the reader does.
func (s *settling) take(r reading) []Change {
	s.see(at(r.ms), at(r.ms), r.levels[:], r.edge)
	return s.settle(at(r.ms))
}

func TestSettlingStart(t *testing.T) {
	t.Parallel()
	s := newSettling(2, 20*time.Millisecond)
	if got := s.take(reading{0, [2]bool{true, false}, noEdge}); got != nil {
		t.Errorf("the first reading changed %v", got)
	}
	s.take(reading{10, [2]bool{true, true}, 1})
	if got := s.take(reading{20, [2]bool{true, true}, noEdge}); got != nil || s.unsettled() != 1 {
		t.Errorf("after one debounce time: changes %v and unsettled input %d, want none and 1", got, s.unsettled())
	}
	if got := s.take(reading{30, [2]bool{true, true}, noEdge}); got != nil || s.unsettled() != -1 {
		t.Errorf("at the end: changes %v and unsettled input %d, want none and -1", got, s.unsettled())
	}
	if diff := cmp.Diff([]bool{true, true}, s.levels()); diff != "" {
		t.Errorf("levels (-want +got):\n%s", diff)
	}
	s.take(reading{100, [2]bool{false, true}, 0})
	got := s.take(reading{120, [2]bool{false, true}, noEdge})
	want := []Change{{Input: 0, First: at(100), Levels: []bool{false, true}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the first change (-want +got):\n%s", diff)
	}
}

// A slow reading must not make a level seem to last longer, nor a press to
// begin later, than it did.
func TestSettlingSlowReading(t *testing.T) {
	t.Parallel()
	s := settledAt([2]bool{})
	s.see(at(100), at(105), []bool{true, false}, 0)
	if s.due(at(124.9)) {
		t.Error("due 20 ms after the reading began, want 20 ms after it ended")
	}
	s.see(at(125), at(130), []bool{true, false}, noEdge)
	got := s.settle(at(125))
	want := []Change{{Input: 0, Active: true, First: at(100), Levels: []bool{true, false}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestSettlingRest(t *testing.T) {
	t.Parallel()
	s := settledAt([2]bool{})
	check := func(when string, ms float64, want time.Duration) {
		t.Helper()
		if got := s.rest(at(ms)); got != want {
			t.Errorf("%s the wait is %v, want %v", when, got, want)
		}
	}
	check("at rest", 100, 2*time.Second)
	s.take(reading{100, [2]bool{true, false}, 0})
	check("after an edge", 101, 19*time.Millisecond)
	s.take(reading{110, [2]bool{true, true}, 1})
	check("with two debounce times", 111, 9*time.Millisecond)
	check("past the end of one", 125, quietFor)
	s.take(reading{130, [2]bool{true, true}, noEdge})
	s.take(reading{150, [2]bool{false, true}, noEdge})
	s.take(reading{170, [2]bool{false, true}, noEdge})
	check("after a change without an edge", 170, 200*time.Millisecond)
	s.take(reading{300, [2]bool{false, true}, 1})
	s.take(reading{320, [2]bool{false, true}, noEdge})
	check("after the next edge", 320, 2*time.Second)
}
