package shipit

import "time"

// Sounding gives the box a siren, which sounds with the alarm, and for that
// long at most in each launch; 0: there is none.
func (b Box) Sounding(longest time.Duration) Box {
	b.siren = longest
	return b
}

// sirenEnd is when the siren of the running launch falls silent by itself, and
// whether it sounds at now.
func (b *Box) sirenEnd(now time.Time) (end time.Time, sounds bool) {
	end = b.since().Add(b.siren)
	return end, b.State() == Launching && now.Before(end)
}
