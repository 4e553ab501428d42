package bench_test

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"

	"ship-it.example/shipit/ci/citest"
)

// server is a stand-in that stamps the first byte of every request. It refuses
// them, so that a box is soon ready for the next.
type server struct {
	*citest.Server
	url string
}

// newServer starts one that tells seen of its requests.
func (b *bench) newServer(secure bool, seen chan<- time.Time) *server {
	b.tb.Helper()
	var l net.Listener
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.tb.Fatal(err)
	}
	scheme := "http"
	if secure {
		scheme = "https"
		l = b.wrap(l)
	}
	url := scheme + "://" + l.Addr().String()
	stand, err := citest.New(citest.WithListener(stampedListener{l, seen}))
	if err != nil {
		b.tb.Fatal(err)
	}
	b.tb.Cleanup(func() { _ = stand.Close() })
	stand.SetMode(citest.Fail(http.StatusConflict))
	return &server{stand, url}
}

// wrap puts TLS before a listener, with an RSA key of 2048 bits.
func (b *bench) wrap(l net.Listener) net.Listener {
	b.tb.Helper()
	cert, err := b.authority.Issue(citest.Certificate{RSA: true})
	if err != nil {
		b.tb.Fatal(err)
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}})
}

// stampedListener tells seen when the first byte came on each connection,
// above TLS. No program of the bench sends two requests on one.
type stampedListener struct {
	net.Listener
	seen chan<- time.Time
}

func (l stampedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &stampedConn{Conn: c, seen: l.seen}, nil
}

type stampedConn struct {
	net.Conn
	seen chan<- time.Time
	once sync.Once
}

func (c *stampedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.once.Do(func() { c.seen <- time.Now() })
	}
	return n, err
}
