package ci_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// stamped notes when the first byte of each connection's request is there.
type stamped struct {
	net.Listener
	first chan time.Time
}

func (l stamped) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &stampedConn{Conn: c, first: l.first}, err
}

type stampedConn struct {
	net.Conn
	first chan time.Time
	once  sync.Once
}

func (c *stampedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.once.Do(func() { c.first <- time.Now() })
	}
	return n, err
}

// BenchmarkLaunchWarm prints how long the first byte of a request takes from
// the call of Launch to the stand-in, over a connection that is kept.
func BenchmarkLaunchWarm(b *testing.B) {
	cert, pool := certificate(b, citest.Certificate{RSA: true})
	for _, bm := range []struct{ name, scheme string }{{"http", "http"}, {"https-RSA2048", "https"}} {
		b.Run(bm.name, func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			if bm.scheme == "https" {
				l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}})
			}
			first := make(chan time.Time, 1)
			s := standIn(b, citest.WithListener(stamped{l, first}))
			set := settings(b, s.URL())
			set.URL.Scheme, set.CAs = bm.scheme, func() *x509.CertPool { return pool }
			tc := ci.NewTeamCity(set, bt280)
			dialled := make(chan error, 1)
			ctx, stop := context.WithCancel(b.Context())
			var warm sync.WaitGroup
			defer warm.Wait()
			defer stop()
			warm.Go(func() { tc.Warm(ctx, 0, func(err error) { dialled <- err }) })

			var took []time.Duration
			for b.Loop() {
				if err := <-dialled; err != nil {
					b.Fatal(err)
				}
				pressed := time.Now()
				if got := press(b, tc); got.Verdict != shipit.Started {
					b.Fatalf("outcome %+v", got)
				}
				took = append(took, (<-first).Sub(pressed))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}
