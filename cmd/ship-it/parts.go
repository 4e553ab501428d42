package main

import (
	"fmt"
	"strings"
	"time"

	"ship-it.example/cmd/ship-it/board"
	"ship-it.example/gpio"
	"ship-it.example/shipit/config"
)

// wireColours are the colours of the wires in the README's diagram, by what hangs on
// them; the lamps have theirs by their order.
func wireColours() (parts map[string]board.Wire, lamps []board.Wire) {
	return map[string]board.Wire{
		"blinker": "violet", "arming switch": "yellow", "launch button": "blue", "branch button": "orange",
		"second button": "pink", "siren": "brown",
	}, []board.Wire{"green", "cyan"}
}

// paint gives each part the colour of its wire.
func paint(parts []board.Part) []board.Part {
	named, lamps := wireColours()
	for i := range parts {
		parts[i].Wire = named[parts[i].Name]
		if isLamp(parts[i].Name) && len(lamps) > 0 {
			parts[i].Wire, lamps = lamps[0], lamps[1:]
		}
	}
	return parts
}

func isLamp(name string) bool { return strings.HasPrefix(name, "lamp of ") }

func isOutput(name string) bool { return isLamp(name) || name == "blinker" || name == "siren" }

// partsOf is the parts of a plan, inputs first.
func partsOf(p gpio.Plan) []board.Part {
	var parts []board.Part
	for _, in := range p.Inputs {
		parts = append(parts, board.Part{Name: in.Name, Line: in.Pin, RestsHigh: in.Pull == gpio.PullUp})
	}
	for _, out := range p.Outputs {
		parts = append(parts, board.Part{Name: out.Name, Line: out.Pin, Output: true, RestsHigh: out.ActiveLow})
	}
	return paint(parts)
}

// partsOfUses is those of a configuration that has mistakes.
func partsOfUses(uses []config.Use) []board.Part {
	var parts []board.Part
	for _, use := range uses {
		parts = append(parts, board.Part{Name: use.Part, Line: use.Pin, Output: isOutput(use.Part)})
	}
	return paint(parts)
}

// look is what a line was like when it was looked at.
type look struct {
	gpio.LineState
	moves bool // an input that was not the same twice
}

// How often an input is looked at for whether it moves by itself, and how long
// apart: together a period of the mains.
const (
	looks     = 6
	looksEach = 4 * time.Millisecond
)

// survey looks at the lines of some parts, by line, and changes nothing.
func survey(chip gpio.Chip, parts []board.Part) (map[int]look, error) {
	all := map[int]look{}
	var once, inputs gpio.Plan
	for _, part := range parts {
		if _, twice := all[part.Line]; twice {
			continue
		}
		all[part.Line] = look{}
		once.Outputs = append(once.Outputs, gpio.Output{Name: part.Name, Pin: part.Line})
		if !part.Output {
			inputs.Outputs = append(inputs.Outputs, gpio.Output{Name: part.Name, Pin: part.Line})
		}
	}
	for i := range looks {
		lines, err := gpio.Survey(chip, once)
		if err != nil {
			return nil, err
		}
		for _, line := range lines {
			before := all[line.Pin].Level
			moves := all[line.Pin].moves || i > 0 && before != line.Level && before != gpio.Unknown && line.Level != gpio.Unknown
			all[line.Pin] = look{line, moves}
		}
		if once = inputs; i < looks-1 {
			<-time.After(looksEach)
		}
	}
	return all, nil
}

// seen is what is wrong with the lines themselves, as far as looking tells.
func seen(parts []board.Part, lines map[int]look, header []board.Pin) []board.Trouble {
	var all []board.Trouble
	for _, part := range parts {
		line := lines[part.Line]
		what := fmt.Sprintf("%s, %s,", part.Name, board.Place(header, part.Line))
		switch {
		case line.moves:
			all = append(all, board.Trouble{
				Text:   what + " floats: its level changes by itself while nobody holds the line",
				Remedy: "look for a loose wire; ship-it doctor tries the line with its pulls",
			})
		case line.Held && !strings.HasPrefix(line.Owner, "ship-it"):
			all = append(all, board.Trouble{
				Text:   what + " is " + condition(line.LineState),
				Remedy: "choose another line; or stop that program, or what the board uses the line for (config.txt)",
			})
		}
	}
	return all
}

// statesOf is what the picture tells of each line of the header: of those of
// the box what was seen, of the others who holds them, and the board's own name.
func statesOf(chip gpio.Chip, header []board.Pin, lines map[int]look) (map[int]board.State, error) {
	states := map[int]board.State{}
	for _, pin := range header {
		if pin.Line == board.NoLine || pin.Line >= chip.Lines() {
			continue
		}
		if line, ours := lines[pin.Line]; ours {
			states[pin.Line] = board.State{Word: word(line.LineState)}
			continue
		}
		line, err := chip.Line(pin.Line)
		if err != nil {
			return nil, fmt.Errorf("ask about line %d: %w", pin.Line, err)
		}
		name := line.Owner
		if name == "" && !strings.HasPrefix(line.Name, "GPIO") {
			name = line.Name
		}
		states[pin.Line] = board.State{Word: map[bool]string{true: "held"}[line.Held], Name: name}
	}
	return states, nil
}

// word is what a line is like in four letters.
func word(line gpio.LineState) string {
	switch {
	case line.Held:
		return "held"
	case line.Left:
		return "left"
	case line.Level == gpio.Unknown:
		return "free"
	default:
		return line.Level.String()
	}
}
