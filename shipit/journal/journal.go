package journal

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"ship-it.example/shipit"
)

// Settings are what a journal is made of.
type Settings struct {
	Path  string // of the journal; the other file lies beside it
	Box   string // the machine's name
	Boot  string // which start of the machine this is; empty: nobody knows. See [Boot]
	Drill bool   // the lines are of no launches in earnest
	// Mine tells which open launches this run goes on with; the others stay as
	// they are, but for those of a drill, which any run ends: their server is
	// gone. Nil: all, or, in a drill, none.
	Mine func(Line) bool
	// Late is given the launches to go on with that Open could not give. It is
	// called before any id is reserved. Nil: they stay as they are.
	Late func([]shipit.Record)
	Log  *slog.Logger
	// Fault is called with a panic in a goroutine of the journal's.
	Fault func(error)
}

// Journal keeps launches and refusals. Any goroutine may call its methods.
type Journal struct {
	Settings
	jobs *queue

	late   sync.Mutex  // is held until Late has been called
	untold atomic.Bool // Late has been called, and the box was not refused yet

	mu      sync.Mutex // is held for no sync
	ahead   *os.File   // with the lock; nil: not open
	open    map[string]entry
	told    bool     // that something can't be written
	refused [][]byte // lines of refusals that could not be written
	dirty   bool     // something was written ahead since the last sync began
	ended   bool
}

var _ shipit.Journal = (*Journal)(nil)

// maxRefused is how many lines of refusals wait for a disk that takes none.
const maxRefused = 100

// New makes a journal that is not open. Close it.
func New(s Settings) *Journal {
	if s.Mine == nil {
		s.Mine = func(Line) bool { return !s.Drill }
	}
	return &Journal{Settings: s, jobs: newQueue(s.Fault), open: map[string]entry{}}
}

// Reserve implements [shipit.Journal]. A journal that could not be opened is
// tried again; if there are launches to go on with, they are given to Late, and
// the error says so.
func (j *Journal) Reserve(ctx context.Context) (string, error) {
	type result struct {
		id  string
		err error
	}
	done := make(chan result)
	go func() {
		var r result
		if err := shipit.Guard(func() (err error) { r.id, r.err = j.reserve(); return nil }); err != nil {
			r.err = err
			j.Fault(err)
		}
		select {
		case done <- r:
		case <-ctx.Done():
			if r.err == nil {
				j.Release(r.id)
			}
		}
	}()
	select {
	case r := <-done:
		if errors.Is(r.err, errLate) && ctx.Err() == nil {
			j.untold.Store(false)
		}
		return r.id, r.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// reserve blocks on the disk.
func (j *Journal) reserve() (string, error) {
	file, err := j.reopen()
	if err != nil {
		return "", err
	}
	j.jobs.do(j.retry) // there may be room again for what waits
	line, err := openFile(j.Path)
	if err != nil {
		return "", err
	}
	defer func() { _ = line.Close() }() // nothing was written
	if err := cmp.Or(makeRoom(file, roomAhead), makeRoom(line, roomLine)); err != nil {
		return "", err
	}
	e := entry{Step: stepReserved, Boot: j.Boot, Line: Line{
		Record: shipit.Record{Time: time.Now().Truncate(time.Millisecond), Kind: shipit.KindLaunch, ID: shipit.NewLaunchID()},
		Box:    j.Box, Drill: j.Drill,
	}}
	if err := j.put(e); err != nil {
		return "", err
	}
	if err := file.Sync(); err != nil {
		j.Release(e.ID)
		return "", err
	}
	return e.ID, nil
}

// Release implements [shipit.Journal].
func (j *Journal) Release(id string) {
	j.jobs.do(func() { _ = j.put(entry{Step: stepClosed, Line: Line{Record: shipit.Record{ID: id}}}) }) // after a crash it is looked for in vain
}

// errGone: somebody has taken away what is written ahead, and the next run would
// know nothing of the launch. The next arming makes it anew.
var errGone = errors.New("what is written ahead was taken away: switch off and on again")

// Begin implements [shipit.Journal].
func (j *Journal) Begin(r shipit.Record) error {
	j.mu.Lock()
	gone := j.ahead != nil && isGone(j.ahead)
	j.mu.Unlock()
	if gone {
		return errGone
	}
	err := j.put(entry{Step: stepPressed, Boot: j.Boot, Line: j.line(r)})
	j.jobs.do(j.sync)
	return err
}

// Update implements [shipit.Journal].
func (j *Journal) Update(r shipit.Record) {
	j.jobs.do(func() {
		j.complain(j.put(entry{Step: stepKnown, Line: j.line(r)}))
		j.sync()
	})
}

// Close implements [shipit.Journal].
func (j *Journal) Close(r shipit.Record) {
	line := j.line(r)
	if r.Kind == shipit.KindRefusal {
		j.jobs.do(func() { j.refuse(encode(line)) })
		return
	}
	j.jobs.do(func() { j.finish(entry{Step: stepOver, Line: line}) })
}

func (j *Journal) line(r shipit.Record) Line { return Line{tidy(r), j.Box, j.Drill} }

// put writes an entry ahead. With nothing left open, what was written ahead is
// cut down to nothing instead.
func (j *Journal) put(e entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	_, known := j.open[e.ID]
	switch {
	case j.ahead == nil:
		return os.ErrClosed
	case e.Step == stepClosed && !known:
		return nil
	case e.Step == stepClosed:
		delete(j.open, e.ID)
		if len(j.open) == 0 {
			return j.ahead.Truncate(0)
		}
	default:
		j.open[e.ID] = e
	}
	err := appendWhole(j.ahead, encode(e))
	j.dirty = j.dirty || err == nil // an earlier one may still wait
	if err != nil && e.Step == stepReserved {
		delete(j.open, e.ID)
	}
	return err
}

// sync has what was written ahead reach the disk. A queue has it done once for
// all that waited.
func (j *Journal) sync() {
	j.mu.Lock()
	file, dirty := j.ahead, j.dirty
	j.dirty = false
	j.mu.Unlock()
	if dirty && file != nil {
		j.complain(file.Sync())
	}
}

// End writes what waits, gives up the ids that it has reserved, and unlocks the
// journal. What is looked for of an earlier run, the next one goes on with. It is
// called once, and waits for no longer than patience.
func (j *Journal) End(patience time.Duration) {
	j.jobs.do(func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		for id, e := range j.open {
			if e.Step == stepReserved && !e.earlier {
				delete(j.open, id)
				_ = appendWhole(j.ahead, encode(entry{Step: stepClosed, Line: Line{Record: shipit.Record{ID: id}}}))
			}
		}
		j.shut()
	})
	j.jobs.wait(patience)
}

// shut closes the file that is written ahead. The lock is held.
func (j *Journal) shut() {
	j.ended = true
	if j.ahead == nil {
		return
	}
	if len(j.open) == 0 {
		_ = j.ahead.Truncate(0) // else the next start does
	}
	_ = j.ahead.Close() // what was written survives the process
	j.ahead = nil
}
