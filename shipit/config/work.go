package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"ship-it.example/shipit/ci"
)

// errand is a key with which a target names its server, and what reads it.
type errand struct {
	key, like string
	read      func(*section) ci.Work
}

func errands() []errand {
	return []errand{
		{"teamcity", `teamcity = { build_type = "bt280" }`, (*section).build},
		{"jenkins", `jenkins = { job = "deploy/app" }`, (*section).job},
		{"github", `github = { repo = "acme/app", workflow = "deploy.yml", ref = "main" }`, (*section).workflow},
		{"gitlab", `gitlab = { project = "acme/app", ref = "main" }`, (*section).pipeline},
		{"webhook", `webhook = { server = "buildkite" }`, (*section).call},
		{"command", `command = { run = ["/usr/local/bin/deploy", "int"] }`, (*section).command},
	}
}

// work reads what is to be started, and where: each server has a key of its own.
func (s *section) work() ci.Work {
	var work ci.Work
	var keys, named []string
	for _, e := range errands() {
		keys = append(keys, e.key)
		if s.has(e.key) {
			named = append(named, e.key)
		}
		n := s.get(e.key, e.like, unstable.Table)
		if n == nil {
			continue
		}
		t := s.under(n, s.label+e.key+".")
		work = e.read(t)
		t.done()
	}
	switch first := errands()[0]; {
	case len(named) == 0:
		s.add(s.node.place, s.label+first.key, "is missing",
			"add it, as in "+first.like+", or the key of another server: "+strings.Join(keys[1:], ", "))
	case len(named) > 1:
		s.add(s.node.keys[named[1]].name(), s.label+named[1], "stands beside "+named[0], "keep one of the two: a target has one server")
	}
	return work
}

// build reads what TeamCity builds.
func (s *section) build() ci.Work {
	const like = `build_type = "bt280"`
	s.missing("build_type", like)
	return ci.Build{
		Type:   s.line("build_type", like).content(),
		Branch: s.line("branch", `branch = "main"`).content(),
	}
}

// job reads what Jenkins builds.
func (s *section) job() ci.Work {
	const key, like = "job", `job = "deploy/app"`
	s.missing(key, like)
	j := ci.Job{
		Branch:     s.line("branch", `branch = "main"`).content(),
		Parameters: s.strings("parameters", `parameters = { STAGE = "int" }`),
		Launch:     s.carrier("parameters"),
	}
	if n := s.line(key, like); n != nil {
		j.Name = n.text
		if slices.ContainsFunc(strings.Split(n.text, "/"), func(part string) bool { return part == "" || part == "." || part == ".." }) {
			s.add(n.place, s.label+key, quote(n.text)+" is no job", "name it with its folders and no slash at either end, as in "+like)
		}
	}
	return j
}

// workflow reads what GitHub runs.
func (s *section) workflow() ci.Work {
	const repoLike, fileLike, refLike = `repo = "acme/app"`, `workflow = "deploy.yml"`, `ref = "main"`
	for _, like := range []string{repoLike, fileLike, refLike} {
		key, _, _ := strings.Cut(like, " ")
		s.missing(key, like)
	}
	w := ci.Workflow{
		File:   s.line("workflow", fileLike).content(),
		Ref:    s.line("ref", refLike).content(),
		Inputs: s.strings("inputs", `inputs = { stage = "int" }`),
		Launch: s.carrier("inputs"),
	}
	if n := s.line("repo", repoLike); n != nil {
		var ok bool
		w.Owner, w.Repo, ok = strings.Cut(n.text, "/")
		if !ok || w.Owner == "" || w.Repo == "" || strings.Contains(w.Repo, "/") || strings.Trim(w.Owner, ".") == "" || strings.Trim(w.Repo, ".") == "" {
			s.add(n.place, s.label+"repo", quote(n.text)+" is no owner and repository", "write it as in "+repoLike)
		}
	}
	if n := s.node.keys["workflow"]; n != nil && (strings.Contains(w.File, "/") || strings.Trim(w.File, ".") == "" && w.File != "") {
		s.add(n.place, s.label+"workflow", quote(w.File)+" is no workflow's file", "name it without its folder, as in "+fileLike)
	}
	if all := len(w.Inputs); all > maxInputs || all == maxInputs && w.Launch != "" {
		s.add(s.place("inputs"), s.label+"inputs", fmt.Sprintf("has more than %d, launch's included", maxInputs), "take some out: GitHub takes no more")
	}
	return w
}

// maxInputs is how many inputs a workflow takes.
const maxInputs = 25

// pipeline reads what GitLab runs.
func (s *section) pipeline() ci.Work {
	const projectLike, refLike = `project = "acme/app"`, `ref = "main"`
	s.missing("project", projectLike)
	s.missing("ref", refLike)
	p := ci.Pipeline{
		Ref:       s.line("ref", refLike).content(),
		Variables: s.strings("variables", `variables = { STAGE = "int" }`),
		Launch:    s.carrier("variables"),
	}
	if n := s.node.keys["project"]; n != nil && n.kind == unstable.Integer {
		s.wanted("project")
		p.Project = n.text
		return p
	}
	if n := s.line("project", projectLike); n != nil {
		p.Project = n.text
		if slices.ContainsFunc(strings.Split(n.text, "/"), func(part string) bool { return part == "" || strings.Trim(part, ".") == "" }) {
			s.add(n.place, s.label+"project", quote(n.text)+" is no project", "write its path or its number, as in "+projectLike)
		}
	}
	return p
}

// carrier is the name of the parameter, input or variable that takes the
// launch's id, and that nothing else may set.
func (s *section) carrier(others string) string {
	const key = "launch"
	n := s.line(key, `launch = "SHIP_IT_LAUNCH"`)
	if n == nil {
		return ""
	}
	if all := s.node.keys[others]; all != nil && all.keys[n.text] != nil {
		s.add(n.place, s.label+key, quote(n.text)+" also stands in "+others, "take it out there: the launch's id is its value")
	}
	return n.text
}

// strings is a table of strings, nil if there is none.
func (s *section) strings(key, like string) map[string]string {
	n := s.get(key, like, unstable.Table)
	if n == nil {
		return nil
	}
	all := map[string]string{}
	for name, value := range n.keys {
		if value.kind != unstable.String {
			s.add(value.place, s.label+key+"."+kindly(name), "is "+kindName(value.kind)+", not a string", "write it in quotes, as in "+like)
		}
		all[name] = value.text
	}
	return all
}
