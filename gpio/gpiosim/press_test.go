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

// A press counts once, and its release once, however the contacts bounce.
func TestBounce(t *testing.T) {
	const presses = 1
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
			for bounce, s := range gpiosim.Bounces() {
				for range presses {
					stalls += press(t, w, f, bounce, s)
				}
			}
			note("%d presses; %d more came apart as the machine stalled", presses*len(gpiosim.Bounces()), stalls)
		})
	}
}

// press makes one press with these bounces at both ends. Where the machine
// stalled in a bounce for long, that may be several presses: then it makes
// another one, and tells how often it came to that.
func press(t *testing.T, w *watcher, f gpiosim.Finger, bounce string, s gpiosim.Stroke) (stalls int) {
	t.Helper()
	for ; stalls < 50; stalls++ {
		onBefore, offBefore := w.count(launch)
		longest := play(t, f, s)
		gpiosim.Rest(t.Context(), 2*debounce)
		eventually(t, "the press", func() bool {
			on, off := w.count(launch)
			return on > off
		})
		longest = max(longest, play(t, f.Opposite(), s))
		eventually(t, "the release", func() bool {
			on, off := w.count(launch)
			return on == off
		})
		gpiosim.Rest(t.Context(), 2*debounce)
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
	const glitches = 150 // a line; the whole program gets thousands, in packaging/vm
	sim := gpiosim.New(t, gpiosim.Header("pinctrl-bcm2711"))
	w := watch(t, open(t, find(t, "auto"), box()))
	fingers := []gpiosim.Finger{arming: armingFinger(sim), branch: branchFinger(sim), launch: launchFinger(sim)}
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
					play(t, f, gpiosim.Stroke{between(100*µs, 9*ms)})
					made[i] = append(made[i], glitch{from, time.Now()})
					gpiosim.Rest(t.Context(), between(0, 6*ms))
				}
			})
		}
	})
	gpiosim.Rest(t.Context(), 3*debounce)
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
			set(t, armingFinger(sim), true)
			<-busy // nobody reads now
			for range 60 {
				play(t, launchFinger(sim), gpiosim.Stroke{0})
				play(t, branchFinger(sim), gpiosim.Stroke{0})
			}
			set(t, launchFinger(sim), true)
			free <- true
			eventually(t, "the press", func() bool {
				on, _ := w.count(launch)
				return on > 0
			})
			gpiosim.Rest(t.Context(), 3*debounce)
			set(t, launchFinger(sim), false)
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
