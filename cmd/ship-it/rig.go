package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"ship-it.example/cmd/ship-it/recording"
	"ship-it.example/gpio"
	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/journal"
)

// rig is a box with all its parts joined: header, loop, server and speaker.
type rig struct {
	config   *config.Config
	log      *slog.Logger
	crash    io.Writer // takes the trace of a panic or a QUIT
	chip     gpio.Chip
	server   shipit.Server
	ways     []int // see shipit.Config
	follower shipit.Follower
	doubt    func(time.Time) bool // of the clock; see shipit.Config
	speaker  shipit.Speaker
	observe  func(shipit.Box)              // may be nil; see shipit.Config
	opened   func() error                  // called when the lines are claimed, and before anything runs; may be nil
	ready    func() error                  // called once the pins are set up; may be nil
	ending   func()                        // called when the lines are given back; may be nil
	tasks    []func(context.Context) error // what else runs beside the loop until ctx ends
	late     <-chan error                  // has a panic outside the tasks that came when the end had begun; may be nil
	closers  []func() error                // what close ends
	records  *journal.Journal              // of launches and refusals; nil: none are kept
	recorder *recording.Recorder           // of edges; nil: none are recorded

	// show runs beside the loop until ctx ends, and looks at the box with look,
	// which blocks until ctx or the box ends at most; may be nil.
	show func(ctx context.Context, look func(context.Context) (shipit.Box, error)) error

	// feed runs beside the loop until ctx ends and asks alive for signs of life,
	// one at a time; may be nil.
	feed func(ctx context.Context, alive func(context.Context) error)

	announcer shipit.Announcer // nil: nobody is told
}

// live has the launches go to the servers of the configuration.
func (r *rig) live() { r.serve(r.config.Servers, r.config.Work()) }

// serve has the launches go to those servers.
func (r *rig) serve(s ci.Servers, work []ci.Work) {
	r.doubt = ci.ClockDoubt(buildDate())
	fleet := ci.NewFleet(s, work, ci.WithVersion(release), ci.WithClockDoubt(r.doubt),
		ci.WithOutput(func(line string) { r.log.Info(line) }, r.config.Leaks))
	r.server, r.follower, r.ways = unnamed{fleet, r}, fleet, fleet.Ways()
	r.closers = append(r.closers, fleet.Close)
}

// close ends what the rig started beside its run: sounds and stand-ins.
func (r *rig) close() {
	for _, end := range r.closers {
		if err := end(); err != nil {
			r.log.Warn(err.Error())
		}
	}
}

// run claims the lines and runs the box until ctx ends or anything fails. The
// lines are given back first, whatever the end, and then the log says why. It
// returns nil, or the error that ended it with its words said.
func (r *rig) run(parent context.Context) error {
	p := plan(r.config)
	if r.recorder != nil {
		p.Saw = r.recorder.Saw
	}
	header, err := gpio.Open(parent, r.chip, p)
	if err != nil {
		if parent.Err() != nil {
			return context.Cause(parent)
		}
		return err
	}
	if r.opened != nil {
		if err := r.opened(); err != nil {
			return errors.Join(err, header.Close())
		}
	}
	failing, fail := context.WithCancelCause(parent)
	defer fail(nil)
	tasks, ctx := errgroup.WithContext(failing)
	over := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		over <- shipit.Guard(func() error { return r.giveBack(header, context.Cause(ctx)) })
	})
	open := r.openRecords()
	r.log.Info("pins have been initialized!")
	loop := shipit.NewLoop(shipit.Config{
		Journal: r.journal(), Resume: open, Launched: r.launched(),
		Targets: names(r.config), Ways: r.ways, Rearm: r.config.RequireRearm,
		Panel: front{header, firstLamp + len(r.config.Targets)}, Siren: sirenTime(r.config), Server: r.server, Follower: r.follower, Follow: follow(r.config), Rules: r.config.Rules, ClockDoubt: r.doubt,
		Speaker: r.speaker, Log: r.log, Announcer: r.announcer, Observe: r.observe, Fault: fail,
	})
	r.resumeLate(loop)
	loop.Post(r.found(header.Active()))
	everything := append([]func(context.Context) error{
		loop.Run,
		func(ctx context.Context) error { return header.Watch(ctx, r.report(loop)) },
		r.sayReady,
		func(ctx context.Context) error { return r.shown(ctx, loop) },
		func(ctx context.Context) error { r.keepFed(ctx, loop, header); return nil },
	}, r.tasks...)
	for _, task := range everything {
		tasks.Go(func() error { return shipit.Guard(func() error { return task(ctx) }) })
	}
	failed := tasks.Wait()
	faults := []error{failed, <-over}
	select {
	case late := <-r.late:
		faults = append(faults, late)
	default:
	}
	return saidError{r.sayLate(context.Cause(ctx), faults...)}
}

// sayReady tells that the pins are set up, unless the end has begun.
func (r *rig) sayReady(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	default:
	}
	if r.ready == nil {
		return nil
	}
	return r.ready()
}

// shown has the box shown to others, if it is to be.
func (r *rig) shown(ctx context.Context, loop *shipit.Loop) error {
	if r.show == nil {
		return nil
	}
	return r.show(ctx, loop.Look)
}

// report makes the header's changes events of the loop.
func (r *rig) report(loop *shipit.Loop) func([]gpio.Change) {
	inputs, buttons := plan(r.config).Inputs, buttons(r.config)
	return func(changes []gpio.Change) {
		for _, c := range changes {
			r.log.Debug("Settled", slog.String("line", inputs[c.Input].Name),
				slog.Bool("active", c.Active), slog.Duration("after", time.Since(c.First)))
			loop.Post(event(c, buttons))
		}
	}
}

// found is what the levels at the start mean to the box.
func (r *rig) found(active []bool) shipit.Found {
	buttons := buttons(r.config)
	down := func(b shipit.Button) bool { return isDown(b, active, buttons) }
	return shipit.Found{
		SwitchOn:   active[armingSwitch],
		LaunchDown: down(shipit.LaunchButton), BranchDown: down(shipit.BranchButton), SecondDown: down(shipit.SecondButton),
	}
}

// event is what a settled change means to the box.
func event(c gpio.Change, buttons []shipit.Button) shipit.Event {
	if c.Input == armingSwitch {
		return shipit.Switched{On: c.Active}
	}
	button := buttons[c.Input-firstButton]
	if !c.Active {
		return shipit.Released{Button: button}
	}
	return shipit.Pressed{
		Button: button, First: c.First,
		SwitchOn: c.Levels[armingSwitch], SecondDown: isDown(shipit.SecondButton, c.Levels, buttons),
	}
}

// isDown tells whether a button, if there is such a one, is down.
func isDown(b shipit.Button, levels []bool, buttons []shipit.Button) bool {
	i := slices.Index(buttons, b)
	return i >= 0 && levels[firstButton+i]
}
