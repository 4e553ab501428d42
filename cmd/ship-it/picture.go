package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"ship-it.example/cmd/ship-it/panel"
	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/view"
	"ship-it.example/shipit/view/socket"
)

// simPanel is the simulator at a terminal: the box as a picture, moved by keys.
func (p *program) simPanel(ctx context.Context, ends *ends, c *config.Config, o options, t *tty) error {
	feed := panel.NewFeed()
	out := newSink(feed, ends.fail)
	defer out.Close(flushTime)
	r, stage, err := simRig(c, o, out, io.Discard, ends)
	if err != nil {
		return err
	}
	defer r.close()
	var crash bytes.Buffer // for a terminal that shows words again
	r.crash = &crash
	observe, about := r.observe, aboutBox(c, !o.live)
	r.observe = func(b shipit.Box) {
		observe(b)
		feed.Show(view.Of(b, time.Now(), about))
	}
	where := "simulator: launches go to a stand-in"
	if o.live {
		where = "simulator, LIVE: launches reach " + strings.Join(reached(c), " and ")
	}
	err = play(ctx, r, func(ctx context.Context) error { return t.show(ctx, where, feed, stage) })
	_, _ = io.Copy(p.stderr, &crash)
	if asked(err) {
		return err
	}
	return unsaid(err) // its words went with the picture
}

// watchPanel is watch at a terminal: the picture of a box that runs.
func (p *program) watchPanel(ctx context.Context, path string, t *tty) error {
	ctx, ends := listen(ctx, nil)
	defer ends.close()
	watching, end := context.WithCancel(ctx)
	defer end()
	c, err := socket.Dial(watching, path)
	if err != nil {
		return notShown(err)
	}
	feed := panel.NewFeed()
	var tasks errgroup.Group
	tasks.Go(func() error {
		defer end()
		return shipit.Guard(func() error { keepWatching(watching, path, c, feed); return nil })
	})
	err = t.show(watching, "watching the box at "+path, feed, nil)
	end()
	return errors.Join(err, tasks.Wait(), saidEnd(ctx))
}

// saidEnd is what has ended a picture from outside, or nil: whoever did knows.
func saidEnd(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return saidError{context.Cause(ctx)}
}

// againTime is the pause between attempts to find a box that has gone.
const againTime = time.Second

// keepWatching feeds a picture with what a box shows, and with that of the next
// one in its place, until ctx ends.
func keepWatching(ctx context.Context, path string, c *socket.Client, feed *panel.Feed) {
	for {
		v, _, err := c.Next()
		if err == nil {
			feed.Show(v)
			continue
		}
		_ = c.Close()
		if errors.Is(err, io.EOF) {
			err = errors.New("the box has gone")
		}
		for c = nil; c == nil; c, err = socket.Dial(ctx, path) {
			feed.Away(err)
			select {
			case <-ctx.Done():
				return
			case <-time.After(againTime):
			}
		}
	}
}

// tty is a terminal that a picture can stand in.
type tty struct{ in, out *os.File }

// terminal is the terminal that we read from and write to, or nil if there is
// none that could show a picture.
func (p *program) terminal() *tty {
	out, isFile := p.stdout.(*os.File)
	if !isFile || !term.IsTerminal(p.stdin) || !term.IsTerminal(out) {
		return nil
	}
	if kind := os.Getenv("TERM"); kind == "" || kind == "dumb" {
		return nil
	}
	return &tty{p.stdin, out}
}

// show shows a box until somebody quits or ctx ends.
func (t *tty) show(ctx context.Context, where string, feed *panel.Feed, hands panel.Hands) error {
	err := panel.Run(ctx, panel.Settings{In: t.in, Out: t.out, Getenv: os.Getenv, Where: where, Feed: feed, Hands: hands})
	if errors.Is(err, syscall.EIO) {
		return fmt.Errorf("%w: %w", errClosedPipe, err)
	}
	return err
}
