package gpio

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"periph.io/x/host/v3/gpioioctl"
)

// fakeBoard is periph's chip with its habits, good and bad. It logs what
// changes a line, and fails the test where periph would do something else than
// it was asked for.
type fakeBoard struct {
	t      *testing.T
	names  []string
	inputs *fakeSet
	setErr error
	lines  map[int]*fakeLine

	mu  sync.Mutex
	log []string
}

// newFakeBoard is a chip with the lines GPIO0 to GPIO57.
func newFakeBoard(t *testing.T) *fakeBoard {
	t.Helper()
	b := &fakeBoard{t: t, lines: make(map[int]*fakeLine)}
	for pin := range 58 {
		b.names = append(b.names, fmt.Sprintf("GPIO%d", pin))
	}
	b.inputs = &fakeSet{board: b, edges: make(chan int, 100)}
	return b
}

func (b *fakeBoard) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.log = append(b.log, fmt.Sprintf(format, args...))
}

// take gives what was logged since the last take.
func (b *fakeBoard) take() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	log := b.log
	b.log = nil
	return log
}

// name finds the first line of a name, as ByName does.
func (b *fakeBoard) name(pin int) (string, bool) {
	for i, name := range b.names {
		if name == b.names[pin] {
			return name, i == pin
		}
	}
	return "", false
}

func (b *fakeBoard) set(config *gpioioctl.LineSetConfig) (lineSet, error) {
	b.note("set %v %v %v %v", config.Lines, gpioioctl.DirectionLabels[config.DefaultDirection], config.DefaultEdge, config.DefaultPull)
	for _, o := range config.Overrides {
		b.note("but %v %v %v %v", o.Lines, gpioioctl.DirectionLabels[o.Direction], o.Edge, o.Pull)
	}
	if b.setErr != nil {
		return nil, b.setErr
	}
	return b.inputs, nil
}

// fakeOf gives the fake of a line, also before it is claimed.
func (b *fakeBoard) fakeOf(pin int) *fakeLine {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lines[pin] == nil {
		b.lines[pin] = &fakeLine{board: b, pin: pin, edges: make(chan bool, 100)}
	}
	return b.lines[pin]
}

func (b *fakeBoard) line(pin int) singleLine { return b.fakeOf(pin) }

// fakeFile is an os.File of which only the deadline is used.
type fakeFile struct {
	mu   sync.Mutex
	halt chan struct{}
}

// arm sets a new deadline; an earlier halt is forgotten.
func (f *fakeFile) arm() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.halt = make(chan struct{})
	return f.halt
}

func (f *fakeFile) expire() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.halt != nil {
		close(f.halt)
		f.halt = nil
	}
}

// fakeSet is a LineSet. As in periph nothing guards its file: the race detector
// sees who breaks the rules.
type fakeSet struct {
	board *fakeBoard
	file  *fakeFile
	edges chan int // pins

	mu      sync.Mutex
	bits    periph.GPIOValue
	waitErr error
	readErr error
}

func (s *fakeSet) WaitForEdge(timeout time.Duration) (int, periph.Edge, error) {
	if timeout <= 0 {
		s.board.t.Errorf("WaitForEdge(%v) waits for ever, or not at all", timeout)
	}
	if s.file == nil {
		s.board.note("file after a wait of %v", timeout)
		s.file = &fakeFile{}
	}
	s.mu.Lock()
	err := s.waitErr
	s.mu.Unlock()
	if err != nil {
		return 0, periph.NoEdge, err
	}
	halted := s.file.arm()
	if timeout < time.Microsecond { // the deadline has passed before the read
		return 0, periph.NoEdge, &os.PathError{Op: "read", Path: "gpio-lineset", Err: os.ErrDeadlineExceeded}
	}
	select {
	case pin := <-s.edges:
		return pin, periph.RisingEdge, nil
	case <-halted:
	case <-time.After(timeout):
	}
	return 0, periph.NoEdge, &os.PathError{Op: "read", Path: "gpio-lineset", Err: os.ErrDeadlineExceeded}
}

