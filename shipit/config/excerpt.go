package config

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	columns "ship-it.example/shipit/config/cells"
)

// Excerpt is a line of the file with a part of it that is to be underlined,
// ready for a terminal: tabs are blanks, what can't be printed is replaced, and
// what may be a secret is masked.
type Excerpt struct {
	Line, Column int // where the part begins, from 1, columns in bytes
	Text         string
	Blank, Width int // how many cells of Text lie in front of the part, and in it
}

// Excerpts are the lines that a mistake is about: the one to blame first, and
// then another that it can't go with, if there is one. They are empty for a
// mistake that no line is to blame for.
func (m *Mistakes) Excerpts(mistake Mistake) []Excerpt {
	var list []Excerpt
	for _, p := range []place{mistake.place, mistake.also} {
		if part := p.blamed(); p.line > 0 && part.to <= len(m.source) {
			list = append(list, excerpt(m.source, p.line, part))
		}
	}
	return list
}

// excerptCells is how much of a line is shown.
const excerptCells = 100

// excerpt shows the line of source in which part begins. A part that goes on
// in the next line is shown to the end of its first one.
func excerpt(source []byte, line int, part stretch) Excerpt {
	begin := bytes.LastIndexByte(source[:part.from], '\n') + 1
	end := len(source)
	if n := bytes.IndexByte(source[begin:], '\n'); n >= 0 {
		end = begin + n
	}
	text := source[begin:end]
	from, to := part.from-begin, min(part.to, end)-begin
	e := Excerpt{Line: line, Column: from + 1}
	cells := render(text, masks(source, begin, end))
	var shown strings.Builder
	width := 0
	first, last := visible(cells, from)
	for i, c := range cells[first:last] {
		switch {
		case c.to <= from:
			e.Blank += c.width
		case c.from < to:
			e.Width += c.width
		}
		width += c.width
		if i == 0 && first > 0 || i == last-first-1 && last < len(cells) {
			c.text = "…" + strings.Repeat(" ", c.width-1)
		}
		shown.WriteString(c.text)
	}
	e.Text = strings.TrimRightFunc(shown.String(), unicode.IsSpace)
	e.Width = max(1, min(e.Width, width-e.Blank))
	return e
}

// cell is a piece of a line that is shown whole or not at all.
type cell struct {
	from, to int // bytes of the line
	text     string
	width    int // how many columns of a terminal it takes; above zero
}

// render makes a line fit for a terminal. masked are its parts that nobody is
// to see.
func render(line []byte, masked []stretch) []cell {
	var cells []cell
	column := 0
	for at := 0; at < len(line); {
		c := cell{from: at, to: at, width: 1}
		r, size := utf8.DecodeRune(line[at:])
		c.to += size
		switch {
		case len(masked) > 0 && at >= masked[0].from:
			c.to, c.text, c.width = masked[0].to, mask, len(mask)
			masked = masked[1:]
		case r == '\t':
			c.width = 4 - column%4
			c.text = strings.Repeat(" ", c.width)
		case columns.Width(r) == 0 && unicode.IsPrint(r) && len(cells) > 0:
			cells[len(cells)-1].text += string(r)
			cells[len(cells)-1].to = c.to
			at = c.to
			continue
		case r == '\r' && c.to == len(line):
			at = c.to
			continue
		case r == utf8.RuneError, !unicode.IsPrint(r):
			c.text = "\ufffd"
		default:
			c.text, c.width = string(r), max(1, columns.Width(r))
		}
		column += c.width
		cells = append(cells, c)
		at = max(c.to, at+1)
	}
	return cells
}

// visible is which cells of a line are shown: all, or the beginning, or as many
// around the one at a byte.
func visible(cells []cell, at int) (first, last int) {
	before, all := 0, 0
	for _, c := range cells {
		if c.to <= at {
			before += c.width
		}
		all += c.width
	}
	if all <= excerptCells {
		return 0, len(cells)
	}
	skip := 0
	if before > excerptCells/2 {
		skip = before - excerptCells/3
	}
	width := 0
	for first < len(cells) && width+cells[first].width <= skip {
		width += cells[first].width
		first++
	}
	width = 0
	for last = first; last < len(cells) && width+cells[last].width <= excerptCells; last++ {
		width += cells[last].width
	}
	return first, last
}
