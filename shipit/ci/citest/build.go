package citest

import (
	"slices"
	"time"

	"ship-it.example/shipit"
)

// Life is what becomes of the builds that are queued from now on.
type Life struct {
	Queue time.Duration // in the queue
	Run   time.Duration // running, after that
	End   shipit.Stage  // then; StageLost: the server knows nothing of it any more
	Says  string        // while it runs: a word that no client knows, in the place of the server's own
	Waits bool          // it waits for a person for ever, once it would run
}

// DefaultLife lasts 6 s and ends well.
func DefaultLife() Life {
	return Life{Queue: time.Second, Run: 5 * time.Second, End: shipit.StagePassed}
}

// build is a build that was queued.
type build struct {
	n         int
	job       string
	text      string // all that was said in the order: a launch's id is in there
	life      Life
	queued    time.Time
	cancelled bool
	joined    bool // by another order for the same
}

// stage is how far it has come at now.
func (b build) stage(now time.Time) shipit.Stage {
	switch age := now.Sub(b.queued); {
	case b.cancelled:
		return shipit.StageCancelled
	case age < b.life.Queue:
		return shipit.StageQueued
	case b.life.Waits || age < b.life.Queue+b.life.Run:
		return shipit.StageRunning
	default:
		return b.life.End
	}
}

// waits tells whether it waits for a person.
func (b build) waits(now time.Time) bool {
	return b.life.Waits && b.stage(now) == shipit.StageRunning
}

// began is when it left the queue.
func (b build) began() time.Time { return b.queued.Add(b.life.Queue) }

// progress is how much of its run is over, from 0 to 1.
func (b build) progress(now time.Time) float64 {
	if b.life.Run <= 0 {
		return 1
	}
	return min(max(float64(now.Sub(b.began()))/float64(b.life.Run), 0), 1)
}

// word is what the server calls the stage: one of its own words for queued,
// running, passed, failed and cancelled, or the life's.
func (b build) word(now time.Time, own [5]string) string {
	stage := b.stage(now)
	if stage == shipit.StageRunning && b.life.Says != "" {
		return b.life.Says
	}
	if stage == shipit.StageLost {
		return ""
	}
	return own[stage]
}

// find is the build of that number, unless the server has lost it.
func (s *Server) find(n int) (build, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < 1 || n > len(s.builds) {
		return build{}, false
	}
	b := *s.builds[n-1]
	return b, b.stage(time.Now()) != shipit.StageLost
}

// Build tells of a build, from 1 on: all that was said in its order, a launch's
// id included, and how far it has come.
func (s *Server) Build(n int) (order string, stage shipit.Stage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := *s.builds[n-1]
	return b.text, b.stage(time.Now())
}

// list is the builds that the server hasn't lost, of one job or, with "", of
// all, newest first.
func (s *Server) list(job string) []build {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []build
	for _, each := range slices.Backward(s.builds) {
		if b := *each; (job == "" || b.job == job) && b.stage(time.Now()) != shipit.StageLost {
			list = append(list, b)
		}
	}
	return list
}

// add queues a build, or joins the order to one that is the same and waits
// still, if the server has that habit.
func (s *Server) add(job, text string) build {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.joins {
		for _, b := range s.builds {
			if b.job == job && b.text == text && b.stage(time.Now()) == shipit.StageQueued {
				joined := *b
				joined.joined = true
				return joined
			}
		}
	}
	b := &build{n: len(s.builds) + 1, job: job, text: text, life: s.life, queued: time.Now()}
	s.builds = append(s.builds, b)
	return *b
}

// cancel takes a build back, and tells whether it could be: running says that
// one that runs can be.
func (s *Server) cancel(n int, running bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < 1 || n > len(s.builds) {
		return false
	}
	b := s.builds[n-1]
	stage := b.stage(time.Now())
	if stage == shipit.StageQueued || running && stage == shipit.StageRunning {
		b.cancelled = true
		return true
	}
	return false
}

// held is how long a build stays where it was told to be.
const held = 1000 * time.Hour

// Become has a build, from 1 on, be in that stage until it is told to be in
// another; a running one has come so far, from 0 to 1.
func (s *Server) Become(n int, stage shipit.Stage, progress float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.builds[n-1]
	b.cancelled = false
	age := time.Since(b.queued)
	switch stage {
	case shipit.StageQueued:
		b.life = Life{Queue: held}
	case shipit.StageRunning:
		b.life = Life{Queue: age - time.Duration(progress*float64(held)), Run: held}
	default:
		b.life = Life{Queue: min(b.life.Queue, age), End: stage}
	}
}
