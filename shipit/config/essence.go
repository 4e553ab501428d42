package config

import (
	"fmt"
	"slices"
	"strings"
)

// Essence is a configuration, as text, that makes a box behave as the one whose
// values these are: with its pins, rules and targets' names, and nothing that
// tells of a server or holds a secret. Launches of it reach nobody.
func Essence(values []Value) string {
	var b strings.Builder
	b.WriteString("teamcity = { url = \"https://stand-in.invalid\" }\n")
	section := ""
	for _, v := range essentialOrder(values) {
		header, key, found := strings.Cut(v.Key, "] ")
		if !found {
			header, key = "", v.Key
		}
		switch {
		case v.Text == "" || !isEssential(header, key):
			continue
		case key == "name":
			b.WriteString("[[target]]\nteamcity = { build_type = \"stand-in\" }\n")
			section = header
		case header != section:
			b.WriteString(header + "]\n")
			section = header
		}
		fmt.Fprintf(&b, "%s = %s\n", key, v.Text)
	}
	return b.String()
}

// isEssential tells whether the box itself, and no server, heeds a key.
func isEssential(section, key string) bool {
	switch section {
	case "":
		return key == "debounce" || key == "require_rearm"
	case "[pins", "[safety":
		return true
	case "[[target]":
		return key == "name" || key == "follow" || strings.HasPrefix(key, "led.")
	}
	return false
}

// essentialOrder has the keys of a file before its sections, and the sections
// before the targets; in each the order stays.
func essentialOrder(values []Value) []Value {
	rank := func(v Value) int { return strings.Count(v.Key[:min(2, len(v.Key))], "[") }
	ordered := slices.Clone(values)
	slices.SortStableFunc(ordered, func(a, b Value) int { return rank(a) - rank(b) })
	return ordered
}
