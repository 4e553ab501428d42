package config_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/config"
)

const allServers = `
[jenkins]
url = "https://jenkins.example.com/ci/"
user = "ship-it"
token_file = "jenkins.token"

[github]
token_file = "github.token"

[gitlab]
trigger_token_file = "trigger.token"
timeout = "20s"

[webhook.my-ci]
url = "http://ci.example.com/api"
launch = { method = "PUT", path = "/start/{job}?ref={ref}", body = "ref={ref}", type = "application/x-www-form-urlencoded", build = ["/id", "/number"] }

[[target]]
name = "A"
led = 2
jenkins = { job = "deploy/app", branch = "feature/x", parameters = {}, launch = "LAUNCH" }

[[target]]
name = "B"
led = 3
github = { repo = "acme/app", workflow = "deploy.yml", ref = "main", inputs = { to = "int" } }

[[target]]
name = "C"
led = 4
gitlab = { project = 42, ref = "main", variables = { TO = "int" } }

[[target]]
name = "D"
led = 5
webhook = { server = "my-ci", job = "app", ref = "main" }

[[target]]
name = "E"
led = 6
command = { run = ["bin/deploy", "int"], timeout = "1h", environment = { STAGE = "int" }, secrets = { KEY = "deploy.key" } }
`

// TestServers reads a target on each kind of server.
func TestServers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, secret := range map[string]string{"jenkins.token": "j", "github.token": "g", "trigger.token": "t", "deploy.key": "k"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "config.toml")
	c, err := config.Parse([]byte(allServers), path, config.WithSecrets(environment(map[string]string{"SHIP_IT_GITHUB_TOKEN": "env"})))
	if err != nil {
		t.Fatal(err)
	}
	var work []ci.Work
	for _, target := range c.Targets {
		work = append(work, target.Work)
	}
	want := []ci.Work{
		ci.Job{Name: "deploy/app", Branch: "feature/x", Parameters: map[string]string{}, Launch: "LAUNCH"},
		ci.Workflow{Owner: "acme", Repo: "app", File: "deploy.yml", Ref: "main", Inputs: map[string]string{"to": "int"}},
		ci.Pipeline{Project: "42", Ref: "main", Variables: map[string]string{"TO": "int"}},
		ci.Call{Server: "my-ci", Values: map[string]string{"job": "app", "ref": "main"}},
		ci.Command{
			Run: []string{filepath.Join(dir, "bin/deploy"), "int"}, Timeout: time.Hour,
			Environment: map[string]string{"STAGE": "int"}, Secrets: map[string]string{"KEY": "k"},
		},
	}
	if diff := cmp.Diff(want, work); diff != "" {
		t.Errorf("work (-want +got):\n%s", diff)
	}
	type reached struct{ Name, URL, User, Password, Token, Trigger string }
	var servers []reached
	for name, s := range c.ByName() {
		servers = append(servers, reached{name, s.URL.String(), s.User, s.Password, s.Token, s.Trigger})
	}
	if diff := cmp.Diff([]reached{
		{"jenkins", "https://jenkins.example.com/ci/", "ship-it", "j", "", ""},
		{"github", "https://api.github.com", "", "", "env", ""},
		{"gitlab", "https://gitlab.com", "", "", "", "t"},
		{"webhook.my-ci", "http://ci.example.com/api", "", "", "", ""},
	}, servers); diff != "" {
		t.Errorf("servers (-want +got):\n%s", diff)
	}
	launch := ci.Launch{
		Ask:   ci.Ask{Method: "PUT", Path: "/start/{job}?ref={ref}", Body: "ref={ref}", Media: "application/x-www-form-urlencoded"},
		Build: []ci.Pointer{"/id", "/number"},
	}
	if diff := cmp.Diff(launch, c.Webhooks["my-ci"].Launch); diff != "" {
		t.Errorf("webhook (-want +got):\n%s", diff)
	}
}

// TestWebhookLogin: the environment wins over the file, and can't say two things.
func TestWebhookLogin(t *testing.T) {
	t.Parallel()
	const text = `
[webhook.my-ci]
url = "https://ci.example.com"
token_file = "token"
launch = { path = "/start" }
[[target]]
name = "A"
led = 2
webhook = { server = "my-ci" }
`
	const user, password, token = "SHIP_IT_WEBHOOK_MY_CI_USER", "SHIP_IT_WEBHOOK_MY_CI_PASS", "SHIP_IT_WEBHOOK_MY_CI_TOKEN"
	for _, tt := range []struct {
		env      map[string]string
		want     login
		mistakes []string
	}{
		{want: login{Token: "file-token"}},
		{env: map[string]string{token: "t"}, want: login{Token: "t"}},
		{env: map[string]string{user: "pi", password: "p"}, want: login{"pi", "p", ""}},
		{
			env:      map[string]string{user: "pi", password: "p", token: "t"},
			mistakes: []string{": " + token + ": is set beside " + user + " or " + password + ": unset it, or those two"},
		},
	} {
		dir := t.TempDir()
		write(t, dir, "token", "file-token\n", 0o600)
		c, err := config.Load(write(t, dir, "config.toml", text, 0o600), config.WithSecrets(environment(tt.env)))
		if err != nil {
			if diff := cmp.Diff(tt.mistakes, messages(t, err)); diff != "" {
				t.Errorf("%v: mistakes (-want +got):\n%s", tt.env, diff)
			}
			continue
		}
		hook := c.Webhooks["my-ci"]
		if diff := cmp.Diff(tt.want, login{hook.User, hook.Password, hook.Token}); diff != "" || tt.mistakes != nil {
			t.Errorf("%v: login (-want +got):\n%s", tt.env, diff)
		}
	}
}

// TestNoSecretsUnasked opens no secret's file without WithSecrets.
func TestNoSecretsUnasked(t *testing.T) {
	t.Parallel()
	c, err := config.Parse([]byte(allServers), filepath.Join(t.TempDir(), "config.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if command := c.Targets[4].Work.(ci.Command); len(command.Secrets) > 0 || c.Jenkins.Password+c.GitHub.Token+c.GitLab.Trigger != "" {
		t.Error("there is a secret")
	}
}

func TestIsSecret(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		config.EnvUser: true, config.EnvPassword: true, config.EnvToken: true, "SHIP_IT_WEBHOOK_MY_CI_TOKEN": true,
		"SHIP_IT_GITLAB_TRIGGER_TOKEN": true, "SHIP_IT_LAUNCH": false, "GITHUB_TOKEN": false, "PATH": false,
	} {
		if config.IsSecret(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}