func (s *fakeSet) Read(periph.GPIOValue) (periph.GPIOValue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bits, s.readErr
}

// put sets the levels, and fails the reads from then on if err is an error.
func (s *fakeSet) put(bits periph.GPIOValue, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bits, s.readErr = bits, err
}

func (s *fakeSet) Halt() error {
	if s.file != nil {
		s.file.expire()
	}
	return nil
}

func (s *fakeSet) Close() error {
	s.board.note("close set")
	s.file = nil
	return nil
}

// fakeLine is a GPIOLine.
type fakeLine struct {
	board *fakeBoard
	pin   int
	file  *fakeFile
	edges chan bool // false: the wait ends early

	mu     sync.Mutex
	err    error // of Out and In
	level  bool
	output bool
	broken bool // an Out or In has failed: only Close may follow
}

// use checks that the line may still be touched.
func (l *fakeLine) use(op string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		l.board.t.Errorf("%s of line %d after an error: it hits descriptor 0", op, l.pin)
	}
	l.broken = l.err != nil
	return l.err
}

func (l *fakeLine) Out(level periph.Level) error {
	l.board.note("%d out %v", l.pin, level)
	l.output = true
	return l.use("Out")
}

func (l *fakeLine) In(pull periph.Pull, edge periph.Edge) error {
	l.board.note("%d in %v %v", l.pin, pull, edge)
	l.output = false
	return l.use("In")
}

func (l *fakeLine) Read() periph.Level {
	if l.output {
		l.board.t.Errorf("Read of line %d makes an output an input", l.pin)
	}
	_ = l.use("Read")
	l.mu.Lock()
	defer l.mu.Unlock()
	return periph.Level(l.level)
}

func (l *fakeLine) put(level bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.level = level
}

func (l *fakeLine) WaitForEdge(timeout time.Duration) bool {
	if timeout <= 0 {
		l.board.t.Errorf("WaitForEdge(%v) waits for ever, or not at all", timeout)
	}
	if l.file == nil {
		l.file = &fakeFile{}
	}
	halted := l.file.arm()
	if timeout < time.Microsecond {
		return false
	}
	select {
	case edge := <-l.edges:
		return edge
	case <-halted:
	case <-time.After(timeout):
	}
	return false
}

func (l *fakeLine) Halt() error {
	if l.file != nil {
		l.file.expire()
	}
	return nil
}

func (l *fakeLine) Close() {
	l.board.note("%d close", l.pin)
	l.file = nil
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = false
}

// fakeNode answers questions about a chip.
type fakeNode struct {
	info   chipInfo
	mu     sync.Mutex
	err    error // of chip
	v2     error // of line
	owners map[int]string
	closed bool
}

func (n *fakeNode) chip() (chipInfo, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.info, n.err
}

func (n *fakeNode) fail(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.err = err
}

func (n *fakeNode) line(pin int) (Line, error) {
	owner, held := n.owners[pin]
	return Line{Name: fmt.Sprintf("GPIO%d", pin), Held: held, Owner: owner}, n.v2
}

func (n *fakeNode) edges([]Input) (EdgeLines, error) { return nil, errors.ErrUnsupported }

func (n *fakeNode) close() { n.closed = true }

// newFakeDevice is a real chip on fakes.
func newFakeDevice(t *testing.T) (*device, *fakeBoard, *fakeNode) {
	t.Helper()
	board := newFakeBoard(t)
	node := &fakeNode{info: chipInfo{name: "gpiochip0", label: "pinctrl-bcm2711", lines: 58}, owners: make(map[int]string)}
	return &device{candidate: candidate{chipInfo: node.info, paths: []string{"/dev/gpiochip0"}, node: node}, board: board}, board, node
}

// errText is an errno as periph hands it on: its text alone.
func errText(words string) error { return fmt.Errorf("line_request ioctl: %w", errors.New(words)) }
