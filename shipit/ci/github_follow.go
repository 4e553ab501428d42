package ci

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ship-it.example/shipit"
)

// githubRun is a run as GitHub describes it:
// https://docs.github.com/en/rest/actions/workflow-runs
type githubRun struct {
	ID         number `json:"id"`
	Status     string `json:"status"`
	Conclusion string `json:"conclusion"`
	Page       string `json:"html_url"`
	Title      string `json:"display_title"` // what run-name made of the inputs
	Name       string `json:"name"`
}

// Can implements [shipit.Follower]. Only an input that the workflow shows in
// its run-name lets a run be found.
func (g *GitHub) Can(target int) shipit.Abilities {
	return shipit.Abilities{Look: true, Find: g.flows[target].Launch != "", Cancel: true, Check: true}
}

// Look implements [shipit.Follower].
func (g *GitHub) Look(ctx context.Context, target int, build string) (shipit.Sight, error) {
	w := g.flows[target]
	r, err := g.ask(ctx, g.repo(w, "runs", url.PathEscape(build)))
	switch {
	case err != nil:
		return shipit.Sight{}, err
	case r.status == http.StatusNotFound:
		return lost(build), nil
	}
	var run githubRun
	if err := r.into(&run, w.look()); err != nil {
		return shipit.Sight{}, err
	}
	s := g.sight(run)
	s.Build = build
	if run.Status == "in_progress" {
		s.Progress = g.progress(ctx, w, build)
	}
	return s, nil
}

// ask asks; that the server doesn't speak our version is an error.
func (g *GitHub) ask(ctx context.Context, from *url.URL) (*reply, error) {
	r, err := g.caller.ask(ctx, question{url: from, header: g.header()})
	if err == nil && isOlder(r.status, r.said()) {
		return nil, lasting("%s", r.older(r.said()))
	}
	return r, err
}

// sight is what a run's description means.
func (g *GitHub) sight(run githubRun) shipit.Sight {
	s := shipit.Sight{Stage: shipit.StageRunning, Build: string(run.ID), URL: page(run.Page, g.caller.leaks), Progress: -1}
	word := run.Status
	switch run.Status {
	case "queued", "requested", "pending":
		s.Stage = shipit.StageQueued
	case "waiting": // for somebody who approves of its environment
		s.Stage, s.Waiting = shipit.StageQueued, true
	case "completed":
		s.Stage, word = concluded(run.Conclusion), run.Conclusion
	}
	s.Word = g.caller.word(strings.ReplaceAll(word, "_", " "))
	return s
}

// concluded is how a run that is over has ended. A word that we don't know
// leaves it running.
func concluded(conclusion string) shipit.Stage {
	switch conclusion {
	case "success", "neutral":
		return shipit.StagePassed
	case "failure", "timed_out", "action_required", "startup_failure":
		return shipit.StageFailed
	case "cancelled", "skipped", "stale":
		return shipit.StageCancelled
	default:
		return shipit.StageRunning
	}
}

// progress is how many of the steps known so far are over; negative if GitHub
// doesn't say. It is an ornament: an error of this question is none of Look's.
func (g *GitHub) progress(ctx context.Context, w Workflow, build string) float64 {
	r, err := g.ask(ctx, withQuery(g.repo(w, "runs", url.PathEscape(build), "jobs"), "per_page", "100"))
	if err != nil {
		return -1
	}
	var list struct {
		Jobs []struct {
			Steps []struct {
				Status string `json:"status"`
			} `json:"steps"`
		} `json:"jobs"`
	}
	if r.into(&list, "") != nil {
		return -1
	}
	done, all := 0, 0
	for _, job := range list.Jobs {
		for _, step := range job.Steps {
			all++
			if step.Status == "completed" {
				done++
			}
		}
	}
	return share(done, all)
}

// skew is by how much the clocks of box and server may differ in a search.
const skew = 5 * time.Minute

// Find implements [shipit.Follower]: the id is in the run's title.
func (g *GitHub) Find(ctx context.Context, target int, launch string, since time.Time) (shipit.Sight, error) {
	w := g.flows[target]
	if w.Launch == "" {
		return shipit.Sight{}, shipit.ErrCannot
	}
	r, err := g.ask(ctx, withQuery(g.repo(w, "workflows", url.PathEscape(w.File), "runs"),
		"event", "workflow_dispatch", "created", ">="+since.Add(-skew).UTC().Format(time.RFC3339), "per_page", "50")) // which are under 1 MiB
	if err != nil {
		return shipit.Sight{}, err
	}
	if !r.isOK() {
		return shipit.Sight{}, r.troubleJob(w.look())
	}
	var list struct {
		Runs []githubRun `json:"workflow_runs"`
	}
	if err := r.into(&list, w.look()); err != nil {
		return shipit.Sight{}, err
	}
	for _, run := range list.Runs {
		if strings.Contains(run.Title, launch) || strings.Contains(run.Name, launch) {
			return g.sight(run), nil
		}
	}
	return shipit.Sight{}, shipit.ErrNoBuild
}

// Cancel implements [shipit.Follower]; GitHub ends a running one too.
func (g *GitHub) Cancel(ctx context.Context, target int, build string) error {
	w := g.flows[target]
	r, err := g.caller.ask(ctx, question{
		method: http.MethodPost, url: g.repo(w, "runs", url.PathEscape(build), "cancel"), header: g.header(), acts: true,
	})
	if err != nil || r.isOK() {
		return err
	}
	return r.trouble(w.look())
}

// Check implements [shipit.Follower]. Whether the token may start a run can't be
// asked without starting one.
func (g *GitHub) Check(ctx context.Context, target int) error {
	w := g.flows[target]
	r, err := g.ask(ctx, g.repo(w, "workflows", url.PathEscape(w.File)))
	if err != nil {
		return err
	}
	if !r.isOK() {
		return r.troubleJob(w.look())
	}
	var flow struct {
		State string `json:"state"`
	}
	if err := r.names(&flow, &flow.State, w.look()); err != nil {
		return err
	}
	if flow.State != "active" {
		return lasting("conflict: the workflow is %s: enable it on the server, or look at workflow %q", clean(strings.ReplaceAll(flow.State, "_", " ")), w.File)
	}
	return nil
}
