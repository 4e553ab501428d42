package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/config"
)

// TestDrafts: what is written down for each kind of server is a configuration,
// and means what was answered.
func TestDrafts(t *testing.T) {
	t.Parallel()
	works := map[string]map[string]ci.Work{
		"teamcity": {"bt280": ci.Build{Type: "bt280"}, "bt280@feature/x": ci.Build{Type: "bt280", Branch: "feature/x"}},
		"jenkins":  {"deploy/client": ci.Job{Name: "deploy/client"}, "client@main": ci.Job{Name: "client", Branch: "main"}},
		"github": {
			"acme/client/deploy.yml":    ci.Workflow{Owner: "acme", Repo: "client", File: "deploy.yml", Ref: "main"},
			"acme/client/deploy.yml@v1": ci.Workflow{Owner: "acme", Repo: "client", File: "deploy.yml", Ref: "v1"},
		},
		"gitlab":  {"a/b/c": ci.Pipeline{Project: "a/b/c", Ref: "main"}, "a/b@x": ci.Pipeline{Project: "a/b", Ref: "x"}},
		"webhook": {"deploy-client": ci.Call{Server: "mine", Values: map[string]string{"hook": "deploy-client"}}},
		"command": {"/bin/deploy  int": ci.Command{Run: []string{"/bin/deploy", "int"}}},
	}
	for _, kind := range config.Drafts() {
		if works[kind.Server] == nil {
			t.Errorf("%s is tried by nobody", kind.Server)
		}
		for build, want := range works[kind.Server] {
			dir := t.TempDir()
			d := config.Draft{Server: kind.Server, Targets: []config.DraftTarget{{Name: `A "b" \ ü`, Build: build}, {Name: "B", Build: kind.Like}}}
			if kind.User {
				d.User = "ship-it"
			}
			if kind.Token != "" {
				d.TokenFile = "the.token"
				if err := os.WriteFile(filepath.Join(dir, d.TokenFile), []byte("t0ken\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			c := draft(t, d, filepath.Join(dir, "config.toml"))
			got := c.Targets[0].Work
			if command, ok := got.(ci.Command); ok {
				got = ci.Command{Run: command.Run}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", build, diff)
			}
			if c.Targets[0].Name != `A "b" \ ü` || c.Targets[1].LED.Pin != 25 || kind.URL != "" && !strings.Contains(servers(c), kind.URL) {
				t.Errorf("%s: %+v, servers %s", kind.Server, c.Targets, servers(c))
			}
		}
	}
}

// draft is a draft as the configuration that it makes.
func draft(t *testing.T, d config.Draft, path string) *config.Config {
	t.Helper()
	text, err := d.Text()
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse([]byte(text), path, config.WithSecrets(environment(nil)))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return c
}

// servers is the addresses of a configuration.
func servers(c *config.Config) string {
	var all strings.Builder
	for name, s := range c.ByName() {
		all.WriteString(name + " " + s.String() + "\n")
	}
	return all.String()
}

// TestDraftOfMany: as many targets as there may be, each with a line of its own.
func TestDraftOfMany(t *testing.T) {
	t.Parallel()
	d := config.Draft{Server: "command"}
	for i := range shipit.MaxTargets {
		d.Targets = append(d.Targets, config.DraftTarget{Name: strings.Repeat("x", i+1), Build: "/bin/true"})
	}
	draft(t, d, "/etc/ship-it/config.toml")
	d.Targets = append(d.Targets, config.DraftTarget{Name: "one more", Build: "/bin/true"})
	if _, err := d.Text(); !errors.Is(err, config.ErrDraft) {
		t.Errorf("one too many gave %v", err)
	}
}

func TestDraftMistakes(t *testing.T) {
	t.Parallel()
	if _, err := (config.Draft{Server: "teamcty"}).Text(); !errors.Is(err, config.ErrDraft) || !strings.Contains(err.Error(), "did you mean teamcity?") {
		t.Errorf("teamcty gave %v", err)
	}
	if _, err := (config.Draft{Server: "command", Targets: []config.DraftTarget{{Name: "\xff", Build: "b"}}}).Text(); !errors.Is(err, config.ErrDraft) || err.Error() != `not understood: "\xff" is no UTF-8 text` {
		t.Errorf("a name that is no text gave %v", err)
	}
	if _, err := (config.Draft{Server: "command", Targets: []config.DraftTarget{{Name: "A", Build: `sh -c "echo hi"`}}}).Text(); !errors.Is(err, config.ErrDraft) {
		t.Errorf("quotes gave %v", err)
	}
	for _, kind := range config.Drafts() {
		if err := kind.CheckToken("hunter2\t"); !errors.Is(err, config.ErrDraft) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("a token with a tab gave %v", err)
		}
		if err := kind.CheckToken("hunter 2"); (err == nil) != kind.User {
			t.Errorf("a token of %s with a space gave %v", kind.Server, err)
		}
	}
	for _, text := range []string{"", "A", "A=", "=b", " = "} {
		if target, err := config.ParseDraftTarget(text); !errors.Is(err, config.ErrDraft) {
			t.Errorf("%q gave %+v, %v", text, target, err)
		}
	}
	if got, err := config.ParseDraftTarget(" Client Int = a=b "); err != nil || got != (config.DraftTarget{Name: "Client Int", Build: "a=b"}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// FuzzDraft: whatever is answered is a mistake that is named, or stands in the
// configuration as it was said, and as nothing else.
func FuzzDraft(f *testing.F) {
	for _, kind := range config.Drafts() {
		f.Add(kind.Server, "Client Int", kind.Like, "https://ci.example.com", "the.token")
	}
	f.Add("teamcity", "a\"]\n[x", "b\\\x00", "https://a\"\n", "'''")
	f.Fuzz(func(t *testing.T, server, name, build, url, token string) {
		d := config.Draft{Server: server, URL: url, User: "u", TokenFile: token, Targets: []config.DraftTarget{{Name: name, Build: build}}}
		text, err := d.Text()
		if err != nil {
			if !errors.Is(err, config.ErrDraft) {
				t.Errorf("error %v", err)
			}
			return
		}
		c, err := config.Parse([]byte(text), "/etc/ship-it/config.toml")
		if err == nil && (len(c.Targets) != 1 || c.Targets[0].Name != name || c.Targets[0].LED.Pin != 22) {
			t.Errorf("%q became %+v", name, c.Targets)
		}
		if mistakes, ok := errors.AsType[*config.Mistakes](err); ok {
			for _, m := range mistakes.List {
				if strings.Contains(m.Text, "TOML") {
					t.Errorf("%v in\n%s", m, text)
				}
			}
		}
	})
}
