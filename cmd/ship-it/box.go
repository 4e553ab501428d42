package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"ship-it.example/daemonize"
	"ship-it.example/shipit/sound"
)

// flushTime is how long the end of the program waits for a log that is slow.
const flushTime = 50 * time.Millisecond

// box runs the box, in the foreground or as a daemon.
func (p *program) box(ctx context.Context, flags *pflag.FlagSet, o options) error {
	if !o.daemon {
		for _, name := range []string{"pidfile", "logfile"} {
			if flags.Changed(name) {
				return usageError{fmt.Errorf("--%s belongs to -d: in the foreground there is none", name)}
			}
		}
		return p.foreground(ctx, o)
	}
	detached, err := o.detached(p.args[0])
	if err != nil {
		return err
	}
	d, err := daemonize.Start(ctx, detached)
	if err != nil || d == nil { // we are the caller, and done
		return err
	}
	return p.daemon(ctx, d, o)
}

// detached is how the daemon is started: with the paths made absolute, since
// it runs in /.
func (o options) detached(name string) (daemonize.Options, error) {
	path, err := filepath.Abs(o.config)
	if err != nil {
		return daemonize.Options{}, fmt.Errorf("find the configuration: %w", err)
	}
	args := []string{name, "--daemon", "--config", path, "--pidfile", o.pidFile, "--logfile", o.logFile, "--chip", o.chip, "--log-format", o.logFormat}
	if o.drill {
		args = append(args, "--drill")
	}
	if o.verbose {
		args = append(args, "--verbose")
	}
	logFile := o.logFile
	if logFile == "none" {
		logFile = ""
	}
	return daemonize.Options{PidFile: o.pidFile, LogFile: logFile, Args: args, Env: []string{"SHIP_IT_", "SUDO_UID"}, Timeout: 30 * time.Second}, nil
}

// foreground runs the box at the bench: its log is stderr.
func (p *program) foreground(ctx context.Context, o options) error {
	ctx, ends := listen(ctx, nil)
	defer ends.close()
	out := newSink(p.stderr, func(error) { ends.end(errClosedPipe) })
	defer out.Close(flushTime)
	r, err := p.assemble(o, out, ends.end)
	if err != nil {
		return err
	}
	defer r.close()
	return r.run(ctx)
}

// daemon runs the box in the daemon's process. Until it is ready its words go
// to the caller too.
func (p *program) daemon(ctx context.Context, d *daemonize.Daemon, o options) error {
	var logger *slog.Logger
	reopen := func() {
		if err := d.Reopen(); err != nil && logger != nil {
			logger.Error("Can't open the log anew", slog.Any("err", err))
		}
	}
	ctx, ends := listen(ctx, reopen)
	defer ends.close()
	out := newSink(p.stderr, func(error) {})
	defer out.Close(flushTime)
	r, err := p.assemble(o, out, ends.end)
	if err == nil {
		defer r.close()
		logger = r.log
		r.ready = d.Ready
		r.ending = func() { _ = d.Ending() }
		r.tasks = append(r.tasks, func(ctx context.Context) error { d.Watch(ctx, r.log); return nil })
		err = r.run(ctx)
	}
	if err != nil && !errors.As(err, new(saidError)) { // it was never ready
		return errors.Join(err, d.Fail(max(exitCode(err), exitFailed), message(err)))
	}
	return saidError{errors.Join(err, d.Close())}
}

// assemble reads the configuration and makes the parts of a box. The secrets
// leave the environment before anything else can be started. A fault outside
// the loop is told to end. The caller closes the rig.
func (p *program) assemble(o options, out *sink, end func(error)) (*rig, error) {
	logger, err := newLogger(out, o.logFormat, o.verbose, o.drill)
	if err != nil {
		return nil, err
	}
	log.SetFlags(0) // periph's words go to our log
	log.SetOutput(slog.NewLogLogger(logger.Handler(), slog.LevelWarn).Writer())
	read := loadSecrets
	if o.drill {
		read = load
	}
	c, err := read(o)
	if err != nil {
		return nil, err
	}
	chip, err := p.findChip(o.chip)
	if err != nil {
		return nil, err
	}
	r := &rig{config: c, log: logger, crash: out, chip: chip}
	if o.drill {
		if _, err := r.standIn(); err != nil {
			return nil, err
		}
	} else {
		r.serve(c.TeamCity)
	}
	player := sound.New(sound.Settings{Player: c.Sound.Player, Alarm: c.Sound.Alarm, Buzz: c.Sound.Buzz}, logger, end)
	r.speaker = player
	r.closers = append(r.closers, player.Close)
	return r, nil
}
