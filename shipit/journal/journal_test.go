package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ship-it.example/shipit"
)

// TestLaunches: a line for each launch and each refusal, and nothing left ahead
// of them.
func TestLaunches(t *testing.T) {
	t.Parallel()
	name := path(t)
	b := open(t, name)
	r := b.begin("A")
	b.Update(started(r))
	b.Close(shipit.Record{Time: time.Now(), Kind: shipit.KindRefusal, Target: "A", What: "launch", Refusal: "busy"})
	b.jobs.wait(limit)
	checkJournal(t, name, "refusal A: busy\nopen launch A: started\n")
	b.Close(passed(r))
	b.jobs.wait(limit)
	checkJournal(t, name, "refusal A: busy\nlaunch A: started, passed\n")
	if n := size(t, ahead(name)); n != 0 {
		t.Errorf("%d bytes are left ahead", n)
	}
	for file, mode := range map[string]os.FileMode{name: 0o640, ahead(name): 0o640, filepath.Dir(name): os.ModeDir | 0o755} {
		if info, err := os.Stat(file); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}
	b.end()
	if b = open(t, name); b.err != nil || len(b.mine) != 0 {
		t.Errorf("the next run goes on with %v, %v", b.mine, b.err)
	}
}

// TestCrashes: what the next run goes on with, after a crash at each step, and
// after the power went.
func TestCrashes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		run     func(b *bench)
		crash   string // what the next run in the same boot goes on with
		cut     string // and in another one
		journal string // after either
	}{
		{"nothing", func(*bench) {}, "", "", ""},
		{"reserved", func(b *bench) { b.reserve() }, "", "[ ]", ""},
		{"reserved and given up", func(b *bench) { b.Release(b.reserve()) }, "", "", ""},
		{"pressed", func(b *bench) { b.begin("A") }, "[A ]", "[A ]", "open launch A: \n"},
		{"answered", func(b *bench) { b.Update(started(b.begin("A"))) }, "[A started]", "[A started]", "open launch A: started\n"},
		{"not started", func(b *bench) {
			r := b.begin("A")
			r.Answer = "not started"
			b.Update(r)
		}, "", "", "launch A: not started\n"},
		{"passed", func(b *bench) { b.Update(passed(b.begin("A"))) }, "", "", "launch A: started, passed\n"},
		{"closed", func(b *bench) { b.Close(passed(b.begin("A"))) }, "", "", "launch A: started, passed\n"},
		{"two, and one reserved", func(b *bench) {
			b.Update(started(b.begin("A")))
			b.begin("B")
			b.Close(passed(b.begin("C")))
			b.reserve()
		}, "[A started][B ]", "[A started][B ][ ]", "launch C: started, passed\nopen launch A: started\nopen launch B: \n"},
	}
	for _, c := range cases {
		for boot, want := range map[string]string{"1": c.crash, "2": c.cut} {
			t.Run(c.name+"/"+boot, func(t *testing.T) {
				t.Parallel()
				name := path(t)
				b := open(t, name)
				c.run(b)
				b.crash()
				b = open(t, name, func(s *Settings) { s.Boot = boot })
				if got := launches(b.mine); b.err != nil || !sameParts(got, want) {
					t.Errorf("goes on with %s, %v, want %s", got, b.err, want)
				}
				b.jobs.wait(limit)
				checkJournal(t, name, c.journal)
			})
		}
	}
}

// TestEndWhileLooking: an id that was reserved as the power went is looked for
// again by the run after one that was ended first, or was none of its business.
func TestEndWhileLooking(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Settings){
		"ended":  func(*Settings) {},
		"drill":  func(s *Settings) { s.Drill = true },
		"others": func(s *Settings) { s.Mine = func(Line) bool { return false } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			name := path(t)
			b := open(t, name)
			lost := b.reserve()
			b.crash()
			b = open(t, name, func(s *Settings) { s.Boot = "2" }, change)
			b.reserve()
			b.end()
			b = open(t, name, func(s *Settings) { s.Boot = "2" })
			if len(b.mine) != 1 || b.mine[0].ID != lost {
				t.Errorf("goes on with %v, want %s alone", b.mine, lost)
			}
		})
	}
}

// sameParts compares what is in brackets, in any order.
func sameParts(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for part := range strings.SplitAfterSeq(a, "]") {
		if !strings.Contains(b, part) {
			return false
		}
	}
	return true
}

// TestCrashWhileClosing: a launch whose line was written, but not yet taken from
// what is ahead, has one line; also if the journal was rotated in between.
func TestCrashWhileClosing(t *testing.T) {
	t.Parallel()
	for _, rotate := range []bool{false, true} {
		name := path(t)
		b := open(t, name)
		r := b.begin("A")
		b.jobs.wait(limit)
		before, err := os.ReadFile(ahead(name))
		if err != nil {
			t.Fatal(err)
		}
		b.Close(passed(r))
		b.crash()
		over := encode(entry{Step: stepOver, Line: Line{Record: passed(r)}})
		write(t, ahead(name), string(before)+string(over))
		if rotate {
			if err := os.Rename(name, rotated(name)); err != nil {
				t.Fatal(err)
			}
		}
		if b = open(t, name); len(b.mine) != 0 {
			t.Errorf("goes on with %v", b.mine)
		}
		b.jobs.wait(limit)
		checkJournal(t, name, "launch A: started, passed\n")
	}
}

