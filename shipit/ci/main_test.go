package ci_test

import (
	"context"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// standIn starts a server that ends with the test.
func standIn(tb testing.TB, opts ...citest.Option) *citest.Server {
	tb.Helper()
	s, err := citest.New(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// settings are for the server at that address.
func settings(tb testing.TB, address string) ci.Settings {
	tb.Helper()
	u, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	return ci.Settings{URL: u, Timeout: time.Minute}
}

var bt280 = []ci.Build{{Type: "bt280"}}

// press launches target 0, with nobody to take it back.
func press(tb testing.TB, server shipit.Server) shipit.Outcome {
	tb.Helper()
	return server.Launch(tb.Context(), tb.Context(), 0)
}

// pipes is a network in memory, for bubbles of synctest: its Dial is a
// DialFunc, and a stand-in listens on it.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes {
	return &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
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

func (p *pipes) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "teamcity.example" }
