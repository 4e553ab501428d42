package gpio_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
)

func TestSurvey(t *testing.T) {
	t.Parallel()
	chip := newChip()
	chip.Drive(launchPin, true)
	chip.Drive(switchPin, false)
	chip.Hold(branchPin, "gpiomon")
	chip.Strand(lampPin, true)
	var seen []virtual.Transition
	chip.Observe(func(tr virtual.Transition) { seen = append(seen, tr) })
	got, err := gpio.Survey(chip, boxPlan())
	if err != nil {
		t.Fatal(err)
	}
	want := []gpio.LineState{
		{Name: "arming switch", Pin: switchPin, Board: "GPIO24", Level: gpio.Low},
		{Name: "launch button", Pin: launchPin, Board: "GPIO27", Level: gpio.High},
		{Name: "branch button", Pin: branchPin, Board: "GPIO23", Held: true, Owner: "gpiomon"},
		{Name: "blinker", Pin: blinker, Board: "GPIO17", Level: gpio.Low},
		{Name: "Client Int", Pin: lampPin, Board: "GPIO22", Left: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if seen != nil {
		t.Errorf("the survey changed %v", seen)
	}
	wantOutput(t, chip, lampPin, true, true)
}

// levels is a chip whose lines can't be read for this reason.
type levels struct {
	*virtual.Chip
	err error
}

func (l levels) Level(int) (bool, error) { return false, l.err }

func TestSurveyWithoutLevels(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		level   error
		held    bool
		wantErr error
	}{
		{name: "a line that periph can't name", level: errors.ErrUnsupported},
		{name: "taken since it was asked about", level: gpio.ErrBusy, held: true},
		{name: "the chip is gone", level: syscall.ENODEV, wantErr: syscall.ENODEV},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := gpio.Survey(levels{newChip(), tt.level}, boxPlan())
			if !errors.Is(err, tt.wantErr) {
				t.Fatalf("Survey: %v, want %v", err, tt.wantErr)
			}
			for _, s := range got {
				if s.Held != tt.held || s.Level != gpio.Unknown {
					t.Errorf("%+v, want held %t and level unknown", s, tt.held)
				}
			}
		})
	}
}

func TestSurveyFails(t *testing.T) {
	t.Parallel()
	plan := boxPlan()
	plan.Outputs[0].Pin = 99
	if _, err := gpio.Survey(newChip(), plan); !errors.Is(err, gpio.ErrNoLine) {
		t.Errorf("Survey with line 99: %v, want ErrNoLine", err)
	}
	gone := newChip()
	gone.Remove()
	if _, err := gpio.Survey(gone, boxPlan()); !errors.Is(err, syscall.ENODEV) {
		t.Errorf("Survey of a lost chip: %v, want ENODEV", err)
	}
}

// What a killed program left driven is an input afterwards, and the next start
// works.
func TestRelease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chip := newChip()
		chip.Strand(blinker, true)
		chip.Strand(lampPin, false)
		if err := gpio.Release(chip, boxPlan()); err != nil {
			t.Fatal(err)
		}
		if err := chip.Free(); err != nil {
			t.Error(err)
		}
		newBench(t, chip)
	})
}

func TestReleaseRefuses(t *testing.T) {
	t.Parallel()
	chip := newChip()
	chip.Strand(blinker, true)
	chip.Hold(lampPin, "ship-it@123")
	err := gpio.Release(chip, boxPlan())
	if !errors.Is(err, gpio.ErrBusy) || !strings.Contains(err.Error(), `line 22 (Client Int) is held by "ship-it@123"`) {
		t.Errorf("Release: %v, want ErrBusy and the owner", err)
	}
	wantOutput(t, chip, blinker, true, true)

	chip.Hold(lampPin, "")
	plan := boxPlan()
	plan.Outputs[0].Pin = 99
	if err := gpio.Release(chip, plan); !errors.Is(err, gpio.ErrNoLine) {
		t.Errorf("Release with line 99: %v, want ErrNoLine", err)
	}
}

// stubborn is a chip one line of which can't be made an input.
type stubborn struct{ *virtual.Chip }

func (s stubborn) Restore(pin int) error {
	if pin == blinker {
		return syscall.EIO
	}
	return s.Chip.Restore(pin)
}

// One line that fails doesn't keep the others.
func TestReleaseGoesOn(t *testing.T) {
	t.Parallel()
	chip := newChip()
	chip.Strand(blinker, true)
	chip.Strand(lampPin, true)
	err := gpio.Release(stubborn{chip}, boxPlan())
	if !errors.Is(err, syscall.EIO) || !strings.Contains(err.Error(), "release line 17 (blinker)") {
		t.Errorf("Release: %v, want the failure of line 17", err)
	}
	wantOutput(t, chip, lampPin, false, false)
}
