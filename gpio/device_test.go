package gpio

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func devicePlan() Plan {
	return Plan{
		Inputs: []Input{
			{Name: "arming switch", Pin: 24, Pull: PullDown},
			{Name: "launch button", Pin: 27, Pull: PullUp, ActiveLow: true},
		},
		Outputs: []Output{
			{Name: "blinker", Pin: 17},
			{Name: "Client Int", Pin: 22, ActiveLow: true},
		},
		Debounce: 20 * time.Millisecond,
	}
}

// What the header asks of periph, from the first claim to the last.
func TestDevice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, board, _ := newFakeDevice(t)
		board.inputs.put(0b10, nil) // both at rest
		h, err := Open(t.Context(), d, devicePlan())
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"set [GPIO24 GPIO27] Input BothEdges PullUp",
			"but [GPIO24] Input BothEdges PullDown",
			"file after a wait of 1ns",
			"17 out Low",
			"22 out High",
		}
		if diff := cmp.Diff(want, board.take()); diff != "" {
			t.Errorf("Open (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]bool{false, false}, h.Active()); diff != "" {
			t.Errorf("levels at the start (-want +got):\n%s", diff)
		}

		got := make(chan []Change, 10)
		done := make(chan error, 1)
		go func() { done <- h.Watch(t.Context(), func(c []Change) { got <- c }) }()
		start := time.Now()
		board.inputs.put(0b00, nil)
		board.inputs.edges <- 27
		change := Change{Input: 1, Active: true, First: start, Levels: []bool{false, true}}
		if diff := cmp.Diff([]Change{change}, <-got); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}

		if err := h.Set(0, true); err != nil {
			t.Error(err)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Errorf("Watch: %v", err)
		}
		want = []string{
			"17 out High",
			"17 out Low", "22 out High",
			"17 in PullNoChange NoEdge", "17 close",
			"22 in PullNoChange NoEdge", "22 close",
			"close set",
		}
		if diff := cmp.Diff(want, board.take()); diff != "" {
			t.Errorf("Set and Close (-want +got):\n%s", diff)
		}
	})
}

// All inputs pulled up need no override.
func TestDevicePullsUp(t *testing.T) {
	t.Parallel()
	d, board, _ := newFakeDevice(t)
	lines, err := d.ClaimInputs([]Input{{Pin: 27, Pull: PullUp}, {Pin: 2, Pull: PullUp}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lines.Close() }()
	want := []string{"set [GPIO27 GPIO2] Input BothEdges PullUp", "file after a wait of 1ns"}
	if diff := cmp.Diff(want, board.take()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// An edge is told by the index of its input, and an error is an error.
func TestDeviceWait(t *testing.T) {
	t.Parallel()
	d, board, _ := newFakeDevice(t)
	lines, err := d.ClaimInputs(devicePlan().Inputs)
	if err != nil {
		t.Fatal(err)
	}
	for pin, want := range map[int]int{24: 0, 27: 1, 5: noEdge} {
		board.inputs.edges <- pin
		line, edge, err := lines.Wait(time.Minute)
		if line != want || edge != (want != noEdge) || err != nil {
			t.Errorf("an edge of line %d: input %d, edge %t, %v, want %d", pin, line, edge, err, want)
		}
	}
	if _, edge, err := lines.Wait(time.Millisecond); edge || err != nil {
		t.Errorf("no edge: edge %t, %v, want none", edge, err)
	}
	board.inputs.waitErr = os.ErrClosed
	if _, _, err := lines.Wait(time.Minute); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed: %v, want os.ErrClosed", err)
	}
	if err := lines.Close(); err != nil {
		t.Error(err)
	}
	lines.Halt() // too late, and harmless
}

func TestDeviceOpenFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault func(*fakeBoard, *fakeNode)
		want  error
		words string
		calls []string // the last ones
	}{
		{
			name:  "an owner is known beforehand",
			fault: func(_ *fakeBoard, n *fakeNode) { n.owners[17] = "ship-it@123" },
			want:  ErrBusy, words: `line 17 (blinker) is held by "ship-it@123"`,
		},
		{
			name:  "the kernel itself holds a line",
			fault: func(_ *fakeBoard, n *fakeNode) { n.owners[17] = "" },
			want:  ErrBusy, words: `line 17 (blinker) is held by the kernel`,
		},
		{
			name:  "the inputs are busy",
			fault: func(b *fakeBoard, _ *fakeNode) { b.setErr = errText("device or resource busy") },
			want:  ErrBusy, words: "claim the inputs: line_request ioctl: device or resource busy",
			calls: []string{"but [GPIO24] Input BothEdges PullDown"},
		},
		{
			name:  "the first wait fails",
			fault: func(b *fakeBoard, _ *fakeNode) { b.inputs.waitErr = errText("bad file descriptor") },
			words: "claim the inputs: line_request ioctl: bad file descriptor",
			calls: []string{"file after a wait of 1ns", "close set"},
		},
		{
			name:  "the second output is busy",
			fault: func(b *fakeBoard, _ *fakeNode) { b.fakeOf(22).err = errText("device or resource busy") },
			want:  ErrBusy, words: "claim line 22 (Client Int): line_request ioctl: device or resource busy",
			calls: []string{"22 out High", "22 close", "17 out Low", "17 in PullNoChange NoEdge", "17 close", "close set"},
		},
		{
			name:  "the second output can't be driven",
			fault: func(b *fakeBoard, _ *fakeNode) { b.fakeOf(22).err = errText("invalid argument") },
			words: "claim line 22 (Client Int): line_request ioctl: invalid argument",
			calls: []string{"22 out High", "22 close", "17 out Low", "17 in PullNoChange NoEdge", "17 close", "close set"},
		},
		{
			name:  "the chip goes while it is claimed",
			fault: func(b *fakeBoard, _ *fakeNode) { b.setErr = errText("no such device") },
			want:  ErrChipLost, words: "no such device",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, board, node := newFakeDevice(t)
			tt.fault(board, node)
			_, err := Open(t.Context(), d, devicePlan())
			if err == nil || !strings.Contains(err.Error(), tt.words) {
				t.Errorf("Open: %v, want %q in it", err, tt.words)
			}
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("Open: %v, want it to be %q", err, tt.want)
			}
			calls := board.take()
			if diff := cmp.Diff(tt.calls, calls[max(0, len(calls)-len(tt.calls)):]); len(tt.calls) > 0 && diff != "" {
				t.Errorf("the last calls (-want +got):\n%s", diff)
			}
		})
	}
}

