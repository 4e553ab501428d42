package ci

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ship-it.example/shipit"
)

// LaunchVariable is the variable of a command's environment that holds the
// launch's id.
const LaunchVariable = "SHIP_IT_LAUNCH"

// Command is a program that a target starts on this machine, without a shell.
// However it is printed, no secret comes out.
type Command struct {
	Run         []string          // program and arguments
	Timeout     time.Duration     // then its whole process group is ended
	Environment map[string]string // beside PATH and the like
	Secrets     map[string]string // the same; never shown
}

// String says what is run, and no secret that somebody has put there.
func (c Command) String() string {
	if text := fmt.Sprintf("command %q", c.Run); !c.leaks(text) {
		return text
	}
	return "command (its arguments hold a secret, which everybody on the machine can see)"
}

// Format prints String, whatever the verb.
func (c Command) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// MarshalText gives String, so that JSON holds no secret.
func (c Command) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

func (Command) work() {}

// leaks says whether a text holds a secret of the command's, or a line of one.
func (c Command) leaks(text string) bool { return holdsAny(text, c.lines()) }

// lines is each line of the secrets, but for very short ones.
func (c Command) lines() []string {
	var secrets []string
	for _, secret := range c.Secrets {
		for line := range strings.Lines(secret) {
			if line = strings.TrimSpace(line); len(line) >= leastSecret || line == secret {
				secrets = append(secrets, line)
			}
		}
	}
	return secrets
}

// environ is all that the command gets of the environment: what finds a program
// and a language, what its own section asks for, and the launch's id. It is an
// allow-list, so that no secret of a server's, and no mark of a service
// manager's, can be forgotten in it.
func (c Command) environ(all []string, id string) []string {
	passed := []string{"PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR", "LANG", "LANGUAGE"}
	kept := []string{LaunchVariable + "=" + id}
	for _, variable := range all {
		if name, _, _ := strings.Cut(variable, "="); slices.Contains(passed, name) || strings.HasPrefix(name, "LC_") {
			kept = append(kept, variable)
		}
	}
	for _, own := range []map[string]string{c.Environment, c.Secrets} {
		for name, value := range own {
			kept = append(kept, name+"="+value) // the last one of a name counts
		}
	}
	return kept
}

// keptRuns is how many commands that are over can still be looked at.
const keptRuns = 50

// Commands runs commands, and remembers them as long as the program lives.
type Commands struct {
	commands []Command
	say      func(string)
	others   func(text string) bool // whether it holds a secret that is no command's; may be nil

	mu   sync.Mutex
	runs []*run // oldest first
}

var _ server = (*Commands)(nil)

// NewCommands makes a server of one command a target, by index.
func NewCommands(commands []Command, opts ...Option) *Commands {
	c := &caller{dialer: new(dialer), say: func(string) {}}
	for _, opt := range opts {
		opt(c)
	}
	return &Commands{commands: commands, say: c.say, others: c.others}
}

// Warm implements [shipit.Server]: there is no way that could be closed.
func (c *Commands) Warm(ctx context.Context, _ int, dialled func(error)) {
	dialled(nil)
	<-ctx.Done()
}

// Launch implements [shipit.Server]. A program that has begun is a build by the
// launch's id.
func (c *Commands) Launch(ctx, withdraw context.Context, target int, id string) shipit.Outcome {
	for _, over := range []context.Context{withdraw, ctx} {
		switch cause := context.Cause(over); {
		case errors.Is(cause, shipit.ErrStopped):
			return notStarted("%s", shipit.ErrStopped)
		case cause != nil:
			return notStarted("%s", shipit.ErrCalledOff)
		}
	}
	command := c.commands[target]
	r := newRun(id, command, c.say, c.others)
	if err := r.start(); err != nil {
		return notStarted("%s", unstartable(command, err))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.runs = append(c.runs, r)
	if over := slices.IndexFunc(c.runs, (*run).isOver); over >= 0 && len(c.runs) > keptRuns {
		c.runs = slices.Delete(c.runs, over, over+1)
	}
	return shipit.Outcome{Verdict: shipit.Started, Build: id}
}

// unstartable is the reason of a program that didn't begin.
func unstartable(c Command, err error) string {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
		return fmt.Sprintf("unknown build type: there is no program %q: look at run", clean(c.Run[0]))
	}
	return fmt.Sprintf("refused: the program %q doesn't start: %s: look at run", clean(c.Run[0]), clean(err.Error()))
}

// Can implements [shipit.Follower]. Whether a command ran in an earlier life of
// the program nobody can tell.
func (c *Commands) Can(int) shipit.Abilities {
	return shipit.Abilities{Look: true, Cancel: true, Check: true, Ends: true}
}

// Look implements [shipit.Follower]. A command of an earlier life of the program
// is lost.
func (c *Commands) Look(_ context.Context, _ int, build string) (shipit.Sight, error) {
	r := c.find(build)
	if r == nil {
		return lost(build), nil
	}
	return r.sight(), nil
}

func (c *Commands) find(id string) *run {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.runs {
		if r.id == id {
			return r
		}
	}
	return nil
}

// Find implements [shipit.Follower].
func (c *Commands) Find(context.Context, int, string, time.Time) (shipit.Sight, error) {
	return shipit.Sight{}, shipit.ErrCannot
}

// Cancel implements [shipit.Follower]: it ends the program.
func (c *Commands) Cancel(_ context.Context, _ int, build string) error {
	r := c.find(build)
	if r == nil || r.isOver() {
		return lasting("conflict: the command is over")
	}
	r.end(cancelled)
	return nil
}

// Check implements [shipit.Follower].
func (c *Commands) Check(_ context.Context, target int) error {
	command := c.commands[target]
	if _, err := exec.LookPath(command.Run[0]); err != nil {
		return lasting("%s", unstartable(command, err))
	}
	return nil
}

// End implements [shipit.Follower]: it ends what runs, and waits for it.
func (c *Commands) End() {
	c.mu.Lock()
	runs := slices.Clone(c.runs)
	c.mu.Unlock()
	for _, r := range runs {
		r.end(stopped)
	}
	for _, r := range runs {
		<-r.over
	}
}

func (c *Commands) close() { c.End() }

// name is the program without its folder, for its lines in the log.
func (c Command) name() string { return clean(filepath.Base(c.Run[0])) }
