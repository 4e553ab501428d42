package sound

import (
	"errors"
	"fmt"
	"time"

	"ship-it.example/shipit"
)

// guard runs f at the bottom of a goroutine, closes done, and tells of a panic
// in f, in this order: whoever is told may wait for done.
func (p *Player) guard(done chan<- struct{}, f func()) {
	err := shipit.Guard(func() error {
		defer close(done)
		f()
		return nil
	})
	if err != nil {
		p.fault(fmt.Errorf("sound: %w", err))
	}
}

// work plays what is wanted until nothing is. The player of one sound has gone
// before the next one's starts, because a card may serve only one.
func (p *Player) work() {
	for {
		c := p.next()
		if c == nil {
			return
		}
		p.play(c)
		p.mu.Lock()
		if p.wanted == c {
			p.wanted = nil
		}
		p.mu.Unlock()
	}
}

// next is the wanted sound, or nil: then the worker is as good as gone.
func (p *Player) next() *child {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.working = p.wanted != nil
	return p.wanted
}

// play plays c to its end and reports a failure.
func (p *Player) play(c *child) {
	wav := p.buzz
	if c.sound == shipit.Alarm {
		wav = p.alarm
	}
	length, err := Length(wav)
	if err != nil {
		p.failed(fmt.Errorf("sound: %s: %w", c.sound, err))
		return
	}
	defer p.limit(c, length+p.grace)()
	switch err := c.run(p.argv, wav); {
	case err == nil:
		p.played()
	case !errors.Is(err, errEnded):
		p.failed(err)
	}
}

// limit ends c after d and warns of it then, not when c has gone: a player
// that the kernel holds never goes. The function it returns calls that off.
func (p *Player) limit(c *child, d time.Duration) func() {
	done := make(chan struct{})
	timer := time.AfterFunc(d, func() {
		p.guard(done, func() {
			c.end()
			p.failed(fmt.Errorf("sound: %s: hangs, killed %v after the end of the %s; set player = [] for silence",
				p.argv[0], p.grace, c.sound))
		})
	})
	return func() {
		if !timer.Stop() {
			<-done
		}
	}
}

// played notes that sounds work, so that the next failure is news.
func (p *Player) played() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failing = false
}

// failed warns of err, unless sounds were failing already.
func (p *Player) failed(err error) {
	p.mu.Lock()
	known := p.failing
	p.failing = true
	p.mu.Unlock()
	if !known {
		p.log.Warn(err.Error())
	}
}
