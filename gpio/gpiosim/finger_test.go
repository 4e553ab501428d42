package gpiosim_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/gpiosim"
)

// finger moves the level of one input.
type finger struct {
	sim    *gpiosim.Chip
	pin    int
	active bool // the level that means active
}

func launchFinger(sim *gpiosim.Chip) finger { return finger{sim: sim, pin: launchPin} }
func branchFinger(sim *gpiosim.Chip) finger { return finger{sim: sim, pin: branchPin} }
func armingFinger(sim *gpiosim.Chip) finger { return finger{sim: sim, pin: armingPin, active: true} }

// opposite is a finger that lets go where this one presses.
func (f finger) opposite() finger {
	f.active = !f.active
	return f
}

// set makes the input active or not.
func (f finger) set(t *testing.T, active bool) {
	t.Helper()
	pull(t, f.sim, f.pin, active == f.active)
}

// stroke is a press, a glitch, or a part of it: the input's level alternates,
// from active on, with these times between two changes.
type stroke []time.Duration

// play changes the level once more than the stroke has times, and tells the
// longest time that the kernel may have seen between two changes: the machine
// stalls now and then.
func (f finger) play(t *testing.T, s stroke) (longest time.Duration) {
	t.Helper()
	active := true
	var before time.Time
	for i := range len(s) + 1 {
		now := time.Now()
		f.set(t, active)
		if i > 0 {
			longest = max(longest, time.Since(before))
		}
		before, active = now, !active
		if i < len(s) {
			rest(t, time.Until(now.Add(s[i])))
		}
	}
	return longest
}

// rest is how long a finger stays. Less than a timer can measure is waited
// for with the clock.
func rest(t *testing.T, d time.Duration) {
	t.Helper()
	if d < 300*time.Microsecond {
		for end := time.Now().Add(d); time.Now().Before(end); {
		}
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}

// watcher is a running Watch and what it has reported.
type watcher struct {
	mu      sync.Mutex
	changes []gpio.Change
	times   []time.Time // when each was reported
	done    chan error
}

// watch starts watching, and ends it with the test.
func watch(t *testing.T, header *gpio.Header) *watcher {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &watcher{done: make(chan error, 1)}
	go func() { w.done <- header.Watch(ctx, w.report) }()
	t.Cleanup(func() {
		cancel()
		_ = header.Close()
	})
	return w
}

func (w *watcher) report(changes []gpio.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, change := range changes {
		w.changes = append(w.changes, change)
		w.times = append(w.times, time.Now())
	}
}

// reported is what was reported so far.
func (w *watcher) reported() []gpio.Change {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.changes)
}

// count is how often an input was reported active, and how often not.
func (w *watcher) count(input int) (on, off int) {
	for _, change := range w.reported() {
		switch {
		case change.Input != input:
		case change.Active:
			on++
		default:
			off++
		}
	}
	return on, off
}
