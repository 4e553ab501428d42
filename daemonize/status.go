package daemonize

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// State is what a pidfile says about its daemon.
type State int

// The states of a daemon. Unknown comes with an error.
const (
	Unknown    State = iota
	NotRunning       // no pidfile
	Dead             // a pidfile, and no process that holds it
	Starting         // on its way up, its number not known yet
	Running          // ready
	Ending           // on its way out
)

// String returns the state as a user reads it.
func (s State) String() string {
	return [...]string{"unknown", "not running", "dead, pidfile left", "starting", "running", "ending"}[s]
}

// Instance is a daemon seen from outside.
type Instance struct {
	State   State
	Pid     int       // of a Running or Ending one, in its own pid namespace; else 0
	Since   time.Time // when the process started; zero if it can't be told
	Managed bool      // a service manager has started it
}

// Status says what the daemon does. Any user who can read the pidfile may ask:
// nothing is locked or changed.
func Status(pidFile string) (Instance, error) {
	p, err := openPidFile(pidFile, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return Instance{State: NotRunning}, nil
	}
	if err != nil {
		return Instance{}, err
	}
	defer p.close()
	return p.instance()
}

func (p *pidFile) instance() (Instance, error) {
	alive, err := p.locked(byteAlive)
	if err != nil {
		return Instance{}, fmt.Errorf("ask for the lock of %s: %w", p.path, err)
	}
	if !alive {
		if _, err := p.named(); errors.Is(err, fs.ErrNotExist) {
			return Instance{State: NotRunning}, nil // it was removed while we looked
		}
		return Instance{State: Dead}, nil
	}
	ready, err := p.locked(byteReady)
	if err != nil {
		return Instance{}, fmt.Errorf("ask for the lock of %s: %w", p.path, err)
	}
	managed, err := p.locked(byteManaged)
	if err != nil {
		return Instance{}, fmt.Errorf("ask for the lock of %s: %w", p.path, err)
	}
	pid, ok := p.pid()
	switch {
	case !ok:
		return Instance{State: Starting, Managed: managed}, nil
	case !ready:
		return Instance{Ending, pid, startTime(pid), managed}, nil
	}
	return Instance{Running, pid, startTime(pid), managed}, nil
}

// startTime returns when a process started, or the zero time. The kernel counts
// in ticks of 10 ms since boot (proc_pid_stat(5)), which is made into a time by
// the present clock: a Pi without a battery boots with a wrong one.
func startTime(pid int) time.Time {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return time.Time{}
	}
	// The name in parentheses may hold anything; field 22 is the 20th after it.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 {
		return time.Time{}
	}
	ticks, err := strconv.ParseInt(string(fields[19]), 10, 64)
	var boot unix.Timespec
	if err != nil || unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot) != nil {
		return time.Time{}
	}
	age := time.Duration(boot.Nano()) - time.Duration(ticks)*10*time.Millisecond
	return time.Now().Add(-age)
}
