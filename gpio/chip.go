package gpio

import (
	"fmt"
	"time"
)

// Chip is a GPIO chip as far as a [Header], [Survey] and [Release] need one.
// [Find] gives the real one, package gpio/virtual one in memory. Pins are line
// offsets, and callers keep to 0 ≤ pin < Lines(). A line that somebody holds
// makes the claiming methods fail with [ErrBusy].
type Chip interface {
	// String names the chip in messages, by label and device.
	fmt.Stringer

	// Lines is how many lines the chip has.
	Lines() int

	// Line tells what is known of a line without touching it.
	Line(pin int) (Line, error)

	// Level reads a free line as it is and sets no direction. It fails with
	// [errors.ErrUnsupported] where this line can't be read that way.
	Level(pin int) (high bool, err error)

	// ClaimInputs claims all these lines or none, as inputs with their pulls
	// and both edges watched.
	ClaimInputs(inputs []Input) (InputLines, error)

	// ClaimEdges claims all these lines or none, as inputs with their pulls, to
	// be measured: each edge comes with its time.
	ClaimEdges(inputs []Input) (EdgeLines, error)

	// ClaimOutput claims a line and drives it. A line that becomes an output
	// at high may be low for a millisecond or two before: harmless for a
	// lamp, a click of an active-low relay.
	ClaimOutput(pin int, high bool) (OutputLine, error)

	// Restore makes a free line an input and leaves it free.
	Restore(pin int) error
}

// Line is what the chip knows about one of its lines.
type Line struct {
	Name   string // the board's own name, "GPIO17" or "TXD1"; may be empty
	Held   bool   // somebody holds it
	Owner  string // who: "ship-it@123"; empty if free, or if nobody gave a name
	Output bool   // it was last made an output
}

// InputLines are claimed inputs. Wait, Read and Close are for one goroutine at
// a time; Halt is for any, at any time, also after Close.
type InputLines interface {
	// Wait blocks until an edge comes, timeout has passed, or Halt. The
	// timeout is always above zero. line is the index of the input that had
	// the edge; without one edge is false. An error means that the lines are
	// lost. Edges queue up while nobody waits, and are lost when the queue is
	// full: 16 a line.
	Wait(timeout time.Duration) (line int, edge bool, err error)

	// Read reads all levels at once, high is true. An error means that the
	// lines are lost, and there is no level then.
	Read() ([]bool, error)

	// Halt ends a Wait that is under way. Do not expect it to reach the next.
	Halt()

	// Close gives the lines back: inputs, and free. Not while a Wait or Read
	// is under way.
	Close() error
}

// OutputLine is a claimed output. Its methods are for one goroutine at a time.
type OutputLine interface {
	// Drive sets the level. After an error the line is lost: it is not touched
	// again, and every later Drive gives that error.
	Drive(high bool) error

	// Close makes the line an input and gives it back. A line that is lost,
	// which Drive has told, is only given back.
	Close() error
}
