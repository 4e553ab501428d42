package ci_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci/citest"
)

func TestWarmRenews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.warm()
		b.at(0)
		b.wantOpen(0)
		b.at(15*sec - 1)
		b.wantOpen(0)
		b.at(15 * sec)
		b.wantOpen(1)
		b.at(31 * sec)
		b.wantOpen(2)
		b.wantDials(0, 15*sec, 30*sec)
		b.wantTold("", "", "")
		b.stop()
		b.at(32 * sec)
		b.wantOpen()
		for n, w := range b.conns {
			if w.wrote.Load() != 0 {
				t.Errorf("connection %d carried bytes without a launch", n)
			}
		}
		if b.s.Requests() != 0 {
			t.Error("the server got a request")
		}
	})
}

// The kept connection stays until the new one is there.
func TestWarmOpensBeforeItCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.wait = map[int]time.Duration{1: 3 * sec}
		b.warm()
		b.at(17 * sec)
		b.wantOpen(0)
		b.wantStarted() // it is used at once, and the dial goes on
		b.wantDials(0, 15*sec)
		b.at(18 * sec)
		b.wantOpen(1)
		b.wantStarted()
		b.at(18 * sec)
		b.wantDials(0, 15*sec, 18*sec)
		b.wantOpen(2)
	})
}

func TestWarmRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.fail = failing(0, 2)
		b.warm()
		b.at(31 * sec)
		b.wantDials(0, 5*sec, 10*sec, 15*sec, 30*sec)
		b.wantTold(refused, refused, refused, "", "")
	})
}

// A dial that hangs ends with the time-out, and the next comes after a pause.
func TestWarmTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.wait = map[int]time.Duration{0: time.Hour}
		b.warm()
		b.at(66 * sec)
		b.wantDials(0, 65*sec)
		b.wantTold("unreachable: teamcity.example:80 did not answer within 1m0s: look at url, the network and the server", "")
	})
}

// The kept connection outlives a replacement that could not be opened.
func TestWarmKeepsTheOldOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.fail = failing(1, 2)
		b.warm()
		b.at(21 * sec)
		b.wantDials(0, 15*sec, 20*sec)
		b.wantTold("", refused, refused)
		b.wantOpen(0)
		b.wantStarted()
		b.at(21 * sec)
		b.wantDials(0, 15*sec, 20*sec, 21*sec)
	})
}

// What the server closes is opened again, never twice within 5 s.
func TestWarmLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.warm()
		b.at(1 * sec)
		_ = b.conns[0].Conn.Close()
		b.at(4 * sec)
		b.wantOpen()
		b.wantDials(0)
		b.at(5 * sec)
		b.wantDials(0, 5*sec)
		b.at(12 * sec)
		_ = b.conns[1].Conn.Close()
		b.at(12 * sec)
		b.wantDials(0, 5*sec, 12*sec)
		b.wantOpen(2)
		b.at(28 * sec)
		b.wantDials(0, 5*sec, 12*sec, 27*sec)
	})
}

// During a launch Warm opens nothing, and right after it a new connection.
func TestWarmRestsDuringALaunch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.s.SetMode(citest.Slow(40 * sec))
		b.warm()
		b.at(2 * sec)
		b.wantStarted()
		b.at(42 * sec)
		b.wantDials(0, 42*sec)
		b.wantOpen(1)
		if b.s.Requests() != 1 {
			t.Errorf("%d requests, want 1", b.s.Requests())
		}
	})
}

// The end of Warm closes what it keeps and leaves a launch alone.
func TestWarmEndsDuringALaunch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.s.SetMode(citest.Slow(40 * sec))
		b.warm()
		b.at(2 * sec)
		time.AfterFunc(sec, b.stop)
		b.wantStarted()
		b.at(42 * sec)
		b.wantDials(0)
		b.wantOpen()
	})
}

