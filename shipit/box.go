package shipit

import (
	"log/slog"
	"slices"
	"time"
)

// Box is the whole behaviour of the deploy box as a plain value: no clock, no
// goroutine, no pin. Its zero value is of no use; see [NewBox].
type Box struct {
	targets []string // names, in the file's order; never changed
	ways    []int    // the server of each target, as a number; nil: all have the same; never changed
	rearm   bool     // a switch that was found on has to be turned off first

	past     past
	selected int
	switchOn bool

	offline     uint32    // a bit for each way: the last dial to that server failed
	rhythmSince time.Time // when the blinker's rhythm began

	answered bool  // the launch that is shown has its outcome
	failure  Light // of the last launch that failed
	owed     bool  // a build failed while the alarm sounded: a buzz is to follow

	rules      Rules
	clockDoubt bool              // the clock can't be trusted to tell a freeze
	cooledAt   time.Time         // when the cooldown of the last launch ends
	confirmBy  time.Time         // until when a second press launches
	ruled      string            // the refusal by a rule that an armed box has told of
	unkept     bool              // armed was refused last, because a launch can't be recorded
	noGo       [MaxTargets]error // why a target's server has said that it would take no launch
	mute       [MaxTargets]bool  // a target's server gave no answer when it was asked

	launches int              // how many there were: the number of the latest
	follows  []Follows        // by target; nil: no build is followed; never changed
	lights   [MaxTargets]lit  // by target
	latest   [MaxTargets]int  // number of each target's latest launch
	built    [MaxTargets]bool // it has had one that may have started a build
	taking   [MaxTargets]taking
	sights   [MaxTargets]Sight // of its build
	siren    time.Duration     // see Sounding; never changed

	launch, branch, second held
	refused                Refusal // the last one; the blinker's flash began with it

	sound   Sound     // the latest
	soundAt time.Time // when it began; zero: it was silenced
}

// NewBox makes a Box that waits for its first event, a [Found]. Between 1 and
// 20 names of targets are given, in the order in which the branch button steps
// through them. With rearm a switch that is found on locks the box until it
// has been off.
func NewBox(targets []string, rearm bool) Box {
	return Box{targets: slices.Clone(targets), rearm: rearm}
}

// Through gives the box a number, from 0 to 31, for the server of each target:
// which of them share a connection that is kept warm. Without it all do.
func (b Box) Through(ways []int) Box {
	b.ways = slices.Clone(ways)
	return b
}

// Following tells of each target whether its builds are followed. Without it
// none is.
func (b Box) Following(follows []Follows) Box {
	b.follows = slices.Clone(follows)
	return b
}

// Way is the number of a target's server.
func (b Box) Way(target int) int {
	if b.ways == nil {
		return 0
	}
	return b.ways[target]
}

// isOffline is Offline of the selected target.
func (b *Box) isOffline() bool { return b.Offline(b.selected) }

// State is what the box is doing.
func (b Box) State() State { return b.past[0].state }

// Target is the index and the name of the selected target.
func (b Box) Target() (int, string) { return b.selected, b.targets[b.selected] }

func (b *Box) since() time.Time { return b.past[0].since }

// Step takes an event that happened at now, and answers with the Box after it
// and with what has to be done, in order. Whatever was due by itself before
// now is done first. It changes nothing but its result.
func (b Box) Step(now time.Time, ev Event) (Box, []Action) {
	actions := b.elapse(now)
	switch ev := ev.(type) {
	case Found:
		actions = append(actions, b.found(now, ev)...)
	case Switched:
		actions = append(actions, b.switched(now, ev.On)...)
	case Pressed:
		actions = append(actions, b.pressed(now, ev)...)
	case Released:
		*b.button(ev.Button) = held{}
	case Dialled:
		actions = append(actions, b.dialled(now, ev)...)
	case Answered:
		actions = append(actions, b.answer(now, ev.Outcome)...)
	case Checked:
		actions = append(actions, b.checked(now, ev)...)
	case Cancelled:
		actions = append(actions, b.cancelled(ev)...)
	case Reserved:
		actions = append(actions, b.reserved(now, ev)...)
	case Resumed:
		actions = append(actions, b.resumed(now, ev)...)
	case Seen:
		actions = append(actions, b.seen(now, ev)...)
	case Unseen:
		actions = append(actions, b.unseen(now, ev)...)
	case GivenUp:
		actions = append(actions, b.givenUp(now, ev)...)
	case Tick:
	}
	actions = append(actions, b.rule(now)...)
	b.hear(now, actions)
	return b, actions
}

