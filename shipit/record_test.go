package shipit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var errFull = errors.New("write /journal: no space left on device")

// book is a Journal that writes down what it is told.
type book struct {
	diary   *diary
	reserve func(context.Context) error // nil: at once, and well
	begin   error

	mu     sync.Mutex
	n      int
	closed []Record
	open   map[string]Record // by id, as it was told last
}

var _ Journal = (*book)(nil)

func (b *book) Reserve(ctx context.Context) (string, error) {
	if b.reserve != nil {
		if err := b.reserve(ctx); err != nil {
			return "", err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
	b.open[fmt.Sprint("id", b.n)] = Record{}
	return fmt.Sprint("id", b.n), nil
}

func (b *book) Release(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.open, id)
}

func (b *book) Begin(r Record) error {
	b.diary.write("begin %s %s", r.Target, r.ID)
	if b.begin == nil {
		b.Update(r)
	}
	return b.begin
}

func (b *book) Update(r Record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open[r.ID] = r
}

func (b *book) Close(r Record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.open, r.ID)
	b.closed = append(b.closed, r)
}

// lines are what was closed, in short, and what is open.
func (b *book) lines() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var lines []string
	for _, r := range b.closed {
		lines = append(lines, short(r))
	}
	for _, r := range b.open {
		lines = append(lines, "open "+short(r))
	}
	return strings.Join(lines, "\n")
}

func short(r Record) string {
	text := fmt.Sprintf("%s %s", r.Kind, r.Target)
	for _, part := range []string{r.ID, r.What, r.Refusal, r.Answer, r.Reason, r.Build, r.Outcome} {
		if part != "" {
			text += ", " + part
		}
	}
	if r.Press > 0 {
		text += fmt.Sprintf(", %v s", r.Press)
	}
	return text
}

// kept runs a loop with a book, by a follower if there is one.
func kept(t *testing.T, d *diary, o *oracle, change func(*Config, *book)) (*running, *book) {
	t.Helper()
	b := &book{diary: d, open: map[string]Record{}}
	r := newRunning(t, d, func(c *Config) {
		if o != nil {
			o.can = Abilities{Look: true, Find: true}
			c.Follower, c.Follow = o, []bool{true, true}
		}
		c.Journal = b
		change(c, b)
	})
	return r, b
}

func asIs(*Config, *book) {}

// saying is a follower that says so, or, with nothing to say, none.
func saying(says []any) *oracle {
	if says == nil {
		return nil
	}
	return &oracle{says: says}
}

// answered is a server that says so at once.
func answered(o Outcome) *diary {
	return &diary{answer: func(context.Context, context.Context) Outcome { return o }}
}

// TestRecords: what is kept of a launch, whatever becomes of it.
func TestRecords(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		outcome Outcome
		says    []any // of the follower; nil: there is none
		want    string
	}{
		{"not started", Outcome{Reason: "conflict"}, nil, "launch A, id1, not started, conflict, 0.05 s"},
		{"unknown, and nobody can look", Outcome{Verdict: Unknown, Reason: "cut off"}, nil, "launch A, id1, unknown, cut off, unknown, 0.05 s"},
		{"started, and nobody looks", Outcome{Verdict: Started, Build: "7"}, nil, "launch A, id1, started, 7, not followed, 0.05 s"},
		{"passed", Outcome{Verdict: Started, Build: "q7"}, []any{sight(StageQueued, "q7"), sight(StageRunning, "7"), sight(StagePassed, "7")}, "launch A, id1, started, 7, passed, 0.05 s"},
		{"failed", Outcome{Verdict: Started, Build: "7"}, []any{sight(StageFailed, "7")}, "launch A, id1, started, 7, failed, 0.05 s"},
		{"lost", Outcome{Verdict: Started, Build: "7"}, []any{sight(StageLost, "7")}, "launch A, id1, started, 7, lost, 0.05 s"},
		{"given up", Outcome{Verdict: Started, Build: "7"}, []any{ErrCannot}, "launch A, id1, started, 7, lost, 0.05 s"},
		{"found after all", Outcome{Verdict: Unknown, Reason: "cut off"}, []any{ErrNoBuild, sight(StageRunning, "7"), sight(StageCancelled, "7")}, "launch A, id1, started, cut off, 7, cancelled, 0.05 s"},
		{"never found", Outcome{Verdict: Unknown, Reason: "cut off"}, []any{ErrNoBuild}, "launch A, id1, unknown, cut off, unknown, 0.05 s"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, b := kept(t, answered(c.outcome), saying(c.says), asIs)
				r.Post(Switched{On: true})
				pass(time.Second)
				r.press()
				r.disarm()
				pass(10 * time.Minute)
				if diff := cmp.Diff(c.want, b.lines()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if err := r.end(); err != nil {
					t.Error(err)
				}
				if got := r.read(); !strings.Contains(got, "begin A id1\nrequest 0") {
					t.Errorf("the request went out before it was kept:\n%s", got)
				}
			})
		})
	}
}

