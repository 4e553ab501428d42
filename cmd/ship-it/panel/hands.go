package panel

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"ship-it.example/shipit"
)

// Hands move the box's inputs, as a person's do. Their methods don't block.
type Hands interface {
	Turn(on bool)                         // the arming switch
	Push(button shipit.Button, down bool) // a button, down or up
}

const (
	pressTime = 150 * time.Millisecond // a key's press lasts so long, and a click at least
	missTime  = 2 * time.Second        // a press that the box doesn't notice ends then
	lookTime  = 20 * time.Millisecond  // how often it is looked whether the box has noticed
)

// finger is what holds a button down.
type finger struct {
	since   time.Time
	leaving bool      // it lets go, at
	until   time.Time // but not before the press has counted
	counted bool
}

// lift asks whether it is time for the finger on a button to let go.
type lift struct{ button shipit.Button }

// press puts a finger on a button for a moment, and for as long as the key
// repeats. A finger that stays there is taken off.
func (m *model) press(button shipit.Button) tea.Cmd {
	switch f := m.fingers[button]; {
	case f == nil:
		m.hold(button)
		return m.letGo(button)
	case f.leaving:
		f.until = time.Now().Add(pressTime)
		return nil
	default:
		return m.letGo(button)
	}
}

// toggle puts a finger on a button, to stay, or takes it off.
func (m *model) toggle(button shipit.Button) tea.Cmd {
	if m.fingers[button] != nil {
		return m.letGo(button)
	}
	m.hold(button)
	return nil
}

func (m *model) hold(button shipit.Button) {
	if m.fingers[button] == nil {
		m.fingers[button] = &finger{since: time.Now()}
		m.hands.Push(button, true)
	}
}

// letGo takes the finger off: at once, if the press has lasted for long enough.
func (m *model) letGo(button shipit.Button) tea.Cmd {
	f := m.fingers[button]
	if f == nil || f.leaving {
		return nil
	}
	f.leaving, f.until = true, f.since.Add(pressTime)
	return m.lift(button)
}

// lift takes the finger off once the press has counted, however slow the
// machine and long the debounce time is, or has itself asked again.
func (m *model) lift(button shipit.Button) tea.Cmd {
	f := m.fingers[button]
	if f == nil || !f.leaving {
		return nil
	}
	now := time.Now()
	wait := f.until.Sub(now)
	if wait <= 0 && !f.counted && now.Sub(f.since) < missTime {
		wait = lookTime
	}
	if wait > 0 {
		return tea.Tick(wait, func(time.Time) tea.Msg { return lift{button} })
	}
	delete(m.fingers, button)
	m.hands.Push(button, false)
	return nil
}

// count looks which presses the box has noticed.
func (m *model) count() {
	for button, f := range m.fingers {
		f.counted = f.counted || m.down(button)
	}
}

// down tells whether a button is down, by the box.
func (m *model) down(button shipit.Button) bool {
	switch button {
	case shipit.LaunchButton:
		return m.view.LaunchDown
	case shipit.BranchButton:
		return m.view.BranchDown
	default:
		return m.view.SecondDown != nil && *m.view.SecondDown
	}
}

// turn moves the arming switch to where it isn't.
func (m *model) turn() {
	m.turned = !m.turned
	m.hands.Turn(m.turned)
}
