package config

import (
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
)

// Bounds of the values, as the configuration's manual page gives them.
const (
	minDebounce, maxDebounce = time.Millisecond, time.Second
	minTimeout, maxTimeout   = time.Second, time.Minute
	minSiren, maxSiren       = 100 * time.Millisecond, time.Minute
)

// Config is a configuration in which no rule is broken.
type Config struct {
	Path         string        // absolute path of the file; empty if built in
	Debounce     time.Duration // 1 ms to 1 s
	RequireRearm bool          // a switch found on at start has to be turned off first
	Journal      string        // absolute path of the file that keeps launches and refusals; empty: none does
	Pins         Pins
	Targets      []Target // 1 to shipit.MaxTargets, in the file's order
	ci.Servers            // their secrets only if loaded WithSecrets
	Sound        Sound
	Rules        shipit.Rules // what a team asks for beside the behaviour table

	// Announce has its URL, where that is secret, only if loaded WithSecrets or
	// WithAnnouncing. Without a Box the box goes by the host's name.
	Announce ci.Announcing

	// Leaks tells whether a text holds a secret of this configuration, as
	// [ci.Leaks] says, whatever becomes of its targets; nil if not loaded
	// WithSecrets.
	Leaks func(text string) bool
}

// Pins is the wiring apart from the targets' lamps. No two lines of a Config
// have the same number.
type Pins struct {
	Blinker      Output
	ArmingSwitch Input
	LaunchButton Input
	BranchButton Input
	SecondButton *Input // nil: there is none; there is one where the rules want two persons, and only there
	Siren        *Siren // nil: there is none
}

// Output is a line that we drive.
type Output struct {
	Pin       int  // BCM number, 0 to 27
	ActiveLow bool // the lamp is on while the line is low, as on a relay board
}

// Siren is a line that we drive while the alarm sounds.
type Siren struct {
	Output
	Max time.Duration // how long it sounds at most in a launch, 100 ms to 1 min
}

// Input is a line that we read. Its pull always holds it at its inactive
// level (PullUp equals ActiveLow), so that a cut wire reads as off.
type Input struct {
	Pin       int  // BCM number, 0 to 27
	PullUp    bool // else pulled down
	ActiveLow bool // on, or pressed, while the line is low
}

// Target is what a press can launch.
type Target struct {
	Name string // printable, unlike every other target's, at most 64 characters
	LED  Output
	Work ci.Work
	// Follow has the server asked beside the launches, where it can tell: what
	// became of the build, and whether it would take one.
	Follow bool
}

// Work is what the targets launch, by index.
func (c *Config) Work() []ci.Work {
	work := make([]ci.Work, len(c.Targets))
	for i, t := range c.Targets {
		work[i] = t.Work
	}
	return work
}

// Sound is how the box makes itself heard.
type Sound struct {
	Player      []string // program and arguments, WAV on its standard input; empty is silence
	Alarm, Buzz []byte   // WAV files' contents; nil: the built-in sound
}

// Original is the configuration of the Python program that came before: its
// pins and its two targets, with the safe pull for the arming switch. It
// reaches no server (TeamCity has no URL) and serves the simulator where there
// is no file.
func Original() *Config {
	c := defaults()
	c.Targets = []Target{
		{Name: "Client Int", LED: Output{Pin: 22}, Work: ci.Build{Type: "bt280"}, Follow: true},
		{Name: "Hubot", LED: Output{Pin: 25}, Work: ci.Build{Type: "bt1568"}, Follow: true},
	}
	return c
}

// defaults is what holds where the file says nothing.
func defaults() *Config {
	return &Config{
		Debounce:     20 * time.Millisecond,
		RequireRearm: true,
		Journal:      journalPath,
		Pins: Pins{
			Blinker:      Output{Pin: 17},
			ArmingSwitch: Input{Pin: 24},
			LaunchButton: Input{Pin: 27, PullUp: true, ActiveLow: true},
			BranchButton: Input{Pin: 23, PullUp: true, ActiveLow: true},
		},
		Servers: ci.Servers{TeamCity: ci.Settings{Timeout: ci.DefaultTimeout}},
		Sound:   Sound{Player: []string{"aplay", "-q"}},
	}
}
