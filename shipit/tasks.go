package shipit

import (
	"context"
	"time"
)

// stopTime is how long a request that is on its way is waited for when the
// program ends.
const stopTime = 2 * time.Second

// launch starts the request in a goroutine of its own. An outcome comes back as
// an event, whatever happens there. The end of the program does not cut the
// request off: see stop.
func (l *Loop) launch(ctx context.Context, now time.Time, a Launch) {
	l.unfollow(a.Target)
	e, id := l.ledger.launch(now, a), l.reserved
	record := e.Record // the loop goes on with e
	l.reserved = nil
	var request, withdraw context.Context
	request, l.cutOff = context.WithCancelCause(context.WithoutCancel(ctx))
	withdraw, l.withdraw = context.WithCancelCause(request)
	l.spawn(func() error {
		outcome := Outcome{Verdict: Unknown, Reason: "cut off: a fault of this program, look at the server"}
		err := Guard(func() error {
			outcome = l.request(request, withdraw, a.Target, func() error { return l.begin(withdraw, id, e, record) }, e)
			return nil
		})
		l.Post(Answered{outcome})
		return err
	})
}

// request sends the request of a launch, once it has begun on the disk.
func (l *Loop) request(ctx, withdraw context.Context, target int, begin func() error, e *entry) Outcome {
	if err := begin(); err != nil {
		return Outcome{Verdict: NotStarted, Reason: err.Error()}
	}
	return l.Server.Launch(ctx, withdraw, target, e.ID)
}

// endLaunch frees what a launch held, once its outcome is here.
func (l *Loop) endLaunch() {
	l.cutOff(nil)
	l.cutOff, l.withdraw = nil, nil
}

// keepWarm opens the connection that is kept to the target's server, in the
// place of one to another, or closes the one that there is.
func (l *Loop) keepWarm(ctx context.Context, warm Warm) {
	way := l.box.Way(warm.Target)
	if l.cool != nil {
		if warm.On && way == l.way {
			return
		}
		l.cool()
		l.cool = nil
	}
	if !warm.On {
		return
	}
	before, cold := l.cold, make(chan struct{})
	ctx, l.cool = context.WithCancel(ctx)
	l.way, l.cold = way, cold
	l.spawn(func() error {
		defer close(cold)
		if before != nil {
			<-before // one at a time
		}
		l.Server.Warm(ctx, warm.Target, func(err error) { l.Post(Dialled{way, err}) })
		return nil
	})
}

// spawn runs f under Guard in a goroutine; its panic ends Run.
func (l *Loop) spawn(f func() error) {
	l.tasks.Go(func() {
		err := Guard(f)
		if err == nil {
			return
		}
		select {
		case l.faults <- err:
		default: // the first one is enough
		}
	})
}

// stop ends what the loop has running. A request of which nothing was written
// is taken back; one that is on its way is waited for, and so is a build that
// ends with the program, so that the log can tell what became of them.
func (l *Loop) stop(ctx context.Context) {
	defer func() { l.ledger.stop(time.Now()) }()
	l.keepWarm(ctx, Warm{})
	l.check(ctx, Check{})
	l.reserve(ctx, false)
	for target := range l.following {
		l.unfollow(target)
	}
	ended := l.endBuilds()
	if l.withdraw != nil {
		l.lastAnswer(ctx)
	}
	<-ended
	l.tellEnds(ctx)
}

// lastAnswer waits for the outcome of the launch that is under way.
func (l *Loop) lastAnswer(ctx context.Context) {
	l.withdraw(ErrStopped)
	patience := time.NewTimer(stopTime)
	defer patience.Stop()
	for {
		select {
		case <-patience.C:
			l.cutOff(ErrStopped)
		case ev := <-l.events:
			if answer, ok := ev.(Answered); ok {
				l.endLaunch()
				l.announce(l.box, answer)
				target, name := l.box.Target()
				l.ledger.running.following = l.box.leads(target, answer.Outcome)
				l.ledger.answered(answer.Outcome)
				note := answer.Outcome.note(name)
				l.Log.LogAttrs(ctx, note.Level, note.Text, note.Attrs...)
				if l.box.taking[target].backing == backAsked && answer.Outcome.Verdict != NotStarted {
					l.Log.WarnContext(ctx, "Can't take back the build of "+name+": ship-it ends: look at the server")
				}
				return
			}
		}
	}
}

// endBuilds begins to end the builds that can't outlive the program.
func (l *Loop) endBuilds() (ended <-chan struct{}) {
	done := make(chan struct{})
	l.spawn(func() error {
		defer close(done)
		if l.Follower != nil {
			l.Follower.End()
		}
		return nil
	})
	return done
}

// tellEnds tells how the followed ones among them have ended.
func (l *Loop) tellEnds(ctx context.Context) {
	for _, e := range l.ledger.open {
		if !e.following || e.Build == "" || !l.Follower.Can(e.target).Ends {
			continue
		}
		l.Follower.End() // one may have begun since
		sight, err := l.Follower.Look(context.WithoutCancel(ctx), e.target, e.Build)
		if err != nil {
			continue // the next start goes on with it
		}
		l.cry(sight.news(e.Target, false)...)
		l.ledger.seen(e, sight)
		note := sight.note(e.Target)
		l.Log.LogAttrs(ctx, note.Level, note.Text, note.Attrs...)
	}
}
