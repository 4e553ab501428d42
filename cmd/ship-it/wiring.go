package main

import (
	"ship-it.example/gpio"
	"ship-it.example/shipit/config"
)

// The inputs of a plan, in the order in which changes of one moment count:
// the switch first, then branch, then launch.
const (
	armingSwitch = iota
	branchButton
	launchButton
)

// The outputs of a plan: the blinker, then a lamp for each target.
const (
	blinker = iota
	firstLamp
)

// plan is the wiring of a configuration, as gpio wants it.
func plan(c *config.Config) gpio.Plan {
	p := gpio.Plan{
		Inputs: []gpio.Input{
			armingSwitch: input("arming switch", c.Pins.ArmingSwitch),
			branchButton: input("branch button", c.Pins.BranchButton),
			launchButton: input("launch button", c.Pins.LaunchButton),
		},
		Outputs:  []gpio.Output{output("blinker", c.Pins.Blinker)},
		Debounce: c.Debounce,
	}
	for _, t := range c.Targets {
		p.Outputs = append(p.Outputs, output("lamp of "+t.Name, t.LED))
	}
	return p
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

// panel is the header as the box's lamps.
type panel struct{ *gpio.Header }

// Blinker drives the blinker.
func (p panel) Blinker(on bool) error { return p.Set(blinker, on) }

// Lamp drives the lamp of a target.
func (p panel) Lamp(target int, on bool) error { return p.Set(firstLamp+target, on) }
