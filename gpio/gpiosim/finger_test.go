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

func launchFinger(sim *gpiosim.Chip) gpiosim.Finger {
	return gpiosim.Finger{Chip: sim, Line: launchPin}
}

func branchFinger(sim *gpiosim.Chip) gpiosim.Finger {
	return gpiosim.Finger{Chip: sim, Line: branchPin}
}

func armingFinger(sim *gpiosim.Chip) gpiosim.Finger {
	return gpiosim.Finger{Chip: sim, Line: armingPin, Active: true}
}

// set presses with a finger, or lets go.
func set(t *testing.T, f gpiosim.Finger, pressed bool) {
	t.Helper()
	if err := f.Set(pressed); err != nil {
		t.Fatal(err)
	}
}

// play has a finger make a stroke: see [gpiosim.Finger].
func play(t *testing.T, f gpiosim.Finger, s gpiosim.Stroke) (longest time.Duration) {
	t.Helper()
	longest, err := f.Play(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return longest
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
