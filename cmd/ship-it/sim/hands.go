package sim

import "ship-it.example/shipit"

// Turn moves the arming switch, and waits for nothing.
func (s *Stage) Turn(on bool) { s.move(s.wiring.Switch, on) }

// Push puts a finger on a button, or takes it off, and waits for nothing. A
// button that the box doesn't have is no matter.
func (s *Stage) Push(button shipit.Button, down bool) {
	if in, there := s.wiring.Buttons[button]; there {
		s.move(in, down)
	}
}
