package shipit

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
)

// Stage is how far a build has come.
type Stage int

// The stages. A word of a server's that we don't know is Running, never Passed.
const (
	StageQueued    Stage = iota
	StageRunning         // also: the server uses a word that we don't know
	StagePassed          // the end, as are those that follow
	StageFailed          // the server's word tells more: unstable, timed out, failed to start
	StageCancelled       // by whomever, before it began or after
	StageLost            // the server doesn't know the build (any more): nobody can tell its end
)

// String names the stage in a log line.
func (s Stage) String() string {
	return [...]string{"queued", "running", "passed", "failed", "cancelled", "lost"}[s]
}

// Ended tells whether the build changes no more.
func (s Stage) Ended() bool { return s >= StagePassed }

// Sight is what a look at a build showed.
type Sight struct {
	Stage    Stage
	Build    string  // the name for the next look; it changes when a queue's item becomes a build
	URL      string  // where people look at it; may be empty
	Progress float64 // of a running build, 0 to 1; negative: the server doesn't tell
	Waiting  bool    // for a person (an approval, a manual step): this may last for ever
	Word     string  // what the server calls it, one short line that holds no secret; may be empty
}

// Abilities is what a target's server can do beside starting a build. It is
// known without asking the server: a webhook that names no second address
// can't look.
type Abilities struct {
	Look, Find, Cancel, Check bool
	Ends                      bool // its builds end with the program: see End
}

// Follower answers questions about builds. Every method but Can blocks until
// the server has answered, or its time-out or ctx has ended; none starts
// anything. Any number may run at once, a launch beside them. An error that is
// no context's is an [*AskError], or wraps [ErrCannot] or [ErrNoBuild].
type Follower interface {
	// Can tells which of the methods below make sense for a target. The others
	// return ErrCannot.
	Can(target int) Abilities

	// Look shows a build, by the name that an [Outcome] or an earlier [Sight]
	// gave it. A build that the server doesn't know is StageLost, and no error.
	Look(ctx context.Context, target int, build string) (Sight, error)

	// Find looks for the build that a launch of that id, begun at since, may
	// have started. ErrNoBuild: there is none so far; it may still come.
	Find(ctx context.Context, target int, launch string, since time.Time) (Sight, error)

	// Cancel takes a build back that is still queued (some servers end a
	// running one too). Nil says that the server agreed; look at the build to
	// see it happen.
	Cancel(ctx context.Context, target int, build string) error

	// Check asks whether a launch of the target would be taken: the server
	// answers, the credentials are good, the target exists there. It changes
	// nothing on the server, and it sends nothing that could start a build.
	Check(ctx context.Context, target int) error

	// End ends the builds that can't outlive the program, and blocks until they
	// are over, a few seconds at most if they resist. Look shows how they ended.
	// It does nothing to others, and is called when nothing is launched any more.
	End()
}

// What a Follower can't say.
var (
	// ErrCannot: this server has no way to answer that. See [Follower.Can].
	ErrCannot = errors.New("this server can't tell")
	// ErrNoBuild: no build with that launch id is there. Ask again later, or
	// give up.
	ErrNoBuild = errors.New("no build of that launch is known to the server")
)

// AskError is a question to the server that got no answer of use.
type AskError struct {
	Reason  string        // one line for people, its first word or words from the fixed list; never a secret
	Again   time.Duration // the server's wish not to be asked sooner; 0: it has none
	Lasting bool          // asking again is of no use until somebody changes something: credentials, rights, a name
	NoWay   bool          // the server wasn't asked: the way to it failed, as [Server.Warm] tells, too
}

// Error is the reason.
func (e *AskError) Error() string { return e.Reason }

// NewLaunchID makes the name that goes out with a launch, so that its build can
// be found: 16 letters and digits, never the same twice.
func NewLaunchID() string { return rand.Text()[:16] }
