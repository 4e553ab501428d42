package main

import (
	"time"

	"ship-it.example/gpio"
	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
)

// The inputs of a plan, in the order in which changes of one moment count: the
// switch first, then the buttons of buttons.
const (
	armingSwitch = iota
	firstButton
)

// buttons is the buttons that there are, as the plan has them: branch, then
// second, then launch.
func buttons(c *config.Config) []shipit.Button {
	if c.Pins.SecondButton == nil {
		return []shipit.Button{shipit.BranchButton, shipit.LaunchButton}
	}
	return []shipit.Button{shipit.BranchButton, shipit.SecondButton, shipit.LaunchButton}
}

// The outputs of a plan: the blinker, a lamp for each target, and the siren if
// there is one.
const (
	blinker = iota
	firstLamp
)

// plan is the wiring of a configuration, as gpio wants it.
func plan(c *config.Config) gpio.Plan {
	p := gpio.Plan{
		Inputs:   []gpio.Input{input("arming switch", c.Pins.ArmingSwitch)},
		Outputs:  []gpio.Output{output("blinker", c.Pins.Blinker)},
		Debounce: c.Debounce,
	}
	for _, b := range buttons(c) {
		p.Inputs = append(p.Inputs, input(b.String()+" button", wire(c, b)))
	}
	for _, t := range c.Targets {
		p.Outputs = append(p.Outputs, output("lamp of "+t.Name, t.LED))
	}
	if s := c.Pins.Siren; s != nil {
		siren := output("siren", s.Output)
		siren.Max = s.Max
		p.Outputs = append(p.Outputs, siren)
	}
	return p
}

// wire is the line of a button.
func wire(c *config.Config, b shipit.Button) config.Input {
	switch b {
	case shipit.LaunchButton:
		return c.Pins.LaunchButton
	case shipit.BranchButton:
		return c.Pins.BranchButton
	default:
		return *c.Pins.SecondButton
	}
}

// sirenTime is how long the siren sounds at most in a launch; 0: there is none.
func sirenTime(c *config.Config) time.Duration {
	if c.Pins.Siren == nil {
		return 0
	}
	return c.Pins.Siren.Max
}

func input(name string, in config.Input) gpio.Input {
	pull := gpio.PullDown
	if in.PullUp {
		pull = gpio.PullUp
	}
	return gpio.Input{Name: name, Pin: in.Pin, Pull: pull, ActiveLow: in.ActiveLow}
}

func output(name string, out config.Output) gpio.Output {
	return gpio.Output{Name: name, Pin: out.Pin, ActiveLow: out.ActiveLow}
}

// names is the targets' names, in the file's order.
func names(c *config.Config) []string {
	names := make([]string, len(c.Targets))
	for i, t := range c.Targets {
		names[i] = t.Name
	}
	return names
}

// follow tells of which targets the builds are followed.
func follow(c *config.Config) []bool {
	follow := make([]bool, len(c.Targets))
	for i, t := range c.Targets {
		follow[i] = t.Follow
	}
	return follow
}

// front is the header as the box's lamps and siren.
type front struct {
	*gpio.Header
	siren int // the output behind the lamps, where there is one
}

// Blinker drives the blinker.
func (f front) Blinker(on bool) error { return f.Set(blinker, on) }

// Lamp drives the lamp of a target.
func (f front) Lamp(target int, on bool) error { return f.Set(firstLamp+target, on) }

// Siren drives the siren. Its time is that of the launch: the header ends it.
func (f front) Siren(launch int) error { return f.SetFor(f.siren, launch > 0, launch) }
