package shipit

import "time"

// MaxTargets is how many targets a box may have: for more lamps than that no
// header has room.
const MaxTargets = 20

// Light is what a target's lamp tells of the target's latest launch, beside
// whether it is the selected one.
type Light int

// The lights.
const (
	LightNone       Light = iota // on if selected, else off
	LightNotStarted              // no build
	LightUnknown                 // nobody knows whether a build was started
	LightQueued
	LightRunning
	LightPassed
	LightFailed
	LightCancelled
	LightLost // a build was started, and nobody can tell its end
)

// String names the light, for people.
func (l Light) String() string {
	return [...]string{"none", "not started", "unknown", "queued", "running", "passed", "failed", "cancelled", "lost"}[l]
}

// stays tells whether the light is there until somebody acknowledges it.
func (l Light) stays() bool {
	return l == LightNotStarted || l == LightUnknown || l == LightFailed || l == LightLost
}

// fades tells whether the light goes out by itself, after fadeTime.
func (l Light) fades() bool { return l == LightPassed || l == LightCancelled }

// stageLight is how a build's stage looks.
func stageLight(s Stage) Light {
	return [...]Light{LightQueued, LightRunning, LightPassed, LightFailed, LightCancelled, LightLost}[s]
}

// lit is a target's light.
type lit struct {
	Light
	since time.Time
	tenth int  // of a running build: how many tenths are done, as far as the server tells
	away  bool // the build is followed, and the server can't be asked
	waits bool // for a person
}

// rhythm is how the light looks on a lamp that is otherwise on (the selected
// target's) or off.
func (l lit) rhythm(selected bool) Rhythm {
	switch {
	case l.Light == LightNotStarted, l.Light == LightFailed:
		return failedRhythm()
	case l.Light == LightUnknown, l.Light == LightLost:
		return unknownRhythm()
	case l.away:
		return awayRhythm(selected)
	case l.Light == LightQueued:
		return pulse(selected, queuedTime)
	case l.Light == LightRunning:
		return pulse(selected, runningTime-time.Duration(l.tenth)*runningStep)
	case l.Light == LightPassed:
		return passedRhythm()
	case l.Light == LightCancelled:
		return cancelledRhythm()
	}
	return steady(selected)
}
