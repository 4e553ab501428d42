package gpio

import "time"

// Change is an input that has settled at another level than before.
type Change struct {
	Input  int       // index into [Plan.Inputs]
	Active bool      // the settled level, polarity applied
	First  time.Time // first contact: when the line was first seen away from its settled level
	Levels []bool    // whether each input was active in the very reading that settled this one
}

const (
	// restAfter is the longest wait: levels are read that often without any
	// edge, so that a lost edge heals. Each wait costs a wake-up or two.
	restAfter = 2 * time.Second

	// blindAfter is the longest wait where edges seem not to work.
	blindAfter = 200 * time.Millisecond

	// quietFor is the wait for an edge that may be queued already. It must be
	// above zero, since a wait whose deadline has passed returns without a
	// look at the queue, and long enough for the kernel to queue an edge whose
	// level has just been read. It delays every press.
	quietFor = 200 * time.Microsecond
)

// noEdge is the line of an edge that did not come.
const noEdge = -1

// settling decides when the levels of some inputs count. It has no clock and
// no line: readings go in, changes come out.
type settling struct {
	window time.Duration // the debounce time
	lines  []settler
	blind  bool // a level changed without an edge, and no edge came since
}

// settler is one input. The zero value has seen nothing yet.
type settler struct {
	known  bool      // it has settled once
	active bool      // where it settled
	seen   bool      // where it was at the last reading
	open   bool      // its debounce time runs
	since  time.Time // since when
	first  time.Time // first contact since it was last settled; zero: none
}

// newSettling is n inputs of which nothing is known.
func newSettling(n int, window time.Duration) *settling {
	return &settling{window: window, lines: make([]settler, n)}
}

// see takes a reading of all inputs, made between before and after, and the
// line of the edge that led to it, or noEdge. Debounce times begin after the
// reading and first contact lies before it: in doubt a level lasts shorter and
// a press began earlier.
func (s *settling) see(before, after time.Time, active []bool, edge int) {
	if edge != noEdge {
		s.blind = false
	}
	for i := range s.lines {
		if s.lines[i].see(before, after, active[i], i == edge) {
			s.blind = true
		}
	}
}

// see tells whether the level changed without an edge. An edge or another
// level restarts the debounce time.
func (l *settler) see(before, after time.Time, active, edge bool) (silent bool) {
	begins := !l.known && !l.open
	moved := active != l.seen && !begins
	if !begins && !moved && !edge {
		return false
	}
	if l.first.IsZero() {
		l.first = before
	}
	l.open, l.since, l.seen = true, after, active
	return moved && !edge
}

// over tells whether the debounce time has run out by now.
func (s *settling) over(l settler, now time.Time) bool {
	return l.open && now.Sub(l.since) >= s.window
}

// due tells whether a reading begun at now ended the debounce time of any
// input. It settles only if there was no edge up to that reading.
func (s *settling) due(now time.Time) bool {
	for _, l := range s.lines {
		if s.over(l, now) {
			return true
		}
	}
	return false
}

// settle settles every input whose debounce time had run out when the last
// reading began, and tells the changes in the order of the inputs. An input
// that is back where it was has only forgotten its first contact, and where
// one settles for the first time is no change.
func (s *settling) settle(now time.Time) []Change {
	var changes []Change
	for i := range s.lines {
		l := &s.lines[i]
		if !s.over(*l, now) {
			continue
		}
		if l.known && l.seen != l.active {
			changes = append(changes, Change{Input: i, Active: l.seen, First: l.first, Levels: s.levels()})
		}
		l.known, l.active, l.open, l.first = true, l.seen, false, time.Time{}
	}
	return changes
}

// levels is where each input was at the last reading.
func (s *settling) levels() []bool {
	levels := make([]bool, len(s.lines))
	for i, l := range s.lines {
		levels[i] = l.seen
	}
	return levels
}

// unsettled is the first input that has never settled, or -1.
func (s *settling) unsettled() int {
	for i, l := range s.lines {
		if !l.known {
			return i
		}
	}
	return -1
}

// rest is how long to wait for the next edge: until the first debounce time
// runs out, and always above zero.
func (s *settling) rest(now time.Time) time.Duration {
	rest := restAfter
	if s.blind {
		rest = blindAfter
	}
	for _, l := range s.lines {
		if l.open {
			rest = min(rest, l.since.Add(s.window).Sub(now))
		}
	}
	return max(rest, quietFor)
}
