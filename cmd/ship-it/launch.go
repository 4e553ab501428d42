package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/journal"
)

// launchCommand is ship-it launch, which has an argument.
func (p *program) launchCommand(o *options) *cobra.Command {
	cmd := p.subcommand(o, "launch", "Do from the shell what the launch button does, and follow the build to its end", p.launch,
		"config", "dry-run", "log-format")
	cmd.Use = "launch TARGET"
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError{fmt.Errorf("launch wants the name of one target, got %d arguments", len(args))}
		}
		return noEmpty(cmd.Flags())
	}
	return cmd
}

// launch starts a build of a target as the button does: through the same box,
// with the same rules, into the same journal.
func (p *program) launch(cmd *cobra.Command, o options) error {
	c, err := load(o, true)
	if err != nil {
		return err
	}
	target, err := c.Find(cmd.Flags().Arg(0))
	if err != nil {
		return usageError{err}
	}
	c.Targets = []config.Target{target}
	if o.dryRun {
		return p.dryRun(c)
	}
	ctx, ends := listen(cmd.Context(), nil)
	defer ends.close()
	out := newSink(p.stderr, ends.fail)
	defer out.Close(simFlush)
	logger, err := o.logger(out)
	if err != nil {
		return err
	}
	r := &rig{config: c, log: logger, crash: out, late: ends.late}
	defer r.close()
	r.live()
	r.announce(false, ends.fail)
	r.keep(c.Journal, journal.Settings{Fault: ends.fail, Mine: func(l journal.Line) bool { return !l.Drill && l.Target == target.Name }})
	return r.launch(ctx, target.Name)
}

// dryRun prints what a launch would send, and sends nothing.
func (p *program) dryRun(c *config.Config) error {
	fleet := ci.NewFleet(c.Servers, []ci.Work{c.Targets[0].Work}, ci.WithVersion(release))
	_, err := fmt.Fprint(p.stdout, fleet.Preview(0, shipit.NewLaunchID()))
	return errors.Join(err, fleet.Close())
}

// launch is the life of a box that is armed, pressed once, and over when the
// build is.
func (r *rig) launch(ctx context.Context, target string) error {
	var open []shipit.Record
	if r.records != nil {
		var err error
		if open, err = r.records.Open(); err != nil {
			return err
		}
		if err := r.lookFirst(ctx, open); err != nil {
			return err
		}
	}
	result := newResult(r.journal(), open)
	rules := r.config.Rules
	rules.Confirm, rules.MaxArmed = 0, 0 // nobody types a command by mistake, and there is no switch to turn off
	loop := shipit.NewLoop(shipit.Config{
		Targets: []string{target}, Ways: r.ways, Rules: rules, ClockDoubt: r.doubt,
		Panel: noPanel{}, Speaker: noPanel{}, Server: r.server, Follower: unchecked{r.follower},
		Follow: []bool{r.config.Targets[0].Follow || r.follower.Can(0).Ends}, // what would end with us is waited for
		Log:    r.log, Announcer: r.announcer, Journal: result, Resume: open, Launched: r.launched(), Unattended: true,
	})
	said := make(chan error, 1)
	goesOn := context.AfterFunc(ctx, func() {
		said <- shipit.Guard(func() error { r.sayEnd(context.Cause(ctx)); return nil })
	})
	tasks, running := errgroup.WithContext(ctx)
	tasks.Go(func() error { return shipit.Guard(func() error { return loop.Run(running) }) })
	tasks.Go(func() error { return shipit.Guard(func() error { return r.press(running, loop, result) }) })
	err := tasks.Wait()
	if !goesOn() {
		if late := r.sayLate(context.Cause(ctx), <-said, err); isPanic(late) {
			return saidError{late}
		}
	} else if err != nil && !errors.Is(err, errOver) {
		r.sayEnd(err)
		return saidError{err}
	}
	return r.judge(result)
}

// press arms the box, asks the server whether it would take the launch, presses,
// and waits for the end. It ends the loop with errOver.
func (r *rig) press(ctx context.Context, loop *shipit.Loop, result *result) error {
	loop.Post(shipit.Found{SwitchOn: true})
	if r.config.Targets[0].Follow && r.follower.Can(0).Check {
		err := r.follower.Check(ctx, 0)
		if ask, ok := errors.AsType[*shipit.AskError](err); ok && ask.Lasting {
			loop.Post(shipit.Checked{Target: 0, Err: err})
		}
	}
	if !switchedOn(ctx, loop) { // before the press begins
		return nil // the loop tells why it has ended
	}
	loop.Post(shipit.Pressed{Button: shipit.LaunchButton, First: time.Now(), SwitchOn: true})
	loop.Post(shipit.Released{Button: shipit.LaunchButton})
	select {
	case <-ctx.Done():
		return nil
	case <-result.over:
		return errOver
	}
}

// switchedOn waits until the loop has seen the switch; false: it has ended.
func switchedOn(ctx context.Context, loop *shipit.Loop) bool {
	for {
		if box, err := loop.Look(ctx); err != nil || box.SwitchOn() {
			return err == nil
		}
	}
}

// noPanel is a box without lamps and sounds.
type noPanel struct{}

func (noPanel) Blinker(bool) error   { return nil }
func (noPanel) Lamp(int, bool) error { return nil }
func (noPanel) Siren(int) error      { return nil }
func (noPanel) Close() error         { return nil }
func (noPanel) Play(shipit.Sound)    {}
func (noPanel) Silence()             {}

// unchecked is a follower that the loop asks for no go: press has asked.
type unchecked struct{ shipit.Follower }

// Can implements [shipit.Follower].
func (u unchecked) Can(target int) shipit.Abilities {
	can := u.Follower.Can(target)
	can.Check = false
	return can
}
