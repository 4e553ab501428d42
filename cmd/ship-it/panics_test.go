package main

import (
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ship-it.example/shipit"
)

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
