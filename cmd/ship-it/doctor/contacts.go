package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ship-it.example/gpio"
)

// presses is how often each button is to be pressed: contacts don't bounce
// alike twice.
const presses = 3

// twice is how soon after a release a press is no second one, but a contact
// that bounces for longer than [gpio.QuietFor].
const twice = 100 * time.Millisecond

// measured runs f with the inputs claimed.
func (v *visit) measured(f func(*gpio.Meter) error) (err error) {
	meter, err := gpio.NewMeter(v.Chip, v.Plan)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, meter.Close()) }()
	return f(meter)
}

// turnSwitch has the arming switch turned on and off.
func (v *visit) turnSwitch(ctx context.Context) error {
	in := v.Plan.Inputs[v.Switch]
	return v.measured(func(m *gpio.Meter) error {
		if stuck, err := v.rest(ctx, m, v.Switch, "Is the "+in.Name+" on?"); stuck || err != nil {
			return err
		}
		for _, on := range []bool{true, false} {
			v.person.say("Turn the %s %s (n: nothing happens, s: skip)", in.Name, v.state(v.Switch, on))
			if moved, err := v.await(ctx, m, v.Switch, on); !moved || err != nil {
				return err
			}
		}
		v.ok(v.about(in.Name, in.Pin), "it turns on and off")
		return nil
	})
}

// pressButtons has each button pressed.
func (v *visit) pressButtons(ctx context.Context) error {
	return v.measured(func(m *gpio.Meter) error {
		for i, in := range v.Plan.Inputs {
			if i == v.Switch {
				continue
			}
			if err := v.unlessSkipped(v.about(in.Name, in.Pin), v.press(ctx, m, i, in)); err != nil {
				return err
			}
		}
		return nil
	})
}

// press has one button pressed a few times.
func (v *visit) press(ctx context.Context, m *gpio.Meter, i int, in gpio.Input) error {
	if stuck, err := v.rest(ctx, m, i, "Is the "+in.Name+" held down?"); stuck || err != nil {
		return err
	}
	v.person.say("Press the %s and let it go, %d times (n: nothing happens, s: skip)", in.Name, presses)
	for range presses {
		for _, down := range []bool{true, false} {
			if moved, err := v.await(ctx, m, i, down); !moved || err != nil {
				return err
			}
		}
	}
	v.ok(v.about(in.Name, in.Pin), "it is seen at each press")
	return nil
}

// rest makes sure that an input is at rest before it is moved. One that is
// active though nobody does anything is stuck.
func (v *visit) rest(ctx context.Context, m *gpio.Meter, i int, question string) (stuck bool, err error) {
	if !m.Active()[i] {
		return false, nil
	}
	in := v.Plan.Inputs[i]
	really, err := v.person.yes(ctx, fmt.Sprintf("It reads %s. %s", v.state(i, true), question))
	if err != nil {
		return false, err
	}
	if !really {
		v.bad(v.about(in.Name, in.Pin), "it reads "+v.state(i, true)+", and is not", "two wires touch, or the contact is one that opens: it has to be one that closes")
		return true, nil
	}
	v.person.say("%s, please (n: nothing happens, s: skip)", map[bool]string{true: "Turn it off", false: "Let go of it"}[i == v.Switch])
	moved, err := v.await(ctx, m, i, false)
	return !moved, err
}

// await waits until an input has moved so, and measures it. If the person says
// that nothing happens, what is known of the line tells why.
func (v *visit) await(ctx context.Context, m *gpio.Meter, i int, active bool) (moved bool, err error) {
	for {
		c, nothing, err := v.person.watch(ctx, m)
		switch {
		case err != nil:
			return false, err
		case nothing:
			v.dead(i)
			return false, nil
		case c.Input != i:
			v.moved[c.Input] = true
			v.person.say("that was the %s", v.Plan.Inputs[c.Input].Name)
			continue
		}
		v.measure(c)
		v.person.say("%s", Bounce(c))
		if !c.Glitch && c.Active == active {
			return true, nil
		}
	}
}

// measure takes a contact into the reckoning.
func (v *visit) measure(c gpio.Contact) {
	v.contacts++
	v.bounce, v.pause = max(v.bounce, c.Bounce), max(v.pause, c.Pause)
	if c.Active && c.Rested > 0 && c.Rested < twice {
		v.pause = max(v.pause, c.Rested)
	}
}

// dead says of an input that did not move why that may be.
func (v *visit) dead(i int) {
	in := v.Plan.Inputs[i]
	end := "3V3 (pin 1 or 17)"
	if in.ActiveLow {
		end = "ground"
	}
	text, remedy := "nothing comes", fmt.Sprintf("look at the contact, and at its wires to %s and to %s", v.Place(in.Pin), end)
	for other := range v.moved {
		if other != i {
			o := v.Plan.Inputs[other]
			text = "nothing comes, but the " + o.Name + " moves"
			remedy = fmt.Sprintf("swap their wires at %s and %s, or their numbers in the configuration", v.Place(in.Pin), v.Place(o.Pin))
		}
	}
	if text == "nothing comes" && v.outside[i] == gpio.Unheld {
		text = "nothing comes: the line floats, nothing is connected"
	}
	v.bad(v.about(in.Name, in.Pin), text, remedy)
}

// debounce proposes a debounce time from what was measured. The box counts a
// level once it has lasted that long, so that the pauses in a bounce matter, and
// not the whole of it.
func (v *visit) debounce(context.Context) error {
	now := v.Plan.Debounce
	if v.contacts == 0 {
		v.skip("", "left out: nothing was pressed", "")
		return nil
	}
	const step, least = 5 * time.Millisecond, 10 * time.Millisecond
	enough := max(least, (2*v.pause+step-1)/step*step)
	found := fmt.Sprintf("%d contacts, %v of bounce at most, with pauses of %v", v.contacts, Short(v.bounce), Short(v.pause))
	if now < enough {
		v.warn("", fmt.Sprintf("debounce is %v, too short for these contacts: %s", now, found), fmt.Sprintf("debounce = %q", enough))
		return nil
	}
	v.ok("", fmt.Sprintf("debounce is %v, and %v would do: %s", now, enough, found))
	return nil
}
