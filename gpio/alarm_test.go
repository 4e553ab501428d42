package gpio

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	periph "periph.io/x/conn/v3/gpio"
)

// haltedSet waits until it is halted, and takes no notice of the timeout.
type haltedSet struct {
	lineSet
	halts  chan struct{}
	waits  []time.Duration
	closed bool
}

func (s *haltedSet) WaitForEdge(timeout time.Duration) (int, periph.Edge, error) {
	s.waits = append(s.waits, timeout)
	if len(s.waits) == 1 || timeout >= preciseBelow {
		return 0, periph.NoEdge, os.ErrDeadlineExceeded
	}
	select {
	case <-s.halts:
		return 0, periph.NoEdge, os.ErrDeadlineExceeded
	case <-time.After(20 * time.Second):
		return 0, periph.NoEdge, errors.New("nothing rang")
	}
}

func (s *haltedSet) Halt() error {
	s.halts <- struct{}{}
	return nil
}

func (s *haltedSet) Close() error {
	s.closed = true
	return nil
}

// The alarm ends short waits, and has a long one left alone: what it was set to
// before does not ring in it.
func TestAlarm(t *testing.T) {
	set := &haltedSet{halts: make(chan struct{})} // a Halt that nobody waits for would block Close
	precise := &preciseSet{lineSet: set}
	waits := []time.Duration{time.Nanosecond, time.Millisecond, quietFor, time.Minute}
	for _, timeout := range waits {
		if _, _, err := precise.WaitForEdge(timeout); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("a wait of %v: %v", timeout, err)
		}
	}
	want := []time.Duration{time.Nanosecond, time.Millisecond + noLater, quietFor + noLater, time.Minute}
	if !slices.Equal(set.waits, want) {
		t.Errorf("the set waited %v, want %v", set.waits, want)
	}
	if err := precise.Close(); err != nil || !set.closed {
		t.Errorf("closed: %v, %v", set.closed, err)
	}
}

// What the alarm's goroutine panics with comes out of the next wait, whose
// caller sees to it that the lines are given back.
func TestAlarmPanic(t *testing.T) {
	a, err := newAlarm(func() { panic("in the alarm") })
	if err != nil {
		t.Fatal(err)
	}
	a.start()
	defer a.close()
	a.set(time.Nanosecond)
	<-a.done
	defer func() {
		if recover() == nil {
			t.Error("the panic was lost")
		}
	}()
	a.set(time.Second)
}
