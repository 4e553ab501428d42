package gpio_test

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ship-it.example/gpio"
)

// wantLost checks that Watch ended with ErrChipLost and that nothing was
// reported, and gives the header back.
func wantLost(t *testing.T, b *bench, words string) {
	t.Helper()
	err := <-b.done
	if !errors.Is(err, gpio.ErrChipLost) || !strings.Contains(err.Error(), words) {
		t.Errorf("Watch: %v, want ErrChipLost and %q", err, words)
	}
	if got := b.take(); got != nil {
		t.Errorf("levels of a lost chip were reported: %+v", got)
	}
	_ = b.Close()
	if err := b.chip.Free(); err != nil {
		t.Error(err)
	}
}

// Every button is pressed when it is low, so a chip that fades before it goes
// must not be believed: however long before, up to the debounce time, and
// whatever wakes the reader in between.
func TestLostChipPressesNothing(t *testing.T) {
	t.Parallel()
	for fade := time.Duration(0); fade < debounce; fade += 500 * time.Microsecond {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, newChip())
			pass(time.Second)
			b.chip.Drive(switchPin, true) // wakes the reader into the fading chip
			b.chip.Fade()
			pass(fade)
			b.chip.Remove()
			start := time.Now()
			wantLost(t, b, "no such device")
			if took := time.Since(start); took > 2*time.Second+debounce {
				t.Errorf("the loss was seen after %v", took)
			}
		})
	}
}

func TestLostWhileAtRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newChip())
		pass(time.Second)
		b.chip.Remove()
		wantLost(t, b, "no such device")
	})
}

func TestFaultsEndTheWatch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault func(*faulty)
		words string
	}{
		{"a reading fails", func(f *faulty) { f.read = func() error { return syscall.EIO } }, "read the inputs: input/output error"},
		{"a wait fails", func(f *faulty) { f.wait = func(time.Duration) error { return os.ErrClosed } }, "wait for an edge: file already closed"},
		{"the waits end early", func(f *faulty) { f.wait = func(time.Duration) error { return errEarly } }, "the waits end too early"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &faulty{Chip: newChip()}
				h, err := gpio.Open(t.Context(), f, boxPlan())
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = h.Close() }()
				tt.fault(f)
				before := f.waits.Load()
				err = h.Watch(t.Context(), func(c []gpio.Change) { t.Errorf("reported %+v", c) })
				if !errors.Is(err, gpio.ErrChipLost) || !strings.Contains(err.Error(), tt.words) {
					t.Errorf("Watch: %v, want ErrChipLost and %q", err, tt.words)
				}
				if n := f.waits.Load() - before; n > 20 {
					t.Errorf("%d waits before the fault was seen: a busy loop", n)
				}
			})
		})
	}
}

// Now and then a wait may end early.
func TestEarlyWaitsNowAndThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{Chip: newChip()}
		f.wait = func(time.Duration) error {
			if f.waits.Load()%10 != 0 {
				return errEarly
			}
			return nil
		}
		b := newBench(t, f.Chip, func(gpio.Chip) gpio.Chip { return f })
		b.press(true)
		pass(time.Minute)
		if got := flips(b.take()); len(got) != 1 {
			t.Errorf("changes %v, want one", got)
		}
		select {
		case err := <-b.done:
			t.Errorf("Watch ended: %v", err)
		default:
		}
	})
}

// At rest there is one wait every two seconds and one reading each.
func TestRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{Chip: newChip()}
		b := newBench(t, f.Chip, func(gpio.Chip) gpio.Chip { return f })
		pass(time.Second)
		counted := b.Readings()
		waits, reads := f.waits.Load(), f.reads.Load()
		pass(100 * time.Second)
		if waits, reads = f.waits.Load()-waits, f.reads.Load()-reads; waits > 51 || reads > 51 {
			t.Errorf("%d waits and %d readings in 100 s at rest, want 50 of each", waits, reads)
		}
		if counted = b.Readings() - counted; counted != uint64(reads) {
			t.Errorf("%d readings were counted of %d", counted, reads)
		}
	})
}

// A lamp that fails is told by its name, the others work on, and closing gives
// all of them back.
func TestOutputFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{Chip: newChip()}
		b := newBench(t, f.Chip, func(gpio.Chip) gpio.Chip { return f })
		f.drive = func(pin int) error {
			if pin == blinker {
				return syscall.EIO
			}
			return nil
		}
		err := b.Set(0, true)
		if !errors.Is(err, gpio.ErrChipLost) || !strings.Contains(err.Error(), "drive line 17 (blinker): input/output error") {
			t.Errorf("Set: %v", err)
		}
		if err := b.Set(1, true); err != nil {
			t.Errorf("Set of the other lamp: %v", err)
		}
		if err := b.Close(); !errors.Is(err, gpio.ErrChipLost) {
			t.Errorf("Close: %v, want ErrChipLost", err)
		}
		if err := b.chip.Free(); err != nil {
			t.Error(err)
		}
	})
}
