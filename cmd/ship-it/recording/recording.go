package recording

import (
	"errors"
	"time"

	"ship-it.example/gpio"
)

// What can be wrong with a recording.
var (
	// ErrRecording: it is none, or a line of it can't be understood. The message
	// says which; a recording is played as it was written.
	ErrRecording = errors.New("not a recording")
	// ErrVersion: it was written in a format that this program doesn't know. Play
	// it with the program that wrote it, or a newer one.
	ErrVersion = errors.New("a recording of another version")
	// ErrExists: there is something where a recording was to begin. Choose another
	// name.
	ErrExists = errors.New("exists already")
)

// What the lines begin with.
const (
	title       = "ship-it recording "
	version     = "1"
	programWord = "program"
	startedWord = "started"
	configWord  = "config"
	edgeWord    = "edge"
	levelWord   = "level"
	lostWord    = "lost"
	endWord     = "end"
	highWord    = "high"
	lowWord     = "low"
)

// limit is how large a recording may become: about a million edges.
const limit = 64 << 20

// Recording is what was recorded.
type Recording struct {
	Program  string    // the version of the program that wrote it
	Started  time.Time // when the first reading began
	Config   string    // a configuration: pins, rules and targets; as read, each of its lines has the number that it has in the file
	Inputs   []string  // the names of the lines, as the first reading has them
	Readings []gpio.Reading
	Ended    time.Time // when the box let go of its lines; zero: nobody knows
	Lost     int       // how many readings are missing
	CutOff   bool      // its last line has no end
}

// Length is the time from the first reading to the end, or to the last one.
func (r *Recording) Length() time.Duration {
	switch {
	case len(r.Readings) == 0:
		return 0
	case !r.Ended.IsZero():
		return r.Ended.Sub(r.Readings[0].Began)
	}
	return r.Readings[len(r.Readings)-1].Began.Sub(r.Readings[0].Began)
}
