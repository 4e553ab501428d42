package main

import (
	"errors"

	"ship-it.example/gpio"
	"ship-it.example/shipit"
)

// giveBack ends the box for the world: lines first, words after. It returns a
// panic that came on the way and is still to be said.
func (r *rig) giveBack(header *gpio.Header, cause error) error {
	err := shipit.Guard(header.Close)
	rest := shipit.Guard(func() error {
		r.speaker.Silence()
		if r.ending != nil {
			r.ending()
		}
		return nil
	})
	r.sayEnd(cause)
	r.log.Info("cleaning up pins!")
	if isPanic(err) {
		return err
	}
	if err != nil && !errors.Is(cause, gpio.ErrChipLost) { // then no line answers
		r.sayEnd(err)
	}
	return rest
}

// sayLate logs the panics that came when the end had begun already, and
// returns what the program has ended with: the last of them, if there is one.
func (r *rig) sayLate(cause error, faults ...error) error {
	for _, fault := range faults {
		if isPanic(fault) && !errors.Is(cause, fault) {
			r.sayEnd(fault)
			cause = fault
		}
	}
	return cause
}

func isPanic(err error) bool {
	_, panicked := errors.AsType[*shipit.PanicError](err)
	return panicked
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
