package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ship-it.example/gpio"
)

// pins prints the wiring with what each line is like at the moment.
func (p *program) pins(_ *cobra.Command, o options) error {
	c, err := load(o)
	if err != nil {
		return err
	}
	chip, err := p.findChip(o.chip)
	if err != nil {
		return err
	}
	lines, err := gpio.Survey(chip, plan(c))
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%v:\n\n", chip)
	table := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
	for _, line := range lines {
		fmt.Fprintf(table, "%s\tGPIO %d\t%s\t%s\n", line.Name, line.Pin, line.Board, condition(line))
	}
	return table.Flush()
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

// release makes every line an input again.
func (p *program) release(_ *cobra.Command, o options) error {
	c, err := load(o)
	if err != nil {
		return err
	}
	chip, err := p.findChip(o.chip)
	if err != nil {
		return err
	}
	return gpio.Release(chip, plan(c))
}
