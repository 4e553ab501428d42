package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"ship-it.example/shipit"
)

// Line is a line of the journal.
type Line struct {
	shipit.Record
	Box   string `json:"box,omitempty"`   // the machine's name
	Drill bool   `json:"drill,omitempty"` // it was none in earnest
}

// Step is how far a launch has come, in the file that is written ahead.
type step string

const (
	stepReserved step = "reserved" // the id; nothing has gone out
	stepPressed  step = "pressed"  // written before anything goes out
	stepKnown    step = "known"    // something has become of it
	stepOver     step = "over"     // its line is yet to be written
	stepClosed   step = "closed"   // it is, or there is none to be written
)

// entry is a line of the file that is written ahead. The last one of an id
// counts.
type entry struct {
	Step step   `json:"step"`
	Boot string `json:"boot,omitempty"` // of a reserved one: which start of the machine it was
	Line
	earlier bool // it was read, and is of an earlier run
}

// maxText bounds each text of a line, so that a line has room in what Reserve
// makes.
const maxText = 1000 // bytes

// encode is v as a line. Times are to the millisecond.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("journal: %v", err)) // these types always do
	}
	return b.Bytes()
}

// tidy makes a record fit into a line.
func tidy(r shipit.Record) shipit.Record {
	r.Time = r.Time.Truncate(time.Millisecond)
	for _, text := range []*string{&r.Target, &r.Refusal, &r.Reason, &r.Build, &r.URL} {
		if len(*text) > maxText {
			*text = string(bytes.ToValidUTF8([]byte((*text)[:maxText]), nil))
		}
	}
	return r
}

// decode reads a line of either file.
func decode[T any](line []byte) (T, error) {
	var v T
	err := json.Unmarshal(line, &v)
	return v, err
}