// TestRecordsOfRefusals: each press that is refused has one, with its length.
func TestRecordsOfRefusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, b := kept(t, answered(Outcome{Verdict: Started}), nil, asIs)
		r.press()
		r.Post(Switched{On: true})
		pass(time.Second)
		r.press()
		pass(time.Second)
		r.Post(Pressed{Button: BranchButton, First: time.Now()})
		pass(300 * ms)
		r.Post(Released{BranchButton})
		r.Post(Pressed{Button: LaunchButton, First: time.Now()})
		pass(time.Second)
		if err := r.end(); err != nil { // while it is held
			t.Error(err)
		}
		want := strings.Join([]string{
			"refusal A, launch, not armed, 0.05 s",
			"launch A, id1, started, not followed, 0.05 s",
			"refusal A, branch, busy, 0.3 s",
			"refusal A, launch, busy, 1 s",
		}, "\n")
		if diff := cmp.Diff(want, b.lines()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestRecordsAtTheEnd: what the end of the program leaves open for the next run.
func TestRecordsAtTheEnd(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		diary *diary
		says  []any
		want  string
	}{
		{"followed", answered(Outcome{Verdict: Started, Build: "7"}), []any{sight(StageRunning, "7")}, "open launch A, id1, started, 7, 0.05 s"},
		{"looked for", answered(Outcome{Verdict: Unknown, Reason: "cut off"}), []any{ErrNoBuild}, "open launch A, id1, unknown, cut off, 0.05 s"},
		{"unanswered", &diary{answer: started(time.Hour)}, []any{ErrNoBuild}, "open launch A, id1, unknown, stopped, 0.05 s"},
		{"unanswered, and nobody can look", &diary{answer: started(time.Hour)}, nil, "open launch A, id1, unknown, stopped, 0.05 s"},
		{"answered while stopping", &diary{answer: started(9 * time.Second)}, []any{sight(StageRunning, "106")}, "open launch A, id1, started, 106, 0.05 s"},
		{"unsent", &diary{answer: unsent}, []any{ErrNoBuild}, "launch A, id1, not started, stopped, 0.05 s"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, b := kept(t, c.diary, saying(c.says), asIs)
				r.Post(Switched{On: true})
				pass(time.Second)
				r.press()
				r.Post(Switched{On: false})
				pass(8 * time.Second)
				if err := r.end(); err != nil {
					t.Error(err)
				}
				want := c.want
				if c.name == "unsent" { // the switch has called it off
					want = "launch A, id1, not started, called off, 0.05 s"
				}
				if diff := cmp.Diff(want, b.lines()); diff != "" {
					t.Errorf("(-want +got):\n%s\n%s", diff, r.read())
				}
			})
		})
	}
}

// TestRecordsOfDoubt: the line of a launch of which nobody knows waits until
// somebody has acknowledged that, so that the next run shows it as well; where
// nobody could, it doesn't.
func TestRecordsOfDoubt(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		says []any // of the follower; nil: there is none
		run  func(*running)
		want string
	}{
		{"nobody can look", nil, func(*running) {}, "open launch A, id1, unknown, cut off, 0.05 s"},
		{"given up", []any{ErrNoBuild}, func(*running) { pass(10 * time.Minute) }, "open launch A, id1, unknown, cut off, 0.05 s"},
		{"acknowledged by the switch", nil, func(r *running) { r.Post(Switched{}); pass(time.Second) }, "launch A, id1, unknown, cut off, unknown, 0.05 s"},
		{"acknowledged by the branch button", nil, func(r *running) {
			r.Post(Pressed{Button: BranchButton, First: time.Now()})
			r.Post(Released{BranchButton})
			pass(time.Second)
		}, "launch A, id1, unknown, cut off, unknown, 0.05 s"},
		{"acknowledged, and still looked for", []any{ErrNoBuild}, func(r *running) { r.Post(Switched{}); pass(time.Second) }, "open launch A, id1, unknown, cut off, 0.05 s"},
		{"acknowledged, and given up", []any{ErrNoBuild}, func(r *running) { r.Post(Switched{}); pass(10 * time.Minute) }, "launch A, id1, unknown, cut off, unknown, 0.05 s"},
		{"unattended", nil, nil, "launch A, id1, unknown, cut off, unknown, 0.05 s"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, b := kept(t, answered(Outcome{Verdict: Unknown, Reason: "cut off"}), saying(c.says), func(config *Config, _ *book) { config.Unattended = c.run == nil })
				r.Post(Switched{On: true})
				pass(time.Second)
				r.press()
				pass(5 * time.Second)
				if c.run != nil {
					c.run(r)
				}
				if err := r.end(); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(c.want, b.lines()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if got := r.read(); strings.Contains(c.name, "given up") && !strings.Contains(got, "log: Gave up the build of A") {
					t.Errorf("the log doesn't tell how the search ended:\n%s", got)
				}
			})
		})
	}
}

