// Package packaging_test tests what puts ship-it on a machine: the init script, the log rotation, the
// sample configuration and "make install". It owns no code of the program; the daemon in these tests is
// the one that daemonBinary names.
//
// The tests run the real tools (start-stop-daemon, logrotate, make, update-rc.d), each in a machine of
// its own: a root file system in memory with its own processes, which are gone when the test ends.
package packaging_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "ship-it-packaging")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	buildDaemon = sync.OnceValues(func() (string, error) {
		path := filepath.Join(dir, "ship-it")
		out, err := exec.Command("go", "build", "-o", path, daemonPackage).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("building %s: %w\n%s", daemonPackage, err, out)
		}
		return path, nil
	})
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// daemonPackage is the program that the init script controls in these tests.
const daemonPackage = "./testdata/standin"

// buildDaemon builds it once for all tests.
var buildDaemon func() (string, error)

// daemonBinary returns the path of the built daemon.
func daemonBinary(t *testing.T) string {
	t.Helper()
	path, err := buildDaemon()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
