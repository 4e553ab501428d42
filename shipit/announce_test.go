package shipit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// crier is an Announcer that writes down what it is told, and whose Finish
// takes as long as it may.
type crier struct {
	told     []string
	finished time.Duration // how long Finish had
}

func (c *crier) Announce(n News) {
	c.told = append(c.told, fmt.Sprintf("%v %s: %s|%s|%s|%s", n.Kind, n.Target, n.Text, n.Says, n.Build, n.URL))
}

func (c *crier) Finish(ctx context.Context) {
	began := time.Now()
	<-ctx.Done()
	c.finished = time.Since(began)
}

// TestAnnounce: which outcomes and which looks at a build are news, each once.
func TestAnnounce(t *testing.T) {
	t.Parallel()
	ok := Outcome{Verdict: Started, Build: "7", URL: "u"}
	lost := Outcome{Verdict: Unknown, Reason: "timed out"}
	seen := func(stage Stage) Sight { return Sight{Stage: stage, Build: "8", URL: "v", Word: "w", Progress: -1} }
	launch := "launch A: Triggered a build of A||7|u"
	cases := []struct {
		name    string
		outcome Outcome
		says    []any
		want    []string
	}{
		{"not started", Outcome{Reason: "refused (400)"}, []any{seen(StageLost)}, []string{"failed A: No build of A: refused (400)|||"}},
		{
			"passed", ok,
			[]any{seen(StageQueued), seen(StageRunning), errors.New("away"), seen(StageRunning), seen(StagePassed)},
			[]string{launch, "passed A: Build of A passed|w|8|v"},
		},
		{"failed", ok, []any{seen(StageFailed)}, []string{launch, "failed A: Build of A failed|w|8|v"}},
		{"cancelled", ok, []any{seen(StageCancelled)}, []string{launch, "cancelled A: Build of A was cancelled|w|8|v"}},
		{"lost", ok, []any{seen(StageLost)}, []string{launch, "unknown A: Build of A is not known to the server any more: look there|w|8|v"}},
		{
			"given up", ok,
			[]any{&AskError{Reason: "not authorised (401)", Lasting: true}},
			[]string{launch, "unknown A: Gave up the build of A: not authorised (401)|||"},
		},
		{"unknown, and not found", lost, []any{ErrNoBuild}, []string{"unknown A: Unknown whether a build of A started: timed out|||"}},
		{
			"unknown, and found", lost,
			[]any{ErrNoBuild, seen(StageQueued), seen(StageFailed)},
			[]string{
				"unknown A: Unknown whether a build of A started: timed out|||",
				"launch A: A build of A was started after all||8|v", "failed A: Build of A failed|w|8|v",
			},
		},
		{
			"unknown, and over when found", lost,
			[]any{seen(StagePassed)},
			[]string{
				"unknown A: Unknown whether a build of A started: timed out|||",
				"launch A: A build of A was started after all||8|v", "passed A: Build of A passed|w|8|v",
			},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				crier := &crier{}
				d := &diary{answer: func(context.Context, context.Context) Outcome { return c.outcome }}
				r := newRunning(t, d, func(config *Config) {
					config.Follower = &oracle{says: c.says, can: Abilities{Look: true, Find: true}}
					config.Follow, config.Announcer = []bool{true, false}, crier
				})
				r.armAndPress()
				r.disarm()
				pass(10 * time.Minute)
				r.press() // refused: no news
				pass(time.Second)
				if err := r.end(); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(c.want, crier.told); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestAnnounceAtEnd: an outcome that comes while the loop stops is announced,
// too, and the announcements have what remains of its 2 s.
func TestAnnounceAtEnd(t *testing.T) {
	t.Parallel()
	for _, after := range []time.Duration{0, 500 * ms, 1999 * ms, 3 * time.Second} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				crier := &crier{}
				r := newRunning(t, &diary{answer: started(time.Second + after)}, func(c *Config) { c.Announcer = crier })
				r.armAndPress()
				pass(time.Second)
				began := time.Now()
				if err := r.end(); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took != 2*time.Second || crier.finished != max(0, 2*time.Second-after) {
					t.Errorf("the end took %v, of which the announcements had %v", took, crier.finished)
				}
				want := "launch A: Triggered a build of A||106|"
				if after > 2*time.Second {
					want = "unknown A: Unknown whether a build of A started: stopped|||"
				}
				if !slices.Equal(crier.told, []string{want}) {
					t.Errorf("told %q", crier.told)
				}
			})
		})
	}
}

// TestAnnounceLate: what is seen of a build after the next launch of its target is
// no news.
func TestAnnounceLate(t *testing.T) {
	t.Parallel()
	box := NewBox([]string{"A"}, false)
	box.latest[0] = 2
	for number, want := range map[int]int{1: 0, 2: 1} {
		ev := Seen{0, number, sight(StagePassed, "7")}
		after, _ := box.Step(time.Now(), ev)
		if got := newsOf(box, after, ev); len(got) != want {
			t.Errorf("launch %d: %v", number, got)
		}
	}
}
