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

// longHelp is what the commands say beside their short sentence.
func longHelp() map[string]string {
	return map[string]string{
		"status": `What the box shows comes from its socket, which takes root or the group gpio; in
JSON it is the view, an object of ship-it.socket(7). A box that somebody runs in
the foreground has no pidfile: it is no daemon, but what it shows is told.

Exit codes, by the pidfile: 0 it runs, 1 it is dead and left its pidfile, 3 it
does not run, 4 it can't be told.`,
		"watch": `At a terminal it is the picture of ship-it sim, of the box that runs on this
machine: q quits, and a box that has gone is waited for. From a pipe it prints a
JSON object a change, those of ship-it.socket(7), the first one at once, until
the box ends. Exit code 3: no box shows itself.`,
		"stop": `Sends a TERM and waits for 10 s at most. It is no error if nothing runs, and
nothing is ever killed.`,
		"release": `After a kill -9 Raspberry Pi kernels keep outputs driven, with nobody to own
them. It is refused while a program holds one of the lines.`,
		"pins":   pinsHelp,
		"doctor": doctorHelp,
		"launch": `The rules of the configuration hold as they do for the button, but for confirm; a
target that wants two persons can't be launched so. It is refused while the
box's daemon keeps the journal: press its button, or end it with ship-it stop.
Ctrl-C takes a request back of which nothing has been sent, and waits 2 s for the
answer to one that is on its way.

Exit codes: 0 the build has passed, or was started where none are followed;
1 there was no build, or it has failed or was cancelled; 7 nobody knows.`,
		"log": `Reads the journal that the configuration names, with the part that was rotated
last, and what is under way. --json prints the journal's own lines.`,
		"init": `It asks which server starts the builds, for its address, for the targets with
their builds, and for the token, as far as the flags leave that open. Without a
terminal the flags have to say it all. A target's BUILD is

  teamcity   BUILD_TYPE[@BRANCH]           bt280
  jenkins    FOLDER/JOB[@BRANCH]           deploy/client@main
  github     OWNER/REPO/WORKFLOW[@REF]     acme/client/deploy.yml@main
  gitlab     GROUP/PROJECT[@REF]           acme/client@main
  webhook    the last part of the address  deploy-client
  command    PROGRAM [ARGUMENTS]           /usr/local/bin/deploy int

Nothing is written over a file that is there. A token that was typed goes into a
file of its own, which others may not read; what is written passes check.`,
		"check": `It prints how the box is wired and every value, or points at each mistake.`,
		"card": `What each light of this box means and what to do then, in text of 80 columns or
as an SVG of the size A6.`,
		"sim": simHelp,
	}
}
