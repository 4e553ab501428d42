package shipit

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestAbortTakesItsOwn: the switch takes back the build of the launch that was
// pressed, and no other, whatever else is found, launched or gone on with
// meanwhile.
func TestAbortTakesItsOwn(t *testing.T) {
	t.Parallel()
	resumed := Resumed{1, 2, Outcome{Verdict: Started, Build: "B7"}} // of an earlier run
	cases := []struct {
		name string
		run  func(*bench)
		want string
	}{
		{"a build of an earlier run is found first", func(b *bench) {
			b.do(Answered{Outcome{Verdict: Started}})
			b.do(Switched{})
			b.do(resumed)
			b.do(Seen{1, 2, sight(StageRunning, "B7")})
			b.do(Seen{0, 1, sight(StageRunning, "A1")})
		}, "cancel 0 A1"},
		{"and has ended", func(b *bench) {
			b.do(Answered{Outcome{Verdict: Started, Build: "A1"}})
			b.do(resumed)
			b.do(Seen{1, 2, sight(StagePassed, "B7")})
			b.do(Switched{})
		}, "cancel 0 A1"},
		{"it is found after the next launch, of another target", func(b *bench) {
			b.do(Switched{})
			b.do(Answered{Outcome{Verdict: Unknown, Reason: "cut off"}})
			b.wait(5 * time.Second)
			arm(b)
			b.wait(time.Second)
			b.tap(BranchButton)
			b.tap(LaunchButton)
			b.do(Answered{Outcome{Verdict: Started, Build: "B1"}})
			b.do(Seen{0, 1, sight(StageQueued, "A1")})
		}, "cancel 0 A1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, Found{})
			b.box = b.box.Under(Rules{Abort: 10 * time.Second}).Following([]Follows{{Look: true, Find: true}, {Look: true, Find: true}})
			arm(b)
			b.wait(time.Second)
			b.tap(LaunchButton)
			c.run(b)
			cancels := slices.DeleteFunc(b.took(), func(did string) bool { return !strings.HasPrefix(did, "cancel ") })
			if !slices.Equal(cancels, []string{c.want}) {
				t.Errorf("it did %q, want %s", cancels, c.want)
			}
		})
	}
}

// TestAbortAtTheEnd: what the end of the program keeps from being taken back is
// told.
func TestAbortAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{answer: func(context.Context, context.Context) Outcome {
			<-time.After(2 * time.Second)
			return Outcome{Verdict: Started, Build: "7"}
		}}
		r, _ := kept(t, d, &oracle{says: []any{sight(StageQueued, "7")}}, func(c *Config, _ *book) { c.Rules.Abort = 10 * time.Second })
		r.Post(Switched{On: true})
		pass(time.Second)
		r.press()
		r.Post(Switched{})
		pass(500 * ms)
		if err := r.end(); err != nil {
			t.Error(err)
		}
		if got := r.read(); !strings.Contains(got, "log: Can't take back the build of A: ship-it ends: look at the server") {
			t.Errorf("nothing of that in\n%s", got)
		}
	})
}
