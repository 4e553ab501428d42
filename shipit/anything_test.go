package shipit

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// crowd is random hands on a running Loop, a random server and a random end.
type crowd struct {
	*running
	t        *testing.T
	rng      *rand.Rand
	luck     *rand.Rand // the server's
	switchOn bool
	down     [3]bool
	presses  int // of the launch button
	branches int
	seconds  int
}

// act lets time pass and one random thing happen.
func (c *crowd) act() {
	pass(time.Duration(c.rng.Int64N(int64([]time.Duration{30 * ms, time.Second, 15 * time.Second}[c.rng.IntN(3)]))))
	switch button := Button(c.rng.IntN(3)); c.rng.IntN(4) {
	case 0:
		c.switchOn = !c.switchOn
		c.Post(Switched{c.switchOn})
	default:
		if c.down[button] = !c.down[button]; !c.down[button] {
			c.Post(Released{button})
			return
		}
		*[]*int{&c.presses, &c.branches, &c.seconds}[button]++
		c.Post(Pressed{Button: button, First: time.Now(), SwitchOn: c.switchOn, SecondDown: c.down[SecondButton]})
	}
}

// answer is a server that does anything, in any time.
func (c *crowd) answer(ctx, withdraw context.Context) Outcome {
	after, outcome := time.Duration(c.luck.Int64N(int64(15*time.Second))), Outcome{Verdict: Verdict(c.luck.IntN(3)), Build: "1"}
	if c.luck.IntN(4) == 0 {
		return unsent(ctx, withdraw)
	}
	select {
	case <-ctx.Done():
		return Outcome{Verdict: Unknown, Reason: context.Cause(ctx).Error()}
	case <-time.After(after):
		return outcome
	}
}

// TestAnythingEnds lets random things happen to a running loop, and ends it at
// a random moment, in an ordered way or by a lamp that fails. Whatever does: at
// the end all lamps are off and the panel was touched no more, every press was
// answered, every launch had a press and one outcome, and nothing runs on.
func TestAnythingEnds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			c := &crowd{t: t, rng: rand.New(rand.NewPCG(seed, 2)), luck: rand.New(rand.NewPCG(seed, 3))}
			c.running = newRunning(t, &diary{answer: c.answer}, func(conf *Config) {
				conf.Siren, conf.Rules.TwoPerson = 5*time.Second, seed%4 == 0
			})
			for range 1 + c.rng.IntN(60) {
				c.act()
			}
			synctest.Wait()
			if c.rng.IntN(4) == 0 {
				c.mu.Lock()
				c.fail = errors.New("the chip went away")
				c.mu.Unlock()
				c.Post(Switched{!c.switchOn})
				pass(time.Second)
			}
			c.cancel()
			<-c.ended
			c.check(seed)
		})
	}
}

func (c *crowd) check(seed uint64) {
	c.t.Helper()
	text := c.read()
	count := func(words string) int { return strings.Count(text, words) }
	launches, requests := count("log: Launching "), count("request ")
	outcomes := count("log: Triggered") + count("log: No build") + count("log: Unknown whether")
	if c.closed.IsZero() || len(c.lit) > 0 {
		c.t.Errorf("seed %d: closed %t, lamps driven at the end: %v", seed, !c.closed.IsZero(), c.lit)
	}
	if launches != requests || outcomes != requests || requests > c.presses {
		c.t.Errorf("seed %d: %d presses, %d launches, %d requests, %d outcomes", seed, c.presses, launches, requests, outcomes)
	}
	if answered := launches + count("log: Refused launch: "); answered != c.presses {
		c.t.Errorf("seed %d: %d launch presses, %d answers", seed, c.presses, answered)
	}
	if answered := count("log: Changing target") + count("log: Acknowledged") + count("log: Refused branch: "); answered < c.branches {
		c.t.Errorf("seed %d: %d branch presses, %d answers", seed, c.branches, answered)
	}
	if answered := count("log: The second button is held") + count("log: Refused second: "); answered != c.seconds {
		c.t.Errorf("seed %d: %d presses of the second button, %d answers", seed, c.seconds, answered)
	}
	if c.t.Failed() {
		c.t.Log(text)
	}
}
