package shipit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// errRestarted: the box was ended before its server had answered. Look at the
// server.
var errRestarted = errors.New("cut off: the box was ended before the answer")

// reserved refuses to be armed if the next launch can't be recorded.
func (b *Box) reserved(now time.Time, ev Reserved) []Action {
	if ev.Err == nil || b.State() != Armed {
		return nil
	}
	name := cantRecord + ": " + ev.Err.Error()
	actions := append([]Action{Warm{}, Check{}, Reserve{}}, b.enter(Locked, now)...)
	b.unkept, b.refused = true, Refusal{"arming", name, now}
	return append(actions, Play{Buzz}, warn("Refused arming: "+name), Refuse{"arming", name})
}

// resumed lights the lamp of a launch of an earlier run, and has its build
// followed, unless that target has had a launch since that may have started one.
func (b *Box) resumed(now time.Time, ev Resumed) []Action {
	b.launches = max(b.launches, ev.Number)
	name := b.targets[ev.Target]
	since := b.built[ev.Target]
	note := Note{Text: "Going on with the build of " + name, Attrs: Sight{Build: ev.Outcome.Build, URL: ev.Outcome.URL}.attrs()}
	switch {
	case ev.Outcome.Verdict == Unknown:
		note = ev.Outcome.note(name)
	case since:
		note.Level, note.Text = slog.LevelWarn, "Nobody follows the build of "+name+", for there was another launch since: look at the server"
	case !b.leads(ev.Target, ev.Outcome):
		note.Text = "A build of " + name + " was started before, and isn't followed"
	}
	if since {
		return []Action{note}
	}
	b.latest[ev.Target], b.built[ev.Target] = ev.Number, true
	b.sights[ev.Target] = Sight{Build: ev.Outcome.Build, URL: ev.Outcome.URL, Progress: -1}
	return append([]Action{note}, b.follow(now, ev.Target, ev.Outcome)...)
}

// Cooling gives the box the moment of the last launch of an earlier run; the
// rules come first.
func (b Box) Cooling(launched time.Time) Box {
	if !launched.IsZero() {
		b.cooledAt = launched.Add(b.rules.Cooldown)
	}
	return b
}

// recovered is a launch of an earlier run, with the target that it was found to
// be of.
type recovered struct {
	Record
	target  int
	outcome Outcome
}

func (recovered) event() {}

// resume goes on with the launches that were open when the box ended last. None
// is sent again. The last of a target comes first, and has its lamp.
func (l *Loop) resume(ctx context.Context) {
	open := l.unfinished
	l.unfinished = nil
	for _, r := range slices.Backward(open) {
		target := slices.Index(l.Targets, r.Target)
		switch {
		case r.Target == "":
			l.spawn(func() error { l.search(ctx, r); return nil })
			continue
		case target < 0:
			l.Log.WarnContext(ctx, "No target is called "+r.Target+" any more: look at the server what became of its launch of "+r.Time.Local().Format(time.DateTime))
			l.Journal.Close(abandoned(r))
			continue
		}
		outcome := Outcome{Verdict: Unknown, Reason: r.Reason, Build: r.Build, URL: r.URL}
		switch {
		case r.Answer == Started.String():
			outcome.Verdict = Started
		case r.Answer == "":
			outcome.Reason = errRestarted.Error()
		}
		l.recover(ctx, recovered{r, target, outcome})
	}
}

// abandoned is the record of an earlier run's launch that nobody can go on with.
func abandoned(r Record) Record {
	if r.Answer == Started.String() {
		r.Outcome = OutcomeUnfollowed
		return r
	}
	r.Answer, r.Outcome, r.Reason = Unknown.String(), OutcomeUnknown, cmp.Or(r.Reason, errRestarted.Error())
	return r
}

// recover has the box go on with a launch.
func (l *Loop) recover(ctx context.Context, r recovered) {
	now := time.Now()
	number := l.box.launches + 1
	e := l.ledger.resume(now, r.Record, number, r.target)
	e.Target = l.Targets[r.target]
	e.Answer, e.Reason, e.Build, e.URL = r.outcome.Verdict.String(), r.outcome.Reason, r.outcome.Build, r.outcome.URL
	e.doubted = l.ledger.doubts(e)
	l.Journal.Update(e.Record)
	var actions []Action
	l.box, actions = l.box.Step(now, Resumed{r.target, number, r.outcome})
	for _, a := range actions {
		l.act(ctx, now, a)
	}
	if r.Answer == "" { // then nobody was told
		l.cry(r.outcome.news(e.Target))
	}
}

// search looks for a build by the id of a launch that may never have been: the
// power went while the box was armed, and the press may have gone with it.
func (l *Loop) search(ctx context.Context, r Record) {
	begun, pause := time.Now(), firstPause
	var doubt []string
	for rest(ctx, pause) {
		found, silent := l.ask(ctx, r)
		if ctx.Err() != nil {
			return
		}
		if found != nil {
			l.Post(*found)
			return
		}
		doubt = silent
		if len(silent) == 0 || time.Since(begun) > seekTime {
			break
		}
		pause = min(2*pause, lastPause)
	}
	if ctx.Err() != nil {
		return
	}
	at := r.Time.Local().Format(time.DateTime)
	if doubt = append(doubt, l.blind()...); len(doubt) > 0 {
		l.Log.WarnContext(ctx, fmt.Sprintf("The power went after the box was armed at %s: look at the server whether there is a build of %s", at, strings.Join(doubt, " or ")))
	} else {
		l.Log.InfoContext(ctx, "The power went after the box was armed at "+at+"; no server shows a build that was launched then")
	}
	l.Journal.Release(r.ID)
}

// ask asks every server that can tell for the build of a launch, and names the
// targets of which there was no answer.
func (l *Loop) ask(ctx context.Context, r Record) (found *recovered, silent []string) {
	for target, can := range l.follows() {
		if !can.Find {
			continue
		}
		sight, err := l.Follower.Find(ctx, target, r.ID, r.Time)
		switch {
		case err == nil:
			r.Kind = KindLaunch
			return &recovered{r, target, Outcome{Verdict: Started, Build: sight.Build, URL: sight.URL}}, nil
		case !errors.Is(err, ErrNoBuild):
			silent = append(silent, l.Targets[target])
		}
	}
	return nil, silent
}

// blind names the targets of which nobody can tell whether there is a build.
func (l *Loop) blind() []string {
	var names []string
	can := l.follows()
	for i, name := range l.Targets {
		if can == nil || !can[i].Find {
			names = append(names, name)
		}
	}
	return names
}

// keep keeps what an event means to the records.
func (l *Loop) keep(ctx context.Context, now time.Time, ev Event) {
	switch ev := ev.(type) {
	case Unfinished:
		l.unfinished = append(l.unfinished, ev.Open...)
	case recovered:
		l.found = append(l.found, ev)
	case Released:
		l.ledger.released(now, ev.Button)
	default:
		l.ledger.news(ev)
	}
	for _, button := range buttons() {
		if l.box.button(button).stuck { // its press has lasted long enough to be told
			l.ledger.released(now, button)
		}
	}
	if l.ledger.running == nil { // whose answer tells whether it has its target's lamp
		l.resume(ctx)
		for _, r := range l.found {
			l.recover(ctx, r)
		}
		l.found = nil
	}
	l.ledger.acknowledged(l.box)
	l.ledger.settle()
	l.ledger.close(now)
}
