package daemonize

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// sayTimeout bounds how long a service manager that doesn't listen is waited
// for: it must not hold up the end of the program.
const sayTimeout = time.Second

// manager is a service manager that started this process: systemd, or another
// that speaks its protocol (sd_notify(3)).
type manager struct {
	socket string // the path, or @ and an abstract name
}

func (m manager) ready() error  { return m.say("READY=1") }
func (m manager) ending() error { return m.say("STOPPING=1") }
func (m manager) close()        {}

func (m manager) failed(_ int, text string) error {
	first, _, _ := strings.Cut(text, "\n")
	return m.say("STATUS=" + first)
}

// say sends one message. A socket for each is the simplest, and the messages
// are few. x/sys makes the @ of an abstract name into its zero byte.
func (m manager) say(message string) error {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	defer func() { _ = unix.Close(fd) }()
	timeout := unix.NsecToTimeval(sayTimeout.Nanoseconds())
	_ = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &timeout)
	if err := unix.Sendto(fd, []byte(message), unix.MSG_NOSIGNAL, &unix.SockaddrUnix{Name: m.socket}); err != nil {
		return fmt.Errorf("tell the service manager at %s: %w", m.socket, err)
	}
	return nil
}

// Managed makes this very process the daemon if a service manager has started
// it and wants to be notified (NOTIFY_SOCKET); nil and nil if not. There is
// nothing to detach from then: Ready and Ending go to the manager, and Reopen
// does nothing, as the log is the manager's.
//
// The pidfile has the given name and lies in the folder that the manager made
// for it (RUNTIME_DIRECTORY); without one there is none. So [Status], [Stop] and
// another start find the daemon as they find one that was detached. The errors
// are those of [Start].
//
// The manager's variables are gone from the environment afterwards, so that no
// child takes itself for the service.
func Managed(ctx context.Context, name string) (*Daemon, error) {
	socket, folders := os.Getenv("NOTIFY_SOCKET"), os.Getenv("RUNTIME_DIRECTORY")
	watchdog := watchdogTime()
	for _, variable := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "RUNTIME_DIRECTORY"} {
		_ = os.Unsetenv(variable)
	}
	if socket == "" {
		return nil, nil
	}
	d := &Daemon{starter: manager{socket}, watchdog: watchdog}
	if folders == "" {
		return d, nil
	}
	folder, _, _ := strings.Cut(folders, ":")
	ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()
	var err error
	if d.pid, err = claim(ctx, filepath.Join(folder, name)); err != nil {
		return nil, err
	}
	if err := d.pid.lock(byteManaged); err != nil {
		return nil, fmt.Errorf("lock %s: %w", d.pid.path, err)
	}
	return d, nil
}

// watchdogTime is after how long without a sign of life the manager ends this
// process; 0: never.
func watchdogTime() time.Duration {
	usec, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	pid := cmp.Or(os.Getenv("WATCHDOG_PID"), strconv.Itoa(os.Getpid()))
	if err != nil || usec <= 0 || pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	return time.Duration(usec) * time.Microsecond
}

// Managed tells whether a service manager started this daemon.
func (d *Daemon) Managed() bool {
	_, managed := d.starter.(manager)
	return managed
}

// Say tells the service manager in a line what the daemon is doing, for people
// who ask it. Without a manager nobody asks.
func (d *Daemon) Say(text string) error {
	m, managed := d.starter.(manager)
	if !managed {
		return nil
	}
	return m.say("STATUS=" + text)
}

// Feed feeds the service manager's watchdog until ctx ends, twice in the time
// that it has. Each time it asks alive first, which has half that time to see
// progress; while it returns an error the watchdog goes hungry, and the manager
// ends the process. Without a watchdog Feed returns at once.
func (d *Daemon) Feed(ctx context.Context, log *slog.Logger, alive func(context.Context) error) {
	m, managed := d.starter.(manager)
	if !managed || d.watchdog == 0 {
		return
	}
	tick := time.NewTicker(d.watchdog / 2)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asking, cancel := context.WithTimeout(ctx, d.watchdog/2)
		err := alive(asking)
		cancel()
		if err == nil {
			err = m.say("WATCHDOG=1")
		}
		if err != nil && ctx.Err() == nil {
			log.Error("The watchdog goes hungry", slog.Any("err", err))
		}
	}
}
