package ci

import "time"

// ClockDoubt makes the question for [WithClockDoubt]: the clock is in doubt
// before the day on which the program was built, and while the kernel says
// that nothing has set it. A Pi has no clock that runs without power.
func ClockDoubt(built time.Time) func(now time.Time) bool {
	return func(now time.Time) bool { return now.Before(built) || unsynchronised() }
}
