package shipit

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSafety walks what a team may ask for beside the behaviour table.
func TestSafety(t *testing.T) {
	t.Parallel()
	ok := Answered{Outcome{Verdict: Started, Build: "1"}}
	launched := []string{"launch 0", "alarm", "Launching A"}
	refused := func(word string) []string { return []string{"buzz", refusedLaunch + word} }
	cancel := []string{"cancel 0 1", "Taking back the build of A"}
	sunday := Freeze{Windows: []Window{{Days: [7]bool{time.Sunday: true}, From: 16 * time.Hour, To: 18 * time.Hour}}}
	cases := []struct {
		name  string
		rules Rules
		run   func(*bench)
		want  []string
		show  string // what the blinker does at the end; empty: as when armed
	}{
		{"confirm: the first press asks for a second", Rules{Confirm: 5 * time.Second}, func(b *bench) {
			b.tap(LaunchButton)
			b.wait(time.Second)
		}, refused("press again"), confirmRhythm().String()},
		{"confirm: the second launches", Rules{Confirm: 5 * time.Second}, func(b *bench) {
			b.tap(LaunchButton)
			b.wait(4 * time.Second)
			b.took()
			b.tap(LaunchButton)
		}, launched, "on"},
		{"confirm: the second comes too late", Rules{Confirm: 5 * time.Second}, func(b *bench) {
			b.tap(LaunchButton)
			b.wait(5 * time.Second)
			b.took()
			b.tap(LaunchButton)
			b.wait(6 * time.Second)
		}, refused("press again"), ""},
		{"confirm: another target in between", Rules{Confirm: 5 * time.Second}, func(b *bench) {
			b.tap(LaunchButton)
			b.tap(BranchButton)
			b.took()
			b.tap(LaunchButton)
			b.wait(6 * time.Second)
		}, refused("press again"), ""},
		{"max_armed: switch off first", Rules{MaxArmed: time.Minute}, func(b *bench) {
			b.wait(time.Minute)
			b.tap(LaunchButton)
			b.wait(time.Second)
		}, append([]string{"warm false", "check no more", "WARN Armed for 1m0s: switch off first"}, refused("switch off first")...), lockedRhythm().String()},
		{"max_armed: counted from the end of a launch", Rules{MaxArmed: time.Minute}, func(b *bench) {
			b.wait(50 * time.Second)
			b.tap(LaunchButton)
			b.do(ok)
			b.wait(30 * time.Second)
			b.took()
		}, nil, ""},
		{"cooldown", Rules{Cooldown: time.Minute}, func(b *bench) {
			b.tap(LaunchButton)
			b.do(ok)
			b.wait(20 * time.Second)
			b.took()
			b.tap(LaunchButton)
			b.wait(time.Second)
		}, refused("cooling down"), forbiddenRhythm().String()},
		{"cooldown: over", Rules{Cooldown: time.Minute}, func(b *bench) {
			b.tap(LaunchButton)
			b.do(ok)
			b.wait(time.Minute)
			b.took()
			b.tap(LaunchButton)
		}, launched, "on"},
		{"cooldown: not after a launch that started nothing", Rules{Cooldown: time.Minute}, func(b *bench) {
			b.tap(LaunchButton)
			b.do(Answered{Outcome{Reason: "conflict"}})
			b.wait(10 * time.Second)
			b.took()
			b.tap(LaunchButton)
		}, launched, "on"},
		{"freeze", Rules{Freeze: sunday}, func(b *bench) { b.tap(LaunchButton); b.wait(time.Second) }, refused("frozen"), forbiddenRhythm().String()},
		{"freeze: the log tells before the press", Rules{Freeze: sunday}, func(b *bench) {
			b.do(Switched{})
			b.took()
			b.do(Switched{true})
			b.wait(time.Second)
		}, []string{"warm true 0", "check 0", "Armed", "A launch would be refused: frozen"}, forbiddenRhythm().String()},
		{"freeze: over", Rules{Freeze: sunday}, func(b *bench) { b.wait(time.Hour); b.took(); b.tap(LaunchButton) }, launched, "on"},
		{"freeze: with a clock that is not set", Rules{Freeze: sunday}, func(b *bench) {
			b.wait(time.Hour)
			b.box.clockDoubt = true
			b.do(Tick{})
			b.took()
			b.tap(LaunchButton)
			b.wait(time.Second)
		}, refused("clock not set"), forbiddenRhythm().String()},
		{"no go", Rules{}, func(b *bench) {
			b.do(Checked{0, errors.New("not authorised (401)")})
			b.do(Checked{0, errors.New("not authorised (401)")})
			b.tap(LaunchButton)
			b.wait(time.Second)
		}, append([]string{"WARN No go for A: not authorised (401)"}, refused("no go: not authorised (401)")...), forbiddenRhythm().String()},
		{"no go for the other target", Rules{}, func(b *bench) {
			b.do(Checked{1, errors.New("not authorised (401)")})
			b.took()
			b.tap(LaunchButton)
		}, launched, "on"},
		{"no go, and go again", Rules{}, func(b *bench) {
			b.do(Checked{0, errors.New("not authorised (401)")})
			b.took()
			b.do(Checked{Target: 0})
			b.tap(LaunchButton)
		}, append([]string{"Go for A"}, launched...), "on"},
		{"no answer", Rules{}, func(b *bench) {
			b.do(Checked{0, &AskError{Reason: "server error (503)"}})
			b.do(Checked{0, &AskError{Reason: "timed out"}})
			b.wait(time.Second)
		}, []string{"WARN No word whether a launch of A would be taken: server error (503)"}, offlineRhythm().String()},
		{"no answer after a no go: a press tries", Rules{}, func(b *bench) {
			b.do(Checked{0, &AskError{Reason: "not authorised (401)", Lasting: true}})
			b.do(Checked{0, &AskError{Reason: "server error (503)"}})
			b.took()
			b.tap(LaunchButton)
		}, launched, "on"},
		{"no answer, and go", Rules{}, func(b *bench) {
			b.do(Checked{0, &AskError{Reason: "server error (503)"}})
			b.took()
			b.do(Checked{Target: 0})
			b.wait(time.Second)
		}, []string{"Go for A"}, armedRhythm().String()},
		{"launch_on_no_go", Rules{OnNoGo: true}, func(b *bench) {
			b.do(Checked{0, errors.New("not authorised (401)")})
			b.took()
			b.tap(LaunchButton)
		}, launched, "on"},
		{"abort: before the answer", Rules{Abort: 10 * time.Second}, func(b *bench) {
			b.tap(LaunchButton)
			b.took()
			b.do(Switched{})
			b.do(ok)
		}, append([]string{"call off", "Triggered a build of A id=1"}, cancel...), "on"},
		{"abort: after the answer", Rules{Abort: 10 * time.Second}, func(b *bench) {
			b.tap(LaunchButton)
			b.do(ok)
			b.wait(9 * time.Second)
			b.took()
			b.do(Switched{})
			b.do(Switched{true})
			b.do(Switched{})
			b.do(Cancelled{0, 1, nil})
		}, append(append([]string(nil), cancel...), "The server takes back the build of A"), "on"},
		{"abort: too late", Rules{Abort: 10 * time.Second}, func(b *bench) {
			b.tap(LaunchButton)
			b.do(ok)
			b.wait(11 * time.Second)
			b.took()
			b.do(Switched{})
		}, nil, "on"},
		{"abort: the server won't", Rules{Abort: 10 * time.Second}, func(b *bench) {
			b.tap(LaunchButton)
			b.do(ok)
			b.took()
			b.do(Switched{})
			b.do(Cancelled{0, 1, errors.New("it runs already")})
		}, append(append([]string(nil), cancel...), "WARN Can't take back the build of A: it runs already"), "on"},
		{"abort: the server can't", Rules{Abort: 10 * time.Second}, func(b *bench) {
			b.tap(LaunchButton)
			b.do(ok)
			b.took()
			b.do(Switched{})
			b.do(Cancelled{0, 1, ErrCannot})
		}, append(append([]string(nil), cancel...), "WARN Can't take back the build of A: this server has no way to: stop it there"), "on"},
		{"abort: once it is found", Rules{Abort: 10 * time.Second}, func(b *bench) {
			b.box = b.box.Following([]Follows{{Look: true, Find: true}, {}})
			b.tap(LaunchButton)
			b.do(Switched{})
			b.do(Answered{Outcome{Verdict: Started}})
			b.took()
			b.do(Seen{0, 1, Sight{Stage: StageQueued, Build: "1"}})
			b.do(Seen{0, 1, Sight{Stage: StageQueued, Build: "1"}})
		}, cancel, "on"},
		{"abort: an unknown one, once it is found", Rules{Abort: 10 * time.Second}, func(b *bench) {
			b.box = b.box.Following([]Follows{{Look: true, Find: true}, {}})
			b.tap(LaunchButton)
			b.do(Switched{})
			b.took()
			b.do(Answered{Outcome{Verdict: Unknown, Reason: "cut off"}})
			b.wait(3 * time.Second)
			b.do(Seen{0, 1, Sight{Stage: StageRunning, Build: "1"}})
		}, append([]string{
			"ERROR Unknown whether a build of A started: cut off", "follow 0 ", "The build of A is taken back once it is found",
			"silence", "buzz", "warm false", "check no more", "Safe",
			"A build of A was started after all id=1", "Build of A is running id=1",
		}, cancel...), "off"},
		{"abort: nobody knows which", Rules{Abort: 10 * time.Second}, func(b *bench) {
			b.tap(LaunchButton)
			b.do(Answered{Outcome{Verdict: Started}})
			b.took()
			b.do(Switched{})
		}, []string{"WARN Can't take back the build of A: nobody knows which it is: look at the server"}, "on"},
		{"abort: it is over", Rules{Abort: 10 * time.Second}, func(b *bench) {
			b.box = b.box.Following([]Follows{{Look: true}, {}})
			b.tap(LaunchButton)
			b.do(ok)
			b.do(Seen{0, 1, Sight{Stage: StagePassed, Build: "1"}})
			b.took()
			b.do(Switched{})
		}, nil, "on"},
		{"no abort without the rule", Rules{}, func(b *bench) {
			b.tap(LaunchButton)
			b.do(ok)
			b.took()
			b.do(Switched{})
		}, nil, "on"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, Found{})
			b.box = b.box.Under(c.rules)
			arm(b)
			b.wait(time.Second)
			b.took()
			c.run(b)
			if diff := cmp.Diff(c.want, b.took()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			want := c.show
			if want == "" {
				want = armedRhythm().String()
			}
			if got, _ := b.box.Rhythms(b.now); got.String() != want {
				t.Errorf("the blinker is %v, want %v", got, want)
			}
		})
	}
}

