package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ship-it.example/gpio"
	"ship-it.example/shipit/config"
)

// pins prints the wiring with what each line is like at the moment.
func (p *program) pins(_ *cobra.Command, o options) error {
	c, chip, err := p.header(o)
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
