package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"ship-it.example/cmd/ship-it/recording"
	"ship-it.example/cmd/ship-it/sim"
	"ship-it.example/daemonize"
	"ship-it.example/gpio"
	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/journal"
)

// The exit codes, LSB's where LSB has one.
const (
	exitFailed        = 1
	exitUsage         = 2
	exitNotRunning    = 3
	exitNotAllowed    = 4
	exitNotConfigured = 6
)

// usageError is a mistake in the arguments.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// misuseError is a usageError and the command whose help tells more.
type misuseError struct {
	error
	command string // with the program's name in front
}

func (e misuseError) Unwrap() error { return e.error }

// codeError is an error that knows its exit code. Without words it is silent.
type codeError struct {
	code int
	error
}

func (e codeError) Unwrap() error { return e.error }

// exitCode is the exit code of the program for an error of a command.
func exitCode(err error) int {
	mistakes, misconfigured := errors.AsType[*config.Mistakes](err)
	coded, isCoded := errors.AsType[codeError](err)
	exit, failed := errors.AsType[*daemonize.ExitError](err)
	switch {
	case err == nil, asked(err):
		return 0
	case errors.As(err, new(usageError)):
		return exitUsage
	case isCoded:
		return coded.code
	case failed:
		return exit.Code
	case errors.As(err, new(*daemonize.RunningError)):
		return 0 // it is what was asked for
	case misconfigured && !errors.Is(mistakes, fs.ErrPermission):
		return exitNotConfigured
	case errors.Is(err, fs.ErrPermission):
		return exitNotAllowed
	default:
		return exitFailed
	}
}

// message is what a person reads about an error on stderr: each line with our
// name in front, and a hint line where there is a next step. It is empty where
// nothing is left to be said.
func message(err error) string {
	exit, failed := errors.AsType[*daemonize.ExitError](err)
	switch {
	case err == nil, errors.As(err, new(saidError)):
		return ""
	case failed:
		return exit.Text // the daemon's own, with name and hints
	}
	text := err.Error()
	if panicked, ok := errors.AsType[*shipit.PanicError](err); ok {
		text += "\n" + string(panicked.Stack)
	}
	if next := hint(err); next != "" {
		text += "\nhint: " + next
	}
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		b.WriteString("ship-it: " + strings.TrimRight(line, "\n") + "\n")
	}
	return b.String()
}

// hint is the next step for a person, or empty.
func hint(err error) string {
	misuse, misused := errors.AsType[misuseError](err)
	switch {
	case errors.Is(err, sim.ErrScript):
		return "see ship-it sim --help"
	case misused:
		return "see " + misuse.command + " --help"
	case errors.As(err, new(usageError)):
		return "see ship-it --help"
	case errors.Is(err, errExists):
		return "choose another name, or move away what is there"
	case errors.Is(err, recording.ErrExists):
		return "choose another name: nothing is recorded over a file that is there"
	case errors.Is(err, errClosedPipe):
		return "sudo ship-it -d outlives the terminal"
	case errors.As(err, new(*config.Mistakes)):
		return "" // each has its remedy
	case errors.Is(err, gpio.ErrNoChip):
		return gpio.Hint(err) + "; ship-it sim needs none"
	case errors.As(err, new(heldError)):
		return "ship-it watch shows the box that runs; ship-it stop ends it"
	case errors.Is(err, gpio.ErrBusy) && running() != nil:
		return running().Error() + "; ship-it stop ends it"
	case gpio.Hint(err) != "":
		return gpio.Hint(err)
	case errors.As(err, new(*journal.HeldError)):
		return "press the button of the box if that is it (ship-it stop ends it), or let the other launch come to its end"
	case socketHint(err) != "":
		return socketHint(err)
	case errors.As(err, new(*daemonize.RunningError)):
		return "a new configuration needs a restart: ship-it stop, then start it again"
	case errors.Is(err, daemonize.ErrNoUser):
		return "make him: groupadd -f --system gpio && useradd --system --groups gpio,audio, and the name; or stay root: USER=root in /etc/default/ship-it"
	case errors.As(err, new(*daemonize.LogError)) && (os.Geteuid() == 0 || !errors.Is(err, fs.ErrPermission)):
		return "choose another file with --logfile, or --logfile none (LOGFILE in /etc/default/ship-it)"
	case errors.Is(err, daemonize.ErrUnsafe):
		return "take away what is there, or choose another place: --pidfile, --socket, or journal in the configuration"
	case errors.Is(err, daemonize.ErrStillRunning):
		return "its log tells how far it came; after a kill -9, ship-it release"
	case errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0:
		return "use sudo"
	default:
		return ""
	}
}

// running is the daemon that runs, by the usual pidfiles, or nil if they tell of
// none.
func running() *daemonize.RunningError {
	all, err := options{pidFile: pidPath}.instances()
	if err == nil && all[0].State == daemonize.Running {
		return &daemonize.RunningError{Pid: all[0].Pid, Managed: all[0].Managed}
	}
	return nil
}

// saidError is an error whose words stand in the log already.
type saidError struct{ error }

func (e saidError) Unwrap() error { return e.error }

// unsaid is an error whose words are still to be said, to somebody else.
func unsaid(err error) error {
	if said, ok := errors.AsType[saidError](err); ok {
		return said.error
	}
	return err
}
