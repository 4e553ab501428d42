package shipit

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const refusedSecond = "WARN Refused second: "

// TestTwoPerson walks the rule of the second button. Each case begins in a box
// that has been armed for a second, unless it has a start of its own. What the
// box did is compared without the connection and the sound of a launch.
func TestTwoPerson(t *testing.T) {
	t.Parallel()
	const held = "The second button is held"
	launched := []string{"launch 0", "Launching A"}
	refused := func(words ...string) []string { // each by the launch button
		var all []string
		for _, word := range words {
			all = append(all, "buzz", refusedLaunch+word)
		}
		return all
	}
	alone, anew := "hold the second button", "press the second button anew"
	ok := Answered{Outcome{Verdict: Started, Build: "1"}}
	stuck := " button has been down for 10s: it counts as stuck until it is released"
	cases := []struct {
		name  string
		start func(*bench) // nil: armed for a second
		rules Rules
		run   func(*bench)
		want  []string
	}{
		{name: "nobody holds it", run: func(b *bench) { b.tap(LaunchButton) }, want: refused(alone)},
		{name: "held", run: func(b *bench) {
			b.press(SecondButton)
			b.wait(3 * time.Second)
			b.tap(LaunchButton)
		}, want: append([]string{held}, launched...)},
		{name: "tapped, and launched afterwards", run: func(b *bench) {
			b.tap(SecondButton)
			b.tap(LaunchButton)
		}, want: append([]string{held}, refused(alone)...)},
		{name: "held, alone: nothing", run: func(b *bench) {
			b.press(SecondButton)
			b.wait(9 * time.Second)
			b.do(Released{SecondButton})
			b.wait(time.Minute)
		}, want: []string{held}},
		{name: "settled in the same instant, second first", run: func(b *bench) {
			first := b.now.Add(-20 * ms)
			b.do(Pressed{Button: SecondButton, First: first, SwitchOn: true, SecondDown: true})
			b.do(Pressed{Button: LaunchButton, First: first, SwitchOn: true, SecondDown: true})
		}, want: append([]string{held}, launched...)},
		{name: "settled after the launch press", run: func(b *bench) {
			b.do(Pressed{Button: LaunchButton, First: b.now.Add(-20 * ms), SwitchOn: true, SecondDown: true})
			b.do(Pressed{Button: SecondButton, First: b.now.Add(-20 * ms), SwitchOn: true, SecondDown: true})
		}, want: append(refused(alone), held)},
		{name: "released in the same instant", run: func(b *bench) {
			b.press(SecondButton)
			b.wait(time.Second)
			b.do(Released{SecondButton})
			b.do(Pressed{Button: LaunchButton, First: b.now.Add(-20 * ms), SwitchOn: true})
		}, want: append([]string{held}, refused(alone)...)},
		{name: "its line is up already as the launch press settles", run: func(b *bench) {
			b.press(SecondButton)
			b.wait(time.Second)
			b.do(Pressed{Button: LaunchButton, First: b.now.Add(-20 * ms), SwitchOn: true, SecondDown: false})
		}, want: append([]string{held}, refused(alone)...)},

		{name: "found down at start: not until it is pressed anew", start: func(b *bench) {
			b.do(Found{SecondDown: true})
			arm(b)
			b.wait(time.Second)
		}, run: func(b *bench) {
			b.tap(LaunchButton)
			b.do(Released{SecondButton})
			b.press(SecondButton)
			b.tap(LaunchButton)
		}, want: append(append(refused(anew), held), launched...)},
		{name: "held while the switch is turned", start: func(b *bench) {
			b.wait(time.Second)
			b.press(SecondButton)
			b.wait(time.Second)
			arm(b)
			b.wait(time.Second)
		}, run: func(b *bench) { b.tap(LaunchButton) }, want: refused(anew)},
		{name: "contact in the moment of arming", start: arm, run: func(b *bench) {
			b.do(Pressed{Button: SecondButton, First: b.now, SwitchOn: true, SecondDown: true})
			b.wait(time.Second)
			b.tap(LaunchButton)
		}, want: append([]string{"buzz", refusedSecond + "not armed"}, refused(anew)...)},
		{name: "contact just after", start: arm, run: func(b *bench) {
			b.wait(ms)
			b.press(SecondButton)
			b.tap(LaunchButton)
		}, want: append([]string{held}, launched...)},
		{name: "held in an armed time that is over", run: func(b *bench) {
			b.press(SecondButton)
			b.do(Switched{false})
			b.do(Switched{true})
			b.wait(time.Second)
			b.tap(LaunchButton)
		}, want: append([]string{held, "Safe", "Armed"}, refused(anew)...)},
		{name: "arming line already off as it settles, and on again", run: func(b *bench) {
			b.do(Pressed{Button: SecondButton, First: b.now.Add(-20 * ms), SecondDown: true})
			b.wait(time.Second)
			b.tap(LaunchButton)
		}, want: append([]string{"buzz", refusedSecond + "not armed"}, refused(anew)...)},

		{name: "a hold is good for one launch", run: func(b *bench) {
			b.press(SecondButton)
			b.tap(LaunchButton)
			b.do(Answered{Outcome{Reason: "conflict"}})
			b.wait(3 * time.Second)
			b.tap(LaunchButton)
		}, want: append(append(append([]string{held}, launched...), "ERROR No build of A: conflict", "silence", "buzz", "Armed"), refused(anew)...)},
		{name: "a press of it while launching", run: func(b *bench) {
			b.press(SecondButton)
			b.tap(LaunchButton)
			b.do(Released{SecondButton})
			b.do(ok)
			b.press(SecondButton)
		}, want: append(append([]string{held}, launched...), "Triggered a build of A id=1", "buzz", refusedSecond+"busy")},
		{name: "stuck: down for 10 s", run: func(b *bench) {
			b.press(SecondButton)
			b.wait(10 * time.Second)
			b.tap(LaunchButton)
			b.do(Released{SecondButton})
			b.press(SecondButton)
			b.tap(LaunchButton)
		}, want: append(append(append([]string{held, "WARN The second" + stuck}, refused(anew)...), held), launched...)},

		{name: "the branch button is down, too", run: func(b *bench) {
			b.press(BranchButton)
			b.press(SecondButton)
			b.tap(LaunchButton)
		}, want: append([]string{next, held}, refused("choosing")...)},
		{name: "held while the target changes", run: func(b *bench) {
			b.press(SecondButton)
			b.tap(BranchButton)
			b.tap(LaunchButton)
		}, want: []string{held, next, "launch 1", "Launching B"}},
		{name: "with confirm: a press alone confirms nothing", rules: Rules{Confirm: 5 * time.Second}, run: func(b *bench) {
			b.tap(LaunchButton)
			b.press(SecondButton)
			b.tap(LaunchButton)
			b.tap(LaunchButton)
		}, want: append(append(append(refused(alone), held), refused("press again")...), launched...)},
		{name: "with confirm: released before the second press", rules: Rules{Confirm: 5 * time.Second}, run: func(b *bench) {
			b.press(SecondButton)
			b.tap(LaunchButton)
			b.do(Released{SecondButton})
			b.tap(LaunchButton)
		}, want: append([]string{held}, refused("press again", alone)...)},
		{name: "what forbids a launch anyhow comes first", run: func(b *bench) {
			b.do(Checked{0, errors.New("not authorised (401)")})
			b.tap(LaunchButton)
		}, want: append([]string{"WARN No go for A: not authorised (401)"}, refused("no go: not authorised (401)")...)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := &bench{t: t, box: NewBox([]string{"A", "B"}, true), now: begin}
			c.rules.TwoPerson = true
			b.box = b.box.Under(c.rules)
			b.do(Found{})
			if c.start == nil {
				c.start = func(b *bench) { arm(b); b.wait(time.Second) }
			}
			c.start(b)
			b.took()
			c.run(b)
			var got []string
			for _, did := range b.took() {
				if !strings.HasPrefix(did, "warm") && !strings.HasPrefix(did, "check") && did != "alarm" {
					got = append(got, did)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestSecondButton: in every state a press of it has its word, and does nothing
// else; without the rule a launch needs none.
func TestSecondButton(t *testing.T) {
	t.Parallel()
	for state, want := range map[State][]string{
		Safe:      {"buzz", refusedSecond + "not armed"},
		Locked:    {"buzz", refusedSecond + "switch off first"},
		Armed:     {"The second button is held"},
		Launching: {"buzz", refusedSecond + "busy"},
		Failed:    {"buzz", refusedSecond + "busy"},
	} {
		t.Run(fmt.Sprint(state), func(t *testing.T) {
			t.Parallel()
			b := bring(t, state)
			b.press(SecondButton)
			if diff := cmp.Diff(want, b.took()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !b.box.Down(SecondButton) || b.box.State() != state {
				t.Errorf("the box is %v, its second button down: %t", b.box.State(), b.box.Down(SecondButton))
			}
			b.do(Released{SecondButton})
			if b.box.Down(SecondButton) || b.took() != nil {
				t.Error("the release did something")
			}
		})
	}
}
