package shipit

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// bench is a Box under test in a time of its own.
type bench struct {
	t   *testing.T
	box Box
	now time.Time
	did []string // what the Box wanted since the last look
}

var begin = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

// newBench starts a box with two targets, A and B, and nothing pressed.
func newBench(t *testing.T, found Found, targets ...string) *bench {
	t.Helper()
	if len(targets) == 0 {
		targets = []string{"A", "B"}
	}
	b := &bench{t: t, box: NewBox(targets, true), now: begin}
	b.do(found)
	return b
}

// do gives the Box an event, now.
func (b *bench) do(ev Event) {
	box, actions := b.box.Step(b.now, ev)
	b.box = box
	for _, a := range actions {
		if words := describe(a); words != "" {
			b.did = append(b.did, words)
		}
	}
}

// wait lets time pass, with a tick for each moment that the Box asks for.
func (b *bench) wait(d time.Duration) {
	end := b.now.Add(d)
	for {
		next := b.box.Next(b.now)
		if next.IsZero() || next.After(end) {
			b.now = end
			return
		}
		if !next.After(b.now) {
			b.t.Fatalf("Next gave %v at %v: it does not move on", next, b.now)
		}
		b.now = next
		b.do(Tick{})
	}
}

// press is a launch press of a finger that began just now, settled 20 ms on.
func (b *bench) press(button Button) {
	first := b.now
	b.wait(20 * time.Millisecond)
	down := button == SecondButton || b.box.Down(SecondButton)
	b.do(Pressed{Button: button, First: first, SwitchOn: b.box.switchOn, SecondDown: down})
}

// tap presses and releases.
func (b *bench) tap(button Button) {
	b.press(button)
	b.wait(100 * time.Millisecond)
	b.do(Released{button})
}

// took is what the Box wanted since the last call.
func (b *bench) took() []string {
	did := b.did
	b.did = nil
	return did
}

// describe is an action in the words of the behaviour table.
func describe(a Action) string {
	switch a := a.(type) {
	case Launch:
		return fmt.Sprintf("launch %d", a.Target)
	case Check:
		if a.On {
			return fmt.Sprintf("check %d", a.Target)
		}
		return "check no more"
	case Cancel:
		return fmt.Sprintf("cancel %d %s", a.Target, a.Build)
	case Follow:
		return fmt.Sprintf("follow %d %s", a.Target, a.Build)
	case CallOff:
		return "call off"
	case Reserve, Refuse: // are for the journal
		return ""
	case Warm:
		if a.On {
			return fmt.Sprintf("warm true %d", a.Target)
		}
		return "warm false"
	case Play:
		return a.Sound.String()
	case Silence:
		return "silence"
	case Note:
		words := []string{a.Text}
		if a.Level != 0 {
			words = []string{a.Level.String(), a.Text}
		}
		for _, attr := range a.Attrs {
			words = append(words, attr.String())
		}
		return strings.Join(words, " ")
	default:
		panic(fmt.Sprintf("unknown action %T", a))
	}
}

// bring makes a box that is in a state, half a second after it entered it.
func bring(t *testing.T, state State) *bench {
	t.Helper()
	b := newBench(t, Found{SwitchOn: state == Locked})
	if state != Safe && state != Locked {
		b.do(Switched{On: true})
		b.wait(500 * time.Millisecond)
	}
	if state == Launching || state == Failed {
		b.tap(LaunchButton)
	}
	if state == Failed {
		b.do(Answered{Outcome{Reason: "refused (418)"}})
	}
	b.wait(500 * time.Millisecond)
	b.took()
	if b.box.State() != state {
		t.Fatalf("brought the box to %v, want %v", b.box.State(), state)
	}
	return b
}

const (
	refusedLaunch = "WARN Refused launch: "
	refusedBranch = "WARN Refused branch: "
	next          = "Changing target... was A, is B"
)