// found begins the life of the Box.
func (b *Box) found(now time.Time, levels Found) []Action {
	b.switchOn = levels.SwitchOn
	b.launch = held{down: levels.LaunchDown, since: now}
	b.branch = held{down: levels.BranchDown, since: now}
	b.second = held{down: levels.SecondDown, since: now}
	switch {
	case b.switchOn && b.rearm:
		return append(b.enter(Locked, now), warn("The arming switch was found on: "+switchOffFirst))
	case b.switchOn:
		return b.enter(Armed, now)
	default:
		b.past.add(Safe, now)
		return nil
	}
}

// switched moves the arming switch. It also takes the lights of failures away
// that are known by now.
func (b *Box) switched(now time.Time, on bool) []Action {
	b.switchOn = on
	for i := range b.targets {
		if b.lights[i].stays() {
			b.lights[i] = lit{since: now}
		}
	}
	switch state := b.State(); {
	case state == Safe && on:
		return b.enter(Armed, now)
	case (state == Armed || state == Locked) && !on:
		return b.enter(Safe, now)
	case state == Launching && !on && !b.answered:
		return append([]Action{CallOff{}}, b.abort(now)...)
	case state == Launching && !on:
		return b.abort(now)
	default:
		return nil
	}
}

// enter begins a state. A held branch button steps no further.
func (b *Box) enter(state State, now time.Time) []Action {
	var actions []Action
	if b.State() == Launching {
		actions = append(actions, Silence{})
		if b.owed && state != Failed { // that has a buzz of its own
			actions = append(actions, Play{Buzz})
		}
		b.owed = false
	}
	b.past.add(state, now)
	b.rhythmSince = now
	b.branch.stepping = false
	b.confirmBy = time.Time{}
	switch state {
	case Safe:
		actions = append(actions, Warm{}, Check{}, Reserve{}, Note{Text: "Safe"})
	case Armed:
		b.unkept = false
		actions = append(actions, Warm{On: true, Target: b.selected}, Check{On: true, Target: b.selected}, Reserve{On: true}, Note{Text: "Armed"})
	case Launching:
		_, name := b.Target()
		b.launches++
		b.latest[b.selected], b.taking[b.selected] = b.launches, taking{number: b.launches}
		b.sights[b.selected] = Sight{}
		actions = append(actions, Launch{Target: b.selected, Number: b.launches}, Play{Alarm}, Note{Text: "Launching " + name})
	case Failed:
		actions = append(actions, Play{Buzz})
	}
	return actions
}

// afterwards is where a launch or a failure ends: the switch decides.
func (b *Box) afterwards(now time.Time) []Action {
	if b.switchOn {
		return b.enter(Armed, now)
	}
	return b.enter(Safe, now)
}

// dialled notes whether a server can be reached; the blinker tells it of the
// selected target's, and the log says why when that changes.
func (b *Box) dialled(now time.Time, d Dialled) []Action {
	was, bit := b.offline, uint32(1)<<d.Way
	b.offline &^= bit
	if d.Err != nil {
		b.offline |= bit
	}
	if b.offline == was {
		return nil
	}
	if b.State() == Armed && d.Way == b.Way(b.selected) {
		b.rhythmSince = now
	}
	if d.Err != nil {
		return []Action{warn("No way to the server: " + d.Err.Error())}
	}
	return []Action{Note{Text: "The server can be reached again"}}
}

func warn(text string) Note { return Note{Level: slog.LevelWarn, Text: text} }

// SwitchOn tells how the arming switch has settled.
func (b Box) SwitchOn() bool { return b.switchOn }

// Down tells whether a button has settled down.
func (b Box) Down(button Button) bool { return b.button(button).down }
