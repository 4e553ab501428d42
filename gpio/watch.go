package gpio

import (
	"context"
	"errors"
	"sync"
	"time"
)

// maxEarly is how many waits in a row may end early and without an edge. A
// chip that is gone can look like that, and would make a busy loop.
const maxEarly = 10

// haltEvery is how often the reader's wait is halted until it has left: a halt
// that comes between two waits is lost.
const haltEvery = time.Millisecond

// errEnded says that the reader was told to leave.
var errEnded = errors.New("the watch has ended")

// Watch is the one reader of the inputs. It calls report with the changes that
// settled in one reading, in the plan's order, and blocks until ctx ends or the
// header is closed (nil), or until the lines are lost ([ErrChipLost]).
//
// report must come back at once: while it runs nothing is read, and a press
// that begins then seems to begin later. Start Watch soon after [Open], for the
// same reason. A second Watch beside a running one is refused.
func (h *Header) Watch(ctx context.Context, report func([]Change)) error {
	if !h.watched.CompareAndSwap(false, true) {
		return errors.New("the header is being watched already")
	}
	defer h.watched.Store(false)
	return h.follow(ctx, func(changes []Change) bool {
		if len(changes) > 0 {
			report(changes)
		}
		return true
	})
}

// follow reads the lines until more says no, ctx ends or the header closes.
func (h *Header) follow(ctx context.Context, more func([]Change) bool) error {
	left, panics := make(chan struct{}), make(chan string, 1)
	var halting sync.WaitGroup
	halting.Go(func() { pass(panics, func() { h.halt(ctx, left) }) })
	defer func() {
		halting.Wait()
		select {
		case trace := <-panics:
			panic(trace)
		default:
		}
	}()
	defer close(left)
	for {
		changes, err := h.turn(ctx)
		switch {
		case errors.Is(err, errEnded):
			return nil
		case err != nil:
			return err
		case !more(changes):
			return nil
		}
	}
}

// turn waits once, reads all levels, and settles what is due. Inputs settle by
// a reading only when no edge was queued up to it. So after a reading that
// makes one due it looks for an edge, takes it in with a reading of its own,
// and looks again. A line that chatters can't hold up the others: whatever was
// queued before the first reading has come out after a full queue of edges.
func (h *Header) turn(ctx context.Context) ([]Change, error) {
	select {
	case h.lease <- struct{}{}:
		defer func() { <-h.lease }()
	case <-h.closing:
		return nil, errEnded
	}
	select {
	case trace := <-h.panics:
		panic(trace)
	default:
	}
	edge, err := h.wait(ctx, h.settling.rest(time.Now()))
	if err != nil {
		return nil, err
	}
	for left := 16 * len(h.plan.Inputs); ; left-- {
		began, err := h.read(edge)
		if err != nil || !h.settling.due(began) {
			return nil, err
		}
		if left > 0 {
			if edge, err = h.wait(ctx, quietFor); err != nil {
				return nil, err
			}
		}
		if left == 0 || edge == noEdge {
			return h.settling.settle(began), nil
		}
	}
}

// read takes one reading of all inputs, and tells when it began.
func (h *Header) read(edge int) (began time.Time, err error) {
	began = time.Now()
	levels, err := h.inputs.Read()
	if err != nil {
		return began, lost("read the inputs", err)
	}
	h.readings.Add(1)
	h.tell(Reading{began, levels, edge})
	for i, in := range h.plan.Inputs {
		levels[i] = levels[i] != in.ActiveLow
	}
	h.settling.see(began, time.Now(), levels, edge)
	return began, nil
}

// wait waits for an edge and tells its input, or noEdge.
func (h *Header) wait(ctx context.Context, timeout time.Duration) (int, error) {
	if h.ended(ctx) {
		return noEdge, errEnded
	}
	began := time.Now()
	line, edge, err := h.inputs.Wait(timeout)
	switch {
	case h.ended(ctx):
		return noEdge, errEnded
	case err != nil:
		return noEdge, lost("wait for an edge", err)
	case edge:
		h.early = 0
		return line, nil
	case time.Since(began) >= timeout/2:
		h.early = 0
		return noEdge, nil
	}
	if h.early++; h.early >= maxEarly {
		return noEdge, lost("wait for an edge", errors.New("the waits end too early"))
	}
	return noEdge, nil
}

// ended tells whether the reader is to leave.
func (h *Header) ended(ctx context.Context) bool {
	return h.shut.Load() || ctx.Err() != nil
}

// halt makes the reader leave once ctx ends or the header closes, and returns
// when it has left.
func (h *Header) halt(ctx context.Context, left <-chan struct{}) {
	select {
	case <-left:
		return
	case <-ctx.Done():
	case <-h.closing:
	}
	again := time.NewTicker(haltEvery)
	defer again.Stop()
	for {
		h.inputs.Halt()
		select {
		case <-left:
			return
		case <-again.C:
		}
	}
}