// TestRecordsOfWhatEnds: a build that ends with the program is ended, and its end
// is in its line and in the log, for it has no next run that could tell.
func TestRecordsOfWhatEnds(t *testing.T) {
	t.Parallel()
	cancelled := sight(StageCancelled, "7")
	cancelled.Word = "stopped with us"
	for want, says := range map[string][]any{
		"launch A, id1, started, 7, cancelled, 0.05 s": {sight(StageRunning, "7"), cancelled},
		"launch A, id1, started, 7, passed, 0.05 s":    {sight(StageRunning, "7"), sight(StagePassed, "7")},
		"open launch A, id1, started, 7, 0.05 s":       {sight(StageRunning, "7"), ErrCannot},
	} {
		synctest.Test(t, func(t *testing.T) {
			o, told := &oracle{says: says}, &crier{}
			r, b := kept(t, answered(Outcome{Verdict: Started, Build: "7"}), o, func(c *Config, _ *book) { o.can.Ends, c.Announcer = true, told })
			r.Post(Switched{On: true})
			pass(time.Second)
			r.press()
			pass(3 * time.Second)
			if err := r.end(); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, b.lines()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"look 0 7", "end", "end", "look 0 7"}, o.questions()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if _, known := says[1].(Sight); known != (len(told.told) == 2) {
				t.Errorf("told to others: %q", told.told)
			}
			if got := r.read(); says[1] == any(cancelled) && !strings.Contains(got, "Build of A was cancelled") {
				t.Errorf("the log doesn't tell:\n%s", got)
			}
		})
	}
}

// TestReserving: the press waits for no disk, its request for the id; and a box
// that can't record refuses to be armed, until the switch was off.
func TestReserving(t *testing.T) {
	t.Parallel()
	after := func(d time.Duration, err error) func(context.Context) error {
		return func(ctx context.Context) error {
			select {
			case <-time.After(d):
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	cases := []struct {
		name    string
		reserve func(context.Context) error
		begin   error
		off     bool // the switch, after half a second
		want    []string
		not     string
	}{
		{"slow", after(3*time.Second, nil), nil, false, []string{"alarm", "log: Launching A", "begin A id1", "request 0"}, "Refused"},
		{"slow, and called off", after(3*time.Second, nil), nil, true, []string{"log: Launching A", "log: No build of A: called off"}, "request"},
		{"hangs", after(time.Hour, nil), nil, false, []string{"log: Launching A", "log: No build of A: can't record: the disk takes longer than 5s", "log: Armed"}, "request"},
		{"fails after the press", after(2*time.Second, errFull), nil, false, []string{"log: Launching A", "log: No build of A: can't record: write /journal: no space left on device", "log: Armed", "log: Refused arming: can't record: write /journal"}, "request"},
		{"fails at the press", nil, errFull, false, []string{"log: Launching A", "log: No build of A: can't record: write /journal: no space left on device"}, "request"},
		{"fails at once", after(0, errFull), nil, false, []string{"log: Armed", "buzz", "log: Refused arming: can't record: write /journal: no space left on device", "log: Refused launch: can't record"}, "request"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, b := kept(t, answered(Outcome{Verdict: Started}), nil, func(_ *Config, b *book) { b.reserve, b.begin = c.reserve, c.begin })
				r.Post(Switched{On: true})
				pass(time.Second)
				r.press()
				pass(450 * ms)
				if c.off {
					r.Post(Switched{On: false})
				}
				pass(20 * time.Second)
				text := r.read()
				checkOrder(t, text, c.want)
				if strings.Contains(text, c.not) {
					t.Errorf("%q in\n%s", c.not, text)
				}
				r.Post(Switched{On: false})
				pass(20 * time.Second)
				if err := r.end(); err != nil {
					t.Error(err)
				}
				if got := b.lines(); strings.Contains(got, "open ") {
					t.Errorf("left open:\n%s", got)
				}
			})
		})
	}
}

