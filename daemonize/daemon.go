package daemonize

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// Daemon is the daemon's side: its pidfile, its log, and the caller who waits.
// Its methods may be called from any goroutine.
type Daemon struct {
	logFile string

	mu     sync.Mutex
	pid    *pidFile
	ready  *os.File // nil once the caller has been told
	ending bool
}

// newDaemon takes over what the middle process left.
func newDaemon(h handover) *Daemon {
	unix.CloseOnExec(h.lock)
	unix.CloseOnExec(h.ready)
	return &Daemon{
		logFile: h.logFile,
		pid:     &pidFile{path: h.pidFile, file: os.NewFile(uintptr(h.lock), h.pidFile)},
		ready:   os.NewFile(uintptr(h.ready), "ready pipe"),
	}
}

// Ready writes the pidfile and lets the caller return. Signals that would end
// the process, HUP above all, must be caught before: from here on others know
// its number. After an error the caller still waits, for a Fail. A caller that
// has gone away is no error, a second Ready or one after Ending is.
func (d *Daemon) Ready() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ready == nil || d.ending {
		return os.ErrClosed
	}
	if _, err := d.publish(); err != nil {
		return fmt.Errorf("pidfile %s: %w", d.pid.path, err)
	}
	return d.tell(readyMessage)
}

// Fail makes the caller's Start return an [*ExitError] with code and text, and
// removes the pidfile. The process must then exit, as the caller waits for that
// too. After Ready there is nobody to tell, and Fail is Close.
func (d *Daemon) Fail(code int, text string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ending = true
	return errors.Join(d.pid.remove(), d.tell(exitMessage(code, text)))
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
	return nil
}

// Close removes the pidfile, unless another process has put its own there, and
// lets others start. It should be the last thing that the process does. A
// second Close does nothing.
func (d *Daemon) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ending = true
	if d.ready != nil {
		_ = d.ready.Close()
		d.ready = nil
	}
	return d.pid.remove()
}

// tell sends the caller its one message. A write to a caller that died gives
// EPIPE and no signal: Go keeps SIGPIPE for the descriptors 1 and 2.
func (d *Daemon) tell(message string) error {
	if d.ready == nil {
		return nil
	}
	_, err := d.ready.WriteString(message)
	err = errors.Join(err, d.ready.Close())
	d.ready = nil
	if errors.Is(err, unix.EPIPE) {
		return nil
	}
	return err
}

// publish makes the path name a pidfile of this process with its number in it,
// and says whether it had to. One that was removed can't be linked back, so it
// is made anew and held from then on.
func (d *Daemon) publish() (bool, error) {
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
