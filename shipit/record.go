package shipit

import (
	"context"
	"time"
)

// Record is what is kept of a launch or of a refusal: a line of the journal,
// whose keys are the names in JSON.
type Record struct {
	Time    time.Time `json:"time"` // of the press, or of the refusal
	Kind    Kind      `json:"kind"`
	ID      string    `json:"id,omitempty"` // the launch's; a refusal has none
	Target  string    `json:"target"`       // its name
	Press   float64   `json:"press,omitempty"`
	What    string    `json:"what,omitempty"`    // that was refused: launch, branch, second or arming
	Refusal string    `json:"refusal,omitempty"` // its name, as in the log
	Answer  string    `json:"answer,omitempty"`  // a [Verdict]; empty as long as there is none
	Reason  string    `json:"reason,omitempty"`  // why it was not started, or why it was unknown at first
	Build   string    `json:"build,omitempty"`
	URL     string    `json:"url,omitempty"`
	Outcome string    `json:"outcome,omitempty"` // of the build: a [Stage] that ends it, or one of those below; empty: not started
}

// Kind is what a [Record] is kept of.
type Kind string

// The kinds.
const (
	KindLaunch  Kind = "launch"
	KindRefusal Kind = "refusal"
)

// The outcomes of a build that are no stage's name.
const (
	// OutcomeUnfollowed: a build was started, and nobody looked at it to its end.
	OutcomeUnfollowed = "not followed"
	// OutcomeUnknown: nobody knows whether there was one.
	OutcomeUnknown = "unknown"
)

// Journal keeps records where they outlive the program. Close of the program
// is no business of the loop's.
type Journal interface {
	// Reserve makes the id of the next launch and blocks until that is on the
	// disk, with room for what is to be written of the launch. It returns at once
	// when ctx ends, and the id is given up then. The error says for people what
	// can't be written, and why. What it finds of an earlier run has to reach the
	// loop, as [Unfinished], before it gives an id.
	Reserve(ctx context.Context) (id string, err error)
	// Release gives up an id with which nothing has gone out. It doesn't block.
	Release(id string)
	// Begin keeps, before anything of it goes out, that a launch was begun. It
	// waits for no disk: what it has written survives the program's end at once,
	// and the machine's very soon. An error says that nothing may go out.
	Begin(r Record) error
	// Update keeps what has become of a launch so far. It doesn't block.
	Update(r Record)
	// Close writes the line of a launch that is over, or of a refusal. It doesn't
	// block.
	Close(r Record)
}

// Unkept is the journal of a box that has none: it makes ids, and keeps nothing.
type Unkept struct{}

// Reserve makes an id.
func (Unkept) Reserve(context.Context) (string, error) { return NewLaunchID(), nil }

// Release does nothing.
func (Unkept) Release(string) {}

// Begin does nothing.
func (Unkept) Begin(Record) error { return nil }

// Update does nothing.
func (Unkept) Update(Record) {}

// Close does nothing.
func (Unkept) Close(Record) {}
