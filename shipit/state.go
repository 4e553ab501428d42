package shipit

import "time"

// State is what the box is doing.
type State int

// The states of the behaviour table.
const (
	Safe      State = iota
	Locked          // a press launches nothing until the switch was off
	Armed           // a press launches
	Launching       // for showTime from the press, and until the answer
	Failed          // for failTime from the moment it is known
)

// String is the state's name in the behaviour table.
func (s State) String() string {
	return [...]string{"safe", "locked", "armed", "launching", "failed"}[s]
}

// The refusals: each has its name in the log.
const (
	notArmed        = "not armed"
	switchOffFirst  = "switch off first"
	busy            = "busy"
	choosing        = "choosing"
	lookAtTheServer = "look at the server first"
	onlyOneTarget   = "only one target"
	cantRecord      = "can't record"
)

// refusal is the word for a launch press, or the second button's, whose first contact came in s, and
// that launches nothing. A contact in an armed time that is over finds the
// box no longer armed.
func (s State) refusal() string {
	switch s {
	case Locked:
		return switchOffFirst
	case Launching, Failed:
		return busy
	default:
		return notArmed
	}
}

// memory is how many states back the box can tell what it was doing at a
// first contact. A contact lies one debounce time back, or as long as a button
// bounces.
const memory = 8

// past is the latest states with their beginnings, newest first.
type past [memory]struct {
	state State
	since time.Time
}

// add begins a state.
func (p *past) add(s State, now time.Time) {
	copy(p[1:], p[:])
	p[0].state, p[0].since = s, now
}

// at is the state that the box was in just before t, or the oldest one known.
func (p *past) at(t time.Time) State {
	for _, stay := range p {
		if stay.since.Before(t) {
			return stay.state
		}
	}
	return p[memory-1].state
}
