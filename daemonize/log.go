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
// write succeeds.
func openLog(path string) (*os.File, error) {
	if path == "" {
		return os.OpenFile(os.DevNull, os.O_RDWR, 0)
	}
	// O_NONBLOCK is for a named pipe, which would block the open; the log
	// itself blocks.
	const flags = os.O_WRONLY | os.O_APPEND | os.O_CREATE | unix.O_NOFOLLOW | unix.O_NOCTTY | unix.O_NONBLOCK
	defer unix.Umask(unix.Umask(0o022))
	f, err := os.OpenFile(path, flags, logFileMode)
	if errors.Is(err, unix.ELOOP) {
		return nil, fmt.Errorf("log file: %s is a symbolic link: %w", path, ErrUnsafe)
	}
	if err != nil {
		return nil, fmt.Errorf("log file: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() && info.Mode()&fs.ModeCharDevice == 0 {
		err = fmt.Errorf("%s is neither a file nor a character device: %w", path, ErrUnsafe)
	}
	if err == nil {
		err = unix.SetNonblock(int(f.Fd()), false)
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("log file: %w", err)
	}
	return f, nil
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
	f, err := openLog(d.logFile)
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
