package sim

import (
	"context"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/shipit"
)

// Set has lines at the levels of a reading, before the box is there.
func (s *Stage) Set(pins []int, r gpio.Reading) {
	for i, pin := range pins {
		s.chip.Drive(pin, r.Levels[i])
	}
}

// replayEnd is how long the end of a replay waits for a launch to be over.
const replayEnd = time.Minute

// Replay moves lines as they moved once, in the time that it took: the first
// reading has them as they were when the box was started. It ends after that
// length, once all has settled, and a launch is over.
func (s *Stage) Replay(ctx context.Context, pins []int, readings []gpio.Reading, length time.Duration) error {
	if err := s.await(ctx, replayEnd, func() bool { return true }); err != nil {
		return err
	}
	first, last := readings[0], readings[0].Levels
	begin := time.Now().Add(-s.wiring.Debounce) // the box has settled
	for _, r := range readings[1:] {
		if err := sleep(ctx, time.Until(begin.Add(r.Began.Sub(first.Began)))); err != nil {
			return err
		}
		for i, pin := range pins {
			if r.Levels[i] == last[i] && i == r.Edge { // it was away in between
				s.chip.Drive(pin, !r.Levels[i])
			}
			if r.Levels[i] != last[i] || i == r.Edge {
				s.chip.Drive(pin, r.Levels[i])
			}
		}
		last = r.Levels
	}
	if err := sleep(ctx, max(time.Until(begin.Add(length)), 2*s.wiring.Debounce+settled)); err != nil {
		return err
	}
	return s.await(ctx, replayEnd, func() bool {
		state := s.box.State()
		return state != shipit.Launching && state != shipit.Failed
	})
}

// settled is enough for the box to have taken what has settled.
const settled = 200 * time.Millisecond
