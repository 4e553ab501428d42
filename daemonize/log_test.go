package daemonize

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Two rotations while the daemon writes: HUP moves both channels, no line is
// lost, and a panic's trace lands in the newest file.
func TestReopen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := os.WriteFile(r.logFile, []byte("from before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	pid := r.start(t, "run", "")
	gone := watchProcess(t, pid)
	files := []string{r.logFile + ".2", r.logFile + ".1", r.logFile}
	for _, rotated := range files[:2] {
		r.writeLine(t, r.logFile)
		if err := os.Rename(r.logFile, rotated); err != nil {
			t.Fatal(err)
		}
		r.writeLine(t, rotated) // the old file is good until the move
		r.signal(t, unix.SIGHUP)
		eventually(t, "both channels moved", func() bool {
			fds := descriptors(t, pid)
			return fds[1] == r.logFile && fds[2] == r.logFile
		})
		checkMode(t, r.logFile, 0o640)
	}
	r.writeLine(t, r.logFile)
	r.signal(t, unix.SIGUSR2)
	gone()
	var all string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all += string(text)
	}
	if got := strings.Count(all, "line "); got != 5 || !strings.HasPrefix(all, "from before\n") {
		t.Errorf("%d lines of 5 in all files:\n%s", got, all)
	}
	if !strings.Contains(r.log(), "panic: boom after ready") || !strings.Contains(r.log(), "goroutine 1") {
		t.Errorf("no trace in the newest file:\n%s", r.log())
	}
}

// writeLine makes the daemon write a line, and waits until it is in file.
func (r *rig) writeLine(t *testing.T, file string) {
	t.Helper()
	count := func() int {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(text), "line ")
	}
	before := count()
	r.signal(t, unix.SIGUSR1)
	eventually(t, "line "+strconv.Itoa(before+1), func() bool { return count() == before+1 })
}

// A log that can't be reopened stays where it was, and says so there.
func TestReopenFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.start(t, "run", "")
	old := filepath.Join(r.dir, "old")
	if err := os.Rename(r.logFile, old); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("elsewhere", r.logFile); err != nil {
		t.Fatal(err)
	}
	r.signal(t, unix.SIGHUP)
	eventually(t, "error in the old log", func() bool {
		text, err := os.ReadFile(old)
		return err == nil && strings.Contains(string(text), "reopen: log file: "+r.logFile+" is a symbolic link")
	})
	r.writeLine(t, old)
	if _, err := os.Lstat(filepath.Join(r.dir, "elsewhere")); err == nil {
		t.Error("the link was followed")
	}
}

// What root must not write a log into is refused; a log of root's is not.
func TestLogIsSafe(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	cases := []struct {
		name  string
		spoil func(path string) error
		want  string
	}{
		{"ours", func(string) error { return nil }, ""},
		{"another name", func(path string) error { return os.Link(path, path+".link") }, "has another name"},
		{"another user's", func(path string) error { return os.Chown(path, 1000, -1) }, "belongs to another user (uid 1000)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "log")
			if err := errors.Join(os.WriteFile(path, nil, 0o640), c.spoil(path)); err != nil {
				t.Fatal(err)
			}
			f, err := openLog(path, 0)
			if err == nil {
				f.Close()
			}
			if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("openLog gave %v, want %q", err, c.want)
			}
		})
	}
}
