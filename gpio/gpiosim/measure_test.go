package gpiosim_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/gpiosim"
)

// Every edge of a bounce train is counted, with the kernel's times, on lines
// with names and without.
func TestMeasure(t *testing.T) {
	for name, config := range map[string]gpiosim.Config{
		"named":   gpiosim.Header("pinctrl-bcm2711"),
		"unnamed": {Label: "pinctrl-bcm2711", Lines: 54},
	} {
		t.Run(name, func(t *testing.T) {
			if !alone(t) {
				return
			}
			sim := gpiosim.New(t, config)
			chip := find(t, "auto")
			m, c, train := bounced(t, sim, chip)
			var length time.Duration
			for _, d := range train {
				length += d
			}
			if c.Input != launch || !c.Active || c.Edges != len(train)+1 || c.Bounce < length*9/10 || c.Bounce > time.Duration(len(train))*gpio.QuietFor/2 {
				t.Errorf("%+v, want %d edges in %v", c, len(train)+1, length)
			}
			note("%s: %d edges, bounced %v of %v, longest pause %v", name, c.Edges, c.Bounce, length, c.Pause)
			if _, err := gpio.NewMeter(chip, box()); !errors.Is(err, gpio.ErrBusy) {
				t.Errorf("a second meter: %v, want ErrBusy", err)
			}
			if err := m.Close(); err != nil {
				t.Error(err)
			}
			wantFree(t, chip, pins()...)
		})
	}
}

// A line of a simulated chip goes where it is pulled: nothing hangs on it.
func TestProbe(t *testing.T) {
	if !alone(t) {
		return
	}
	gpiosim.New(t, gpiosim.Header("pinctrl-rp1"))
	chip := find(t, "auto")
	for _, in := range box().Inputs {
		if got, err := gpio.Probe(t.Context(), chip, in); got != gpio.Unheld || err != nil {
			t.Errorf("%s: %v, %v, want %v", in.Name, got, err, gpio.Unheld)
		}
	}
	wantFree(t, chip, pins()...)
}

// bounced is a meter, what it has told of a bounce train, and the train. A
// machine that stands still in the middle of it makes two of one: then again.
func bounced(t *testing.T, sim *gpiosim.Chip, chip gpio.Chip) (*gpio.Meter, gpio.Contact, gpiosim.Stroke) {
	t.Helper()
	train := gpiosim.Bounces()["the worst common switch"]
	ctx, stop := context.WithTimeout(t.Context(), 15*time.Second)
	defer stop()
	for {
		m, err := gpio.NewMeter(chip, box())
		if err != nil {
			t.Fatal(err)
		}
		longest := play(t, launchFinger(sim), train)
		c, err := m.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if longest < gpio.QuietFor/2 {
			return m, c, train
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
