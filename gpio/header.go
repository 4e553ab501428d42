package gpio

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Header is the claimed lines of a [Plan]. One goroutine may be in
// [Header.Watch]; everything else is for any goroutine at any time.
type Header struct {
	plan   Plan
	active []bool // the inputs at the start

	// The inputs and what is known of them belong to whoever has put his token
	// into lease: the reader, except while it reports, and for ever whoever
	// closes the header.
	lease    chan struct{}
	inputs   InputLines
	settling *settling
	early    int    // waits in a row that ended early and without an edge
	told     []bool // the levels that the plan's Saw was given last
	watched  atomic.Bool
	readings atomic.Uint64

	mu      sync.Mutex // guards outputs and limits
	outputs []OutputLine
	limits  []limit     // by output
	panics  chan string // of the limits' timers; see pass

	shut     atomic.Bool
	closing  chan struct{} // closed when Close begins
	closed   chan struct{} // closed when every line is given back
	closeErr error         // readable once closed is
}

// At the start the inputs get ten debounce times to settle, and a second at
// least. A board that is booting may be slow to run us, so that time alone says
// nothing: an input is given up only once it was looked at so often in vain.
// One at rest settles within two or three looks.
const (
	startTries   = 10
	startAtLeast = time.Second
	startLooks   = 30
)

// Open claims every line of the plan, switches the outputs off, and waits until
// the inputs have settled: one debounce time if they are at rest, ten or a
// second at most where the machine doesn't stall. The end of ctx ends that wait.
// On any error every line is given back.
func Open(ctx context.Context, c Chip, p Plan) (*Header, error) {
	if err := p.checkRun(c); err != nil {
		return nil, err
	}
	if err := p.free(c); err != nil {
		return nil, err
	}
	h := &Header{
		plan:     p,
		lease:    make(chan struct{}, 1),
		settling: newSettling(len(p.Inputs), p.Debounce),
		limits:   make([]limit, len(p.Outputs)),
		panics:   make(chan string, 1),
		closing:  make(chan struct{}),
		closed:   make(chan struct{}),
	}
	defer func() {
		if v := recover(); v != nil { // driven lines are given back whatever happens
			_ = h.Close()
			panic(v)
		}
	}()
	if err := h.claim(c); err != nil {
		err = errors.Join(err, h.Close())
		// Somebody was quicker. Now that our own lines are free again,
		// those that are held are his.
		if held := p.free(c); errors.Is(err, ErrBusy) && held != nil {
			return nil, held
		}
		return nil, err
	}
	if err := h.start(ctx); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// claim takes the inputs in one request first: of two programs that start at
// once, one gets them all and the other has touched no lamp.
func (h *Header) claim(c Chip) error {
	var err error
	if h.inputs, err = c.ClaimInputs(h.plan.Inputs); err != nil {
		return fmt.Errorf("claim the inputs: %w", err)
	}
	for _, o := range h.plan.Outputs {
		line, err := c.ClaimOutput(o.Pin, o.ActiveLow)
		if err != nil {
			return fmt.Errorf("claim %s: %w", wire{o.Pin, o.Name}, err)
		}
		h.outputs = append(h.outputs, line)
	}
	return nil
}

// start waits until every input has settled for the first time.
func (h *Header) start(ctx context.Context) error {
	until, looks := time.Now().Add(max(startTries*h.plan.Debounce, startAtLeast)), 0
	if _, err := h.read(noEdge); err != nil {
		return err
	}
	err := h.follow(ctx, func([]Change) bool {
		looks++
		return h.settling.unsettled() >= 0 && (looks < startLooks || time.Now().Before(until))
	})
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("wait for the inputs to settle: %w", context.Cause(ctx))
	}
	if i := h.settling.unsettled(); i >= 0 {
		in := h.plan.Inputs[i]
		return problemf(ErrUnsettled, "%s does not settle", wire{in.Pin, in.Name})
	}
	h.active = h.settling.levels()
	return nil
}

// Active is whether each input, in the plan's order, was active when the
// header was opened.
func (h *Header) Active() []bool {
	return slices.Clone(h.active)
}

// Readings counts how often the inputs were read: at rest every 2 s. While the
// reader hangs it stands still.
func (h *Header) Readings() uint64 { return h.readings.Load() }

// Set switches an output, an index into the plan's Outputs, on or off. After
// Close it fails with [ErrClosed]; an output that no longer answers fails with
// [ErrChipLost].
func (h *Header) Set(output int, on bool) error {
	return h.SetFor(output, on, 0)
}

// drive needs mu.
func (h *Header) drive(output int, on bool) error {
	o := h.plan.Outputs[output]
	if err := h.outputs[output].Drive(on != o.ActiveLow); err != nil {
		return lost(fmt.Sprintf("drive %s", wire{o.Pin, o.Name}), err)
	}
	return nil
}

// Close switches the outputs off, makes every line an input and gives it back.
// It ends a running Watch, but does not wait for its report function; that
// function may call Close too. A second call waits for the first and returns
// the same. Whatever the error, nothing is held afterwards.
func (h *Header) Close() error {
	if h.shut.CompareAndSwap(false, true) {
		defer close(h.closed) // after a panic too, so that nobody waits for ever
		close(h.closing)
		h.giveBack()
		return h.closeErr
	}
	<-h.closed
	return h.closeErr
}

// giveBack puts all lamps out before it gives the first one back, and the
// inputs last. Each line is given back in a deferred call, which a panic at
// another one does not skip.
func (h *Header) giveBack() {
	failed := func(err error) { h.closeErr = errors.Join(h.closeErr, err) }
	defer func() { failed(h.closeInputs()) }()
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range slices.Backward(h.outputs) {
		defer func() { failed(h.closeOutput(i)) }()
	}
	for i := range h.outputs {
		failed(h.drive(i, false))
	}
}

// closeOutput needs mu.
func (h *Header) closeOutput(i int) error {
	if err := h.outputs[i].Close(); err != nil {
		o := h.plan.Outputs[i]
		return lost(fmt.Sprintf("give back %s", wire{o.Pin, o.Name}), err)
	}
	return nil
}

// closeInputs waits until the reader has left the lines alone; it halts its own
// wait when closing is closed.
func (h *Header) closeInputs() error {
	h.lease <- struct{}{}
	if h.inputs == nil {
		return nil
	}
	if err := h.inputs.Close(); err != nil {
		return lost("give the inputs back", err)
	}
	return nil
}
