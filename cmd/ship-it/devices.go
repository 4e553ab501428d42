package main

import (
	"io/fs"
	"os/user"
	"strconv"
	"syscall"

	"ship-it.example/cmd/ship-it/doctor"
)

// serviceUser is who the service runs as, where the package has made him.
const serviceUser = "ship-it"

// accountOf is a user, nil if there is none of that name.
func accountOf(name string) *doctor.Account {
	u, err := user.Lookup(name)
	if err != nil {
		return nil
	}
	ids, err := u.GroupIds()
	if err != nil {
		return nil
	}
	account := doctor.Account{Name: name}
	if account.UID, err = strconv.Atoi(u.Uid); err != nil {
		return nil
	}
	for _, id := range ids {
		if group, err := strconv.Atoi(id); err == nil {
			account.Groups = append(account.Groups, group)
		}
	}
	return &account
}

// devices is the files of all chips of a machine.
func devices(root fs.FS) []doctor.Device {
	var all []doctor.Device
	names, _ := fs.Glob(root, "dev/gpiochip*") // the pattern is right
	for _, name := range names {
		info, err := fs.Stat(root, name)
		if err != nil {
			continue
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			all = append(all, doctor.Device{Path: "/" + name, Mode: info.Mode(), UID: int(st.Uid), GID: int(st.Gid)})
		}
	}
	return all
}
