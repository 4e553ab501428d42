package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"ship-it.example/cmd/ship-it/sim"
	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/gpio"
	"ship-it.example/gpio/virtual"
	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/journal"
)

// simHelp is what the simulator says of itself beside its short sentence.
const simHelp = `The same program on a header in memory. Launches go to stand-in servers inside
it, nobody is told of them, and the journal hasn't them, unless --live lets them
reach the configured ones. Each target has one of its own kind (a command or a
webhook: a TeamCity); --server makes it any other:
teamcity, jenkins, github, gitlab, buildkite, circleci, woodpecker, gitea,
forgejo, azure, argocd, octopus, buildbot. Without a configuration file it has
the original's two targets.

With --replay it plays what --record has written, in the place of a script, and
prints what happened: as it was, with the whole program and in the time that it
took, or with --speed in a time that is reckoned. Then the debounce and the box
are moved by the recorded times alone, builds are not followed, and the same
recording always gives the same words. Launches go to a stand-in in any case.

At a terminal it is the box as a picture, which keys and the mouse move: a turns
the arming switch, l and b press the launch and the branch button, L and B hold
them until they are typed again, q quits. A click presses, for as long as it
lasts. NO_COLOR is heeded, and 60 by 20 cells will do.

From a pipe, and with --plain, it takes a script from its standard input, a line
each:

  arm | disarm
  press launch|branch|second [2s]  for 200 ms or so long; waits for the release
  hold launch|branch|second 2s     goes on at once
  wait 1s
  server ok|fail 500|late 500|slow 3s|limit 30s|twice|vanish|drop|silent
  server asked ok|fail 401|...     the same, for questions: about builds, and
                                   whether a launch would be taken (no-go)
  server build ["Hubot"] queued|running 40%|passed|failed|cancelled|lost
                                   where that target's build is from now on; without
                                   a name it is the latest launch's
  expect blinker on|off|blinking
  expect blinker go|no-go|offline  what it tells while the box is armed
  expect lamp 25 on|off|blinking
  expect light "Hubot" none|not started|unknown|queued|running|passed|failed|
                       cancelled|lost|no word        what its lamp tells
  expect target "Hubot"
  expect state safe|locked|armed|launching|failed
  expect launches 1                requests that the server received
  expect sound alarm|buzz
  expect siren on|off
  quit                             also the end of the input

An expectation waits up to 2 s, one of a light up to 15 s, and the first one that
does not hold ends the simulator with exit code 1. Empty lines and what follows a # are skipped.`

// simFlush is how long the end of the simulator waits for a slow reader.
const simFlush = 5 * time.Second

// sim runs the box on a header in memory, with a script for its hands.
func (p *program) sim(cmd *cobra.Command, o options) error {
	if err := o.checkServer(); err != nil {
		return err
	}
	if o.replay != "" {
		return p.replay(cmd, o)
	}
	if o.speed != "" {
		return usageError{errors.New("--speed belongs to --replay: a script is played as it is typed")}
	}
	c, err := simConfig(o, cmd.Flags().Changed("config"))
	if err != nil {
		return err
	}
	input := bufio.NewReader(p.stdin)
	if o.live {
		if err := p.confirmLive(c, o, input); err != nil {
			return err
		}
	}
	ctx, ends := listen(cmd.Context(), nil)
	defer ends.close()
	if t := p.terminal(); t != nil && !o.plain {
		return p.simPanel(ctx, ends, c, o, t)
	}
	out := newSink(p.stdout, ends.fail)
	defer out.Close(simFlush)
	r, stage, err := simRig(c, o, out, out, ends)
	if err != nil {
		return err
	}
	defer r.close()
	if p.atTerminal() {
		fmt.Fprintln(out, "A line each, such as: arm, press launch, press branch, disarm, expect lamp 25 on, quit; all are in ship-it sim --help")
	}
	unreadable := make(chan error, 1)
	err = play(ctx, r, func(ctx context.Context) error {
		return stage.Perform(ctx, lines(ctx, input, unreadable), p.wrongLine)
	})
	select {
	case broken := <-unreadable:
		if err == nil {
			return broken
		}
	default:
	}
	return err
}

// simRig is the simulated box, which says to out what its lamps and sounds do.
// The caller closes the rig.
func simRig(c *config.Config, o options, log, out io.Writer, ends *ends) (*rig, *sim.Stage, error) {
	logger, err := o.logger(log)
	if err != nil {
		return nil, nil, err
	}
	chip := virtual.New("simulator", simLines)
	r := &rig{config: c, log: logger, crash: log, chip: chip, late: ends.late}
	stage, err := r.stage(chip, o, out)
	if err != nil {
		r.close()
		return nil, nil, err
	}
	if o.live {
		r.announce(false, ends.fail)
		r.keep(c.Journal, journal.Settings{Fault: ends.fail})
	}
	return r, stage, nil
}

