package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pelletier/go-toml/v2/unstable"
)

// section reads the values of one table. A key that nobody asked for is a
// mistake, so done comes last.
type section struct {
	*reader
	label string // in front of a key, as in "[pins] "
	node  *node
	known []string
}

// get is the value of a key if it is there and of one of the kinds. A value of
// another kind is a mistake, and like shows how it is meant.
func (s *section) get(key, like string, kinds ...unstable.Kind) *node {
	n := s.wanted(key)
	if n == nil && slices.Equal(kinds, []unstable.Kind{unstable.Table}) {
		s.notAsked()
	}
	if s == s.top && slices.ContainsFunc(kinds, func(k unstable.Kind) bool { return k == unstable.Table || k == unstable.Array }) {
		s.sections = append(s.sections, key)
	}
	if n == nil || slices.Contains(kinds, n.kind) {
		return n
	}
	want := make([]string, len(kinds))
	for i, kind := range kinds {
		want[i] = kindName(kind)
	}
	s.add(n.place, s.label+clip(key), "is "+kindName(n.kind)+", not "+strings.Join(want, " or "), "write it as in "+like)
	return nil
}

// wanted makes a key known, and is whatever stands behind it, nil if nothing.
func (s *section) wanted(key string) *node {
	s.known = append(s.known, key)
	n := s.node.keys[key]
	s.understand(s.label+key, n)
	return n
}

// has tells whether a key stands in the file, right or wrong.
func (s *section) has(key string) bool { return s.node.keys[key] != nil }

// place is where a key stands, or the section if it doesn't.
func (s *section) place(key string) place {
	if n := s.node.keys[key]; n != nil {
		return n.place
	}
	return s.node.place
}

// missing notes that the section lacks a key.
func (s *section) missing(key, like string) {
	if !s.has(key) {
		s.add(s.node.place, s.label+clip(key), "is missing", "add it, as in "+like)
	}
}

// sub is the table of a key, or an empty one.
func (s *section) sub(key, label, like string) *section {
	n := s.get(key, like, unstable.Table)
	if n == nil {
		n = newTable(s.node.place)
	}
	return s.under(n, label)
}

// under is the section of a table that was found in s.
func (s *section) under(n *node, label string) *section {
	return &section{reader: s.reader, label: label, node: n}
}

func (s *section) boolean(key string, otherwise bool) bool {
	n := s.get(key, key+" = true", unstable.Bool)
	s.otherwise(strconv.FormatBool(otherwise))
	if n == nil {
		return otherwise
	}
	return n.text == "true"
}

// str is a string that isn't empty, nil if there is none.
func (s *section) str(key, like string) *node {
	n := s.get(key, like, unstable.String)
	if n != nil && n.text == "" {
		s.add(n.place, s.label+clip(key), "is empty", "write it as in "+like)
		return nil
	}
	return n
}

// line is a string that is fit for a line of a log: printable, with no space at
// either end.
func (s *section) line(key, like string) *node {
	n := s.str(key, like)
	if n == nil {
		return nil
	}
	if strings.ContainsFunc(n.text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		s.add(n.place, s.label+clip(key), quote(n.text)+" holds a character that can't be printed", "take it out")
		return nil
	}
	if strings.TrimSpace(n.text) != n.text {
		s.add(n.place, s.label+clip(key), quote(n.text)+" begins or ends with a space", "take it out")
		return nil
	}
	return n
}

// duration is a time from least to most.
func (s *section) duration(key string, otherwise, least, most time.Duration) time.Duration {
	like := fmt.Sprintf("%s = %q", key, brief(otherwise))
	n := s.str(key, like)
	s.otherwise(quote(brief(otherwise)))
	if n == nil {
		return otherwise
	}
	d, err := time.ParseDuration(n.text)
	switch {
	case err != nil:
		s.add(n.place, s.label+key, quote(n.text)+" is no time", "write a number with its unit, as in "+like)
	case d < least || d > most:
		s.add(n.place, s.label+key, brief(d)+" is out of bounds", "choose from "+brief(least)+" to "+brief(most))
	}
	return d
}

// choice is one of two words, true for yes.
func (s *section) choice(key, yes, no string, otherwise bool) bool {
	n := s.get(key, fmt.Sprintf("%s = %q", key, no), unstable.String)
	s.otherwise(quote(map[bool]string{true: yes, false: no}[otherwise]))
	if n == nil {
		return otherwise
	}
	if n.text != yes && n.text != no {
		s.add(n.place, s.label+key, quote(n.text)+" is unknown", fmt.Sprintf("write %q or %q", yes, no))
		return otherwise
	}
	return n.text == yes
}

// done notes every key that nobody asked for.
func (s *section) done() {
	for key, n := range s.node.keys {
		if slices.Contains(s.known, key) {
			continue
		}
		label, text := s.label+kindly(key), "unknown key"
		if s.label == "" && n.header {
			label, text = "["+kindly(key)+"]", "unknown section"
		}
		s.add(n.name(), label, text, s.suggest(key))
	}
}
