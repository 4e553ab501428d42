package ci

import (
	"context"
	"iter"
	"time"

	"ship-it.example/shipit"
)

// Work is what a target starts: a [Build], or another of the types that name a
// job on one kind of server.
type Work interface {
	// String says for people on which kind of server, and what.
	String() string
	work()
}

// Servers says how to reach each server that a configuration names.
type Servers struct {
	TeamCity Settings
	Jenkins  Settings
	GitHub   GitHubSettings
	GitLab   Settings
	Webhooks map[string]Hook
}

// ByName gives the servers that have an address, by the names of their sections
// in a configuration.
func (s Servers) ByName() iter.Seq2[string, Settings] {
	return func(yield func(string, Settings) bool) {
		for _, e := range []struct {
			name string
			Settings
		}{{"teamcity", s.TeamCity}, {"jenkins", s.Jenkins}, {"github", s.GitHub.Settings}, {"gitlab", s.GitLab}} {
			if e.URL != nil && !yield(e.name, e.Settings) {
				return
			}
		}
		for _, name := range sortedKeys(s.Webhooks) {
			if !yield("webhook."+name, s.Webhooks[name].Settings) {
				return
			}
		}
	}
}

// server is what the file of one kind of server makes. Its targets are counted
// from 0 for itself.
type server interface {
	shipit.Server
	shipit.Follower
	preview(target int, id string) string
	close()
}

// Fleet is all servers of a configuration as one: it sends each target to its
// own. Any goroutine may call its methods.
type Fleet struct {
	servers []server
	berths  []berth // by target
}

// berth is where a target stands.
type berth struct{ server, target int }

var (
	_ shipit.Server   = (*Fleet)(nil)
	_ shipit.Follower = (*Fleet)(nil)
)

// NewFleet makes the servers that the work needs, one target each, by index.
// It does nothing until it is asked to. Close it.
func NewFleet(s Servers, work []Work, opts ...Option) *Fleet {
	f := &Fleet{berths: make([]berth, len(work))}
	gather(f, work, func(b []Build) server { return NewTeamCity(s.TeamCity, b, opts...) })
	gather(f, work, func(j []Job) server { return NewJenkins(s.Jenkins, j, opts...) })
	gather(f, work, func(w []Workflow) server { return NewGitHub(s.GitHub, w, opts...) })
	for _, name := range sortedKeys(s.Webhooks) {
		gatherIf(f, work, func(c Call) bool { return c.Server == name },
			func(c []Call) server { return NewWebhook(s.Webhooks[name], c, opts...) })
	}
	gather(f, work, func(c []Command) server { return NewCommands(c, opts...) })
	gather(f, work, func(p []Pipeline) server { return NewGitLab(s.GitLab, p, opts...) })
	return f
}

// gather makes one server of all work of its kind, if there is any.
func gather[W Work](f *Fleet, work []Work, form func([]W) server) {
	gatherIf(f, work, func(W) bool { return true }, form)
}

// gatherIf does so of some of it.
func gatherIf[W Work](f *Fleet, work []Work, belongs func(W) bool, form func([]W) server) {
	var jobs []W
	for i, w := range work {
		if job, ok := w.(W); ok && belongs(job) {
			f.berths[i] = berth{len(f.servers), len(jobs)}
			jobs = append(jobs, job)
		}
	}
	if len(jobs) > 0 {
		f.servers = append(f.servers, form(jobs))
	}
}

// at is the server of a target, and its number there.
func (f *Fleet) at(target int) (server, int) {
	p := f.berths[target]
	return f.servers[p.server], p.target
}

// Ways gives each target the number of its server, for [shipit.Config].
func (f *Fleet) Ways() []int {
	ways := make([]int, len(f.berths))
	for i, p := range f.berths {
		ways[i] = p.server
	}
	return ways
}

// Close ends what the servers keep. A launch and a Warm have to be over.
func (f *Fleet) Close() error {
	for _, s := range f.servers {
		s.close()
	}
	return nil
}

// Launch implements [shipit.Server].
func (f *Fleet) Launch(ctx, withdraw context.Context, target int, id string) shipit.Outcome {
	s, n := f.at(target)
	return s.Launch(ctx, withdraw, n, id)
}

// Warm implements [shipit.Server]; see [TeamCity.Warm].
func (f *Fleet) Warm(ctx context.Context, target int, dialled func(error)) {
	s, n := f.at(target)
	s.Warm(ctx, n, dialled)
}

// Can implements [shipit.Follower].
func (f *Fleet) Can(target int) shipit.Abilities {
	s, n := f.at(target)
	return s.Can(n)
}

// Look implements [shipit.Follower].
func (f *Fleet) Look(ctx context.Context, target int, build string) (shipit.Sight, error) {
	s, n := f.at(target)
	return s.Look(ctx, n, build)
}

// Find implements [shipit.Follower].
func (f *Fleet) Find(ctx context.Context, target int, launch string, since time.Time) (shipit.Sight, error) {
	s, n := f.at(target)
	return s.Find(ctx, n, launch, since)
}

// Cancel implements [shipit.Follower].
func (f *Fleet) Cancel(ctx context.Context, target int, build string) error {
	s, n := f.at(target)
	return s.Cancel(ctx, n, build)
}

// End implements [shipit.Follower].
func (f *Fleet) End() {
	for _, s := range f.servers {
		s.End()
	}
}

// Check implements [shipit.Follower].
func (f *Fleet) Check(ctx context.Context, target int) error {
	s, n := f.at(target)
	return s.Check(ctx, n)
}
