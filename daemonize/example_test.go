package daemonize_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"

	"ship-it.example/daemonize"
)

func ExampleStatus() {
	i, err := daemonize.Status("/nowhere/d.pid")
	fmt.Println(i.State, err)
	// Output: not running <nil>
}

// A whole main: it runs three times, and only the daemon comes past Start with
// something in its hand.
func ExampleStart() {
	main := func() int {
		d, err := daemonize.Start(context.Background(), daemonize.Options{
			PidFile: "/run/d.pid", LogFile: "/var/log/d.log", Args: os.Args, Timeout: 30 * time.Second,
		})
		if exit, ok := errors.AsType[*daemonize.ExitError](err); ok {
			fmt.Fprintln(os.Stderr, exit)
			return exit.Code
		}
		if err != nil || d == nil {
			return 1
		}
		defer func() { _ = d.Close() }()

		signals := make(chan os.Signal, 1)
		signal.Notify(signals, unix.SIGHUP, unix.SIGTERM)
		if err := d.Ready(); err != nil {
			_ = d.Fail(1, err.Error())
			return 1
		}
		for <-signals == unix.SIGHUP {
			_ = d.Reopen()
		}
		_ = d.Ending()
		return 0
	}
	_ = main
}
