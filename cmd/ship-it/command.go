package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

const about = `ship-it is the daemon in a deploy box: an arming switch, a launch button, a
branch button and a lamp for each target. Flip the switch, press the button,
and the CI server builds the selected target.

Without a command it runs the box in the foreground; Ctrl-C ends it.`

// command is the whole command line: the root runs the box.
func (p *program) command() *cobra.Command {
	var o options
	root := &cobra.Command{
		Use:              "ship-it",
		Short:            "The daemon in a deploy box",
		Long:             about,
		Version:          version(),
		Args:             noArguments,
		SilenceErrors:    true,
		SilenceUsage:     true,
		TraverseChildren: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.box(cmd.Context(), cmd.Flags(), o)
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	o.flags(root.Flags(), "daemon", "drill", "config", "pidfile", "logfile", "user", "chip", "socket", "record", "verbose", "log-format")
	root.AddCommand(
		p.subcommand(&o, "check", "Read the configuration and print what it means", p.check, "config"),
		p.subcommand(&o, "status", "Tell whether the daemon runs, and what the box shows", p.status, "pidfile", "socket", "json"),
		p.subcommand(&o, "watch", "Show what a running box shows, and touch nothing", p.watch, "socket"),
		p.subcommand(&o, "stop", "End the daemon, and wait until it is gone", p.stop, "pidfile"),
		p.subcommand(&o, "release", "Make every line of the box an input again, after a crash", p.release, "config", "chip"),
		p.subcommand(&o, "pins", "Show the wiring, line by line; changes nothing", p.pins, "config", "chip", "watch"),
		p.subcommand(&o, "doctor", "Go through the box, part by part, and tell what is wrong with it", p.doctor, "config", "chip", "pidfile", "json"),
		p.subcommand(&o, "init", "Write a configuration, from the answers to four questions or from flags", p.create, "config", "kind", "url", "login", "token-file", "target"),
		p.subcommand(&o, "card", "Print the legend of the lamps for the box's lid", p.card, "config", "svg", "output"),
		p.launchCommand(&o),
		p.subcommand(&o, "log", "Print what was launched and refused", p.history, "config", "since", "json"),
		p.subcommand(&o, "sim", "The box without a Pi", p.sim, "config", "server", "live", "yes", "plain", "replay", "speed", "verbose", "log-format"),
	)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if name := cmd.Name(); name == "help" || name == "completion" {
			strict(cmd)
		}
	}
	return root
}

// strict makes one of cobra's own commands refuse what it doesn't know.
func strict(cmd *cobra.Command) {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if known, _, err := cmd.Root().Find(args); len(args) > 0 && (err != nil || known == cmd.Root() || cmd.Name() == "completion") {
			return usageError{fmt.Errorf("%s knows no %q", cmd.Name(), args[0])}
		}
		return nil
	}
	if cmd.Run == nil && cmd.RunE == nil {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
}

// subcommand is a command with its flags. Flags of the root may stand in front
// of it, where they mean something to it.
func (p *program) subcommand(o *options, name, short string, run func(*cobra.Command, options) error, flags ...string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   name,
		Short: short,
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := foreign(cmd); err != nil {
				return err
			}
			return run(cmd, *o)
		},
	}
	o.flags(cmd.Flags(), flags...)
	if long, ok := longHelp()[name]; ok {
		cmd.Long = fmt.Sprintf("%s.\n\n%s", short, long)
	}
	return cmd
}
