package daemonize

import (
	"errors"
	"fmt"
)

// What can go wrong beside the system's own errors. A missing permission is
// always an [io/fs.ErrPermission].
var (
	// ErrNotifySocket: the caller is a service of systemd, which has detached
	// it already and would lose sight of a daemon. Run in the foreground there.
	ErrNotifySocket = errors.New("NOTIFY_SOCKET is set: under systemd run in the foreground")

	// ErrNotReady: the daemon took longer than [Options.Timeout] and was ended.
	// Its log says how far it came.
	ErrNotReady = errors.New("not ready in time")

	// ErrDied: the daemon ended before it was ready and without a word, by a
	// panic or a signal. The error says where to look.
	ErrDied = errors.New("the daemon died before it was ready")

	// ErrNoUser: the system has no user of that name for the daemon to become.
	// Make one with useradd(8), or stay root.
	ErrNoUser = errors.New("there is no such user")

	// ErrUnsafe: the pidfile or the log file is something that must not be
	// written to: a link, a directory, somebody else's. Remove it, or name
	// another file.
	ErrUnsafe = errors.New("will not write there")

	// ErrTaken: the pidfile was removed and another process has made its own in
	// the same place. Two daemons were started; for one that runs already it
	// only means that status and stop speak of the other one.
	ErrTaken = errors.New("pidfile belongs to another process")

	// ErrStillRunning: the process outlived the patience of [Stop]. Look at its
	// log; killing it is the user's decision.
	ErrStillRunning = errors.New("still running")

	// errHeld: another process holds the pidfile and is on its way up or down.
	// Only ever waited on.
	errHeld = errors.New("held by a process that is starting or ending")
)

// RunningError says that there is nothing to start: the daemon runs and is
// ready.
type RunningError struct {
	Pid     int
	Managed bool // a service manager has started it
}

// Error names the process, and how it runs if it is no detached daemon.
func (e *RunningError) Error() string {
	if e.Managed {
		return fmt.Sprintf("process already running (pid %d, as a service of systemd)", e.Pid)
	}
	return fmt.Sprintf("process already running (pid %d)", e.Pid)
}

// LogError says why the log file can't be opened. Name another, or go without.
type LogError struct{ Err error }

// Error names the file.
func (e *LogError) Error() string { return "log file: " + e.Err.Error() }

// Unwrap gives the reason.
func (e *LogError) Unwrap() error { return e.Err }

// ExitError is what the daemon gave as its reason in [Daemon.Fail].
type ExitError struct {
	Code int    // the exit code for the caller
	Text string // the daemon's own words
}

// Error gives the daemon's words alone: they are for the user, as if there had
// been one process only.
func (e *ExitError) Error() string {
	return e.Text
}
