package daemonize

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A folder becomes the user's with what is his in it, and no other does.
func TestEntrust(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	tests := []struct {
		name    string
		prepare func(folder string) error
		want    error
		owner   int // of the folder, afterwards; -1: there is none
	}{
		{"there is none", func(string) error { return nil }, nil, nobodyUID},
		{"root's", func(f string) error {
			return errors.Join(os.Mkdir(f, 0o755), os.WriteFile(filepath.Join(f, "log.jsonl"), nil, 0o640), os.WriteFile(filepath.Join(f, "log.jsonl.1"), nil, 0o640))
		}, nil, nobodyUID},
		{"his", func(f string) error { return errors.Join(os.Mkdir(f, 0o777), os.Chown(f, nobodyUID, 0)) }, nil, nobodyUID},
		{"with another thing", func(f string) error {
			return errors.Join(os.Mkdir(f, 0o755), os.WriteFile(filepath.Join(f, "passwd"), nil, 0o640))
		}, ErrUnsafe, 0},
		{"open to all", func(f string) error { return errors.Join(os.Mkdir(f, 0o755), os.Chmod(f, 0o777)) }, ErrUnsafe, 0},
		{"a third one's", func(f string) error { return errors.Join(os.Mkdir(f, 0o755), os.Chown(f, 1234, 0)) }, ErrUnsafe, 1234},
		{"no folder above", func(f string) error { return os.Remove(filepath.Dir(f)) }, os.ErrNotExist, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), "a", "b")
			if err := errors.Join(os.Mkdir(filepath.Dir(folder), 0o755), tt.prepare(folder)); err != nil {
				t.Fatal(err)
			}
			if err := Entrust(filepath.Join(folder, "log.jsonl"), nobody); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			entries, err := os.ReadDir(folder)
			if err != nil && tt.owner >= 0 {
				t.Fatal(err)
			}
			if tt.owner >= 0 {
				checkFolder(t, folder, tt.owner)
			}
			for _, entry := range entries {
				checkFolder(t, filepath.Join(folder, entry.Name()), tt.owner)
			}
		})
	}
}

// checkFolder wants a file to be a user's.
func checkFolder(t *testing.T, path string, owner int) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := ownerOf(file); got != owner {
		t.Errorf("%s belongs to %d, want %d", path, got, owner)
	}
}
