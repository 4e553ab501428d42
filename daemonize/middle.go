package daemonize

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"

	"github.com/sevlyar/go-daemon"
	"golang.org/x/sys/unix"
)

// The daemon's descriptors beside the standard three.
const (
	daemonLock  = 3
	daemonReady = 4
)

// middle is the whole life of the middle process. It returns the exit code; the
// caller has its words from the ready pipe.
func (h handover) middle(o Options) int {
	if err := h.startDaemon(o.User != ""); err != nil {
		_, _ = unix.Write(h.ready, []byte("start it: "+err.Error()))
		return 1
	}
	return 0
}

// startDaemon starts the daemon with nothing of the caller's: no descriptor, no
// ignored or blocked signal, and no session of its own, so that it isn't the
// leader of the one it is in. One that is going to be another user never gets
// more rights than it has, nor does what it starts: the kernel keeps that from
// here on, where there is but one thread to tell.
func (h handover) startDaemon(fewer bool) error {
	// Reborn here only takes what the caller's Reborn sent and sets the umask,
	// which the daemon inherits.
	if _, err := new(daemon.Context).Reborn(); err != nil {
		return fmt.Errorf("go-daemon: %w", err)
	}
	if err := closeOnExec(); err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	resetSignals()
	if fewer {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("set no_new_privs: %w", err)
		}
	}
	log := os.NewFile(uintptr(h.log), "log")
	_, err = os.StartProcess(self, os.Args, &os.ProcAttr{
		Env: h.daemonEnv(os.Environ()),
		Files: []*os.File{
			null, log, log,
			daemonLock:  os.NewFile(uintptr(h.lock), "pidfile"),
			daemonReady: os.NewFile(uintptr(h.ready), "ready pipe"),
		},
	})
	return err
}

// daemonEnv returns the daemon's environment: the middle process's own with the
// mark for the next stage.
func (h handover) daemonEnv(own []string) []string {
	h.stage, h.lock, h.ready = stageDaemon, daemonLock, daemonReady
	env := []string{h.env()}
	for _, pair := range own {
		if !strings.HasPrefix(pair, daemon.MARK_NAME+"=") {
			env = append(env, pair)
		}
	}
	return env
}

// closeOnExec marks every descriptor but the standard three: what the caller
// left open must not live as long as the daemon.
func closeOnExec() error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return fmt.Errorf("list open descriptors: %w", err)
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// resetSignals makes the next process start with every signal at its default
// and none blocked, whatever the caller ignored (nohup) or blocked: a signal
// with a handler is back at its default after exec, and an ignored one is not.
// The mask is the thread's that starts the process, so the goroutine stays on
// it for good.
func resetSignals() {
	signal.Notify(make(chan os.Signal, 1))
	runtime.LockOSThread()
	_ = unix.PthreadSigmask(unix.SIG_SETMASK, new(unix.Sigset_t), nil)
}
