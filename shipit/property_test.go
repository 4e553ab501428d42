package shipit

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// world is a random user, a random server and what they did, in step with a
// Box: the model that the Box is held against.
type world struct {
	*bench
	rng      *rand.Rand
	down     [3]bool
	running  bool // a launch is unanswered
	launches int
	asked    int // launch presses that began in an armed box
	armedAt  time.Time
	heldAt   time.Time // when the second button settled down, if that was in this armed time
}

// act lets one random thing happen.
func (w *world) act() {
	w.wait(time.Duration(w.rng.Int64N(int64([]time.Duration{ms, 30 * ms, time.Second, 15 * time.Second}[w.rng.IntN(4)]))))
	w.settle()
	switch w.rng.IntN(10) {
	case 0, 1:
		w.do(Switched{!w.box.switchOn})
	case 2, 3:
		w.pressOrRelease(LaunchButton)
	case 4:
		w.pressOrRelease(BranchButton)
	case 5, 6:
		if w.running {
			w.running = false
			w.do(Answered{Outcome{Verdict: Verdict(w.rng.IntN(3)), Build: "1"}})
		}
	case 7:
		w.do(Dialled{Err: []error{nil, ErrStopped}[w.rng.IntN(2)]})
	case 8:
		if w.box.follows[0].Look {
			w.do(w.news())
		}
	case 9:
		w.pressOrRelease(SecondButton)
	}
	w.settle()
}

// news is something about the build of some launch.
func (w *world) news() Event {
	target, number := w.rng.IntN(len(w.box.targets)), w.rng.IntN(w.launches+1)
	switch w.rng.IntN(4) {
	case 0:
		return Unseen{target, number, ErrStopped}
	case 1:
		return GivenUp{target, number, ErrStopped}
	}
	return Seen{target, number, Sight{Stage: Stage(w.rng.IntN(6)), Build: "1", Progress: w.rng.Float64()}}
}

// settle takes what the Box did when no button was pressed: never a launch.
func (w *world) settle() {
	for _, did := range w.took() {
		if strings.HasPrefix(did, "launch ") {
			w.t.Fatalf("a launch without a press")
		}
	}
	if w.box.State() != Armed {
		w.armedAt, w.heldAt = time.Time{}, time.Time{}
	} else if w.armedAt.IsZero() {
		w.armedAt, w.heldAt = w.box.since(), time.Time{}
	}
}

// pressOrRelease moves a button, with a first contact up to 100 ms ago, and
// checks that a press has one answer.
func (w *world) pressOrRelease(button Button) {
	if w.down[button] = !w.down[button]; !w.down[button] {
		w.do(Released{button})
		if button == SecondButton {
			w.heldAt = time.Time{}
		}
		return
	}
	press := Pressed{
		Button: button, First: w.now.Add(-time.Duration(w.rng.Int64N(int64(100 * ms)))),
		SwitchOn: w.box.switchOn && w.rng.IntN(10) > 0, SecondDown: w.down[SecondButton] && w.rng.IntN(10) > 0,
	}
	began := !w.armedAt.IsZero() && press.First.After(w.armedAt)
	if button == SecondButton && began && press.SwitchOn {
		w.heldAt = w.now
	}
	pair := press.SecondDown && !w.heldAt.IsZero() && w.now.Sub(w.heldAt) < heldTime
	if began && button == LaunchButton {
		w.asked++
	}
	w.do(press)
	answers, acknowledged := 0, false
	for _, did := range w.took() {
		switch {
		case strings.HasPrefix(did, "launch "):
			if !began || !press.SwitchOn || button != LaunchButton {
				w.t.Fatalf("launched on %+v, armed since %v", press, w.armedAt)
			}
			if w.box.rules.TwoPerson && !pair {
				w.t.Fatalf("launched on %+v, armed since %v, the second button held since %v", press, w.armedAt, w.heldAt)
			}
			w.launches++
			w.running = true
			answers++
		case strings.HasPrefix(did, "WARN Refused "+button.String()),
			strings.HasPrefix(did, "Changing target"), strings.HasPrefix(did, "The second button is held"):
			answers++
		case strings.HasPrefix(did, "Acknowledged"): // one line for each lamp
			acknowledged = true
		}
	}
	if acknowledged {
		answers++
	}
	if answers != 1 {
		w.t.Fatalf("a press of the %v button was answered %d times", button, answers)
	}
}

// listen holds the siren against the time that it has in a launch.
func (w *world) listen() {
	if !w.box.Lamps(w.now).Siren {
		return
	}
	if w.box.State() != Launching || w.now.Sub(w.box.since()) >= w.box.siren {
		w.t.Fatalf("the siren sounds %v after the box became %v", w.now.Sub(w.box.since()), w.box.State())
	}
	if left := w.box.Next(w.now).Sub(w.box.since()); left > w.box.siren {
		w.t.Fatalf("the siren sounds for %v", left)
	}
}

// TestAnything lets random things happen to random boxes. Whatever does:
// never a launch without a press that began while armed, and without a second
// person where the rules want one, every press has one answer, at most one lamp
// is on unless builds are followed, the siren never sounds too long, and Next
// always moves on.
func TestAnything(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		found := Found{SwitchOn: rng.IntN(2) == 0, LaunchDown: rng.IntN(4) == 0, BranchDown: rng.IntN(4) == 0, SecondDown: rng.IntN(4) == 0}
		names := []string{"A", "B", "C"}[:1+rng.IntN(3)]
		w := &world{bench: newBench(t, found, names...), rng: rng, down: [3]bool{found.LaunchDown, found.BranchDown, found.SecondDown}}
		follows := seed%2 == 0
		w.box = w.box.Under(Rules{TwoPerson: seed%3 == 0}).Sounding(time.Duration(rng.Int64N(int64(20 * time.Second))))
		w.box = w.box.Following([]Follows{{follows, follows}, {follows, follows}, {follows, follows}}[:len(names)])
		for range 200 {
			w.act()
			w.listen()
			lit := 0
			for _, on := range w.box.Lamps(w.now).Targets {
				if on {
					lit++
				}
			}
			if lit > 1 && !follows {
				t.Fatalf("seed %d: %d target lamps are on", seed, lit)
			}
		}
		if w.launches > w.asked {
			t.Fatalf("seed %d: %d launches from %d presses that began armed", seed, w.launches, w.asked)
		}
	}
}
