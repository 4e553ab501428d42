package gpiosim

import (
	"errors"
	"fmt"
	"os"
	"testing"
)

// configfs is where chips are made; each is a folder there.
const configfs = "/sys/kernel/config/gpio-sim"

// ErrUnavailable says that this machine can't simulate chips, and what it
// lacks. Load the module gpio-sim and become root, or use the test machine.
var ErrUnavailable = errors.New("no simulated GPIO chips here")

// Available is nil if chips can be made here, else [ErrUnavailable].
func Available() error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("%w: only root makes them", ErrUnavailable)
	}
	if _, err := os.Stat(configfs); err != nil {
		return fmt.Errorf("%w: the kernel's module gpio-sim is not loaded, or configfs not mounted: %w", ErrUnavailable, err)
	}
	return nil
}

// InMachine tells whether this is the test machine, in which nothing may be
// missing: its init sets SHIP_IT_TEST_MACHINE.
func InMachine() bool { return os.Getenv("SHIP_IT_TEST_MACHINE") != "" }

// Need skips a test where chips can't be made. In the test machine it fails
// instead.
func Need(tb testing.TB) {
	tb.Helper()
	switch err := Available(); {
	case err == nil:
	case InMachine():
		tb.Fatal(err)
	default:
		tb.Skipf("%v (make test-kernel runs this in a machine that has them)", err)
	}
}
