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
			m, err := gpio.NewMeter(chip, box())
			if err != nil {
				t.Fatal(err)
			}
			train := gpiosim.Bounces()["the worst common switch"]
			longest := play(t, launchFinger(sim), train)
			contacts, edges := taken(t, m, len(train)+1)
			last := contacts[len(contacts)-1]
			if last.Input != launch || !last.Active || edges != len(train)+1 {
				t.Errorf("%+v, want a press and %d edges in all", contacts, len(train)+1)
			}
			// A machine that stands still makes several of one.
			if length := sum(train); longest < gpio.QuietFor/2 && (len(contacts) != 1 || last.Bounce < length*9/10) {
				t.Errorf("%+v, want one contact with %v of bounce", contacts, length)
			}
			note("%s: %d edges, bounced %v of %v, longest pause %v", name, last.Edges, last.Bounce, sum(train), last.Pause)
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

// taken is what a meter tells until there were so many edges.
func taken(t *testing.T, m *gpio.Meter, want int) (contacts []gpio.Contact, edges int) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 15*time.Second)
	defer stop()
	for edges < want {
		c, err := m.Next(ctx)
		if err != nil {
			t.Fatalf("after %d of %d edges: %v", edges, want, err)
		}
		contacts, edges = append(contacts, c), edges+c.Edges
	}
	return contacts, edges
}

func sum(train gpiosim.Stroke) (length time.Duration) {
	for _, d := range train {
		length += d
	}
	return length
}
