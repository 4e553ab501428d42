// Package gpio is the lines of the Raspberry Pi's header: it claims them,
// settles the inputs, drives the outputs and gives every line back.
//
// It owns all that is known about lines, edges, bounce and the kernel's GPIO
// character device. It doesn't know what a line means: a [Plan] says which
// lines there are, a [Header] reports that an input has settled and switches
// outputs, and what follows from that is decided elsewhere.
//
//	Find ──► Chip ──► Open ──► Header ──► Watch: settled changes
//	                             │  └───► Set: an output on or off
//	                             └──────► Close: every line an input, free
//
// [Find] gives the real chip, through periph's gpioioctl driver alone: the
// kernel then knows one owner for a line, tells others that it is busy, and
// takes it back when the program dies. Package gpio/virtual gives a chip in
// memory. A line is named by its BCM number, which on the header's chip is its
// offset: the names in the device tree differ from board to board.
//
// Beside the box a [Meter] measures what contacts do, edge by edge, with the
// kernel's own times, and [Probe] tells by a line's pulls what hangs on it. For
// those the kernel is asked without periph, whose line sets keep no time.
//
// # When a level counts
//
// A level counts when it reads the same at the start and at the end of the
// debounce time with no edge between. Edges are hints and may be lost; the
// level is the truth. So every edge only restarts the debounce time of its
// line, every wake-up reads all levels in one go, and at rest the levels are
// read every two seconds without any edge. A failed reading is no level: it
// ends [Header.Watch] with [ErrChipLost].
//
// # Whatever ends the program
//
// Kernels of the Raspberry Pi keep an output driven after its owner is gone
// (pinctrl_bcm2835.persist_gpio_outputs). So [Header.Close] makes every output
// an input before it lets go, and [Release] does the same for the lines of a
// program that was killed.
package gpio
