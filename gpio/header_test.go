package gpio_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
)

// wantOutput checks what the chip drives on a line.
func wantOutput(t *testing.T, chip *virtual.Chip, pin int, high, driven bool) {
	t.Helper()
	if gotHigh, gotDriven := chip.Output(pin); gotHigh != high || gotDriven != driven {
		t.Errorf("line %d: high %t, driven %t, want %t, %t", pin, gotHigh, gotDriven, high, driven)
	}
}

func TestOpenSetClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chip := newChip()
		chip.Drive(switchPin, true)
		start := time.Now()
		h, err := gpio.Open(t.Context(), chip, boxPlan())
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < debounce || took > 2*debounce {
			t.Errorf("Open took %v, want about one debounce time", took)
		}
		if diff := cmp.Diff([]bool{true, false, false}, h.Active()); diff != "" {
			t.Errorf("levels at the start (-want +got):\n%s", diff)
		}
		wantOutput(t, chip, blinker, false, true)
		wantOutput(t, chip, lampPin, true, true)
		for _, on := range []bool{true, false, true} {
			for i, pin := range []int{blinker, lampPin} {
				if err := h.Set(i, on); err != nil {
					t.Error(err)
				}
				wantOutput(t, chip, pin, on != (pin == lampPin), true)
			}
		}
		var seen []virtual.Transition
		chip.Observe(func(tr virtual.Transition) { seen = append(seen, tr) })
		for range 2 {
			if err := h.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
		now := time.Now()
		want := []virtual.Transition{
			{Pin: blinker, Driven: true, At: now},
			{Pin: lampPin, High: true, Driven: true, At: now},
			{Pin: blinker, At: now},
			{Pin: lampPin, At: now},
		}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("the lamps at the end (-want +got):\n%s", diff)
		}
		if err := chip.Free(); err != nil {
			t.Error(err)
		}
		if err := h.Set(0, true); !errors.Is(err, gpio.ErrClosed) {
			t.Errorf("Set after Close: %v, want ErrClosed", err)
		}
		if err := h.Watch(t.Context(), nil); err != nil {
			t.Errorf("Watch after Close: %v", err)
		}
	})
}

// Whatever fails, the error says what and where, and nothing stays claimed.
func TestOpenFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		plan  func(*gpio.Plan)
		chip  func(*faulty)
		want  error // nil: any
		words string
	}{
		{
			name: "a line that doesn't exist", plan: func(p *gpio.Plan) { p.Outputs[0].Pin = 58 },
			want: gpio.ErrNoLine, words: "there is no line 58 (blinker): pinctrl-bcm2711 (virtual) has the lines 0 to 57",
		},
		{
			name: "a negative line", plan: func(p *gpio.Plan) { p.Inputs[1].Pin = -1 },
			want: gpio.ErrNoLine, words: "line -1 (launch button)",
		},
		{
			name: "a line twice", plan: func(p *gpio.Plan) { p.Outputs[0].Pin = branchPin },
			words: "line 23 is both branch button and blinker",
		},
		{name: "no inputs", plan: func(p *gpio.Plan) { p.Inputs = nil }, words: "0 inputs"},
		{name: "no debounce time", plan: func(p *gpio.Plan) { p.Debounce = 0 }, words: "debounce time of 0s"},
		{
			name: "no pull", plan: func(p *gpio.Plan) { p.Inputs[2].Pull = 0 },
			words: "line 23 (branch button) has no pull",
		},
		{
			name: "an input is held", chip: func(f *faulty) { f.Hold(launchPin, "gpiomon") },
			want: gpio.ErrBusy, words: `line 27 (launch button) is held by "gpiomon"`,
		},
		{
			name: "an output is held", chip: func(f *faulty) { f.Hold(blinker, "ship-it@123") },
			want: gpio.ErrBusy, words: `line 17 (blinker) is held by "ship-it@123"`,
		},
		{name: "an output is taken at the last moment", chip: func(f *faulty) {
			f.claim = func(int) error {
				f.Hold(lampPin, "ship-it@124")
				return nil
			}
		}, want: gpio.ErrBusy, words: `line 22 (Client Int) is held by "ship-it@124"`},
		{name: "busy, and the kernel doesn't know by whom", chip: func(f *faulty) {
			f.claim = func(int) error { return gpio.ErrBusy }
		}, want: gpio.ErrBusy, words: "claim line 17 (blinker): the line is busy"},
		{name: "the second output fails", chip: func(f *faulty) {
			f.claim = func(pin int) error {
				if pin == lampPin {
					return errors.New("invalid argument")
				}
				return nil
			}
		}, words: "claim line 22 (Client Int): invalid argument"},
		{name: "the chip is gone", chip: func(f *faulty) { f.Remove() }, words: "ask about line 24 (arming switch)"},
		{name: "the first reading fails", chip: func(f *faulty) {
			f.read = func() error { return errors.New("no such device") }
		}, want: gpio.ErrChipLost, words: "read the inputs: no such device"},
		{name: "the second reading fails", chip: func(f *faulty) {
			f.read = func() error {
				if f.reads.Load() > 1 {
					return errors.New("no such device")
				}
				return nil
			}
		}, want: gpio.ErrChipLost, words: "read the inputs: no such device"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chip, plan := &faulty{Chip: newChip()}, boxPlan()
				if tt.plan != nil {
					tt.plan(&plan)
				}
				if tt.chip != nil {
					tt.chip(chip)
				}
				_, err := gpio.Open(t.Context(), chip, plan)
				if err == nil || !strings.Contains(err.Error(), tt.words) {
					t.Errorf("Open: %v, want %q in it", err, tt.words)
				}
				if tt.want != nil && !errors.Is(err, tt.want) {
					t.Errorf("Open: %v, want it to be %q", err, tt.want)
				}
				if err := chip.Free(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Every mistake of a plan is told at once.
func TestOpenTellsEveryMistake(t *testing.T) {
	t.Parallel()
	plan := boxPlan()
	plan.Debounce, plan.Inputs[0].Pin, plan.Outputs[0].Pin = -1, 99, 100
	_, err := gpio.Open(t.Context(), newChip(), plan)
	for _, words := range []string{"line 99 (arming switch)", "line 100 (blinker)", "debounce time"} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("Open: %v, want %q in it", err, words)
		}
	}
}

func TestOpenUnsettled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chip := newChip()
		stop := make(chan struct{})
		defer close(stop)
		go chatter(chip, launchPin, 5*time.Millisecond, stop)
		start := time.Now()
		_, err := gpio.Open(t.Context(), chip, boxPlan())
		if !errors.Is(err, gpio.ErrUnsettled) || !strings.Contains(err.Error(), "line 27 (launch button)") {
			t.Errorf("Open: %v, want ErrUnsettled of line 27", err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("Open gave up after %v, want 1s", took)
		}
		if err := chip.Free(); err != nil {
			t.Error(err)
		}
	})
}

