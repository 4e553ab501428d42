package gpiosim_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/gpiosim"
)

const (
	µs = time.Microsecond
	ms = time.Millisecond
)

// bounces is what contacts do before they rest, within the figures that Jack
// Ganssle measured on 18 kinds of switches (A Guide to Debouncing,
// https://www.ganssle.com/debouncing.htm): 1.6 ms on average and 6.2 at most,
// some with one short pulse, some with many, some long quiet in between. Each
// ends where it began, so that another change follows.
func bounces() map[string]stroke {
	return map[string]stroke{
		"none":                      nil,
		"one short pulse":           {100 * µs, 200 * µs},
		"one long pulse":            {1 * ms, 1500 * µs},
		"shorter and shorter":       {1500 * µs, 1000 * µs, 800 * µs, 500 * µs, 400 * µs, 200 * µs},
		"longer and longer":         {100 * µs, 200 * µs, 400 * µs, 500 * µs, 800 * µs, 1 * ms},
		"a contact that scrapes":    {200 * µs, 100 * µs, 100 * µs, 200 * µs, 200 * µs, 100 * µs, 100 * µs, 100 * µs, 200 * µs, 100 * µs},
		"a quiet time in between":   {500 * µs, 4500 * µs, 700 * µs, 500 * µs},
		"the longest, 6.2 ms":       {2 * ms, 300 * µs, 1700 * µs, 200 * µs, 1500 * µs, 500 * µs},
		"longer than those, 16 ms":  {3 * ms, 2 * ms, 3 * ms, 2 * ms, 3 * ms, 3 * ms},
		"a worn contact, to 100 ms": slow(10, 5*ms),
	}
}

// slow is n pulses.
func slow(n int, each time.Duration) stroke {
	var s stroke
	for range 2 * n {
		s = append(s, each)
	}
	return s
}

// A press counts once, and its release once, however the contacts bounce.
func TestBounce(t *testing.T) {
	const presses = 4
	for name, config := range map[string]gpiosim.Config{
		"named":   gpiosim.Header("pinctrl-bcm2711"),
		"unnamed": {Label: "pinctrl-bcm2711", Lines: 54},
	} {
		t.Run(name, func(t *testing.T) {
			if !alone(t) {
				return
			}
			sim := gpiosim.New(t, config)
			w := watch(t, open(t, find(t, "auto"), box()))
			f := launchFinger(sim)
			stalls := 0
			for bounce, s := range bounces() {
				for range presses {
					stalls += press(t, w, f, bounce, s)
				}
			}
			note("%d presses; %d more came apart as the machine stalled", presses*len(bounces()), stalls)
		})
	}
}

// press makes one press with these bounces at both ends. Where the machine
// stalled in a bounce for long, that may be several presses: then it makes
// another one, and tells how often it came to that.
func press(t *testing.T, w *watcher, f finger, bounce string, s stroke) (stalls int) {
	t.Helper()
	for ; stalls < 50; stalls++ {
		onBefore, offBefore := w.count(launch)
		longest := f.play(t, s)
		rest(t, 2*debounce)
		eventually(t, "the press", func() bool {
			on, off := w.count(launch)
			return on > off
		})
		longest = max(longest, f.opposite().play(t, s))
		eventually(t, "the release", func() bool {
			on, off := w.count(launch)
			return on == off
		})
		rest(t, 2*debounce)
		on, off := w.count(launch)
		if on-onBefore == 1 && off-offBefore == 1 {
			return stalls
		}
		if longest <= debounce {
			t.Errorf("%s: %d presses and %d releases, want 1 and 1", bounce, on-onBefore, off-offBefore)
			return stalls
		}
	}
	t.Errorf("%s: the machine stalls too often to test it", bounce)
	return stalls
}

// glitch is one that was made: when its level may have been there.
type glitch struct{ from, to time.Time }

// stalled tells whether the machine made it longer than it should have been.
func (g glitch) stalled() bool { return g.to.Sub(g.from) > debounce }

