package ci

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

// maxAgain bounds what a server may wish for: a mistaken date shall not end the
// following of a build.
const maxAgain = time.Hour

// again is the server's wish not to be asked sooner, 0 if it has none:
// Retry-After in seconds or as a date (RFC 9110, section 10.2.3), and the reset
// of a limit that is used up, as GitHub
// (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api)
// and GitLab tell it.
func again(h http.Header, now time.Time) time.Duration {
	wish := time.Duration(0)
	if text := h.Get("Retry-After"); text != "" {
		if seconds, err := strconv.Atoi(text); err == nil || errors.Is(err, strconv.ErrRange) {
			wish = time.Duration(min(max(seconds, 0), int(maxAgain/time.Second))) * time.Second
		} else if at, err := http.ParseTime(text); err == nil {
			wish = at.Sub(now)
		}
	}
	if usedUp(h) {
		for _, name := range []string{"X-RateLimit-Reset", "RateLimit-Reset"} {
			if at, err := strconv.ParseInt(h.Get(name), 10, 64); err == nil {
				wish = max(wish, time.Unix(at, 0).Sub(now))
			}
		}
	}
	return min(max(wish, 0), maxAgain)
}

// usedUp says whether a limit on requests leaves none.
func usedUp(h http.Header) bool {
	return h.Get("X-RateLimit-Remaining") == "0" || h.Get("RateLimit-Remaining") == "0"
}

// isLimited says whether the server refused only because it was asked too
// often. GitHub says 403 for that, too.
func (a *answer) isLimited() bool {
	return a.status == http.StatusTooManyRequests ||
		a.status == http.StatusForbidden && (usedUp(a.header) || a.header.Get("Retry-After") != "")
}
