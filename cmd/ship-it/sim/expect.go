package sim

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"ship-it.example/gpio"
	"ship-it.example/shipit"
)

// patience is how long an expectation waits to come true; the server has to be
// asked again for one of a light.
const (
	patience      = 2 * time.Second
	lightPatience = 15 * time.Second
)

// blinkTime is how long both levels of a lamp that blinks may take to be seen.
const blinkTime = time.Second

// expect waits until e holds. Its error wraps ErrExpected and says what is
// seen instead.
func (s *Stage) expect(ctx context.Context, e expect) error {
	if e.what == "launches" && s.server == nil {
		return fmt.Errorf("%w: launches can't be counted with --live", ErrExpected)
	}
	if e.what == "lamp" && !slices.ContainsFunc(s.wiring.Lamps, func(l gpio.Output) bool { return l.Pin == e.pin }) {
		return fmt.Errorf("%w: there is no lamp %d", ErrExpected, e.pin)
	}
	if e.what == "siren" && s.wiring.Siren == nil {
		return fmt.Errorf("%w: there is no siren", ErrExpected)
	}
	limit := patience
	if e.what == "light" {
		if _, err := s.target(e.target); err != nil {
			return fmt.Errorf("%w: %w", ErrExpected, err)
		}
		limit = lightPatience
	}
	err := s.await(ctx, limit, func() bool { return s.holds(e) })
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		return fmt.Errorf("%w: it is %s", err, s.seen(e))
	}
	return nil
}

// await waits until something is so, which is asked for under the lock
// whenever anything has changed, and now and then, since a lamp stops blinking
// without doing anything.
func (s *Stage) await(ctx context.Context, patience time.Duration, so func() bool) error {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	again := time.NewTicker(patience / 100)
	defer again.Stop()
	for {
		s.mu.Lock()
		ok, changed := s.started && so(), s.changed
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-again.C:
		case <-limit.C:
			return ErrExpected
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// holds tells whether e is so at this moment. An expected sound is heard once.
func (s *Stage) holds(e expect) bool {
	if e.what != "sound" {
		return s.seen(e) == e.want
	}
	i := slices.IndexFunc(s.sounds, func(sound shipit.Sound) bool { return sound.String() == e.want })
	s.sounds = s.sounds[i+1:]
	return i >= 0
}

// seen is what e speaks of, as it is now. The lock is held.
func (s *Stage) seen(e expect) string {
	switch e.what {
	case "target":
		_, name := s.box.Target()
		return name
	case "state":
		return s.box.State().String()
	case "launches":
		return strconv.Itoa(s.server.Requests())
	case "sound":
		if len(s.sounds) == 0 {
			return "silent"
		}
		return s.sounds[0].String()
	}
	switch e.what {
	case "light":
		return s.lightOf(e.target)
	case "blinker":
		if slices.Contains([]string{"go", "no-go", "offline"}, e.want) {
			return s.told()
		}
		return light(s.lamps[s.wiring.Blinker.Pin], time.Now())
	case "siren":
		return level(s.lamps[s.wiring.Siren.Pin])
	default:
		return light(s.lamps[e.pin], time.Now())
	}
}

// light is what a lamp does, by its latest changes: a lamp that went on and off
// within blinkTime blinks.
func light(changes []change, now time.Time) string {
	if n := len(changes); n >= 2 && now.Sub(changes[n-2].at) <= blinkTime {
		return "blinking"
	}
	return level(changes)
}

// level is how an output is.
func level(changes []change) string {
	if n := len(changes); n >= 1 && changes[n-1].on {
		return "on"
	}
	return "off"
}
