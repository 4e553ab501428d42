package config

import (
	"fmt"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"

	"ship-it.example/shipit/ci"
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
	case len(list.items) > MaxTargets:
		s.add(list.items[MaxTargets].place, "[[target]]",
			fmt.Sprintf("is one too many: there are %d, and %d is the most", len(list.items), MaxTargets), "take some out")
	}
	targets := make([]Target, 0, len(list.items))
	lines := map[string]int{}
	for _, n := range list.items {
		if n.kind != unstable.Table {
			s.add(n.place, "target", "holds "+kindName(n.kind)+", not a table", "write each target below a [[target]] of its own")
			continue
		}
		targets = append(targets, s.under(n, "[[target]] ").target(lines))
	}
	s.checkServer(list)
	return targets
}

// target reads one target; lines holds the names so far and where they stand.
func (s *section) target(lines map[string]int) Target {
	defer s.done()
	t := Target{Name: s.name(lines)}
	part := "a target's lamp"
	if t.Name != "" {
		part = "the lamp of " + quote(t.Name)
	}
	t.LED = s.output("led", part, Output{Pin: noPin})
	t.Work = s.build()
	return t
}

// name reads the name of a target, which people say and the log shows.
func (s *section) name(lines map[string]int) string {
	const key, like = "name", `name = "Client Int"`
	s.missing(key, like)
	n := s.line(key, like)
	if n == nil {
		return ""
	}
	other, taken := lines[n.text]
	switch {
	case utf8.RuneCountInString(n.text) > maxName:
		s.add(n.place, s.label+key, fmt.Sprintf("has more than %d characters", maxName), "shorten it")
	case taken:
		s.add(n.place, s.label+key, fmt.Sprintf("%s is also the name of the target in line %d", quote(n.text), other), "give each its own")
	default:
		lines[n.text] = n.line
	}
	return n.text
}

// build reads what is to be built, and where: each server has a key of its own.
func (s *section) build() ci.Build {
	const key, like = "teamcity", `teamcity = { build_type = "bt280" }`
	s.missing(key, like)
	n := s.get(key, like, unstable.Table)
	if n == nil {
		return ci.Build{}
	}
	t := s.under(n, s.label+key+".")
	defer t.done()
	const typeLike, branchLike = `build_type = "bt280"`, `branch = "main"`
	t.missing("build_type", typeLike)
	return ci.Build{
		Type:   t.line("build_type", typeLike).content(),
		Branch: t.line("branch", branchLike).content(),
	}
}

// checkServer notes the first target whose server has no section.
func (s *section) checkServer(targets *node) {
	for _, n := range targets.items {
		if use := n.keys["teamcity"]; use != nil && !s.has("teamcity") {
			s.add(use.place, "[[target]] teamcity", "needs a [teamcity] section, and there is none",
				`add one, with url = "https://teamcity.example.com"`)
			return
		}
	}
}
