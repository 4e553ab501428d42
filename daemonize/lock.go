package daemonize

import (
	"io"

	"golang.org/x/sys/unix"
)

// The bytes of a pidfile that are locked. They tell a reader what the process
// does, and nobody has to write it down or clean it up.
const (
	byteAlive = 0 // held from the claim to the end of the process
	byteReady = 1 // held while the number in the file counts

	// held from the claim on by a process that a service manager has started
	byteManaged = 2
)

// The locks are open-file-description locks (fcntl_locking(2)). Like flock(2)
// ones they belong to the open file, so they pass through exec to the daemon
// and last until the last descriptor is closed. Unlike those they can be asked
// about without being taken, by any user who can read the file, so that a
// status can't make a start fail; and they cover bytes.

// lock takes b. Held by another open file it fails with EAGAIN.
func (p *pidFile) lock(b int64) error {
	return p.setLock(b, unix.F_WRLCK)
}

// unlock gives b back. byteAlive never is: the file is removed or the process
// ends. No pidfile has no lock.
func (p *pidFile) unlock(b int64) error {
	if p == nil {
		return nil
	}
	return p.setLock(b, unix.F_UNLCK)
}

func (p *pidFile) setLock(b int64, kind int16) error {
	l := unix.Flock_t{Type: kind, Whence: io.SeekStart, Start: b, Len: 1}
	return unix.FcntlFlock(p.file.Fd(), unix.F_OFD_SETLK, &l)
}

// locked says whether another open file holds b.
func (p *pidFile) locked(b int64) (bool, error) {
	l := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: b, Len: 1}
	err := unix.FcntlFlock(p.file.Fd(), unix.F_OFD_GETLK, &l)
	return l.Type != unix.F_UNLCK, err
}
