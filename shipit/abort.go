package shipit

import (
	"errors"
	"time"
)

// backing is how far the taking back of the latest launch's build is.
type backing int

const (
	backNone  backing = iota // nobody wants it
	backAsked                // the switch was turned off in time
	backOver                 // it is asked for, or there is nothing to take back
)

// abort takes back what a launch has started, for a switch that was turned off
// soon after the press; a request that is not written yet is called off anyhow.
func (b *Box) abort(now time.Time) []Action {
	if b.rules.Abort == 0 || now.Sub(b.since()) > b.rules.Abort || b.back != backNone {
		return nil
	}
	b.back = backAsked
	if !b.answered {
		return nil // the answer tells what there is to take back
	}
	return b.takeBack(b.selected)
}

// takeBack cancels the build of the latest launch, which is the target's, once
// that has a name.
func (b *Box) takeBack(target int) []Action {
	if b.back != backAsked {
		return nil
	}
	name := b.targets[target]
	if b.build == "" && b.sought {
		return []Action{Note{Text: "The build of " + name + " is taken back once it is found"}}
	}
	b.back = backOver
	if b.build == "" {
		return []Action{warn("Can't take back the build of " + name + ": nobody knows which it is: look at the server")}
	}
	cancel := Cancel{Target: target, Number: b.latest[target], Build: b.build}
	return []Action{cancel, Note{Text: "Taking back the build of " + name}}
}

// known takes the latest launch's build, as it was seen.
func (b *Box) known(target int, s Sight) []Action {
	b.build = s.Build
	if s.Stage.Ended() {
		b.back = backOver
	}
	return b.takeBack(target)
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
