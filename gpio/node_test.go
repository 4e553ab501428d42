package gpio

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel's ioctl numbers hold the size of what they fill in.
func TestIoctlSizes(t *testing.T) {
	t.Parallel()
	size := func(request uint32) uintptr { return uintptr(request >> 16 & (1<<14 - 1)) }
	if got, want := unsafe.Sizeof(unix.GPIOChipInfo{}), size(unix.GPIO_GET_CHIPINFO_IOCTL); got != want {
		t.Errorf("the chip's answer has %d bytes, want %d", got, want)
	}
	if got, want := unsafe.Sizeof(unix.GPIOV2LineInfo{}), size(unix.GPIO_V2_GET_LINEINFO_IOCTL); got != want {
		t.Errorf("a line's answer has %d bytes, want %d", got, want)
	}
	if got, want := unsafe.Sizeof(unix.GPIOV2LineRequest{}), size(unix.GPIO_V2_GET_LINE_IOCTL); got != want {
		t.Errorf("a request has %d bytes, want %d", got, want)
	}
	if got, want := unsafe.Sizeof(unix.GPIOV2LineValues{}), size(unix.GPIO_V2_LINE_GET_VALUES_IOCTL); got != want {
		t.Errorf("the levels have %d bytes, want %d", got, want)
	}
}

func TestNodeIsNoChip(t *testing.T) {
	t.Parallel()
	node, err := openNode("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer node.close()
	if _, err := node.chip(); !errors.Is(err, unix.ENOTTY) {
		t.Errorf("the chip of /dev/null: %v, want ENOTTY", err)
	}
	if _, err := node.line(17); !errors.Is(err, ErrOldKernel) {
		t.Errorf("a line of /dev/null: %v, want ErrOldKernel", err)
	}
}

func TestOpenNode(t *testing.T) {
	t.Parallel()
	if _, err := openNode("/dev/no-such-chip"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing device: %v, want fs.ErrNotExist", err)
	}
	// A named pipe that nobody writes must not block.
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	node, err := openNode(pipe)
	if err != nil {
		t.Fatal(err)
	}
	node.close()
}

func TestText(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{"": "", "\x00\x00": "", "GPIO17\x00\x00x": "GPIO17", "full": "full"} {
		if got := text([]byte(field)); got != want {
			t.Errorf("text(%q) is %q, want %q", field, got, want)
		}
	}
}
