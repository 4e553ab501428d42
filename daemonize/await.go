package daemonize

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// grace is what a daemon has between TERM and KILL when its start is given
	// up.
	grace = 2 * time.Second

	// maxWords bounds what a daemon may say, in bytes.
	maxWords = 1 << 20
)

// What the daemon writes into the ready pipe before it closes it. exitMessage's
// first line carries the code, the rest is text.
const readyMessage = "READY\n"

func exitMessage(code int, text string) string {
	return fmt.Sprintf("EXIT %d\n%s", code, text)
}

// await returns nil once the daemon is ready. Otherwise both processes are gone
// when it returns. Their process group has the middle process's number.
func await(ctx context.Context, o Options, middle *os.Process, words io.Reader) error {
	pgid := middle.Pid
	gone, ended := make(chan struct{}), make(chan struct{})
	inTime := context.AfterFunc(ctx, func() {
		defer close(ended)
		endGroup(pgid, gone)
	})
	said, _ := io.ReadAll(io.LimitReader(words, maxWords))
	if string(said) == readyMessage && inTime() {
		_, _ = middle.Wait()
		return nil
	}
	status := reap(pgid)
	close(gone)
	_ = middle.Release()
	if !inTime() {
		<-ended
		return fmt.Errorf("start given up: %w%s", context.Cause(ctx), o.whereToLook())
	}
	return o.exitError(string(said), status)
}

// endGroup ends a process group: TERM lets a daemon give back what it holds,
// KILL follows unless it is gone by then.
func endGroup(pgid int, gone <-chan struct{}) {
	_ = unix.Kill(-pgid, unix.SIGTERM)
	select {
	case <-gone:
	case <-time.After(grace):
		_ = unix.Kill(-pgid, unix.SIGKILL)
	}
}

// reap waits until no process of the group is left and returns how the daemon
// ended, or the middle process, its leader, if there was no daemon. An orphan
// becomes this process's child before its parent can be waited for, so none is
// missed.
func reap(pgid int) unix.WaitStatus {
	var leader, other unix.WaitStatus
	var orphan bool
	for {
		var ws unix.WaitStatus
		switch pid, err := unix.Wait4(-pgid, &ws, 0, nil); {
		case errors.Is(err, unix.EINTR):
		case err != nil && orphan:
			return other
		case err != nil:
			return leader
		case pid == pgid:
			leader = ws
		default:
			other, orphan = ws, true
		}
	}
}

// exitError makes what was said, or the lack of it, into an error. Words
// without a code are the middle process's.
func (o Options) exitError(said string, status unix.WaitStatus) error {
	first, text, _ := strings.Cut(said, "\n")
	var code int
	if _, err := fmt.Sscanf(first, "EXIT %d", &code); err == nil {
		return &ExitError{Code: code, Text: text}
	}
	switch {
	case said != "":
		return fmt.Errorf("%w: %s", ErrDied, said)
	case status.Signaled():
		return fmt.Errorf("%w (signal: %v)%s", ErrDied, status.Signal(), o.whereToLook())
	}
	return fmt.Errorf("%w (exit status %d)%s", ErrDied, status.ExitStatus(), o.whereToLook())
}

// whereToLook ends a message about a daemon that couldn't say anything itself.
func (o Options) whereToLook() string {
	if o.LogFile == "" {
		return "; without a log its last words are lost: run it in the foreground, or with a log file"
	}
	return "; its last words are in " + o.LogFile
}
