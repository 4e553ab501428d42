package shipit

import (
	"fmt"
	"time"
)

// elapse does what was due by itself until now, each at its own moment, so
// that a tick that comes late shifts nothing.
func (b *Box) elapse(now time.Time) []Action {
	var actions []Action
	for {
		at, act := b.due()
		if at.IsZero() || at.After(now) {
			return actions
		}
		actions = append(actions, act(at)...)
	}
}

// due is the earliest change of behaviour that comes by itself, with its
// moment; the zero time if there is none.
func (b *Box) due() (at time.Time, act func(time.Time) []Action) {
	consider := func(t time.Time, f func(time.Time) []Action) {
		if at.IsZero() || t.Before(at) {
			at, act = t, f
		}
	}
	switch state := b.State(); {
	case state == Launching && b.answered:
		consider(b.since().Add(showTime), b.afterwards)
	case state == Failed:
		consider(b.since().Add(failTime), b.afterwards)
	}
	if b.State() == Armed && b.rules.MaxArmed > 0 {
		consider(b.since().Add(b.rules.MaxArmed), b.tire)
	}
	for _, button := range []Button{LaunchButton, BranchButton, SecondButton} {
		if h := b.button(button); h.down && !h.stuck {
			consider(h.since.Add(heldTime), func(time.Time) []Action { return b.stick(button) })
		}
	}
	if b.branch.stepping {
		steps := b.branch.steps + 1
		consider(b.branch.since.Add(time.Duration(steps)*stepTime), b.stepOn)
	}
	for i := range b.targets {
		if light := b.lights[i]; light.fades() {
			consider(light.since.Add(fadeTime), func(at time.Time) []Action { b.lights[i] = lit{since: at}; return nil })
		}
	}
	return at, act
}

// stepOn is the next step of a branch button that is held.
func (b *Box) stepOn(now time.Time) []Action {
	b.branch.steps++
	return b.nextTarget(now)
}

// stick gives a button up that has been down for heldTime.
func (b *Box) stick(button Button) []Action {
	h := b.button(button)
	h.stuck, h.stepping = true, false
	return []Action{warn(fmt.Sprintf("The %s button has been down for %v: it counts as stuck until it is released", button, heldTime))}
}

// Next is the next moment at which anything changes by itself, a lamp and the
// siren included: a [Tick] is wanted then. It is the zero time if nothing will.
func (b Box) Next(now time.Time) time.Time {
	next, _ := b.due()
	if at := b.forbiddenUntil(now); b.State() == Armed && !at.IsZero() && (next.IsZero() || at.Before(next)) {
		next = at
	}
	if at, sounds := b.sirenEnd(now); sounds && (next.IsZero() || at.Before(next)) {
		next = at
	}
	looks := []look{b.blinker(now), b.refusal(now)}
	for i := range b.targets {
		looks = append(looks, b.lamp(i, now))
	}
	for _, look := range looks {
		if left := look.left(now); left > 0 {
			if at := now.Add(left); next.IsZero() || at.Before(next) {
				next = at
			}
		}
	}
	return next
}