// A launch waits for the dial that is under way, and shares its failure.
func TestLaunchWaitsForWarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.wait = map[int]time.Duration{0: 3 * sec}
		b.warm()
		b.at(1 * sec)
		b.wantStarted()
		if got := time.Since(b.start); got != 3*sec {
			t.Errorf("the launch ended after %v, want 3s", got)
		}
		b.at(3 * sec)
		b.wantDials(0, 3*sec)
	})
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.wait = map[int]time.Duration{0: 3 * sec}
		b.fail = failing(0, 0)
		b.warm()
		b.at(1 * sec)
		if diff := cmp.Diff(notStarted(refused), press(t, b.tc)); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
		b.at(8 * sec)
		b.wantDials(0, 8*sec)
		b.wantTold(refused, "")
	})
}

// A Warm that is ended in its dial leaves the dialling to the launch.
func TestLaunchOutlivesWarmsDial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.wait = map[int]time.Duration{0: 30 * sec}
		b.warm()
		b.at(1 * sec)
		time.AfterFunc(sec, b.stop)
		b.wantStarted()
		b.wantDials(0, 2*sec)
		b.wantTold() // Warm was gone
	})
}

// A launch that finds nothing kept dials itself, and Warm's caller hears of it.
func TestLaunchDialsAndTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.fail = failing(0, 1)
		b.warm()
		b.at(1 * sec)
		if diff := cmp.Diff(notStarted(refused), press(t, b.tc)); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
		b.at(2 * sec)
		b.wantStarted()
		b.at(2 * sec)
		b.wantDials(0, 1*sec, 2*sec, 2*sec)
		b.wantTold(refused, refused, "", "")
	})
}

// A dial that a launch gave up says nothing about the server.
func TestCalledOffDialIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.fail = failing(0, 0)
		b.wait = map[int]time.Duration{1: 3 * sec}
		b.warm()
		b.at(1 * sec)
		withdraw, callOff := context.WithCancelCause(t.Context())
		time.AfterFunc(sec, func() { callOff(shipit.ErrCalledOff) })
		if diff := cmp.Diff(notStarted("called off"), b.tc.Launch(t.Context(), withdraw, 0, "L1")); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
		b.at(6 * sec)
		b.wantDials(0, 1*sec, 5*sec)
		b.wantTold(refused, "")
	})
}

// A launch whose context ends by a deadline of its own waits no longer.
func TestDeadlineBehindWarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.wait = map[int]time.Duration{0: 3 * sec}
		b.warm()
		b.at(1 * sec)
		ctx, stop := context.WithTimeout(t.Context(), sec)
		defer stop()
		want := notStarted("unreachable: teamcity.example:80 did not answer within 1m0s: look at url, the network and the server")
		if diff := cmp.Diff(want, b.tc.Launch(ctx, t.Context(), 0, "L1")); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
		b.at(4 * sec)
		b.wantTold("")
	})
}

// Each Warm dials at once, whatever the one before it met.
func TestWarmAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.fail = failing(0, 0)
		b.warm()
		b.at(1 * sec)
		b.stop()
		<-b.ended
		b.ended = make(chan struct{})
		b.warm()
		b.at(1 * sec)
		b.wantDials(0, 1*sec)
		b.wantTold(refused, "")
	})
}

// A second Warm begins when the first has returned.
func TestWarmsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.warm()
		b.at(1 * sec)
		ctx, stop := context.WithCancel(t.Context())
		second := make(chan struct{})
		go func() {
			defer close(second)
			b.tc.Warm(ctx, 0, func(error) {})
		}()
		b.at(2 * sec)
		b.wantDials(0)
		over, end := context.WithCancel(t.Context())
		end()
		b.tc.Warm(over, 0, func(error) {}) // doesn't wait
		b.stop()
		b.at(2 * sec)
		b.wantDials(0, 2*sec)
		b.wantOpen(1)
		stop()
		<-second
		b.wantOpen()
	})
}
