package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ship-it.example/cmd/ship-it/doctor"
	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

// The lines of the box.
const (
	arming  = 24
	branch  = 23
	launch  = 27
	blinker = 17
	lampA   = 22
	lampB   = 25
	horn    = 5
)

// patient is a healthy box on a chip in memory.
func patient(chip *virtual.Chip) doctor.Box {
	return doctor.Box{
		Config: "config.toml", Chip: chip,
		Plan: gpio.Plan{
			Inputs: []gpio.Input{
				{Name: "arming switch", Pin: arming, Pull: gpio.PullDown},
				{Name: "branch button", Pin: branch, Pull: gpio.PullUp, ActiveLow: true},
				{Name: "launch button", Pin: launch, Pull: gpio.PullUp, ActiveLow: true},
			},
			Outputs: []gpio.Output{
				{Name: "blinker", Pin: blinker}, {Name: "lamp of A", Pin: lampA}, {Name: "lamp of B", Pin: lampB},
			},
			Debounce: 20 * ms,
		},
		Siren: -1, Place: func(line int) string { return fmt.Sprint("GPIO ", line) },
		Targets: []string{"A", "B"}, Server: server{},
		ClockDoubt: func(time.Time) bool { return false },
		Player:     "aplay", Play: func(shipit.Sound) func() error { return func() error { return nil } },
	}
}

// server would take every launch, but for the errors that it has by target.
type server struct {
	check, dial map[int]error
	blind       bool // it can't be asked
}

func (s server) Can(int) shipit.Abilities { return shipit.Abilities{Check: !s.blind} }

func (s server) Check(_ context.Context, target int) error { return s.check[target] }

func (s server) Warm(ctx context.Context, target int, dialled func(error)) {
	dialled(s.dial[target])
	<-ctx.Done()
}

// someone sits at the box: answers to what is asked, and hands for what is to be
// done. Each is found by words of the text, the first that fits.
type someone struct {
	t     *testing.T
	chip  *virtual.Chip
	does  []deed
	lines chan string
	text  strings.Builder
	line  string // that is being written
}

// deed is what somebody does when some words come.
type deed struct {
	words  string
	answer string                       // typed, if not empty
	after  time.Duration                // and so much later
	look   func(c *virtual.Chip) string // what is typed, by what is to be seen
	hands  func(c *virtual.Chip)        // in a goroutine of their own
}

// Write takes what is said. A question has no end of line.
func (s *someone) Write(b []byte) (int, error) {
	s.text.Write(b)
	s.line = string(b)
	for _, d := range s.does {
		if strings.Contains(s.line, d.words) {
			if d.hands != nil {
				go d.hands(s.chip)
			}
			if d.look != nil {
				d.answer = d.look(s.chip)
			}
			if d.answer == "gone" {
				close(s.lines)
			} else if d.answer != "" {
				go s.say(d)
			}
			break
		}
	}
	return len(b), nil
}

// say types an answer. It is lost if the examination is over before.
func (s *someone) say(d deed) {
	<-time.After(d.after)
	select {
	case s.lines <- d.answer:
	case <-time.After(time.Minute):
	}
}

// Step and Finding are the report.
func (s *someone) Step(name string) { fmt.Fprintln(&s.text, name) }

func (s *someone) Finding(f doctor.Finding) {
	fmt.Fprintf(&s.text, "  %s %s: %s -> %s\n", f.Verdict, f.About, f.Text, f.Remedy)
}

// examine has a box examined with somebody at it; nil does: nobody is. It checks
// that the lines are free afterwards.
func examine(t *testing.T, chip *virtual.Chip, b doctor.Box, does []deed) ([]doctor.Finding, error) {
	t.Helper()
	s := &someone{t: t, chip: chip, does: does, lines: make(chan string)}
	var person *doctor.Person
	if does != nil {
		person = doctor.NewPerson(s, s.lines)
	}
	findings, err := doctor.Examine(t.Context(), b, person, s)
	synctest.Wait()
	if free := chip.Free(); free != nil {
		t.Error(free)
	}
	if t.Failed() || testing.Verbose() {
		t.Log(s.text.String())
	}
	return findings, err
}

// wrong is what is to be mended, in short.
func wrong(findings []doctor.Finding) []string {
	var all []string
	for _, f := range findings {
		if f.Wrong() {
			all = append(all, fmt.Sprintf("%s: %s: %s", f.Step, f.About, f.Text))
		}
		if (f.Remedy == "") == f.Wrong() {
			all = append(all, fmt.Sprintf("%s: %s: remedy %q", f.Step, f.Text, f.Remedy))
		}
	}
	return all
}

// press moves a line away and back, with these pauses in the first bounce.
func press(pin int, away bool, bounce ...time.Duration) func(*virtual.Chip) {
	return func(c *virtual.Chip) {
		for range 3 {
			<-time.After(200 * ms)
			high := away
			for _, d := range append(bounce, 100*ms) {
				c.Drive(pin, high)
				high = !high
				<-time.After(d)
			}
			c.Float(pin)
		}
	}
}

// turn turns the switch.
func turn(on bool) func(*virtual.Chip) {
	return func(c *virtual.Chip) {
		<-time.After(200 * ms)
		if on {
			c.Drive(arming, true)
		} else {
			c.Float(arming)
		}
	}
}

// sees tells which lamp is lit, by number; dead lines have a lamp that stays
// dark, and swapped ones each other's.
func sees(swapped, dead []int) func(*virtual.Chip) string {
	return func(c *virtual.Chip) string {
		lamps := []int{blinker, lampA, lampB}
		for i, pin := range lamps {
			if high, _ := c.Output(pin); !high || slices.Contains(dead, pin) {
				continue
			}
			if at := slices.Index(swapped, pin); at >= 0 {
				i = slices.Index(lamps, swapped[1-at])
			}
			return strconv.Itoa(i + 1)
		}
		return "0"
	}
}

// healthy is somebody at a box at which all is well.
func healthy() []deed {
	return []deed{
		{words: "all lamps dark", answer: "y"},
		{words: "switch on (n", hands: turn(true)},
		{words: "switch off (n", hands: turn(false)},
		{words: "Press the branch", hands: press(branch, false, ms, ms)},
		{words: "Press the launch", hands: press(launch, false)},
		{words: "Do you hear it?", answer: "y"},
		{words: "Which one is lit?", look: sees(nil, nil)},
	}
}

// but is a healthy box with somebody for whom some of it goes otherwise.
func but(other ...deed) []deed { return append(other, healthy()...) }

var errRefused = errors.New("not authorised (401): look at the token")

// siren is the siren's output.
func siren() gpio.Output { return gpio.Output{Name: "siren", Pin: horn} }
