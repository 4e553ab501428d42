package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
)

const ms = time.Millisecond

// mock is a whole box in virtual time, with a server that counts.
type mock struct {
	t    *testing.T
	chip *virtual.Chip
	end  context.CancelCauseFunc
	over chan error

	parent context.Context // of the box's own

	mu       sync.Mutex
	launches int
	log      bytes.Buffer
	driven   error // what was still driven when the first words of the end came
	answer   time.Duration
	outcome  shipit.Outcome // the zero value: started
}

// Launch counts, and answers after a while unless it is cut off.
func (m *mock) Launch(ctx, _ context.Context, _ int, _ string) shipit.Outcome {
	m.mu.Lock()
	m.launches++
	m.mu.Unlock()
	select {
	case <-time.After(m.answer):
		if m.outcome != (shipit.Outcome{}) {
			return m.outcome
		}
		return shipit.Outcome{Verdict: shipit.Started, Build: "1"}
	case <-ctx.Done():
		return shipit.Outcome{Verdict: shipit.Unknown, Reason: context.Cause(ctx).Error()}
	}
}

// Warm does nothing.
func (m *mock) Warm(ctx context.Context, _ int, _ func(error)) { <-ctx.Done() }

// Write takes a line of the log, and looks at the lines when the end begins.
func (m *mock) Write(line []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, words := range []string{"received signal", "panic: ", "cleaning up pins!"} {
		if bytes.Contains(line, []byte(words)) {
			m.driven = errors.Join(m.driven, m.chip.Free())
		}
	}
	return m.log.Write(line)
}

func (m *mock) read() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.log.String()
}

// newMock runs a box with the original's wiring on a chip that was prepared.
func newMock(t *testing.T, prepare func(*virtual.Chip)) *mock {
	t.Helper()
	return newMockRig(t, prepare, func(*mock, *rig) {})
}

// newMockRig is newMock with a rig that may be changed.
func newMockRig(t *testing.T, prepare func(*virtual.Chip), change func(*mock, *rig)) *mock {
	t.Helper()
	m := &mock{t: t, chip: virtual.New("mock", 54), over: make(chan error, 1)}
	prepare(m.chip)
	c := config.Original()
	c.Pins.Siren = siren()
	r := &rig{config: c, log: slog.New(lineHandler{w: m}), crash: m, chip: m.chip, server: m, speaker: silence{}}
	m.parent = t.Context()
	change(m, r)
	var ctx context.Context
	ctx, m.end = context.WithCancelCause(m.parent)
	go func() { m.over <- r.run(ctx) }()
	m.pass(100 * ms)
	return m
}

func (m *mock) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// stop ends the box as a TERM does, and checks that the lines came first.
func (m *mock) stop() {
	m.t.Helper()
	m.end(&signalEnd{Signal: syscall.SIGTERM})
	if err := <-m.over; exitCode(err) != 0 {
		m.t.Errorf("ended with %v", err)
	}
	if m.driven != nil {
		m.t.Errorf("at the first words of the end: %v", m.driven)
	}
	if err := m.chip.Free(); err != nil {
		m.t.Error(err)
	}
}

func (m *mock) arm(on bool) {
	if on {
		m.chip.Drive(pinSwitch, true)
	} else {
		m.chip.Float(pinSwitch)
	}
}

func (m *mock) launch(down bool) {
	if down {
		m.chip.Drive(pinLaunch, false)
	} else {
		m.chip.Float(pinLaunch)
	}
}

