package shipit

import (
	"errors"
	"time"
)

// Rules are what a team may ask for beside the behaviour table. The zero value
// asks for nothing. Whatever forbids a launch is shown by the blinker of an
// armed box before the press, as far as that can be.
type Rules struct {
	Confirm  time.Duration // a launch takes a second press within that time
	MaxArmed time.Duration // a box that was armed so long has to be switched off first
	Cooldown time.Duration // from a launch that may have started a build to the next
	Freeze   Freeze        // times without launches
	Abort    time.Duration // the switch turned off so soon after the press takes the build back
	OnNoGo   bool          // a press launches even where the server has said that it will not
	// TwoPerson: a launch press counts only while the second button is held.
	TwoPerson bool
}

// The refusals of the rules.
const (
	pressAgain  = "press again"
	coolingDown = "cooling down"
	frozen      = "frozen"
	clockNotSet = "clock not set"
	noGo        = "no go"
)

// Under gives the box rules.
func (b Box) Under(r Rules) Box {
	b.rules = r
	return b
}

// forbidden is the refusal that a launch press would get for as long as nothing
// changes, or "". It is shown before the press.
func (b *Box) forbidden(now time.Time) string {
	word := b.ruledOut(now)
	if why := b.noGo[b.selected]; word == "" && why != nil && !b.rules.OnNoGo {
		word = noGo + ": " + why.Error()
	}
	return word
}

// ruledOut is that refusal, as far as it is a rule's.
func (b *Box) ruledOut(now time.Time) string {
	switch {
	case len(b.rules.Freeze.Windows) > 0 && b.clockDoubt:
		return clockNotSet
	case b.rules.Freeze.holds(now):
		return frozen
	case now.Before(b.cooledAt):
		return coolingDown
	}
	return ""
}

// rule has the log tell why the blinker of an armed box says that a press would
// be refused, when that is a rule. What a server has said is told by checked.
func (b *Box) rule(now time.Time) []Action {
	word := ""
	if b.State() == Armed {
		word = b.ruledOut(now)
	}
	if word == b.ruled {
		return nil
	}
	b.ruled = word
	if word == "" {
		return nil
	}
	return []Action{Note{Text: "A launch would be refused: " + word}}
}

// unconfirmed tells whether a press that would launch needs another one, and
// begins to wait for that.
func (b *Box) unconfirmed(now time.Time) bool {
	if b.rules.Confirm == 0 || now.Before(b.confirmBy) {
		return false
	}
	b.confirmBy, b.rhythmSince = now.Add(b.rules.Confirm), now
	return true
}

// forbiddenUntil is the next moment at which a rule begins or ends to forbid
// launches by itself, or the zero time.
func (b *Box) forbiddenUntil(now time.Time) time.Time {
	next := b.rules.Freeze.next(now)
	for _, at := range []time.Time{b.cooledAt, b.confirmBy} {
		if at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// tire is the end of an armed time that has lasted too long.
func (b *Box) tire(now time.Time) []Action {
	text := "Armed for " + b.rules.MaxArmed.String() + ": " + switchOffFirst
	return append([]Action{Warm{}, Check{}, Reserve{}}, append(b.enter(Locked, now), warn(text))...)
}

// checked notes whether the server would take a launch of a target; the blinker
// tells it of the selected one, and the log says why when that changes. A server
// that gives no answer has refused nothing: it looks like one out of reach, and a
// press tries all the same.
func (b *Box) checked(now time.Time, ev Checked) []Action {
	wasNoGo, wasMute := b.noGo[ev.Target], b.mute[ev.Target]
	noGo, mute := ev.Err, false
	if ask, ok := errors.AsType[*AskError](ev.Err); ok && !ask.Lasting {
		noGo, mute = nil, true
	}
	b.noGo[ev.Target], b.mute[ev.Target] = noGo, mute
	if ((wasNoGo == nil) != (noGo == nil) || wasMute != mute) && ev.Target == b.selected && b.State() == Armed {
		b.rhythmSince = now
	}
	name := b.targets[ev.Target]
	switch {
	case noGo != nil && (wasNoGo == nil || wasNoGo.Error() != noGo.Error()):
		return []Action{warn("No go for " + name + ": " + noGo.Error())}
	case mute && !wasMute:
		return []Action{warn("No word whether a launch of " + name + " would be taken: " + ev.Err.Error())}
	case ev.Err == nil && (wasNoGo != nil || wasMute):
		return []Action{Note{Text: "Go for " + name}}
	}
	return nil
}
