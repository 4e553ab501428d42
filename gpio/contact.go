package gpio

import "time"

// QuietFor is how long a contact has to stay as it is to be at rest: longer
// than the pauses in which contacts bounce, shorter than any press.
const QuietFor = 25 * time.Millisecond

// Contact is what a contact did between two rests: it closed, or it opened, and
// bounced on the way.
type Contact struct {
	Input  int
	Active bool          // where it rests now, polarity applied
	Glitch bool          // it is back where it was
	Edges  int           // how many, by the kernel's count; one without bounce
	Bounce time.Duration // from the first edge to the last
	Pause  time.Duration // the longest time between two of them
	Rested time.Duration // how long it had rested before; zero: not known
}

// meter makes contacts of the edges of one input.
type meter struct {
	input  Input
	rest   bool // the level at which it rested last
	level  bool // after the last edge
	edges  int  // since that rest
	first  time.Duration
	last   time.Duration
	pause  time.Duration
	before time.Duration // the last edge before this rest, if there was one
	begun  bool
	seen   time.Time // when the last edge was taken
}

// open tells whether it has moved and not come to rest again.
func (m *meter) open() bool { return m.edges > 0 }

// add takes an edge. One that comes long after the last ends what that began.
func (m *meter) add(e Edge, now time.Time) (ended []Contact) {
	if m.open() && e.Lost == 0 && e.At-m.last >= QuietFor {
		ended = append(ended, m.end())
	}
	switch {
	case !m.open():
		m.first, m.pause = e.At, 0
	default:
		m.pause = max(m.pause, e.At-m.last)
	}
	m.edges += 1 + e.Lost
	m.level, m.last, m.seen = e.High, e.At, now
	return ended
}

// end is what the edges since the last rest were. The caller numbers the input.
func (m *meter) end() Contact {
	c := Contact{
		Active: m.level != m.input.ActiveLow, Glitch: m.level == m.rest,
		Edges: m.edges, Bounce: m.last - m.first, Pause: m.pause,
	}
	if m.begun {
		c.Rested = m.first - m.before
	}
	if !c.Glitch {
		m.begun, m.before = true, m.last
	}
	m.rest, m.edges = m.level, 0
	return c
}
