package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ship-it.example/gpio"
)

// configuration says which one is looked at; one with a mistake has none of
// this.
func (v *visit) configuration(context.Context) error {
	for _, t := range v.Closed {
		v.bad("", t.Text, t.Remedy)
	}
	if len(v.Closed) == 0 {
		v.ok("", v.Config+" has no mistake")
	}
	return nil
}

// chip is whether there is one, and whether we may use it.
func (v *visit) chip(context.Context) error {
	if v.Missing == nil {
		v.ok("", v.Chip.String())
	} else {
		v.closed = "there is no chip to use"
		v.bad("", v.Missing.Error(), remedy(v.Missing))
	}
	return nil
}

// running is whether the box runs, and holds its lines.
func (v *visit) running(context.Context) error {
	if v.Running == "" {
		v.Running = v.owner()
	}
	switch {
	case v.Running != "":
		v.closed = "the box runs, and the lines are its own"
		v.skip("", "ship-it runs ("+v.Running+"): its lines are not tried", "sudo ship-it stop, or sudo service ship-it stop, and then this again")
	case v.Left != "":
		v.warn("", "ship-it is dead, and has left "+v.Left, "look into its log; sudo ship-it release, and start it again")
	default:
		v.ok("", "ship-it does not run")
	}
	return nil
}

// owner is the box that holds a line of the plan, if one does: one in the
// foreground has no pidfile.
func (v *visit) owner() string {
	for _, part := range v.Plan.Inputs {
		if v.Chip == nil || part.Pin >= v.Chip.Lines() {
			continue
		}
		if line, err := v.Chip.Line(part.Pin); err == nil && strings.HasPrefix(line.Owner, "ship-it@") {
			return line.Owner
		}
	}
	return ""
}

// lines is what is known of each line, and what hangs on each input by its
// pulls.
func (v *visit) lines(ctx context.Context) error {
	for _, t := range v.Troubles {
		v.warn("", t.Text, t.Remedy)
	}
	if v.closed != "" {
		v.skip("", "left out: "+v.closed, "")
		return nil
	}
	if err := v.fits(); err != nil {
		v.closed = "the chip lacks a line of the box"
		return err
	}
	held := false
	for _, out := range v.Plan.Outputs {
		free, err := v.line(out.Name, out.Pin, "free")
		if err != nil {
			return err
		}
		held = held || !free
	}
	for i, in := range v.Plan.Inputs {
		free, err := v.line(in.Name, in.Pin, "")
		if err != nil {
			return err
		}
		if held = held || !free; !free {
			continue
		}
		if err := v.probe(ctx, i, in); err != nil {
			return err
		}
	}
	if held {
		v.closed = "somebody else holds a line of the box"
	}
	return nil
}

// fits tells a line that the chip doesn't have.
func (v *visit) fits() error {
	if _, err := gpio.Survey(v.Chip, v.Plan); errors.Is(err, gpio.ErrNoLine) {
		return err
	}
	return nil
}

// about names a part, its line and its pin.
func (v *visit) about(name string, line int) string {
	return fmt.Sprintf("%s, %s", name, v.Place(line))
}

// line tells whether a line is free, and notes what it is if not; well is what to
// note if it is.
func (v *visit) line(name string, pin int, well string) (free bool, err error) {
	line, err := v.Chip.Line(pin)
	switch {
	case err != nil:
		return false, fmt.Errorf("ask about line %d (%s): %w", pin, name, err)
	case line.Held && line.Owner == "":
		v.bad(v.about(name, pin), "held by the kernel", "choose another line, or take what uses it out of config.txt")
		return false, nil
	case line.Held:
		v.bad(v.about(name, pin), fmt.Sprintf("held by %q", line.Owner), "stop that program, or choose another line; one of the board's own uses is taken out of config.txt")
		return false, nil
	case line.Output:
		v.warn(v.about(name, pin), "left as an output by a program that was killed", "sudo ship-it release")
	case well != "":
		v.ok(v.about(name, pin), well)
	}
	return true, nil
}

// probe tries an input with both pulls.
func (v *visit) probe(ctx context.Context, i int, in gpio.Input) error {
	outside, err := gpio.Probe(ctx, v.Chip, in)
	if err != nil {
		return err
	}
	v.outside[i] = outside
	about, active := v.about(in.Name, in.Pin), gpio.HeldHigh
	if in.ActiveLow {
		active = gpio.HeldLow
	}
	switch outside {
	case gpio.Unheld:
		v.ok(about, "open: it floats, at rest or not connected")
	case gpio.Restless:
		v.bad(about, "floats: it moves by itself, whatever its pull", "look for a loose wire, and for one that lies along the mains or a motor")
	case active:
		v.warn(about, fmt.Sprintf("%s: it is held against its pull", v.state(i, true)),
			fmt.Sprintf("%s; if that changes nothing, two wires touch, or the contact is one that opens", map[bool]string{true: "turn it off", false: "let go of it"}[i == v.Switch]))
	default:
		v.ok(about, "at rest: something outside holds it there, too")
	}
	return nil
}

// state is what an input's level means.
func (v *visit) state(i int, active bool) string {
	if i == v.Switch {
		return map[bool]string{true: "on", false: "off"}[active]
	}
	return map[bool]string{true: "pressed", false: "not pressed"}[active]
}
