package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"ship-it.example/daemonize"
	"ship-it.example/shipit"
	"ship-it.example/shipit/view"
	"ship-it.example/shipit/view/socket"
)

// glanceTime is how long status waits for a box to say what it shows.
const glanceTime = 2 * time.Second

// errNotIts: the daemon that runs has another socket, or none.
var errNotIts = errors.New("is not its own")

// glance is one look at what a box shows.
type glance struct {
	view *view.View // nil: see err
	pid  int        // of the box, if it has answered, or should have; 0: nobody can tell
	err  error
}

// glance looks at what the box shows, of the daemon that was found if there is
// one: another's view would be a lie.
func (o options) glance(ctx context.Context, found daemonize.Instance) glance {
	path := o.socketFile()
	if path == "" {
		return glance{err: errors.New("--socket is none")}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, glanceTime, errors.New("the box doesn't answer"))
	defer cancel()
	c, err := socket.Dial(ctx, path)
	if errors.Is(err, socket.ErrNobody) {
		err = fmt.Errorf("socket %s %w", path, errNotIts)
	}
	if err != nil {
		return glance{err: err}
	}
	defer func() { _ = c.Close() }()
	pid := c.Pid()
	if pid != 0 && found.Pid != 0 && pid != found.Pid {
		return glance{err: fmt.Errorf("socket %s, of process %d, %w", path, pid, errNotIts)}
	}
	v, _, err := c.Next()
	if errors.Is(err, io.EOF) || errors.Is(err, socket.ErrStrange) {
		pid = 0 // it has just gone, or is no box
	}
	if err != nil {
		return glance{pid: pid, err: fmt.Errorf("socket %s: %w", path, err)}
	}
	return glance{view: &v, pid: pid}
}

// draw writes what a box shows in a few lines.
func draw(w io.Writer, v view.View) error {
	fmt.Fprintf(w, "%s since %s%s\n\n", v.State, v.Since.Local().Format(time.DateTime), remark(v))
	table := newTable(w)
	table.row("blinker\t%s", v.Blinker.Rhythm)
	if v.Siren != nil {
		table.row("siren\t%s", map[bool]string{true: "on", false: "off"}[*v.Siren])
	}
	for i, t := range v.Targets {
		mark := ""
		if i == v.Selected {
			mark = ", selected"
		}
		table.row("%s\t%s%s%s", t.Name, t.Lamp.Rhythm, mark, tale(t))
	}
	return table.flush()
}

// remark is what else is to be said of the whole box.
func remark(v view.View) string {
	var b strings.Builder
	if v.Drill {
		b.WriteString(", a drill")
	}
	if v.PressAgain {
		b.WriteString(", waits for a second press")
	}
	if v.Forbidden != "" {
		b.WriteString(", a launch would be refused: " + v.Forbidden)
	}
	return b.String()
}

// tale is what is known of a target's build and of its server.
func tale(t view.Target) string {
	var b strings.Builder
	if t.Light != "none" {
		b.WriteString(", " + t.Light)
	}
	if t.Build != nil {
		if t.Build.Progress != nil {
			fmt.Fprintf(&b, " %.0f %%", *t.Build.Progress*100)
		}
		if t.Build.ID != "" {
			b.WriteString(", build " + t.Build.ID)
		}
		if t.Build.URL != "" {
			b.WriteString(" " + t.Build.URL)
		}
		if t.Build.Waiting {
			b.WriteString(", waits for a person")
		}
		if t.Build.Unseen {
			b.WriteString(", its server can't be asked")
		}
	}
	if t.Offline {
		b.WriteString(", no word from its server")
	}
	return b.String()
}

// watch shows what the box shows: as a picture at a terminal, else an object a
// change, until that has gone.
func (p *program) watch(cmd *cobra.Command, o options) error {
	path := o.socketFile()
	if path == "" {
		return usageError{errors.New("--socket is none: there is nothing to watch")}
	}
	if t := p.terminal(); t != nil {
		return p.watchPanel(cmd.Context(), path, t)
	}
	ctx, end := context.WithCancelCause(cmd.Context())
	defer end(nil)
	c, err := socket.Dial(ctx, path)
	if err != nil {
		return notShown(err)
	}
	defer func() { _ = c.Close() }()
	if out, ok := p.stdout.(*os.File); ok {
		go func() { end(shipit.Guard(func() error { return closed(out) })) }()
	}
	for {
		_, line, err := c.Next()
		switch {
		case errors.Is(err, errClosedPipe):
			return saidError{err} // as head does, who has seen enough
		case errors.Is(err, io.EOF):
			return codeError{exitNotRunning, fmt.Errorf("socket %s: the box has gone", path)}
		case err != nil:
			return fmt.Errorf("socket %s: %w", path, err)
		}
		if _, err := fmt.Fprintf(p.stdout, "%s\n", line); err != nil {
			return err
		}
	}
}

// closed waits until nobody reads any more from the pipe that out is, which may
// never be: a box at rest says nothing, so that a write would be late to tell.
func closed(out *os.File) error {
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(out.Fd())}}, -1)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return fmt.Errorf("watch the output: %w", err)
		case n > 0:
			return errClosedPipe
		}
	}
}

// notShown is an error of Dial with its exit code.
func notShown(err error) error {
	switch {
	case errors.Is(err, socket.ErrNobody):
		return codeError{exitNotRunning, err}
	case errors.Is(err, fs.ErrPermission):
		return codeError{exitNotAllowed, err}
	default:
		return err
	}
}
