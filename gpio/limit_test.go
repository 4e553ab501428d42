package gpio_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
)

// The siren stands behind the lamps of the plan, and is active low.
const (
	sirenPin = 16
	siren    = 2
	longest  = 8 * time.Second
)

func sirenPlan() gpio.Plan {
	p := boxPlan()
	p.Outputs = append(p.Outputs, gpio.Output{Name: "siren", Pin: sirenPin, ActiveLow: true, Max: longest})
	return p
}

// openSiren opens the plan with the siren, and has its line watched: the
// changes since then with their times in ms, "+0 -8000" is on at once and off
// after 8 s, and "free" is no output any more.
func openSiren(t *testing.T, c gpio.Chip, chip *virtual.Chip) (h *gpio.Header, changes func() string) {
	t.Helper()
	h, err := gpio.Open(t.Context(), c, sirenPlan())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	var mu sync.Mutex
	var seen []string
	start := time.Now()
	chip.Observe(func(tr virtual.Transition) {
		if tr.Pin != sirenPin {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		word := map[bool]string{false: "+", true: "-"}[tr.High]
		if !tr.Driven {
			word = "free "
		}
		seen = append(seen, fmt.Sprintf("%s%d", word, tr.At.Sub(start).Milliseconds()))
	})
	return h, func() string {
		mu.Lock()
		defer mu.Unlock()
		return strings.Join(seen, " ")
	}
}

// TestLimit: however an output with a Max is switched, it is on for so long at
// most in a run. Its user does nothing but what is written here.
func TestLimit(t *testing.T) {
	t.Parallel()
	type step struct {
		at  time.Duration
		on  bool
		run int
	}
	s := time.Second
	cases := []struct {
		name  string
		steps []step
		want  string
	}{
		{"whoever switched it on hangs", []step{{0, true, 1}}, "+0 -8000"},
		{"off in time", []step{{0, true, 1}, {3 * s, false, 0}}, "+0 -3000"},
		{"on again and again does not make it longer", []step{{0, true, 1}, {5 * s, true, 1}, {7 * s, true, 1}}, "+0 -8000"},
		{"off and on: the time goes on", []step{{0, true, 1}, {5 * s, false, 0}, {20 * s, true, 1}}, "+0 -5000 +20000 -23000"},
		{"used up: on is off", []step{{0, true, 1}, {9 * s, true, 1}, {30 * s, false, 1}, {31 * s, true, 1}}, "+0 -8000"},
		{"the next run has a time of its own", []step{{0, true, 1}, {9 * s, true, 2}}, "+0 -8000 +9000 -17000"},
		{"the next run begins before the last was off", []step{{0, true, 1}, {6 * s, true, 2}}, "+0 -14000"},
		{"off after its time", []step{{0, true, 1}, {9 * s, false, 0}}, "+0 -8000"},
		{"in the very moment", []step{{0, true, 1}, {8 * s, true, 1}}, "+0 -8000"},
		{"never on", []step{{0, false, 0}, {s, false, 1}}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chip := newChip()
				h, changes := openSiren(t, chip, chip)
				start := time.Now()
				for _, step := range c.steps {
					pass(step.at - time.Since(start))
					if err := h.SetFor(siren, step.on, step.run); err != nil {
						t.Error(err)
					}
				}
				pass(time.Minute)
				if got := changes(); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
			})
		})
	}
}

// TestLimitOfOthers: the limit of one output is none of another's, and Set is
// all one run.
func TestLimitOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chip := newChip()
		h, changes := openSiren(t, chip, chip)
		for range 2 {
			if err := errors.Join(h.Set(siren, true), h.SetFor(0, true, 1)); err != nil {
				t.Error(err)
			}
			pass(time.Minute)
		}
		wantOutput(t, chip, blinker, true, true)
		if got := changes(); got != "+0 -8000" {
			t.Errorf("the siren: %s", got)
		}
	})
}

