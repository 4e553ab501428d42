package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"ship-it.example/cmd/ship-it/board"
	"ship-it.example/gpio"
	"ship-it.example/shipit"
)

// Box is what is examined, and what is needed for it.
type Box struct {
	Config   string // the file's name
	Absent   bool   // there is none, as Closed says: nothing is known of lines, targets and servers
	Chip     gpio.Chip
	Missing  error    // why there is no chip
	Devices  []Device // of the machine's chips
	Service  *Account // who the service runs as; nil if there is no such user
	Plan     gpio.Plan
	Switch   int // the input that is turned; the others are pressed
	Siren    int // the output that is loud, or -1
	Place    func(line int) string
	Troubles []board.Trouble // of the wiring, as far as it can be seen

	Running string // what runs and holds the lines: "pid 12"; empty if nothing does
	Left    string // the pidfile of one that is dead; empty if there is none

	Targets []string
	Server  Server          // nil if it can't be asked
	Closed  []board.Trouble // why it can't

	ClockDoubt func(time.Time) bool
	Player     string // the program that plays sounds; empty for silence
	Mute       error  // why it can't be started
	Play       func(shipit.Sound) (end func() error)
	Folders    []Folder
}

// Server is asked whether it would take a launch, and never gets one.
type Server interface {
	Can(target int) shipit.Abilities
	Check(ctx context.Context, target int) error
	Warm(ctx context.Context, target int, dialled func(error))
}

// Report shows what is found as it is found.
type Report interface {
	Step(name string)
	Finding(f Finding)
}

// needs is what a step can't do without.
type needs int

const (
	aPerson needs = 1 << iota // at a terminal
	theLines
	theConfiguration
)

// step is a part of the examination.
type step struct {
	name  string
	needs needs
	do    func(*visit, context.Context) error
	apart bool // this box has nothing of the kind
}

// steps is all of it, in order.
func (b Box) steps() []step {
	all := []step{
		{name: "configuration", do: (*visit).configuration},
		{name: "chip", do: (*visit).chip},
		{name: "permission", do: (*visit).permission},
		{name: "running", do: (*visit).running},
		{name: "lines", needs: theConfiguration, do: (*visit).lines},
		{name: "lamps", needs: theConfiguration | aPerson | theLines, do: (*visit).lamps},
		{name: "siren", needs: theConfiguration | aPerson | theLines, do: (*visit).trySiren, apart: b.Siren < 0},
		{name: "switch", needs: theConfiguration | aPerson | theLines, do: (*visit).turnSwitch},
		{name: "buttons", needs: theConfiguration | aPerson | theLines, do: (*visit).pressButtons},
		{name: "debounce", needs: theConfiguration, do: (*visit).debounce},
		{name: "sound", do: (*visit).sounds},
		{name: "server", needs: theConfiguration, do: (*visit).servers},
		{name: "clock", do: (*visit).clock},
		{name: "disk", do: (*visit).disk},
	}
	return slices.DeleteFunc(all, func(s step) bool { return s.apart })
}

// visit is one examination on its way.
type visit struct {
	Box
	person   *Person // nil: none is there
	report   Report
	step     string
	findings []Finding
	closed   string // why no line can be tried; empty: each can

	// Of the contacts that were measured: how many, the longest bounce, the
	// longest pause in one, and the inputs that moved out of turn.
	contacts      int
	bounce, pause time.Duration
	moved         map[int]bool
	outside       map[int]gpio.Outside
}

// Examine goes through all steps and tells what it has found. person is who is
// asked; nil: nobody is there. Its error is the end of ctx, or a fault of the
// chip while its lines were held.
func Examine(ctx context.Context, b Box, person *Person, report Report) ([]Finding, error) {
	v := &visit{Box: b, person: person, report: report, moved: map[int]bool{}, outside: map[int]gpio.Outside{}}
	for _, s := range b.steps() {
		v.step = s.name
		report.Step(s.name)
		switch {
		case s.needs&theConfiguration != 0 && v.Absent:
			v.skip("", "left out: there is no configuration", "")
			continue
		case s.needs&theLines != 0 && v.closed != "":
			v.skip("", "left out: "+v.closed, "")
			continue
		case s.needs&aPerson != 0 && v.person == nil:
			v.skip("", "left out: it needs a person at a terminal", "")
			continue
		}
		err := s.do(v, ctx)
		switch {
		case ctx.Err() != nil:
			return v.findings, context.Cause(ctx)
		case errors.Is(err, errGone):
			v.person = nil
			v.skip("", "left out: nobody answers any more", "")
		case errors.Is(err, errSkipped):
			v.skip("", "left out, as you wished", "")
		case errors.Is(err, gpio.ErrChipLost):
			v.closed = "the chip is gone"
			fallthrough
		case err != nil:
			text, _, _ := strings.Cut(err.Error(), "\n") // the others say the same of other lines
			v.bad("", text, remedy(err))
		}
	}
	return v.findings, nil
}

// remedy is what to do about an error of the lines.
func remedy(err error) string {
	if hint := gpio.Hint(err); hint != "" {
		return hint
	}
	return "dmesg may tell more; then try again"
}