// TestBehaviour walks the behaviour table: every state, every event.
func TestBehaviour(t *testing.T) {
	t.Parallel()
	on, off := Switched{On: true}, Switched{On: false}
	launch, branch := LaunchButton, BranchButton
	ok := Answered{Outcome{Verdict: Started, Build: "106", URL: "https://ci/106"}}
	no := Answered{Outcome{Verdict: NotStarted, Reason: "conflict (409)"}}
	lost := Answered{Outcome{Verdict: Unknown, Reason: "timed out"}}
	failed := []string{"ERROR No build of A: conflict (409)", "silence", "buzz"}
	away := []string{"WARN No way to the server: no route"}
	cells := []struct {
		state State
		event any
		want  State
		did   []string
	}{
		{Safe, on, Armed, []string{"warm true 0", "check 0", "Armed"}},
		{Safe, branch, Safe, []string{next}},
		{Safe, launch, Safe, []string{"buzz", refusedLaunch + "not armed"}},
		{Safe, Tick{}, Safe, nil},
		{Safe, Released{launch}, Safe, nil},
		{Safe, Dialled{Err: fmt.Errorf("no route")}, Safe, away},

		{Locked, off, Safe, []string{"warm false", "check no more", "Safe"}},
		{Locked, branch, Locked, []string{next}},
		{Locked, launch, Locked, []string{"buzz", refusedLaunch + "switch off first"}},
		{Locked, Tick{}, Locked, nil},
		{Locked, Released{launch}, Locked, nil},

		{Armed, off, Safe, []string{"warm false", "check no more", "Safe"}},
		{Armed, branch, Armed, []string{next, "check 1"}},
		{Armed, launch, Launching, []string{"launch 0", "alarm", "Launching A"}},
		{Armed, Tick{}, Armed, nil},
		{Armed, Released{launch}, Armed, nil},
		{Armed, Dialled{Err: fmt.Errorf("no route")}, Armed, away},

		{Launching, off, Launching, []string{"call off"}},
		{Launching, on, Launching, nil},
		{Launching, branch, Launching, []string{"buzz", refusedBranch + "busy"}},
		{Launching, launch, Launching, []string{"buzz", refusedLaunch + "busy"}},
		{Launching, ok, Launching, []string{"Triggered a build of A id=106 url=https://ci/106"}},
		{Launching, no, Failed, failed},
		{Launching, lost, Failed, []string{"ERROR Unknown whether a build of A started: timed out", "silence", "buzz"}},
		{Launching, Tick{}, Launching, nil},
		{Launching, Released{launch}, Launching, nil},
		{Launching, Dialled{Err: fmt.Errorf("no route")}, Launching, away},

		{Failed, off, Failed, nil},
		{Failed, on, Failed, nil},
		{Failed, branch, Failed, []string{"buzz", refusedBranch + "busy"}},
		{Failed, launch, Failed, []string{"buzz", refusedLaunch + "busy"}},
		{Failed, Tick{}, Failed, nil},
		{Failed, Released{launch}, Failed, nil},
		{Failed, Dialled{}, Failed, nil},
	}
	for _, c := range cells {
		t.Run(fmt.Sprintf("%v/%T %v", c.state, c.event, c.event), func(t *testing.T) {
			t.Parallel()
			b := bring(t, c.state)
			switch ev := c.event.(type) {
			case Button:
				b.press(ev)
			case Event:
				b.do(ev)
			}
			if b.box.State() != c.want {
				t.Errorf("the box is %v, want %v", b.box.State(), c.want)
			}
			if diff := cmp.Diff(c.did, b.took()); diff != "" {
				t.Errorf("actions (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEnds follows the states that end by themselves.
func TestEnds(t *testing.T) {
	t.Parallel()
	ok := Answered{Outcome{Verdict: Started, Build: "7"}}
	cases := []struct {
		name string
		run  func(*bench)
		want string // state changes with their times after the press, in ms
	}{
		{"answered at once", func(b *bench) { b.do(ok) }, "launching 0, armed 12500"},
		{"answered at once, switched off meanwhile", func(b *bench) { b.do(ok); b.do(Switched{}) }, "launching 0, safe 12500"},
		{"switched off and on again", func(b *bench) { b.do(ok); b.do(Switched{}); b.do(Switched{true}) }, "launching 0, armed 12500"},
		{"answered late", func(b *bench) { b.wait(14 * time.Second); b.do(ok) }, "launching 0, armed 14000"},
		{"failed at once", func(b *bench) { b.do(Answered{}) }, "launching 0, failed 0, armed 2000"},
		{"failed late", func(b *bench) { b.wait(13 * time.Second); b.do(Answered{}) }, "launching 0, failed 13000, armed 15000"},
		{"failed and switched off", func(b *bench) { b.do(Answered{}); b.do(Switched{}) }, "launching 0, failed 0, safe 2000"},
		{"never answered", func(b *bench) { b.wait(time.Hour) }, "launching 0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := bring(t, Armed)
			b.press(LaunchButton)
			pressed := b.now
			c.run(b)
			b.wait(20 * time.Second)
			var got []string
			for i := len(b.box.past) - 1; i >= 0; i-- {
				if stay := b.box.past[i]; !stay.since.Before(pressed) {
					got = append(got, fmt.Sprintf("%v %d", stay.state, stay.since.Sub(pressed).Milliseconds()))
				}
			}
			if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
