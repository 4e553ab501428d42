package daemonize

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// pidFileMode lets every user ask for the status. start-stop-daemon(8) refuses
// a pidfile that others can write.
const pidFileMode fs.FileMode = 0o644

// maxPid is the kernel's highest process number (PID_MAX_LIMIT in proc(5)).
const maxPid = 1 << 22

// pidFile is an open pidfile. While it is locked, no other process takes the
// path for free.
type pidFile struct {
	path string
	file *os.File
}

// openPidFile opens a regular file and nothing else. O_NONBLOCK is for a named
// pipe, which would block the open.
func openPidFile(path string, flags int) (*pidFile, error) {
	f, err := os.OpenFile(path, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY, pidFileMode)
	if errors.Is(err, unix.ELOOP) {
		return nil, fmt.Errorf("pidfile: %s is a symbolic link: %w", path, ErrUnsafe)
	}
	if err != nil {
		return nil, fmt.Errorf("pidfile: %w", err)
	}
	p := &pidFile{path: path, file: f}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		p.close()
		return nil, fmt.Errorf("pidfile: %s is not a regular file: %w", path, errors.Join(err, ErrUnsafe))
	}
	return p, nil
}

// named says whether the path still names this file. The error is
// fs.ErrNotExist if it names none.
func (p *pidFile) named() (bool, error) {
	there, err := os.Lstat(p.path)
	if err != nil {
		return false, err
	}
	here, err := p.file.Stat()
	return err == nil && os.SameFile(here, there), err
}

// write makes the pidfile say pid, and count, and says whether that was new.
// The lock comes first: readers take a ready pidfile without a number for one
// that is on its way. One write of few bytes is never seen half.
func (p *pidFile) write(pid int) (bool, error) {
	if err := p.lock(byteReady); err != nil {
		return false, fmt.Errorf("lock: %w", err)
	}
	if now, ok := p.pid(); ok && now == pid {
		return false, nil
	}
	if err := p.file.Truncate(0); err != nil {
		return false, err
	}
	_, err := p.file.WriteAt([]byte(strconv.Itoa(pid)+"\n"), 0)
	return err == nil, err
}

// pid returns the number in the file, if that is all there is in it.
func (p *pidFile) pid() (int, bool) {
	text := make([]byte, 32)
	n, err := p.file.ReadAt(text, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, false
	}
	return parsePid(string(text[:n]))
}

// parsePid reads what write writes and nothing else. 0, 1 and negative numbers,
// which kill(2) would take for a group, for everybody or for init, are no
// daemon's.
func parsePid(text string) (int, bool) {
	digits, ok := strings.CutSuffix(text, "\n")
	pid, err := strconv.Atoi(digits)
	return pid, ok && err == nil && pid > 1 && pid <= maxPid && digits == strconv.Itoa(pid)
}

// remove takes the pidfile away if the path names this one, and then lets go of
// it: in the other order another process could lock a file that is about to
// disappear. It may be called twice. No pidfile has nothing to remove.
func (p *pidFile) remove() error {
	if p == nil {
		return nil
	}
	defer p.close()
	if named, err := p.named(); err != nil || !named {
		return nil
	}
	return os.Remove(p.path)
}

func (p *pidFile) close() {
	_ = p.file.Close()
}