// TestFreeze holds the edges of windows, over midnight, over the change of the
// clocks, and the moments at which the box has to look again.
func TestFreeze(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skipf("no time zones on this machine: %v", err)
	}
	weekend := Freeze{Zone: berlin, Windows: []Window{
		{Days: [7]bool{time.Friday: true}, From: 16 * time.Hour, To: 24 * time.Hour},
		{Days: [7]bool{time.Saturday: true, time.Sunday: true}, From: 0, To: 24 * time.Hour},
	}}
	night := Freeze{Zone: berlin, Windows: []Window{{Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * time.Hour, To: 6 * time.Hour}}}
	cases := []struct {
		freeze Freeze
		at     string
		held   bool
		next   string
	}{
		{Freeze{}, "2026-11-27 15:59", false, ""},
		{weekend, "2026-11-27 15:59", false, "2026-11-27 16:00"},
		{weekend, "2026-11-27 16:00", true, "2026-11-28 00:00"},
		{weekend, "2026-11-29 23:59", true, "2026-11-30 00:00"},
		{weekend, "2026-11-30 00:00", false, "2026-12-04 16:00"},
		{night, "2026-11-27 03:00", true, "2026-11-27 06:00"},
		{night, "2026-11-27 06:00", false, "2026-11-27 22:00"},
		{night, "2026-03-29 03:30", true, "2026-03-29 06:00"}, // the clocks were put forward at 02:00
		{night, "2026-10-25 02:30", true, "2026-10-25 06:00"}, // and back at 03:00
	}
	for _, c := range cases {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, berlin)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.freeze.holds(at.UTC()); got != c.held {
			t.Errorf("at %s: frozen %v, want %v", c.at, got, c.held)
		}
		next := ""
		if at := c.freeze.next(at.UTC()); !at.IsZero() {
			next = at.In(berlin).Format("2006-01-02 15:04")
		}
		if next != c.next {
			t.Errorf("at %s: look again at %q, want %q", c.at, next, c.next)
		}
	}
}

