package gpio

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pipeLines is claimed lines whose kernel is the other end of a pipe.
func pipeLines(t *testing.T) (lines *edgeFile, kernel *os.File) {
	t.Helper()
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	kernel = os.NewFile(uintptr(ends[1]), "kernel")
	t.Cleanup(func() { kernel.Close() })
	lines, err := newEdgeFile(ends[0], []Input{{Pin: 24}, {Pin: 27}})
	if err != nil {
		t.Fatal(err)
	}
	return lines, kernel
}

// happen has the kernel write an edge.
func happen(t *testing.T, kernel *os.File, event unix.GPIOV2LineEvent) {
	t.Helper()
	var b bytes.Buffer
	for _, field := range []any{event.Timestamp_ns, event.Id, event.Offset, event.Seqno, event.Line_seqno, [6]uint32{}} {
		if err := binary.Write(&b, binary.NativeEndian, field); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := kernel.Write(b.Bytes()); err != nil {
		t.Fatal(err)
	}
}

// The kernel's edges come with input, level and time, and the number of those
// that were lost.
func TestEdges(t *testing.T) {
	t.Parallel()
	lines, kernel := pipeLines(t)
	happen(t, kernel, unix.GPIOV2LineEvent{Timestamp_ns: 1_000_000, Id: unix.GPIO_V2_LINE_EVENT_FALLING_EDGE, Offset: 27, Seqno: 1, Line_seqno: 1})
	happen(t, kernel, unix.GPIOV2LineEvent{Timestamp_ns: 1_250_000, Id: unix.GPIO_V2_LINE_EVENT_RISING_EDGE, Offset: 24, Seqno: 2, Line_seqno: 1})
	happen(t, kernel, unix.GPIOV2LineEvent{Timestamp_ns: 3_000_000, Id: unix.GPIO_V2_LINE_EVENT_RISING_EDGE, Offset: 27, Seqno: 9, Line_seqno: 8})
	for _, want := range []Edge{
		{Input: 1, At: time.Millisecond},
		{Input: 0, High: true, At: 1250 * time.Microsecond},
		{Input: 1, High: true, At: 3 * time.Millisecond, Lost: 6},
	} {
		if got, err := lines.Next(t.Context()); got != want || err != nil {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
	}
	if err := lines.Close(); err != nil {
		t.Error(err)
	}
}

// An edge that is there is found though the time for it is over; without one
// the context's end is told, at once or later, and the next wait works again.
func TestEdgesEnd(t *testing.T) {
	t.Parallel()
	lines, kernel := pipeLines(t)
	over, end := context.WithCancel(t.Context())
	end()
	if _, err := lines.Next(over); !errors.Is(err, context.Canceled) {
		t.Errorf("nothing there: %v", err)
	}
	soon, stop := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer stop()
	if _, err := lines.Next(soon); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nothing came: %v", err)
	}
	happen(t, kernel, unix.GPIOV2LineEvent{Id: unix.GPIO_V2_LINE_EVENT_RISING_EDGE, Offset: 24, Line_seqno: 1})
	happen(t, kernel, unix.GPIOV2LineEvent{Id: unix.GPIO_V2_LINE_EVENT_FALLING_EDGE, Offset: 24, Line_seqno: 2})
	for _, high := range []bool{true, false} {
		if got, err := lines.Next(over); got.High != high || err != nil {
			t.Errorf("an edge that was there: %+v, %v, want high %t", got, err, high)
		}
	}
	if err := kernel.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := lines.Next(t.Context()); !errors.Is(err, ErrChipLost) {
		t.Errorf("a kernel that is gone: %v", err)
	}
	if _, err := lines.Read(); !errors.Is(err, ErrChipLost) {
		t.Errorf("the levels of no chip: %v", err)
	}
	if err := lines.Close(); err != nil {
		t.Error(err)
	}
}
