package packaging_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// daemon is a program that the init script controls.
type daemon struct {
	name   string
	build  []string // arguments of go, without -o
	chip   string   // what --chip has to say
	config string   // a configuration that it takes
	ready  string   // a file that appears in a machine when it has its lines
	driven string   // a file that is there while outputs are driven
}

// standIn is daemon enough for the init script, and does at command what the program does rarely. Its
// outputs stay driven when it is killed, as on a Raspberry Pi.
func standIn() daemon {
	return daemon{
		name:   "stand-in",
		build:  []string{"build", "./testdata/standin"},
		chip:   "auto",
		ready:  "/run/standin.driven",
		driven: "/run/standin.driven",
	}
}

// program is ship-it itself, with the chip in memory that its own tests have. That chip's outputs stay
// driven as well.
func program() daemon {
	return daemon{
		name:  "ship-it",
		build: []string{"test", "-c", "-ldflags", "-s -w", "../cmd/ship-it"},
		chip:  "virtual:/run/chip/socket",
		config: `teamcity = { url = "http://127.0.0.1:9/guestAuth" }
[[target]]
name = "Client Int"
led = 22
teamcity = { build_type = "bt280" }
`,
		ready:  "/run/chip/socket",
		driven: "/run/chip/socket.driven",
	}
}

// buildDir is where the daemons are built, each once for all tests.
var (
	buildDir string
	builds   sync.Map // from a daemon's name to a func() error
)

// binary returns the path of the built daemon.
func (d daemon) binary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(buildDir, d.name)
	once, _ := builds.LoadOrStore(d.name, sync.OnceValue(func() error {
		args := append([]string{d.build[0], "-o", path}, d.build[1:]...)
		if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("building the %s: %w\n%s", d.name, err, out)
		}
		return nil
	}))
	if err := once.(func() error)(); err != nil {
		t.Fatal(err)
	}
	return path
}
