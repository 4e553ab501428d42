package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"ship-it.example/daemonize"
	"ship-it.example/shipit/view"
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

// status tells whether the daemon runs, in words and as its exit code, and what
// the box shows.
func (p *program) status(cmd *cobra.Command, o options) error {
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
	seen := o.glance(cmd.Context(), found.Instance)
	say := p.sayStatus
	if o.json {
		say = p.encodeStatus
	}
	if err := say(found.Instance, words, seen); err != nil {
		return codeError{cantTell, err}
	}
	if code == 0 {
		return nil
	}
	return saidError{codeError{code, fmt.Errorf("ship-it is %s", words)}}
}

// sayStatus prints what status found, for people.
func (p *program) sayStatus(found daemonize.Instance, words string, seen glance) error {
	if found.Pid != 0 {
		words += " (" + who(found) + ")"
	}
	if !found.Since.IsZero() {
		words += " since " + found.Since.Format(time.DateTime)
	}
	if !alive(found) && (seen.view != nil || seen.pid != 0) {
		words += fmt.Sprintf(", but a box runs in the foreground (pid %d)", seen.pid)
	}
	if _, err := fmt.Fprintf(p.stdout, "ship-it is %s\n", words); err != nil {
		return err
	}
	switch {
	case seen.view != nil:
		return draw(p.stdout, *seen.view)
	case alive(found), seen.pid != 0:
		fmt.Fprint(p.stderr, message(fmt.Errorf("what it shows can't be seen: %w", seen.err)))
	case errors.Is(seen.err, fs.ErrPermission):
		fmt.Fprint(p.stderr, message(fmt.Errorf("whether a box runs in the foreground can't be seen: %w", seen.err)))
	}
	return nil
}

// encodeStatus prints it for machines.
func (p *program) encodeStatus(found daemonize.Instance, _ string, seen glance) error {
	answer := struct {
		State string     `json:"state"`
		Pid   int        `json:"pid,omitempty"`
		As    string     `json:"as,omitempty"`
		Since *time.Time `json:"since,omitempty"`
		View  *view.View `json:"view,omitempty"`
		Blind string     `json:"no_view,omitempty"` // why there is no view of one that runs
	}{State: found.State.String(), Pid: found.Pid, View: seen.view}
	switch {
	case found.State == daemonize.Dead:
		answer.State = "dead" // a word, for machines
	case found.Managed:
		answer.As = "service"
	case found.State != daemonize.NotRunning:
		answer.As = "daemon"
	case seen.view != nil, seen.pid != 0:
		answer.As = "foreground"
	}
	if !found.Since.IsZero() {
		answer.Since = &found.Since
	}
	if seen.view == nil && (alive(found) || seen.pid != 0) {
		answer.Blind = seen.err.Error()
	}
	return json.NewEncoder(p.stdout).Encode(answer)
}

// alive tells whether the pidfile speaks of a living daemon.
func alive(found daemonize.Instance) bool {
	return found.State != daemonize.NotRunning && found.State != daemonize.Dead
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
