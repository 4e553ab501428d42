package gpio

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
	periph "periph.io/x/conn/v3/gpio"
)

// The runtime sleeps in whole milliseconds (runtime/netpoll_epoll.go): a wait
// of 20 ms, begun a little late, is one of 19 and one of 1, and a wait of
// 200 µs takes a whole one. All of that delays a press.
const (
	preciseBelow = 100 * time.Millisecond // a longer wait may be late
	noLater      = 5 * time.Millisecond   // then the runtime's own timer ends a wait that the alarm did not
)

// preciseSet is a line set whose short waits end to the microsecond.
type preciseSet struct {
	lineSet
	alarm *alarm // made by the first wait
}

// WaitForEdge waits once without an alarm: that makes the file that later waits
// share with Halt.
func (s *preciseSet) WaitForEdge(timeout time.Duration) (pin int, edge periph.Edge, err error) {
	if s.alarm == nil {
		if s.alarm, err = newAlarm(func() { _ = s.Halt() }); err != nil {
			return 0, periph.NoEdge, err
		}
		defer s.alarm.start()
		return s.lineSet.WaitForEdge(timeout)
	}
	if timeout >= preciseBelow {
		s.alarm.set(0)
		return s.lineSet.WaitForEdge(timeout)
	}
	s.alarm.set(timeout)
	return s.lineSet.WaitForEdge(timeout + noLater)
}

// Close ends the alarm first, for Halt must not meet a Close.
func (s *preciseSet) Close() error {
	if s.alarm != nil {
		s.alarm.close()
	}
	return s.lineSet.Close()
}

// alarm is a timer of the kernel's, for which the runtime waits as for a line.
type alarm struct {
	ring   func()
	fd     int
	file   *os.File
	done   chan struct{} // closed when nothing rings any more; nil before start
	panics chan string   // of its goroutine; see pass
}

// newAlarm makes an alarm that calls ring, from a goroutine of its own.
func newAlarm(ring func()) (*alarm, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("make a timer: %w", err)
	}
	return &alarm{ring: ring, fd: fd, file: os.NewFile(uintptr(fd), "alarm"), panics: make(chan string, 1)}, nil
}

func (a *alarm) start() {
	a.done = make(chan struct{})
	go func() {
		defer close(a.done)
		pass(a.panics, a.run)
	}()
}

// run rings until close.
func (a *alarm) run() {
	var times [8]byte
	for {
		if _, err := a.file.Read(times[:]); err != nil {
			return
		}
		a.ring()
	}
}

// set has it ring once, after d, in the place of what was set before; never if
// d is 0. The call can fail only for a timer that is closed.
func (a *alarm) set(d time.Duration) {
	select {
	case trace := <-a.panics:
		panic(trace)
	default:
	}
	_ = unix.TimerfdSettime(a.fd, 0, &unix.ItimerSpec{Value: unix.NsecToTimespec(d.Nanoseconds())}, nil)
}

// close returns when nothing rings any more.
func (a *alarm) close() {
	_ = a.file.Close()
	if a.done != nil {
		<-a.done
	}
}
