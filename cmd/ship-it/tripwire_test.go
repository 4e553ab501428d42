package main

import (
	"os"
	"strings"
	"time"

	"ship-it.example/gpio"
)

// wiredChip is a real chip on which the program panics once, as soon as a file
// has the word for where: "wait", in the reader of the inputs, or "drive", in
// the loop. It takes the file away. So the program can be seen to give back real lines: on the emulated
// Raspberry Pi of packaging/pi.
type wiredChip struct {
	gpio.Chip
	file string
}

func (c wiredChip) trip(where string) {
	if word, err := os.ReadFile(c.file); err == nil && strings.TrimSpace(string(word)) == where && os.Remove(c.file) == nil {
		panic("tripped in " + where)
	}
}

func (c wiredChip) ClaimInputs(inputs []gpio.Input) (gpio.InputLines, error) {
	lines, err := c.Chip.ClaimInputs(inputs)
	return trippedInputs{lines, c.trip}, err
}

func (c wiredChip) ClaimOutput(pin int, high bool) (gpio.OutputLine, error) {
	line, err := c.Chip.ClaimOutput(pin, high)
	return trippedOutput{line, c.trip}, err
}

// trippedInputs and trippedOutput call trip with each wait and each change of
// a level.
type trippedInputs struct {
	gpio.InputLines
	trip func(where string)
}

func (l trippedInputs) Wait(timeout time.Duration) (int, bool, error) {
	defer l.trip("wait")
	return l.InputLines.Wait(timeout)
}

type trippedOutput struct {
	gpio.OutputLine
	trip func(where string)
}

func (l trippedOutput) Drive(high bool) error {
	l.trip("drive")
	return l.OutputLine.Drive(high)
}
