package socket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// A box that has given its lines back takes its socket away at once: the
	// next one waits for it so long.
	endTime  = 500 * time.Millisecond
	lookEach = 10 * time.Millisecond

	ownerMode fs.FileMode = 0o600
	groupMode fs.FileMode = 0o660

	// maxPath is the kernel's longest name of a socket (unix(7)).
	maxPath = 107
)

// Listener is a socket with its file.
type Listener struct {
	net   *net.UnixListener
	path  string
	inode os.FileInfo // of the file
	made  bool        // its folder, too
}

// Listen makes the socket, for its owner alone. A folder that isn't there is
// made, with mode 0755. A socket that a dead process has left is replaced; for
// a living process's end it waits half a second, then that is [ErrInUse].
//
// Whoever owns the folder may put anything into it while we look, so nothing is
// followed, and what was made is touched by its descriptor only.
func Listen(ctx context.Context, path string) (*Listener, error) {
	if len(path) > maxPath {
		return nil, fmt.Errorf("socket %s: the name has more than %d bytes: %w", path, maxPath, ErrUnsafe)
	}
	made, err := makeFolder(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("folder of the socket: %w", err)
	}
	l := &Listener{path: path, made: made}
	if err = vacate(ctx, path); err == nil {
		err = l.bind(ctx)
	}
	if err != nil {
		l.leave()
		return nil, fmt.Errorf("socket %s: %w", path, err)
	}
	return l, nil
}

// makeFolder makes a folder, unless it is there, and tells whether it did.
func makeFolder(folder string) (bool, error) {
	err := os.Mkdir(folder, 0o755)
	if err == nil {
		return true, os.Chmod(folder, 0o755) // whatever the umask is
	}
	if !errors.Is(err, fs.ErrExist) {
		return false, err
	}
	info, err := os.Lstat(folder)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder: %w", folder, ErrUnsafe)
	}
	return false, err
}

// vacate makes room for a socket: it takes away what a dead process has left.
func vacate(ctx context.Context, path string) error {
	patience, cancel := context.WithTimeout(ctx, endTime)
	defer cancel()
	for {
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case info.Mode().Type() != fs.ModeSocket:
			return fmt.Errorf("something else is there: %w", ErrUnsafe)
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
		switch {
		case errors.Is(err, unix.ECONNREFUSED):
			return os.Remove(path)
		case errors.Is(err, fs.ErrPermission):
			return err
		case err == nil:
			_ = conn.Close()
		}
		select {
		case <-patience.Done():
			return cmp.Or(context.Cause(ctx), ErrInUse)
		case <-time.After(lookEach):
		}
	}
}

// bind makes the file. A socket gets the mode that its descriptor has before,
// so at no moment more than its owner may connect.
func (l *Listener) bind(ctx context.Context) error {
	control := func(_, _ string, c syscall.RawConn) error {
		var err error
		return errors.Join(c.Control(func(fd uintptr) { err = unix.Fchmod(int(fd), uint32(ownerMode)) }), err)
	}
	listener, err := (&net.ListenConfig{Control: control}).Listen(ctx, "unix", l.path)
	if err != nil {
		return err
	}
	l.net = listener.(*net.UnixListener)
	l.net.SetUnlinkOnClose(false) // it would not look at what it takes away
	if l.inode, err = os.Lstat(l.path); err == nil && !isOurs(l.inode) {
		err = ErrUnsafe
	}
	if err != nil {
		_ = l.net.Close()
	}
	return err
}

// isOurs tells whether a file is a socket of this user's.
func isOurs(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid() && info.Mode().Type() == fs.ModeSocket
}

// Share lets a group connect, too. An error, [ErrOwnerOnly], leaves the socket
// to its owner.
func (l *Listener) Share(group string) error {
	if err := l.share(group); err != nil {
		return fmt.Errorf("socket %s: group %s: %w: %w", l.path, group, err, ErrOwnerOnly)
	}
	return nil
}

func (l *Listener) share(name string) error {
	group, err := user.LookupGroup(name)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(group.Gid)
	if err != nil {
		return err
	}
	fd, err := unix.Open(l.path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	file := os.NewFile(uintptr(fd), l.path)
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err != nil || !os.SameFile(info, l.inode) {
		return errors.Join(err, ErrUnsafe)
	}
	if err := unix.Fchownat(fd, "", -1, gid, unix.AT_EMPTY_PATH); err != nil {
		return err
	}
	return os.Chmod(fmt.Sprintf("/proc/self/fd/%d", fd), groupMode) // chmod(2) has no other way to a descriptor of this kind
}

// Close ends the socket and takes its file away, unless another is in its
// place. It may be called twice, and from any goroutine. A user who may not
// remove it leaves it to the next start.
func (l *Listener) Close() error {
	err := l.net.Close()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	if there, lost := os.Lstat(l.path); lost == nil && os.SameFile(there, l.inode) {
		err = errors.Join(err, os.Remove(l.path))
	}
	l.leave()
	return err
}

// leave takes the folder away, if it was made for this socket and has nothing
// else in it.
func (l *Listener) leave() {
	if l.made {
		_ = os.Remove(filepath.Dir(l.path))
	}
}
