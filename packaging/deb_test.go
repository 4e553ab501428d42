package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// copySources makes a copy of what a package is built from, without a history.
func copySources(t *testing.T, dir string) {
	t.Helper()
	for _, part := range []string{".ci", "cmd", "daemonize", "gpio", "packaging", "shipit"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("..", part))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		writeFile(t, filepath.Join(dir, name), readFile(t, filepath.Join("..", name)))
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// writeFile writes a file that its user may execute.
func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// ownArchitecture is what Debian calls the machine that the test runs on.
func ownArchitecture(t *testing.T) string {
	t.Helper()
	name, ok := map[string]string{"amd64": "amd64", "arm64": "arm64", "arm": "armhf"}[runtime.GOARCH]
	if !ok {
		t.Skipf("there is no package for %s", runtime.GOARCH)
	}
	return name
}

// buildDeb builds the package for this machine from a copy of the sources, with a umask that lets nobody else
// in, and returns its path.
func buildDeb(t *testing.T) string {
	t.Helper()
	architecture := ownArchitecture(t)
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("no dpkg-deb on this machine (Debian's package dpkg)")
	}
	if out, err := exec.Command("go", "tool", "-modfile=../.ci/tools/nfpm.mod", "nfpm", "--version").CombinedOutput(); err != nil {
		t.Skipf("no nfpm, which make deb fails without: %v\n%s", err, out)
	}
	dir := t.TempDir()
	copySources(t, dir)
	cmd := exec.Command("sh", "-c", `umask 077; exec packaging/deb/build "$1"`, "build", architecture)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("packaging/deb/build: %v\n%s", err, out)
	}
	found, err := filepath.Glob(filepath.Join(dir, "dist", "ship-it_*_"+architecture+".deb"))
	if err != nil || len(found) != 1 {
		t.Fatalf("packages: %v, %v", found, err)
	}
	return found[0]
}

// dpkgDeb is what dpkg-deb says of a package.
func dpkgDeb(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("dpkg-deb", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("dpkg-deb %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// The package is the same whoever builds it and where, and has every file in its place.
func TestDeb(t *testing.T) {
	t.Parallel()
	first := buildDeb(t)
	if readFile(t, first) != readFile(t, buildDeb(t)) {
		t.Error("two builds of the same sources differ")
	}

	var list strings.Builder
	line := regexp.MustCompile(`^(\S+) (\S+) .* \./(\S+)$`)
	for text := range strings.Lines(dpkgDeb(t, "--contents", first)) {
		file := line.FindStringSubmatch(strings.TrimSpace(text))
		if file == nil {
			t.Fatalf("dpkg-deb says %q", text)
		}
		if !strings.HasSuffix(file[3], "/") || file[3] == "etc/ship-it/" {
			list.WriteString(strings.Join(file[1:], " ") + "\n")
		} else if file[1] != "drwxr-xr-x" || file[2] != "root/root" {
			t.Errorf("folder: %q", text)
		}
	}
	if diff := cmp.Diff(readFile(t, "testdata/deb.golden"), list.String()); diff != "" {
		t.Errorf("contents, -want +got:\n%s", diff)
	}
	const conffiles = "/etc/default/ship-it\n/etc/init.d/ship-it\n/etc/logrotate.d/ship-it\n"
	if diff := cmp.Diff(conffiles, dpkgDeb(t, "--info", first, "conffiles")); diff != "" {
		t.Errorf("conffiles, -want +got:\n%s", diff)
	}
	// What preinst puts in an older script's place is what dpkg will find there: it has nothing to ask.
	root := t.TempDir()
	dpkgDeb(t, "--extract", first, root)
	script := readFile(t, filepath.Join(root, "etc/init.d/ship-it"))
	if !strings.Contains(dpkgDeb(t, "--info", first, "preinst"), "<<'END_OF_INIT_SCRIPT'\n"+script+"END_OF_INIT_SCRIPT\n") {
		t.Error("preinst has another init script than the package")
	}
	if strings.Contains(script, "/usr/local/sbin/ship-it") {
		t.Error("the init script starts a program that isn't the package's")
	}
}

// Version and changelog have to agree before anything is built.
func TestDebVersion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	copySources(t, dir)
	path := filepath.Join(dir, "packaging/deb/changelog")
	writeFile(t, path, "ship-it (9.9.9) unstable; urgency=medium\n\n"+readFile(t, path))
	cmd := exec.Command("packaging/deb/build")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "packaging/deb/changelog at 9.9.9: bring them together") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Every module in the program is named with its licence.
func TestCopyrightNamesModules(t *testing.T) {
	t.Parallel()
	const format = `{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}`
	cmd := exec.Command("go", "list", "-deps", "-f", format, "../cmd/ship-it")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := map[string]bool{"std": true}
	for module := range strings.FieldsSeq(string(out)) {
		modules[module] = true
	}
	named := map[string]bool{}
	for _, file := range regexp.MustCompile(`(?m)^Files: (.+)/\*$`).FindAllStringSubmatch(readFile(t, "deb/copyright"), -1) {
		named[file[1]] = true
	}
	if diff := cmp.Diff(modules, named); diff != "" {
		t.Errorf("modules, -in the program +in deb/copyright:\n%s", diff)
	}
}
