package shipit

import "time"

// Lamps is what the lamps show at one moment.
type Lamps struct {
	Blinker bool
	Targets []bool // by index of the target
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
		Blinker: b.blinker().on(now) != b.refusal(now).on(now),
		Targets: make([]bool, len(b.targets)),
	}
	lamps.Targets[b.selected] = b.lamp(now).on(now)
	return lamps
}

// Rhythms is what the blinker and the lamp of the selected target are doing,
// for people: the other lamps are off. While a refusal is shown, the blinker's
// is the flash that inverts it.
func (b Box) Rhythms(now time.Time) (blinker, lamp Rhythm) {
	blinker = b.blinker().Rhythm
	if flash := b.refusal(now); flash.length() > 0 {
		blinker = flash.Rhythm
	}
	return blinker, b.lamp(now).Rhythm
}

// blinker is the rhythm of the state, without the flash of a refusal.
func (b *Box) blinker() look {
	rhythm := steady(false)
	switch state := b.State(); {
	case state == Locked:
		rhythm = lockedRhythm()
	case state == Armed && b.isOffline():
		rhythm = offlineRhythm()
	case state == Armed:
		rhythm = armedRhythm()
	case state == Launching:
		rhythm = steady(true)
	}
	return look{rhythm, b.rhythmSince}
}

// lamp is the rhythm of the selected target's lamp.
func (b *Box) lamp(now time.Time) look {
	launching := b.State() == Launching
	switch {
	case launching && (!b.answered || now.Before(b.since().Add(lampTime))):
		return look{launchRhythm(), b.since()}
	case launching, !b.marked && b.State() != Failed:
		return look{Rhythm: steady(true)}
	case b.failure == Unknown:
		return look{unknownRhythm(), b.failedAt}
	default:
		return look{failedRhythm(), b.failedAt}
	}
}

// refusal is the flash of the last refusal, or off once it has been played.
func (b *Box) refusal(now time.Time) look {
	if b.refusedAt.IsZero() || now.Sub(b.refusedAt) >= flash().length() {
		return look{Rhythm: steady(false)}
	}
	return look{flash(), b.refusedAt}
}
