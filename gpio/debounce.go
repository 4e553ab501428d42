package gpio

import (
	"slices"
	"time"
)

// Reading is what the reader of the inputs saw at one moment.
type Reading struct {
	Began  time.Time
	Levels []bool // of each input of the plan; true is high
	Edge   int    // the input whose edge led to the reading, or NoEdge
}

// NoEdge is the [Reading.Edge] of a reading without one.
const NoEdge = noEdge

// tell gives a reading to whoever the plan names, if there is anything new in
// it: an edge, a level that is not the last one's, or the first levels of all.
func (h *Header) tell(r Reading) {
	if h.plan.Saw == nil || r.Edge == noEdge && slices.Equal(r.Levels, h.told) {
		return
	}
	h.told = slices.Clone(r.Levels)
	h.plan.Saw(Reading{Began: r.Began, Levels: h.told, Edge: r.Edge})
}

// Debounce is what a [Header] does with its readings, without a header: readings
// that were seen go in, and settled changes come out, at the moments at which a
// header that is never late would tell them. It has no clock and no line. Its
// methods are to be called in the order of their times.
type Debounce struct {
	plan     Plan
	settling *settling
	from     time.Time // since when the header waits, or when it has looked
	looked   bool      // it has looked at what is due, and waits for an edge that is queued
}

// NewDebounce is that of a plan's inputs.
func NewDebounce(p Plan) *Debounce {
	return &Debounce{plan: p, settling: newSettling(len(p.Inputs), p.Debounce)}
}

// See takes a reading. What was due before it is to be done first: see Due.
func (d *Debounce) See(r Reading) {
	active := slices.Clone(r.Levels)
	for i, in := range d.plan.Inputs {
		active[i] = active[i] != in.ActiveLow
	}
	d.settling.see(r.Began, r.Began, active, r.Edge)
	d.from, d.looked = r.Began, d.settling.due(r.Began)
}

// Due is when the header goes on by itself if nothing is seen until then; the
// zero time if nothing is about to settle.
func (d *Debounce) Due() time.Time {
	if d.looked {
		return d.from.Add(quietFor)
	}
	var due time.Time
	for _, l := range d.settling.lines {
		if at := l.since.Add(d.settling.window); l.open && (due.IsZero() || at.Before(due)) {
			due = at
		}
	}
	if soonest := d.from.Add(quietFor); !due.IsZero() && due.Before(soonest) {
		return soonest
	}
	return due
}

// Go goes on at Due, and tells the changes that have settled, in the plan's
// order. The first level at which an input settles is none.
func (d *Debounce) Go(now time.Time) []Change {
	if !d.looked {
		d.from, d.looked = now, true
		return nil
	}
	changes := d.settling.settle(d.from)
	d.from, d.looked = now, false
	return changes
}

// Started tells whether every input has settled once, and whether each was
// active at the latest reading. Until then a header is not open, and changes
// are none of its business.
func (d *Debounce) Started() (active []bool, started bool) {
	return d.settling.levels(), d.settling.unsettled() < 0
}
