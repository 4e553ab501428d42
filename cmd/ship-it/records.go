package main

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"ship-it.example/cmd/ship-it/recording"
	"ship-it.example/daemonize"
	"ship-it.example/shipit"
	"ship-it.example/shipit/journal"
)

// keep has launches and refusals kept in a file, or, with "", not.
func (r *rig) keep(path string, s journal.Settings) {
	if path == "" {
		return
	}
	s.Path, s.Boot, s.Log = path, journal.Boot(), r.log
	s.Box, _ = os.Hostname() // a box without a name does as well
	r.records = journal.New(s)
	r.closers = append(r.closers, func() error { r.records.End(flushTime); return nil })
}

// entrust gives the journal's folder to the user that the daemon becomes. Where
// that can't be, he may still be able to write there.
func (r *rig) entrust(user string) {
	if r.records == nil {
		return
	}
	if err := daemonize.Entrust(r.records.Path, user); err != nil {
		r.log.Debug(err.Error())
	}
}

// journal is what the loop keeps its records in.
func (r *rig) journal() shipit.Journal {
	if r.records == nil {
		return nil
	}
	return r.records
}

// openRecords opens the journal, and gives the launches to go on with. One that
// can't be written keeps the box from being armed, and not from starting.
func (r *rig) openRecords() []shipit.Record {
	if r.records == nil {
		return nil
	}
	open, err := r.records.Open()
	if err != nil {
		r.log.Warn("Can't record launches, so arming will be refused: " + err.Error())
		r.log.Warn("hint: " + recordsHint(err))
		return nil
	}
	if dies := journal.Volatile(r.records.Path); dies != "" {
		r.log.Warn("The journal " + r.records.Path + " lies on " + dies + ", and is gone when the power is: name a file on the card")
	}
	return open
}

// resumeLate has the loop go on with launches that openRecords could not give.
func (r *rig) resumeLate(loop *shipit.Loop) {
	if r.records != nil {
		r.records.Late = func(open []shipit.Record) { loop.Post(shipit.Unfinished{Open: open}) }
	}
}

// recordsHint is the next step for a journal that can't be opened.
func recordsHint(err error) string {
	if errors.As(err, new(*journal.HeldError)) {
		return "a ship-it launch ends by itself, and arming works then; a second box needs a journal of its own"
	}
	if errors.Is(err, journal.ErrDevice) {
		return "change the configuration, and start ship-it again"
	}
	if errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0 {
		return `use sudo, or name a file of your own in the configuration: journal = "..."`
	}
	return `look at the disk, or name another file in the configuration: journal = "..."`
}

// launched is when the last launch began that may have started a build, as far
// as a rule wants to know. A clock that was ahead then would have the rule hold
// for years.
func (r *rig) launched() time.Time {
	if r.records == nil || r.config.Rules.Cooldown == 0 {
		return time.Time{}
	}
	last, err := journal.Last(r.records.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.log.Warn("The last launch is not known, and no cooldown holds for it: " + err.Error())
	}
	if now := time.Now(); last.After(now) {
		return now
	}
	return last
}

// record has every edge written into a file. What keeps it from going on costs
// the recording, and a line of the log.
func (r *rig) record(path, essence string, fault func(error)) error {
	var inputs []string
	for _, in := range plan(r.config).Inputs {
		inputs = append(inputs, in.Name)
	}
	recorder, err := recording.New(recording.Settings{
		Path: path, Program: version(), Config: essence, Inputs: inputs,
		Warn: func(err error) { r.log.Warn(err.Error()) }, Fault: fault,
	})
	if err != nil {
		return err
	}
	r.recorder = recorder
	r.closers = append(r.closers, func() error { recorder.Close(flushTime); return nil })
	return nil
}
