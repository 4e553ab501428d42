package ci

import (
	"encoding/json"
	"net/url"
	"strings"
)

// Template is a text with places for values: {name}, in small letters, digits
// and _.
type Template string

// Names is the names in the template, each as often as it stands there.
func (t Template) Names() []string {
	var names []string
	t.walk(func(string) {}, func(name string) { names = append(names, name) })
	return names
}

// fill puts the values in, each escaped for where it stands.
func (t Template) fill(values map[string]string, escape func(string) string) string {
	var b strings.Builder
	t.walk(func(text string) { b.WriteString(text) }, func(name string) { b.WriteString(escape(values[name])) })
	return b.String()
}

// path fills the path of an address, and the query behind it.
func (t Template) path(values map[string]string) (path, query string) {
	before, after, _ := strings.Cut(string(t), "?")
	return Template(before).fill(values, url.PathEscape), Template(after).fill(values, url.QueryEscape)
}

// walk takes the template apart.
func (t Template) walk(text, name func(string)) {
	rest := string(t)
	for {
		before, after, ok := strings.Cut(rest, "{")
		text(before)
		if !ok {
			return
		}
		inner, behind, closed := strings.Cut(after, "}")
		if closed && isPlace(inner) {
			name(inner)
			rest = behind
		} else {
			text("{")
			rest = after
		}
	}
}

func isPlace(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
}

// inJSON escapes a value for a place between quotes.
func inJSON(value string) string {
	quoted, _ := json.Marshal(value) // a string always marshals
	return string(quoted[1 : len(quoted)-1])
}

// asIs escapes nothing.
func asIs(value string) string { return value }