// TestResume: launches of an earlier run are gone on with, and none is sent again.
func TestResume(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	launch := func(target, answer string) Record {
		r := Record{Time: begun, Kind: KindLaunch, ID: "old", Target: target, Answer: answer}
		if answer == "started" {
			r.Build = "7"
		}
		return r
	}
	found := []any{sight(StageRunning, "7"), sight(StagePassed, "7")}
	cases := []struct {
		name  string
		open  Record
		says  []any
		want  string
		log   string
		light Light
	}{
		{"started", launch("B", "started"), found, "launch B, old, started, 7, passed", "log: Going on with the build of B", LightQueued},
		{"started, and nobody looks", launch("B", "started"), nil, "launch B, old, started, 7, not followed", "log: A build of B was started before, and isn't followed", LightNone},
		{"unanswered, and there is one", launch("B", ""), found, "launch B, old, started, cut off: the box was ended before the answer, 7, passed", "log: Unknown whether a build of B started: cut off", LightUnknown},
		{"unanswered, and there is none", launch("B", ""), []any{ErrNoBuild}, "launch B, old, unknown, cut off: the box was ended before the answer, unknown", "log: Gave up the build of B", LightUnknown},
		{"unanswered, and nobody can look", launch("B", ""), nil, "launch B, old, unknown, cut off: the box was ended before the answer, unknown", "log: Unknown whether", LightUnknown},
		{"the server is away at first", launch("B", "started"), append([]any{&AskError{Reason: "unreachable"}}, found...), "launch B, old, started, 7, passed", "log: No word of the build of B", LightQueued},
		{"no such target", launch("C", "started"), found, "launch C, old, started, 7, not followed", "log: No target is called C any more: look at the server", LightNone},
		{"no such target, unanswered", launch("C", ""), found, "launch C, old, unknown, cut off: the box was ended before the answer, unknown", "log: No target is called C any more", LightNone},
		{"reserved, and there is one", launch("", ""), append([]any{ErrNoBuild}, found...), "launch B, old, started, 7, passed", "log: Going on with the build of B", LightNone},
		{"reserved, and there is none", launch("", ""), []any{ErrNoBuild}, "", "no server shows a build that was launched then", LightNone},
		{"reserved, and the server is away", launch("", ""), []any{&AskError{Reason: "unreachable"}}, "", "look at the server whether there is a build of A or B", LightNone},
		{"reserved, and nobody can look", launch("", ""), nil, "", "look at the server whether there is a build of A or B", LightNone},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, b := kept(t, &diary{}, saying(c.says), func(config *Config, b *book) {
					config.Resume = []Record{c.open}
					b.open["old"] = c.open
				})
				pass(time.Second)
				if box, err := r.Look(t.Context()); err != nil || box.Light(1) != c.light {
					t.Errorf("the light is %v, want %v; %v", box.Light(1), c.light, err)
				}
				pass(10 * time.Minute)
				if box, _ := r.Look(t.Context()); box.Light(1) == LightUnknown {
					if got := b.lines(); !strings.HasPrefix(got, "open ") {
						t.Errorf("nobody has acknowledged what nobody knows, and it is closed: %s", got)
					}
					r.Post(Switched{On: true})
				}
				if err := r.end(); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(c.want, b.lines()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if got := r.read(); !strings.Contains(got, c.log) || strings.Contains(got, "request") {
					t.Errorf("want %q and no request in\n%s", c.log, got)
				}
			})
		})
	}
}

// TestResumeAndLaunch: a launch of the same target takes the lamp over.
func TestResumeAndLaunch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, b := kept(t, answered(Outcome{Verdict: Started, Build: "8"}), &oracle{says: []any{sight(StagePassed, "8")}}, func(c *Config, _ *book) {
			c.Resume = []Record{{Time: time.Now(), Kind: KindLaunch, ID: "old", Target: "A", Answer: "started", Build: "7"}}
		})
		r.Post(Switched{On: true})
		pass(500 * ms)
		r.press()
		r.disarm()
		pass(10 * time.Minute)
		if err := r.end(); err != nil {
			t.Error(err)
		}
		want := "launch A, old, started, 7, not followed\nlaunch A, id1, started, 8, passed, 0.05 s"
		if diff := cmp.Diff(want, b.lines()); diff != "" {
			t.Errorf("(-want +got):\n%s\n%s", diff, r.read())
		}
	})
}

// TestCooling: the cooldown of an earlier run's launch holds.
func TestCooling(t *testing.T) {
	t.Parallel()
	b := newBench(t, Found{})
	b.box = b.box.Under(Rules{Cooldown: time.Minute}).Cooling(begin)
	b.do(Switched{On: true})
	b.wait(30 * time.Second)
	b.took()
	b.tap(LaunchButton)
	if got := strings.Join(b.took(), "\n"); !strings.Contains(got, "WARN Refused launch: cooling down") {
		t.Errorf("it did %s", got)
	}
	b.wait(time.Minute)
	b.tap(LaunchButton)
	if got := strings.Join(b.took(), "\n"); !strings.Contains(got, "launch 0") {
		t.Errorf("a minute later it did %s", got)
	}
}
