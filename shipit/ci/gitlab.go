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

// GitLabHost is GitLab's own server.
const GitLabHost = "https://gitlab.com"

// triggerPath ends the address at which the trigger token is all that counts.
const triggerPath = "/trigger/pipeline"

// Pipeline is what a target starts on a GitLab.
type Pipeline struct {
	Project   string            // its path, such as group/app, or its number
	Ref       string            // a branch or a tag
	Variables map[string]string // may be nil
	Launch    string            // the variable that takes the launch's id; empty: none does
}

// String says what is run.
func (p Pipeline) String() string {
	return fmt.Sprintf("GitLab pipeline of %q, ref %q", p.Project, p.Ref)
}

func (Pipeline) work() {}

// look names the settings that say what is run.
func (p Pipeline) look() string { return fmt.Sprintf("project %q and ref %q", p.Project, p.Ref) }

// variables is what goes out with a launch.
func (p Pipeline) variables(id string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, p.Variables)
	if p.Launch != "" {
		all[p.Launch] = id
	}
	return all
}

// GitLab is a GitLab server. Printing one shows no secret.
type GitLab struct {
	base
	at      func(parts ...string) *url.URL
	trigger func() string // the trigger token, which goes in a body; nil: there is none
	canRead bool          // there is a token that may read
	lines   []Pipeline
}

var _ server = (*GitLab)(nil)

// NewGitLab makes the server that s describes, with one pipeline a target, by
// index. With a Trigger launches go by that, and the Token, if there is one,
// only follows them. It does nothing until it is asked to.
func NewGitLab(s Settings, lines []Pipeline, opts ...Option) *GitLab {
	c := newCaller(s, opts)
	c.login = "token_file and trigger_token_file"
	c.authorise = func(r *http.Request) {
		if s.Token != "" && !strings.HasSuffix(r.URL.EscapedPath(), triggerPath) {
			r.Header.Set("PRIVATE-TOKEN", s.Token)
		}
	}
	g := &GitLab{base: base{c}, at: Settings{URL: s.endpoint("api/v4")}.raw, canRead: s.Token != "" || s.HasToken, lines: lines}
	if s.Trigger != "" {
		g.trigger = func() string { return s.Trigger }
	}
	return g
}

// Launch implements [shipit.Server]; target is an index into the pipelines.
func (g *GitLab) Launch(ctx, withdraw context.Context, target int, id string) shipit.Outcome {
	p := g.lines[target]
	return g.caller.launch(ctx, withdraw,
		func(ctx context.Context) *http.Request { return g.request(ctx, p, id) },
		func(a *answer) shipit.Outcome { return g.verdict(a, p) })
}

// project is the address of a part of the pipeline's project, whose path is one
// part, its slashes escaped.
func (g *GitLab) project(p Pipeline, parts ...string) *url.URL {
	return g.at(append([]string{"projects", url.PathEscape(p.Project)}, parts...)...)
}

// request starts the pipeline, by the trigger token where there is one
// (https://docs.gitlab.com/ci/triggers/), else as the token's user
// (https://docs.gitlab.com/api/pipelines/#create-a-new-pipeline).
func (g *GitLab) request(ctx context.Context, p Pipeline, id string) *http.Request {
	if g.trigger != nil {
		form := url.Values{"token": {g.trigger()}, "ref": {p.Ref}}
		for name, value := range p.variables(id) {
			form.Set("variables["+name+"]", value)
		}
		return post(ctx, g.project(p, strings.Split(triggerPath, "/")[1:]...), "application/x-www-form-urlencoded", form.Encode())
	}
	type variable struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	order := struct {
		Ref       string     `json:"ref"`
		Variables []variable `json:"variables,omitempty"`
	}{Ref: p.Ref}
	for name, value := range p.variables(id) {
		order.Variables = append(order.Variables, variable{name, value})
	}
	body, _ := json.Marshal(order) // strings always marshal
	return post(ctx, g.project(p, "pipeline"), "application/json", string(body))
}

// verdict judges the answer.
func (g *GitLab) verdict(a *answer, p Pipeline) shipit.Outcome {
	if a.status/100 == 2 {
		var line gitlabPipeline
		if !a.asJSON(&line) || line.ID == "" {
			return a.notABuild()
		}
		return g.caller.started(string(line.ID), line.Page)
	}
	if a.status/100 != 4 {
		return a.refusal("", p.look())
	}
	said := complaint(a.text())
	if a.status == http.StatusBadRequest {
		return notStarted("refused (%s): look at ref %q and variables, and whether any job would run", a.code(said), p.Ref)
	}
	return a.refusedJob(said, p.look())
}
