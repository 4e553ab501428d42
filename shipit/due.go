package shipit

import (
	"fmt"
	"time"
)

// change is a kind of what happens to the box by itself.
type change int

const (
	changeShown   change = iota // a launch or its failure has been shown
	changeTired                 // the box has been armed for too long
	changeStuck                 // a button has been down for too long
	changeStepped               // a branch button that is held selects the next target
	changeFaded                 // a target's light has been shown
)

// deed is a change of behaviour that comes by itself, at its own moment. It is
// a value, so that asking for the next one keeps no Box on the heap.
type deed struct {
	at   time.Time // the zero time: nothing changes
	what change
	of   int // the button or the target that it is about
}

// elapse does what was due by itself until now, each at its own moment, so
// that a tick that comes late shifts nothing.
func (b *Box) elapse(now time.Time) []Action {
	var actions []Action
	for d := b.due(); !d.at.IsZero() && !d.at.After(now); d = b.due() {
		actions = append(actions, b.do(d)...)
	}
	return actions
}

// due is the earliest change of behaviour that comes by itself.
func (b *Box) due() deed {
	var first deed
	consider := func(at time.Time, what change, of int) {
		if first.at.IsZero() || at.Before(first.at) {
			first = deed{at, what, of}
		}
	}
	switch state := b.State(); {
	case state == Launching && b.answered:
		consider(b.since().Add(showTime), changeShown, 0)
	case state == Failed:
		consider(b.since().Add(failTime), changeShown, 0)
	}
	if b.State() == Armed && b.rules.MaxArmed > 0 {
		consider(b.since().Add(b.rules.MaxArmed), changeTired, 0)
	}
	for _, button := range buttons() {
		if h := b.button(button); h.down && !h.stuck {
			consider(h.since.Add(heldTime), changeStuck, int(button))
		}
	}
	if b.branch.stepping {
		steps := b.branch.steps + 1
		consider(b.branch.since.Add(time.Duration(steps)*stepTime), changeStepped, 0)
	}
	for i := range b.targets {
		if light := &b.lights[i]; light.fades() {
			consider(light.since.Add(fadeTime), changeFaded, i)
		}
	}
	return first
}

// do has a change happen.
func (b *Box) do(d deed) []Action {
	switch d.what {
	case changeShown:
		return b.afterwards(d.at)
	case changeTired:
		return b.tire(d.at)
	case changeStuck:
		return b.stick(Button(d.of))
	case changeStepped:
		return b.stepOn(d.at)
	case changeFaded:
		b.lights[d.of] = lit{since: d.at}
	}
	return nil
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
	next := b.due().at
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
