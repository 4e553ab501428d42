package gpio_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/gpio"
)

func TestWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newChip())
		pass(time.Second)
		start := time.Now()
		b.press(true)
		pass(debounce - time.Millisecond)
		if got := b.take(); got != nil {
			t.Errorf("before the debounce time is over: %v", got)
		}
		pass(2 * time.Millisecond)
		want := []gpio.Change{{Input: launch, Active: true, First: start, Levels: []bool{false, true, false}}}
		if diff := cmp.Diff(want, b.take()); diff != "" {
			t.Errorf("after it (-want +got):\n%s", diff)
		}
		b.chip.Drive(switchPin, true)
		b.press(false)
		pass(time.Second)
		want = []gpio.Change{
			{Input: arming, Active: true, First: start.Add(21 * time.Millisecond), Levels: []bool{true, false, false}},
			{Input: launch, Active: false, First: start.Add(21 * time.Millisecond), Levels: []bool{true, false, false}},
		}
		if diff := cmp.Diff(want, b.take()); diff != "" {
			t.Errorf("switch and release at once (-want +got):\n%s", diff)
		}
	})
}

// Changes that settle in one reading are one report.
func TestWatchReportsTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newChip())
		b.chip.Drive(branchPin, false)
		b.chip.Drive(launchPin, false)
		b.chip.Drive(switchPin, true)
		pass(time.Second)
		want := []flip{{arming, true}, {launch, true}, {branch, true}}
		if diff := cmp.Diff(want, flips(b.take())); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
		if calls := b.reports(); calls != 1 {
			t.Errorf("%d reports, want 1", calls)
		}
	})
}

func TestShortPressesCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newChip())
		counted := 0
		for range 1000 {
			b.press(true)
			pass(debounce + time.Millisecond)
			b.press(false)
			pass(debounce + time.Millisecond + time.Duration(rand.Int64N(int64(time.Second))))
			for _, f := range flips(b.take()) {
				if f.Active {
					counted++
				}
			}
		}
		if counted != 1000 {
			t.Errorf("%d of 1000 presses of 21 ms counted", counted)
		}
	})
}

// Glitches on all lines at once, at whole and at odd moments, so that many fall
// on the very end of a debounce time, and some into the wait after it.
func TestGlitchesNeverCount(t *testing.T) {
	t.Parallel()
	steps := []time.Duration{10 * time.Microsecond, 150 * time.Microsecond, time.Millisecond, 5 * time.Millisecond}
	for _, step := range steps {
		t.Run(step.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, newChip())
				for _, pin := range []int{switchPin, launchPin, branchPin} {
					quiet := pin != switchPin
					b.chip.Drive(pin, quiet)
					go glitch(b, pin, quiet, step)
				}
				pass(4 * time.Minute)
				synctest.Wait()
				if got := b.take(); got != nil {
					t.Errorf("%d glitches counted, the first: %+v", len(got), got[0])
				}
			})
		})
	}
}

// glitch makes 2000 glitches shorter than half the debounce time.
func glitch(b *bench, pin int, quiet bool, step time.Duration) {
	upTo := func(most time.Duration) time.Duration { return time.Duration(rand.Int64N(int64(most/step)+1)) * step }
	for range 2000 {
		b.chip.Drive(pin, !quiet)
		pass(min(upTo(debounce/2), debounce/2-time.Nanosecond))
		b.chip.Drive(pin, quiet)
		pass(upTo(2 * debounce))
	}
}

// Glitches of a millisecond whose edges get lost now and then: a reading may
// fall into one, but not two readings a debounce time apart.
func TestGlitchesWithoutEdges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newChip())
		for range 20_000 {
			b.chip.DropEdges(rand.IntN(2) == 0)
			b.press(true)
			pass(time.Millisecond)
			b.chip.DropEdges(rand.IntN(2) == 0)
			b.press(false)
			pass(debounce + time.Duration(rand.Int64N(int64(2*debounce))))
		}
		if got := b.take(); got != nil {
			t.Errorf("%d glitches counted, the first: %+v", len(got), got[0])
		}
	})
}

// Edges that come just before the reading at the end of the debounce time, too
// late for the wait and with the level back where it was, restart it.
func TestEdgesAtTheEndCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{Chip: newChip()}
		var end time.Time
		f.read = func() error {
			if time.Now().Equal(end) {
				end = time.Time{}
				f.Drive(launchPin, true)
				f.Drive(launchPin, false)
			}
			return nil
		}
		b := newBench(t, f.Chip, func(gpio.Chip) gpio.Chip { return f })
		synctest.Wait()
		start := time.Now()
		end = start.Add(debounce)
		b.press(true)
		pass(2*debounce - time.Nanosecond)
		if got := b.take(); got != nil {
			t.Errorf("after one debounce time with edges at its end: %+v", got)
		}
		pass(time.Millisecond)
		got := b.take()
		if diff := cmp.Diff([]flip{{launch, true}}, flips(got)); diff != "" {
			t.Fatalf("changes (-want +got):\n%s", diff)
		}
		if !got[0].First.Equal(start) {
			t.Errorf("first contact %v after the press", got[0].First.Sub(start))
		}
	})
}

func TestBounceTrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newChip())
		for round := range 20 {
			for edges := 1; edges <= 20; edges++ {
				down, start := false, time.Now()
				for range edges {
					down = !down
					b.press(down)
					pass(time.Duration(rand.Int64N(int64(debounce))))
				}
				b.press(true)
				pass(time.Second)
				got := b.take()
				if diff := cmp.Diff([]flip{{launch, true}}, flips(got)); diff != "" {
					t.Fatalf("round %d: a train of %d edges (-want +got):\n%s", round, edges, diff)
				}
				if !got[0].First.Equal(start) {
					t.Fatalf("round %d: first contact %v after the first edge", round, got[0].First.Sub(start))
				}
				b.press(false)
				pass(time.Second)
				b.take()
			}
		}
	})
}

// A bouncing launch button a millisecond before the arming switch settles after
// it, and still began before it.
func TestOrderOfFirstContacts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newChip())
		pressed := time.Now()
		b.press(true)
		pass(time.Millisecond)
		b.chip.Drive(switchPin, true)
		for _, down := range []bool{false, true, false, true} {
			pass(2 * time.Millisecond)
			b.press(down)
		}
		pass(time.Second)
		got := b.take()
		if diff := cmp.Diff([]flip{{arming, true}, {launch, true}}, flips(got)); diff != "" {
			t.Fatalf("changes (-want +got):\n%s", diff)
		}
		if !got[1].First.Equal(pressed) || !got[0].First.Equal(pressed.Add(time.Millisecond)) {
			t.Errorf("first contacts: switch %v, button %v after the button's", got[0].First.Sub(pressed), got[1].First.Sub(pressed))
		}
	})
}

// The levels of a press are those of the reading that settled it: the switch
// has gone, and its own debounce time is still running.
func TestLevelsAreOfTheSettlingReading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chip := newChip()
		chip.Drive(switchPin, true)
		b := newBench(t, chip)
		b.press(true)
		pass(15 * time.Millisecond)
		chip.Drive(switchPin, false)
		pass(6 * time.Millisecond)
		got := b.take()
		if len(got) != 1 || got[0].Input != launch {
			t.Fatalf("changes %+v, want one of the launch button", got)
		}
		if diff := cmp.Diff([]bool{false, true, false}, got[0].Levels); diff != "" {
			t.Errorf("levels (-want +got):\n%s", diff)
		}
	})
}

// Without any edge, as on an emulated Pi, changes are seen within two seconds
// and then within 200 ms, until an edge comes.
func TestLostEdgesHeal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newChip())
		b.chip.DropEdges(true)
		for i, within := range []time.Duration{2 * time.Second, 200 * time.Millisecond, 200 * time.Millisecond} {
			down := i%2 == 0
			b.press(down)
			pass(within + debounce + time.Millisecond)
			if diff := cmp.Diff([]flip{{launch, down}}, flips(b.take())); diff != "" {
				t.Errorf("change %d, after %v (-want +got):\n%s", i, within, diff)
			}
		}
	})
}

// More edges than the queue holds, while the reader reports: the level heals.
func TestOverflowHeals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chip := newChip()
		h, err := gpio.Open(t.Context(), chip, boxPlan())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = h.Close() }()
		for i := range 1001 {
			chip.Drive(launchPin, i%2 == 1)
		}
		got := make(chan []gpio.Change, 10)
		go func() { _ = h.Watch(t.Context(), func(c []gpio.Change) { got <- c }) }()
		pass(debounce + time.Millisecond)
		if diff := cmp.Diff([]flip{{launch, true}}, flips(<-got)); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
	})
}

// A line that chatters for ever holds up nobody else.
func TestChatterHoldsUpNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newChip())
		stop := time.After(100 * time.Millisecond)
		go func() {
			for level := false; ; level = !level {
				select {
				case <-stop:
					return
				case <-time.After(37 * time.Microsecond):
					b.chip.Drive(branchPin, level)
				}
			}
		}()
		pass(30 * time.Millisecond)
		b.press(true)
		pass(debounce + 5*time.Millisecond)
		if diff := cmp.Diff([]flip{{launch, true}}, flips(b.take())); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
		pass(time.Second)
	})
}
