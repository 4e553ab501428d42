package shipit

import (
	"cmp"
	"slices"
	"time"
)

// held is a button that is down.
type held struct {
	down     bool
	since    time.Time
	from     time.Time // first contact of a hold that allows a launch; zero: it allows none (second button only)
	stepping bool      // it steps through the targets (branch button only)
	steps    int       // how often it did since it went down
	stuck    bool      // it was down for heldTime, and the log said so
}

// button is the state of one of the buttons.
func (b *Box) button(which Button) *held {
	switch which {
	case LaunchButton:
		return &b.launch
	case BranchButton:
		return &b.branch
	default:
		return &b.second
	}
}

// pressed answers a press, with what was asked for or with a refusal.
func (b *Box) pressed(now time.Time, p Pressed) []Action {
	*b.button(p.Button) = held{down: true, since: now}
	switch p.Button {
	case LaunchButton:
		return b.pressedLaunch(now, p)
	case BranchButton:
		return b.pressedBranch(now)
	default:
		return b.pressedSecond(now, p)
	}
}

// pressedLaunch launches only on a press that began after the box was armed,
// in a box that is armed, with the arming line on at this very moment. A press
// that began earlier is refused with the word of that time, so that a switch
// and a button that move together never launch.
func (b *Box) pressedLaunch(now time.Time, p Pressed) []Action {
	if word := b.tooEarly(p); word != "" {
		return b.refuse(now, LaunchButton, word)
	}
	switch {
	case b.lights[b.selected].Light == LightUnknown:
		return b.refuse(now, LaunchButton, lookAtTheServer)
	case b.branch.down:
		return b.refuse(now, LaunchButton, choosing)
	}
	if word := cmp.Or(b.forbidden(now), b.alone(p)); word != "" {
		return b.refuse(now, LaunchButton, word)
	}
	if b.unconfirmed(now) {
		return b.refuse(now, LaunchButton, pressAgain)
	}
	b.answered, b.lights[b.selected] = false, lit{}
	return b.enter(Launching, now)
}

// tooEarly is the refusal of a press that did not begin while the box was
// armed, with the arming line still on at this very moment; else "".
func (b *Box) tooEarly(p Pressed) string {
	switch {
	case b.State() != Armed || !b.since().Before(p.First):
		return b.refusalAt(p.First)
	case !p.SwitchOn:
		return notArmed
	}
	return ""
}

// refusalAt is the word for a press whose first contact came at t.
func (b *Box) refusalAt(t time.Time) string {
	state := b.past.at(t)
	if state == Locked && b.unkept {
		return cantRecord
	}
	return state.refusal()
}

// pressedBranch acknowledges a failure, or steps to the next target.
func (b *Box) pressedBranch(now time.Time) []Action {
	switch state := b.State(); {
	case state == Launching || state == Failed:
		return b.refuse(now, BranchButton, busy)
	case slices.ContainsFunc(b.lights[:], lit.stays):
		return b.acknowledge(now)
	case len(b.targets) == 1:
		return b.refuse(now, BranchButton, onlyOneTarget)
	}
	b.branch.stepping = true
	return b.nextTarget(now)
}

// acknowledge takes away the lights that stay until then, of all targets.
func (b *Box) acknowledge(now time.Time) []Action {
	var actions []Action
	for i, name := range b.targets {
		if b.lights[i].stays() {
			b.lights[i] = lit{since: now}
			actions = append(actions, Note{Text: "Acknowledged the light of " + name})
		}
	}
	return actions
}

// nextTarget selects the next target, after the last one the first. While the
// box is armed its server is warmed, if it is another one.
func (b *Box) nextTarget(now time.Time) []Action {
	before, was := b.Target()
	wasOffline := b.isOffline()
	b.selected = (b.selected + 1) % len(b.targets)
	next, is := b.Target()
	actions := []Action{Note{Text: "Changing target... was " + was + ", is " + is}}
	if b.State() != Armed {
		return actions
	}
	b.confirmBy = time.Time{}
	if b.isOffline() != wasOffline {
		b.rhythmSince = now
	}
	if b.Way(before) != b.Way(next) {
		actions = append(actions, Warm{On: true, Target: next})
	}
	return append(actions, Check{On: true, Target: next})
}

// refuse answers a press that does nothing: seen, heard and named.
func (b *Box) refuse(now time.Time, button Button, name string) []Action {
	b.refused = Refusal{button.String(), name, now}
	return []Action{Play{Buzz}, warn("Refused " + button.String() + ": " + name), Refuse{button.String(), name}}
}

// answer takes the outcome of the running launch.
func (b *Box) answer(now time.Time, outcome Outcome) []Action {
	_, name := b.Target()
	actions := []Action{outcome.note(name)}
	b.answered = true
	actions = append(actions, b.follow(now, b.selected, outcome)...)
	if outcome.Verdict != NotStarted {
		b.cooledAt = b.since().Add(b.rules.Cooldown)
	}
	t := &b.taking[b.selected]
	t.build, t.sought = outcome.Build, outcome.Build == "" && b.leads(b.selected, outcome)
	if outcome.Verdict == NotStarted {
		t.backing = backOver
	} else {
		b.built[b.selected] = true
	}
	b.sights[b.selected] = Sight{Build: outcome.Build, URL: outcome.URL, Progress: -1}
	actions = append(actions, b.takeBack(b.selected)...)
	if outcome.Verdict != Started {
		b.failure = b.lights[b.selected].Light
		return append(actions, b.enter(Failed, now)...)
	}
	if now.Before(b.since().Add(showTime)) {
		return actions
	}
	return append(actions, b.afterwards(now)...)
}
