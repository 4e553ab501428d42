package socket

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

const (
	logLines     = 20      // of the log that a new client gets
	waitingLines = 32      // of it that wait for a slow one
	maxLine      = 1 << 10 // of a line, in bytes
)

// backlog is lines of the log as JSON strings, at most a number of them.
type backlog struct {
	most  int
	lines [][]byte
	lost  int // in front of them
}

// quote is a line as a JSON string. What is too long is cut.
func quote(line string) []byte {
	if len(line) > maxLine {
		line = line[:maxLine] + "..."
	}
	text, _ := json.Marshal(line) // a string has no error
	return text
}

// add adds lines; the oldest give way.
func (b *backlog) add(lines ...[]byte) {
	b.lines = append(b.lines, lines...)
	if over := len(b.lines) - b.most; over > 0 {
		b.lines = slices.Clone(b.lines[over:])
		b.lost += over
	}
}

// follow adds another backlog.
func (b *backlog) follow(next backlog) {
	if next.lost > 0 {
		b.lost += next.lost + len(b.lines) // one gap is told of, not two
		b.lines = nil
	}
	b.add(next.lines...)
}

func (b *backlog) isEmpty() bool { return len(b.lines) == 0 }

// join puts a View, as a JSON object, and the lines into one message. Log is
// its last field.
func (b *backlog) join(object []byte) []byte {
	lines := b.lines
	if b.lost > 0 {
		lines = slices.Insert(slices.Clone(lines), 0, quote(fmt.Sprintf("ship-it: %d log lines were lost here: they came faster than they could be read", b.lost)))
	}
	if len(lines) == 0 {
		return append(slices.Clone(object), '\n')
	}
	message := slices.Concat(bytes.TrimSuffix(object, []byte("}")), []byte(`,"log":[`), bytes.Join(lines, []byte(",")), []byte("]}\n"))
	return message
}
