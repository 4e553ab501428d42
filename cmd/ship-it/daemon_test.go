package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ship-it.example/shipit/ci/citest"
)

// detach runs ship-it -d to its return, and sees to it that the daemon ends
// with the test.
func (p *place) detach(args ...string) (code int, stderr string) {
	p.t.Helper()
	args = append([]string{"-d", "--pidfile", p.path("pid"), "--logfile", p.path("log")}, args...)
	code, _, stderr = p.finish(p.command(args...))
	p.t.Cleanup(func() {
		if code, _, stderr := p.service("stop"); code != 0 {
			p.t.Errorf("stop ended with %d: %s", code, stderr)
		}
	})
	return code, stderr
}

// service runs status or stop.
func (p *place) service(args ...string) (code int, stdout, stderr string) {
	p.t.Helper()
	if args[0] == "status" {
		args = append(args, "--socket", p.path("sock"))
	}
	return p.run(append(args, "--pidfile", p.path("pid"))...)
}

// pid is the number in the pidfile.
func (p *place) pid() int {
	p.t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(p.read("pid")))
	if err != nil {
		p.t.Fatal(err)
	}
	return pid
}

// waitFile waits until a file contains a text.
func (p *place) waitFile(name, text string) {
	p.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(limit)
	for {
		content, _ := os.ReadFile(p.path(name))
		if bytes.Contains(content, []byte(text)) {
			return
		}
		select {
		case <-tick.C:
		case <-timeout:
			p.t.Fatalf("no %q in %s:\n%s", text, name, content)
		}
	}
}

// TestDaemon is the life of a daemon: start, a second start, a launch, stop,
// and the next start, which appends to the log.
func TestDaemon(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	if code, stderr := p.detach(); code != 0 || stderr != "" {
		t.Fatalf("-d ended with %d:\n%s", code, stderr)
	}
	pid := p.pid()
	if code, stdout, _ := p.service("status"); code != 0 || !strings.HasPrefix(stdout, fmt.Sprintf("ship-it is running (pid %d) since 20", pid)) {
		t.Errorf("status ended with %d: %s", code, stdout)
	}
	code, stdout, _ := p.service("status", "--json")
	var status struct {
		State string
		Pid   int
		Since time.Time
	}
	if err := json.Unmarshal([]byte(stdout), &status); err != nil || code != 0 || status.State != "running" || status.Pid != pid || status.Since.IsZero() {
		t.Errorf("status --json ended with %d: %s", code, stdout)
	}
	if code, stderr := p.detach(); code != 0 || !strings.Contains(stderr, fmt.Sprintf("ship-it: process already running (pid %d)", pid)) {
		t.Errorf("the second -d ended with %d: %s", code, stderr)
	}
	h := p.hand()
	h.arm()
	h.press()
	if r := <-p.asked; r.Path != "/app/rest/buildQueue" || !strings.Contains(r.Body, "bt280") {
		t.Errorf("the server was asked for %s %s", r.Path, r.Body)
	}
	p.waitFile("log", "Triggered a build of Client Int id=1 url=http://")
	if code, stdout, _ := p.service("stop"); code != 0 || stdout != fmt.Sprintf("ship-it (pid %d) has ended\n", pid) {
		t.Errorf("stop ended with %d: %s", code, stdout)
	}
	if code, stdout, _ := p.service("status"); code != 3 {
		t.Errorf("status after stop ended with %d: %s", code, stdout)
	}
	p.detach()
	inOrder(t, p.read("log"),
		"pins have been initialized!", "] Armed", "] Launching Client Int", "received signal 15, exiting...", "cleaning up pins!",
		"pins have been initialized!")
	if strings.Contains(p.read("log"), secret) {
		t.Error("the secret is in the log")
	}
}

