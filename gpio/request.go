package gpio

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Flags and sizes of a request, from include/uapi/linux/gpio.h.
const (
	flagInput    = 1 << 2 // GPIO_V2_LINE_FLAG_INPUT
	flagRising   = 1 << 4 // GPIO_V2_LINE_FLAG_EDGE_RISING
	flagFalling  = 1 << 5 // GPIO_V2_LINE_FLAG_EDGE_FALLING
	flagPullUp   = 1 << 8 // GPIO_V2_LINE_FLAG_BIAS_PULL_UP
	flagPullDown = 1 << 9 // GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN
	mostEdges    = 1024   // GPIO_V2_LINES_MAX * 16, the longest queue that the kernel makes
)

// edges claims inputs in one request to the kernel. It is not periph that asks:
// periph's line set throws the time of an edge away, and its queue of 16 edges
// a line is too short for contacts that scrape.
func (n *node) edges(inputs []Input) (EdgeLines, error) {
	var request unix.GPIOV2LineRequest
	copy(request.Consumer[:len(request.Consumer)-1], fmt.Sprintf("%s@%d", filepath.Base(os.Args[0]), os.Getpid()))
	const watched = flagInput | flagRising | flagFalling
	request.Config.Flags = watched | flagPullUp
	var down uint64
	for i, in := range inputs {
		request.Offsets[i] = uint32(in.Pin)
		if in.Pull == PullDown {
			down |= 1 << i
		}
	}
	if down != 0 {
		request.Config.Num_attrs = 1
		request.Config.Attrs[0] = unix.GPIOV2LineConfigAttribute{
			Attr: unix.GPIOV2LineAttribute{Id: unix.GPIO_V2_LINE_ATTR_ID_FLAGS, Flags: watched | flagPullDown},
			Mask: down,
		}
	}
	request.Num_lines, request.Event_buffer_size = uint32(len(inputs)), mostEdges
	err := n.ioctl(unix.GPIO_V2_GET_LINE_IOCTL, unsafe.Pointer(&request))
	switch {
	case errors.Is(err, unix.EBUSY):
		return nil, problemf(ErrBusy, "one of the lines is taken: %v", err)
	case err != nil:
		return nil, err
	}
	return newEdgeFile(int(request.Fd), inputs)
}

// edgeFile is claimed lines as the kernel gives them: a file with edges in it.
type edgeFile struct {
	file  *os.File
	index map[uint32]int // of the input, by line
	seen  []uint32       // the number of the last edge of each input, by the kernel's count
}

func newEdgeFile(fd int, inputs []Input) (*edgeFile, error) {
	unix.CloseOnExec(fd)
	if err := unix.SetNonblock(fd, true); err != nil { // so that os waits for it as for a socket
		return nil, errors.Join(err, unix.Close(fd))
	}
	e := &edgeFile{file: os.NewFile(uintptr(fd), "gpio lines"), index: map[uint32]int{}, seen: make([]uint32, len(inputs))}
	for i, in := range inputs {
		e.index[uint32(in.Pin)] = i
	}
	return e, nil
}

// Next looks once more when the wait has ended: a machine that stands still
// lets a deadline pass before the first look.
func (e *edgeFile) Next(ctx context.Context) (Edge, error) {
	if err := e.file.SetReadDeadline(time.Time{}); err != nil {
		return Edge{}, err
	}
	halted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(halted)
		_ = e.file.SetReadDeadline(time.Unix(0, 0)) // it can fail only for a file that is closed
	})
	defer func() {
		if !stop() {
			<-halted // else it would halt the next wait
		}
	}()
	var raw [unsafe.Sizeof(unix.GPIOV2LineEvent{})]byte
	n, err := e.file.Read(raw[:])
	if errors.Is(err, os.ErrDeadlineExceeded) {
		if n, err = e.look(raw[:]); errors.Is(err, unix.EAGAIN) {
			return Edge{}, ctx.Err()
		}
	}
	switch {
	case err != nil:
		return Edge{}, lost("wait for an edge", err)
	case n != len(raw):
		return Edge{}, lost("wait for an edge", fmt.Errorf("%d bytes of %d came", n, len(raw)))
	}
	return e.edge(raw[:]), nil
}

// look reads what is there without waiting for it.
func (e *edgeFile) look(raw []byte) (n int, err error) {
	refused := e.control(func(fd int) { n, err = unix.Read(fd, raw) })
	return n, errors.Join(refused, err)
}

func (e *edgeFile) control(f func(fd int)) error {
	raw, err := e.file.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Control(func(fd uintptr) { f(int(fd)) })
}

// edge is one that the kernel has written, as struct gpio_v2_line_event.
func (e *edgeFile) edge(raw []byte) Edge {
	var event unix.GPIOV2LineEvent
	_, _ = binary.Decode(raw, binary.NativeEndian, &event) // its size is right
	i := e.index[event.Offset]
	missed := int(event.Line_seqno-e.seen[i]) - 1
	e.seen[i] = event.Line_seqno
	return Edge{Input: i, High: event.Id == unix.GPIO_V2_LINE_EVENT_RISING_EDGE, At: time.Duration(event.Timestamp_ns), Lost: missed}
}

// Read reads all levels in one call of the kernel.
func (e *edgeFile) Read() ([]bool, error) {
	values := unix.GPIOV2LineValues{Mask: 1<<len(e.seen) - 1}
	var err error
	refused := e.control(func(fd int) {
		err = (&node{fd}).ioctl(unix.GPIO_V2_LINE_GET_VALUES_IOCTL, unsafe.Pointer(&values))
	})
	if err := errors.Join(refused, err); err != nil {
		return nil, lost("read the inputs", err)
	}
	levels := make([]bool, len(e.seen))
	for i := range levels {
		levels[i] = values.Bits&(1<<i) != 0
	}
	return levels, nil
}

// Close gives the lines back. They are inputs already.
func (e *edgeFile) Close() error { return e.file.Close() }
