package vm_test

import (
	"strings"
	"time"

	"ship-it.example/gpio/gpiosim"
)

// rest lets time pass for the finger or the eye. A time in which the machine
// stands still hardly counts, since the box gets none of it either.
func (s *station) rest(d time.Duration) {
	for ctx := s.t.Context(); d > 0 && ctx.Err() == nil; {
		slice, began := min(d, 10*time.Millisecond), time.Now()
		gpiosim.Rest(ctx, slice)
		d -= min(time.Since(began), slice*5/4)
	}
}

// pull moves the level of an input.
func (s *station) pull(pin int, high bool) {
	s.t.Helper()
	if err := s.sim.Pull(pin, high); err != nil {
		s.t.Fatal(err)
	}
}

// press pushes a button for 100 ms.
func (s *station) press(pin int) {
	s.t.Helper()
	s.pressFor(pin, 100*time.Millisecond)
}

func (s *station) pressFor(pin int, d time.Duration) {
	s.t.Helper()
	s.pull(pin, false)
	s.rest(d)
	s.pull(pin, true)
}

// arm turns the switch on.
func (s *station) arm() {
	s.t.Helper()
	before := s.told("Armed")
	s.pull(arming, true)
	s.logged("Armed", before+1)
}

// told is how often the log has these words.
func (s *station) told(words string) int {
	s.t.Helper()
	return strings.Count(s.log(), words)
}

// answers is how often a press of a button was answered, by what it asks for
// or by a refusal.
func (s *station) answers(pin int) int {
	s.t.Helper()
	if pin == launch {
		return s.told("Launching ") + s.told("Refused launch: ")
	}
	return s.told("Changing target... ") + s.told("Refused branch: ") + s.told("Acknowledged ")
}

// wantRequests fails unless so many requests reached the server.
func (s *station) wantRequests(want int) {
	s.t.Helper()
	if got := s.server.Requests(); got != want {
		s.t.Errorf("%d requests, want %d; the log:\n%s", got, want, s.log())
	}
}

// finger is a finger on an input.
func (s *station) finger(pin int) gpiosim.Finger {
	return gpiosim.Finger{Chip: s.sim, Line: pin, Active: pin == arming}
}

// play has a finger make a stroke: see [gpiosim.Finger].
func (s *station) play(f gpiosim.Finger, stroke gpiosim.Stroke) (longest time.Duration) {
	s.t.Helper()
	longest, err := f.Play(s.t.Context(), stroke)
	if err != nil {
		s.t.Fatal(err)
	}
	return longest
}
