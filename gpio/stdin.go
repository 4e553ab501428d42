package gpio

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// keepStdin runs init and sees to it that descriptor 0 is afterwards what it
// was. periph's driver closes descriptor 0 for every device that is a link to
// another one; the first line claimed after that would get the number 0, which
// periph takes for "not claimed", and could not be made an input again.
func keepStdin(init func() error) error {
	if err := takeStdin(); err != nil {
		return err
	}
	saved, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return fmt.Errorf("keep descriptor 0: %w", err)
	}
	err = init()
	if back := errors.Join(unix.Dup3(saved, 0, 0), unix.Close(saved)); back != nil {
		err = errors.Join(err, fmt.Errorf("put descriptor 0 back: %w", back))
	}
	return err
}

// takeStdin opens /dev/null as descriptor 0 if that is free: open gives the
// lowest number.
func takeStdin() error {
	fd, err := unix.Open("/dev/null", unix.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open /dev/null: %w", err)
	}
	if fd != 0 {
		return unix.Close(fd)
	}
	return nil
}
