// Package sim is the simulator: its script, the hands that play it on a header
// in memory, and its expectations.
//
// It owns the words of the script and what counts as seen. It has no box of
// its own: cmd/ship-it runs the very same box as on a Pi, on the chip that the
// [Stage] plays on, and lets the Stage watch.
package sim
