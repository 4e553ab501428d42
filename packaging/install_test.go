package packaging_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A Makefile as the one at the top is, for what install.mk asks of it.
const topMakefile = "BINARY = ship-it\nbuild:\n\t@:\ninclude packaging/install.mk\n"

// sources makes a copy of what "make install" reads, at dir.
func sources(t *testing.T, dir string) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(dir, "packaging"), os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(standIn().binary(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ship-it"), binary, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "Makefile"), []byte(topMakefile), 0o600); err != nil {
		t.Fatal(err)
	}
}

// makeIn runs make with a umask that lets nobody else in.
func makeIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("sh", append([]string{"-c", `umask 077; exec make "$@"`, "make"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("make %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// tree lists what stands below root, each with its mode.
func tree(t *testing.T, root string) map[string]fs.FileMode {
	t.Helper()
	list := map[string]fs.FileMode{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		info, err := d.Info()
		list[strings.TrimPrefix(path, root)] = info.Mode()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Every file is in its place with its mode, also the second time, and all of it can be taken away.
func TestInstallIntoDirectory(t *testing.T) {
	t.Parallel()
	src, root := t.TempDir(), t.TempDir()
	sources(t, src)
	const dir = fs.ModeDir | 0o755
	want := map[string]fs.FileMode{
		"/etc":                                     dir,
		"/etc/default":                             dir,
		"/etc/default/ship-it":                     0o644,
		"/etc/init.d":                              dir,
		"/etc/init.d/ship-it":                      0o755,
		"/etc/logrotate.d":                         dir,
		"/etc/logrotate.d/ship-it":                 0o644,
		"/etc/ship-it":                             dir,
		"/etc/systemd":                             dir,
		"/etc/systemd/system":                      dir,
		"/etc/systemd/system/ship-it.service":      0o644,
		"/etc/udev":                                dir,
		"/etc/udev/rules.d":                        dir,
		"/etc/udev/rules.d/60-ship-it.rules":       0o644,
		"/opt":                                     dir,
		"/opt/box":                                 dir,
		"/opt/box/sbin":                            dir,
		"/opt/box/sbin/ship-it":                    0o755,
		"/opt/box/share":                           dir,
		"/opt/box/share/doc":                       dir,
		"/opt/box/share/doc/ship-it":               dir,
		"/opt/box/share/doc/ship-it/config.toml":   0o644,
		"/opt/box/share/man":                       dir,
		"/opt/box/share/man/man5":                  dir,
		"/opt/box/share/man/man5/ship-it.toml.5":   0o644,
		"/opt/box/share/man/man8":                  dir,
		"/opt/box/share/man/man8/ship-it.8":        0o644,
		"/opt/box/share/man/man7":                  dir,
		"/opt/box/share/man/man7/ship-it.socket.7": 0o644,

		"/opt/box/share/bash-completion":                        dir,
		"/opt/box/share/bash-completion/completions":            dir,
		"/opt/box/share/bash-completion/completions/ship-it":    0o644,
		"/opt/box/share/fish":                                   dir,
		"/opt/box/share/fish/vendor_completions.d":              dir,
		"/opt/box/share/fish/vendor_completions.d/ship-it.fish": 0o644,
		"/opt/box/share/zsh":                                    dir,
		"/opt/box/share/zsh/site-functions":                     dir,
		"/opt/box/share/zsh/site-functions/_ship-it":            0o644,
	}
	for _, round := range []string{"first", "second"} {
		makeIn(t, src, "install", "DESTDIR="+root, "PREFIX=/opt/box")
		if diff := cmp.Diff(want, tree(t, root)); diff != "" {
			t.Errorf("%s install, -want +got:\n%s", round, diff)
		}
	}
	script, err := os.ReadFile(filepath.Join(root, "etc/init.d/ship-it"))
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := os.ReadFile("ship-it.init")
	if err != nil {
		t.Fatal(err)
	}
	wantScript := strings.Replace(string(shipped), "DAEMON="+binaryPath, "DAEMON=/opt/box/sbin/ship-it", 1)
	if diff := cmp.Diff(wantScript, string(script)); diff != "" {
		t.Errorf("init script, -want +got:\n%s", diff)
	}

	makeIn(t, src, "uninstall", "DESTDIR="+root, "PREFIX=/opt/box")
	for path, mode := range tree(t, root) {
		if !mode.IsDir() || strings.HasSuffix(path, "/ship-it") {
			t.Errorf("uninstall left %s", path)
		}
	}
}

// What somebody has edited is neither overwritten nor removed, and the log stays.
func TestInstallKeepsWhatIsEdited(t *testing.T) {
	t.Parallel()
	src, root := t.TempDir(), t.TempDir()
	sources(t, src)
	makeIn(t, src, "install", "DESTDIR="+root)
	kept := []string{
		"/etc/default/ship-it", "/etc/logrotate.d/ship-it", "/etc/ship-it/config.toml",
		"/var/log/ship-it.log", "/var/log/ship-it.log.2.gz",
	}
	for _, path := range kept {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("# edited\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	again := makeIn(t, src, "install", "DESTDIR="+root)
	for _, path := range kept[:2] {
		if !strings.Contains(again, root+path+" is kept as it is") {
			t.Errorf("not a word about %s in:\n%s", path, again)
		}
	}
	words := makeIn(t, src, "uninstall", "DESTDIR="+root)
	for _, path := range kept {
		b, err := os.ReadFile(filepath.Join(root, path))
		if err != nil || string(b) != "# edited\n" {
			t.Errorf("%s: %q, %v", path, b, err)
		}
		if !strings.Contains(words, root+path+"\n") {
			t.Errorf("not a word about %s in:\n%s", path, words)
		}
	}
}

// bootWithSources starts a machine with nothing but what "make install" needs, at /src.
func bootWithSources(t *testing.T) *machine {
	t.Helper()
	dir := t.TempDir()
	sources(t, dir)
	m := boot(t)
	m.must("mkdir", "/src")
	if err := os.CopyFS(m.path("/src"), os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *machine) make(target string) string {
	m.t.Helper()
	return m.must("make", "-C", "/src", target)
}

// The whole life of an installation on a machine: the words lead from one step to the next.
func TestInstallOnMachine(t *testing.T) {
	t.Parallel()
	m := bootWithSources(t)
	m.must("sed", "-i", "/^ship-it:/d", "/etc/passwd", "/etc/group")
	words := m.make("install")
	if got := m.must("id", "-Gn", "ship-it"); got != "ship-it audio gpio" {
		t.Errorf("ship-it is in the groups %s", got)
	}
	for _, step := range []string{
		"install -m 0644 /usr/local/share/doc/ship-it/config.toml /etc/ship-it/config.toml", "ship-it check", "ship-it start",
	} {
		if !strings.Contains(words, step) {
			t.Errorf("no %q in:\n%s", step, words)
		}
	}
	if m.running() != 0 || m.exists(configPath) {
		t.Error("an unconfigured box was started, or configured")
	}
	m.must("install", "-m", "0644", "/usr/local/share/doc/ship-it/config.toml", configPath)
	running(m)
	first := m.running()
	if words := m.make("install"); !strings.Contains(words, "service ship-it restart") || m.running() != first {
		t.Errorf("pid %d was %d; it said:\n%s", m.running(), first, words)
	}
	m.must("service", "ship-it", "restart")
	if links := m.must("sh", "-c", "cd /etc && echo rc?.d/*ship-it"); links !=
		"rc0.d/K01ship-it rc1.d/K01ship-it rc2.d/S01ship-it rc3.d/S01ship-it rc4.d/S01ship-it rc5.d/S01ship-it rc6.d/K01ship-it" {
		t.Errorf("links: %s", links)
	}

	words = m.make("uninstall")
	if m.running() != 0 || m.exists(binaryPath) || m.exists(scriptPath) || m.exists("/etc/rc2.d/S01ship-it") || m.exists("/etc/udev/rules.d/60-ship-it.rules") {
		t.Errorf("something is left; it said:\n%s", words)
	}
	if !m.exists(configPath) || !m.exists(logPath) || !strings.Contains(words, configPath) || !strings.Contains(words, logPath) {
		t.Errorf("configuration and log have to stay; it said:\n%s", words)
	}
}

// What can't be stopped keeps the means to stop it.
func TestUninstallOfWhatDoesNotStop(t *testing.T) {
	t.Parallel()
	m := bootWithSources(t)
	m.make("install")
	m.must("sh", "-c", "echo 'RETRY=CONT/1' >/etc/default/ship-it")
	m.write(configPath, "")
	running(m)
	if a := m.run("make", "-C", "/src", "uninstall"); a.code == 0 || m.running() == 0 || !m.exists(scriptPath) || !m.exists(binaryPath) {
		t.Errorf("exit %d; it said:\n%s", a.code, a.text)
	}
}

// pythonScript is an init script as the Python program had one.
const pythonScript = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          ship-it
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
### END INIT INFO
case "$1" in
stop) start-stop-daemon --stop --pidfile /run/ship-it.pid; rm -f /run/ship-it.pid; echo stopped >/run/told ;;
esac
exit 0
`

// An older program under the same name is stopped and its script kept: both would answer a press.
func TestInstallSetsOlderProgramAside(t *testing.T) {
	t.Parallel()
	m := bootWithSources(t)
	older := m.background("sleep 1000")
	m.write(scriptPath, pythonScript)
	m.must("chmod", "0755", scriptPath)
	m.write(byHandPath, fmt.Sprintln(older))
	words := m.make("install")
	waitFor(t, "the end of the older program", func() bool { return !m.alive(older) })
	if m.read("/var/backups/ship-it.init.older") != pythonScript {
		t.Error("the older script is not kept")
	}
	if m.read(scriptPath) == pythonScript || !strings.Contains(words, "WARNING: see that nothing of that program runs") {
		t.Errorf("it said:\n%s", words)
	}
	if words := m.make("uninstall"); !strings.Contains(words, "/var/backups/ship-it.init.older") {
		t.Errorf("not a word about the older script in:\n%s", words)
	}
}

// With DESTDIR nothing of this machine is stopped, but no foreign script is overwritten either.
func TestInstallIntoDirectoryKeepsOlderScript(t *testing.T) {
	t.Parallel()
	m := bootWithSources(t)
	m.write("/image/etc/init.d/ship-it", pythonScript)
	m.must("chmod", "0755", "/image/etc/init.d/ship-it")
	m.must("make", "-C", "/src", "install", "DESTDIR=/image")
	if m.read("/image/var/backups/ship-it.init.older") != pythonScript || m.exists("/run/told") {
		t.Error("the older script was not kept, or it was run")
	}
}

// An uninstall leaves a script alone that isn't ours.
func TestUninstallLeavesOlderScript(t *testing.T) {
	t.Parallel()
	m := bootWithSources(t)
	m.write(scriptPath, pythonScript)
	m.make("uninstall")
	if m.read(scriptPath) != pythonScript {
		t.Error("it was changed")
	}
}

// Where the package is installed as well, its files in /etc aren't ours to take away: no upgrade would bring them
// back, and the log would never be rotated again.
func TestUninstallLeavesThePackageItsFiles(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"installed", "config-files"} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			m := bootWithSources(t)
			m.make("install")
			m.write("/usr/local/sbin/dpkg-query", "#!/bin/sh\nprintf "+state+"\n")
			m.must("chmod", "0755", "/usr/local/sbin/dpkg-query")
			m.must("env", "PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "make", "-C", "/src", "uninstall")
			for _, path := range []string{defaultPath, "/etc/logrotate.d/ship-it", "/etc/ship-it"} {
				if !m.exists(path) {
					t.Errorf("%s is gone", path)
				}
			}
			if m.exists(binaryPath) {
				t.Errorf("%s is left", binaryPath)
			}
		})
	}
}

func TestInstallTakesRoot(t *testing.T) {
	t.Parallel()
	m := bootWithSources(t)
	for _, target := range []string{"install", "uninstall"} {
		a := m.runAs(65534, "make", "-C", "/src", target)
		if a.code == 0 || !strings.Contains(a.text, "sudo make "+target) {
			t.Errorf("%s: exit %d; it said:\n%s", target, a.code, a.text)
		}
	}
}
