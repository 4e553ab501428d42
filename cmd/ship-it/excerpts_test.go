package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckColours: at a terminal what is wrong is underlined in colour, unless
// somebody wants none; a file never has any (testdata/script/check.txtar).
func TestCheckColours(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bad.toml")
	if err := os.WriteFile(path, []byte("debounce = 20\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const red = "\x1b[91m^^\x1b[0m"
	for _, c := range []struct {
		name, variable string
		coloured       bool
	}{{"colour", "TERM=xterm", true}, {"NO_COLOR", "NO_COLOR=1", false}, {"dumb", "TERM=dumb", false}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			window, inside := terminal(t)
			cmd := exec.Command("ship-it", "check", "-c", path)
			cmd.Env = append(os.Environ(), "NO_COLOR=", "TERM=xterm", c.variable)
			cmd.Stderr = inside
			if err := cmd.Run(); err == nil {
				t.Error("a bad configuration passed")
			}
			if err := inside.Close(); err != nil {
				t.Fatal(err)
			}
			said, _ := io.ReadAll(window) // EIO is the end of what a terminal has
			if strings.Contains(string(said), red) != c.coloured || strings.Contains(string(said), "\x1b") != c.coloured {
				t.Errorf("it wrote %q", said)
			}
			if !strings.Contains(string(said), "debounce = 20") {
				t.Errorf("no excerpt in %q", said)
			}
		})
	}
}
