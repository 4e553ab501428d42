package panel

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"ship-it.example/shipit/view"
)

// backlog is how many lines of the log wait for the picture, or stay in it.
const backlog = 500

// Feed is what a panel shows. Its methods are for any goroutine and never
// block: a slow terminal holds up nobody, and misses what is old by now.
type Feed struct {
	mu   sync.Mutex
	news news
	wake chan struct{} // has something when there is news
}

// news is what has come since the last look.
type news struct {
	view  *view.View // nil: as before
	lines []string
	away  *string // why nobody tells of the box, empty if somebody does; nil: as before
}

// NewFeed makes a Feed that has nothing to show yet.
func NewFeed() *Feed { return &Feed{wake: make(chan struct{}, 1)} }

// Show has v shown in the place of what was there, and the lines of its log
// below those that were there.
func (f *Feed) Show(v view.View) {
	here := ""
	f.add(func(n *news) {
		n.view, n.away = &v, &here
		n.lines = append(n.lines, v.Log...)
	})
}

// Away tells that nobody tells of the box any more, and why, until the next
// Show.
func (f *Feed) Away(why error) {
	text := why.Error()
	f.add(func(n *news) { n.away = &text })
}

// Write takes lines of the log. It never fails.
func (f *Feed) Write(lines []byte) (int, error) {
	f.add(func(n *news) {
		for line := range bytes.Lines(lines) {
			n.lines = append(n.lines, string(bytes.TrimRight(line, "\n")))
		}
	})
	return len(lines), nil
}

// add notes something new.
func (f *Feed) add(note func(*news)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	note(&f.news)
	f.news.lines = latest(f.news.lines)
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// next waits for news and takes them, or nil once ctx ends.
func (f *Feed) next(ctx context.Context) *news {
	select {
	case <-ctx.Done():
		return nil
	case <-f.wake:
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.news
	f.news = news{}
	return &n
}

// latest is the end of the lines.
func latest(lines []string) []string {
	if surplus := len(lines) - backlog; surplus > 0 {
		return slices.Delete(lines, 0, surplus)
	}
	return lines
}
