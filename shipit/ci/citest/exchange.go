package citest

import (
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
}

// serve lets the mode of the moment have the request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.running.Add(1) // a connection taken over is no longer counted
	defer s.running.Done()
	x, m := &exchange{s: s, w: w, r: r}, s.Mode()
	if !m.unread {
		b, _ := io.ReadAll(io.LimitReader(r.Body, maxBody))
		x.body = string(b)
	}
	s.record(Request{Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone(), Body: x.body})
	m.do(x)
}

func (x *exchange) accept() { x.acceptAfter(0) }

func (x *exchange) acceptAfter(d time.Duration) {
	text := x.queue()
	if text == nil {
		return
	}
	late := time.NewTimer(d)
	defer late.Stop()
	select {
	case <-late.C:
		x.w.Header().Set("Content-Type", "application/xml;charset=UTF-8")
		_, _ = x.w.Write(text)
	case <-x.r.Context().Done():
		x.cut()
	case <-x.s.done:
		x.cut()
	}
}

func (x *exchange) acceptUpTo(n int) {
	text := x.queue()
	if text == nil {
		return
	}
	x.w.Header().Set("Content-Type", "application/xml;charset=UTF-8")
	x.w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = x.w.Write(text[:min(n, len(text))])
	_ = http.NewResponseController(x.w).Flush()
	x.cut()
}

// fail explains itself as TeamCity does where text is wanted.
func (x *exchange) fail(code int, why string) {
	x.w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
	x.w.WriteHeader(code)
	_, _ = fmt.Fprintf(x.w, "Responding with error, status code: %d (%s).\nDetails: %s\n", code, http.StatusText(code), why)
}

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