// A machine that stalls for long at each look does not make a line at rest an
// unsettled one.
func TestOpenOnMachineThatStalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chip := &faulty{Chip: newChip(), wait: func(time.Duration) error {
			pass(700 * time.Millisecond)
			return nil
		}}
		go func() {
			pass(100 * time.Millisecond)
			chip.Drive(switchPin, true) // as the claim of a line can
		}()
		header, err := gpio.Open(t.Context(), chip, boxPlan())
		if err != nil {
			t.Fatal(err)
		}
		if err := header.Close(); err != nil {
			t.Error(err)
		}
	})
}

// chatter moves a line for ever.
func chatter(chip *virtual.Chip, pin int, every time.Duration, stop <-chan struct{}) {
	for level := false; ; level = !level {
		select {
		case <-stop:
			return
		case <-time.After(every):
			chip.Drive(pin, level)
		}
	}
}

// A line that bounces while the lines are claimed is read once it is at rest.
func TestOpenBouncing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chip := newChip()
		go func() {
			for i := range 31 {
				chip.Drive(launchPin, i%2 == 1)
				pass(7 * time.Millisecond)
			}
		}()
		b := newBench(t, chip)
		if diff := cmp.Diff([]bool{false, true, false}, b.Active()); diff != "" {
			t.Errorf("levels at the start (-want +got):\n%s", diff)
		}
		pass(time.Second)
		if got := b.take(); got != nil {
			t.Errorf("a level found at the start was reported: %+v", got)
		}
	})
}

// The end of the context ends a long wait for the inputs, at once.
func TestOpenCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chip, plan := newChip(), boxPlan()
		plan.Debounce = time.Second
		why := errors.New("terminated")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(300*time.Millisecond, func() { cancel(why) })
		start := time.Now()
		_, err := gpio.Open(ctx, chip, plan)
		if !errors.Is(err, why) {
			t.Errorf("Open: %v, want %v", err, why)
		}
		if took := time.Since(start); took > 302*time.Millisecond {
			t.Errorf("Open came back after %v, want 300ms", took)
		}
		if err := chip.Free(); err != nil {
			t.Error(err)
		}
	})
}

// Two programs: the second names the first, and disturbs nothing of it.
func TestOpenTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newChip())
		if err := b.Set(0, true); err != nil {
			t.Fatal(err)
		}
		_, err := gpio.Open(t.Context(), b.chip, boxPlan())
		if !errors.Is(err, gpio.ErrBusy) {
			t.Errorf("the second Open: %v, want ErrBusy", err)
		}
		wantOutput(t, b.chip, blinker, true, true)
		b.press(true)
		pass(time.Second)
		if diff := cmp.Diff([]flip{{launch, true}}, flips(b.take())); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
	})
}
