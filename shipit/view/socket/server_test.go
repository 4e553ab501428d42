package socket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ship-it.example/shipit"
	"ship-it.example/shipit/view"
)

// TestServe: who comes sees the box at once, with the last lines of the log, and
// then every change, once.
func TestServe(t *testing.T) {
	t.Parallel()
	s := newStage(t, limit)
	for i := range 25 {
		s.log("line %d", i)
	}
	c, first := s.dial()
	if first.State != "safe" || len(first.Targets) != 2 || first.Targets[1].Name != "B" {
		t.Errorf("the first message has %+v", first)
	}
	if len(first.Log) != logLines || first.Log[0] != "line 5" || first.Log[logLines-1] != "line 24" {
		t.Errorf("the first message has the log %q", first.Log)
	}
	s.server.Changed() // and nothing has
	s.show(1)
	if v := s.next(c); v.Launches != 1 || v.Log != nil {
		t.Errorf("the second message has %d launches and the log %q", v.Launches, v.Log)
	}
	s.log("Armed \x1b[31m")
	if v := s.next(c); v.Launches != 1 || len(v.Log) != 1 || v.Log[0] != "Armed �[31m" {
		t.Errorf("the third message has the log %q", v.Log)
	}
	d, _ := s.dial()
	s.show(2)
	s.until(c, 2)
	s.until(d, 2)
}

// TestNobody: without a client nothing is looked at.
func TestNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t, limit)
	for i := range 100 {
		s.show(i)
		s.log("line %d", i)
	}
	if n := s.looks.Load(); n != 0 {
		t.Errorf("nobody is there, and the box was looked at %d times", n)
	}
	c, _ := s.dial()
	if s.looks.Load() == 0 {
		t.Error("somebody is there, and nobody looks")
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	s.clients(0)
	s.show(1000)
	select {
	case <-s.server.news:
		t.Error("the last client has gone, and there is news for it")
	default:
	}
}

// TestCrowd: a hundred clients that read nothing hold up neither the box, nor
// one that reads; what waits for them is one message each, and they are thrown
// out. The box would hang here if anything waited for a client.
func TestCrowd(t *testing.T) {
	t.Parallel()
	s := newStage(t, 500*time.Millisecond)
	c, _ := s.dial()
	for range 100 {
		s.raw()
	}
	s.clients(101)
	rounds := 0
	for tick := time.NewTicker(breath); ; <-tick.C { // until nothing fits into their buffers
		rounds++
		s.show(rounds)
		s.log("%s", strings.Repeat("x", 5*maxLine))
		s.until(c, rounds)
		s.server.mu.Lock()
		left := len(s.server.peers)
		for p := range s.server.peers {
			p.mu.Lock()
			if n := len(p.log.lines); n > waitingLines {
				t.Errorf("%d lines wait for a client", n)
			}
			p.mu.Unlock()
		}
		s.server.mu.Unlock()
		if left == 1 {
			tick.Stop()
			break
		}
	}
	t.Logf("%d messages", rounds)
}

// TestMerged: of what a client is too slow for it gets the last state, and is
// told how many lines of the log are missing.
func TestMerged(t *testing.T) {
	t.Parallel()
	p := &peer{news: make(chan struct{}, 1), log: backlog{most: waitingLines}}
	for i := range 100 {
		p.post(fmt.Appendf(nil, `{"state":"safe","launches":%d}`, i), backlog{lines: [][]byte{quote(fmt.Sprint("line ", i))}})
	}
	var lines []string
	for i := 100 - waitingLines; i < 100; i++ {
		lines = append(lines, fmt.Sprintf("%q", fmt.Sprint("line ", i)))
	}
	want := fmt.Sprintf(`{"state":"safe","launches":99,"log":["ship-it: %d log lines were lost here: they came faster than they could be read",%s]}`+"\n",
		100-waitingLines, strings.Join(lines, ","))
	if diff := cmp.Diff(want, string(p.take())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := string(p.take()); got != `{"state":"safe","launches":99}`+"\n" {
		t.Errorf("and then %s", got)
	}
}

// TestFull: one client too many is told, one that goes makes room, and the log
// says it once.
func TestFull(t *testing.T) {
	t.Parallel()
	s := newStage(t, limit)
	conn, _ := s.raw()
	for range maxPeers - 1 {
		s.raw()
	}
	for range 3 {
		c, err := Dial(t.Context(), s.path)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Next(); err == nil || err.Error() != "the box says: there are 128 clients already" {
			t.Errorf("the 129th got %v", err)
		}
		_ = c.Close()
	}
	if n, ok := s.warned.Load("Can't take a client of the socket"); !ok || n.(*atomic.Int64).Load() != 1 {
		t.Errorf("the log was not told once: %v", n)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	s.clients(maxPeers - 1)
	s.raw()
}

// TestInput: what a client sends is thrown away; too much ends it, and closing
// its own half doesn't.
func TestInput(t *testing.T) {
	t.Parallel()
	s := newStage(t, limit)
	garbage := bytes.Repeat([]byte("{\"state\":\"armed\"}\n\x00\xff"), 1000)

	conn, in := s.raw()
	if _, err := conn.Write(garbage[:maxInput/2]); err != nil {
		t.Fatal(err)
	}
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	c, _ := s.dial() // by now the other's end of input has been seen, or will be
	for i := range 3 {
		s.show(i + 1)
		s.until(c, i+1)
		if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, fmt.Sprintf(`"launches":%d`, i+1)) {
			t.Fatalf("after the end of its input a client got %q, %v", line, err)
		}
	}
	_ = conn.Close()
	s.clients(1)

	conn, in = s.raw()
	_, _ = conn.Write(garbage) // it may be cut off in the middle
	if _, err := io.Copy(io.Discard, in); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("a client that sends too much: %v", err)
	}
	s.clients(1)
	s.show(10)
	s.until(c, 10)
}

// TestPanic: a panic of ours ends the serving, so that the box ends.
func TestPanic(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sock")
	l, err := Listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = NewServer().Serve(t.Context(), l, func(context.Context) (view.View, error) { panic("tripped") }, slog.New(slog.DiscardHandler))
	if _, ok := errors.AsType[*shipit.PanicError](err); !ok {
		t.Errorf("the serving ended with %v", err)
	}
	if _, _, err := c.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("the client got %v", err)
	}
}
