// Package pi_test tests the program as it is shipped for ARM, on Debian's kernels in emulated Raspberry Pis: on the
// Pi's own pin driver, with the levels moved and the lines looked at in the Pi's registers. Its server is a
// stand-in on loopback.
//
// No edge ever fires there, so every change of an input is found by reading: the first within 2 s, those after it
// every 200 ms. A Pi's clock stands still where its host does (see run), so times can be told.
//
// The tests run as root in an emulated Pi ("make test-pi"). Anywhere else they are skipped.
package pi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The whole story: start, arm, branch, launch, disarm, stop. The server gets one right request, and the lines are
// free inputs at the end.
func TestStory(t *testing.T) {
	for name, start := range starts() {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			box := start(s)
			tellStory(t, s)
			box.stop()
			box.done(0)
			s.wantFree()
			wantOneRequest(t, s)
			wantLog(t, s,
				"pins have been initialized!",
				"Armed",
				"Changing target... was Client Int, is Hubot",
				"Launching Hubot",
				"Triggered a build of Hubot",
				"Armed",
				"Safe",
				"received signal 15, exiting...",
				"cleaning up pins!")
		})
	}
}

func tellStory(t *testing.T, s *station) {
	t.Helper()
	s.wantLamps(false, true, false)
	took := s.arm()
	t.Logf("the first change was seen after %v", took.Round(time.Millisecond))
	if took > 3*time.Second {
		t.Errorf("the first change was seen after %v, want 2 s and a little", took)
	}
	s.wantBlinking(blinker)

	s.pi.drive(branch, false) // held for longer it would step on
	s.logged("Changing target...", 1)
	s.pi.drive(branch, true)
	s.eventually("the other lamp", func() bool { return !s.pi.high(lampOne) && s.pi.high(lampTwo) })
	s.rest(time.Second)

	pressed := time.Now()
	s.press(launch)
	s.logged("Triggered a build", 1)
	s.wantBlinking(lampTwo)
	s.rest(time.Until(pressed.Add(6 * time.Second)))
	s.wantLamps(true, false, true)
	s.logged("Armed", 2)
	took = time.Since(pressed)
	if took < 12500*time.Millisecond {
		t.Errorf("the launch was over after %v, want 12.5 s at least", took)
	}
	s.wantBlinking(blinker)

	s.pi.drive(arming, false)
	s.logged("Safe", 1)
	s.eventually("a dark blinker", func() bool { return !s.pi.high(blinker) })
	s.wantLamps(false, false, true)
	s.wantFunctions(output)
}

// wantLamps fails unless the lamps stay like this for more than a second.
func (s *station) wantLamps(blinking, one, two bool) {
	s.t.Helper()
	for range 60 {
		want := map[int]bool{blinker: blinking, lampOne: one, lampTwo: two}
		for pin, on := range want {
			if s.pi.high(pin) != on {
				s.t.Fatalf("line %d: %v, want it steadily %v", pin, !on, on)
			}
		}
		s.rest(20 * time.Millisecond)
	}
}

// wantBlinking fails unless a lamp goes on and off a few times.
func (s *station) wantBlinking(pin int) {
	s.t.Helper()
	for range 3 {
		for _, on := range []bool{true, false} {
			s.eventually(fmt.Sprintf("line %d at %v", pin, on), func() bool { return s.pi.high(pin) == on })
		}
	}
}

// wantOneRequest fails unless exactly one request reached the server, for a build of the second target.
func wantOneRequest(t *testing.T, s *station) {
	t.Helper()
	if s.server.Requests() != 1 {
		t.Fatalf("%d requests, want 1", s.server.Requests())
	}
	request := s.server.Last()[0]
	got := []string{request.Method, request.Path, request.Header.Get("Authorization"), request.Header.Get("Content-Type")}
	want := []string{"POST", "/app/rest/buildQueue", "Bearer " + token, "application/xml"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the request (-want +got):\n%s", diff)
	}
	for _, want := range []string{fmt.Sprintf("id=%q", twoBuild), `branchName="main"`} {
		if !strings.Contains(request.Body, want) {
			t.Errorf("the request is %s, want %s in it", request.Body, want)
		}
	}
}

// wantLog compares the whole log, without its stamps and attributes.
func wantLog(t *testing.T, s *station, want ...string) {
	t.Helper()
	var got []string
	for line := range strings.Lines(s.log()) {
		_, words, _ := strings.Cut(strings.TrimSpace(line), "] ")
		words, _, _ = strings.Cut(words, " id=")
		got = append(got, words)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}
