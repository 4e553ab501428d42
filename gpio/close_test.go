package gpio_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ship-it.example/gpio"
)

// Close in the middle of a wait, from another goroutine, several at once.
func TestCloseEndsWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newChip())
		pass(time.Second)
		start := time.Now()
		var closing sync.WaitGroup
		for range 5 {
			closing.Go(func() {
				if err := b.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
				if err := b.chip.Free(); err != nil {
					t.Error(err)
				}
			})
		}
		closing.Wait()
		if err := <-b.done; err != nil {
			t.Errorf("Watch: %v", err)
		}
		if took := time.Since(start); took > 10*time.Millisecond {
			t.Errorf("closed after %v", took)
		}
	})
}

// A panic at one output, on the way out, keeps no other line from being given
// back.
func TestPanicDuringClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{Chip: newChip()}
		h, err := gpio.Open(t.Context(), f, boxPlan())
		if err != nil {
			t.Fatal(err)
		}
		f.drive = func(int) error { panic("bug") }
		func() {
			defer func() {
				if v := recover(); v != "bug" {
					t.Errorf("Close panicked with %v", v)
				}
			}()
			_ = h.Close()
		}()
		if err := errors.Join(f.Free(), h.Close()); err != nil {
			t.Error(err)
		}
	})
}

// A halt that comes between two waits is lost, so it must be repeated.
func TestCloseBetweenWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{Chip: newChip()}
		h, err := gpio.Open(t.Context(), f, boxPlan())
		if err != nil {
			t.Fatal(err)
		}
		closed := make(chan error, 1)
		f.wait = func(time.Duration) error {
			f.wait = nil
			go func() { closed <- h.Close() }()
			synctest.Wait() // the halt has come and gone
			return nil
		}
		start := time.Now()
		if err := h.Watch(t.Context(), nil); err != nil {
			t.Errorf("Watch: %v", err)
		}
		if err := <-closed; err != nil {
			t.Errorf("Close: %v", err)
		}
		if took := time.Since(start); took > 10*time.Millisecond {
			t.Errorf("closed after %v", took)
		}
	})
}

func TestContextEndsWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, err := gpio.Open(t.Context(), newChip(), boxPlan())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = h.Close() }()
		for range 3 { // a header can be watched again
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			start := time.Now()
			if err := h.Watch(ctx, nil); err != nil {
				t.Errorf("Watch: %v", err)
			}
			if took := time.Since(start); took < 3*time.Second || took > 3002*time.Millisecond {
				t.Errorf("Watch ended after %v, want 3s", took)
			}
			cancel()
		}
		if err := h.Set(0, true); err != nil {
			t.Errorf("Set after Watch: %v", err)
		}
	})
}

func TestOneWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newChip())
		synctest.Wait()
		if err := b.Watch(t.Context(), nil); err == nil {
			t.Error("a second Watch was accepted")
		}
	})
}

// Lines come back although the report function is stuck, and although it closes
// the header itself. Nothing is reported afterwards.
func TestCloseDuringReport(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		stop func(*gpio.Header) // called by report
	}{
		{"from outside", nil},
		{"by report itself", func(h *gpio.Header) { _ = h.Close() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chip := newChip()
				h, err := gpio.Open(t.Context(), chip, boxPlan())
				if err != nil {
					t.Fatal(err)
				}
				reports, stuck, done := 0, make(chan struct{}), make(chan error)
				go func() {
					done <- h.Watch(t.Context(), func([]gpio.Change) {
						reports++
						if tt.stop != nil {
							tt.stop(h)
						}
						<-stuck
					})
				}()
				chip.Drive(launchPin, false)
				pass(time.Second)
				if err := h.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
				if err := chip.Free(); err != nil {
					t.Error(err)
				}
				chip.Drive(launchPin, true)
				close(stuck)
				if err := <-done; err != nil || reports != 1 {
					t.Errorf("Watch: %v after %d reports, want nil after 1", err, reports)
				}
			})
		})
	}
}

// A panic of the report function leaves the header in order.
func TestPanicDuringReport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chip := newChip()
		h, err := gpio.Open(t.Context(), chip, boxPlan())
		if err != nil {
			t.Fatal(err)
		}
		chip.Drive(launchPin, false)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic got lost")
				}
				if err := h.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			}()
			_ = h.Watch(t.Context(), func([]gpio.Change) { panic("report") })
		}()
		if err := chip.Free(); err != nil {
			t.Error(err)
		}
	})
}

// In real time, for the race detector: lamps, presses and two Closes at any
// moment.
func TestCloseAnytime(t *testing.T) {
	t.Parallel()
	for i := range 60 {
		chip, plan := newChip(), boxPlan()
		plan.Debounce = 100 * time.Microsecond
		h, err := gpio.Open(t.Context(), chip, plan)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			if err := h.Watch(ctx, func([]gpio.Change) { _ = h.Set(1, true) }); err != nil {
				t.Errorf("Watch: %v", err)
			}
		})
		running.Go(func() {
			for on := true; ; on = !on {
				chip.Drive(launchPin, on)
				if err := h.Set(0, on); errors.Is(err, gpio.ErrClosed) {
					return
				} else if err != nil {
					t.Errorf("Set: %v", err)
				}
			}
		})
		for range 2 {
			running.Go(func() {
				<-time.After(time.Duration(i) * 30 * time.Microsecond)
				if err := h.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
				if err := chip.Free(); err != nil {
					t.Error(err)
				}
			})
		}
		if i%3 == 0 {
			cancel()
		}
		running.Wait()
		cancel()
	}
}
