package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"ship-it.example/daemonize"
)

// stopPatience is how long stop waits. The daemon itself takes 2 s at most.
const stopPatience = 10 * time.Second

// cantTell is status' exit code where the pidfile says nothing.
const cantTell = 4

// otherPidFiles is where the daemon of this box may have its pidfile, too: root
// has it in one place, a user and a service in another. Whoever names a
// pidfile of his own means that alone.
func (o options) otherPidFiles() []string {
	switch o.pidFile {
	case pidPath:
		return []string{servicePidPath}
	case servicePidPath:
		return []string{pidPath}
	default:
		return nil
	}
}

// instance is a daemon with the pidfile that tells of it.
type instance struct {
	daemonize.Instance
	pidFile string
}

// instances asks the pidfiles. The first is the one to speak of: a living
// daemon if there is one, or a dead one.
func (o options) instances() ([]instance, error) {
	var all []instance
	for _, path := range append([]string{o.pidFile}, o.otherPidFiles()...) {
		found, err := daemonize.Status(path)
		if err != nil {
			return nil, err
		}
		all = append(all, instance{found, path})
	}
	slices.SortStableFunc(all, func(a, b instance) int { return int(b.State) - int(a.State) })
	return all, nil
}

// status tells whether the daemon runs, in words and as its exit code.
func (p *program) status(_ *cobra.Command, o options) error {
	all, err := o.instances()
	if err != nil {
		return codeError{cantTell, fmt.Errorf("can't tell whether it runs: %w", err)}
	}
	found := all[0]
	words, code := "not running", exitNotRunning
	switch found.State {
	case daemonize.Running, daemonize.Ending, daemonize.Starting:
		words, code = found.State.String(), 0
	case daemonize.Dead:
		words, code = "dead, and has left "+found.pidFile, exitFailed
	}
	if err := p.sayStatus(found.Instance, words, o.json); err != nil {
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
			words += " (" + who(found) + ")"
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
		As    string     `json:"as,omitempty"`
		Since *time.Time `json:"since,omitempty"`
	}{State: found.State.String(), Pid: found.Pid}
	switch {
	case found.State == daemonize.Dead:
		answer.State = "dead" // a word, for machines
	case found.Managed:
		answer.As = "service"
	case found.State != daemonize.NotRunning:
		answer.As = "daemon"
	}
	if !found.Since.IsZero() {
		answer.Since = &found.Since
	}
	return json.NewEncoder(p.stdout).Encode(answer)
}

// who names a process, and how it runs if it is no detached daemon.
func who(found daemonize.Instance) string {
	if found.Managed {
		return fmt.Sprintf("pid %d, as a service of systemd", found.Pid)
	}
	return fmt.Sprintf("pid %d", found.Pid)
}

// stop ends the daemon, or both if there are two of this name. A service that
// ends like this stays stopped, too.
func (p *program) stop(cmd *cobra.Command, o options) error {
	words := "ship-it was not running\n"
	var errs []error
	for _, path := range append([]string{o.pidFile}, o.otherPidFiles()...) {
		found, err := daemonize.Stop(cmd.Context(), path, stopPatience)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("stop: %w", err))
		case found.Pid != 0:
			fmt.Fprintf(p.stdout, "ship-it (%s) has ended\n", who(found))
			words = ""
		}
	}
	if len(errs) == 0 {
		fmt.Fprint(p.stdout, words)
	}
	return errors.Join(errs...)
}
