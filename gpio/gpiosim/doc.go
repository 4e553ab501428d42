// Package gpiosim makes GPIO chips in the running kernel, for tests: user
// space can't tell them from hardware.
//
// It owns the files of the kernel's module gpio-sim: it makes a [Chip] through
// configfs, moves the levels of its inputs, reads those of its outputs, and
// takes it away again; and it moves a level as a [Finger] on a button does, with
// the bounces of real switches. It claims no line; that is what the tests are
// about.
// The files are described at https://docs.kernel.org/admin-guide/gpio/gpio-sim.html.
//
// gpio-sim wants Linux 5.17, root and a mounted configfs. Few kernels of
// distributions have it; the test machine does ("make test-kernel").
package gpiosim
