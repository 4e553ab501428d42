package shipit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// diary is Panel, Server, Speaker and log in one: it writes down what the loop
// does, in order.
type diary struct {
	mu      sync.Mutex
	entries []string
	lit     map[string]bool
	closed  time.Time
	fail    error                                                      // of every lamp
	answer  func(ctx, withdraw context.Context) Outcome                // of every launch
	warm    func(ctx context.Context, target int, dialled func(error)) // nil: dials well and waits
	boom    bool                                                       // the lamps panic
}

var (
	_ Panel   = (*diary)(nil)
	_ Server  = (*diary)(nil)
	_ Speaker = (*diary)(nil)
)

func (d *diary) write(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entries = append(d.entries, fmt.Sprintf(format, args...))
}

func (d *diary) read() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.entries, "\n")
}

func (d *diary) light(name string, on bool) error {
	if d.boom {
		panic("no such lamp")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lit[name] = on
	return d.fail
}

func (d *diary) Blinker(on bool) error          { return d.light("blinker", on) }
func (d *diary) Lamp(target int, on bool) error { return d.light(fmt.Sprint(target), on) }

// Siren writes down, but for its end by Close, what the siren does.
func (d *diary) Siren(launch int) error {
	d.write("siren %d", launch)
	return d.light("siren", launch > 0)
}

func (d *diary) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed.IsZero() {
		d.closed = time.Now()
		d.entries = append(d.entries, "closed")
	}
	clear(d.lit)
	return nil
}

func (d *diary) Launch(ctx, withdraw context.Context, target int, _ string) Outcome {
	d.write("request %d", target)
	return d.answer(ctx, withdraw)
}

func (d *diary) Warm(ctx context.Context, target int, dialled func(error)) {
	if d.warm != nil {
		d.warm(ctx, target, dialled)
		return
	}
	dialled(nil)
	<-ctx.Done()
}

func (d *diary) Play(s Sound) { d.write("%v", s) }
func (d *diary) Silence()     { d.write("silence") }

// slogTo makes a logger that writes level and message into the diary.
func slogTo(d *diary) *slog.Logger {
	var buf bytes.Buffer
	return slog.New(slog.NewTextHandler(&buf, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.MessageKey {
			d.write("log: %s", a.Value)
		}
		return a
	}}))
}

// running is a Loop that runs in a synctest bubble.
type running struct {
	*Loop
	*diary
	ended  chan error
	cancel context.CancelFunc
}

// start runs a loop over d until end is called.
func start(t *testing.T, d *diary) *running {
	t.Helper()
	return newRunning(t, d, func(*Config) {})
}

// newRunning is start with a configuration that may be changed.
func newRunning(t *testing.T, d *diary, change func(*Config)) *running {
	t.Helper()
	d.lit = map[string]bool{}
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{diary: d, ended: make(chan error, 1), cancel: cancel}
	c := Config{Targets: []string{"A", "B"}, Rearm: true, Panel: d, Server: d, Speaker: d, Log: slogTo(d)}
	change(&c)
	r.Loop = NewLoop(c)
	go func() { r.ended <- r.Run(ctx) }()
	r.Post(Found{})
	return r
}

// pass lets virtual time pass, until everything has come to rest.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// end ends the loop as a signal would, and returns what Run returned.
func (r *running) end() error {
	r.cancel()
	return <-r.ended
}

// armAndPress flips the switch and presses launch.
func (r *running) armAndPress() {
	r.Post(Switched{true})
	pass(time.Second)
	r.Post(Pressed{Button: LaunchButton, First: time.Now(), SwitchOn: true})
	r.Post(Released{LaunchButton})
	synctest.Wait()
}

func (r *running) on(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lit[name]
}

// started answers every launch after a while, unless it is taken back.
func started(after time.Duration) func(ctx, withdraw context.Context) Outcome {
	return func(ctx, _ context.Context) Outcome {
		select {
		case <-ctx.Done():
			return Outcome{Verdict: Unknown, Reason: context.Cause(ctx).Error()}
		case <-time.After(after):
			return Outcome{Verdict: Started, Build: "106"}
		}
	}
}

// unsent never gets to write anything: it waits to be taken back.
func unsent(_, withdraw context.Context) Outcome {
	<-withdraw.Done()
	return Outcome{Verdict: NotStarted, Reason: context.Cause(withdraw).Error()}
}

// TestLoopLaunch plays a whole launch in virtual time.
func TestLoopLaunch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := start(t, &diary{answer: started(time.Second)})
		r.armAndPress()
		if !r.on("blinker") || r.on("0") {
			t.Error("at the press the blinker is off or the target's lamp on")
		}
		pass(13 * time.Second)
		if err := r.end(); err != nil {
			t.Error(err)
		}
		want := "log: Armed\nrequest 0\nalarm\nlog: Launching A\nlog: Triggered a build of A\nsilence\nlog: Armed\nclosed\nsilence"
		if diff := cmp.Diff(want, order(r.read(), "request 0", "alarm")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if len(r.lit) != 0 {
			t.Errorf("lamps are on at the end: %v", r.lit)
		}
	})
}

