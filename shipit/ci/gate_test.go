package ci

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

func newGate(t *testing.T) (g *gate, callOff context.CancelFunc) {
	t.Helper()
	withdraw, callOff := context.WithCancel(t.Context())
	return &gate{ctx: t.Context(), withdraw: withdraw}, callOff
}

// Of all that want to pass or to seal, one wins.
func TestGateOnce(t *testing.T) {
	t.Parallel()
	for range 500 {
		g, _ := newGate(t)
		var passed, sealed atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if g.pass() {
					passed.Add(1)
				}
			})
			wg.Go(func() {
				if g.seal() {
					sealed.Add(1)
				}
			})
		}
		wg.Wait()
		if p, s := passed.Load(), sealed.Load(); p > 1 || (p == 1) == (s > 0) {
			t.Fatalf("%d passed, %d sealed", p, s)
		}
	}
}

// Whoever ended withdraw before a write needs no other goroutine for it.
func TestGateShutsWithWithdraw(t *testing.T) {
	t.Parallel()
	g, callOff := newGate(t)
	callOff()
	if g.pass() {
		t.Error("a byte passed after the end of withdraw")
	}
}

// Of two connections with one gate, one writes.
func TestOneConnectionAGate(t *testing.T) {
	t.Parallel()
	g, _ := newGate(t)
	a, b := newConn(discard{}), newConn(discard{})
	a.gate.Store(g)
	b.gate.Store(g)
	for range 2 {
		if _, err := io.WriteString(a, "POST"); err != nil {
			t.Errorf("the first connection: %v", err)
		}
		if _, err := io.WriteString(b, "POST"); !errors.Is(err, errSealed) {
			t.Errorf("the second connection: %v, want %v", err, errSealed)
		}
	}
}

// discard takes everything and gives nothing.
type discard struct{ net.Conn }

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Without a gate nothing is written, and nothing that comes is read.
func TestNoGate(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	c := newConn(ours)
	if n, err := c.Write([]byte("x")); n != 0 || !errors.Is(err, errSealed) {
		t.Errorf("Write gave %d, %v", n, err)
	}
	go func() { _, _ = io.WriteString(theirs, "x") }()
	if n, err := c.Read(make([]byte, 9)); n != 0 || !errors.Is(err, errEarly) {
		t.Errorf("Read gave %d, %v", n, err)
	}
	_ = c.Close()
	_ = c.Close()
	<-c.gone
}
