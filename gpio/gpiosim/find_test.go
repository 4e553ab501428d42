package gpiosim_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/gpio"
	"ship-it.example/gpio/gpiosim"
)

// The header's chip is found by its label, on every board, where it is not the
// first one.
func TestFindAuto(t *testing.T) {
	for _, label := range []string{"pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"} {
		t.Run(label, func(t *testing.T) {
			if !alone(t) {
				return
			}
			gpiosim.New(t, gpiosim.Header("raspberrypi-exp-gpio"))
			header := gpiosim.New(t, gpiosim.Header(label))
			chip := find(t, "auto")
			if got, want := chip.String(), label+" ("+header.Path()+")"; got != want {
				t.Fatalf("found %q, want %q", got, want)
			}
			h := open(t, chip, box())
			if err := h.Set(lamp, true); err != nil {
				t.Fatal(err)
			}
			if lit, err := header.Value(lampPin); !lit || err != nil {
				t.Errorf("the lamp on the header's chip: %v, %v", lit, err)
			}
		})
	}
}

// A selector that means no chip, or more than one, is an error that lists what
// there is.
func TestFindWrong(t *testing.T) {
	header := gpiosim.Header
	tests := []struct {
		name     string
		chips    []gpiosim.Config
		selector string
		want     string
	}{
		{"nothing there", nil, "auto", "no GPIO chip on this machine"},
		{"no header", []gpiosim.Config{header("one"), header("two")}, "auto", "there is one (/dev/gpiochip0), two (/dev/gpiochip1)"},
		{"two headers", []gpiosim.Config{header("pinctrl-rp1"), header("pinctrl-bcm2711")}, "auto", "several GPIO chips fit"},
		{"other label", []gpiosim.Config{header("pinctrl-rp1")}, "pinctrl-bcm2835", "there is pinctrl-rp1"},
		{"no device", []gpiosim.Config{header("pinctrl-rp1")}, "/dev/gpiochip7", "there is pinctrl-rp1"},
		{"no chip's device", []gpiosim.Config{header("pinctrl-rp1")}, "/dev/null", "there is pinctrl-rp1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !alone(t) {
				return
			}
			for _, config := range test.chips {
				gpiosim.New(t, config)
			}
			_, err := gpio.Find(test.selector)
			if !errors.Is(err, gpio.ErrNoChip) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want ErrNoChip with %q", err, test.want)
			}
		})
	}
}

// Lines that the chip doesn't have are told, each, and nothing is claimed.
func TestOutOfRange(t *testing.T) {
	if !alone(t) {
		return
	}
	gpiosim.New(t, gpiosim.Config{Label: "pinctrl-rp1", Lines: 24})
	chip := find(t, "auto")
	_, err := gpio.Open(t.Context(), chip, box())
	if !errors.Is(err, gpio.ErrNoLine) {
		t.Fatalf("%v, want ErrNoLine", err)
	}
	for _, want := range []string{"line 24 (arming switch)", "line 27 (launch button)", "0 to 23"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not tell %q", err, want)
		}
	}
	wantFree(t, chip, branchPin, blinkerPin, lampPin)
}

// A survey tells each line's name and level, and leaves them all as they were.
func TestSurvey(t *testing.T) {
	tests := []struct {
		name   string
		config gpiosim.Config
		want   []gpio.LineState
	}{
		{"named", gpiosim.Header("pinctrl-bcm2711"), []gpio.LineState{
			{Name: "arming switch", Pin: armingPin, Board: "GPIO24", Level: gpio.High},
			{Name: "branch button", Pin: branchPin, Board: "GPIO23", Level: gpio.Low},
			{Name: "launch button", Pin: launchPin, Board: "GPIO27", Level: gpio.High},
			{Name: "blinker", Pin: blinkerPin, Board: "GPIO17", Level: gpio.Low},
			{Name: "lamp", Pin: lampPin, Board: "GPIO22", Level: gpio.Low},
		}},
		{"unnamed", gpiosim.Config{Label: "pinctrl-bcm2711", Lines: 54}, []gpio.LineState{
			{Name: "arming switch", Pin: armingPin},
			{Name: "branch button", Pin: branchPin},
			{Name: "launch button", Pin: launchPin},
			{Name: "blinker", Pin: blinkerPin},
			{Name: "lamp", Pin: lampPin},
		}},
		{"one name twice", gpiosim.Config{
			Label: "pinctrl-bcm2711", Lines: 54, Names: map[int]string{armingPin: "NC", branchPin: "NC"},
		}, []gpio.LineState{
			{Name: "arming switch", Pin: armingPin, Board: "NC"},
			{Name: "branch button", Pin: branchPin, Board: "NC", Level: gpio.Low},
			{Name: "launch button", Pin: launchPin},
			{Name: "blinker", Pin: blinkerPin},
			{Name: "lamp", Pin: lampPin},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !alone(t) {
				return
			}
			sim := gpiosim.New(t, test.config)
			pull(t, sim, armingPin, true)
			pull(t, sim, launchPin, true)
			chip := find(t, "auto")
			for range 2 {
				got, err := gpio.Survey(chip, box())
				if err != nil {
					t.Fatal(err)
				}
				sameButOneName(t, test.want, got)
				wantFree(t, chip, pins()...)
			}
		})
	}
}

// sameButOneName compares surveys. Which of two lines with one name periph can
// find by it is not told.
func sameButOneName(t *testing.T, want, got []gpio.LineState) {
	t.Helper()
	for i := range got {
		if got[i].Board == "NC" && i < len(want) {
			got[i].Level = want[i].Level
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Raspberry Pi OS links gpiochip4 to gpiochip0. The chip is found once, under
// both names, and every lamp becomes an input again, also where the program
// has no standard input.
func TestLink(t *testing.T) {
	for _, selector := range []string{"auto", "the link"} {
		for _, stdin := range []bool{true, false} {
			t.Run(selector+map[bool]string{true: ", with stdin", false: ", without stdin"}[stdin], func(t *testing.T) {
				if !alone(t) {
					return
				}
				if !stdin {
					if err := os.Stdin.Close(); err != nil {
						t.Fatal(err)
					}
				}
				sim := gpiosim.New(t, gpiosim.Header("pinctrl-rp1"))
				link := filepath.Join("/dev", "gpiochip4")
				if err := os.Symlink(filepath.Base(sim.Path()), link); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = os.Remove(link) })
				if selector == "the link" {
					selector = link
				}
				chip := find(t, selector)
				if got, want := chip.String(), "pinctrl-rp1 ("+sim.Path()+", "+link+")"; got != want {
					t.Errorf("found %q, want %q", got, want)
				}
				h := open(t, chip, box())
				for output, pin := range []int{blinker: blinkerPin, lamp: lampPin} {
					if err := h.Set(output, true); err != nil {
						t.Fatal(err)
					}
					if lit, err := sim.Value(pin); !lit || err != nil {
						t.Errorf("line %d: %v, %v", pin, lit, err)
					}
				}
				if err := h.Close(); err != nil {
					t.Error(err)
				}
				wantFree(t, chip, pins()...)
			})
		}
	}
}
