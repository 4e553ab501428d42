package shipit

import (
	"context"
	"errors"
	"time"
)

// How often a target's server is asked whether it would take a launch.
const (
	goPause   = 5 * time.Minute
	noGoPause = 15 * time.Second
)

// check begins to ask whether a launch would be taken, in the place of what was
// asked before, or ends that.
func (l *Loop) check(ctx context.Context, c Check) {
	if l.checking != nil {
		l.checking()
		l.checking = nil
	}
	if !c.On || l.Follower == nil || !l.Follow[c.Target] || !l.Follower.Can(c.Target).Check {
		return
	}
	ctx, l.checking = context.WithCancel(ctx)
	l.spawn(func() error {
		for pause := time.Duration(0); rest(ctx, pause); {
			pause = l.askOnce(ctx, c.Target)
		}
		return nil
	})
}

// askOnce asks, tells, and gives the pause until the next time. That there is no
// way to the server is told by who keeps the way warm.
func (l *Loop) askOnce(ctx context.Context, target int) time.Duration {
	err := l.Follower.Check(ctx, target)
	ask, _ := errors.AsType[*AskError](err)
	switch {
	case ctx.Err() != nil, errors.Is(err, ErrCannot):
		return goPause
	case err == nil:
		l.Post(Checked{Target: target})
		return goPause
	case ask == nil || !ask.NoWay:
		l.Post(Checked{target, err})
	}
	if ask != nil {
		return max(noGoPause, ask.Again)
	}
	return noGoPause
}

// cancel asks the server to take a build back, whatever becomes of the box: the
// end of the program waits for that as long as for a launch.
func (l *Loop) cancel(ctx context.Context, c Cancel) {
	l.spawn(func() error {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer stop()
		err := ErrCannot
		if l.Follower != nil {
			err = l.Follower.Cancel(ctx, c.Target, c.Build)
		}
		l.Post(Cancelled{c.Target, c.Number, err})
		return nil
	})
}
