package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// errExists: there is something of that name, and nothing is ever written over
// it. Choose another name, or move it away.
var errExists = errors.New("exists already")

// newFile writes a file that isn't there yet, with that mode whatever the umask
// is. It is there as a whole or not at all: it is written beside its place and
// moved there, over nothing and through no symbolic link. group gets it, if it
// is no -1.
func newFile(path, content string, mode fs.FileMode) error { return newFileOf(path, content, mode, -1) }

func newFileOf(path, content string, mode fs.FileMode, group int) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".ship-it-*") // 0600, and no link followed
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(temporary.Name()))
		}
	}()
	_, err = temporary.WriteString(content)
	if err == nil && group >= 0 {
		err = temporary.Chown(-1, group)
	}
	if err == nil {
		err = temporary.Chmod(mode)
	}
	if err == nil {
		err = temporary.Sync()
	}
	if err = errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	err = unix.Renameat2(unix.AT_FDCWD, temporary.Name(), unix.AT_FDCWD, path, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) { // a file system that can't: a link doesn't replace either
		if err = os.Link(temporary.Name(), path); err == nil {
			return os.Remove(temporary.Name())
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return errExists
	}
	return err
}
