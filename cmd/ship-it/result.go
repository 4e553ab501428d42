package main

import (
	"errors"
	"fmt"
	"time"

	"ship-it.example/shipit"
)

// exitUnknown is launch's exit code where nobody knows what became of a build.
const exitUnknown = 7

// result is a journal that hands over the record of this launch, or of its
// refusal, when it is complete. It has no length of the press: no button was.
type result struct {
	shipit.Journal
	begun time.Time
	done  chan shipit.Record
}

// Update implements [shipit.Journal].
func (r *result) Update(record shipit.Record) { r.Journal.Update(r.unpressed(record)) }

// Close implements [shipit.Journal].
func (r *result) Close(last shipit.Record) {
	r.Journal.Close(r.unpressed(last))
	if r.isEarlier(last) {
		return
	}
	select {
	case r.done <- last:
	default: // the first is it
	}
}

func (r *result) unpressed(record shipit.Record) shipit.Record {
	if !r.isEarlier(record) {
		record.Press = 0
	}
	return record
}

// isEarlier tells of a record of an earlier run.
func (r *result) isEarlier(record shipit.Record) bool { return record.Time.Before(r.begun) }

// judge makes the last record the exit code.
func (r *rig) judge(result *result) error {
	select {
	case last := <-result.done:
		return judge(last)
	default:
	}
	words := "Nobody follows the build any more: look at the server"
	if r.records != nil {
		words += "; the box goes on with it when it is started"
	}
	r.log.Warn(words)
	return saidError{codeError{exitUnknown, errors.New("not followed to the end")}}
}

func judge(last shipit.Record) error {
	code := exitFailed
	switch {
	case last.Kind == shipit.KindRefusal, last.Answer == shipit.NotStarted.String():
	case last.Outcome == shipit.StagePassed.String(), last.Outcome == shipit.OutcomeUnfollowed:
		return nil
	case last.Outcome == shipit.StageLost.String(), last.Outcome == shipit.OutcomeUnknown:
		code = exitUnknown
	}
	return saidError{codeError{code, fmt.Errorf("%s: %s%s", last.Target, last.Outcome, last.Refusal)}}
}
