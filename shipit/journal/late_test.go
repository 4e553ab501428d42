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

// leave is a run that is killed, and leaves launches open and the id of one that
// may have been.
func leave(t *testing.T, name string) {
	t.Helper()
	b := open(t, name)
	later := b.begin("A")
	b.Update(started(b.begin("B")))
	later.Time = later.Time.Add(time.Hour)
	b.Update(started(later)) // is the last of all, though not in the file
	b.begin("A")
	b.reserve()
	b.crash()
}

// TestLate: a journal that could not be opened at the start, and can be later,
// hands what it holds over before it gives an id.
func TestLate(t *testing.T) {
	t.Parallel()
	const all = "[B started][A ][ ][A started]"
	for name, c := range map[string]struct {
		change      func(*Settings)
		handed, end string // to the box, and what the next run goes on with
	}{
		"all":     {func(*Settings) {}, all, all},
		"one's":   {func(s *Settings) { s.Mine = func(l Line) bool { return l.Target == "B" } }, "[B started]", all},
		"a drill": {func(s *Settings) { s.Drill = true }, "", all},
		"none":    {func(s *Settings) { s.Late = nil }, "", all},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			name := path(t)
			leave(t, name)
			holder := open(t, name)
			var handed []shipit.Record
			b := open(t, name, func(s *Settings) {
				s.Boot = "2"
				s.Late = func(open []shipit.Record) { handed = append(handed, open...) }
			}, c.change)
			if _, err := b.Reserve(t.Context()); !errors.As(err, new(*HeldError)) || len(b.mine)+len(handed) != 0 {
				t.Fatalf("while another keeps it: %v, %v, %v", err, b.mine, handed)
			}
			holder.end()
			if c.handed != "" {
				if _, err := b.Reserve(t.Context()); !errors.Is(err, errLate) {
					t.Errorf("reserve: %v, want %v", err, errLate)
				}
			}
			if got := launches(handed); got != c.handed {
				t.Errorf("handed over %s, want %s", got, c.handed)
			}
			b.Release(b.reserve())
			b.end()
			if got := launches(open(t, name, func(s *Settings) { s.Boot = "2" }).mine); got != c.end {
				t.Errorf("the next run goes on with %s, want %s", got, c.end)
			}
		})
	}
}

// TestLateAndCalledOff: a box that was armed again before the journal was open is
// told then.
func TestLateAndCalledOff(t *testing.T) {
	t.Parallel()
	name := path(t)
	leave(t, name)
	holder := open(t, name)
	handed := 0
	b := open(t, name, func(s *Settings) { s.Late = func(open []shipit.Record) { handed += len(open) } })
	holder.end()
	b.mu.Lock() // the disk hangs
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Reserve(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	b.mu.Unlock()
	if _, err := b.Reserve(t.Context()); !errors.Is(err, errLate) {
		t.Errorf("%v, want %v", err, errLate)
	}
	b.reserve()
	if handed != 3 {
		t.Errorf("handed over %d launches, want 3", handed)
	}
}

// TestTakenAway: a file ahead that somebody has taken away is made anew at the
// next arming, with its lock and with what is open; what another run has left
// there in the meantime is gone on with.
func TestTakenAway(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		take  func(name string) error
		other bool // comes in between
		want  string
	}{
		"removed": {func(n string) error { return os.Remove(ahead(n)) }, false, ""},
		"moved":   {func(n string) error { return os.Rename(ahead(n), ahead(n)+".1") }, false, ""},
		"replaced": {func(n string) error {
			return errors.Join(os.Rename(ahead(n), n+".x"), os.WriteFile(ahead(n), nil, 0o640))
		}, false, ""},
		"its folder": {func(n string) error { return os.Rename(filepath.Dir(n), filepath.Dir(n)+".1") }, false, ""},
		"and used":   {func(n string) error { return os.Rename(ahead(n), ahead(n)+".1") }, true, "[C started]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			name := path(t)
			var handed []shipit.Record
			b := open(t, name, func(s *Settings) { s.Late = func(open []shipit.Record) { handed = open } })
			b.Update(started(b.begin("A")))
			b.jobs.wait(limit)
			if err := c.take(name); err != nil {
				t.Fatal(err)
			}
			if c.other {
				other := open(t, name)
				other.Update(started(other.begin("C")))
				other.end()
				if _, err := b.Reserve(t.Context()); !errors.Is(err, errLate) {
					t.Errorf("reserve: %v, want %v", err, errLate)
				}
			}
			b.begin("B")
			if other := open(t, name); !errors.As(other.err, new(*HeldError)) {
				t.Errorf("another run opens it: %v", other.err)
			}
			if got := launches(handed); got != c.want {
				t.Errorf("handed over %s, want %s", got, c.want)
			}
			if n := strings.Count(b.log.String(), "was taken away"); n != 1 {
				t.Errorf("told %d times: %s", n, b.log)
			}
			b.crash()
			b = open(t, name)
			if got := launches(b.mine); !sameParts(got, "[A started][B ]"+c.want) {
				t.Errorf("goes on with %s", got)
			}
		})
	}
}

// TestTakenAwayWhileArmed: of a launch that the next run would know nothing of,
// nothing goes out.
func TestTakenAwayWhileArmed(t *testing.T) {
	t.Parallel()
	name := path(t)
	b := open(t, name)
	id, err := b.Reserve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(ahead(name), ahead(name)+".1"); err != nil {
		t.Fatal(err)
	}
	if err := b.Begin(shipit.Record{Time: time.Now(), Kind: shipit.KindLaunch, ID: id, Target: "A"}); !errors.Is(err, errGone) {
		t.Errorf("begin: %v, want %v", err, errGone)
	}
	b.begin("B") // reserves anew
	b.end()
}
