package shipit

import (
	"math"
	"time"
)

// ledger is what the loop knows of launches and refusals until their lines can
// be written. Only the loop touches it, but for the id of a launch that is not
// answered.
type ledger struct {
	journal Journal
	targets []string
	alone   bool               // see Config.Unattended
	open    map[int]*entry     // launches, by their numbers
	running *entry             // the launch that is unanswered; nil: none
	refused map[Button]*Record // presses that were refused, and last
}

// entry is a launch whose line is not written yet.
type entry struct {
	Record
	number, target int
	patience       time.Time // from when on its build is waited for
	following      bool      // its build is followed, or looked for
	held           bool      // the button is down
	doubted        bool      // nobody knows its outcome, and nobody has acknowledged that
}

func newLedger(c Config) *ledger {
	return &ledger{journal: c.Journal, targets: c.Targets, alone: c.Unattended, open: map[int]*entry{}, refused: map[Button]*Record{}}
}

// launch opens an entry. What was followed of the target is no more.
func (l *ledger) launch(now time.Time, a Launch) *entry {
	for _, e := range l.open {
		if e.target == a.Target {
			l.end(e, OutcomeUnfollowed)
			l.write(now, e)
		}
	}
	e := &entry{
		Record: Record{Time: now, Kind: KindLaunch, Target: l.targets[a.Target]},
		number: a.Number, target: a.Target, patience: now, held: true,
	}
	l.open[a.Number], l.running = e, e
	return e
}

// resume opens the entry of a launch of an earlier run.
func (l *ledger) resume(now time.Time, r Record, number, target int) *entry {
	e := &entry{Record: r, number: number, target: target, patience: now}
	l.open[number] = e
	return e
}

// refuse keeps a refusal. That of a press has its length, once it is known.
func (l *ledger) refuse(now time.Time, target string, a Refuse) {
	r := Record{Time: now, Kind: KindRefusal, Target: target, What: a.What, Refusal: a.Name}
	for _, button := range buttons() {
		if a.What == button.String() {
			l.refused[button] = &r
			return
		}
	}
	l.journal.Close(r)
}

// released ends a press.
func (l *ledger) released(now time.Time, button Button) {
	if r := l.refused[button]; r != nil {
		delete(l.refused, button)
		r.Press = seconds(now.Sub(r.Time))
		l.journal.Close(*r)
	}
	for _, e := range l.open {
		if e.held && button == LaunchButton {
			e.held = false
			e.Press = seconds(now.Sub(e.Time))
			if e != l.running { // else the answer brings it
				l.journal.Update(e.Record)
			}
		}
	}
}

// answered keeps the outcome of the running launch.
func (l *ledger) answered(o Outcome) {
	e := l.running
	l.running = nil
	e.Answer, e.Reason, e.Build, e.URL = o.Verdict.String(), o.Reason, o.Build, o.URL
	if e.ID == "" {
		e.ID = NewLaunchID() // it went nowhere, and the line wants a name
	}
	e.doubted = l.doubts(e)
	l.journal.Update(e.Record)
}

// doubts tells of a launch whose line waits until somebody has acknowledged that
// nobody knows its outcome: until then the next run has to show it, too.
func (l *ledger) doubts(e *entry) bool { return !l.alone && e.Answer == Unknown.String() }

// settle ends the build of a launch that is answered, and that nobody follows.
func (l *ledger) settle() {
	for _, e := range l.open {
		if e != l.running && !e.following && !e.doubted && e.Outcome == "" {
			l.end(e, OutcomeUnfollowed)
		}
	}
}

// end is the outcome of a launch's build; of one that may not be there it is
// unknown.
func (l *ledger) end(e *entry, outcome string) {
	e.following = false
	switch e.Answer {
	case Started.String():
		e.Outcome = outcome
	case Unknown.String():
		e.Outcome = OutcomeUnknown
	}
}

// news keeps what became of a launch's build.
func (l *ledger) news(ev Event) {
	switch ev := ev.(type) {
	case Seen:
		if e := l.open[ev.Number]; e != nil {
			l.seen(e, ev.Sight)
		}
	case GivenUp:
		if e := l.open[ev.Number]; e != nil && e.doubted {
			e.following = false
		} else if e != nil {
			l.end(e, StageLost.String())
		}
	}
}

// acknowledged ends the doubts that a target's light doesn't show any more.
func (l *ledger) acknowledged(b Box) {
	for _, e := range l.open {
		if e != l.running && (!b.isLatest(e.target, e.number) || b.Light(e.target) != LightUnknown) {
			e.doubted = false
		}
	}
}

func (l *ledger) seen(e *entry, s Sight) {
	was := e.Record
	e.Answer, e.Build, e.doubted = Started.String(), s.Build, false
	if s.URL != "" {
		e.URL = s.URL
	}
	if s.Stage.Ended() {
		l.end(e, s.Stage.String())
	}
	if e.Record != was {
		l.journal.Update(e.Record)
	}
}

// close writes the lines of all launches that are over.
func (l *ledger) close(now time.Time) {
	for _, e := range l.open {
		if e != l.running && !e.following && !e.doubted && !e.held {
			l.write(now, e)
		}
	}
}

// write writes the line of a launch.
func (l *ledger) write(now time.Time, e *entry) {
	if e.held {
		e.Press = seconds(now.Sub(e.Time)) // so far
	}
	delete(l.open, e.number)
	l.journal.Close(e.Record)
}

// stop ends the ledger. Launches whose build is followed, and those of which
// nobody knows, stay open for the next run.
func (l *ledger) stop(now time.Time) {
	for _, button := range buttons() {
		l.released(now, button)
	}
	l.settle()
	l.close(now)
	for _, e := range l.open {
		l.journal.Update(e.Record)
	}
}

// seconds is a length of time as the journal has it, to the millisecond.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }
