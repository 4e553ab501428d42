package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit"
	"ship-it.example/shipit/sound"
)

// traps makes the goroutines of a box panic. Who comes by a place whose trap is
// set panics, once.
type traps struct {
	set  atomic.Value             // the place
	boom map[string]chan struct{} // closed: who waits there panics
}

func (t *traps) trip(place string) {
	if t.set.CompareAndSwap(place, "") {
		panic("trap in " + place)
	}
}

// trapped is a whole box in virtual time with a trap in every goroutine that
// runs in one: the server, the speaker, the log and the chip have them, and
// tasks and signals stand for the keeper of a daemon's pidfile and for its HUP.
type trapped struct {
	*mock
	*traps
	ends   *ends
	out    *sink
	file   bytes.Buffer        // what the sink has written
	reply  chan shipit.Outcome // what the server answers, once something is in it
	unsent bool                // the server's connection does not open
	broken string              // a file; while it is there the player fails
}

func newTrapped(t *testing.T) *trapped {
	t.Helper()
	b := &trapped{traps: &traps{boom: map[string]chan struct{}{}}, reply: make(chan shipit.Outcome, 1), broken: filepath.Join(t.TempDir(), "broken")}
	b.set.Store("")
	for _, place := range []string{"launch", "warm", "task"} {
		b.boom[place] = make(chan struct{})
	}
	b.mock = newMockRig(t, func(*virtual.Chip) {}, func(m *mock, r *rig) {
		b.mock = m
		ctx, end := context.WithCancelCause(t.Context())
		b.ends = &ends{ctx: ctx, end: end, late: make(chan error, 1), reopen: func() { b.trip("signals") }, signals: make(chan os.Signal, 8)}
		go b.ends.run()
		b.out = newSink(trappedLog{b}, b.ends.fail)
		player := sound.New(sound.Settings{Player: []string{"sh", "-c", `! test -e "$1"`, "player", b.broken}}, slog.New(trappedHandler{b}), b.ends.fail)
		t.Cleanup(func() {
			close(b.ends.signals)
			if err := player.Close(); err != nil {
				t.Error(err)
			}
		})
		r.log, r.crash = slog.New(lineHandler{w: io.MultiWriter(m, noteWriter{b}, b.out)}), io.MultiWriter(m, b.out)
		r.chip, r.server, r.speaker = trappedChip{m.chip, b.traps}, b, trappedSpeaker{player, b.traps}
		r.observe = func(shipit.Box) { b.trip("loop") }
		r.tasks = append(r.tasks, func(ctx context.Context) error { b.wait(ctx, "task"); return nil })
		r.late = b.ends.late
		m.parent = ctx
	})
	b.end = b.ends.end
	return b
}

// wait blocks until ctx ends, unless the place blows up.
func (b *trapped) wait(ctx context.Context, place string) {
	select {
	case <-ctx.Done():
		b.trip(place)
	case <-b.boom[place]:
		panic("trap in " + place)
	}
}

// Launch is the server: what is unsent can be taken back, and what is sent is
// answered with what stands in reply.
func (b *trapped) Launch(ctx, withdraw context.Context, _ int) shipit.Outcome {
	if b.unsent {
		b.wait(withdraw, "launch")
		return shipit.Outcome{Reason: context.Cause(withdraw).Error()}
	}
	b.mu.Lock()
	b.launches++
	b.mu.Unlock()
	select {
	case outcome := <-b.reply:
		return outcome
	case <-ctx.Done():
		b.trip("launch")
		return shipit.Outcome{Verdict: shipit.Unknown, Reason: context.Cause(ctx).Error()}
	case <-b.boom["launch"]:
		panic("trap in launch")
	}
}

func (b *trapped) Warm(ctx context.Context, _ func(error)) { b.wait(ctx, "warm") }

type trappedSpeaker struct {
	shipit.Speaker
	*traps
}

// Silence is called at the end by the loop and by whoever gives the lines back.
func (s trappedSpeaker) Silence() {
	s.trip("giving back")
	s.Speaker.Silence()
}

// trappedHandler is the log that the player warns on.
type trappedHandler struct{ *trapped }

func (trappedHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h trappedHandler) Handle(context.Context, slog.Record) error {
	h.trip("player")
	return nil
}
func (h trappedHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h trappedHandler) WithGroup(string) slog.Handler      { return h }

// trappedLog is where the sink of the log writes.
type trappedLog struct{ *trapped }

