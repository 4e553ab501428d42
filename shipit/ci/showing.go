package ci

import (
	"fmt"
	"sync"
	"time"

	"ship-it.example/shipit"
)

const (
	// showTime is how long a server may show nothing of a build that it has started.
	showTime = 5 * time.Minute
	// unseenTime is how much of that a pause between two looks counts at most: in a
	// longer one the server couldn't be asked, or didn't want to be.
	unseenTime = 2 * time.Minute
)

// showing is what the looks at a target's latest build have shown of it. Any
// goroutine may call its methods.
type showing struct {
	mu    sync.Mutex
	build string
	shown bool
	last  time.Time     // of the latest look that showed nothing
	none  time.Duration // how long looks have shown nothing
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
	now := time.Now()
	if !s.last.IsZero() {
		s.none += min(now.Sub(s.last), unseenTime)
	}
	s.last = now
	switch {
	case s.shown:
		return lost(build), nil
	case s.none > showTime:
		return shipit.Sight{}, fmt.Errorf("%w: it shows none after %v: look there", shipit.ErrCannot, showTime)
	}
	return shipit.Sight{Stage: shipit.StageQueued, Build: build, Progress: -1}, nil
}

// of begins anew for another build.
func (s *showing) of(build string) {
	if s.build != build {
		s.build, s.shown, s.last, s.none = build, false, time.Time{}, 0
	}
}
