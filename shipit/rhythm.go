package shipit

import (
	"fmt"
	"strings"
	"time"
)

// Rhythm is what a lamp does: on, off, or a pattern that repeats.
type Rhythm struct {
	first bool            // the level in the first step
	steps []time.Duration // alternating from first; none: steady
}

// steady is a lamp that stays on or off.
func steady(on bool) Rhythm { return Rhythm{first: on} }

// beat is a lamp that alternates, starting on.
func beat(steps ...time.Duration) Rhythm { return Rhythm{first: true, steps: steps} }

// The figures of the behaviour table.
const (
	beatTime = 100 * time.Millisecond // the shortest step of the rhythms
	showTime = 12500 * time.Millisecond
	lampTime = 4 * time.Second // the target's lamp alternates at least so long
	failTime = 2 * time.Second
	stepTime = 400 * time.Millisecond // a held branch button steps as often
	heldTime = 10 * time.Second       // a button held so long is stuck
	fadeTime = 30 * time.Second       // a good end of a build is shown so long

	queuedTime  = 2 * time.Second // from pulse to pulse
	runningTime = time.Second     // the same; faster by a step for each tenth that is done
	runningStep = 70 * time.Millisecond
)

func lockedRhythm() Rhythm  { return beat(beatTime/2, 2*time.Second-beatTime/2) }
func armedRhythm() Rhythm   { return beat(beatTime, 3*beatTime) }
func offlineRhythm() Rhythm { return beat(beatTime, beatTime, beatTime, 5*beatTime) }
func confirmRhythm() Rhythm { return beat(beatTime, beatTime) }
func forbiddenRhythm() Rhythm {
	return beat(beatTime, beatTime, beatTime, beatTime, beatTime, 5*beatTime)
}

func launchRhythm() Rhythm  { return Rhythm{first: false, steps: []time.Duration{beatTime, beatTime}} }
func failedRhythm() Rhythm  { return beat(beatTime, beatTime, beatTime, 7*beatTime) }
func unknownRhythm() Rhythm { return beat(5*beatTime, 5*beatTime) }

// Of a build: bright with two winks is good, dark with flashes is not.
func passedRhythm() Rhythm    { return beat(7*beatTime, beatTime, beatTime, beatTime) }
func cancelledRhythm() Rhythm { return forbiddenRhythm() }

// pulse is a lamp that leaves its level for a moment, every so often.
func pulse(on bool, every time.Duration) Rhythm {
	return Rhythm{first: !on, steps: []time.Duration{beatTime, every - beatTime}}
}

// awayRhythm is a lamp that leaves its level for a short and for a long moment.
func awayRhythm(on bool) Rhythm {
	return Rhythm{first: !on, steps: []time.Duration{beatTime, beatTime, 5 * beatTime, 13 * beatTime}}
}

// flash is the light of a refusal: it inverts the blinker while it is on, and
// is played once.
func flash() Rhythm { return beat(beatTime, beatTime, beatTime) }

// length is the time after which the rhythm begins again, 0 if steady.
func (r Rhythm) length() time.Duration {
	var sum time.Duration
	for _, d := range r.steps {
		sum += d
	}
	return sum
}

// at is the level that long after the rhythm began, and how long it stays.
// A steady level stays for 0, which means for ever.
func (r Rhythm) at(elapsed time.Duration) (on bool, left time.Duration) {
	whole := r.length()
	if whole == 0 {
		return r.first, 0
	}
	elapsed = max(elapsed, 0) % whole
	for i, d := range r.steps {
		if elapsed < d {
			return r.first == (i%2 == 0), d - elapsed
		}
		elapsed -= d
	}
	panic("shipit: a rhythm is longer than its steps")
}

// String is "on", "off", or the steps, as in "blinking (0.1 s on, 0.3 s off)".
func (r Rhythm) String() string {
	word := map[bool]string{true: "on", false: "off"}
	if len(r.steps) == 0 {
		return word[r.first]
	}
	parts := make([]string, len(r.steps))
	for i, d := range r.steps {
		parts[i] = fmt.Sprintf("%g s %s", d.Seconds(), word[r.first == (i%2 == 0)])
	}
	return "blinking (" + strings.Join(parts, ", ") + ")"
}

// Span is a time that a lamp is on, or off.
type Span struct {
	On   bool
	Time time.Duration
}

// Spans is what the lamp does in the first part of its life, for pictures.
func (r Rhythm) Spans(within time.Duration) []Span {
	var spans []Span
	for elapsed := time.Duration(0); elapsed < within; {
		on, left := r.at(elapsed)
		if left == 0 {
			left = within
		}
		left = min(left, within-elapsed)
		spans = append(spans, Span{on, left})
		elapsed += left
	}
	return spans
}
