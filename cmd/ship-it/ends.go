package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"ship-it.example/shipit"
)

// errClosedPipe: whoever read our log is gone. Start again, and with -d if the
// box is to outlive the terminal.
var errClosedPipe = errors.New("the log's pipe or terminal was closed")

// signalEnd is the end by a signal, as the cause of a context. TERM, INT and
// HUP are how a program is asked to end; QUIT asks for a trace, too.
type signalEnd struct {
	Signal syscall.Signal
	Trace  []byte // of all goroutines, for QUIT
}

// Error has the original's words.
func (e *signalEnd) Error() string { return fmt.Sprintf("received signal %d, exiting...", e.Signal) }

// asked tells whether err is an ordinary end: the exit code is 0.
func asked(err error) bool {
	end, ok := errors.AsType[*signalEnd](err)
	return ok && end.Trace == nil
}

// ends is how the program is ended from outside.
type ends struct {
	ctx     context.Context
	end     context.CancelCauseFunc
	late    chan error // has the first panic that came when the end had begun
	reopen  func()     // what HUP does in a daemon; nil in the foreground
	signals chan os.Signal
}

// listen makes a context that ends with the first signal that ends the
// program, with a *signalEnd as its cause. A daemon or service gives reopen: HUP
// calls it instead. In the foreground HUP ends the program, but does nothing
// under nohup, which has it ignored.
//
// PIPE is caught for good, so that a write to a closed pipe fails instead of
// ending the process, the last words' too, and dropped: it comes for every pipe
// and socket, a sound player's as well as the log's, and the log's tells by the
// error of its write. TSTP is
// caught and dropped, since a box that is stopped would hold its lines and
// answer no press.
//
// Later signals are ignored: the lines are being given back, and what is left
// takes 2 s at most. The ends' close gives the other signals back.
func listen(parent context.Context, reopen func()) (context.Context, *ends) {
	ctx, end := context.WithCancelCause(parent)
	e := &ends{ctx: ctx, end: end, late: make(chan error, 1), reopen: reopen, signals: make(chan os.Signal, 8)}
	wanted := []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTSTP}
	if reopen != nil || !signal.Ignored(syscall.SIGHUP) {
		wanted = append(wanted, syscall.SIGHUP)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	signal.Notify(e.signals, wanted...)
	go e.run()
	return ctx, e
}

// run is serve at the bottom of its goroutine.
func (e *ends) run() {
	if err := shipit.Guard(e.serve); err != nil {
		e.fail(err)
	}
}

// fail ends the program with a fault, from any goroutine. A panic that comes
// when the end has begun is kept for its last words.
func (e *ends) fail(err error) {
	e.end(err)
	if !isPanic(err) || errors.Is(context.Cause(e.ctx), err) {
		return
	}
	select {
	case e.late <- err:
	default: // the first one is enough
	}
}

// serve takes signals until close.
func (e *ends) serve() error {
	for sig := range e.signals {
		switch sig := sig.(syscall.Signal); {
		case sig == syscall.SIGHUP && e.reopen != nil:
			e.reopen()
		case sig == syscall.SIGTSTP:
		case sig == syscall.SIGQUIT:
			e.end(&signalEnd{sig, traces()})
		default:
			e.end(&signalEnd{Signal: sig})
		}
	}
	return nil
}

// close ends the context, if nothing else did, and takes no more signals.
func (e *ends) close() {
	signal.Stop(e.signals)
	close(e.signals)
	e.end(nil)
}

// traces is the trace of every goroutine, as the runtime prints it at QUIT.
func traces() []byte {
	buf := make([]byte, 1<<20)
	return buf[:runtime.Stack(buf, true)]
}
