package board

import (
	"fmt"
	"strings"

	"ship-it.example/cmd/ship-it/term"
)

// Part is something that hangs on a line.
type Part struct {
	Name      string // "launch button"
	Line      int    // BCM number
	Wire      Wire
	Output    bool // driven by the box, else read
	RestsHigh bool // its level while nothing happens
}

// Wire is the colour of a wire in the README's diagram, by its name; empty for
// one that isn't there.
type Wire string

// clash is the wire of a line that has two.
const clash Wire = "clash"

// Colour is the terminal's colour that is most like the wire's.
func (w Wire) Colour() term.Colour {
	return map[Wire]term.Colour{
		"violet": term.Violet, "blue": term.Blue, "green": term.Green, "orange": term.Orange, "yellow": term.Yellow,
		"cyan": term.Cyan, "pink": term.Pink, "brown": term.Brown, clash: term.Red,
	}[w]
}

// State is what is known of a line now.
type State struct {
	Word string // in four letters: high, low, held, left
	Name string // what hangs there if no part does: who holds it, or the board's own name
}

// Widths of the picture: for the name of a part, for a state, and for it all.
const (
	nameWidth  = 22
	stateWidth = 4
	Columns    = 2*(nameWidth+stateWidth) + 27
)

// picture is one that is being drawn.
type picture struct {
	ink    term.Ink
	parts  map[int]Part
	states map[int]State
}

// Picture draws the header of a model with its parts: a line for each two pins,
// Columns wide. states are those of lines, where they are known.
func Picture(model string, parts []Part, states map[int]State, i term.Ink) string {
	p := picture{ink: i, parts: map[int]Part{}, states: states}
	for _, part := range parts {
		if _, taken := p.parts[part.Line]; taken {
			part.Name, part.Wire = "two parts: see below", clash
		}
		p.parts[part.Line] = part
	}
	header := Header(model)
	var b strings.Builder
	for n := 0; n < len(header); n += 2 {
		left, right := header[n], header[n+1]
		row := p.name(left, true) + " " + p.state(left) + " " + p.label(left, true) + " " +
			fmt.Sprintf("%2d", left.Number) + " " + p.dot(left) + " " + p.dot(right) + " " + fmt.Sprintf("%-2d", right.Number) +
			" " + p.label(right, false) + " " + p.state(right) + " " + p.name(right, false)
		b.WriteString(strings.TrimRight(row, " ") + "\n")
	}
	return b.String()
}

// colour is what a pin is painted with.
func (p picture) colour(pin Pin) term.Colour {
	part, wired := p.parts[pin.Line]
	switch {
	case wired && part.Wire != "":
		return part.Wire.Colour()
	case wired:
		return term.Bold
	case pin.Label == "3V3", pin.Label == "5V":
		return term.Red
	}
	return term.Dim
}

func (p picture) name(pin Pin, right bool) string {
	name := p.states[pin.Line].Name
	if part, wired := p.parts[pin.Line]; wired {
		name = part.Name
	}
	if pin.Line == NoLine {
		name = ""
	}
	return p.paint(pin, p.ink.Fit(name, nameWidth, right))
}

func (p picture) state(pin Pin) string {
	word := p.states[pin.Line].Word
	if pin.Line == NoLine {
		word = ""
	}
	return p.ink.Fit(word, stateWidth, pin.Number%2 == 1)
}

func (p picture) label(pin Pin, right bool) string {
	return p.paint(pin, p.ink.Fit(pin.Label, len("GPIO27"), right))
}

// dot is the pin itself: full where a part hangs on it, square where it is the
// first.
func (p picture) dot(pin Pin) string {
	sign := p.ink.Sign("○", "o")
	_, wired := p.parts[pin.Line]
	switch {
	case wired && pin.Line != NoLine:
		sign = p.ink.Sign("●", "@")
	case pin.Number == 1:
		sign = p.ink.Sign("□", "#")
	}
	return p.paint(pin, sign)
}

func (p picture) paint(pin Pin, text string) string {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return text
	}
	return strings.Replace(text, trimmed, p.ink.Paint(p.colour(pin), trimmed), 1)
}
