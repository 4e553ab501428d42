package daemonize

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// starter is who started the daemon and hears how it fares. It hears of ready
// or of failed, once; close lets it go.
type starter interface {
	ready() error
	failed(code int, text string) error
	ending() error
	close()
}

// readyPipe is the caller's Start, at the other end of the ready pipe.
type readyPipe struct{ file *os.File }

func (p readyPipe) ready() error                       { return p.tell(readyMessage) }
func (p readyPipe) failed(code int, text string) error { return p.tell(exitMessage(code, text)) }
func (p readyPipe) ending() error                      { return nil }
func (p readyPipe) close()                             { _ = p.file.Close() }

// tell sends the caller its one message. A write to a caller that died gives
// EPIPE and no signal: Go keeps SIGPIPE for the descriptors 1 and 2.
func (p readyPipe) tell(message string) error {
	_, err := p.file.WriteString(message)
	err = errors.Join(err, p.file.Close())
	if errors.Is(err, unix.EPIPE) {
		return nil
	}
	return err
}
