package shipit

import (
	"context"
	"time"
)

// NewsKind says what a piece of news is about.
type NewsKind int

// The kinds of news.
const (
	NewsLaunch NewsKind = iota // a build was started
	NewsPassed                 // it ended well
	NewsFailed                 // none was started, or it ended badly
	NewsCancelled
	NewsUnknown // nobody knows whether one was started, or how it ended
)

// NewsKinds is every kind there is.
func NewsKinds() []NewsKind {
	return []NewsKind{NewsLaunch, NewsPassed, NewsFailed, NewsCancelled, NewsUnknown}
}

// String is the word for it in the configuration.
func (k NewsKind) String() string {
	return [...]string{"launch", "passed", "failed", "cancelled", "unknown"}[k]
}

// News is what became of a launch, or of its build.
type News struct {
	Kind   NewsKind
	Target string // its name
	Build  string // its name, if it has one
	URL    string // where people look at it; may be empty
	Text   string // the log's line without those; holds no secret
	Says   string // the server's word for it; may be empty
}

// Announcer tells the news to the world, off the path of a launch.
type Announcer interface {
	// Announce takes a piece of news, and doesn't block. What comes of it is the
	// Announcer's business alone.
	Announce(News)
	// Finish blocks until all that was taken is told or given up, or ctx ends,
	// and leaves nothing behind. It is called once, and Announce not after it.
	Finish(ctx context.Context)
}

// announce tells what an event has made news.
func (l *Loop) announce(before Box, ev Event) { l.cry(newsOf(before, l.box, ev)...) }

// cry tells news, if there is anybody to tell.
func (l *Loop) cry(all ...News) {
	if l.Announcer == nil {
		return
	}
	for _, news := range all {
		l.Announcer.Announce(news)
	}
}

// finish has the news told that are waiting, until a moment.
func (l *Loop) finish(until time.Time) {
	if l.Announcer == nil {
		return
	}
	ctx, stop := context.WithDeadline(context.Background(), until)
	defer stop()
	l.Announcer.Finish(ctx)
}

// newsOf is the news in an event that made one Box of another. A look at a build,
// of the target's latest launch, is news if it shows the end, or a build of which
// nobody knew whether there is one.
func newsOf(before, after Box, ev Event) []News {
	switch ev := ev.(type) {
	case Answered:
		_, name := before.Target()
		return []News{ev.Outcome.news(name)}
	case Seen:
		if after.isLatest(ev.Target, ev.Number) {
			return after.Sight(ev.Target).news(after.targets[ev.Target], before.Light(ev.Target) == LightUnknown)
		}
	case GivenUp:
		if is := after.Light(ev.Target); is != before.Light(ev.Target) && is == LightLost {
			name := after.targets[ev.Target]
			return []News{{Kind: NewsUnknown, Target: name, Text: "Gave up the build of " + name + ": " + ev.Err.Error()}}
		}
	}
	return nil
}

// news is what an outcome is to others.
func (o Outcome) news(target string) News {
	return News{
		Kind:   map[Verdict]NewsKind{NotStarted: NewsFailed, Unknown: NewsUnknown, Started: NewsLaunch}[o.Verdict],
		Target: target, Build: o.Build, URL: o.URL, Text: o.note(target).Text,
	}
}

// news is what a new stage is to others. found: until now nobody knew of the
// build.
func (s Sight) news(target string, found bool) []News {
	one := News{Target: target, Build: s.Build, URL: s.URL, Text: s.note(target).Text, Says: s.Word}
	var all []News
	if found {
		first := one
		first.Kind, first.Text, first.Says = NewsLaunch, "A build of "+target+" was started after all", ""
		all = append(all, first)
	}
	if !s.Stage.Ended() {
		return all
	}
	one.Kind = map[Stage]NewsKind{
		StagePassed: NewsPassed, StageFailed: NewsFailed, StageCancelled: NewsCancelled, StageLost: NewsUnknown,
	}[s.Stage]
	return append(all, one)
}
