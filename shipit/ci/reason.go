package ci

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"syscall"

	"ship-it.example/shipit"
)

// wayError is a dial that failed. Its text is a reason.
type wayError struct {
	reason string
	err    error
}

func (e *wayError) Error() string { return e.reason }
func (e *wayError) Unwrap() error { return e.err }

// explain names why a dial failed and what to look at.
func (d *dialer) explain(err error) error {
	if reason, ok := d.certificate(err); ok {
		return &wayError{"certificate: " + reason, err}
	}
	return &wayError{"unreachable: " + d.unreachable(err), err}
}

func (d *dialer) unreachable(err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return fmt.Sprintf("no such host %s: look at url", dns.Name)
		}
		return fmt.Sprintf("no name server told the address of %s: look at the network", dns.Name)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return fmt.Sprintf("%s does not speak TLS: look at url (http? another port?)", d.addr)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" { // a TLS alert
		return fmt.Sprintf("%s refused TLS: %s: look at url and the server", d.addr, clean(op.Err.Error()))
	}
	switch {
	case timedOut(err):
		return fmt.Sprintf("%s did not answer within %s: look at url, the network and the server", d.addr, d.timeout)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("%s refused the connection: look at url and whether the server runs", d.addr)
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return fmt.Sprintf("no way to %s: look at the network", d.addr)
	case isCut(err):
		return fmt.Sprintf("%s closed the connection before anything was sent: look at url and the server", d.addr)
	default:
		return fmt.Sprintf("%s: %s: look at url and the server", d.addr, clean(err.Error()))
	}
}

// unsent is the reason of a launch of which nothing was written.
func (d *dialer) unsent(cause, err error) string {
	if way, ok := errors.AsType[*wayError](err); ok {
		return way.reason
	}
	switch {
	case errors.Is(cause, shipit.ErrStopped):
		return shipit.ErrStopped.Error()
	case cause != nil && !timedOut(cause):
		return shipit.ErrCalledOff.Error()
	case cause != nil:
		err = cause
	}
	return "unreachable: " + d.unreachable(err)
}

// unanswered is the reason of a launch that may have reached the server and
// got no whole answer.
func (c *caller) unanswered(cause, err error) string {
	const look = "look at the server before the next launch"
	switch {
	case errors.Is(cause, shipit.ErrStopped):
		return "stopped: the request was on its way: " + look
	case timedOut(cause), timedOut(err):
		return fmt.Sprintf("timed out: no answer within %s: %s", c.timeout, look)
	case cause != nil, isCut(err), isNetwork(err):
		return "cut off: the connection ended before the answer did: " + look
	default:
		return "not a build: the answer is not HTTP as we know it: look at url, and " + look
	}
}

// timedOut says whether err is the end of a time, ours or the system's.
func timedOut(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.Is(err, syscall.ETIMEDOUT)
}

// isCut says whether the other side ended the connection.
func isCut(err error) bool {
	return slices.ContainsFunc([]error{
		io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE,
	}, func(end error) bool { return errors.Is(err, end) })
}

// isNetwork says whether err is a failure of the network or of TLS, and not
// of our understanding of what came.
func isNetwork(err error) bool {
	_, ok := errors.AsType[*net.OpError](err)
	return ok
}
