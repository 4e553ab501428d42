package vm_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// oldKernelKey is the environment by which the test binary knows that it is to
// become the program that it names, on an old kernel.
const oldKernelKey = "SHIP_IT_OLD_KERNEL"

// A kernel without version 2 of the GPIO device is refused with words and a
// hint, in the foreground and with -d.
func TestOldKernel(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	for way, args := range map[string][]string{"foreground": s.box(), "daemon": s.daemon(), "pins": append([]string{"pins"}, s.box()...)} {
		t.Run(way, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
			cmd.Env = append(os.Environ(), oldKernelKey+"="+s.command().Path)
			out, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			for _, want := range []string{"the kernel is too old for GPIO", "hint: Linux 5.10 or newer is needed"} {
				if !strings.Contains(string(out), want) {
					t.Errorf("it does not say %q:\n%s", want, out)
				}
			}
			if _, err := os.Stat(s.pidPath); err == nil {
				t.Error("the pidfile is there")
			}
			s.wantFree()
		})
	}
}

// runOnOldKernel becomes the program, with these arguments, and with a filter
// between it and the kernel: the questions of version 2 of the GPIO device are
// answered as Linux before 5.10 answers questions that it doesn't know. It
// returns only if that fails.
func runOnOldKernel(program string) error {
	runtime.LockOSThread() // the filter is the thread's, until it becomes the program
	const (
		load   = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		least  = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
		mask   = unix.BPF_ALU | unix.BPF_AND | unix.BPF_K
		answer = unix.BPF_RET | unix.BPF_K

		number, request = 0, 24 // where struct seccomp_data has the call and its second argument
	)
	// Type and number of GPIO_V2_GET_LINEINFO_IOCTL to GPIO_V2_GET_LINE_IOCTL,
	// and of GPIO_V2_LINE_SET_CONFIG_IOCTL to GPIO_V2_LINE_SET_VALUES_IOCTL, from
	// include/uapi/linux/gpio.h.
	filter := []unix.SockFilter{
		{Code: load, K: number},
		{Code: equal, K: unix.SYS_IOCTL, Jf: 7},
		{Code: load, K: request},
		{Code: mask, K: 0xffff},
		{Code: least, K: 0xb410, Jt: 4},
		{Code: least, K: 0xb40d, Jt: 2},
		{Code: least, K: 0xb408, Jt: 2},
		{Code: least, K: 0xb405, Jf: 1},
		{Code: answer, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EINVAL)},
		{Code: answer, K: unix.SECCOMP_RET_ALLOW},
	}
	rules := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&rules)), 0, 0); err != nil {
		return fmt.Errorf("set the filter: %w", err)
	}
	runtime.KeepAlive(filter)
	return syscall.Exec(program, append([]string{program}, os.Args[1:]...), os.Environ())
}
