package main

import (
	"cmp"
	"fmt"
	"slices"
	"text/tabwriter"

	"ship-it.example/gpio"
)

// places is where on the 40-pin header each of its lines is, by BCM number
// (https://pinout.xyz).
func places() []int {
	return []int{
		27, 28, 3, 5, 7, 29, 31, 26, 24, 21, 19, 23, 32, 33,
		8, 10, 36, 11, 12, 35, 38, 40, 15, 16, 18, 22, 37, 13,
	}
}

// wires draws what leads from where to where, in the order of the header's
// places.
func wires(table *tabwriter.Writer, p gpio.Plan) {
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
		if out.ActiveLow {
			end = "input of a board that switches on when low"
		}
		all = append(all, wire{out.Pin, out.Name, end})
	}
	slices.SortFunc(all, func(a, b wire) int { return cmp.Compare(places()[a.pin], places()[b.pin]) })
	for _, w := range all {
		fmt.Fprintf(table, "pin %d\tGPIO %d\t%s\t── %s\n", places()[w.pin], w.pin, w.name, w.ends)
	}
}