// checkServer refuses a --server that means nothing.
func (o options) checkServer() error {
	if o.server == "" {
		return nil
	}
	if o.live {
		return usageError{errors.New("--server names a stand-in, and --live wants the real one: give one of the two")}
	}
	if _, err := citest.ParseKind(o.server); err != nil {
		return usageError{fmt.Errorf("--server: %w", err)}
	}
	return nil
}

// simLines is as many lines as the header chip of a Raspberry Pi has.
const simLines = 54

// simConfig is the configuration that is simulated. Without a file that was
// asked for, and without the usual one, it is the original's.
func simConfig(o options, asked bool) (*config.Config, error) {
	c, err := load(o, o.live)
	if !asked && !o.live && errors.Is(err, config.ErrNotConfigured) {
		return config.Original(), nil
	}
	return c, err
}

// stage wires the rig to the simulator.
func (r *rig) stage(chip *virtual.Chip, o options, out io.Writer) (*sim.Stage, error) {
	wires := plan(r.config)
	lamps := firstLamp + len(r.config.Targets)
	w := sim.Wiring{
		Switch: wires.Inputs[armingSwitch], Buttons: map[shipit.Button]gpio.Input{},
		Blinker: wires.Outputs[blinker], Lamps: wires.Outputs[firstLamp:lamps], Targets: names(r.config),
		Debounce: wires.Debounce,
	}
	for i, button := range buttons(r.config) {
		w.Buttons[button] = wires.Inputs[firstButton+i]
	}
	if lamps < len(wires.Outputs) {
		w.Siren = &wires.Outputs[lamps]
	}
	var stage *sim.Stage
	if o.live {
		r.live()
		stage = sim.New(w, chip, nil, out)
	} else {
		server, err := r.standIn(citest.Kind(o.server))
		if err != nil {
			return nil, err
		}
		stage = sim.New(w, chip, server, out)
	}
	r.speaker, r.observe = stage, stage.Observe
	return stage, nil
}

// errOver: what moved the box's inputs is over, and the box with it. All is well.
var errOver = errors.New("the script is over")

// play runs the box beside whatever moves its inputs. The end of one is the
// other's.
func play(ctx context.Context, r *rig, move func(context.Context) error) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	var tasks errgroup.Group
	tasks.Go(func() error {
		defer end(errOver)
		return shipit.Guard(func() error { return move(ctx) })
	})
	err := r.run(ctx)
	end(err)
	if moved := tasks.Wait(); moved != nil {
		return moved
	}
	if errors.Is(err, errOver) {
		return nil
	}
	return err
}

// wrongLine ends the simulator, but not at a terminal: there it tells.
func (p *program) wrongLine(err error) error {
	if errors.Is(err, sim.ErrScript) {
		err = usageError{err}
	}
	if !p.atTerminal() {
		return err
	}
	fmt.Fprint(p.stderr, message(err))
	return nil
}

// lines reads lines until the input or ctx ends. Why an input can't be read to
// its end is in broken, which must have room, before the lines are closed. The
// reader may stay behind in a read that does not end: the program is over then.
func lines(ctx context.Context, input io.Reader, broken chan<- error) <-chan string {
	c := make(chan string)
	go func() {
		defer close(c)
		if err := shipit.Guard(func() error { return read(ctx, input, c) }); err != nil {
			broken <- fmt.Errorf("read the script: %w", err)
		}
	}()
	return c
}

func read(ctx context.Context, input io.Reader, lines chan<- string) error {
	scan := bufio.NewScanner(input)
	for scan.Scan() {
		select {
		case lines <- scan.Text():
		case <-ctx.Done():
			return nil
		}
	}
	return scan.Err()
}

// confirmLive names what launches will reach, and has it confirmed.
func (p *program) confirmLive(c *config.Config, o options, input *bufio.Reader) error {
	fmt.Fprintf(p.stderr, "ship-it: launches reach %s: builds of %s\n", strings.Join(reached(c), " and "), strings.Join(names(c), ", "))
	if c.Announce.URL != nil {
		fmt.Fprintf(p.stderr, "ship-it: announcements reach %v\n", c.Announce)
	}
	if o.yes {
		return nil
	}
	if !p.atTerminal() {
		return usageError{errors.New("--live needs --yes where there is no terminal")}
	}
	fmt.Fprint(p.stderr, "Type yes to go on: ")
	if answer, _ := input.ReadString('\n'); strings.TrimSpace(answer) != "yes" { // the end of the input is a no
		return errors.New("not confirmed: nothing was started")
	}
	return nil
}

// reached is what launches reach.
func reached(c *config.Config) []string {
	var all []string
	for _, s := range c.ByName() {
		all = append(all, s.String())
	}
	if slices.ContainsFunc(c.Targets, func(t config.Target) bool { _, ok := t.Work.(ci.Command); return ok }) {
		all = append(all, "this machine itself")
	}
	return all
}

// atTerminal tells whether a person types the script.
func (p *program) atTerminal() bool { return term.IsTerminal(p.stdin) }
