package gpio

import (
	"context"
	"time"
)

// Edge is a change of a level, with the kernel's own time of it.
type Edge struct {
	Input int           // index of the claimed input
	High  bool          // the level after it
	At    time.Duration // on a clock that only goes on: what counts is the time between two edges
	Lost  int           // edges of this input right before it that the queue had no room for
}

// EdgeLines are inputs that were claimed to be measured. They are for one
// goroutine at a time.
type EdgeLines interface {
	// Next blocks until there is an edge, and takes it out of the queue, or until
	// ctx ends, whose error it returns: then there was no edge up to that
	// moment. Any other error means that the lines are lost. Edges queue up while
	// nobody waits, a thousand or so.
	Next(ctx context.Context) (Edge, error)

	// Read reads all levels at once, high is true. An error means that the lines
	// are lost, and there is no level then.
	Read() ([]bool, error)

	// Close gives the lines back: inputs, and free.
	Close() error
}
