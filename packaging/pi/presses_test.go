package pi_test

import (
	"strings"
	"testing"
	"time"
)

// Without any edge every press of half a second counts, once, whatever its moment: here by a refusal, for the box
// is safe. Only the first change may wait for the slow reading.
func TestPresses(t *testing.T) {
	const refused, presses = "Refused launch: not armed", 40
	s := newStation(t)
	box := s.foreground()
	s.arm()
	s.pi.drive(arming, false)
	s.logged("Safe", 1)
	for i := range presses {
		s.rest(500*time.Millisecond + time.Duration(i*37%200)*time.Millisecond)
		s.press(launch)
	}
	s.logged(refused, presses)
	s.rest(3 * time.Second)
	if got := strings.Count(s.log(), refused); got != presses {
		t.Errorf("%d refusals of %d presses:\n%s", got, presses, s.log())
	}
	box.stop()
	box.done(0)
	s.wantFree()
	if got := s.server.Requests(); got != 0 {
		t.Errorf("%d requests, want none", got)
	}
}
