package daemonize

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Entrust gives a user the folder of a file that he is going to write, and the
// files in it whose names begin with that file's. A folder that isn't there is
// made; one that holds anything else stays as it is, which is an [ErrUnsafe]. It
// takes root.
func Entrust(file, name string) error {
	who, err := findAccount(name)
	if err != nil {
		return err
	}
	folder := filepath.Dir(file)
	var st unix.Stat_t
	if err := unix.Lstat(folder, &st); err == nil && int(st.Uid) != who.uid && (st.Uid != 0 || st.Mode&0o022 != 0) {
		return fmt.Errorf("file: others than root can write to %s: %w", folder, ErrUnsafe) // and put a link there
	}
	mine := func(name string) bool { return strings.HasPrefix(name, filepath.Base(file)) }
	return who.takesFolder("file", folder, mine, func(path string) error {
		return os.Lchown(path, who.uid, who.gid)
	})
}

// takesFolder makes the folder of a file into one in which the user can put the
// file back and remove it. A folder that isn't there is made, one that holds
// nothing but what is mine is given to him, once each of that was, and any other
// is an error.
func (who account) takesFolder(what, folder string, mine func(name string) bool, each func(path string) error) error {
	err := os.Mkdir(folder, 0o755)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("folder of the %s: %w", what, err)
	}
	dir, err := os.OpenFile(folder, os.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return fmt.Errorf("folder of the %s: %w", what, err)
	}
	defer func() { _ = dir.Close() }()
	if ownerOf(dir) == who.uid {
		return nil
	}
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return fmt.Errorf("folder of the %s: %w", what, err)
	}
	for _, name := range names {
		if !mine(name) {
			return fmt.Errorf("%s: user %d could not remove it from %s, where other things are, too: %w", what, who.uid, folder, ErrUnsafe)
		}
	}
	for _, name := range names {
		if err := each(filepath.Join(folder, name)); err != nil {
			return fmt.Errorf("folder of the %s: %w", what, err)
		}
	}
	if err := errors.Join(dir.Chown(who.uid, who.gid), dir.Chmod(0o755)); err != nil {
		return fmt.Errorf("folder of the %s: %w", what, err)
	}
	return nil
}
