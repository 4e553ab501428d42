package ci

import (
	"fmt"
	"sync"
	"time"

	"ship-it.example/shipit"
)

// hush is a server's wish not to be asked for a while. It holds for all that is
// asked of it, about whichever build; what is sent to do something goes out all
// the same. Any goroutine may call its methods.
type hush struct {
	mu     sync.Mutex
	until  time.Time
	status int // of the answer that wished it
}

// wish takes what an answer of that status asked for; 0 asks for nothing.
func (h *hush) wish(now time.Time, again time.Duration, status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at := now.Add(again); again > 0 && at.After(h.until) {
		h.until, h.status = at, status
	}
}

// error is why nothing is asked now, or nil.
func (h *hush) error(now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	left := h.until.Sub(now)
	if left <= 0 {
		return nil
	}
	why, look := "refused", "what else asks it"
	if h.status >= 500 { // nobody asks too often: it can't answer
		why, look = fmt.Sprintf("server error (%d)", h.status), "the server"
	}
	return &shipit.AskError{
		Reason: fmt.Sprintf("%s: the server wants not to be asked before %s: look at %s", why, h.until.Local().Format(time.TimeOnly), look),
		Again:  left,
	}
}
