// Package packaging_test tests what puts ship-it on a machine: the init script, the log rotation, the
// sample configuration and "make install". It owns no code of the program, and nothing of the program's
// is tested here but its contract with the init script, which a stand-in keeps as well.
//
// The tests run the real tools (start-stop-daemon, logrotate, make, update-rc.d), each in a machine of
// its own: a root file system in memory with its own processes, which are gone when the test ends.
package packaging_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "ship-it-packaging")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	buildDir = dir
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
