package virtual

import (
	"os"
	"syscall"
	"time"

	"ship-it.example/gpio"
)

// queued is how many edges the kernel keeps for each line of a request:
// https://docs.kernel.org/userspace-api/gpio/gpio-v2-line-event-read.html
const queued = 16

// noEdge is the line of an edge that did not come.
const noEdge = -1

// inputs is a set of claimed inputs. The chip's mutex guards it.
type inputs struct {
	chip    *Chip
	pins    []int
	queue   []gpio.Edge   // oldest first
	room    int           // of the queue
	lost    []int         // edges of each input for which there was none
	wake    chan struct{} // has something when a wait should look again
	waiting bool
	halted  bool // the wait under way
	closed  bool
}

// push queues an edge. A full queue loses its oldest.
func (in *inputs) push(line int, high bool) {
	if len(in.queue) == in.room {
		in.lost[in.queue[0].Input]++
		in.queue = in.queue[1:]
	}
	in.queue = append(in.queue, gpio.Edge{Input: line, High: high, At: time.Since(in.chip.made)})
	in.nudge()
}

func (in *inputs) nudge() {
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// Wait waits for an edge. The removal of the chip does not wake it, as in Linux
// 6.1, but the next one fails.
func (in *inputs) Wait(timeout time.Duration) (line int, edge bool, err error) {
	if timeout <= 0 {
		panic("virtual: a wait needs a timeout above zero")
	}
	if err := in.begin(); err != nil {
		return noEdge, false, err
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		if line, done := in.look(); done {
			return line, line != noEdge, nil
		}
		select {
		case <-in.wake:
		case <-timer.C:
			in.end()
			return noEdge, false, nil
		}
	}
}

// begin starts a wait.
func (in *inputs) begin() error {
	in.chip.mu.Lock()
	defer in.chip.mu.Unlock()
	switch {
	case in.waiting:
		panic("virtual: two waits at once")
	case in.closed:
		return os.ErrClosed
	case in.chip.gone:
		return syscall.ENODEV
	}
	in.waiting, in.halted = true, false
	return nil
}

// look takes the oldest edge, or ends the wait if it was halted.
func (in *inputs) look() (line int, done bool) {
	in.chip.mu.Lock()
	defer in.chip.mu.Unlock()
	switch {
	case len(in.queue) > 0 && !in.chip.gone:
		line, in.queue = in.queue[0].Input, in.queue[1:]
	case in.halted:
		line = noEdge
	default:
		return noEdge, false
	}
	in.waiting = false
	return line, true
}

// end ends a wait that has run out.
func (in *inputs) end() {
	in.chip.mu.Lock()
	defer in.chip.mu.Unlock()
	in.waiting = false
}

// Read reads all levels in the same instant.
func (in *inputs) Read() ([]bool, error) {
	in.chip.mu.Lock()
	defer in.chip.mu.Unlock()
	switch {
	case in.closed:
		return nil, os.ErrClosed
	case in.chip.gone:
		return nil, syscall.ENODEV
	}
	levels := make([]bool, len(in.pins))
	for i, pin := range in.pins {
		levels[i] = in.chip.level(&in.chip.lines[pin])
	}
	return levels, nil
}

// Halt ends a wait that is under way, and only that.
func (in *inputs) Halt() {
	in.chip.mu.Lock()
	defer in.chip.mu.Unlock()
	if in.waiting {
		in.halted = true
		in.nudge()
	}
}

// Close gives the lines back.
func (in *inputs) Close() error {
	in.chip.mu.Lock()
	defer in.chip.mu.Unlock()
	if in.waiting || in.closed {
		panic("virtual: inputs were closed twice, or under a wait")
	}
	in.closed = true
	for _, pin := range in.pins {
		l := &in.chip.lines[pin]
		l.owner, l.edges = "", nil
	}
	return nil
}
