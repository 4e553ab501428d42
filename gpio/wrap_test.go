package gpio_test

import (
	"errors"
	"sync/atomic"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
)

// faulty is a virtual chip with faults of its own. A nil function is no fault.
type faulty struct {
	*virtual.Chip
	claim func(pin int) error // before an output is claimed
	drive func(pin int) error // before an output is driven
	wait  func(time.Duration) error
	read  func() error

	waits, reads atomic.Int64
}

// errEarly is what a wait function returns to end the wait at once, with no
// edge.
var errEarly = errors.New("early")

func (f *faulty) ClaimOutput(pin int, high bool) (gpio.OutputLine, error) {
	if f.claim != nil {
		if err := f.claim(pin); err != nil {
			return nil, err
		}
	}
	line, err := f.Chip.ClaimOutput(pin, high)
	return &faultyOutput{line, f, pin}, err
}

func (f *faulty) ClaimInputs(inputs []gpio.Input) (gpio.InputLines, error) {
	lines, err := f.Chip.ClaimInputs(inputs)
	return &faultyInputs{lines, f}, err
}

type faultyOutput struct {
	gpio.OutputLine
	f   *faulty
	pin int
}

func (o *faultyOutput) Drive(high bool) error {
	if o.f.drive != nil {
		if err := o.f.drive(o.pin); err != nil {
			return err
		}
	}
	return o.OutputLine.Drive(high)
}

type faultyInputs struct {
	gpio.InputLines
	f *faulty
}

func (in *faultyInputs) Wait(d time.Duration) (int, bool, error) {
	in.f.waits.Add(1)
	if in.f.wait != nil {
		if err := in.f.wait(d); errors.Is(err, errEarly) {
			return -1, false, nil
		} else if err != nil {
			return -1, false, err
		}
	}
	return in.InputLines.Wait(d)
}

func (in *faultyInputs) Read() ([]bool, error) {
	in.f.reads.Add(1)
	if in.f.read != nil {
		if err := in.f.read(); err != nil {
			return nil, err
		}
	}
	return in.InputLines.Read()
}
