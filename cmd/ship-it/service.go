package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ship-it.example/daemonize"
)

// stopPatience is how long stop waits. The daemon itself takes 2 s at most.
const stopPatience = 10 * time.Second

// cantTell is status' exit code where the pidfile says nothing.
const cantTell = 4

// status tells whether the daemon runs, in words and as its exit code.
func (p *program) status(_ *cobra.Command, o options) error {
	found, err := daemonize.Status(o.pidFile)
	if err != nil {
		return codeError{cantTell, fmt.Errorf("can't tell whether it runs: %w", err)}
	}
	words, code := "not running", exitNotRunning
	switch found.State {
	case daemonize.Running, daemonize.Ending, daemonize.Starting:
		words, code = found.State.String(), 0
	case daemonize.Dead:
		words, code = "dead, and has left "+o.pidFile, exitFailed
	}
	if err := p.sayStatus(found, words, o.json); err != nil {
		return codeError{cantTell, err}
	}
	if code == 0 {
		return nil
	}
	return saidError{codeError{code, fmt.Errorf("ship-it is %s", words)}}
}

// sayStatus prints what status found.
func (p *program) sayStatus(found daemonize.Instance, words string, asJSON bool) error {
	if !asJSON {
		if found.Pid != 0 {
			words += fmt.Sprintf(" (pid %d)", found.Pid)
		}
		if !found.Since.IsZero() {
			words += " since " + found.Since.Format(time.DateTime)
		}
		_, err := fmt.Fprintf(p.stdout, "ship-it is %s\n", words)
		return err
	}
	answer := struct {
		State string     `json:"state"`
		Pid   int        `json:"pid,omitempty"`
		Since *time.Time `json:"since,omitempty"`
	}{State: found.State.String(), Pid: found.Pid}
	if found.State == daemonize.Dead {
		answer.State = "dead" // a word, for machines
	}
	if !found.Since.IsZero() {
		answer.Since = &found.Since
	}
	return json.NewEncoder(p.stdout).Encode(answer)
}

// stop ends the daemon.
func (p *program) stop(cmd *cobra.Command, o options) error {
	found, err := daemonize.Stop(cmd.Context(), o.pidFile, stopPatience)
	if err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	words := "ship-it was not running"
	if found.Pid != 0 {
		words = fmt.Sprintf("ship-it (pid %d) has ended", found.Pid)
	}
	_, err = fmt.Fprintln(p.stdout, words)
	return err
}
