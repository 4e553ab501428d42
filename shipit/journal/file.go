package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// errForeign: what is there is no plain file of ours alone. Move it away.
var errForeign = errors.New("is not a regular file with one name: move it away")

// ErrDevice is a device in the journal's place, as /dev/null is. Name a file, or
// keep no journal.
var ErrDevice = errors.New(`is a device: name a file, or keep no journal: journal = ""`)

// openFile opens a file of the journal, and makes it, with its folder, if it is
// not there. It follows no link, and waits for no pipe. What root makes belongs
// to the owner of the folder, who is the service's user.
func openFile(path string) (*os.File, error) {
	folder := filepath.Dir(path)
	switch err := os.Mkdir(folder, 0o755); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: make %s first, or give the journal another path", err, filepath.Dir(folder))
	case err != nil && !errors.Is(err, fs.ErrExist):
		return nil, err
	}
	if err := isForeign(path); err != nil {
		return nil, err
	}
	_, missing := os.Lstat(path)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY, 0o640)
	if err != nil {
		return nil, err
	}
	if err := check(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if missing != nil {
		if err := adopt(file, folder); err != nil {
			return nil, errors.Join(err, file.Close())
		}
	}
	return file, nil
}

// check refuses what is no plain file: root writes here, in a folder that may be
// another's.
func check(file *os.File) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &st); err != nil {
		return &fs.PathError{Op: "stat", Path: file.Name(), Err: err}
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG || st.Nlink > 1 {
		return fmt.Errorf("%s %w", file.Name(), errForeign)
	}
	return nil
}

// isGone tells whether a file doesn't have the name any more by which it was
// opened, so that another process could have another one locked.
func isGone(file *os.File) bool {
	var open, named unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &open); err != nil {
		return false
	}
	err := unix.Lstat(file.Name(), &named)
	return err != nil || open.Dev != named.Dev || open.Ino != named.Ino
}

// isForeign says that what is at the path is no file of ours, before anything is
// made there or beside it. An open follows no link that comes later.
func isForeign(path string) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		if info.Mode()&fs.ModeDevice != 0 {
			return fmt.Errorf("%s %w", path, ErrDevice)
		}
		return fmt.Errorf("%s %w", path, errForeign)
	}
	return nil
}

// adopt gives a new file its mode, and to the owner of its folder, and has its
// name reach the disk.
func adopt(file *os.File, folder string) error {
	dir, err := os.OpenFile(folder, os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // nothing was written
	var st unix.Stat_t
	if err := unix.Fstat(int(dir.Fd()), &st); err != nil {
		return &fs.PathError{Op: "stat", Path: folder, Err: err}
	}
	if err := file.Chmod(0o640); err != nil { // whatever the umask is
		return err
	}
	if os.Geteuid() == 0 && st.Uid != 0 {
		if err := file.Chown(int(st.Uid), int(st.Gid)); err != nil {
			return err
		}
	}
	return dir.Sync()
}

// Room that is made for what is to be written of one launch.
const (
	roomAhead = 16 << 10
	roomLine  = 8 << 10
)

// makeRoom has the disk keep room behind the end of a file, which may be closed
// meanwhile. A disk that can't is believed to have some.
func makeRoom(file *os.File, size int64) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	closed := raw.Control(func(fd uintptr) {
		err = unix.Fallocate(int(fd), unix.FALLOC_FL_KEEP_SIZE, info.Size(), size)
	})
	if closed != nil {
		return closed
	}
	if err != nil && !errors.Is(err, unix.EOPNOTSUPP) && !errors.Is(err, unix.ENOSYS) {
		return &fs.PathError{Op: "write", Path: file.Name(), Err: err}
	}
	return nil
}

// appendWhole writes a line behind what is there, or nothing of it. A line that
// was torn there is ended first.
func appendWhole(file *os.File, line []byte) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	last := []byte{'\n'}
	if size > 0 {
		if _, err := file.ReadAt(last, size-1); err != nil {
			return err
		}
	}
	if last[0] != '\n' {
		line = append([]byte{'\n'}, line...)
	}
	if _, err := file.Write(line); err != nil {
		return errors.Join(err, file.Truncate(size))
	}
	return nil
}
