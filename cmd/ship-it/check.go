package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ship-it.example/cmd/ship-it/board"
	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/sound"
)

// load reads the configuration, with its secrets or without; a drill's are those
// of the announcements alone. Those that came by
// the environment are taken out of it either way, before any child could
// inherit them.
func load(o options, secrets bool, more ...config.Option) (*config.Config, error) {
	options := append([]config.Option{config.WithSoundCheck(sound.CheckWAV)}, more...)
	switch {
	case secrets:
		options = append(options, config.WithSecrets(os.LookupEnv))
	case o.drill:
		options = append(options, config.WithAnnouncing(os.LookupEnv))
	}
	c, err := config.Load(o.config, options...)
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !config.IsSecret(name) {
			continue
		}
		if err := os.Unsetenv(name); err != nil {
			return nil, fmt.Errorf("take a secret out of the environment: %w", err)
		}
	}
	return c, err
}

// check prints what the configuration means, how it is wired and every value in
// it, or points at every mistake.
func (p *program) check(_ *cobra.Command, o options) error {
	var values []config.Value
	c, err := load(o, true, config.WithValues(func(v config.Value) { values = append(values, v) }))
	if err != nil {
		return p.point(err)
	}
	fmt.Fprintf(p.stdout, "%s is a configuration:\n\n", c.Path)
	if err := describe(p.stdout, c); err != nil {
		return err
	}
	table := newTable(p.stdout)
	fmt.Fprint(p.stdout, "\nThe wires, by the header's pins:\n\n")
	model := board.Look(p.root).Model
	if term.Columns(p.stdout) >= board.Columns {
		fmt.Fprintln(p.stdout, board.Picture(model, partsOf(plan(c)), nil, term.For(p.stdout, os.Getenv)))
	}
	wires(table, board.Header(model), plan(c))
	if err := table.flush(); err != nil {
		return err
	}
	fmt.Fprint(p.stdout, "\nEvery value, and the line that says so:\n\n")
	for _, v := range values {
		table.row("%s\t%s\t%s", v.Key, cmp.Or(v.Text, "not set"), origin(v))
	}
	return table.flush()
}

// origin is where a value comes from.
func origin(v config.Value) string {
	if v.Line == 0 {
		return "default"
	}
	return fmt.Sprintf("line %d", v.Line)
}

// describe writes a line for each part of a configuration.
func describe(w io.Writer, c *config.Config) error {
	table := newTable(w)
	row := func(name, format string, args ...any) {
		table.row("%s\t%s", name, fmt.Sprintf(format, args...))
	}
	wires := plan(c)
	for _, in := range wires.Inputs {
		row(in.Name, "GPIO %d, pulled %v, active %s", in.Pin, in.Pull, level(!in.ActiveLow))
	}
	row(wires.Outputs[blinker].Name, "GPIO %d, on when %s", wires.Outputs[blinker].Pin, level(!wires.Outputs[blinker].ActiveLow))
	for i, t := range c.Targets {
		row(fmt.Sprintf("target %d", i+1), "%q, lamp on GPIO %d, on when %s, %v%s",
			t.Name, t.LED.Pin, level(!t.LED.ActiveLow), t.Work, followed(t.Follow))
	}
	for name, s := range c.ByName() {
		row(name, "%v, time-out %v", s, s.Timeout)
	}
	if s := c.Pins.Siren; s != nil {
		row("siren", "GPIO %d, on when %s, for %v at most in a launch", s.Pin, level(!s.ActiveLow), s.Max)
	}
	if c.Announce.URL != nil {
		a := announcing(c)
		row("announce", "%v, as %q, time-out %v", a, a.Box, a.Timeout)
	}
	row("sound", "%s", player(c.Sound))
	row("debounce", "%v", c.Debounce)
	row("require_rearm", "%v", c.RequireRearm)
	row("journal", "%s", cmp.Or(c.Journal, "none: launches are not kept"))
	for _, rule := range rules(c.Rules) {
		row("safety", "%s", rule)
	}
	return table.flush()
}

// rules says what a team has asked for.
func rules(r shipit.Rules) []string {
	var list []string
	for _, limit := range []struct {
		name string
		time time.Duration
	}{{"confirm", r.Confirm}, {"max_armed", r.MaxArmed}, {"cooldown", r.Cooldown}, {"abort", r.Abort}} {
		if limit.time > 0 {
			list = append(list, fmt.Sprintf("%s %v", limit.name, limit.time))
		}
	}
	if r.OnNoGo {
		list = append(list, "launch_on_no_go")
	}
	if r.TwoPerson {
		list = append(list, "two_person")
	}
	if len(r.Freeze.Windows) > 0 {
		list = append(list, fmt.Sprintf("freeze by the clock of %v", r.Freeze.Zone))
	}
	return list
}

// followed says of a target that its server is asked nothing.
func followed(follow bool) string {
	if follow {
		return ""
	}
	return ", not followed"
}

func level(high bool) string {
	if high {
		return "high"
	}
	return "low"
}

// player is how the sounds are played.
func player(s config.Sound) string {
	if len(s.Player) == 0 {
		return "none: the box is silent"
	}
	own := map[bool]string{true: "ours", false: "a file"}
	return fmt.Sprintf("%s; alarm: %s, buzz: %s", cmp.Or(strings.Join(s.Player, " "), "none"), own[s.Alarm == nil], own[s.Buzz == nil])
}
