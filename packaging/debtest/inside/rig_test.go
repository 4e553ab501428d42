// Package inside_test is what "make test-deb" runs inside of a fresh root file
// system, as root: TestLife... in a chroot with namespaces of its own, and
// TestBooted... in a machine that was booted. packaging/debtest starts them.
//
// Anywhere else the tests are skipped.
package inside_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What the host has put in its place.
const (
	newDeb   = "/run/host/new.deb"   // the package
	newerDeb = "/run/host/newer.deb" // of the version below, with one more line in /etc/default/ship-it
	newer    = "99.0.0"
	virtual  = "/run/host/virtual/ship-it" // the program with a chip in memory
)

// The package's files.
const (
	program  = "/usr/sbin/ship-it"
	script   = "/etc/init.d/ship-it"
	defaults = "/etc/default/ship-it"
	unit     = "/usr/lib/systemd/system/ship-it.service"
	wanted   = "/etc/systemd/system/multi-user.target.wants/ship-it.service"
	config   = "/etc/ship-it/config.toml"
	token    = "/etc/ship-it/teamcity.token"
	pidfile  = "/run/ship-it/ship-it.pid"
	logfile  = "/var/log/ship-it.log"
	socket   = "/run/ship-it/sock"

	journalled = "/var/lib/ship-it" // the journal's folder
)

// needRoot skips a test that is not in a fresh root.
func needRoot(t *testing.T) {
	t.Helper()
	if system := os.Getenv("SHIP_IT_INSIDE"); system != "sysvinit" && system != "systemd" {
		t.Skip("this is no root file system that a test may spoil (make test-deb)")
	}
}

// hasSystemd tells which of the roots this is.
func hasSystemd() bool { return exists("/bin/systemctl") }

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// result is how a command ended, and what it said.
type result struct {
	code int
	said string
}

// do runs a command to its end, as somebody does who has nothing to say to it.
func do(t *testing.T, command ...string) result {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TERM=dumb", "HOME=/root"}
	said, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), string(said)}
}

// want fails unless a command ends with that code and says these words, and
// returns all that it said. A word with a "!" in front must not be said.
func want(t *testing.T, code int, words []string, command ...string) string {
	t.Helper()
	r := do(t, command...)
	if r.code != code {
		t.Errorf("%s: exit code %d, want %d; it said:\n%s", strings.Join(command, " "), r.code, code, r.said)
	}
	for _, word := range words {
		if bare, not := strings.CutPrefix(word, "!"); not == strings.Contains(r.said, bare) {
			t.Errorf("%s: want %q; it said:\n%s", strings.Join(command, " "), word, r.said)
		}
	}
	return r.said
}

// must runs a command to its good end.
func must(t *testing.T, command ...string) string {
	t.Helper()
	r := do(t, command...)
	if r.code != 0 {
		t.Fatalf("%s: exit code %d\n%s", strings.Join(command, " "), r.code, r.said)
	}
	return r.said
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.RemoveAll(path), os.WriteFile(path, []byte(text), mode)); err != nil {
		t.Fatal(err)
	}
}

// configure gives the box a configuration.
func configure(t *testing.T) {
	t.Helper()
	write(t, config, read(t, "/run/host/config.toml"), 0o644)
	write(t, token, "eyJ0eXAiOiAiVENWMiJ9\n", 0o600)
}

// boxes are the pids of the boxes that run as daemons or services, by their
// executable, which may have been replaced. A stage of a start that is on its
// way to the next is none: only one that holds a pidfile counts.
func boxes(t *testing.T) []int {
	t.Helper()
	var pids []int
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		exe, err := os.Readlink(link)
		if err != nil || strings.TrimSuffix(exe, " (deleted)") != program {
			continue
		}
		dir := filepath.Dir(link)
		files, _ := filepath.Glob(dir + "/fd/*")
		for _, file := range files {
			if target, _ := os.Readlink(file); strings.HasPrefix(target, pidfile) {
				pid, _ := strconv.Atoi(filepath.Base(dir))
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids
}

// wantBox fails unless exactly one box runs, and returns its pid.
func wantBox(t *testing.T) int {
	t.Helper()
	pids := boxes(t)
	if len(pids) != 1 {
		t.Fatalf("%d boxes run: %v, want one", len(pids), pids)
	}
	if text := read(t, pidfile); text != fmt.Sprintln(pids[0]) {
		t.Errorf("the pidfile says %q, want %d", text, pids[0])
	}
	return pids[0]
}

func wantNoBox(t *testing.T) {
	t.Helper()
	if pids := boxes(t); len(pids) != 0 {
		t.Errorf("boxes run: %v", pids)
	}
}

// eventually asks until the answer is yes, for as long as an emulated machine
// may take.
func eventually(t *testing.T, what string, ask func() bool) {
	t.Helper()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	for !ask() {
		select {
		case <-again.C:
		case <-late.C:
			t.Fatalf("%s: not within a minute", what)
		}
	}
}
