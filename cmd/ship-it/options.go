package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ship-it.example/shipit/view/socket"
)

// The files of a box on Debian.
const (
	configPath = "/etc/ship-it/config.toml"
	pidPath    = "/run/ship-it.pid"
	logPath    = "/var/log/ship-it.log"

	// servicePidPath is the pidfile of one that is no root: the folder is its own.
	servicePidPath = "/run/ship-it/ship-it.pid"

	// socketPath is where a box shows itself.
	socketPath = "/run/ship-it/sock"
)

// options are the flags, of whatever command.
type options struct {
	daemon, drill, verbose   bool
	config, pidFile, logFile string
	user, chip, socket       string
	logFormat, server        string
	live, yes, json, plain   bool
	watch, svg, dryRun       bool
	output, since            string
	record, replay, speed    string

	url, login, tokenFile string   // of init
	targets               []string // NAME=BUILD, of init

	// These are no flags.
	journal bool           // the log goes to systemd's journal
	shown   *socket.Server // it is shown to others, too; nil: it is not
}

// The flags are declared by name, each in one place, and a command takes those
// that mean something to it.
func (o *options) flags(set *pflag.FlagSet, names ...string) {
	for _, name := range names {
		switch name {
		case "daemon":
			set.BoolVarP(&o.daemon, name, "d", false, "detach; return once the pins are set up")
		case "drill":
			set.BoolVar(&o.drill, name, false, "real buttons, lamps and sounds, but launches go to a stand-in server")
		case "verbose":
			set.BoolVarP(&o.verbose, name, "v", false, "log every switch and button as it settles, too")
		case "config":
			set.StringVarP(&o.config, name, "c", configPath, "configuration `FILE`")
		case "pidfile":
			set.StringVar(&o.pidFile, name, pidPath, "`FILE` with the daemon's process id (with -d; with --user "+servicePidPath+" if not given)")
		case "logfile":
			set.StringVar(&o.logFile, name, logPath, "`FILE` that the daemon's log is appended to, or none (with -d)")
		case "user":
			set.StringVar(&o.user, name, "", "`NAME` of the user that the daemon becomes once pidfile, log and lines are open (with -d)")
		case "chip":
			set.StringVar(&o.chip, name, "auto", "GPIO chip: auto, a `LABEL`, or /dev/gpiochipN")
		case "socket":
			set.StringVar(&o.socket, name, socketPath, "unix socket `PATH` on which the box shows itself, or none")
		case "log-format":
			set.StringVar(&o.logFormat, name, "text", "`FORMAT` of the log: text or json")
		case "live":
			set.BoolVar(&o.live, name, false, "let launches reach the configured server")
		case "server":
			set.StringVar(&o.server, name, "", "stand-in of that `KIND`: teamcity, jenkins, github, ... (default: each target's own)")
		case "plain":
			set.BoolVar(&o.plain, name, false, "at a terminal, too: no picture, but a script that is typed")
		case "yes":
			set.BoolVar(&o.yes, name, false, "with --live: don't ask")
		case "watch":
			set.BoolVar(&o.watch, name, false, "show switch and buttons as they move, with their bounce, until Ctrl-C")
		case "dry-run":
			set.BoolVar(&o.dryRun, name, false, "print what would be sent, without the secrets, and send nothing")
		case "since":
			set.StringVar(&o.since, name, "", "only from `TIME` on: how long ago, as in 90m, 24h or 7d, or a date, as in 2026-11-24")
		case "json":
			set.BoolVar(&o.json, name, false, "print JSON")
		case "record":
			set.StringVar(&o.record, name, "", "`FILE` that every edge is written into, for sim --replay; it must not exist yet")
		case "replay":
			set.StringVar(&o.replay, name, "", "play `FILE`, which --record has written, in the place of a script")
		case "speed":
			set.StringVar(&o.speed, name, "", "with --replay: `N` times as fast, or max, in a time that is reckoned (default: as it was, with the whole program)")
		case "kind":
			set.StringVar(&o.server, "server", "", "`KIND` of the server: teamcity, jenkins, github, gitlab, webhook or command")
		case "login":
			set.StringVar(&o.login, name, "", "`NAME` that the box signs in by (Jenkins)")
		case "url":
			set.StringVar(&o.url, name, "", "`ADDRESS` of the server")
		case "target":
			set.StringArrayVar(&o.targets, name, nil, "`NAME=BUILD`: a target, and what the server calls its build; once for each")
		case "token-file":
			set.StringVar(&o.tokenFile, name, "", "`FILE` that holds the server's token (default: SERVER.token beside the configuration)")
		case "svg":
			set.BoolVar(&o.svg, name, false, "as a picture to print on A6")
		case "output":
			set.StringVarP(&o.output, name, "o", "", "`FILE` to write, which must not exist yet (default: the standard output)")
		default:
			panic("no flag is called " + name)
		}
	}
}

// noArguments refuses arguments that are no flags, and flags that name nothing.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return noEmpty(cmd.Flags())
	}
	if cmd.HasParent() {
		return usageError{fmt.Errorf("%s takes no arguments, got %q", cmd.CommandPath(), args[0])}
	}
	text := fmt.Sprintf("unknown command %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 && args[0] != "" && near[0] != args[0] {
		text += fmt.Sprintf(", did you mean %s?", near[0])
	}
	return usageError{errors.New(text)}
}

// noEmpty refuses a flag that was given and is empty.
func noEmpty(flags *pflag.FlagSet) error {
	var err error
	flags.Visit(func(f *pflag.Flag) {
		if f.Value.String() == "" {
			err = usageError{fmt.Errorf("--%s is empty", f.Name)}
		}
	})
	return err
}

// foreign refuses flags that stand before the command and mean nothing to it.
func foreign(cmd *cobra.Command) error {
	var err error
	cmd.Root().Flags().Visit(func(f *pflag.Flag) {
		if cmd.Flags().Lookup(f.Name) == nil {
			err = usageError{fmt.Errorf("--%s means nothing to %s", f.Name, cmd.Name())}
		}
	})
	return err
}
