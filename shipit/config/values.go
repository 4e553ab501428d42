package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// Value is what holds for one key of a configuration.
type Value struct {
	Key  string // as messages name it: "[pins] blinker.pin"
	Text string // as the file would have it, secrets masked; empty: not set, and nothing stands for it
	Line int    // of the file; 0: the file says nothing, it is the default
}

// WithValues has every value told once all are checked, in the order in which
// the sample has them, those that are defaults too.
func WithValues(told func(Value)) Option {
	return func(r *reader) { r.told = told }
}

// asked is a key that somebody asked for.
type asked struct {
	key       string
	node      *node  // nil: it isn't there
	otherwise string // what holds then
}

// understand notes that a key is asked for.
func (r *reader) understand(key string, n *node) {
	if r.told != nil {
		r.values = append(r.values, asked{key: key, node: n})
	}
}

// otherwise notes what holds where the latest key isn't there.
func (r *reader) otherwise(text string) {
	if r.told != nil {
		r.values[len(r.values)-1].otherwise = text
	}
}

// understoodAs gives the latest key the name that it has in full.
func (r *reader) understoodAs(key string) {
	if r.told != nil {
		r.values[len(r.values)-1].key = key
	}
}

// notAsked forgets the latest key: a table that isn't there has no value.
func (r *reader) notAsked() {
	if r.told != nil {
		r.values = r.values[:len(r.values)-1]
	}
}

// tell tells all values. A table whose keys were asked for has none of its own.
func (r *reader) tell() {
	for i, a := range r.values {
		switch {
		case a.node == nil:
			r.told(Value{Key: a.key, Text: a.otherwise})
		case a.node.header, i+1 < len(r.values) && strings.HasPrefix(r.values[i+1].key, a.key+"."):
		case a.node.kind == unstable.Table && !strings.ContainsAny(a.key, " ."):
		default:
			name := a.key[strings.LastIndexAny(a.key, " .")+1:]
			masked := isDelicate(name) || a.key == "[announce] url"
			r.told(Value{Key: a.key, Text: a.node.toml(r.holdsSecret, masked), Line: a.node.line})
		}
	}
}

// mask stands for what may be a secret.
const mask = "***"

// delicate is what keys are called that may hold a secret, and shouldn't.
var delicate = regexp.MustCompile(`(?i)pass|token|secret|credential|auth|private|api[_-]?key|cookie`)

// isDelicate tells whether the value of a key is not for everybody's eyes. A
// file's name is, once the file has been found, and so are words of state.
func isDelicate(key string) bool {
	switch {
	case key == "headers" || key == "environment" || key == "body":
		return true
	case key == "secrets" || key == "passed" || strings.HasSuffix(key, "_file"):
		return false
	}
	return delicate.MatchString(key)
}

// holdsSecret tells whether a secret that was read stands in a text again: one
// that somebody has written into the file, where it is no secret any more.
func (r *reader) holdsSecret(text string) bool {
	return slices.ContainsFunc(r.secrets, func(secret string) bool { return secret != "" && strings.Contains(text, secret) })
}

// toml is a value as the file would have it, in one line. Masked is all of it, or
// those of its texts that are secret.
func (n *node) toml(secret func(text string) bool, masked bool) string {
	switch {
	case n.kind == unstable.Table:
		pairs := make([]string, 0, len(n.keys))
		for _, key := range slices.Sorted(maps.Keys(n.keys)) {
			pairs = append(pairs, kindly(key)+" = "+n.keys[key].toml(secret, masked || isDelicate(key)))
		}
		if len(pairs) == 0 {
			return "{}"
		}
		return "{ " + strings.Join(pairs, ", ") + " }"
	case n.kind == unstable.Array:
		items := make([]string, len(n.items))
		for i, item := range n.items {
			items[i] = item.toml(secret, masked)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case masked, n.kind == unstable.String && secret(n.text):
		return mask
	case n.kind == unstable.String:
		return quote(n.text)
	}
	return n.text
}
