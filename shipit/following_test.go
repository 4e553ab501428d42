package shipit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// oracle is a Follower that says one thing after the other, the last one again
// and again, and notes when it was asked.
type oracle struct {
	mu    sync.Mutex
	says  []any // a Sight or an error
	asked []string
	at    []time.Time
	can   Abilities
	box   Box // as it was after its last event
}

var _ Follower = (*oracle)(nil)

func (o *oracle) Can(int) Abilities { return o.can }

func (o *oracle) next(question string) (Sight, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked, o.at = append(o.asked, question), append(o.at, time.Now())
	say := o.says[0]
	if len(o.says) > 1 {
		o.says = o.says[1:]
	}
	if err, ok := say.(error); ok {
		return Sight{}, err
	}
	return say.(Sight), nil
}

func (o *oracle) Look(_ context.Context, target int, build string) (Sight, error) {
	return o.next(fmt.Sprintf("look %d %s", target, build))
}

func (o *oracle) Find(_ context.Context, target int, launch string, _ time.Time) (Sight, error) {
	return o.next(fmt.Sprintf("find %d %d", target, len(launch)))
}

func (o *oracle) Cancel(context.Context, int, string) error { return ErrCannot }
func (o *oracle) Check(context.Context, int) error          { return ErrCannot }

func (o *oracle) End() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.can.Ends {
		o.asked = append(o.asked, "end")
	}
}

// questions is what it was asked so far.
func (o *oracle) questions() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.asked...)
}

// say changes what it says from now on.
func (o *oracle) say(says any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.says = []any{says}
}

// pauses is the time between the questions.
func (o *oracle) pauses() []time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	var pauses []time.Duration
	for i := 1; i < len(o.at); i++ {
		pauses = append(pauses, o.at[i].Sub(o.at[i-1]))
	}
	return pauses
}

func sight(stage Stage, build string) Sight { return Sight{Stage: stage, Build: build, Progress: -1} }

// launched runs a loop that follows by o, with a launch of the first target
// that is answered at once.
func launched(t *testing.T, o *oracle, outcome Outcome) *running {
	t.Helper()
	if o.can == (Abilities{}) {
		o.can = Abilities{Look: true, Find: true}
	}
	d := &diary{answer: func(context.Context, context.Context) Outcome { return outcome }}
	r := newRunning(t, d, func(c *Config) {
		c.Follower, c.Follow = o, []bool{true, false}
		c.Observe = func(b Box) { o.box = b }
	})
	r.Post(Switched{On: true})
	pass(time.Second)
	r.press()
	return r
}

// disarm waits for the end of the launch and flips the switch off: a box at
// rest passes long times quickly.
func (r *running) disarm() {
	pass(15 * time.Second)
	r.Post(Switched{On: false})
}

// press is a launch press and its release.
func (r *running) press() {
	r.Post(Pressed{First: time.Now().Add(-20 * ms), SwitchOn: true})
	pass(50 * ms)
	r.Post(Released{})
}

// TestTrail: what is asked about a build, in which order, and when it ends.
func TestTrail(t *testing.T) {
	t.Parallel()
	ok := Outcome{Verdict: Started, Build: "q7"}
	refused := &AskError{Reason: "not authorised", Lasting: true}
	limited := &AskError{Reason: "refused (429)", Again: 10 * time.Minute}
	cases := []struct {
		name    string
		says    []any
		outcome Outcome
		want    []string
		light   Light
	}{
		{
			"a queue's item becomes a build",
			[]any{sight(StageQueued, "q7"), sight(StageRunning, "8"), sight(StagePassed, "8")},
			ok,
			[]string{"look 0 q7", "look 0 q7", "look 0 8"},
			LightPassed,
		},
		{
			"no answer, then one",
			[]any{&AskError{Reason: "unreachable"}, limited, sight(StageFailed, "q7")},
			ok,
			[]string{"look 0 q7", "look 0 q7", "look 0 q7"},
			LightFailed,
		},
		{"no use to ask again", []any{refused}, ok, []string{"look 0 q7", "look 0 q7", "look 0 q7"}, LightLost},
		{
			"a page of a proxy's in between, twice",
			[]any{refused, refused, sight(StageRunning, "q7"), refused, refused, limited, refused, refused, sight(StageFailed, "q7")},
			ok,
			slices.Repeat([]string{"look 0 q7"}, 9),
			LightFailed,
		},
		{
			"not known, thrice",
			[]any{sight(StageRunning, "q7"), sight(StageLost, "q7")},
			ok,
			slices.Repeat([]string{"look 0 q7"}, 4),
			LightLost,
		},
		{
			"not known once, and refused once",
			[]any{sight(StageLost, "q7"), refused, sight(StageRunning, "q7"), sight(StageLost, "q7"), sight(StageLost, "q7"), sight(StageFailed, "q7")},
			ok,
			slices.Repeat([]string{"look 0 q7"}, 6),
			LightFailed,
		},
		{
			"unknown, found at the second look",
			[]any{ErrNoBuild, sight(StageQueued, "9"), sight(StageCancelled, "9")},
			Outcome{Verdict: Unknown, Reason: "timed out"},
			[]string{"find 0 16", "find 0 16", "look 0 9"},
			LightCancelled,
		},
		{"unknown, and nobody can tell", []any{ErrCannot}, Outcome{Verdict: Unknown, Reason: "timed out"}, []string{"find 0 16"}, LightUnknown},
		{"not started", []any{ErrCannot}, Outcome{Reason: "conflict"}, nil, LightNotStarted},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := &oracle{says: c.says}
				r := launched(t, o, c.outcome)
				pass(20 * time.Minute)
				if err := r.end(); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(c.want, o.questions()); diff != "" {
					t.Errorf("questions (-want +got):\n%s", diff)
				}
				if got := o.box.Light(0); got != c.light && !c.light.fades() {
					t.Errorf("the light is %q, want %q", got, c.light)
				}
			})
		})
	}
}

