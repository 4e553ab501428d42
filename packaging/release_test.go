package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Where a release must not be made, it says why before it does anything.
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

// The stand-ins of a release's parts. The program's words are its own (cmd/ship-it/testdata/script/usage.txtar).
const (
	releaseHost  = `echo "ship-it version 2.1.0 $(git rev-parse HEAD) $(TZ=UTC git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ)"`
	releaseBuild = `#!/bin/sh
set -eu
cd "$(dirname "$0")/../.."
mkdir -p "$DIST" bin/deb package/DEBIAN package/usr/sbin
printf 'Package: ship-it\nVersion: 2.1.0\nArchitecture: all\nMaintainer: a <a@b>\nDescription: box\n' >package/DEBIAN/control
echo program >package/usr/sbin/ship-it
export SOURCE_DATE_EPOCH=1
for arch in amd64 armhf; do
	dpkg-deb --root-owner-group --build package "$DIST/ship-it_2.1.0_$arch.deb"
done
[ "$GOFLAGS" = -buildvcs=true ]
cp host bin/deb/host
`
)

// A release that can be made leaves in dist/ what is published, which agrees with its checksums, and a clean tree.
// One that fails on the way says where, and leaves nothing there.
func TestReleaseEnds(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"git", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s on this machine (Debian's package of that name)", tool)
		}
	}
	if os.Geteuid() != 0 {
		out, err := git(releasable(t, "2.1.0) unstable"), "packaging/release 2.1.0")
		if err == nil || !strings.Contains(out, "sudo make release V=2.1.0") {
			t.Errorf("%v, it said:\n%s", err, out)
		}
		t.Skip("a release takes root: sudo go test ./packaging")
	}
	tests := []struct{ name, spoilt, by, want string }{
		{"well", "", "", "release: 2.1.0 is in dist/"},
		{"a test fails", ".ci/run", "echo no good; false", "no good"},
		{"a build fails", "packaging/deb/build", "echo broken; false", "release: the packages can't be built: broken"},
		{"another build", "packaging/deb/build", releaseBuild + `pwd >package/where; dpkg-deb --build package "$DIST/ship-it_2.1.0_arm64.deb"`, "release: ship-it_2.1.0_arm64.deb comes out different from a fresh clone"},
		{"another commit", "host", "#!/bin/sh\necho ship-it version 2.1.0", `release: the program says "ship-it version 2.1.0", not "ship-it version 2.1.0 `},
		{"a suite changes the tree", ".ci/run", "echo >>Makefile", "isn't committed:\n M Makefile"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := releasable(t, "2.1.0) unstable")
			if tt.spoilt != "" {
				writeFile(t, filepath.Join(dir, tt.spoilt), "#!/bin/sh\n"+tt.by+"\n")
				if out, err := git(dir, "git commit -qam spoilt"); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			out, err := git(dir, `PATH=$PWD/tools:$PATH SUDO_UID=65534 packaging/release 2.1.0`)
			if (err == nil) != (tt.spoilt == "") || !strings.Contains(out, tt.want) {
				t.Errorf("%v, it said:\n%s", err, out)
			}
			if out, err := git(dir, `find bin dist ! -uid 65534 2>/dev/null || :`); err != nil || out != "" {
				t.Errorf("%v, root keeps of what the caller of sudo goes on with:\n%s", err, out)
			}
			if tt.spoilt != "" {
				if _, err := os.Stat(filepath.Join(dir, "dist/SHA256SUMS")); err == nil {
					t.Error("there is something to publish")
				}
				return
			}
			checkReleased(t, dir)
		})
	}
}

// checkReleased wants all that is published, and nothing else that is new.
func checkReleased(t *testing.T, dir string) {
	t.Helper()
	const files = "SHA256SUMS ship-it_2.1.0.cdx.json ship-it_2.1.0.changelog ship-it_2.1.0_amd64.deb ship-it_2.1.0_armhf.deb\n"
	out, err := git(dir, `cd dist; echo *; sha256sum --check --quiet SHA256SUMS; wc -l <SHA256SUMS; git status --porcelain`)
	if err != nil || out != files+"4\n" {
		t.Errorf("%v, dist is:\n%s", err, out)
	}
	if text := readFile(t, filepath.Join(dir, "dist/ship-it_2.1.0.changelog")); !strings.HasSuffix(text, "\n -- a\n") || strings.Contains(text, "2.0.0") {
		t.Errorf("the changelog:\n%s", text)
	}
	if text := readFile(t, filepath.Join(dir, "dist/ship-it_2.1.0.cdx.json")); !regexp.MustCompile(`^run ./packaging/artefact sbom ship-it 2\.1\.0 \S+/ship-it_2\.1\.0_amd64 \S+/ship-it_2\.1\.0_armhf\n$`).MatchString(text) {
		t.Errorf("the list of the software is of %s", text)
	}
}

// releasable is a repository with what a release looks at, at version 2.1.0.
func releasable(t *testing.T, changelog string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		".gitignore":              "/bin/\n/dist/\n/package/\n",
		"Makefile":                "check:\n",
		".ci/run":                 "#!/bin/sh\necho the gate was here\n",
		"host":                    "#!/bin/sh\n" + releaseHost + "\n",
		"tools/go":                "#!/bin/sh\necho \"$@\"\n",
		"tools/lintian":           "#!/bin/sh\n",
		"cmd/ship-it/version.go":  "package main\n\nconst release = \"2.1.0\"\n",
		"packaging/deb/build":     releaseBuild,
		"packaging/deb/changelog": "ship-it (" + changelog + "; urgency=medium\n\n  * More.\n\n -- a\n\nship-it (2.0.0) unstable; urgency=medium\n\n -- a\n",
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