// order puts first before second, where two goroutines write the two entries.
func order(diary, first, second string) string {
	return strings.Replace(diary, second+"\nlog: Launching A\n"+first, first+"\n"+second+"\nlog: Launching A", 1)
}

// TestLoopLook: the answer is the Box of that moment; a loop that hangs gives
// none, and neither does one that is over.
func TestLoopLook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{}, 1) // whoever fills it holds up the loop
		r := newRunning(t, &diary{}, func(c *Config) { c.Observe = func(Box) { gate <- struct{}{}; <-gate } })
		if b, err := r.Look(t.Context()); err != nil || b.State() != Safe {
			t.Errorf("at rest: %v, %v", b.State(), err)
		}
		r.Post(Switched{true})
		pass(time.Millisecond)
		if b, err := r.Look(t.Context()); err != nil || b.State() != Armed {
			t.Errorf("armed: %v, %v", b.State(), err)
		}
		gate <- struct{}{}
		r.Post(Switched{false})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.Look(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while it hangs: %v", err)
		}
		<-gate
		if err := r.end(); err != nil {
			t.Error(err)
		}
		if _, err := r.Look(t.Context()); !errors.Is(err, errOver) {
			t.Errorf("at the end: %v", err)
		}
	})
}

// TestLoopLookEarly: nobody sees a Box whose life has not begun.
func TestLoopLookEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{lit: map[string]bool{}}
		loop := NewLoop(Config{Targets: []string{"A"}, Panel: d, Server: d, Speaker: d, Log: slogTo(d)})
		ctx, cancel := context.WithCancel(t.Context())
		ended, state := make(chan error), make(chan State, 1)
		go func() { ended <- loop.Run(ctx) }()
		go func() {
			b, err := loop.Look(t.Context())
			if err != nil {
				t.Error(err)
			}
			state <- b.State()
		}()
		synctest.Wait()
		if len(state) > 0 {
			t.Error("there is a Box before Found")
		}
		loop.Post(Found{SwitchOn: true})
		if got := <-state; got != Armed {
			t.Errorf("the first Box is %v", got)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestLoopStop ends the loop at ten moments of a launch. The panel is closed at
// once, and the log tells what became of the request.
func TestLoopStop(t *testing.T) {
	t.Parallel()
	unknown := "log: Unknown whether a build of A started: stopped"
	cases := []struct {
		name   string
		answer func(ctx, withdraw context.Context) Outcome
		took   func(moment time.Duration) time.Duration // from the end to Run's return
		log    func(moment time.Duration) string
	}{
		{
			"unsent", unsent,
			func(time.Duration) time.Duration { return 0 },
			func(time.Duration) string { return "log: No build of A: stopped" },
		},
		{
			"answered after 8.5 s", started(8500 * ms),
			func(moment time.Duration) time.Duration { return min(max(8500*ms-moment, 0), 2*time.Second) },
			func(moment time.Duration) string {
				if moment < 6500*ms {
					return unknown
				}
				return "log: Triggered a build of A"
			},
		},
		{
			"never answered", started(time.Hour),
			func(time.Duration) time.Duration { return 2 * time.Second },
			func(time.Duration) string { return unknown },
		},
	}
	for _, c := range cases {
		for i := range 10 {
			moment := time.Duration(i) * 1031 * ms
			t.Run(fmt.Sprintf("%s/%v", c.name, moment), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := start(t, &diary{answer: c.answer})
					r.armAndPress()
					pass(moment)
					r.cancel()
					ended := time.Now()
					if err := <-r.ended; err != nil {
						t.Error(err)
					}
					if r.closed != ended {
						t.Errorf("the panel was closed %v after the end", r.closed.Sub(ended))
					}
					if took := time.Since(ended); took != c.took(moment) {
						t.Errorf("the end took %v, want %v", took, c.took(moment))
					}
					if got := r.read(); !strings.Contains(got, c.log(moment)) || !strings.Contains(got, "closed") {
						t.Errorf("want closed, and %q in:\n%s", c.log(moment), got)
					}
				})
			})
		}
	}
}

// TestLoopCallOff: the switch turned off takes an unsent request back.
func TestLoopCallOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := start(t, &diary{answer: unsent})
		r.armAndPress()
		r.Post(Switched{false})
		synctest.Wait()
		if got := r.read(); !strings.HasSuffix(got, "log: No build of A: called off\nsilence\nbuzz") {
			t.Errorf("the launch was not called off:\n%s", got)
		}
		pass(3 * time.Second)
		if r.on("blinker") {
			t.Error("the blinker is on in a safe box")
		}
		if err := r.end(); err != nil {
			t.Error(err)
		}
	})
}

