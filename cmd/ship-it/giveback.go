package main

import (
	"errors"

	"ship-it.example/gpio"
	"ship-it.example/shipit"
)

// giveBack ends the box for the world: lines first, words after.
func (r *rig) giveBack(header *gpio.Header, cause error) {
	err := shipit.Guard(header.Close)
	r.speaker.Silence()
	if r.ending != nil {
		r.ending()
	}
	r.sayEnd(cause)
	r.log.Info("cleaning up pins!")
	if err != nil && !errors.Is(cause, gpio.ErrChipLost) { // then no line answers
		r.sayEnd(err)
	}
}

// sayEnd logs why the box ended, with the trace if there is one.
func (r *rig) sayEnd(cause error) {
	end, signalled := errors.AsType[*signalEnd](cause)
	panicked, _ := errors.AsType[*shipit.PanicError](cause)
	switch {
	case signalled:
		r.log.Info(end.Error())
		_, _ = r.crash.Write(end.Trace)
	case panicked != nil:
		r.log.Error(cause.Error())
		_, _ = r.crash.Write(panicked.Stack)
	case errors.Is(cause, errOver):
	default:
		r.log.Error(cause.Error())
		if next := hint(cause); next != "" {
			r.log.Error("hint: " + next)
		}
	}
}
