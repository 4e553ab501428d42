package ci_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"ship-it.example/shipit"
)

// ledger is a journal in memory: the lines, and what is open.
type ledger struct {
	mu    sync.Mutex
	open  map[string]shipit.Record // launches, by id
	lines []shipit.Record
}

var _ shipit.Journal = (*ledger)(nil)

func newLedger() *ledger { return &ledger{open: map[string]shipit.Record{}} }

func (*ledger) Reserve(context.Context) (string, error) { return shipit.NewLaunchID(), nil }
func (*ledger) Release(string)                          {}

func (l *ledger) Begin(r shipit.Record) error {
	l.Update(r)
	return nil
}

func (l *ledger) Update(r shipit.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[r.ID] = r
}

func (l *ledger) Close(r shipit.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, r.ID)
	l.lines = append(l.lines, r)
}

// unclosed is what the next run goes on with, in order.
func (l *ledger) unclosed() []shipit.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []shipit.Record
	for _, r := range l.open {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b shipit.Record) int { return a.Time.Compare(b.Time) })
	return list
}

// launches counts the launches, open or closed.
func (l *ledger) launches() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.open)
	for _, r := range l.lines {
		if r.Kind == shipit.KindLaunch {
			n++
		}
	}
	return n
}

// found is a build at a server.
type found struct {
	server, number int
	stage          shipit.Stage
}

var (
	launchID = regexp.MustCompile(`[A-Z2-7]{16}`)
	lastly   = regexp.MustCompile(`[0-9]+$`)
)

// reckon holds the journal's lines against the builds that there are.
func (b *faultBox) reckon() counts {
	b.t.Helper()
	builds := map[string][]found{}
	for i, s := range b.servers {
		for n := 1; n <= s.Builds(); n++ {
			order, stage := s.Build(n)
			id := launchID.FindString(order)
			builds[id] = append(builds[id], found{i, n, stage})
			b.counts["builds"]++
		}
	}
	if left := b.journal.unclosed(); len(left) > 0 {
		b.t.Errorf("launches are still open: %+v", left)
	}
	for _, r := range b.journal.lines {
		if r.Kind != shipit.KindLaunch {
			continue
		}
		b.counts["launches"]++
		b.counts["launches: "+r.Answer]++
		if r.Answer == shipit.Started.String() && r.Reason != "" {
			b.counts["launches: started, at first unknown"]++
		}
		b.counts["outcomes: "+r.Outcome]++
		if wrong := b.wrong(r, builds[r.ID]); wrong != "" {
			b.t.Errorf("%s: %+v\nand there are the builds %+v", wrong, r, builds[r.ID])
		}
		delete(builds, r.ID)
	}
	if len(builds) > 0 {
		b.t.Errorf("builds that nobody launched: %+v", builds)
	}
	for i, s := range b.servers {
		presses := 0
		for _, r := range b.journal.lines {
			if r.Kind == shipit.KindLaunch && r.Target == b.names[i] {
				presses++
			}
		}
		if s.Builds() > presses || s.Requests() > presses {
			b.t.Errorf("%s: %d presses, %d requests, %d builds", b.names[i], presses, s.Requests(), s.Builds())
		}
	}
	return b.counts
}

// wrong says what a line says that isn't so, or "".
func (b *faultBox) wrong(r shipit.Record, there []found) string {
	if len(there) > 1 {
		return "more than one build"
	}
	switch r.Answer {
	case shipit.NotStarted.String():
		if len(there) > 0 {
			return "not started, and it was"
		}
	case shipit.Unknown.String():
		if r.Outcome != shipit.OutcomeUnknown {
			return "unknown, with an outcome"
		}
	case shipit.Started.String():
		switch {
		case len(there) == 0:
			return "started, and it was not"
		case b.names[there[0].server] != r.Target:
			return "started somewhere else"
		case r.Build != "" && lastly.FindString(r.Build) != fmt.Sprint(there[0].number):
			return "started another build"
		case strings.Contains("passed failed cancelled", r.Outcome) && r.Outcome != there[0].stage.String():
			return "ended otherwise"
		}
	default:
		return "no answer"
	}
	return ""
}
