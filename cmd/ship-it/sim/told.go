package sim

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ship-it.example/shipit"
)

// target is the index of a target by its name.
func (s *Stage) target(name string) (int, error) {
	i := slices.Index(s.wiring.Targets, name)
	if i < 0 {
		return 0, fmt.Errorf("no target is called %q, only %s", name, strings.Join(s.wiring.Targets, ", "))
	}
	return i, nil
}

// become has the stand-in server do something with a build.
func (s *Stage) become(b build) error {
	if s.server == nil {
		return errNoServer
	}
	target := latest
	if b.target != "" {
		var err error
		if target, err = s.target(b.target); err != nil {
			return err
		}
	}
	return s.server.Become(target, b.stage, b.progress)
}

// latest stands for the target of the latest launch.
const latest = -1

var errNoServer = errors.New("there is no stand-in server with --live")

// lightOf is what a target's lamp tells. The lock is held.
func (s *Stage) lightOf(name string) string {
	i, err := s.target(name)
	switch {
	case err != nil:
		return err.Error()
	case s.box.Unseen(i) && s.box.Light(i) != shipit.LightUnknown: // which looks as before
		return noWord
	default:
		return s.box.Light(i).String()
	}
}

// told is what the blinker of an armed box tells of the selected target. The
// lock is held.
func (s *Stage) told() string {
	target, _ := s.box.Target()
	switch {
	case s.box.State() != shipit.Armed:
		return s.box.State().String()
	case s.box.Forbidden(time.Now()) != "":
		return "no-go"
	case s.box.Offline(target):
		return "offline"
	default:
		return "go"
	}
}
