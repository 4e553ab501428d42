package gpio

import (
	"errors"
	"fmt"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/host/v3/gpioioctl"
)

// board is the part of periph's chip that is used here, and the seam at which
// tests put something else.
type board interface {
	// name is the name by which a line set finds exactly this line. Unnamed
	// lines, and the second of a name, have none.
	name(pin int) (string, bool)

	set(config *gpioioctl.LineSetConfig) (lineSet, error)
	line(pin int) singleLine
}

// lineSet is several lines claimed in one request. periph's errors are text
// alone, but for those of WaitForEdge.
type lineSet interface {
	WaitForEdge(timeout time.Duration) (pin int, edge periph.Edge, err error)
	Read(mask periph.GPIOValue) (periph.GPIOValue, error)
	Halt() error
	Close() error
}

// singleLine is one line. After an error from Out or In it believes itself
// configured, and what it does then hits another descriptor: only Close may
// follow. Its Read is Low if it fails, and makes an output an input.
type singleLine interface {
	Out(level periph.Level) error
	In(pull periph.Pull, edge periph.Edge) error
	Read() periph.Level
	WaitForEdge(timeout time.Duration) bool
	Halt() error
	Close()
}

// openBoard runs periph's driver, once a process, and gives the chip of this
// name. The driver's Init says nothing of a chip that it can't open, and its
// chips are never closed: that would close descriptor 0.
func openBoard(name string) (board, error) {
	var state *driverreg.State
	err := keepStdin(func() (err error) {
		state, err = driverreg.Init()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("start periph's GPIO driver: %w", err)
	}
	for _, chip := range gpioioctl.Chips {
		if chip.Name() == name {
			return periphBoard{chip}, nil
		}
	}
	var errs []error
	for _, failure := range append(state.Failed, state.Skipped...) {
		errs = append(errs, failure.Err)
	}
	return nil, fmt.Errorf("%w: periph's GPIO driver does not know %s: %w", ErrNoChip, name, errors.Join(errs...))
}

// periphBoard is the real one.
type periphBoard struct{ chip *gpioioctl.GPIOChip }

func (b periphBoard) name(pin int) (string, bool) {
	name := b.chip.ByNumber(pin).Name()
	return name, b.chip.ByName(name).Number() == pin
}

func (b periphBoard) set(config *gpioioctl.LineSetConfig) (lineSet, error) {
	set, err := b.chip.LineSetFromConfig(config)
	if err != nil {
		return nil, err // not set: it would be a nil in an interface that isn't
	}
	return &preciseSet{lineSet: set}, nil
}

func (b periphBoard) line(pin int) singleLine { return b.chip.ByNumber(pin) }
