package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"ship-it.example/shipit"
)

// backlog is how many log lines wait for a slow terminal, pipe or card before
// lines are dropped.
const backlog = 1000

// sink is the log's way out. Its Write never blocks: a terminal that was
// stopped with Ctrl-S, a pipe that nobody reads and a card that hangs must not
// hold up the box. Lines that find the backlog full, or the disk, are counted,
// and the count is written before the next line that can be.
type sink struct {
	lines chan []byte
	quit  chan struct{} // closed by Close
	done  chan struct{} // closed when the last line is out
	lost  atomic.Int64
	torn  bool // the last line was cut off; only the sink's goroutine asks
}

// newSink starts a sink before w. If w turns out to be a closed pipe or a
// terminal that is gone, broken is called, once, from the sink's goroutine, and
// with a panic at each; other errors, such as a full disk, cost their line and
// nothing else.
func newSink(w io.Writer, broken func(error)) *sink {
	s := &sink{lines: make(chan []byte, backlog), quit: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		for drained := false; !drained; {
			err := shipit.Guard(func() error { s.drain(w, broken); return nil })
			if drained = err == nil; !drained {
				broken(err) // the panic costs its line: those of the end are still to come
			}
		}
	}()
	return s
}

// Write takes a line. It never fails and never blocks.
func (s *sink) Write(line []byte) (int, error) {
	select {
	case s.lines <- slices.Clone(line):
	default:
		s.lost.Add(1)
	}
	return len(line), nil
}

// Close writes what is waiting, for as long as patience lasts. It is called
// once; later lines are lost.
func (s *sink) Close(patience time.Duration) {
	close(s.quit)
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-s.done:
	case <-limit.C:
	}
}

// finish is Close for what has time: it waits until all is out, or, once ctx has
// ended, as long as the simulator's end does. Its error is that lines were lost.
func (s *sink) finish(ctx context.Context) error {
	close(s.quit)
	select {
	case <-s.done:
	case <-ctx.Done():
		select {
		case <-s.done:
		case <-time.After(simFlush):
		}
	}
	if lost := s.lost.Load(); lost > 0 {
		return fmt.Errorf("%d lines could not be written: look whether the disk is full", lost)
	}
	return nil
}

// unhurried is a way into a sink for what has time, and may lose no line: it
// waits for room until ctx ends.
type unhurried struct {
	*sink
	ctx context.Context
}

// Write implements [io.Writer]. It never fails.
func (u unhurried) Write(line []byte) (int, error) {
	select {
	case u.lines <- slices.Clone(line):
	case <-u.ctx.Done():
		u.lost.Add(1)
	}
	return len(line), nil
}

func (s *sink) drain(w io.Writer, broken func(error)) {
	for {
		select {
		case line := <-s.lines:
			broken = s.write(w, line, broken)
		case <-s.quit:
			for len(s.lines) > 0 {
				broken = s.write(w, <-s.lines, broken)
			}
			return
		}
	}
}

// write writes a line and returns what is to be called at the next broken pipe.
func (s *sink) write(w io.Writer, line []byte, broken func(error)) func(error) {
	lost := s.lost.Swap(0)
	var err error
	if lost > 0 {
		err = s.put(w, fmt.Appendf(nil, "ship-it: %d log lines were lost here: the disk was full, or they came faster than they could be written\n", lost))
	}
	if err == nil {
		lost = 0
		err = s.put(w, line)
	}
	if err != nil {
		s.lost.Add(lost + 1)
	}
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.EIO) {
		broken(fmt.Errorf("%w: %w", errClosedPipe, err))
		return func(error) {}
	}
	return broken
}

// put writes a line. One before it that a full disk has cut off is ended first.
func (s *sink) put(w io.Writer, line []byte) error {
	if s.torn {
		line = slices.Concat([]byte("\n"), line)
	}
	n, err := w.Write(line)
	if n > 0 { // a whole one may end in the middle of a line: a question does
		s.torn = n < len(line) && line[n-1] != '\n'
	}
	return err
}
