// Command standin behaves towards its init script as ship-it does, without a Pi: it detaches with a
// locked pidfile, claims "lines" that only one process can hold, leaves them driven when it is killed,
// reopens its log on HUP and ends on TERM. It owns none of ship-it's code, so that the tests of the
// packaging need nothing but the contract between the two.
//
// The words of the configuration file choose what it does: "broken" is a mistake, "linger" makes it end
// half a second after TERM, "chatter" makes it write numbered log lines for as long as it runs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// The stand-in for the header: who holds linesFile's lock holds the lines, and while drivenFile exists
// outputs are driven.
const (
	linesFile  = "/run/standin.lines"
	drivenFile = "/run/standin.driven"
)

// fault is an error with the exit code that it ends in.
type fault struct {
	code int
	text string
}

func (f fault) Error() string { return f.text }

type options struct {
	daemon                         bool
	config, chip, pidfile, logfile string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ship-it:", err)
		if f, ok := errors.AsType[fault](err); ok {
			os.Exit(f.code)
		}
		os.Exit(1)
	}
}

func run(args []string) error {
	verb := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		verb, args = args[0], args[1:]
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	switch {
	case os.Getenv(detachedEnv) != "":
		return serveDetached(o)
	case verb == "check":
		_, err := readConfig(o.config)
		return err
	case verb == "release":
		return release(o)
	case verb == "completion":
		fmt.Println("# completion")
		return nil
	case verb != "":
		return fault{2, "unknown command " + verb}
	case o.daemon:
		return detach(o, args)
	default:
		return serve(o, os.Stderr, nil)
	}
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("ship-it", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	for _, name := range []string{"d", "daemon"} {
		f.BoolVar(&o.daemon, name, false, "")
	}
	for _, name := range []string{"c", "config"} {
		f.StringVar(&o.config, name, "/etc/ship-it/config.toml", "")
	}
	f.StringVar(&o.chip, "chip", "auto", "")
	f.String("user", "", "") // it stays root
	f.StringVar(&o.pidfile, "pidfile", "/run/ship-it.pid", "")
	f.StringVar(&o.logfile, "logfile", "/var/log/ship-it.log", "")
	if err := f.Parse(args); err != nil {
		return o, fault{2, err.Error()}
	}
	return o, nil
}

func readConfig(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fault{6, err.Error()}
	}
	if strings.Contains(string(b), "broken") {
		return "", fault{6, path + ": a mistake"}
	}
	return string(b), nil
}

// serve is the running box. Without a pidfile it is a run in the foreground.
func serve(o options, ready io.Writer, pidfile *os.File) error {
	config, err := readConfig(o.config)
	if err != nil {
		return err
	}
	lines, err := claim()
	if err != nil {
		return err
	}
	defer lines.Close()
	signals := make(chan os.Signal, 8)
	if pidfile != nil {
		signal.Notify(signals, unix.SIGHUP, unix.SIGTERM)
		if err := settle(o, pidfile); err != nil {
			return fault{1, err.Error()}
		}
	} else {
		signal.Notify(signals, unix.SIGTERM)
	}
	if err := os.WriteFile(drivenFile, nil, 0o644); err != nil {
		return fault{1, err.Error()}
	}
	fmt.Fprint(ready, "ready")
	if c, ok := ready.(io.Closer); ok && pidfile != nil {
		c.Close()
	}
	work(o, config, signals)
	os.Remove(drivenFile)
	if pidfile == nil {
		return nil
	}
	fmt.Fprintln(pidfile, "ending")
	if strings.Contains(config, "linger") {
		<-time.After(500 * time.Millisecond)
	}
	return os.Remove(o.pidfile)
}

// openLog moves standard output and standard error onto the log.
func openLog(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return err
	}
	defer f.Close()
	return errors.Join(unix.Dup3(int(f.Fd()), 1, 0), unix.Dup3(int(f.Fd()), 2, 0))
}

// work writes lines until TERM.
func work(o options, config string, signals <-chan os.Signal) {
	var tick <-chan time.Time
	if strings.Contains(config, "chatter") {
		tick = time.Tick(100 * time.Microsecond)
	}
	for n := 1; ; {
		select {
		case <-tick:
			fmt.Fprintf(os.Stderr, "line %d\n", n)
			n++
		case s := <-signals:
			if s == unix.SIGTERM {
				fmt.Fprintf(os.Stderr, "last %d\n", n-1)
				return
			}
			if err := openLog(o.logfile); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
			fmt.Fprintln(os.Stderr, "reopened")
		}
	}
}

// claim takes the lines; the lock goes with the process.
func claim() (*os.File, error) {
	f, err := os.OpenFile(linesFile, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault{1, err.Error()}
	}
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		f.Close()
		return nil, fault{1, "line 17 (blinker) is in use"}
	}
	return f, nil
}

func release(o options) error {
	if _, err := readConfig(o.config); err != nil {
		return err
	}
	lines, err := claim()
	if err != nil {
		return err
	}
	defer lines.Close()
	<-time.After(20 * time.Millisecond) // Any start in that time fails on the lines.
	if err := os.Remove(drivenFile); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fault{1, err.Error()}
	}
	return nil
}
