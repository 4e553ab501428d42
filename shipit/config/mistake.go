package config

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// ErrNotConfigured tells that there is no configuration file. Copy the sample
// to its place and put the server and the targets in.
var ErrNotConfigured = errors.New("not configured")

// Mistake is one thing that is wrong with a configuration.
type Mistake struct {
	File         string // as the caller named it
	Line, Column int    // from 1, columns in bytes; 0 if no line is to blame
	Key          string // as in "[pins] launch_button"; may be empty
	Text         string // what is wrong; never a secret
	Remedy       string // what to do about it

	cause       error
	place, also place
}

// String is the mistake in one line, as compilers write theirs:
// file:line: key: what is wrong: what to do.
func (m Mistake) String() string {
	place := m.File
	if m.Line > 0 {
		place += ":" + strconv.Itoa(m.Line)
	}
	parts := slices.DeleteFunc([]string{place, m.Key, m.Text, m.Remedy}, func(s string) bool { return s == "" })
	return strings.Join(parts, ": ")
}

// Mistakes is the error of a configuration that can't be used: all that is
// wrong with it, in the order of its lines.
type Mistakes struct {
	List []Mistake
	Uses []Use // of lines, as far as they could be read

	source []byte // the file; empty if it could not be read
}

// Error gives each mistake a line of its own.
func (m *Mistakes) Error() string {
	lines := make([]string, len(m.List))
	for i, mistake := range m.List {
		lines[i] = mistake.String()
	}
	return strings.Join(lines, "\n")
}

// Is tells whether target is behind every one of the mistakes. So
// fs.ErrPermission means that another user may find nothing wrong, and
// [ErrNotConfigured] that there is no file yet.
func (m *Mistakes) Is(target error) bool {
	return !slices.ContainsFunc(m.List, func(mistake Mistake) bool { return !errors.Is(mistake.cause, target) })
}
