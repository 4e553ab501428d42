package config

import (
	"ship-it.example/shipit/ci"
)

// servers reads the sections of all servers.
func (s *section) servers(servers ci.Servers) ci.Servers {
	servers.TeamCity = s.teamcity(servers.TeamCity)
	servers.Jenkins = s.jenkins()
	servers.GitHub = s.github()
	servers.GitLab = s.gitlab()
	servers.Webhooks = s.webhooks()
	s.hooks = servers.Webhooks
	return servers
}

// jenkins reads the [jenkins] section. The API token goes in a password's place.
func (s *section) jenkins() ci.Settings {
	t := s.server("jenkins")
	if t == nil {
		return ci.Settings{}
	}
	defer t.done()
	user, token := env("jenkins", "USER"), env("jenkins", "TOKEN")
	settings := ci.Settings{URL: t.url(`url = "https://jenkins.example.com"`, ""), API: true}
	settings.User = t.user(user)
	settings.Password = t.secret("token_file", token, passwordFlaw)
	t.needs("user", user)
	t.needs("token_file", token)
	t.reach(&settings, true)
	return settings
}

// github reads the [github] section.
func (s *section) github() ci.GitHubSettings {
	t := s.server("github")
	if t == nil {
		return ci.GitHubSettings{}
	}
	defer t.done()
	token := env("github", "TOKEN")
	var settings ci.GitHubSettings
	settings.URL = t.url(`url = "https://github.example.com/api/v3"`, ci.GitHubAPI)
	settings.Token = t.secret("token_file", token, tokenFlaw)
	t.needs("token_file", token)
	t.githubVersion(&settings)
	t.reach(&settings.Settings, true)
	return settings
}

// githubVersion reads which version of its interface the server speaks.
func (s *section) githubVersion(settings *ci.GitHubSettings) {
	const key, like, details = "api_version", `api_version = "2022-11-28"`, "return_run_details"
	settings.Version = ci.GitHubVersion
	n := s.line(key, like)
	s.otherwise(quote(ci.GitHubVersion))
	if n != nil {
		settings.Version = n.text
		if len(n.text) != len("2006-01-02") {
			s.add(n.place, s.label+key, quote(n.text)+" is no version, which are dates", "write it as in "+like)
			settings.Version = ""
		}
	}
	settings.Details = s.boolean(details, false)
	if settings.Details && settings.Version >= ci.GitHubVersion {
		s.add(s.place(details), s.label+details, "goes with an older api_version only", "take it out: a newer one names the run anyway")
	}
}

// gitlab reads the [gitlab] section: a trigger token starts, a token follows,
// and starts too where there is no trigger token.
func (s *section) gitlab() ci.Settings {
	t := s.server("gitlab")
	if t == nil {
		return ci.Settings{}
	}
	defer t.done()
	token, trigger := env("gitlab", "TOKEN"), env("gitlab", "TRIGGER_TOKEN")
	settings := ci.Settings{URL: t.url(`url = "https://gitlab.example.com"`, ci.GitLabHost)}
	settings.Token = t.secret("token_file", token, tokenFlaw)
	settings.HasToken = settings.Token != "" || t.has("token_file")
	settings.Trigger = t.secret("trigger_token_file", trigger, tokenFlaw)
	if !t.has("trigger_token_file") && settings.Trigger == "" {
		t.needs("token_file", token)
	}
	t.reach(&settings, true)
	return settings
}
