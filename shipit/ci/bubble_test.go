package ci_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// bubble is a server, a network and a Warm in a bubble of virtual time.
type bubble struct {
	tb    testing.TB
	start time.Time
	pipes *pipes
	s     *citest.Server
	tc    *ci.TeamCity
	stop  context.CancelFunc // ends the Warm
	ended chan struct{}      // closed when Warm has returned

	mu    sync.Mutex
	dials []time.Duration       // when each began
	told  []string              // what dialled got, "" for nil
	conns []*wire               // what the dials gave
	fail  func(n int) error     // why the n-th dial, from 0, fails
	wrap  func(*wire) net.Conn  // what the client gets of a connection
	wait  map[int]time.Duration // how long the n-th dial takes
}

// wire is the client's side of a connection.
type wire struct {
	net.Conn
	wrote  atomic.Int64
	closed atomic.Bool
}

func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.wrote.Add(int64(n))
	return n, err
}

func (w *wire) Close() error {
	w.closed.Store(true)
	return w.Conn.Close()
}

// newBubble starts the server; warm starts the Warm.
func newBubble(tb testing.TB) *bubble {
	tb.Helper()
	b := &bubble{tb: tb, start: time.Now(), pipes: newPipes(), ended: make(chan struct{})}
	b.fail = func(int) error { return nil }
	b.wrap = func(w *wire) net.Conn { return w }
	b.s = standIn(tb, citest.WithListener(b.pipes))
	b.tc = ci.NewTeamCity(settings(tb, b.s.URL()), bt280, ci.WithDial(b.dial))
	return b
}

func (b *bubble) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	b.mu.Lock()
	n := len(b.dials)
	b.dials = append(b.dials, time.Since(b.start))
	wait := b.wait[n]
	b.mu.Unlock()
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := b.fail(n); err != nil {
		return nil, err
	}
	c, err := b.pipes.Dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	w := &wire{Conn: c}
	b.conns = append(b.conns, w)
	return b.wrap(w), nil
}

func (b *bubble) warm() {
	ctx, stop := context.WithCancel(b.tb.Context())
	ended := b.ended
	b.stop = stop
	go func() {
		defer close(ended)
		b.tc.Warm(ctx, 0, func(err error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			text := ""
			if err != nil {
				text = err.Error()
			}
			b.told = append(b.told, text)
		})
	}()
	b.tb.Cleanup(func() {
		stop()
		<-ended
	})
}

// at goes on to that time after the start, and until all is quiet there.
func (b *bubble) at(d time.Duration) {
	<-time.After(time.Until(b.start.Add(d)))
	synctest.Wait()
}

// open lists the connections that are open, by number.
func (b *bubble) open() []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []int
	for n, w := range b.conns {
		if !w.closed.Load() {
			list = append(list, n)
		}
	}
	return list
}

func (b *bubble) wantDials(want ...time.Duration) {
	b.tb.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if diff := cmp.Diff(want, b.dials); diff != "" {
		b.tb.Errorf("dials (-want +got):\n%s", diff)
	}
}

func (b *bubble) wantTold(want ...string) {
	b.tb.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if diff := cmp.Diff(want, b.told); diff != "" {
		b.tb.Errorf("told of dials (-want +got):\n%s", diff)
	}
}

func (b *bubble) wantOpen(want ...int) {
	b.tb.Helper()
	if got := b.open(); !slices.Equal(want, got) {
		b.tb.Errorf("after %v the connections %v are open, want %v", time.Since(b.start), got, want)
	}
}

// wantStarted presses and wants a build.
func (b *bubble) wantStarted() {
	b.tb.Helper()
	if got := press(b.tb, b.tc); got.Verdict != shipit.Started {
		b.tb.Errorf("outcome %+v", got)
	}
}

const sec = time.Second

var errRefused = errors.New("refused by the test")

const refused = "unreachable: teamcity.example:80: refused by the test: look at url and the server"

// failing makes the dials from first to last fail.
func failing(first, last int) func(int) error {
	return func(n int) error {
		if n >= first && n <= last {
			return errRefused
		}
		return nil
	}
}

// pipes is a network in memory, for bubbles of synctest: its Dial is a
// DialFunc, and a stand-in listens on it.
type pipes struct {
	name   pipeAddr
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes {
	return &pipes{name: "teamcity.example", accept: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipes) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.accept <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return p.name }

// pipeAddr is the name of a server.
type pipeAddr string

func (pipeAddr) Network() string  { return "pipe" }
func (a pipeAddr) String() string { return string(a) }
