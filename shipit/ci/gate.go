package ci

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// What a connection answers instead of carrying bytes. They are told apart
// from failures of the network only in tests: either way nothing was written.
var (
	// errSealed: a write that the gate refused. Nothing to do: the launch was
	// taken back, or there is none.
	errSealed = errors.New("the gate is sealed")
	// errEarly: the server spoke before it was asked, so what it says can be
	// no answer. Look at url: this may be no web server.
	errEarly = errors.New("the server spoke before it was asked")
)

// gate lets the first byte of a launch through once, or never. One launch has
// one gate, whatever number of connections it tries.
type gate struct {
	ctx, withdraw context.Context // the end of either lets nothing pass any more
	state         atomic.Int32
}

// The states of a gate.
const (
	idle    int32 = iota // nothing was written
	written              // a byte may have reached the server
	sealed               // nothing was written, and nothing will be
)

// isOpen says whether a byte could pass. A launch that was taken back before
// the call is refused, even if nobody had the time to seal the gate.
func (g *gate) isOpen() bool {
	return g.ctx.Err() == nil && g.withdraw.Err() == nil && g.state.Load() == idle
}

// pass asks to write the first byte.
func (g *gate) pass() bool { return g.isOpen() && g.state.CompareAndSwap(idle, written) }

// retract takes pass back: not a byte of the write that it allowed went out.
func (g *gate) retract() { g.state.CompareAndSwap(written, idle) }

// seal shuts the gate for good and says whether nothing was written.
func (g *gate) seal() bool {
	return g.state.CompareAndSwap(idle, sealed) || g.state.Load() == sealed
}

// cause is why the launch was ended from outside: the end of withdraw, else
// of ctx; nil if neither has ended.
func (g *gate) cause() error {
	if cause := context.Cause(g.withdraw); cause != nil && g.state.Load() == sealed {
		return cause
	}
	return context.Cause(g.ctx)
}

// conn is a connection with a gate in it, above TLS. Without a gate nothing
// can be written. One goroutine reads, one writes, any may close.
type conn struct {
	net.Conn
	gate  atomic.Pointer[gate] // set by the launch that uses the connection
	asked atomic.Bool          // the gate let a byte of ours through
	gone  chan struct{}        // closed when the connection is, by whichever side
	once  sync.Once
}

func newConn(c net.Conn) *conn { return &conn{Conn: c, gone: make(chan struct{})} }

// Write passes the gate first. If that write fails before its first byte was
// taken, the launch has still written nothing. (In TLS a part of a record may
// have left; without the rest nobody can decrypt it.)
func (c *conn) Write(p []byte) (int, error) {
	if c.asked.Load() {
		return c.Conn.Write(p)
	}
	g := c.gate.Load()
	if g == nil || !g.pass() {
		return 0, errSealed
	}
	c.asked.Store(true)
	n, err := c.Conn.Write(p)
	if n == 0 && err != nil {
		c.gate.Store(nil) // nothing more on this connection
		c.asked.Store(false)
		g.retract()
	}
	return n, err
}

// Read gives nothing that came before the request: it can't be the answer.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && !c.asked.Load() {
		return 0, errEarly
	}
	return n, err
}

// Close may be called more than once.
func (c *conn) Close() error {
	c.once.Do(func() { close(c.gone) })
	return c.Conn.Close()
}
