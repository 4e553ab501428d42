package board

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Machine is what a board says of itself and of what it does with its lines.
type Machine struct {
	Model string // "Raspberry Pi 4 Model B Rev 1.5"; empty if it is none
	uses  map[int]use
}

// use is what the board uses a line for, and how it is made to leave it.
type use struct{ what, remedy string }

// Look reads what there is to know, in root, the file system of the machine.
// What can't be read is not known.
func Look(root fs.FS) Machine {
	m := Machine{uses: map[int]use{}}
	model, _ := fs.ReadFile(root, "proc/device-tree/model")
	m.Model = string(bytes.TrimRight(model, "\x00\n"))
	const another = "choose another line"
	short, _ := early(m.Model)
	for line := 0; line < 2 && !short; line++ { // the short header has none
		m.uses[line] = use{"the EEPROM of add-on boards, on which the Pi talks as it boots", another}
	}
	if exists(root, "dev/i2c-1") {
		for _, line := range []int{2, 3} {
			m.uses[line] = use{"I2C", another + ", or take dtparam=i2c_arm=on out of config.txt"}
		}
	}
	if found, _ := fs.Glob(root, "dev/spidev0.*"); len(found) > 0 {
		for line := 7; line <= 11; line++ {
			m.uses[line] = use{"SPI", another + ", or take dtparam=spi=on out of config.txt"}
		}
	}
	if serialConsole(root) {
		for _, line := range []int{14, 15} {
			m.uses[line] = use{
				"the serial console, on which the Pi talks as it boots",
				another + ", or take the console off the serial port with raspi-config",
			}
		}
	}
	return m
}

func exists(root fs.FS, name string) bool {
	_, err := fs.Stat(root, name)
	return err == nil
}

// serialConsole tells whether the kernel was told to talk on the header.
func serialConsole(root fs.FS) bool {
	told, _ := fs.ReadFile(root, "proc/cmdline")
	return slices.ContainsFunc(strings.Fields(string(told)), func(word string) bool {
		port, is := strings.CutPrefix(word, "console=")
		port, _, _ = strings.Cut(port, ",")
		return is && slices.Contains([]string{"serial0", "ttyAMA0", "ttyS0", "ttyAMA10"}, port)
	})
}

// Trouble is what is wrong with a wiring, and what to do about it.
type Trouble struct{ Text, Remedy string }

// Troubles is what can be seen to be wrong with some parts without touching a
// line: two on one pin, and one on a line that the board needs.
func (m Machine) Troubles(parts []Part) []Trouble {
	var all []Trouble
	header := Header(m.Model)
	first := map[int]string{}
	for _, part := range parts {
		at := fmt.Sprintf("%s, %s,", part.Name, Place(header, part.Line))
		if other, taken := first[part.Line]; taken {
			all = append(all, Trouble{fmt.Sprintf("%s is where %s is", at, other), "give each its own"})
			continue
		}
		first[part.Line] = part.Name
		if Number(header, part.Line) == 0 {
			all = append(all, Trouble{part.Name + " is on a line that this board's header doesn't have: " + fmt.Sprint("GPIO ", part.Line), "choose one of those in the picture"})
		}
		if use, is := m.uses[part.Line]; is {
			all = append(all, Trouble{at + " is on a line that the board uses for " + use.what, use.remedy})
		}
		if (part.Line == 2 || part.Line == 3) && !part.RestsHigh {
			all = append(all, pulledUp(at, part.Output))
		}
	}
	return all
}

// pulledUp is the trouble with the two lines that have a resistor to 3V3 on
// the board, stronger than any pull inside the chip.
func pulledUp(at string, output bool) Trouble {
	if output {
		return Trouble{at + " glows while the box is off: the board pulls that line up with 1.8 kΩ", "choose another line"}
	}
	return Trouble{at + " reads as on when its wire is cut: the board pulls that line up with 1.8 kΩ", "choose another line"}
}
