package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"ship-it.example/daemonize"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/journal"
	"ship-it.example/shipit/sound"
)

// flushTime is how long the end of the program waits for a log that is slow.
const flushTime = 50 * time.Millisecond

// box runs the box: as a daemon, as a service, or in the foreground.
func (p *program) box(ctx context.Context, flags *pflag.FlagSet, o options) error {
	if o.daemon {
		if o.user != "" && !flags.Changed("pidfile") {
			o.pidFile = servicePidPath
		}
		return p.detach(ctx, o)
	}
	for _, name := range []string{"pidfile", "logfile"} {
		if flags.Changed(name) {
			return usageError{fmt.Errorf("--%s belongs to -d: in the foreground there is none", name)}
		}
	}
	if flags.Changed("user") {
		return usageError{errors.New("--user belongs to -d: in the foreground the box is whoever starts it")}
	}
	o.journal = onJournal(p.stderr)
	d, err := daemonize.Managed(ctx, filepath.Base(servicePidPath))
	switch {
	case err != nil:
		return codeError{exitFailed, err} // one that runs already is not this service
	case d != nil:
		return p.daemon(ctx, d, o)
	}
	return p.foreground(ctx, o)
}

// foreground runs the box at the bench: its log is stderr.
func (p *program) foreground(ctx context.Context, o options) error {
	ctx, ends := listen(ctx, nil)
	defer ends.close()
	out := newSink(p.stderr, ends.fail)
	defer out.Close(flushTime)
	o.shows()
	logger, err := o.logger(out)
	if err != nil {
		return err
	}
	r, err := p.assemble(o, logger, out, ends)
	if err != nil {
		return err
	}
	defer r.close()
	r.showAt(ctx, o)
	return r.run(ctx)
}

// logger is the log that the options ask for. What periph and net/http say goes
// there too.
func (o options) logger(out io.Writer) (*slog.Logger, error) {
	logger, err := newLogger(out, o)
	if err == nil {
		logOthers(logger)
	}
	return logger, err
}

// assemble reads the configuration and makes the parts of a box. The secrets
// leave the environment before anything else can be started. A fault outside
// the loop is told to ends. The caller closes the rig.
func (p *program) assemble(o options, logger *slog.Logger, out io.Writer, ends *ends) (*rig, error) {
	var values []config.Value
	var more []config.Option
	if o.record != "" {
		more = append(more, config.WithValues(func(v config.Value) { values = append(values, v) }))
	}
	c, err := load(o, !o.drill, more...)
	if err != nil {
		return nil, err
	}
	chip, err := p.findChip(o.chip)
	if err != nil {
		return nil, err
	}
	r := &rig{config: c, log: logger, crash: out, chip: chip, late: ends.late}
	if o.drill {
		if _, err := r.standIn(""); err != nil {
			return nil, err
		}
	} else {
		r.live()
	}
	r.announce(o.drill, ends.fail)
	player := sound.New(sound.Settings{Player: c.Sound.Player, Alarm: c.Sound.Alarm, Buzz: c.Sound.Buzz}, logger, ends.fail)
	r.speaker = player
	r.closers = append(r.closers, player.Close)
	r.keep(c.Journal, journal.Settings{Drill: o.drill, Fault: ends.fail})
	if o.record != "" {
		if err := r.record(o.record, config.Essence(values), ends.fail); err != nil {
			r.close()
			return nil, err
		}
	}
	return r, nil
}
