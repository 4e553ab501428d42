package sound

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"ship-it.example/shipit"
)

// holding is how long a process that left the player's session may hold the
// player's pipes after its end before they are closed on our side.
const holding = 30 * time.Millisecond

// child is one run of the player, for one sound.
type child struct {
	sound shipit.Sound

	mu    sync.Mutex
	pid   int  // while it may be signalled, else 0; also the number of its process group
	ended bool // by us
}

// end ends the child at once, or as soon as it has started. It never blocks
// and may be called at any time and more than once.
func (c *child) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	c.kill()
}

// kill kills the player and what it started, with KILL straight away: a player
// has nothing to save, and TERM can be ignored. c.mu is held.
func (c *child) kill() {
	if c.pid != 0 {
		// The one error possible is that nobody is left.
		_ = unix.Kill(-c.pid, unix.SIGKILL)
	}
}

// run plays wav with the program argv and returns when the program has gone:
// nil if it played well, errEnded after end. It may hold the thread up in the
// kernel for as long as the program lives.
func (c *child) run(argv []string, wav []byte) error {
	// Pdeathsig is sent when the thread that started the child ends, so that
	// thread is kept for the child (https://go.dev/issue/27505).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	program, err := exec.LookPath(argv[0])
	if err != nil {
		return unstartable(argv[0], err)
	}
	var words complaint
	cmd := exec.Command(program, argv[1:]...)
	cmd.Env = environ(os.Environ())
	cmd.Dir = "/"
	cmd.Stdin = bytes.NewReader(wav)
	cmd.Stderr = &words
	cmd.WaitDelay = holding
	// A session of its own: the keyboard's signals don't reach it, and a
	// player that wants the terminal's keys finds none instead of being
	// stopped (SIGTTIN). A session's first process leads a process group too.
	// Pdeathsig: the sound doesn't outlive the program, even one ended by KILL.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return unstartable(argv[0], err)
	}
	c.started(cmd.Process.Pid)
	c.await(cmd.Process.Pid)
	return c.verdict(argv[0], cmd.Wait(), &words)
}

// started makes the child one that end can reach, and ends it if end came
// earlier.
func (c *child) started(pid int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pid = pid
	if c.ended {
		c.kill()
	}
}

// await blocks until the player has ended, and kills what it started and left
// behind in its group. The player isn't reaped before that (WNOWAIT), because
// the kernel may give a reaped number to a stranger.
func (c *child) await(pid int) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kill()
	c.pid = 0
}

// verdict makes of the player's end what run returns. A pipe that a stranger
// still held (exec.ErrWaitDelay) is no failure: the player itself ended well,
// and may have started a sound server.
func (c *child) verdict(player string, err error, words *complaint) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.ended:
		return errEnded
	case err == nil || errors.Is(err, exec.ErrWaitDelay):
		return nil
	default:
		return unplayed(player, err, words.String())
	}
}
