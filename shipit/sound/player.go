package sound

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"ship-it.example/shipit"
)

const (
	// grace is how much longer than its sound a player may take: to find a
	// card, to wake a loudspeaker, to play out what it has buffered.
	grace = 5 * time.Second
	// closing bounds Close. A killed player is gone within a few milliseconds,
	// unless the kernel itself holds it (a driver that hangs).
	closing = 90 * time.Millisecond
)

// Settings say who plays what.
type Settings struct {
	// Player is the program and its arguments; no shell reads them. It gets a
	// WAV on its standard input, "/" as its directory and nothing of our
	// environment but what a player needs. It is searched for in PATH; a name
	// with a slash should be absolute. Empty is silence.
	Player []string
	// Alarm and Buzz are WAV files that pass [CheckWAV]. Nil stands for ours.
	// They must not be written to afterwards.
	Alarm, Buzz []byte
}

// Player plays one sound at a time. It is a [shipit.Speaker]; its methods may
// be called from any goroutine.
type Player struct {
	argv        []string
	alarm, buzz []byte
	log         *slog.Logger
	fault       func(error)

	grace, closing time.Duration // the constants, but for tests

	mu      sync.Mutex
	wanted  *child        // what is to be heard: playing, or next; nil is silence
	working bool          // a goroutine plays what is wanted
	done    chan struct{} // closed by the newest such goroutine as it ends
	failing bool          // the last sound that wasn't ended by us failed, and the log knows
	closed  bool
}

var _ shipit.Speaker = (*Player)(nil)

// New makes a Player and starts nothing. Failures are warnings on log. A panic
// in a goroutine of the Player is told to fault, as a [*shipit.PanicError], so
// that the program can end with its lines given back. A
// [context.CancelCauseFunc] will do; fault may call Close.
func New(s Settings, log *slog.Logger, fault func(error)) *Player {
	p := &Player{
		argv: slices.Clone(s.Player), alarm: ourAlarm, buzz: ourBuzz,
		log: log, fault: fault, grace: grace, closing: closing,
	}
	if s.Alarm != nil {
		p.alarm = s.Alarm
	}
	if s.Buzz != nil {
		p.buzz = s.Buzz
	}
	return p
}

// Play starts s in place of what is playing. A Buzz is dropped while an Alarm
// plays, and everything is after Close. It returns at once: the program is
// started, fed and waited for elsewhere.
func (p *Player) Play(s shipit.Sound) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.argv) == 0 {
		return
	}
	if s == shipit.Buzz && p.wanted != nil && p.wanted.sound == shipit.Alarm {
		return
	}
	p.hush()
	p.wanted = &child{sound: s}
	if !p.working {
		p.working = true
		p.done = make(chan struct{})
		go p.guard(p.done, p.work)
	}
}

// Silence ends the sound that is playing, if any. It returns at once, with the
// player killed.
func (p *Player) Silence() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hush()
}

// Close ends the sound and waits until the player has gone and no goroutine is
// left, 90 ms at most. Its error says that somebody was still there then: a
// player that the kernel holds, which dies with our process at the latest, or
// a log that blocks. It may be called again.
func (p *Player) Close() error {
	p.mu.Lock()
	p.closed = true
	p.hush()
	done := p.done
	p.mu.Unlock()
	if done == nil {
		return nil
	}
	late := time.NewTimer(p.closing)
	defer late.Stop()
	select {
	case <-done:
		return nil
	case <-late.C:
		return fmt.Errorf("sound: %s: not gone %v after it was killed", p.argv[0], p.closing)
	}
}

// hush ends what is wanted. p.mu is held.
func (p *Player) hush() {
	if p.wanted != nil {
		p.wanted.end()
		p.wanted = nil
	}
}
