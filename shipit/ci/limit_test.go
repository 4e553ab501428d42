package ci

import (
	"net/http"
	"testing"
	"time"
)

// TestAgain: what a server wishes for, in each form, and in none that has a
// meaning.
func TestAgain(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		header, text string
		left         string // of a limit
		want         time.Duration
	}{
		{"Retry-After", "7", "", 7 * time.Second},
		{"Retry-After", "0", "", 0},
		{"Retry-After", "-5", "", 0},
		{"Retry-After", "-9223372036854775807", "", 0},
		{"Retry-After", "86400", "", time.Hour},
		{"Retry-After", "99999999999999999999", "", time.Hour},
		{"Retry-After", "soon", "", 0},
		{"Retry-After", "Tue, 24 Nov 2026 12:00:30 GMT", "", 30 * time.Second},
		{"Retry-After", "Tue, 24 Nov 2026 11:00:00 GMT", "", 0},
		{"Retry-After", "Tue, 24 Nov 2099 12:00:00 GMT", "", time.Hour},
		{"X-RateLimit-Reset", "1795521640", "0", 40 * time.Second},
		{"X-RateLimit-Reset", "1795521640", "1", 0},
		{"RateLimit-Reset", "30", "0", 0},
	} {
		h := http.Header{}
		h.Set(c.header, c.text)
		if c.left != "" {
			h.Set("X-RateLimit-Remaining", c.left)
		}
		if got := again(h, now); got != c.want {
			t.Errorf("%s: %s: %v, want %v", c.header, c.text, got, c.want)
		}
	}
}
