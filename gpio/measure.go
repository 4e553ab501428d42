package gpio

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Meter measures what the contacts of some inputs do. It has claimed their
// lines, and is for one goroutine at a time, but for Close.
type Meter struct {
	inputs []Input
	lines  EdgeLines
	meters []meter
	ready  []Contact // measured, and not told yet
}

// NewMeter claims the inputs of a plan, all or none, and none of its outputs.
// Somebody else's line is [ErrBusy], with his name. Close it.
func NewMeter(c Chip, p Plan) (*Meter, error) {
	p.Outputs = nil
	if err := p.checkRun(c); err != nil {
		return nil, err
	}
	if err := p.free(c); err != nil {
		return nil, err
	}
	lines, err := c.ClaimEdges(p.Inputs)
	if err != nil {
		return nil, fmt.Errorf("claim the inputs: %w", err)
	}
	m := &Meter{inputs: p.Inputs, lines: lines}
	levels, err := lines.Read()
	if err != nil {
		return nil, errors.Join(lost("read the inputs", err), lines.Close())
	}
	for i, in := range p.Inputs {
		m.meters = append(m.meters, meter{input: in, rest: levels[i], level: levels[i]})
	}
	return m, nil
}

// Active tells whether each input is active, as far as Next has told.
func (m *Meter) Active() []bool {
	active := make([]bool, len(m.meters))
	for i, one := range m.meters {
		active[i] = one.rest != one.input.ActiveLow
	}
	return active
}

// Next blocks until a contact has come to rest, and tells what it did. It ends
// with ctx's error, or with [ErrChipLost].
func (m *Meter) Next(ctx context.Context) (Contact, error) {
	for len(m.ready) == 0 {
		if err := m.turn(ctx); err != nil {
			return Contact{}, err
		}
	}
	next := m.ready[0]
	m.ready = m.ready[1:]
	return next, nil
}

// turn waits for one edge, until the first contact is at rest, or for as long
// as a chip may be silent before it is asked whether it still lives.
func (m *Meter) turn(ctx context.Context) error {
	wait, stop := context.WithTimeout(ctx, m.patience(time.Now()))
	defer stop()
	edge, err := m.lines.Next(wait)
	switch {
	case err == nil:
		m.tell(edge.Input, m.meters[edge.Input].add(edge, time.Now())...)
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case wait.Err() == nil:
		return err
	}
	if _, err := m.lines.Read(); err != nil {
		return lost("read the inputs", err)
	}
	now := time.Now()
	for i := range m.meters {
		if one := &m.meters[i]; one.open() && now.Sub(one.seen) >= QuietFor {
			m.tell(i, one.end())
		}
	}
	return nil
}

// patience is how long to wait for an edge; it is above zero.
func (m *Meter) patience(now time.Time) time.Duration {
	wait := restAfter
	for _, one := range m.meters {
		if one.open() {
			wait = min(wait, one.seen.Add(QuietFor).Sub(now))
		}
	}
	return max(wait, time.Millisecond)
}

func (m *Meter) tell(input int, contacts ...Contact) {
	for _, c := range contacts {
		c.Input = input
		m.ready = append(m.ready, c)
	}
}

// Close gives the lines back. Nobody may be in Next.
func (m *Meter) Close() error {
	if err := m.lines.Close(); err != nil {
		return lost("give the inputs back", err)
	}
	return nil
}
