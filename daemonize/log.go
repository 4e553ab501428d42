package daemonize

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// logFileMode keeps the log from other users.
const logFileMode fs.FileMode = 0o640

// openLog opens the daemon's standard output and error: a regular file, made if
// it isn't there and always appended to, or a terminal or another character
// device. Root writes here, so the path itself may be no symbolic link,
// whatever directory it is in. No path is /dev/null, open both ways so that a
// write succeeds. The file may be owner's, too, who is going to write there. The
// error is a [*LogError].
func openLog(path string, owner int) (*os.File, error) {
	if path == "" {
		return os.OpenFile(os.DevNull, os.O_RDWR, 0)
	}
	// O_NONBLOCK is for a named pipe, which would block the open; the log
	// itself blocks.
	const flags = os.O_WRONLY | os.O_APPEND | os.O_CREATE | unix.O_NOFOLLOW | unix.O_NOCTTY | unix.O_NONBLOCK
	defer unix.Umask(unix.Umask(0o022))
	f, err := os.OpenFile(path, flags, logFileMode)
	if errors.Is(err, unix.ELOOP) {
		return nil, &LogError{fmt.Errorf("%s is a symbolic link: %w", path, ErrUnsafe)}
	}
	if err != nil {
		return nil, &LogError{err}
	}
	if err = safeLog(f, owner); err == nil {
		err = unix.SetNonblock(int(f.Fd()), false)
	}
	if err != nil {
		_ = f.Close()
		return nil, &LogError{err}
	}
	return f, nil
}

// safeLog says why f is nothing for root to write a log into: no file or
// character device, a hard link to another file, or somebody else's than root's,
// ours or owner's.
func safeLog(f *os.File, owner int) error {
	var stat unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &stat); err != nil {
		return err
	}
	switch kind := stat.Mode & unix.S_IFMT; {
	case kind == unix.S_IFCHR:
		return nil
	case kind != unix.S_IFREG:
		return fmt.Errorf("%s is neither a file nor a character device: %w", f.Name(), ErrUnsafe)
	case stat.Nlink > 1:
		return fmt.Errorf("%s has another name beside this one: %w", f.Name(), ErrUnsafe)
	case stat.Uid != 0 && int(stat.Uid) != os.Geteuid() && int(stat.Uid) != owner:
		return fmt.Errorf("%s belongs to another user (uid %d), chown it: %w", f.Name(), stat.Uid, ErrUnsafe)
	}
	return nil
}

// Reopen opens the log file anew, for logrotate(8), and moves standard output
// and error onto it, so that what the runtime writes when the program crashes
// follows too. No line is lost: until the moment of the move they go to the old
// file, and after an error they go on going there. Without a log file it does
// nothing.
func (d *Daemon) Reopen() error {
	if d.logFile == "" {
		return nil
	}
	f, err := openLog(d.logFile, os.Geteuid())
	if err != nil {
		return fmt.Errorf("reopen: %w", err)
	}
	defer func() { _ = f.Close() }()
	for _, std := range []int{1, 2} {
		if err := unix.Dup3(int(f.Fd()), std, 0); err != nil {
			return fmt.Errorf("reopen %s: %w", d.logFile, err)
		}
	}
	return nil
}
