package socket

import (
	"errors"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// left makes what a dead process leaves.
func left(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestListen: what is in a socket's place is replaced if it is a dead process's
// socket, and else stays as it is.
func TestListen(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		prepare func(t *testing.T, path string)
		want    error
	}{
		{"nothing", func(*testing.T, string) {}, nil},
		{"left by a dead process", left, nil},
		{"a living one's", func(t *testing.T, path string) {
			t.Helper()
			l, err := Listen(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
		}, ErrInUse},
		{"a file", func(t *testing.T, path string) {
			t.Helper()
			if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrUnsafe},
		{"a folder", func(t *testing.T, path string) {
			t.Helper()
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, ErrUnsafe},
		{"a link to a dead one's", func(t *testing.T, path string) {
			t.Helper()
			left(t, path+".real")
			if err := os.Symlink(path+".real", path); err != nil {
				t.Fatal(err)
			}
		}, ErrUnsafe},
		{"a link to nowhere", func(t *testing.T, path string) {
			t.Helper()
			if err := os.Symlink(path+".nowhere", path); err != nil {
				t.Fatal(err)
			}
		}, ErrUnsafe},
		{"a named pipe", func(t *testing.T, path string) {
			t.Helper()
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrUnsafe},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "sock")
			c.prepare(t, path)
			before, _ := os.Lstat(path)
			l, err := Listen(t.Context(), path)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err != nil {
				if after, err := os.Lstat(path); err != nil || !os.SameFile(before, after) {
					t.Errorf("what was there has gone: %v", err)
				}
				return
			}
			mode(t, path, os.ModeSocket|0o600)
			if err := errors.Join(l.Close(), l.Close()); err != nil {
				t.Error(err)
			}
			if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the socket is left: %v", err)
			}
		})
	}
}

func mode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != want {
		t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
	}
}

// TestFolder: the folder is made, and goes with the socket if nothing else is
// in it; one that is a link is none.
func TestFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "run")
	for _, other := range []bool{false, true} {
		l, err := Listen(t.Context(), filepath.Join(folder, "sock"))
		if err != nil {
			t.Fatal(err)
		}
		mode(t, folder, os.ModeDir|0o755)
		if other {
			if err := os.WriteFile(filepath.Join(folder, "other"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(folder); (err == nil) != other {
			t.Errorf("with something else in it: %v; the folder: %v", other, err)
		}
	}
	if err := os.Symlink(folder, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		filepath.Join(dir, "link", "sock"):               ErrUnsafe,
		filepath.Join(folder, "other", "sock"):           ErrUnsafe,
		filepath.Join(dir, "a", "b", "sock"):             os.ErrNotExist,
		filepath.Join(dir, strings.Repeat("x", maxPath)): ErrUnsafe,
	} {
		if _, err := Listen(t.Context(), path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
}

// TestClose: a socket that another process has put in the place of ours stays.
func TestClose(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sock")
	l, err := Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	other, err := Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the other's socket has gone: %v", err)
	}
}

// TestShare: the group gets the socket, or only its owner can have it.
func TestShare(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sock")
	l, err := Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Share("no-such-group"); !errors.Is(err, ErrOwnerOnly) {
		t.Errorf("a group that isn't there: %v", err)
	}
	mode(t, path, os.ModeSocket|0o600)
	gid := os.Getegid()
	if os.Geteuid() == 0 {
		gid = 65534 // it is in every /etc/group
	}
	group, err := user.LookupGroupId(strconv.Itoa(gid))
	if err != nil {
		t.Skipf("this group has no name: %v", err)
	}
	if err := l.Share(group.Name); err != nil {
		t.Fatal(err)
	}
	mode(t, path, os.ModeSocket|0o660)
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Sys().(*syscall.Stat_t).Gid; int(got) != gid {
		t.Errorf("the socket is of group %d, want %d", got, gid)
	}

	// Whatever is put in its place is left alone.
	if err := errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := l.Share(group.Name); !errors.Is(err, ErrUnsafe) {
		t.Errorf("another file in its place: %v", err)
	}
	mode(t, path, 0o600)
}
