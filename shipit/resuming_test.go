package shipit

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// leftOpen are launches of an earlier run, in the order of their times.
func leftOpen() (unanswered, later Record) {
	begun := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	unanswered = Record{Time: begun, Kind: KindLaunch, ID: "old", Target: "A"}
	later = Record{Time: begun.Add(time.Hour), Kind: KindLaunch, ID: "new", Target: "A", Answer: "started", Build: "7"}
	return unanswered, later
}

// TestResumeTwo: of two launches of a target the later one has the lamp and is
// followed, the other is closed, and the log doesn't say that it was gone on with.
func TestResumeTwo(t *testing.T) {
	t.Parallel()
	unanswered, later := leftOpen()
	earlier := later
	earlier.Time, earlier.ID, earlier.Build = unanswered.Time, "old", "6"
	for want, c := range map[string]struct {
		first Record
		log   string
	}{
		"launch A, old, unknown, cut off: the box was ended before the answer, unknown": {unanswered, "log: Unknown whether a build of A started"},
		"launch A, old, started, 6, not followed":                                       {earlier, "log: Nobody follows the build of A, for there was another launch since: look at the server"},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := &oracle{says: []any{sight(StageRunning, "7"), sight(StagePassed, "7")}}
			r, b := kept(t, &diary{}, o, func(c2 *Config, _ *book) { c2.Resume = []Record{c.first, later} })
			pass(time.Second)
			if box, err := r.Look(t.Context()); err != nil || box.Light(0) != LightQueued {
				t.Errorf("the light is %v; %v", box.Light(0), err)
			}
			pass(10 * time.Minute)
			if err := r.end(); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want+"\nlaunch A, new, started, 7, passed", b.lines()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"look 0 7", "look 0 7"}, o.questions()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := r.read(); !strings.Contains(got, c.log) || strings.Count(got, "Going on with") != 1 {
				t.Errorf("want %q in\n%s", c.log, got)
			}
		})
	}
}

// TestUnfinished: what the journal could hand over only as the box was armed is
// gone on with before anything can be launched, also if the press was faster.
func TestUnfinished(t *testing.T) {
	t.Parallel()
	unanswered, later := leftOpen()
	early := []string{"log: Refused arming: can't record: later", "log: Refused launch: can't record", "log: Safe", "log: Armed"}
	fast := []string{"log: Armed", "log: Launching A", "log: No build of A: can't record: later"}
	cases := []struct {
		name  string
		takes time.Duration // to open the journal
		open  Record
		log   []string
		light Light  // at the end of it
		press string // what becomes of the next one
	}{
		{"unanswered", ms, unanswered, append([]string{"log: Armed", "log: Unknown whether a build of A started: cut off"}, early...), LightNone, "begin A id1"}, // acknowledged
		{"running", ms, later, append([]string{"log: Armed", "log: Going on with the build of A"}, early...), LightQueued, "begin A id1"},
		{"unanswered, and a press at once", 2 * time.Second, unanswered, append(fast, "log: Unknown whether a build of A started: cut off", "log: Armed"), LightUnknown, "log: Refused launch: look at the server first"},
		{"running, and a press at once", 2 * time.Second, later, append(fast, "log: Going on with the build of A", "log: Armed"), LightQueued, "begin A id1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var r *running
				first := true
				r, _ = kept(t, answered(Outcome{Verdict: Started}), &oracle{says: []any{&AskError{Reason: "unreachable"}}}, func(_ *Config, b *book) {
					b.reserve = func(context.Context) error {
						if !first {
							return nil
						}
						first = false
						<-time.After(c.takes)
						r.Post(Unfinished{[]Record{c.open}})
						return errors.New("later")
					}
				})
				r.Post(Switched{On: true})
				pass(time.Second)
				r.press()
				pass(10 * time.Second)
				if c.takes < time.Second {
					r.Post(Switched{On: false})
					r.Post(Switched{On: true})
					pass(time.Second)
				}
				checkOrder(t, r.read(), c.log)
				if box, err := r.Look(t.Context()); err != nil || box.Light(0) != c.light {
					t.Errorf("the light is %v, want %v; %v", box.Light(0), c.light, err)
				}
				r.press()
				checkOrder(t, r.read(), append(c.log, c.press))
				if err := r.end(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// checkOrder wants parts in a text, in that order.
func checkOrder(t *testing.T, text string, parts []string) {
	t.Helper()
	rest := text
	for _, part := range parts {
		_, behind, found := strings.Cut(rest, part)
		if !found {
			t.Errorf("no %q in its place in\n%s", part, text)
			return
		}
		rest = behind
	}
}

// TestUnfinishedAfterNothing: a launch that started nothing takes no lamp from
// what the journal hands over late, even when it is acknowledged.
func TestUnfinishedAfterNothing(t *testing.T) {
	t.Parallel()
	unanswered, _ := leftOpen()
	synctest.Test(t, func(t *testing.T) {
		r, _ := kept(t, answered(Outcome{Verdict: Started}), &oracle{says: []any{&AskError{Reason: "unreachable"}}}, func(_ *Config, b *book) {
			b.reserve = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		})
		r.Post(Switched{On: true})
		pass(time.Second)
		r.press()
		pass(10 * time.Second) // no build: the disk takes longer
		r.Post(Switched{})
		pass(10 * time.Second)
		r.Post(Unfinished{[]Record{unanswered}})
		pass(time.Second)
		if box, err := r.Look(t.Context()); err != nil || box.Light(0) != LightUnknown {
			t.Errorf("the light is %v; %v", box.Light(0), err)
		}
		if err := r.end(); err != nil {
			t.Error(err)
		}
	})
}
