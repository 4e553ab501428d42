package main

import (
	"fmt"
	"io"
	"strings"

	"ship-it.example/cmd/ship-it/doctor"
	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit/config/cells"
)

// chart writes the findings for people.
type chart struct {
	w   io.Writer
	ink term.Ink

	columns int // of the terminal; 0: no line is broken
}

// Step implements [doctor.Report].
func (r *chart) Step(name string) { fmt.Fprintf(r.w, "%s\n", r.ink.Paint(term.Bold, name)) }

// Finding implements [doctor.Report].
func (r *chart) Finding(f doctor.Finding) {
	colour := map[doctor.Verdict]term.Colour{
		doctor.OK: term.Green, doctor.Warn: term.Yellow, doctor.Bad: term.Red, doctor.LeftOut: term.Dim,
	}[f.Verdict]
	mark := map[doctor.Verdict]string{doctor.OK: "ok", doctor.Warn: "look", doctor.Bad: "BAD", doctor.LeftOut: "-"}[f.Verdict]
	text := f.Text
	if f.About != "" {
		text = f.About + ": " + text
	}
	fmt.Fprintf(r.w, "  %s %s\n", r.ink.Paint(colour, fmt.Sprintf("%-4s", mark)), r.broken(text, 7))
	if f.Remedy != "" {
		arrow := r.ink.Sign("→", "->")
		fmt.Fprintf(r.w, "       %s %s\n", arrow, r.broken(f.Remedy, 8+cells.Of(arrow)))
	}
}

// broken is a text that begins in a column, in lines that the terminal has room
// for.
func (r *chart) broken(text string, column int) string {
	if r.columns <= column {
		return text
	}
	var b strings.Builder
	left := r.columns - column
	for i, word := range strings.Fields(text) {
		switch width := cells.Of(word); {
		case i == 0:
			left -= width
		case width+1 > left:
			b.WriteString("\n" + strings.Repeat(" ", column))
			left = r.columns - column - width
		default:
			b.WriteString(" ")
			left -= width + 1
		}
		b.WriteString(word)
	}
	return b.String()
}
