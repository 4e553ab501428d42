package gpiosim_test

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/gpio"
	"ship-it.example/gpio/gpiosim"
)

// A chip is there with what it was told to be, moves its levels, and goes.
func TestChip(t *testing.T) {
	if !alone(t) {
		return
	}
	sim := gpiosim.New(t, gpiosim.Config{
		Label: "a-label", Lines: 8,
		Names: map[int]string{2: "SDA1"}, Hogs: map[int]string{3: "the kernel's"},
	})
	chip := find(t, sim.Path())
	if got, want := chip.String(), "a-label ("+sim.Path()+")"; got != want {
		t.Errorf("the chip is %q, want %q", got, want)
	}
	if chip.Lines() != 8 {
		t.Errorf("%d lines, want 8", chip.Lines())
	}
	want := map[int]gpio.Line{1: {}, 2: {Name: "SDA1"}, 3: {Held: true, Owner: "the kernel's"}}
	for pin, want := range want {
		got, err := chip.Line(pin)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("line %d (-want +got):\n%s", pin, diff)
		}
	}
	for _, high := range []bool{true, false, true} {
		if err := sim.Pull(2, high); err != nil {
			t.Fatal(err)
		}
		level, err := chip.Level(2)
		if err != nil {
			t.Fatal(err)
		}
		value, err := sim.Value(2)
		if err != nil {
			t.Fatal(err)
		}
		if level != high || value != high {
			t.Errorf("level %v, value %v after a pull to %v", level, value, high)
		}
	}
	line, err := chip.ClaimOutput(2, false)
	if err != nil {
		t.Fatal(err)
	}
	if high, err := sim.Value(2); high || err != nil {
		t.Errorf("value %v, %v of a line driven low", high, err)
	}
	if err := line.Close(); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := sim.Remove(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(sim.Path()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the device of a chip that was removed: %v", err)
	}
	if err := sim.Pull(2, true); err == nil {
		t.Error("a chip that was removed still moves its levels")
	}
}
