package shipit

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const ms = time.Millisecond

// TestRules walks the rules below the behaviour table. What the box did is
// compared without its sounds, which TestBehaviour holds.
func TestRules(t *testing.T) {
	t.Parallel()
	unknown := Answered{Outcome{Verdict: Unknown, Reason: "timed out"}}
	no := Answered{Outcome{Reason: "conflict"}}
	ok := Answered{Outcome{Verdict: Started, Build: "1"}}
	step := "Changing target... was %s, is %s"
	aToB, bToA := fmt.Sprintf(step, "A", "B"), fmt.Sprintf(step, "B", "A")
	stuck := " button has been down for 10s: it counts as stuck until it is released"
	// launched is a launch of A that failed, 5 s ago, in a box that is armed.
	launched := func(b *bench, outcome Event) {
		launching(b)
		b.do(Released{LaunchButton})
		b.do(outcome)
		b.wait(5 * time.Second)
		b.took()
	}
	cases := []struct {
		name    string
		found   Found
		targets string
		run     func(*bench)
		want    []string
	}{
		// A launch press.
		{name: "contact before the box was armed", run: func(b *bench) {
			first := b.now.Add(19 * ms)
			b.wait(20 * ms)
			b.do(Switched{true})
			b.wait(20 * ms)
			b.do(Pressed{First: first, SwitchOn: true})
		}, want: []string{"Armed", refusedLaunch + "not armed"}},
		{name: "contact in the moment of arming", run: func(b *bench) {
			b.do(Switched{true})
			b.do(Pressed{First: b.now, SwitchOn: true})
		}, want: []string{"Armed", refusedLaunch + "not armed"}},
		{name: "contact just after", run: func(b *bench) {
			b.do(Switched{true})
			b.wait(ms)
			b.press(LaunchButton)
		}, want: []string{"Armed", "launch 0", "Launching A"}},
		{name: "contact while armed, settled when safe", run: func(b *bench) {
			arm(b)
			b.wait(time.Second)
			first := b.now
			b.wait(10 * ms)
			b.do(Switched{false})
			b.wait(10 * ms)
			b.do(Pressed{First: first})
		}, want: []string{"Armed", "Safe", refusedLaunch + "not armed"}},
		{name: "contact in an armed time that is over", run: func(b *bench) {
			arm(b)
			b.wait(time.Second)
			first := b.now
			b.wait(10 * ms)
			b.do(Switched{false})
			b.do(Switched{true})
			b.wait(10 * ms)
			b.do(Pressed{First: first, SwitchOn: true})
		}, want: []string{"Armed", "Safe", "Armed", refusedLaunch + "not armed"}},
		{name: "arming line already off as the press settles", run: func(b *bench) {
			arm(b)
			b.wait(time.Second)
			b.do(Pressed{First: b.now.Add(-20 * ms), SwitchOn: false})
		}, want: []string{"Armed", refusedLaunch + "not armed"}},
		{name: "contact while locked, settled when armed", found: Found{SwitchOn: true}, run: func(b *bench) {
			b.wait(time.Second)
			first := b.now
			b.wait(ms)
			b.do(Switched{false})
			b.do(Switched{true})
			b.wait(ms)
			b.do(Pressed{First: first, SwitchOn: true})
		}, want: []string{"WARN The arming switch was found on: switch off first", "Safe", "Armed", refusedLaunch + "switch off first"}},
		{name: "contact while launching, settled when armed", run: func(b *bench) {
			launching(b)
			b.do(ok)
			b.wait(12490 * ms)
			b.press(LaunchButton)
		}, want: []string{"Armed", "launch 0", "Launching A", "Triggered a build of A id=1", "WARN The launch" + stuck, "Armed", refusedLaunch + "busy"}},
		{name: "contact longer ago than the box remembers", run: func(b *bench) {
			first := b.now.Add(ms)
			for range memory {
				b.wait(10 * ms)
				b.do(Switched{true})
				b.wait(10 * ms)
				b.do(Switched{false})
			}
			b.do(Switched{true})
			b.took()
			b.wait(ms)
			b.do(Pressed{First: first, SwitchOn: true})
		}, want: []string{refusedLaunch + "not armed"}},
		{name: "held through a launch: one request", run: func(b *bench) {
			launching(b)
			b.do(ok)
			b.wait(30 * time.Second)
		}, want: []string{"Armed", "launch 0", "Launching A", "Triggered a build of A id=1", "WARN The launch" + stuck, "Armed"}},
		{name: "found down: never a launch until pressed anew", found: Found{LaunchDown: true}, run: func(b *bench) {
			arm(b)
			b.wait(time.Second)
			b.do(Released{LaunchButton})
			b.wait(time.Second)
			b.press(LaunchButton)
		}, want: []string{"Armed", "launch 0", "Launching A"}},

		// The branch button.
		{name: "held: a step every 400 ms", run: func(b *bench) {
			b.press(BranchButton)
			b.wait(900 * ms)
			b.do(Released{BranchButton})
			b.wait(time.Second)
		}, want: []string{aToB, bToA, aToB}},
		{name: "held for 10 s: stuck", targets: "A", run: func(b *bench) {
			b.press(BranchButton)
			b.wait(time.Minute)
		}, want: []string{refusedBranch + "only one target", "WARN The branch" + stuck}},
		{name: "stuck steps no further", run: func(b *bench) {
			b.press(BranchButton)
			b.wait(9900 * ms)
			b.took()
			b.wait(time.Minute)
		}, want: []string{"WARN The branch" + stuck}},
		{name: "a change of state ends the stepping", run: func(b *bench) {
			b.press(BranchButton)
			b.wait(500 * ms)
			b.do(Switched{true})
			b.wait(5 * time.Second)
		}, want: []string{aToB, bToA, "Armed"}},
		{name: "held while launching is pressed", run: func(b *bench) {
			arm(b)
			b.wait(time.Second)
			b.press(BranchButton)
			b.press(LaunchButton)
		}, want: []string{"Armed", aToB, refusedLaunch + "choosing"}},
		{name: "held in safe, launch pressed: the state's own word", run: func(b *bench) {
			b.press(BranchButton)
			b.press(LaunchButton)
		}, want: []string{aToB, refusedLaunch + "not armed"}},
		{name: "found down: steps nothing, and still refuses", found: Found{BranchDown: true}, run: func(b *bench) {
			b.wait(time.Second)
			arm(b)
			b.wait(time.Second)
			b.press(LaunchButton)
		}, want: []string{"Armed", refusedLaunch + "choosing"}},
		{name: "found down and released: steps again", found: Found{BranchDown: true}, run: func(b *bench) {
			b.do(Released{BranchButton})
			b.tap(BranchButton)
		}, want: []string{aToB}},
		{name: "down since the launch: refused once, steps nothing when armed again", run: func(b *bench) {
			launching(b)
			b.do(Released{LaunchButton})
			b.do(ok)
			b.wait(12 * time.Second)
			b.press(BranchButton)
			b.wait(5 * time.Second)
		}, want: []string{"Armed", "launch 0", "Launching A", "Triggered a build of A id=1", refusedBranch + "busy", "Armed"}},

		// The way to the server.
		{name: "away and back: one line each", run: func(b *bench) {
			arm(b)
			for _, err := range []error{errors.New("unreachable"), errors.New("unreachable"), nil, nil} {
				b.do(Dialled{Err: err})
				b.wait(5 * time.Second)
			}
		}, want: []string{"Armed", "WARN No way to the server: unreachable", "The server can be reached again"}},

		{name: "off after the answer: nothing is called off", run: func(b *bench) {
			launching(b)
			b.do(Released{LaunchButton})
			b.do(ok)
			b.do(Switched{false})
		}, want: []string{"Armed", "launch 0", "Launching A", "Triggered a build of A id=1"}},

		// The light of a failure.
		{name: "unknown: no launch before a look at the server", run: func(b *bench) {
			launched(b, unknown)
			b.tap(LaunchButton)
		}, want: []string{refusedLaunch + "look at the server first"}},
		{name: "unknown, acknowledged by the branch button, which steps nothing", run: func(b *bench) {
			launched(b, unknown)
			b.press(BranchButton)
			b.wait(time.Second)
			b.do(Released{BranchButton})
			b.tap(LaunchButton)
		}, want: []string{"Acknowledged the light of A", "launch 0", "Launching A"}},
		{name: "unknown, acknowledged by the switch", run: func(b *bench) {
			launched(b, unknown)
			b.do(Switched{false})
			b.do(Switched{true})
			b.wait(ms)
			b.tap(LaunchButton)
		}, want: []string{"Safe", "Armed", "launch 0", "Launching A"}},
		{name: "unknown, switch moved before the outcome was known", run: func(b *bench) {
			launching(b)
			b.do(Switched{false})
			b.do(Switched{true})
			b.do(unknown)
			b.wait(3 * time.Second)
			b.took()
			b.tap(LaunchButton)
		}, want: []string{refusedLaunch + "look at the server first"}},
		{name: "not started: the next press launches", run: func(b *bench) {
			launched(b, no)
			b.tap(LaunchButton)
		}, want: []string{"launch 0", "Launching A"}},
		{name: "one target: the branch button acknowledges too", targets: "A", run: func(b *bench) {
			launched(b, no)
			b.tap(BranchButton)
			b.tap(BranchButton)
		}, want: []string{"Acknowledged the light of A", refusedBranch + "only one target"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.found, strings.Fields(c.targets)...)
			c.run(b)
			var got []string
			for _, did := range b.took() {
				if !strings.HasPrefix(did, "warm") && !strings.HasPrefix(did, "check") && did != "buzz" && did != "alarm" && did != "silence" {
					got = append(got, did)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRearmNotRequired: with require_rearm = false a switch that is on at
// start arms the box, and still only a press launches.
func TestRearmNotRequired(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, box: NewBox([]string{"A"}, false), now: begin}
	b.do(Found{SwitchOn: true, LaunchDown: true})
	b.wait(time.Second)
	if diff := cmp.Diff([]string{"warm true 0", "check 0", "Armed"}, b.took()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTargets steps through any number of targets and comes round.
func TestTargets(t *testing.T) {
	t.Parallel()
	for n := 2; n <= 20; n++ {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("T%d", i)
		}
		b := newBench(t, Found{}, names...)
		for i := range 2 * n {
			lamps := b.box.Lamps(b.now).Targets
			for j, on := range lamps {
				if on != (j == i%n) {
					t.Fatalf("%d targets, after %d presses: lamp %d is %v", n, i, j, on)
				}
			}
			b.tap(BranchButton)
		}
	}
}

// TestLateTick: a loop that sleeps too long shifts nothing.
func TestLateTick(t *testing.T) {
	t.Parallel()
	b := bring(t, Armed)
	b.press(LaunchButton)
	b.do(Answered{Outcome{Verdict: Started}})
	pressed := b.now
	b.now = b.now.Add(time.Minute)
	b.do(Dialled{Err: errors.New("whatever")})
	if got := b.box.since().Sub(pressed); got != showTime || b.box.State() != Armed {
		t.Errorf("the box is %v since %v after the press, want armed since %v", b.box.State(), got, showTime)
	}
}
