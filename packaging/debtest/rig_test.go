// Package debtest_test tests the Debian package on a host that may make root
// file systems and namespaces, and has QEMU: "make test-deb". It starts what is
// tested and tells what came of it; what a test looks at stands in its
// neighbour inside, which runs in those roots.
//
// Anywhere else the tests are skipped.
package debtest_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// systems are the init systems, each with a root of its name.
func systems() []string { return []string{"sysvinit", "systemd"} }

// workshop is what packaging/debtest/run has made.
type workshop struct {
	host    string // folder that is /run/host in every root: packages and programs
	roots   string
	machine string
}

// need skips a test if it isn't the make target that runs it.
func need(t *testing.T) workshop {
	t.Helper()
	w := workshop{os.Getenv("SHIP_IT_DEBTEST"), os.Getenv("SHIP_IT_ROOTS"), os.Getenv("SHIP_IT_MACHINE")}
	if w.host == "" {
		t.Skip("this wants root, fresh root file systems and QEMU (make test-deb)")
	}
	return w
}

// enter runs a command beside a fresh root with that init system, for which
// the folder host is /run/host; place is where that root is. It and all that it
// leaves running is killed when ctx ends, at the latest.
func (w workshop) enter(ctx context.Context, t *testing.T, system, place, host string, command ...string) (string, error) {
	t.Helper()
	script, err := filepath.Abs("enter")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc", script, filepath.Join(w.roots, system), place, host}
	cmd := exec.CommandContext(ctx, "unshare", append(args, command...)...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "SHIP_IT_INSIDE=" + system, "TERM=dumb"}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	said, err := cmd.CombinedOutput()
	return string(said), err
}

// skipped is what a test prints that was skipped: nothing is missing in these
// roots.
func skipped(said string) bool {
	return regexp.MustCompile(`(?m)^ *--- SKIP`).MatchString(said)
}

// chrooted has a test of inside run in a fresh root.
func (w workshop) chrooted(t *testing.T, system, name string) {
	t.Helper()
	place := t.TempDir()
	said, err := w.enter(t.Context(), t, system, place, w.host,
		"chroot", filepath.Join(place, "root"), "/run/host/inside.test", "-test.v", "-test.timeout=3m", "-test.run=^"+name+"$")
	if err != nil || skipped(said) || !strings.Contains(said, "--- PASS: "+name) {
		t.Errorf("%v\n%s", err, said)
	}
}

// tests lists the tests of inside whose names begin like this.
func (w workshop) tests(t *testing.T, prefix string) []string {
	t.Helper()
	out, err := exec.Command(filepath.Join(w.host, "inside.test"), "-test.list=^"+prefix).CombinedOutput()
	names := strings.Fields(string(out))
	if err != nil || len(names) == 0 {
		t.Fatalf("no tests %s...: %v\n%s", prefix, err, out)
	}
	return names
}
