package gpio

import (
	"fmt"
	"runtime/debug"
)

// pass runs f in a goroutine of ours, and hands a panic with its trace to
// panics, which must have room. Whoever reads that panics in its place: the
// caller of [Header.Watch] can see to it that the lines are given back, and the
// end of the process by a panic here could not.
func pass(panics chan<- string, f func()) {
	defer func() {
		if v := recover(); v != nil {
			panics <- fmt.Sprintf("%v\n\n%s", v, debug.Stack())
		}
	}()
	f()
}
