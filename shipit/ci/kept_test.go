package ci_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/ci"
	"ship-it.example/shipit/ci/citest"
)

// broken is a connection that takes n bytes and then fails, though nobody who
// reads notices.
type broken struct {
	net.Conn
	n      int
	closed chan struct{}
	once   atomic.Bool
}

func newBroken(c net.Conn, n int) *broken {
	return &broken{Conn: c, n: n, closed: make(chan struct{})}
}

func (b *broken) Read([]byte) (int, error) {
	<-b.closed
	return 0, net.ErrClosed
}

func (b *broken) Write(p []byte) (int, error) {
	n := min(b.n, len(p))
	if n > 0 {
		if n, err := b.Conn.Write(p[:n]); err != nil {
			return n, err
		}
	}
	return n, &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}
}

func (b *broken) Close() error {
	if b.once.CompareAndSwap(false, true) {
		close(b.closed)
	}
	return b.Conn.Close()
}

// first lets f change the connection of the first count dials.
func first(b *bubble, count int, f func(*wire) net.Conn) {
	b.wrap = func(w *wire) net.Conn {
		if len(b.conns) <= count {
			return f(w)
		}
		return w
	}
}

// A server that hung up before the press costs a dial, and no request.
func TestKeptClosedByServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.warm()
		b.at(1 * sec)
		_ = b.conns[0].Conn.Close()
		b.wantStarted()
		if b.s.Requests() != 1 {
			t.Errorf("%d requests, want 1", b.s.Requests())
		}
	})
}

// A kept connection on which not a byte can be written is replaced once.
func TestKeptDeadUnnoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		first(b, 1, func(w *wire) net.Conn { return newBroken(w, 0) })
		b.warm()
		b.at(1 * sec)
		b.wantStarted()
		b.at(1 * sec)
		b.wantDials(0, 1*sec, 1*sec) // the last one to keep
		b.wantTold("", "", "")
		if b.s.Requests() != 1 {
			t.Errorf("%d requests, want 1", b.s.Requests())
		}
	})
}

// The replacement is not replaced, and neither is a launch's own connection.
func TestReplacedOnce(t *testing.T) {
	want := notStarted("unreachable: teamcity.example:80 closed the connection before anything was sent: look at url and the server")
	for _, warm := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b := newBubble(t)
			first(b, 9, func(w *wire) net.Conn { return newBroken(w, 0) })
			dials := []time.Duration{1 * sec}
			if warm {
				b.warm()
				dials = []time.Duration{0, 1 * sec, 1 * sec} // the last one to keep
			}
			b.at(1 * sec)
			if diff := cmp.Diff(want, press(t, b.tc)); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			b.at(1 * sec)
			b.wantDials(dials...)
			if b.s.Requests() != 0 {
				t.Error("a request arrived")
			}
		})
	}
}

// A kept connection and the one that Warm was dialling: after both the launch
// gives up.
func TestReplacedByWarmsDial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		first(b, 2, func(w *wire) net.Conn { return newBroken(w, 0) })
		b.wait = map[int]time.Duration{1: 3 * sec}
		b.warm()
		b.at(16 * sec)
		want := notStarted("unreachable: teamcity.example:80 closed the connection before anything was sent: look at url and the server")
		if diff := cmp.Diff(want, press(t, b.tc)); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
		b.at(18 * sec)
		b.wantDials(0, 15*sec, 18*sec)
	})
}

// After one byte nothing is sent again, even if the server can't have
// understood anything.
func TestCutInTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		first(b, 1, func(w *wire) net.Conn { return newBroken(w, 1) })
		b.warm()
		b.at(1 * sec)
		want := unknown("cut off: the connection ended before the answer did: " + look)
		if diff := cmp.Diff(want, press(t, b.tc)); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
		b.at(1 * sec)
		if got := b.conns[0].wrote.Load(); got != 1 {
			t.Errorf("%d bytes were written, want 1", got)
		}
		b.wantDials(0, 1*sec)
		if got := b.conns[1].wrote.Load(); got != 0 {
			t.Errorf("%d bytes were written on a second connection", got)
		}
	})
}

// swallow is half open: what is written vanishes, and nothing comes.
type swallow struct{ *broken }

func (swallow) Write(p []byte) (int, error) { return len(p), nil }

func TestHalfOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		first(b, 1, func(w *wire) net.Conn { return swallow{newBroken(w, 0)} })
		b.warm()
		b.at(1 * sec)
		want := unknown("timed out: no answer within 1m0s: " + look)
		if diff := cmp.Diff(want, press(t, b.tc)); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
		b.at(61 * sec)
		b.wantDials(0, 61*sec)
	})
}

// A write that hangs is not "nothing written": who knows what the other side
// has of it.
func TestStuckWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		first(b, 1, func(*wire) net.Conn {
			ours, theirs := net.Pipe()
			t.Cleanup(func() { _ = theirs.Close() })
			return stuck{ours}
		})
		want := unknown("timed out: no answer within 1m0s: " + look)
		if diff := cmp.Diff(want, press(t, b.tc)); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
	})
}

// stuck says at its end that a part went out.
type stuck struct{ net.Conn }

func (s stuck) Write(p []byte) (int, error) {
	_, err := s.Conn.Write(p)
	return 1, err
}

// What the server says before it was asked is no answer.
func TestEarlyAnswer(t *testing.T) {
	early := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(full), full)
	for _, text := range []string{early, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n", "220 mail.example ESMTP\r\n"} {
		synctest.Test(t, func(t *testing.T) {
			b := newBubble(t)
			first(b, 1, func(w *wire) net.Conn {
				ours, theirs := net.Pipe()
				w.Conn = ours
				go func() { _, _ = io.WriteString(theirs, text) }()
				return w
			})
			b.warm()
			b.at(1 * sec)
			b.wantOpen()
			got := press(t, b.tc)
			if got.Verdict != shipit.Started || got.Build != "1" {
				t.Errorf("outcome %+v, want build 1", got)
			}
			if b.s.Requests() != 1 {
				t.Errorf("%d requests, want 1", b.s.Requests())
			}
		})
	}
}

// An answer that takes the connection over ends with it.
func TestSwitchedConnectionIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		hungUp := make(chan struct{})
		b.s.SetMode(citest.Custom(func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: tea\r\nConnection: Upgrade\r\n\r\n")
			_, _ = io.Copy(io.Discard, c)
			close(hungUp)
		}))
		if got := press(t, b.tc); got.Verdict != shipit.Unknown {
			t.Errorf("outcome %+v", got)
		}
		<-hungUp
		b.wantOpen()
	})
}

// Without a time-out in the settings there is one all the same.
func TestDefaultTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		b.s.SetMode(citest.Silent())
		set := settings(t, b.s.URL())
		set.Timeout = 0
		want := unknown("timed out: no answer within 10s: " + look)
		if diff := cmp.Diff(want, press(t, ci.NewTeamCity(set, bt280, ci.WithDial(b.dial)))); diff != "" {
			t.Errorf("outcome (-want +got):\n%s", diff)
		}
		if took := time.Since(b.start); took != ci.DefaultTimeout {
			t.Errorf("it took %v", took)
		}
	})
}

// The launch's time holds for every part of it.
func TestTimeouts(t *testing.T) {
	const wait = "look at url, the network and the server"
	late := unknown("timed out: no answer within 1m0s: " + look)
	tests := []struct {
		name   string
		dial   time.Duration
		mode   citest.Mode
		want   shipit.Outcome
		builds int
	}{
		{"dial", time.Hour, citest.OK(), notStarted("unreachable: teamcity.example:80 did not answer within 1m0s: " + wait), 0},
		{"slow answer", 0, citest.Slow(59 * sec), shipit.Outcome{Verdict: shipit.Started, Build: "1", URL: "http://teamcity.example/viewQueued.html?itemId=1"}, 1},
		{"too slow an answer", 0, citest.Slow(61 * sec), late, 1},
		{"dial and answer together", 30 * sec, citest.Slow(31 * sec), late, 1},
		{"silence", 0, citest.Silent(), late, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t)
				b.wait = map[int]time.Duration{0: tt.dial}
				b.s.SetMode(tt.mode)
				if diff := cmp.Diff(tt.want, press(t, b.tc)); diff != "" {
					t.Errorf("outcome (-want +got):\n%s", diff)
				}
				if took := time.Since(b.start); took > time.Minute {
					t.Errorf("it took %v", took)
				}
				if b.s.Builds() != tt.builds {
					t.Errorf("%d builds, want %d", b.s.Builds(), tt.builds)
				}
			})
		})
	}
}
