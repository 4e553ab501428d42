// Package board is the Raspberry Pi's header as people see it: which line is on
// which of its pins, what the board itself does with a line, and a picture of
// it all for a terminal.
//
// It touches no line, and knows no configuration: a [Part] says what hangs
// where.
package board

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Pin is one of the header's.
type Pin struct {
	Number int    // on the header, from 1
	Line   int    // BCM number, or NoLine
	Label  string // "GPIO17", "3V3", "GND"
}

// NoLine is the line of a pin that has none.
const NoLine = -1

// Header is the pins of a board, in their order: the odd ones are its inner
// row. A model that is not known has the 40 pins of every Raspberry Pi since
// 2014; the first ones had 26, and the very first other lines on three of them
// (https://www.raspberrypi.com/documentation/computers/raspberry-pi.html).
func Header(model string) []Pin {
	const labels = `3V3 5V 2 5V 3 GND 4 14 GND 15 17 18 27 GND 22 23 3V3 24 10 GND 9 25 11 8 GND 7
		0 1 5 GND 6 12 13 GND 19 16 26 20 GND 21`
	words := strings.Fields(labels)
	if short, first := early(model); short {
		words = words[:26]
		if first {
			words[3-1], words[5-1], words[13-1] = "0", "1", "21"
		}
	}
	pins := make([]Pin, len(words))
	for i, word := range words {
		pins[i] = Pin{Number: i + 1, Line: NoLine, Label: word}
		if line, err := strconv.Atoi(word); err == nil {
			pins[i].Line, pins[i].Label = line, "GPIO"+word
		}
	}
	return pins
}

// early tells of a model whether it has the short header, and the first one.
func early(model string) (short, first bool) {
	found := regexp.MustCompile(`^Raspberry Pi Model [AB](?: (?i:rev) ?([0-9]).*)?$`).FindStringSubmatch(model)
	if found == nil {
		return false, false
	}
	return true, strings.HasPrefix(model, "Raspberry Pi Model B") && found[1] == "1"
}

// Number is where on a header a line is, 0 if it isn't there.
func Number(header []Pin, line int) int {
	for _, pin := range header {
		if pin.Line == line {
			return pin.Number
		}
	}
	return 0
}

// Place names a line and its pin for people: "GPIO 27 (pin 13)".
func Place(header []Pin, line int) string {
	if number := Number(header, line); number > 0 {
		return fmt.Sprintf("GPIO %d (pin %d)", line, number)
	}
	return fmt.Sprintf("GPIO %d (not on this header)", line)
}
