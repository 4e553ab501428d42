package citest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxBody bounds the request that is read.
const maxBody = 64 << 10

// exchange is one request and its answer.
type exchange struct {
	s    *Server
	w    http.ResponseWriter
	r    *http.Request
	body string
	asks bool // about builds: it starts none
}

// serve lets the mode of the moment have the request: questions have a mode of
// their own.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.running.Add(1) // a connection taken over is no longer counted
	defer s.running.Done()
	x := &exchange{s: s, w: w, r: r, asks: s.dialect.asks(r)}
	m := s.modeOf(x.asks)
	var broken error
	if !m.unread {
		var b []byte
		b, broken = io.ReadAll(io.LimitReader(r.Body, maxBody))
		x.body = string(b)
	}
	s.record(x.asks, Request{Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: x.body})
	if broken != nil {
		x.cut() // half a body is no order
	}
	m.do(x)
}

// answer is what the server says if nothing is wrong with it. isYes: it queued a
// build, or answered a question.
func (x *exchange) answer() (answer *reply, isYes bool) {
	if x.asks {
		return x.s.dialect.answer(x), true
	}
	job, no := x.s.dialect.order(x)
	if no != nil {
		return no, false
	}
	return x.s.dialect.queued(x, x.s.add(job, x.said())), true
}

// said is all that an order says.
func (x *exchange) said() string {
	if x.body == "" {
		return x.r.URL.RawQuery
	}
	return x.body
}

func (x *exchange) accept() { x.acceptAfter(0) }

func (x *exchange) acceptAfter(d time.Duration) {
	answer, isYes := x.answer()
	if !isYes {
		answer.send(x.w)
		return
	}
	late := time.NewTimer(d)
	defer late.Stop()
	select {
	case <-late.C:
		answer.send(x.w)
	case <-x.r.Context().Done():
		x.cut()
	case <-x.s.done:
		x.cut()
	}
}

func (x *exchange) acceptUpTo(n int) {
	answer, isYes := x.answer()
	if !isYes {
		answer.send(x.w)
		return
	}
	answer.head(x.w)
	x.w.Header().Set("Content-Length", strconv.Itoa(len(answer.body)))
	x.w.WriteHeader(answer.code)
	_, _ = x.w.Write(answer.body[:min(n, len(answer.body))])
	_ = http.NewResponseController(x.w).Flush()
	x.cut()
}

// acceptThen queues a build, or answers a question for itself, and goes on as
// if it hadn't.
func (x *exchange) acceptThen(do func(*exchange)) {
	answer, isYes := x.answer()
	if !isYes {
		answer.send(x.w)
		return
	}
	do(x)
}

// acceptTwice sends the answer two times over.
func (x *exchange) acceptTwice() {
	answer, _ := x.answer()
	c, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		x.cut()
	}
	defer func() { _ = c.Close() }()
	var once bytes.Buffer
	fmt.Fprintf(&once, "HTTP/1.1 %d %s\r\nContent-Length: %d\r\n", answer.code, http.StatusText(answer.code), len(answer.body))
	if answer.media != "" {
		fmt.Fprintf(&once, "Content-Type: %s\r\n", answer.media)
	}
	if answer.to != "" {
		fmt.Fprintf(&once, "Location: %s\r\n", answer.to)
	}
	fmt.Fprintf(&once, "\r\n%s", answer.body)
	_, _ = c.Write(bytes.Repeat(once.Bytes(), 2))
}

// fail explains itself as the kind of server does.
func (x *exchange) fail(code int, why string) { x.s.dialect.refuse(code, why).send(x.w) }

// wait says nothing until the connection is closed by either side.
func (x *exchange) wait() {
	select {
	case <-x.r.Context().Done():
	case <-x.s.done:
	}
	x.cut()
}

// cut ends the connection without (more of) an answer.
func (x *exchange) cut() { panic(http.ErrAbortHandler) }
