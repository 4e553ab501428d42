package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"ship-it.example/shipit/view"
)

// systemd is what a service sees of systemd: a socket that hears it, a folder
// for its pidfile, and the journal for its stderr.
type systemd struct {
	*place
	conn    *net.UnixConn
	journal *os.File // what the service writes into
	log     *os.File // and what comes out
}

func newSystemd(t *testing.T) *systemd {
	t.Helper()
	s := &systemd{place: newPlace(t)}
	var err error
	if s.conn, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: s.path("notify"), Net: "unixgram"}); err != nil {
		t.Fatal(err)
	}
	if s.log, s.journal, err = os.Pipe(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.conn.Close(); _ = s.log.Close(); _ = s.journal.Close() })
	return s
}

// unit is the service as systemd starts it.
func (s *systemd) unit(args ...string) *exec.Cmd {
	s.t.Helper()
	info, err := s.journal.Stat()
	if err != nil {
		s.t.Fatal(err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	cmd := s.command(args...)
	cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+s.path("notify"), "RUNTIME_DIRECTORY="+s.dir, "WATCHDOG_USEC=10000000",
		fmt.Sprintf("JOURNAL_STREAM=%d:%d", stat.Dev, stat.Ino))
	cmd.Stderr = s.journal
	return cmd
}

// hear returns the next message that is not of the watchdog, or with one wanted
// that is.
func (s *systemd) hear(want string) {
	s.t.Helper()
	message := make([]byte, 1024)
	for {
		if err := s.conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
			s.t.Fatal(err)
		}
		n, err := s.conn.Read(message)
		switch got := string(message[:n]); {
		case err != nil:
			s.t.Fatalf("instead of %q: %v", want, err)
		case got == want:
			return
		case got != "WATCHDOG=1":
			s.t.Fatalf("systemd heard %q, want %q", got, want)
		}
	}
}

// TestService is the life of a service: what systemd hears, what the journal
// gets, and that it counts as the daemon for everybody else.
func TestService(t *testing.T) {
	t.Parallel()
	s := newSystemd(t)
	cmd := s.unit()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for range 2 { // they come from two tasks
		message := make([]byte, 1024)
		n, err := s.conn.Read(message)
		if got := string(message[:n]); err != nil || got != "READY=1" && got != "STATUS=safe, target Client Int" {
			t.Fatalf("systemd heard %q, %v", got, err)
		}
	}
	pidfile := s.path("ship-it.pid")
	who := fmt.Sprintf("(pid %d, as a service of systemd)", cmd.Process.Pid)
	if code, stdout, _ := s.run("status", "--pidfile", pidfile); code != 0 || !strings.HasPrefix(stdout, "ship-it is running "+who+" since 20") {
		t.Errorf("status ended with %d: %s", code, stdout)
	}
	if _, stdout, _ := s.run("status", "--json", "--pidfile", pidfile, "--socket", s.path("sock")); !strings.Contains(stdout, `"as":"service"`) || !strings.Contains(stdout, `"view":{`) {
		t.Errorf("status --json: %s", stdout)
	}
	if code, _, stderr := s.finish(s.command("-d", "--pidfile", pidfile, "--logfile", "none")); code != 0 || !strings.Contains(stderr, "ship-it: process already running "+who) {
		t.Errorf("-d ended with %d: %s", code, stderr)
	}
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil { // does nothing
		t.Fatal(err)
	}
	w := s.watch()
	h := s.hand()
	h.press() // refused
	h.arm()
	w.until("armed", func(v view.View) bool { return v.State == "armed" })
	inOrder(t, strings.Join(w.log, "\n"), "] pins have been initialized!", "] WARN Refused launch: not armed") // stamped, whatever the journal gets
	s.hear("STATUS=armed, target Client Int")
	s.hear("WATCHDOG=1")
	if code, stdout, _ := s.run("stop", "--pidfile", pidfile); code != 0 || stdout != "ship-it "+who+" has ended\n" {
		t.Errorf("stop ended with %d: %s", code, stdout)
	}
	s.hear("STOPPING=1")
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(pidfile); err == nil {
		t.Error("the pidfile is left")
	}
	s.checkNoSocket()
	log := s.journalled()
	inOrder(t, log, "<6>pins have been initialized!\n", "<6>Armed\n", "<6>received signal 15, exiting...\n", "<6>cleaning up pins!\n")
	if !strings.Contains(log, "\n<4>WARN Refused launch: not armed\n") {
		t.Errorf("no refusal in the journal:\n%s", log)
	}
}

// TestServiceOutlivesJournal: a journal that is gone costs its lines and nothing
// else.
func TestServiceOutlivesJournal(t *testing.T) {
	t.Parallel()
	s := newSystemd(t)
	cmd := s.unit()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	h := s.handSoon()
	if err := errors.Join(s.log.Close(), s.journal.Close()); err != nil {
		t.Fatal(err)
	}
	for range 3 { // with a line each
		h.arm()
		h.do("drive %d low", pinSwitch)
		h.await(pinBlinker, "low")
	}
	h.arm()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// handSoon is hand for a program on its way up.
func (s *systemd) handSoon() *hand {
	s.t.Helper()
	for {
		message := make([]byte, 1024)
		n, err := s.conn.Read(message)
		if err != nil {
			s.t.Fatal(err)
		}
		if string(message[:n]) == "READY=1" {
			return s.hand()
		}
	}
}

// journalled is all that the journal got. The service must have ended.
func (s *systemd) journalled() string {
	s.t.Helper()
	if err := s.journal.Close(); err != nil {
		s.t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(s.log); err != nil {
		s.t.Fatal(err)
	}
	return text.String()
}

// TestServiceFails: a service that can't start says why once, on its standard
// output, which goes to the journal and the console; and systemd shows it.
func TestServiceFails(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		spoil func(*place)
		code  int
		want  string
	}{
		{"a mistake", func(p *place) { p.write("config.toml", "debounce = 5\n", 0o644) }, 6, "config.toml:1: debounce"},
		{"lines held", func(p *place) { p.start() }, 1, `is held by "ship-it@`},
		{"a daemon runs", func(p *place) {
			cmd := p.command("-d", "--pidfile", p.path("ship-it.pid"), "--logfile", "none")
			if code, _, stderr := p.finish(cmd); code != 0 {
				p.t.Fatal(stderr)
			}
			p.t.Cleanup(func() { p.run("stop", "--pidfile", p.path("ship-it.pid")) })
		}, 1, "process already running (pid "},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSystemd(t)
			c.spoil(s.place)
			cmd := s.unit()
			var out bytes.Buffer
			cmd.Stdout = &out
			if err := cmd.Run(); cmd.ProcessState.ExitCode() != c.code {
				t.Errorf("ended with %v, want %d", err, c.code)
			}
			for line := range strings.Lines(out.String()) {
				if !strings.HasPrefix(line, "<3>ship-it: ") {
					t.Errorf("standard output has %q", line)
				}
			}
			if !strings.Contains(out.String(), c.want) || strings.Contains(s.journalled(), c.want) {
				t.Errorf("no %q, or twice:\n%s", c.want, out.String())
			}
		})
	}
}
