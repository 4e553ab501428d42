package ci

import (
	"fmt"
	"sync"
	"time"

	"ship-it.example/shipit"
)

// showTime is how long a server may show nothing of a build that it has started.
const showTime = 5 * time.Minute

// showing is what the looks at a target's latest build have shown of it. Any
// goroutine may call its methods.
type showing struct {
	mu    sync.Mutex
	build string
	shown bool
	since time.Time // of the first look that showed nothing
}

// saw notes that a look has shown the build.
func (s *showing) saw(build string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of(build)
	s.shown = true
}

// missed is what a look means that has shown nothing of the build. One that is yet
// to come is queued, for a while; one that was there is over, and another has
// taken its place: nobody can tell how it ended.
func (s *showing) missed(build string) (shipit.Sight, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of(build)
	if s.since.IsZero() {
		s.since = time.Now()
	}
	switch {
	case s.shown:
		return lost(build), nil
	case time.Since(s.since) > showTime:
		return shipit.Sight{}, fmt.Errorf("%w: it shows none after %v: look there", shipit.ErrCannot, showTime)
	}
	return shipit.Sight{Stage: shipit.StageQueued, Build: build, Progress: -1}, nil
}

// of begins anew for another build.
func (s *showing) of(build string) {
	if s.build != build {
		s.build, s.shown, s.since = build, false, time.Time{}
	}
}
