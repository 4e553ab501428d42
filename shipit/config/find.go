package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Find is the target of that name. The error names those that there are.
func (c *Config) Find(name string) (Target, error) {
	i := slices.IndexFunc(c.Targets, func(t Target) bool { return t.Name == name })
	if i >= 0 {
		return c.Targets[i], nil
	}
	var names, quoted []string
	for _, t := range c.Targets {
		names, quoted = append(names, t.Name), append(quoted, quote(t.Name))
	}
	text := fmt.Sprintf("no target is called %s: there is %s", quote(name), strings.Join(quoted, ", "))
	if near := nearest(name, names); near != "" {
		text += fmt.Sprintf("; did you mean %s?", quote(near))
	}
	return Target{}, errors.New(text)
}