// TestPauses: a build that does not move is asked for less and less often, a
// server that can't be asked even less, and its wish counts. A build that never
// ends is given up after a day, one that never appears after five minutes.
func TestPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{says: []any{sight(StageQueued, "7")}}
		r := launched(t, o, Outcome{Verdict: Started, Build: "7"})
		began := time.Now()
		r.disarm()
		pass(25 * time.Hour)
		for i, pause := range o.pauses() {
			least, most := firstPause, lastPause*5/4
			switch {
			case i == 0:
				most = 2 * firstPause
			case i > 20:
				least = lastPause
			}
			if pause < least || pause > most {
				t.Errorf("pause %d is %v, want %v to %v", i, pause, least, most)
			}
		}
		if took := o.at[len(o.at)-1].Sub(began); took < followTime || took > followTime+time.Minute {
			t.Errorf("it was followed for %v, want %v", took, followTime)
		}
		if err := r.end(); err != nil {
			t.Error(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{says: []any{&AskError{Reason: "refused (429)", Again: 10 * time.Minute}}}
		r := launched(t, o, Outcome{Verdict: Started, Build: "7"})
		pass(time.Hour)
		for _, pause := range o.pauses() {
			if pause < 10*time.Minute {
				t.Errorf("a pause of %v, the server wished for 10 minutes", pause)
			}
		}
		if err := r.end(); err != nil {
			t.Error(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{says: []any{ErrNoBuild}}
		r := launched(t, o, Outcome{Verdict: Unknown, Reason: "timed out"})
		began := time.Now()
		pass(time.Hour)
		if took := o.at[len(o.at)-1].Sub(began); took < seekTime-time.Minute || took > seekTime+time.Minute {
			t.Errorf("it was looked for for %v, want %v", took, seekTime)
		}
		if err := r.end(); err != nil {
			t.Error(err)
		}
	})
}

// TestPatience: what waits for a person is followed for as long as it does, and a
// build that may be there is looked for until the server says that it isn't.
func TestPatience(t *testing.T) {
	t.Parallel()
	waits := sight(StageQueued, "7")
	waits.Waiting = true
	cut := Outcome{Verdict: Unknown, Reason: "cut off"}
	cases := []struct {
		name    string
		says    any
		during  time.Duration
		after   any // what it says from then on
		outcome Outcome
		light   Light
	}{
		{"waits for longer than a build is followed", waits, followTime + 10*time.Minute, sight(StageFailed, "7"), Outcome{Verdict: Started, Build: "7"}, LightFailed},
		{"found after a long silence", &AskError{Reason: "unreachable"}, 20 * time.Hour, sight(StageFailed, "7"), cut, LightFailed},
		{"not there after a long silence", &AskError{Reason: "unreachable"}, 20 * time.Hour, ErrNoBuild, cut, LightNone},
		{"never asked", &AskError{Reason: "unreachable"}, followTime, &AskError{Reason: "unreachable"}, cut, LightNone},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := &oracle{says: []any{c.says}}
				r := launched(t, o, c.outcome)
				r.disarm() // which acknowledges
				pass(c.during)
				o.say(c.after)
				pass(10 * time.Minute)
				if box, err := r.Look(t.Context()); err != nil || box.Light(0) != c.light {
					t.Errorf("the light is %q, want %q; %v", box.Light(0), c.light, err)
				}
				asked := len(o.questions())
				pass(time.Hour)
				if len(o.questions()) != asked {
					t.Error("it is still asked")
				}
				if err := r.end(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestTrailEnds: a new launch of a target ends the following of its build, the
// end of the loop ends all, and a target that isn't followed is never asked for.
func TestTrailEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{says: []any{sight(StageRunning, "7")}}
		r := launched(t, o, Outcome{Verdict: Started, Build: "7"})
		pass(20 * time.Second)
		first := len(o.questions())
		r.press()
		pass(20 * time.Second)
		o.mu.Lock()
		for i, pause := range o.at[first+1:] {
			if pause.Sub(o.at[first+i]) < firstPause {
				t.Error("two builds of one target are followed")
			}
		}
		o.mu.Unlock()
		if err := r.end(); err != nil {
			t.Error(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{says: []any{sight(StageRunning, "7")}}
		r := launched(t, o, Outcome{Verdict: Started, Build: "7"})
		r.mu.Lock()
		r.fail = errors.New("lamp lost") // the loop ends by a fault
		r.mu.Unlock()
		pass(time.Hour)
		if err := <-r.ended; err == nil {
			t.Error("the loop ended well")
		}
	})
	synctest.Test(t, func(t *testing.T) {
		o := &oracle{says: []any{sight(StageRunning, "7")}, can: Abilities{Find: true}}
		r := launched(t, o, Outcome{Verdict: Started, Build: "7"})
		pass(time.Hour)
		if asked := o.questions(); asked != nil {
			t.Errorf("a server that can't be looked at was asked %v", asked)
		}
		if err := r.end(); err != nil {
			t.Error(err)
		}
	})
}
