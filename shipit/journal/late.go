package journal

import (
	"errors"
	"os"
	"slices"

	"ship-it.example/shipit"
)

// errLate: the box was not told at its start what was under way. It is now.
var errLate = errors.New("what was under way is gone on with first: switch off and on again")

// reopen is Open for a journal that could not be opened, or that somebody has
// taken away since: what there is to go on with is given to Late. It gives the
// file that is written ahead.
func (j *Journal) reopen() (*os.File, error) {
	j.late.Lock()
	defer j.late.Unlock()
	j.mu.Lock()
	found, err := j.openFiles()
	if err == nil && len(j.open) == 0 {
		err = j.ahead.Truncate(0)
	}
	file := j.ahead
	j.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if open := j.goOn(found); len(open) > 0 && j.Late != nil {
		j.Late(open)
		j.untold.Store(true)
	}
	if j.untold.Load() {
		return nil, errLate
	}
	return file, nil
}

// goOn gives the launches to go on with of those that were found open, and closes
// the others of which more is known than that, or nobody will know more.
func (j *Journal) goOn(found []entry) []shipit.Record {
	var open []shipit.Record
	for _, e := range found {
		switch {
		case !e.Drill && !j.Mine(e.Line), e.Step == stepOver:
		case e.Answer == shipit.NotStarted.String(), e.Outcome != "":
			j.jobs.do(func() { j.finish(entry{Step: stepOver, Line: e.Line}) })
		case e.Drill:
			j.endDrill(e)
		default:
			open = append(open, e.Record)
		}
	}
	slices.SortStableFunc(open, func(a, b shipit.Record) int { return a.Time.Compare(b.Time) })
	return open
}

// endDrill closes a launch of a drill that is over: its server is gone.
func (j *Journal) endDrill(e entry) {
	switch {
	case e.Step == stepReserved:
		j.Release(e.ID)
		return
	case e.Answer == shipit.Started.String():
		e.Outcome = shipit.OutcomeUnfollowed
	default:
		e.Answer, e.Outcome = shipit.Unknown.String(), shipit.OutcomeUnknown
	}
	j.jobs.do(func() { j.finish(entry{Step: stepOver, Line: e.Line}) })
}
