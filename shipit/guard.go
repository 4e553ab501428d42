package shipit

import (
	"fmt"
	"runtime/debug"
)

// PanicError is a panic that was caught at the bottom of a goroutine, so that
// the lines can be given back before the program ends. It is a bug: report it
// with the trace.
type PanicError struct {
	Value any    // what was panicked with
	Stack []byte // the trace of the goroutine
}

// Error names the panic in one line; the trace stands in Stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Guard runs f and returns its error, or its panic as a *PanicError. Every
// goroutine that this program starts runs under it: a panic elsewhere would
// end the process with the lines still driven.
func Guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}
