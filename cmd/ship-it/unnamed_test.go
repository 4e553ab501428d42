package main

import (
	"fmt"
	"strings"
	"testing"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci/citest"
)

// TestUnnamed: a build that its server doesn't name is followed if it can be
// found by its launch; else the log says that it isn't, unless nobody asked.
func TestUnnamed(t *testing.T) {
	t.Parallel()
	const warning = "WARN The build of Client Int isn't followed: the server didn't name it: give the target launch"
	for _, c := range []struct {
		name, launch, follow string
		warned               bool
		log                  string
	}{
		{"without launch", "", "true", true, "Triggered a build of Client Int"},
		{"with launch", `, launch = "L"`, "true", false, "Build of Client Int passed id="},
		{"not to be followed", "", "false", false, "Triggered a build of Client Int"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			github, err := citest.New(citest.As(citest.GitHub), citest.WithoutDetails())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = github.Close() })
			github.SetLife(citest.Life{End: shipit.StagePassed})
			p.write("config.toml", fmt.Sprintf(`journal = "journal.jsonl"
[github]
url = %q
insecure = true
api_version = "2022-11-28"
token_file = "token"
[[target]]
name = "Client Int"
led = 22
follow = %s
github = { repo = "acme/app", workflow = "deploy.yml", ref = "main"%s }
`, github.URL(), c.follow, c.launch), 0o644)
			code, _, stderr := p.finish(p.launchIt())
			if want := map[bool]int{true: exitUnknown}[c.warned]; code != want || strings.Contains(stderr, warning) != c.warned || !strings.Contains(stderr, c.log) {
				t.Errorf("exit code %d, and in the log:\n%s", code, stderr)
			}
		})
	}
}
