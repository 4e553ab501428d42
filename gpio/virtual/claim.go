package virtual

import (
	"fmt"
	"syscall"

	"ship-it.example/gpio"
)

var _ gpio.Chip = (*Chip)(nil)

// String names the chip in messages.
func (c *Chip) String() string { return c.label + " (virtual)" }

// Lines is how many lines the chip has.
func (c *Chip) Lines() int { return len(c.lines) }

// Line tells what is known of a line.
func (c *Chip) Line(pin int) (gpio.Line, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return gpio.Line{}, syscall.ENODEV
	}
	l := c.lines[pin]
	return gpio.Line{
		Name:   fmt.Sprintf("GPIO%d", pin),
		Held:   l.owner != "",
		Owner:  l.owner,
		Output: l.output,
	}, nil
}

// Level reads a free line.
func (c *Chip) Level(pin int) (level bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.available(pin); err != nil {
		return false, err
	}
	return c.level(&c.lines[pin]), nil
}

// available tells why a line can't be claimed.
func (c *Chip) available(pin int) error {
	if c.gone {
		return syscall.ENODEV
	}
	if owner := c.lines[pin].owner; owner != "" {
		return fmt.Errorf("line %d: %w by %q", pin, gpio.ErrBusy, owner)
	}
	return nil
}

// ClaimInputs claims all these lines or none.
func (c *Chip) ClaimInputs(wanted []gpio.Input) (gpio.InputLines, error) {
	claimed, err := c.claim(wanted, queued*len(wanted))
	if err != nil {
		return nil, err // not claimed: it would be a nil in an interface that isn't
	}
	return claimed, nil
}

// claim claims lines with a queue of that room for their edges.
func (c *Chip) claim(wanted []gpio.Input, room int) (*inputs, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, in := range wanted {
		if err := c.available(in.Pin); err != nil {
			return nil, err
		}
	}
	claimed := &inputs{chip: c, room: room, lost: make([]int, len(wanted)), wake: make(chan struct{}, 1)}
	for i, in := range wanted {
		c.drive(in.Pin, false, false)
		l := &c.lines[in.Pin]
		l.owner, l.pull = self, in.Pull
		l.edges, l.index = claimed, i
		claimed.pins = append(claimed.pins, in.Pin)
	}
	return claimed, nil
}

// ClaimOutput claims a line and drives it.
func (c *Chip) ClaimOutput(pin int, level bool) (gpio.OutputLine, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.available(pin); err != nil {
		return nil, err
	}
	c.lines[pin].owner = self
	c.drive(pin, true, level)
	return &output{chip: c, pin: pin}, nil
}

// Restore makes a free line an input.
func (c *Chip) Restore(pin int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.available(pin); err != nil {
		return err
	}
	c.drive(pin, false, false)
	return nil
}

// output is a claimed output.
type output struct {
	chip *Chip
	pin  int
}

// Drive sets the level.
func (o *output) Drive(level bool) error {
	o.chip.mu.Lock()
	defer o.chip.mu.Unlock()
	switch {
	case o.chip.lines[o.pin].owner != self:
		panic("virtual: an output was driven after it was closed")
	case o.chip.gone:
		return syscall.ENODEV
	}
	o.chip.drive(o.pin, true, level)
	return nil
}

// Close makes the line an input and gives it back.
func (o *output) Close() error {
	o.chip.mu.Lock()
	defer o.chip.mu.Unlock()
	o.chip.drive(o.pin, false, false)
	o.chip.lines[o.pin].owner = ""
	return nil
}
