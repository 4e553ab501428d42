package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// demand is what we ask of a file before its content is believed.
type demand struct {
	limit   int         // bytes that it may have
	denied  fs.FileMode // permission bits that it must not have; 0: it may be anybody's
	missing flaw        // what to say if there is no such file
}

const (
	othersWrite fs.FileMode = 0o022
	othersRead  fs.FileMode = 0o004 // the group may: systemd's credentials have mode 0440
)

// configFile is what is asked of the configuration itself.
func configFile() demand {
	return demand{1 << 20, othersWrite, flaw{
		"there is no configuration",
		"run ship-it init, or copy the sample config.toml there, from share/doc/ship-it below /usr or /usr/local, and put your server and targets in",
		ErrNotConfigured,
	}}
}

// secretFile is what is asked of a password or a token.
func secretFile() demand {
	return demand{4 << 10, othersWrite | othersRead, flaw{
		"there is no such file",
		"make it, with mode 0600; a service has no other way, as sudo and service drop the variables that do as well",
		fs.ErrNotExist,
	}}
}

// authorityFile is what is asked of a certificate authority.
func authorityFile() demand {
	return demand{1 << 20, othersWrite, flaw{"there is no such file", "name the authority's certificate, a PEM file", fs.ErrNotExist}}
}

// soundFile is what is asked of a sound.
func soundFile() demand {
	return demand{16 << 20, 0, flaw{"there is no such file", "name a WAV file, or take the line out for the built-in sound", fs.ErrNotExist}}
}

// flaw is a mistake that is yet to be given its place.
type flaw struct {
	text, remedy string
	cause        error
}

// readFile returns the content of a regular file, nil if there is none to be
// had, and what is wrong with the file. A symbolic link is followed; what is
// judged is the file that was opened, so that nobody can put another in its
// place between the look and the read. It never waits: a FIFO is opened
// without its writer, and refused.
func readFile(path string, d demand) ([]byte, []flaw) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, []flaw{d.unopened(err)}
	}
	defer func() { _ = file.Close() }() // nothing was written
	info, err := file.Stat()
	if err != nil {
		return nil, []flaw{unread(err)}
	}
	if !info.Mode().IsRegular() {
		return nil, []flaw{{"is not a regular file", "name a file, no folder, pipe or device", nil}}
	}
	data, err := io.ReadAll(io.LimitReader(file, int64(d.limit)+1))
	if err != nil {
		return nil, []flaw{unread(err)}
	}
	if len(data) > d.limit {
		return nil, []flaw{{"has more than " + size(d.limit), "look whether it is the right file", nil}}
	}
	return data, d.judge(info)
}

// judge tells why a file is not to be believed by this process.
func (d demand) judge(info fs.FileInfo) []flaw {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return []flaw{unread(errors.ErrUnsupported)}
	}
	owner := int(stat.Uid)
	if owner == sudoUser() {
		owner = 0 // he is root whenever he likes
	}
	return d.distrust(info.Mode(), owner, os.Geteuid())
}

// sudoUser is who called us by sudo, or -1: at the bench the file is often his
// own. Only root's word is taken for it.
func sudoUser() int {
	uid, err := strconv.Atoi(os.Getenv("SUDO_UID"))
	if err != nil || os.Geteuid() != 0 {
		return -1
	}
	return uid
}

// distrust tells why a file of that mode and owner is not to be believed by a
// program that runs as user.
func (d demand) distrust(mode fs.FileMode, owner, user int) []flaw {
	if d.denied == 0 {
		return nil
	}
	var flaws []flaw
	if owner != 0 && owner != user {
		flaws = append(flaws, flaw{fmt.Sprintf("belongs to another user (uid %d), who could change it", owner), "chown it to root", nil})
	}
	denied := mode & d.denied
	if denied&othersWrite != 0 {
		flaws = append(flaws, flaw{fmt.Sprintf("can be written by others (mode %04o)", mode.Perm()), "chmod go-w it", nil})
	}
	if denied&othersRead != 0 {
		flaws = append(flaws, flaw{fmt.Sprintf("can be read by others (mode %04o)", mode.Perm()), "chmod 600 it, and change the secret if it was so for long", nil})
	}
	return flaws
}

// unopened says why a file couldn't be opened, and what to do.
func (d demand) unopened(err error) flaw {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return d.missing
	case errors.Is(err, fs.ErrPermission):
		return flaw{"may not be read by this user", "use sudo, or let the user's group read it", fs.ErrPermission}
	default:
		return unread(err)
	}
}

func unread(err error) flaw {
	return flaw{"can't be read: " + plain(err), "look at its path and its disk", err}
}

// plain is the text of an error without the path in it: a secret may have been
// written where its file's name belongs.
func plain(err error) string {
	if wrapped, ok := errors.AsType[*fs.PathError](err); ok {
		err = wrapped.Err
	}
	return err.Error()
}

func size(bytes int) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KiB", bytes>>10)
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}
