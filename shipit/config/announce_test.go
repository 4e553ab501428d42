package config_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/config"
)

const hookAddress = "https://hooks.example/services/T0/hunter2?sig=a"

// TestAnnounce: where the address comes from, and the other keys.
func TestAnnounce(t *testing.T) {
	t.Parallel()
	env := map[string]string{"SHIP_IT_ANNOUNCE_URL": "https://env.example/hunter2"}
	const file = "[announce]\nurl_file = \"hook\"\n"
	cases := []struct {
		name, section string
		env           map[string]string
		want          string // the address
		mistake       string
	}{
		{"none", "", env, "", ""},
		{"in a file", file, nil, hookAddress, ""},
		{"open", "[announce]\nurl = \"http://chat.local/hook\"", nil, "http://chat.local/hook", ""},
		{"in the environment alone", "[announce]", env, "https://env.example/hunter2", ""},
		{"the environment wins", file, env, "https://env.example/hunter2", ""},
		{"the environment wins over an open one", "[announce]\nurl = \"http://chat.local/hook\"", env, "https://env.example/hunter2", ""},
		{"in the clear", "[announce]", map[string]string{"SHIP_IT_ANNOUNCE_URL": "http://env.example/hunter2"}, "", ": SHIP_IT_ANNOUNCE_URL: would travel in the clear"},
		{"in the clear, with leave", "[announce]\ninsecure = true", map[string]string{"SHIP_IT_ANNOUNCE_URL": "http://env.example/"}, "http://env.example/", ""},
		{"no address", "[announce]", map[string]string{"SHIP_IT_ANNOUNCE_URL": "https://%hunter2"}, "", ": SHIP_IT_ANNOUNCE_URL: is no web address"},
		{"a file that others read", "[announce]\nurl_file = \"open\"", nil, "", "[announce] url_file: can be read by others"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, "token", "t\n", 0o600)
			write(t, dir, "hook", hookAddress+"\n", 0o600)
			write(t, dir, "open", hookAddress+"\n", 0o644)
			path := write(t, dir, "config.toml", minimal+c.section, 0o600)
			for _, option := range []config.Option{config.WithSecrets(environment(c.env)), config.WithAnnouncing(environment(c.env))} {
				got, err := config.Load(path, option)
				if c.mistake != "" {
					if list := messages(t, err); len(list) != 1 || !strings.Contains(list[0], c.mistake) || strings.Contains(list[0], "hunter2") {
						t.Errorf("%q, want one with %q", list, c.mistake)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				address := ""
				if got.Announce.URL != nil {
					address = got.Announce.URL.String()
				}
				if address != c.want {
					t.Errorf("address %s, want %s", address, c.want)
				}
			}
		})
	}
}

// TestAnnounceDrill: a drill reads the address of the announcements, and no other
// secret; without any secrets not even that is missed.
func TestAnnounceDrill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() // and no token in it
	write(t, dir, "hook", hookAddress, 0o600)
	path := write(t, dir, "config.toml", minimal+"[announce]\nurl_file = \"hook\"\n", 0o600)
	c, err := config.Load(path, config.WithAnnouncing(environment(nil)))
	if err != nil || c.Announce.URL == nil || c.TeamCity.Token != "" {
		t.Errorf("%v, %+v", err, c)
	}
	path = write(t, dir, "config.toml", minimal+"[announce]\nurl_file = \"none\"\n", 0o600)
	if c, err := config.Load(path); err != nil || c.Announce.URL != nil {
		t.Errorf("without secrets: %v, %+v", err, c)
	}
}

// TestAnnounceKeys reads the rest, and what holds where it says nothing.
func TestAnnounceKeys(t *testing.T) {
	t.Parallel()
	c := parse(t, minimal+"[announce]\nurl = \"https://a.example\"")
	want := ci.Announcing{
		URL: c.Announce.URL, Named: "[announce] url", Body: ci.DefaultBody, Media: "application/json", Timeout: 10 * time.Second,
		On: []shipit.NewsKind{shipit.NewsLaunch, shipit.NewsFailed, shipit.NewsUnknown},
	}
	if diff := cmp.Diff(want, c.Announce); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	c = parse(t, minimal+`[announce]
url = "https://a.example"
on = ["cancelled", "passed", "passed"]
box = "hangar 2"
body = "{drill}{target} {what}"
type = "text/plain"
headers = { X-Team = "client" }
timeout = "3s"`)
	want = ci.Announcing{
		URL: c.Announce.URL, Named: "[announce] url", Body: "{drill}{target} {what}", Media: "text/plain", Timeout: 3 * time.Second, Box: "hangar 2",
		Headers: map[string]string{"X-Team": "client"}, On: []shipit.NewsKind{shipit.NewsCancelled, shipit.NewsPassed},
	}
	if diff := cmp.Diff(want, c.Announce); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSampleAnnounce reads the section that the sample shows, with each of the
// bodies there.
func TestSampleAnnounce(t *testing.T) {
	t.Parallel()
	sample := regexp.MustCompile(`(?m)^#( {5})?`).ReplaceAllString(readSample(t), "")
	_, sample, _ = strings.Cut(sample, "[announce]")
	section := "[announce]" + regexp.MustCompile(`(?m)^\n(.+\n)+`).FindString(sample)
	bodies := regexp.MustCompile(`(?s)body += (""".+?"""|'.+?'|".+?")`).FindAllString(sample, 4)
	if len(bodies) != 4 {
		t.Fatalf("the sample shows the bodies %q", bodies)
	}
	dir := t.TempDir()
	write(t, dir, "announce.url", hookAddress, 0o600)
	for _, body := range bodies {
		text := minimal + strings.Replace(section, bodies[0], body, 1)
		c, err := config.Parse([]byte(text), filepath.Join(dir, "config.toml"), config.WithAnnouncing(environment(nil)))
		if err != nil {
			t.Errorf("%s\n%v", text, err)
			continue
		}
		if !json.Valid([]byte(c.Announce.Body)) && body != `body = "{text}"` {
			t.Errorf("no JSON: %s", c.Announce.Body)
		}
	}
}
