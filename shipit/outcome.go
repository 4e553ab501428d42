package shipit

import (
	"context"
	"errors"
	"log/slog"
)

// Why a launch was taken back before anything of it was written. They are the
// causes of the withdraw context of [Server.Launch], and their text is the
// word that stands in the log.
var (
	// ErrCalledOff: the arming switch was turned off in time. Nothing to do.
	ErrCalledOff = errors.New("called off")
	// ErrStopped: the program was told to end. Start it again and press again.
	ErrStopped = errors.New("stopped")
)

// Verdict is how sure we are that a build was started.
type Verdict int

// The three verdicts. There is no fourth: what can't be known is Unknown.
const (
	NotStarted Verdict = iota // certainly no build
	Unknown                   // a build may or may not have been started
	Started                   // the server said so, and named the build if it is one that does
)

// String names the verdict as the journal does.
func (v Verdict) String() string { return [...]string{"not started", "unknown", "started"}[v] }

// Outcome is what became of one launch.
type Outcome struct {
	Verdict Verdict
	Build   string // the build's name for [Follower.Look], if Started; empty: the server named none, see [Follower.Find]
	URL     string // where people look at the build; may be empty
	Reason  string // if not Started: one line for people, its first word or words from the fixed list; never a secret
}

// Server starts builds, one at a time, and keeps the way to them warm. What
// it tells of builds afterwards is the business of [Follower].
type Server interface {
	// Launch starts a build of the target with that index and blocks until the
	// outcome is known. The id goes out with it; see [NewLaunchID]. At most one
	// request that can reach the server is sent, whatever happens. The end of
	// withdraw takes the request back while nothing of it has been written, with
	// the context's cause as the reason; afterwards it has no effect. The end of
	// ctx abandons the request in any state; once something was written the
	// outcome is then Unknown.
	Launch(ctx, withdraw context.Context, target int, id string) Outcome

	// Warm opens a connection to the target's server and keeps one fresh until
	// ctx ends, so that a Launch there costs one write. It sends nothing on it.
	// Each dial, a launch's included, is told to dialled: nil, or why it failed.
	Warm(ctx context.Context, target int, dialled func(error))
}

// note is the log line of an outcome.
func (o Outcome) note(target string) Note {
	switch o.Verdict {
	case Started:
		var attrs []slog.Attr
		if o.Build != "" {
			attrs = append(attrs, slog.String("id", o.Build))
		}
		if o.URL != "" {
			attrs = append(attrs, slog.String("url", o.URL))
		}
		return Note{Level: slog.LevelInfo, Text: "Triggered a build of " + target, Attrs: attrs}
	case Unknown:
		return Note{Level: slog.LevelError, Text: "Unknown whether a build of " + target + " started: " + o.Reason}
	default:
		return Note{Level: slog.LevelError, Text: "No build of " + target + ": " + o.Reason}
	}
}
