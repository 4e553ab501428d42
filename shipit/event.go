package shipit

import "time"

// Event is something that happened to the box. Events are given to
// [Box.Step] in the order in which they happened.
type Event interface{ event() }

// Found opens the life of a Box: the settled levels at the start of the
// program. A level that was found is never a press.
type Found struct{ SwitchOn, LaunchDown, BranchDown, SecondDown bool }

// Switched tells that the arming switch has settled.
type Switched struct{ On bool }

// Pressed tells that a button has settled down.
type Pressed struct {
	Button     Button
	First      time.Time // first contact: when the line first left its level
	SwitchOn   bool      // the arming line itself, read as the press settled
	SecondDown bool      // the second button's line, read in that moment too
}

// Released tells that a button has settled up.
type Released struct{ Button Button }

// Dialled tells how an attempt to reach a server ended. Way is the server's; see
// [Box.Through].
type Dialled struct {
	Way int
	Err error
}

// Answered tells the outcome of the running launch.
type Answered struct{ Outcome Outcome }

// Checked tells whether the target's server would take a launch: nil, why it has
// said that it would not, or, as an [*AskError] that doesn't last, why it gave no
// answer.
type Checked struct {
	Target int
	Err    error
}

// Reserved tells that the next launch can't be recorded, and why.
type Reserved struct{ Err error }

// Resumed tells of a launch of an earlier run, of which the end is not known: it
// was started, or may have been.
type Resumed struct {
	Target, Number int // above those of all launches so far
	Outcome        Outcome
}

// Unfinished gives the loop launches of an earlier run that the journal could
// not give at the start: it goes on with them as with those of [Config].
type Unfinished struct{ Open []Record } // in the order of their times

// Cancelled tells how a [Cancel] ended.
type Cancelled struct {
	Target, Number int
	Err            error
}

// Seen tells what a look at the build of a launch showed.
type Seen struct {
	Target, Number int // of the launch
	Sight          Sight
}

// Unseen tells that the build of a launch could not be looked at; it will be
// tried again.
type Unseen struct {
	Target, Number int
	Err            error
}

// GivenUp tells that the build of a launch is looked for, or at, no longer.
type GivenUp struct {
	Target, Number int
	Err            error
}

// Tick tells that time has passed: [Box.Next] was reached.
type Tick struct{}

func (Found) event()      {}
func (Switched) event()   {}
func (Pressed) event()    {}
func (Released) event()   {}
func (Dialled) event()    {}
func (Answered) event()   {}
func (Checked) event()    {}
func (Cancelled) event()  {}
func (Reserved) event()   {}
func (Resumed) event()    {}
func (Unfinished) event() {}
func (Seen) event()       {}
func (Unseen) event()     {}
func (GivenUp) event()    {}
func (Tick) event()       {}

// Button is one of the box's buttons.
type Button int

// The buttons.
const (
	LaunchButton Button = iota
	BranchButton
	SecondButton // only in a box that takes two persons
)

// buttons is all of them.
func buttons() [3]Button { return [...]Button{LaunchButton, BranchButton, SecondButton} }

// String names the button as the log does.
func (b Button) String() string {
	return [...]string{"launch", "branch", "second"}[b]
}
