package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/cmd/ship-it/doctor"
)

// The chips' files are found with their owners, and users with their groups.
func TestDevices(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "dev"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gpiochip0", "null"} {
		if err := os.WriteFile(filepath.Join(dir, "dev", name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := []doctor.Device{{Path: "/dev/gpiochip0", Mode: 0o600, UID: os.Getuid(), GID: os.Getgid()}}
	if diff := cmp.Diff(want, devices(os.DirFS(dir))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := accountOf("root"); got == nil || got.Name != "root" || got.UID != 0 {
		t.Errorf("root: %+v", got)
	}
	if got := accountOf("no-such-user"); got != nil {
		t.Errorf("a user who isn't there: %+v", got)
	}
}
