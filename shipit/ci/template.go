package ci

import (
	"encoding/json"
	"fmt"
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

// Texts is what stands around the places.
func (t Template) Texts() []string {
	var texts []string
	t.walk(func(text string) { texts = append(texts, text) }, func(string) {})
	return texts
}

// fill puts the values in, each escaped for where it stands.
func (t Template) fill(values map[string]string, escape func(string) string) string {
	return t.compose(values, asIs, escape)
}

// path fills the path of an address, and the query behind it.
func (t Template) path(values map[string]string) (path, query string) {
	before, after, _ := strings.Cut(string(t), "?")
	return Template(before).address(values, url.PathEscape), Template(after).address(values, url.QueryEscape)
}

// address fills an address, or a part of it. What stands around the places is
// escaped too where it has to be, because one character that can't stand there
// would have net/url take all escapes for mistaken, those of the values too.
func (t Template) address(values map[string]string, escape func(string) string) string {
	return t.compose(values, inAddress, escape)
}

// compose puts the texts and the values together, each escaped in its way.
func (t Template) compose(values map[string]string, text, value func(string) string) string {
	var b strings.Builder
	t.walk(func(s string) { b.WriteString(text(s)) }, func(name string) { b.WriteString(value(values[name])) })
	return b.String()
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

// inAddress escapes what can't stand in an address (RFC 3986). What is escaped
// already stays so.
func inAddress(text string) string {
	const plain = "-._~!$&'()*+,;=:@/?#[]"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		switch {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', strings.IndexByte(plain, c) >= 0, isEscape(text[i:]):
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// isEscape tells whether text begins with an escaped character, as in %2F.
func isEscape(text string) bool {
	const digits = "0123456789abcdefABCDEF"
	return len(text) > 2 && text[0] == '%' && strings.IndexByte(digits, text[1]) >= 0 && strings.IndexByte(digits, text[2]) >= 0
}

// inJSON escapes a value for a place between quotes.
func inJSON(value string) string {
	quoted, _ := json.Marshal(value) // a string always marshals
	return string(quoted[1 : len(quoted)-1])
}

// asIs escapes nothing.
func asIs(value string) string { return value }
