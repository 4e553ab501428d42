package daemonize

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/sevlyar/go-daemon"
	"golang.org/x/sys/unix"
)

// firstFree is the lowest number for descriptors that the middle process
// inherits; go-daemon gives it 0 to 4 by itself.
const firstFree = 10

// launch is the caller's part of [Start].
func launch(ctx context.Context, o Options) error {
	if os.Getenv("NOTIFY_SOCKET") != "" {
		return ErrNotifySocket
	}
	o, err := o.absolute()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.Timeout, fmt.Errorf("%w (%v)", ErrNotReady, o.Timeout))
	defer cancel()
	if err := elsewhere(ctx, o.Others); err != nil {
		return err
	}
	lock, log, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	return detach(ctx, o, lock, log)
}

// open claims the pidfile and opens the log, for whoever the daemon is going to
// be. After an error there is no pidfile.
func (o Options) open(ctx context.Context) (lock *pidFile, log *os.File, err error) {
	who := account{uid: os.Geteuid(), gid: -1}
	if o.User != "" {
		if who, err = o.account(); err != nil {
			return nil, nil, err
		}
	}
	if lock, err = claim(ctx, o.PidFile); err != nil {
		return nil, nil, err
	}
	if log, err = openLog(o.LogFile, who.uid); err != nil {
		return nil, nil, errors.Join(err, lock.remove())
	}
	if o.User != "" {
		err = who.takes(lock.file, log)
	}
	if err != nil {
		return nil, nil, errors.Join(err, log.Close(), lock.remove())
	}
	return lock, log, nil
}

// detach starts the middle process and waits for what comes of it. It lets go
// of lock as soon as that has it: the claim must live and die with the daemon,
// not with a caller who may be suspended.
func detach(ctx context.Context, o Options, lock *pidFile, log *os.File) error {
	words, ready, err := os.Pipe()
	if err != nil {
		return errors.Join(err, lock.remove())
	}
	defer func() { _ = words.Close() }()
	middle, err := startMiddle(o, lock.file, ready, log)
	_ = ready.Close()
	if middle == nil {
		return errors.Join(err, lock.remove())
	}
	lock.close()
	if err := await(ctx, o, middle, words); err != nil {
		removeStale(o.PidFile)
		return err
	}
	return nil
}

// startMiddle starts the middle process through go-daemon. Neither pidfile nor
// log file are go-daemon's: it unlocks before it removes, follows links, and
// writes the number of a process that isn't the daemon. An error beside a
// process is one of telling it its go-daemon context; the process then says so
// itself.
func startMiddle(o Options, files ...*os.File) (*os.Process, error) {
	var fds []int
	defer func() {
		for _, fd := range fds {
			_ = unix.Close(fd)
		}
	}()
	for _, f := range files {
		fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD, firstFree)
		if err != nil {
			return nil, fmt.Errorf("hand over a descriptor: %w", err)
		}
		fds = append(fds, fd)
	}
	var pipe unix.Stat_t
	if err := unix.Fstat(fds[1], &pipe); err != nil {
		return nil, fmt.Errorf("ready pipe: %w", err)
	}
	h := handover{
		stage: stageMiddle, lock: fds[0], ready: fds[1], log: fds[2], pipe: pipe.Ino,
		pidFile: o.PidFile, logFile: o.LogFile,
	}
	// The middle process's orphan becomes the caller's child, so that a daemon
	// that fails can be waited for, whatever init does.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return nil, fmt.Errorf("become a subreaper: %w", err)
	}
	c := daemon.Context{WorkDir: "/", Umask: 0o022, Args: o.Args, Env: append(o.environ(os.Environ()), h.env())}
	return c.Reborn()
}
