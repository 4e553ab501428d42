package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"ship-it.example/cmd/ship-it/board"
	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/gpio"
	"ship-it.example/shipit/config"
)

const pinsHelp = `On a terminal of 79 columns or more it is a picture of the header, with what the
configuration puts where, in the colours of the wires in the wiring diagram,
who holds each line, and its level now. Colours are left out where NO_COLOR is
set. What can be seen to be wrong is told: two parts on one pin, an input that
floats, a part on a line that the board itself uses. Where there is no
configuration it is the bare header, and the exit code is 6.

With --watch it claims the inputs, and tells of each press how it bounced: the
edges by the kernel's count and its time, and how long the contact had rested
before. It needs the lines to be free: ship-it watch shows a box that runs.`

// pins shows the wiring with what each line is like at the moment: on a
// terminal that is wide enough as a picture of the header, too. A line with two
// parts is a mistake in the configuration, and shown before that is said.
func (p *program) pins(cmd *cobra.Command, o options) error {
	c, wrong := load(o, false)
	mistakes, _ := errors.AsType[*config.Mistakes](wrong)
	if wrong != nil && (o.watch || mistakes == nil || !mistakes.Clash() && !errors.Is(wrong, config.ErrNotConfigured)) {
		return wrong
	}
	chip, err := p.findChip(o.chip)
	if err != nil {
		return errors.Join(wrong, err)
	}
	if o.watch {
		return p.watchPins(cmd.Context(), c, chip)
	}
	var parts []board.Part
	if wrong == nil {
		parts = partsOf(plan(c))
	} else {
		parts = partsOfUses(mistakes.Uses)
	}
	lines, err := survey(chip, parts)
	if err != nil {
		return errors.Join(wrong, err)
	}
	machine := board.Look(p.root)
	if err := p.showPins(chip, machine, parts, lines); err != nil || wrong != nil {
		return errors.Join(wrong, err)
	}
	for _, trouble := range append(machine.Troubles(parts), seen(parts, lines, board.Header(machine.Model))...) {
		fmt.Fprintf(p.stderr, "ship-it: %s\nship-it: hint: %s\n", trouble.Text, trouble.Remedy)
	}
	return nil
}

// showPins prints the picture, and the list below it.
func (p *program) showPins(chip gpio.Chip, machine board.Machine, parts []board.Part, lines map[int]look) error {
	columns := term.Columns(p.stdout)
	if columns == 0 {
		fmt.Fprintf(p.stdout, "%v:\n\n", chip)
		return listPins(p.stdout, func(t *table, part board.Part) {
			line := lines[part.Line]
			t.row("%s\tGPIO %d\t%s\t%s", part.Name, part.Line, line.Board, condition(line.LineState))
		}, parts)
	}
	header := board.Header(machine.Model)
	title := fmt.Sprint(chip)
	if machine.Model != "" {
		title = machine.Model + ", " + title
	}
	fmt.Fprintf(p.stdout, "%s:\n\n", title)
	if columns >= board.Columns {
		states, err := statesOf(chip, header, lines)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, board.Picture(machine.Model, parts, states, term.For(p.stdout, os.Getenv)))
	}
	return listPins(p.stdout, func(t *table, part board.Part) {
		t.row("%s\t%s\t%s\t%s", part.Name, board.Place(header, part.Line), wireWord(part.Wire), condition(lines[part.Line].LineState))
	}, parts)
}

// listPins prints a line for each part.
func listPins(w io.Writer, row func(*table, board.Part), parts []board.Part) error {
	table := newTable(w)
	for _, part := range parts {
		row(table, part)
	}
	return table.flush()
}

func wireWord(w board.Wire) string {
	if w == "" {
		return "a wire of its own"
	}
	return "the " + string(w) + " wire"
}

// release makes every line an input again. After a service that has ended by
// itself (systemd says so to an ExecStopPost) it is silent about what keeps it
// from doing so: the service has just said the same, and gave its lines back.
func (p *program) release(_ *cobra.Command, o options) error {
	c, chip, err := p.header(o)
	if err == nil {
		err = gpio.Release(chip, plan(c))
	}
	if err != nil && os.Getenv("SERVICE_RESULT") == "exit-code" {
		return saidError{err}
	}
	return err
}

// header is the configuration and the chip that it speaks of.
func (p *program) header(o options) (*config.Config, gpio.Chip, error) {
	c, err := load(o, false)
	if err != nil {
		return nil, nil, err
	}
	chip, err := p.findChip(o.chip)
	return c, chip, err
}

// condition is what a line is like: who holds it, or its level.
func condition(line gpio.LineState) string {
	switch {
	case line.Held && line.Owner != "":
		return "held by " + line.Owner
	case line.Held:
		return "held by the kernel"
	case line.Left:
		return "free, but left as an output: ship-it release"
	case line.Level == gpio.Unknown:
		return "free"
	default:
		return "free, " + line.Level.String()
	}
}
