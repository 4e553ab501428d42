package gpio

import (
	"errors"
	"fmt"
	"io/fs"
	"os/user"
)

// The errors of this package, to be found with [errors.Is]. [Hint] has the
// remedy of each in words for people.
var (
	// ErrBusy: somebody else holds the line, and the message names the owner.
	// Stop that program.
	ErrBusy = errors.New("the line is busy")

	// ErrNoChip: there is no such chip, or more than one that fits. The message
	// lists what there is; name one of these.
	ErrNoChip = errors.New("no such GPIO chip")

	// ErrNoLine: the chip has no line of this number. Give a BCM number.
	ErrNoLine = errors.New("no such line")

	// ErrPermission: the chip's device may not be opened. Become root, or a
	// member of the group gpio. It is [fs.ErrPermission] too.
	ErrPermission = fmt.Errorf("not allowed to use the GPIO chip: %w", fs.ErrPermission)

	// ErrOldKernel: the kernel lacks version 2 of the GPIO character device,
	// which came with Linux 5.10. Update it.
	ErrOldKernel = errors.New("the kernel is too old for GPIO")

	// ErrUnsettled: an input did not come to rest when the lines were claimed.
	// Look for a loose wire, or raise the debounce time.
	ErrUnsettled = errors.New("the inputs don't settle")

	// ErrChipLost: the chip, or a line of it that is ours, stopped answering
	// while it was in use. No level is known any more: end, and look why.
	ErrChipLost = errors.New("the GPIO chip went away")

	// ErrClosed: the header has been given back. A mistake of the caller, or
	// the end of the program; there is nothing to do.
	ErrClosed = errors.New("the header is closed")
)

// Hint is what a person can do about an error of this package: the next step
// in a few words, or "" if there is none.
func Hint(err error) string {
	switch {
	case errors.Is(err, ErrBusy):
		return "stop the program that holds the line, or choose another line"
	case errors.Is(err, ErrNoChip):
		return "choose a chip with --chip LABEL or --chip /dev/gpiochipN"
	case errors.Is(err, ErrNoLine):
		return "lines are BCM numbers, not the positions of the header's pins"
	case errors.Is(err, ErrPermission):
		return groupHint()
	case errors.Is(err, ErrOldKernel):
		return "Linux 5.10 or newer is needed: update the system"
	case errors.Is(err, ErrUnsettled):
		return "look for a loose wire, or raise the debounce time"
	case errors.Is(err, ErrChipLost):
		return "dmesg tells what happened to the chip; then start again"
	}
	return ""
}

// groupHint is the way to the chip. The group that has it is the Raspberry Pi's
// own; elsewhere whoever installs the box makes it.
func groupHint() string {
	if _, err := user.LookupGroup("gpio"); errors.As(err, new(user.UnknownGroupError)) {
		return "use sudo; there is no group gpio yet, which the package makes and gives the chip to: sudo dpkg-reconfigure ship-it (or sudo make install)"
	}
	return "use sudo, or add the user to the group gpio and log in again"
}

// problem is one of the errors above in words of its own, so that a message
// need not repeat the general ones.
type problem struct {
	words string
	kind  error
}

func (p *problem) Error() string { return p.words }
func (p *problem) Unwrap() error { return p.kind }

// problemf says in its own words that kind has come up.
func problemf(kind error, format string, args ...any) error {
	return &problem{words: fmt.Sprintf(format, args...), kind: kind}
}

// lost says that the chip stopped answering while op was tried.
func lost(op string, err error) error {
	return fmt.Errorf("%w: %s: %w", ErrChipLost, op, err)
}
