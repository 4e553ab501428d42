package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit/config"
)

// minimal is a file in which nothing is wrong and nothing is said twice.
const minimal = `
[teamcity]
url = "https://teamcity.example.com"
token_file = "token"

[[target]]
name = "Client Int"
led = 22
teamcity = { build_type = "bt280" }
`

// write puts a file of that mode into a folder, whatever the umask is.
func write(t *testing.T, dir, name, content string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadWithoutSecrets(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "config.toml", minimal, 0o644) // and no token beside it
	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Path != path || c.TeamCity.Token != "" {
		t.Errorf("path %s, token %q", c.Path, c.TeamCity.Token)
	}
}

func TestLoadRelativePath(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "config.toml", minimal, 0o600)
	write(t, dir, "token", "secret\n", 0o600)
	t.Chdir(dir)
	c, err := config.Load("config.toml", config.WithSecrets(environment(nil)))
	if err != nil {
		t.Fatal(err)
	}
	if !filepath.IsAbs(c.Path) || filepath.Base(c.Path) != filepath.Base(path) {
		t.Errorf("path %s, want %s", c.Path, path)
	}
	if c.TeamCity.Token != "secret" {
		t.Error("the token beside the file was not found")
	}
}

func TestLoadMissing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "no", "config.toml")
	_, err := config.Load(path)
	if !errors.Is(err, config.ErrNotConfigured) {
		t.Errorf("error %v is not ErrNotConfigured", err)
	}
	if !strings.Contains(err.Error(), "copy the sample") {
		t.Errorf("error %v has no remedy", err)
	}
}

func TestLoadMissingSecretIsConfigured(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "config.toml", minimal, 0o644)
	_, err := config.Load(path, config.WithSecrets(environment(nil)))
	if err == nil || errors.Is(err, config.ErrNotConfigured) {
		t.Errorf("error %v, want one that is not ErrNotConfigured", err)
	}
}

// TestLoadFile is about the file itself, whatever its content is.
func TestLoadFile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		content string
		mode    fs.FileMode
		want    []string
	}{
		{"readable by all", minimal, 0o644, nil},
		{"writable by the group", minimal, 0o664, []string{": can be written by others (mode 0664): chmod go-w it"}},
		{"writable by all", minimal, 0o602, []string{": can be written by others (mode 0602): chmod go-w it"}},
		{"writable, and wrong", minimal + "\n[pins]\nblinker = 40\n", 0o666, []string{
			": can be written by others (mode 0666): chmod go-w it",
			":12: [pins] blinker: the header has no pin 40: choose from 0 to 27; it is the BCM number, not the place on the header",
		}},
		{"largest", minimal + strings.Repeat("#", 1<<20-len(minimal)), 0o600, nil},
		{"too large", minimal + strings.Repeat("#", 1<<20-len(minimal)+1), 0o600, []string{
			": has more than 1 MiB: look whether it is the right file",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(write(t, t.TempDir(), "config.toml", tt.content, tt.mode))
			if len(tt.want) == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if diff := cmp.Diff(tt.want, messages(t, err)); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	want := []string{": is not a regular file: name a file, no folder, pipe or device"}
	for _, path := range []string{dir, fifo, os.DevNull} {
		_, err := config.Load(path)
		if diff := cmp.Diff(want, messages(t, err)); diff != "" {
			t.Errorf("%s: mistakes (-want +got):\n%s", path, diff)
		}
	}
}

func TestLoadThroughLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := write(t, dir, "config.toml", minimal, 0o666)
	link := filepath.Join(dir, "link.toml")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(link)
	want := []string{": can be written by others (mode 0666): chmod go-w it"}
	if diff := cmp.Diff(want, messages(t, err)); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}
