package config

import (
	"slices"
	"strings"
)

// Use is a line that a configuration gives to a part.
type Use struct {
	Part string // "launch button", "lamp of Hubot"
	Pin  int    // BCM number
}

// lines is the uses of lines so far, as far as they could be read.
func (r *reader) lines() []Use {
	var all []Use
	for _, u := range r.uses {
		if u.pin != noPin {
			all = append(all, Use{strings.TrimPrefix(u.part, "the "), u.pin})
		}
	}
	return all
}

// Clash tells whether a line was given to two parts: then Uses is worth showing.
func (m *Mistakes) Clash() bool {
	pins := make([]int, len(m.Uses))
	for i, u := range m.Uses {
		pins[i] = u.Pin
	}
	slices.Sort(pins)
	return len(slices.Compact(pins)) < len(m.Uses)
}
