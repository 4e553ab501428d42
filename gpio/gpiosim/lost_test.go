package gpiosim_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/gpiosim"
)

// usage is what this process has used: time of the processor, and how often it
// was put to sleep and woken.
func usage(t *testing.T) (cpu time.Duration, wakes int64) {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), u.Nvcsw
}

// A chip that goes away ends the watch with an error. No line is reported to
// have moved, though each reads low then, and nothing spins until the watch
// has noticed.
func TestRemoved(t *testing.T) {
	named := gpiosim.Header("pinctrl-bcm2711")
	named.Lines = launchPin + 1
	configs := map[string]gpiosim.Config{
		"named":   named,
		"unnamed": {Label: "pinctrl-bcm2711", Lines: named.Lines},
	}
	for name, config := range configs {
		for moment, held := range map[string]bool{"at rest": false, "launch button held": true} {
			t.Run(name+", "+moment, func(t *testing.T) {
				if !alone(t) {
					return
				}
				sim := gpiosim.New(t, config)
				header := open(t, find(t, "auto"), box())
				w := watch(t, header)
				if held {
					set(t, launchFinger(sim), true)
					eventually(t, "the press", func() bool { return len(w.reported()) == 1 })
				}
				before := len(w.reported())
				cpu, wakes := usage(t)
				began := time.Now()
				if err := sim.Remove(); err != nil {
					t.Fatal(err)
				}
				var err error
				select {
				case err = <-w.done:
				case <-time.After(15 * time.Second):
					t.Fatal("the watch goes on without a chip")
				}
				took := time.Since(began)
				cpuAfter, wakesAfter := usage(t)
				if !errors.Is(err, gpio.ErrChipLost) {
					t.Errorf("Watch: %v, want ErrChipLost", err)
				}
				if changes := w.reported()[before:]; len(changes) > 0 {
					t.Errorf("reported after the removal: %+v", changes)
				}
				if turns := wakesAfter - wakes; turns > 2000 {
					t.Errorf("%d wake-ups in %v", turns, took)
				}
				if used := cpuAfter - cpu; used > took/4+100*time.Millisecond {
					t.Errorf("%v of the processor in %v", used, took)
				}
				if err := header.Set(lamp, true); !errors.Is(err, gpio.ErrChipLost) {
					t.Errorf("Set: %v, want ErrChipLost", err)
				}
				if err := header.Close(); !errors.Is(err, gpio.ErrChipLost) {
					t.Errorf("Close: %v, want ErrChipLost", err)
				}
				note("noticed after %v, with %v of the processor and %d wake-ups",
					took.Round(time.Millisecond), (cpuAfter - cpu).Round(time.Millisecond), wakesAfter-wakes)
			})
		}
	}
}
