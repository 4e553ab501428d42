package ci

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"ship-it.example/shipit"
)

// Times of a command's end.
const (
	grace   = 1500 * time.Millisecond // from TERM to KILL
	holding = time.Second             // for what is still in the output after the end, or for who holds it open
)

// Why we ended a command ourselves.
const (
	cancelled = "cancelled"
	stopped   = "stopped with ship-it"
	overdue   = "timed out"
)

// run is one run of a command.
type run struct {
	id      string
	command Command
	lines   *lineWriter
	over    chan struct{} // closed at its end

	mu     sync.Mutex
	pid    int    // while it may be signalled, else 0; also the number of its group
	reason string // why we ended it, if we did
	last   shipit.Sight
}

func newRun(id string, c Command, say func(string), others func(text string) bool) *run {
	own := spotter(c.lines())
	leaks := func(text string) bool { return own(text) || others != nil && others(text) }
	return &run{
		id: id, command: c, over: make(chan struct{}),
		lines: &lineWriter{say: say, name: c.name(), leaks: leaks},
		last:  shipit.Sight{Stage: shipit.StageRunning, Build: id, Progress: -1},
	}
}

func (r *run) isOver() bool {
	select {
	case <-r.over:
		return true
	default:
		return false
	}
}

func (r *run) sight() shipit.Sight {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// start starts the program, and has a goroutine wait for its end.
func (r *run) start() error {
	begun := make(chan error, 1)
	go func() {
		err := shipit.Guard(func() error { return r.run(begun) })
		if panicked, ok := errors.AsType[*shipit.PanicError](err); ok {
			r.finish(panicked)
			r.lines.say(panicked.Error())
		}
	}()
	return <-begun
}

// run runs the program, and tells begun whether it began. It keeps a thread for
// it: Pdeathsig is sent when the thread that started a child ends
// (https://go.dev/issue/27505).
func (r *run) run(begun chan<- error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command(r.command.Run[0], r.command.Run[1:]...)
	cmd.Env = r.command.environ(os.Environ(), r.id)
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = r.lines, r.lines
	cmd.WaitDelay = holding
	// A session of its own: the keyboard's signals don't reach it. Its first
	// process leads a process group too.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		begun <- err
		return nil
	}
	r.mu.Lock()
	r.pid = cmd.Process.Pid
	r.mu.Unlock()
	begun <- nil
	limit := time.AfterFunc(r.command.Timeout, func() { r.end(overdue) })
	defer limit.Stop()
	r.await(cmd.Process.Pid)
	err := cmd.Wait()
	r.lines.flush()
	r.finish(err)
	return nil
}

// end ends the program and what it started: TERM, and after a while KILL. It
// doesn't wait, and may be called more than once.
func (r *run) end(reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pid == 0 || r.reason != "" {
		return
	}
	r.reason = reason
	r.signal(unix.SIGTERM)
	time.AfterFunc(grace, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.signal(unix.SIGKILL)
	})
}

// signal reaches the whole group. The one error possible is that nobody is
// left. r.mu is held.
func (r *run) signal(s unix.Signal) {
	if r.pid != 0 {
		_ = unix.Kill(-r.pid, s)
	}
}

// await blocks until the program has ended. If that was our doing, what is left
// of its group goes too; what a program leaves behind that ends by itself is its
// own affair. It isn't reaped before that (WNOWAIT), because the kernel may give
// a reaped number to a stranger.
func (r *run) await(pid int) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reason != "" {
		r.signal(unix.SIGKILL)
	}
	r.pid = 0
}

// finish notes how the program ended. What still held its output open is no
// failure of its own.
func (r *run) finish(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer close(r.over)
	exit, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case r.reason == overdue:
		r.last.Stage, r.last.Word = shipit.StageFailed, fmt.Sprintf("%s after %v", overdue, r.command.Timeout)
	case r.reason != "":
		r.last.Stage, r.last.Word = shipit.StageCancelled, r.reason
		r.lines.say(r.command.name() + ": " + r.reason) // whether or not somebody follows it
	case err == nil || errors.Is(err, exec.ErrWaitDelay):
		r.last.Stage, r.last.Word = shipit.StagePassed, "exit code 0"
	case exited && exit.Exited():
		r.last.Stage, r.last.Word = shipit.StageFailed, fmt.Sprintf("exit code %d", exit.ExitCode())
	default:
		r.last.Stage, r.last.Word = shipit.StageFailed, clean(err.Error())
	}
}
