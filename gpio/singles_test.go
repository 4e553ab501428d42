package gpio

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// newSingles is a device on which periph can't name line 27.
func newSingles(t *testing.T) (*device, *fakeBoard, *fakeNode) {
	t.Helper()
	d, board, node := newFakeDevice(t)
	board.names[27], board.names[3] = "", ""
	board.fakeOf(27).put(true)
	return d, board, node
}

func TestSingles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, board, _ := newSingles(t)
		h, err := Open(t.Context(), d, devicePlan())
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"24 in PullDown BothEdges", "27 in PullUp BothEdges", "17 out Low", "22 out High"}
		if diff := cmp.Diff(want, board.take()); diff != "" {
			t.Errorf("Open (-want +got):\n%s", diff)
		}
		got, done := make(chan []Change, 10), make(chan error, 1)
		go func() { done <- h.Watch(t.Context(), func(c []Change) { got <- c }) }()
		<-time.After(10 * time.Minute) // many long waits

		start := time.Now()
		button := board.fakeOf(27)
		button.put(false)
		button.edges <- true
		change := Change{Input: 1, Active: true, First: start, Levels: []bool{false, true}}
		if diff := cmp.Diff([]Change{change}, <-got); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
		if took := time.Since(start); took > 21*time.Millisecond {
			t.Errorf("the press counted after %v", took)
		}

		if err := h.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("Watch: %v", err)
		}
		calls := board.take()
		if diff := cmp.Diff([]string{"24 close", "27 close"}, calls[len(calls)-2:]); diff != "" {
			t.Errorf("Close (-want +got):\n%s", diff)
		}
	})
}

// Every single line of a lost chip reads low, and says nothing about it.
func TestSinglesLoseTheirChip(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, board, node := newSingles(t)
		h, err := Open(t.Context(), d, devicePlan())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = h.Close() }()
		time.AfterFunc(time.Second, func() {
			board.fakeOf(27).put(false)
			node.fail(syscall.ENODEV)
		})
		err = h.Watch(t.Context(), func(c []Change) { t.Errorf("reported %+v", c) })
		if !errors.Is(err, ErrChipLost) || !errors.Is(err, syscall.ENODEV) {
			t.Errorf("Watch: %v, want ErrChipLost", err)
		}
	})
}

// Waits that end early without an edge are not repeated for ever.
func TestSinglesWaitsEndEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, board, _ := newSingles(t)
		h, err := Open(t.Context(), d, devicePlan())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = h.Close() }()
		close(board.fakeOf(27).edges)
		err = h.Watch(t.Context(), nil)
		if !errors.Is(err, ErrChipLost) || !strings.Contains(err.Error(), "too early") {
			t.Errorf("Watch: %v, want ErrChipLost", err)
		}
	})
}

func TestSinglesClaimFails(t *testing.T) {
	t.Parallel()
	d, board, _ := newSingles(t)
	board.fakeOf(27).err = errText("device or resource busy")
	_, err := d.ClaimInputs(devicePlan().Inputs)
	if !errors.Is(err, ErrBusy) {
		t.Errorf("ClaimInputs: %v, want ErrBusy", err)
	}
	want := []string{"24 in PullDown BothEdges", "27 in PullUp BothEdges", "24 close", "27 close"}
	if diff := cmp.Diff(want, board.take()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}
