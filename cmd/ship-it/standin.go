package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"ship-it.example/packaging/samples"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
	"ship-it.example/shipit/config"
)

// standIn has the launches go to stand-in servers of our own: all to one of that
// kind, or, with "", each target's to its own kind. What has no stand-in of its
// own, a command or a webhook, goes to a TeamCity then; nothing real is run or
// reached in any case.
func (r *rig) standIn(kind citest.Kind) (*standIns, error) {
	var servers ci.Servers
	all := &standIns{newest: map[int]int{}}
	begun := map[citest.Kind]*citest.Server{}
	work := make([]ci.Work, len(r.config.Targets))
	for i, target := range r.config.Targets {
		own := kind
		if own == "" {
			own = kindOf(target.Work)
		}
		if begun[own] == nil {
			server, err := citest.New(append(declared(r.config.Targets), citest.As(own))...)
			if err != nil {
				return nil, err
			}
			r.closers = append(r.closers, server.Close)
			begun[own] = server
			if err := r.reach(&servers, own, server.URL()); err != nil {
				return nil, err
			}
		}
		all.byTarget = append(all.byTarget, begun[own])
		var err error
		if work[i], err = workOn(own, target); err != nil {
			return nil, err
		}
	}
	r.serve(servers, work)
	all.Server, r.server = r.server, all
	return all, nil
}

// declared has a Jenkins know the parameters that its jobs are sent, by whichever
// target, or, of one that is sent none of those that it has, some: it tells them
// before the press.
func declared(targets []config.Target) []citest.Option {
	sent := map[string][]string{}
	for _, t := range targets {
		if job, ok := t.Work.(ci.Job); ok && job.TakesParameters() {
			sent[job.FullName()] = append(sent[job.FullName()], job.Sent()...)
		}
	}
	var all []citest.Option
	for job, names := range sent {
		slices.Sort(names)
		all = append(all, citest.WithJobParameters(job, append(slices.Compact(names), "MORE")...))
	}
	return all
}

// kindOf is the kind of stand-in that a target's work goes to.
func kindOf(w ci.Work) citest.Kind {
	switch w.(type) {
	case ci.Job:
		return citest.Jenkins
	case ci.Workflow:
		return citest.GitHub
	case ci.Pipeline:
		return citest.GitLab
	default:
		return citest.TeamCity
	}
}

// reach puts the stand-in of a kind in the place of the real server.
func (r *rig) reach(servers *ci.Servers, kind citest.Kind, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("address of the stand-in server: %w", err)
	}
	c := r.config
	switch kind {
	case citest.TeamCity:
		servers.TeamCity = ci.Settings{URL: u, Timeout: c.TeamCity.Timeout}
	case citest.Jenkins:
		servers.Jenkins = ci.Settings{URL: u, Timeout: c.Jenkins.Timeout}
	case citest.GitHub:
		servers.GitHub.Settings = ci.Settings{URL: u, Timeout: c.GitHub.Timeout}
	case citest.GitLab:
		servers.GitLab = ci.Settings{URL: u, Timeout: c.GitLab.Timeout, Token: "stand-in"}
	default:
		sample, err := sampleOf(kind)
		if err != nil {
			return err
		}
		hook := sample.Webhooks[string(kind)]
		u.Path = hook.URL.Path
		hook.Settings = ci.Settings{URL: u}
		servers.Webhooks = map[string]ci.Hook{string(kind): hook}
	}
	return nil
}

// sampleOf is the sample configuration of a server that a webhook reaches.
func sampleOf(kind citest.Kind) (*config.Config, error) {
	data, err := samples.Read(string(kind))
	if err != nil {
		return nil, fmt.Errorf("sample of %s: %w", kind, err)
	}
	c, err := config.Parse(data, string(kind)+".toml")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sample of %s", kind), err)
	}
	return c, nil
}

// workOn is a target's own work, if it is of that kind, else some like it.
func workOn(kind citest.Kind, t config.Target) (ci.Work, error) {
	if kindOf(t.Work) == kind && !elsewhere(t.Work) {
		return t.Work, nil
	}
	name := slug(t.Name)
	switch kind {
	case citest.TeamCity:
		return ci.Build{Type: name}, nil
	case citest.Jenkins:
		return ci.Job{Name: name}, nil
	case citest.GitHub:
		return ci.Workflow{Owner: "ship-it", Repo: name, File: "deploy.yml", Ref: "main", Launch: "launch"}, nil
	case citest.GitLab:
		return ci.Pipeline{Project: "ship-it/" + name, Ref: "main", Launch: "SHIP_IT_LAUNCH"}, nil
	}
	sample, err := sampleOf(kind)
	if err != nil {
		return nil, err
	}
	return sample.Targets[0].Work, nil
}

// elsewhere tells of work that no stand-in does as it is.
func elsewhere(w ci.Work) bool {
	switch w.(type) {
	case ci.Call, ci.Command:
		return true
	default:
		return false
	}
}

// slug is a target's name as a server's job could have it.
func slug(name string) string {
	return "target-" + strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		default:
			return '-'
		}
	}, name), "-")
}
