package gpio_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
)

const (
	µs = time.Microsecond
	ms = time.Millisecond
)

// desk is the inputs that are measured here.
func desk() gpio.Plan {
	return gpio.Plan{
		Inputs: []gpio.Input{
			{Name: "arming switch", Pin: 24, Pull: gpio.PullDown},
			{Name: "launch button", Pin: 27, Pull: gpio.PullUp, ActiveLow: true},
		},
		Outputs:  []gpio.Output{{Name: "blinker", Pin: 17}},
		Debounce: 20 * ms,
	}
}

// play moves a line: its level alternates, beginning with the one given, and
// these are the times between two changes. It returns when nothing has moved for
// a second.
func play(c *virtual.Chip, pin int, high bool, stroke ...time.Duration) {
	for _, d := range append(stroke, time.Second) {
		c.Drive(pin, high)
		high = !high
		<-time.After(d)
	}
}

// measured is what a meter tells of what is done to a chip.
func measured(t *testing.T, do func(*virtual.Chip)) []gpio.Contact {
	t.Helper()
	chip := virtual.New("mock", 54)
	m, err := gpio.NewMeter(chip, desk())
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	go func() {
		do(chip)
		end()
	}()
	var all []gpio.Contact
	for {
		c, err := m.Next(ctx)
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			break
		}
		all = append(all, c)
	}
	if err := errors.Join(m.Close(), chip.Free()); err != nil {
		t.Error(err)
	}
	return all
}

