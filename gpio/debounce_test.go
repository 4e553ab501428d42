package gpio_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
)

// TestDebounceIsTheHeader lets three inputs chatter at random under a header,
// and gives what that saw to a Debounce: it settles the same changes at the same
// moments, and begins with the same levels.
func TestDebounceIsTheHeader(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { compareDebounce(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func compareDebounce(t *testing.T, rng *rand.Rand) {
	t.Helper()
	var seen []gpio.Reading
	p := gpio.Plan{
		Inputs: []gpio.Input{
			{Name: "arming switch", Pin: 24, Pull: gpio.PullDown},
			{Name: "branch button", Pin: 23, Pull: gpio.PullUp, ActiveLow: true},
			{Name: "launch button", Pin: 27, Pull: gpio.PullUp, ActiveLow: true},
		},
		Debounce: 20 * time.Millisecond,
		Saw:      func(r gpio.Reading) { seen = append(seen, r) },
	}
	chip := virtual.New("chip", 54)
	move := func() { chip.Drive(p.Inputs[rng.IntN(3)].Pin, rng.IntN(2) == 0) }
	move()
	header, err := gpio.Open(t.Context(), chip, p)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	ctx, end := context.WithCancel(t.Context())
	over := make(chan error)
	go func() {
		over <- header.Watch(ctx, func(changes []gpio.Change) {
			for _, c := range changes {
				want = append(want, settled(time.Now(), c))
			}
		})
	}()
	for range 200 {
		longest := []time.Duration{100 * time.Microsecond, 5 * time.Millisecond, 50 * time.Millisecond, 3 * time.Second}[rng.IntN(4)]
		<-time.After(time.Duration(rng.Int64N(int64(longest))))
		move()
	}
	<-time.After(time.Second)
	end()
	if err := <-over; err != nil {
		t.Fatal(err)
	}
	if err := header.Close(); err != nil {
		t.Fatal(err)
	}
	got, active := replayed(p, seen)
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("header and Debounce (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(header.Active(), active); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}

// replayed gives readings to a Debounce, and what is due in its time.
func replayed(p gpio.Plan, readings []gpio.Reading) (changes []string, found []bool) {
	d := gpio.NewDebounce(p)
	settle := func(until time.Time) {
		for due := d.Due(); !due.IsZero() && due.Before(until); due = d.Due() {
			_, before := d.Started()
			for _, c := range d.Go(due) {
				if before {
					changes = append(changes, settled(due, c))
				}
			}
			if active, started := d.Started(); started && !before {
				found = active
			}
		}
	}
	for _, r := range readings {
		settle(r.Began)
		d.See(r)
	}
	settle(readings[len(readings)-1].Began.Add(time.Hour))
	return changes, found
}

func settled(at time.Time, c gpio.Change) string {
	return fmt.Sprintf("%v: %d active %t, first %v, levels %v", at.UnixNano(), c.Input, c.Active, c.First.UnixNano(), c.Levels)
}
