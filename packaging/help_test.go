package packaging_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The manual pages are rendered without a warning, and whatis finds their one line.
func TestManualPages(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"ship-it.8", "ship-it.toml.5", "ship-it.socket.7"} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			for _, tool := range [][]string{
				{"man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z"},
				{"lexgrog"},
			} {
				if _, err := exec.LookPath(tool[0]); err != nil {
					t.Skipf("no %s on this machine (Debian's package man-db)", tool[0])
				}
				cmd := exec.Command(tool[0], append(tool[1:], filepath.Join("man", page))...)
				cmd.Env = append(cmd.Environ(), "LC_ALL=C.UTF-8", "MANROFFSEQ=", "MANWIDTH=80")
				var complaint strings.Builder
				cmd.Stderr = &complaint
				if err := cmd.Run(); err != nil || complaint.Len() > 0 {
					t.Errorf("%s: %v\n%s", tool[0], err, &complaint)
				}
			}
		})
	}
}

// Each shell takes the completion that the program prints for it.
func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(shell); err != nil {
				t.Skipf("no %s on this machine (Debian's package of that name)", shell)
			}
			text, err := exec.Command("go", "run", "../cmd/ship-it", "completion", shell).Output()
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "completion")
			writeFile(t, path, string(text))
			if out, err := exec.Command(shell, "-n", path).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
