package ci

import (
	"strings"
	"unicode"
)

// maxText bounds, in characters, what is shown of a text that a server chose.
const maxText = 120

// clean makes one short line of such a text, without characters that a
// terminal or a log could stumble over.
func clean(s string) string { return cleanTo(s, maxText) }

// cleanTo is clean for a line of at most that many characters.
func cleanTo(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if short := []rune(s); len(short) > most {
		return string(short[:most-1]) + "…"
	}
	return s
}

// printable says whether s can be shown as it is.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
