package shipit

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"time"
)

// Panel drives the lamps and the siren. An error of the first three ends the loop, and has to
// say which line it speaks of.
type Panel interface {
	Blinker(on bool) error
	Lamp(target int, on bool) error
	// Siren turns the siren on for a launch, by its number, or off: 0. It sees
	// to it that the siren falls silent in time, whatever becomes of the loop.
	// A box without a siren never calls it.
	Siren(launch int) error
	// Close turns lamps and siren off and gives the lines back. It may be called
	// twice, and from any goroutine.
	Close() error
}

// Config is what a Loop is made of. All but Observe and Fault must be given.
type Config struct {
	Targets []string // names, 1 to 20
	Ways    []int    // see Box.Through
	Rearm   bool     // see NewBox
	Rules   Rules
	Siren   time.Duration // how long the siren sounds at most in a launch; 0: there is none
	// ClockDoubt tells whether a clock that reads now can't be trusted to tell a
	// freeze; nil: it always can.
	ClockDoubt func(now time.Time) bool
	Panel      Panel
	Server     Server
	// Follower tells what became of builds, and whether one would be taken, of
	// the targets that Follow names; nil: nobody asks.
	Follower Follower
	Follow   []bool // by target
	Speaker  Speaker
	// Journal keeps launches and refusals; nil: nobody does.
	Journal Journal
	// Unattended: nobody stands at the box who could acknowledge anything. It
	// keeps no launch open for that.
	Unattended bool
	// Resume has the launches that were open when the box ended last.
	Resume []Record
	// Launched is when the last launch of an earlier run began that may have
	// started a build, for the cooldown; the zero time: never.
	Launched time.Time
	Log      *slog.Logger
	// Announcer tells the news to others; nil: nobody is told.
	Announcer Announcer
	// Observe is called from the loop after every event, and must not block.
	Observe func(Box)
	// Fault is called with what ended the loop before ctx did, once the panel
	// is closed and before the outcome of a launch is waited for.
	Fault func(error)
}

// Loop owns the Box. It is the only place where time passes.
type Loop struct {
	Config
	box    Box
	shown  Lamps
	events chan Event
	looks  chan chan<- Box
	done   chan struct{} // closed when nobody takes events any more
	tasks  sync.WaitGroup
	faults chan error // the first panic of a task

	// Of the running launch: how it is taken back, and cut off. Nil: none.
	withdraw, cutOff context.CancelCauseFunc
	// Of the connection that is kept warm: how it ends. Nil: none is kept.
	cool context.CancelFunc
	way  int           // whose it is; see Box.Through
	cold chan struct{} // closed when the last one has ended; nil: there was none
	// Of the builds that are followed, by target: how that ends.
	following map[int]context.CancelFunc
	// Of the check of the selected target: how that ends. Nil: none is made.
	checking context.CancelFunc
	// Of the next launch: its id. Nil: none is reserved.
	reserved *reservation
	ledger   *ledger
	// The launches of earlier runs that are yet to be gone on with, and those of
	// them whose builds a search has found.
	unfinished []Record
	found      []recovered
}

// NewLoop makes a Loop. Its first event must be a [Found].
func NewLoop(c Config) *Loop {
	if c.Journal == nil {
		c.Journal = Unkept{}
	}
	return &Loop{
		Config:    c,
		box:       NewBox(c.Targets, c.Rearm).Through(c.Ways).Following(c.follows()).Under(c.Rules).Sounding(c.Siren).Cooling(c.Launched),
		ledger:    newLedger(c),
		shown:     Lamps{Targets: make([]bool, len(c.Targets))},
		events:    make(chan Event, 16),
		looks:     make(chan chan<- Box),
		done:      make(chan struct{}),
		faults:    make(chan error, 1),
		following: make(map[int]context.CancelFunc), unfinished: c.Resume,
	}
}

// Post gives the loop an event, from any goroutine. It blocks while the loop
// has many to take, and drops the event once Run has ended.
func (l *Loop) Post(ev Event) {
	select {
	case l.events <- ev:
	case <-l.done:
	}
}

// errOver: there is no loop any more that could be looked at.
var errOver = errors.New("the loop has ended")

// Look returns the Box as the loop has it, from any goroutine, as soon as the
// loop comes round to it: so an answer is a sign of life, too. The first one has
// taken [Found]. It blocks until then, or until ctx or the loop ends, which is an
// error.
func (l *Loop) Look(ctx context.Context) (Box, error) {
	answer := make(chan Box, 1)
	select {
	case l.looks <- answer:
		return <-answer, nil
	case <-l.done:
		return Box{}, errOver
	case <-ctx.Done():
		return Box{}, context.Cause(ctx)
	}
}

