package daemonize

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Stop sends the daemon a TERM and waits until its process is gone, and never
// does more. It returns what it found; with a nil error that is gone, or wasn't
// there. One that is starting is waited for first, one that is ending gets no
// second TERM, and a pidfile without a process is removed if the user may. The
// wait ends with [ErrStillRunning] when patience is over, or with the cause of
// ctx.
//
// A number in a file is never enough for a signal: it goes only to a process
// that has this very pidfile open and locked, and through a descriptor of the
// process (pidfd_open(2)), so that neither a reused number nor one of another
// container is hit.
func Stop(ctx context.Context, pidFile string, patience time.Duration) (Instance, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, ErrStillRunning)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		found, done, err := tryStop(ctx, pidFile)
		if done || err != nil {
			return found, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return found, fmt.Errorf("%s is held (%v), but by no process to be seen here: %w", pidFile, found.State, context.Cause(ctx))
		}
	}
}

// tryStop is one try of Stop; neither done nor an error means that there is
// nothing yet that could be stopped.
func tryStop(ctx context.Context, path string) (found Instance, done bool, err error) {
	p, err := openPidFile(path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return Instance{State: NotRunning}, true, nil
	}
	if err != nil {
		return Instance{}, false, err
	}
	defer p.close()
	found, err = p.instance()
	switch {
	case err != nil || found.State == Starting:
		return found, false, err
	case found.State == Running || found.State == Ending:
		done, err = p.terminate(ctx, found)
	default:
		done = true
	}
	if done {
		removeStale(path)
	}
	return found, done, err
}

// terminate ends the process that found names, if it holds the pidfile. Neither
// true nor an error: it doesn't.
func (p *pidFile) terminate(ctx context.Context, found Instance) (bool, error) {
	pidfd, err := unix.PidfdOpen(found.Pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("open process %d: %w", found.Pid, err)
	}
	defer func() { _ = unix.Close(pidfd) }()
	if held, err := p.heldBy(found.Pid); err != nil || !held {
		return false, err
	}
	if found.State == Running {
		err := unix.PidfdSendSignal(pidfd, unix.SIGTERM, nil, 0)
		if err != nil && !errors.Is(err, unix.ESRCH) {
			return false, fmt.Errorf("send TERM to process %d: %w", found.Pid, err)
		}
	}
	if err := waitGone(ctx, pidfd); err != nil {
		return false, fmt.Errorf("process %d: %w", found.Pid, err)
	}
	return true, nil
}

// heldBy says whether process pid has this file open and locked
// (proc_pid_fdinfo(5)). A process that is gone has nothing.
func (p *pidFile) heldBy(pid int) (bool, error) {
	want, err := p.file.Stat()
	if err != nil {
		return false, err
	}
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, unix.ESRCH) {
		return false, fmt.Errorf("look into process %d: %w", pid, err)
	}
	for _, e := range entries {
		have, err := os.Stat(filepath.Join(dir, e.Name()))
		if err != nil || !os.SameFile(have, want) {
			continue
		}
		info, err := os.ReadFile(filepath.Join(dir+"info", e.Name()))
		if err == nil && bytes.Contains(info, []byte("OFDLCK")) {
			return true, nil
		}
	}
	return false, nil
}

// waitGone blocks until the process has ended. A zombie has: it holds no pin
// and no lock, and an init may be slow to reap it.
func waitGone(ctx context.Context, pidfd int) error {
	const slice = 50 // ms between looks at ctx
	for ctx.Err() == nil {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, slice)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("wait: %w", err)
		}
		if n > 0 {
			return nil
		}
	}
	return context.Cause(ctx)
}

// removeStale removes a pidfile that no process holds. That it can't is no
// error: such a file is in nobody's way.
func removeStale(path string) {
	if p, err := tryClaim(path, 0); err == nil {
		_ = p.remove()
	}
}
