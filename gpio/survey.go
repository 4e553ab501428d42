package gpio

import (
	"errors"
	"fmt"
)

// Level is what is known of a line's level.
type Level int

// The levels.
const (
	Unknown Level = iota // not read: held, left as an output, or unreadable
	Low
	High
)

// String is the level in words: unknown, low, high.
func (l Level) String() string {
	switch l {
	case Low:
		return "low"
	case High:
		return "high"
	}
	return "unknown"
}

// LineState is what [Survey] finds out about one line of a plan.
type LineState struct {
	Name  string // what the plan calls it: "blinker"
	Pin   int    // BCM number
	Board string // the board's own name: "GPIO17", "TXD1"; may be empty
	Held  bool   // somebody holds it
	Owner string // who: "ship-it@123"; empty if free, or if nobody gave a name
	Left  bool   // free, but left as an output: [Release] makes it an input
	Level Level  // of a free line
}

// Survey looks at every line of the plan, inputs first, and changes nothing. It
// reads the level of a free line by asking the kernel for the line as it is,
// without a direction. It doesn't ask for one that was left as an output: some
// kernels make such a line an input as they take it back. The kernel of a Pi
// does that also to a free line that the board uses for something else, such as
// a serial port, and tells nobody that it is; so does every claim.
func Survey(c Chip, p Plan) ([]LineState, error) {
	if err := p.check(c); err != nil {
		return nil, err
	}
	var states []LineState
	for _, w := range p.wires() {
		state, err := survey(c, w)
		if err != nil {
			return nil, fmt.Errorf("look at %s: %w", w, err)
		}
		states = append(states, state)
	}
	return states, nil
}

// survey looks at one line.
func survey(c Chip, w wire) (LineState, error) {
	line, err := c.Line(w.pin)
	if err != nil {
		return LineState{}, err
	}
	state := LineState{Name: w.name, Pin: w.pin, Board: line.Name, Held: line.Held, Owner: line.Owner}
	if line.Held {
		return state, nil
	}
	if line.Output {
		state.Left = true
		return state, nil
	}
	switch high, err := c.Level(w.pin); {
	case errors.Is(err, errors.ErrUnsupported):
	case errors.Is(err, ErrBusy): // taken just now
		state.Held = true
	case err != nil:
		return LineState{}, err
	case high:
		state.Level = High
	default:
		state.Level = Low
	}
	return state, nil
}

// Release makes every line of the plan an input, after a program that could not
// do it itself. While somebody holds one of them it touches none and fails with
// [ErrBusy].
func Release(c Chip, p Plan) error {
	if err := p.check(c); err != nil {
		return err
	}
	if err := p.free(c); err != nil {
		return err
	}
	var errs []error
	for _, w := range p.wires() {
		if err := c.Restore(w.pin); err != nil {
			errs = append(errs, fmt.Errorf("release %s: %w", w, err))
		}
	}
	return errors.Join(errs...)
}
