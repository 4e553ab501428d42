//go:build !linux

package ci

// unsynchronised is unknown here: the simulator's machine has a clock.
func unsynchronised() bool { return false }