// A press is measured to the edge, whatever else moves meanwhile, and a glitch
// is called one.
func TestMeter(t *testing.T) {
	t.Parallel()
	const arming, launch = 0, 1
	tests := []struct {
		name string
		do   func(*virtual.Chip)
		want []gpio.Contact
	}{
		{"a clean press", func(c *virtual.Chip) { play(c, 27, false, 140*ms) }, []gpio.Contact{
			{Input: launch, Active: true, Edges: 1},
			{Input: launch, Edges: 1, Rested: 140 * ms},
		}},
		{"a bouncing press", func(c *virtual.Chip) { play(c, 27, false, 500*µs, 1700*µs, 800*µs, 200*µs, 140*ms, 300*µs, 2*ms) }, []gpio.Contact{
			{Input: launch, Active: true, Edges: 5, Bounce: 3200 * µs, Pause: 1700 * µs},
			{Input: launch, Edges: 3, Bounce: 2300 * µs, Pause: 2 * ms, Rested: 140 * ms},
		}},
		{"a glitch", func(c *virtual.Chip) { play(c, 24, true, 300*µs) }, []gpio.Contact{
			{Input: arming, Glitch: true, Edges: 2, Bounce: 300 * µs, Pause: 300 * µs},
		}},
		{"a pause that is just none", func(c *virtual.Chip) { play(c, 24, true, gpio.QuietFor) }, []gpio.Contact{
			{Input: arming, Active: true, Edges: 1},
			{Input: arming, Edges: 1, Rested: gpio.QuietFor},
		}},
		{"a pause that just is one", func(c *virtual.Chip) { play(c, 24, true, gpio.QuietFor-1) }, []gpio.Contact{
			{Input: arming, Glitch: true, Edges: 2, Bounce: gpio.QuietFor - 1, Pause: gpio.QuietFor - 1},
		}},
		{"a scrape", func(c *virtual.Chip) {
			var even []time.Duration
			for range 50 {
				even = append(even, ms)
			}
			play(c, 27, false, even...)
		}, []gpio.Contact{{Input: launch, Active: true, Edges: 51, Bounce: 50 * ms, Pause: ms}}},
		{"two at once", func(c *virtual.Chip) {
			go play(c, 24, true)
			play(c, 27, false, ms, ms)
		}, []gpio.Contact{
			{Input: arming, Active: true, Edges: 1},
			{Input: launch, Active: true, Edges: 3, Bounce: 2 * ms, Pause: ms},
		}},
		{"a glitch in a press", func(c *virtual.Chip) { play(c, 27, false, 100*ms, ms, 100*ms) }, []gpio.Contact{
			{Input: launch, Active: true, Edges: 1},
			{Input: launch, Active: true, Glitch: true, Edges: 2, Bounce: ms, Pause: ms, Rested: 100 * ms},
			{Input: launch, Edges: 1, Rested: 201 * ms},
		}},
		{"one at rest while another bounces", func(c *virtual.Chip) {
			go play(c, 24, true)
			<-time.After(12 * ms)
			play(c, 27, false, 18*ms, ms)
		}, []gpio.Contact{
			{Input: arming, Active: true, Edges: 1},
			{Input: launch, Active: true, Edges: 3, Bounce: 19 * ms, Pause: 18 * ms},
		}},
		{"nothing for a long time", func(*virtual.Chip) { <-time.After(time.Minute) }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if diff := cmp.Diff(tt.want, measured(t, tt.do)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Edges that nobody took are counted as far as the kernel's own count goes.
func TestMeterLate(t *testing.T) {
	t.Parallel()
	chip := virtual.New("mock", 54)
	m, err := gpio.NewMeter(chip, desk())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2001 {
		chip.Drive(27, i%2 == 1)
	}
	c, err := m.Next(t.Context())
	if c.Edges != 2001 || !c.Active || err != nil {
		t.Errorf("%+v, %v, want 2001 edges of a press", c, err)
	}
	if active := m.Active(); active[0] || !active[1] {
		t.Errorf("active: %v", active)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

// What was not looked at in time is told apart by the edges' own times.
func TestMeterBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chip := virtual.New("mock", 54)
		m, err := gpio.NewMeter(chip, desk())
		if err != nil {
			t.Fatal(err)
		}
		play(chip, 27, false, ms, ms, 50*ms, gpio.QuietFor)
		for _, want := range []gpio.Contact{
			{Input: 1, Active: true, Edges: 3, Bounce: 2 * ms, Pause: ms},
			{Input: 1, Edges: 1, Rested: 50 * ms},
			{Input: 1, Active: true, Edges: 1, Rested: gpio.QuietFor},
		} {
			if got, err := m.Next(t.Context()); got != want || err != nil {
				t.Errorf("%+v, %v, want %+v", got, err, want)
			}
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A line that somebody holds is his, the outputs are nobody's business, and a
// chip that goes away ends the measuring.
func TestMeterFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chip := virtual.New("mock", 54)
		chip.Hold(27, "ship-it@7")
		if _, err := gpio.NewMeter(chip, desk()); !errors.Is(err, gpio.ErrBusy) || err.Error() != `line 27 (launch button) is held by "ship-it@7"` {
			t.Errorf("a line that is held: %v", err)
		}
		chip.Unhold(27)
		chip.Hold(17, "gpioset")
		m, err := gpio.NewMeter(chip, desk())
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, chip.Remove)
		if _, err := m.Next(t.Context()); !errors.Is(err, gpio.ErrChipLost) {
			t.Errorf("a chip that is gone: %v", err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
}

// The pulls tell what hangs on a line, and the last one is the line's own.
func TestProbe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(*virtual.Chip)
		want gpio.Outside
	}{
		{"open", func(*virtual.Chip) {}, gpio.Unheld},
		{"pressed", func(c *virtual.Chip) { c.Drive(27, false) }, gpio.HeldLow},
		{"pulled outside", func(c *virtual.Chip) { c.Drive(27, true) }, gpio.HeldHigh},
		{"humming", func(c *virtual.Chip) {
			time.AfterFunc(5*ms, func() { play(c, 27, true, 10*ms, 10*ms, 10*ms, 10*ms) })
		}, gpio.Restless},
		{"one edge is the pull's", func(c *virtual.Chip) { time.AfterFunc(ms, func() { c.Drive(27, true) }) }, gpio.HeldHigh},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				chip := virtual.New("mock", 54)
				tt.do(chip)
				got, err := gpio.Probe(t.Context(), chip, desk().Inputs[1])
				if got != tt.want || err != nil {
					t.Errorf("%v, %v, want %v", got, err, tt.want)
				}
				<-time.After(time.Second)
				chip.Float(27)
				if high, err := chip.Level(27); !high || err != nil {
					t.Errorf("the pull afterwards: %t, %v, want the line's own", high, err)
				}
				if err := chip.Free(); err != nil {
					t.Error(err)
				}
			})
		})
	}
	chip := virtual.New("mock", 54)
	chip.Hold(27, "ship-it@7")
	if _, err := gpio.Probe(t.Context(), chip, desk().Inputs[1]); !errors.Is(err, gpio.ErrBusy) {
		t.Errorf("a line that is held: %v", err)
	}
}
