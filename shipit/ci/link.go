package ci

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"
)

// maxHeader bounds the header of an answer, all 1xx answers before it included.
const maxHeader = 64 << 10

// link is an open connection to the server, for at most one request.
type link struct {
	conn *conn
	http *http.ClientConn
}

// roundTrip sends r through the gate and waits for the header of the answer.
// It ends with r's context.
func (l *link) roundTrip(g *gate, r *http.Request) (*http.Response, error) {
	l.conn.gate.Store(g)
	return l.http.RoundTrip(r)
}

// gone is closed when the connection is no longer usable.
func (l *link) gone() <-chan struct{} { return l.conn.gone }

func (l *link) isGone() bool {
	select {
	case <-l.conn.gone:
		return true
	default:
		return false
	}
}

// close ends the connection, unless an answer 101 made it a part of that
// answer's body, which is then to be closed.
func (l *link) close() { _ = l.http.Close() }

// DialFunc opens a connection as [net.Dialer.DialContext] does.
type DialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// dialer opens links to one server.
type dialer struct {
	dial    DialFunc
	secure  bool
	addr    string // host:port
	tls     func() *tls.Config
	timeout time.Duration
	doubt   func(now time.Time) bool
}

func newDialer(s Settings) *dialer {
	return &dialer{
		dial:    new(net.Dialer).DialContext,
		secure:  s.secure(),
		addr:    s.hostPort(),
		tls:     sync.OnceValue(s.tls),
		timeout: s.Timeout,
		doubt:   func(time.Time) bool { return false },
	}
}

// tls is how TLS is spoken with the server. It reads the authorities.
func (s Settings) tls() *tls.Config {
	c := &tls.Config{
		ServerName: s.URL.Hostname(),
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
	}
	if s.CAs != nil {
		c.RootCAs = s.CAs()
		return c
	}
	if pool, err := Authorities(); err == nil { // else the handshake says what is missing
		c.RootCAs = pool
	}
	return c
}

// open connects, TLS included, and sends nothing above it. It ends with ctx,
// then giving its cause, and after the time-out; every other error is a
// *wayError.
func (d *dialer) open(ctx context.Context) (*link, error) {
	if d.secure {
		d.tls() // once takes a slow board long, and that is no time of the server's
	}
	limited, stop := context.WithTimeout(ctx, d.timeout)
	defer stop()
	c, err := d.connect(limited)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && !timedOut(cause) {
			return nil, cause
		}
		return nil, d.explain(err)
	}
	l := &link{conn: newConn(c)}
	if l.http, err = l.client(ctx, d.addr); err != nil {
		_ = c.Close()
		return nil, d.explain(err)
	}
	return l, nil
}

// connect gives a connection on which HTTP can be spoken.
func (d *dialer) connect(ctx context.Context) (net.Conn, error) {
	c, err := d.dial(ctx, "tcp", d.addr)
	if err != nil || !d.secure {
		return c, err
	}
	t := tls.Client(c, d.tls())
	if err := t.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return t, nil
}

// client puts HTTP/1.1 on the connection. Its transport serves this one
// connection and is used for nothing else; a [http.ClientConn] never sends a
// request again. The scheme is "http" because TLS, if any, is below us.
func (l *link) client(ctx context.Context, addr string) (*http.ClientConn, error) {
	one := func(context.Context, string, string) (net.Conn, error) { return l.conn, nil }
	t := &http.Transport{DialContext: one, DisableCompression: true, MaxResponseHeaderBytes: maxHeader}
	return t.NewClientConn(ctx, "http", addr)
}
