package main

import (
	"cmp"
	"slices"

	"ship-it.example/cmd/ship-it/board"
	"ship-it.example/gpio"
)

// wires draws what leads from where to where, in the order of the header's
// places.
func wires(table *table, header []board.Pin, p gpio.Plan) {
	type wire struct {
		pin        int
		name, ends string
	}
	var all []wire
	for _, in := range p.Inputs {
		end := "3V3"
		if in.ActiveLow {
			end = "ground"
		}
		all = append(all, wire{in.Pin, in.Name, "1 kΩ ── contact ── " + end})
	}
	for _, out := range p.Outputs {
		end := "330 Ω ── LED ── ground"
		switch {
		case out.Max > 0:
			end = "input of a relay board or a transistor"
		case out.ActiveLow:
			end = "input of a board that switches on when low"
		}
		all = append(all, wire{out.Pin, out.Name, end})
	}
	slices.SortFunc(all, func(a, b wire) int {
		return cmp.Compare(board.Number(header, a.pin), board.Number(header, b.pin))
	})
	for _, w := range all {
		table.row("pin %d\tGPIO %d\t%s\t── %s", board.Number(header, w.pin), w.pin, w.name, w.ends)
	}
}
