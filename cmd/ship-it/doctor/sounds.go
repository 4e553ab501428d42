package doctor

import (
	"cmp"
	"context"
	"strings"

	"ship-it.example/shipit"
)

const soundRemedy = "look at the loudspeaker, at its volume (alsamixer) and at the player in [sound]"

// sounds plays each sound where somebody can hear it, and looks whether the
// player is there where nobody is.
func (v *visit) sounds(ctx context.Context) error {
	switch {
	case v.Player == "":
		v.ok("", "player = []: the box is silent")
	case v.Mute != nil:
		text, remedy, _ := strings.Cut(v.Mute.Error(), "; ")
		v.bad("", text, remedy)
	case v.person == nil:
		v.ok("", v.Player+" is there")
		v.skip("", "left out: whether the sounds are heard needs a person at a terminal", "")
	default:
		for _, s := range []shipit.Sound{shipit.Alarm, shipit.Buzz} {
			if err := v.unlessSkipped(s.String(), v.sound(ctx, s)); err != nil {
				return err
			}
		}
	}
	return nil
}

// sound plays one until it is answered for.
func (v *visit) sound(ctx context.Context, s shipit.Sound) error {
	end := v.Play(s)
	heard, err := v.person.yes(ctx, "That is the "+s.String()+". Do you hear it?")
	failed := end()
	switch {
	case err != nil:
		return err
	case failed != nil:
		text, remedy, _ := strings.Cut(failed.Error(), "; ")
		v.bad(s.String(), text, cmp.Or(remedy, soundRemedy))
	case heard:
		v.ok(s.String(), "it is heard")
	default:
		v.bad(s.String(), "it is not heard", soundRemedy)
	}
	return nil
}
