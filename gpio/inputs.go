package gpio

import (
	"errors"
	"os"
	"sync"
	"time"

	periph "periph.io/x/conn/v3/gpio"
)

// setInputs is the inputs as one line set: one request, one reading, one wait,
// and errors that are told.
type setInputs struct {
	set  lineSet
	pins []int // pin of each input, in the order of the set

	mu     sync.Mutex // keeps Halt and Close apart: both use the set's file
	closed bool
}

// newSetInputs waits once, for a nanosecond: the set makes the file that a wait
// and Halt share in its first wait, and without a lock. After that there is no
// race.
func newSetInputs(set lineSet, inputs []Input) (InputLines, error) {
	s := &setInputs{set: set}
	for _, in := range inputs {
		s.pins = append(s.pins, in.Pin)
	}
	if _, _, err := s.Wait(time.Nanosecond); err != nil {
		return nil, errors.Join(err, set.Close())
	}
	return s, nil
}

// Wait waits for an edge. The set tells a timeout and a halt as an expired
// deadline.
func (s *setInputs) Wait(timeout time.Duration) (line int, edge bool, err error) {
	pin, _, err := s.set.WaitForEdge(timeout)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return noEdge, false, nil
	case err != nil:
		return noEdge, false, err
	}
	for i := range s.pins {
		if s.pins[i] == pin {
			return i, true, nil
		}
	}
	return noEdge, false, nil
}

// Read reads all levels in one call of the kernel.
func (s *setInputs) Read() ([]bool, error) {
	bits, err := s.set.Read(0)
	if err != nil {
		return nil, err
	}
	levels := make([]bool, len(s.pins))
	for i := range levels {
		levels[i] = bits&(periph.GPIOValue(1)<<i) != 0
	}
	return levels, nil
}

// Halt ends a wait that is under way.
func (s *setInputs) Halt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		_ = s.set.Halt() // it can fail only for a file that is closed
	}
}

// Close gives the lines back. They are inputs already.
func (s *setInputs) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return s.set.Close()
}