// TestLimitAtClose: the end of the header comes before the end of the time, and
// the timer touches nothing afterwards.
func TestLimitAtClose(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"before": 3 * time.Second, "in the moment": longest, "after": 9 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			f := &faulty{Chip: newChip()}
			h, changes := openSiren(t, f, f.Chip)
			if err := h.SetFor(siren, true, 1); err != nil {
				t.Error(err)
			}
			<-time.After(after)
			if err := errors.Join(h.Close(), f.Free()); err != nil {
				t.Error(err)
			}
			f.drive = func(pin int) error {
				t.Errorf("%s: line %d is driven after Close", name, pin)
				return nil
			}
			pass(time.Minute)
			off := min(after, longest).Milliseconds()
			if got, want := changes(), fmt.Sprintf("+0 -%d free %d", off, after.Milliseconds()); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
			if err := h.SetFor(siren, true, 2); !errors.Is(err, gpio.ErrClosed) {
				t.Errorf("SetFor after Close: %v, want ErrClosed", err)
			}
		})
	}
}

// TestLimitFaults: a line that is lost tells that to the next one who drives it,
// and a panic comes out of Watch.
func TestLimitFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{Chip: newChip()}
		h, _ := openSiren(t, f, f.Chip)
		if err := h.SetFor(siren, true, 1); err != nil {
			t.Error(err)
		}
		f.Remove()
		pass(longest)
		if err := h.SetFor(siren, false, 0); !errors.Is(err, gpio.ErrChipLost) || !strings.Contains(err.Error(), "line 16 (siren)") {
			t.Errorf("SetFor: %v, want ErrChipLost with the line", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{Chip: newChip()}
		h, _ := openSiren(t, f, f.Chip)
		if err := h.SetFor(siren, true, 1); err != nil {
			t.Error(err)
		}
		f.drive = func(int) error { panic("in the timer") }
		defer func() {
			if trace := fmt.Sprint(recover()); !strings.HasPrefix(trace, "in the timer") || !strings.Contains(trace, "expire") {
				t.Errorf("Watch panicked with %q", trace)
			}
			f.drive = nil
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		t.Errorf("Watch: %v", h.Watch(ctx, func([]gpio.Change) {}))
	})
}

// TestLimitPlan refuses a limit that is none.
func TestLimitPlan(t *testing.T) {
	t.Parallel()
	p := sirenPlan()
	p.Outputs[siren].Max = -time.Second
	if _, err := gpio.Open(t.Context(), newChip(), p); err == nil || !strings.Contains(err.Error(), "line 16 (siren) is limited to -1s") {
		t.Errorf("Open: %v", err)
	}
}

// TestLimitAnything switches the siren at random, from two goroutines: in no
// run it is on for longer than its Max.
func TestLimitAnything(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			chip := newChip()
			h, err := gpio.Open(t.Context(), chip, sirenPlan())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = h.Close() }()
			var on time.Time
			var spent time.Duration
			chip.Observe(func(tr virtual.Transition) {
				if tr.Pin == sirenPin && tr.High && !on.IsZero() {
					spent, on = spent+tr.At.Sub(on), time.Time{}
				} else if tr.Pin == sirenPin && !tr.High {
					on = tr.At
				}
			})
			for run := 1; run < 4; run++ {
				spent = 0
				var hands sync.WaitGroup
				for hand := range uint64(2) {
					hands.Go(func() {
						rng := rand.New(rand.NewPCG(seed, hand))
						for range 30 {
							<-time.After(time.Duration(rng.Int64N(int64(3 * time.Second))))
							if err := h.SetFor(siren, rng.IntN(3) > 0, run); err != nil {
								t.Error(err)
							}
						}
					})
				}
				hands.Wait()
				pass(2 * longest)
				if !on.IsZero() || spent > longest {
					t.Errorf("seed %d, run %d: on %t, for %v", seed, run, !on.IsZero(), spent)
				}
			}
		})
	}
}
