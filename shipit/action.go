package shipit

import "log/slog"

// Action is something the Box wants done. The Loop carries actions out in the
// order in which Step returned them; none of them blocks it.
type Action interface{ action() }

// Launch starts a build of a target. What was followed of it is no more.
type Launch struct {
	Target int
	Number int // counts the launches, from 1
}

// Follow looks at the build of a launch until it has ended, and tells: [Seen],
// [Unseen], [GivenUp]. Without a build's name it has to be found first, by the
// launch's id.
type Follow struct {
	Target, Number int
	Build          string // the name for [Follower.Look]; empty: to be found
}

// CallOff takes the running launch back, if nothing of it was written yet.
type CallOff struct{}

// Warm opens (On) the connection that is kept to the target's server, in the
// place of one that is kept to another, or closes the one that there is.
type Warm struct {
	On     bool
	Target int
}

// Check asks the target's server again and again, and tells, whether it would
// take a launch (On), in the place of what is asked for another; or no longer.
type Check struct {
	On     bool
	Target int
}

// Reserve gets the id of the next launch onto the disk (On), so that a press
// need not wait for that; or gives it up. It tells a failure: [Reserved].
type Reserve struct{ On bool }

// Refuse is a refusal for the journal.
type Refuse struct {
	What string // launch, branch, second or arming
	Name string // why, as the log has it
}

// Cancel asks the server to take a launch's build back, and tells.
type Cancel struct {
	Target, Number int
	Build          string
}

// Play starts a sound.
type Play struct{ Sound Sound }

// Silence ends whatever sound is playing.
type Silence struct{}

// Note is a line for the log.
type Note struct {
	Level slog.Level
	Text  string
	Attrs []slog.Attr
}

func (Launch) action()  {}
func (Check) action()   {}
func (Reserve) action() {}
func (Refuse) action()  {}
func (Cancel) action()  {}
func (Follow) action()  {}
func (CallOff) action() {}
func (Warm) action()    {}
func (Play) action()    {}
func (Silence) action() {}
func (Note) action()    {}

// Sound is one of the box's two sounds.
type Sound int

// The sounds.
const (
	Alarm Sound = iota // a launch is under way
	Buzz               // a press was refused, or a launch failed
)

// String names the sound as the configuration does.
func (s Sound) String() string {
	if s == Alarm {
		return "alarm"
	}
	return "buzz"
}

// Speaker plays the box's sounds. Neither method blocks, and neither fails: a
// box without a working loudspeaker still launches.
type Speaker interface {
	// Play starts s in place of what is playing; a Buzz never cuts into an
	// Alarm and is dropped then.
	Play(s Sound)
	// Silence ends the sound that is playing, if any.
	Silence()
}
