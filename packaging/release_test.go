package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Where a release must not be made, it says why before it does anything. The last case gets as far as the gate,
// which is none here.
func TestReleaseRefuses(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git on this machine (Debian's package of that name)")
	}
	const untagged, tagged = "", "git tag v2.1.0; git commit -q --allow-empty -m more"
	tests := []struct {
		name, version, changelog, change, want string
	}{
		{"no version", "", "2.1.0) unstable", untagged, `"" is no version: make release V=x.y.z`},
		{"two numbers", "2.1", "2.1.0) unstable", untagged, `"2.1" is no version`},
		{"a letter in front", "v2.1.0", "2.1.0) unstable", untagged, `"v2.1.0" is no version`},
		{"a leading zero", "2.01.0", "2.1.0) unstable", untagged, `"2.01.0" is no version`},
		{"another than the source's", "2.1.1", "2.1.1) unstable", untagged, "cmd/ship-it/version.go says 2.1.0, not 2.1.1"},
		{"another than the changelog's", "2.1.0", "2.0.9) unstable", untagged, `begins with "ship-it (2.0.9) unstable; urgency=medium", not with 2.1.0`},
		{"unreleased", "2.1.0", "2.1.0) UNRELEASED", untagged, "2.1.0 is unreleased"},
		{"a changed file", "2.1.0", "2.1.0) unstable", "echo >>Makefile", "isn't committed:\n M Makefile"},
		{"a new file", "2.1.0", "2.1.0) unstable", "echo >new", "isn't committed:\n?? new"},
		{"no repository", "2.1.0", "2.1.0) unstable", "rm -rf .git", "this is no clone of the repository"},
		{"tagged elsewhere", "2.1.0", "2.1.0) unstable", tagged, "v2.1.0 is another commit already"},
		{"as it should be", "2.1.0", "2.1.0) unstable", untagged, "the gate was here"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := releasable(t, tt.changelog)
			if out, err := git(dir, tt.change); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			out, err := git(dir, `packaging/release "$1"`, tt.version)
			if err == nil || !strings.Contains(out, tt.want) {
				t.Errorf("%v, it said:\n%s", err, out)
			}
		})
	}
}

// releasable is a repository with what the refusals look at, at version 2.1.0.
func releasable(t *testing.T, changelog string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Makefile":                "check:\n\t@echo the gate was here; false\n",
		"cmd/ship-it/version.go":  "package main\n\nconst release = \"2.1.0\"\n",
		"packaging/deb/changelog": "ship-it (" + changelog + "; urgency=medium\n",
		"packaging/release":       readFile(t, "release"),
	} {
		writeFile(t, filepath.Join(dir, name), text)
	}
	if out, err := git(dir, "git init -q; git add .; git commit -q -m first"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// git runs a script in a repository, with nothing of the user's own configuration.
func git(dir, script string, args ...string) (string, error) {
	cmd := exec.Command("sh", append([]string{"-e", "-c", script, "git"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_CEILING_DIRECTORIES="+dir+"/..",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
