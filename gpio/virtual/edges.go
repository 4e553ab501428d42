package virtual

import (
	"context"
	"os"
	"syscall"

	"ship-it.example/gpio"
)

// measured is how many edges the kernel keeps of lines that are measured.
const measured = 1024

// edges is inputs that were claimed to be measured.
type edges struct{ *inputs }

// ClaimEdges claims all these lines or none.
func (c *Chip) ClaimEdges(wanted []gpio.Input) (gpio.EdgeLines, error) {
	claimed, err := c.claim(wanted, measured)
	if err != nil {
		return nil, err
	}
	return edges{claimed}, nil
}

// Next waits for an edge. The removal of the chip does not wake it, as in Linux
// 6.1.
func (e edges) Next(ctx context.Context) (gpio.Edge, error) {
	for {
		edge, found, err := e.take()
		if found || err != nil {
			return edge, err
		}
		select {
		case <-e.wake:
		case <-ctx.Done():
			if edge, found, err := e.take(); found || err != nil {
				return edge, err
			}
			return gpio.Edge{}, ctx.Err()
		}
	}
}

// take takes the oldest edge, if there is one.
func (e edges) take() (edge gpio.Edge, found bool, err error) {
	e.chip.mu.Lock()
	defer e.chip.mu.Unlock()
	switch {
	case e.closed:
		return gpio.Edge{}, false, os.ErrClosed
	case e.chip.gone:
		return gpio.Edge{}, false, syscall.ENODEV
	case len(e.queue) == 0:
		return gpio.Edge{}, false, nil
	}
	edge, e.queue = e.queue[0], e.queue[1:]
	edge.Lost, e.lost[edge.Input] = e.lost[edge.Input], 0
	return edge, true, nil
}
