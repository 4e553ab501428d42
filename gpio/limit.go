package gpio

import "time"

// limit ends the on-time of an output that has a Max. Its timer is its own:
// nothing that the output's user does, or omits, makes the time longer. The
// header's mu guards it.
type limit struct {
	run   int           // the time is that of all on-times of a run together
	spent time.Duration // in this run, until the output last went off
	since time.Time     // when it went on; zero: it is off
	timer *time.Timer   // switches it off; nil: it was never on
}

// SetFor is Set for one of many runs, each with a number of its own: an output
// with a Max is on for so long at most in all of a run, however often it goes on
// and off in it. Once that is used up, on is off. Off is off, whatever the run.
// Set is SetFor with the run 0.
func (h *Header) SetFor(output int, on bool, run int) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.shut.Load() {
		return ErrClosed
	}
	if h.plan.Outputs[output].Max == 0 {
		return h.drive(output, on)
	}
	now := time.Now()
	l := &h.limits[output]
	if l.stop(now); on && l.run != run {
		*l = limit{run: run}
	}
	left := h.plan.Outputs[output].Max - l.spent
	if !on || left <= 0 {
		return h.drive(output, false)
	}
	l.since = now
	l.timer = time.AfterFunc(left, func() { pass(h.panics, func() { h.expire(output) }) })
	return h.drive(output, true)
}

// stop takes the time that the output was on, and needs mu. A timer that has
// rung already finds nothing to do.
func (l *limit) stop(now time.Time) {
	if l.since.IsZero() {
		return
	}
	l.timer.Stop()
	l.spent += now.Sub(l.since)
	l.since = time.Time{}
}

// expire switches off an output whose time is used up. A line that is lost tells
// that to whoever drives it next.
func (h *Header) expire(output int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l, most := &h.limits[output], h.plan.Outputs[output].Max
	now := time.Now()
	if h.shut.Load() || l.since.IsZero() || l.spent+now.Sub(l.since) < most {
		return // it is given back, off, or on again
	}
	l.stop(now)
	_ = h.drive(output, false)
}