// A glitch of 0.1 to 9 ms never counts, on no line, at any moment. One that
// the machine made longer than the debounce time, by a stall, may count; so
// every change has to be one of those.
func TestGlitches(t *testing.T) {
	if !alone(t) {
		return
	}
	const glitches = 700 // a line
	sim := gpiosim.New(t, gpiosim.Header("pinctrl-bcm2711"))
	w := watch(t, open(t, find(t, "auto"), box()))
	fingers := []finger{arming: armingFinger(sim), branch: branchFinger(sim), launch: launchFinger(sim)}
	made := make([][]glitch, len(fingers))
	t.Run("lines", func(t *testing.T) {
		for i, f := range fingers {
			t.Run(box().Inputs[i].Name, func(t *testing.T) {
				t.Parallel()
				random := rand.New(rand.NewPCG(1, uint64(i)))
				between := func(least, most time.Duration) time.Duration {
					return least + time.Duration(random.Int64N(int64(most-least)))
				}
				for range glitches {
					from := time.Now()
					f.play(t, stroke{between(100*µs, 9*ms)})
					made[i] = append(made[i], glitch{from, time.Now()})
					rest(t, between(0, 6*ms))
				}
			})
		}
	})
	rest(t, 3*debounce)
	changes, stalled := w.reported(), 0
	for i, change := range changes {
		wantStalled(t, change, w.times[i], made[change.Input])
	}
	for _, all := range made {
		for _, g := range all {
			if g.stalled() {
				stalled++
			}
		}
	}
	note("%d glitches; %d more became longer than %v and made %d changes",
		len(fingers)*glitches-stalled, stalled, debounce, len(changes))
}

// wantStalled fails unless a change, reported at a moment, is that of a glitch
// that the machine made longer, or the end of one.
func wantStalled(t *testing.T, change gpio.Change, at time.Time, made []glitch) {
	t.Helper()
	if !change.Active {
		return
	}
	var near []string
	for _, g := range made {
		recent := g.from.Before(at) && g.to.After(at.Add(-5*debounce))
		if recent && g.stalled() {
			return
		}
		if recent {
			near = append(near, fmt.Sprintf("%v to %v", g.from.Sub(at), g.to.Sub(at)))
		}
	}
	t.Errorf("a glitch counted: %+v; the last glitches before:\n%s", change, strings.Join(near, "\n"))
}

// More edges than the kernel keeps for a line (16), and than all lines
// together, come while nobody reads. Where the level is at the end is told
// once; where it is back, nothing is.
func TestFullQueue(t *testing.T) {
	for name, config := range map[string]gpiosim.Config{
		"named":   gpiosim.Header("pinctrl-bcm2711"),
		"unnamed": {Label: "pinctrl-bcm2711", Lines: 54},
	} {
		t.Run(name, func(t *testing.T) {
			if !alone(t) {
				return
			}
			sim := gpiosim.New(t, config)
			header := open(t, find(t, "auto"), box())
			w := &watcher{done: make(chan error, 1)}
			busy, free := make(chan bool, 1), make(chan bool)
			go func() {
				w.done <- header.Watch(t.Context(), func(changes []gpio.Change) {
					w.report(changes)
					if changes[0].Input == arming {
						busy <- true
						<-free
					}
				})
			}()
			armingFinger(sim).set(t, true)
			<-busy // nobody reads now
			for range 60 {
				launchFinger(sim).play(t, stroke{0})
				branchFinger(sim).play(t, stroke{0})
			}
			launchFinger(sim).set(t, true)
			free <- true
			eventually(t, "the press", func() bool {
				on, _ := w.count(launch)
				return on > 0
			})
			rest(t, 3*debounce)
			launchFinger(sim).set(t, false)
			eventually(t, "the release", func() bool {
				_, off := w.count(launch)
				return off > 0
			})
			if err := header.Close(); err != nil {
				t.Error(err)
			}
			if err := <-w.done; err != nil {
				t.Error(err)
			}
			launches, releases := w.count(launch)
			presses, _ := w.count(branch)
			if launches != 1 || releases != 1 || presses != 0 {
				t.Errorf("%d presses, %d releases and %d of the branch button, want 1, 1 and 0", launches, releases, presses)
			}
		})
	}
}
