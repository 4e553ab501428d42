package gpio

import (
	"errors"
	"fmt"
	"time"
)

// Pull is the resistor inside the chip that holds an input at a level while
// nothing else drives it. Every input has one: a loose wire must not float.
type Pull int

// The pulls. There is no third: the zero value is a mistake.
const (
	PullUp   Pull = iota + 1 // high while nothing drives the line
	PullDown                 // low while nothing drives the line
)

// String is the pull as the configuration spells it: up, down.
func (p Pull) String() string {
	switch p {
	case PullUp:
		return "up"
	case PullDown:
		return "down"
	}
	return fmt.Sprintf("Pull(%d)", int(p))
}

// Input is a line that is read: a button, a switch.
type Input struct {
	Name      string // what messages call it: "launch button"
	Pin       int    // BCM number
	Pull      Pull
	ActiveLow bool // active means low: a button to ground
}

// Output is a line that is driven: a lamp, a relay.
type Output struct {
	Name      string // what messages call it: "blinker"
	Pin       int    // BCM number
	ActiveLow bool   // on means low: a relay board
	// Max is how long it is on at most, by a timer of the header's own, even if
	// whoever switched it on hangs; see [Header.SetFor]. 0: no limit.
	Max time.Duration
}

// Plan is all the lines of a box. Changes are reported in the order of Inputs,
// and [Header.Set] counts the Outputs.
type Plan struct {
	Inputs   []Input
	Outputs  []Output
	Debounce time.Duration // how long a level must last before it counts
	// Saw is called by the reader of the inputs with every edge and every level
	// that has come without one, the first levels included. It must come back at
	// once, and leave the levels alone; nil: nobody wants to know.
	Saw func(Reading)
}

// wire is a line of a plan, whatever its direction.
type wire struct {
	pin  int
	name string
}

// String names the line in messages: "line 17 (blinker)".
func (w wire) String() string { return fmt.Sprintf("line %d (%s)", w.pin, w.name) }

// wires is every line of the plan, inputs first.
func (p Plan) wires() []wire {
	wires := make([]wire, 0, len(p.Inputs)+len(p.Outputs))
	for _, in := range p.Inputs {
		wires = append(wires, wire{in.Pin, in.Name})
	}
	for _, out := range p.Outputs {
		wires = append(wires, wire{out.Pin, out.Name})
	}
	return wires
}

// check tells every line that the chip doesn't have or the plan has twice.
func (p Plan) check(c Chip) error {
	var errs []error
	names := make(map[int]string)
	for _, w := range p.wires() {
		if w.pin < 0 || w.pin >= c.Lines() {
			errs = append(errs, problemf(ErrNoLine, "there is no %s: %s has the lines 0 to %d", w, c, c.Lines()-1))
		}
		if other, twice := names[w.pin]; twice {
			errs = append(errs, fmt.Errorf("line %d is both %s and %s", w.pin, other, w.name))
		}
		names[w.pin] = w.name
	}
	return errors.Join(errs...)
}

// maxInputs is how many lines the kernel takes in one request.
const maxInputs = 64

// checkRun tells what a plan lacks to be run.
func (p Plan) checkRun(c Chip) error {
	errs := []error{p.check(c)}
	if n := len(p.Inputs); n < 1 || n > maxInputs {
		errs = append(errs, fmt.Errorf("%d inputs: 1 to %d are possible", n, maxInputs))
	}
	if p.Debounce <= 0 {
		errs = append(errs, fmt.Errorf("a debounce time of %v: it must be above zero", p.Debounce))
	}
	for _, in := range p.Inputs {
		if in.Pull != PullUp && in.Pull != PullDown {
			errs = append(errs, fmt.Errorf("%s has no pull: it would float", wire{in.Pin, in.Name}))
		}
	}
	for _, out := range p.Outputs {
		if out.Max < 0 {
			errs = append(errs, fmt.Errorf("%s is limited to %v: it must not be below zero", wire{out.Pin, out.Name}, out.Max))
		}
	}
	return errors.Join(errs...)
}

// free tells the first line that somebody holds, by owner.
func (p Plan) free(c Chip) error {
	for _, w := range p.wires() {
		line, err := c.Line(w.pin)
		switch {
		case err != nil:
			return fmt.Errorf("ask about %s: %w", w, err)
		case line.Held && line.Owner == "":
			return problemf(ErrBusy, "%s is held by the kernel", w)
		case line.Held:
			return problemf(ErrBusy, "%s is held by %q", w, line.Owner)
		}
	}
	return nil
}
