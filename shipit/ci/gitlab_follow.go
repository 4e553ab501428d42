package ci

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ship-it.example/shipit"
)

// gitlabPipeline is a pipeline as GitLab describes it:
// https://docs.gitlab.com/api/pipelines/
type gitlabPipeline struct {
	ID     number `json:"id"`
	Status string `json:"status"`
	Name   string `json:"name"` // what workflow:name made of the variables
	Page   string `json:"web_url"`
	Detail struct {
		Text string `json:"text"`
	} `json:"detailed_status"`
}

// Can implements [shipit.Follower]. A trigger token can start, and read nothing.
func (g *GitLab) Can(target int) shipit.Abilities {
	return shipit.Abilities{
		Look: g.canRead, Find: g.canRead && g.lines[target].Launch != "", Cancel: g.canRead, Check: g.canRead,
	}
}

// Look implements [shipit.Follower].
func (g *GitLab) Look(ctx context.Context, target int, build string) (shipit.Sight, error) {
	if !g.canRead {
		return shipit.Sight{}, shipit.ErrCannot
	}
	p := g.lines[target]
	r, err := g.caller.ask(ctx, question{url: g.project(p, "pipelines", url.PathEscape(build))})
	switch {
	case err != nil:
		return shipit.Sight{}, err
	case r.status == http.StatusNotFound:
		return lost(build), nil
	}
	var line gitlabPipeline
	if err := r.into(&line, p.look()); err != nil {
		return shipit.Sight{}, err
	}
	s := g.sight(line)
	s.Build = build
	if s.Stage == shipit.StageRunning && !s.Waiting {
		s.Progress = g.progress(ctx, p, build)
	}
	return s, nil
}

// sight is what a pipeline's description means. A pipeline that waits for a
// person (manual) may wait for ever.
func (g *GitLab) sight(line gitlabPipeline) shipit.Sight {
	s := shipit.Sight{Stage: shipit.StageRunning, Build: string(line.ID), URL: page(line.Page, g.caller.leaks), Progress: -1}
	word := line.Detail.Text // tells of a success with warnings, too
	if word == "" {
		word = strings.ReplaceAll(line.Status, "_", " ")
	}
	s.Word = g.caller.word(word)
	switch line.Status {
	case "created", "waiting_for_resource", "preparing", "pending", "waiting_for_callback", "scheduled":
		s.Stage = shipit.StageQueued
	case "manual":
		s.Waiting = true
	case "success":
		s.Stage = shipit.StagePassed
	case "failed":
		s.Stage = shipit.StageFailed
	case "canceled", "skipped":
		s.Stage = shipit.StageCancelled
	}
	return s
}

// progress is how many of the jobs are over; negative if GitLab doesn't say. It
// is an ornament: an error of this question is none of Look's.
func (g *GitLab) progress(ctx context.Context, p Pipeline, build string) float64 {
	r, err := g.caller.ask(ctx, question{url: withQuery(g.project(p, "pipelines", url.PathEscape(build), "jobs"), "per_page", "100")})
	if err != nil {
		return -1
	}
	var jobs []struct {
		Status string `json:"status"`
	}
	if r.into(&jobs, "") != nil {
		return -1
	}
	done := 0
	for _, job := range jobs {
		switch job.Status {
		case "success", "failed", "canceled", "skipped":
			done++
		}
	}
	return share(done, len(jobs))
}

// Find implements [shipit.Follower]: the id is in the pipeline's name, if
// .gitlab-ci.yml shows the variable there, else it is the value of a variable,
// which a maintainer's token may read. There is no build only if each pipeline
// has told whose it is.
func (g *GitLab) Find(ctx context.Context, target int, launch string, since time.Time) (shipit.Sight, error) {
	p := g.lines[target]
	if !g.canRead || p.Launch == "" {
		return shipit.Sight{}, shipit.ErrCannot
	}
	r, err := g.caller.ask(ctx, question{url: withQuery(g.project(p, "pipelines"),
		"ref", p.Ref, "updated_after", since.Add(-skew).UTC().Format(time.RFC3339), "per_page", "20")})
	if err != nil {
		return shipit.Sight{}, err
	}
	if !r.isOK() {
		return shipit.Sight{}, r.troubleJob(p.look())
	}
	var list []gitlabPipeline
	if err := r.into(&list, p.look()); err != nil {
		return shipit.Sight{}, err
	}
	for _, line := range list {
		if strings.Contains(line.Name, launch) {
			return g.sight(line), nil
		}
	}
	none := shipit.ErrNoBuild
	for _, line := range list {
		has, err := g.hasVariable(ctx, p, line, launch)
		ask, _ := errors.AsType[*shipit.AskError](err)
		switch {
		case ask != nil && ask.Lasting:
			if !showsLaunch(line.Name) {
				none = err
			}
		case err != nil:
			return shipit.Sight{}, err
		case has:
			return g.sight(line), nil
		}
	}
	return shipit.Sight{}, none
}

// hasVariable tells whether the launch's id is among a pipeline's variables.
func (g *GitLab) hasVariable(ctx context.Context, p Pipeline, line gitlabPipeline, launch string) (bool, error) {
	r, err := g.caller.ask(ctx, question{url: g.project(p, "pipelines", string(line.ID), "variables")})
	if err != nil {
		return false, err
	}
	var list []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	if err := r.into(&list, "the token's rights, or show the variable in workflow:name"); err != nil {
		return false, err
	}
	for _, v := range list {
		if v.Key == p.Launch && v.Value == launch {
			return true, nil
		}
	}
	return false, nil
}

// Cancel implements [shipit.Follower]; GitLab ends a running one too.
func (g *GitLab) Cancel(ctx context.Context, target int, build string) error {
	if !g.canRead {
		return shipit.ErrCannot
	}
	p := g.lines[target]
	r, err := g.caller.ask(ctx, question{method: http.MethodPost, url: g.project(p, "pipelines", url.PathEscape(build), "cancel"), acts: true})
	if err != nil || r.isOK() {
		return err
	}
	return r.trouble(p.look())
}

// Check implements [shipit.Follower]: of the project, not of the trigger token,
// which can only start.
func (g *GitLab) Check(ctx context.Context, target int) error {
	if !g.canRead {
		return shipit.ErrCannot
	}
	p := g.lines[target]
	r, err := g.caller.ask(ctx, question{url: g.project(p)})
	switch {
	case err != nil:
		return err
	case g.trigger != nil && (r.status == http.StatusUnauthorized || r.status == http.StatusForbidden):
		return &shipit.AskError{Reason: fmt.Sprintf("not authorised (%d): look at token_file; a launch goes by trigger_token_file", r.status)}
	case g.trigger != nil && r.status == http.StatusNotFound: // what a token may not see isn't there
		return &shipit.AskError{Reason: fmt.Sprintf("unknown build type (404): look at project %q and token_file; a launch goes by trigger_token_file", p.Project)}
	case !r.isOK():
		return r.troubleJob(p.look())
	}
	var told struct {
		ID number `json:"id"`
	}
	return r.names(&told, (*string)(&told.ID), p.look())
}
