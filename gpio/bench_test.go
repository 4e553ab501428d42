package gpio_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
)

const (
	blinker, switchPin, launchPin, branchPin, lampPin = 17, 24, 27, 23, 22

	arming, launch, branch = 0, 1, 2 // inputs
	debounce               = 20 * time.Millisecond
)

// boxPlan is the lines of a small box; its second lamp is on a relay board.
func boxPlan() gpio.Plan {
	return gpio.Plan{
		Inputs: []gpio.Input{
			{Name: "arming switch", Pin: switchPin, Pull: gpio.PullDown},
			{Name: "launch button", Pin: launchPin, Pull: gpio.PullUp, ActiveLow: true},
			{Name: "branch button", Pin: branchPin, Pull: gpio.PullUp, ActiveLow: true},
		},
		Outputs: []gpio.Output{
			{Name: "blinker", Pin: blinker},
			{Name: "Client Int", Pin: lampPin, ActiveLow: true},
		},
		Debounce: debounce,
	}
}

// bench is a header on a virtual chip, and what its Watch reported.
type bench struct {
	*gpio.Header
	chip *virtual.Chip
	done chan error // what Watch returned

	mu      sync.Mutex
	changes []gpio.Change
	calls   int
}

// newBench opens the plan on the chip, or on wrap of it, and watches it. The
// header is closed, and the chip is found free, at the end of the test.
func newBench(t *testing.T, chip *virtual.Chip, wrap ...func(gpio.Chip) gpio.Chip) *bench {
	t.Helper()
	var c gpio.Chip = chip
	for _, w := range wrap {
		c = w(c)
	}
	h, err := gpio.Open(t.Context(), c, boxPlan())
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	b := &bench{Header: h, chip: chip, done: make(chan error, 1)}
	go func() { b.done <- h.Watch(context.Background(), b.report) }()
	t.Cleanup(func() {
		_ = h.Close()
		if err := chip.Free(); err != nil {
			t.Errorf("after the test: %v", err)
		}
	})
	return b
}

func (b *bench) report(changes []gpio.Change) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changes = append(b.changes, changes...)
	b.calls++
}

// take gives what was reported since the last take.
func (b *bench) take() []gpio.Change {
	b.mu.Lock()
	defer b.mu.Unlock()
	changes := b.changes
	b.changes = nil
	return changes
}

// reports is how often report was called.
func (b *bench) reports() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

// press drives the launch button to ground or lets it go.
func (b *bench) press(down bool) { b.chip.Drive(launchPin, !down) }

// pass lets virtual time pass.
func pass(d time.Duration) { <-time.After(d) }

// flip is a change without its times.
type flip struct {
	Input  int
	Active bool
}

func flips(changes []gpio.Change) []flip {
	var flips []flip
	for _, c := range changes {
		flips = append(flips, flip{c.Input, c.Active})
	}
	return flips
}

// newChip is a chip like a Pi 4's.
func newChip() *virtual.Chip { return virtual.New("pinctrl-bcm2711", 58) }
