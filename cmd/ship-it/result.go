package main

import (
	"errors"
	"fmt"
	"sync/atomic"

	"ship-it.example/shipit"
)

// exitUnknown is launch's exit code where nobody knows what became of a build.
const exitUnknown = 7

// result is a journal that hands over the record of this launch, or of its
// refusal, when it is complete. It has no length of the press: no button was.
type result struct {
	shipit.Journal
	earlier map[string]bool               // launches of earlier runs, by their ids
	begun   atomic.Bool                   // something may have been sent
	last    atomic.Pointer[shipit.Record] // nil: it isn't complete yet
	over    chan struct{}                 // closed when it is
}

// newResult is the result of a launch that goes on with those that are open. No
// journal keeps nothing.
func newResult(kept shipit.Journal, open []shipit.Record) *result {
	if kept == nil {
		kept = shipit.Unkept{}
	}
	r := &result{Journal: kept, earlier: map[string]bool{}, over: make(chan struct{})}
	for _, o := range open {
		r.earlier[o.ID] = true
	}
	return r
}

// Begin implements [shipit.Journal].
func (r *result) Begin(record shipit.Record) error {
	r.begun.Store(true)
	return r.Journal.Begin(record)
}

// Update implements [shipit.Journal].
func (r *result) Update(record shipit.Record) { r.Journal.Update(r.unpressed(record)) }

// Close implements [shipit.Journal].
func (r *result) Close(last shipit.Record) {
	r.Journal.Close(r.unpressed(last))
	if r.earlier[last.ID] {
		return
	}
	if r.last.CompareAndSwap(nil, &last) { // the first is it
		close(r.over)
	}
}

func (r *result) unpressed(record shipit.Record) shipit.Record {
	if !r.earlier[record.ID] {
		record.Press = 0
	}
	return record
}

// judge makes the last record the exit code.
func (r *rig) judge(result *result) error {
	if last := result.last.Load(); last != nil {
		return judge(*last, r.config.Targets[0].Follow && r.follower.Can(0).Look)
	}
	if !result.begun.Load() {
		r.log.Info("Nothing was sent")
		return saidError{codeError{exitFailed, errors.New("nothing was sent")}}
	}
	words := "Nobody follows the build any more: look at the server"
	if r.records != nil {
		words += "; the box goes on with it when it is started"
	}
	r.log.Warn(words)
	return saidError{codeError{exitUnknown, errors.New("not followed to the end")}}
}

// judge is the exit code of a launch whose build was to be followed, or not.
func judge(last shipit.Record, follow bool) error {
	code := exitFailed
	switch {
	case last.Outcome == shipit.OutcomeUnfollowed && follow:
		code = exitUnknown // the server didn't name it
	case last.Kind == shipit.KindRefusal, last.Answer == shipit.NotStarted.String():
	case last.Outcome == shipit.StagePassed.String(), last.Outcome == shipit.OutcomeUnfollowed:
		return nil
	case last.Outcome == shipit.StageLost.String(), last.Outcome == shipit.OutcomeUnknown:
		code = exitUnknown
	}
	return saidError{codeError{code, fmt.Errorf("%s: %s%s", last.Target, last.Outcome, last.Refusal)}}
}
