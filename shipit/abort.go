package shipit

import (
	"errors"
	"time"
)

// backing is how far the taking back of a build is.
type backing int

const (
	backNone  backing = iota // nobody wants it
	backAsked                // the switch was turned off in time
	backOver                 // it is asked for, or there is nothing to take back
)

// taking is what can be taken back of a target's latest launch from this box.
type taking struct {
	backing
	number int    // the launch's
	build  string // its name, once it has one
	sought bool   // it is looked for
}

// abort takes back what a launch has started, for a switch that was turned off
// soon after the press; a request that is not written yet is called off anyhow.
func (b *Box) abort(now time.Time) []Action {
	t := &b.taking[b.selected]
	if b.rules.Abort == 0 || now.Sub(b.since()) > b.rules.Abort || t.backing != backNone {
		return nil
	}
	t.backing = backAsked
	if !b.answered {
		return nil // the answer tells what there is to take back
	}
	return b.takeBack(b.selected)
}

// takeBack cancels the build of a target's latest launch, once that has a name.
func (b *Box) takeBack(target int) []Action {
	t, name := &b.taking[target], b.targets[target]
	switch {
	case t.backing != backAsked:
		return nil
	case t.build == "" && t.sought:
		return []Action{Note{Text: "The build of " + name + " is taken back once it is found"}}
	}
	t.backing = backOver
	if t.build == "" {
		return []Action{warn("Can't take back the build of " + name + ": nobody knows which it is: look at the server")}
	}
	cancel := Cancel{Target: target, Number: t.number, Build: t.build}
	return []Action{cancel, Note{Text: "Taking back the build of " + name}}
}

// known takes the build of a launch, as it was seen.
func (b *Box) known(ev Seen) []Action {
	t := &b.taking[ev.Target]
	if ev.Number != t.number {
		return nil // of an earlier run
	}
	t.build = ev.Sight.Build
	if ev.Sight.Stage.Ended() {
		t.backing = backOver
	}
	return b.takeBack(ev.Target)
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
