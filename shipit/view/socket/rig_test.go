package socket

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ship-it.example/shipit/view"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// limit bounds what a test waits for; nothing is expected to take as long.
const limit = 30 * time.Second

// stage is a server with a box that the test changes.
type stage struct {
	t      *testing.T
	path   string
	server *Server
	looks  atomic.Int64
	warned sync.Map // what the log was told, as keys

	mu  sync.Mutex
	box view.View
}

// newStage serves a box until the end of the test.
func newStage(t *testing.T, patience time.Duration) *stage {
	t.Helper()
	s := &stage{t: t, path: filepath.Join(t.TempDir(), "sock"), server: NewServer()}
	s.server.patience = patience
	s.box = view.View{State: "safe", Targets: []view.Target{{Name: "A"}, {Name: "B"}}}
	l, err := Listen(t.Context(), s.path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- s.server.Serve(ctx, l, s.look, slog.New(s)) }()
	t.Cleanup(func() {
		end()
		if err := <-over; err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *stage) look(context.Context) (view.View, error) {
	s.looks.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.box
	v.Time = time.Now()
	return v, nil
}

// show has the box show a number of launches, by which a test knows it.
func (s *stage) show(launches int) {
	s.mu.Lock()
	s.box.Launches = launches
	s.mu.Unlock()
	s.server.Changed()
}

func (s *stage) log(format string, args ...any) { fmt.Fprintf(s.server, format+"\n", args...) }

// Enabled, Handle, WithAttrs and WithGroup make the stage the server's log.
func (s *stage) Enabled(context.Context, slog.Level) bool { return true }

func (s *stage) Handle(_ context.Context, r slog.Record) error {
	n, _ := s.warned.LoadOrStore(r.Message, new(atomic.Int64))
	n.(*atomic.Int64).Add(1)
	return nil
}

func (s *stage) WithAttrs([]slog.Attr) slog.Handler { return s }
func (s *stage) WithGroup(string) slog.Handler      { return s }

// dial is a client that has seen the first message.
func (s *stage) dial() (*Client, view.View) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), limit)
	s.t.Cleanup(cancel)
	c, err := Dial(ctx, s.path)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	return c, s.next(c)
}

func (s *stage) next(c *Client) view.View {
	s.t.Helper()
	v, _, err := c.Next()
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

// until reads on to a number of launches, and returns all lines of the log that
// came on the way.
func (s *stage) until(c *Client, launches int) (log []string) {
	s.t.Helper()
	for {
		v := s.next(c)
		log = append(log, v.Log...)
		if v.Launches == launches {
			return log
		}
	}
}

// raw is a client that is no Client. It is taken in when it has had a message.
func (s *stage) raw() (*net.UnixConn, *bufio.Reader) {
	s.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(s.t.Context(), "unix", s.path)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		s.t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	if _, err := in.ReadString('\n'); err != nil {
		s.t.Fatal(err)
	}
	return conn.(*net.UnixConn), in
}

// clients waits until there are so many.
func (s *stage) clients(want int) {
	s.t.Helper()
	timeout := time.After(limit)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		s.server.mu.Lock()
		got := len(s.server.peers)
		s.server.mu.Unlock()
		if got == want {
			return
		}
		select {
		case <-tick.C:
		case <-timeout:
			s.t.Fatalf("there are %d clients, want %d", got, want)
		}
	}
}
