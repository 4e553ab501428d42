package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDistrust(t *testing.T) {
	t.Parallel()
	const root, user, other = 0, 1000, 1001
	tests := []struct {
		name        string
		demand      demand
		mode        fs.FileMode
		owner, user int
		want        string
	}{
		{"root's configuration", configFile(), 0o644, root, user, ""},
		{"own configuration", configFile(), 0o644, user, user, ""},
		{"somebody's configuration", configFile(), 0o644, user, root, "belongs to another user (uid 1000), who could change it"},
		{"another one's configuration", configFile(), 0o600, other, user, "belongs to another user (uid 1001), who could change it"},
		{"configuration of all", configFile(), 0o646, root, root, "can be written by others (mode 0646)"},
		{"configuration of a group", configFile(), 0o660, root, root, "can be written by others (mode 0660)"},
		{"own secret", secretFile(), 0o600, user, user, ""},
		{"secret that only reads", secretFile(), 0o400, user, user, ""},
		{"secret of systemd", secretFile(), 0o440, root, user, ""},
		{"secret of the group ship-it", secretFile(), 0o640, root, user, ""},
		{"secret of all", secretFile(), 0o644, root, root, "can be read by others (mode 0644)"},
		{"secret that the group writes", secretFile(), 0o660, root, root, "can be written by others (mode 0660)"},
		{
			"secret of everybody", secretFile(), 0o666, other, root,
			"belongs to another user (uid 1001), who could change it; can be written by others (mode 0666); can be read by others (mode 0666)",
		},
		{"authority of all", authorityFile(), 0o666, root, root, "can be written by others (mode 0666)"},
		{"sound of all", soundFile(), 0o666, other, root, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range tt.demand.distrust(tt.mode, tt.owner, tt.user) {
				got = append(got, f.text)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("flaws (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPermission: what this user may not read is told apart from what is wrong
// for everybody.
func TestPermission(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		more string
		want bool
	}{
		{"nothing else is wrong", "", true},
		{"a mistake beside it", "debounce = 20\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newReader("config.toml", []Option{WithSecrets(func(string) (string, bool) { return "", false })})
			r.open = func(path string, d demand) ([]byte, []flaw) {
				return nil, []flaw{d.unopened(&fs.PathError{Op: "open", Path: path, Err: syscall.EACCES})}
			}
			_, err := r.parse([]byte(tt.more + `
[teamcity]
url = "https://teamcity.example.com"
token_file = "token"
[[target]]
name = "Client Int"
led = 22
teamcity = { build_type = "bt280" }
`))
			if err == nil || errors.Is(err, fs.ErrPermission) != tt.want {
				t.Errorf("error %v: is a matter of permission: %t, want %t", err, !tt.want, tt.want)
			}
		})
	}
}

// TestUnopenedKeepsQuiet: a path may be the secret itself, put into the wrong
// place.
func TestUnopenedKeepsQuiet(t *testing.T) {
	t.Parallel()
	for _, errno := range []syscall.Errno{syscall.ENOENT, syscall.EACCES, syscall.ELOOP, syscall.ENAMETOOLONG, syscall.EINVAL} {
		f := secretFile().unopened(&fs.PathError{Op: "open", Path: "hunter2", Err: errno})
		if strings.Contains(f.text+f.remedy, "hunter2") || f.text == "" || f.remedy == "" {
			t.Errorf("%v: %q, %q", errno, f.text, f.remedy)
		}
	}
}

func TestReadFileNUL(t *testing.T) {
	t.Parallel()
	data, flaws := readFile("a\x00b", soundFile())
	if data != nil || len(flaws) != 1 {
		t.Errorf("%q, %v", data, flaws)
	}
}

func TestReadFileUnreadable(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/mem"); err != nil {
		t.Skip("needs Linux's /proc/self/mem, a file that can be opened and not read")
	}
	data, flaws := readFile("/proc/self/mem", soundFile())
	if data != nil || len(flaws) != 1 || !errors.Is(flaws[0].cause, syscall.EIO) {
		t.Errorf("%q, %v", data, flaws)
	}
}

// TestSudo: a file of the user who called sudo is as good as root's. Not
// parallel: it changes the environment.
func TestSudo(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, 1000, 1000); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sudo string
		want int
	}{{"1000", 0}, {"1001", 1}, {"", 1}, {"root", 1}} {
		t.Setenv("SUDO_UID", c.sudo)
		if _, flaws := readFile(path, configFile()); len(flaws) != c.want {
			t.Errorf("with SUDO_UID=%q: %d flaws, want %d: %v", c.sudo, len(flaws), c.want, flaws)
		}
	}
}