// TestLoopFaults: a lamp that fails, and a panic in each goroutine, end the
// loop with the panel closed first.
func TestLoopFaults(t *testing.T) {
	t.Parallel()
	lost := errors.New("the chip went away")
	cases := []struct {
		name  string
		diary *diary
		want  string
		log   string
	}{
		{"lamp fails", &diary{fail: lost}, "the chip went away", "closed"},
		{"loop panics", &diary{boom: true}, "panic: no such lamp", "closed"},
		{"launch panics", &diary{answer: func(_, _ context.Context) Outcome { panic("launch") }}, "panic: launch", "log: Unknown whether a build of A started: cut off: a fault of this program, look at the server"},
		{"warm panics", &diary{warm: func(context.Context, int, func(error)) { panic("warm") }}, "panic: warm", "closed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := start(t, c.diary)
				r.armAndPress()
				err := <-r.ended
				if err == nil || err.Error() != c.want {
					t.Errorf("Run returned %v, want %s", err, c.want)
				}
				if !strings.Contains(r.read(), c.log) || r.closed.IsZero() {
					t.Errorf("want closed, and %q in:\n%s", c.log, r.read())
				}
				r.cancel()
			})
		})
	}
}

// TestLoopWarm: the connection is kept while the switch is on, a second one
// begins only when the first has ended, and its failures reach the blinker.
func TestLoopWarm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		d.warm = func(ctx context.Context, _ int, dialled func(error)) {
			d.write("warm")
			dialled(errors.New("refused"))
			<-ctx.Done()
			<-time.After(time.Second) // a dial that is slow to end
			d.write("cold")
		}
		r := start(t, d)
		for range 2 {
			r.Post(Switched{true})
			pass(250 * ms)
			if !r.on("blinker") {
				t.Error("the blinker does not tell that the server is away")
			}
			r.Post(Switched{false})
			pass(10 * ms)
		}
		if err := r.end(); err != nil {
			t.Error(err)
		}
		var ways []string
		for line := range strings.Lines(r.read()) {
			if line = strings.TrimSpace(line); line == "warm" || line == "cold" || strings.Contains(line, "No way") {
				ways = append(ways, line)
			}
		}
		if diff := cmp.Diff([]string{"warm", "log: No way to the server: refused", "cold", "warm", "cold"}, ways); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestLoopSlow: an event just before a lamp changes, and a loop that is slow to
// handle it, skip no change.
func TestLoopSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		slow := time.Duration(0)
		r := newRunning(t, d, func(c *Config) { c.Observe = func(Box) { <-time.After(slow) } })
		r.Post(Pressed{Button: LaunchButton, First: time.Now()}) // refused: a flash of 0.3 s
		r.Post(Released{LaunchButton})
		pass(300*ms - 100*time.Microsecond)
		slow = 200 * time.Microsecond
		r.Post(Released{BranchButton})
		pass(time.Minute)
		if r.on("blinker") {
			t.Error("the flash of a refusal stays on")
		}
		if err := r.end(); err != nil {
			t.Error(err)
		}
	})
}

// TestLoopTellsFaults: what ends the loop is told when the panel is closed, and
// not when the outcome of a launch is known.
func TestLoopTellsFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{answer: started(time.Hour)}
		told := make(chan time.Time, 1)
		r := newRunning(t, d, func(c *Config) {
			c.Fault = func(err error) {
				d.write("fault: %v", err)
				told <- time.Now()
			}
		})
		r.armAndPress()
		d.mu.Lock()
		d.fail = errors.New("the chip went away")
		d.mu.Unlock()
		failed := time.Now()
		if err := <-r.ended; err == nil || time.Since(failed) < 2*time.Second {
			t.Errorf("Run returned %v after %v", err, time.Since(failed))
		}
		if at := <-told; at.Sub(failed) > 200*ms {
			t.Errorf("the fault was told after %v", at.Sub(failed))
		}
		if !strings.Contains(d.read(), "closed\nsilence\nfault: the chip went away") {
			t.Errorf("the panel is not closed first:\n%s", d.read())
		}
		r.cancel()
	})
}

// TestLoopClock: a box with a freeze asks whether its clock can be trusted, and
// launches nothing if not; one without asks nobody, at no blink of a lamp.
func TestLoopClock(t *testing.T) {
	t.Parallel()
	never := Freeze{Windows: []Window{{To: time.Hour}}} // of no day
	for freeze, want := range map[*Freeze]bool{&never: true, {}: false} {
		synctest.Test(t, func(t *testing.T) {
			asked := false
			d := &diary{answer: started(time.Second)}
			r := newRunning(t, d, func(c *Config) {
				c.Rules.Freeze = *freeze
				c.ClockDoubt = func(time.Time) bool { asked = true; return true }
			})
			r.armAndPress()
			pass(time.Minute)
			if err := r.end(); err != nil {
				t.Error(err)
			}
			if refused := strings.Contains(d.read(), "clock not set"); asked != want || refused != want {
				t.Errorf("asked: %v, refused: %v, want %v:\n%s", asked, refused, want, d.read())
			}
		})
	}
}

// BenchmarkTick is one blink of an armed box, without the lines.
func BenchmarkTick(b *testing.B) {
	now := time.Now()
	box, _ := NewBox([]string{"A", "B"}, true).Step(now, Found{})
	box, _ = box.Step(now, Switched{On: true})
	b.ReportAllocs()
	for b.Loop() {
		now = box.Next(now)
		box, _ = box.Step(now, Tick{})
		box.Lamps(now)
	}
}
