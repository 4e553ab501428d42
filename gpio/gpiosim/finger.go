package gpiosim

import (
	"context"
	"time"
)

// Finger moves one input, as a person and the contacts of a switch do. Its
// methods are for one goroutine at a time.
type Finger struct {
	Chip   *Chip
	Line   int
	Active bool // the level of the line while it is pressed
}

// Opposite is a finger that lets go where this one presses.
func (f Finger) Opposite() Finger {
	f.Active = !f.Active
	return f
}

// Set presses, or lets go.
func (f Finger) Set(pressed bool) error { return f.Chip.Pull(f.Line, pressed == f.Active) }

// Stroke is a press, a glitch, or a part of it: the level alternates, pressed
// at first, with these times between two changes.
type Stroke []time.Duration

// Play changes the level once more than the stroke has times, and tells the
// longest time that the kernel may have seen between two changes: a machine
// that is emulated stalls now and then. It blocks for as long as the stroke
// lasts, and hurries to its end once ctx has ended.
func (f Finger) Play(ctx context.Context, s Stroke) (longest time.Duration, err error) {
	pressed := true
	var before time.Time
	for i := range len(s) + 1 {
		now := time.Now()
		if err := f.Set(pressed); err != nil {
			return longest, err
		}
		if i > 0 {
			longest = max(longest, time.Since(before))
		}
		before, pressed = now, !pressed
		if i < len(s) {
			Rest(ctx, time.Until(now.Add(s[i])))
		}
	}
	return longest, nil
}

// Rest is how long a finger stays: until d is over or ctx ends. Less than a
// timer can measure is waited for with the clock.
func Rest(ctx context.Context, d time.Duration) {
	if d < 300*time.Microsecond {
		for end := time.Now().Add(d); time.Now().Before(end); {
		}
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
