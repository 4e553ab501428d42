package main

import "github.com/spf13/pflag"

// flags declares flags by name, each in one place; a command takes those that
// mean something to it.
func (o *options) flags(set *pflag.FlagSet, names ...string) {
	for _, name := range names {
		if !o.boxFlag(set, name) && !o.simFlag(set, name) && !o.initFlag(set, name) && !o.toolFlag(set, name) {
			panic("no flag is called " + name)
		}
	}
}

// boxFlag declares one of those of the box itself, if it is one.
func (o *options) boxFlag(set *pflag.FlagSet, name string) bool {
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
	case "record":
		set.StringVar(&o.record, name, "", "`FILE` that every edge is written into, for sim --replay; it must not exist yet")
	default:
		return false
	}
	return true
}

// simFlag declares one of those of the simulator, if it is one.
func (o *options) simFlag(set *pflag.FlagSet, name string) bool {
	switch name {
	case "live":
		set.BoolVar(&o.live, name, false, "let launches reach the configured servers, and the journal, as the box does")
	case "server":
		set.StringVar(&o.server, name, "", "stand-in of that `KIND`: teamcity, jenkins, github, ... (default: each target's own)")
	case "plain":
		set.BoolVar(&o.plain, name, false, "at a terminal, too: no picture, but a script that is typed")
	case "yes":
		set.BoolVar(&o.yes, name, false, "with --live: don't ask")
	case "replay":
		set.StringVar(&o.replay, name, "", "play `FILE`, which --record has written, in the place of a script")
	case "speed":
		set.StringVar(&o.speed, name, "", "with --replay: `N` times as fast, or max, in a time that is reckoned (default: as it was, with the whole program)")
	default:
		return false
	}
	return true
}

// initFlag declares one of those of init, if it is one.
func (o *options) initFlag(set *pflag.FlagSet, name string) bool {
	switch name {
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
	default:
		return false
	}
	return true
}

// toolFlag declares one of those of the other commands, if it is one.
func (o *options) toolFlag(set *pflag.FlagSet, name string) bool {
	switch name {
	case "watch":
		set.BoolVar(&o.watch, name, false, "show switch and buttons as they move, with their bounce, until Ctrl-C")
	case "dry-run":
		set.BoolVar(&o.dryRun, name, false, "print what would be sent, without the secrets, and send nothing")
	case "since":
		set.StringVar(&o.since, name, "", "only from `TIME` on: how long ago, as in 90m, 24h or 7d, or a date, as in 2026-11-24")
	case "json":
		set.BoolVar(&o.json, name, false, "print JSON")
	case "svg":
		set.BoolVar(&o.svg, name, false, "as a picture to print on A6")
	case "output":
		set.StringVarP(&o.output, name, "o", "", "`FILE` to write, which must not exist yet (default: the standard output)")
	default:
		return false
	}
	return true
}
