package gpio

import (
	"errors"
	"strings"

	periph "periph.io/x/conn/v3/gpio"

	"golang.org/x/sys/unix"
	"periph.io/x/host/v3/gpioioctl"
)

// device is a real chip: what is known of it, a descriptor to ask more, and
// periph's lines.
type device struct {
	candidate
	board board
}

// Lines is how many lines the chip has.
func (d *device) Lines() int { return d.lines }

// Line asks the kernel anew each time.
func (d *device) Line(pin int) (Line, error) { return d.node.line(pin) }

// Level asks for the line without a direction: the kernel then leaves it as it
// is (drivers/gpio/gpiolib-cdev.c, linereq_create: "as is"). periph can do that
// only by name.
func (d *device) Level(pin int) (high bool, err error) {
	name, ok := d.board.name(pin)
	if !ok {
		return false, errors.ErrUnsupported
	}
	set, err := d.board.set(&gpioioctl.LineSetConfig{
		Lines:            []string{name},
		DefaultDirection: gpioioctl.LineDirNotSet,
		DefaultEdge:      periph.NoEdge,
		DefaultPull:      periph.PullNoChange,
	})
	if err != nil {
		return false, known(err)
	}
	defer func() { _ = set.Close() }()
	bits, err := set.Read(0)
	if err != nil {
		return false, known(err)
	}
	return bits != 0, nil
}

// ClaimInputs claims them all in one request if periph can name them, else one
// by one.
func (d *device) ClaimInputs(inputs []Input) (InputLines, error) {
	config := &gpioioctl.LineSetConfig{
		DefaultDirection: gpioioctl.LineInput,
		DefaultEdge:      periph.BothEdges,
		DefaultPull:      periph.PullUp,
	}
	var down []string
	for _, in := range inputs {
		name, ok := d.board.name(in.Pin)
		if !ok {
			return d.claimSingles(inputs)
		}
		config.Lines = append(config.Lines, name)
		if in.Pull == PullDown {
			down = append(down, name)
		}
	}
	if len(down) > 0 {
		if err := config.AddOverrides(gpioioctl.LineInput, periph.BothEdges, periph.PullDown, down...); err != nil {
			return nil, err
		}
	}
	set, err := d.board.set(config)
	if err != nil {
		return nil, known(err)
	}
	return newSetInputs(set, inputs)
}

// ClaimEdges claims them all in one request.
func (d *device) ClaimEdges(inputs []Input) (EdgeLines, error) { return d.node.edges(inputs) }

// ClaimOutput claims a line and drives it.
func (d *device) ClaimOutput(pin int, high bool) (OutputLine, error) {
	line := d.board.line(pin)
	if err := line.Out(periph.Level(high)); err != nil {
		line.Close()
		return nil, known(err)
	}
	return &output{line: line}, nil
}

// Restore makes a free line an input.
func (d *device) Restore(pin int) error {
	return restore(d.board.line(pin))
}

// restore makes a line an input without touching its pull, and lets it go.
func restore(line singleLine) error {
	defer line.Close()
	if err := line.In(periph.PullNoChange, periph.NoEdge); err != nil {
		return known(err)
	}
	return nil
}

// output is a claimed output. It is never read back: periph would make it an
// input for that.
type output struct {
	line singleLine
	lost error // what Drive failed with; the line is not touched after that
}

// Drive sets the level.
func (o *output) Drive(high bool) error {
	if o.lost == nil {
		o.lost = o.line.Out(periph.Level(high))
	}
	return o.lost
}

// Close makes the line an input and gives it back.
func (o *output) Close() error {
	if o.lost == nil {
		return restore(o.line)
	}
	o.line.Close()
	return nil
}

// known finds what periph's errors stand for by their text, since that is all
// that periph keeps of an errno.
func known(err error) error {
	switch words := err.Error(); {
	case strings.HasSuffix(words, unix.EBUSY.Error()):
		return &problem{words: words, kind: ErrBusy}
	case strings.HasSuffix(words, unix.ENODEV.Error()):
		return &problem{words: words, kind: ErrChipLost}
	default:
		return err
	}
}
