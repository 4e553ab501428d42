package shipit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// How a build is followed. The pauses grow while nothing changes, and spread,
// so that many boxes don't ask their server in step.
const (
	firstPause = 2 * time.Second
	lastPause  = 30 * time.Second
	errorPause = 2 * time.Minute // the longest one while the server gives no answer of use
	seekTime   = 5 * time.Minute // a build that may have been started is looked for so long
	followTime = 24 * time.Hour  // and one that was started is followed so long
	// believed is how many looks in a row have to say that the build isn't known, or
	// that asking is of no use: one answer may be a proxy's page, or of a server that
	// is about to start.
	believed = 3
)

// follows is what can be shown of each target's builds.
func (c Config) follows() []Follows {
	if c.Follower == nil {
		return nil
	}
	follows := make([]Follows, len(c.Targets))
	for i := range follows {
		if can := c.Follower.Can(i); c.Follow[i] && can.Look {
			follows[i] = Follows{Look: true, Find: can.Find}
		}
	}
	return follows
}

// follow looks at the build of the latest launch in a goroutine of its own.
func (l *Loop) follow(ctx context.Context, f Follow) {
	ctx, cancel := context.WithCancel(ctx)
	l.following[f.Target] = cancel
	e := l.ledger.open[f.Number]
	e.following = true
	t := trail{Follow: f, loop: l, launch: e.ID, since: e.Time, patience: e.patience}
	l.spawn(func() error {
		t.walk(ctx)
		return nil
	})
}

// unfollow ends the following of a target's build, if there is one.
func (l *Loop) unfollow(target int) {
	if cancel := l.following[target]; cancel != nil {
		cancel()
		delete(l.following, target)
	}
}

// trail is the following of one build.
type trail struct {
	Follow
	loop   *Loop
	launch string // the launch's id
	since  time.Time
	stage  Stage
	pause  time.Duration
	lasts  int // how many looks in a row have said what has to be believed

	patience time.Time // from when on it counts; a build that waits for a person may do so for ever
}

// walk looks until the build has ended, or there is no point in going on, or
// ctx ends.
func (t *trail) walk(ctx context.Context) {
	t.pause = firstPause
	for rest(ctx, t.pause) {
		sight, err := t.look(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && sight.Stage == StageLost && t.lasts+1 < believed:
			t.lasts++
			t.pause = firstPause
		case err == nil:
			t.loop.Post(Seen{t.Target, t.Number, sight})
			t.lasts = 0
			if sight.Stage.Ended() {
				return
			}
			t.went(sight)
		case !t.stumbled(err):
			return
		}
		if sight.Waiting {
			t.patience = time.Now()
		}
		if err := t.overdue(errors.Is(err, ErrNoBuild)); err != nil {
			t.loop.Post(GivenUp{t.Target, t.Number, err})
			return
		}
	}
}

// overdue says that the trail has been followed for long enough. That there is no
// build only a server can say that was asked: absent.
func (t *trail) overdue(absent bool) error {
	switch took := time.Since(t.patience); {
	case absent && took > seekTime:
		return fmt.Errorf("the server shows none after %v: look there", seekTime)
	case t.Build == "" && took > followTime:
		return fmt.Errorf("the server could not be asked for it in %v: look there", followTime)
	case took > followTime:
		return fmt.Errorf("it has not ended after %v: look at the server", followTime)
	}
	return nil
}

// look looks at the build, or for it.
func (t *trail) look(ctx context.Context) (Sight, error) {
	if t.Build == "" {
		return t.loop.Follower.Find(ctx, t.Target, t.launch, t.since)
	}
	return t.loop.Follower.Look(ctx, t.Target, t.Build)
}

// went notes what was seen; a build that moved is looked at sooner.
func (t *trail) went(s Sight) {
	if s.Stage != t.stage || s.Build != t.Build {
		t.stage, t.Build, t.pause = s.Stage, s.Build, firstPause
		return
	}
	t.pause = min(t.pause*5/4, lastPause)
}

// stumbled tells that nothing was seen, and whether to go on.
func (t *trail) stumbled(err error) bool {
	ask, _ := errors.AsType[*AskError](err)
	if ask != nil && ask.Lasting {
		t.lasts++
	} else {
		t.lasts = 0
	}
	switch {
	case errors.Is(err, ErrNoBuild):
		t.pause = min(t.pause*5/4, lastPause)
		return true
	case errors.Is(err, ErrCannot), t.lasts == believed:
		t.loop.Post(GivenUp{t.Target, t.Number, err})
		return false
	}
	t.loop.Post(Unseen{t.Target, t.Number, err})
	t.pause = min(t.pause*2, errorPause)
	if ask != nil {
		t.pause = max(t.pause, ask.Again)
	}
	return true
}

// rest waits d and up to a quarter more, and tells whether ctx still goes on.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d + rand.N(d/4+1))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
