package ci

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ship-it.example/shipit"
)

// idleFor is how long the connection of a question is kept for the next one.
// It is never a launch's.
const idleFor = time.Minute

// question is what is asked of a server. It starts nothing there.
type question struct {
	method string // empty: GET
	url    *url.URL
	header http.Header // beside Accept: application/json; may be nil
	body   string
	acts   bool // it does something there, and so doesn't wait for a server that wants to be asked nothing
}

// reply is what the server said to a question, read to its end.
type reply struct {
	*answer
	text []byte
}

// newAsks makes the connections for questions. They are kept apart from a
// launch's, may be used again and follow no redirect.
func newAsks(d *dialer) *http.Transport {
	open := func(ctx context.Context, _, _ string) (net.Conn, error) {
		limited, stop := context.WithTimeout(ctx, d.timeout)
		defer stop()
		c, err := d.connect(limited)
		if err != nil {
			return nil, d.explain(err)
		}
		return c, nil
	}
	return &http.Transport{
		DialContext: open, DialTLSContext: open, DisableCompression: true,
		MaxIdleConnsPerHost: 2, IdleConnTimeout: idleFor, MaxResponseHeaderBytes: maxHeader,
	}
}

// close ends what is kept for questions. A launch's connection is Warm's.
func (c *caller) close() { c.asks.CloseIdleConnections() }

// ask asks a question and waits for the whole answer, whatever its status. Its
// error is ctx's own, or a *shipit.AskError; beside it is what came of the
// answer, if that began.
func (c *caller) ask(ctx context.Context, q question) (*reply, error) {
	if err := c.hush.error(time.Now()); err != nil && !q.acts {
		return nil, err
	}
	limited, stop := context.WithTimeout(ctx, c.timeout)
	defer stop()
	resp, err := c.asks.RoundTrip(c.asked(limited, q))
	if err != nil {
		return nil, c.unasked(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	resp.Body = io.NopCloser(bytes.NewReader(text))
	r := &reply{newAnswer(c, nil, resp), text}
	if !r.isOK() {
		c.hush.wish(time.Now(), again(r.header, r.date()), r.status)
	}
	switch {
	case err != nil:
		return r, c.unasked(ctx, err)
	case len(text) > maxAnswer:
		return r, &shipit.AskError{Reason: "not a build: the answer has more than 1 MiB: look at url", Lasting: true}
	}
	return r, nil
}

// asked makes the request of a question.
func (c *caller) asked(ctx context.Context, q question) *http.Request {
	r := &http.Request{
		Method: q.method, URL: q.url, Header: q.header.Clone(),
		Body: io.NopCloser(strings.NewReader(q.body)), ContentLength: int64(len(q.body)),
	}
	if q.body == "" {
		r.Body = nil
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", "application/json")
	}
	r.Header.Set("User-Agent", c.agent)
	c.authorise(r)
	return r.WithContext(ctx)
}

// unasked says why a question got no answer. The asker's own end is no fault of
// the server's.
func (c *caller) unasked(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !timedOut(cause) {
		return cause
	}
	reason := "not a build: the answer is not HTTP as we know it: look at url"
	way, unreached := errors.AsType[*wayError](err)
	switch {
	case unreached:
		reason = way.reason
	case timedOut(err), ctx.Err() != nil:
		reason = fmt.Sprintf("timed out: no answer within %s: look at the network and the server", c.timeout)
	case isCut(err), isNetwork(err):
		reason = "cut off: the connection ended before the answer did: look at the network and the server"
	}
	return &shipit.AskError{Reason: reason, NoWay: unreached}
}

// isOK says whether the server did what it was asked.
func (r *reply) isOK() bool { return r.status/100 == 2 }

// into reads a JSON answer that is a 2xx; look names the settings to look at if
// the server refused.
func (r *reply) into(v any, look string) error {
	if !r.isOK() {
		return r.trouble(look)
	}
	if err := json.Unmarshal(r.text, v); err != nil {
		return &shipit.AskError{Reason: fmt.Sprintf("not a build (%d, no JSON as we know it): look at url", r.status), Lasting: true}
	}
	return nil
}

// names reads a JSON answer that has to give what was asked for a name, so that
// somebody else's page isn't taken for it.
func (r *reply) names(v any, name *string, look string) error {
	if err := r.into(v, look); err != nil {
		return err
	}
	if *name == "" {
		return lasting("not a build (%d, no JSON as we know it): look at url", r.status)
	}
	return nil
}

// trouble is the error of an answer that is no 2xx.
func (r *reply) trouble(look string) error {
	e := &shipit.AskError{Reason: r.reason(r.said(), look)}
	e.Again = again(r.header, r.date())
	switch {
	case r.isLimited(), r.status >= 500, r.status == http.StatusRequestTimeout, r.status == http.StatusConflict:
	default:
		e.Lasting = true
	}
	return e
}
