package config

import (
	"slices"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// place is where a value stands in the file, both counted from 1. The zero
// place is the file as a whole.
type place struct{ line, column int }

// placeOf is where a key, or a list's item, begins.
func (t *tree) placeOf(n *unstable.Node) place { return t.placeAt(int(n.Raw.Offset)) }

func (t *tree) placeAt(offset int) place {
	line, _ := slices.BinarySearch(t.starts, offset+1)
	return place{line: line, column: offset - t.starts[line-1] + 1}
}

// lineStarts is the offset at which each line begins.
func lineStarts(data []byte) []int {
	starts := []int{0}
	for i, b := range data {
		if b == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// firstInvalid is the offset of the first byte that isn't UTF-8, or -1.
func firstInvalid(data []byte) int {
	for at := 0; at < len(data); {
		r, width := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && width == 1 {
			return at
		}
		at += width
	}
	return -1
}
