package sim

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci/citest"
)

// How a play ends badly.
var (
	// ErrScript: a line of the script is none. The message says what there is;
	// correct the line.
	ErrScript = errors.New("not a line of the script")
	// ErrExpected: an expectation did not hold. The message says what was seen.
	ErrExpected = errors.New("not as expected")
)

// step is a line of the script.
type step any

type (
	nothing struct{}          // an empty line or a comment
	quit    struct{}          // the end
	turn    struct{ on bool } // the arming switch
	pause   struct{ d time.Duration }
	serve   struct {
		mode  citest.Mode
		asked bool // of questions
	}
	press struct {
		button shipit.Button
		d      time.Duration
		goOn   bool // don't wait for the release
	}
	expect struct {
		what   string // blinker, lamp, light, target, state, launches, sound, siren
		pin    int    // of a lamp
		target string // of a light
		want   string
	}
)

// shortPress is how long a press lasts that gives no time.
const shortPress = 200 * time.Millisecond

// parse reads a line of the script. Its error wraps ErrScript.
func parse(line string) (step, error) {
	line = uncomment(strings.TrimPrefix(line, "\ufeff"))
	words := strings.Fields(line)
	if len(words) == 0 {
		return nothing{}, nil
	}
	verb, args := words[0], words[1:]
	switch verb {
	case "arm", "disarm", "quit":
		if len(args) > 0 {
			return nil, fmt.Errorf("%w: %s stands alone, got %q", ErrScript, verb, args[0])
		}
		if verb == "quit" {
			return quit{}, nil
		}
		return turn{on: verb == "arm"}, nil
	case "press", "hold":
		return parsePress(verb, args)
	case "wait":
		d, err := parseTime(args)
		return pause{d}, err
	case "server":
		return parseServer(args, line)
	case "expect":
		return parseExpect(args, line)
	}
	return nil, fmt.Errorf("%w: %q, want arm, disarm, press, hold, wait, server, expect or quit", ErrScript, verb)
}

// uncomment is a line without its comment: a # outside quotes, at the start or
// behind a blank.
func uncomment(line string) string {
	quoted, blank := false, true
	for i, r := range line {
		if r == '#' && blank && !quoted {
			return line[:i]
		}
		if r == '"' {
			quoted = !quoted
		}
		blank = unicode.IsSpace(r)
	}
	return line
}

func parsePress(verb string, args []string) (step, error) {
	buttons := []shipit.Button{shipit.LaunchButton, shipit.BranchButton, shipit.SecondButton}
	named := func(b shipit.Button) bool { return len(args) > 0 && args[0] == b.String() }
	i := slices.IndexFunc(buttons, named)
	if i < 0 {
		return nil, fmt.Errorf("%w: %s what? launch, branch or second", ErrScript, verb)
	}
	p := press{button: buttons[i], d: shortPress, goOn: verb == "hold"}
	if verb == "press" && len(args) == 1 {
		return p, nil
	}
	var err error
	p.d, err = parseTime(args[1:])
	return p, err
}

// parseTime reads the one time that a line ends with.
func parseTime(args []string) (time.Duration, error) {
	if len(args) != 1 {
		return 0, fmt.Errorf("%w: want one time, such as 200ms or 2s", ErrScript)
	}
	d, err := time.ParseDuration(args[0])
	if err != nil || d <= 0 || d > time.Hour {
		return 0, fmt.Errorf("%w: %q is no time from above 0 to 1h, such as 200ms or 2s", ErrScript, args[0])
	}
	return d, nil
}

// parseExpect reads what stands behind expect, and the name of a target from
// the line itself, with its blanks.
func parseExpect(args []string, line string) (step, error) {
	if len(args) < 2 {
		return nil, fmt.Errorf("%w: expect what? blinker, lamp, light, target, state, launches, sound or siren, and how it shall be", ErrScript)
	}
	e := expect{what: args[0], want: strings.Join(args[1:], " ")}
	var err error
	switch e.what {
	case "blinker":
		return e, e.oneOf("on", "off", "blinking", "go", "no-go", "offline")
	case "light":
		_, rest, _ := strings.Cut(line, args[0])
		return parseLight(strings.TrimSpace(rest))
	case "lamp":
		if e.pin, err = strconv.Atoi(args[1]); err != nil {
			return nil, fmt.Errorf("%w: which lamp? give its GPIO number, got %q", ErrScript, args[1])
		}
		e.want = strings.Join(args[2:], " ")
		return e, e.oneOf("on", "off", "blinking")
	case "siren":
		return e, e.oneOf("on", "off")
	case "state":
		return e, e.oneOf("safe", "locked", "armed", "launching", "failed")
	case "sound":
		return e, e.oneOf("alarm", "buzz")
	case "launches":
		n, err := strconv.Atoi(e.want)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%w: how many launches? got %q", ErrScript, e.want)
		}
		e.want = strconv.Itoa(n)
		return e, nil
	case "target":
		_, name, _ := strings.Cut(line, args[0])
		e.want = strings.TrimSpace(name)
		if name, err := strconv.Unquote(e.want); err == nil {
			e.want = name
		}
		return e, nil
	}
	return nil, fmt.Errorf("%w: can't expect a %q, only blinker, lamp, light, target, state, launches, sound or siren", ErrScript, e.what)
}

func (e expect) oneOf(words ...string) error {
	if slices.Contains(words, e.want) {
		return nil
	}
	return fmt.Errorf("%w: %s is one of %s, got %q", ErrScript, e.what, strings.Join(words, ", "), e.want)
}
