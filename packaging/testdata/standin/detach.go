package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"
)

// detachedEnv marks the process that stays.
const detachedEnv = "STANDIN_DETACHED"

// Descriptors that the detached process inherits.
const (
	pidfileFD = 3
	readyFD   = 4
)

// detach starts the daemon and waits for its first words: none if it is ready.
func detach(o options, args []string) error {
	if os.Geteuid() != 0 {
		return fault{4, "not allowed"}
	}
	pidfile, err := lockPidfile(o.pidfile)
	if err != nil || pidfile == nil {
		return err
	}
	defer pidfile.Close()
	ready, word, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ready.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, args...)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), detachedEnv+"=1")
	cmd.SysProcAttr = &unix.SysProcAttr{Setsid: true}
	cmd.ExtraFiles = []*os.File{pidfile, word}
	if err := cmd.Start(); err != nil {
		return err
	}
	word.Close()
	text, err := io.ReadAll(ready)
	if err != nil || len(text) == 0 {
		return fault{1, "it died before it was ready"}
	}
	if string(text) == "ready" {
		return nil
	}
	return fault{int(text[0] - '0'), string(text[1:])}
}

// lockPidfile returns the locked pidfile, or nil when a daemon runs already. It waits for one that is
// ending.
func lockPidfile(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o644)
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(f)
		if err != nil {
			return nil, err
		}
		how := unix.LOCK_EX | unix.LOCK_NB
		if strings.Contains(string(text), "ending") {
			how = unix.LOCK_EX
		}
		if unix.Flock(int(f.Fd()), how) != nil {
			f.Close()
			pid, _, _ := strings.Cut(string(text), "\n")
			fmt.Fprintf(os.Stderr, "ship-it: process already running (pid %s)\n", pid)
			return nil, nil
		}
		if samePath(f, path) {
			return f, nil
		}
		f.Close() // The one that ended has removed it.
	}
}

func samePath(f *os.File, path string) bool {
	held, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(path)
	return err == nil && os.SameFile(held, named)
}

func serveDetached(o options) error {
	unix.CloseOnExec(pidfileFD)
	unix.CloseOnExec(readyFD)
	pidfile := os.NewFile(pidfileFD, o.pidfile)
	ready := os.NewFile(readyFD, "ready")
	err := serve(o, ready, pidfile)
	var f fault
	if !errors.As(err, &f) {
		return err
	}
	fmt.Fprintf(ready, "%d%s", f.code, f.text)
	os.Remove(o.pidfile)
	return err
}

// settle opens the log and writes the pidfile.
func settle(o options, pidfile *os.File) error {
	if err := openLog(o.logfile); err != nil {
		return err
	}
	if err := pidfile.Truncate(0); err != nil {
		return err
	}
	if _, err := pidfile.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := fmt.Fprintln(pidfile, os.Getpid())
	return errors.Join(err, pidfile.Chmod(0o644))
}
