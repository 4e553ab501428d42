package vm_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The clock is set forward and back by hours while a launch runs. The launch
// takes its 12.5 s, one request is sent, the stamps in the log jump, and the
// box ends well.
func testClock(t *testing.T) {
	t.Parallel()
	needMachine(t)
	boxes := make(map[*station]running)
	for _, start := range starts() {
		s := newStation(t)
		boxes[s] = start(s)
	}
	pressed, watched := make(map[*station]time.Time), make(map[*station]*eyes)
	for s := range boxes {
		s.arm()
		watched[s] = s.look(blinker)
		pressed[s] = time.Now()
		s.press(launch)
		s.logged("Triggered a build", 1)
	}
	for i, by := range []time.Duration{5 * time.Hour, -10 * time.Hour, 5 * time.Hour} {
		moveClock(t, by)
		for s := range boxes {
			s.press(branch)
			s.logged("Refused branch: busy", i+1)
			s.rest(500 * time.Millisecond) // the blinker has told of it then
		}
	}
	moved := time.Now()
	for s, eyes := range watched {
		s.eventually("the end of the launch", func() bool { return time.Since(pressed[s]) > 15*time.Second })
		eyes.wantLaunch(t, pressed[s], moved)
	}
	for s, box := range boxes {
		s.wantRequests(1)
		wantJumps(s, []time.Duration{5 * time.Hour, -10 * time.Hour, 5 * time.Hour})
		box.stop()
		box.ended(0)
		s.wantFree()
	}
}

// moveClock sets the machine's clock, as somebody does whose Pi had no time.
func moveClock(t *testing.T, by time.Duration) {
	t.Helper()
	now := unix.NsecToTimespec(time.Now().Add(by).UnixNano())
	if err := unix.ClockSettime(unix.CLOCK_REALTIME, &now); err != nil {
		t.Fatal(err)
	}
}

// wantJumps fails unless the stamps in the log jump like this, and in no other
// place.
func wantJumps(s *station, want []time.Duration) {
	s.t.Helper()
	var got []time.Duration
	var before time.Time
	for line := range strings.Lines(s.log()) {
		stamp, _, _ := strings.Cut(strings.TrimPrefix(line, "["), "]")
		at, err := time.Parse(time.DateTime, stamp)
		if err != nil {
			s.t.Errorf("the log's line %q: %v", line, err)
			return
		}
		if jump := at.Sub(before); !before.IsZero() && jump.Abs() > time.Hour {
			got = append(got, jump.Round(time.Hour))
		}
		before = at
	}
	if len(got) != len(want) {
		s.t.Fatalf("the log's stamps jump by %v, want %v:\n%s", got, want, s.log())
	}
	for i := range want {
		if got[i] != want[i] {
			s.t.Errorf("the log's stamps jump by %v, want %v", got, want)
		}
	}
}