// TestFreezeByTheHands: where clocks are put forward or back, the hands tell, at
// any moment of that night, and no change is missed between two looks.
func TestFreezeByTheHands(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	edges := []time.Duration{0, 30 * time.Minute, 90 * time.Minute, 2 * time.Hour, 150 * time.Minute, 3 * time.Hour, 6 * time.Hour, 23 * time.Hour, day}
	nights := map[string][]string{
		"Europe/Berlin":    {"2026-03-28T22:00:00Z", "2026-10-24T22:00:00Z"},
		"America/New_York": {"2026-03-08T04:00:00Z", "2026-11-01T04:00:00Z"},
		"America/Havana":   {"2026-03-08T03:00:00Z", "2026-11-01T03:00:00Z"}, // at midnight
	}
	for name, begins := range nights {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Skipf("no time zones on this machine: %v", err)
		}
		for _, from := range edges[:len(edges)-1] {
			for _, to := range edges {
				f := Freeze{Zone: zone, Windows: []Window{{Days: [7]bool{true, true, true, true, true, true, true}, From: from, To: to}}}
				for _, begin := range begins {
					start, err := time.Parse(time.RFC3339, begin)
					if err != nil {
						t.Fatal(err)
					}
					look, seen := start, false
					for at := start; at.Before(start.Add(8 * time.Hour)); at = at.Add(10 * time.Minute) {
						hour, minute, _ := at.In(zone).Clock()
						hands := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
						want := from <= hands && hands < to
						if to <= from {
							want = from <= hands || hands < to
						}
						for !look.After(at) {
							seen, look = f.holds(look), f.next(look)
						}
						if got := f.holds(at); got != want || seen != want {
							t.Fatalf("%s, %v to %v: at %v frozen %v, and by the last look %v, want %v", name, from, to, at.In(zone), got, seen, want)
						}
					}
				}
			}
		}
	}
}