// TestJoint plays hands on the lines of a whole box: which of them launch, and
// what the log says of those that don't.
func TestJoint(t *testing.T) {
	t.Parallel()
	free := func(*virtual.Chip) {}
	cases := []struct {
		name     string
		prepare  func(*virtual.Chip)
		hands    func(*mock)
		launches int
		log      string
	}{
		{"arm, press", free, func(m *mock) { m.arm(true); m.pass(time.Second); m.launch(true) }, 1, "Launching Client Int"},
		{"branch, arm, press", free, func(m *mock) {
			m.chip.Drive(pinBranch, false)
			m.pass(100 * ms)
			m.chip.Float(pinBranch)
			m.arm(true)
			m.pass(time.Second)
			m.launch(true)
		}, 1, "Launching Hubot"},
		{"press in safe", free, func(m *mock) { m.launch(true) }, 0, "Refused launch: not armed"},
		{"switch off 5 ms before the press settles", free, func(m *mock) {
			m.arm(true)
			m.pass(time.Second)
			m.launch(true)
			m.pass(15 * ms)
			m.arm(false)
		}, 0, "Refused launch: not armed"},
		{"switch and button in one instant", free, func(m *mock) { m.arm(true); m.launch(true) }, 0, "Refused launch: not armed"},
		{"button and switch in one instant", free, func(m *mock) { m.launch(true); m.arm(true) }, 0, "Refused launch: not armed"},
		{"press 1 ms before the switch", free, func(m *mock) { m.launch(true); m.pass(ms); m.arm(true) }, 0, "Refused launch: not armed"},
		{"press 19 ms after the switch", free, func(m *mock) { m.arm(true); m.pass(19 * ms); m.launch(true) }, 0, "Refused launch: not armed"},
		{"button held while the switch is turned", free, func(m *mock) { m.launch(true); m.pass(time.Second); m.arm(true) }, 0, "] Armed"},
		{"switch found on", func(c *virtual.Chip) { c.Drive(pinSwitch, true) }, func(m *mock) { m.launch(true) }, 0, "Refused launch: switch off first"},
		{"button found down", func(c *virtual.Chip) { c.Drive(pinLaunch, false) }, func(m *mock) { m.arm(true) }, 0, "] Armed"},
		{"button found down, then pressed anew", func(c *virtual.Chip) { c.Drive(pinLaunch, false) }, func(m *mock) {
			m.arm(true)
			m.launch(false)
			m.pass(time.Second)
			m.launch(true)
		}, 1, "Launching Client Int"},
		{"branch found down", func(c *virtual.Chip) { c.Drive(pinBranch, false) }, func(m *mock) {
			m.arm(true)
			m.pass(time.Second)
			m.launch(true)
		}, 0, "Refused launch: choosing"},
		{"held button launches once", free, func(m *mock) { m.arm(true); m.pass(time.Second); m.launch(true); m.pass(time.Minute) }, 1, "counts as stuck"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMock(t, c.prepare)
				c.hands(m)
				m.pass(time.Second)
				m.stop()
				if m.launches != c.launches || !strings.Contains(m.log.String(), c.log) {
					t.Errorf("%d launches, want %d, and %q in:\n%s", m.launches, c.launches, c.log, m.log.String())
				}
			})
		})
	}
}

// TestLinesFirst ends a box at moments all over a launch: before it, before
// and after the answer, in the show, and armed again. Whenever it is, the lines
// are free when the first words come, and the process waits for 2 s at most.
func TestLinesFirst(t *testing.T) {
	t.Parallel()
	for _, moment := range []time.Duration{0, ms, 500 * ms, 1050 * ms, 1100 * ms, 3 * time.Second, 7 * time.Second, 8999 * ms, 12 * time.Second, 14 * time.Second} {
		t.Run(fmt.Sprint(moment), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := newMock(t, func(*virtual.Chip) {})
				m.answer = 8 * time.Second
				m.arm(true)
				m.pass(time.Second)
				m.launch(true)
				m.pass(moment)
				ending := time.Now()
				m.stop()
				if took := time.Since(ending); took > 2*time.Second+100*ms {
					t.Errorf("the end took %v", took)
				}
				if moment > 20*ms && m.launches != 1 {
					t.Errorf("%d launches, want 1", m.launches)
				}
			})
		})
	}
}
