package panel

import (
	"ship-it.example/shipit"
	"ship-it.example/shipit/view"
)

// The smallest terminal that has room for the picture.
const (
	minWidth  = 60
	minHeight = 20
)

// part is one of the parts that stand in a row in the upper half.
type part int

const (
	noPart part = iota
	switchPart
	blinkerPart
	launchPart
	branchPart
	secondPart
)

// partsOf is the parts that a box has.
func partsOf(v view.View) []part {
	parts := []part{switchPart, blinkerPart, launchPart, branchPart}
	if v.SecondDown != nil {
		parts = append(parts, secondPart)
	}
	return parts
}

// button is the button that a part is.
func (p part) button() (button shipit.Button, is bool) {
	button, is = map[part]shipit.Button{
		launchPart: shipit.LaunchButton, branchPart: shipit.BranchButton, secondPart: shipit.SecondButton,
	}[p]
	return button, is
}

const (
	margin     = 2  // the frame and a blank, on both sides
	gap        = 2  // between parts
	widestRow  = 96 // of parts
	fewestLogs = 3  // lines of the log
	fewState   = 2  // lines of the state, which takes more from the log where its words want it
)

// layout is where everything stands.
type layout struct {
	parts   []part
	wide    int // cells of a part
	high    int // lines of a part
	state   int // lines of the state
	targets int // lines of the targets
	log     int // lines of the log
}

// inner is the cells of a line inside the frame.
func (m *model) inner() int { return m.width - 2*margin }

// layout shares the terminal out.
func (m *model) layout() layout {
	l := layout{parts: partsOf(m.view), high: 5}
	l.wide = (min(m.inner(), widestRow) - gap*(len(l.parts)-1)) / len(l.parts)
	if m.height >= 30 {
		l.high = 7
	}
	rest := m.height - l.high - 4 // frame, the log's head, keys
	l.targets = min(len(m.view.Targets), rest-fewState-fewestLogs)
	l.state = min(len(m.wrapped()), rest-l.targets-fewestLogs)
	l.log = rest - l.targets - l.state
	return l
}

// partAt is the part at a place on the screen.
func (m *model) partAt(x, y int) part {
	l := m.layout()
	column := (x - margin) / (l.wide + gap)
	if y < 1 || y > l.high || x < margin || column >= len(l.parts) || (x-margin)%(l.wide+gap) >= l.wide {
		return noPart
	}
	return l.parts[column]
}

// tooSmall tells that there is no room for the picture.
func (m *model) tooSmall() bool { return m.width < minWidth || m.height < minHeight }
