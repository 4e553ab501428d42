package ci_test

import (
	"fmt"
	"regexp"
	"slices"

	"ship-it.example/shipit"
	"ship-it.example/shipit/journal"
)

// read is what the journal says.
func (b *faultBox) read() journal.Log {
	b.t.Helper()
	log, err := journal.Read(b.path)
	if err != nil || log.Bad > 0 {
		b.t.Errorf("the journal: %v, %d bad lines", err, log.Bad)
	}
	return log
}

// launches is its lines about launches, and those that are open.
func (b *faultBox) launches() []shipit.Record {
	b.t.Helper()
	log := b.read()
	var list []shipit.Record
	for _, line := range append(log.Lines, log.Open...) {
		if line.Kind == shipit.KindLaunch {
			list = append(list, line.Record)
		}
	}
	return list
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
	if open := b.read().Open; len(open) > 0 {
		b.t.Errorf("launches are still open: %+v", open)
	}
	presses := map[string]int{}
	for _, r := range b.launches() {
		presses[r.Target]++
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
		if n := presses[b.names[i]]; s.Builds() > n || s.Requests() > n {
			b.t.Errorf("%s: %d presses, %d requests, %d builds", b.names[i], n, s.Requests(), s.Builds())
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
		case r.Outcome == "":
			return "started, and nothing became of it"
		case slices.Contains([]string{"passed", "failed", "cancelled"}, r.Outcome) && r.Outcome != there[0].stage.String():
			return "ended otherwise"
		}
	default:
		return "no answer"
	}
	return ""
}
