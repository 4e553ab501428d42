package board_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/cmd/ship-it/board"
	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit/config/cells"
)

var update = flag.Bool("update", false, "write the pictures anew")

// The first boards had a short header, and the very first other lines on it.
func TestHeader(t *testing.T) {
	t.Parallel()
	tests := []struct {
		model           string
		pins, third, th int // how many, and the lines on pin 3 and 13
	}{
		{"", 40, 2, 27},
		{"Raspberry Pi 5 Model B Rev 1.0", 40, 2, 27},
		{"Raspberry Pi 3 Model A Plus Rev 1.0", 40, 2, 27},
		{"Raspberry Pi Zero W Rev 1.1", 40, 2, 27},
		{"Raspberry Pi Model B Plus Rev 1.2", 40, 2, 27},
		{"Raspberry Pi Model A Plus Rev 1.1", 40, 2, 27},
		{"Raspberry Pi Model B", 26, 2, 27},
		{"Raspberry Pi Model B rev2", 26, 2, 27},
		{"Raspberry Pi Model B Rev 2", 26, 2, 27},
		{"Raspberry Pi Model A Rev 2", 26, 2, 27},
		{"Raspberry Pi Model B Rev 1", 26, 0, 21},
	}
	for _, tt := range tests {
		header := board.Header(tt.model)
		if len(header) != tt.pins || header[2].Line != tt.third || header[12].Line != tt.th {
			t.Errorf("%q: %d pins, line %d on pin 3, %d on pin 13, want %d, %d, %d",
				tt.model, len(header), header[2].Line, header[12].Line, tt.pins, tt.third, tt.th)
		}
	}
	seen := map[int]bool{}
	for i, pin := range board.Header("") {
		if pin.Number != i+1 || (pin.Line == board.NoLine) == strings.HasPrefix(pin.Label, "GPIO") {
			t.Errorf("pin %d: %+v", i+1, pin)
		}
		if pin.Line != board.NoLine {
			seen[pin.Line] = true
		}
	}
	for line := range 28 {
		if !seen[line] {
			t.Errorf("line %d is not on the header", line)
		}
	}
	if got := board.Place(board.Header("Raspberry Pi Model B Rev 2"), 26); got != "GPIO 26 (not on this header)" {
		t.Errorf("a line that isn't there: %s", got)
	}
}

// parts is the box of the README, with one more lamp.
func parts() []board.Part {
	return []board.Part{
		{Name: "arming switch", Line: 24, Wire: "yellow"},
		{Name: "branch button", Line: 23, Wire: "orange", RestsHigh: true},
		{Name: "launch button", Line: 27, Wire: "blue", RestsHigh: true},
		{Name: "blinker", Line: 17, Wire: "violet", Output: true},
		{Name: "lamp of Client Int", Line: 22, Wire: "green", Output: true},
		{Name: "lamp of Ein Ziel mit einem langen Namen", Line: 25, Wire: "cyan", Output: true},
		{Name: "lamp of 東京の本番環境", Line: 12, Output: true},
	}
}

// TestPicture holds the pictures against those in testdata; -update makes them
// anew.
func TestPicture(t *testing.T) {
	t.Parallel()
	states := map[int]board.State{
		24: {Word: "low"}, 23: {Word: "high"}, 27: {Word: "high"}, 17: {Word: "left"}, 22: {Word: "held"}, 25: {Word: "low"},
		8: {Word: "held", Name: "spi0 CS0"}, 14: {Name: "TXD1"},
	}
	twice := append(parts(), board.Part{Name: "lamp of Hubot", Line: 22, Wire: "cyan", Output: true})
	for name, tt := range map[string]struct {
		model string
		parts []board.Part
		ink   term.Ink
	}{
		"colours": {"", parts(), term.Ink{Colours: true, Unicode: true}},
		"ascii":   {"", parts(), term.Ink{}},
		"short":   {"Raspberry Pi Model B Rev 1", parts(), term.Ink{Unicode: true}},
		"twice":   {"", twice, term.Ink{Unicode: true}},
	} {
		got := board.Picture(tt.model, tt.parts, states, tt.ink)
		for line := range strings.Lines(got) {
			if !tt.ink.Colours && cells.Of(strings.TrimSuffix(line, "\n")) > board.Columns {
				t.Errorf("%s: too wide: %s", name, line)
			}
		}
		file := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// file is one of a machine.
func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// What the board uses a line for is told where a part hangs on it.
func TestTroubles(t *testing.T) {
	t.Parallel()
	on := func(line int, output, restsHigh bool) []board.Part {
		return []board.Part{{Name: "it", Line: line, Output: output, RestsHigh: restsHigh}}
	}
	tests := []struct {
		name  string
		root  fstest.MapFS
		parts []board.Part
		want  []string
	}{
		{"the usual box", fstest.MapFS{
			"proc/device-tree/model": file("Raspberry Pi 4 Model B Rev 1.5\x00"), "dev/i2c-1": file(""), "dev/spidev0.0": file(""),
			"proc/cmdline": file("console=serial0,115200 console=tty1 root=PARTUUID=1\n"),
		}, parts(), nil},
		{"two on one pin", nil, append(parts(), on(22, true, false)...), []string{"it, GPIO 22 (pin 15), is where lamp of Client Int is"}},
		{"the EEPROM's", nil, on(1, true, false), []string{"it, GPIO 1 (pin 28), is on a line that the board uses for the EEPROM of add-on boards, on which the Pi talks as it boots"}},
		{"I2C", fstest.MapFS{"dev/i2c-1": file("")}, on(2, false, true), []string{"it, GPIO 2 (pin 3), is on a line that the board uses for I2C"}},
		{"I2C switched off", nil, on(2, false, true), nil},
		{"a switch on a line that is pulled up", nil, on(3, false, false), []string{
			"it, GPIO 3 (pin 5), reads as on when its wire is cut: the board pulls that line up with 1.8 kΩ",
		}},
		{"a lamp there", nil, on(3, true, false), []string{"it, GPIO 3 (pin 5), glows while the box is off: the board pulls that line up with 1.8 kΩ"}},
		{"a relay there", nil, on(3, true, true), nil},
		{"SPI", fstest.MapFS{"dev/spidev0.1": file("")}, on(7, true, false), []string{"it, GPIO 7 (pin 26), is on a line that the board uses for SPI"}},
		{"SPI switched off", nil, on(7, true, false), nil},
		{"the console", fstest.MapFS{"proc/cmdline": file("console=ttyAMA0,115200\n")}, on(14, true, false), []string{
			"it, GPIO 14 (pin 8), is on a line that the board uses for the serial console, on which the Pi talks as it boots",
		}},
		{"no console there", fstest.MapFS{"proc/cmdline": file("console=tty1\n")}, on(14, true, false), nil},
		{"the short header", fstest.MapFS{"proc/device-tree/model": file("Raspberry Pi Model B Rev 2\x00")}, on(26, true, false), []string{
			"it is on a line that this board's header doesn't have: GPIO 26",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, trouble := range board.Look(tt.root).Troubles(tt.parts) {
				got = append(got, trouble.Text)
				if trouble.Remedy == "" {
					t.Errorf("no remedy: %s", trouble.Text)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func ExamplePlace() {
	fmt.Println(board.Place(board.Header(""), 27))
	// Output: GPIO 27 (pin 13)
}
