package panel

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"ship-it.example/shipit"
	"ship-it.example/shipit/view"
)

// model is the panel between two messages.
type model struct {
	look  look
	hands Hands   // nil: nobody may touch the box
	where string  // which box this is
	next  tea.Cmd // waits for news of the box

	width, height int
	view          view.View
	shown         bool   // there is a view
	away          string // why nobody tells of the box
	log           []string
	turned        bool // the arming switch, as our hands have left it
	fingers       map[shipit.Button]*finger
	clicked       shipit.Button // whose finger is the mouse's
	clicking      bool
}

// update takes a message.
func (m *model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.KeyPressMsg:
		return m.key(msg.String())
	case tea.MouseClickMsg:
		return m.click(msg.Mouse())
	case tea.MouseReleaseMsg:
		return m.unclick()
	case lift:
		return m.lift(msg.button)
	case *news:
		m.hear(msg)
		return m.next
	}
	return nil
}

// hear takes what is new of the box.
func (m *model) hear(n *news) {
	m.log = latest(append(m.log, n.lines...))
	if n.away != nil {
		m.away = *n.away
	}
	if n.view != nil {
		m.view, m.shown = *n.view, true
		m.count()
	}
}

// key is a key that was typed.
func (m *model) key(name string) tea.Cmd {
	switch name {
	case "q", "Q", "ctrl+c":
		return tea.Quit
	case "ctrl+z":
		return suspend
	}
	if m.hands == nil || m.tooSmall() {
		return nil // nobody sees what it would do
	}
	if name == "a" || name == "A" {
		m.turn()
		return nil
	}
	button, ok := map[string]shipit.Button{"l": shipit.LaunchButton, "b": shipit.BranchButton, "s": shipit.SecondButton}[strings.ToLower(name)]
	switch {
	case !ok, button == shipit.SecondButton && m.view.SecondDown == nil:
		return nil
	case name == strings.ToUpper(name):
		return m.toggle(button)
	}
	return m.press(button)
}

// click is the left button of the mouse, down on the switch or a button.
func (m *model) click(at tea.Mouse) tea.Cmd {
	if m.hands == nil || at.Button != tea.MouseLeft || m.tooSmall() {
		return nil
	}
	part := m.partAt(at.X, at.Y)
	if part == switchPart {
		m.turn()
	}
	if button, is := part.button(); is {
		m.clicking, m.clicked = true, button
		m.hold(button)
	}
	return nil
}

// unclick is the mouse, up.
func (m *model) unclick() tea.Cmd {
	if !m.clicking {
		return nil
	}
	m.clicking = false
	return m.letGo(m.clicked)
}
