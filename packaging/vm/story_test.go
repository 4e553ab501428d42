// Package vm_test tests the program as it is shipped, on a real kernel: its
// lines are those of a simulated chip, its server is a stand-in on loopback.
//
// The tests run as root in the test machine ("make test-kernel"). Anywhere
// else they are skipped.
package vm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The whole story: start, arm, branch, launch, disarm, stop. The lamps do what
// the behaviour table says all the while, the server gets one right request,
// and the lines are free inputs at the end. Nothing runs beside the tests that
// look at the lamps.
func TestStory(t *testing.T) {
	for name, start := range starts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantStory(newStation(t), start)
		})
	}
	t.Run("https", func(t *testing.T) {
		t.Parallel()
		wantStory(newSecureStation(t), starts()["daemon"])
	})
	t.Run("a clock that is moved", testClock)
}

func wantStory(s *station, start func(*station) running) {
	s.t.Helper()
	box := start(s)
	eyes := s.look(blinker, lampOne, lampTwo)
	tellStory(s.t, s, eyes)
	box.stop()
	box.ended(0)
	s.wantFree()
	for _, pin := range lamps() {
		if s.lit(pin) {
			s.t.Errorf("the lamp on line %d is still on", pin)
		}
	}
	wantOneRequest(s.t, s)
	wantLog(s.t, s,
		"pins have been initialized!",
		"Armed",
		"Changing target... was Client Int, is Hubot",
		"Launching Hubot",
		"Triggered a build of Hubot",
		"Armed",
		"Safe",
		"received signal 15, exiting...",
		"cleaning up pins!")
}

func tellStory(t *testing.T, s *station, eyes *eyes) {
	t.Helper()
	s.rest(600 * time.Millisecond)
	now := time.Now()
	eyes.wantSteady(t, blinker, false, now.Add(-500*time.Millisecond), now)
	eyes.wantSteady(t, lampOne, true, now.Add(-500*time.Millisecond), now)
	eyes.wantSteady(t, lampTwo, false, now.Add(-500*time.Millisecond), now)

	s.arm()
	s.rest(2 * time.Second)
	now = time.Now()
	eyes.wantRhythm(t, blinker, 100*time.Millisecond, 300*time.Millisecond, now.Add(-2*time.Second), now)

	s.press(branch)
	s.logged("Changing target...", 1)
	s.eventually("the other lamp", func() bool { return !s.lit(lampOne) && s.lit(lampTwo) })
	s.rest(5 * debounce) // the branch button is up only then

	pressed := time.Now()
	s.press(launch)
	s.logged("Triggered a build", 1)
	answered := time.Now()
	s.eventually("the end of the launch", func() bool { return time.Since(pressed) > 15*time.Second })
	eyes.wantLaunch(t, pressed, pressed.Add(400*time.Millisecond))
	eyes.wantRhythm(t, lampTwo, 100*time.Millisecond, 100*time.Millisecond, pressed.Add(400*time.Millisecond), pressed.Add(3900*time.Millisecond))
	steady := pressed.Add(4400 * time.Millisecond) // the lamp blinks for 4 s and until the answer
	if late := answered.Add(500 * time.Millisecond); late.After(steady) {
		steady = late
	}
	t.Logf("the answer was in the log %v after the press", answered.Sub(pressed))
	eyes.wantSteady(t, lampTwo, true, steady, time.Now())
	eyes.wantSteady(t, lampOne, false, pressed.Add(400*time.Millisecond), time.Now())

	s.pull(arming, false)
	s.logged("Safe", 1)
	s.eventually("a dark blinker", func() bool { return !s.lit(blinker) })
	s.rest(700 * time.Millisecond)
	eyes.wantSteady(t, blinker, false, time.Now().Add(-500*time.Millisecond), time.Now())
}

// wantOneRequest fails unless exactly one request reached the server, for a
// build of the second target.
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
