package shipit

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// trace plays the box for a while and writes the changes of one lamp with
// their times in ms: "+0 -100" is on at once and off after 100 ms. Lamps that
// are not asked for must stay as they are.
func (b *bench) trace(d time.Duration, pick func(Lamps) bool) string {
	var changes []string
	start := b.now
	was := false
	for end := b.now.Add(d); ; {
		if on := pick(b.box.Lamps(b.now)); on != was {
			was = on
			changes = append(changes, fmt.Sprintf("%s%d", map[bool]string{true: "+", false: "-"}[on], b.now.Sub(start).Milliseconds()))
		}
		at := b.box.Next(b.now)
		if at.IsZero() || at.After(end) {
			b.now = end
			return strings.Join(changes, " ")
		}
		if !at.After(b.now) {
			b.t.Fatalf("Next gave %v at %v: it does not move on", at, b.now)
		}
		b.now = at
		b.do(Tick{})
	}
}

func blinker(l Lamps) bool { return l.Blinker }
func lampA(l Lamps) bool   { return l.Targets[0] }
func lampB(l Lamps) bool   { return l.Targets[1] }

// TestRhythms holds the figures of the behaviour table. Each case brings the
// box to the moment at which the rhythm begins.
func TestRhythms(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		begin func(*bench)
		watch time.Duration
		pick  func(Lamps) bool
		want  string
	}{
		{"safe: blinker", func(*bench) {}, time.Minute, blinker, ""},
		{"safe: selected target", func(*bench) {}, time.Minute, lampA, "+0"},
		{"safe: other target", func(*bench) {}, time.Minute, lampB, ""},
		{"armed: blinker", arm, time.Second, blinker, "+0 -100 +400 -500 +800 -900"},
		{"armed: target", arm, time.Second, lampA, "+0"},
		{"armed, server away", func(b *bench) { arm(b); b.do(Dialled{Err: errors.New("refused")}) }, 1700 * time.Millisecond, blinker, "+0 -100 +200 -300 +800 -900 +1000 -1100 +1600 -1700"},
		{"armed, server back", func(b *bench) { arm(b); b.do(Dialled{Err: errors.New("x")}); b.wait(time.Second); b.do(Dialled{}) }, time.Second, blinker, "+0 -100 +400 -500 +800 -900"},
		{"launching: blinker", launching, 11 * time.Second, blinker, "+0"},
		{"launching: target, answered at once", func(b *bench) { launching(b); b.do(Answered{Outcome{Verdict: Started}}) }, 10 * time.Second, lampA, alternating(4000)},
		{"launching: target, answered after 5.05 s", func(b *bench) { launching(b) }, 5050 * time.Millisecond, lampA, alternating(5050)},
		{"launching: other target", launching, 10 * time.Second, lampB, ""},
		{"failed: blinker", failing(NotStarted), time.Second, blinker, ""},
		{"failed: target", failing(NotStarted), 2 * time.Second, lampA, "+0 -100 +200 -300 +1000 -1100 +1200 -1300 +2000"},
		{"failed: target, switch moved meanwhile", func(b *bench) { failing(NotStarted)(b); b.do(Switched{false}) }, 2 * time.Second, lampA, "+0 -100 +200 -300 +1000 -1100 +1200 -1300 +2000"},
		{"unknown: target", failing(Unknown), 2 * time.Second, lampA, "+0 -500 +1000 -1500 +2000"},
		{"after a failure: blinker", func(b *bench) { failing(NotStarted)(b); b.wait(2 * time.Second) }, 450 * time.Millisecond, blinker, "+0 -100 +400"},
		{"after a failure: target", func(b *bench) { failing(NotStarted)(b); b.wait(2 * time.Second) }, 1300 * time.Millisecond, lampA, "+0 -100 +200 -300 +1000 -1100 +1200 -1300"},
		{"refusal in safe", func(b *bench) { b.press(LaunchButton) }, time.Second, blinker, "+0 -100 +200 -300"},
		{"refusal while launching", func(b *bench) { launching(b); b.wait(time.Second); b.press(LaunchButton) }, time.Second, blinker, "+100 -200 +300"},
		{"a second refusal begins the flash again", func(b *bench) { b.press(LaunchButton); b.wait(150 * time.Millisecond); b.press(LaunchButton) }, time.Second, blinker, "+0 -100 +200 -300"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, Found{})
			c.begin(b)
			if diff := cmp.Diff(c.want, b.trace(c.watch, c.pick)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func arm(b *bench) { b.do(Switched{On: true}) }

func launching(b *bench) {
	arm(b)
	b.wait(time.Millisecond) // a contact in the very moment of arming is too early
	b.press(LaunchButton)
}

func failing(v Verdict) func(*bench) {
	return func(b *bench) {
		launching(b)
		b.do(Answered{Outcome{Verdict: v}})
	}
}

// alternating is the trace of a lamp 0.1 s off, 0.1 s on, until ms, then on.
func alternating(ms int) string {
	var changes []string
	for at := 100; at < ms; at += 200 {
		changes = append(changes, fmt.Sprintf("+%d", at))
		if at+100 < ms {
			changes = append(changes, fmt.Sprintf("-%d", at+100))
		}
	}
	return strings.Join(changes, " ")
}

// TestLockedWink holds the wink of a box whose switch was found on.
func TestLockedWink(t *testing.T) {
	t.Parallel()
	b := newBench(t, Found{SwitchOn: true})
	if diff := cmp.Diff("+0 -50 +2000 -2050 +4000 -4050", b.trace(5*time.Second, blinker)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRest checks that a box at rest asks for no ticks.
func TestRest(t *testing.T) {
	t.Parallel()
	if at := newBench(t, Found{}).box.Next(begin); !at.IsZero() {
		t.Errorf("a safe box wants a tick at %v, want none", at)
	}
}

func ExampleRhythm_String() {
	box, _ := NewBox([]string{"Client Int"}, true).Step(begin, Found{})
	box, _ = box.Step(begin, Switched{On: true})
	blinker, lamps := box.Rhythms(begin)
	fmt.Println("blinker:", blinker)
	fmt.Println("lamp:", lamps[0])
	// Output:
	// blinker: blinking (0.1 s on, 0.3 s off)
	// lamp: on
}
