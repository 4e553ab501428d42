package shipit

import (
	"log/slog"
	"time"
)

// Follows is what of a target's builds the box shows after the launch.
type Follows struct {
	Look bool // a build's stages
	Find bool // whether there is one, where the launch's answer did not tell
}

// follow lights the target's lamp for the outcome of its launch, and has the
// build followed if it can be.
func (b *Box) follow(now time.Time, target int, outcome Outcome) []Action {
	follow := Follow{Target: target, Number: b.latest[target], Build: outcome.Build}
	leads := b.leads(target, outcome)
	switch {
	case outcome.Verdict == NotStarted:
		b.lights[target] = lit{Light: LightNotStarted, since: now}
	case outcome.Verdict == Unknown:
		b.lights[target] = lit{Light: LightUnknown, since: now}
		follow.Build = ""
	case leads:
		b.lights[target] = lit{Light: LightQueued, since: now}
	}
	if leads {
		return []Action{follow}
	}
	return nil
}

// leads tells whether an outcome leads to a build that can be followed, or
// looked for.
func (b *Box) leads(target int, outcome Outcome) bool {
	switch {
	case b.follows == nil, outcome.Verdict == NotStarted:
		return false
	case outcome.Verdict == Unknown, outcome.Build == "":
		return b.follows[target].Find
	default:
		return b.follows[target].Look
	}
}

// isLatest tells whether news of a launch are still of interest: a new launch
// of that target has taken its lamp.
func (b *Box) isLatest(target, number int) bool { return b.latest[target] == number }

// seen takes what a look at a build showed.
func (b *Box) seen(now time.Time, ev Seen) []Action {
	if !b.isLatest(ev.Target, ev.Number) {
		return nil
	}
	if ev.Sight.URL == "" { // what was known of it before still leads there
		ev.Sight.URL = b.sights[ev.Target].URL
	}
	b.sights[ev.Target] = ev.Sight
	actions := b.known(ev)
	was := b.lights[ev.Target]
	is := lit{Light: stageLight(ev.Sight.Stage), waits: ev.Sight.Waiting}
	if is.Light == LightRunning && ev.Sight.Progress > 0 {
		is.tenth = min(int(ev.Sight.Progress*10), 9)
	}
	was.since = time.Time{}
	if is == was {
		return actions // its rhythm goes on
	}
	b.lights[ev.Target] = is
	b.lights[ev.Target].since = now
	return append(b.told(ev, was, is), actions...)
}

// told tells of a build that has another light now, and buzzes for a failure.
func (b *Box) told(ev Seen, was, is lit) []Action {
	name := b.targets[ev.Target]
	var actions []Action
	if was.Light == LightUnknown {
		actions = append(actions, Note{Text: "A build of " + name + " was started after all", Attrs: ev.Sight.attrs()})
	}
	was.tenth, is.tenth = 0, 0
	if is != was {
		actions = append(actions, ev.Sight.note(name))
	}
	switch {
	case is.Light == LightFailed && b.State() == Launching:
		b.owed = true // a buzz is not heard over the alarm
	case is.Light == LightFailed:
		actions = append(actions, Play{Buzz})
	}
	return actions
}

// attrs is the build's name and address.
func (s Sight) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.String("id", s.Build)}
	if s.URL != "" {
		attrs = append(attrs, slog.String("url", s.URL))
	}
	return attrs
}

// note is the log line of a stage.
func (s Sight) note(target string) Note {
	n := Note{Text: "Build of " + target + " " + s.verb(), Attrs: s.attrs()}
	if s.Word != "" {
		n.Attrs = append(n.Attrs, slog.String("says", s.Word))
	}
	switch {
	case s.Stage == StageFailed:
		n.Level = slog.LevelError
	case s.Stage == StageCancelled, s.Stage == StageLost, s.Waiting:
		n.Level = slog.LevelWarn
	}
	return n
}

// verb says of a build what a stage means.
func (s Sight) verb() string {
	switch {
	case s.Waiting && !s.Stage.Ended():
		return "waits for a person"
	case s.Stage == StageLost:
		return "is not known to the server any more: look there"
	case s.Stage == StageQueued:
		return "is queued"
	case s.Stage == StageRunning:
		return "is running"
	case s.Stage == StageCancelled:
		return "was cancelled"
	}
	return s.Stage.String()
}

// unseen tells that a build can't be looked at, once.
func (b *Box) unseen(now time.Time, ev Unseen) []Action {
	light := &b.lights[ev.Target]
	if !b.isLatest(ev.Target, ev.Number) || light.away || light.Light == LightNone {
		return nil
	}
	light.away = true
	if light.Light != LightUnknown { // which is worse, and looks as before
		light.since = now
	}
	return []Action{warn("No word of the build of " + b.targets[ev.Target] + ": " + ev.Err.Error())}
}

// givenUp takes the light for a build whose end nobody will see.
func (b *Box) givenUp(now time.Time, ev GivenUp) []Action {
	light := &b.lights[ev.Target]
	if !b.isLatest(ev.Target, ev.Number) {
		return nil
	}
	if light.Light != LightUnknown && light.Light != LightNone { // none: it is acknowledged
		*light = lit{Light: LightLost, since: now}
	}
	return []Action{warn("Gave up the build of " + b.targets[ev.Target] + ": " + ev.Err.Error())}
}