// TestDaemonFails: the daemon's own words and code reach the caller, and
// nothing is left.
func TestDaemonFails(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		spoil  func(*place)
		args   []string
		code   int
		stderr string
	}{
		{"no configuration", func(p *place) { os.Remove(p.path("config.toml")) }, nil, 6, "there is no configuration"},
		{"a mistake", func(p *place) { p.write("config.toml", "debounce = 5\n", 0o644) }, nil, 6, "config.toml:1: debounce"},
		{"an open secret", func(p *place) { os.Chmod(p.path("token"), 0o644) }, nil, 6, "token"},
		{"lines held", func(p *place) { p.start() }, nil, 1, "is held by \"ship-it@"},
		{"wrong format", func(*place) {}, []string{"--log-format", "xml"}, 2, "text or json"},
		{"log in a missing folder", func(*place) {}, []string{"--logfile", "/nowhere/at/all.log"}, 1, "/nowhere/at/all.log"},
		{"pidfile in a missing folder", func(*place) {}, []string{"--pidfile", "/nowhere/at/all.pid"}, 1, "/nowhere/at/all.pid"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			c.spoil(p)
			args := append([]string{"-d", "--pidfile", p.path("pid"), "--logfile", p.path("log")}, c.args...)
			code, _, stderr := p.finish(p.command(args...))
			if code != c.code || !strings.HasPrefix(stderr, "ship-it: ") || !strings.Contains(stderr, c.stderr) {
				t.Errorf("exit code %d, want %d, and %q in:\n%s", code, c.code, c.stderr, stderr)
			}
			if _, err := os.Lstat(p.path("pid")); err == nil {
				t.Error("a pidfile is left")
			}
		})
	}
}

// TestFullLog: a log that takes no line doesn't stop the box.
func TestFullLog(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	if code, stderr := p.detach("--logfile", "/dev/full"); code != 0 {
		t.Fatalf("-d ended with %d:\n%s", code, stderr)
	}
	h := p.hand()
	h.arm()
	h.press()
	if r := <-p.asked; !strings.Contains(r.Body, "bt280") {
		t.Errorf("the server was asked for %s", r.Body)
	}
}

// TestRotation: a HUP opens the log anew, and the trace of a QUIT lands in the
// new file.
func TestRotation(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	if code, stderr := p.detach(); code != 0 {
		t.Fatalf("-d ended with %d:\n%s", code, stderr)
	}
	pid := p.pid()
	for _, old := range []string{"log.1", "log.2"} {
		if err := os.Rename(p.path("log"), p.path(old)); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		p.waitNew()
	}
	if err := syscall.Kill(pid, syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	p.waitFile("log", "goroutine ")
	inOrder(t, p.read("log"), "received signal 3, exiting...", "goroutine ")
}

// waitNew waits until the log exists.
func (p *place) waitNew() {
	p.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	timeout := time.After(limit)
	for {
		if _, err := os.Stat(p.path("log")); err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-timeout:
			p.t.Fatal("no new log")
		}
	}
}

// TestStartWhileEnding: a start in the time in which a daemon waits for its
// request's outcome waits for its end.
func TestStartWhileEnding(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.server.SetMode(citest.Silent())
	if code, stderr := p.detach(); code != 0 {
		t.Fatalf("-d ended with %d:\n%s", code, stderr)
	}
	h := p.hand()
	h.arm()
	h.press()
	<-p.asked
	first := p.pid()
	if err := syscall.Kill(first, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.waitFile("log", "cleaning up pins!")
	if code, stderr := p.detach(); code != 0 {
		t.Fatalf("-d while the first ends: %d\n%s", code, stderr)
	}
	if second := p.pid(); second == first {
		t.Errorf("the pidfile still names the first daemon, %d", first)
	}
	inOrder(t, p.read("log"), "ERROR Unknown whether a build of Client Int started: stopped", "pins have been initialized!")
}

// TestStopLosesPatience: a daemon that does not end is left alone after 10 s,
// with a word. It ends by that TERM once it can.
func TestStopLosesPatience(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	if code, stderr := p.detach(); code != 0 {
		t.Fatalf("-d ended with %d:\n%s", code, stderr)
	}
	pid := p.pid()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := p.service("stop")
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("ship-it: stop: process %d: still running\nship-it: hint: its log tells how far it came; after a kill -9, ship-it release\n", pid)
	if code != 1 || stdout != "" || stderr != want {
		t.Errorf("stop ended with %d, want 1, and said %q, want %q", code, stdout+stderr, want)
	}
	p.waitGone(pid)
	if left := p.left(); left != "" {
		t.Errorf("lines are left driven: %s", left)
	}
}

// TestDrill: everything is real but the server, and every line says so.
func TestDrill(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	if err := os.Remove(p.path("token")); err != nil { // a drill needs none
		t.Fatal(err)
	}
	r := p.start("--drill")
	h := p.hand()
	h.arm()
	h.press()
	r.waitLog("Triggered a build of Client Int id=1")
	r.signal(syscall.SIGTERM)
	_, log := r.end()
	for line := range strings.Lines(log) {
		if !strings.Contains(line, " DRILL ") {
			t.Errorf("a line does not say DRILL: %s", line)
		}
	}
	if n := p.server.Requests(); n != 0 {
		t.Errorf("a drill sent %d requests to the configured server", n)
	}
}
