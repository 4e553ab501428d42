package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"ship-it.example/daemonize"
	"ship-it.example/shipit"
)

// detach starts the box as a daemon: in the caller's process it returns when
// that is ready or has failed, in the daemon's when the box has ended.
func (p *program) detach(ctx context.Context, o options) error {
	detached, err := o.detached(p.args[0])
	if err != nil {
		return err
	}
	// Ctrl-C ends a start that takes too long, with all that it has started.
	starting, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	d, err := daemonize.Start(starting, detached)
	stop()
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
	if filepath.Clean(o.pidFile) == filepath.Clean(o.logFile) {
		return daemonize.Options{}, usageError{fmt.Errorf("--pidfile and --logfile are both %s: give each its own", o.pidFile)}
	}
	if o.socket != "none" {
		if o.socket, err = filepath.Abs(o.socket); err != nil {
			return daemonize.Options{}, fmt.Errorf("find the socket: %w", err)
		}
	}
	args := []string{name, "--daemon", "--config", path, "--pidfile", o.pidFile, "--logfile", o.logFile, "--chip", o.chip, "--log-format", o.logFormat, "--socket", o.socket}
	if o.user != "" {
		args = append(args, "--user", o.user)
	}
	if o.record != "" {
		record, err := filepath.Abs(o.record)
		if err != nil {
			return daemonize.Options{}, fmt.Errorf("find the recording: %w", err)
		}
		args = append(args, "--record", record)
	}
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
	return daemonize.Options{
		PidFile: o.pidFile, Others: o.otherPidFiles(), LogFile: logFile, User: o.user, Socket: o.socketFile(),
		Args: args, Env: []string{"SHIP_IT_", "SUDO_UID"}, Timeout: 30 * time.Second,
	}, nil
}

// daemon runs the box in the daemon's process, or in a service's. If it ends
// before it is ready, its words go to whoever started it.
func (p *program) daemon(ctx context.Context, d *daemonize.Daemon, o options) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	out := newSink(p.stderr, func(err error) {
		if isPanic(err) { // the box outlives its log otherwise
			fail(err)
		}
	})
	defer out.Close(flushTime)
	var ready atomic.Bool
	err := shipit.Guard(func() error { return p.serve(ctx, d, o, out, &ready) })
	if ready.Load() {
		if closed := d.Close(); closed != nil {
			slog.New(lineHandler{w: out, journal: o.journal}).Error(closed.Error())
		}
		return err
	}
	err = unsaid(err)
	text := message(err)
	failed := d.Fail(max(exitCode(err), exitFailed), text)
	if d.Managed() {
		return errors.Join(err, failed) // the service's own words are its log
	}
	slog.New(lineHandler{w: out}).Error(strings.ReplaceAll(text, "ship-it: ", "")) // the log has it with its time
	return saidError{errors.Join(err, failed)}
}

// serve is the daemon's life. ready tells, afterwards, whether it was.
func (p *program) serve(ctx context.Context, d *daemonize.Daemon, o options, out *sink, ready *atomic.Bool) error {
	o.shows()
	logger, err := o.logger(out)
	if err != nil {
		return err
	}
	ctx, ends := listen(ctx, func() {
		if err := d.Reopen(); err != nil {
			logger.Error("Can't open the log anew", slog.Any("err", err))
		}
	})
	// The ends are never closed: until the process is gone a second TERM must
	// not keep it from taking its pidfile away.
	r, err := p.assemble(o, logger, out, ends)
	if err != nil {
		return err
	}
	defer r.close()
	if o.user != "" {
		r.opened = func() error {
			r.entrust(o.user)
			return daemonize.Become(o.user)
		}
	}
	r.ready = func() error {
		err := d.Ready()
		ready.Store(err == nil)
		return err
	}
	r.ending = func() {
		if err := d.Ending(); err != nil {
			logger.Warn(err.Error())
		}
	}
	r.tasks = append(r.tasks, func(ctx context.Context) error { d.Watch(ctx, logger); return nil })
	r.feed = func(ctx context.Context, alive func(context.Context) error) { d.Feed(ctx, logger, alive) }
	if d.Managed() {
		r.tell(d.Say)
	}
	r.showAt(ctx, o)
	return r.run(ctx)
}
