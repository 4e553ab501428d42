package ci_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// fault is what befalls one exchange between the box and a server.
type fault struct {
	name string

	refuse bool          // the connection can't be opened
	open   time.Duration // how long that takes
	stale  bool          // a connection that is kept is cut before anything is written

	cut   where // in the request, or behind it
	after int   // this many bytes of the answer come, then it is cut; 0: all of it
	hold  time.Duration
	late  time.Duration // the same before the answer
	twice bool          // the answer comes two times over
}

// where a request is cut.
type where int

const (
	nowhere where = iota
	beforeHeaders
	inHeaders
	afterHeaders
	inBody
	afterBody
)

// wireFaults is the catalogue: what can go wrong on the way.
func wireFaults(r *rand.Rand) []fault {
	some := func() time.Duration { return time.Duration(r.Int64N(int64(14 * time.Second))) } // around the time-out of 10 s
	return []fault{
		{name: "none"},
		{name: "refused", refuse: true},
		{name: "slow to open", open: some()},
		{name: "kept one is dead", stale: true},
		{name: "cut before the headers", cut: beforeHeaders},
		{name: "cut in the headers", cut: inHeaders},
		{name: "cut after the headers", cut: afterHeaders},
		{name: "cut in the body", cut: inBody},
		{name: "cut after the body", cut: afterBody},
		{name: "cut after the answer's first byte", after: 1},
		{name: "cut in the answer", after: 2 + r.IntN(400)},
		{name: "request delayed", hold: some()},
		{name: "answer delayed", late: some()},
		{name: "answer duplicated", twice: true},
	}
}

// injector is a network to servers by name, on which faults befall launches, as
// they are told, and questions, at random.
type injector struct {
	mu      sync.Mutex
	rand    *rand.Rand
	servers map[string]*pipes
	launch  fault // of the next request that starts something
	conns   map[*faulty]bool
}

func newInjector(seed uint64) *injector {
	return &injector{rand: rand.New(rand.NewPCG(seed, 2)), servers: map[string]*pipes{}, conns: map[*faulty]bool{}}
}

// listen makes a server's end.
func (in *injector) listen(name string) *pipes {
	p := newPipes()
	p.name = pipeAddr(name)
	in.servers[name+":80"] = p
	return p
}

// befall sets the fault of the next launch.
func (in *injector) befall(f fault) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.launch = f
	for c := range in.conns {
		if f.stale && c.isFresh() {
			_ = c.Conn.Close()
		}
	}
}

// Dial opens a connection.
func (in *injector) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	in.mu.Lock()
	f := in.launch
	in.mu.Unlock()
	select {
	case <-time.After(f.open):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if f.refuse {
		return nil, errRefused
	}
	c, err := in.servers[addr].Dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	conn := &faulty{Conn: c, in: in, closed: make(chan struct{})}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.conns[conn] = true
	return conn, nil
}

// choose gives the request that begins so its fault.
func (in *injector) choose(request []byte) fault {
	in.mu.Lock()
	defer in.mu.Unlock()
	if bytes.HasPrefix(request, []byte("POST ")) {
		return in.launch
	}
	if in.rand.IntN(8) > 0 {
		return fault{name: "none"}
	}
	all := wireFaults(in.rand)
	return all[in.rand.IntN(len(all))]
}

// faulty is the box's end of a connection.
type faulty struct {
	net.Conn
	in     *injector
	closed chan struct{}
	once   sync.Once

	mu       sync.Mutex
	fault    fault
	limit    int // of what is written; -1: none
	wrote    int
	read     int
	answer   []byte // to come again
	isCut    bool
	begun    bool
	answered bool // the first byte of the answer has come
}

func (c *faulty) isFresh() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.begun
}

// Close forgets the connection.
func (c *faulty) Close() error {
	c.once.Do(func() {
		close(c.closed)
		c.in.mu.Lock()
		delete(c.in.conns, c)
		c.in.mu.Unlock()
	})
	return c.Conn.Close()
}

// rest waits, or ends with the connection.
func (c *faulty) rest(d time.Duration) {
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-c.closed:
		}
	}
}

var errCut = errors.New("connection reset by the test")

// begin chooses the fault of a request, whose header is all in its first write.
func (c *faulty) begin(p []byte) {
	f := c.in.choose(p)
	head, _, _ := bytes.Cut(p, []byte("\r\n\r\n"))
	h, body := len(head)+4, 0
	if m := regexp.MustCompile(`(?i)\r\nContent-Length: (\d+)`).FindSubmatch(head); m != nil {
		body, _ = strconv.Atoi(string(m[1]))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun, c.fault, c.wrote, c.read, c.answered, c.answer = true, f, 0, 0, false, nil
	c.limit = map[where]int{
		nowhere: -1, beforeHeaders: 0, inHeaders: 1 + h/2, afterHeaders: h, inBody: h + body/2, afterBody: h + body,
	}[f.cut]
}

// Write lets through what the fault does.
func (c *faulty) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("POST ")) || bytes.HasPrefix(p, []byte("GET ")) {
		c.begin(p)
	}
	c.mu.Lock()
	f, most := c.fault, len(p)
	if c.limit >= 0 {
		most = min(most, c.limit-c.wrote)
	}
	first := c.wrote == 0
	c.mu.Unlock()
	if first {
		c.rest(f.hold)
	}
	n := 0
	var err error
	if most > 0 {
		n, err = c.Conn.Write(p[:most])
	}
	c.mu.Lock()
	c.wrote += n
	over := err == nil && c.limit >= 0 && c.wrote >= c.limit
	c.isCut = c.isCut || over
	c.mu.Unlock()
	if over {
		_ = c.Conn.Close()
		if n < len(p) {
			err = errCut
		}
	}
	return n, err
}

// Read gives of the answer what the fault lets through, late or twice.
func (c *faulty) Read(p []byte) (int, error) {
	c.mu.Lock()
	if len(c.answer) > 0 {
		n := copy(p, c.answer)
		c.answer = c.answer[n:]
		c.mu.Unlock()
		return n, nil
	}
	c.mu.Unlock()
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	f, first := c.fault, !c.answered
	c.answered = c.answered || n > 0
	c.mu.Unlock()
	if first && n > 0 {
		c.rest(f.late)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.twice {
		c.answer = append(c.answer, p[:n]...)
	}
	if f.after > 0 && c.read+n >= f.after {
		n = max(f.after-c.read, 0)
		c.isCut = true
		_ = c.Conn.Close()
	}
	c.read += n
	if c.isCut && n == 0 {
		return 0, io.EOF
	}
	return n, err
}
