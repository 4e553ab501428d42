package ci_test

import (
	"context"
	"crypto/x509"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// Each row is a launch that is ended from outside a second after the press.
func TestEnds(t *testing.T) {
	const onItsWay = "stopped: the request was on its way: " + look
	tests := []struct {
		name     string
		dial     time.Duration // how long the launch dials
		withdraw error         // the cause of withdraw's end; nil: it doesn't end
		stop     error         // that of ctx's
		mode     citest.Mode
		want     shipit.Outcome
		requests int
	}{
		{"called off while dialling", 3 * sec, shipit.ErrCalledOff, nil, citest.OK(), notStarted("called off"), 0},
		{"called off without a cause", 3 * sec, context.Canceled, nil, citest.OK(), notStarted("called off"), 0},
		{"withdrawn by a stop", 3 * sec, shipit.ErrStopped, nil, citest.OK(), notStarted("stopped"), 0},
		{"stopped while dialling", 3 * sec, nil, shipit.ErrStopped, citest.OK(), notStarted("stopped"), 0},
		{"both while dialling", 3 * sec, shipit.ErrCalledOff, shipit.ErrStopped, citest.OK(), notStarted("called off"), 0},
		{
			"called off too late", 0, shipit.ErrCalledOff, nil, citest.Slow(2 * sec),
			shipit.Outcome{Verdict: shipit.Started, Build: "1", URL: "http://teamcity.example/viewQueued.html?itemId=1"},
			1,
		},
		{"stopped without an answer", 0, nil, shipit.ErrStopped, citest.Silent(), unknown(onItsWay), 1},
		{"both without an answer", 0, shipit.ErrCalledOff, shipit.ErrStopped, citest.Silent(), unknown(onItsWay), 1},
		{"abandoned", 0, nil, context.Canceled, citest.Silent(), unknown("cut off: the connection ended before the answer did: " + look), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t)
				b.wait = map[int]time.Duration{0: tt.dial}
				b.s.SetMode(tt.mode)
				ctx, stop := context.WithCancelCause(t.Context())
				withdraw, callOff := context.WithCancelCause(t.Context())
				time.AfterFunc(sec, func() {
					if tt.withdraw != nil {
						callOff(tt.withdraw)
					}
					synctest.Wait()
					if tt.stop != nil {
						stop(tt.stop)
					}
				})
				if diff := cmp.Diff(tt.want, b.tc.Launch(ctx, withdraw, 0, "L1")); diff != "" {
					t.Errorf("outcome (-want +got):\n%s", diff)
				}
				if tt.want.Verdict != shipit.Started && time.Since(b.start) != sec {
					t.Errorf("it took %v, want 1s", time.Since(b.start))
				}
				b.at(5 * sec)
				if b.s.Requests() != tt.requests {
					t.Errorf("%d requests, want %d", b.s.Requests(), tt.requests)
				}
				b.wantOpen()
			})
		})
	}
}

// What ended before the press sends nothing, kept connection or not.
func TestEndedBefore(t *testing.T) {
	for _, warm := range []bool{false, true} {
		for _, cause := range []error{shipit.ErrCalledOff, shipit.ErrStopped} {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t)
				if warm {
					b.warm()
				}
				b.at(1 * sec)
				over, end := context.WithCancelCause(t.Context())
				end(cause)
				for _, got := range []shipit.Outcome{
					b.tc.Launch(t.Context(), over, 0, "L1"), b.tc.Launch(over, over, 0, "L1"),
				} {
					if diff := cmp.Diff(notStarted(cause.Error()), got); diff != "" {
						t.Errorf("outcome (-want +got):\n%s", diff)
					}
				}
				b.at(2 * sec)
				if b.s.Requests() != 0 {
					t.Errorf("%d requests arrived", b.s.Requests())
				}
			})
		}
	}
}

// The end of withdraw while a launch waits for Warm's dial ends the launch.
func TestCalledOffBehindWarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.wait = map[int]time.Duration{0: 3 * sec}
		b.warm()
		b.at(1 * sec)
		withdraw, callOff := context.WithCancelCause(t.Context())
		time.AfterFunc(sec, func() { callOff(shipit.ErrCalledOff) })
		if diff := cmp.Diff(notStarted("called off"), b.tc.Launch(t.Context(), withdraw, 0, "L1")); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
		b.at(4 * sec)
		b.wantDials(0) // Warm's dial went on
		b.wantOpen(0)
	})
}

// drained is a listener that knows when the server is done with every
// connection, and so with everything that was sent to it.
type drained struct {
	net.Listener
	open sync.WaitGroup
}

func (d *drained) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err == nil {
		d.open.Add(1)
		c = &drainedConn{Conn: c, done: sync.OnceFunc(d.open.Done)}
	}
	return c, err
}

type drainedConn struct {
	net.Conn
	done func()
}

func (c *drainedConn) Close() error {
	defer c.done()
	return c.Conn.Close()
}

// However the end of withdraw races with the write: the server got a request
// if and only if the outcome isn't "called off".
func TestWithdrawRace(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t, citest.Certificate{})
	for _, tt := range []struct {
		name string
		opts []citest.Option
	}{
		{"http", nil},
		{"https", []citest.Option{citest.WithTLS(cert)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tcp, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			l := &drained{Listener: tcp}
			s := standIn(t, append(tt.opts, citest.WithListener(l))...)
			set := settings(t, s.URL())
			set.CAs = func() *x509.CertPool { return pool }
			tc := ci.NewTeamCity(set, bt280)
			sent := 0
			const rounds = 300
			for n := range rounds {
				switch got := race(t, tc, n%2 == 0); {
				case got.Verdict == shipit.Started:
					sent++
				case cmp.Equal(got, notStarted("called off")):
				default:
					t.Errorf("outcome %+v", got)
				}
			}
			if got := press(t, tc); got.Verdict == shipit.Started {
				sent++ // connections are accepted in turn: all others have been
			}
			l.open.Wait()
			if s.Requests() != sent {
				t.Errorf("%d requests arrived, want %d", s.Requests(), sent)
			}
			t.Logf("%d sent, %d called off", sent, rounds+1-sent)
		})
	}
}

// race launches, with a kept connection or without, and calls the launch off
// at some moment.
func race(t *testing.T, tc *ci.TeamCity, kept bool) shipit.Outcome {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var others sync.WaitGroup
	defer others.Wait()
	defer stop()
	if kept {
		dialled := make(chan error, 9)
		others.Go(func() { tc.Warm(ctx, 0, func(err error) { dialled <- err }) })
		if err := <-dialled; err != nil {
			t.Fatal(err)
		}
	}
	withdraw, callOff := context.WithCancelCause(t.Context())
	spin := rand.IntN(60)
	others.Go(func() {
		for range spin {
			runtime.Gosched()
		}
		callOff(shipit.ErrCalledOff)
	})
	return tc.Launch(t.Context(), withdraw, 0, "L1")
}
