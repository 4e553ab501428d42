package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/config"
	"ship-it.example/shipit/view"
	"ship-it.example/shipit/view/socket"
)

// socketGroup may see what the box shows, as it may use the lines.
const socketGroup = "gpio"

// socketFile is the socket's path, or "" where there is to be none.
func (o options) socketFile() string {
	if o.socket == "none" {
		return ""
	}
	return o.socket
}

// shows has the log remembered for those who will watch the box. It comes
// before the log is made.
func (o *options) shows() {
	if o.socketFile() != "" {
		o.shown = socket.NewServer()
	}
}

// showAt has the box shown on its socket from when its lines are claimed, while
// it still is root, until they are given back. It comes last, when all else of
// the rig is there.
func (r *rig) showAt(ctx context.Context, o options) {
	if o.shown == nil {
		return
	}
	s := &onSocket{server: o.shown, log: r.log, about: aboutBox(r.config, o.drill)}
	opened, observe, ending := r.opened, r.observe, r.ending
	r.opened = func() error {
		s.open(ctx, o.socket)
		if opened == nil {
			return nil
		}
		err := opened()
		if err != nil {
			s.close()
		}
		return err
	}
	r.observe = func(b shipit.Box) {
		s.server.Changed()
		if observe != nil {
			observe(b)
		}
	}
	r.ending = func() {
		s.close()
		if ending != nil {
			ending()
		}
	}
	r.show = s.serve
}

// onSocket is a box that is shown on a socket.
type onSocket struct {
	server   *socket.Server
	listener *socket.Listener // nil: there is none
	log      *slog.Logger
	about    view.About
}

// open makes the socket, or says in the log why it can't: a box that can't be
// watched works all the same. One at the usual place takes root, which a person
// at the bench needn't be.
func (s *onSocket) open(ctx context.Context, path string) {
	var err error
	if s.listener, err = socket.Listen(ctx, path); err == nil {
		err = s.listener.Share(socketGroup)
	}
	if err == nil {
		return
	}
	level := slog.LevelWarn
	if path == socketPath && os.Geteuid() != 0 && errors.Is(err, fs.ErrPermission) {
		level = slog.LevelDebug
	}
	s.log.Log(ctx, level, "The box can't be watched by others: "+err.Error())
	if next := hint(err); next != "" {
		s.log.Log(ctx, level, "hint: "+next)
	}
}

// serve shows the box until ctx ends.
func (s *onSocket) serve(ctx context.Context, look func(context.Context) (shipit.Box, error)) error {
	if s.listener == nil {
		return nil
	}
	show := func(ctx context.Context) (view.View, error) {
		box, err := look(ctx)
		if err != nil {
			return view.View{}, err
		}
		return view.Of(box, time.Now(), s.about), nil
	}
	return s.server.Serve(ctx, s.listener, show, s.log)
}

// close takes the socket away.
func (s *onSocket) close() {
	if s.listener == nil {
		return
	}
	if err := s.listener.Close(); err != nil {
		s.log.Warn("The socket is left: " + err.Error())
	}
}

// aboutBox is what stays the same in all that a box shows.
func aboutBox(c *config.Config, drill bool) view.About {
	pins := view.Pins{Blinker: c.Pins.Blinker.Pin}
	for _, t := range c.Targets {
		pins.Lamps = append(pins.Lamps, t.LED.Pin)
	}
	return view.About{Version: release, Pid: os.Getpid(), Drill: drill, Pins: pins}
}

// socketHint is the next step after an error of a socket, or empty.
func socketHint(err error) string {
	switch {
	case errors.Is(err, socket.ErrInUse):
		return "give each box its own with --socket (DAEMONARGS in /etc/default/ship-it), or none"
	case errors.Is(err, socket.ErrUnsafe):
		return "take it away, or choose another with --socket"
	case errors.Is(err, socket.ErrOwnerOnly):
		return "the group " + socketGroup + " is who watches the box: sudo groupadd --system " + socketGroup + ", and be a member of it"
	case errors.Is(err, errNotIts):
		return "name the one that it was started with: --socket"
	case errors.Is(err, socket.ErrNobody):
		return "start one (sudo service ship-it start), or name its socket with --socket"
	case errors.Is(err, socket.ErrGroupOnly):
		return "use sudo, or become a member of the group " + socketGroup
	default:
		return ""
	}
}
