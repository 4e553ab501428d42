package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestLines holds the look of the log: the stamp, the level but for INFO, the
// message, and what belongs to it.
func TestLines(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		format string
		drill  bool
		log    func(*slog.Logger)
		want   string // behind the stamp
	}{
		{"info", "text", false, func(l *slog.Logger) { l.Info("Armed") }, "Armed\n"},
		{"warn", "text", false, func(l *slog.Logger) { l.Warn("Refused launch: busy") }, "WARN Refused launch: busy\n"},
		{"error", "text", false, func(l *slog.Logger) { l.Error("No build of A: conflict") }, "ERROR No build of A: conflict\n"},
		{"attributes", "text", false, func(l *slog.Logger) {
			l.Info("Triggered a build of A", slog.String("id", "106"), slog.String("url", "https://ci/?item=106&tab=log"))
		}, "Triggered a build of A id=106 url=https://ci/?item=106&tab=log\n"},
		{"misleading attribute", "text", false, func(l *slog.Logger) { l.Info("x", slog.String("id", "1 ERROR no\n")) }, `x id="1 ERROR no\n"` + "\n"},
		{"two lines in one", "text", false, func(l *slog.Logger) { l.Error("one\ntwo\x1b[2J") }, "ERROR one; two\ufffd[2J\n"},
		{"with and group", "text", false, func(l *slog.Logger) {
			l.With(slog.Int("a", 1)).WithGroup("g").Info("x", slog.Int("b", 2))
		}, "x a=1 g.b=2\n"},
		{"drill", "text", true, func(l *slog.Logger) { l.With(slog.Int("a", 1)).Warn("Armed") }, "WARN DRILL Armed a=1\n"},
		{"debug", "text", false, func(l *slog.Logger) { l.Debug("Settled") }, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			logger, err := newLogger(&out, options{logFormat: c.format, drill: c.drill})
			if err != nil {
				t.Fatal(err)
			}
			c.log(logger)
			stamp, rest, _ := strings.Cut(out.String(), "] ")
			if _, err := time.Parse("[2006-01-02 15:04:05", stamp); err != nil && c.want != "" {
				t.Error(err)
			}
			if diff := cmp.Diff(c.want, rest); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestJSON: the time is RFC 3339 with its offset.
func TestJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger, err := newLogger(&out, options{logFormat: "json", verbose: true, drill: true})
	if err != nil {
		t.Fatal(err)
	}
	logger.Debug("Armed", slog.String("id", "1"))
	prefix, rest, _ := strings.Cut(out.String(), `","`)
	if _, err := time.Parse(time.RFC3339, strings.TrimPrefix(prefix, `{"time":"`)); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(`level":"DEBUG","msg":"DRILL Armed","id":"1"}`+"\n", rest); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// stuck is a pipe that nobody reads until it is opened.
type stuck struct {
	open chan struct{}
	buf  bytes.Buffer
}

func (s *stuck) Write(p []byte) (int, error) {
	<-s.open
	return s.buf.Write(p)
}

// TestSinkDoesNotBlock: lines that find the backlog full are counted, and all
// others come out once the pipe is read.
func TestSinkDoesNotBlock(t *testing.T) {
	t.Parallel()
	w := &stuck{open: make(chan struct{})}
	s := newSink(w, func(error) { t.Error("a slow pipe is not a broken one") })
	const extra = 50
	for i := range backlog + extra {
		fmt.Fprintf(s, "%d\n", i)
	}
	s.Close(0) // does not wait for the pipe
	close(w.open)
	<-s.done
	lines := strings.Count(w.buf.String(), "\n")
	if !strings.Contains(w.buf.String(), " log lines were lost here") || lines < backlog || lines > backlog+2 {
		t.Errorf("%d lines came out, and no word of the lost ones:\n%.200s", lines, w.buf.String())
	}
}

// TestSinkUnhurried: what has time waits for a pipe that is full, and loses
// nothing; what could not be written is told.
func TestSinkUnhurried(t *testing.T) {
	t.Parallel()
	w := &stuck{open: make(chan struct{})}
	s := newSink(w, func(error) { t.Error("a slow pipe is not a broken one") })
	const lines = backlog + 50
	go func() {
		for len(s.lines) < backlog {
			runtime.Gosched()
		}
		close(w.open)
	}()
	for i := range lines {
		fmt.Fprintf(unhurried{s, t.Context()}, "%d\n", i)
	}
	if err := s.finish(t.Context()); err != nil || strings.Count(w.buf.String(), "\n") != lines || strings.Contains(w.buf.String(), "lost") {
		t.Errorf("%v, and not all %d lines came out:\n%.200s", err, lines, w.buf.String())
	}
	s = newSink(failing{syscall.ENOSPC}, func(error) {})
	fmt.Fprintln(unhurried{s, t.Context()}, "x")
	if err := s.finish(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "1 lines could not be written") {
		t.Errorf("a full disk: %v", err)
	}
}

// TestSinkTellsBroken: a closed pipe is told once; a full disk is not one.
func TestSinkTellsBroken(t *testing.T) {
	t.Parallel()
	cases := []struct {
		err  error
		want int
	}{
		{&os.PathError{Op: "write", Err: syscall.EPIPE}, 1},
		{&os.PathError{Op: "write", Err: syscall.EIO}, 1},
		{&os.PathError{Op: "write", Err: syscall.ENOSPC}, 0},
		{errors.New("no idea"), 0},
	}
	for _, c := range cases {
		told := 0
		s := newSink(failing{c.err}, func(error) { told++ })
		for range 3 {
			_, _ = io.WriteString(s, "x\n")
		}
		s.Close(limit)
		if told != c.want {
			t.Errorf("%v was told %d times, want %d", c.err, told, c.want)
		}
	}
}

// disk takes so many bytes.
type disk struct {
	room int
	buf  bytes.Buffer
}

func (d *disk) Write(p []byte) (int, error) {
	n := min(len(p), d.room)
	d.room -= n
	d.buf.Write(p[:n])
	if n < len(p) {
		return n, &os.PathError{Op: "write", Err: syscall.ENOSPC}
	}
	return n, nil
}

// TestSinkOnFullDisk: a full disk costs the lines that it has no room for, is
// told once there is room, with their number, and spoils no other line.
func TestSinkOnFullDisk(t *testing.T) {
	t.Parallel()
	d := &disk{room: len("one\ntw")}
	s := &sink{}
	write := func(line string) {
		s.write(d, []byte(line), func(error) { t.Error("a full disk is not a broken pipe") })
	}
	for _, line := range []string{"one\n", "two\n", "three\n", "four\n"} {
		write(line)
	}
	d.room = len("\nship-it: 3 log")
	write("five\n")
	d.room = 1000
	write("six\n")
	write("seven\n")
	const told = "log lines were lost here: the disk was full, or they came faster than they could be written\n"
	want := "one\ntw\nship-it: 3 log\nship-it: 4 " + told + "six\nseven\n"
	if diff := cmp.Diff(want, d.buf.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
