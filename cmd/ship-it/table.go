package main

import (
	"fmt"
	"io"
	"strings"

	"ship-it.example/shipit/config/cells"
)

// table is text in columns two cells apart. It measures as a terminal shows it:
// a target's name may have letters that are two cells wide, of which
// text/tabwriter knows nothing.
type table struct {
	w    io.Writer
	rows [][]string
}

func newTable(w io.Writer) *table { return &table{w: w} }

// row adds a row, whose cells are parted by tabs.
func (t *table) row(format string, args ...any) {
	t.rows = append(t.rows, strings.Split(fmt.Sprintf(format, args...), "\t"))
}

// flush writes the rows, and begins anew.
func (t *table) flush() error {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], cells.Of(cell))
		}
	}
	var text strings.Builder
	for _, row := range t.rows {
		last := len(row) - 1
		for i, cell := range row[:last] {
			text.WriteString(cells.Pad(cell, widths[i]+2))
		}
		text.WriteString(row[last] + "\n")
	}
	t.rows = nil
	_, err := io.WriteString(t.w, text.String())
	return err
}
