package citest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"

	"ship-it.example/shipit"
)

// Request is what reached the server.
type Request struct {
	Method string
	Path   string // as it came, escapes and all
	Query  string
	Header http.Header
	Body   string // empty if it was not read
}

// keep is how many of the last requests are at hand.
const keep = 16

// Server is a TeamCity, or another [Kind] of server, that builds nothing. Any
// goroutine may call its methods.
type Server struct {
	listener net.Listener
	tls      *tls.Config // nil: http
	kind     Kind
	dialect  dialect
	types    []string // known build types, or jobs; empty: all
	options
	onRequest func(Request)
	http      http.Server
	done      chan struct{} // closed by Close
	close     sync.Once
	running   sync.WaitGroup // the accepting goroutine, the connections and their handlers
	err       error          // why accepting ended, once running is done

	mu       sync.Mutex
	mode     Mode // of orders
	asking   Mode // of questions
	life     Life
	requests int
	asked    int
	builds   []*build // the first is number 1
	last     []Request
}

// New starts a server in mode [OK]. Close it.
func New(opts ...Option) (*Server, error) {
	s := &Server{
		done: make(chan struct{}), kind: TeamCity, mode: OK(), asking: OK(), life: DefaultLife(), onRequest: func(Request) {},
	}
	for _, opt := range opts {
		opt(s)
	}
	s.dialect = s.kind.dialect()
	if s.listener == nil {
		l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return nil, fmt.Errorf("stand-in server: %w", err)
		}
		s.listener = l
	}
	s.http.Handler = http.HandlerFunc(s.serve)
	s.http.ConnState = s.connState
	s.http.ErrorLog = log.New(io.Discard, "", 0) // cut connections are what it is for
	l := s.listener
	if s.tls != nil {
		l = tls.NewListener(l, s.tls)
	}
	s.running.Go(func() { s.err = shipit.Guard(func() error { return s.http.Serve(l) }) })
	return s, nil
}

// URL is the address to configure, without a slash at the end.
func (s *Server) URL() string {
	scheme := "http"
	if s.tls != nil {
		scheme = "https"
	}
	return scheme + "://" + s.listener.Addr().String()
}

// SetMode changes what happens to the orders that come from now on, and to
// whatever else is no question.
func (s *Server) SetMode(m Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode = m
}

// SetAsking changes what happens to the questions that come from now on.
func (s *Server) SetAsking(m Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asking = m
}

// SetLife changes what becomes of the builds that are queued from now on.
func (s *Server) SetLife(l Life) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.life = l
}

// Mode is what happens to the next order.
func (s *Server) Mode() Mode { return s.modeOf(false) }

func (s *Server) modeOf(asks bool) Mode {
	s.mu.Lock()
	defer s.mu.Unlock()
	if asks {
		return s.asking
	}
	return s.mode
}

// Requests counts the requests that came, whatever became of them, without the
// questions.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Asked counts the questions that came: what starts nothing.
func (s *Server) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// Builds counts the builds that were queued, answered or not.
func (s *Server) Builds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.builds)
}

// Last gives the last requests that were no questions, at most 16, the newest at the end.
func (s *Server) Last() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.last)
}

// Close cuts every connection at once and returns when nothing of the server
// runs any more. The error is why it had ended by itself, if it had.
func (s *Server) Close() error {
	s.close.Do(func() {
		close(s.done)
		_ = s.http.Close() // the connections, and the listener if it was reached
		_ = s.listener.Close()
	})
	s.running.Wait()
	if errors.Is(s.err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("stand-in server: %w", s.err)
}

// connState counts the connections. A new one is announced by the accepting
// goroutine, so that the count never rises from nothing while Close waits.
func (s *Server) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.running.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.running.Done()
	default:
	}
}

// record counts a request and tells of it, unless it is a question.
func (s *Server) record(asks bool, r Request) {
	s.mu.Lock()
	if asks {
		s.asked++
		s.mu.Unlock()
		return
	}
	s.requests++
	s.last = append(s.last, r)
	s.last = slices.Clone(s.last[max(0, len(s.last)-keep):])
	s.mu.Unlock()
	s.onRequest(r)
}
