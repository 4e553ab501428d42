package socket

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// maxInput is how much a client may send, all of which is thrown away: a
	// person at a terminal hits a key.
	maxInput = 4 << 10
	// sendBuffer bounds what the kernel holds for a client that doesn't read.
	sendBuffer = 16 << 10
)

// peer is a client, from the server's side. Others post what is new; what it
// is too slow for is merged, so it costs no more than one message.
type peer struct {
	conn *net.UnixConn
	news chan struct{} // has room for one

	mu   sync.Mutex
	view []byte  // the latest that was posted, as JSON
	log  backlog // what it has not got
}

func newPeer(conn *net.UnixConn) *peer {
	_ = conn.SetWriteBuffer(sendBuffer)
	return &peer{conn: conn, news: make(chan struct{}, 1), log: backlog{most: waitingLines}}
}

// post has the client get a View, as JSON, and what the log has beside it. It
// never blocks.
func (p *peer) post(view []byte, log backlog) {
	p.mu.Lock()
	p.view = view
	p.log.follow(log)
	p.mu.Unlock()
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// take is the next message.
func (p *peer) take() []byte {
	p.mu.Lock()
	view, log := p.view, p.log
	p.log = backlog{most: waitingLines}
	p.mu.Unlock()
	return log.join(view)
}

// speak writes what is posted until ctx or the connection ends, or the client
// takes too long for one message.
func (p *peer) speak(ctx context.Context, patience time.Duration) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.news:
		}
		_ = p.conn.SetWriteDeadline(time.Now().Add(patience))
		if _, err := p.conn.Write(p.take()); err != nil {
			return
		}
	}
}

// listen throws away what the client sends. It returns when the client has
// gone, or has sent more than it may. One that has closed only its own half, as
// nc does at the end of its input, still reads.
func (p *peer) listen() {
	raw, err := p.conn.SyscallConn()
	if err != nil {
		return
	}
	left := maxInput
	waste := make([]byte, 512)
	_ = raw.Read(func(fd uintptr) (gone bool) {
		for {
			n, err := unix.Read(int(fd), waste)
			left -= max(n, 0)
			switch {
			case n > 0 && left > 0, errors.Is(err, unix.EINTR):
			case errors.Is(err, unix.EAGAIN):
				return false
			case n == 0 && err == nil:
				return hungUp(fd)
			default:
				return true
			}
		}
	})
}

// hungUp tells whether both halves of a connection are closed.
func hungUp(fd uintptr) bool {
	poll := []unix.PollFd{{Fd: int32(fd)}}
	_, err := unix.Poll(poll, 0)
	return err != nil && !errors.Is(err, unix.EINTR) || poll[0].Revents&unix.POLLHUP != 0
}

// turnAway tells why the client is not taken, if that can be done at once.
func (p *peer) turnAway(why error) {
	_ = p.conn.SetWriteDeadline(time.Now().Add(acceptPause))
	text, _ := json.Marshal(refusal{Error: why.Error()}) // it has no other fields
	_, _ = p.conn.Write(append(text, '\n'))
	p.close()
}

func (p *peer) close() { _ = p.conn.Close() }
