package shipit

import (
	"slices"
	"time"
)

// Refusal is a press, or an arming, that did nothing.
type Refusal struct {
	What string // was refused: launch, branch, second, or arming
	Word string // as the log has it
	At   time.Time
}

// Refused is the last refusal; without one its At is the zero time.
func (b Box) Refused() Refusal { return b.refused }

// Targets are the names of the targets, in the file's order.
func (b Box) Targets() []string { return slices.Clone(b.targets) }

// Since is when the State began.
func (b Box) Since() time.Time { return b.since() }

// TwoPerson tells whether a launch takes a second button.
func (b Box) TwoPerson() bool { return b.rules.TwoPerson }

// HasSiren tells whether the box has a siren.
func (b Box) HasSiren() bool { return b.siren > 0 }

// Launches is how many launches there were.
func (b Box) Launches() int { return b.launches }

// Forbidden is the refusal that a launch press would get by the rules and by
// the selected target's server, or "".
func (b Box) Forbidden(now time.Time) string { return b.forbidden(now) }

// PressAgain tells whether a second press is waited for, which launches.
func (b Box) PressAgain(now time.Time) bool { return b.State() == Armed && now.Before(b.confirmBy) }

// Offline tells whether the last dial to a target's server failed, or the server
// gave no answer when it was asked whether it would take a launch.
func (b Box) Offline(target int) bool { return b.offline>>b.Way(target)&1 == 1 || b.mute[target] }

// NoGo is why a target's server has said that it would take no launch, or nil.
func (b Box) NoGo(target int) error { return b.noGo[target] }

// Unseen tells whether a target's build is followed and can't be looked at.
func (b Box) Unseen(target int) bool { return b.lights[target].away }

// Sight is the build of a target's latest launch, as far as it is known: by the
// launch's own answer, or by the last look at it. Where neither named one its
// Build and its URL are empty.
func (b Box) Sight(target int) Sight { return b.sights[target] }

// buzzTime is how long a buzz is told of: as long as the flash that a refusal
// comes with, so that the end of both is one change.
const buzzTime = 3 * beatTime

// Sounds is what sounds at now, as far as the Box can know: an alarm until it is
// silenced, a buzz for a moment. How long they are the speaker knows.
func (b Box) Sounds(now time.Time) (sound Sound, on bool) {
	return b.sound, !b.soundAt.IsZero() && (b.sound == Alarm || now.Sub(b.soundAt) < buzzTime)
}

// hear notes what the actions mean to an ear.
func (b *Box) hear(now time.Time, actions []Action) {
	for _, a := range actions {
		switch a := a.(type) {
		case Play:
			if _, on := b.Sounds(now); !on || b.sound != Alarm || a.Sound == Alarm {
				b.sound, b.soundAt = a.Sound, now
			}
		case Silence:
			b.soundAt = time.Time{}
		}
	}
}
