package ci

import (
	"bytes"
	"fmt"
)

// Bounds of a command's output in the log.
const (
	maxLine   = 500      // characters of a line
	maxShown  = 8 << 10  // bytes of a line from which that is taken
	maxBuffer = 32 << 10 // bytes of a line that are read, a secret that begins in maxShown with them; the rest is passed over
	maxLines  = 1000     // of one run
)

// lineWriter says what a command writes, line by line. One goroutine writes.
type lineWriter struct {
	say   func(string)
	name  string
	leaks func(string) bool
	line  []byte
	count int
}

// Write never fails: a command isn't stopped by our log.
func (w *lineWriter) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		part, after, ended := bytes.Cut(rest, []byte("\n"))
		w.line = append(w.line, part[:min(len(part), maxBuffer-len(w.line))]...)
		if ended {
			w.flush()
		}
		rest = after
	}
	return len(p), nil
}

// flush says the line so far.
func (w *lineWriter) flush() {
	line := string(w.line)
	text := cleanTo(line[:min(len(line), maxShown)], maxLine)
	w.line = w.line[:0]
	if text == "" {
		return
	}
	switch w.count++; {
	case w.count > maxLines:
		return
	case w.count == maxLines:
		text = fmt.Sprintf("more than %d lines: the rest isn't logged", maxLines-1)
	case w.leaks(line):
		text = "(a line with a secret)"
	}
	w.say(w.name + ": " + text)
}
