package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"ship-it.example/cmd/ship-it/panel"
	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/view"
)

// clumsy is hands that panic.
type clumsy struct{}

func (clumsy) Turn(bool)                { panic("butterfingers") }
func (clumsy) Push(shipit.Button, bool) {}

// shown is a panel in a terminal, whose window the test looks through.
type shown struct {
	t      *testing.T
	window *os.File
	inside *os.File
	feed   *panel.Feed
	end    context.CancelFunc
	over   chan error // has what the panel returned
	before *unix.Termios

	mu   sync.Mutex
	text strings.Builder
}

// show starts a panel. Its output is read only if reads says so.
func show(t *testing.T, reads bool) *shown {
	t.Helper()
	if raced {
		// Its reader of the terminal (muesli/cancelreader v0.2.2) asks for its
		// pipe's number while Bubble Tea closes it. "make test" runs these again.
		t.Skip("the race detector finds a race of Bubble Tea's own at the end")
	}
	s := &shown{t: t, feed: panel.NewFeed(), over: make(chan error, 1)}
	s.window, s.inside = terminal(t)
	t.Cleanup(func() { s.inside.Close() })
	if err := unix.IoctlSetWinsize(int(s.inside.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: 132, Row: 43}); err != nil {
		t.Fatal(err)
	}
	s.before = s.termios()
	if reads {
		go s.read()
	}
	var ctx context.Context
	ctx, s.end = context.WithCancel(t.Context())
	env := map[string]string{"TERM": "xterm", "LC_ALL": "C.UTF-8"}
	go func() {
		s.over <- panel.Run(ctx, panel.Settings{
			In: s.inside, Out: s.inside, Getenv: func(name string) string { return env[name] },
			Where: "a test", Feed: s.feed, Hands: clumsy{},
		})
	}()
	return s
}

// read takes what the panel writes.
func (s *shown) read() {
	for buf := make([]byte, 1<<12); ; {
		n, err := s.window.Read(buf)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.text.Write(buf[:n])
		s.mu.Unlock()
	}
}

// wrote waits until the panel has written something.
func (s *shown) wrote(what string) {
	s.t.Helper()
	for deadline := time.Now().Add(limit); ; <-time.After(10 * time.Millisecond) {
		s.mu.Lock()
		text := s.text.String()
		s.mu.Unlock()
		if strings.Contains(text, what) {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("no %q in %q", what, text)
		}
	}
}

func (s *shown) termios() *unix.Termios {
	s.t.Helper()
	is, err := unix.IoctlGetTermios(int(s.inside.Fd()), unix.TCGETS)
	if err != nil {
		s.t.Fatal(err)
	}
	return is
}

// checkModes: the terminal's modes are those from before.
func (s *shown) checkModes() {
	s.t.Helper()
	if diff := cmp.Diff(s.before, s.termios()); diff != "" {
		s.t.Errorf("the terminal's modes (-before +after):\n%s", diff)
	}
}

// TestPanelPanics: a panic in the panel is its error, and the terminal is whole.
func TestPanelPanics(t *testing.T) {
	t.Parallel()
	s := show(t, true)
	s.feed.Show(view.Of(shipit.NewBox([]string{"A", "B"}, true), time.Now(), aboutBox(config.Original(), true)))
	s.wrote("SAFE")
	s.window.WriteString("a")
	if err := <-s.over; !isPanic(err) || !strings.Contains(err.Error(), "butterfingers") {
		t.Errorf("it returned %v", err)
	}
	for _, mode := range []string{"1049", "1002", "1006", "2004"} { // the other screen, the mouse, pasting
		s.wrote("\x1b[?" + mode + "l")
	}
	s.wrote("\x1b[?25h") // the cursor
	s.checkModes()
}

// fill writes until the terminal takes no more.
func (s *shown) fill() {
	s.t.Helper()
	fd, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", s.inside.Fd()), unix.O_WRONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	defer unix.Close(fd)
	for full := 0; full < 10; { // what is written moves on inside, and makes room
		_, err := unix.Write(fd, make([]byte, 1))
		switch {
		case err == nil:
			full = 0
		case errors.Is(err, unix.EAGAIN):
			full++
			<-time.After(10 * time.Millisecond)
		default:
			s.t.Fatal(err)
		}
	}
}

// TestPanelStalls: a terminal that takes nothing, as that of a lost connection,
// holds nobody up, and its modes are put right all the same.
func TestPanelStalls(t *testing.T) {
	t.Parallel()
	s := show(t, false)
	for deadline := time.Now().Add(limit); s.termios().Lflag&unix.ICANON != 0 && time.Now().Before(deadline); {
		<-time.After(10 * time.Millisecond)
	}
	s.fill()
	s.end()
	if err := <-s.over; err != nil {
		t.Error(err)
	}
	s.checkModes()
}

// TestPanelGone: a window that was closed is an EIO.
func TestPanelGone(t *testing.T) {
	t.Parallel()
	s := show(t, true)
	s.wrote("waiting for the box")
	s.window.Close()
	if err := <-s.over; !errors.Is(err, syscall.EIO) {
		t.Errorf("it returned %v", err)
	}
}
