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

	"ship-it.example/cmd/ship-it/panel"
	"ship-it.example/cmd/ship-it/term"
	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/view"
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
	observe, about := r.observe, aboutOf(c)
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

// aboutOf is what a picture says of a box beside what the box does.
func aboutOf(c *config.Config) view.About {
	about := view.About{Version: version(), Pid: os.Getpid(), Pins: view.Pins{Blinker: c.Pins.Blinker.Pin}}
	for _, t := range c.Targets {
		about.Pins.Lamps = append(about.Pins.Lamps, t.LED.Pin)
	}
	return about
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