func (l trappedLog) Write(line []byte) (int, error) {
	l.trip("sink")
	return l.file.Write(line)
}

// noteWriter trips the loop as it logs an outcome at the end.
type noteWriter struct{ *trapped }

func (w noteWriter) Write(line []byte) (int, error) {
	if strings.Contains(string(line), "stopped") {
		w.trip("last note")
	}
	return len(line), nil
}

type trappedChip struct {
	*virtual.Chip
	*traps
}

func (c trappedChip) ClaimInputs(inputs []gpio.Input) (gpio.InputLines, error) {
	lines, err := c.Chip.ClaimInputs(inputs)
	return trapLines{lines, c.traps}, err
}

func (c trappedChip) ClaimOutput(pin int, high bool) (gpio.OutputLine, error) {
	line, err := c.Chip.ClaimOutput(pin, high)
	return trapLine{line, c.traps}, err
}

type trapLines struct {
	gpio.InputLines
	*traps
}

func (l trapLines) Wait(timeout time.Duration) (int, bool, error) {
	defer l.trip("reader")
	return l.InputLines.Wait(timeout)
}

func (l trapLines) Halt() {
	l.trip("halt")
	l.InputLines.Halt()
}

type trapLine struct {
	gpio.OutputLine
	*traps
}

func (l trapLine) Drive(high bool) error {
	l.trip("lamp")
	return l.OutputLine.Drive(high)
}

func (l trapLine) Close() error {
	defer l.trip("line")
	return l.OutputLine.Close()
}

// poke has the loop take an event, log a line and play a sound, in any state:
// a launch is refused while the branch button is down.
func (b *trapped) poke() {
	b.chip.Drive(pinBranch, false)
	b.pass(30 * ms)
	b.launch(false)
	b.pass(30 * ms)
	b.launch(true)
	b.pass(30 * ms)
}

// moments are ten moments of a launch.
func moments() []moment {
	silent := func(b *trapped) { b.arm(true); b.pass(time.Second); b.launch(true); b.pass(time.Second) }
	answered := func(o shipit.Outcome) func(*trapped) {
		return func(b *trapped) { silent(b); b.reply <- o; b.pass(time.Second) }
	}
	return []moment{
		{"safe", func(*trapped) {}, 0, ""},
		{"armed", func(b *trapped) { b.arm(true); b.pass(time.Second) }, 0, ""},
		{"at the press", func(b *trapped) { b.arm(true); b.pass(time.Second); b.launch(true); b.pass(19 * ms) }, 0, ""},
		{"before a byte is written", func(b *trapped) { b.unsent = true; silent(b) }, 0, "ERROR No build of Client Int: stopped"},
		{"unanswered", silent, 1, "ERROR Unknown whether a build of Client Int started: stopped"},
		{"answered", answered(shipit.Outcome{Verdict: shipit.Started, Build: "1"}), 1, "Triggered a build of Client Int id=1"},
		{"failed", answered(shipit.Outcome{Reason: "conflict (409)"}), 1, "ERROR No build of Client Int: conflict"},
		{"unknown", func(b *trapped) {
			answered(shipit.Outcome{Verdict: shipit.Unknown, Reason: "cut off"})(b)
			b.pass(3 * time.Second)
		}, 1, "ERROR Unknown whether a build of Client Int started: cut off"},
		{"disarmed in the launch", func(b *trapped) { silent(b); b.arm(false); b.pass(time.Second) }, 1, "ERROR Unknown whether a build of Client Int started: stopped"},
		{"stopping", silent, 1, "ERROR Unknown whether a build of Client Int started: stopped"},
	}
}

type moment struct {
	name     string
	reach    func(*trapped)
	requests int
	outcome  string // a line of the log; empty: there was no launch
}

