package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/cmd/ship-it/board"
	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit/config"
)

// jitter is a chip on which one line is never twice the same.
type jitter struct {
	*virtual.Chip
	line int
	last bool
}

func (j *jitter) Level(pin int) (bool, error) {
	if pin != j.line {
		return j.Chip.Level(pin)
	}
	j.last = !j.last
	return j.last, nil
}

// What looking at the lines can tell is pointed out: an input that moves by
// itself, and a line that is somebody else's; a box that runs is none.
func TestSeen(t *testing.T) {
	t.Parallel()
	chip := &jitter{Chip: virtual.New("mock", 54), line: pinSwitch}
	chip.Hold(pinLampB, "spi0 CS0")
	chip.Hold(pinLampA, "ship-it@7")
	parts := partsOf(plan(config.Original()))
	lines, err := survey(chip, parts)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, trouble := range seen(parts, lines, board.Header("")) {
		got = append(got, trouble.Text)
	}
	want := []string{
		"arming switch, GPIO 24 (pin 18), floats: its level changes by itself while nobody holds the line",
		"lamp of Hubot, GPIO 25 (pin 22), is held by spi0 CS0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
