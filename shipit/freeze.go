package shipit

import "time"

// Freeze is times without launches, by the clock of a place.
type Freeze struct {
	Windows []Window
	Zone    *time.Location // nil: UTC
}

// Window is a part of some days of the week.
type Window struct {
	Days [7]bool       // on which it begins, by time.Weekday
	From time.Duration // since midnight
	To   time.Duration // the same, above From and up to 24 h; at or below From: of the next day
}

// span is when a window that begins on the day of t begins and ends.
func (w Window) span(t time.Time) (from, to time.Time) {
	at := func(days int, d time.Duration) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day()+days, int(d/time.Hour), int(d%time.Hour/time.Minute), 0, 0, t.Location())
	}
	if w.To <= w.From {
		return at(0, w.From), at(1, w.To)
	}
	return at(0, w.From), at(0, w.To)
}

// each calls f with the spans of all windows that begin on the day of now, the
// day before, and the week after. The hands of the clock tell, where they are put
// forward or back, too: so the spans are those of a clock that goes on as it does
// now, and hold until it is changed.
func (f Freeze) each(now time.Time, visit func(from, to time.Time)) {
	if len(f.Windows) == 0 {
		return
	}
	zone := time.FixedZone(f.local(now).Zone())
	now = now.In(zone)
	for day := -1; day <= 7; day++ {
		t := time.Date(now.Year(), now.Month(), now.Day()+day, 12, 0, 0, 0, zone)
		for _, w := range f.Windows {
			if w.Days[t.Weekday()] {
				visit(w.span(t))
			}
		}
	}
}

// local is a time by the clock of the place.
func (f Freeze) local(t time.Time) time.Time {
	if f.Zone == nil {
		return t.UTC()
	}
	return t.In(f.Zone)
}

// holds tells whether there are no launches at now.
func (f Freeze) holds(now time.Time) bool {
	held := false
	f.each(now, func(from, to time.Time) {
		held = held || !now.Before(from) && now.Before(to)
	})
	return held
}

// next is the next moment at which a window begins or ends, or the clock is
// changed before that; the zero time if there is none.
func (f Freeze) next(now time.Time) time.Time {
	var next time.Time
	f.each(now, func(from, to time.Time) {
		for _, at := range []time.Time{from, to} {
			if at.After(now) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	})
	if _, change := f.local(now).ZoneBounds(); !change.IsZero() && change.Before(next) {
		return change
	}
	return next
}
