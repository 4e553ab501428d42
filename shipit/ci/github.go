package ci

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"ship-it.example/shipit"
)

// GitHubAPI is where GitHub itself answers. An Enterprise server does at
// https://HOST/api/v3.
const GitHubAPI = "https://api.github.com"

// GitHubVersion is the version of GitHub's interface that we speak if the
// settings name none. With it the answer to a launch names the run:
// https://github.blog/changelog/2026-03-12-rest-api-version-2026-03-10-is-now-available
const GitHubVersion = "2026-03-10"

// GitHubSettings say how to reach GitHub.
type GitHubSettings struct {
	Settings
	Version string // of the interface; empty: GitHubVersion
	Details bool   // with 2022-11-28: ask for the run's id, as servers since 2026 give it
}

// Workflow is what a target starts on GitHub.
type Workflow struct {
	Owner, Repo string
	File        string            // the workflow's file, such as deploy.yml, or its number
	Ref         string            // a branch or a tag
	Inputs      map[string]string // may be nil
	Launch      string            // the input that takes the launch's id; empty: none does
}

// String says what is run.
func (w Workflow) String() string {
	return fmt.Sprintf("GitHub workflow %q of %s/%s, ref %q", w.File, w.Owner, w.Repo, w.Ref)
}

func (Workflow) work() {}

// look names the settings that say what is run.
func (w Workflow) look() string {
	return fmt.Sprintf("repo %q, workflow %q and ref %q", w.Owner+"/"+w.Repo, w.File, w.Ref)
}

// GitHub is GitHub or a GitHub Enterprise server. Printing one shows no secret.
type GitHub struct {
	base
	at      func(parts ...string) *url.URL
	version string
	details bool
	flows   []Workflow
}

var _ server = (*GitHub)(nil)

// NewGitHub makes the server that s describes, with one workflow a target, by
// index. It does nothing until it is asked to.
func NewGitHub(s GitHubSettings, flows []Workflow, opts ...Option) *GitHub {
	c := newCaller(s.Settings, opts)
	c.login = "token_file"
	if s.Version == "" {
		s.Version = GitHubVersion
	}
	return &GitHub{base: base{c}, at: Settings{URL: s.address()}.raw, version: s.Version, details: s.Details, flows: flows}
}

// Launch implements [shipit.Server]; target is an index into the workflows.
func (g *GitHub) Launch(ctx, withdraw context.Context, target int, id string) shipit.Outcome {
	w := g.flows[target]
	return g.caller.launch(ctx, withdraw,
		func(ctx context.Context) *http.Request { return g.request(ctx, w, id) },
		func(a *answer) shipit.Outcome { return g.verdict(a, w) })
}

// repo is the address of a part of the workflow's repository.
func (g *GitHub) repo(w Workflow, parts ...string) *url.URL {
	return g.at(append([]string{"repos", url.PathEscape(w.Owner), url.PathEscape(w.Repo), "actions"}, parts...)...)
}

// header is what GitHub wants of every request:
// https://docs.github.com/en/rest/about-the-rest-api/api-versions
func (g *GitHub) header() http.Header {
	return http.Header{"Accept": {"application/vnd.github+json"}, "X-Github-Api-Version": {g.version}}
}

// request runs the workflow:
// https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event
func (g *GitHub) request(ctx context.Context, w Workflow, id string) *http.Request {
	order := struct {
		Ref     string            `json:"ref"`
		Inputs  map[string]string `json:"inputs,omitempty"`
		Details bool              `json:"return_run_details,omitempty"`
	}{w.Ref, map[string]string{}, g.details}
	maps.Copy(order.Inputs, w.Inputs)
	if w.Launch != "" {
		order.Inputs[w.Launch] = id
	}
	body, _ := json.Marshal(order) // strings always marshal
	r := post(ctx, g.repo(w, "workflows", url.PathEscape(w.File), "dispatches"), "application/json", string(body))
	maps.Copy(r.Header, g.header())
	return r
}

// verdict judges the answer: 200 with the run's id, or, from an older server,
// 204 with nothing. That is a launch too; the run is to be found by its id.
func (g *GitHub) verdict(a *answer, w Workflow) shipit.Outcome {
	switch {
	case a.status == http.StatusNoContent:
		return g.caller.started("", "")
	case a.status/100 == 2:
		var run struct {
			ID   number `json:"workflow_run_id"`
			Page string `json:"html_url"`
		}
		if !a.asJSON(&run) || run.ID == "" {
			return a.notABuild()
		}
		return g.caller.started(string(run.ID), run.Page)
	case a.status/100 != 4:
		return a.refusal("", w.look())
	}
	said := complaint(a.text())
	switch {
	case a.status == http.StatusUnprocessableEntity && g.details:
		return notStarted("refused (%s): look at ref, inputs, launch and return_run_details, and whether the workflow has workflow_dispatch on that ref", a.code(said))
	case a.status == http.StatusUnprocessableEntity:
		return notStarted("refused (%s): look at ref, inputs and launch, and whether the workflow has workflow_dispatch on that ref", a.code(said))
	case isOlder(a.status, said):
		return notStarted("%s", a.older(said))
	default:
		return a.refusedJob(said, w.look())
	}
}

// isOlder tells whether a server refused because it doesn't speak our version.
func isOlder(status int, said string) bool {
	return status == http.StatusBadRequest && strings.Contains(said, "version")
}

func (a *answer) older(said string) string {
	return fmt.Sprintf("refused (%s): look at api_version, an older server wants 2022-11-28", a.code(said))
}