// TestPanicsAnywhere: a panic in each goroutine of a box, at ten moments of a
// launch each. Every line is free before the first words; the log has the
// panic, its trace, the last words and the one outcome of each launch; nothing
// is sent again; the exit code is 1.
func TestPanicsAnywhere(t *testing.T) {
	t.Parallel()
	set := func(place string) func(*trapped) { return func(b *trapped) { b.set.Store(place) } }
	blow := func(place string) func(*trapped) { return func(b *trapped) { close(b.boom[place]) } }
	poke := func(place string) func(*trapped) { return func(b *trapped) { b.set.Store(place); b.poke() } }
	ended := func(place string) func(*trapped) {
		return func(b *trapped) { b.set.Store(place); b.term() }
	}
	hup := func(b *trapped) { b.set.Store("signals"); b.ends.signals <- syscall.SIGHUP }
	player := func(b *trapped) {
		b.set.Store("player")
		if err := os.WriteFile(b.broken, nil, 0o600); err != nil {
			b.t.Fatal(err)
		}
		b.poke()
	}
	launching := []string{"before a byte is written", "unanswered", "disarmed in the launch", "stopping"}
	switchedOn := append([]string{"armed", "at the press", "answered", "failed", "unknown"}, launching...)
	goroutines := []struct {
		name  string
		blow  func(*trapped)
		only  []string       // the moments at which it runs; nil: all
		early func(*trapped) // blows it while the box is stopping: called before TERM
		late  func(*trapped) // and after it
	}{
		{name: "loop", blow: poke("loop"), early: set("last note")},
		{name: "reader", blow: poke("reader"), early: set("reader")},
		{name: "halt", blow: ended("halt"), early: set("halt")},
		{name: "giving back", blow: ended("giving back"), early: set("giving back")},
		{name: "lamp", blow: ended("lamp"), early: set("lamp")},
		{name: "line", blow: ended("line"), early: set("line")},
		{name: "launch", blow: blow("launch"), only: launching, late: blow("launch")},
		{name: "warm", blow: blow("warm"), only: switchedOn, early: set("warm")},
		{name: "task", blow: blow("task"), early: set("task")},
		{name: "signals", blow: hup, late: hup},
		{name: "sink", blow: poke("sink"), early: set("sink")},
		{name: "player", blow: player, late: nil},
	}
	for _, g := range goroutines {
		for _, m := range moments() {
			stopping := m.name == "stopping"
			if g.only != nil && !slices.Contains(g.only, m.name) || stopping && g.early == nil && g.late == nil {
				continue
			}
			t.Run(g.name+"/"+m.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					b := newTrapped(t)
					m.reach(b)
					if !stopping {
						g.blow(b)
					} else {
						if g.early != nil {
							g.early(b)
						}
						b.term()
						if g.late != nil {
							b.pass(500 * ms)
							g.late(b)
						}
					}
					b.check(m)
				})
			})
		}
	}
}

func (b *trapped) term() { b.ends.signals <- syscall.SIGTERM }

// check waits for the end and looks at what it has left.
func (b *trapped) check(m moment) {
	b.t.Helper()
	blown := time.Now()
	var err error
	select {
	case err = <-b.over:
	case <-time.After(time.Minute):
		b.term()
		b.t.Fatalf("nothing has ended the box; the log:\n%s", b.read())
	}
	b.out.Close(time.Second)
	log := b.read()
	if took := time.Since(blown); took > 4*time.Second+100*ms { // a reader that is not halted wakes up within 2 s
		b.t.Errorf("the end took %v", took)
	}
	if code := exitCode(err); code != 1 || !isPanic(err) {
		b.t.Errorf("exit code %d, want 1, of %v", code, err)
	}
	if err := errors.Join(b.driven, b.chip.Free()); err != nil {
		b.t.Errorf("lines: %v", err)
	}
	for _, words := range []string{"panic: trap in ", "goroutine ", "cleaning up pins!"} {
		if !strings.Contains(log, words) || !strings.Contains(b.file.String(), words) {
			b.t.Errorf("no %q in the log", words)
		}
	}
	b.checkLaunches(m, log)
	if b.t.Failed() {
		b.t.Logf("the log:\n%s", log)
	}
}

// checkLaunches: what was launched was sent once at most, and has one outcome.
func (b *trapped) checkLaunches(m moment, log string) {
	b.t.Helper()
	launches, outcomes := strings.Count(log, "] Launching "), 0
	for _, words := range []string{"] Triggered a build", "ERROR No build", "ERROR Unknown whether"} {
		outcomes += strings.Count(log, words)
	}
	fault := strings.Contains(log, "cut off: a fault of this program")
	switch {
	case outcomes != launches || b.launches > launches:
		b.t.Errorf("%d launches, %d requests, %d outcomes", launches, b.launches, outcomes)
	case m.name == "at the press" && launches <= 1: // it settles, or the end comes first
	case b.launches != m.requests:
		b.t.Errorf("%d requests, want %d", b.launches, m.requests)
	case !strings.Contains(log, m.outcome) && !fault:
		b.t.Errorf("no %q in the log", m.outcome)
	}
	if m.outcome == "" && launches > 0 && m.name != "at the press" {
		b.t.Errorf("%d launches", launches)
	}
}