// Run takes events until ctx ends, and returns nil then, or until a fault ends
// it. Whatever the end, it closes the panel first, and then waits for the
// outcome of a request that is on its way, and until the news are told, 2 s at
// most. A panic on the way out skips none of that, and is returned.
func (l *Loop) Run(ctx context.Context) error {
	err := Guard(func() error { return l.turn(ctx) })
	until := time.Now().Add(stopTime)
	if _, panicked := errors.AsType[*PanicError](err); ctx.Err() != nil && !panicked {
		err = nil // the lamps were given back behind our back
	}
	err = cmp.Or(err, Guard(l.Panel.Close), Guard(func() error { l.Speaker.Silence(); return nil }))
	if err != nil && l.Fault != nil {
		l.Fault(err)
	}
	err = cmp.Or(err, Guard(func() error { l.stop(ctx); return nil }), Guard(func() error { l.finish(until); return nil }))
	close(l.done)
	l.tasks.Wait()
	select {
	case late := <-l.faults:
		return cmp.Or(err, late)
	default:
		return err
	}
}

// turn takes events and ticks until ctx ends or something fails.
func (l *Loop) turn(ctx context.Context) error {
	tick := time.NewTimer(0)
	defer tick.Stop()
	for ctx.Err() == nil {
		var ev Event
		looks := l.looks
		if l.box.Since().IsZero() {
			looks = nil // the life of the Box begins with Found
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-l.faults:
			return err
		case answer := <-looks:
			answer <- l.box
			continue
		case ev = <-l.events:
		case <-tick.C:
			ev = Tick{}
		}
		now := time.Now()
		if err := l.take(ctx, now, ev); err != nil {
			return err
		}
		l.wind(tick, now)
	}
	return nil
}

// wind sets the timer to the next moment at which the box changes by itself,
// asked for from now, the moment that the lamps show: one that has passed since
// is not skipped.
func (l *Loop) wind(tick *time.Timer, now time.Time) {
	next := l.box.Next(now)
	if next.IsZero() {
		tick.Stop()
		return
	}
	tick.Reset(time.Until(next))
}

// take steps the Box with an event that came now, and carries out what it wants.
func (l *Loop) take(ctx context.Context, now time.Time, ev Event) error {
	if answer, ok := ev.(Answered); ok {
		l.endLaunch()
		l.ledger.answered(answer.Outcome)
	}
	if l.ClockDoubt != nil && len(l.Rules.Freeze.Windows) > 0 {
		l.box.clockDoubt = l.ClockDoubt(now)
	}
	before := l.box
	box, actions := before.Step(now, ev)
	l.box = box
	l.announce(before, ev)
	for _, a := range actions {
		l.act(ctx, now, a)
	}
	l.keep(ctx, now, ev)
	err := l.show(now)
	if l.Observe != nil {
		l.Observe(l.box)
	}
	return err
}

// act carries an action out. None blocks.
func (l *Loop) act(ctx context.Context, now time.Time, a Action) {
	switch a := a.(type) {
	case Launch:
		l.launch(ctx, now, a)
		runtime.Gosched() // the request goes out before the lamps and the log have their turn
	case Follow:
		l.follow(ctx, a)
	case Check:
		l.check(ctx, a)
	case Cancel:
		l.cancel(ctx, a)
	case Reserve:
		l.reserve(ctx, a.On)
	case Refuse:
		_, target := l.box.Target()
		l.ledger.refuse(now, target, a)
	case CallOff:
		l.withdraw(ErrCalledOff)
	case Warm:
		l.keepWarm(ctx, a)
	case Play:
		l.Speaker.Play(a.Sound)
	case Silence:
		l.Speaker.Silence()
	case Note:
		l.Log.LogAttrs(ctx, a.Level, a.Text, a.Attrs...)
	}
}

// show drives the siren and the lamps, as far as they have changed.
func (l *Loop) show(now time.Time) error {
	lamps := l.box.Lamps(now)
	was := l.shown
	l.shown = lamps
	if lamps.Siren != was.Siren {
		launch := 0
		if lamps.Siren {
			launch = l.box.launches
		}
		if err := l.Panel.Siren(launch); err != nil {
			return err
		}
	}
	for i, on := range lamps.Targets {
		if on == was.Targets[i] {
			continue
		}
		if err := l.Panel.Lamp(i, on); err != nil {
			return err
		}
	}
	if lamps.Blinker == was.Blinker {
		return nil
	}
	return l.Panel.Blinker(lamps.Blinker)
}
