package main

import (
	"context"
	"errors"
	"fmt"

	"ship-it.example/cmd/ship-it/doctor"
	"ship-it.example/gpio"
	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
)

// watchPins tells what the contacts of the inputs do, with their bounce, until
// it is ended. It claims the inputs, touches no output, and gives the lines back
// whatever happens.
func (p *program) watchPins(parent context.Context, c *config.Config, chip gpio.Chip) (err error) {
	ctx, ends := listen(parent, nil)
	defer ends.close()
	out := newSink(p.stdout, ends.fail)
	defer out.Close(flushTime)
	meter, err := gpio.NewMeter(chip, plan(c))
	if errors.Is(err, gpio.ErrBusy) {
		return heldError{err}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, meter.Close()) }()
	inputs := plan(c).Inputs
	for i, active := range meter.Active() {
		fmt.Fprintf(out, "%-13s  is %s\n", inputs[i].Name, position(inputs[i].Name, active))
	}
	fmt.Fprintln(out, "move the switch, press the buttons; Ctrl-C ends it")
	return shipit.Guard(func() error {
		for {
			contact, err := meter.Next(ctx)
			if ctx.Err() != nil {
				return ended(ctx)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%-13s  %s\n", inputs[contact.Input].Name, saw(inputs[contact.Input].Name, contact))
		}
	})
}

// ended is how a command that runs until it is ended has ended: nothing is left
// to be said where somebody asked for it.
func ended(ctx context.Context) error {
	if cause := context.Cause(ctx); !asked(cause) {
		return cause
	}
	return nil
}

// heldError is a line that is in use while it was to be watched.
type heldError struct{ error }

func (e heldError) Unwrap() error { return e.error }

// position is an input's level in the words of its part.
func position(name string, active bool) string {
	words := map[bool]string{true: "pressed", false: "not pressed"}
	if name == "arming switch" {
		words = map[bool]string{true: "on", false: "off"}
	}
	return words[active]
}

// saw is what a contact did, for people.
func saw(name string, c gpio.Contact) string {
	what := map[bool]string{true: "pressed", false: "released"}[c.Active]
	if name == "arming switch" {
		what = map[bool]string{true: "on", false: "off"}[c.Active]
	}
	if c.Glitch {
		return fmt.Sprintf("glitch    %d edges in %v, and back as it was", c.Edges, doctor.Short(c.Bounce))
	}
	text := fmt.Sprintf("%-9s %s", what, doctor.Bounce(c))
	if c.Rested > 0 {
		text += ", after " + doctor.Short(c.Rested).String()
	}
	return text
}
