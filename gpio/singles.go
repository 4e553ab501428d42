package gpio

import (
	"errors"
	"sync"
	"time"

	periph "periph.io/x/conn/v3/gpio"
)

// singles is the inputs line by line, where periph has no name for one of them.
// It is worse than setInputs: each line needs a goroutine for its edges, the
// levels are not read in the same instant, and a failed read is Low, so that
// the chip has to be asked afterwards whether it still lives.
type singles struct {
	lines []singleLine
	alive func() error
	edges chan int   // the input of each edge
	fault chan error // what ended the wait for a line's edges
	halt  chan struct{}

	panics chan string // of the lines' goroutines; see pass

	closing  chan struct{}
	watching sync.WaitGroup
}

// lineWait is how long a line waits for its edge. Only that: the reader looks
// at the levels more often.
const lineWait = time.Minute

// claimSingles claims the inputs one by one, all or none.
func (d *device) claimSingles(inputs []Input) (InputLines, error) {
	s := &singles{
		alive: func() error {
			_, err := d.node.chip()
			return err
		},
		edges:   make(chan int, 16*len(inputs)),
		fault:   make(chan error, len(inputs)),
		panics:  make(chan string, len(inputs)),
		halt:    make(chan struct{}, 1),
		closing: make(chan struct{}),
	}
	for _, in := range inputs {
		line := d.board.line(in.Pin)
		pull := periph.PullUp
		if in.Pull == PullDown {
			pull = periph.PullDown
		}
		s.lines = append(s.lines, line)
		if err := line.In(pull, periph.BothEdges); err != nil {
			s.closeLines()
			return nil, known(err)
		}
		line.WaitForEdge(time.Nanosecond) // makes the file that Halt shares with the waits
	}
	for i, line := range s.lines {
		s.watching.Go(func() { pass(s.panics, func() { s.watch(i, line) }) })
	}
	return s, nil
}

// watch passes a line's edges on until the lines are closed. periph tells an
// error, a timeout and a halt in the same way.
func (s *singles) watch(i int, line singleLine) {
	for early := 0; early < maxEarly; {
		began := time.Now()
		edge := line.WaitForEdge(lineWait)
		select {
		case <-s.closing:
			return
		default:
		}
		switch {
		case edge:
			early = 0
			select {
			case s.edges <- i:
			default: // full, as the kernel's own queue can be
			}
		case time.Since(began) >= lineWait/2:
			early = 0
		default:
			early++
		}
	}
	s.fault <- errors.New("the waits end too early")
}

// Wait waits for an edge of any line.
func (s *singles) Wait(timeout time.Duration) (line int, edge bool, err error) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case line := <-s.edges:
		return line, true, nil
	case err := <-s.fault:
		return noEdge, false, err
	case trace := <-s.panics:
		panic(trace)
	case <-s.halt:
	case <-timer.C:
	}
	return noEdge, false, nil
}

// Read reads the levels one by one, and believes them if the chip is there
// afterwards: it does not come back, so it was there before.
func (s *singles) Read() ([]bool, error) {
	levels := make([]bool, len(s.lines))
	for i, line := range s.lines {
		levels[i] = bool(line.Read())
	}
	if err := s.alive(); err != nil {
		return nil, err
	}
	return levels, nil
}

// Halt ends a wait that is under way, or the next.
func (s *singles) Halt() {
	select {
	case s.halt <- struct{}{}:
	default:
	}
}

// Close halts the lines until nobody waits for their edges, and gives them
// back. They are inputs already.
func (s *singles) Close() error {
	close(s.closing)
	left := make(chan struct{})
	go func() {
		s.watching.Wait()
		close(left)
	}()
	again := time.NewTicker(haltEvery)
	defer again.Stop()
	for {
		for _, line := range s.lines {
			_ = line.Halt() // it can fail only for a file that is closed
		}
		select {
		case <-left:
			s.closeLines()
			return nil
		case <-again.C:
		}
	}
}

func (s *singles) closeLines() {
	for _, line := range s.lines {
		line.Close()
	}
}
