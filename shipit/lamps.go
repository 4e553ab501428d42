package shipit

import "time"

// Lamps is what the lamps show at one moment, and whether the siren sounds.
type Lamps struct {
	Blinker bool
	Targets []bool // by index of the target
	Siren   bool   // never, where there is none
}

// look is a rhythm and when it began.
type look struct {
	Rhythm
	since time.Time
}

func (l look) on(now time.Time) bool {
	on, _ := l.at(now.Sub(l.since))
	return on
}

// left is how long the level of now stays; 0 means for ever.
func (l look) left(now time.Time) time.Duration {
	_, left := l.at(now.Sub(l.since))
	return left
}

// Lamps is what the lamps show at now. No time may have passed unnoticed: Step
// has been called for every moment up to now that [Box.Next] named.
func (b Box) Lamps(now time.Time) Lamps {
	lamps := Lamps{
		Blinker: b.blinker(now).on(now) != b.refusal(now).on(now),
		Targets: make([]bool, len(b.targets)),
	}
	_, lamps.Siren = b.sirenEnd(now)
	for i := range b.targets {
		lamps.Targets[i] = b.lamp(i, now).on(now)
	}
	return lamps
}

// Rhythms is what the blinker and the lamp of each target are doing, for people.
// While a refusal is shown, the blinker's is the flash that inverts it.
func (b Box) Rhythms(now time.Time) (blinker Rhythm, lamps []Rhythm) {
	blinker = b.blinker(now).Rhythm
	if flash := b.refusal(now); flash.length() > 0 {
		blinker = flash.Rhythm
	}
	for i := range b.targets {
		lamps = append(lamps, b.lamp(i, now).Rhythm)
	}
	return blinker, lamps
}

// Light is what a target's lamp tells of the target's latest launch.
func (b Box) Light(target int) Light { return b.lights[target].Light }

// blinker is the rhythm of the state, without the flash of a refusal.
func (b *Box) blinker(now time.Time) look {
	rhythm := steady(false)
	switch state := b.State(); {
	case state == Locked:
		rhythm = lockedRhythm()
	case b.PressAgain(now):
		rhythm = confirmRhythm()
	case state == Armed && b.forbidden(now) != "":
		rhythm = forbiddenRhythm()
	case state == Armed && b.isOffline():
		rhythm = offlineRhythm()
	case state == Armed:
		rhythm = armedRhythm()
	case state == Launching:
		rhythm = steady(true)
	}
	return look{rhythm, b.rhythmSince}
}

// lamp is the rhythm of a target's lamp: of a launch of it, else of its light.
// A failure is shown for its whole time, acknowledged or not.
func (b *Box) lamp(target int, now time.Time) look {
	selected, light := target == b.selected, b.lights[target]
	switch state := b.State(); {
	case selected && state == Launching && (!b.answered || now.Before(b.since().Add(lampTime))):
		return look{launchRhythm(), b.since()}
	case selected && state == Failed && light.Light == LightNone:
		return look{lit{Light: b.failure}.rhythm(true), b.since()}
	}
	return look{light.rhythm(selected), light.since}
}

// refusal is the flash of the last refusal, or off once it has been played.
func (b *Box) refusal(now time.Time) look {
	if b.refused.At.IsZero() || now.Sub(b.refused.At) >= flash().length() {
		return look{Rhythm: steady(false)}
	}
	return look{flash(), b.refused.At}
}
