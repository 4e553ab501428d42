package daemonize

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// account is who a daemon becomes: a user with his group and the other groups
// that the system has him in.
type account struct {
	uid, gid int
	groups   []int
}

// findAccount looks a user up.
func findAccount(name string) (account, error) {
	u, err := user.Lookup(name)
	if errors.As(err, new(user.UnknownUserError)) {
		return account{}, fmt.Errorf("%w: %s", ErrNoUser, name)
	}
	if err != nil {
		return account{}, fmt.Errorf("look up user %s: %w", name, err)
	}
	ids, err := u.GroupIds()
	if err != nil {
		return account{}, fmt.Errorf("look up the groups of %s: %w", name, err)
	}
	who := account{groups: make([]int, len(ids))}
	who.uid, err = strconv.Atoi(u.Uid)
	gid, bad := strconv.Atoi(u.Gid)
	who.gid = gid
	err = errors.Join(err, bad)
	for i, id := range ids {
		who.groups[i], bad = strconv.Atoi(id)
		err = errors.Join(err, bad)
	}
	return who, err
}

// Become gives up root for good: all threads become the user of that name with
// his groups, and have no capability any more. What is open stays so. Nobody
// but root can look into the process's memory afterwards, as it may have read
// what the user must not. It is for a daemon that was started with
// [Options.User], between opening what takes root and Ready; no child of it
// gets more rights by a set-user-ID program.
func Become(name string) error {
	who, err := findAccount(name)
	if err != nil {
		return err
	}
	// syscall's do it on every thread; the group goes while we still may.
	for _, step := range []func() error{
		func() error { return syscall.Setgroups(who.groups) },
		func() error { return syscall.Setresgid(who.gid, who.gid, who.gid) },
		func() error { return syscall.Setresuid(who.uid, who.uid, who.uid) },
		func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("become user %s: %w", name, err)
		}
	}
	return nil
}

// account is who the daemon is going to be; the folder of its pidfile is his
// afterwards, and that of its socket if it wasn't there.
func (o Options) account() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, fmt.Errorf("become user %s: %w", o.User, fs.ErrPermission)
	}
	who, err := findAccount(o.User)
	if err != nil {
		return account{}, err
	}
	if err := who.prepare(o.PidFile, o.Socket); err != nil {
		return account{}, err
	}
	return who, who.makeFolder(o.Socket)
}

// takes makes the files the user's own, so that he can change and reopen them.
// The log keeps its group, whose members read it; a terminal stays whose it is.
func (who account) takes(pid, log *os.File) error {
	err := pid.Chown(who.uid, who.gid)
	if info, bad := log.Stat(); bad == nil && info.Mode().IsRegular() {
		err = errors.Join(err, log.Chown(who.uid, -1))
	}
	return err
}

// makeFolder makes the folder of a socket, if there is to be one, into the
// user's, who removes the socket. One that is there stays as it is: it may be
// another's, and a socket that stays is in nobody's way.
func (who account) makeFolder(socket string) error {
	if socket == "" {
		return nil
	}
	folder := filepath.Dir(socket)
	err := os.Mkdir(folder, 0o755)
	if err == nil {
		err = os.Lchown(folder, who.uid, who.gid)
	} else if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		err = nil // the daemon itself says what is wrong there
	}
	if err != nil {
		return fmt.Errorf("folder of the socket: %w", err)
	}
	return nil
}

// prepare makes the folder of a pidfile, which may hold the socket, too, the
// user's.
func (who account) prepare(pidFile, socket string) error {
	folder := filepath.Dir(pidFile)
	mine := func(name string) bool {
		return name == filepath.Base(pidFile) || filepath.Join(folder, name) == filepath.Clean(socket)
	}
	return who.takesFolder("pidfile", folder, mine, func(string) error { return nil })
}

// ownerOf is the user that an open file belongs to, or -1.
func ownerOf(f *os.File) int {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return -1
	}
	return int(st.Uid)
}
