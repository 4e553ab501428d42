package daemonize

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What may lie where the pidfile goes and is no reason not to start: nobody
// holds it.
func TestPidFileTakenOver(t *testing.T) {
	t.Parallel()
	sleeper := exec.CommandContext(t.Context(), "sleep", "600")
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() })
	tests := []struct {
		name    string
		content string
		mode    os.FileMode
	}{
		{"stale", "4194303\n", 0o644},
		{"empty", "", 0o644},
		{"garbage", "not a number", 0o644},
		{"NUL", "\x00\x00\x00", 0o644},
		{"minus one", "-1\n", 0o644},
		{"zero", "0\n", 0o644},
		{"init", "1\n", 0o644},
		{"too big", "99999999999999999999\n", 0o644},
		{"reused number", strconv.Itoa(sleeper.Process.Pid) + "\n", 0o644},
		{"writable by all", "12345\n", 0o666},
		{"unreadable by others", "12345\n", 0o600},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			write := func() {
				t.Helper()
				if err := os.WriteFile(r.pidFile, []byte(tt.content), tt.mode); err != nil {
					t.Fatal(err)
				}
				if err := os.Chmod(r.pidFile, tt.mode); err != nil {
					t.Fatal(err)
				}
			}
			write()
			if i, err := Status(r.pidFile); err != nil || i != (Instance{State: Dead}) {
				t.Errorf("status: %+v, %v, want dead", i, err)
			}
			if i, err := Stop(t.Context(), r.pidFile, limit); err != nil || i != (Instance{State: Dead}) {
				t.Errorf("stop: %+v, %v, want dead", i, err)
			}
			r.nothingLeft(t)
			write()
			r.start(t, "run", "")
			checkMode(t, r.pidFile, 0o644)
			r.end(t)
			r.nothingLeft(t)
		})
	}
	if err := sleeper.Process.Signal(unix.Signal(0)); err != nil {
		t.Errorf("the stranger whose number was in the pidfile: %v", err)
	}
}

// What must not be written to, or can't be: the start fails, says why, and
// leaves all as it was.
func TestPidFileRefused(t *testing.T) {
	t.Parallel()
	precious := strings.Repeat("precious\n", 20)
	tests := []struct {
		name string
		make func(path string) error
		code int
		out  string
	}{
		{"link", func(path string) error { return os.Symlink(path+".precious", path) }, codeUnsafe, "is a symbolic link: will not write there"},
		{"link to nothing", func(path string) error { return os.Symlink("nothing", path) }, codeUnsafe, "is a symbolic link"},
		{"hard link", func(path string) error { return os.Link(path+".precious", path) }, codeUnsafe, "has other names"},
		{"another file", func(path string) error { return os.WriteFile(path, []byte(precious), 0o600) }, codeUnsafe, "is it another file"},
		{"directory", func(path string) error { return os.Mkdir(path, 0o755) }, 1, "is a directory"},
		{"named pipe", func(path string) error { return unix.Mkfifo(path, 0o600) }, codeUnsafe, "is not a regular file"},
		{"directory missing", func(path string) error { return os.RemoveAll(filepath.Dir(path)) }, 1, "no such file or directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.pidFile = filepath.Join(r.dir, "sub", "d.pid")
			if err := errors.Join(os.Mkdir(filepath.Dir(r.pidFile), 0o755), os.WriteFile(r.pidFile+".precious", []byte(precious), 0o600), tt.make(r.pidFile)); err != nil {
				t.Fatal(err)
			}
			before, _ := os.Lstat(r.pidFile)
			code, out := run(t, r.command(t, "run", ""))
			if code != tt.code || !strings.Contains(out, tt.out) || !strings.Contains(out, r.pidFile) {
				t.Errorf("exit code %d, %q, want %d, %q and the path", code, out, tt.code, tt.out)
			}
			after, _ := os.Lstat(r.pidFile)
			if (before == nil) != (after == nil) || before != nil && (!os.SameFile(before, after) || before.Mode() != after.Mode() || before.Size() != after.Size()) {
				t.Errorf("before %v, after %v", before, after)
			}
			if text, err := os.ReadFile(r.pidFile + ".precious"); err == nil && string(text) != precious {
				t.Errorf("the file beside it now holds %q", text)
			}
			if _, err := os.Lstat(filepath.Join(r.dir, "sub", "nothing")); err == nil {
				t.Error("the link was followed")
			}
		})
	}
}

// Where nothing can be written the caller hears the system's own reason.
func TestPidFileUnwritable(t *testing.T) {
	t.Parallel()
	asRoot(t)
	tests := []struct {
		name    string
		prepare string
		code    int
		out     string
	}{
		{"read-only", "mount -t tmpfs -o ro none DIR", 1, "read-only file system"},
		{"full", "mount -t tmpfs -o size=4k none DIR; dd if=/dev/zero of=DIR/fill bs=4k count=1 2>/dev/null", 1, "no space left on device"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			dir := t.TempDir()
			r.pidFile = filepath.Join(dir, "d.pid")
			script := strings.ReplaceAll(tt.prepare, "DIR", dir) + `; "$0" "$@"; code=$?; ls ` + dir + `; exit $code`
			args := append([]string{"-m", "sh", "-c", script, self(t)}, r.args("start", "run", "")...)
			code, out := run(t, exec.CommandContext(t.Context(), "unshare", args...))
			if code != tt.code || !strings.Contains(out, tt.out) || strings.HasSuffix(out, "d.pid\n") {
				t.Errorf("exit code %d, %q, want %d, %q and no pidfile", code, out, tt.code, tt.out)
			}
		})
	}
}

func TestParsePid(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		pid  int
		ok   bool
	}{
		{"2\n", 2, true},
		{"4194304\n", 4194304, true},
		{"4194305\n", 4194305, false},
		{"1\n", 1, false},
		{"0\n", 0, false},
		{"-1\n", -1, false},
		{"+5\n", 5, false},
		{"05\n", 5, false},
		{" 5\n", 0, false},
		{"5", 5, false},
		{"5\n\n", 0, false},
		{"5\n6\n", 0, false},
		{"5\r\n", 0, false},
		{"", 0, false},
		{"\n", 0, false},
	}
	for _, tt := range tests {
		if pid, ok := parsePid(tt.text); ok != tt.ok || ok && pid != tt.pid {
			t.Errorf("%q: %d, %v, want %d, %v", tt.text, pid, ok, tt.pid, tt.ok)
		}
	}
}

func FuzzParsePid(f *testing.F) {
	for _, text := range []string{"2\n", "-1\n", "99999999999999999999\n", "12345", "1 2\n", "\x00", "٣\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pid, ok := parsePid(text)
		if ok && (pid < 2 || fmt.Sprintf("%d\n", pid) != text) {
			t.Errorf("%q: %d", text, pid)
		}
	})
}

func FuzzParseMark(f *testing.F) {
	f.Add(`1 10 11 12 99 "/run/d.pid" "/var/log/d.log"`)
	f.Add(`2 3 4 5 6 "a\x00\xff\n b" ""`)
	f.Add("1")
	f.Fuzz(func(t *testing.T, mark string) {
		h, ok := parseMark(mark)
		if !ok {
			return
		}
		text := strings.TrimPrefix(h.env(), markName+"=")
		if again, ok := parseMark(text); !ok || again != h {
			t.Errorf("%q: %+v is written as %q and read as %+v", mark, h, text, again)
		}
	})
}
