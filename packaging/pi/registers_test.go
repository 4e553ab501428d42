package pi_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The registers of the Pi's GPIO block that are used here, in words of 32 bits: "BCM2835 ARM Peripherals", 6.1.
const (
	functionSelect = 0        // three bits a line, ten lines a word
	outputSet      = 0x1c / 4 // a one drives a line high; in QEMU it moves an input's level, too
	outputClear    = 0x28 / 4
	level          = 0x34 / 4
)

// function is what a line is, as the registers have it.
type function uint32

const (
	input  function = 0
	output function = 1
)

func (f function) String() string {
	switch f {
	case input:
		return "input"
	case output:
		return "output"
	}
	return fmt.Sprintf("alternate function %03b", uint32(f))
}

// registers are the Pi's GPIO registers themselves, beside the kernel's driver.
type registers struct{ words []uint32 }

// mapRegisters maps the block at the address where the kernel has found it. The kernel's argument iomem=relaxed
// allows that.
func mapRegisters(t *testing.T) registers {
	t.Helper()
	resources, err := os.ReadFile("/proc/iomem")
	if err != nil {
		t.Fatal(err)
	}
	var address int64
	for line := range strings.Lines(string(resources)) {
		if strings.Contains(line, ".gpio gpio@7e200000") {
			first, _, _ := strings.Cut(strings.TrimSpace(line), "-")
			if address, err = strconv.ParseInt(first, 16, 64); err != nil {
				t.Fatal(err)
			}
		}
	}
	if address == 0 {
		t.Fatalf("/proc/iomem names no GPIO block:\n%s", resources)
	}
	memory, err := os.OpenFile("/dev/mem", os.O_RDWR|os.O_SYNC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	block, err := unix.Mmap(int(memory.Fd()), address, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		t.Fatalf("map the GPIO registers: %v", err)
	}
	t.Cleanup(func() { _ = unix.Munmap(block) })
	return registers{unsafe.Slice((*uint32)(unsafe.Pointer(&block[0])), len(block)/4)}
}

// get and put access a whole word exactly once, which a device needs.
//
//go:noinline
func (r registers) get(word int) uint32 { return r.words[word] }

//go:noinline
func (r registers) put(word int, bits uint32) { r.words[word] = bits }

// function is what a line is at the moment.
func (r registers) function(pin int) function {
	return function(r.get(functionSelect+pin/10) >> (pin % 10 * 3) & 0b111)
}

// high is the level of a line, whoever drives it.
func (r registers) high(pin int) bool { return r.get(level)>>pin&1 != 0 }

// drive moves the level of a line.
func (r registers) drive(pin int, high bool) {
	if high {
		r.put(outputSet, 1<<pin)
	} else {
		r.put(outputClear, 1<<pin)
	}
}
