package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"
)

const (
	// lastPin is the highest of the 40-pin header's lines, BCM 0 to 27. The
	// chip's lines above are the board's own: on most models the SD card and
	// the wireless chip hang on them, and a lamp there would stop the Pi. Who
	// counted the header's places (1 to 40) is told so more often, too.
	// https://www.raspberrypi.com/documentation/computers/raspberry-pi.html#gpio
	lastPin = 27

	noPin = -1
)

// use is a line that the configuration needs.
type use struct {
	place place // zero for a default
	key   string
	pin   int
	part  string // as in "the blinker"
}

func (s *section) pins(otherwise Pins) Pins {
	t := s.sub("pins", "[pins] ", "[pins]")
	defer t.done()
	return Pins{
		Blinker:      t.output("blinker", "the blinker", otherwise.Blinker),
		ArmingSwitch: t.input("arming_switch", "the arming switch", otherwise.ArmingSwitch),
		LaunchButton: t.input("launch_button", "the launch button", otherwise.LaunchButton),
		BranchButton: t.input("branch_button", "the branch button", otherwise.BranchButton),
		SecondButton: t.second(),
		Siren:        t.siren(),
	}
}

// output reads a line that we drive.
func (s *section) output(key, part string, otherwise Output) Output {
	pin, more := s.pin(key, part, otherwise.Pin, `active = "low"`)
	defer more.done()
	return Output{Pin: pin, ActiveLow: more.choice("active", "low", "high", otherwise.ActiveLow)}
}

// second reads the line of the second button, nil if there is none: it has no
// default, only a pin that serves as an example.
func (s *section) second() *Input {
	const key = "second_button"
	if !s.has(key) {
		s.wanted(key)
		return nil
	}
	in := s.input(key, "the second button", Input{Pin: 5, PullUp: true, ActiveLow: true})
	return &in
}

// siren reads the siren's line, nil if there is none.
func (s *section) siren() *Siren {
	const key, like, otherwise = "siren", 16, 8 * time.Second
	if !s.has(key) {
		s.wanted(key)
		return nil
	}
	pin, more := s.pin(key, "the siren", like, fmt.Sprintf(`active = "low", max = %q`, otherwise))
	defer more.done()
	return &Siren{
		Output: Output{Pin: pin, ActiveLow: more.choice("active", "low", "high", false)},
		Max:    more.duration("max", otherwise, minSiren, maxSiren),
	}
}

// input reads a line that we listen to. What a table leaves out is the part's
// default, so that pull or active is never turned round by itself.
func (s *section) input(key, part string, otherwise Input) Input {
	before := len(s.mistakes)
	pull, active := otherwise.words()
	pin, more := s.pin(key, part, otherwise.Pin, fmt.Sprintf("pull = %q, active = %q", pull, active))
	defer more.done()
	in := Input{
		Pin:       pin,
		PullUp:    more.choice("pull", "up", "down", otherwise.PullUp),
		ActiveLow: more.choice("active", "low", "high", otherwise.ActiveLow),
	}
	if in.PullUp != in.ActiveLow && len(s.mistakes) == before {
		more.pulledActive(s.label+key, in)
	}
	return in
}

// words is how the file says an input's pull and active level.
func (in Input) words() (pull, active string) {
	pull, active = "down", "high"
	if in.PullUp {
		pull = "up"
	}
	if in.ActiveLow {
		active = "low"
	}
	return pull, active
}

// pulledActive notes an input that is pulled to its active level.
func (s *section) pulledActive(label string, in Input) {
	pull, active := in.words()
	other := map[string]string{"up": "down", "down": "up", "low": "high", "high": "low"}
	remedy := fmt.Sprintf("write pull = %q, or active = %q", other[pull], other[active])
	switch {
	case !s.has("active"):
		remedy = fmt.Sprintf("pull = %q needs active = %q beside it", pull, other[active])
	case !s.has("pull"):
		remedy = fmt.Sprintf("active = %q needs pull = %q beside it", active, other[pull])
	}
	s.add(s.node.place, label, fmt.Sprintf("is pulled %s, to its own active level, so that a cut wire would read as on", pull), remedy)
}

// pin reads the number of a line: the value of key itself, or the pin in the
// table that is its value. What else the table holds, as extra shows, is for
// the caller to read from more.
func (s *section) pin(key, part string, otherwise int, extra string) (pin int, more *section) {
	label := s.label + key
	more = s.under(newTable(s.node.place), label+".")
	number := strconv.Itoa(cmp.Or(max(otherwise, 0), 22))
	like, short := "pin = "+number, key+" = "+number
	n := s.get(key, fmt.Sprintf("%s, or %s = { %s, %s }", short, key, like, extra), unstable.Integer, unstable.Table)
	if n == nil || n.kind == unstable.Integer {
		s.understoodAs(label + ".pin")
		if otherwise != noPin {
			s.otherwise(number)
		}
	}
	if n != nil && n.kind == unstable.Table {
		label, more.node = more.label+"pin", n
		n = more.get("pin", like, unstable.Integer)
		more.missing("pin", like)
	}
	switch {
	case n != nil:
		pin = s.number(n, label)
		s.uses = append(s.uses, use{n.place, label, pin, part})
	case s.has(key):
		pin = noPin // its mistake is noted
	case otherwise == noPin:
		pin = noPin
		s.missing(key, short)
	default:
		pin = otherwise
		s.uses = append(s.uses, use{place{}, label, pin, part})
	}
	return pin, more
}

// number is a line's number, or noPin.
func (s *section) number(n *node, label string) int {
	pin, err := strconv.ParseInt(n.text, 0, 64)
	if err != nil || pin < 0 || pin > lastPin {
		s.add(n.place, label, "the header has no pin "+clip(n.text),
			fmt.Sprintf("choose from 0 to %d; it is the BCM number, not the place on the header", lastPin))
		return noPin
	}
	return int(pin)
}

// checkUses notes every line that has two uses, at the later one in the file.
func (r *reader) checkUses() {
	slices.SortStableFunc(r.uses, func(a, b use) int {
		return cmp.Or(cmp.Compare(a.place.line, b.place.line), cmp.Compare(a.place.column, b.place.column))
	})
	first := map[int]use{}
	for _, u := range r.uses {
		other, taken := first[u.pin]
		switch {
		case u.pin == noPin:
		case !taken:
			first[u.pin] = u
		case other.place == place{}:
			r.add(u.place, u.key, fmt.Sprintf("pin %d is also %s, by default", u.pin, other.part), "give each its own")
		default:
			r.add(u.place, u.key, fmt.Sprintf("pin %d is also %s (line %d)", u.pin, other.part, other.place.line), "give each its own")
			r.also(other.place)
		}
	}
}
