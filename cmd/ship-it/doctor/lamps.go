package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ship-it.example/gpio"
)

const lampRemedy = "turn the LED round (its long leg looks to the Pi), look at its resistor and at ground; on a board that switches on when low, active = \"low\""

// lit runs f with the lines claimed and all lamps dark.
func (v *visit) lit(ctx context.Context, f func(*gpio.Header) error) (err error) {
	header, err := gpio.Open(ctx, v.Chip, v.Plan)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, header.Close()) }()
	return f(header)
}

// lamps lights one after the other, and asks which one it was.
func (v *visit) lamps(ctx context.Context) error {
	var lamps []int // of the outputs
	var list []string
	for i, out := range v.Plan.Outputs {
		if i != v.Siren {
			lamps = append(lamps, i)
			list = append(list, fmt.Sprintf("%d %s", len(lamps), out.Name))
		}
	}
	return v.lit(ctx, func(h *gpio.Header) error {
		dark, err := v.person.yes(ctx, "Are all lamps dark?")
		if err != nil {
			return err
		}
		if !dark {
			v.bad("", "a lamp is lit while it is off", lampRemedy)
		}
		v.person.say("0 none, %s", strings.Join(list, ", "))
		for n, output := range lamps {
			if err := v.lamp(ctx, h, lamps, n, output); err != nil {
				return err
			}
		}
		return nil
	})
}

// lamp lights the lamp of number n, counted from 0.
func (v *visit) lamp(ctx context.Context, h *gpio.Header, lamps []int, n, output int) error {
	if err := h.Set(output, true); err != nil {
		return err
	}
	answer, err := v.person.number(ctx, "Which one is lit?", len(lamps))
	if off := h.Set(output, false); err == nil {
		err = off
	}
	if err != nil {
		return err
	}
	out := v.Plan.Outputs[output]
	about := v.about(out.Name, out.Pin)
	switch answer {
	case n + 1:
		v.ok(about, "it lights")
	case 0:
		v.bad(about, "it does not light", lampRemedy)
	default:
		other := v.Plan.Outputs[lamps[answer-1]]
		v.bad(about, fmt.Sprintf("it is the %s that lights", other.Name),
			fmt.Sprintf("swap their wires at %s and %s, or their numbers in the configuration", v.Place(out.Pin), v.Place(other.Pin)))
	}
	return nil
}

// sirenFor is how long the siren is tried: long enough to be heard.
const sirenFor = 500 * time.Millisecond

// trySiren sounds the siren, if nobody minds.
func (v *visit) trySiren(ctx context.Context) error {
	out := v.Plan.Outputs[v.Siren]
	willing, err := v.person.yes(ctx, fmt.Sprintf("The siren is loud. Sound it for %v?", sirenFor))
	if err != nil {
		return err
	}
	if !willing {
		return errSkipped
	}
	err = v.lit(ctx, func(h *gpio.Header) error {
		if err := h.Set(v.Siren, true); err != nil {
			return err
		}
		select {
		case <-time.After(sirenFor):
			return h.Set(v.Siren, false)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	if err != nil {
		return err
	}
	heard, err := v.person.yes(ctx, "Did you hear it?")
	switch {
	case err != nil:
		return err
	case heard:
		v.ok(v.about(out.Name, out.Pin), "it sounds")
	default:
		v.bad(v.about(out.Name, out.Pin), "it does not sound", "look at its relay and at its own supply; a relay board that switches on when low wants active = \"low\"")
	}
	return nil
}