// A lamp that failed is never touched again, only closed; the fake fails the
// test otherwise.
func TestDeviceOutputFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, board, _ := newFakeDevice(t)
		board.inputs.put(0b10, nil)
		h, err := Open(t.Context(), d, devicePlan())
		if err != nil {
			t.Fatal(err)
		}
		blinker := board.fakeOf(17)
		blinker.err = errors.New("no such device")
		board.take()
		for range 2 {
			if err := h.Set(0, true); !errors.Is(err, ErrChipLost) || !strings.Contains(err.Error(), "drive line 17 (blinker)") {
				t.Errorf("Set: %v", err)
			}
		}
		if err := h.Close(); !errors.Is(err, ErrChipLost) {
			t.Errorf("Close: %v, want ErrChipLost", err)
		}
		want := []string{
			"17 out High", "22 out High", "17 close",
			"22 in PullNoChange NoEdge", "22 close", "close set",
		}
		if diff := cmp.Diff(want, board.take()); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

// A line that can't be made an input at the end is given back all the same.
func TestDeviceRestoreFails(t *testing.T) {
	t.Parallel()
	d, board, _ := newFakeDevice(t)
	line, err := d.ClaimOutput(17, true)
	if err != nil {
		t.Fatal(err)
	}
	board.fakeOf(17).err = errors.New("no such device")
	if err := line.Close(); !errors.Is(err, ErrChipLost) {
		t.Errorf("Close: %v, want ErrChipLost", err)
	}
	want := []string{"17 out High", "17 in PullNoChange NoEdge", "17 close"}
	if diff := cmp.Diff(want, board.take()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestDeviceLosesItsChip(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, board, _ := newFakeDevice(t)
		board.inputs.put(0b10, nil)
		h, err := Open(t.Context(), d, devicePlan())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = h.Close() }()
		board.inputs.put(0, syscall.ENODEV) // and every button reads pressed
		board.inputs.edges <- 27
		err = h.Watch(t.Context(), func(c []Change) { t.Errorf("reported %+v", c) })
		if !errors.Is(err, ErrChipLost) {
			t.Errorf("Watch: %v, want ErrChipLost", err)
		}
	})
}

// Reading a level asks for no direction.
func TestDeviceLevel(t *testing.T) {
	t.Parallel()
	d, board, _ := newFakeDevice(t)
	board.inputs.put(1, nil)
	high, err := d.Level(24)
	if err != nil || !high {
		t.Errorf("Level: %t, %v, want true", high, err)
	}
	want := []string{"set [GPIO24] NotSet NoEdge PullNoChange", "close set"}
	if diff := cmp.Diff(want, board.take()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	board.inputs.put(1, errors.New("no such device"))
	if _, err := d.Level(24); !errors.Is(err, ErrChipLost) {
		t.Errorf("Level of a lost chip: %v, want ErrChipLost", err)
	}
	board.setErr = errText("device or resource busy")
	if _, err := d.Level(24); !errors.Is(err, ErrBusy) {
		t.Errorf("Level of a busy line: %v, want ErrBusy", err)
	}
	board.names[24] = board.names[3]
	if _, err := d.Level(24); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Level of a line without a name of its own: %v, want ErrUnsupported", err)
	}
}

func TestDeviceRelease(t *testing.T) {
	t.Parallel()
	d, board, _ := newFakeDevice(t)
	if err := Release(d, Plan{Inputs: []Input{{Pin: 24}}, Outputs: []Output{{Pin: 17}}}); err != nil {
		t.Fatal(err)
	}
	want := []string{"24 in PullNoChange NoEdge", "24 close", "17 in PullNoChange NoEdge", "17 close"}
	if diff := cmp.Diff(want, board.take()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// In real time, for the race detector: the fake's file is as unguarded as
// periph's.
func TestDeviceCloseAnytime(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"line set", "single lines"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range 50 {
				d, board, _ := newFakeDevice(t)
				if name == "single lines" {
					board.names[24] = board.names[3]
				}
				plan := devicePlan()
				plan.Debounce = 100 * time.Microsecond
				h, err := Open(t.Context(), d, plan)
				if err != nil {
					t.Fatal(err)
				}
				var running sync.WaitGroup
				running.Go(func() {
					if err := h.Watch(context.Background(), func([]Change) {}); err != nil {
						t.Errorf("Watch: %v", err)
					}
				})
				running.Go(func() {
					for on := true; ; on = !on {
						if err := h.Set(0, on); errors.Is(err, ErrClosed) {
							return
						} else if err != nil {
							t.Errorf("Set: %v", err)
						}
					}
				})
				<-time.After(time.Duration(i) * 20 * time.Microsecond)
				if err := h.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
				running.Wait()
			}
		})
	}
}
