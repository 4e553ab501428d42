package doctor

import (
	"fmt"
	"time"

	"ship-it.example/gpio"
)

// Bounce says of a contact how it bounced.
func Bounce(c gpio.Contact) string {
	if c.Edges == 1 {
		return "1 edge, no bounce"
	}
	return fmt.Sprintf("%d edges, bounced for %v", c.Edges, Short(c.Bounce))
}

// Short is a time to the precision that says something.
func Short(d time.Duration) time.Duration {
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond)
	case d >= 100*time.Millisecond:
		return d.Round(time.Millisecond)
	default:
		return d.Round(10 * time.Microsecond)
	}
}
