package daemonize

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// pollEvery is how often a held pidfile is looked at: there is no way to wait
// for either of its locks to change.
const pollEvery = 10 * time.Millisecond

// maxSize is how much nonsense is taken for a broken pidfile. More is some
// other file, named by mistake, and must not be lost.
const maxSize = 64

// claim locks the pidfile for a new daemon. It waits while another process is
// on its way up or down, until ctx ends.
func claim(ctx context.Context, path string) (*pidFile, error) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		p, err := tryClaim(path, os.O_CREATE)
		if !errors.Is(err, errHeld) {
			return p, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", err, context.Cause(ctx))
		}
	}
}

// elsewhere looks at the daemon's other pidfiles before it is started with this
// one: it returns a [*RunningError] if one of them is a ready daemon's, and
// waits for a daemon on its way out. What they are otherwise is no business of
// this start's.
func elsewhere(ctx context.Context, paths []string) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for i := 0; i < len(paths); {
		switch found, err := Status(paths[i]); {
		case err == nil && found.State == Running:
			return &RunningError{Pid: found.Pid, Managed: found.Managed}
		case err != nil || found.State != Ending:
			i++
			continue
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("pidfile %s: %w: %w", paths[i], errHeld, context.Cause(ctx))
		}
	}
	return nil
}

// tryClaim is one try of claim. With os.O_EXCL in flags it takes only a path
// that is free. A new claim is an empty file.
func tryClaim(path string, flags int) (*pidFile, error) {
	p, err := openPidFile(path, os.O_RDWR|flags)
	if err != nil {
		return nil, err
	}
	if err := p.take(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *pidFile) take() error {
	if err := p.own(); err != nil {
		return err
	}
	err := p.lock(byteAlive)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return p.holder()
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w", p.path, err)
	}
	// Whoever held the lock before may have removed the file while it was being
	// opened: then this is a lock on nothing.
	if named, err := p.named(); err != nil || !named {
		return fmt.Errorf("pidfile %s: %w", p.path, errHeld)
	}
	return p.file.Truncate(0)
}

// own refuses a file that looks like no pidfile of this user's, or of whom its
// folder belongs to, who could put another in its place anyhow. It sees to it
// that nobody else can write to it.
func (p *pidFile) own() error {
	var st unix.Stat_t
	if err := unix.Fstat(int(p.file.Fd()), &st); err != nil {
		return fmt.Errorf("stat %s: %w", p.path, err)
	}
	if st.Nlink > 1 {
		return fmt.Errorf("pidfile: %s has other names (hard links): %w", p.path, ErrUnsafe)
	}
	if st.Size > maxSize {
		return fmt.Errorf("pidfile: %s holds more than a number, is it another file: %w", p.path, ErrUnsafe)
	}
	if uid := os.Geteuid(); int(st.Uid) != uid && !p.ofFolder(st.Uid) {
		return fmt.Errorf("pidfile: %s belongs to user %d, not %d: %w", p.path, st.Uid, uid, ErrUnsafe)
	}
	return p.file.Chmod(pidFileMode)
}

// ofFolder says whether the pidfile's folder belongs to that user.
func (p *pidFile) ofFolder(uid uint32) bool {
	var st unix.Stat_t
	return unix.Stat(filepath.Dir(p.path), &st) == nil && st.Uid == uid
}

// holder returns the reason for which the pidfile is locked: a running daemon,
// or one on its way up or down.
func (p *pidFile) holder() error {
	ready, err := p.locked(byteReady)
	if err != nil {
		return err
	}
	named, err := p.named()
	pid, ok := p.pid()
	if ready && ok && named && err == nil {
		managed, _ := p.locked(byteManaged) // the other lock could be asked for
		return &RunningError{Pid: pid, Managed: managed}
	}
	return fmt.Errorf("pidfile %s: %w", p.path, errHeld)
}
