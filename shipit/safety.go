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
	switch {
	case len(b.rules.Freeze.Windows) > 0 && b.clockDoubt:
		return clockNotSet
	case b.rules.Freeze.holds(now):
		return frozen
	case now.Before(b.cooledAt):
		return coolingDown
	case b.noGo[b.selected] != nil && !b.rules.OnNoGo:
		return noGo + ": " + b.noGo[b.selected].Error()
	}
	return ""
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

// abort takes back what a launch has started, for a switch that was turned off
// soon after the press; a request that is not written yet is called off anyhow.
func (b *Box) abort(now time.Time) []Action {
	if b.rules.Abort == 0 || now.Sub(b.since()) > b.rules.Abort {
		return nil
	}
	b.aborting = true
	return b.takeBack()
}

// takeBack cancels the build of the running launch, once that has a name.
func (b *Box) takeBack() []Action {
	if !b.aborting || b.build == "" {
		return nil
	}
	_, name := b.Target()
	cancel := Cancel{Target: b.selected, Number: b.latest[b.selected], Build: b.build}
	b.aborting, b.build = false, "" // once
	return []Action{cancel, Note{Text: "Taking back the build of " + name}}
}

// cancelled tells whether a build was taken back. That it ends is seen where it
// is followed.
func (b *Box) cancelled(ev Cancelled) []Action {
	name := b.targets[ev.Target]
	switch {
	case errors.Is(ev.Err, ErrCannot):
		return []Action{warn("Can't take back the build of " + name + ": this server has no way to: stop it there")}
	case ev.Err != nil:
		return []Action{warn("Can't take back the build of " + name + ": " + ev.Err.Error())}
	}
	return []Action{Note{Text: "The server takes back the build of " + name}}
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
