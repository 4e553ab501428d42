package daemonize

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Daemon is the daemon's side: its pidfile, its log, and whoever started it and
// waits. Its methods may be called from any goroutine.
type Daemon struct {
	logFile  string
	watchdog time.Duration // of the service manager; 0: none

	mu      sync.Mutex
	pid     *pidFile // nil: none was asked for
	starter starter
	told    bool // the starter has heard whether the daemon is ready
	ending  bool
}

// newDaemon takes over what the middle process left.
func newDaemon(h handover) *Daemon {
	unix.CloseOnExec(h.lock)
	unix.CloseOnExec(h.ready)
	return &Daemon{
		logFile: h.logFile,
		pid:     &pidFile{path: h.pidFile, file: os.NewFile(uintptr(h.lock), h.pidFile)},
		starter: readyPipe{os.NewFile(uintptr(h.ready), "ready pipe")},
	}
}

// Ready writes the pidfile and lets the starter go on. Signals that would end
// the process, HUP above all, must be caught before: from here on others know
// its number. After an error the starter still waits, for a Fail. A caller that
// has gone away is no error, a second Ready or one after Ending is.
func (d *Daemon) Ready() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.told || d.ending {
		return os.ErrClosed
	}
	if _, err := d.publish(); err != nil {
		return fmt.Errorf("pidfile %s: %w", d.pid.path, err)
	}
	d.told = true
	return d.starter.ready()
}

// Fail makes the caller's Start return an [*ExitError] with code and text, and
// removes the pidfile. The process must then exit, as the caller waits for that
// too. A service manager gets the text's first line to show. After Ready there
// is nobody to tell, and Fail is Close.
func (d *Daemon) Fail(code int, text string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ending = true
	err := d.pid.remove()
	if d.told {
		return err
	}
	d.told = true
	return errors.Join(err, d.starter.failed(code, text))
}

// Ending marks the daemon as on its way out, so that a Start waits for its end
// instead of calling it a running one. It comes first when the daemon stops,
// Close last. The pidfile keeps the number.
func (d *Daemon) Ending() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ending = true
	if err := d.pid.unlock(byteReady); err != nil {
		return fmt.Errorf("pidfile %s: %w", d.pid.path, err)
	}
	return d.starter.ending()
}

// Close removes the pidfile, unless another process has put its own there, and
// lets others start. It should be the last thing that the process does. A
// second Close does nothing.
func (d *Daemon) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ending, d.told = true, true
	d.starter.close()
	return d.pid.remove()
}

// publish makes the path name a pidfile of this process with its number in it,
// and says whether it had to. One that was removed can't be linked back, so it
// is made anew and held from then on.
func (d *Daemon) publish() (bool, error) {
	if d.pid == nil {
		return false, nil
	}
	named, err := d.pid.named()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p, err := tryClaim(d.pid.path, os.O_CREATE|os.O_EXCL)
		if err != nil {
			return false, err
		}
		d.pid.close()
		d.pid = p
	case err != nil:
		return false, err
	case !named:
		return false, ErrTaken
	}
	return d.pid.write(os.Getpid())
}
