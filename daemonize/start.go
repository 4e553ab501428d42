package daemonize

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// defaultTimeout is what a start may take if [Options] doesn't say.
const defaultTimeout = 30 * time.Second

// daemonPath is the PATH of every daemon: what runs as root must not depend on
// who started it.
const daemonPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Options say how to detach. But for User, the processes after the caller's
// don't read them: they are told.
type Options struct {
	PidFile string        // made absolute by Start
	Others  []string      // pidfiles under which the same daemon may run, too; absolute
	User    string        // who the daemon is going to be, by its call of [Become]; takes root; empty: nobody else
	Socket  string        // one that the daemon makes before it becomes User, in the pidfile's folder or in one that is made for it; absolute; empty: none
	LogFile string        // standard output and error of the daemon, appended to; made absolute; empty: /dev/null
	Args    []string      // the daemon's arguments with the program's name in front, paths absolute, as it runs in /; empty: os.Args
	Env     []string      // variables to keep beside LANG, LC_*, TZ; a name that ends in _ keeps all that begin so. All others are dropped
	Timeout time.Duration // from the call of Start to Ready; zero: 30 s
}

// Start detaches. It is called once in each of the three processes, and what it
// does depends on which one it is in:
//
// In the caller it blocks until the daemon is ready, and returns nil and nil.
// The caller may then exit, and should: it stays the daemon's parent until it
// does. A [*RunningError] says that a daemon is ready already; one that is on
// its way up or down is waited for. An [*ExitError] says that the daemon failed
// first, and how; [ErrDied] that it couldn't. When ctx ends or the time is up,
// the daemon is sent a TERM and 2 s later a KILL, and the error wraps the cause
// of ctx or [ErrNotReady]. After an error neither process nor pidfile is left.
// Other errors: [ErrNotifySocket], [ErrUnsafe], [io/fs.ErrPermission], what the
// system says of the files.
//
// In the middle process it doesn't return.
//
// In the daemon it returns the [*Daemon] at once: standard input is /dev/null,
// output and error the log, the working directory /, the umask 022, no signal
// is ignored or blocked. The daemon then must call Ready or Fail.
//
// Start must run before the program starts any other process or relies on its
// umask.
func Start(ctx context.Context, o Options) (*Daemon, error) {
	h, ok := inherited()
	switch {
	case !ok:
		return nil, launch(ctx, o)
	case h.stage == stageMiddle:
		os.Exit(h.middle(o))
	}
	return newDaemon(h), nil
}

// absolute returns o with the defaults filled in and both paths absolute: the
// daemon runs in / and must mean the same files.
func (o Options) absolute() (Options, error) {
	var err error
	if o.PidFile, err = filepath.Abs(o.PidFile); err != nil {
		return o, fmt.Errorf("pidfile: %w", err)
	}
	if o.LogFile != "" {
		if o.LogFile, err = filepath.Abs(o.LogFile); err != nil {
			return o, fmt.Errorf("log file: %w", err)
		}
	}
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	return o, nil
}

// environ picks the daemon's environment out of all.
func (o Options) environ(all []string) []string {
	env := []string{daemonPath}
	for _, pair := range all {
		name, _, _ := strings.Cut(pair, "=")
		if name != "PATH" && o.keeps(name) {
			env = append(env, pair)
		}
	}
	return env
}

func (o Options) keeps(name string) bool {
	for _, keep := range append([]string{"LANG", "LC_", "TZ"}, o.Env...) {
		if name == keep || strings.HasSuffix(keep, "_") && strings.HasPrefix(name, keep) {
			return true
		}
	}
	return false
}
