package panel

import (
	"strings"

	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit/view"
)

// parts are the switch, the blinker and the buttons, side by side.
func (m *model) parts(l layout) []string {
	rows := make([]string, l.high)
	for i, part := range l.parts {
		for y, line := range m.part(part, l.wide, l.high) {
			if i > 0 {
				rows[y] += strings.Repeat(" ", gap)
			}
			rows[y] += line
		}
	}
	return rows
}

// part is one of them.
func (m *model) part(p part, width, high int) []string {
	switch p {
	case switchPart:
		return m.drawSwitch(width, high)
	case launchPart:
		return m.drawButton(width, high, "LAUNCH", red, m.view.LaunchDown)
	case branchPart:
		return m.drawButton(width, high, "BRANCH", cyan, m.view.BranchDown)
	case secondPart:
		return m.drawButton(width, high, "SECOND", cyan, *m.view.SecondDown)
	default:
		return m.drawBlinker(width, high)
	}
}

// drawSwitch is the arming switch: its two places, and where it is.
func (m *model) drawSwitch(width, high int) []string {
	at := func(here bool, how term.Colour, word string) string {
		if here {
			return m.look.Paint(how, m.look.marker+" "+word)
		}
		return m.look.Paint(faint, "  "+word)
	}
	on := m.view.SwitchOn
	return m.boxed(m.look.box, width, high, "ARMING", at(on, red, "ON "), at(!on, strong, "off"))
}

// drawButton is a button, up or down.
func (m *model) drawButton(width, high int, name string, how term.Colour, down bool) []string {
	if down {
		return m.boxed(m.look.pressed, width, high, m.look.Paint(how, name), m.look.Paint(strong, "DOWN"))
	}
	return m.boxed(m.look.box, width, high, m.look.Paint(how, name), "up")
}

// drawBlinker is the blinker, which no hand moves: it has no frame. Below it
// stands what is heard.
func (m *model) drawBlinker(width, high int) []string {
	lamp := m.view.Blinker
	lines := []string{"BLINKER", m.bulb(lamp, white), rhythm(lamp), m.sound()}
	if siren := m.view.Siren; siren != nil && *siren {
		lines = append(lines, m.look.Paint(yellow, "SIREN ON"))
	} else if siren != nil {
		lines = append(lines, m.look.Paint(faint, "siren off"))
	}
	return m.middle(width, high, lines...)
}

// sound is what plays.
func (m *model) sound() string {
	if m.view.Sound == "" {
		return m.look.Paint(faint, "silent")
	}
	return m.look.Paint(yellow, m.look.loud+" "+strings.ToUpper(m.view.Sound))
}

// bulb is a lamp: a shape and a word.
func (m *model) bulb(lamp view.Lamp, how term.Colour) string {
	if lamp.On {
		return m.look.Paint(how, m.look.on+" on ")
	}
	return m.look.Paint(faint, m.look.off+" off")
}

// rhythm is what a lamp does, in a word.
func rhythm(lamp view.Lamp) string {
	word, _, _ := strings.Cut(lamp.Rhythm, " ")
	return word
}

// boxed is some lines in the middle of a box.
func (m *model) boxed(b [6]string, width, high int, lines ...string) []string {
	rows := []string{b[0] + strings.Repeat(b[4], width-2) + b[1]}
	for _, line := range m.middle(width-2, high-2, lines...) {
		rows = append(rows, b[5]+line+b[5])
	}
	return append(rows, b[3]+strings.Repeat(b[4], width-2)+b[2])
}

// middle is some lines in the middle of nothing.
func (m *model) middle(width, high int, lines ...string) []string {
	rows := make([]string, high)
	above := max(0, (high-len(lines))/2)
	for y := range rows {
		if i := y - above; i >= 0 && i < len(lines) {
			rows[y] = m.look.centre(lines[i], width)
		} else {
			rows[y] = strings.Repeat(" ", width)
		}
	}
	return rows
}
