package gpiosim_test

import (
	"testing"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/gpiosim"
)

// An output with a limit goes off on a real line, too, while nobody does a
// thing for it: not the one who switched it on, and no reader of the inputs. A
// board that switches on with a low level is driven high then, and is no output
// once the header is closed.
func TestLimit(t *testing.T) {
	if !alone(t) {
		return
	}
	const sirenPin, most = 16, 300 * time.Millisecond
	sim := gpiosim.New(t, gpiosim.Header("pinctrl-bcm2711"))
	chip, plan := find(t, "auto"), box()
	siren := len(plan.Outputs)
	plan.Outputs = append(plan.Outputs, gpio.Output{Name: "siren", Pin: sirenPin, ActiveLow: true, Max: most})
	header := open(t, chip, plan)
	high := func() bool {
		high, err := sim.Value(sirenPin)
		if err != nil {
			t.Fatal(err)
		}
		return high
	}
	if !high() {
		t.Error("the siren is on at the start")
	}
	for run := 1; run <= 2; run++ {
		began := time.Now()
		if err := header.SetFor(siren, true, run); err != nil {
			t.Fatal(err)
		}
		if high() && time.Since(began) < most {
			t.Errorf("run %d: the siren does not go on", run)
		}
		eventually(t, "the end of the siren", high)
		if took := time.Since(began); took < most {
			t.Errorf("run %d: on for %v, want %v", run, took, most)
		}
		if err := header.SetFor(siren, true, run); err != nil || !high() {
			t.Errorf("run %d: the siren goes on again: %v", run, err)
		}
	}
	if err := header.SetFor(siren, true, 3); err != nil {
		t.Error(err)
	}
	if err := header.Close(); err != nil {
		t.Error(err)
	}
	wantFree(t, chip, append(pins(), sirenPin)...)
}
