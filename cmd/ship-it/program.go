package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"ship-it.example/gpio"
	"ship-it.example/shipit"
)

// program is one call of ship-it, with all that it takes from its process. A
// test gives it other files and another chip.
type program struct {
	args           []string // the first is the name it was called by
	stdin          *os.File
	stdout, stderr io.Writer
	findChip       func(selector string) (gpio.Chip, error)
	root           fs.FS                // the machine's files, for what the board says of itself
	clockDoubt     func(time.Time) bool // of the doctor; nil: the machine's own
}

// run does what the arguments say and returns the exit code. It has said why on
// stderr, or in the log, where that is not 0.
func (p *program) run(ctx context.Context) int {
	// A core file would hold the secrets. Where this is refused there is no
	// core to be had either.
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	root := p.command()
	root.SetArgs(p.args[1:])
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	var called *cobra.Command
	err := shipit.Guard(func() (err error) { called, err = root.ExecuteContextC(ctx); return err })
	if called != nil && errors.As(err, new(usageError)) {
		err = misuseError{err, called.CommandPath()}
	}
	if text := message(err); text != "" { // even an empty write waits for a log that is stuck
		p.complain(text)
	}
	return exitCode(err)
}
