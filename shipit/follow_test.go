package shipit

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// named is the outcome of a launch whose build has a name.
func named() Answered {
	return Answered{Outcome{Verdict: Started, Build: "106", URL: "https://ci/106"}}
}

// following is a box that follows the builds of both targets, with a launch of
// A answered by outcome.
func following(t *testing.T, outcome Event) *bench {
	t.Helper()
	b := newBench(t, Found{})
	b.box = b.box.Following([]Follows{{Look: true, Find: true}, {Look: true, Find: true}})
	launching(b)
	b.do(Released{LaunchButton})
	b.do(outcome)
	return b
}

// saw is the news of the latest launch's build.
func saw(stage Stage) Seen {
	return Seen{Target: 0, Number: 1, Sight: Sight{Stage: stage, Build: "106", URL: "https://ci/106", Progress: -1}}
}

// TestFollowing walks what the box does with the news of a build.
func TestFollowing(t *testing.T) {
	t.Parallel()
	unknown := Answered{Outcome{Verdict: Unknown, Reason: "timed out"}}
	away := Unseen{Target: 0, Number: 1, Err: errors.New("unreachable: no route")}
	attrs := " id=106 url=https://ci/106"
	cases := []struct {
		name    string
		outcome Event
		run     func(*bench)
		want    []string
		light   Light
	}{
		{"to a good end", named(), func(b *bench) {
			b.do(saw(StageQueued))
			b.do(saw(StageRunning))
			b.do(saw(StageRunning))
			b.do(saw(StagePassed))
		}, []string{"Triggered a build of A" + attrs, "follow 0 106", "Build of A is running" + attrs, "Build of A passed" + attrs}, LightPassed},
		{"failed while the alarm sounds: the buzz comes after it", named(), func(b *bench) {
			b.do(saw(StageFailed))
			b.wait(13 * time.Second)
		}, []string{"Triggered a build of A" + attrs, "follow 0 106", "ERROR Build of A failed" + attrs, "silence", "buzz", "warm true 0", "check 0", "Armed"}, LightFailed},
		{"failed later: one buzz", named(), func(b *bench) {
			b.wait(20 * time.Second)
			b.took()
			b.do(saw(StageFailed))
			b.do(saw(StageFailed))
		}, []string{"ERROR Build of A failed" + attrs, "buzz"}, LightFailed},
		{"failed, acknowledged by the branch button, which steps nothing", named(), func(b *bench) {
			b.wait(20 * time.Second)
			b.do(saw(StageFailed))
			b.took()
			b.tap(BranchButton)
		}, []string{"Acknowledged the light of A"}, LightNone},
		{"failed, acknowledged by the switch", named(), func(b *bench) {
			b.wait(20 * time.Second)
			b.do(saw(StageFailed))
			b.took()
			b.do(Switched{false})
		}, []string{"warm false", "check no more", "Safe"}, LightNone},
		{"a look that gives no link keeps the launch's", named(), func(b *bench) {
			b.took()
			b.do(Seen{0, 1, Sight{Stage: StageFailed, Build: "106", Progress: -1}})
		}, []string{"ERROR Build of A failed" + attrs}, LightFailed},
		{"cancelled", named(), func(b *bench) {
			b.took()
			b.do(saw(StageCancelled))
		}, []string{"WARN Build of A was cancelled" + attrs}, LightCancelled},
		{"forgotten by the server", named(), func(b *bench) {
			b.took()
			b.do(saw(StageLost))
		}, []string{"WARN Build of A is not known to the server any more: look there" + attrs}, LightLost},
		{"waits for a person, said once", named(), func(b *bench) {
			b.took()
			seen := saw(StageQueued)
			seen.Sight.Waiting = true
			b.do(seen)
			b.do(seen)
		}, []string{"WARN Build of A waits for a person" + attrs}, LightQueued},
		{"out of reach, said once, and back", named(), func(b *bench) {
			b.do(saw(StageRunning))
			b.took()
			b.do(away)
			b.do(away)
			b.do(saw(StageRunning))
		}, []string{"WARN No word of the build of A: unreachable: no route", "Build of A is running" + attrs}, LightRunning},
		{"given up", named(), func(b *bench) {
			b.took()
			b.do(GivenUp{0, 1, errors.New("not authorised (401)")})
		}, []string{"WARN Gave up the build of A: not authorised (401)"}, LightLost},
		{"unknown, and found", unknown, func(b *bench) {
			b.do(away)
			b.do(away)
			b.do(saw(StageRunning))
		}, []string{
			"ERROR Unknown whether a build of A started: timed out", "follow 0 ", "silence", "buzz",
			"WARN No word of the build of A: unreachable: no route",
			"A build of A was started after all" + attrs, "Build of A is running" + attrs,
		}, LightRunning},
		{"unknown, and never found", unknown, func(b *bench) {
			b.wait(3 * time.Second)
			b.took()
			b.do(GivenUp{0, 1, errors.New("the server shows none")})
			b.tap(LaunchButton)
		}, []string{"WARN Gave up the build of A: the server shows none", "buzz", refusedLaunch + "look at the server first"}, LightUnknown},
		{
			"started, without a name: looked for",
			Answered{Outcome{Verdict: Started}},
			func(*bench) {},
			[]string{"Triggered a build of A", "follow 0 "},
			LightQueued,
		},
		{"not started: nothing to follow", Answered{Outcome{Reason: "conflict"}}, func(*bench) {}, []string{
			"ERROR No build of A: conflict", "silence", "buzz",
		}, LightNotStarted},
		{"news of an older launch", named(), func(b *bench) {
			b.wait(20 * time.Second)
			b.tap(LaunchButton)
			b.took()
			b.do(saw(StageFailed))
			b.do(away)
			b.do(GivenUp{0, 1, errors.New("late")})
		}, nil, LightNone},
		{"another target is launched meanwhile", named(), func(b *bench) {
			b.wait(20 * time.Second)
			b.tap(BranchButton)
			b.tap(LaunchButton)
			b.took()
			b.do(saw(StageRunning))
			b.do(Answered{Outcome{Verdict: Started, Build: "107"}})
		}, []string{"Build of A is running" + attrs, "Triggered a build of B id=107", "follow 1 107"}, LightRunning},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := following(t, c.outcome)
			b.did = b.did[len(b.did)-min(len(b.did), news(c.outcome)):]
			c.run(b)
			if diff := cmp.Diff(c.want, b.took()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := b.box.Light(0); got != c.light {
				t.Errorf("the light of A is %q, want %q", got, c.light)
			}
		})
	}
}

