package inside_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// scene is all that somebody could find on a machine: files, and accounts.
type scene map[string]string

// kept is what dpkg and apt note about every package that ever was there, and
// what isn't on a disk.
func kept(path string) bool {
	for _, prefix := range []string{
		"/proc", "/sys", "/dev", "/run/host", "/tmp", "/var/lib/dpkg", "/var/lib/apt", "/var/cache",
		"/var/log/dpkg.log", "/var/log/apt", "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/.pwd.lock",
	} {
		if path == prefix || path == prefix+"-" || strings.HasPrefix(path, prefix+"/") {
			return true
		}
	}
	return false
}

// look notes the scene: each file with its mode, owner, and where it leads or
// what is in it.
func look(t *testing.T) scene {
	t.Helper()
	s := scene{}
	err := filepath.WalkDir("/", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if kept(path) {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		s[path] = info.Mode().String()
		switch {
		case info.Mode().Type() == fs.ModeSymlink:
			target, err := os.Readlink(path)
			s[path] += " " + target
			return err
		case info.Mode().IsRegular() && strings.HasPrefix(path, "/etc/"):
			text, err := os.ReadFile(path)
			s[path] += fmt.Sprintf(" %x", sha256.Sum256(text))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/etc/passwd", "/etc/group"} {
		for line := range strings.Lines(read(t, path)) {
			name, _, _ := strings.Cut(line, ":")
			s[path+": "+name] = "account"
		}
	}
	return s
}

// left is what is there and wasn't, what was there and isn't, and what is
// another.
func (s scene) left(now scene) []string {
	var all []string
	for _, path := range slices.Sorted(maps.Keys(now)) {
		switch before, was := s[path]; {
		case !was:
			all = append(all, "new: "+path+" "+now[path])
		case before != now[path]:
			all = append(all, "changed: "+path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(s)) {
		if _, is := now[path]; !is {
			all = append(all, "gone: "+path)
		}
	}
	return all
}

// accounts is what stays after a purge: by Debian's policy system users do, for
// a number that came free could become somebody else's.
func accounts() []string {
	return []string{
		"new: /etc/group: gpio account", "new: /etc/group: ship-it account", "new: /etc/passwd: ship-it account",
	}
}

// wantPurged purges the package, and fails if anything but that stays of it.
func (s scene) wantPurged(t *testing.T) {
	t.Helper()
	want(t, 0, nil, "dpkg", "--purge", "ship-it")
	wantNoBox(t)
	if got := s.left(look(t)); !slices.Equal(got, accounts()) {
		t.Errorf("after a purge:\n%s", strings.Join(got, "\n"))
	}
}