// TestRotation: a journal that is moved away while a launch is open loses
// nothing.
func TestRotation(t *testing.T) {
	t.Parallel()
	name := path(t)
	b := open(t, name)
	b.Close(passed(b.begin("A")))
	r := b.begin("B")
	b.jobs.wait(limit)
	if err := os.Rename(name, rotated(name)); err != nil {
		t.Fatal(err)
	}
	b.Close(passed(r))
	b.jobs.wait(limit)
	checkJournal(t, name, "launch A: started, passed\nlaunch B: started, passed\n")
	if size(t, name) <= 0 {
		t.Error("there is no new journal")
	}
}

// TestHeld: of two journals on one file the second can't be had, names the
// first, and can be had when that is gone.
func TestHeld(t *testing.T) {
	t.Parallel()
	name := path(t)
	b := open(t, name)
	second := open(t, name)
	held, ok := errors.AsType[*HeldError](second.err)
	if !ok || held.Pid != os.Getpid() || held.Name == "" {
		t.Errorf("the second is told %v", second.err)
	}
	if _, err := second.Reserve(t.Context()); !errors.As(err, new(*HeldError)) {
		t.Errorf("reserve: %v", err)
	}
	b.end()
	r := second.begin("A")
	second.Close(passed(r))
	second.end()
	checkJournal(t, name, "launch A: started, passed\n")
}

// TestDrill: a drill leaves what is open alone, and the next run, be it a drill,
// closes what a drill has left, however that has ended.
func TestDrill(t *testing.T) {
	t.Parallel()
	drill := func(s *Settings) { s.Drill, s.Boot = true, "2" } // and what was reserved before may have gone out
	box := func(s *Settings) { s.Boot = "3" }
	for name, c := range map[string]struct {
		end  func(*bench)
		next func(*Settings)
		mine string // of the next run
	}{
		"killed, and a box":   {(*bench).crash, box, "[A started]"},
		"killed, and a drill": {(*bench).crash, drill, ""},
		"ended, and a box":    {(*bench).end, box, "[A started]"},
		"ended, and a drill":  {(*bench).end, drill, ""},
		"ended, and a launch": {(*bench).end, func(s *Settings) { s.Mine = func(Line) bool { return false } }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			name := path(t)
			b := open(t, name)
			b.Update(started(b.begin("A")))
			b.crash()
			b = open(t, name, drill)
			if len(b.mine) != 0 {
				t.Errorf("the drill goes on with %v", b.mine)
			}
			b.Update(started(b.begin("B")))
			b.begin("C")
			b.reserve()
			c.end(b)
			checkJournal(t, name, "open launch A: started\nopen drill launch B: started\nopen drill launch C: \n")
			b = open(t, name, c.next)
			if got := launches(b.mine); got != c.mine {
				t.Errorf("the next run goes on with %s, want %s", got, c.mine)
			}
			b.jobs.wait(limit)
			checkJournal(t, name, "drill launch B: started, not followed\ndrill launch C: unknown, unknown\nopen launch A: started\n")
		})
	}
}

// TestReserveEnds: a Reserve that is called off gives its id up.
func TestReserveEnds(t *testing.T) {
	t.Parallel()
	name := path(t)
	b := open(t, name)
	b.mu.Lock() // the disk hangs
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Reserve(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	b.mu.Unlock()
	b.end()
	if b = open(t, name, func(s *Settings) { s.Boot = "2" }); len(b.mine) != 0 {
		t.Errorf("the next run goes on with %v", b.mine)
	}
}

// TestLast: the cooldown counts from a launch that may have started a build.
func TestLast(t *testing.T) {
	t.Parallel()
	name := path(t)
	if last, err := Last(name); !errors.Is(err, os.ErrNotExist) || !last.IsZero() {
		t.Errorf("%v, %v", last, err)
	}
	b := open(t, name)
	r := passed(b.begin("A"))
	b.Close(r)
	late := b.begin("B")
	late.Answer, late.Time = "not started", late.Time.Add(time.Hour)
	b.Close(late)
	b.jobs.wait(limit)
	if last, err := Last(name); err != nil || !last.Equal(r.Time.Truncate(time.Millisecond)) {
		t.Errorf("%v, %v, want %v", last, err, r.Time)
	}
	b.begin("B")
	if last, err := Last(name); err != nil || !last.After(r.Time) {
		t.Errorf("with one open: %v, %v", last, err)
	}
}
