package bench_test

import (
	"fmt"
	"time"
)

// An emulated machine stands still now and then. A timer that rings much too
// late tells.
const (
	stallEvery = 5 * time.Millisecond
	stallOver  = 40 * time.Millisecond
)

type stallWatch struct {
	quit, done chan struct{}
	began      time.Time
	count      int
	longest    time.Duration
}

func watchStalls() *stallWatch {
	w := &stallWatch{quit: make(chan struct{}), done: make(chan struct{}), began: time.Now()}
	go func() {
		defer close(w.done)
		w.run()
	}()
	return w
}

func (w *stallWatch) run() {
	timer := time.NewTimer(stallEvery)
	defer timer.Stop()
	for {
		before := time.Now()
		timer.Reset(stallEvery)
		select {
		case <-w.quit:
			return
		case <-timer.C:
		}
		over := time.Since(before) - stallEvery
		if over > stallOver {
			w.count++
		}
		w.longest = max(w.longest, over)
	}
}

// end tells what was seen.
func (w *stallWatch) end() string {
	close(w.quit)
	<-w.done
	return fmt.Sprintf("In %.0f s of presses the machine itself stood still for over %v %d times, for %v at most.",
		time.Since(w.began).Seconds(), stallOver, w.count, w.longest.Round(time.Millisecond))
}
