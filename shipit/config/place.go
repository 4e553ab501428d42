package config

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// place is where a value's key stands in the file, both counted from 1, and the
// value itself, where there is one. The zero place is the file as a whole.
type place struct {
	line, column int
	key, value   stretch
}

// stretch is a part of the file.
type stretch struct{ from, to int }

// name is the place of the key alone: it is what is wrong, whatever its value.
func (p place) name() place {
	p.value = stretch{}
	return p
}

// blamed is what an excerpt points at: the value, or else the key.
func (p place) blamed() stretch {
	if p.value.to > p.value.from {
		return p.value
	}
	return p.key
}

// placeOf is where a key, or a list's item, stands.
func (t *tree) placeOf(n *unstable.Node) place {
	from := int(n.Raw.Offset)
	p := t.placeAt(from)
	p.key.to = from + int(n.Raw.Length)
	return p
}

// placeOfPair is where the last part of a key and its value stand.
func (t *tree) placeOfPair(key, pair *unstable.Node) place {
	p := t.placeOf(key)
	end := int(pair.Raw.Offset + pair.Raw.Length)
	p.value = stretch{p.key.to, min(end, len(t.source))}
	blank := func(i int) bool { return strings.IndexByte(" \t=", t.source[i]) >= 0 }
	for p.value.from < p.value.to && blank(p.value.from) {
		p.value.from++
	}
	return p
}

func (r *reader) placeAt(offset int) place {
	line, _ := slices.BinarySearch(r.starts, offset+1)
	return place{line: line, column: offset - r.starts[line-1] + 1, key: stretch{offset, offset}}
}

// wordAt is the place of the word that stands at a line and a column, or of the
// character there.
func (r *reader) wordAt(line, column int) place {
	p := place{line: line, column: column}
	if line < 1 || line > len(r.starts) {
		return p
	}
	from := min(r.starts[line-1]+column-1, len(r.source))
	p.key = stretch{from, from}
	for p.key.to < len(r.source) && !notBare(rune(r.source[p.key.to])) {
		p.key.to++
	}
	return p
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
