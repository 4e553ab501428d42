package main

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// seat is a place at a terminal in which a command runs: what stands there can
// be read and waited for, and keys can be typed.
type seat struct {
	t      *testing.T
	cmd    *exec.Cmd
	window *os.File
	done   chan struct{} // closed when nothing comes any more

	mu   sync.Mutex
	text string
	from int           // where wait looks on
	more chan struct{} // closed at each piece of text
}

// sit starts a command in a terminal of that size. It has colours and signs
// unless env says otherwise.
func sit(t *testing.T, cmd *exec.Cmd, columns, rows uint16, env ...string) *seat {
	t.Helper()
	window, inside := terminal(t)
	if err := unix.IoctlSetWinsize(int(inside.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: rows}); err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(append(cmd.Env, "TERM=xterm", "LC_ALL=C.UTF-8", "NO_COLOR="), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = inside, inside, inside
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := inside.Close(); err != nil {
		t.Fatal(err)
	}
	s := &seat{t: t, cmd: cmd, window: window, done: make(chan struct{}), more: make(chan struct{})}
	go s.read()
	return s
}

func (s *seat) read() {
	defer close(s.done)
	piece := make([]byte, 4096)
	for {
		n, err := s.window.Read(piece)
		s.mu.Lock()
		s.text += strings.ReplaceAll(string(piece[:n]), "\r", "")
		close(s.more)
		s.more = make(chan struct{})
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// wait waits for words behind those that were waited for before.
func (s *seat) wait(words string) {
	s.t.Helper()
	timeout := time.After(limit)
	for {
		s.mu.Lock()
		text, more := s.text[s.from:], s.more
		at := strings.Index(text, words)
		if at >= 0 {
			s.from += at + len(words)
		}
		s.mu.Unlock()
		if at >= 0 {
			return
		}
		select {
		case <-more:
		case <-s.done:
			s.t.Fatalf("it ended without %q:\n%s", words, s.text)
		case <-timeout:
			s.t.Fatalf("no %q in:\n%s", words, text)
		}
	}
}

// keys types.
func (s *seat) keys(keys string) {
	s.t.Helper()
	if _, err := s.window.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// end waits for the end and returns the exit code and all that was said.
func (s *seat) end() (code int, text string) {
	s.t.Helper()
	<-s.done
	_ = s.cmd.Wait() // the exit code tells
	return s.cmd.ProcessState.ExitCode(), s.text
}
