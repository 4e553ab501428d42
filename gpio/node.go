package gpio

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"unsafe"

	"golang.org/x/sys/unix"
)

// asker answers questions about a chip that change nothing. periph asks them
// too, but once, when its driver starts: owners, and whether the chip is still
// there, have to be asked anew. And it claims inputs with what periph leaves
// out.
type asker interface {
	chip() (chipInfo, error)
	line(pin int) (Line, error)
	edges(inputs []Input) (EdgeLines, error) // see Chip.ClaimEdges
	close()
}

// chipInfo is what a chip says of itself.
type chipInfo struct {
	name  string // the kernel's: "gpiochip0"
	label string // the driver's: "pinctrl-bcm2711"; never empty
	lines int
}

// node is an open device of a GPIO chip. Once the chip is gone every question
// fails, though the device may still be there.
type node struct{ fd int }

// openNode opens a device just to ask. A path that is no device at all does
// not block it, and does not give us a terminal.
func openNode(path string) (asker, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return &node{fd: fd}, nil
}

func (n *node) close() { _ = unix.Close(n.fd) }

// chip asks for the chip's name, label and number of lines.
func (n *node) chip() (chipInfo, error) {
	var info unix.GPIOChipInfo
	if err := n.ioctl(unix.GPIO_GET_CHIPINFO_IOCTL, unsafe.Pointer(&info)); err != nil {
		return chipInfo{}, fmt.Errorf("ask about the chip: %w", err)
	}
	about := chipInfo{name: text(info.Name[:]), label: text(info.Label[:]), lines: int(info.Lines)}
	if about.label == "" {
		about.label = about.name
	}
	return about, nil
}

// The kernel's flags of a line, from include/uapi/linux/gpio.h.
const (
	flagUsed   = 1 << 0 // GPIO_V2_LINE_FLAG_USED
	flagOutput = 1 << 3 // GPIO_V2_LINE_FLAG_OUTPUT
)

// line asks for a line's name and owner. The question belongs to version 2 of
// the device, so an old kernel does not know it: [ErrOldKernel].
func (n *node) line(pin int) (Line, error) {
	info := unix.GPIOV2LineInfo{Offset: uint32(pin)}
	err := n.ioctl(unix.GPIO_V2_GET_LINEINFO_IOCTL, unsafe.Pointer(&info))
	switch {
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOTTY):
		return Line{}, fmt.Errorf("%w: %w", ErrOldKernel, err)
	case err != nil:
		return Line{}, err
	}
	return Line{
		Name:   text(info.Name[:]),
		Owner:  text(info.Consumer[:]),
		Held:   info.Flags&flagUsed != 0,
		Output: info.Flags&flagOutput != 0,
	}, nil
}

func (n *node) ioctl(request uintptr, answer unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(n.fd), request, uintptr(answer)); errno != 0 {
		return errno
	}
	return nil
}

// text is the string in a field of fixed size.
func text(field []byte) string {
	text, _, _ := bytes.Cut(field, []byte{0})
	return string(text)
}
