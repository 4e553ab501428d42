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
