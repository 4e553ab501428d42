package sim

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit"
	"ship-it.example/shipit/ci/citest"
)

// Wiring is what is connected where on the simulated header.
type Wiring struct {
	Switch   gpio.Input
	Buttons  map[shipit.Button]gpio.Input // those that there are
	Blinker  gpio.Output
	Lamps    []gpio.Output // of the targets
	Targets  []string      // their names
	Siren    *gpio.Output  // nil: there is none
	Debounce time.Duration // a longer press counts
}

// Server is the stand-in that launches go to.
type Server interface {
	SetMode(citest.Mode)   // of launches
	SetAsking(citest.Mode) // of questions
	Requests() int         // that could start something
	// Become has the latest build of a target, or with -1 that of the latest
	// launch, be in a stage from now on.
	Become(target int, stage shipit.Stage, progress float64) error
}

// Stage is the simulated box seen from outside: hands, eyes and ears. It is
// the box's [shipit.Speaker], and is shown every step of it by
// [Stage.Observe].
type Stage struct {
	wiring Wiring
	chip   *virtual.Chip
	server Server    // nil: launches go to a real one
	out    io.Writer // takes a line each; must not block

	mu      sync.Mutex
	changed chan struct{} // closed when anything below changes
	box     shipit.Box
	started bool             // box has been set
	lamps   map[int][]change // by pin, the siren's too: the latest changes, oldest first
	sounds  []shipit.Sound   // started, and not expected yet
	shown   map[string]string
	held    map[shipit.Button]*time.Timer
}

// change is a lamp that went on or off.
type change struct {
	on bool
	at time.Time
}

// New makes a Stage before a chip whose lines nobody has claimed yet. What the
// box does is written to out, a line each.
func New(w Wiring, chip *virtual.Chip, server Server, out io.Writer) *Stage {
	s := &Stage{
		wiring: w, chip: chip, server: server, out: out,
		changed: make(chan struct{}),
		lamps:   map[int][]change{},
		shown:   map[string]string{},
		held:    map[shipit.Button]*time.Timer{},
	}
	chip.Float(w.Switch.Pin)
	for _, in := range w.Buttons {
		chip.Float(in.Pin)
	}
	chip.Observe(s.drove)
	return s
}

var _ shipit.Speaker = (*Stage)(nil)

// Play notes and prints a sound.
func (s *Stage) Play(sound shipit.Sound) {
	s.note(func() {
		s.sounds = append(s.sounds, sound)
		s.print("sound", sound.String())
	})
}

// Silence prints the end of an alarm. A buzz is over by itself.
func (s *Stage) Silence() {
	s.note(func() {
		if s.shown["sound"] == shipit.Alarm.String() {
			s.print("sound", "off")
		}
	})
}

// Observe sees the box after each of its steps. It prints what the lamps do.
func (s *Stage) Observe(b shipit.Box) {
	s.note(func() {
		s.box, s.started = b, true
		blinker, lamps := b.Rhythms(time.Now())
		for i, name := range s.wiring.Targets {
			s.print(fmt.Sprintf("lamp %d (%s)", s.wiring.Lamps[i].Pin, name), lamps[i].String())
		}
		s.print("blinker", blinker.String())
	})
}

// drove sees the line of a lamp, or of the siren, go high or low. It prints what
// the siren does: the end of its time comes with or without a step of the box.
func (s *Stage) drove(t virtual.Transition) {
	outputs := append(slices.Clone(s.wiring.Lamps), s.wiring.Blinker)
	if s.wiring.Siren != nil {
		outputs = append(outputs, *s.wiring.Siren)
	}
	for _, lamp := range outputs {
		if lamp.Pin == t.Pin {
			s.note(func() {
				on := t.Driven && t.High != lamp.ActiveLow
				s.lamps[t.Pin] = append(s.lamps[t.Pin][max(0, len(s.lamps[t.Pin])-1):], change{on, t.At})
				if siren := s.wiring.Siren; siren != nil && siren.Pin == t.Pin {
					s.print("siren", map[bool]string{true: "on", false: "off"}[on])
				}
			})
		}
	}
}

// note changes what is known, and wakes who waits for that.
func (s *Stage) note(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

// print writes what a part does, if that is new. A sound always is.
func (s *Stage) print(part, does string) {
	if was, ok := s.shown[part]; ok && was == does && part != "sound" || !ok && does == "off" {
		s.shown[part] = does
		return
	}
	s.shown[part] = does
	fmt.Fprintf(s.out, "    %s: %s\n", part, does)
}
