package soak_test

import "strings"

// This is what a box must do, said once more, by the table in the design and
// not by the program: which line a press or a flip has to bring. What isn't
// said by a line, such as a flip during a launch, has to show later.

// state is what a box is doing.
type state int

const (
	safe state = iota
	locked
	armed
	launching
	failed
)

// refusal is the word for a press of the launch button in a state.
func (s state) refusal() string {
	return [...]string{safe: "not armed", locked: "switch off first", armed: "not armed", launching: "busy", failed: "busy"}[s]
}

// light is what the target's lamp keeps of the last launch.
type light int

const (
	steady light = iota
	notStarted
	unknown
)

// targets is what can be launched, and builds what that is at the server.
func targets() []string { return []string{"Client Int", "Hubot", "Backend"} }
func builds() []string  { return []string{"bt280", "bt1568", "bt9"} }

// box is a box as somebody knows it who stands before it.
type box struct {
	state, was state // now, and before the last change
	on         bool  // the arming switch
	light      light
	target     int
	waiting    bool // for the outcome of a launch
	branch     bool // the branch button is down
	stepping   bool // and goes through the targets
}

// name is that of the selected target.
func (b box) name() string { return targets()[b.target] }

// ready tells whether a press of the launch button has to launch.
func (b box) ready() bool { return b.state == armed && b.light != unknown && !b.branch }

func (b box) enter(s state) box {
	b.was, b.state, b.stepping = b.state, s, false
	return b
}

// step is a line that a box may log, empty for none, and what it is then.
type step struct {
	line string
	box  box
}

// byItself is what a line makes of a box that nobody touches: an outcome, the
// end of a launch or a failure, another step of a held branch button. It is
// false if the line can't be.
func (b box) byItself(line string) (box, bool) {
	resting := (b.state == launching || b.state == failed) && !b.waiting
	switch {
	case line == "Armed" && resting && b.on:
		return b.enter(armed), true
	case line == "Safe" && resting && !b.on:
		return b.enter(safe), true
	case b.stepping && line == b.change():
		b.target = b.next()
		return b, true
	case !b.waiting:
		return b, false
	}
	b.waiting = false
	switch {
	case strings.HasPrefix(line, "Triggered a build of "+b.name()+" id="):
		return b, true
	case strings.HasPrefix(line, "ERROR No build of "+b.name()+": "):
		b.light = notStarted
		return b.enter(failed), true
	case strings.HasPrefix(line, "ERROR Unknown whether a build of "+b.name()+" started: "):
		b.light = unknown
		return b.enter(failed), true
	}
	return b, false
}

func (b box) next() int { return (b.target + 1) % len(targets()) }

func (b box) change() string {
	return "Changing target... was " + b.name() + ", is " + targets()[b.next()]
}

// flipped is the arming switch, moved. Where it is already nothing happens.
func (b box) flipped(on bool) step {
	if b.on == on {
		return step{"", b}
	}
	b.on, b.light = on, steady
	switch {
	case b.state == safe && on:
		return step{"Armed", b.enter(armed)}
	case (b.state == armed || b.state == locked) && !on:
		return step{"Safe", b.enter(safe)}
	}
	return step{"", b}
}

// pressedLaunch is the launch button, pressed.
func (b box) pressedLaunch() step {
	switch {
	case b.state != armed:
		return b.refused(b.state.refusal())
	case b.light == unknown:
		return b.refused("look at the server first")
	case b.branch:
		return b.refused("choosing")
	}
	line := "Launching " + b.name()
	b.light, b.waiting = steady, true
	return step{line, b.enter(launching)}
}

func (b box) refused(word string) step { return step{"WARN Refused launch: " + word, b} }

// pressedBranch is the branch button, pressed.
func (b box) pressedBranch() step {
	b.branch, b.stepping = true, false
	switch {
	case b.state == launching || b.state == failed:
		return step{"WARN Refused branch: busy", b}
	case b.light != steady:
		b.light = steady
		return step{"Acknowledged the light of " + b.name(), b}
	}
	line := b.change()
	b.target, b.stepping = b.next(), true
	return step{line, b}
}

// releasedBranch is the branch button, let go.
func (b box) releasedBranch() step {
	b.branch, b.stepping = false, false
	return step{"", b}
}

// concerns tells whether a line is one that byItself or a step can bring.
func concerns(line string) bool {
	for _, words := range []string{
		"Armed", "Safe", "Launching ", "Changing target... ", "Acknowledged the light of ", "WARN Refused ",
		"Triggered a build of ", "ERROR No build of ", "ERROR Unknown whether a build of ",
	} {
		if strings.HasPrefix(line, words) {
			return true
		}
	}
	return false
}
