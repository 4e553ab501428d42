// Package virtual is a GPIO chip in memory, for tests and for the simulator:
// the same type as the real one to everything above it.
//
// It owns both sides of each line. One side is [gpio.Chip], for a
// [gpio.Header]. The other is the hand and the eye outside: [Chip.Drive] and
// [Chip.Float] move an input, [Chip.Output] and [Chip.Observe] see an output.
// It knows no button and no lamp.
//
// It keeps to what the kernel does: a line has one owner, edges queue up to 16
// a line and then the oldest is lost, a halt reaches only a wait under way, and
// a chip that goes away fails. Where a caller breaks the contract of
// [gpio.InputLines] it panics. It waits by timers and channels alone, so it
// works in a testing/synctest bubble as well as in real time, and every method
// is for any goroutine.
package virtual

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"ship-it.example/gpio"
)

// self is the owner of lines that a Header has claimed.
const self = "this program"

// Chip is a GPIO chip in memory. Make one with [New].
type Chip struct {
	label string
	made  time.Time

	mu      sync.Mutex // guards all below, the lines and their inputs
	lines   []line
	observe func(Transition)
	deaf    bool // edges are dropped
	faded   bool // every line reads low
	gone    bool
}

// line is one line of the chip.
type line struct {
	outside contact
	pull    gpio.Pull
	output  bool // the chip drives it
	high    bool // to this level
	owner   string
	edges   *inputs // who watches its edges
	index   int     // and as which of his inputs
}

// contact is what is connected to a line outside.
type contact int

const (
	nothing contact = iota
	low
	high
)

// Transition is a change of what the chip drives on a line.
type Transition struct {
	Pin    int
	High   bool // the level; false if the line isn't driven
	Driven bool // an output, else an input
	At     time.Time
}

// New makes a chip whose lines are free inputs with nothing connected.
func New(label string, lines int) *Chip {
	return &Chip{label: label, made: time.Now(), lines: make([]line, lines)}
}

// Drive connects a line to a level from outside.
func (c *Chip) Drive(pin int, level bool) {
	to := low
	if level {
		to = high
	}
	c.connect(pin, to)
}

// Float takes away what is connected to a line: its pull decides, and without
// a pull it is low.
func (c *Chip) Float(pin int) { c.connect(pin, nothing) }

func (c *Chip) connect(pin int, to contact) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := &c.lines[pin]
	before := c.level(l)
	l.outside = to
	if c.level(l) != before && l.edges != nil && !c.deaf && !c.gone {
		l.edges.push(l.index, c.level(l))
	}
}

// level is how a line reads. It needs mu, as all that is not exported.
func (c *Chip) level(l *line) bool {
	switch {
	case c.faded:
		return false
	case l.output:
		return l.high
	case l.outside != nothing:
		return l.outside == high
	}
	return l.pull == gpio.PullUp
}

// Output tells whether the chip drives a line, and to which level.
func (c *Chip) Output(pin int) (level, driven bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lines[pin]
	return l.output && l.high, l.output
}

// Observe has see called for every change of an output from now on, in order,
// with the time of the change. see must be quick and must not use the chip.
// There is one observer; nil ends it.
func (c *Chip) Observe(see func(Transition)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.observe = see
}

// drive makes a line an output, or an input again, and tells the observer.
func (c *Chip) drive(pin int, output, level bool) {
	l := &c.lines[pin]
	changed := l.output != output || l.high != level
	l.output, l.high = output, level
	if changed && c.observe != nil {
		c.observe(Transition{Pin: pin, High: level, Driven: output, At: time.Now()})
	}
}

// Free is nil if no line is claimed or driven by the program: what a Header
// that was closed leaves behind. Else the error names the lines.
func (c *Chip) Free() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for pin, l := range c.lines {
		if l.owner == self {
			errs = append(errs, fmt.Errorf("line %d is still claimed", pin))
		}
		if l.output {
			errs = append(errs, fmt.Errorf("line %d is still an output", pin))
		}
	}
	return errors.Join(errs...)
}
