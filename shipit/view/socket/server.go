package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"reflect"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ship-it.example/shipit"
	"ship-it.example/shipit/view"
)

const (
	maxPeers = 128
	// breath is between two messages: what changes faster is merged.
	breath = 20 * time.Millisecond
	// patience is how long a client may take for one message.
	patience = 10 * time.Second
	// acceptPause is between two clients, and acceptAgain after one that could
	// not be taken.
	acceptPause = 5 * time.Millisecond
	acceptAgain = 100 * time.Millisecond
)

// Server shows a box to whoever connects. With nobody there it does nothing but
// to remember the last lines of the log; with somebody there it looks at the
// box whenever that has changed.
//
// Changed and Write are what the box calls. They never block, and take as long
// for a hundred clients as for one.
type Server struct {
	patience time.Duration
	news     chan struct{} // there is something to tell; has room for one

	mu    sync.Mutex
	peers map[*peer]bool // with whether it has the first message still to come
	log   backlog        // of the log, for those who come
	fresh backlog        // of it, for those who are there
}

// NewServer makes a Server, which remembers the log from now on.
func NewServer() *Server {
	return &Server{
		patience: patience, news: make(chan struct{}, 1), peers: map[*peer]bool{},
		log: backlog{most: logLines}, fresh: backlog{most: waitingLines},
	}
}

// Changed says that the box may show something else.
func (s *Server) Changed() {
	s.mu.Lock()
	watched := len(s.peers) > 0
	s.mu.Unlock()
	if watched {
		s.kick()
	}
}

// Write takes a line of the log. It never fails.
func (s *Server) Write(text []byte) (int, error) {
	line := quote(strings.TrimRight(string(text), "\n"))
	s.mu.Lock()
	s.log.add(line)
	watched := len(s.peers) > 0
	if watched {
		s.fresh.add(line)
	}
	s.mu.Unlock()
	if watched {
		s.kick()
	}
	return len(text), nil
}

func (s *Server) kick() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// Serve shows the box to those who connect until ctx ends, and returns nil
// then. look is the box at the moment that it is called; it blocks until ctx
// ends at most. What goes wrong with look or with a client ends nothing: an
// error is a panic of ours. Closing l is the caller's.
func (s *Server) Serve(ctx context.Context, l *Listener, look func(context.Context) (view.View, error), log *slog.Logger) error {
	tasks, ctx := errgroup.WithContext(ctx)
	spawn := func(f func()) {
		tasks.Go(func() error { return shipit.Guard(func() error { f(); return nil }) })
	}
	spawn(func() { s.publish(ctx, look) })
	spawn(func() { s.accept(ctx, l.net, spawn, log) })
	return tasks.Wait()
}

// publish tells the clients what is new.
func (s *Server) publish(ctx context.Context, look func(context.Context) (view.View, error)) {
	var last view.View
	var message []byte
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.news:
		}
		v, err := look(ctx)
		if err != nil {
			continue // the box has ended, and ctx is about to
		}
		changed := !same(v, last)
		if changed {
			if message, err = json.Marshal(v); err != nil {
				continue // a View has nothing that JSON hasn't
			}
			last = v
		}
		s.deliver(message, changed)
		rest(ctx, breath)
	}
}

// same tells whether a client that has one View has the other, too.
func same(a, b view.View) bool {
	a.Time = b.Time
	return reflect.DeepEqual(a, b)
}

// deliver gives every client what it has not got. Those that have just come get
// the last lines of the log with it.
func (s *Server) deliver(message []byte, changed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, first := range s.peers {
		switch {
		case first:
			p.post(message, backlog{lines: s.log.lines})
			s.peers[p] = false
		case changed || !s.fresh.isEmpty():
			p.post(message, s.fresh)
		}
	}
	s.fresh = backlog{most: waitingLines}
}

// errFull: there are as many clients as there may be.
var errFull = fmt.Errorf("there are %d clients already", maxPeers)

// accept takes clients, not too fast.
func (s *Server) accept(ctx context.Context, l *net.UnixListener, spawn func(func()), log *slog.Logger) {
	defer context.AfterFunc(ctx, func() { _ = l.SetDeadline(time.Unix(1, 0)) })()
	troubled := false
	for ctx.Err() == nil {
		conn, err := l.AcceptUnix()
		if err == nil {
			err = s.admit(ctx, conn, spawn)
		}
		switch {
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return
		case err != nil && !troubled: // once, whatever they try
			log.Warn("Can't take a client of the socket", slog.Any("err", err))
		}
		troubled = err != nil
		if troubled {
			rest(ctx, acceptAgain)
		}
		rest(ctx, acceptPause)
	}
}

// admit takes a client in, or tells it why not.
func (s *Server) admit(ctx context.Context, conn *net.UnixConn, spawn func(func())) error {
	p := newPeer(conn)
	s.mu.Lock()
	full := len(s.peers) >= maxPeers
	if !full {
		s.peers[p] = true
	}
	s.mu.Unlock()
	if full {
		p.turnAway(errFull)
		return errFull
	}
	spawn(func() { s.attend(ctx, p, spawn) })
	s.kick()
	return nil
}

// attend speaks to a client until it goes, is too slow, or ctx ends.
func (s *Server) attend(ctx context.Context, p *peer, spawn func(func())) {
	ctx, leave := context.WithCancel(ctx)
	defer context.AfterFunc(ctx, p.close)()
	defer leave()
	defer s.forget(p)
	spawn(func() { defer leave(); p.listen() })
	p.speak(ctx, s.patience)
}

func (s *Server) forget(p *peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.peers, p)
}

// rest waits, or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
