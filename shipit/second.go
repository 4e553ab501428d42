package shipit

import "time"

// The refusals of a launch press for want of a second person.
const (
	holdSecond  = "hold the second button"
	pressSecond = "press the second button anew" // it is down, and doesn't count
)

// pressedSecond begins to hold the second button, which allows a launch and
// does nothing else. As with a launch press the hold has to begin after the box
// was armed, so that a stuck button, or one that moves with the switch, is no
// second person.
func (b *Box) pressedSecond(now time.Time, p Pressed) []Action {
	if word := b.tooEarly(p); word != "" {
		return b.refuse(now, SecondButton, word)
	}
	b.second.from = p.First
	return []Action{Note{Text: "The second button is held"}}
}

// alone is the refusal of a launch press in an armed box for want of a second
// person, or "". A hold is good for one armed time, so for one launch, and no
// longer than until the button counts as stuck.
func (b *Box) alone(p Pressed) string {
	switch {
	case !b.rules.TwoPerson:
		return ""
	case !b.second.down || !p.SecondDown:
		return holdSecond
	case b.second.stuck || !b.since().Before(b.second.from):
		return pressSecond
	}
	return ""
}