// news is how many things the box does about an outcome.
func news(outcome Event) int {
	if outcome.(Answered).Outcome.Verdict == Started {
		return 2
	}
	if outcome.(Answered).Outcome.Verdict == Unknown {
		return 4
	}
	return 3
}

// TestLights holds the rhythms of the lights, on the lamp of the selected
// target and on another.
func TestLights(t *testing.T) {
	t.Parallel()
	half := saw(StageRunning)
	half.Sight.Progress = 0.55
	unseen := Unseen{Target: 0, Number: 1, Err: errors.New("no route")}
	cases := []struct {
		name         string
		events       []Event
		selected     string
		other        string
		watch        time.Duration
		acknowledges bool
	}{
		{"queued", []Event{saw(StageQueued)}, "+100 -2000 +2100", "+0 -100 +2000 -2100", 2100 * ms, false},
		{"running", []Event{saw(StageRunning)}, "+100 -1000 +1100", "+0 -100 +1000 -1100", 1100 * ms, false},
		{"half done: faster", []Event{half}, "+100 -650 +750", "+0 -100 +650 -750", 750 * ms, false},
		{"passed", []Event{saw(StagePassed)}, "+0 -700 +800 -900 +1000", "+0 -700 +800 -900 +1000", time.Second, false},
		{"failed", []Event{saw(StageFailed)}, "+0 -100 +200 -300 +1000", "+0 -100 +200 -300 +1000", time.Second, true},
		{"cancelled", []Event{saw(StageCancelled)}, "+0 -100 +200 -300 +400 -500 +1000", "+0 -100 +200 -300 +400 -500 +1000", time.Second, false},
		{"lost", []Event{saw(StageLost)}, "+0 -500 +1000", "+0 -500 +1000", time.Second, true},
		{"out of reach", []Event{saw(StageRunning), unseen}, "+100 -200 +700 -2000", "+0 -100 +200 -700 +2000", 2 * time.Second, false},
	}
	for _, c := range cases {
		for lamp, want := range map[string]string{"selected": c.selected, "other": c.other} {
			t.Run(c.name+"/"+lamp, func(t *testing.T) {
				t.Parallel()
				b := following(t, named())
				b.wait(20 * time.Second)
				if lamp == "other" {
					b.tap(BranchButton)
				}
				if lampA(b.box.Lamps(b.now)) && lamp == "other" {
					b.wait(100 * ms) // the end of a pulse
				}
				for _, ev := range c.events {
					b.do(ev)
				}
				if c.name == "queued" { // its rhythm goes on from where it began
					b.wait(b.box.lights[0].since.Add(30 * time.Second).Sub(b.now))
				}
				if diff := cmp.Diff(want, b.trace(c.watch, lampA)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if got := b.box.Light(0).stays(); got != c.acknowledges {
					t.Errorf("it stays until acknowledged: %v, want %v", got, c.acknowledges)
				}
			})
		}
	}
}

// A good end is shown for half a minute, and then nothing is.
func TestFading(t *testing.T) {
	t.Parallel()
	b := following(t, named())
	b.wait(20 * time.Second)
	b.do(saw(StagePassed))
	b.wait(fadeTime - ms)
	if got := b.box.Light(0); got != LightPassed {
		t.Errorf("the light is %v just before its end", got)
	}
	b.wait(ms)
	if got := b.box.Light(0); got != LightNone {
		t.Errorf("the light is %v after its end", got)
	}
	if got := strings.TrimSpace(b.trace(time.Minute, lampA)); got != "+0" {
		t.Errorf("the lamp does %q, want it on", got)
	}
}
