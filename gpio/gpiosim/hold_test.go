package gpiosim_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"ship-it.example/gpio"
	"ship-it.example/gpio/gpiosim"
)

// pull moves a level.
func pull(t *testing.T, sim *gpiosim.Chip, pin int, high bool) {
	t.Helper()
	if err := sim.Pull(pin, high); err != nil {
		t.Fatal(err)
	}
}

// wantBusy fails unless err says that a line is held, and by whom.
func wantBusy(t *testing.T, err error, owner string) {
	t.Helper()
	if !errors.Is(err, gpio.ErrBusy) || !strings.Contains(err.Error(), owner) {
		t.Errorf("%v, want ErrBusy with %q", err, owner)
	}
}

// While a header is open its lines are ours in the kernel's books and its
// lamps show what was set. After Close the lines are inputs, and free, and can
// be claimed again.
func TestOpenSetClose(t *testing.T) {
	tests := map[string]gpiosim.Config{
		"named":   gpiosim.Header("pinctrl-bcm2711"),
		"unnamed": {Label: "pinctrl-bcm2711", Lines: 54},
	}
	for name, config := range tests {
		t.Run(name, func(t *testing.T) {
			if !alone(t) {
				return
			}
			sim := gpiosim.New(t, config)
			chip := find(t, "auto")
			for range 3 {
				h, err := gpio.Open(t.Context(), chip, box())
				if err != nil {
					t.Fatal(err)
				}
				for _, pin := range pins() {
					line, err := chip.Line(pin)
					if err != nil {
						t.Fatal(err)
					}
					if !line.Held || !strings.HasPrefix(line.Owner, "gpiosim.test@") {
						t.Errorf("line %d: %+v, want it held by us", pin, line)
					}
				}
				for _, on := range []bool{false, true, false, true} {
					if err := h.Set(lamp, on); err != nil {
						t.Fatal(err)
					}
					if lit, err := sim.Value(lampPin); lit != on || err != nil {
						t.Errorf("the lamp: %v, %v, want %v", lit, err, on)
					}
				}
				if err := h.Close(); err != nil {
					t.Error(err)
				}
				if err := h.Set(lamp, true); !errors.Is(err, gpio.ErrClosed) {
					t.Errorf("Set after Close: %v", err)
				}
				if lit, err := sim.Value(lampPin); lit || err != nil {
					t.Errorf("the lamp after Close: %v, %v", lit, err)
				}
				wantFree(t, chip, pins()...)
			}
		})
	}
}

// Lines that somebody else holds are left to him, and he is named.
func TestBusy(t *testing.T) {
	t.Run("a header of ours", func(t *testing.T) {
		if !alone(t) {
			return
		}
		gpiosim.New(t, gpiosim.Header("pinctrl-bcm2711"))
		chip := find(t, "auto")
		open(t, chip, box())
		_, err := gpio.Open(t.Context(), chip, box())
		wantBusy(t, err, `line 24 (arming switch) is held by "gpiosim.test@`)
		wantBusy(t, gpio.Release(chip, box()), `held by "gpiosim.test@`)
	})
	t.Run("another process", func(t *testing.T) {
		if !alone(t) {
			return
		}
		sim := gpiosim.New(t, gpiosim.Header("pinctrl-bcm2711"))
		owner := fmt.Sprintf(`held by "gpiosim.test@%d"`, holder(t, "auto").Pid)
		chip := find(t, "auto")
		_, err := gpio.Open(t.Context(), chip, box())
		wantBusy(t, err, owner)
		wantBusy(t, gpio.Release(chip, box()), owner)
		if lit, err := sim.Value(lampPin); !lit || err != nil {
			t.Errorf("his lamp was touched: %v, %v", lit, err)
		}
		states, err := gpio.Survey(chip, box())
		if err != nil {
			t.Fatal(err)
		}
		for _, state := range states {
			if !state.Held || !strings.Contains(owner, state.Owner) || state.Level != gpio.Unknown {
				t.Errorf("survey: %+v, want %s", state, owner)
			}
		}
	})
	t.Run("the kernel", func(t *testing.T) {
		if !alone(t) {
			return
		}
		config := gpiosim.Header("pinctrl-bcm2711")
		config.Hogs = map[int]string{lampPin: "PWR_LED"}
		gpiosim.New(t, config)
		chip := find(t, "auto")
		_, err := gpio.Open(t.Context(), chip, box())
		wantBusy(t, err, `line 22 (lamp) is held by "PWR_LED"`)
		wantFree(t, chip, armingPin, branchPin, launchPin, blinkerPin)
	})
}

// What a killed program left as outputs is told, and Release makes it inputs.
func TestRelease(t *testing.T) {
	if !alone(t) {
		return
	}
	gpiosim.New(t, gpiosim.Header("pinctrl-bcm2711"))
	process := holder(t, "auto")
	chip := find(t, "auto")
	if err := process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the lines of a killed process are free", func() bool {
		for _, pin := range pins() {
			if line, err := chip.Line(pin); err != nil || line.Held {
				return false
			}
		}
		return true
	})
	states, err := gpio.Survey(chip, box())
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range states {
		if output := state.Pin == blinkerPin || state.Pin == lampPin; state.Held || state.Left != output {
			t.Errorf("survey after the kill: %+v, want it left as an output: %v", state, output)
		}
	}
	if err := gpio.Release(chip, box()); err != nil {
		t.Fatal(err)
	}
	wantFree(t, chip, pins()...)
	if err := open(t, chip, box()).Close(); err != nil {
		t.Error(err)
	}
}
