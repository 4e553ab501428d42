// Package cells knows how many columns of a terminal a text takes. It knows no
// terminal: what it says holds for the common ones, whose columns follow
// Unicode's East Asian Width.
package cells

import (
	"strings"
	"unicode"
)

// Width is how many columns a character takes: 0 if it stands on the one before
// it, 2 if it is wide.
func Width(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case isWide(r):
		return 2
	}
	return 1
}

// isWide tells of Unicode's widths W and F, by their blocks
// (https://www.unicode.org/reports/tr11/).
func isWide(r rune) bool {
	for _, block := range [...][2]rune{
		{0x1100, 0x115f},
		{0x2e80, 0x303e},
		{0x3041, 0xa4cf},
		{0xac00, 0xd7a3},
		{0xf900, 0xfaff},
		{0xfe30, 0xfe6f},
		{0xff01, 0xff60},
		{0xffe0, 0xffe6},
		{0x1f300, 0x1faff},
		{0x20000, 0x3fffd},
	} {
		if r >= block[0] && r <= block[1] {
			return true
		}
	}
	return false
}

// Of is how many columns a text takes.
func Of(text string) int {
	width := 0
	for _, r := range text {
		width += Width(r)
	}
	return width
}

// Clip is a text that takes so many columns at most; what is taken off is shown
// by an ellipsis.
func Clip(text string, most int) string {
	if Of(text) <= most {
		return text
	}
	var b strings.Builder
	width := 0
	for _, r := range text {
		if width += Width(r); width > most-1 {
			break
		}
		b.WriteRune(r)
	}
	return b.String() + "…"
}

// Pad is a text with as many blanks behind it as make it take so many columns.
func Pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-Of(text)))
}

// Wrap breaks a text at its blanks into lines of so many columns at most. A word
// that is longer stands in a line of its own, clipped.
func Wrap(text string, most int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		word = Clip(word, most)
		if line != "" && Of(line)+1+Of(word) > most {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	if line == "" {
		return lines
	}
	return append(lines, line)
}
