package config

import (
	"fmt"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"

	"ship-it.example/shipit"
)

const maxName = 64 // characters: what a log line and a label on the lid have room for

// targets reads the [[target]] sections.
func (s *section) targets() []Target {
	list := s.get("target", "[[target]], with two brackets", unstable.Array)
	switch {
	case list == nil && s.has("target"):
		return nil // its mistake is noted
	case list == nil || len(list.items) == 0:
		s.add(s.node.place, "", "has no target", "add a [[target]] with a name, a led and its build")
		return nil
	case len(list.items) > shipit.MaxTargets:
		s.add(list.items[shipit.MaxTargets].place, "[[target]]",
			fmt.Sprintf("is one too many: there are %d, and %d is the most", len(list.items), shipit.MaxTargets), "take some out")
	}
	targets := make([]Target, 0, len(list.items))
	names := map[string]place{}
	for _, n := range list.items {
		if n.kind != unstable.Table {
			s.add(n.place, "target", "holds "+kindName(n.kind)+", not a table", "write each target below a [[target]] of its own")
			continue
		}
		targets = append(targets, s.under(n, "[[target]] ").target(names))
	}
	s.checkServers(list)
	return targets
}

// target reads one target; names holds the names so far and where they stand.
func (s *section) target(names map[string]place) Target {
	defer s.done()
	t := Target{Name: s.name(names)}
	part := "a target's lamp"
	if t.Name != "" {
		part = "the lamp of " + quote(t.Name)
	}
	t.LED = s.output("led", part, Output{Pin: noPin})
	t.Work = s.work()
	t.Follow = s.boolean("follow", true)
	return t
}

// name reads the name of a target, which people say and the log shows.
func (s *section) name(names map[string]place) string {
	const key, like = "name", `name = "Client Int"`
	s.missing(key, like)
	n := s.line(key, like)
	if n == nil {
		return ""
	}
	other, taken := names[n.text]
	switch {
	case utf8.RuneCountInString(n.text) > maxName:
		s.add(n.place, s.label+key, fmt.Sprintf("has more than %d characters", maxName), "shorten it")
	case taken:
		s.add(n.place, s.label+key, fmt.Sprintf("%s is also the name of the target in line %d", quote(n.text), other.line), "give each its own")
		s.also(other)
	default:
		names[n.text] = n.place
	}
	return n.text
}

// checkServers notes the first target of each kind whose server has no section.
func (s *section) checkServers(targets *node) {
	for _, e := range errands() {
		if e.key == "command" || e.key == "webhook" || s.has(e.key) {
			continue
		}
		for _, n := range targets.items {
			if use := n.keys[e.key]; use != nil {
				s.add(use.place, "[[target]] "+e.key, "needs a ["+e.key+"] section, and there is none", "add one, as the sample has it")
				break
			}
		}
	}
}
