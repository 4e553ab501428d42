package daemonize

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// The test binary is the program under test as well. Run as
//
//	daemonize.test helper VERB PIDFILE LOGFILE TIMEOUT BEHAVIOUR ARG
//
// it does what a program with a daemon does. Arguments tell it so, as Start
// drops most of the environment.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "helper" {
		os.Exit(helper(os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6], os.Args[7]))
	}
	// The race detector's runtime sleeps for a second before every exit, three
	// times a start, unless it is told not to.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

func helper(verb, pidFile, logFile, timeout, behaviour, arg string) int {
	// Early, as a program does that wants Ctrl-C to end a start.
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT)
	defer stop()
	patience, _ := time.ParseDuration(timeout)
	switch verb {
	case "status":
		i, err := Status(pidFile)
		fmt.Println(i.State, i.Pid, i.Since.Format(time.RFC3339))
		return exitCode(err)
	case "stop":
		i, err := Stop(ctx, pidFile, patience)
		fmt.Println(i.State, i.Pid)
		return exitCode(err)
	}
	o := Options{PidFile: pidFile, LogFile: logFile, Args: os.Args, Env: []string{"GORACE", "HELPER_", "KEPT"}, Timeout: patience}
	switch behaviour {
	case "user":
		o.User = arg
	case "other":
		o.Others = []string{arg}
	}
	var d *Daemon
	var err error
	if verb == "managed" {
		d, err = Managed(ctx, filepath.Base(pidFile))
	} else {
		d, err = Start(ctx, o)
	}
	if err != nil || d == nil {
		return exitCode(err)
	}
	return behave(d, behaviour, arg)
}

// exitCode says err on standard error and gives it a code of its own, so that a
// test can tell one error from another.
func exitCode(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	var exit *ExitError
	var running *RunningError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.Code
	case errors.As(err, &running):
		return codeRunning
	case errors.Is(err, fs.ErrPermission):
		return 4
	case errors.Is(err, ErrNotReady):
		return codeNotReady
	case errors.Is(err, ErrUnsafe):
		return codeUnsafe
	case errors.Is(err, ErrNotifySocket):
		return codeNotify
	case errors.Is(err, ErrStillRunning):
		return codeStill
	}
	return 1
}

const (
	codeRunning = iota + 40
	codeNotReady
	codeUnsafe
	codeNotify
	codeStill
)

// behave is the daemon. Its signals are caught before Ready: HUP reopens the
// log, USR1 writes a line, USR2 panics, TERM ends it.
func behave(d *Daemon, behaviour, arg string) int {
	sigs := make(chan os.Signal, 8)
	catch := []os.Signal{unix.SIGHUP, unix.SIGTERM, unix.SIGUSR1, unix.SIGUSR2}
	switch behaviour {
	case "fail":
		_ = d.Fail(6, arg)
		return 6
	case "user":
		if err := Become(arg); err != nil {
			_ = d.Fail(1, err.Error())
			return 1
		}
	case "panic":
		panic("boom before ready")
	case "exit":
		return 3
	case "hang":
		signal.Notify(sigs, unix.SIGHUP)
		<-sigs
	case "deaf":
		signal.Ignore(unix.SIGTERM)
		signal.Notify(sigs, unix.SIGHUP)
		<-sigs
	case "polite": // never ready, but gives back what it has
		signal.Notify(sigs, unix.SIGTERM)
		<-sigs
		fmt.Println("gave all back")
		return 0
	case "silent":
		_ = d.Close()
		return 0
	case "gate": // blocks until the other end of the named pipe is opened
		_, _ = os.ReadFile(arg)
	case "child":
		if err := startSleeper(arg); err != nil {
			_ = d.Fail(1, err.Error())
			return 1
		}
	case "terminal":
		if err := openTerminal(); err != nil {
			_ = d.Fail(1, err.Error())
			return 1
		}
	}
	signal.Notify(sigs, catch...)
	if err := d.Ready(); err != nil {
		_ = d.Fail(1, err.Error())
		return 1
	}
	if behaviour == "blip" {
		return blip(d, arg)
	}
	return serve(d, sigs, behaviour, arg)
}

func serve(d *Daemon, sigs <-chan os.Signal, behaviour, arg string) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if behaviour == "watchdog" {
		go d.Feed(ctx, slog.New(slog.NewTextHandler(os.Stderr, nil)), func(context.Context) error {
			_, err := os.Stat(arg) // it makes progress while that file is there
			return err
		})
	}
	go d.Watch(ctx, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	for n := 1; ; n++ {
		switch <-sigs {
		case unix.SIGHUP:
			if err := d.Reopen(); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		case unix.SIGUSR1:
			fmt.Println("line", n)
		case unix.SIGUSR2:
			panic("boom after ready")
		case unix.SIGTERM:
			_ = d.Ending()
			if behaviour == "slow end" {
				_, _ = os.ReadFile(arg)
				if len(sigs) > 0 {
					fmt.Println("hurried")
				}
			}
			return exitCode(d.Close())
		}
	}
}

// blip lives for 1 to 5 ms. The lock in it is the test's own: two daemons that
// are alive at once can't both have it.
func blip(d *Daemon, arg string) int {
	f, err := os.OpenFile(arg, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err == nil {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	word := "alone\n"
	if err != nil {
		word = "overlap\n"
	}
	_, _ = f.WriteString(word)
	<-time.After(time.Duration(1+rand.IntN(4)) * time.Millisecond)
	_ = d.Ending()
	_ = f.Close()
	return exitCode(d.Close())
}

// startSleeper starts a child that outlives the daemon and writes its number
// into file.
func startSleeper(file string) error {
	c := exec.Command("sleep", "600")
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Start(); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(strconv.Itoa(c.Process.Pid)), 0o600)
}

// openTerminal opens a terminal the way in which a session leader gets it as
// its controlling one.
func openTerminal() error {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return err
	}
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return err
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return err
	}
	_, err = unix.Open(fmt.Sprintf("/dev/pts/%d", n), unix.O_RDWR, 0)
	return err
}
