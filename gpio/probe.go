package gpio

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Outside is what hangs on an input, as far as its pulls can tell.
type Outside int

// What can hang on an input.
const (
	Unheld   Outside = iota + 1 // it follows both pulls: an open contact, or nothing at all
	HeldLow                     // low against the pull up
	HeldHigh                    // high against the pull down
	Restless                    // it moves by itself
)

// String is what hangs there, in words.
func (o Outside) String() string {
	switch o {
	case Unheld:
		return "open"
	case HeldLow:
		return "held low"
	case HeldHigh:
		return "held high"
	case Restless:
		return "restless"
	}
	return fmt.Sprintf("Outside(%d)", int(o))
}

// probeFor is how long each pull has: a pull of 50 kΩ moves a metre of wire
// within microseconds, and hum of the mains shows within 20 ms.
const probeFor = 25 * time.Millisecond

// Probe reads a free input with the opposite pull and then with its own, which
// it keeps. It claims the line for that, 50 ms in all, and gives it back.
func Probe(ctx context.Context, c Chip, in Input) (Outside, error) {
	opposite := in
	opposite.Pull = PullUp + PullDown - in.Pull
	var levels [PullDown + 1]Level
	for _, side := range []Input{opposite, in} {
		level, err := probe(ctx, c, side)
		if err != nil {
			return 0, fmt.Errorf("try %s: %w", wire{in.Pin, in.Name}, err)
		}
		levels[side.Pull] = level
	}
	switch up, down := levels[PullUp], levels[PullDown]; {
	case up == High && down == Low:
		return Unheld, nil
	case up == Low && down == Low:
		return HeldLow, nil
	case up == High && down == High:
		return HeldHigh, nil
	}
	return Restless, nil
}

// probe is the level at which an input rests with its pull, Unknown if it
// doesn't rest.
func probe(ctx context.Context, c Chip, in Input) (Level, error) {
	m, err := NewMeter(c, Plan{Inputs: []Input{in}, Debounce: probeFor})
	if err != nil {
		return Unknown, err
	}
	level, err := m.rest(ctx)
	return level, errors.Join(err, m.Close())
}

// rest is the level of the only input, Unknown if it has edges but the one that
// the pull makes.
func (m *Meter) rest(ctx context.Context) (Level, error) {
	wait, stop := context.WithTimeout(ctx, probeFor)
	defer stop()
	edges := 0
	for {
		edge, err := m.lines.Next(wait)
		switch {
		case err == nil:
			edges += 1 + edge.Lost
		case ctx.Err() != nil:
			return Unknown, ctx.Err()
		case wait.Err() == nil:
			return Unknown, err
		default:
			levels, err := m.lines.Read()
			if err != nil {
				return Unknown, lost("read the inputs", err)
			}
			if edges > 1 {
				return Unknown, nil
			}
			return map[bool]Level{false: Low, true: High}[levels[0]], nil
		}
	}
}
