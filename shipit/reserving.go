package shipit

import (
	"context"
	"errors"
	"time"
)

// recordTime is how long a launch waits until it can be recorded. Usually it
// waits for nothing: its id was reserved when the box was armed.
const recordTime = 5 * time.Second

// errSlowDisk: a launch's id did not get to the disk. Look at what the journal
// lies on.
var errSlowDisk = errors.New("the disk takes longer than " + recordTime.String())

// reservation is the id of the next launch, on its way to the disk.
type reservation struct {
	done   chan struct{} // closed once the rest is set
	id     string
	err    error
	cancel context.CancelFunc
}

// reserve begins to reserve the id of the next launch, or gives it up.
func (l *Loop) reserve(ctx context.Context, on bool) {
	r := l.reserved
	switch {
	case on && r == nil:
		r = &reservation{done: make(chan struct{})}
		ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx)) // the end of the program is stop's business
		l.reserved = r
		l.spawn(func() error {
			r.id, r.err = l.Journal.Reserve(ctx)
			close(r.done)
			if r.err != nil && ctx.Err() == nil {
				l.Post(Reserved{r.err})
			}
			return nil
		})
	case !on && r != nil:
		l.reserved = nil
		l.spawn(func() error { l.giveUp(r); return nil })
	}
}

// giveUp releases an id that nothing goes out with.
func (l *Loop) giveUp(r *reservation) {
	r.cancel()
	<-r.done
	if r.err == nil {
		l.Journal.Release(r.id)
	}
}

// begin waits for the id of a launch, and keeps that it was begun. An error says
// why nothing may go out; the id is of no use then. Of the entry, which is the
// loop's, it touches the id alone; record is what it was.
func (l *Loop) begin(withdraw context.Context, r *reservation, e *entry, record Record) error {
	patience := time.NewTimer(recordTime)
	defer patience.Stop()
	select {
	case <-r.done:
	case <-withdraw.Done():
		l.giveUp(r)
		return context.Cause(withdraw)
	case <-patience.C:
		l.giveUp(r)
		return unrecorded{errSlowDisk}
	}
	r.cancel()
	if r.err != nil {
		if cause := context.Cause(withdraw); cause != nil {
			return cause
		}
		return unrecorded{r.err}
	}
	e.ID, record.ID = r.id, r.id
	if err := l.Journal.Begin(record); err != nil {
		return unrecorded{err}
	}
	return nil
}

// unrecorded is an error of the journal, as the reason of a launch that was not
// started.
type unrecorded struct{ error }

func (u unrecorded) Error() string { return cantRecord + ": " + u.error.Error() }
func (u unrecorded) Unwrap() error { return u.error }
